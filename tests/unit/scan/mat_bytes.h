/* MATLAB v5 bytes written by hand: a struct of arrays, every array stored as the type that the plan says. */
#ifndef FSC_TEST_MAT_BYTES_H
#define FSC_TEST_MAT_BYTES_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAT_INT8 = 1, MAT_UINT8, MAT_INT16, MAT_UINT16, MAT_INT32, MAT_UINT32, MAT_SINGLE, MAT_DOUBLE = 9 };

/* One array. class: MATLAB's number (4 char, 6 double, 7 single, 8 int8 ... 11 uint16); stored: one of the above. */
typedef struct mat_array {
    const char *name;
    int class, stored, rank;
    int32_t dim[6];
    const double *re, *im; /* im NULL: real */
} mat_array;

typedef struct mat_out {
    unsigned char *bytes;
    size_t n;
    int big;
} mat_out;

static inline void mat_put(mat_out *out, const void *bytes, size_t n) {
    out->bytes = realloc(out->bytes, out->n + n + 8);
    if (!out->bytes) abort();
    if (n > 0) memcpy(out->bytes + out->n, bytes, n);
    out->n += n;
}
static inline void mat_put_number(mat_out *out, uint64_t bits, int size) {
    unsigned char b[8];
    for (int i = 0; i < size; i++) b[i] = (unsigned char)(bits >> (8 * (out->big ? size - 1 - i : i)));
    mat_put(out, b, (size_t)size);
}
static inline void mat_put_element(mat_out *out, int type, const mat_out *data) {
    static const unsigned char zero[8] = {0};
    const int small = data->n <= 4 && data->n > 0;
    if (small) {
        mat_put_number(out, (uint64_t)data->n << 16 | (uint64_t)type, 4);
        mat_put(out, data->bytes, data->n);
        mat_put(out, zero, 4 - data->n);
        return;
    }
    mat_put_number(out, (uint64_t)type, 4);
    mat_put_number(out, data->n, 4);
    mat_put(out, data->bytes, data->n);
    if (type != 15) mat_put(out, zero, (8 - data->n % 8) % 8);
}
static inline void mat_put_text(mat_out *out, const char *text) {
    mat_out data = {.big = out->big};
    mat_put(&data, text, strlen(text));
    mat_put_element(out, 1, &data);
    free(data.bytes);
}
static inline void mat_put_values(mat_out *out, int stored, const double *value, size_t n) {
    static const int size[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8};
    mat_out data = {.big = out->big};
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = isfinite(value[i]) ? (uint64_t)(int64_t)value[i] : 0; // not a number stays one only as a float
        const float narrow = (float)value[i];
        uint32_t half;
        if (stored == MAT_DOUBLE) memcpy(&bits, &value[i], 8);
        memcpy(&half, &narrow, 4);
        if (stored == MAT_SINGLE) bits = half;
        mat_put_number(&data, bits, size[stored]);
    }
    mat_put_element(out, stored, &data);
    free(data.bytes);
}
/* Flags, sizes and name. */
static inline void mat_put_head(mat_out *out, int flags, int rank, const int32_t *dim, const char *name) {
    const double flag[2] = {flags, 0};
    double size[6];
    for (int d = 0; d < rank; d++) size[d] = dim[d];
    mat_put_values(out, MAT_UINT32, flag, 2);
    mat_put_values(out, MAT_INT32, size, (size_t)rank);
    mat_put_text(out, name);
}
static inline void mat_put_array(mat_out *out, const mat_array *a) {
    mat_out data = {.big = out->big};
    size_t n = 1;
    for (int d = 0; d < a->rank; d++) n *= (size_t)a->dim[d];
    mat_put_head(&data, a->class | (a->im ? 0x800 : 0), a->rank, a->dim, "");
    mat_put_values(&data, a->stored, a->re, n);
    if (a->im) mat_put_values(&data, a->stored, a->im, n);
    mat_put_element(out, 14, &data);
    free(data.bytes);
}
/* A whole file that holds one struct. */
static inline mat_out mat_file(const char *name, const mat_array *field, int n, int big, int compressed) {
    static const int32_t one[2] = {1, 1};
    static const double width = 32;
    char head[128], names[32 * 16] = {0};
    mat_out file = {.big = big}, all = {.big = big}, list = {.big = big}, element = {.big = big};
    memset(head, ' ', sizeof head);
    memcpy(head, "MATLAB 5.0 MAT-file, by a test", 30);
    memset(head + 116, 0, 8);
    mat_put(&file, head, 124);
    mat_put_number(&file, 0x0100, 2);
    mat_put(&file, big ? "MI" : "IM", 2);
    mat_put_head(&all, 2, 2, one, name);
    mat_put_values(&all, MAT_INT32, &width, 1);
    for (int f = 0; f < n; f++) (void)snprintf(names + 32 * f, 32, "%s", field[f].name);
    mat_put(&list, names, (size_t)(32 * n));
    mat_put_element(&all, MAT_INT8, &list);
    for (int f = 0; f < n; f++) mat_put_array(&all, &field[f]);
    mat_put_element(&element, 14, &all);
    if (compressed) {
        uLongf packed = compressBound(element.n);
        mat_out data = {.bytes = malloc(packed), .big = big};
        if (!data.bytes || compress(data.bytes, &packed, element.bytes, element.n) != Z_OK) abort();
        data.n = packed;
        mat_put_number(&file, 15, 4);
        mat_put_number(&file, packed, 4);
        mat_put(&file, data.bytes, data.n);
        free(data.bytes);
    } else {
        mat_put(&file, element.bytes, element.n);
    }
    free(all.bytes);
    free(list.bytes);
    free(element.bytes);
    return file;
}

#endif
