/* Output: the files of one run as one set: written aside, then put in place together, so that no folder ever holds
 * files of two scans. */
#ifndef FASCICLE_OUTPUT_H
#define FASCICLE_OUTPUT_H

#include <fascicle/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Steps whose files stand in a person's folder, in the order in which one follows from another. */
typedef enum fsc_output_step {
    FSC_OUTPUT_MAPS = 0,     /* water, fat, PDFF and their like */
    FSC_OUTPUT_PROPOSAL = 1, /* proposed and carried labels */
    FSC_OUTPUT_SITES = 2,    /* the table and the site map */
    FSC_OUTPUT_MAP = 3,      /* the injury map */
    FSC_OUTPUT_FORECAST = 4, /* forecast and plan */
    FSC_OUTPUT_PAGES = 5
} fsc_output_step;

/* Zero-initialise; give to fsc_output_begin, then to fsc_output_commit or fsc_output_abandon. */
typedef struct fsc_output {
    char dataset[1024]; /* as given */
    char folder[1400];  /* where the files will stand: DATASET[/sub-01[/ses-1]]/anat */
    char stage[1100];   /* private folder beside them; "" when nothing is open */
    char anat[1200];    /* write the person's files here */
    char pages[1200];   /* and the pages, which go to the top of the dataset, here */
} fsc_output;

/* Opens a set below dataset (a derivative dataset is described there when it is not yet; see fsc_recipe_open_dataset).
 * participant and session may be "" or NULL. Sets that killed runs left a day ago or longer are removed. Returns
 * FSC_OK, FSC_E_ARG (dataset is somebody else's), FSC_E_IO, FSC_E_RANGE (path too long), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_output_begin(fsc_output *out, const char *dataset, const char *participant,
                                                 const char *session, fsc_error *err);

/* Puts the set in place. Of the files that earlier runs left for stem, those of the steps from `from` on are gone
 * afterwards unless they are in the set; whatever Fascicle did not make stays. When it fails the old set stands, pages
 * and all; killed at any moment, the folder holds the old set or the new one, at worst without pages. Returns FSC_OK,
 * FSC_E_IO, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_output_commit(fsc_output *out, const char *stem, fsc_output_step from,
                                                  fsc_error *err);
/* Removes what was written aside; fine after a commit, and twice. */
FSC_API void fsc_output_abandon(fsc_output *out);

/* Whether a record (the .json of a later step) was made from the maps of an earlier one: it names the maps' image, or
 * the scan that they were made from, by hash. maps_image is ..._PDFFmap.nii.gz. Returns FSC_OK; FSC_E_FORMAT (of two
 * scans: the line names both, or one of them does not say); FSC_E_IO; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_output_check_origin(const char *maps_image, const char *record_json,
                                                        fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
