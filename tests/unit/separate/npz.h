/* Reads one array of a NumPy .npz archive: zip, deflate, C order. Enough for the reference data. */
#ifndef FSC_TEST_NPZ_H
#define FSC_TEST_NPZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static inline uint32_t npz_number(const uint8_t *at, int n) {
    uint32_t value = 0;
    while (n-- > 0) value = value << 8 | at[n];
    return value;
}

static inline uint8_t *npz_whole(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    (void)fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    (void)fseek(f, 0, SEEK_SET);
    uint8_t *data = malloc(*n + 1);
    if (data && fread(data, 1, *n, f) != *n) *n = 0;
    (void)fclose(f);
    return data;
}

static inline uint8_t *npz_inflate(const uint8_t *from, uint32_t packed, uint32_t size, int method) {
    uint8_t *out = malloc(size + 1u);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)from, .avail_in = packed, .next_out = out, .avail_out = size};
    if (method == 0) return memcpy(out, from, size);
    if (inflateInit2(&z, -15) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END) size = 0;
    (void)inflateEnd(&z);
    out[size] = 0;
    return out;
}

/* The array called name, of shape (nx, ny, nz) there, as floats with x fastest; NULL when it is not there. free(). */
static inline float *npz_read(const char *path, const char *name, const int64_t dim[3]) {
    size_t n = 0;
    uint8_t *all = npz_whole(path, &n);
    float *out = NULL;
    /* Entries of the central directory, which knows the sizes. */
    for (size_t at = 0; all && !out && at + 46 < n; at++) {
        const uint8_t *entry = all + at;
        if (memcmp(entry, "PK\1\2", 4) != 0) continue;
        const uint32_t length = npz_number(entry + 28, 2), local = npz_number(entry + 42, 4);
        if (length != strlen(name) + 4 || memcmp(entry + 46, name, strlen(name)) != 0) continue;
        const uint8_t *data = all + local + 30 + npz_number(all + local + 26, 2) + npz_number(all + local + 28, 2);
        uint8_t *raw =
            npz_inflate(data, npz_number(entry + 20, 4), npz_number(entry + 24, 4), (int)npz_number(entry + 10, 2));
        const uint8_t *value = raw + 10 + npz_number(raw + 8, 2);
        const char kind = strstr((const char *)raw + 10, "'<f4'")   ? 'f'
                          : strstr((const char *)raw + 10, "'<i2'") ? 'i'
                                                                    : 'b';
        out = calloc((size_t)(dim[0] * dim[1] * dim[2]), sizeof *out);
        for (int64_t i = 0; i < dim[0] * dim[1] * dim[2]; i++) {
            const int64_t z = i % dim[2], y = i / dim[2] % dim[1], x = i / (dim[2] * dim[1]);
            float *to = &out[x + dim[0] * (y + dim[1] * z)];
            if (kind == 'f')
                memcpy(to, value + 4 * i, 4);
            else
                *to = kind == 'i' ? (float)(int16_t)npz_number(value + 2 * i, 2) : (float)value[i];
        }
        free(raw);
    }
    free(all);
    return out;
}

#endif
