/* What is seen beside the slices: the pages' colours, the picture of all sites, the words of a map's flags, and another
 * visit. */
#ifndef FSC_VIEW_SEE_H
#define FSC_VIEW_SEE_H

#include "files.h"
#include "json.h"

#include <fascicle/view.h>

typedef struct fsc_view_see {
    const fsc_view_input *input;
    fsc_view_files other; /* of input's with_anat, when there is one */
} fsc_view_see;

/* FSC_E_IO, FSC_E_RANGE. Close in every case. */
FSC_MUST_USE fsc_status fsc_view_see_open(fsc_view_see *out, const fsc_view_input *input, fsc_error *err);
void fsc_view_see_close(fsc_view_see *see);

/* The maps of a folder: key, title, unit, and what the values of flags mean. */
fsc_json *fsc_view_see_maps(const fsc_view_files *files, const char *anat);
/* "ramp", its top, and the other visit as "with", into the page's first answer. */
void fsc_view_see_state(const fsc_view_see *see, fsc_json *object);

/* GET "butterfly.svg" of these rows; "with/..." a file of the other visit. Zero when path is neither. */
int fsc_view_see_answer(const fsc_view_see *see, const fsc_measures *measures, const char *path,
                        fsc_view_reply *reply);

#endif
