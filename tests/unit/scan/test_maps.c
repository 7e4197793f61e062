/* scan/maps.c: the names three communities use, fractions in any unit, halves refused. */
#include "files.h"

static double fraction_of(int v) {
    return v / (double)N_VOXEL;
}

/* A map of fraction_of * scale + shift; voxel 3 is missing (NaN). */
static void write_map(const char *path, double scale) {
    double value[N_VOXEL];
    for (int v = 0; v < N_VOXEL; v++) value[v] = v == 3 ? (double)NAN : fraction_of(v) * scale;
    nifti_save(path, &base_plan, value, N_VOXEL);
}

static void water_and_fat_by_any_name(void **state) {
    (void)state;
    static const char *const pair[][2] = {{"mm/x_water", "mm/x_fat"},
                                          {"qmr/x_wat", "qmr/x_fat"},
                                          {"bids/sub-1_desc-water_S0map", "bids/sub-1_desc-fat_S0map"}};
    for (int p = 0; p < 3; p++) {
        write_map(below("%s.nii.gz", pair[p][0]), 100);
        write_map(below("%s.nii.gz", pair[p][1]), 300);
        char folder[512];
        strcpy(folder, test_path);
        *strrchr(folder, '/') = 0;
        fsc_scan *scan = NULL;
        assert_ok(fsc_scan_read(&scan, folder, NULL, &test_error));
        assert_int_equal(scan->kind, FSC_SCAN_WATER_FAT);
        assert_close((double)scan->water[5], 100 * fraction_of(5), 1e-4);
        assert_close((double)scan->fat[5], 300 * fraction_of(5), 1e-4);
        assert_true(isnan(scan->fat[3]) && scan->fat_fraction == NULL && scan->echo_re == NULL);
        fsc_scan_free(scan);
    }
    write_map(below("half/x_water.nii.gz"), 1);
    assert_scan_refused(test_path, FSC_E_FORMAT, "water image without fat image");
}

/* Siemens' Dixon series: only the series' name tells them apart. */
static void siemens_series_names(void **state) {
    (void)state;
    write_map(below("vibe/t1_vibe_dixon_W_5.nii.gz"), 10);
    write_text(below("vibe/t1_vibe_dixon_W_5.json"), "{\"SeriesDescription\": \"t1_vibe_dixon_W\"}");
    write_map(below("vibe/t1_vibe_dixon_F_6.nii.gz"), 20);
    write_text(below("vibe/t1_vibe_dixon_F_6.json"), "{\"SeriesDescription\": \"t1_vibe_dixon_F\"}");
    fsc_scan *scan = NULL;
    assert_ok(fsc_scan_read(&scan, below("vibe/t1_vibe_dixon_F_6.nii.gz"), NULL, &test_error));
    assert_int_equal(scan->kind, FSC_SCAN_WATER_FAT);
    assert_close((double)scan->fat[5], 20 * fraction_of(5), 1e-4);
    fsc_scan_free(scan);
}

static void fractions_in_any_unit(void **state) {
    (void)state;
    static const struct {
        const char *name, *sidecar;
        double scale;
    } kind[] = {{"a/x_fatfrac", "{\"Units\": \"fraction 0..1\"}", 1},
                {"b/x_fatfr", NULL, 1},
                {"c/sub-1_PDFFmap", "{\"Units\": \"percent\"}", 100},
                {"d/sub-1_PDFFmap", NULL, 100},
                {"e/sub-1_FF", NULL, 100},
                {"f/x_FF", NULL, 1000}};
    for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
        if (kind[k].sidecar) write_text(below("%s.json", kind[k].name), kind[k].sidecar);
        write_map(below("%s.nii.gz", kind[k].name), kind[k].scale);
        fsc_scan *scan = NULL;
        assert_ok(fsc_scan_read(&scan, test_path, NULL, &test_error));
        assert_int_equal(scan->kind, FSC_SCAN_FAT_FRACTION);
        assert_true(has_note(scan, "fat-fraction-units"));
        for (int v = 0; v < N_VOXEL; v++)
            if (v != 3) assert_close((double)scan->fat_fraction[v], fraction_of(v), 1e-6);
        fsc_scan_free(scan);
    }
    /* A map of small fractions in percent is told from its sidecar, not from its range. */
    write_text(below("g/sub-1_PDFFmap.json"), "{\"Units\": \"percent\"}");
    write_map(below("g/sub-1_PDFFmap.nii.gz"), 1);
    fsc_scan *scan = NULL;
    assert_ok(fsc_scan_read(&scan, test_path, NULL, &test_error));
    assert_close((double)scan->fat_fraction[12], fraction_of(12) / 100, 1e-8);
    fsc_scan_free(scan);
    write_text(below("h/x_fatfrac.json"), "{\"Units\": \"fraction\"}");
    write_map(below("h/x_fatfrac.nii.gz"), 100);
    assert_scan_refused(test_path, FSC_E_FORMAT, "the sidecar says 'fraction'");
    write_map(below("i/x_fatfrac.nii.gz"), 1e5);
    assert_scan_refused(test_path, FSC_E_FORMAT, "fit no fat fraction");
}

static void r2star_beside_and_grids_that_differ(void **state) {
    (void)state;
    write_map(below("r/x_fatfrac.nii.gz"), 1);
    write_map(below("r/x_R2star.nii.gz"), 80);
    fsc_scan *scan = NULL;
    assert_ok(fsc_scan_read(&scan, below("r/x_fatfrac.nii.gz"), NULL, &test_error));
    assert_close((double)scan->r2star[6], 80 * fraction_of(6), 1e-4);
    fsc_scan_free(scan);
    assert_scan_refused(below("r/x_R2star.nii.gz"), FSC_E_NOTFOUND, "is an R2* map");
    double value[N_VOXEL] = {0};
    nifti_plan plan = base_plan;
    plan.srow[11] += 2;
    nifti_save(below("r/x_R2star.nii.gz"), &plan, value, N_VOXEL);
    assert_scan_refused(below("r/x_fatfrac.nii.gz"), FSC_E_SHAPE, "x_R2star.nii.gz: lies elsewhere");
    value[2] = (double)INFINITY;
    nifti_save(below("s/x_fatfrac.nii.gz"), &base_plan, value, N_VOXEL);
    assert_scan_refused(test_path, FSC_E_FORMAT, "1 voxel is NaN or infinite, the first at (2, 0, 0)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(water_and_fat_by_any_name),
        cmocka_unit_test(siemens_series_names),
        cmocka_unit_test(fractions_in_any_unit),
        cmocka_unit_test(r2star_beside_and_grids_that_differ),
    };
    return cmocka_run_group_tests(tests, make_test_dir, remove_test_dir);
}
