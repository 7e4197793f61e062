/* Measured scans against the consensus of other programs; skipped by name where the reference data are absent. */
#include "../test.h"
#include "file.h"

#include <fascicle/separate.h>
#include <string.h>

/* Shares of trusted voxels within 0.1 that hold today. */
static void agrees_with_reference(const char *name, double least) {
    char scan_path[512], ff_path[512], trusted_path[512];
    (void)snprintf(scan_path, sizeof scan_path, "%s/separation/input/%s.mat", FSC_SHARED, name);
    (void)snprintf(ff_path, sizeof ff_path, "%s/separation/ref_%s_ff.nii.gz", FSC_SHARED, name);
    (void)snprintf(trusted_path, sizeof trusted_path, "%s/separation/ref_%s_trusted.nii.gz", FSC_SHARED, name);
    if (!fsc_file_exists(scan_path)) {
        print_message("reference scan %s is not here: skipped\n", name);
        skip();
    }
    fsc_scan *scan = NULL;
    fsc_fatwater *out = NULL;
    fsc_volume *reference = NULL;
    fsc_labels *trusted = NULL;
    assert_ok(fsc_scan_read(&scan, scan_path, NULL, &test_error));
    assert_ok(fsc_separate_run(&out, scan, NULL, &test_error));
    assert_ok(fsc_volume_read(&reference, ff_path, &test_error));
    assert_ok(fsc_labels_read(&trusted, trusted_path, &test_error));
    assert_int_equal(fsc_grid_count(&reference->grid), fsc_grid_count(&out->grid));
    const int64_t n = fsc_grid_count(&out->grid);
    double within = 0, all = 0;
    for (int64_t v = 0; v < n; v++) {
        if (!trusted->data[v]) continue;
        all++;
        within += fabs((double)out->pdff_fraction[v] - (double)reference->data[v]) < 0.1;
    }
    print_message("case %s: %.3f %% of %.0f trusted voxels within 0.1\n", name, 100 * within / all, all);
    assert_true(within / all >= least);
    fsc_volume_free(reference);
    fsc_labels_free(trusted);
    fsc_fatwater_free(out);
    fsc_scan_free(scan);
}

static void case_12(void **state) {
    (void)state;
    agrees_with_reference("12", 0.995);
}

static void case_16(void **state) {
    (void)state;
    agrees_with_reference("16", 0.995);
}

static void case_17(void **state) {
    (void)state;
    agrees_with_reference("17", 0.995);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(case_12), cmocka_unit_test(case_16), cmocka_unit_test(case_17)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
