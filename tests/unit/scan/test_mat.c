/* scan/mat.c, mat5.c, coils.c: ISMRM structs as people write them, stored as any type, and broken ones. */
#include "files.h"
#include "mat_bytes.h"

typedef struct mat_plan {
    const char *name, *images, *te;
    int32_t dims[5];
    int rank, n_te, n_coil, stored, big, plain, real_only, whole, te_as_text;
    double te_scale;
    int falling, with_sign, sign, with_voxel, bad_voxel;
} mat_plan;

static const mat_plan usual = {.name = "imDataParams",
                               .images = "images",
                               .te = "TE",
                               .dims = {NI, NJ, NK, 1, 3},
                               .rank = 5,
                               .n_te = 3,
                               .n_coil = 1,
                               .stored = MAT_DOUBLE,
                               .te_scale = 1};

static double complex coil_weight(int c) {
    return (0.6 + 0.3 * c) * cexp(I * 1.1 * c);
}

static void make_images(double *re, double *im, const mat_plan *p) {
    int at = 0;
    for (int e = 0; e < p->n_te; e++)
        for (int c = 0; c < p->n_coil; c++)
            for (int v = 0; v < N_VOXEL; v++, at++) {
                const double complex s = truth(e, v) * (p->n_coil > 1 ? coil_weight(c) : 1);
                re[at] = p->bad_voxel && at == 7 ? (double)NAN : p->real_only ? cabs(s) : creal(s);
                im[at] = cimag(s);
                if (p->whole) re[at] = floor(re[at]), im[at] = floor(im[at]);
            }
}

static const char *write_mat(const mat_plan *p) {
    double re[256], im[256], te[8], field = 1.494, sign = p->sign, voxel[3] = {2, 2, 6};
    for (int e = 0; e < p->n_te; e++) te[e] = te_of(p->falling ? p->n_te - 1 - e : e) * p->te_scale;
    make_images(re, im, p);
    mat_array f[5] = {
        {p->images, 6, p->stored, p->rank, {0}, re, p->real_only ? NULL : im},
        {p->te, p->te_as_text ? 4 : 6, p->whole || p->te_as_text ? MAT_UINT16 : MAT_DOUBLE, 2, {1, p->n_te}, te, NULL},
        {"fieldstrength", 6, MAT_DOUBLE, 2, {1, 1}, &field, NULL}};
    memcpy(f[0].dim, p->dims, sizeof p->dims);
    int n = 3;
    if (p->whole) field = 3, f[2].stored = MAT_UINT8;
    if (p->with_sign) f[n++] = (mat_array){"PrecessionIsClockwise", 6, MAT_INT8, 2, {1, 1}, &sign, NULL};
    if (p->with_voxel) f[n++] = (mat_array){"voxelSize", 6, MAT_UINT8, 2, {1, 3}, voxel, NULL};
    const mat_out file = mat_file(p->name, f, n, p->big, !p->plain);
    FILE *to = fopen(below("case.mat"), "wb");
    if (!to || fwrite(file.bytes, 1, file.n, to) != file.n || fclose(to) != 0) abort();
    free(file.bytes);
    return test_path;
}

static void every_byte_order_packing_and_precision(void **state) {
    (void)state;
    for (int v = 0; v < 8; v++) {
        mat_plan plan = usual;
        plan.plain = v & 1;
        plan.big = v >> 1 & 1;
        plan.stored = v >> 2 ? MAT_SINGLE : MAT_DOUBLE;
        plan.with_sign = plan.with_voxel = 1;
        plan.sign = -1;
        fsc_scan *scan = NULL;
        assert_ok(fsc_scan_read(&scan, write_mat(&plan), NULL, &test_error));
        assert_complex_truth(scan, 3, 1e-4);
        assert_int_equal(scan->grid.dim[2], NK);
        assert_int_equal(scan->precession, -1);
        assert_close(scan->b0_tesla, 1.494, 0);
        assert_close(scan->grid.affine[10], 6, 0);
        assert_int_equal(scan->grid.spacing_assumed, 0);
        assert_int_equal(scan->side_known, 0);
        assert_string_equal(scan->name, "case");
        assert_int_equal(scan->recipe.n_input, 1);
        fsc_scan_free(scan);
    }
}

/* MATLAB keeps whole numbers as integers, in the smallest type that holds them. */
static void whole_numbers_give_the_bits_of_their_float_twin(void **state) {
    (void)state;
    mat_plan plan = usual;
    fsc_scan *scan = NULL, *twin = NULL;
    plan.whole = plan.with_sign = 1;
    plan.sign = -1;
    plan.te_scale = 1e4;
    assert_ok(fsc_scan_read(&twin, write_mat(&plan), NULL, &test_error));
    plan.stored = MAT_INT16;
    assert_ok(fsc_scan_read(&scan, write_mat(&plan), NULL, &test_error));
    assert_close(scan->b0_tesla, 3, 0);
    assert_int_equal(scan->precession, -1);
    assert_false(has_note(scan, "field-strength-assumed") || has_note(scan, "precession-assumed"));
    assert_memory_equal(scan->echo_re, twin->echo_re, 3 * N_VOXEL * sizeof(float));
    assert_memory_equal(scan->echo_im, twin->echo_im, 3 * N_VOXEL * sizeof(float));
    fsc_scan_free(scan);
    fsc_scan_free(twin);
}

static void real_images_are_magnitudes(void **state) {
    (void)state;
    mat_plan plan = usual;
    plan.real_only = 1;
    fsc_scan *scan = NULL;
    assert_ok(fsc_scan_read(&scan, write_mat(&plan), NULL, &test_error));
    assert_int_equal(scan->kind, FSC_SCAN_MAGNITUDE);
    assert_null(scan->echo_im);
    fsc_scan_free(scan);
}

