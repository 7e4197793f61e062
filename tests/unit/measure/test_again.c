/* Measuring again after strokes: whatever is drawn in whatever order, the numbers are those of a whole measurement, bit
 * for bit. */
#include "../anatomy/body.h"
#include "../test.h"
#include "alloc.h"
#include "random.h"

#include <fascicle/measure.h>

typedef struct scene {
    body_maps maps;
    fsc_fatwater fw;
    int64_t dim[3], n;
    fsc_measure_kept *kept;
    uint64_t drawn; /* numbers */
} scene;

static int64_t draw(scene *s, int64_t below) {
    return (int64_t)(fsc_random_uniform(9, 1, s->drawn++) * (double)below);
}

static void paint_fat(void *context, const double own[3], int64_t v) {
    scene *s = context;
    const double pdff = 0.1 + 0.004 * fabs(own[0]) + 0.02 * fsc_random_normal(5, 1, (uint64_t)v);
    s->fw.pdff_fraction[v] = v % 97 ? (float)pdff : NAN;
    s->fw.pdff_se_fraction[v] = 0.02f;
    s->fw.water[v] = (float)(200 * (1 - pdff));
    s->fw.fat[v] = (float)(200 * pdff);
    s->fw.r2star_per_s[v] = 40.0f + (float)(v % 7);
}

static void open_scene(scene *s, const char *letters, const double spacing[3], const int64_t dim[3], double tilt) {
    *s = (scene){.maps = {NULL, NULL, 21, 3, 34, {5101, 5111}, {5102, 5112}}, .dim = {dim[0], dim[1], dim[2]}};
    s->fw = (fsc_fatwater){.grid = body_grid(letters, spacing, dim, 0), .method = FSC_METHOD_COMPLEX, .noise_sd = 5};
    s->n = fsc_grid_count(&s->fw.grid);
    float **map[] = {&s->fw.pdff_fraction, &s->fw.pdff_se_fraction, &s->fw.water, &s->fw.fat, &s->fw.r2star_per_s};
    for (int i = 0; i < 5; i++) assert_non_null(*map[i] = fsc_alloc(s->n, sizeof(float)));
    assert_non_null(s->fw.quality = fsc_alloc(s->n, sizeof *s->fw.quality));
    assert_ok(fsc_labels_new(&s->maps.muscles, &s->fw.grid, &test_error));
    assert_ok(fsc_labels_new(&s->maps.levels, &s->fw.grid, &test_error));
    body_walk(&s->fw.grid, tilt, body_paint_all, &s->maps);
    body_walk(&s->fw.grid, tilt, paint_fat, s);
}

static void close_scene(scene *s) {
    float *map[] = {s->fw.pdff_fraction, s->fw.pdff_se_fraction, s->fw.water, s->fw.fat, s->fw.r2star_per_s};
    for (int i = 0; i < 5; i++) fsc_free(map[i]);
    fsc_free(s->fw.quality);
    fsc_labels_free(s->maps.muscles);
    fsc_labels_free(s->maps.levels);
    fsc_measure_kept_free(s->kept);
}

/* A box of one label, or of none: now and then as large as a site, often across muscles, bones and levels. */
static void stroke(scene *s) {
    static const int32_t label[] = {0, 5101, 5102, 5111, 5112};
    const int32_t to = label[draw(s, 5)];
    const int64_t half = draw(s, 6) == 0 ? 8 : 2, x = draw(s, s->dim[0]), y = draw(s, s->dim[1]),
                  z = draw(s, s->dim[2]);
    for (int64_t v = 0; v < s->n; v++) {
        const int64_t at[3] = {v % s->dim[0], v / s->dim[0] % s->dim[1], v / (s->dim[0] * s->dim[1])};
        if (llabs(at[0] - x) <= half && llabs(at[1] - y) <= half && llabs(at[2] - z) <= half / 2)
            s->maps.muscles->data[v] = to;
    }
}

/* As long as the bits are the same the rows are; NaN too. Padding is zero from the start. */
static void compare(scene *s, int32_t *n_row) {
    fsc_sites *sites = NULL;
    fsc_measures *whole = NULL, *again = NULL;
    const fsc_sites_options opt = {"musclemap", NULL, 1, 0, NULL, NULL, FSC_LABELS_EDITED};
    const fsc_status status = fsc_sites_build(&sites, &s->fw.grid, s->maps.muscles, s->maps.levels, &opt, &test_error);
    if (status == FSC_E_ANATOMY) return; /* too much was drawn over */
    assert_int_equal(status, FSC_OK);
    assert_ok(fsc_measure_run(&whole, &s->fw, sites, NULL, &test_error));
    assert_ok(fsc_measure_again(&again, &s->kept, &s->fw, sites, NULL, &test_error));
    assert_int_equal(whole->n_row, again->n_row);
    for (int32_t i = 0; i < whole->n_row; i++)
        if (memcmp(&whole->row[i], &again->row[i], sizeof *whole->row) != 0)
            fail_msg("%s %s %d differs", whole->row[i].place.muscle, whole->row[i].place.level,
                     whole->row[i].place.side);
    assert_int_equal(whole->n_fitted, again->n_fitted);
    assert_memory_equal(&whole->snr_median, &again->snr_median, sizeof whole->snr_median);
    assert_memory_equal(&whole->pdff_median_fraction, &again->pdff_median_fraction, sizeof(double));
    assert_int_equal(whole->notes.n, again->notes.n);
    for (int32_t i = 0; i < whole->notes.n; i++)
        assert_string_equal(whole->notes.item[i].text, again->notes.item[i].text);
    *n_row = whole->n_row;
    fsc_measures_free(whole);
    fsc_measures_free(again);
    fsc_sites_free(sites);
}

static void any_stroke_gives_the_whole_numbers(void **state) {
    (void)state;
    static const struct {
        const char *letters;
        double spacing[3];
        int64_t dim[3];
        double tilt;
    } cases[] = {
        {"LAS", {3, 3, 6}, {44, 40, 20}, 0}, {"RAS", {4, 4, 4}, {32, 35, 32}, 20}, {"ASR", {4, 4, 4}, {30, 32, 33}, 8}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        scene s;
        int32_t n_row = 0, n_compared = 0;
        open_scene(&s, cases[c].letters, cases[c].spacing, cases[c].dim, cases[c].tilt);
        compare(&s, &n_row);
        for (int i = 0; i < 5; i++) {
            n_row = 0;
            stroke(&s);
            compare(&s, &n_row);
            n_compared += n_row > 10;
        }
        assert_true(n_compared > 3);
        close_scene(&s);
    }
}

/* What is kept stays good when a measurement ends early. */
static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    scene s;
    fsc_sites *sites = NULL;
    const fsc_sites_options opt = {"musclemap", NULL, 1, 0, NULL, NULL, FSC_LABELS_EDITED};
    int32_t n_row = 0;
    open_scene(&s, "LAS", (double[]){5, 5, 8}, (int64_t[]){26, 24, 16}, 0);
    compare(&s, &n_row);
    stroke(&s);
    assert_ok(fsc_sites_build(&sites, &s.fw.grid, s.maps.muscles, s.maps.levels, &opt, &test_error));
    fsc_status status = FSC_E_NOMEM;
    for (int64_t n = 0; status != FSC_OK && n < 200; n += 5) {
        fsc_measures *m = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_measure_again(&m, &s.kept, &s.fw, sites, NULL, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        fsc_measures_free(m);
    }
    assert_int_equal(status, FSC_OK);
    stroke(&s);
    compare(&s, &n_row);
    fsc_sites_free(sites);
    close_scene(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_stroke_gives_the_whole_numbers),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
