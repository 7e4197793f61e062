/* Places where an image is not what was measured: a file that was cut and filled up, or a copy that lost a stretch. One
 * echo is exactly 0, or keeps exactly one phase over a run of voxels, where the other echoes show a body. Noise makes
 * neither. */
#include "inspect.h"

#include <math.h>

/* Share of an echo's mean strength from which on another echo shows that a body is there. */
#define STRONG 0.5
/* Voxels in a row, and how nearly equal their phases are (rounding aside). */
#define RUN 12
#define SAME_PHASE 1e-6
/* So many, and this share of the body, are said. */
#define LEAST 20
#define LEAST_SHARE 1e-3

typedef struct holes {
    const fsc_scan *scan;
    int64_t n_voxel;
    double strong_square[FSC_ECHO_MAX];
} holes;

static double square_of(const holes *h, int32_t echo, int64_t v) {
    const int64_t at = echo * h->n_voxel + v;
    const double re = (double)h->scan->echo_re[at], im = h->scan->echo_im ? (double)h->scan->echo_im[at] : 0;
    const double square = re * re + im * im;
    return isfinite(square) ? square : 0;
}

/* Square of the strength from which on a voxel of the echo surely holds signal. */
static double strong_of(const holes *h, int32_t echo) {
    double sum = 0;
    int64_t n = 0;
    for (int64_t v = 0; v < h->n_voxel; v++) {
        const double square = square_of(h, echo, v);
        if (!(square > 0)) continue;
        sum += sqrt(square);
        n++;
    }
    const double mean = n > 0 ? sum / (double)n : 0;
    return STRONG * STRONG * mean * mean;
}

static int is_strong(const holes *h, int32_t echo, int64_t v) {
    return h->strong_square[echo] > 0 && square_of(h, echo, v) > h->strong_square[echo];
}

static int neighbour_is_strong(const holes *h, int32_t echo, int64_t v) {
    return (echo > 0 && is_strong(h, echo - 1, v)) || (echo + 1 < h->scan->n_echo && is_strong(h, echo + 1, v));
}

/* Whether two voxels hold the same phase, to rounding. */
static int same_phase(const holes *h, int32_t echo, int64_t v, int64_t w) {
    const float *re = h->scan->echo_re + echo * h->n_voxel, *im = h->scan->echo_im + echo * h->n_voxel;
    const double cross = (double)im[w] * (double)re[v] - (double)re[w] * (double)im[v];
    const double dot = (double)re[w] * (double)re[v] + (double)im[w] * (double)im[v];
    return fabs(cross) <= SAME_PHASE * fabs(dot);
}

static int another_turns(const holes *h, int32_t echo, int64_t v, int64_t w) {
    const int32_t other = echo > 0 ? echo - 1 : echo + 1;
    return !same_phase(h, other, v, w);
}

/* Voxels in long runs of strong ones whose phase stands still in this echo and not in another. */
static int64_t frozen_voxels(const holes *h, int32_t echo) {
    const int64_t nx = h->scan->grid.dim[0];
    int64_t found = 0, length = 1;
    int turns = 0;
    for (int64_t v = 1; v <= h->n_voxel; v++) {
        const int goes_on = v < h->n_voxel && v % nx != 0 && is_strong(h, echo, v) && is_strong(h, echo, v - 1) &&
                            same_phase(h, echo, v - 1, v);
        if (goes_on) {
            length++;
            turns |= another_turns(h, echo, v - 1, v);
            continue;
        }
        if (length >= RUN && turns) found += length;
        length = 1;
        turns = 0;
    }
    return found;
}

void fsc_inspect_holes(const fsc_scan *scan, fsc_notes *notes) {
    holes h = {.scan = scan, .n_voxel = fsc_grid_count(&scan->grid)};
    if (scan->n_echo < 2) return;
    for (int32_t e = 0; e < scan->n_echo; e++) h.strong_square[e] = strong_of(&h, e);
    for (int32_t e = 0; e < scan->n_echo; e++) {
        int64_t empty = 0, body = 0;
        for (int64_t v = 0; v < h.n_voxel; v++) {
            body += is_strong(&h, e, v);
            empty += !(square_of(&h, e, v) > 0) && neighbour_is_strong(&h, e, v);
        }
        const int64_t frozen = scan->kind == FSC_SCAN_COMPLEX && scan->echo_im ? frozen_voxels(&h, e) : 0;
        const double limit = fmax(LEAST, LEAST_SHARE * (double)body);
        if ((double)empty > limit)
            fsc_notes_add(notes, FSC_NOTE_WARNING, "echo-holes",
                          "Fat fractions are wrong in places: echo %d (TE %.3f ms) is exactly 0 in %lld voxels where "
                          "other echoes have signal; copy or convert the scan again",
                          (int)e + 1, 1e3 * scan->te_s[e], (long long)empty);
        else if ((double)frozen > limit)
            fsc_notes_add(notes, FSC_NOTE_WARNING, "echo-holes",
                          "Fat fractions are wrong in places: the phase of echo %d (TE %.3f ms) stands still over %lld "
                          "voxels in long rows; copy or convert the scan again",
                          (int)e + 1, 1e3 * scan->te_s[e], (long long)frozen);
    }
}
