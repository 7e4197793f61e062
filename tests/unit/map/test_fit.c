/* fit: curves fitted to simulated controls recover the generating curve within their stated band, and place new people
 * with z of mean 0 and SD 1; bad tables are refused with the row. */
#include "../test.h"
#include "alloc.h"
#include "random.h"
#include "skew.h"

#include <fascicle/norms.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char in_path[] = "/tmp/fsc-fit-in-XXXXXX", out_path[] = "/tmp/fsc-fit-out-XXXXXX";

static int make_files(void **state) {
    (void)state;
    const int a = mkstemp(in_path), b = mkstemp(out_path);
    if (a < 0 || b < 0) return -1;
    (void)close(a);
    (void)close(b);
    return 0;
}
static int remove_files(void **state) {
    (void)state;
    (void)remove(in_path);
    (void)remove(out_path);
    return 0;
}

static const char header[] = "participant_id\tage\tsex\tmuscle\tlevel\tside\tpdff_mean_fraction\n";
static const fsc_norms_fit_options options = {.cohort = "ours", .method = "multi-echo PDFF", .source = "own controls"};

/* The generating median in logit units: rises slowly, then faster after 45; women and caudal levels are fatter. */
static double truth(double age, int woman, int level) {
    const double late = age > 45 ? (age - 45) / 25 : 0;
    return -2.2 + 0.25 * woman + 0.2 * level + 0.012 * (age - 20) + 0.35 * late * late;
}
static const double spread = 0.45;

/* Another world: a straight line in percent with normal scatter of 3 points, hardly skewed. */
static double straight(double age, int woman, int level) {
    return 0.08 + 0.0025 * (age - 20) + 0.04 * woman + 0.02 * level;
}
static int skewed_world = 1;
static double true_median(double age, int woman, int level) {
    return skewed_world ? fsc_unlogit(truth(age, woman, level)) : straight(age, woman, level);
}

/* 200 controls, half women, 20 to 70 years, three levels each; a person's levels share part of their deviation. */
static void write_cohort(uint64_t seed, int n) {
    FILE *file = fopen(in_path, "w");
    assert_non_null(file);
    fputs(header, file);
    for (int i = 0; i < n; i++) {
        const double age = 20 + 50 * fsc_random_uniform(seed, 1, (uint64_t)i),
                     shared = fsc_random_normal(seed, 2, (uint64_t)i);
        for (int level = 0; level < 3; level++) {
            const double own = fsc_random_normal(seed, 3 + (uint64_t)level, (uint64_t)i);
            const double score = 0.8 * shared + 0.6 * own;
            const double x = skewed_world ? fsc_unlogit(truth(age, i % 2, level) + spread * score)
                                          : fmax(0.002, straight(age, i % 2, level) + 0.03 * score);
            fprintf(file, "p%03d\t%.3f\t%s\tmultifidus\tL%d\tboth\t%.8f\n", i, age, i % 2 ? "female" : "male",
                    3 + level, x);
        }
    }
    assert_int_equal(fclose(file), 0);
}

static fsc_norms *fit(void) {
    fsc_notes notes = {0};
    fsc_norms *norms = NULL;
    assert_ok(fsc_norms_fit(out_path, in_path, &options, NULL, &notes, &test_error));
    fsc_notes_free(&notes);
    assert_ok(fsc_norms_read(&norms, out_path, &test_error));
    return norms;
}

static void bands_hold_a_curve(void) {
    int64_t point = 0, points = 0;
    int whole = 0, curves = 0;
    for (uint64_t trial = 0; trial < 60; trial++) {
        write_cohort(1000 + trial, 200);
        fsc_norms *norms = fit();
        assert_int_equal(fsc_norms_count(norms), 6);
        for (int c = 0; c < 6; c++) {
            const int woman = c % 2, level = c / 2;
            char id[96];
            (void)snprintf(id, sizeof id, "ours.multifidus.L%d.both.%s", 3 + level, woman ? "female" : "male");
            int inside = 1;
            for (int age = 25; age <= 65; age += 2) {
                double median, low, high;
                assert_ok(fsc_norms_curve(&median, &low, &high, norms, id, age, &test_error));
                const double t = true_median(age, woman, level);
                const int in = low <= t && t <= high;
                inside &= in;
                point += in;
                points++;
            }
            whole += inside;
            curves++;
        }
        fsc_norms_free(norms);
    }
    const double share = (double)whole / curves;
    print_message(
        "norms fit, 200 controls, %s: the whole curve lies in its 90 %% band in %.3f of %d curves (%.3f of points)\n",
        skewed_world ? "skewed" : "normal scatter", share, curves, (double)point / (double)points);
    assert_true(share >= 0.90);
}

