/* volume/nifti_*.c, volume.c: every type and byte order in, our files out, and broken files refused. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "nifti.h"
#include "nifti_bytes.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static char dir[64];
static char path[128];

static const char *in_dir(const char *name) {
    assert_ok(fsc_file_join(path, sizeof path, dir, name, &test_error));
    return path;
}

static int make_dir(void **state) {
    (void)state;
    strcpy(dir, "/tmp/fsc-nifti-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state) {
    (void)state;
    char **names = NULL;
    int32_t n = 0;
    if (fsc_file_list(&names, &n, dir, NULL) != FSC_OK) return -1;
    for (int32_t i = 0; i < n; i++) (void)unlink(in_dir(names[i]));
    fsc_file_free_names(names, n);
    return rmdir(dir);
}

static nifti_plan plan_of(int64_t ni, int64_t nj, int64_t nk) {
    return (nifti_plan){.datatype = 16,
                        .dim = {3, ni, nj, nk, 1, 1, 1, 1},
                        .pixdim = {1, 1.5, 2.5, 4, 1, 1, 1, 1},
                        .sform = 1,
                        .units = 2,
                        .srow = {-1.5, 0, 0, 10, 0, 2.5, 0, -20, 0, 0, 4, 30}};
}

/* Fails unless reading gives status and a line that names the file. */
static void assert_refused(const char *name, fsc_status status) {
    fsc_volume *volume = NULL;
    (void)in_dir(name);
    test_error = (fsc_error){0};
    const fsc_status got = fsc_volume_read(&volume, path, &test_error);
    if (got != status) fail_msg("%s: status %d, expected %d (%s)", name, got, status, test_error.text);
    assert_null(volume);
    assert_non_null(strstr(test_error.text, name));
    assert_null(strchr(test_error.text, '\n'));
}

static void every_type_version_and_order(void **state) {
    (void)state;
    static const int type[] = {2, 4, 8, 16, 64, 256, 512, 768, 1024, 1280};
    const double small[6] = {0, 1, 2, 100, 127, 7};
    const double negative[6] = {0, -1, 2, -100, 127, -7};
    for (int t = 0; t < 10; t++)
        for (int mode = 0; mode < 8; mode++) {
            const int is_signed = type[t] != 2 && type[t] != 512 && type[t] != 768 && type[t] != 1280;
            const double *value = is_signed ? negative : small;
            nifti_plan plan = plan_of(3, 2, 1);
            plan.datatype = type[t];
            plan.version = 1 + (mode & 1);
            plan.big = (mode >> 1) & 1;
            plan.slope = 0.5;
            plan.intercept = -3;
            nifti_save(in_dir(mode & 4 ? "type.nii.gz" : "type.nii"), &plan, value, 6);
            fsc_volume *volume = NULL;
            assert_ok(fsc_volume_read(&volume, path, &test_error));
            for (int v = 0; v < 6; v++) assert_close(volume->data[v], value[v] * 0.5 - 3, 0);
            assert_close(volume->grid.affine[0], -1.5, 0);
            assert_close(volume->grid.affine[11], 30, 0);
            assert_int_equal(volume->grid.spacing_assumed, 0);
            fsc_volume_free(volume);
        }
}

static void slope_zero_or_nan_is_none(void **state) {
    (void)state;
    const double value[2] = {5, 6}, slope[2] = {0, (double)NAN};
    for (int s = 0; s < 2; s++) {
        nifti_plan plan = plan_of(2, 1, 1);
        plan.slope = slope[s];
        plan.intercept = 100;
        nifti_save(in_dir("slope.nii"), &plan, value, 2);
        fsc_volume *volume = NULL;
        assert_ok(fsc_volume_read(&volume, path, &test_error));
        assert_close(volume->data[1], 6, 0);
        fsc_volume_free(volume);
    }
}

