/* place: published cells recomputed independently, and one test per matching rule and refusal. */
#include "../test.h"
#include "random.h"
#include "skew.h"

#include <fascicle/norms.h>
#include <stdlib.h>
#include <string.h>

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

/* The percentile of a value by brute force: find mu and sigma on a fine grid search that minimises the misfit of mean
 * and SD over a 20,000-point midpoint sum, then count. Shares no code with the library's matching. */
static double normal_by_bisection(double p) {
    double low = -9, high = 9;
    for (int i = 0; i < 60; i++) {
        const double mid = 0.5 * (low + high);
        if (0.5 * erfc(-mid / sqrt(2.0)) < p)
            low = mid;
        else
            high = mid;
    }
    return 0.5 * (low + high);
}
enum { POINTS = 2000 };
static double point[POINTS];
static void moments(double *mean, double *sd, double mu, double sigma) {
    double a = 0, b = 0;
    for (int i = 0; i < POINTS; i++) {
        const double x = 1 / (1 + exp(-(mu + sigma * point[i])));
        a += x;
        b += x * x;
    }
    *mean = a / POINTS;
    *sd = sqrt(b / POINTS - *mean * *mean);
}
static double percentile_by_search(double mean, double sd, double value) {
    double mu = log(mean / (1 - mean)), sigma = 0.5, step = 0.5, best = HUGE_VAL, m, s;
    while (step > 1e-9) { /* pattern search */
        int better = 0;
        for (int k = 0; k < 4; k++) {
            const double try_mu = mu + (k == 0) * step - (k == 1) * step,
                         try_sigma = sigma + (k == 2) * step - (k == 3) * step;
            if (try_sigma <= 0) continue;
            moments(&m, &s, try_mu, try_sigma);
            const double miss = (m - mean) * (m - mean) + (s - sd) * (s - sd);
            if (miss >= best) continue;
            best = miss;
            mu = try_mu;
            sigma = try_sigma;
            better = 1;
            break;
        }
        if (!better) step *= 0.5;
    }
    return 50 * erfc(-(log(value / (1 - value)) - mu) / sigma / sqrt(2.0));
}

/* Mean and SD in percent as printed in the papers (facts/norms.tsv), typed in again here. */
static const struct {
    const char *id;
    double mean, sd;
} published[] = {
    {"crawford2016.mf+es.L1-L5.f", 17.8, 10.7},
    {"crawford2016.mf+es.L1-L5.m", 14.7, 7.8},
    {"crawford2016.mf+es.L5.f", 31.9, 9.3},
    {"crawford2016.mf+es.L5.m", 25.7, 8.0},
    {"si2023.mf.L1-L5.f", 21.14, 6.77},
    {"si2023.mf.L1-L5.m", 16.21, 6.26},
    {"si2023.es.L1-L5.f", 15.97, 5.56},
    {"si2023.es.L1-L5.m", 12.37, 4.80},
    {"si2023.all.L1-L5.f", 14.02, 4.71},
    {"si2023.all.L1-L5.m", 10.34, 4.08},
    {"sollmann2020.mf+es.L3-L5.under38", 12.3, 5.6},
    {"sollmann2020.mf+es.L3-L5.over38", 19.4, 8.2},
    {"sollmann2020.es.T12-L2.under38", 4.2, 2.5},
    {"sollmann2020.es.T9-T11.over38", 9.6, 6.0},
    {"sollmann2020.ps.L1-L5.m", 5.1, 3.4},
    {"sollmann2020.mf+es.L3-L5.f", 18.2, 6.8},
    {"burian2020.deep.C3.m", 14.8, 10.1},
    {"burian2020.deep.C3.f", 19.2, 11.0},
    {"burian2020.deep.T1.m", 13.8, 7.0},
    {"burian2020.deep.T1.f", 17.7, 7.4},
    {"paliwal2021.deep.neck", 17.04, 5.24},
    {"elliott2013.mf.C3-C7", 18.8, 2.9},
};

