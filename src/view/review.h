/* What the strokes' marks say: which sites a person accepted or refused, and what the levels are called now. */
#ifndef FSC_VIEW_REVIEW_H
#define FSC_VIEW_REVIEW_H

#include "edit.h"

/* Whether a site (its text, "multifidus:L4:left") was accepted, or refused, by a stroke that is drawn. */
int fsc_view_accepted(const fsc_view_edit *edit, const char *site);
int fsc_view_refused(const fsc_view_edit *edit, const char *site);

/* Where the labels come from as they are now: a proposal that nobody has drawn in stays one until every site (of sites,
 * as they are now) was accepted or refused; all else is edited. */
fsc_label_source fsc_view_source(const fsc_view_edit *edit, const fsc_sites *sites);

/* Brings edit->levels to what the drawn strokes say. FSC_E_NOTFOUND, FSC_E_ANATOMY as fsc_levels_rename. */
FSC_MUST_USE fsc_status fsc_view_levels_update(fsc_view_edit *edit, fsc_error *err);

/* "source", "accepted", "refused", "levels" (their names, head to foot) into object. */
void fsc_view_review_state(const fsc_view_edit *edit, fsc_json *object);

#endif