static void bands_hold_the_generating_curve(void **state) {
    (void)state;
    for (skewed_world = 1; skewed_world >= 0; skewed_world--) bands_hold_a_curve();
    skewed_world = 1;
}

static void new_controls_have_z_of_mean_0_and_sd_1(void **state) {
    (void)state;
    write_cohort(77, 4000);
    fsc_norms *norms = fit();
    double sum = 0, square = 0;
    const int n = 6000;
    for (int i = 0; i < n; i++) {
        const double age = 25 + 40 * fsc_random_uniform(78, 1, (uint64_t)i);
        const double y = truth(age, i % 2, i % 3) + spread * fsc_random_normal(78, 2, (uint64_t)i);
        const char level[3] = {'L', (char)('3' + i % 3), 0};
        const fsc_norm_query query = {
            "multifidus",       level,          level,      FSC_SIDE_BOTH, i % 2 ? FSC_SEX_FEMALE : FSC_SEX_MALE, age,
            FSC_METHOD_COMPLEX, fsc_unlogit(y), (double)NAN};
        fsc_norm_place place;
        fsc_norms_place(&place, NULL, norms, &query);
        assert_string_not_equal(place.norm_id, "");
        sum += place.z;
        square += place.z * place.z;
    }
    const double mean = sum / n, sd = sqrt(square / n - mean * mean);
    print_message("z of new simulated controls in a fitted norm: mean %.3f, SD %.3f\n", mean, sd);
    assert_close(mean, 0, 0.05);
    assert_close(sd, 1, 0.05);
    /* Outside the ages fitted, another side and another sex refuse. */
    fsc_norm_query query = {"multifidus", "L4", "L4", FSC_SIDE_BOTH, FSC_SEX_MALE, 80, FSC_METHOD_COMPLEX, 0.2, 0.01};
    fsc_norm_place place;
    fsc_norms_place(&place, NULL, norms, &query);
    assert_string_equal(place.failed, "age");
    query.age_years = 50;
    query.sex = FSC_SEX_UNKNOWN;
    fsc_norms_place(&place, NULL, norms, &query);
    assert_string_equal(place.failed, "sex");
    fsc_norms_free(norms);
}

/* Box and Cox's transform of the odds, straight from the definition. */
static double transform(double fraction, double lambda) {
    const double odds = fraction / (1 - fraction);
    return lambda > 0 ? (pow(odds, lambda) - 1) / lambda : log(odds);
}

/* The textbook line through (age, t) and its likelihood. */
static double line(double *start, double *slope, const double *age, const double *fraction, int n, double lambda) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0, rss = 0, jacobian = 0;
    for (int i = 0; i < n; i++) {
        const double y = transform(fraction[i], lambda);
        sx += age[i];
        sy += y;
        sxx += age[i] * age[i];
        sxy += age[i] * y;
        jacobian += lambda * log(fraction[i] / (1 - fraction[i]));
    }
    *slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    *start = (sy - *slope * sx) / n;
    for (int i = 0; i < n; i++) rss += pow(transform(fraction[i], lambda) - *start - *slope * age[i], 2);
    return -0.5 * n * log(rss / n) + jacobian;
}

