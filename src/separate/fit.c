#include "fit.h"

#include <math.h>

#define L FSC_LANES
#define R2_MIN (-200.0)
#define R2_MAX 2000.0
/* Decays above this are bone and iron; noise should not reach them easily. One-sided, so what lies below is not moved.
 */
#define R2_RARE 300.0
#define R2_RARE_SD 100.0
/* Steps below these are over: far less than noise leaves open. */
#define STILL_HZ 0.002
#define STILL_PER_S 0.02

/* Echoes turned back by a field, and the decay, both from the first echo on. */
typedef struct turned {
    double re[FSC_ECHO_MAX][L], im[FSC_ECHO_MAX][L];
    double decay[FSC_ECHO_MAX][L];
} turned;

FSC_LEAF void turn(turned *y, const fsc_model *model, const fsc_lanes_echo *echo, const double *psi, const double *r2) {
    if (model->uniform) {
        double step_c[L], step_s[L], step_d[L], c[L], s[L], d[L];
        for (int32_t l = 0; l < L; l++) {
            fsc_sincos_turns(psi[l] * model->dte_s, &step_s[l], &step_c[l]);
            step_d[l] = fsc_exp_small(-r2[l] * model->dte_s);
            c[l] = d[l] = 1;
            s[l] = 0;
        }
        for (int32_t n = 0; n < model->n_echo; n++)
            for (int32_t l = 0; l < L; l++) {
                y->re[n][l] = echo->re[n][l] * c[l] + echo->im[n][l] * s[l];
                y->im[n][l] = echo->im[n][l] * c[l] - echo->re[n][l] * s[l];
                y->decay[n][l] = d[l];
                const double next = c[l] * step_c[l] - s[l] * step_s[l];
                s[l] = s[l] * step_c[l] + c[l] * step_s[l];
                c[l] = next;
                d[l] *= step_d[l];
            }
        return;
    }
    for (int32_t n = 0; n < model->n_echo; n++)
        for (int32_t l = 0; l < L; l++) {
            double c, s;
            fsc_sincos_turns(psi[l] * model->tau_s[n], &s, &c);
            y->re[n][l] = echo->re[n][l] * c + echo->im[n][l] * s;
            y->im[n][l] = echo->im[n][l] * c - echo->re[n][l] * s;
            y->decay[n][l] = fsc_exp_small(-r2[l] * model->tau_s[n]);
        }
}

/* What one evaluation finds beside the linear amplitudes. */
typedef struct linear {
    double g11[L], g22[L], g12r[L], g12i[L], inverse[L]; /* Gram matrix of [d, d a] and 1 / det */
    double step_re[L], step_im[L];                       /* Gauss-Newton step of gamma */
    double v1r[L], v1i[L], v2r[L], v2i[L];               /* G^-1 [d, d a]^H (t m) */
} linear;

FSC_LEAF void amplitudes(fsc_fit *fit, linear *g, const fsc_model *model, const turned *y) {
    double b1r[L], b1i[L], b2r[L], b2i[L];
    for (int32_t l = 0; l < L; l++)
        g->g11[l] = g->g22[l] = g->g12r[l] = g->g12i[l] = b1r[l] = b1i[l] = b2r[l] = b2i[l] = 0;
    for (int32_t n = 0; n < model->n_echo; n++) {
        const double ar = model->fat_re[n], ai = model->fat_im[n], a2 = ar * ar + ai * ai;
        for (int32_t l = 0; l < L; l++) {
            const double d = y->decay[n][l], d2 = d * d, yr = d * y->re[n][l], yi = d * y->im[n][l];
            g->g11[l] += d2;
            g->g12r[l] += d2 * ar;
            g->g12i[l] += d2 * ai;
            g->g22[l] += d2 * a2;
            b1r[l] += yr;
            b1i[l] += yi;
            b2r[l] += ar * yr + ai * yi;
            b2i[l] += ar * yi - ai * yr;
        }
    }
    for (int32_t l = 0; l < L; l++) {
        const double det = g->g11[l] * g->g22[l] - g->g12r[l] * g->g12r[l] - g->g12i[l] * g->g12i[l];
        const double inverse = 1 / (det + 1e-12 * g->g11[l] * g->g22[l] + 1e-300);
        g->inverse[l] = inverse;
        fit->water_re[l] = (g->g22[l] * b1r[l] - (g->g12r[l] * b2r[l] - g->g12i[l] * b2i[l])) * inverse;
        fit->water_im[l] = (g->g22[l] * b1i[l] - (g->g12r[l] * b2i[l] + g->g12i[l] * b2r[l])) * inverse;
        fit->fat_re[l] = (g->g11[l] * b2r[l] - (g->g12r[l] * b1r[l] + g->g12i[l] * b1i[l])) * inverse;
        fit->fat_im[l] = (g->g11[l] * b2i[l] - (g->g12r[l] * b1i[l] - g->g12i[l] * b1r[l])) * inverse;
    }
}

