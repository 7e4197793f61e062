/* scan/echoes.c: every file habit gives the same complex echoes; every broken set is refused by name. */
#include "alloc.h"
#include "files.h"

static fsc_scan *read_ok(const char *path) {
    fsc_scan *scan = NULL;
    assert_ok(fsc_scan_read(&scan, path, NULL, &test_error));
    return scan;
}

static void fresh(void) {
    remove_tree(test_dir);
    assert_ok(fsc_file_make_folder(test_dir, &test_error));
}

static void bids_magnitude_and_phase(void **state) {
    (void)state;
    fresh();
    write_bids("sub-7_acq-neck_run-2", "mag", 4, 1, ", \"ImagingFrequency\": 123.25, \"Manufacturer\": \"Siemens\"");
    write_bids("sub-7_acq-neck_run-2", "phase", 4, 1, ", \"Units\": \"rad\", \"PrecessionIsClockwise\": -1");
    fsc_scan *scan = read_ok(test_dir);
    assert_complex_truth(scan, 4, 1e-5);
    assert_string_equal(scan->participant, "sub-7");
    assert_string_equal(scan->session, "");
    assert_string_equal(scan->name, "sub-7_acq-neck_run-2");
    assert_string_equal(scan->manufacturer, "Siemens");
    assert_close(scan->b0_tesla, 3, 0);
    assert_close(scan->imaging_frequency_mhz, 123.25, 0);
    assert_true(isnan(scan->flip_angle_deg));
    assert_int_equal(scan->precession, -1);
    assert_int_equal(scan->side_known, 1);
    assert_int_equal(scan->recipe.n_input, 16);
    assert_int_equal(strlen(scan->recipe.input[0].sha256), 64);
    assert_close(scan->grid.affine[0], -1.5, 0);
    fsc_scan_free(scan);
    /* Any file of the set stands for it. */
    scan = read_ok(below("sub-7_acq-neck_run-2_echo-3_part-phase_MEGRE.nii.gz"));
    assert_complex_truth(scan, 4, 1e-5);
    fsc_scan_free(scan);
}

static void bids_real_and_imaginary(void **state) {
    (void)state;
    fresh();
    write_bids("sub-7", "real", 3, 1, "");
    write_bids("sub-7", "imag", 3, 1, ", \"SideKnown\": \"NOT known: midline only\", \"VoxelSizeAssumed\": true");
    fsc_scan *scan = read_ok(test_dir);
    assert_complex_truth(scan, 3, 1e-5);
    assert_int_equal(scan->side_known, 0);
    assert_true(scan->grid.spacing_assumed);
    assert_true(has_note(scan, "side-unknown") && has_note(scan, "voxel-size-assumed"));
    fsc_scan_free(scan);
}

static void magnitude_alone(void **state) {
    (void)state;
    fresh();
    for (int e = 0; e < 3; e++) {
        write_part(below("sub-7_echo-%d_MEGRE.nii", e + 1), "mag", e, 1);
        write_sidecar(test_path, te_of(e), "");
    }
    fsc_scan *scan = read_ok(test_dir);
    assert_int_equal(scan->kind, FSC_SCAN_MAGNITUDE);
    assert_null(scan->echo_im);
    assert_close((double)scan->echo_re[2 * N_VOXEL + 5], cabs(truth(2, 5)), 1e-5);
    fsc_scan_free(scan);
}

/* Magnitude without suffix, phase as a series of its own, order of the names against the order of the times. */
static void dcm2niix_names(void **state) {
    (void)state;
    fresh();
    for (int e = 0; e < 12; e++) {
        char extra[128];
        (void)snprintf(extra, sizeof extra, ", \"EchoNumber\": %d, \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"M\"]",
                       e + 1);
        write_part(below("gre_5_e%d.nii.gz", e + 1), "mag", e, 1);
        write_sidecar(test_path, te_of(e), extra);
        write_part(below("gre_6_e%d_ph.nii.gz", e + 1), "phase", e, 4096 / acos(-1));
        write_sidecar(test_path, te_of(e), ", \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"P\", \"PHASE\"]");
    }
    /* Another image in the folder, as scanners leave them. */
    write_part(below("localizer_1.nii.gz"), "mag", 0, 1);
    write_sidecar(test_path, 0.004, "");
    fsc_scan *scan = read_ok(test_dir);
    assert_complex_truth(scan, 12, 1e-4);
    assert_true(has_note(scan, "phase-units"));
    fsc_scan_free(scan);
    scan = read_ok(below("gre_5_e1.nii.gz"));
    assert_complex_truth(scan, 12, 1e-4);
    assert_string_equal(scan->name, "gre_5");
    fsc_scan_free(scan);
}