/* Few people get a straight line, on the most likely scale. */
static void few_people_get_a_straight_line(void **state) {
    (void)state;
    enum { N = 24 };
    double age[N], fraction[N];
    FILE *file = fopen(in_path, "w");
    fputs(header, file);
    for (int i = 0; i < N; i++) {
        age[i] = 25 + 2 * i;
        fraction[i] = 0.1 + 0.002 * age[i] + 0.03 * sin(3.0 * i);
        fprintf(file, "p%d\t%g\tfemale\tmultifidus\tL4\tleft\t%.12f\n", i, age[i], fraction[i]);
    }
    fclose(file);
    fsc_norms *norms = fit();
    double best = -HUGE_VAL, best_lambda = 0, start, slope, median, low, high;
    for (int k = 0; k <= 20; k++) {
        const double likelihood = line(&start, &slope, age, fraction, N, k / 20.0);
        if (likelihood <= best) continue;
        best = likelihood;
        best_lambda = k / 20.0;
    }
    (void)line(&start, &slope, age, fraction, N, best_lambda);
    assert_ok(fsc_norms_curve(&median, &low, &high, norms, "ours.multifidus.L4.left.female", 50, &test_error));
    assert_close(transform(median, best_lambda), start + slope * 50, 1e-9);
    assert_true(low < median && median < high);
    assert_ok(fsc_norms_curve(&median, &low, &high, norms, "ours.multifidus.L4.left.female", 90, &test_error));
    assert_true(isnan(median));
    assert_fails(fsc_norms_curve(&median, &low, &high, norms, "none", 50, &test_error), FSC_E_NOTFOUND);
    /* A value's own error widens the interval by the slope of the scale: against differences. */
    fsc_norm_place a, b, c;
    assert_ok(fsc_norms_place_in(&a, norms, "ours.multifidus.L4.left.female", 50, 0.22, (double)NAN, &test_error));
    assert_ok(
        fsc_norms_place_in(&b, norms, "ours.multifidus.L4.left.female", 50, 0.22 + 1e-6, (double)NAN, &test_error));
    assert_ok(fsc_norms_place_in(&c, norms, "ours.multifidus.L4.left.female", 50, 0.22, 0.01, &test_error));
    assert_close(c.z_se * c.z_se - a.z_se * a.z_se, pow(0.01 * (b.z - a.z) / 1e-6, 2), 1e-4);
    fsc_norms_free(norms);
}

static void refused(const char *row, fsc_status code, const char *part) {
    FILE *file = fopen(in_path, "w");
    fputs(header, file);
    for (int i = 0; i < 25; i++) fprintf(file, "p%d\t%d\tmale\tmultifidus\tL4\tboth\t0.1%d\n", i, 20 + i, i % 5);
    fputs(row, file);
    fclose(file);
    fsc_notes notes = {0};
    assert_fails(fsc_norms_fit(out_path, in_path, &options, NULL, &notes, &test_error), code);
    if (!strstr(test_error.text, part)) fail_msg("'%s' lacks '%s'", test_error.text, part);
    fsc_notes_free(&notes);
}

static void bad_tables_are_refused_with_the_row(void **state) {
    (void)state;
    refused("x\t40\tm?\tmultifidus\tL4\tboth\t0.12\n", FSC_E_FORMAT, "row 26, column sex: \"m?\"");
    refused("x\t40\tmale\tmultifidus\tL4\tmiddle\t12\n", FSC_E_FORMAT, "column side: \"middle\"");
    refused("x\told\tmale\tmultifidus\tL4\tboth\t0.12\n", FSC_E_FORMAT, "column age: \"old\"");
    refused("x\t40\tmale\tmultifidus\tL4\tboth\t0\n", FSC_E_FORMAT, "between 0 and 1");
    refused("p3\t40\tmale\tmultifidus\tL4\tboth\t0.12\n", FSC_E_RANGE, "rows 4 and 26");
    refused("x\t40\tmale\tmultifidus\tL4\n", FSC_E_FORMAT, "line");
    fsc_notes notes = {0};
    FILE *file = fopen(in_path, "w");
    fputs("participant_id\tage\tsex\tmuscle\tlevel\tside\n", file);
    fclose(file);
    assert_fails(fsc_norms_fit(out_path, in_path, &options, NULL, &notes, &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "pdff_mean_fraction"));
    file = fopen(in_path, "w");
    fputs(header, file);
    fputs("x\t40\tmale\tmultifidus\tL4\tboth\t0.12\n", file);
    fclose(file);
    assert_fails(fsc_norms_fit(out_path, in_path, &options, NULL, &notes, &test_error), FSC_E_RANGE);
    assert_non_null(strstr(test_error.text, "20 people"));
    fsc_notes_free(&notes);
}

