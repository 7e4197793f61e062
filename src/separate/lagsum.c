#include "lagsum.h"
#include "alloc.h"
#include "fail.h"
#include "units.h"

#include <string.h>

#define L FSC_LANES
#define LONG_S 0.012
/* Decays of bone and iron; elsewhere they let a wrong field fit. */
#define RARE 250.0
#define RARE_COST 5.0f

/* P = B (B^H B)^-1 B^H for B = [d, d a], d_n = exp(-R2* tau_n). */
static void fill_projector(fsc_profiler *p, const fsc_model *model, int32_t r) {
    double g11 = 0, g22 = 0, g12r = 0, g12i = 0, d[FSC_ECHO_MAX];
    for (int32_t n = 0; n < p->n_echo; n++) {
        const double ar = model->fat_re[n], ai = model->fat_im[n];
        d[n] = exp(-p->r2_per_s[r] * model->tau_s[n]);
        g11 += d[n] * d[n];
        g12r += d[n] * d[n] * ar;
        g12i += d[n] * d[n] * ai;
        g22 += d[n] * d[n] * (ar * ar + ai * ai);
    }
    const double det = fmax(g11 * g22 - g12r * g12r - g12i * g12i, 1e-9 * g11 * g22);
    for (int32_t k = 0; k < p->n_pair; k++) {
        const int32_t m = p->pair_m[k], n = p->pair_n[k];
        const double mr = model->fat_re[m], mi = model->fat_im[m], nr = model->fat_re[n], ni = model->fat_im[n];
        /* (1, a_m) G^-1 (1, a_n)^H with G^-1 = [[g22, -g12], [-conj g12, g11]] / det */
        const double xr = g22 - (g12r * nr + g12i * ni) - (g12r * mr + g12i * mi) + g11 * (mr * nr + mi * ni);
        const double xi = -(g12i * nr - g12r * ni) - (-g12i * mr + g12r * mi) + g11 * (mi * nr - mr * ni);
        const double w = d[m] * d[n] / det * (m == n ? 1 : 2);
        p->proj_re[r * p->n_pair + k] = (float)(w * xr);
        p->proj_im[r * p->n_pair + k] = (float)(w * xi);
    }
}

static void list_pairs(fsc_profiler *p, const fsc_model *model) {
    for (int32_t n = 0; n < p->n_echo; n++) p->pair_m[n] = p->pair_n[n] = n;
    int32_t k = p->n_echo;
    for (int32_t m = 0; m < p->n_echo; m++)
        for (int32_t n = m + 1; n < p->n_echo; n++, k++) {
            const double lag = model->uniform ? (n - m) * model->dte_s : model->te_s[n] - model->te_s[m];
            int32_t j = 0;
            while (j < p->n_lag && fabs(p->lag_s[j] - lag) > 1e-7) j++;
            if (j == p->n_lag) p->lag_s[p->n_lag++] = lag;
            p->pair_m[k] = m;
            p->pair_n[k] = n;
            p->pair_lag[k] = j + 1;
        }
}

/* Nine points a cycle of the fastest harmonic: the parabola through a minimum is then good to a few Hz. */
static void choose_grid(fsc_profiler *p, const fsc_model *model) {
    double longest = 0;
    for (int32_t j = 0; j < p->n_lag; j++) longest = fmax(longest, p->lag_s[j]);
    const double range = model->uniform ? 0.5 * model->period_hz : model->range_hz;
    p->circular = model->uniform;
    p->half = (int32_t)ceil(range * longest * 9);
    if (p->half < 12) p->half = 12;
    if (p->half > 400) p->half = 400;
    p->step_hz = range / p->half;
}

