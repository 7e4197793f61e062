/* A temporary folder with small scans in it, written by hand: known complex values in, any file habit out. */
#ifndef FSC_TEST_SCAN_FILES_H
#define FSC_TEST_SCAN_FILES_H

#include "../test.h"
#include "../volume/nifti_bytes.h"
#include "file.h"

#include <complex.h>
#include <fascicle/scan.h>
#include <stdarg.h>
#include <unistd.h>

#define NI 4
#define NJ 3
#define NK 2
#define N_VOXEL (NI * NJ * NK)

static char test_dir[64];
static char test_path[512];

static inline int make_test_dir(void **state) {
    (void)state;
    strcpy(test_dir, "/tmp/fsc-scan-XXXXXX");
    return mkdtemp(test_dir) ? 0 : -1;
}

static inline void remove_tree(const char *dir) {
    char **names = NULL;
    int32_t n = 0;
    if (fsc_file_list(&names, &n, dir, NULL) != FSC_OK) return;
    for (int32_t i = 0; i < n; i++) {
        char path[512];
        if (fsc_file_join(path, sizeof path, dir, names[i], NULL) != FSC_OK) continue;
        if (fsc_file_is_folder(path))
            remove_tree(path);
        else
            (void)unlink(path);
    }
    fsc_file_free_names(names, n);
    (void)rmdir(dir);
}

static inline int remove_test_dir(void **state) {
    (void)state;
    remove_tree(test_dir);
    return 0;
}

/* The path of a name below the test folder, in one buffer; its folder is made. */
static inline const char *below(const char *fmt, ...) FSC_PRINTF(1, 2);
static inline const char *below(const char *fmt, ...) {
    char name[256];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    (void)snprintf(test_path, sizeof test_path, "%s/%s", test_dir, name);
    char folder[512];
    strcpy(folder, test_path);
    *strrchr(folder, '/') = 0;
    if (fsc_file_make_folder(folder, NULL) != FSC_OK) abort();
    return test_path;
}

/* Known signal: echo e of voxel v. */
static inline double complex truth(int e, int v) {
    return (20 + v + 3 * e) * cexp(I * (0.7 * v - 1.3 * e));
}

static inline double truth_part(const char *part, int e, int v) {
    const double complex s = truth(e, v);
    if (strcmp(part, "phase") == 0) return carg(s);
    if (strcmp(part, "real") == 0) return creal(s);
    return strcmp(part, "imag") == 0 ? cimag(s) : cabs(s);
}

static const nifti_plan base_plan = {.datatype = 16,
                                     .dim = {3, NI, NJ, NK, 1, 1, 1, 1},
                                     .pixdim = {1, 1.5, 1.5, 4, 1, 1, 1, 1},
                                     .sform = 1,
                                     .units = 2,
                                     .srow = {-1.5, 0, 0, 10, 0, 1.5, 0, -20, 0, 0, 4, 30}};

/* One image of echo e with its values times scale; float64, so that nothing is lost in the file. */
static inline void write_part(const char *path, const char *part, int e, double scale) {
    double value[N_VOXEL];
    nifti_plan plan = base_plan;
    plan.datatype = 64;
    for (int v = 0; v < N_VOXEL; v++) value[v] = truth_part(part, e, v) * scale;
    nifti_save(path, &plan, value, N_VOXEL);
}

static inline void write_text(const char *path, const char *text) {
    if (fsc_file_write(path, text, strlen(text), NULL) != FSC_OK) abort();
}

/* The sidecar of an image path: EchoTime in seconds and whatever extra members (", \"Units\": \"rad\""). */
static inline void write_sidecar(const char *image, double te, const char *extra) {
    char path[512], text[512];
    strcpy(path, image);
    char *end = strstr(path, ".nii");
    strcpy(end, ".json");
    (void)snprintf(text, sizeof text, "{\"EchoTime\": %.9g, \"MagneticFieldStrength\": 3%s}", te, extra);
    write_text(path, text);
}

static inline double te_of(int e) {
    return 0.00123 + 0.0011 * e;
}

/* n echoes as BIDS files <stem>_echo-N_part-P_MEGRE.nii.gz with sidecars. */
static inline void write_bids(const char *stem, const char *part, int n, double scale, const char *extra) {
    for (int e = 0; e < n; e++) {
        const char *path = below("%s_echo-%d_part-%s_MEGRE.nii.gz", stem, e + 1, part);
        write_part(path, part, e, scale);
        write_sidecar(path, te_of(e), extra);
    }
}

/* The scan must hold the truth. */
static inline void assert_complex_truth(const fsc_scan *scan, int n_echo, double tolerance) {
    assert_int_equal(scan->kind, FSC_SCAN_COMPLEX);
    assert_int_equal(scan->n_echo, n_echo);
    for (int e = 0; e < n_echo; e++) {
        assert_close(scan->te_s[e], te_of(e), 1e-9);
        for (int v = 0; v < N_VOXEL; v++) {
            assert_close((double)scan->echo_re[e * N_VOXEL + v], creal(truth(e, v)), tolerance);
            assert_close((double)scan->echo_im[e * N_VOXEL + v], cimag(truth(e, v)), tolerance);
        }
    }
}

static inline int has_note(const fsc_scan *scan, const char *key) {
    for (int32_t i = 0; i < scan->notes.n; i++)
        if (strcmp(scan->notes.item[i].key, key) == 0) return 1;
    return 0;
}

/* Reading path must fail with status in one line that holds word. */
static inline void assert_scan_refused(const char *path, fsc_status status, const char *word) {
    fsc_scan *scan = NULL;
    test_error = (fsc_error){0};
    const fsc_status got = fsc_scan_read(&scan, path, NULL, &test_error);
    if (got != status || !strstr(test_error.text, word) || strchr(test_error.text, '\n'))
        fail_msg("%s: status %d, expected %d with '%s': %s", path, got, status, word, test_error.text);
    assert_null(scan);
}

#endif
