/* How two maps differ. */
#include "alloc.h"
#include "fail.h"

#include <fascicle/volume.h>
#include <math.h>
#include <string.h>

/* The k-th smallest of n values (Hoare's selection, median of three); reorders them. */
static double select_value(double *value, int64_t n, int64_t k) {
    int64_t low = 0, high = n - 1;
    while (low < high) {
        const double a = value[low], b = value[low + (high - low) / 2], c = value[high];
        const double pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        int64_t i = low, j = high;
        while (i <= j) {
            while (value[i] < pivot) i++;
            while (pivot < value[j]) j--;
            if (i > j) break;
            const double keep = value[i];
            value[i++] = value[j];
            value[j--] = keep;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return value[k];
}

static double median(double *value, int64_t n) {
    const double upper = select_value(value, n, n / 2);
    if (n % 2 == 1) return upper;
    /* Everything before n / 2 is not larger now: its largest is the lower middle. */
    double lower = value[0];
    for (int64_t i = 1; i < n / 2; i++) lower = fmax(lower, value[i]);
    return 0.5 * (lower + upper);
}

fsc_status fsc_volume_compare(fsc_volume_difference *out, const fsc_volume *a, const fsc_volume *b,
                              const fsc_labels *mask, double tolerance, fsc_error *err) {
    const int64_t *d = a->grid.dim, *e = b->grid.dim;
    if (memcmp(d, e, sizeof a->grid.dim) != 0)
        return fsc_fail(err, FSC_E_SHAPE, "the maps have %lld x %lld x %lld and %lld x %lld x %lld voxels",
                        (long long)d[0], (long long)d[1], (long long)d[2], (long long)e[0], (long long)e[1],
                        (long long)e[2]);
    if (mask && memcmp(d, mask->grid.dim, sizeof a->grid.dim) != 0)
        return fsc_fail(err, FSC_E_SHAPE, "the mask has other dimensions than the maps");
    const int64_t n = fsc_grid_count(&a->grid);
    FSC_AUTO_BLOCK double *apart = fsc_alloc(n, sizeof *apart);
    if (!apart) return fsc_fail_nomem(err, "comparing maps");
    fsc_volume_difference r = {
        .mean_error = NAN, .median_abs = NAN, .max_abs = NAN, .rms = NAN, .within_fraction = NAN};
    double sum = 0, square = 0, most = 0;
    int64_t within = 0;
    for (int64_t v = 0; v < n; v++) {
        if (mask && mask->data[v] == 0) continue;
        const int in_a = isfinite(a->data[v]) != 0, in_b = isfinite(b->data[v]) != 0;
        if (in_a != in_b) r.n_only_one++;
        if (!in_a || !in_b) continue;
        const double error = (double)a->data[v] - (double)b->data[v];
        apart[r.n_voxel++] = fabs(error);
        sum += error;
        square += error * error;
        most = fmax(most, fabs(error));
        within += fabs(error) <= tolerance;
    }
    if (r.n_voxel > 0) {
        const double count = (double)r.n_voxel;
        r.mean_error = sum / count;
        r.rms = sqrt(square / count);
        r.max_abs = most;
        r.within_fraction = (double)within / count;
        r.median_abs = median(apart, r.n_voxel);
    }
    *out = r;
    return FSC_OK;
}