/* GE: real and imaginary only, told apart by ImageType; names say nothing but the echo. */
static void image_type_tells(void **state) {
    (void)state;
    fresh();
    for (int e = 0; e < 3; e++) {
        write_part(below("ideal_7_e%d.nii.gz", e + 1), "real", e, 1);
        write_sidecar(test_path, te_of(e), ", \"ImageType\": [\"ORIGINAL\", \"REAL\"]");
        write_part(below("ideal_7_e%da.nii.gz", e + 1), "imag", e, 1);
        write_sidecar(test_path, te_of(e), ", \"ImageType\": [\"ORIGINAL\", \"IMAGINARY\"]");
    }
    fsc_scan *scan = read_ok(test_dir);
    assert_complex_truth(scan, 3, 1e-5);
    fsc_scan_free(scan);
}

static void write_four_dimensional(const char *name, const char *part, int n, const int *order) {
    double value[8 * N_VOXEL];
    nifti_plan plan = base_plan;
    plan.datatype = 64;
    plan.dim[0] = 4;
    plan.dim[4] = n;
    char list[256] = "{\"RepetitionTime\": 12, \"EchoTime\": [";
    for (int f = 0; f < n; f++) {
        for (int v = 0; v < N_VOXEL; v++) value[f * N_VOXEL + v] = truth_part(part, order[f], v);
        (void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.6g", f > 0 ? ", " : "",
                       1e3 * te_of(order[f]));
    }
    strcat(list, "]}");
    nifti_save(below("%s.nii.gz", name), &plan, value, n * N_VOXEL);
    write_text(below("%s.json", name), list);
}

/* ORMIR-MIDS: one 4-D file each, echo times in milliseconds. */
static void four_dimensional_files(void **state) {
    (void)state;
    fresh();
    static const int rising[] = {0, 1, 2, 3, 4}, falling[] = {4, 3, 2, 1, 0}, twice[] = {0, 1, 1, 2, 3};
    write_four_dimensional("mr-anat/sub-1_MEGRE", "mag", 5, rising);
    write_four_dimensional("mr-anat/sub-1_part-phase_MEGRE", "phase", 5, rising);
    fsc_scan *scan = read_ok(test_dir);
    assert_complex_truth(scan, 5, 1e-4);
    assert_close(scan->repetition_time_s, 0.012, 1e-12);
    assert_true(has_note(scan, "te-milliseconds"));
    fsc_scan_free(scan);
    write_four_dimensional("mr-anat/sub-1_MEGRE", "mag", 5, falling);
    scan = read_ok(test_dir);
    assert_true(has_note(scan, "echo-order"));
    fsc_scan_free(scan);
    write_four_dimensional("mr-anat/sub-1_MEGRE", "mag", 5, twice);
    assert_scan_refused(test_dir, FSC_E_RANGE, "same EchoTime");
    write_text(below("mr-anat/sub-1_MEGRE.json"), "{\"EchoTime\": [1.2, 2.3]}");
    assert_scan_refused(test_dir, FSC_E_FORMAT, "holds 5 images, its sidecar gives 2 echo times");
}

static void good_set(void) {
    fresh();
    write_bids("sub-7", "mag", 3, 1, "");
    write_bids("sub-7", "phase", 3, 1, ", \"Units\": \"rad\"");
}

#define MAG "sub-7_echo-%d_part-mag_MEGRE.nii.gz"
#define PHASE "sub-7_echo-%d_part-phase_MEGRE.nii.gz"

