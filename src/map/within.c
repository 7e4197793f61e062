/* Comparisons inside the person: always possible, whatever norms there are. */
#include "build.h"
#include "format.h"
#include "text.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void fsc_row_sum_add(fsc_row_sum *sum, const fsc_row *row) {
    if (!isfinite(row->pdff_mean_fraction) || row->n_voxel <= 0) return;
    const double w = (double)row->n_voxel, se = isfinite(row->pdff_se_fraction) ? row->pdff_se_fraction : 0;
    const double bias = isfinite(row->pdff_label_bias_fraction) ? row->pdff_label_bias_fraction : 0;
    sum->weight += w;
    sum->value += w * row->pdff_mean_fraction;
    sum->variance += w * w * (se * se + fsc_row_label_scatter_variance(row));
    sum->bias += w * bias;
    sum->n_voxel += row->n_voxel;
}

double fsc_row_sum_mean(const fsc_row_sum *sum) {
    return sum->weight > 0 ? sum->value / sum->weight : (double)NAN;
}
double fsc_row_sum_se(const fsc_row_sum *sum) {
    return sum->weight > 0 ? hypot(sqrt(sum->variance), sum->bias) / sum->weight : (double)NAN;
}
double fsc_row_compared_se(const fsc_row *row) {
    return hypot(row->pdff_se_fraction, sqrt(fsc_row_label_scatter_variance(row)));
}
double fsc_row_sum_compared_se(const fsc_row_sum *sum) {
    return sum->weight > 0 ? sqrt(sum->variance) / sum->weight : (double)NAN;
}
/* The same as a row, for a difference. */
static fsc_row sum_row(const fsc_row_sum *sum) {
    const double scatter = sqrt(sum->variance) / sum->weight, bias = sum->bias / sum->weight;
    return (fsc_row){.pdff_mean_fraction = fsc_row_sum_mean(sum),
                     .pdff_se_fraction = scatter,
                     .pdff_se_label_fraction = fabs(bias),
                     .pdff_label_bias_fraction = bias};
}

static void none(fsc_contrast *c, const char *reason) {
    memset(c, 0, sizeof *c);
    c->difference_fraction = c->se_fraction = c->low_fraction = c->high_fraction = (double)NAN;
    fsc_copy_text(c->reason, sizeof c->reason, reason);
}

/* label: variance that the labels add to the difference. */
static void contrast(fsc_contrast *c, double a, double a_se, double b, double b_se, double label, const char *with) {
    if (!isfinite(a) || !isfinite(b)) {
        none(c, "no fat fraction on one of the two");
        return;
    }
    if (!isfinite(a_se) || !isfinite(b_se)) {
        none(c, "the error of one of the two is not known");
        return;
    }
    memset(c, 0, sizeof *c);
    fsc_copy_text(c->with, sizeof c->with, with);
    c->difference_fraction = a - b;
    c->se_fraction = sqrt(a_se * a_se + b_se * b_se + label);
    c->low_fraction = c->difference_fraction - fsc_words_half90(c->se_fraction);
    c->high_fraction = c->difference_fraction + fsc_words_half90(c->se_fraction);
    c->beyond_error = c->low_fraction > 0 || c->high_fraction < 0;
}

static void contrast_named(fsc_contrast *c, const fsc_row *row, const fsc_row *with, const char *name) {
    contrast(c, row->pdff_mean_fraction, row->pdff_se_fraction, with->pdff_mean_fraction, with->pdff_se_fraction,
             fsc_rows_label_variance(row, with), name);
}

static void contrast_rows(fsc_contrast *c, const fsc_row *row, const fsc_row *with) {
    char name[80];
    fsc_format(name, sizeof name, "%s %s %s", with->place.muscle, with->place.level, fsc_side_text(with->place.side));
    contrast_named(c, row, with, name);
}

static const fsc_row *find(const fsc_map *map, const fsc_row *like, const char *muscle, const char *level,
                           fsc_side side) {
    const fsc_map_site *site = fsc_map_find(map, muscle, level, side);
    return site && site->row.kind == like->kind ? &site->row : NULL;
}

static void side_contrast(fsc_contrast *c, const fsc_map *map, const fsc_row *row) {
    if (row->place.side != FSC_SIDE_LEFT && row->place.side != FSC_SIDE_RIGHT) {
        none(c, row->place.side == FSC_SIDE_UNKNOWN ? "left and right are not known in this scan"
                                                    : "not a row of one side");
        return;
    }
    const fsc_side other = row->place.side == FSC_SIDE_LEFT ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
    const fsc_row *with = find(map, row, row->place.muscle, row->place.level, other);
    if (!with)
        none(c, "the other side was not measured");
    else if (with->cut_by_fov != row->cut_by_fov)
        none(c, "one side is cut by the field of view");
    else
        contrast_rows(c, row, with);
}

