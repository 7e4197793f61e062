/* A ready T2 map beside the fat: taken over from its file onto the grid of the fat-water maps. */
#include "alloc.h"
#include "fail.h"

#include <fascicle/separate.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* T2 of muscle water is 25 to 60 ms, of fluid and of fat more: a median outside these is in another unit or no T2. */
#define LEAST_MS 15.0
#define MOST_MS 150.0

static int by_number(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Median over the values above zero: masked maps hold 0 elsewhere. */
static fsc_status median_of(double *median, const float *value, int64_t n, fsc_error *err) {
    FSC_AUTO_BLOCK float *list = fsc_alloc(n, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "reading the T2 map");
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(value[i]) && value[i] > 0) list[kept++] = value[i];
    qsort(list, (size_t)kept, sizeof *list, by_number);
    *median = kept ? (double)list[kept / 2] : (double)NAN;
    return FSC_OK;
}

/* A copy in ms; what is not above zero is missing, so that the edge of a masked map is not drawn down. */
static fsc_status in_ms(fsc_volume **out, const fsc_volume *t2, double to_ms, fsc_error *err) {
    FSC_TRY(fsc_volume_new(out, &t2->grid, err));
    for (int64_t i = 0; i < fsc_grid_count(&t2->grid); i++)
        if (t2->data[i] > 0) (*out)->data[i] = (float)(to_ms * (double)t2->data[i]);
    return FSC_OK;
}

fsc_status fsc_fatwater_take_t2(fsc_fatwater *fatwater, const fsc_volume *t2, fsc_error *err) {
    fsc_volume *clean = NULL, *here = NULL;
    double median = (double)NAN;
    if (t2->units[0] && strcmp(t2->units, "ms") != 0 && strcmp(t2->units, "s") != 0)
        return fsc_fail(err, FSC_E_RANGE, "the T2 map's sidecar says it is in '%s'; T2 is in ms or s", t2->units);
    FSC_TRY(median_of(&median, t2->data, fsc_grid_count(&t2->grid), err));
    const double to_ms = strcmp(t2->units, "s") == 0 ? 1000 : 1;
    if (!(median * to_ms >= LEAST_MS && median * to_ms <= MOST_MS))
        return fsc_fail(err, FSC_E_RANGE,
                        "the T2 map has a median of %.3g; muscle has 25 to 60 ms. Give T2 in ms (or in s, with "
                        "\"Units\": \"s\" in its sidecar), not a weighted picture",
                        median);
    FSC_TRY(in_ms(&clean, t2, to_ms, err));
    const fsc_status status = fsc_volume_resample(&here, clean, &fatwater->grid, err);
    fsc_volume_free(clean);
    if (status != FSC_OK) return status;
    fsc_free(fatwater->t2_ms);
    fatwater->t2_ms = here->data;
    here->data = NULL;
    fsc_volume_free(here);
    return FSC_OK;
}
