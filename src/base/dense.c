#include "dense.h"

#include <math.h>

void fsc_dense_back(const double *a, double *b, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = 0; k < i; k++) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (int32_t i = n - 1; i >= 0; i--) {
        for (int32_t k = i + 1; k < n; k++) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
}

void fsc_dense_solve(double *a, double *b, int32_t n) {
    for (int32_t j = 0; j < n; j++) {
        for (int32_t k = 0; k < j; k++) a[j * n + j] -= a[j * n + k] * a[j * n + k];
        a[j * n + j] = sqrt(fmax(a[j * n + j], 1e-300));
        for (int32_t i = j + 1; i < n; i++) {
            for (int32_t k = 0; k < j; k++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
            a[i * n + j] /= a[j * n + j];
        }
    }
    fsc_dense_back(a, b, n);
}

static void rotate(double *a, int32_t n, int32_t p, int32_t q) {
    const double off = a[p * n + q];
    if (off == 0) return;
    const double theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
    const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1),
                 s = t * c;
    for (int32_t k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (int32_t k = 0; k < n; k++) {
        const double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
}

void fsc_dense_eigenvalues(double *a, double *value, int32_t n) {
    for (int sweep = 0; sweep < 60; sweep++) {
        double off = 0, all = 0;
        for (int32_t i = 0; i < n; i++)
            for (int32_t j = 0; j < n; j++) {
                all += a[i * n + j] * a[i * n + j];
                if (i != j) off += a[i * n + j] * a[i * n + j];
            }
        if (off <= 1e-28 * all) break;
        for (int32_t p = 0; p < n; p++)
            for (int32_t q = p + 1; q < n; q++) rotate(a, n, p, q);
    }
    for (int32_t i = 0; i < n; i++) {
        const double x = a[i * n + i];
        int32_t j = i;
        for (; j > 0 && value[j - 1] < x; j--) value[j] = value[j - 1];
        value[j] = x;
    }
}
