/* Whether values can be an echo's: what a transfer, a cast or a wrong file leaves behind is refused by name. */
#include "fail.h"
#include "read.h"

#include <math.h>

/* Resampling leaves small negative magnitudes at edges; more than this share of the largest is no magnitude. */
#define NEGATIVE_SHARE 0.02f

fsc_status fsc_echo_check(const float *data, int64_t n, int is_magnitude, const char *path, fsc_error *err) {
    float low = INFINITY, high = -INFINITY;
    for (int64_t v = 0; v < n; v++) {
        low = data[v] < low ? data[v] : low;
        high = data[v] > high ? data[v] : high;
    }
    if (low == high)
        return fsc_fail(err, FSC_E_FORMAT, "%s: is empty (%g everywhere); copy or convert it again, or leave it out",
                        path, (double)low);
    if (is_magnitude && low < -NEGATIVE_SHARE * high)
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: is read as magnitudes and holds negative values down to %g: a phase image, or numbers too "
                        "large for a signed type; name it as phase or export it again",
                        path, (double)low);
    return FSC_OK;
}

/* Bit 1: NaN in some echo; bit 2: in all. */
static int missing(const float *part, int64_t v, int64_t n_voxel, int32_t n_echo) {
    int32_t n = 0;
    for (int32_t e = 0; part && e < n_echo; e++) n += isnan(part[e * n_voxel + v]) != 0;
    return (n > 0) | (n == n_echo) << 1;
}

void fsc_echoes_mask(fsc_scan *scan, int64_t *n_partial, int64_t *first) {
    const int64_t n_voxel = fsc_grid_count(&scan->grid);
    int64_t masked = 0;
    *n_partial = 0;
    *first = -1;
    for (int64_t v = 0; v < n_voxel; v++) {
        const int re = missing(scan->echo_re, v, n_voxel, scan->n_echo);
        const int im = missing(scan->echo_im, v, n_voxel, scan->n_echo);
        if (!re && !im) continue;
        if (re == 1 || im == 1) {
            if ((*n_partial)++ == 0) *first = v;
            continue;
        }
        masked++;
        for (int32_t e = 0; e < scan->n_echo; e++) {
            scan->echo_re[e * n_voxel + v] = 0;
            if (scan->echo_im) scan->echo_im[e * n_voxel + v] = 0;
        }
    }
    if (masked > 0)
        fsc_notes_add(&scan->notes, FSC_NOTE_FOUND, "voxels-masked",
                      "%lld voxels are NaN in every echo: taken as left out by the maker, without signal.",
                      (long long)masked);
}
