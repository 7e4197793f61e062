#include "exchange.h"

#include <math.h>

/* The layer under the skin, in voxels from the body's edge (the first is half air), and how deep the inside begins. */
#define LAYER_FIRST 1
#define LAYER_LAST 2
#define INSIDE 6
/* Exchanged, the layer is leaner than this and the inside fatter than that. */
#define LAYER_LEAN 0.35
#define INSIDE_FAT 0.55
#define LEAST 100
#define BINS 101

typedef struct histogram {
    int64_t count[BINS], n;
} histogram;

static double median_of(const histogram *h) {
    int64_t seen = 0;
    for (int32_t b = 0; b < BINS; b++) {
        seen += h->count[b];
        if (h->n > 0 && 2 * seen >= h->n) return b / (double)(BINS - 1);
    }
    return NAN;
}

static void add(histogram *h, float pdff) {
    if (!isfinite(pdff)) return;
    h->count[(int32_t)(fmin(fmax((double)pdff, 0), 1) * (BINS - 1) + 0.5)]++;
    h->n++;
}

/* One line of the image, both ends of it; a line that starts inside the body at the image's edge has no layer there. */
static void add_line(histogram *layer, histogram *inside, const float *pdff, int64_t n, int64_t stride) {
    int64_t first = 0, last = n - 1;
    while (first < n && !isfinite(pdff[first * stride])) first++;
    while (last > first && !isfinite(pdff[last * stride])) last--;
    if (last - first < 4 * INSIDE) return;
    for (int64_t depth = LAYER_FIRST; depth <= LAYER_LAST; depth++) {
        if (first > 1) add(layer, pdff[(first + depth) * stride]);
        if (last < n - 2) add(layer, pdff[(last - depth) * stride]);
    }
    for (int64_t i = first + INSIDE; i <= last - INSIDE; i++) add(inside, pdff[i * stride]);
}

void fsc_exchange_check(fsc_fatwater *out) {
    histogram layer = {{0}, 0}, inside = {{0}, 0};
    const int64_t nx = out->grid.dim[0], n = fsc_grid_count(&out->grid);
    for (int64_t line = 0; line < n / nx; line++) add_line(&layer, &inside, out->pdff_fraction + line * nx, nx, 1);
    if (layer.n < LEAST || inside.n < LEAST) return;
    const double lean = median_of(&layer), fat = median_of(&inside);
    if (!(lean < LAYER_LEAN && fat > INSIDE_FAT)) return;
    fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "maps-exchanged",
                  "fat and water look exchanged: the layer under the skin reads %.0f %% fat and what it wraps %.0f %%",
                  100 * lean, 100 * fat);
    for (int64_t v = 0; v < n; v++)
        if (isfinite(out->pdff_fraction[v])) out->quality[v] |= FSC_Q_SWAP_SUSPECT;
}
