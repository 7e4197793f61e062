/* Measured scans against the references of other programs; skipped by name where the reference data are absent. */
#include "../test.h"
#include "file.h"
#include "npz.h"

#include <fascicle/separate.h>
#include <string.h>

typedef struct readings {
    float *magnitude, *common, *trusted; /* owned */
} readings;

static float *read_map(const char *file, const char *name, const char *map, const int64_t dim[3]) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/separation/%s_%s.npz", FSC_SHARED, file, name);
    float *out = npz_read(path, map, dim);
    assert_non_null(out);
    return out;
}

/* A trusted voxel is right within 0.1 of the interval between the two honest readings of the same branch (magnitudes,
 * and one common phase), and exchanged beyond 0.3 of it. */
static void agrees_with_reference(const char *name, double least, double most_exchanged) {
    char scan_path[512];
    (void)snprintf(scan_path, sizeof scan_path, "%s/separation/input/%s.mat", FSC_SHARED, name);
    if (!fsc_file_exists(scan_path)) {
        print_message("reference scan %s is not here: skipped\n", name);
        skip();
    }
    fsc_scan *scan = NULL;
    fsc_fatwater *out = NULL;
    assert_ok(fsc_scan_read(&scan, scan_path, NULL, &test_error));
    assert_ok(fsc_separate_run(&out, scan, NULL, &test_error));
    const int64_t n = fsc_grid_count(&out->grid);
    readings ref = {read_map("ref", name, "FF", out->grid.dim), read_map("cp", name, "FF_cp", out->grid.dim),
                    read_map("ref", name, "trusted", out->grid.dim)};
    double within = 0, exchanged = 0, all = 0, by_magnitude = 0, by_common = 0;
    for (int64_t v = 0; v < n; v++) {
        if (!(ref.trusted[v] > 0)) continue;
        const double f = (double)out->pdff_fraction[v], m = (double)ref.magnitude[v];
        const double c = isfinite(ref.common[v]) ? (double)ref.common[v] : m;
        const double away = fmax(fmax(fmin(m, c) - f, f - fmax(m, c)), 0);
        all++;
        within += away < 0.1; /* not so where f is NaN */
        exchanged += !(away < 0.3);
        by_magnitude += fabs(f - m) < 0.1;
        by_common += fabs(f - c) < 0.1;
    }
    print_message(
        "case %s: %.3f %% of %.0f trusted voxels within 0.1 of either reading (%.3f of the magnitudes', %.3f of "
        "the common phase's), %.3f %% exchanged\n",
        name, 100 * within / all, all, 100 * by_magnitude / all, 100 * by_common / all, 100 * exchanged / all);
    assert_true(within / all >= least);
    assert_true(exchanged / all <= most_exchanged);
    free(ref.magnitude);
    free(ref.common);
    free(ref.trusted);
    fsc_fatwater_free(out);
    fsc_scan_free(scan);
}

static void case_12(void **state) {
    (void)state;
    agrees_with_reference("12", 0.997, 0.0018);
}

static void case_16(void **state) {
    (void)state;
    agrees_with_reference("16", 0.997, 0.0015);
}

static void case_17(void **state) {
    (void)state;
    agrees_with_reference("17", 0.997, 0.0015);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(case_12), cmocka_unit_test(case_16), cmocka_unit_test(case_17)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
