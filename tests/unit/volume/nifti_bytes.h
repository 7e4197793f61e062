/* NIfTI bytes written by hand, apart from the library's own writer: any version, byte order and value type. */
#ifndef FSC_TEST_NIFTI_BYTES_H
#define FSC_TEST_NIFTI_BYTES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* What to write; zero-initialise and set what matters. Codes are NIfTI's. */
typedef struct nifti_plan {
    int version; /* 1 (also when 0) or 2 */
    int big;
    int datatype;
    int64_t dim[8];
    double pixdim[8];
    double slope, intercept;
    int qform, sform, units;
    double quaternion[3], offset[3], srow[12];
    double data_offset; /* 0 = right behind the header */
    int magic_broken;
} nifti_plan;

static int nifti_plan_bytes(int datatype) {
    switch (datatype) {
    case 2:
    case 256: return 1;
    case 4:
    case 512: return 2;
    case 64:
    case 1024:
    case 1280:
    case 32: return 8;
    case 1536:
    case 1792: return 16;
    default: return 4;
    }
}

static void nifti_put_bits(unsigned char *out, uint64_t bits, int n, int big) {
    for (int b = 0; b < n; b++) out[big ? n - 1 - b : b] = (unsigned char)(bits >> (8 * b));
}

static void nifti_put_real(unsigned char *out, double value, int n, int big) {
    uint64_t bits = 0;
    if (n == 8)
        memcpy(&bits, &value, 8);
    else {
        const float half = (float)value;
        uint32_t word;
        memcpy(&word, &half, 4);
        bits = word;
    }
    nifti_put_bits(out, bits, n, big);
}

/* Writes the header into out (at least 544 bytes) and returns where the data start. */
static size_t nifti_put_header(unsigned char *out, const nifti_plan *p) {
    const int two = p->version == 2, r = two ? 8 : 4, big = p->big;
    const size_t start = two ? 544 : 352;
    memset(out, 0, 544);
    nifti_put_bits(out, two ? 540 : 348, 4, big);
    memcpy(out + (two ? 4 : 344), two ? "n+2\0\r\n\032\n" : "n+1", two ? 8 : 4);
    if (p->magic_broken) out[two ? 4 : 344] = 'x';
    for (int d = 0; d < 8; d++) {
        nifti_put_bits(out + (two ? 16 + 8 * d : 40 + 2 * d), (uint64_t)p->dim[d], two ? 8 : 2, big);
        nifti_put_real(out + (two ? 104 : 76) + r * d, p->pixdim[d], r, big);
    }
    nifti_put_bits(out + (two ? 12 : 70), (uint64_t)p->datatype, 2, big);
    nifti_put_bits(out + (two ? 14 : 72), (uint64_t)(8 * nifti_plan_bytes(p->datatype)), 2, big);
    const double offset = p->data_offset != 0 ? p->data_offset : (double)start;
    if (two)
        nifti_put_bits(out + 168, (uint64_t)(int64_t)offset, 8, big);
    else
        nifti_put_real(out + 108, offset, 4, big);
    nifti_put_real(out + (two ? 176 : 112), p->slope, r, big);
    nifti_put_real(out + (two ? 184 : 116), p->intercept, r, big);
    if (two)
        nifti_put_bits(out + 500, (uint64_t)p->units, 4, big);
    else
        out[123] = (unsigned char)p->units;
    nifti_put_bits(out + (two ? 344 : 252), (uint64_t)p->qform, two ? 4 : 2, big);
    nifti_put_bits(out + (two ? 348 : 254), (uint64_t)p->sform, two ? 4 : 2, big);
    for (int i = 0; i < 3; i++) {
        nifti_put_real(out + (two ? 352 : 256) + r * i, p->quaternion[i], r, big);
        nifti_put_real(out + (two ? 376 : 268) + r * i, p->offset[i], r, big);
    }
    for (int i = 0; i < 12; i++) nifti_put_real(out + (two ? 400 : 280) + r * i, p->srow[i], r, big);
    return start;
}

/* One stored value of the plan's type. */
static void nifti_put_value(unsigned char *out, const nifti_plan *p, double value) {
    const int n = nifti_plan_bytes(p->datatype);
    if (p->datatype == 16 || p->datatype == 64)
        nifti_put_real(out, value, n, p->big);
    else if (p->datatype == 1280)
        nifti_put_bits(out, (uint64_t)value, n, p->big);
    else
        nifti_put_bits(out, (uint64_t)(int64_t)value, n > 8 ? 8 : n, p->big);
}

/* The whole file in memory (free it): value holds what is stored, before slope and intercept. */
static unsigned char *nifti_make(size_t *length, const nifti_plan *p, const double *value, int64_t n_value) {
    const size_t size = (size_t)nifti_plan_bytes(p->datatype);
    unsigned char *bytes = calloc(1, 544 + size * (size_t)n_value);
    if (!bytes) abort();
    const size_t start = nifti_put_header(bytes, p);
    for (int64_t v = 0; v < n_value; v++) nifti_put_value(bytes + start + size * (size_t)v, p, value[v]);
    *length = start + size * (size_t)n_value;
    return bytes;
}

/* Writes bytes as they are, or compressed when path ends in .gz. */
static void nifti_save_bytes(const char *path, const unsigned char *bytes, size_t n) {
    const size_t length = strlen(path);
    gzFile file = gzopen(path, length > 3 && strcmp(path + length - 3, ".gz") == 0 ? "wb" : "wbT");
    if (!file || (n > 0 && gzwrite(file, bytes, (unsigned)n) != (int)n) || gzclose(file) != Z_OK) abort();
}

static inline void nifti_save(const char *path, const nifti_plan *p, const double *value, int64_t n_value) {
    size_t n;
    unsigned char *bytes = nifti_make(&n, p, value, n_value);
    nifti_save_bytes(path, bytes, n);
    free(bytes);
}

#endif
