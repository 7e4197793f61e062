/* Small dense symmetric algebra for fits and samplers. */
#ifndef FSC_STUDY_DENSE_H
#define FSC_STUDY_DENSE_H

#include <stdint.h>

/* Solves a x = b for a symmetric positive a (n x n, lower triangle read; overwritten by its Cholesky factor). */
void fsc_dense_solve(double *a, double *b, int32_t n);
/* b again for a factor that fsc_dense_solve left in a. */
void fsc_dense_back(const double *a, double *b, int32_t n);
/* Eigenvalues of a symmetric a (destroyed), largest first, by Jacobi rotations. */
void fsc_dense_eigenvalues(double *a, double *value, int32_t n);

#endif
