/* Simulated scans with known truth for the tests of separate. */
#ifndef FSC_TEST_SIM_H
#define FSC_TEST_SIM_H

#include "alloc.h"
#include "random.h"
#include "units.h"

#include <fascicle/separate.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sim_voxel {
    double amplitude; /* 0 = air */
    double fraction;
    double r2_per_s;
    double hz;
} sim_voxel;

typedef struct sim {
    fsc_scan scan;
    sim_voxel *truth; /* owned */
    int64_t n;
    double sigma; /* per real channel */
} sim;

typedef sim_voxel (*sim_paint)(double x, double y, double z); /* positions -1 .. 1 */

/* The ISMRM six-peak spectrum, written out here so that the test does not lean on the code under test. */
static void sim_fat(double te_s, double b0_tesla, double *re, double *im) {
    static const double ppm[6] = {-3.80, -3.40, -2.60, -1.94, -0.39, 0.60};
    static const double amp[6] = {0.087, 0.693, 0.128, 0.004, 0.039, 0.048};
    *re = *im = 0;
    for (int k = 0; k < 6; k++) {
        const double angle = 2 * FSC_PI * ppm[k] * 42.577 * b0_tesla * te_s;
        *re += amp[k] / 0.999 * cos(angle);
        *im += amp[k] / 0.999 * sin(angle);
    }
}

static sim *sim_new(int64_t nx, int64_t ny, int64_t nz, int32_t n_echo, double te_first_s, double te_step_s,
                    double b0_tesla, double snr, sim_paint paint) {
    sim *s = calloc(1, sizeof *s);
    s->n = nx * ny * nz;
    s->sigma = snr > 0 ? 1 / snr : 0;
    s->truth = calloc((size_t)s->n, sizeof *s->truth);
    fsc_scan *scan = &s->scan;
    scan->grid = (fsc_grid){{nx, ny, nz}, {1.5, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 5, 0}, 0, 0};
    scan->n_echo = n_echo;
    scan->b0_tesla = b0_tesla;
    scan->imaging_frequency_mhz = scan->flip_angle_deg = scan->repetition_time_s = (double)NAN;
    scan->precession = 1;
    memcpy(scan->name, "sub-sim", 8);
    scan->echo_re = fsc_alloc(s->n * n_echo, sizeof(float));
    scan->echo_im = fsc_alloc(s->n * n_echo, sizeof(float));
    for (int64_t v = 0; v < s->n; v++) {
        const int64_t i = v % nx, j = v / nx % ny, k = v / (nx * ny);
        s->truth[v] = paint(2.0 * (double)i / (double)nx - 1, 2.0 * (double)j / (double)ny - 1,
                            nz > 1 ? 2.0 * (double)k / (double)nz - 1 : 0);
    }
    for (int32_t e = 0; e < n_echo; e++) {
        const double te = scan->te_s[e] = te_first_s + e * te_step_s;
        double ar, ai;
        sim_fat(te, b0_tesla, &ar, &ai);
        for (int64_t v = 0; v < s->n; v++) {
            const sim_voxel *t = &s->truth[v];
            const double size = t->amplitude * exp(-t->r2_per_s * te), angle = 2 * FSC_PI * t->hz * te + 0.4;
            const double mr = size * (1 - t->fraction + t->fraction * ar), mi = size * t->fraction * ai;
            const int64_t at = e * s->n + v;
            scan->echo_re[at] =
                (float)(mr * cos(angle) - mi * sin(angle) + s->sigma * fsc_random_normal(7, 1, (uint64_t)at));
            scan->echo_im[at] =
                (float)(mr * sin(angle) + mi * cos(angle) + s->sigma * fsc_random_normal(7, 2, (uint64_t)at));
        }
    }
    return s;
}

static void sim_free(sim *s) {
    fsc_free(s->scan.echo_re);
    fsc_free(s->scan.echo_im);
    free(s->truth);
    free(s);
}

/* Body of fat around muscle of several fat fractions, a bone, a steep field: 0 outside. */
static inline sim_voxel sim_body(double x, double y, double z) {
    sim_voxel v = {0, 0, 0, 120 * x + 60 * y * y - 40 * x * y + 15 * z};
    const double r = x * x / 0.8 + y * y / 0.7;
    if (r > 1) return v;
    v = r > 0.7 ? (sim_voxel){1, 0.93, 40, v.hz} : (sim_voxel){1, 0.1 + 0.2 * (x > 0), 45, v.hz};
    if (x * x + y * y < 0.05) v = (sim_voxel){1, 0.45, 150, v.hz};
    return v;
}

static inline sim_voxel sim_muscle(double x, double y, double z) {
    (void)z;
    return (sim_voxel){1, 0.1, 40, 60 * x - 30 * y};
}

#endif
