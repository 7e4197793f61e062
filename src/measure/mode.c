#include "mode.h"

#include <math.h>

/* Where the narrowest run of half the values begins; of equally narrow ones the first. */
static int64_t densest(const float *sorted, int64_t n, int64_t half) {
    int64_t best = 0;
    for (int64_t i = 1; i + half <= n; i++)
        if (sorted[i + half - 1] - sorted[i] < sorted[best + half - 1] - sorted[best]) best = i;
    return best;
}

double fsc_half_sample_mode(const float *sorted, int64_t n) {
    if (n == 0) return (double)NAN;
    while (n > 3) {
        const int64_t half = (n + 1) / 2;
        sorted += densest(sorted, n, half);
        n = half;
    }
    if (n == 1) return (double)sorted[0];
    if (n == 2) return 0.5 * ((double)sorted[0] + (double)sorted[1]);
    const double low = (double)sorted[1] - (double)sorted[0], high = (double)sorted[2] - (double)sorted[1];
    if (low == high) return (double)sorted[1];
    return low < high ? 0.5 * ((double)sorted[0] + (double)sorted[1]) : 0.5 * ((double)sorted[1] + (double)sorted[2]);
}
