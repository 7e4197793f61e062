/* Writing NIfTI-1 so that a full disk is noticed and no half file stays. */
#include "affine.h"
#include "fail.h"
#include "file.h"
#include "nifti.h"

#include <errno.h>
#include <fascicle/volume.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define HEADER_BYTES 352 /* 348 and an empty extension word */
#define NAME_MOST 4096

static void put_i16(unsigned char *header, int at, int64_t value) {
    const int16_t v = (int16_t)value;
    memcpy(header + at, &v, sizeof v);
}

static void put_i32(unsigned char *header, int at, int32_t value) {
    memcpy(header + at, &value, sizeof value);
}

static void put_f32(unsigned char *header, int at, double value) {
    const float v = (float)value;
    memcpy(header + at, &v, sizeof v);
}

/* The rotation nearest to three axes: Newton's iteration of the polar decomposition, R <- (R + R^-T) / 2.
 * A sheared grid has no exact qform; the sform carries it. Axes must be regular. */
static void nearest_rotation(double r[9]) {
    for (int step = 0; step < 60; step++) {
        double c[9], change = 0;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                const int i1 = (i + 1) % 3, i2 = (i + 2) % 3, j1 = (j + 1) % 3, j2 = (j + 2) % 3;
                c[3 * i + j] = r[3 * i1 + j1] * r[3 * i2 + j2] - r[3 * i1 + j2] * r[3 * i2 + j1];
            }
        const double det = r[0] * c[0] + r[1] * c[1] + r[2] * c[2];
        for (int i = 0; i < 9; i++) {
            const double next = 0.5 * (r[i] + c[i] / det);
            change += fabs(next - r[i]);
            r[i] = next;
        }
        if (change < 1e-14) return;
    }
}

/* Unit quaternion (b, c, d with a >= 0) of a rotation, by its largest component (Shepperd 1978). */
static void rotation_quaternion(const double r[9], double q[3]) {
    const double trace = r[0] + r[4] + r[8];
    const double square[4] = {1 + trace, 1 + 2 * r[0] - trace, 1 + 2 * r[4] - trace, 1 + 2 * r[8] - trace};
    int most = 0;
    for (int i = 1; i < 4; i++)
        if (square[i] > square[most]) most = i;
    const double s = 0.5 / sqrt(square[most]);
    const double a[4] = {square[most] * s, (r[7] - r[5]) * s, (r[2] - r[6]) * s, (r[3] - r[1]) * s};
    const double b[4] = {a[1], square[most] * s, (r[1] + r[3]) * s, (r[2] + r[6]) * s};
    const double c[4] = {a[2], (r[1] + r[3]) * s, square[most] * s, (r[5] + r[7]) * s};
    const double d[4] = {a[3], (r[2] + r[6]) * s, (r[5] + r[7]) * s, square[most] * s};
    const double *row = most == 0 ? a : most == 1 ? b : most == 2 ? c : d;
    const double sign = row[0] < 0 ? -1 : 1;
    for (int i = 0; i < 3; i++) q[i] = sign * row[i + 1];
}

static void put_geometry(unsigned char *header, const fsc_grid *grid) {
    const double *m = grid->affine;
    double spacing[3], r[9], q[3];
    fsc_grid_spacing_mm(grid, spacing);
    for (int row = 0; row < 3; row++)
        for (int col = 0; col < 3; col++) r[3 * row + col] = m[4 * row + col] / spacing[col];
    const double det =
        r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) + r[2] * (r[3] * r[7] - r[4] * r[6]);
    const double hand = det < 0 ? -1 : 1;
    for (int row = 0; row < 3; row++) r[3 * row + 2] *= hand;
    nearest_rotation(r);
    rotation_quaternion(r, q);
    put_f32(header, 76, hand);
    for (int d = 0; d < 3; d++) {
        put_f32(header, 80 + 4 * d, spacing[d]);
        put_f32(header, 256 + 4 * d, q[d]);
        put_f32(header, 268 + 4 * d, m[4 * d + 3]);
    }
    for (int d = 3; d < 7; d++) put_f32(header, 80 + 4 * d, 1);
    for (int i = 0; i < 12; i++) put_f32(header, 280 + 4 * i, m[i]);
    put_i16(header, 252, 1); /* scanner coordinates */
    put_i16(header, 254, 1);
}

