/* ISMRM fat-water toolbox files: the struct imDataParams of a MATLAB file, v5 to v7.3. */
#include "fail.h"
#include "read.h"

#ifndef HAVE_MATIO

fsc_status fsc_read_matlab(fsc_scan *scan, const char *path, fsc_error *err) {
    (void)scan;
    return fsc_fail(err, FSC_E_UNSUPPORTED, "%s: this build reads no .mat files; build it with matio", path);
}

#else

#include "alloc.h"
#include "coils.h"

#include <math.h>
#include <matio.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void close_mat(mat_t **mat) {
    if (*mat) (void)Mat_Close(*mat);
}
static void free_variable(matvar_t **variable) {
    Mat_VarFree(*variable);
}
#define AUTO_VARIABLE __attribute__((cleanup(free_variable))) matvar_t *

/* A field by its name in any case; members have written voxelsize, voxelSize, VoxelSize. NULL when absent. Borrowed. */
static matvar_t *find_field(matvar_t *parent, const char *name) {
    const unsigned n = Mat_VarGetNumberOfFields(parent);
    char *const *names = Mat_VarGetStructFieldnames(parent);
    for (unsigned f = 0; names && f < n; f++)
        if (strcasecmp(names[f], name) == 0) return Mat_VarGetStructFieldByIndex(parent, f, 0);
    return NULL;
}

static int64_t count_values(const matvar_t *variable) {
    int64_t n = 1;
    for (int d = 0; d < variable->rank; d++) {
        const size_t size = variable->dims[d];
        if (size == 0) return 0;
        if (size > (size_t)(INT64_MAX >> 8) / (size_t)n) return -1;
        n *= (int64_t)size;
    }
    return n;
}

/* Whether the variable holds its n values as real floats of the class it claims. */
static int is_float(const matvar_t *v) {
    return (v->class_type == MAT_C_DOUBLE && v->data_type == MAT_T_DOUBLE && v->data_size == 8) ||
           (v->class_type == MAT_C_SINGLE && v->data_type == MAT_T_SINGLE && v->data_size == 4);
}

static double get_value(const void *data, const matvar_t *variable, int64_t at) {
    return variable->class_type == MAT_C_SINGLE ? (double)((const float *)data)[at] : ((const double *)data)[at];
}

/* Up to most numbers of a small field; *n = how many it holds, 0 when it is absent or not numeric. */
static void take_numbers(double *out, int64_t *n, int64_t most, matvar_t *parent, const char *name) {
    const matvar_t *v = find_field(parent, name);
    *n = 0;
    if (!v || !v->data || v->isComplex || !is_float(v)) return;
    const int64_t count = count_values(v);
    if (count < 0 || (int64_t)(v->nbytes / (size_t)v->data_size) < count) return;
    *n = count;
    for (int64_t i = 0; i < count && i < most; i++) out[i] = get_value(v->data, v, i);
}

/* The struct called imDataParams, or the one struct that has images: its name into out. */
static fsc_status find_struct(char *out, size_t size, mat_t *mat, const char *path, fsc_error *err) {
    char list[160] = "";
    out[0] = 0;
    for (matvar_t *v; (v = Mat_VarReadNextInfo(mat)) != NULL; Mat_VarFree(v)) {
        if (!v->name) continue;
        const size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", v->name);
        if (v->class_type != MAT_C_STRUCT) continue;
        const int is_known = strcasecmp(v->name, "imDataParams") == 0;
        if (is_known || (!out[0] && find_field(v, "images"))) (void)snprintf(out, size, "%s", v->name);
        if (is_known) {
            Mat_VarFree(v);
            break;
        }
    }
    if (out[0]) return FSC_OK;
    return fsc_fail(err, FSC_E_FORMAT, "%s: has no struct imDataParams; it holds: %s", path,
                    list[0] ? list : "nothing");
}

/* images is [nx ny nz ncoil nTE]; MATLAB drops trailing sizes of 1 and people squeeze the others. The number of echo
 * times tells which axis is the last. */
static fsc_status place_dimensions(int64_t dim[5], const matvar_t *images, int64_t n_te, const char *path,
                                   fsc_error *err) {
    int64_t found[5] = {1, 1, 1, 1, 1};
    char shape[120] = "";
    for (int d = 0; d < images->rank; d++) {
        const size_t used = strlen(shape);
        (void)snprintf(shape + used, sizeof shape - used, "%s%zu", d > 0 ? " x " : "", images->dims[d]);
    }
    int rank = images->rank;
    while (rank > 5 && images->dims[rank - 1] == 1) rank--;
    if (rank <= 5)
        for (int d = 0; d < rank; d++) found[d] = (int64_t)images->dims[d];
    const int64_t last = rank >= 3 && rank <= 5 ? found[rank - 1] : 0;
    if (last != n_te)
        return fsc_fail(err, FSC_E_SHAPE,
                        "%s: images is %s and TE has %lld values; images must be nx x ny x nz x coils x TE", path,
                        shape, (long long)n_te);
    dim[0] = found[0];
    dim[1] = found[1];
    dim[2] = rank >= 4 ? found[2] : 1;
    dim[3] = rank == 5 ? found[3] : 1;
    dim[4] = n_te;
    return FSC_OK;
}