static void level_contrast(fsc_contrast *c, const fsc_map *map, const fsc_row *row) {
    const double order = fsc_level_order(row->place.level);
    const fsc_row *above = NULL;
    for (int32_t i = 0; i < map->n_site && fsc_map_is_site(row); i++) {
        const fsc_row *r = &map->site[i].row;
        if (r->kind != row->kind || r->place.side != row->place.side || strcmp(r->place.muscle, row->place.muscle) != 0)
            continue;
        const double d = order - fsc_level_order(r->place.level);
        if (d > 0 && d <= 1 && (!above || fsc_level_order(r->place.level) > fsc_level_order(above->place.level)))
            above = r;
    }
    if (above)
        contrast_rows(c, row, above);
    else
        none(c, "the next level towards the head was not measured");
}

static const char *layer_of(const fsc_row *row) {
    const fsc_muscle *muscle = fsc_muscle_find(row->place.muscle);
    return muscle ? muscle->layer : "";
}

static void depth_contrast(fsc_contrast *c, const fsc_map *map, const fsc_row *row) {
    if (strcmp(layer_of(row), "deep") != 0 || !fsc_map_is_site(row)) {
        none(c, "not a deep muscle of one level");
        return;
    }
    fsc_row_sum sum = {0};
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *r = &map->site[i].row;
        const char *layer = layer_of(r);
        if (r->kind == row->kind && r->place.side == row->place.side && strcmp(r->place.level, row->place.level) == 0 &&
            (strcmp(layer, "intermediate") == 0 || strcmp(layer, "superficial") == 0))
            fsc_row_sum_add(&sum, r);
    }
    if (sum.n_voxel == 0)
        none(c, "no more superficial muscle was measured here");
    else {
        const fsc_row outside = sum_row(&sum);
        contrast_named(c, row, &outside, "the layers outside it");
    }
}

static void psoas_contrast(fsc_contrast *c, const fsc_map *map, const fsc_row *row) {
    const fsc_row *psoas = find(map, row, "psoas_major", row->place.level, row->place.side);
    if (strcmp(row->place.muscle, "psoas_major") == 0)
        none(c, "this is the psoas itself");
    else if (!psoas)
        none(c, "the psoas was not measured here");
    else
        contrast_rows(c, row, psoas);
}

static void medial_contrast(fsc_contrast *c, const fsc_row *row) {
    const double *q = row->pdff_quartile_fraction, *se = row->pdff_quartile_se_fraction;
    double label[4];
    for (int i = 0; i < 4; i++) {
        const double own = row->pdff_quartile_se_label_fraction[i];
        label[i] = isfinite(own) ? own * own : 0;
    }
    contrast(c, q[0], se[0], (q[1] + q[2] + q[3]) / 3, sqrt(se[1] * se[1] + se[2] * se[2] + se[3] * se[3]) / 3,
             label[0] + (label[1] + label[2] + label[3]) / 9, "Q2-Q4");
}

/* Weighted line of the levels' means over their order; scatter about the line widens the error. */
static void level_gradient(fsc_contrast *c, const fsc_map *map, const fsc_row *row) {
    const fsc_row_kind kind = row->kind == FSC_ROW_MUSCLE ? FSC_ROW_SITE : FSC_ROW_SITE_BOTH;
    double w_sum = 0, x_sum = 0, y_sum = 0, xx = 0, xy = 0, yy = 0;
    const fsc_row *first = NULL, *last = NULL;
    int32_t n = 0;
    if (fsc_map_is_site(row)) {
        none(c, "for whole muscles only");
        return;
    }
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *r = &map->site[i].row;
        const double x = fsc_level_order(r->place.level), y = r->pdff_mean_fraction,
                     w = 1 / (r->pdff_se_fraction * r->pdff_se_fraction + fsc_row_label_scatter_variance(r));
        if (r->kind != kind || r->place.side != row->place.side || strcmp(r->place.muscle, row->place.muscle) != 0)
            continue;
        if (!isfinite(x) || !isfinite(y) || !isfinite(w)) continue;
        w_sum += w;
        x_sum += w * x;
        y_sum += w * y;
        xx += w * x * x;
        xy += w * x * y;
        yy += w * y * y;
        if (!first || x < fsc_level_order(first->place.level)) first = r;
        if (!last || x > fsc_level_order(last->place.level)) last = r;
        n++;
    }
    const double sxx = xx - x_sum * x_sum / w_sum, sxy = xy - x_sum * y_sum / w_sum, syy = yy - y_sum * y_sum / w_sum;
    if (n < 2 || !(sxx > 0)) {
        none(c, "fewer than two levels with a fat fraction");
        return;
    }
    const double scatter = n > 2 ? fmax(1, (syy - sxy * sxy / sxx) / (n - 2)) : 1;
    char name[80];
    fsc_format(name, sizeof name, "per level, %s to %s", first->place.level, last->place.level);
    contrast(c, sxy / sxx, sqrt(scatter / sxx), 0, 0, 0, name);
}

void fsc_map_contrasts(fsc_map *map) {
    for (int32_t i = 0; i < map->n_site; i++) {
        fsc_map_site *site = &map->site[i];
        side_contrast(&site->side, map, &site->row);
        level_contrast(&site->above, map, &site->row);
        depth_contrast(&site->depth, map, &site->row);
        psoas_contrast(&site->psoas, map, &site->row);
        medial_contrast(&site->medial, &site->row);
        level_gradient(&site->gradient, map, &site->row);
    }
}