/* Residual, and the derivative column u = t m with its part outside the amplitudes' span. */
FSC_LEAF void derivative(fsc_fit *fit, linear *g, const fsc_model *model, const turned *y) {
    double h1r[L], h1i[L], h2r[L], h2i[L], uu[L], ur[L], ui[L], rest[L];
    for (int32_t l = 0; l < L; l++) h1r[l] = h1i[l] = h2r[l] = h2i[l] = uu[l] = ur[l] = ui[l] = rest[l] = 0;
    for (int32_t n = 0; n < model->n_echo; n++) {
        const double ar = model->fat_re[n], ai = model->fat_im[n], t = model->tau_s[n];
        for (int32_t l = 0; l < L; l++) {
            const double d = y->decay[n][l];
            const double mr = d * (fit->water_re[l] + ar * fit->fat_re[l] - ai * fit->fat_im[l]);
            const double mi = d * (fit->water_im[l] + ar * fit->fat_im[l] + ai * fit->fat_re[l]);
            const double rr = y->re[n][l] - mr, ri = y->im[n][l] - mi, tr = t * mr, ti = t * mi;
            rest[l] += rr * rr + ri * ri;
            uu[l] += tr * tr + ti * ti;
            ur[l] += tr * rr + ti * ri;
            ui[l] += tr * ri - ti * rr;
            h1r[l] += d * tr;
            h1i[l] += d * ti;
            h2r[l] += d * (ar * tr + ai * ti);
            h2i[l] += d * (ar * ti - ai * tr);
        }
    }
    for (int32_t l = 0; l < L; l++) {
        const double q = g->inverse[l];
        g->v1r[l] = (g->g22[l] * h1r[l] - (g->g12r[l] * h2r[l] - g->g12i[l] * h2i[l])) * q;
        g->v1i[l] = (g->g22[l] * h1i[l] - (g->g12r[l] * h2i[l] + g->g12i[l] * h2r[l])) * q;
        g->v2r[l] = (g->g11[l] * h2r[l] - (g->g12r[l] * h1r[l] + g->g12i[l] * h1i[l])) * q;
        g->v2i[l] = (g->g11[l] * h2i[l] - (g->g12r[l] * h1i[l] - g->g12i[l] * h1r[l])) * q;
        const double spanned = h1r[l] * g->v1r[l] + h1i[l] * g->v1i[l] + h2r[l] * g->v2r[l] + h2i[l] * g->v2i[l];
        const double outside = uu[l] - spanned, least = 1e-9 * uu[l] + 1e-300;
        fit->stiffness[l] = outside > least ? outside : least;
        fit->residual[l] = rest[l];
        g->step_re[l] = ur[l] / fit->stiffness[l];
        g->step_im[l] = ui[l] / fit->stiffness[l];
    }
}

FSC_LEAF double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