static void missing_files(void **state) {
    (void)state;
    good_set();
    (void)unlink(below(MAG, 2));
    assert_scan_refused(test_dir, FSC_E_FORMAT, "sub-7_echo-2_part-phase_MEGRE.nii.gz: phase without magnitude");
    (void)unlink(below(MAG, 1));
    (void)unlink(below(MAG, 3));
    assert_scan_refused(test_dir, FSC_E_FORMAT, "phase without magnitude");
    fresh();
    write_bids("sub-7", "real", 3, 1, "");
    assert_scan_refused(test_dir, FSC_E_FORMAT, "real part without imaginary part");
    good_set();
    (void)unlink(below("sub-7_echo-2_part-mag_MEGRE.json"));
    assert_scan_refused(test_dir, FSC_E_FORMAT, "sub-7_echo-2_part-mag_MEGRE.nii.gz: its sidecar");
    good_set();
    write_text(below("sub-7_echo-3_part-phase_MEGRE.json"), "{\"Units\": \"rad\"}");
    assert_scan_refused(test_dir, FSC_E_FORMAT, "sub-7_echo-3_part-phase_MEGRE.nii.gz: its sidecar gives no EchoTime");
    write_text(below("sub-7_echo-3_part-phase_MEGRE.json"), "{\"EchoTime\": 0.003");
    assert_scan_refused(test_dir, FSC_E_FORMAT, "sub-7_echo-3_part-phase_MEGRE.json");
    fresh();
    write_bids("sub-7", "mag", 1, 1, "");
    write_bids("sub-7", "phase", 1, 1, "");
    assert_scan_refused(test_dir, FSC_E_RANGE, "only echo");
}

static void echo_times_that_cannot_be(void **state) {
    (void)state;
    good_set();
    write_sidecar(below(MAG, 2), te_of(0), "");
    assert_scan_refused(test_dir, FSC_E_RANGE, "same EchoTime");
    for (int e = 0; e < 3; e++) {
        write_sidecar(below(MAG, e + 1), te_of(2 - e), "");
        write_sidecar(below(PHASE, e + 1), te_of(2 - e), "");
    }
    fsc_scan *scan = read_ok(test_dir); /* valid BIDS: the index has no order; but exchanged sidecars look like that */
    assert_true(has_note(scan, "echo-order"));
    fsc_scan_free(scan);
    write_sidecar(below(MAG, 1), 0, "");
    assert_scan_refused(test_dir, FSC_E_RANGE, "EchoTime 0");
    write_sidecar(below(MAG, 1), 2000, "");
    assert_scan_refused(test_dir, FSC_E_RANGE, "EchoTime 2000");
    write_text(below("sub-7_echo-1_part-mag_MEGRE.json"), "{\"EchoTime\": \"soon\"}");
    assert_scan_refused(test_dir, FSC_E_FORMAT, "is no number");
}

static void grids_that_differ(void **state) {
    (void)state;
    double value[N_VOXEL] = {0};
    good_set();
    nifti_plan plan = base_plan;
    plan.srow[3] += 1;
    nifti_save(below(PHASE, 2), &plan, value, N_VOXEL);
    assert_scan_refused(test_dir, FSC_E_SHAPE, "sub-7_echo-2_part-phase_MEGRE.nii.gz: lies elsewhere");
    good_set();
    plan = base_plan;
    plan.dim[3] = 1;
    nifti_save(below(MAG, 3), &plan, value, N_VOXEL / 2);
    assert_scan_refused(test_dir, FSC_E_SHAPE, "sub-7_echo-3_part-mag_MEGRE.nii.gz: has 4 x 3 x 1 voxels");
}

static void damaged_voxels(void **state) {
    (void)state;
    double value[N_VOXEL] = {0};
    value[NI * NJ + NI * 2 + 1] = (double)NAN;
    value[N_VOXEL - 1] = (double)INFINITY;
    good_set();
    nifti_save(below(MAG, 2), &base_plan, value, N_VOXEL);
    assert_scan_refused(test_dir, FSC_E_FORMAT,
                        "sub-7_echo-2_part-mag_MEGRE.nii.gz: 2 voxels are NaN or infinite, the "
                        "first at (1, 2, 1)");
    good_set();
    nifti_save(below(PHASE, 1), &base_plan, value, N_VOXEL);
    assert_scan_refused(test_dir, FSC_E_FORMAT, "sub-7_echo-1_part-phase_MEGRE.nii.gz");
    good_set();
    nifti_save(below(PHASE, 3), &base_plan, value, N_VOXEL / 2);
    assert_scan_refused(test_dir, FSC_E_FORMAT, "sub-7_echo-3_part-phase_MEGRE.nii.gz: is truncated");
    good_set();
    nifti_plan plan = base_plan;
    plan.magic_broken = 1;
    nifti_save(below(MAG, 1), &plan, value, N_VOXEL);
    assert_scan_refused(test_dir, FSC_E_FORMAT, "sub-7_echo-1_part-mag_MEGRE.nii.gz");
}

