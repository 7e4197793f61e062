/* The label's error: what measurements say of it, against labels whose border was displaced by a known field of another
 * kind (sums of waves) than the one that the measurement draws. */
#include "../test.h"
#include "alloc.h"
#include "random.h"

#include <fascicle/fascicle.h>
#include <stdlib.h>
#include <string.h>

enum { WAVES = 16 };
typedef struct field {
    double sd_mm, k[WAVES][3], phase[3][WAVES];
} field;

/* Wave numbers of a Gaussian correlation exp(-d^2 / 2 length^2); no lattice and no spline in it. */
static void draw_field(field *f, uint64_t seed, double sd_mm, double length_mm) {
    f->sd_mm = sd_mm;
    for (int i = 0; i < WAVES; i++) {
        for (int a = 0; a < 3; a++) f->k[i][a] = fsc_random_normal(seed, (uint64_t)a, (uint64_t)i) / length_mm;
        for (int c = 0; c < 3; c++)
            f->phase[c][i] = 6.283185307179586 * fsc_random_uniform(seed, (uint64_t)(c + 3), (uint64_t)i);
    }
}

static void field_at(double u[3], const field *f, const double mm[3]) {
    for (int c = 0; c < 3; c++) {
        u[c] = 0;
        for (int i = 0; i < WAVES; i++)
            u[c] += cos(f->k[i][0] * mm[0] + f->k[i][1] * mm[1] + f->k[i][2] * mm[2] + f->phase[c][i]);
        u[c] *= f->sd_mm * sqrt(2.0 / WAVES);
    }
}

static int64_t nearest(double x, int64_t dim) {
    const int64_t i = (int64_t)floor(x + 0.5);
    return i < 0 ? 0 : i >= dim ? dim - 1 : i;
}

/* Whether a label lies within 8 mm or so: elsewhere nothing can come to lie. */
static int is_near(const fsc_labels *const in[2], int64_t i, int64_t j, int64_t k) {
    const int64_t *dim = in[0]->grid.dim;
    for (int64_t c = -1; c <= 1; c++)
        for (int64_t b = -4; b <= 4; b++)
            for (int64_t a = -4; a <= 4; a++) {
                const int64_t at[3] = {i + a, j + b, k + c};
                if (at[0] < 0 || at[1] < 0 || at[2] < 0 || at[0] >= dim[0] || at[1] >= dim[1] || at[2] >= dim[2])
                    continue;
                const int64_t v = at[0] + dim[0] * (at[1] + dim[1] * at[2]);
                if (in[0]->data[v] || in[1]->data[v]) return 1;
            }
    return 0;
}

static void displace(fsc_labels *out[2], const fsc_phantom *p, const field *f) {
    const fsc_labels *const in[2] = {p->muscles, p->levels};
    const fsc_grid *g = &p->scan->grid;
    double spacing[3];
    fsc_grid_spacing_mm(g, spacing);
    for (int m = 0; m < 2; m++) assert_ok(fsc_labels_new(&out[m], g, &test_error));
    for (int64_t k = 0, v = 0; k < g->dim[2]; k++)
        for (int64_t j = 0; j < g->dim[1]; j++)
            for (int64_t i = 0; i < g->dim[0]; i++, v++) {
                if (!is_near(in, i, j, k)) continue;
                const double own[3] = {(double)i * spacing[0], (double)j * spacing[1], (double)k * spacing[2]};
                double u[3];
                field_at(u, f, own);
                const int64_t at = nearest((double)i + u[0] / spacing[0], g->dim[0]) +
                                   g->dim[0] * (nearest((double)j + u[1] / spacing[1], g->dim[1]) +
                                                g->dim[1] * nearest((double)k + u[2] / spacing[2], g->dim[2]));
                for (int m = 0; m < 2; m++) out[m]->data[v] = in[m]->data[at];
            }
}