/* TE and the small fields. */
static fsc_status take_parameters(fsc_scan *scan, matvar_t *params, const char *path, fsc_error *err) {
    double te[FSC_ECHO_MAX], value[3];
    int64_t n;
    int in_ms;
    take_numbers(te, &n, FSC_ECHO_MAX, params, "TE");
    if (n < 2)
        return fsc_fail(err, n == 0 ? FSC_E_FORMAT : FSC_E_RANGE,
                        "%s: imDataParams.TE has %lld values; fat and water need at least two echoes", path,
                        (long long)n);
    if (n > FSC_ECHO_MAX)
        return fsc_fail(err, FSC_E_RANGE, "%s: %lld echoes, at most %d can be used", path, (long long)n, FSC_ECHO_MAX);
    FSC_TRY(fsc_scan_judge_te(te, (int32_t)n, &in_ms, &scan->notes, path, err));
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && !(te[i] > te[i - 1]))
            return fsc_fail(err, FSC_E_RANGE, "%s: imDataParams.TE does not rise (%g ms after %g ms)", path,
                            1e3 * te[i], 1e3 * te[i - 1]);
        scan->te_s[i] = te[i];
    }
    scan->n_echo = (int32_t)n;
    take_numbers(value, &n, 1, params, "FieldStrength");
    scan->b0_tesla = n == 1 && value[0] > 0 ? value[0] : 1.5;
    if (n != 1)
        fsc_notes_add(
            &scan->notes, FSC_NOTE_WARNING, "field-strength-assumed",
            "Fat and water may be wrong: the file has no FieldStrength; the toolbox's default of 1.5 T is taken.");
    take_numbers(value, &n, 1, params, "PrecessionIsClockwise");
    scan->precession = n == 1 && value[0] <= 0 ? -1 : 1;
    if (n != 1)
        fsc_notes_add(&scan->notes, FSC_NOTE_ASSUMED, "precession-assumed",
                      "The file has no PrecessionIsClockwise; the toolbox's default of 1 is taken.");
    take_numbers(value, &n, 3, params, "voxelSize");
    const int known =
        n == 3 && value[0] > 0 && value[1] > 0 && value[2] > 0 && isfinite(value[0] + value[1] + value[2]);
    /* A guess of a usual shape: slices are thicker than pixels, and smoothing should know it. */
    static const double usual[3] = {1.5, 1.5, 5};
    for (int d = 0; d < 3; d++) scan->grid.affine[5 * d] = known ? value[d] : usual[d];
    scan->grid.spacing_assumed = !known;
    scan->side_known = 0; /* the format has no word for orientation */
    return FSC_OK;
}

static fsc_status take_images(fsc_scan *scan, const matvar_t *images, const char *path, fsc_error *err) {
    int64_t dim[5];
    if (!images || !images->data || !is_float(images) || !images->isComplex)
        return fsc_fail(err, FSC_E_FORMAT, "%s: imDataParams.images is missing or not complex single or double", path);
    FSC_TRY(place_dimensions(dim, images, scan->n_echo, path, err));
    const int64_t n = count_values(images);
    if (n <= 0 || (int64_t)(images->nbytes / (size_t)images->data_size) < n)
        return fsc_fail(err, FSC_E_FORMAT, "%s: imDataParams.images is empty or truncated", path);
    memcpy(scan->grid.dim, dim, sizeof scan->grid.dim);
    const int64_t n_voxel = fsc_grid_count(&scan->grid), n_out = n_voxel * scan->n_echo;
    scan->echo_re = fsc_alloc(n_out, sizeof *scan->echo_re);
    scan->echo_im = fsc_alloc(n_out, sizeof *scan->echo_im);
    if (!scan->echo_re || !scan->echo_im) return fsc_fail_nomem(err, "reading echoes");
    const mat_complex_split_t *split = images->data;
    const fsc_coil_images coils = {.re = split->Re,
                                   .im = split->Im,
                                   .is_double = images->class_type == MAT_C_DOUBLE,
                                   .n_voxel = n_voxel,
                                   .n_coil = dim[3],
                                   .n_echo = scan->n_echo};
    fsc_coils_combine(scan->echo_re, scan->echo_im, &coils);
    if (dim[3] > 1)
        fsc_notes_add(&scan->notes, FSC_NOTE_FOUND, "coils-combined",
                      "%lld coils were combined, weighted by their first echo; phase is relative to it.",
                      (long long)dim[3]);
    for (int32_t e = 0; e < scan->n_echo; e++) {
        FSC_TRY(fsc_scan_check_finite(scan->echo_re + e * n_voxel, &scan->grid, path, 0, err));
        FSC_TRY(fsc_scan_check_finite(scan->echo_im + e * n_voxel, &scan->grid, path, 0, err));
    }
    return FSC_OK;
}

fsc_status fsc_read_matlab(fsc_scan *scan, const char *path, fsc_error *err) {
    char name[128];
    FSC_TRY(fsc_recipe_add_input(&scan->recipe, path, err));
    __attribute__((cleanup(close_mat))) mat_t *mat = Mat_Open(path, MAT_ACC_RDONLY);
    if (!mat) return fsc_fail(err, FSC_E_FORMAT, "%s: is not a readable MATLAB file", path);
    FSC_TRY(find_struct(name, sizeof name, mat, path, err));
    (void)Mat_Rewind(mat);
    AUTO_VARIABLE params = Mat_VarRead(mat, name);
    if (!params || params->class_type != MAT_C_STRUCT || !params->data)
        return fsc_fail(err, FSC_E_FORMAT, "%s: struct %s cannot be read; the file may be truncated", path, name);
    scan->kind = FSC_SCAN_COMPLEX;
    FSC_TRY(take_parameters(scan, params, path, err));
    return take_images(scan, find_field(params, "images"), path, err);
}

#endif
