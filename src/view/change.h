/* Changes that are more than a stroke of the brush, as the page asks for them. */
#ifndef FSC_VIEW_CHANGE_H
#define FSC_VIEW_CHANGE_H

#include "edit.h"

/* Whether path names one: "fill", "grow", "swap", "accept", "refuse", "level", "anchor". */
int fsc_view_change_known(const char *path);

/* Draws what body asks for and puts the voxels that moved into root, so that the page draws them; with "preview" in
 * body they are drawn nowhere. *changed is non-zero when something is to be measured again. FSC_E_RANGE, FSC_E_FORMAT,
 * FSC_E_NOTFOUND, FSC_E_ANATOMY (nothing is drawn, the text says why); FSC_E_IO; FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_view_change(fsc_view_edit *edit, const char *path, const fsc_json *body, fsc_json *root,
                                        int *changed, fsc_error *err);

/* "voxel" and "index" of a stroke that was drawn, or taken back, into root; "reload" where they are too many to send.
 */
void fsc_view_add_moved(fsc_json *root, const fsc_view_stroke *moved, int back);

#endif