static fsc_measures *measure(const fsc_phantom *p, fsc_labels *const labels[2], fsc_label_source source, double scale) {
    const fsc_fatwater maps = {
        .grid = p->scan->grid, .method = FSC_METHOD_COMPLEX, .pdff_fraction = p->truth_pdff_fraction};
    fsc_sites_options opt = FSC_SITES_OPTIONS_INIT;
    fsc_sites *sites = NULL;
    fsc_measures *m = NULL;
    opt.label_source = source;
    opt.muscle_scheme = "musclemap";
    opt.level_scheme = "sct";
    assert_ok(fsc_sites_build(&sites, &p->scan->grid, labels[0], labels[1], &opt, &test_error));
    sites->border_sd_mm *= scale;
    assert_ok(fsc_measure_run(&m, &maps, sites, NULL, &test_error));
    fsc_sites_free(sites);
    return m;
}

static fsc_phantom *draw(uint64_t seed) {
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    const fsc_phantom_injury injury = {fsc_place_of("multifidus", "L4", FSC_SIDE_LEFT), 0.15};
    opt.seed = seed;
    opt.scale = 0.75;
    opt.n_echo = 2;
    opt.tilt_deg = (double)(seed % 5) * 3 - 6;
    if (seed % 2) opt.injury = &injury, opt.n_injury = 1;
    fsc_phantom *p = NULL;
    assert_ok(fsc_phantom_make(&p, &opt, &test_error));
    return p;
}

typedef struct tally {
    double n, held, width[2000], se, square;
} tally;

static void count(tally *t, double error, double se) {
    assert_true(isfinite(se));
    t->width[(int)t->n++] = 1.6448536269514722 * se;
    t->held += fabs(error) <= 1.6448536269514722 * se;
    t->square += error * error;
    t->se += se * se;
}

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double share(tally *t, const char *what, double unit) {
    qsort(t->width, (size_t)t->n, sizeof *t->width, by_number);
    print_message(
        "%-22s %4.0f values: 90 %% intervals hold %.1f %% (half width, median, %.2f; r.m.s. error %.2f, stated "
        "%.2f)\n",
        what, t->n, 100 * t->held / t->n, unit * t->width[(int)(t->n / 2)], unit * sqrt(t->square / t->n),
        unit * sqrt(t->se / t->n));
    return t->held / t->n;
}

/* External-like borders: SD from 1 to 2 mm, correlated over 7 to 14 mm, drawn anew for each person and repeat. */
static void intervals_hold_the_error_of_displaced_labels(void **state) {
    (void)state;
    static tally fat, quarter, volume, area, side;
    for (uint64_t seed = 51; seed < 56; seed++) {
        fsc_phantom *p = draw(seed);
        fsc_labels *const own[2] = {p->muscles, p->levels};
        fsc_measures *truth = measure(p, own, FSC_LABELS_EXTERNAL, 1);
        for (uint64_t repeat = 0; repeat < 2; repeat++) {
            field f;
            fsc_labels *moved[2];
            const uint64_t key = 100 * seed + repeat;
            draw_field(&f, key, 1 + fsc_random_uniform(key, 9, 0), 7 + 7 * fsc_random_uniform(key, 9, 1));
            displace(moved, p, &f);
            fsc_measures *m = measure(p, moved, FSC_LABELS_EXTERNAL, 1);
            for (int32_t i = 0; i < m->n_row; i++) {
                const fsc_row *r = &m->row[i], *t;
                if (r->kind != FSC_ROW_SITE || r->n_voxel < 50) continue;
                t = fsc_measures_find(truth, r->place.muscle, r->place.level, r->place.side);
                if (!t || t->n_voxel < 50) continue;
                count(&fat, r->pdff_mean_fraction - t->pdff_mean_fraction, r->pdff_se_label_fraction);
                count(&volume, r->volume_mm3 - t->volume_mm3, r->volume_se_label_mm3);
                if (isfinite(r->csa_mm2) && isfinite(t->csa_mm2))
                    count(&area, r->csa_mm2 - t->csa_mm2, r->csa_se_label_mm2);
                if (isfinite(r->pdff_quartile_fraction[0]) && isfinite(t->pdff_quartile_fraction[0]))
                    count(&quarter, r->pdff_quartile_fraction[0] - t->pdff_quartile_fraction[0],
                          r->pdff_quartile_se_label_fraction[0]);
                const fsc_row *other = fsc_measures_find(m, r->place.muscle, r->place.level, FSC_SIDE_RIGHT),
                              *was = fsc_measures_find(truth, r->place.muscle, r->place.level, FSC_SIDE_RIGHT);
                if (r->place.side == FSC_SIDE_LEFT && other && was)
                    count(&side,
                          r->pdff_mean_fraction - other->pdff_mean_fraction -
                              (t->pdff_mean_fraction - was->pdff_mean_fraction),
                          sqrt(fsc_rows_label_variance(r, other)));
            }
            fsc_measures_free(m);
            for (int a = 0; a < 2; a++) fsc_labels_free(moved[a]);
        }
        fsc_measures_free(truth);
        fsc_phantom_free(p);
    }
    const double held = share(&fat, "fat, points", 100);
    (void)share(&quarter, "medial quarter, points", 100);
    const double in_volume = share(&volume, "volume, cm3", 1e-3);
    const double in_area = share(&area, "area, cm2", 1e-2);
    (void)share(&side, "left - right, points", 100);
    assert_true(held >= 0.85 && held <= 0.95);
    assert_true(in_volume >= 0.85 && in_volume <= 0.95);
    assert_true(in_area >= 0.85 && in_area <= 0.95);
}