/* Site tables as the program writes them, with bones and whole muscles, and the ages of the people beside them. */
static void a_site_table_as_written_is_fitted_with_the_ages_of_participants(void **state) {
    (void)state;
    char people_path[] = "/tmp/fsc-people-XXXXXX";
    const int at = mkstemp(people_path);
    FILE *people = fdopen(at, "w"), *file = fopen(in_path, "w");
    assert_non_null(people);
    assert_non_null(file);
    fputs("participant_id\tsex\tage\n", people);
    fputs("participant_id\tsession_id\tmuscle\tlevel\tside\tkind\tpdff_mean_fraction\tmethod\n", file);
    for (int i = 0; i < 30; i++) {
        fprintf(people, "sub-%02d\tF\t%d\n", i, 25 + i);
        for (int side = 0; side < 2; side++)
            fprintf(file, "sub-%02d\tn/a\tmultifidus\tL4\t%s\tsite\t%.4f\tcomplex-multi-echo-pdff\n", i,
                    side ? "left" : "right",
                    0.1 + 0.002 * i + 0.01 * fsc_random_uniform(9, 1, (uint64_t)(2 * i + side)));
        fprintf(file, "sub-%02d\tn/a\tmultifidus\tall\tleft\tmuscle\t0.2\tcomplex-multi-echo-pdff\n", i);
        fprintf(file, "sub-%02d\tn/a\tvertebra\tL4\tmidline\tbone\t0.4\tcomplex-multi-echo-pdff\n", i);
    }
    assert_int_equal(fclose(people) | fclose(file), 0);
    fsc_norms_fit_options own = {.cohort = "ours", .source = "own controls"};
    fsc_notes notes = {0};
    fsc_norms *norms = NULL;
    assert_fails(fsc_norms_fit(out_path, in_path, &own, NULL, &notes, &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "participants.tsv"));
    own.participants = people_path;
    assert_ok(fsc_norms_fit(out_path, in_path, &own, NULL, &notes, &test_error));
    assert_ok(fsc_norms_read(&norms, out_path, &test_error));
    assert_int_equal(fsc_norms_count(norms), 2);
    assert_string_equal(fsc_norms_id(norms, 0), "ours.multifidus.L4.left.female");
    fsc_norms_free(norms);
    fsc_notes_free(&notes);
    (void)remove(people_path);
}

static void check_table(const char *row, const char *part) {
    FILE *file = fopen(in_path, "w");
    fputs("norm_id\tmuscle\tlevel_first\tlevel_last\tside\tsex\tage_min_years\tage_max_years\tn\tmean_percent\tsd_"
          "percent\t"
          "method\tcohort\tsource\tstatus\n"
          "a\tm\tL4\tL4\tboth\tmale\t20\t40\t30\t20\t5\tmulti-echo PDFF\tc\ts\tverified\n",
          file);
    fputs(row, file);
    fclose(file);
    fsc_norms *norms = NULL;
    test_error = (fsc_error){0};
    assert_int_not_equal(fsc_norms_read(&norms, in_path, &test_error), FSC_OK);
    if (!strstr(test_error.text, part)) fail_msg("'%s' lacks '%s'", test_error.text, part);
}

static void norm_tables_are_checked(void **state) {
    (void)state;
    check_table("a\tm\tL4\tL4\tboth\tmale\t20\t40\t30\t20\t5\tmulti-echo PDFF\tc\ts\tverified\n", "used twice");
    check_table("b\tm\tL4\tL4\tboth\tmale\t20\t40\t30\t20\t5\tmulti-echo PDFF\tc\ts\trecalled\n", "status");
    check_table("b\tm\tL4\tL4\tboth\tmale\t20\t40\t30\t20\t5\tmulti-echo PDFF\tc\t\tverified\n", "source");
    check_table("b\tm\tL4\tL4\tboth\tmale\t20\t40\t1\t20\t5\tmulti-echo PDFF\tc\ts\tverified\n", "n '1'");
    check_table("b\tm\tL4\tL4\tboth\tmale\t20\t40\t30\t120\t5\tmulti-echo PDFF\tc\ts\tverified\n", "mean_percent");
    check_table("b\tm\tL4\tL4\tboth\tmale\t20\t40\t30\t20\t90\tmulti-echo PDFF\tc\ts\tverified\n", "sd_percent");
    check_table("b\tm\tL4\tL4\tboth\tmale\t40\t20\t30\t20\t5\tmulti-echo PDFF\tc\ts\tverified\n", "age_max_years");
    check_table("b\tm\tL4\tL2\tboth\tmale\t20\t40\t30\t20\t5\tmulti-echo PDFF\tc\ts\tverified\n", "level_last");
    check_table("b\tm\tL4\tL4\tboth\tman\t20\t40\t30\t20\t5\tmulti-echo PDFF\tc\ts\tverified\n", "sex 'man'");
    check_table("b\tm\tL4\tL4\tboth\tmale\t20\t40\t30\t20\t5\tMRI\tc\ts\tverified\n", "method 'MRI'");
}

