/* What may stand in a headline: sites whose quality lets them, and side differences beyond the error of all pairs
 * together (Bonferroni) and over the floor. One rule for pages and plan: data/report/findings.tsv, quality.tsv. */
#ifndef FSC_BASE_STANDING_H
#define FSC_BASE_STANDING_H

#include "table.h"

typedef struct fsc_standing {
    fsc_table quality;
    double family_error, side_floor_fraction;
} fsc_standing;

/* Zero-initialise out; fsc_standing_free in any case. Returns FSC_OK, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_standing_read(fsc_standing *out, fsc_error *err);
void fsc_standing_free(fsc_standing *standing);

/* Whether a site may stand, by its value, by whether the picture cuts it, and by its quality words. */
int fsc_standing_site(const fsc_standing *standing, double value, int cut_by_fov, const char *quality);
/* Whether one of n_pair differences stands, by its standard error. */
int fsc_standing_side(const fsc_standing *standing, int32_t n_pair, double difference, double se);

#endif