static void published_cells_come_out_right(void **state) {
    (void)state;
    for (int i = 0; i < POINTS; i++) point[i] = normal_by_bisection((i + 0.5) / POINTS);
    for (size_t k = 0; k < sizeof published / sizeof *published; k++) {
        const double mean = published[k].mean / 100, sd = published[k].sd / 100;
        for (int d = 0; d <= 2; d += 2) {
            fsc_norm_place place;
            const double value = mean + d * sd;
            assert_ok(fsc_norms_place_in(&place, norms, published[k].id, (double)NAN, value, (double)NAN, &test_error));
            assert_close(place.mean_fraction, mean, 1e-12);
            assert_close(place.percentile, percentile_by_search(mean, sd, value), 0.15);
            /* A right-skewed cell: the mean lies over the median, and fewer than 2.3 % lie over mean + 2 SD never. */
            if (d == 0)
                assert_true(place.percentile > 50 && place.percentile < 65);
            else
                assert_true(place.percentile > 94 && place.percentile < 97.8);
        }
    }
}

static fsc_norm_place other;
static fsc_norm_place ask(const char *muscle, const char *first, const char *last, fsc_side side, fsc_sex sex,
                          double age, fsc_method method, double value) {
    const fsc_norm_query query = {muscle, first, last, side, sex, age, method, value, 0.005};
    fsc_norm_place place;
    fsc_norms_place(&place, &other, norms, &query);
    if (place.norm_id[0]) {
        assert_true(isfinite(place.z));
        assert_string_equal(place.failed, "");
        assert_true(place.percentile_low < place.percentile && place.percentile < place.percentile_high);
    } else {
        assert_true(isnan(place.z));
        assert_true(isnan(place.percentile));
        assert_true(place.reason[0] != 0);
    }
    return place;
}

static const char deep[] = "semispinalis_cervicis_multifidus";

static void a_fitting_cell_is_used(void **state) {
    (void)state;
    fsc_norm_place p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_COMPLEX, 0.25);
    assert_string_equal(p.norm_id, "burian2020.deep.C3.f");
    assert_string_equal(p.fact_id, "N077");
    assert_non_null(strstr(p.caveat, "both sides"));
    assert_close(p.n, 63, 0);
    p = ask(deep, "C3", "C3", FSC_SIDE_BOTH, FSC_SEX_MALE, 40, FSC_METHOD_MAGNITUDE, 0.25);
    assert_string_equal(p.norm_id, "burian2020.deep.C3.m");
    assert_null(strstr(p.caveat, "both sides"));
}

static void muscle_is_refused(void **state) {
    (void)state;
    fsc_norm_place p =
        ask("quadratus_lumborum", "L4", "L4", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_COMPLEX, 0.2);
    assert_string_equal(p.failed, "level"); /* turbo spin echo has cells, of the whole muscle */
    assert_non_null(strstr(p.reason, "quadratus lumborum"));
    assert_int_equal(p.kind, FSC_NORM_NONE);
    p = ask("trapezius", "C5", "C5", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_COMPLEX, 0.2);
    assert_string_equal(p.failed, "muscle");
    assert_non_null(strstr(p.reason, "nobody has counted"));
}

static void levels_are_refused(void **state) {
    (void)state;
    static const char *const none[] = {"C2", "C4", "C5", "C6", "C7"};
    for (int i = 0; i < 5; i++) {
        fsc_norm_place p = ask(deep, none[i], none[i], FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_COMPLEX, 0.2);
        assert_string_equal(p.failed, "level");
        assert_non_null(strstr(p.reason, none[i]));
        assert_string_equal(other.norm_id, ""); /* no way round through a cell that pools the neck */
    }
    /* Thoracic above T9 has none; T9 to T11 has. */
    assert_string_equal(
        ask("erector_spinae", "T8", "T8", FSC_SIDE_LEFT, FSC_SEX_MALE, 30, FSC_METHOD_COMPLEX, 0.1).failed, "level");
    assert_string_equal(
        ask("erector_spinae", "T10", "T10", FSC_SIDE_LEFT, FSC_SEX_MALE, 30, FSC_METHOD_COMPLEX, 0.1).norm_id,
        "sollmann2020.es.T9-T11.under38");
    /* No level, levels of unknown offset and pools of levels. */
    assert_string_equal(ask(deep, "n/a", "n/a", FSC_SIDE_LEFT, FSC_SEX_MALE, 30, FSC_METHOD_COMPLEX, 0.1).failed,
                        "level");
    assert_string_equal(ask(deep, "?1", "?1", FSC_SIDE_LEFT, FSC_SEX_MALE, 30, FSC_METHOD_COMPLEX, 0.1).failed,
                        "level");
    assert_string_equal(
        ask("psoas_major", "L3", "L3", FSC_SIDE_LEFT, FSC_SEX_UNKNOWN, 30, FSC_METHOD_COMPLEX, 0.1).failed,
        "level"); /* the cell pools five levels, and the model asks for the sex */
}

