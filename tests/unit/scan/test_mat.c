/* scan/mat.c, coils.c: ISMRM structs as people write them, in both file versions, and broken ones. */
#include "files.h"

#ifndef HAVE_MATIO
int main(void) {
    return 77; /* meson's word for a skipped test */
}
#else

#include <matio.h>

typedef struct mat_plan {
    enum mat_ft version;
    const char *name, *images, *te;
    size_t dims[5];
    int rank, n_te, n_coil, is_single, real_only;
    double te_scale;
    int falling, with_sign, sign, with_voxel, bad_voxel;
} mat_plan;

static const mat_plan usual = {.version = MAT_FT_MAT5,
                               .name = "imDataParams",
                               .images = "images",
                               .te = "TE",
                               .dims = {NI, NJ, NK, 1, 3},
                               .rank = 5,
                               .n_te = 3,
                               .n_coil = 1,
                               .te_scale = 1};

static double complex coil_weight(int c) {
    return (0.6 + 0.3 * c) * cexp(I * 1.1 * c);
}

static matvar_t *row(const char *name, double *value, size_t n) {
    size_t dims[2] = {1, n};
    return Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, value, 0);
}

static matvar_t *make_images(const mat_plan *p) {
    static double re[256], im[256];
    static float re_single[256], im_single[256];
    int at = 0;
    for (int e = 0; e < p->n_te; e++)
        for (int c = 0; c < p->n_coil; c++)
            for (int v = 0; v < N_VOXEL; v++, at++) {
                const double complex s = truth(e, v) * (p->n_coil > 1 ? coil_weight(c) : 1);
                re[at] = p->bad_voxel && at == 7 ? (double)NAN : creal(s);
                im[at] = cimag(s);
                re_single[at] = (float)re[at];
                im_single[at] = (float)im[at];
            }
    size_t dims[5];
    memcpy(dims, p->dims, sizeof dims);
    if (p->real_only) return Mat_VarCreate(p->images, MAT_C_DOUBLE, MAT_T_DOUBLE, p->rank, dims, re, 0);
    mat_complex_split_t split = {re, im};
    mat_complex_split_t split_single = {re_single, im_single};
    return p->is_single
               ? Mat_VarCreate(p->images, MAT_C_SINGLE, MAT_T_SINGLE, p->rank, dims, &split_single, MAT_F_COMPLEX)
               : Mat_VarCreate(p->images, MAT_C_DOUBLE, MAT_T_DOUBLE, p->rank, dims, &split, MAT_F_COMPLEX);
}

static const char *write_mat(const mat_plan *p) {
    const char *fields[6] = {p->images, p->te};
    unsigned n = 2;
    double te[8], field = 1.494, sign = p->sign, voxel[3] = {2, 2, 6};
    for (int e = 0; e < p->n_te; e++) te[e] = te_of(p->falling ? p->n_te - 1 - e : e) * p->te_scale;
    fields[n++] = "fieldstrength";
    if (p->with_sign) fields[n++] = "PrecessionIsClockwise";
    if (p->with_voxel) fields[n++] = "voxelSize";
    size_t dims[2] = {1, 1};
    matvar_t *params = Mat_VarCreateStruct(p->name, 2, dims, fields, n);
    (void)Mat_VarSetStructFieldByName(params, p->images, 0, make_images(p));
    (void)Mat_VarSetStructFieldByName(params, p->te, 0, row(p->te, te, (size_t)p->n_te));
    (void)Mat_VarSetStructFieldByName(params, "fieldstrength", 0, row("fieldstrength", &field, 1));
    if (p->with_sign)
        (void)Mat_VarSetStructFieldByName(params, "PrecessionIsClockwise", 0, row("PrecessionIsClockwise", &sign, 1));
    if (p->with_voxel) (void)Mat_VarSetStructFieldByName(params, "voxelSize", 0, row("voxelSize", voxel, 3));
    (void)below("case.mat");
    (void)unlink(test_path);
    mat_t *mat = Mat_CreateVer(test_path, NULL, p->version);
    if (!mat || Mat_VarWrite(mat, params, MAT_COMPRESSION_ZLIB) != 0) abort();
    Mat_VarFree(params);
    (void)Mat_Close(mat);
    return test_path;
}

static void both_versions_and_precisions(void **state) {
    (void)state;
    for (int v = 0; v < 4; v++) {
        mat_plan plan = usual;
        plan.version = v & 1 ? MAT_FT_MAT73 : MAT_FT_MAT5;
        plan.is_single = v >> 1;
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
    plan.real_only = 1;
    assert_scan_refused(write_mat(&plan), FSC_E_FORMAT, "not complex");
    plan = usual;
    plan.bad_voxel = 1;
    assert_scan_refused(write_mat(&plan), FSC_E_FORMAT, "1 voxel is NaN or infinite, the first at (3, 1, 0)");
    write_text(below("text.mat"), "this is no MATLAB file, whatever its name says");
    assert_scan_refused(test_path, FSC_E_FORMAT, "text.mat");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_versions_and_precisions),
        cmocka_unit_test(written_by_other_hands),
        cmocka_unit_test(coils_keep_the_phase_between_echoes),
        cmocka_unit_test(broken_structs),
    };
    return cmocka_run_group_tests(tests, make_test_dir, remove_test_dir);
}
#endif
