/* ISMRM fat-water toolbox files: the struct imDataParams of a MATLAB file. */
#include "alloc.h"
#include "coils.h"
#include "fail.h"
#include "format.h"
#include "mat5.h"
#include "read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Up to most numbers of a small field; *n = how many it holds, 0 when it is absent. What is there and no number is an
 * error: it must not be taken for missing. */
static fsc_status take_numbers(double *out, int64_t *n, int64_t most, const fsc_mat_struct *params, const char *name,
                               const char *path, fsc_error *err) {
    const fsc_mat_field *f = fsc_mat_find(params, name);
    *n = f ? f->n : 0;
    if (!f) return FSC_OK;
    if (f->n == 0 || f->is_complex)
        return fsc_fail(err, FSC_E_FORMAT, "%s: %s.%s is there, but as %s %s; store it as real numbers", path,
                        params->name, name,
                        f->is_complex ? "complex"
                        : f->n == 0   ? "an empty or other"
                                      : "",
                        f->kind);
    for (int64_t i = 0; i < f->n && i < most && i < FSC_MAT_FIRST; i++) out[i] = f->first[i];
    return FSC_OK;
}

/* images is [nx ny nz ncoil nTE]; MATLAB drops trailing sizes of 1 and people squeeze the others. The number of echo
 * times tells which axis is the last. */
static fsc_status place_dimensions(int64_t dim[5], const fsc_mat_field *images, int64_t n_te, const char *path,
                                   fsc_error *err) {
    int64_t found[5] = {1, 1, 1, 1, 1};
    char shape[120] = "";
    for (int d = 0; d < images->rank; d++) {
        const size_t used = strlen(shape);
        fsc_format(shape + used, sizeof shape - used, "%s%lld", d > 0 ? " x " : "", (long long)images->dim[d]);
    }
    int rank = images->rank;
    while (rank > 5 && images->dim[rank - 1] == 1) rank--;
    if (rank <= 5)
        for (int d = 0; d < rank; d++) found[d] = images->dim[d];
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

static fsc_status take_echo_times(fsc_scan *scan, const fsc_mat_struct *params, const char *path, fsc_error *err) {
    double te[FSC_ECHO_MAX];
    int64_t n;
    FSC_TRY(take_numbers(te, &n, FSC_ECHO_MAX, params, "TE", path, err));
    if (n < 2)
        return fsc_fail(err, n == 0 ? FSC_E_FORMAT : FSC_E_RANGE,
                        "%s: imDataParams.TE has %lld values; fat and water need at least two echoes", path,
                        (long long)n);
    if (n > FSC_ECHO_MAX)
        return fsc_fail(err, FSC_E_RANGE, "%s: %lld echoes, at most %d can be used", path, (long long)n, FSC_ECHO_MAX);
    FSC_TRY(fsc_scan_judge_te(te, (int32_t)n, &scan->notes, path, err));
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && !(te[i] > te[i - 1]))
            return fsc_fail(err, FSC_E_RANGE, "%s: imDataParams.TE does not rise (%g ms after %g ms)", path,
                            1e3 * te[i], 1e3 * te[i - 1]);
        scan->te_s[i] = te[i];
    }
    scan->n_echo = (int32_t)n;
    return FSC_OK;
}

/* Field, sign and voxel size, with the toolbox's defaults where they are absent. */
static fsc_status take_parameters(fsc_scan *scan, const fsc_mat_struct *params, const char *path, fsc_error *err) {
    double value[3];
    int64_t n;
    FSC_TRY(take_numbers(value, &n, 1, params, "FieldStrength", path, err));
    scan->b0_tesla = n == 1 && value[0] > 0 ? value[0] : 1.5;
    if (n != 1)
        fsc_notes_add(
            &scan->notes, FSC_NOTE_WARNING, "field-strength-assumed",
            "Fat and water may be wrong: the file has no FieldStrength; the toolbox's default of 1.5 T is taken.");
    FSC_TRY(take_numbers(value, &n, 1, params, "PrecessionIsClockwise", path, err));
    scan->precession = n == 1 && value[0] <= 0 ? -1 : 1;
    if (n != 1)
        fsc_notes_add(&scan->notes, FSC_NOTE_ASSUMED, "precession-assumed",
                      "The file has no PrecessionIsClockwise; the toolbox's default of 1 is taken.");
    FSC_TRY(take_numbers(value, &n, 3, params, "voxelSize", path, err));
    const int known =
        n == 3 && value[0] > 0 && value[1] > 0 && value[2] > 0 && isfinite(value[0] + value[1] + value[2]);
    /* A guess of a usual shape: slices are thicker than pixels, and smoothing should know it. */
    static const double usual[3] = {1.5, 1.5, 5};
    for (int d = 0; d < 3; d++) scan->grid.affine[5 * d] = known ? value[d] : usual[d];
    scan->grid.spacing_assumed = !known;
    scan->grid.place_assumed = 1;
    scan->side_known = 0; /* the format has no word for orientation */
    return FSC_OK;
}