static void few_pooled_levels_serve_with_a_caveat(void **state) {
    (void)state;
    fsc_norm_place p = ask("erector_spinae", "L1", "L1", FSC_SIDE_BOTH, FSC_SEX_FEMALE, 30, FSC_METHOD_COMPLEX, 0.06);
    assert_string_equal(p.norm_id, "sollmann2020.es.T12-L2.under38");
    assert_int_equal(p.kind, FSC_NORM_PUBLISHED);
    assert_non_null(strstr(p.caveat, "mean over T12-L2"));
    /* From L3 to L5 fat doubles: the mean over them serves its pool and none of them alone. */
    p = ask("multifidus+erector_spinae", "L3", "L5", FSC_SIDE_BOTH, FSC_SEX_FEMALE, 30, FSC_METHOD_COMPLEX, 0.2);
    assert_string_equal(p.norm_id, "sollmann2020.mf+es.L3-L5.f");
    assert_non_null(strstr(p.caveat, "probably inside"));
    p = ask("erector_spinae", "L3", "L3", FSC_SIDE_BOTH, FSC_SEX_FEMALE, 30, FSC_METHOD_COMPLEX, 0.1);
    assert_int_equal(p.kind, FSC_NORM_BORROWED);
    p = ask("psoas_major", "L1", "L5", FSC_SIDE_BOTH, FSC_SEX_FEMALE, 30, FSC_METHOD_COMPLEX, 0.05);
    assert_string_not_equal(p.norm_id, "");
    assert_null(strstr(p.caveat, "mean over"));
}

static void sex_is_refused(void **state) {
    (void)state;
    fsc_norm_place p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_UNKNOWN, 40, FSC_METHOD_COMPLEX, 0.2);
    assert_string_equal(p.failed, "sex");
    assert_non_null(strstr(p.reason, "not known"));
    /* Cells that pool the sexes serve a person of unknown sex, and say so. */
    p = ask("erector_spinae", "L1", "L1", FSC_SIDE_LEFT, FSC_SEX_UNKNOWN, 30, FSC_METHOD_COMPLEX, 0.06);
    assert_string_equal(p.norm_id, "sollmann2020.es.T12-L2.under38");
    assert_non_null(strstr(p.caveat, "women and men"));
}

static void age_is_refused(void **state) {
    (void)state;
    fsc_norm_place p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 85, FSC_METHOD_COMPLEX, 0.2);
    assert_string_equal(p.failed, "age");
    assert_non_null(strstr(p.reason, "85"));
    p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 12, FSC_METHOD_COMPLEX, 0.2);
    assert_string_equal(p.failed, "age");
    p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, (double)NAN, FSC_METHOD_COMPLEX, 0.2);
    assert_string_equal(p.failed, "age");
    assert_non_null(strstr(p.reason, "not known"));
}

static void another_method_is_never_silent(void **state) {
    (void)state;
    fsc_norm_place p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_TWO_POINT, 0.25);
    assert_string_equal(p.failed, "method");
    assert_string_equal(other.norm_id, "burian2020.deep.C3.f");
    assert_ptr_equal(strstr(other.caveat, "OTHER METHOD"), other.caveat);
    /* Ready maps state no method, so they equal none; a cell of a stray method equals nothing either. */
    p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_READY_FAT_FRACTION, 0.25);
    assert_string_equal(p.failed, "method");
    p = ask("multifidus", "L1", "L5", FSC_SIDE_BOTH, FSC_SEX_FEMALE, 40, FSC_METHOD_TWO_POINT, 0.25);
    assert_string_equal(p.failed, "method");
    assert_string_equal(other.norm_id, "si2023.mf.L1-L5.f");
    /* 2-point against 2-point is the same method. */
    p = ask("multifidus+erector_spinae", "L5", "L5", FSC_SIDE_BOTH, FSC_SEX_FEMALE, 40, FSC_METHOD_TWO_POINT, 0.30);
    assert_string_equal(p.norm_id, "crawford2016.mf+es.L5.f");
}

