#include "minima.h"

#include <math.h>
#include <string.h>

/* Nats above the deepest minimum. */
#define HOPELESS 12.0f

/* Keeps the deepest FSC_MINIMA_MAX, in order of depth. */
static void keep(fsc_minima *out, float hz, float cost) {
    int32_t at = out->n;
    while (at > 0 && out->cost[at - 1] > cost) at--;
    if (at >= FSC_MINIMA_MAX) return;
    if (out->n < FSC_MINIMA_MAX) out->n++;
    for (int32_t k = out->n - 1; k > at; k--) {
        out->hz[k] = out->hz[k - 1];
        out->cost[k] = out->cost[k - 1];
    }
    out->hz[at] = hz;
    out->cost[at] = cost;
}

void fsc_minima_sort(fsc_minima *out) {
    for (int32_t i = 1; i < out->n; i++)
        for (int32_t k = i; k > 0 && out->hz[k - 1] > out->hz[k]; k--) {
            const float hz = out->hz[k], cost = out->cost[k];
            out->hz[k] = out->hz[k - 1];
            out->cost[k] = out->cost[k - 1];
            out->hz[k - 1] = hz;
            out->cost[k - 1] = cost;
        }
}

void fsc_minima_find(fsc_minima *out, const fsc_profile *profile, const fsc_profiler *p, int32_t lane) {
    const float *j = profile->residual + lane;
    const int32_t last = 2 * p->half;
    memset(out, 0, sizeof *out);
    float before = p->circular ? j[(int64_t)(last - 1) * FSC_LANES] : INFINITY, here = j[0];
    float highest = here;
    for (int32_t g = 0; g < last + (p->circular ? 0 : 1); g++) {
        const float after = g < last ? j[(int64_t)(g + 1) * FSC_LANES] : INFINITY;
        if (here < before && here <= after) {
            float shift = 0, depth = 0;
            if (before < INFINITY && after < INFINITY) {
                const float slope = after - before, bend = after - 2 * here + before;
                shift = bend > 0 ? -0.5f * slope / bend : 0;
                depth = bend > 0 ? 0.125f * slope * slope / bend : 0;
            }
            keep(out, (float)((g - p->half) + (double)shift) * (float)p->step_hz, here - depth);
        }
        highest = here > highest ? here : highest;
        before = here;
        here = after;
    }
    if (out->n == 0) keep(out, 0, 0); /* a flat or broken profile: the field is free */
    out->floor = out->cost[0];
    out->range = highest - out->floor;
    /* The third and fourth stay only where they have a chance: every label costs memory and time in the cut. */
    while (out->n > 2 && out->cost[out->n - 1] - out->floor > HOPELESS) out->n--;
    for (int32_t k = 0; k < out->n; k++) out->cost[k] -= out->floor;
    fsc_minima_sort(out);
}
