/* The files that are shown, by name: nothing else of the folders can be asked for. */
#ifndef FSC_VIEW_FILES_H
#define FSC_VIEW_FILES_H

#include "serve.h"

typedef struct fsc_view_files {
    int anat, page;  /* open folders */
    char name[256];  /* what the maps' names begin with */
} fsc_view_files;

/* Opens the folder of the maps and that of the page's own files. FSC_E_NOTFOUND: no page there. */
FSC_MUST_USE fsc_status fsc_view_files_open(fsc_view_files *out, const char *anat, const char *name, const char *page,
                                            fsc_error *err);
void fsc_view_files_close(fsc_view_files *files);

/* Fills reply with the file that path names; 404 when it names none. */
void fsc_view_files_answer(const fsc_view_files *files, const char *path, fsc_view_reply *reply);

/* The i-th map: its key ("pdff"), what it is called, its unit; NULL behind the last. *there: whether it is in the
 * folder. */
const char *fsc_view_files_map(const fsc_view_files *files, int i, const char **title, const char **unit, int *there);

#endif