static void missing_values_are_refused(void **state) {
    (void)state;
    fsc_norm_place p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_COMPLEX, (double)NAN);
    assert_string_equal(p.failed, "value");
    p = ask(deep, "C3", "C3", FSC_SIDE_LEFT, FSC_SEX_FEMALE, 40, FSC_METHOD_COMPLEX, -0.01); /* noise below 0 */
    assert_true(p.percentile < 1);
    assert_non_null(strstr(p.caveat, "end of the scale"));
}

/* Controls drawn from a cell's own kind of distribution, and from others with the same mean and SD. */
static void controls_have_z_of_mean_0_and_sd_1(void **state) {
    (void)state;
    const int n = 20000;
    fsc_skew skew;
    assert_true(fsc_skew_match(&skew, NULL, 0.192, 0.110));
    double sum = 0, square = 0;
    for (int i = 0; i < n; i++) {
        fsc_norm_place p;
        const double x = fsc_skew_value(&skew, fsc_random_normal(7, 1, (uint64_t)i));
        assert_ok(fsc_norms_place_in(&p, norms, "burian2020.deep.C3.f", (double)NAN, x, (double)NAN, &test_error));
        sum += p.z;
        square += p.z * p.z;
    }
    const double mean = sum / n, sd = sqrt(square / n - mean * mean);
    print_message("z of simulated controls: mean %.3f, SD %.3f\n", mean, sd);
    assert_close(mean, 0, 0.05);
    assert_close(sd, 1, 0.05);
}

/* The stated 90 % interval of the percentile holds the true percentile about 90 % of the time: cohorts of the published
 * size are drawn, their mean and SD "published" as a table, and a fixed value placed in it. */
static void interval_covers_the_norms_own_error(void **state) {
    (void)state;
    fsc_skew skew;
    assert_true(fsc_skew_match(&skew, NULL, 0.192, 0.110));
    static const int people[] = {15, 40, 150};
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 2; v++) {
            const double value = v ? 0.40 : 0.22, truth = 50 * erfc(-fsc_skew_score(&skew, value) / sqrt(2.0));
            int covered = 0, used = 0;
            for (int trial = 0; trial < 400; trial++) {
                double a = 0, b = 0;
                const int n = people[c];
                for (int i = 0; i < n; i++) {
                    const double x =
                        fsc_skew_value(&skew, fsc_random_normal(100 + (uint64_t)c, (uint64_t)trial, (uint64_t)i));
                    a += x;
                    b += x * x;
                }
                const double mean = a / n, sd = sqrt((b - n * mean * mean) / (n - 1));
                char path[] = "/tmp/fsc-norm-XXXXXX";
                const int fd = mkstemp(path);
                assert_true(fd >= 0);
                FILE *file = fdopen(fd, "w");
                fprintf(file,
                        "norm_id\tmuscle\tlevel_first\tlevel_last\tside\tsex\tage_min_years\tage_max_years\tn\t"
                        "mean_percent\tsd_percent\tmethod\tcohort\tsource\tstatus\n"
                        "x\tm\tL4\tL4\tboth\tboth\t20\t40\t%d\t%.9f\t%.9f\tmulti-echo PDFF\tc\ts\tverified\n",
                        n, 100 * mean, 100 * sd);
                fclose(file);
                fsc_norms *one = NULL;
                const fsc_status status = fsc_norms_read(&one, path, NULL);
                remove(path);
                if (status != FSC_OK) continue;
                fsc_norm_place p;
                assert_ok(fsc_norms_place_in(&p, one, "x", (double)NAN, value, (double)NAN, &test_error));
                covered += p.percentile_low <= truth && truth <= p.percentile_high;
                used++;
                fsc_norms_free(one);
            }
            const double share = (double)covered / used;
            print_message("n = %d, true percentile %.1f: 90 %% interval covers %.3f\n", people[c], truth, share);
            assert_true(share > 0.84 && share < 0.97);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_cells_come_out_right),
        cmocka_unit_test(a_fitting_cell_is_used),
        cmocka_unit_test(muscle_is_refused),
        cmocka_unit_test(levels_are_refused),
        cmocka_unit_test(few_pooled_levels_serve_with_a_caveat),
        cmocka_unit_test(sex_is_refused),
        cmocka_unit_test(age_is_refused),
        cmocka_unit_test(another_method_is_never_silent),
        cmocka_unit_test(missing_values_are_refused),
        cmocka_unit_test(controls_have_z_of_mean_0_and_sd_1),
        cmocka_unit_test(interval_covers_the_norms_own_error),
    };
    return cmocka_run_group_tests(tests, open_norms, close_norms);
}