/* PDFF with one phase for fat and water: no noise floor, no bias where one of them is small. One excitation gives both
 * one phase, so where they differ by more than noise explains (side lobes of nearby fat, flow, a wrong branch) the
 * model does not hold: such voxels are marked, and a mean over them is not lifted by magnitudes, which are never
 * negative. */
FSC_LEAF void common_phase(fsc_fit *fit, const linear *g, const fsc_model *model, double prior, double noise_variance) {
    for (int32_t l = 0; l < L; l++) {
        const double wr = fit->water_re[l], wi = fit->water_im[l], fr = fit->fat_re[l], fi = fit->fat_im[l];
        /* Covariance of the amplitudes per unit of noise variance. */
        const double looseness = 1 / (fit->stiffness[l] + prior);
        const double c11 = g->g22[l] * g->inverse[l] + (g->v1r[l] * g->v1r[l] + g->v1i[l] * g->v1i[l]) * looseness;
        const double c22 = g->g11[l] * g->inverse[l] + (g->v2r[l] * g->v2r[l] + g->v2i[l] * g->v2i[l]) * looseness;
        const double c12 = (g->v1r[l] * g->v2r[l] + g->v1i[l] * g->v2i[l]) * looseness - g->g12r[l] * g->inverse[l];
        /* The likeliest common phase: 2 phi is the phase of x^T C^-1 x (Bydder et al. 2011,
         * doi 10.1016/j.mri.2010.08.011), and the half angle needs no trigonometry. */
        const double qr = c22 * (wr * wr - wi * wi) - 2 * c12 * (wr * fr - wi * fi) + c11 * (fr * fr - fi * fi);
        const double qi = 2 * (c22 * wr * wi - c12 * (wr * fi + wi * fr) + c11 * fr * fi);
        const double ratio = qr / (sqrt(qr * qr + qi * qi) + 1e-300);
        const double c0 = sqrt(0.5 * (1 + ratio > 0 ? 1 + ratio : 0)), s1 = sqrt(0.5 * (1 - ratio > 0 ? 1 - ratio : 0));
        const double s0 = qi < 0 ? -s1 : s1, sign = (wr + fr) * c0 + (wi + fi) * s0 < 0 ? -1 : 1;
        const double c = c0 * sign, s = s0 * sign;
        const double water = wr * c + wi * s, fat = fr * c + fi * s;
        const double w_abs = sqrt(wr * wr + wi * wi), f_abs = sqrt(fr * fr + fi * fi), both = w_abs + f_abs + 1e-300;
        const double total = water + fat > 0.5 * both ? water + fat : 0.5 * both;
        const double kw = -fat / (total * total), kf = water / (total * total);
        const double v1r = g->v1r[l] * c + g->v1i[l] * s, v1i = g->v1i[l] * c - g->v1r[l] * s;
        const double v2r = g->v2r[l] * c + g->v2i[l] * s, v2i = g->v2i[l] * c - g->v2r[l] * s;
        const double via_re = kw * v1r + kf * v2r, via_im = kw * v1i + kf * v2i;
        const double variance = (kw * kw * g->g22[l] + kf * kf * g->g11[l] - 2 * kw * kf * g->g12r[l]) * g->inverse[l] +
                                via_re * via_re / (fit->stiffness[l] + prior) + via_im * via_im / fit->stiffness[l];
        /* F / (W + F) ought to be real and within 0..1; how far out is it, in noise variances? */
        const double cross = fi * wr - fr * wi, aside = cross / (total * total), inside = fat / total;
        /* Mean of a ratio of noisy numbers, to second order. */
        const double skew = ((c22 + c12) - inside * (c11 + c22 + 2 * c12)) * noise_variance / (total * total);
        const double beyond = inside < 0 ? inside : inside > 1 ? inside - 1 : 0;
        const double noise = variance * noise_variance + 1e-300;
        fit->pdff[l] = inside + clamp(skew, -0.02, 0.02);
        fit->pdff_variance[l] = variance;
        fit->magnitude_pdff[l] = f_abs / both;
        fit->out_of_phase[l] = (aside * aside + beyond * beyond) / noise;
        const double grow = fsc_exp_small(clamp(fit->r2_per_s[l] * model->te_s[0], -30, 30));
        fit->fat[l] = total * grow * fit->pdff[l];
        fit->water[l] = total * grow - fit->fat[l];
    }
}