static void make_header(unsigned char header[HEADER_BYTES], const fsc_grid *grid, int32_t datatype) {
    memset(header, 0, HEADER_BYTES);
    put_i32(header, 0, 348);
    put_i16(header, 40, 3);
    for (int d = 0; d < 3; d++) put_i16(header, 42 + 2 * d, grid->dim[d]);
    for (int d = 3; d < 7; d++) put_i16(header, 42 + 2 * d, 1);
    put_i16(header, 70, datatype);
    put_i16(header, 72, 32);
    put_f32(header, 108, HEADER_BYTES);
    put_f32(header, 112, 1);
    header[123] = 2; /* mm */
    memcpy(header + 148, "fascicle", 8);
    put_geometry(header, grid);
    memcpy(header + 344, "n+1", 4);
}

/* One stream for both kinds of name: zlib's "T" writes without compression. Level 2: measured maps shrink hardly
 * more at 6, in three times the time. */
static fsc_status write_stream(int fd, const char *path, const unsigned char *header, const char *data,
                               int64_t n_bytes, fsc_error *err) {
    const size_t n = strlen(path);
    const int packed = n > 3 && strcmp(path + n - 3, ".gz") == 0;
    errno = 0;
    gzFile stream = gzdopen(fd, packed ? "wb2" : "wbT");
    if (!stream) {
        (void)close(fd);
        if (errno == 0 || errno == ENOMEM) return fsc_fail_nomem(err, "writing an image");
        return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(errno));
    }
    (void)gzbuffer(stream, 1 << 17);
    int good = gzwrite(stream, header, HEADER_BYTES) == HEADER_BYTES;
    for (int64_t done = 0; good && done < n_bytes;) {
        const int64_t m = n_bytes - done < (1 << 20) ? n_bytes - done : 1 << 20;
        good = gzwrite(stream, data + done, (unsigned)m) == (int)m;
        done += m;
    }
    int why = errno;
    const int closed = gzclose_w(stream);
    if (good && closed != Z_OK) why = errno;
    if (good && closed == Z_OK) return FSC_OK;
    return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s); free some space or choose another folder", path,
                    why ? strerror(why) : "write error");
}

fsc_status fsc_nifti_write(const char *path, const fsc_grid *grid, int32_t datatype, const void *data, fsc_error *err) {
    char temp[NAME_MOST];
    unsigned char header[HEADER_BYTES];
    if (fsc_nifti_stem_length(path) == 0)
        return fsc_fail(err, FSC_E_ARG, "%s: image names end in .nii or .nii.gz", path);
    for (int d = 0; d < 3; d++)
        if (grid->dim[d] < 1 || grid->dim[d] > INT16_MAX)
            return fsc_fail(err, FSC_E_RANGE, "%s: NIfTI-1 cannot hold a dimension of %lld", path,
                            (long long)grid->dim[d]);
    double inverse[12];
    if (!fsc_affine_invert(inverse, grid->affine))
        return fsc_fail(err, FSC_E_RANGE, "%s: the grid's axes are not finite or lie in one plane", path);
    make_header(header, grid, datatype);
    int fd = -1;
    FSC_TRY(fsc_file_create(&fd, temp, sizeof temp, path, err));
    const fsc_status status = write_stream(fd, path, header, data, fsc_grid_count(grid) * 4, err);
    if (status != FSC_OK) {
        fsc_file_discard(temp);
        return status;
    }
    return fsc_file_commit(temp, path, err);
}
