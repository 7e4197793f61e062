/* Whether the levels of a map can be a spine: in order, evenly apart, none twice as high as its neighbours. */
#include "fail.h"
#include "names.h"
#include "spine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Vertebrae with their discs grow by a quarter from one to the next at most (C3 to L5); a second body in one number, a
 * missing one, or a number too many changes a height or a distance by a factor of two. */
#define TOO_HIGH 1.6
#define TOO_NEAR 0.65
#define TOO_FAR 1.6
#define MARKS_MOST 64

typedef struct level_mark {
    const char *level;
    double order;
    double mean_mm[3];
} level_mark;

static int by_order(const void *a, const void *b) {
    const level_mark *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* C2 has its dens and the sacrum no discs: their heights say nothing. */
static int is_regular(double order) {
    return order >= 3 && order < 25 && order == floor(order);
}

static double distance(const double a[3], const double b[3]) {
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

static int32_t list_marks(level_mark *mark, const fsc_scheme *scheme, const fsc_label_value *value, int32_t n_value) {
    int32_t n = 0;
    for (int32_t i = 0; i < n_value && n < MARKS_MOST; i++) {
        const fsc_scheme_entry *e = fsc_scheme_find(scheme, value[i].value);
        if (!e || strcmp(e->structure, "vertebra") != 0) continue;
        mark[n] = (level_mark){.level = e->level, .order = fsc_level_order(e->level)};
        memcpy(mark[n++].mean_mm, value[i].mean_mm, sizeof value[i].mean_mm);
    }
    qsort(mark, (size_t)n, sizeof *mark, by_order);
    return n;
}

/* The higher number lies nearer to the feet, pair by pair. */
static fsc_status check_order(const level_mark *mark, int32_t n, fsc_error *err) {
    if (n < 3) return FSC_OK; /* one pair has no direction to hold it against */
    double down[3];
    for (int r = 0; r < 3; r++) down[r] = mark[n - 1].mean_mm[r] - mark[0].mean_mm[r];
    for (int32_t i = 0; i + 1 < n; i++) {
        double step = 0;
        for (int r = 0; r < 3; r++) step += (mark[i + 1].mean_mm[r] - mark[i].mean_mm[r]) * down[r];
        if (step <= 0)
            return fsc_fail(err, FSC_E_ANATOMY,
                            "level labels: %s lies above %s; correct the numbers of the level map, or name its scheme",
                            mark[i + 1].level, mark[i].level);
    }
    return FSC_OK;
}

/* Distances of neighbours by number against the usual one. */
static void check_distances(fsc_notes *notes, const level_mark *mark, int32_t n) {
    double usual[MARKS_MOST];
    int32_t m = 0;
    for (int32_t i = 0; i + 1 < n; i++)
        if (is_regular(mark[i].order) && is_regular(mark[i + 1].order))
            usual[m++] = distance(mark[i].mean_mm, mark[i + 1].mean_mm) / (mark[i + 1].order - mark[i].order);
    if (m < 3) return;
    qsort(usual, (size_t)m, sizeof *usual, by_number);
    const double median = usual[m / 2];
    for (int32_t i = 0; i + 1 < n; i++) {
        const level_mark *a = &mark[i], *b = &mark[i + 1];
        if (!is_regular(a->order) || !is_regular(b->order)) continue;
        const double steps = b->order - a->order, share = distance(a->mean_mm, b->mean_mm) / (steps * median);
        if (steps > 1 && share < TOO_NEAR)
            fsc_notes_add(notes, FSC_NOTE_WARNING, "level-missing",
                          "Levels may be misnamed: %s and %s lie next to each other, with no room for what is missing "
                          "between them.",
                          a->level, b->level);
        else if (steps > 1)
            fsc_notes_add(notes, FSC_NOTE_FOUND, "level-missing", "Nothing is labelled between %s and %s.", a->level,
                          b->level);
        else if (share > TOO_FAR)
            fsc_notes_add(notes, FSC_NOTE_WARNING, "level-gap",
                          "Levels may be misnamed: %s and %s lie %.1f times as far apart as their neighbours; a "
                          "vertebra between them, or two with one number.",
                          a->level, b->level, share);
    }
}

static void check_heights(fsc_sites *sites) {
    double mm[3]; /* a height is known to a voxel only: thick slices make one vertebra twice as high as the next */
    fsc_grid_spacing_mm(&sites->grid, mm);
    const double voxel_mm = fmax(mm[0], fmax(mm[1], mm[2]));
    for (int32_t i = 1; i + 1 < sites->n_level; i++) {
        const fsc_level_span *s = &sites->level[i];
        const double order = fsc_level_order(s->level);
        if (!is_regular(order) || s->n_voxel == 0) continue;
        const double above = s[-1].bottom_mm - s[-1].top_mm, below = s[1].bottom_mm - s[1].top_mm;
        const double height = s->bottom_mm - s->top_mm;
        const int above_counts = i > 1 && is_regular(fsc_level_order(s[-1].level));
        const int below_counts = i + 2 < sites->n_level && is_regular(fsc_level_order(s[1].level));
        const double known = above_counts && below_counts ? fmax(above, below) : above_counts ? above : below;
        if ((above_counts || below_counts) && height > TOO_HIGH * known && height - known > voxel_mm)
            fsc_notes_add(&sites->notes, FSC_NOTE_WARNING, "level-height",
                          "Levels may be misnamed: %s is %.1f times as high as its neighbours (%.0f mm); two vertebrae "
                          "may carry its number.",
                          s->level, height / known, height);
    }
}

fsc_status fsc_levels_check(fsc_sites *sites, const fsc_scheme *scheme, const fsc_label_value *value, int32_t n,
                            fsc_error *err) {
    level_mark mark[MARKS_MOST];
    const int32_t n_mark = list_marks(mark, scheme, value, n);
    FSC_TRY(check_order(mark, n_mark, err));
    check_distances(&sites->notes, mark, n_mark);
    check_heights(sites);
    return FSC_OK;
}
