/* The two real label sets: bookkeeping only, never a judgement of fat (see the cases' README). */
#include "../test.h"
#include "table.h"

#include <fascicle/measure.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASES FSC_SHARED "/cases/derivatives"

static int cases_present(void) {
    return access(CASES "/labels/label_fat.tsv", R_OK) == 0;
}

static fsc_measures *measure_case(const char *subject, int side_known, fsc_sites **sites_out) {
    char path[4096];
    fsc_volume *pdff = NULL;
    fsc_labels *muscles = NULL, *levels = NULL;
    fsc_sites *sites = NULL;
    fsc_measures *m = NULL;
    (void)snprintf(path, sizeof path, CASES "/fatwater/%s/anat/%s_fatfrac.nii.gz", subject, subject);
    assert_ok(fsc_volume_read(&pdff, path, &test_error));
    (void)snprintf(path, sizeof path, CASES "/labels/%s/anat/%s_desc-muscles_dseg.nii.gz", subject, subject);
    assert_ok(fsc_labels_read(&muscles, path, &test_error));
    (void)snprintf(path, sizeof path, CASES "/labels/%s/anat/%s_desc-levels_dseg.nii.gz", subject, subject);
    assert_ok(fsc_labels_read(&levels, path, &test_error));
    const fsc_sites_options opt = {NULL, NULL, side_known, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    assert_ok(fsc_sites_build(&sites, &pdff->grid, muscles, levels, &opt, &test_error));
    const fsc_fatwater fw = {.grid = pdff->grid, .method = FSC_METHOD_COMPLEX, .pdff_fraction = pdff->data};
    assert_ok(fsc_measure_run(&m, &fw, sites, NULL, &test_error));
    fsc_volume_free(pdff);
    fsc_labels_free(muscles);
    fsc_labels_free(levels);
    *sites_out = sites;
    return m;
}

static void print_rows(const fsc_measures *m) {
    if (!getenv("FSC_TEST_PRINT")) return;
    for (int32_t i = 0; i < m->n_row; i++) {
        const fsc_row *r = &m->row[i];
        printf("%-34s %-4s %-8s n %5lld cov %5.2f csa %7.1f pdff %5.2f med %5.2f sd %5.2f se %5.2f q %5.2f %5.2f %5.2f "
               "%5.2f e %5.2f %5.2f %s\n",
               r->place.muscle, r->place.level, fsc_side_text(r->place.side), (long long)r->n_voxel, r->coverage,
               r->csa_mm2, 100 * r->pdff_mean_fraction, 100 * r->pdff_median_fraction, 100 * r->pdff_sd_fraction,
               100 * r->pdff_se_fraction, 100 * r->pdff_quartile_fraction[0], 100 * r->pdff_quartile_fraction[1],
               100 * r->pdff_quartile_fraction[2], 100 * r->pdff_quartile_fraction[3],
               100 * r->pdff_mean_erode1_fraction, 100 * r->pdff_mean_erode2_fraction, r->quality);
    }
    for (int32_t i = 0; i < m->notes.n; i++) printf("  note %s: %s\n", m->notes.item[i].key, m->notes.item[i].text);
}

/* Voxel-weighted mean over slices of what label_fat.tsv says of one label (made by other code from the same map). */
static double table_mean(const char *subject, const char *map, const char *label) {
    FSC_AUTO_TABLE fsc_table table = {0};
    assert_ok(fsc_table_read(&table, CASES "/labels/label_fat.tsv", &test_error));
    double sum = 0, n = 0;
    for (int32_t i = 0; i < table.n_row; i++) {
        if (strcmp(fsc_table_get(&table, i, "subject"), subject) != 0 ||
            strcmp(fsc_table_get(&table, i, "map"), map) != 0 || strcmp(fsc_table_get(&table, i, "label"), label) != 0)
            continue;
        const double voxels = fsc_table_number(&table, i, "voxels");
        sum += voxels * fsc_table_number(&table, i, "ff_mean");
        n += voxels;
    }
    return sum / n;
}

static void the_chest_has_two_levels(void **state) {
    (void)state;
    if (!cases_present()) skip();
    fsc_sites *sites = NULL;
    fsc_measures *m = measure_case("sub-12", 1, &sites);
    print_rows(m);
    assert_string_equal(sites->muscle_scheme, "musclemap");
    assert_string_equal(sites->level_scheme, "sct");
    static const char *const muscle[] = {"multifidus", "erector_spinae", "latissimus_dorsi"};
    static const int64_t t10[3][2] = {{174, 217}, {585, 575}, {286, 428}},
                         t9[3][2] = {{82, 84}, {308, 255}, {112, 195}};
    for (int i = 0; i < 3; i++)
        for (int s = 0; s < 2; s++) {
            const fsc_side side = s ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
            const fsc_row *upper = fsc_measures_find(m, muscle[i], "T9", side),
                          *lower = fsc_measures_find(m, muscle[i], "T10", side);
            assert_non_null(upper);
            assert_non_null(lower);
            /* k = 2 is T9, k = 0 and 1 are T10. */
            assert_int_equal(upper->n_voxel + upper->n_missing, t9[i][s]);
            assert_int_equal(lower->n_voxel + lower->n_missing, t10[i][s]);
            assert_non_null(strstr(upper->quality, "spacing-assumed"));
            assert_non_null(strstr(lower->quality, "cut-by-field-of-view"));
        }
    static const char *const label[3][2] = {{"5101", "5102"}, {"5111", "5112"}, {"5141", "5142"}};
    for (int i = 0; i < 3; i++)
        for (int s = 0; s < 2; s++) {
            const fsc_row *whole = fsc_measures_find(m, muscle[i], "all", s ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT);
            assert_non_null(whole);
            assert_close(whole->pdff_mean_fraction, table_mean("sub-12", "muscles", label[i][s]), 2e-4);
        }
    assert_close(fsc_measures_find(m, "vertebra", "T9", FSC_SIDE_MIDLINE)->pdff_mean_fraction,
                 table_mean("sub-12", "levels", "16"), 2e-4);
    assert_close(fsc_measures_find(m, "vertebra", "T10", FSC_SIDE_MIDLINE)->pdff_mean_fraction,
                 table_mean("sub-12", "levels", "17"), 2e-4);
    fsc_measures_free(m);
    fsc_sites_free(sites);
}

static void the_neck_has_no_sides(void **state) {
    (void)state;
    if (!cases_present()) skip();
    fsc_sites *sites = NULL;
    fsc_measures *m = measure_case("sub-16", 0, &sites);
    print_rows(m);
    assert_string_equal(sites->level_scheme, "sct");
    static const char *const level[] = {"C2", "C3", "C4", "C5", "C6", "C7"};
    for (int i = 0; i < 6; i++) {
        const fsc_row *bone = fsc_measures_find(m, "vertebra", level[i], FSC_SIDE_MIDLINE);
        assert_non_null(bone);
        const char label[2] = {level[i][1], 0};
        assert_close(bone->pdff_mean_fraction, table_mean("sub-16", "levels", label), 2e-4);
        const fsc_row *row = fsc_measures_find(m, "semispinalis_cervicis_multifidus", level[i], FSC_SIDE_UNKNOWN);
        if (i > 0) assert_non_null(row);
        if (row) assert_true(isnan(row->csa_mm2)); /* three sagittal slices show no cross-section */
    }
    assert_null(fsc_measures_find(m, "semispinalis_cervicis_multifidus", "C5", FSC_SIDE_LEFT));
    const fsc_row *whole = fsc_measures_find(m, "semispinalis_cervicis_multifidus", "all", FSC_SIDE_UNKNOWN);
    assert_non_null(whole);
    assert_int_equal(whole->n_voxel + whole->n_missing, 1074);
    assert_close(whole->pdff_mean_fraction, table_mean("sub-16", "muscles", "1111"), 2e-4);
    fsc_measures_free(m);
    fsc_sites_free(sites);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chest_has_two_levels),
        cmocka_unit_test(the_neck_has_no_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
