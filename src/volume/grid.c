/* Voxel grids: where a voxel lies, which way the axes point, whether two grids are the same. */
#include "affine.h"

#include <fascicle/volume.h>
#include <math.h>
#include <string.h>

void fsc_affine_apply(const double affine[12], const double in[3], double out[3]) {
    for (int r = 0; r < 3; r++)
        out[r] = affine[4 * r] * in[0] + affine[4 * r + 1] * in[1] + affine[4 * r + 2] * in[2] + affine[4 * r + 3];
}

void fsc_affine_compose(double out[12], const double a[12], const double b[12]) {
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++) {
            double sum = c == 3 ? a[4 * r + 3] : 0;
            for (int m = 0; m < 3; m++) sum += a[4 * r + m] * b[4 * m + c];
            out[4 * r + c] = sum;
        }
}

int fsc_affine_invert(double out[12], const double in[12]) {
    const double *m = in;
    double cofactor[9], scale = 1;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            const int r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
            cofactor[3 * r + c] = m[4 * r1 + c1] * m[4 * r2 + c2] - m[4 * r1 + c2] * m[4 * r2 + c1];
        }
    for (int c = 0; c < 3; c++) scale *= sqrt(m[c] * m[c] + m[4 + c] * m[4 + c] + m[8 + c] * m[8 + c]);
    const double det = m[0] * cofactor[0] + m[1] * cofactor[1] + m[2] * cofactor[2];
    /* det / scale is the volume of the box of unit edges: near 0 when the axes lie in a plane. */
    if (!isfinite(det) || !isfinite(scale) || !(fabs(det) > 1e-9 * scale)) return 0;
    for (int r = 0; r < 3; r++) {
        double shift = 0;
        for (int c = 0; c < 3; c++) {
            out[4 * r + c] = cofactor[3 * c + r] / det;
            shift -= out[4 * r + c] * m[4 * c + 3];
        }
        out[4 * r + 3] = shift;
    }
    for (int i = 0; i < 12; i++)
        if (!isfinite(out[i])) return 0;
    return 1;
}

int64_t fsc_grid_count(const fsc_grid *grid) {
    return grid->dim[0] * grid->dim[1] * grid->dim[2];
}

void fsc_grid_spacing_mm(const fsc_grid *grid, double spacing_mm[3]) {
    const double *m = grid->affine;
    for (int c = 0; c < 3; c++) spacing_mm[c] = sqrt(m[c] * m[c] + m[4 + c] * m[4 + c] + m[8 + c] * m[8 + c]);
}

void fsc_grid_to_mm(const fsc_grid *grid, const double ijk[3], double xyz_mm[3]) {
    fsc_affine_apply(grid->affine, ijk, xyz_mm);
}

fsc_status fsc_grid_to_index(const fsc_grid *grid, const double xyz_mm[3], double ijk[3]) {
    double inverse[12];
    if (!fsc_affine_invert(inverse, grid->affine)) return FSC_E_NUMERIC;
    fsc_affine_apply(inverse, xyz_mm, ijk);
    return FSC_OK;
}

void fsc_grid_orientation(const fsc_grid *grid, int32_t axis[3], int32_t sign[3]) {
    static const int32_t permutation[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double spacing[3];
    fsc_grid_spacing_mm(grid, spacing);
    /* The whole permutation with the largest sum of |cosine|: choosing axis by axis can take one axis twice when the
     * grid is oblique. A near tie goes to the first, so that rounding cannot flip it. */
    double best = -1;
    const int32_t *chosen = permutation[0];
    for (int p = 0; p < 6; p++) {
        double sum = 0;
        for (int d = 0; d < 3; d++) {
            const int32_t a = permutation[p][d];
            if (spacing[a] > 0) sum += fabs(grid->affine[4 * d + a]) / spacing[a];
        }
        if (sum > best + 1e-9) {
            best = sum;
            chosen = permutation[p];
        }
    }
    for (int d = 0; d < 3; d++) {
        axis[d] = chosen[d];
        sign[d] = grid->affine[4 * d + chosen[d]] < 0 ? -1 : 1;
    }
}

void fsc_grid_orientation_letters(const fsc_grid *grid, char letters[4]) {
    static const char towards[3][2] = {{'R', 'L'}, {'A', 'P'}, {'S', 'I'}};
    int32_t axis[3], sign[3];
    fsc_grid_orientation(grid, axis, sign);
    for (int d = 0; d < 3; d++) letters[axis[d]] = towards[d][sign[d] < 0];
    letters[3] = 0;
}

int fsc_grid_same(const fsc_grid *a, const fsc_grid *b, double tolerance_mm) {
    if (memcmp(a->dim, b->dim, sizeof a->dim) != 0) return 0;
    for (int corner = 0; corner < 8; corner++) {
        double ijk[3], pa[3], pb[3], square = 0;
        for (int d = 0; d < 3; d++) ijk[d] = (corner >> d) & 1 ? (double)(a->dim[d] - 1) : 0;
        fsc_grid_to_mm(a, ijk, pa);
        fsc_grid_to_mm(b, ijk, pb);
        for (int d = 0; d < 3; d++) square += (pa[d] - pb[d]) * (pa[d] - pb[d]);
        if (!(sqrt(square) < tolerance_mm)) return 0;
    }
    return 1;
}

static void corner_mm(const fsc_grid *grid, int corner, double xyz_mm[3]) {
    double ijk[3];
    for (int d = 0; d < 3; d++) ijk[d] = (corner >> d) & 1 ? (double)(grid->dim[d] - 1) : 0;
    fsc_grid_to_mm(grid, ijk, xyz_mm);
}

int fsc_grid_same_voxels(const fsc_grid *a, const fsc_grid *b, double tolerance_mm) {
    int32_t axis_a[3], axis_b[3], sign[3];
    fsc_grid_orientation(a, axis_a, sign);
    fsc_grid_orientation(b, axis_b, sign);
    for (int d = 0; d < 3; d++)
        if (a->dim[axis_a[d]] != b->dim[axis_b[d]]) return 0;
    for (int i = 0; i < 8; i++) {
        double p[3], q[3], least = INFINITY;
        corner_mm(a, i, p);
        for (int j = 0; j < 8; j++) {
            corner_mm(b, j, q);
            const double square =
                (p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) + (p[2] - q[2]) * (p[2] - q[2]);
            least = fmin(least, square);
        }
        if (!(sqrt(least) < tolerance_mm)) return 0;
    }
    return 1;
}