fsc_status fsc_profiler_init(fsc_profiler *p, const fsc_model *model, fsc_error *err) {
    static const double free_r2[FSC_R2_GRID] = {15, 60, 140, 300, 430, 650};
    /* Long echo trains need a finer grid, and cannot see the steepest decays. */
    const double span_s = model->tau_s[model->n_echo - 1],
                 finer = span_s > LONG_S ? LONG_S * LONG_S / (span_s * span_s) : 1;
    memset(p, 0, sizeof *p);
    p->n_echo = model->n_echo;
    p->n_pair = p->n_echo * (p->n_echo + 1) / 2;
    p->n_r2 = model->r2_free ? FSC_R2_GRID : 1;
    for (int32_t r = 0; r < p->n_r2; r++) {
        p->r2_per_s[r] = model->r2_free ? finer * free_r2[r] : model->r2_typical;
        p->r2_cost[r] = p->r2_per_s[r] > RARE ? RARE_COST : 0;
    }
    p->pair_m = fsc_alloc(p->n_pair, sizeof(int32_t));
    p->pair_n = fsc_alloc(p->n_pair, sizeof(int32_t));
    p->pair_lag = fsc_alloc(p->n_pair, sizeof(int32_t));
    p->lag_s = fsc_alloc(p->n_pair, sizeof(double));
    p->proj_re = fsc_alloc(p->n_r2 * p->n_pair, sizeof(float));
    p->proj_im = fsc_alloc(p->n_r2 * p->n_pair, sizeof(float));
    if (p->pair_m && p->pair_n && p->pair_lag && p->lag_s && p->proj_re && p->proj_im) {
        list_pairs(p, model);
        choose_grid(p, model);
        p->cosine = fsc_alloc((int64_t)(p->half + 1) * p->n_lag, sizeof(float));
        p->sine = fsc_alloc((int64_t)(p->half + 1) * p->n_lag, sizeof(float));
    }
    if (!p->cosine || !p->sine) {
        fsc_profiler_free(p);
        return fsc_fail_nomem(err, "preparing residual profiles");
    }
    for (int32_t r = 0; r < p->n_r2; r++) fill_projector(p, model, r);
    for (int32_t g = 0; g <= p->half; g++)
        for (int32_t j = 0; j < p->n_lag; j++) {
            const double angle = 2 * FSC_PI * g * p->step_hz * p->lag_s[j];
            p->cosine[g * p->n_lag + j] = (float)cos(angle);
            p->sine[g * p->n_lag + j] = (float)sin(angle);
        }
    return FSC_OK;
}

void fsc_profiler_free(fsc_profiler *p) {
    fsc_free(p->pair_m);
    fsc_free(p->pair_n);
    fsc_free(p->pair_lag);
    fsc_free(p->lag_s);
    fsc_free(p->proj_re);
    fsc_free(p->proj_im);
    fsc_free(p->cosine);
    fsc_free(p->sine);
    memset(p, 0, sizeof *p);
}

static int make(fsc_profile *out, const fsc_profiler *p) {
    out->corr_re = fsc_alloc((int64_t)p->n_pair * L, sizeof(float));
    out->corr_im = fsc_alloc((int64_t)p->n_pair * L, sizeof(float));
    out->residual = fsc_alloc((int64_t)(2 * p->half + 1) * L, sizeof(float));
    out->lag_re = fsc_alloc((int64_t)(p->n_lag + 1) * L, sizeof(float));
    out->lag_im = fsc_alloc((int64_t)(p->n_lag + 1) * L, sizeof(float));
    return out->corr_re && out->corr_im && out->residual && out->lag_re && out->lag_im;
}

fsc_status fsc_profiles_new(fsc_profile **out, int32_t n, const fsc_profiler *p, fsc_error *err) {
    *out = NULL;
    fsc_profile *made = fsc_alloc(n, sizeof *made);
    int whole = made != NULL;
    for (int32_t w = 0; whole && w < n; w++) whole = make(&made[w], p);
    if (!whole) {
        fsc_profiles_free(made, n);
        return fsc_fail_nomem(err, "computing residual profiles");
    }
    *out = made;
    return FSC_OK;
}

void fsc_profiles_free(fsc_profile *profile, int32_t n) {
    for (int32_t w = 0; profile && w < n; w++) {
        fsc_free(profile[w].corr_re);
        fsc_free(profile[w].corr_im);
        fsc_free(profile[w].residual);
        fsc_free(profile[w].lag_re);
        fsc_free(profile[w].lag_im);
    }
    fsc_free(profile);
}

void fsc_profile_clear(fsc_profile *profile, const fsc_profiler *p) {
    memset(profile->corr_re, 0, (size_t)p->n_pair * L * sizeof(float));
    memset(profile->corr_im, 0, (size_t)p->n_pair * L * sizeof(float));
}

