/* What a measurement leaves for the next one: of labels that differ in a few places, most sites are as they were. */
#ifndef FSC_MEASURE_KEPT_H
#define FSC_MEASURE_KEPT_H

#include "border.h"
#include "site_part.h"

#include <fascicle/measure.h>

struct fsc_measure_kept {
    const fsc_fatwater *fatwater; /* borrowed; NULL = nothing is kept yet */
    fsc_measures scan;            /* its summary of the whole scan; no rows */
    fsc_grid grid;
    double border_sd_mm;
    int32_t n_site;
    fsc_place *place;    /* owned, n_site */
    int32_t *value;      /* owned, of each vertebral body */
    fsc_voxels voxels;   /* owned; its sites are gone */
    fsc_site_part *part; /* owned, n_set */
    fsc_border border;   /* owned */
    fsc_row *row;        /* owned, n_row */
    int32_t n_row;
};

/* Whether it is of the same maps, and of labels with the same sites and bodies on the same grid. */
int fsc_kept_fits(const fsc_measure_kept *kept, const fsc_voxels *voxels);
/* Which of the sets lie where they lay, quarters and rims included; one that fits is asked. same has n_set items. */
void fsc_kept_compare(uint8_t *same, const fsc_measure_kept *kept, const fsc_voxels *voxels);
/* Takes voxels, part and border over and copies out's rows and summary. FSC_E_NOMEM leaves all as they were. */
FSC_MUST_USE fsc_status fsc_kept_take(fsc_measure_kept *kept, fsc_voxels *voxels, fsc_site_part **part,
                                      fsc_border *border, const fsc_measures *out, fsc_error *err);

#endif