static void name_against_sidecar(void **state) {
    (void)state;
    good_set();
    write_sidecar(below(PHASE, 2), te_of(1), ", \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"M\", \"MAGNITUDE\"]");
    assert_scan_refused(test_dir, FSC_E_FORMAT, "is phase by its name and magnitude by ImageType");
    fresh();
    write_part(below("gre_3_phMag.nii.gz"), "mag", 0, 1);
    assert_scan_refused(test_path, FSC_E_UNSUPPORTED, "no stated order");
}

static void foreign_byte_order_and_integers(void **state) {
    (void)state;
    fresh();
    const double step = acos(-1) / 2048;
    for (int e = 0; e < 3; e++) {
        double value[N_VOXEL];
        nifti_plan plan = base_plan;
        plan.big = 1;
        plan.datatype = 4;
        plan.slope = 0.01;
        for (int v = 0; v < N_VOXEL; v++) value[v] = round(cabs(truth(e, v)) * 100);
        nifti_save(below("sub-7_echo-%d_part-mag_MEGRE.nii", e + 1), &plan, value, N_VOXEL);
        write_sidecar(test_path, te_of(e), "");
        plan.datatype = 512; /* 0..4095 in the file, slope and intercept make -4096..4094: the Siemens way */
        plan.slope = 2;
        plan.intercept = -4096;
        for (int v = 0; v < N_VOXEL; v++) value[v] = fmin(4095, round(carg(truth(e, v)) / step + 2048));
        nifti_save(below("sub-7_echo-%d_part-phase_MEGRE.nii", e + 1), &plan, value, N_VOXEL);
        write_sidecar(test_path, te_of(e), ", \"Units\": \"arbitrary\"");
    }
    fsc_scan *scan = read_ok(test_dir);
    assert_complex_truth(scan, 3, 0.1);
    fsc_scan_free(scan);
}

static int stop(void *context, const char *stage, double fraction) {
    (void)stage;
    (void)fraction;
    return ++*(int *)context > 3;
}

static void cancelled_or_out_of_memory(void **state) {
    (void)state;
    good_set();
    int steps = 0;
    const fsc_progress progress = {stop, &steps};
    const fsc_scan_options options = {.progress = &progress};
    fsc_scan *scan = NULL;
    assert_fails(fsc_scan_read(&scan, test_dir, &options, &test_error), FSC_E_CANCELLED);
    int64_t n = 0;
    for (fsc_status status = FSC_E_NOMEM; status != FSC_OK && n < 20000; n += n < 64 ? 1 : 7) {
        fsc_alloc_fail_at(n);
        status = fsc_scan_read(&scan, test_dir, NULL, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
    }
    assert_true(n > 20 && n < 20000);
    assert_complex_truth(scan, 3, 1e-5);
    fsc_scan_free(scan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bids_magnitude_and_phase),
        cmocka_unit_test(bids_real_and_imaginary),
        cmocka_unit_test(magnitude_alone),
        cmocka_unit_test(dcm2niix_names),
        cmocka_unit_test(image_type_tells),
        cmocka_unit_test(four_dimensional_files),
        cmocka_unit_test(missing_files),
        cmocka_unit_test(echo_times_that_cannot_be),
        cmocka_unit_test(grids_that_differ),
        cmocka_unit_test(damaged_voxels),
        cmocka_unit_test(name_against_sidecar),
        cmocka_unit_test(foreign_byte_order_and_integers),
        cmocka_unit_test(cancelled_or_out_of_memory),
    };
    return cmocka_run_group_tests(tests, make_test_dir, remove_test_dir);
}