/* Squeezed arrays, other cases of letters, milliseconds, no voxel size and no sign. */
static void written_by_other_hands(void **state) {
    (void)state;
    mat_plan plan = usual;
    plan.name = "IMDATAPARAMS";
    plan.images = "Images";
    plan.te = "te";
    plan.te_scale = 1000;
    plan.rank = 4;
    plan.dims[3] = 3;
    fsc_scan *scan = NULL;
    assert_ok(fsc_scan_read(&scan, write_mat(&plan), NULL, &test_error));
    assert_complex_truth(scan, 3, 1e-4);
    assert_true(scan->grid.spacing_assumed && has_note(scan, "precession-assumed"));
    assert_int_equal(scan->precession, 1);
    fsc_scan_free(scan);
    plan.rank = 3; /* one slice */
    plan.dims[1] = NJ * NK;
    plan.dims[2] = 3;
    assert_ok(fsc_scan_read(&scan, write_mat(&plan), NULL, &test_error));
    assert_int_equal(scan->grid.dim[1], NJ * NK);
    assert_int_equal(scan->grid.dim[2], 1);
    assert_complex_truth(scan, 3, 1e-4);
    fsc_scan_free(scan);
}

/* Coils of any weight and phase: what stays is the root of summed squares and the phase relative to the first echo. */
static void coils_keep_the_phase_between_echoes(void **state) {
    (void)state;
    mat_plan plan = usual;
    plan.dims[3] = 2;
    plan.n_coil = 2;
    fsc_scan *scan = NULL;
    assert_ok(fsc_scan_read(&scan, write_mat(&plan), NULL, &test_error));
    const double gain = sqrt(pow(cabs(coil_weight(0)), 2) + pow(cabs(coil_weight(1)), 2));
    for (int e = 0; e < 3; e++)
        for (int v = 0; v < N_VOXEL; v++) {
            const double complex expected = gain * truth(e, v) * conj(truth(0, v)) / cabs(truth(0, v));
            assert_close((double)scan->echo_re[e * N_VOXEL + v], creal(expected), 1e-4);
            assert_close((double)scan->echo_im[e * N_VOXEL + v], cimag(expected), 1e-4);
        }
    fsc_scan_free(scan);
}

static void broken_structs(void **state) {
    (void)state;
    mat_plan plan = usual;
    plan.name = "other";
    plan.images = "pictures";
    assert_scan_refused(write_mat(&plan), FSC_E_FORMAT, "has no struct imDataParams; it holds: other");
    plan = usual;
    plan.dims[3] = 3;
    plan.dims[4] = 1; /* coils where echoes should be */
    plan.rank = 5;
    plan.n_te = 3;
    assert_scan_refused(write_mat(&plan), FSC_E_SHAPE, "images is 4 x 3 x 2 x 3");
    plan = usual;
    plan.falling = 1;
    assert_scan_refused(write_mat(&plan), FSC_E_RANGE, "does not rise");
    plan = usual;
    plan.te_as_text = 1;
    assert_scan_refused(write_mat(&plan), FSC_E_FORMAT, "TE is there, but as an empty or other char");
    plan = usual;
    plan.bad_voxel = 1;
    assert_scan_refused(write_mat(&plan), FSC_E_FORMAT, "1 voxel is NaN or infinite, the first at (3, 1, 0)");
    write_text(below("text.mat"), "this is no MATLAB file, whatever its name says");
    assert_scan_refused(test_path, FSC_E_FORMAT, "text.mat");
    char v73[200];
    memset(v73, ' ', sizeof v73);
    memcpy(v73, "MATLAB 7.3 MAT-file, Platform", 29);
    v73[199] = 0;
    write_text(below("v73.mat"), v73);
    assert_scan_refused(test_path, FSC_E_UNSUPPORTED, "save it with -v7");
}

/* A few bytes that claim thousands of millions of values cost nothing. */
static void claims_beyond_the_file_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *what;
        int32_t dim[5];
    } claim[] = {{"shorter than its size", {4, 3, 200, 1, 3}},
                 {"shorter than its size", {200000, 200000, 1, 1, 3}},
                 {"larger than any disk", {2000000000, 2000000000, 2000000000, 1, 3}},
                 {"negative size", {4, 3, -2, 1, 3}}};
    for (size_t c = 0; c < sizeof claim / sizeof *claim; c++) {
        mat_plan plan = usual;
        plan.plain = 1;
        const char *path = write_mat(&plan);
        FILE *file = fopen(path, "r+b");
        unsigned char bytes[4096];
        const size_t n = fread(bytes, 1, sizeof bytes, file);
        size_t at = 0;
        while (at + 20 <= n && memcmp(bytes + at, usual.dims, 20) != 0) at++;
        memcpy(bytes + at, claim[c].dim, 20);
        rewind(file);
        assert_int_equal(fwrite(bytes, 1, n, file), n);
        (void)fclose(file);
        assert_scan_refused(path, FSC_E_FORMAT, claim[c].what);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_order_packing_and_precision),
        cmocka_unit_test(whole_numbers_give_the_bits_of_their_float_twin),
        cmocka_unit_test(real_images_are_magnitudes),
        cmocka_unit_test(claims_beyond_the_file_are_refused),
        cmocka_unit_test(written_by_other_hands),
        cmocka_unit_test(coils_keep_the_phase_between_echoes),
        cmocka_unit_test(broken_structs),
    };
    return cmocka_run_group_tests(tests, make_test_dir, remove_test_dir);
}