static fsc_status combine(fsc_scan *scan, const fsc_mat_field *images, int64_t n_coil, fsc_error *err) {
    const int64_t n_voxel = fsc_grid_count(&scan->grid), n_out = n_voxel * scan->n_echo;
    scan->echo_re = fsc_alloc(n_out, sizeof *scan->echo_re);
    scan->echo_im = fsc_alloc(n_out, sizeof *scan->echo_im);
    if (!scan->echo_re || !scan->echo_im) return fsc_fail_nomem(err, "reading echoes");
    const fsc_coil_images coils = {
        .re = images->re, .im = images->im, .n_voxel = n_voxel, .n_coil = n_coil, .n_echo = scan->n_echo};
    fsc_coils_combine(scan->echo_re, scan->echo_im, &coils);
    fsc_notes_add(&scan->notes, FSC_NOTE_FOUND, "coils-combined",
                  "%lld coils were combined, weighted by their first echo; phase is relative to it.",
                  (long long)n_coil);
    return FSC_OK;
}

/* Real images are magnitudes when nothing in them is negative. */
static fsc_status check_magnitude(fsc_scan *scan, const fsc_mat_field *images, const char *path, fsc_error *err) {
    for (int64_t v = 0; v < images->n; v++)
        if (images->re[v] < 0)
            return fsc_fail(err, FSC_E_FORMAT,
                            "%s: imDataParams.images is real and has negative values: half of a complex image; store "
                            "the complex images",
                            path);
    scan->kind = FSC_SCAN_MAGNITUDE;
    fsc_notes_add(&scan->notes, FSC_NOTE_FOUND, "images-real",
                  "The images are not complex: they are taken as magnitudes.");
    return FSC_OK;
}

static fsc_status take_images(fsc_scan *scan, fsc_mat_struct *params, const char *path, fsc_error *err) {
    int64_t dim[5];
    fsc_mat_field *images = fsc_mat_find(params, "images");
    if (!images) return fsc_fail(err, FSC_E_FORMAT, "%s: imDataParams.images is missing", path);
    if (images->n == 0)
        return fsc_fail(err, FSC_E_FORMAT, "%s: imDataParams.images is an empty or other %s array, not numbers", path,
                        images->kind);
    FSC_TRY(place_dimensions(dim, images, scan->n_echo, path, err));
    if (!images->is_complex) FSC_TRY(check_magnitude(scan, images, path, err));
    if (!images->is_complex && dim[3] > 1)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "%s: %lld coils without phase cannot be combined; store complex images, or combined ones", path,
                        (long long)dim[3]);
    memcpy(scan->grid.dim, dim, sizeof scan->grid.dim);
    if (dim[3] > 1) {
        FSC_TRY(combine(scan, images, dim[3], err));
    } else {
        FSC_GIVE(&scan->echo_re, images->re);
        FSC_GIVE(&scan->echo_im, images->im);
    }
    const int64_t n_voxel = fsc_grid_count(&scan->grid);
    for (int32_t e = 0; e < scan->n_echo; e++) {
        FSC_TRY(fsc_scan_check_finite(scan->echo_re + e * n_voxel, &scan->grid, path, 0, err));
        if (scan->echo_im) FSC_TRY(fsc_scan_check_finite(scan->echo_im + e * n_voxel, &scan->grid, path, 0, err));
    }
    return FSC_OK;
}

fsc_status fsc_read_matlab(fsc_scan *scan, const char *path, fsc_error *err) {
    static const char *const wanted[] = {"images", "TE", "FieldStrength", "PrecessionIsClockwise", "voxelSize", NULL};
    __attribute__((cleanup(fsc_mat_free))) fsc_mat_struct params = {0};
    FSC_TRY(fsc_recipe_add_input(&scan->recipe, path, err));
    FSC_TRY(fsc_mat_read(&params, path, "imDataParams", "images", wanted, err));
    scan->kind = FSC_SCAN_COMPLEX;
    FSC_TRY(take_echo_times(scan, &params, path, err));
    FSC_TRY(take_parameters(scan, &params, path, err));
    return take_images(scan, &params, path, err);
}
