/* baseline: the shipped fit is the fit of the shipped rows, other studies foretell a study, and what is borrowed never
 * turns into a percentile. */
#include "../test.h"
#include "baseline.h"
#include "skew.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fsc_norms *norms;
static int open_norms(void **state) {
    (void)state;
    return fsc_norms_builtin(&norms, NULL);
}
static int close_norms(void **state) {
    (void)state;
    fsc_norms_free(norms);
    return 0;
}

static void the_shipped_parameters_are_the_fit_of_the_shipped_rows(void **state) {
    (void)state;
    char path[] = "/tmp/fsc-baseline-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_ok(fsc_norms_pool(path, NULL, NULL, NULL, NULL, &test_error));
    FSC_AUTO_TABLE fsc_table fitted = {0}, shipped = {0};
    assert_ok(fsc_table_read(&fitted, path, &test_error));
    assert_ok(fsc_table_embedded(&shipped, "baseline.tsv", &test_error));
    remove(path);
    assert_int_equal(fitted.n_row, FSC_BASELINE_N);
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) {
        const double sd = fsc_table_number(&shipped, k, "sd");
        assert_close(fsc_table_number(&fitted, k, "mean"), fsc_table_number(&shipped, k, "mean"), 0.02 * sd);
        assert_close(fsc_table_number(&fitted, k, "sd"), sd, 0.02 * sd);
    }
}

static void a_study_left_out_lies_inside_what_the_others_foretell(void **state) {
    (void)state;
    char path[] = "/tmp/fsc-baseline-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    fsc_notes notes = {0};
    assert_ok(fsc_norms_pool(path, NULL, NULL, NULL, &notes, &test_error));
    remove(path);
    int32_t rows = 0, outside = 0;
    for (int32_t i = 0; i < notes.n; i++) {
        if (strcmp(notes.item[i].key, "study-left-out") != 0) continue;
        rows++;
        outside += strstr(notes.item[i].text, "OUTSIDE") != NULL;
    }
    assert_int_equal(rows, 38);
    assert_true(outside <= 4);
    fsc_notes_free(&notes);
}

static fsc_norm_place at(const char *muscle, const char *level, fsc_sex sex, double age, fsc_method method, double x) {
    const fsc_norm_query q = {muscle, level, level, FSC_SIDE_LEFT, sex, age, method, x, 0.005};
    fsc_norm_place place;
    fsc_norms_place(&place, NULL, norms, &q);
    return place;
}

static void borrowed_norms_give_a_band_and_words_and_no_percentile(void **state) {
    (void)state;
    static const double value[] = {0.10, 0.25, 0.75};
    static const char *const word[] = {"within what is usual", "cannot say", "more than is usual"};
    for (int i = 0; i < 3; i++) {
        const fsc_norm_place p = at("multifidus", "L4", FSC_SEX_MALE, 40, FSC_METHOD_COMPLEX, value[i]);
        assert_int_equal(p.kind, FSC_NORM_BORROWED);
        assert_string_equal(p.words, word[i]);
        assert_true(isnan(p.z) && isnan(p.percentile) && isnan(p.percentile_low) && isnan(p.p95_fraction));
        assert_string_equal(p.norm_id, "");
        assert_true(p.band_low_fraction > 0.02 && p.band_high_fraction < 0.5);
        assert_non_null(strstr(p.caveat, "borrowed over methods"));
    }
}

static void pooled_norms_carry_their_own_error(void **state) {
    (void)state;
    const fsc_norm_place p = at("psoas_major", "L3", FSC_SEX_FEMALE, 40, FSC_METHOD_COMPLEX, 0.06);
    assert_int_equal(p.kind, FSC_NORM_POOLED);
    assert_true(p.percentile > 30 && p.percentile < 85);
    assert_true(p.z_se > 0.5 && p.z_se < 1.2); /* the study error alone is 0.25 of an SD of 0.34 */
    assert_true(p.percentile_high - p.percentile_low > 50);
    /* Published comes first where it serves; outside ages and above T9 there is nothing. */
    assert_int_equal(at("erector_spinae", "L1", FSC_SEX_MALE, 30, FSC_METHOD_COMPLEX, 0.05).kind, FSC_NORM_PUBLISHED);
    assert_int_equal(at("multifidus", "L4", FSC_SEX_MALE, 80, FSC_METHOD_COMPLEX, 0.2).kind, FSC_NORM_NONE);
    assert_int_equal(at("multifidus", "S1", FSC_SEX_MALE, 40, FSC_METHOD_COMPLEX, 0.2).kind, FSC_NORM_NONE);
    assert_int_equal(at("multifidus", "T12", FSC_SEX_MALE, 40, FSC_METHOD_COMPLEX, 0.2).kind, FSC_NORM_NONE);
    assert_int_equal(at("multifidus", "L4", FSC_SEX_MALE, 40, FSC_METHOD_TWO_POINT, 0.2).kind, FSC_NORM_POOLED);
    assert_int_equal(at("multifidus", "L4", FSC_SEX_MALE, 40, FSC_METHOD_READY_FAT_FRACTION, 0.2).kind, FSC_NORM_NONE);
}

/* The errors of two sites share the study: their correlation is high, and each is at least the study's. */
static void the_study_error_is_one_for_all_sites(void **state) {
    (void)state;
    fsc_baseline *b = NULL;
    assert_ok(fsc_baseline_builtin(&b, &test_error));
    const fsc_baseline_at l4 = {FSC_BASELINE_IS_MULTIFIDUS, FSC_BASELINE_MULTI_ECHO, fsc_level_order("L4"), 1, 44};
    const fsc_baseline_at l5 = {FSC_BASELINE_IS_MULTIFIDUS, FSC_BASELINE_MULTI_ECHO, fsc_level_order("L5"), 1, 44};
    const double v4 = fsc_baseline_error(b, &l4, &l4), v5 = fsc_baseline_error(b, &l5, &l5);
    const double both = fsc_baseline_error(b, &l4, &l5);
    assert_close(both, fsc_baseline_error(b, &l5, &l4), 1e-12);
    assert_true(v4 > 0.25 * 0.25 && v5 > 0.25 * 0.25);
    assert_true(both / sqrt(v4 * v5) > 0.7);
    /* Women of 45: about 7, 10, 15, 21 % at L2 to L5 (erector spinae) in the note behind the model. */
    static const double percent[] = {7, 10, 15, 21};
    for (int i = 0; i < 4; i++) {
        const fsc_baseline_at at_level = {FSC_BASELINE_IS_ERECTOR, FSC_BASELINE_MULTI_ECHO, fsc_level_order("L2") + i,
                                          1, 45};
        assert_close(100 * fsc_unlogit(fsc_baseline_logit(b, &at_level)), percent[i], 1.8);
    }
    fsc_baseline_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_parameters_are_the_fit_of_the_shipped_rows),
        cmocka_unit_test(a_study_left_out_lies_inside_what_the_others_foretell),
        cmocka_unit_test(borrowed_norms_give_a_band_and_words_and_no_percentile),
        cmocka_unit_test(pooled_norms_carry_their_own_error),
        cmocka_unit_test(the_study_error_is_one_for_all_sites),
    };
    return cmocka_run_group_tests(tests, open_norms, close_norms);
}