/* The quaternion of a 90 degree turn about z takes i to +y and j to -x; qfac -1 turns k over. */
static void qform_spacing_and_units(void **state) {
    (void)state;
    const double value[1] = {1};
    nifti_plan plan = plan_of(1, 1, 1);
    plan.sform = 0;
    plan.qform = 1;
    plan.pixdim[0] = -1;
    plan.quaternion[2] = sqrt(0.5);
    plan.offset[0] = 7;
    nifti_save(in_dir("q.nii"), &plan, value, 1);
    fsc_volume *volume = NULL;
    assert_ok(fsc_volume_read(&volume, path, &test_error));
    const double expected[12] = {0, -2.5, 0, 7, 1.5, 0, 0, 0, 0, 0, -4, 0};
    for (int i = 0; i < 12; i++) assert_close(volume->grid.affine[i], expected[i], 1e-6);
    fsc_volume_free(volume);

    plan.qform = 0; /* spacing alone, in metres */
    plan.units = 1;
    for (int d = 1; d < 4; d++) plan.pixdim[d] *= 1e-3;
    nifti_save(in_dir("spacing.nii"), &plan, value, 1);
    fsc_nifti *file = NULL;
    assert_ok(fsc_nifti_open(&file, path, &test_error));
    assert_true(file->header.grid.place_assumed);
    assert_close(file->header.grid.affine[0], 1.5, 1e-6);
    fsc_nifti_close(file);

    nifti_plan empty = plan_of(1, 1, 1);
    empty.sform = 0;
    memset(empty.pixdim, 0, sizeof empty.pixdim);
    nifti_save(in_dir("nothing.nii"), &empty, value, 1);
    assert_ok(fsc_volume_read(&volume, path, &test_error));
    assert_true(volume->grid.spacing_assumed);
    assert_close(volume->grid.affine[0], 1, 0);
    fsc_volume_free(volume);
}

static void sidecar_says_spacing_is_assumed(void **state) {
    (void)state;
    const double value[1] = {1};
    const nifti_plan plan = plan_of(1, 1, 1);
    nifti_save(in_dir("side.nii.gz"), &plan, value, 1);
    const char text[] = "{\"VoxelSizeAssumed\": true}";
    assert_ok(fsc_file_write(in_dir("side.json"), text, sizeof text - 1, &test_error));
    fsc_volume *volume = NULL;
    assert_ok(fsc_volume_read(&volume, in_dir("side.nii.gz"), &test_error));
    assert_true(volume->grid.spacing_assumed);
    fsc_volume_free(volume);
    assert_ok(fsc_file_write(in_dir("side.json"), "{", 1, &test_error));
    assert_fails(fsc_volume_read(&volume, in_dir("side.nii.gz"), &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "side.json"));
    (void)unlink(in_dir("side.json"));
}

/* Written by us, read back: an oblique left-handed grid; qform and sform must tell the same story. */
static void written_files_come_back(void **state) {
    (void)state;
    const double c = cos(0.4), s = sin(0.4);
    const fsc_grid grid = {.dim = {5, 4, 3},
                           .affine = {-1.2 * c, 1.1 * s, 0, 12.5, 1.2 * s, 1.1 * c, 0, -4, 0, 0, 3, 100}};
    fsc_volume *made = NULL, *read = NULL;
    assert_ok(fsc_volume_new(&made, &grid, &test_error));
    assert_true(isnan(made->data[0]));
    for (int v = 0; v < 60; v++) made->data[v] = (float)v * 0.25f;
    made->data[7] = NAN;
    static const char *const name[] = {"w.nii", "w.nii.gz"};
    for (int e = 0; e < 2; e++) {
        assert_ok(fsc_volume_write(&made->grid, made->data, in_dir(name[e]), &test_error));
        assert_ok(fsc_volume_read(&read, path, &test_error));
        assert_true(fsc_grid_same(&read->grid, &grid, 1e-4));
        for (int v = 0; v < 60; v++)
            if (v != 7) assert_close(read->data[v], made->data[v], 0);
        assert_true(isnan(read->data[7]));
        fsc_volume_free(read);
    }
    unsigned char *bytes = NULL;
    size_t length;
    assert_ok(fsc_file_read((char **)&bytes, &length, in_dir("w.nii"), 1 << 20, &test_error));
    assert_int_equal(length, 352 + 240);
    const int16_t none = 0;
    memcpy(bytes + 254, &none, 2); /* without the sform the reader must find the same grid in the qform */
    nifti_save_bytes(in_dir("q.nii"), bytes, length);
    fsc_free(bytes);
    assert_ok(fsc_volume_read(&read, path, &test_error));
    assert_true(fsc_grid_same(&read->grid, &grid, 1e-4));
    fsc_volume_free(read);
    assert_fails(fsc_volume_write(&grid, made->data, in_dir("w.txt"), &test_error), FSC_E_ARG);
    fsc_volume_free(made);
}

