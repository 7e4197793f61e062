/* Reading NIfTI voxels slab by slab, so that the memory is the output and one slab. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "nifti.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define SLAB ((int64_t)32768) /* values */
/* Deflate cannot shrink anything more than 1032-fold (RFC 1951's longest match of 258 bytes in 2 bits). */
#define DEFLATE_MOST 1040.0
#define HEADER_MOST 544

static int host_is_big(void) {
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

/* Reads up to n bytes; FSC_OK with *got < n at the end of the file. */
static fsc_status read_bytes(fsc_nifti *file, void *out, int64_t n, int64_t *got, fsc_error *err) {
    *got = 0;
    while (*got < n) {
        const int64_t ask = n - *got < (1 << 24) ? n - *got : 1 << 24;
        const int read = gzread(file->stream, (unsigned char *)out + *got, (unsigned)ask);
        if (read > 0) {
            *got += read;
            continue;
        }
        /* A compressed stream that stops too early gives 0 bytes and Z_BUF_ERROR. */
        int code;
        (void)gzerror(file->stream, &code);
        if (code == Z_ERRNO) return fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", file->path, strerror(errno));
        if (code == Z_MEM_ERROR) return fsc_fail_nomem(err, "reading an image");
        if (code != Z_OK && code != Z_STREAM_END)
            return fsc_fail(err, FSC_E_FORMAT, "%s: is truncated or damaged; copy or convert it again", file->path);
        break;
    }
    return FSC_OK;
}

/* A header that claims more than its file can hold is refused before memory is asked for. */
static fsc_status check_claim(const fsc_nifti *file, const char *path, int64_t file_bytes, fsc_error *err) {
    const fsc_nifti_header *h = &file->header;
    const double need = (double)h->data_offset + (double)fsc_grid_count(&h->grid) * (double)h->n_frame * h->value_bytes;
    const double most = gzdirect(file->stream) ? (double)file_bytes : DEFLATE_MOST * (double)file_bytes;
    if (need <= most) return FSC_OK;
    return fsc_fail(err, FSC_E_FORMAT,
                    "%s: is truncated (its header promises %.0f bytes, the file has %lld); copy or convert it again",
                    path, need, (long long)file_bytes);
}

static fsc_status read_header(fsc_nifti *file, int64_t file_bytes, fsc_error *err) {
    unsigned char bytes[HEADER_MOST];
    int64_t got;
    FSC_TRY(read_bytes(file, bytes, 4, &got, err));
    if (got < 4) return fsc_fail(err, FSC_E_FORMAT, "%s: is empty or truncated", file->path);
    /* 348 or 540, in either byte order: read no further than this header goes. */
    const int is_2 = (bytes[0] == 0x1c && bytes[1] == 0x02) || (bytes[3] == 0x1c && bytes[2] == 0x02);
    int64_t more;
    FSC_TRY(read_bytes(file, bytes + 4, (is_2 ? 540 : 348) - 4, &more, err));
    FSC_TRY(fsc_nifti_parse(&file->header, bytes, (size_t)(got + more), file->path, err));
    FSC_TRY(check_claim(file, file->path, file_bytes, err));
    if (gzseek(file->stream, (z_off_t)file->header.data_offset, SEEK_SET) < 0)
        return fsc_fail(err, FSC_E_FORMAT, "%s: is truncated before its first voxel", file->path);
    return FSC_OK;
}

FSC_DEFINE_AUTO(fsc_nifti, fsc_nifti_close)

fsc_status fsc_nifti_open(fsc_nifti **out, const char *path, fsc_error *err) {
    FSC_AUTO(fsc_nifti) file = fsc_alloc(1, sizeof *file);
    if (!file) return fsc_fail_nomem(err, "opening an image");
    file->path = fsc_strdup(path);
    file->slab = fsc_alloc(SLAB, sizeof(double));
    file->value = fsc_alloc(SLAB, sizeof(double));
    if (!file->path || !file->slab || !file->value) return fsc_fail_nomem(err, "opening an image");
    int fd = -1;
    int64_t size;
    FSC_TRY(fsc_file_open(&fd, &size, path, err));
    file->stream = gzdopen(fd, "rb");
    if (!file->stream) {
        (void)close(fd);
        return fsc_fail_nomem(err, "opening an image");
    }
    (void)gzbuffer(file->stream, 1 << 17);
    FSC_TRY(read_header(file, size, err));
    FSC_GIVE(out, file);
    return FSC_OK;
}

static void swap_bytes(unsigned char *bytes, int64_t n, int32_t size) {
    for (int64_t v = 0; v < n; v++, bytes += size)
        for (int32_t b = 0; b < size / 2; b++) {
            const unsigned char keep = bytes[b];
            bytes[b] = bytes[size - 1 - b];
            bytes[size - 1 - b] = keep;
        }
}

#define WIDEN(type)                                                                                                    \
    do {                                                                                                               \
        const type *from = (const type *)(const void *)slab;                                                           \
        for (int64_t v = 0; v < n; v++) value[v] = (double)from[v];                                                    \
    } while (0)

static void widen(double *value, const unsigned char *slab, int64_t n, int32_t datatype) {
    switch (datatype) {
    case FSC_NIFTI_UINT8: WIDEN(uint8_t); break;
    case FSC_NIFTI_INT8: WIDEN(int8_t); break;
    case FSC_NIFTI_INT16: WIDEN(int16_t); break;
    case FSC_NIFTI_UINT16: WIDEN(uint16_t); break;
    case FSC_NIFTI_INT32: WIDEN(int32_t); break;
    case FSC_NIFTI_UINT32: WIDEN(uint32_t); break;
    case FSC_NIFTI_FLOAT32: WIDEN(float); break;
    case FSC_NIFTI_FLOAT64: WIDEN(double); break;
    case FSC_NIFTI_INT64: WIDEN(int64_t); break;
    case FSC_NIFTI_UINT64: WIDEN(uint64_t); break;
    default: break; /* the header was checked */
    }
}

/* Reading past the last voxel makes zlib compare the checksum; bytes behind the image are ignored. */
static fsc_status check_end(fsc_nifti *file, fsc_error *err) {
    unsigned char extra[256];
    int64_t got;
    return read_bytes(file, extra, sizeof extra, &got, err);
}

/* The next n <= SLAB values into file->value. */
static fsc_status read_slab(fsc_nifti *file, int64_t n, fsc_error *err) {
    const fsc_nifti_header *h = &file->header;
    const int64_t total = fsc_grid_count(&h->grid) * h->n_frame;
    if (n > total - file->next) return fsc_fail(err, FSC_E_ARG, "%s: no more voxels to read", file->path);
    int64_t got;
    FSC_TRY(read_bytes(file, file->slab, n * h->value_bytes, &got, err));
    if (got < n * h->value_bytes)
        return fsc_fail(err, FSC_E_FORMAT, "%s: is truncated (%lld of %lld voxels); copy or convert it again",
                        file->path, (long long)(file->next + got / h->value_bytes), (long long)total);
    if (h->big_endian != host_is_big()) swap_bytes(file->slab, n, h->value_bytes);
    widen(file->value, file->slab, n, h->datatype);
    if (h->slope != 1 || h->intercept != 0)
        for (int64_t v = 0; v < n; v++) file->value[v] = file->value[v] * h->slope + h->intercept;
    file->next += n;
    return file->next == total ? check_end(file, err) : FSC_OK;
}

fsc_status fsc_nifti_read_floats(fsc_nifti *file, float *out, int64_t n, fsc_error *err) {
    for (int64_t done = 0; done < n;) {
        const int64_t m = n - done < SLAB ? n - done : SLAB;
        FSC_TRY(read_slab(file, m, err));
        for (int64_t v = 0; v < m; v++) out[done + v] = (float)file->value[v];
        done += m;
    }
    return FSC_OK;
}

fsc_status fsc_nifti_read_integers(fsc_nifti *file, int32_t *out, int64_t n, fsc_error *err) {
    /* Writers that store with a slope (nibabel) miss a whole number by up to half of it. */
    const double off = fmin(0.01 + 0.51 * (file->header.slope == 1 ? 0 : fabs(file->header.slope)), 0.2);
    for (int64_t done = 0; done < n;) {
        const int64_t m = n - done < SLAB ? n - done : SLAB;
        FSC_TRY(read_slab(file, m, err));
        for (int64_t v = 0; v < m; v++) {
            const double value = floor(file->value[v] + 0.5);
            if (!(fabs(value) <= INT32_MAX) || !(fabs(file->value[v] - value) <= off)) {
                const int64_t at = done + v, *dim = file->header.grid.dim;
                return fsc_fail(err, FSC_E_FORMAT,
                                "%s: is no label map: voxel (%lld, %lld, %lld) holds %.7g, labels are whole numbers; "
                                "resample labels by nearest neighbour only",
                                file->path, (long long)(at % dim[0]), (long long)(at / dim[0] % dim[1]),
                                (long long)(at / dim[0] / dim[1]), file->value[v]);
            }
            out[done + v] = (int32_t)value;
        }
        done += m;
    }
    return FSC_OK;
}

void fsc_nifti_close(fsc_nifti *file) {
    if (!file) return;
    if (file->stream) (void)gzclose_r(file->stream);
    fsc_free(file->path);
    fsc_free(file->slab);
    fsc_free(file->value);
    fsc_free(file);
}