static double middle_se(const fsc_measures *m, const char *level) {
    const fsc_row *r = fsc_measures_find(m, "multifidus", level, FSC_SIDE_LEFT);
    assert_non_null(r);
    return r->pdff_se_label_fraction;
}

static void a_less_known_border_says_so(void **state) {
    (void)state;
    fsc_phantom *p = draw(46);
    fsc_labels *const own[2] = {p->muscles, p->levels};
    fsc_measures *external = measure(p, own, FSC_LABELS_EXTERNAL, 1),
                 *proposal = measure(p, own, FSC_LABELS_PROPOSAL, 1), *again = measure(p, own, FSC_LABELS_EXTERNAL, 1),
                 *none = measure(p, own, FSC_LABELS_EXTERNAL, 0);
    assert_int_equal(external->label_source, FSC_LABELS_EXTERNAL);
    assert_int_equal(proposal->label_source, FSC_LABELS_PROPOSAL);
    assert_true(middle_se(proposal, "L4") > middle_se(external, "L4"));
    const fsc_row *wide = fsc_measures_find(proposal, "multifidus", "L4", FSC_SIDE_LEFT),
                  *narrow = fsc_measures_find(external, "multifidus", "L4", FSC_SIDE_LEFT);
    assert_true(wide->csa_se_label_mm2 > 1.5 * narrow->csa_se_label_mm2);
    assert_true(wide->volume_se_label_mm3 > 1.5 * narrow->volume_se_label_mm3);
    assert_true(isnan(middle_se(none, "L4")));
    assert_int_equal(external->n_row, again->n_row);
    assert_memory_equal(external->row, again->row, (size_t)external->n_row * sizeof *external->row);
    for (int32_t i = 0; i < external->n_row; i++) {
        const fsc_row *r = &external->row[i];
        const double total = fsc_row_se_fraction(r);
        if (r->kind != FSC_ROW_SITE) continue;
        assert_close(total, hypot(r->pdff_se_fraction, r->pdff_se_label_fraction), 1e-12);
        assert_close(fsc_row_se_fraction(&none->row[i]), none->row[i].pdff_se_fraction, 1e-12);
    }
    fsc_measures_free(external);
    fsc_measures_free(proposal);
    fsc_measures_free(again);
    fsc_measures_free(none);
    fsc_phantom_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_the_error_of_displaced_labels),
        cmocka_unit_test(a_less_known_border_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
