/* Affine maths of voxel grids: row-major 3 x 4 matrices that take (i, j, k, 1) to mm. */
#ifndef FSC_VOLUME_AFFINE_H
#define FSC_VOLUME_AFFINE_H

/* Inverse of a 3 x 4 affine; 0 when it is singular or not finite. */
int fsc_affine_invert(double out[12], const double in[12]);
/* out = a after b: out x = a (b x). */
void fsc_affine_compose(double out[12], const double a[12], const double b[12]);
void fsc_affine_apply(const double affine[12], const double in[3], double out[3]);

#endif