static void memory_failures_are_reported(void **state) {
    (void)state;
    write_cohort(5, 60);
    for (int64_t k = 0;; k++) {
        fsc_notes notes = {0};
        fsc_norms *norms = NULL;
        fsc_alloc_fail_at(k);
        fsc_status status = fsc_norms_fit(out_path, in_path, &options, NULL, &notes, NULL);
        if (status == FSC_OK) status = fsc_norms_read(&norms, out_path, NULL);
        fsc_alloc_fail_at(-1);
        fsc_norms_free(norms);
        fsc_notes_free(&notes);
        if (status == FSC_OK && k > 20) break; /* a dropped note is no failure */
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        assert_true(k < 1000);
    }
}

/* Eight controls of any age and sex, fatter by 0.5 on the logit scale than the published norm: their offset is found,
 * the norm's error shrinks, and a person in their middle stands near the 50th percentile. */
static void few_controls_move_the_borrowed_norm(void **state) {
    (void)state;
    static const char *const level[] = {"L1", "L2", "L3", "L4", "L5"};
    fsc_norms *builtin = NULL, *norms = NULL;
    fsc_notes notes = {0};
    assert_ok(fsc_norms_builtin(&builtin, &test_error));
    FILE *file = fopen(in_path, "w");
    assert_non_null(file);
    fputs(header, file);
    double middle = 0;            /* of a woman of 40 at L4, in the shifted world */
    for (int i = 0; i < 9; i++) { /* the last is that woman, and no control */
        const double age = i == 8 ? 40 : 25 + 5 * i, own = 0.5 + 0.3 * fsc_random_normal(5, 1, (uint64_t)i);
        for (int l = 0; l < 5; l++) {
            fsc_norm_place p;
            const fsc_norm_query q = {
                "multifidus",       level[l], level[l], FSC_SIDE_LEFT, i % 2 ? FSC_SEX_MALE : FSC_SEX_FEMALE, age,
                FSC_METHOD_COMPLEX, 0.2,      0};
            fsc_norms_place(&p, NULL, builtin, &q);
            const double median = 0.5 * (fsc_logit(p.band_low_fraction) + fsc_logit(p.band_high_fraction));
            if (i == 8 && l == 3) middle = fsc_unlogit(median + 0.5);
            if (i < 8)
                fprintf(file, "p%d\t%g\t%s\tmultifidus\t%s\tleft\t%.6f\n", i, age, i % 2 ? "male" : "female", level[l],
                        fsc_unlogit(median + own));
        }
    }
    fclose(file);
    fsc_norms_fit_options few = options;
    few.borrow = 1;
    assert_ok(fsc_norms_fit(out_path, in_path, &few, NULL, &notes, &test_error));
    int32_t said = 0;
    for (int32_t i = 0; i < notes.n; i++) said += strstr(notes.item[i].text, "8 people move the borrowed norm") != NULL;
    assert_int_equal(said, 1);
    assert_ok(fsc_norms_read(&norms, out_path, &test_error));
    const fsc_norm_query q = {"multifidus",       "L4",   "L4", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40,
                              FSC_METHOD_COMPLEX, middle, 0};
    fsc_norm_place p;
    fsc_norms_place(&p, NULL, norms, &q);
    assert_int_equal(p.kind, FSC_NORM_PUBLISHED);
    assert_true(p.percentile > 30 && p.percentile < 80);
    assert_true(p.z_se < 0.5); /* the borrowed norm alone: about 0.8 */
    assert_non_null(strstr(p.status, "borrowed shape"));
    fsc_notes_free(&notes);
    fsc_norms_free(norms);
    fsc_norms_free(builtin);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_hold_the_generating_curve),
        cmocka_unit_test(new_controls_have_z_of_mean_0_and_sd_1),
        cmocka_unit_test(few_people_get_a_straight_line),
        cmocka_unit_test(bad_tables_are_refused_with_the_row),
        cmocka_unit_test(norm_tables_are_checked),
        cmocka_unit_test(a_site_table_as_written_is_fitted_with_the_ages_of_participants),
        cmocka_unit_test(memory_failures_are_reported),
        cmocka_unit_test(few_controls_move_the_borrowed_norm),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