static void broken_headers_are_refused(void **state) {
    (void)state;
    const double value[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    nifti_plan plan;
#define BROKEN(change, status)                                                                                         \
    plan = plan_of(2, 2, 2);                                                                                           \
    change;                                                                                                            \
    nifti_save(in_dir("broken.nii"), &plan, value, 8);                                                                 \
    assert_refused("broken.nii", status);
    BROKEN(plan.magic_broken = 1, FSC_E_FORMAT)
    BROKEN(plan.dim[0] = 0, FSC_E_FORMAT)
    BROKEN(plan.dim[0] = 9, FSC_E_FORMAT)
    BROKEN(plan.dim[2] = 0, FSC_E_FORMAT)
    BROKEN(plan.dim[2] = -3, FSC_E_FORMAT)
    BROKEN((plan.dim[1] = plan.dim[2] = plan.dim[3] = 32767), FSC_E_FORMAT) /* more than the file holds */
    BROKEN((plan.version = 2, plan.dim[1] = plan.dim[2] = plan.dim[3] = (int64_t)1 << 40), FSC_E_FORMAT)
    BROKEN((plan.dim[0] = 4, plan.dim[4] = 2), FSC_E_FORMAT) /* a second frame that is not there */
    BROKEN(plan.datatype = 32, FSC_E_UNSUPPORTED)
    BROKEN(plan.datatype = 128, FSC_E_UNSUPPORTED)
    BROKEN(plan.datatype = 0, FSC_E_UNSUPPORTED)
    BROKEN(plan.slope = (double)INFINITY, FSC_E_FORMAT)
    BROKEN((plan.slope = 2, plan.intercept = (double)NAN), FSC_E_FORMAT)
    BROKEN(plan.srow[3] = (double)NAN, FSC_E_FORMAT)
    BROKEN(plan.srow[0] = (double)INFINITY, FSC_E_FORMAT)
    BROKEN(plan.srow[5] = 0, FSC_E_FORMAT) /* axes in one plane */
    BROKEN((plan.sform = 0, plan.qform = 1, plan.quaternion[0] = (double)NAN), FSC_E_FORMAT)
    BROKEN(plan.data_offset = 4, FSC_E_FORMAT)
    BROKEN(plan.data_offset = (double)NAN, FSC_E_FORMAT)
    BROKEN(plan.data_offset = 1e30, FSC_E_FORMAT)
#undef BROKEN
}

static void truncated_and_damaged_files(void **state) {
    (void)state;
    double value[4096];
    uint32_t random = 1;
    for (int v = 0; v < 4096; v++) value[v] = (random = random * 1664525u + 1013904223u) % 1000;
    nifti_plan plan = plan_of(16, 16, 16);
    size_t n;
    unsigned char *bytes = nifti_make(&n, &plan, value, 4096);
    static const size_t keep[] = {0, 3, 100, 351, 352, 353, 10000};
    for (size_t k = 0; k < sizeof keep / sizeof *keep; k++) {
        nifti_save_bytes(in_dir("short.nii"), bytes, keep[k]);
        assert_refused("short.nii", FSC_E_FORMAT);
        nifti_save_bytes(in_dir("short.nii.gz"), bytes, keep[k]);
        assert_refused("short.nii.gz", FSC_E_FORMAT);
    }
    /* The compressed stream cut, and one bit of its checksum turned. */
    nifti_save_bytes(in_dir("cut.nii.gz"), bytes, n);
    free(bytes);
    char *packed = NULL;
    assert_ok(fsc_file_read(&packed, &n, path, 1 << 20, &test_error));
    FILE *file = fopen(path, "wb");
    assert_true(fwrite(packed, 1, n - 2000, file) == n - 2000);
    (void)fclose(file);
    assert_refused("cut.nii.gz", FSC_E_FORMAT);
    file = fopen(path, "wb");
    assert_true(fwrite(packed, 1, n - 4, file) == n - 4); /* only the length at the very end is gone */
    (void)fclose(file);
    assert_refused("cut.nii.gz", FSC_E_FORMAT);
    packed[n - 8] ^= 1;
    file = fopen(path, "wb");
    assert_true(fwrite(packed, 1, n, file) == n);
    (void)fclose(file);
    assert_refused("cut.nii.gz", FSC_E_FORMAT);
    fsc_free(packed);
    assert_refused("absent.nii.gz", FSC_E_IO);
    fsc_volume *volume = NULL;
    assert_fails(fsc_volume_read(&volume, dir, &test_error), FSC_E_IO);
}

static void bytes_behind_the_image_are_ignored(void **state) {
    (void)state;
    const double value[3] = {1, 2, 3};
    const nifti_plan plan = plan_of(2, 1, 1);
    nifti_save(in_dir("long.nii"), &plan, value, 3);
    fsc_volume *volume = NULL;
    assert_ok(fsc_volume_read(&volume, path, &test_error));
    assert_close(volume->data[1], 2, 0);
    fsc_volume_free(volume);
}

static void frames_are_read_in_turn(void **state) {
    (void)state;
    double value[24];
    for (int v = 0; v < 24; v++) value[v] = v;
    nifti_plan plan = plan_of(3, 2, 1);
    plan.dim[0] = 5;
    plan.dim[4] = 1;
    plan.dim[5] = 4;
    plan.datatype = 4;
    nifti_save(in_dir("four.nii.gz"), &plan, value, 24);
    assert_refused("four.nii.gz", FSC_E_SHAPE);
    fsc_nifti *file = NULL;
    assert_ok(fsc_nifti_open(&file, path, &test_error));
    assert_int_equal(file->header.n_frame, 4);
    for (int f = 0; f < 4; f++) {
        float frame[6];
        assert_ok(fsc_nifti_read_floats(file, frame, 6, &test_error));
        assert_close(frame[5], 6 * f + 5, 0);
    }
    float more;
    assert_fails(fsc_nifti_read_floats(file, &more, 1, &test_error), FSC_E_ARG);
    fsc_nifti_close(file);
}

/* A file-size limit stands for a full disk: the write must fail, and neither the file nor its temporary may stay. */
static void full_disk_is_noticed(void **state) {
    (void)state;
    const fsc_grid grid = {.dim = {64, 64, 16}, .affine = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}};
    fsc_volume *volume = NULL;
    assert_ok(fsc_volume_new(&volume, &grid, &test_error));
    uint32_t random = 1;
    for (int v = 0; v < 65536; v++) volume->data[v] = (float)(random = random * 1664525u + 1013904223u);
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 100000;
    (void)signal(SIGXFSZ, SIG_IGN);
    static const char *const name[] = {"full.nii", "full.nii.gz"};
    for (int e = 0; e < 2; e++) {
        (void)in_dir(name[e]);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        test_error = (fsc_error){0};
        const fsc_status status = fsc_volume_write(&volume->grid, volume->data, path, &test_error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(status, FSC_E_IO);
        assert_non_null(strstr(test_error.text, name[e]));
    }
    char **names = NULL;
    int32_t n = 0;
    assert_ok(fsc_file_list(&names, &n, dir, &test_error));
    for (int32_t i = 0; i < n; i++) assert_null(strstr(names[i], "full"));
    fsc_file_free_names(names, n);
    assert_fails(fsc_volume_write(&volume->grid, volume->data, "/nowhere/at/all.nii.gz", &test_error), FSC_E_IO);
    fsc_volume_free(volume);
}

static void allocation_failures_are_reported(void **state) {
    (void)state;
    const double value[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const nifti_plan plan = plan_of(2, 2, 2);
    nifti_save(in_dir("alloc.nii.gz"), &plan, value, 8);
    int64_t n = 0;
    for (fsc_status status = FSC_E_NOMEM; status != FSC_OK; n++) {
        fsc_volume *volume = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_volume_read(&volume, path, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        assert_true((status == FSC_OK) == (volume != NULL));
        fsc_volume_free(volume);
    }
    assert_int_equal(n, 7); /* file, name, two slabs, map, voxels, then success */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_version_and_order),     cmocka_unit_test(slope_zero_or_nan_is_none),
        cmocka_unit_test(qform_spacing_and_units),          cmocka_unit_test(sidecar_says_spacing_is_assumed),
        cmocka_unit_test(written_files_come_back),          cmocka_unit_test(broken_headers_are_refused),
        cmocka_unit_test(truncated_and_damaged_files),      cmocka_unit_test(bytes_behind_the_image_are_ignored),
        cmocka_unit_test(frames_are_read_in_turn),          cmocka_unit_test(full_disk_is_noticed),
        cmocka_unit_test(allocation_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
