/* View: a folder of results in the browser, on this machine only. */
#ifndef FASCICLE_VIEW_H
#define FASCICLE_VIEW_H

#include <fascicle/measure.h>
#include <fascicle/recipe.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is shown; all borrowed. */
typedef struct fsc_view_input {
    const char *folder; /* of the results: one viewer at a time, and nothing is written outside it */
    const char *anat;   /* the person's folder in it, which holds the maps */
    const char *name;   /* what the maps' names begin with: "sub-01" */
    const char *page;   /* folder of the built page (viewer/dist); NULL = not found */
    const fsc_fatwater *fatwater; /* the maps; needed to change labels or to export */
    const fsc_measures *measures; /* the table as the run left it, to be shown; may be NULL */
    const fsc_sites *sites;       /* the site map as the run left it, to be shown; may be NULL */
    /* Another visit, shown beside this one; with_anat NULL = none. */
    const char *with_anat, *with_name;   /* as anat and name */
    const fsc_measures *with_measures;   /* may be NULL */
    /* To change labels too; without save_anat nothing is changed and the rest is not read. */
    const char *save_anat; /* folder below `folder` for strokes and edited labels; made when needed */
    const fsc_labels *levels;  /* NULL = sites without levels */
    const char *level_scheme;  /* NULL = recognise */
    const char *level_file;    /* where levels was read; may be NULL */
    int32_t side_known;        /* as fsc_scan says */
    const char *by;            /* who changes them, for the sidecar; NULL = not said */
    const fsc_recipe *recipe;  /* for the sidecar; may be NULL */
    /* To fill in an exam too. */
    const char *save_folder; /* dataset below `folder` that saves go to: holds save_anat, exam_anat and pages */
    const char *exam_anat;   /* folder below it for <name>_exam.json and its draft; NULL = no exam */
    const char *exam_file;   /* an exam to begin with while none is saved there; never written to; may be NULL */
} fsc_view_input;

/* What a save has written, for the 'fascicle run' that makes the rest. */
typedef struct fsc_view_saved {
    const char *labels_path;
    const char *levels_path;  /* a level map with other names; NULL = that of the run */
    const char *level_scheme; /* its numbering; NULL likewise */
    int32_t accepted;         /* the labels are a proposal every site of which was accepted or refused */
} fsc_view_saved;

typedef struct fsc_view_options {
    int32_t port;                                       /* 0 = any that is free */
    double idle_s;                                      /* ends when nobody has asked for as long */
    const fsc_progress *progress;                       /* asked four times a second: non-zero ends it, with FSC_OK */
    void (*opened)(void *context, const char *address); /* the address to open, with its secret; may be NULL */
    /* After the edited labels were written: makes table, map and pages of them. May be NULL. */
    fsc_status (*save)(void *context, const fsc_view_saved *saved, fsc_error *err);
    /* After an exam was saved where no labels are changed: makes plan and pages. May be NULL. */
    fsc_status (*plan)(void *context, fsc_error *err);
    void *context;
} fsc_view_options;

/* Where an input that an earlier run recorded is now. */
typedef struct fsc_view_found {
    char path[4096];  /* "" = it is in none of the places, or the run had none */
    char name[1024];  /* as the run recorded it; "" = the run had none */
    char scheme[40];  /* of --level-scheme, "" = not said */
    char where[1024]; /* the places that were looked at, for a message */
} fsc_view_found;

/* Looks for the file that a run was given as option ("levels", "t2"): beside and above folder, in the working folder, in
 * their datasets and derivatives. What is found has the very bytes of that run (SHA-256). anat and name are as in
 * fsc_view_input. Returns FSC_OK also when it is not found; FSC_E_FORMAT, FSC_E_IO (a damaged
 * record); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_view_find_input(fsc_view_found *out, const char *option, const char *folder,
                                                    const char *anat, const char *name, fsc_error *err);

#define FSC_VIEW_OPTIONS_INIT                                                                                          \
    { 0, 3600, NULL, NULL, NULL, NULL, NULL }

/* Every stroke is on the disk before it is answered, in <save_anat>/<name>_desc-<hash>_strokes.txt, and is drawn again
 * when the folder is opened the next time; the hash is of the site map that it begins from. The labels that a run used
 * are never written to.
 *
 * Serves on 127.0.0.1 until progress ends it or it is idle. Only who has the address is answered; requests that name
 * another host or come from another page are refused. Returns FSC_OK; FSC_E_ARG (a viewer is open on the folder
 * already); FSC_E_NOTFOUND (no page); FSC_E_IO (port taken, folder not writable); FSC_E_UNSUPPORTED (built without
 * libmicrohttpd); FSC_E_RANGE; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_view_run(const fsc_view_input *input, const fsc_view_options *options,
                                             fsc_error *err);

/* Writes the same page, to look at only, as one file that needs no server and may load nothing: fat fraction, its error,
 * water, fat, sites, rows and the picture of the sites, with the strokes that the folder holds where save_anat is given.
 * It holds no name, day, path, hash, exam or comparison. More than a million voxels are joined (*reduced non-zero; the
 * page says so). Needs input's fatwater and page. Written whole or not at all, *size_bytes long. Returns FSC_OK;
 * FSC_E_NOTFOUND (no page); FSC_E_FORMAT (the page of another version); FSC_E_ARG (a viewer is open on the folder);
 * FSC_E_ANATOMY (labels that cannot be measured); FSC_E_IO; FSC_E_RANGE; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_view_export(int64_t *size_bytes, int32_t *reduced, const fsc_view_input *input,
                                                const char *path, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
