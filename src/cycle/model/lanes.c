/* The equations for FSC_LANES people side by side. Compiled once per instruction set: FSC_LANES_ISA names it. */
#define EQ_LANES 8
#include "lanes.h"

#include "equations.h"

_Static_assert(EQ_LANES == FSC_LANES, "the width of a lane group");

static void rhs(const fsc_cast *cast, const double *y, double *dy) {
    eq_rhs(cast, y, dy);
}

static void levels(const fsc_cast *cast, const double *y) {
    eq_levels(cast, y);
}

/* One stage of a scheme in two registers: q <- a q + h f, y <- y + b q; the third register gathers the error. */
EQ_INLINE void combine(int64_t n, double *restrict y, const double *restrict f, double *restrict q,
                       float *restrict error, const fsc_lane_stage *c) {
    const double a = c->a, b = c->b, e = c->e, h = c->h;
    for (int64_t i = 0; i < n; i++) {
        const double hf = h * f[i], sum = a * q[i] + hf;
        q[i] = sum;
        error[i] += (float)(e * hf);
        y[i] += b * sum;
    }
}

/* In place: a level's states are overwritten while the next level still needs what eq_levels took from them. */
static void stage(const fsc_cast *cast, double *y, double *q, float *error, const fsc_lane_stage *c) {
    const fsc_cycle *m = cast->model;
    /* f of one level: stays in the first cache. */
    _Alignas(64) double f[(2 * FSC_LAYER_N * FSC_CYCLE_N_STATE + 2) * EQ_LANES];
    eq_levels(cast, y);
    for (int32_t l = 0; l < m->n_level; l++) {
        const int64_t at = (int64_t)m->offset[m->first[l]] * EQ_LANES;
        const int64_t n = (int64_t)(m->level_offset[l] + 2) * EQ_LANES - at;
        if (cast->treated)
            eq_level(cast, y, l, f, 1);
        else
            eq_level(cast, y, l, f, 0);
        combine(n, y + at, f, q + at, error + at, c);
    }
}

static void first_stage(int64_t n, const double *restrict y, const double *restrict f, double *restrict q,
                        float *restrict error, double *restrict next, const fsc_lane_stage *c) {
    const double b = c->b, e = c->e, h = c->h;
    for (int64_t i = 0; i < n * EQ_LANES; i++) {
        const double hf = h * f[i];
        q[i] = hf;
        error[i] = (float)(e * hf);
        next[i] = y[i] + b * hf;
    }
}

/* Four rows share one division: with scales s and errors p, sum (p_i / s_i)^2 = sum (p_i prod_{j != i} s_j)^2 / (prod
 * s)^2. Rows past n are zero in every register. */
static double norm(int64_t n, const double *restrict y, const double *restrict next, const float *restrict error,
                   const double *restrict f, double weight, double relative, double absolute) {
    _Alignas(64) double sum[EQ_LANES] = {0};
    for (int64_t i = 0; i < n; i += 4) {
        const double *restrict y0 = y + i * EQ_LANES, *restrict y1 = next + i * EQ_LANES;
        const double *restrict f1 = f + i * EQ_LANES;
        const float *restrict e = error + i * EQ_LANES;
        EQ_EACH {
            double part[4], scale[4];
            for (int k = 0; k < 4; k++) {
                const int at = k * EQ_LANES + w;
                const double a = fabs(y0[at]), b = fabs(y1[at]);
                part[k] = (double)e[at] + weight * f1[at];
                scale[k] = absolute + relative * (a > b ? a : b);
            }
            const double left = scale[0] * scale[1], right = scale[2] * scale[3], inv = 1 / (left * right);
            const double p0 = part[0] * scale[1] * right, p1 = part[1] * scale[0] * right;
            const double p2 = part[2] * scale[3] * left, p3 = part[3] * scale[2] * left;
            sum[w] += (p0 * p0 + p1 * p1 + p2 * p2 + p3 * p3) * (inv * inv);
        }
    }
    double worst = 0;
    for (int w = 0; w < EQ_LANES; w++) {
        if (!(sum[w] <= worst)) worst = sum[w]; /* keeps a NaN: it compares false with everything */
        if (isnan(worst)) break;
    }
    return sqrt(worst / (double)n);
}

/* How far the states of the first n_people lanes are outside their simplex and boxes. */
static void bounds(const fsc_cycle *m, const double *restrict y, double out[2], int n_people) {
    _Alignas(64) double simplex[EQ_LANES] = {0}, box[EQ_LANES] = {0};
    for (int32_t i = 0; i < m->n_site; i++) {
        const double *restrict ys = y + (int64_t)m->offset[i] * EQ_LANES;
        EQ_EACH {
            double low = 1 - EQ_Y(C) - EQ_Y(D) - EQ_Y(X1) - EQ_Y(X2) - EQ_Y(F), out_of = 0;
            for (int k = FSC_CYCLE_C; k <= FSC_CYCLE_F; k++) low = eq_smaller(low, ys[k * EQ_LANES + w]);
            for (int k = FSC_CYCLE_N; k <= FSC_CYCLE_H; k++) {
                const double x = ys[k * EQ_LANES + w];
                out_of = eq_smaller(out_of, x);
                if (k != FSC_CYCLE_I) out_of = eq_smaller(out_of, 1 - x);
            }
            simplex[w] = eq_smaller(simplex[w], low);
            box[w] = eq_smaller(box[w], out_of);
        }
    }
    for (int w = 0; w < n_people; w++) {
        out[0] = eq_smaller(out[0], simplex[w]);
        out[1] = eq_smaller(out[1], box[w]);
    }
}

const fsc_lane_kernels FSC_LANES_JOIN(fsc_lane_kernels_, FSC_LANES_ISA) = {.name = FSC_LANES_NAME,
                                                                           .rhs = rhs,
                                                                           .levels = levels,
                                                                           .stage = stage,
                                                                           .first_stage = first_stage,
                                                                           .norm = norm,
                                                                           .bounds = bounds};