FSC_CLONES static void run_lanes(fsc_fit *fit, const fsc_model *model, const fsc_lanes_echo *echo, int32_t iterations,
                                 double reach_hz, double noise_variance) {
    turned y;
    linear g;
    double start[L], psi[L], r2[L], best[L], move_psi[L], move_r2[L], scale[L];
    /* Weight of the prior on R2*, in units of the residual; 0 when the echoes suffice. */
    const double prior = model->r2_free ? 0 : noise_variance / (model->r2_prior_sd * model->r2_prior_sd);
    for (int32_t l = 0; l < L; l++) {
        start[l] = psi[l] = fit->psi_hz[l];
        r2[l] = fit->r2_per_s[l];
        best[l] = INFINITY;
        move_psi[l] = move_r2[l] = scale[l] = 0;
    }
    for (int32_t i = 0; i <= iterations; i++) {
        turn(&y, model, echo, psi, r2);
        amplitudes(fit, &g, model, &y);
        derivative(fit, &g, model, &y);
        int moving = 0;
        for (int32_t l = 0; l < L; l++) {
            const double off = r2[l] - model->r2_typical, far = r2[l] > R2_RARE ? r2[l] - R2_RARE : 0;
            const double rare = far > 0 ? noise_variance / (R2_RARE_SD * R2_RARE_SD) : 0;
            const double cost = fit->residual[l] + prior * off * off + rare * far * far;
            const int better = cost < best[l];
            const double new_psi = g.step_im[l] * 0.159154943091895336;
            const double new_r2 =
                -(g.step_re[l] * fit->stiffness[l] + prior * off + rare * far) / (fit->stiffness[l] + prior + rare);
            best[l] = better ? cost : best[l];
            fit->psi_hz[l] = better ? psi[l] : fit->psi_hz[l];
            fit->r2_per_s[l] = better ? r2[l] : fit->r2_per_s[l];
            move_psi[l] = better ? new_psi : move_psi[l];
            move_r2[l] = better ? clamp(new_r2, -150, 150) : move_r2[l];
            scale[l] = better ? 1 : 0.3 * scale[l];
            psi[l] = clamp(fit->psi_hz[l] + scale[l] * move_psi[l], start[l] - reach_hz, start[l] + reach_hz);
            r2[l] = clamp(fit->r2_per_s[l] + scale[l] * move_r2[l], R2_MIN, R2_MAX);
            moving |= fabs(psi[l] - fit->psi_hz[l]) > STILL_HZ || fabs(r2[l] - fit->r2_per_s[l]) > STILL_PER_S;
        }
        if (!moving) break;
    }
    turn(&y, model, echo, fit->psi_hz, fit->r2_per_s);
    amplitudes(fit, &g, model, &y);
    derivative(fit, &g, model, &y);
    common_phase(fit, &g, model, prior, noise_variance);
    for (int32_t l = 0; l < L; l++) fit->energy[l] = 0;
    for (int32_t n = 0; n < model->n_echo; n++)
        for (int32_t l = 0; l < L; l++)
            fit->energy[l] += echo->re[n][l] * echo->re[n][l] + echo->im[n][l] * echo->im[n][l];
}

void fsc_fit_run(fsc_fit *fit, const fsc_model *model, const fsc_lanes_echo *echo, int32_t iterations, double reach_hz,
                 double noise_variance) {
    run_lanes(fit, model, echo, iterations, reach_hz, noise_variance);
}