FSC_CLONES static void add_lanes(fsc_profile *profile, const fsc_profiler *p, const fsc_lanes_echo *echo,
                                 const float *weight) {
    float s_re[FSC_ECHO_MAX][L], s_im[FSC_ECHO_MAX][L];
    for (int32_t n = 0; n < p->n_echo; n++)
        for (int32_t l = 0; l < L; l++) {
            s_re[n][l] = (float)echo->re[n][l];
            s_im[n][l] = (float)echo->im[n][l];
        }
    for (int32_t k = 0; k < p->n_pair; k++) {
        const float *restrict mr = s_re[p->pair_m[k]], *restrict mi = s_im[p->pair_m[k]];
        const float *restrict nr = s_re[p->pair_n[k]], *restrict ni = s_im[p->pair_n[k]];
        float *restrict cr = profile->corr_re + (int64_t)k * L, *restrict ci = profile->corr_im + (int64_t)k * L;
        for (int32_t l = 0; l < L; l++) {
            cr[l] += weight[l] * (mr[l] * nr[l] + mi[l] * ni[l]);
            ci[l] += weight[l] * (mr[l] * ni[l] - mi[l] * nr[l]);
        }
    }
}

/* Correlations become one complex number a lag for one R2*. */
FSC_LEAF void contract(const fsc_profile *profile, const fsc_profiler *p, int32_t r) {
    float *restrict qr = profile->lag_re, *restrict qi = profile->lag_im;
    for (int32_t j = 0; j < (p->n_lag + 1) * L; j++) qr[j] = qi[j] = 0;
    for (int32_t k = 0; k < p->n_pair; k++) {
        const float pr = p->proj_re[r * p->n_pair + k], pi = p->proj_im[r * p->n_pair + k];
        const float *restrict cr = profile->corr_re + (int64_t)k * L, *restrict ci = profile->corr_im + (int64_t)k * L;
        float *restrict tr = qr + (int64_t)p->pair_lag[k] * L, *restrict ti = qi + (int64_t)p->pair_lag[k] * L;
        for (int32_t l = 0; l < L; l++) {
            tr[l] += pr * cr[l] - pi * ci[l];
            ti[l] += pr * ci[l] + pi * cr[l];
        }
    }
}

FSC_CLONES static void scan_lanes(fsc_profile *profile, const fsc_profiler *p, float prior) {
    float energy[L];
    for (int32_t l = 0; l < L; l++) energy[l] = 0;
    for (int32_t n = 0; n < p->n_echo; n++)
        for (int32_t l = 0; l < L; l++) energy[l] += profile->corr_re[(int64_t)n * L + l];
    for (int32_t r = 0; r < p->n_r2; r++) {
        contract(profile, p, r);
        const float cost = prior * p->r2_cost[r];
        for (int32_t g = 0; g <= p->half; g++) {
            float even[L], odd[L];
            for (int32_t l = 0; l < L; l++) {
                even[l] = energy[l] - profile->lag_re[l] + cost;
                odd[l] = 0;
            }
            const float *restrict c = p->cosine + (int64_t)g * p->n_lag, *restrict s = p->sine + (int64_t)g * p->n_lag;
            for (int32_t j = 0; j < p->n_lag; j++) {
                const float *restrict qr = profile->lag_re + (int64_t)(j + 1) * L;
                const float *restrict qi = profile->lag_im + (int64_t)(j + 1) * L;
                for (int32_t l = 0; l < L; l++) {
                    even[l] -= qr[l] * c[j];
                    odd[l] += qi[l] * s[j];
                }
            }
            /* exp(-i angle): Re(q exp(-i angle)) = Re q cos + Im q sin at +g, and - at -g */
            float *restrict up = profile->residual + (int64_t)(p->half + g) * L;
            float *restrict down = profile->residual + (int64_t)(p->half - g) * L;
            for (int32_t l = 0; l < L; l++) {
                const float a = even[l] - odd[l], b = even[l] + odd[l];
                up[l] = r == 0 || a < up[l] ? a : up[l];
                down[l] = r == 0 || b < down[l] ? b : down[l];
            }
        }
    }
}

void fsc_profile_add(fsc_profile *profile, const fsc_profiler *p, const fsc_lanes_echo *echo, const float *weight) {
    add_lanes(profile, p, echo, weight);
}

void fsc_profile_scan(fsc_profile *profile, const fsc_profiler *p, float prior) {
    scan_lanes(profile, p, prior);
}
