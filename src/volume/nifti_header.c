/* NIfTI headers: both versions, either byte order, checked before anything is allocated. */
#include "affine.h"
#include "fail.h"
#include "format.h"
#include "grid.h"
#include "nifti.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The fields of either version that we use, as stored. */
typedef struct raw_header {
    int64_t dim[8];
    int32_t datatype, qform, sform, units;
    double pixdim[8], data_offset, slope, intercept;
    double quaternion[3], offset[3], srow[12];
} raw_header;

/* A cursor over header bytes of a known byte order. */
typedef struct field_reader {
    const unsigned char *bytes;
    int32_t big;
} field_reader;

static uint64_t get_bits(field_reader in, int at, int n) {
    uint64_t bits = 0;
    for (int b = 0; b < n; b++) bits |= (uint64_t)in.bytes[at + b] << (8 * (in.big ? n - 1 - b : b));
    return bits;
}

static int64_t get_integer(field_reader in, int at, int n) {
    const uint64_t bits = get_bits(in, at, n);
    if (n == 2) return (int16_t)(uint16_t)bits;
    if (n == 4) return (int32_t)(uint32_t)bits;
    return (int64_t)bits;
}

static double get_real(field_reader in, int at, int n) {
    const uint64_t bits = get_bits(in, at, n);
    if (n == 8) {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    const uint32_t half = (uint32_t)bits;
    float value;
    memcpy(&value, &half, sizeof value);
    return value;
}

static void get_reals(field_reader in, int at, int bytes, double *out, int n) {
    for (int i = 0; i < n; i++) out[i] = get_real(in, at + i * bytes, bytes);
}

static void unpack_1(raw_header *raw, field_reader in) {
    for (int d = 0; d < 8; d++) raw->dim[d] = get_integer(in, 40 + 2 * d, 2);
    raw->datatype = (int32_t)get_integer(in, 70, 2);
    get_reals(in, 76, 4, raw->pixdim, 8);
    raw->data_offset = get_real(in, 108, 4);
    raw->slope = get_real(in, 112, 4);
    raw->intercept = get_real(in, 116, 4);
    raw->units = in.bytes[123];
    raw->qform = (int32_t)get_integer(in, 252, 2);
    raw->sform = (int32_t)get_integer(in, 254, 2);
    get_reals(in, 256, 4, raw->quaternion, 3);
    get_reals(in, 268, 4, raw->offset, 3);
    get_reals(in, 280, 4, raw->srow, 12);
}

static void unpack_2(raw_header *raw, field_reader in) {
    raw->datatype = (int32_t)get_integer(in, 12, 2);
    for (int d = 0; d < 8; d++) raw->dim[d] = get_integer(in, 16 + 8 * d, 8);
    get_reals(in, 104, 8, raw->pixdim, 8);
    raw->data_offset = (double)get_integer(in, 168, 8);
    raw->slope = get_real(in, 176, 8);
    raw->intercept = get_real(in, 184, 8);
    raw->qform = (int32_t)get_integer(in, 344, 4);
    raw->sform = (int32_t)get_integer(in, 348, 4);
    get_reals(in, 352, 8, raw->quaternion, 3);
    get_reals(in, 376, 8, raw->offset, 3);
    get_reals(in, 400, 8, raw->srow, 12);
    raw->units = (int32_t)get_integer(in, 500, 4);
}

/* Finds version and byte order from the header's own length and checks the magic word. */
static fsc_status unpack(raw_header *raw, int32_t *big, int32_t *version, const unsigned char *bytes, size_t n,
                         const char *path, fsc_error *err) {
    for (*big = 0; n >= 4 && *big < 2; (*big)++) {
        const field_reader in = {bytes, *big};
        const int64_t length = get_integer(in, 0, 4);
        if (length != 348 && length != 540) continue;
        *version = length == 348 ? 1 : 2;
        if (n < (size_t)length)
            return fsc_fail(err, FSC_E_FORMAT, "%s: is truncated inside its header; copy or convert it again", path);
        const char *magic = (const char *)bytes + (*version == 1 ? 344 : 4);
        if (memcmp(magic, *version == 1 ? "ni1" : "ni2", 4) == 0)
            return fsc_fail(err, FSC_E_UNSUPPORTED, "%s: header and image are two files; convert it to one .nii.gz",
                            path);
        if (memcmp(magic, *version == 1 ? "n+1" : "n+2", 4) != 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: is not a NIfTI file (no NIfTI magic word; perhaps ANALYZE)", path);
        if (*version == 1)
            unpack_1(raw, in);
        else
            unpack_2(raw, in);
        return FSC_OK;
    }
    return fsc_fail(err, FSC_E_FORMAT, "%s: is not a NIfTI file", path);
}

static int32_t value_bytes(int32_t datatype) {
    switch (datatype) {
    case FSC_NIFTI_UINT8:
    case FSC_NIFTI_INT8: return 1;
    case FSC_NIFTI_INT16:
    case FSC_NIFTI_UINT16: return 2;
    case FSC_NIFTI_INT32:
    case FSC_NIFTI_UINT32:
    case FSC_NIFTI_FLOAT32: return 4;
    case FSC_NIFTI_FLOAT64:
    case FSC_NIFTI_INT64:
    case FSC_NIFTI_UINT64: return 8;
    default: return 0;
    }
}

static fsc_status take_sizes(fsc_nifti_header *out, const raw_header *raw, const char *path, fsc_error *err) {
    if (raw->dim[0] < 1 || raw->dim[0] > 7)
        return fsc_fail(err, FSC_E_FORMAT, "%s: header is damaged (%lld dimensions)", path, (long long)raw->dim[0]);
    int64_t total = 1;
    out->n_frame = 1;
    for (int d = 0; d < 7; d++) {
        const int64_t size = d < raw->dim[0] ? raw->dim[d + 1] : 1;
        if (size < 1)
            return fsc_fail(err, FSC_E_FORMAT, "%s: header is damaged (dimension %d has size %lld)", path, d + 1,
                            (long long)size);
        if (size > (INT64_MAX >> 8) / total)
            return fsc_fail(err, FSC_E_FORMAT, "%s: header is damaged (the image would be larger than any disk)", path);
        total *= size;
        if (d < 3)
            out->grid.dim[d] = size;
        else
            out->n_frame *= size;
    }
    out->datatype = raw->datatype;
    out->value_bytes = value_bytes(raw->datatype);
    if (out->value_bytes == 0)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "%s: value type %d is not read; convert to integer or float (complex: one file each for real "
                        "and imaginary)",
                        path, raw->datatype);
    return FSC_OK;
}

static fsc_status take_scaling(fsc_nifti_header *out, const raw_header *raw, const char *path, fsc_error *err) {
    out->slope = 1;
    out->intercept = 0;
    /* 0 is NIfTI's word for "no scaling"; some writers put NaN for it. */
    if (raw->slope == 0 || isnan(raw->slope)) return FSC_OK;
    if (!isfinite(raw->slope) || !isfinite(raw->intercept))
        return fsc_fail(err, FSC_E_FORMAT, "%s: header is damaged (slope %g, intercept %g)", path, raw->slope,
                        raw->intercept);
    out->slope = raw->slope;
    out->intercept = raw->intercept;
    return FSC_OK;
}

/* NIfTI's method 2: unit quaternion, voxel sizes and handedness in pixdim[0]. */
static void qform_affine(double affine[12], const raw_header *raw, const double spacing[3]) {
    double b = raw->quaternion[0], c = raw->quaternion[1], d = raw->quaternion[2];
    const double square = b * b + c * c + d * d;
    double a = 0;
    if (square < 1) {
        a = sqrt(1 - square);
    } else {
        const double length = sqrt(square);
        b /= length;
        c /= length;
        d /= length;
    }
    const double k = spacing[2] * (raw->pixdim[0] < 0 ? -1 : 1);
    const double m[12] = {(a * a + b * b - c * c - d * d) * spacing[0],
                          2 * (b * c - a * d) * spacing[1],
                          2 * (b * d + a * c) * k,
                          raw->offset[0],
                          2 * (b * c + a * d) * spacing[0],
                          (a * a + c * c - b * b - d * d) * spacing[1],
                          2 * (c * d - a * b) * k,
                          raw->offset[1],
                          2 * (b * d - a * c) * spacing[0],
                          2 * (c * d + a * b) * spacing[1],
                          (a * a + d * d - c * c - b * b) * k,
                          raw->offset[2]};
    memcpy(affine, m, sizeof m);
}

/* Tools that move an image often change one of the two forms only, and the next tool reads the other. */
static fsc_status compare_forms(const fsc_nifti_header *out, const raw_header *raw, const double spacing[3],
                                const char *path, fsc_error *err) {
    double qform[12], largest = 0;
    qform_affine(qform, raw, spacing);
    for (int corner = 0; corner < 8; corner++) {
        double ijk[3], a[3], b[3], square = 0;
        for (int d = 0; d < 3; d++) ijk[d] = (corner >> d) & 1 ? (double)(out->grid.dim[d] - 1) : 0;
        fsc_affine_apply(raw->srow, ijk, a);
        fsc_affine_apply(qform, ijk, b);
        for (int d = 0; d < 3; d++) square += (a[d] - b[d]) * (a[d] - b[d]);
        largest = fmax(largest, sqrt(square)); /* NaN is found by the inversion */
    }
    if (!(largest > 0.5 * fmin(spacing[0], fmin(spacing[1], spacing[2])))) return FSC_OK;
    return fsc_fail(
        err, FSC_E_FORMAT,
        "%s: sform and qform in its header disagree by up to %.4g mm (first voxel at %.4g, %.4g, %.4g and at "
        "%.4g, %.4g, %.4g); find out which one is right and set both to it",
        path, largest, raw->srow[3], raw->srow[7], raw->srow[11], raw->offset[0], raw->offset[1], raw->offset[2]);
}

static fsc_status take_geometry(fsc_nifti_header *out, const raw_header *raw, const char *path, fsc_error *err) {
    double spacing[3], inverse[12];
    int32_t guessed = 0;
    for (int d = 0; d < 3; d++) {
        spacing[d] = fabs(raw->pixdim[d + 1]);
        if (isfinite(spacing[d]) && spacing[d] > 0) continue;
        spacing[d] = 1;
        guessed = 1;
    }
    if (raw->sform > 0) {
        memcpy(out->grid.affine, raw->srow, sizeof raw->srow);
        if (raw->qform > 0 && !guessed) FSC_TRY(compare_forms(out, raw, spacing, path, err));
    } else if (raw->qform > 0) {
        qform_affine(out->grid.affine, raw, spacing);
        out->grid.spacing_assumed = guessed;
    } else {
        for (int d = 0; d < 3; d++) out->grid.affine[5 * d] = spacing[d];
        out->grid.place_assumed = 1;
        out->grid.spacing_assumed = guessed;
    }
    const int unit = raw->units & 7; /* 1 metre, 2 millimetre, 3 micrometre, 0 not stated */
    const double to_mm = unit == 1 ? 1000 : unit == 3 ? 0.001 : 1;
    for (int i = 0; i < 12; i++) out->grid.affine[i] *= to_mm;
    if (!fsc_affine_invert(inverse, out->grid.affine))
        return fsc_fail(err, FSC_E_FORMAT, "%s: header is damaged (its axes are not finite or lie in one plane)", path);
    static const char *const word[] = {"says nothing", "says metres", "says millimetres", "says micrometres"};
    char unit_text[64];
    fsc_format(unit_text, sizeof unit_text, "its unit field (xyzt_units) %s",
               unit < 4 ? word[unit] : "holds an unknown code");
    return fsc_grid_check(&out->grid, path, unit_text, err);
}

fsc_status fsc_nifti_parse(fsc_nifti_header *out, const unsigned char *bytes, size_t n, const char *path,
                           fsc_error *err) {
    raw_header raw;
    int32_t version = 0;
    memset(out, 0, sizeof *out);
    memset(&raw, 0, sizeof raw);
    FSC_TRY(unpack(&raw, &out->big_endian, &version, bytes, n, path, err));
    FSC_TRY(take_sizes(out, &raw, path, err));
    FSC_TRY(take_scaling(out, &raw, path, err));
    FSC_TRY(take_geometry(out, &raw, path, err));
    const double least = version == 1 ? 348 : 540;
    if (raw.data_offset == 0) raw.data_offset = least + 4; /* left empty by some writers */
    if (!(raw.data_offset >= least && raw.data_offset <= 1e9))
        return fsc_fail(err, FSC_E_FORMAT, "%s: header is damaged (data start at byte %g)", path, raw.data_offset);
    out->data_offset = (int64_t)raw.data_offset;
    return FSC_OK;
}

size_t fsc_nifti_stem_length(const char *path) {
    static const char *const ending[] = {".nii.gz", ".nii"};
    const size_t n = strlen(path);
    for (int e = 0; e < 2; e++) {
        const size_t m = strlen(ending[e]);
        if (n > m && strcmp(path + n - m, ending[e]) == 0 && path[n - m - 1] != '/') return n - m;
    }
    return 0;
}

fsc_status fsc_nifti_sidecar_path(char *out, size_t size, const char *path, fsc_error *err) {
    size_t n = fsc_nifti_stem_length(path);
    if (n == 0) n = strlen(path);
    if (n + sizeof ".json" > size) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", path);
    memcpy(out, path, n);
    memcpy(out + n, ".json", sizeof ".json");
    return FSC_OK;
}
