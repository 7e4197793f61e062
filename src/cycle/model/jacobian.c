#include "jacobian.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

/* What the equations of a site depend on: its own 11 states, then what reaches it from elsewhere. */
enum { IN_B = FSC_CYCLE_N_STATE, IN_PRESS, IN_BESIDE, IN_TAKEN, IN_TONE, IN_SENS, N_IN };

/* A number with its derivatives by those inputs. */
typedef struct dual {
    double v, g[N_IN];
} dual;

static dual constant(double v) {
    return (dual){.v = v};
}

static dual input(double v, int k) {
    dual x = {.v = v};
    x.g[k] = 1;
    return x;
}

/* p a + q b + r */
static dual mix(double p, dual a, double q, dual b, double r) {
    dual x = {.v = p * a.v + q * b.v + r};
    for (int k = 0; k < N_IN; k++) x.g[k] = p * a.g[k] + q * b.g[k];
    return x;
}

static dual affine(double p, dual a, double r) {
    dual x = {.v = p * a.v + r};
    for (int k = 0; k < N_IN; k++) x.g[k] = p * a.g[k];
    return x;
}

static dual plus(dual a, dual b) {
    return mix(1, a, 1, b, 0);
}
static dual minus(dual a, dual b) {
    return mix(1, a, -1, b, 0);
}

static dual times(dual a, dual b) {
    dual x = {.v = a.v * b.v};
    for (int k = 0; k < N_IN; k++) x.g[k] = a.g[k] * b.v + a.v * b.g[k];
    return x;
}

static dual divide(dual a, dual b) {
    dual x = {.v = a.v / b.v};
    for (int k = 0; k < N_IN; k++) x.g[k] = (a.g[k] - x.v * b.g[k]) / b.v;
    return x;
}

/* A function of one variable with value v and slope s at a. */
static dual chain(dual a, double v, double s) {
    dual x = {.v = v};
    for (int k = 0; k < N_IN; k++) x.g[k] = s * a.g[k];
    return x;
}

static dual positive(dual a) {
    return a.v > 0 ? a : constant(0);
}

static dual hinge(dual a, double w) {
    if (!(a.v > 0)) return constant(0);
    return chain(a, a.v * a.v / (a.v + w), (a.v * a.v + 2 * a.v * w) / ((a.v + w) * (a.v + w)));
}

static dual saturate2(dual a) {
    const double d = 1 + a.v * a.v;
    return chain(a, a.v * a.v / d, 2 * a.v / (d * d));
}

/* The derivatives of a level's B and P by the level's own states, and of sites' deficits. */
typedef struct level_slopes {
    double b_stiff; /* dB / d(stiffness sum) */
    double press_tone, press_b, press_z;
} level_slopes;

static level_slopes slopes_of_level(const fsc_cast *cast, const double *y, int32_t l) {
    const fsc_cycle *m = cast->model;
    const double *p = cast->p;
    double tone = 0, stiff = 0;
    for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
        const double *s = y + m->offset[i];
        tone += m->tone_weight[i] * s[FSC_CYCLE_S] * s[FSC_CYCLE_C] * cast->inv_c0[i];
        stiff += m->stiff_weight[i] * (p[FSC_P_bX1] * s[FSC_CYCLE_X1] + p[FSC_P_bX2] * s[FSC_CYCLE_X2] +
                                       p[FSC_P_bH] * s[FSC_CYCLE_H] + p[FSC_P_bS] * s[FSC_CYCLE_S]);
    }
    const double q = stiff * p[FSC_P_invB50], d = 1 + q * q, scale = cast->relief[l] * p[FSC_P_invP50];
    const double x = (p[FSC_P_pS] * tone + p[FSC_P_pB] * cast->immobile[l] + p[FSC_P_pZ] * y[m->level_offset[l]] +
                      p[FSC_P_pL] * p[FSC_P_overload0]) *
                     scale;
    const double cube = 1 + x * x * x, slope = 3 * x * x / (cube * cube) * scale;
    return (level_slopes){.b_stiff = 2 * q / (d * d) * p[FSC_P_invB50],
                          .press_tone = slope * p[FSC_P_pS],
                          .press_b = slope * p[FSC_P_pB],
                          .press_z = slope * p[FSC_P_pZ]};
}

typedef struct site_inputs {
    union {
        dual own[FSC_CYCLE_N_STATE];
        struct {
            dual c, d, x1, x2, f, n, s, y, i, t, h; /* in the order of the states */
        };
    };
    dual b, press, beside, taken, tone, sens, pi;
} site_inputs;

static site_inputs gather(const fsc_cast *cast, const double *y, int32_t site) {
    const fsc_cycle *m = cast->model;
    const double *p = cast->p, *s = y + m->offset[site];
    const int32_t l = m->site[site].level_index, up = m->up[site], down = m->down[site];
    const double total = cast->side_total[2 * l + (m->contra[site] < site)];
    const double beside = (l > 0 ? cast->immobile[l - 1] : 0) + (l + 1 < m->n_level ? cast->immobile[l + 1] : 0);
    const double lost = (up >= 0 ? cast->deficit[up] : 0) + (down >= 0 ? cast->deficit[down] : 0);
    const double tone =
        (up >= 0 ? y[m->offset[up] + FSC_CYCLE_S] : 0) + (down >= 0 ? y[m->offset[down] + FSC_CYCLE_S] : 0);
    site_inputs in = {.b = input(cast->immobile[l], IN_B),
                      .press = input(cast->compress[l], IN_PRESS),
                      .beside = input(beside, IN_BESIDE),
                      .taken = input(p[FSC_P_gLay] * m->layer_share[site] * (total - cast->deficit[site]) +
                                         p[FSC_P_gBeside] * lost + p[FSC_P_gCon] * cast->deficit[m->contra[site]],
                                     IN_TAKEN),
                      .tone = input(m->side_share[site] * tone, IN_TONE),
                      .sens = input(y[m->level_offset[l] + 1], IN_SENS)};
    for (int k = 0; k < FSC_CYCLE_N_STATE; k++) in.own[k] = input(s[k], k);
    in.pi = chain(in.i, in.i.v / (in.i.v + 0.5), 0.5 / ((in.i.v + 0.5) * (in.i.v + 0.5)));
    return in;
}

/* The equations of equations.h once more, on duals; test_jacobian.c holds both against differences. */
static void site_equations(const fsc_cast *cast, int32_t site, const site_inputs *x, dual f[FSC_CYCLE_N_STATE]) {
    const double *p = cast->p, *fx = cast->effect + (int64_t)site * FSC_EFFECT_N;
    static const double none[FSC_EFFECT_N] = {[FSC_EFFECT_hold] = 1};
    if (!cast->treated) fx = none;
#define P(name) p[FSC_P_##name]
#define FX(name) fx[FSC_EFFECT_##name]
    const dual pi = x->pi, weak = affine(-1, x->n, 1), scar = plus(x->x1, x->x2);
    const dual a = affine(-1, plus(plus(plus(x->c, x->d), scar), x->f), 1), extra = affine(1, x->f, -cast->fat0[site]);
    const dual transfer = affine(0.5 * P(beta), x->beside, 1), stiff = affine(-1, x->b, 1);
    const dual remodel = affine(P(act) * P(rho), times(stiff, transfer), 0);
    dual strain = times(times(transfer, affine(-0.4 * P(load0), x->b, P(load0))), affine(1, x->taken, 1));
    strain = times(strain, affine(FX(load_moving), stiff, 1 + FX(load_plain)));
    const dual capacity = affine(P(cap0), times(affine(-P(cH), x->h, 1), affine(-P(cX), scar, 1)), 0);
    const dual o = hinge(minus(strain, capacity), 0.2);
    const dual into_c = affine(P(rho) * (1 + FX(repair_gain)), affine(0.75, x->n, 0.25), 0);
    const dual into_x = plus(mix(P(chiI), pi, P(chiY), x->y, P(chi0)), affine(P(chiB), x->b, 0));
    const dual into_f = mix(P(fatN), weak, P(fatI), pi, 0);
    const dual repair = divide(affine(P(k_c), x->d, 0), plus(plus(into_c, into_x), into_f));
    const dual irritation = plus(plus(mix(P(sD), x->d, P(sI), x->i, 0), mix(P(sT), x->t, P(sP), x->press, 0)),
                                 mix(P(sE), x->sens, P(sN), x->tone, 0));
    const dual local = affine(P(gLoc), divide(irritation, affine(1, irritation, P(gHalf))), P(gFree));
    const dual use = affine(1 + FX(use_gain), affine(-0.7 * P(act), x->b, P(act)), 0);
    const dual rest = hinge(affine(-1, use, 1), 0.05), exercise = use.v < 1.5 ? use : constant(1.5);
    const dual drive = plus(mix(P(aN), weak, P(aI), pi, 0), affine(P(aU), rest, 0));
    const dual shrink = minus(times(chain(drive, 1 - exp(-drive.v), exp(-drive.v)), plus(x->c, a)), a);
    const dual wither = affine(P(k_at), hinge(shrink, 0.01), 0);
    const dual regain = affine(-0.5 * FX(regain_calm), pi, 1 + FX(regain_calm) + FX(regain_gain));
    const dual grow = times(times(times(affine(P(regrow) * 0.8, x->n, P(regrow) * 0.2), exercise), regain),
                            hinge(affine(-1, shrink, 0), 0.01));
    const dual tear = times(mix(P(k_m), o, P(k_si), times(x->y, x->s), 0), x->c);
    const dual fill = times(affine(P(fill), a, 0), plus(plus(weak, rest), affine(P(fI), pi, P(f0))));
    const dual burn = affine(P(k_lip) * (1 + FX(fat_loss_gain)), times(times(extra, x->n), exercise), 0);
    const dual mature = affine(P(k_mat), x->x1, 0);
    const dual spare = hinge(affine(1, x->n, -P(Nmin)), 0.02);
    const dual spasm = saturate2(mix(1, irritation, P(stressS), local, 0));
    const dual trigger = saturate2(
        plus(plus(mix(P(tO), o, P(tS), x->s, 0), mix(P(tI), x->i, P(tT), x->t, 0)), affine(P(stressT), local, 0)));
    f[FSC_CYCLE_C] = minus(plus(times(into_c, repair), grow), plus(tear, wither));
    f[FSC_CYCLE_D] = mix(1, tear, -P(k_c), x->d, 0);
    f[FSC_CYCLE_X1] =
        minus(minus(times(into_x, repair), mature), times(affine(P(k_r1), remodel, FX(remodel_young)), x->x1));
    f[FSC_CYCLE_X2] = minus(mature, times(affine(P(k_r2), remodel, FX(remodel_mature)), x->x2));
    f[FSC_CYCLE_F] = minus(plus(times(into_f, repair), fill), burn);
    f[FSC_CYCLE_N] = mix(P(regrowN), times(weak, affine(0.9, times(x->n, x->n), 0.1)),
                         -P(k_nd) * cast->model->exposure[site], times(x->press, spare), 0);
    f[FSC_CYCLE_S] =
        mix(-P(k_S) * FX(hold), times(affine(-1, spasm, 1), affine(-P(yS), x->y, 1)), -P(k_S), x->s, P(k_S) * FX(hold));
    f[FSC_CYCLE_Y] = minus(affine(P(k_y), times(times(times(x->s, x->s), weak), affine(-1, x->y, 1)), 0),
                           times(affine(P(mend), x->n, FX(end_plate)), x->y));
    f[FSC_CYCLE_I] = plus(plus(mix(P(iD), x->d, P(iO), o, 0), mix(P(iF), positive(extra), P(iP), x->press, 0)),
                          affine(-P(resolve) - FX(resolve), x->i, 0));
    f[FSC_CYCLE_T] = mix(P(k_T), trigger, -P(k_T) - FX(trigger), x->t, 0);
    const dual stick = plus(plus(mix(P(hD), x->d, P(hI), x->i, 0), mix(P(hO), o, P(hX), scar, 0)),
                            affine(P(k_ht), times(x->b, x->h), 0));
    f[FSC_CYCLE_H] = minus(times(stick, affine(-1, x->h, 1)), times(affine(P(k_hr), remodel, FX(release)), x->h));
#undef P
#undef FX
}

typedef struct filler {
    fsc_jacobian *jac;
    const fsc_cast *cast;
    const double *y;
    int32_t row;
} filler;

static void add(const filler *at, int32_t column, double value) {
    at->jac->value[at->jac->place[column]] += value;
}

/* Adds weight dB(l) to the row. */
static void add_immobile(const filler *at, int32_t l, double weight, const level_slopes *slopes) {
    const fsc_cycle *m = at->cast->model;
    const double *p = at->cast->p;
    weight *= slopes[l].b_stiff;
    for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
        const double w = weight * m->stiff_weight[i];
        add(at, m->offset[i] + FSC_CYCLE_X1, w * p[FSC_P_bX1]);
        add(at, m->offset[i] + FSC_CYCLE_X2, w * p[FSC_P_bX2]);
        add(at, m->offset[i] + FSC_CYCLE_H, w * p[FSC_P_bH]);
        add(at, m->offset[i] + FSC_CYCLE_S, w * p[FSC_P_bS]);
    }
}

static void add_press(const filler *at, int32_t l, double weight, const level_slopes *slopes) {
    const fsc_cycle *m = at->cast->model;
    add_immobile(at, l, weight * slopes[l].press_b, slopes);
    add(at, m->level_offset[l], weight * slopes[l].press_z);
    for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
        const double w = weight * slopes[l].press_tone * m->tone_weight[i] * at->cast->inv_c0[i];
        add(at, m->offset[i] + FSC_CYCLE_S, w * at->y[m->offset[i] + FSC_CYCLE_C]);
        add(at, m->offset[i] + FSC_CYCLE_C, w * at->y[m->offset[i] + FSC_CYCLE_S]);
    }
}

static void add_deficit(const filler *at, int32_t site, double weight) {
    if (site < 0) return;
    const double *s = at->y + at->cast->model->offset[site], inv = at->cast->inv_c0[site];
    const double calm = 1 - 0.4 * at->cast->inflamed[site], half = s[FSC_CYCLE_I] + 0.5;
    const int32_t to = at->cast->model->offset[site];
    add(at, to + FSC_CYCLE_C, -weight * inv * s[FSC_CYCLE_N] * calm);
    add(at, to + FSC_CYCLE_N, -weight * inv * s[FSC_CYCLE_C] * calm);
    add(at, to + FSC_CYCLE_I, weight * inv * s[FSC_CYCLE_C] * s[FSC_CYCLE_N] * 0.4 * 0.5 / (half * half));
}

static void add_row(const filler *at, int32_t site, const dual *f, const level_slopes *slopes) {
    const fsc_cycle *m = at->cast->model;
    const double *p = at->cast->p;
    const int32_t l = m->site[site].level_index, up = m->up[site], down = m->down[site];
    for (int k = 0; k < FSC_CYCLE_N_STATE; k++) add(at, m->offset[site] + k, f->g[k]);
    add_immobile(at, l, f->g[IN_B], slopes);
    add_press(at, l, f->g[IN_PRESS], slopes);
    if (l > 0) add_immobile(at, l - 1, f->g[IN_BESIDE], slopes);
    if (l + 1 < m->n_level) add_immobile(at, l + 1, f->g[IN_BESIDE], slopes);
    add(at, m->level_offset[l] + 1, f->g[IN_SENS]);
    const double tone = f->g[IN_TONE] * m->side_share[site], taken = f->g[IN_TAKEN];
    if (up >= 0) add(at, m->offset[up] + FSC_CYCLE_S, tone);
    if (down >= 0) add(at, m->offset[down] + FSC_CYCLE_S, tone);
    if (taken == 0) return;
    for (int32_t j = m->first[l]; j < m->first[l + 1]; j++)
        if (j != site && m->site[j].side == m->site[site].side)
            add_deficit(at, j, taken * p[FSC_P_gLay] * m->layer_share[site]);
    add_deficit(at, up, taken * p[FSC_P_gBeside]);
    add_deficit(at, down, taken * p[FSC_P_gBeside]);
    add_deficit(at, m->contra[site], taken * p[FSC_P_gCon]);
}

static void add_degeneration(const filler *at, int32_t l, const level_slopes *slopes) {
    const fsc_cycle *m = at->cast->model;
    const double *p = at->cast->p, z = at->y[m->level_offset[l]];
    add(at, m->level_offset[l], -p[FSC_P_k_z] * at->cast->compress[l] - p[FSC_P_k_zr]);
    add_press(at, l, p[FSC_P_k_z] * (1 - z), slopes);
}

static void add_sensitisation(const filler *at, int32_t l, const level_slopes *slopes) {
    const fsc_cycle *m = at->cast->model;
    const double *p = at->cast->p, e = at->y[m->level_offset[l] + 1];
    double hurt = 0.5 * at->cast->compress[l];
    for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
        const double *s = at->y + m->offset[i];
        hurt +=
            m->stiff_weight[i] * fsc_site_pain(s[FSC_CYCLE_D], at->cast->inflamed[i], s[FSC_CYCLE_T], s[FSC_CYCLE_S]);
    }
    const double gain = p[FSC_P_k_e] * p[FSC_P_sens];
    const double slope = gain * (1 - e) * (hurt * hurt + hurt) / ((hurt + 0.5) * (hurt + 0.5));
    add_press(at, l, 0.5 * slope, slopes);
    for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
        const double w = slope * m->stiff_weight[i], half = at->y[m->offset[i] + FSC_CYCLE_I] + 0.5;
        add(at, m->offset[i] + FSC_CYCLE_D, 2 * w);
        add(at, m->offset[i] + FSC_CYCLE_I, 0.5 * w * 0.5 / (half * half));
        add(at, m->offset[i] + FSC_CYCLE_T, 0.5 * w);
        add(at, m->offset[i] + FSC_CYCLE_S, 0.4 * w);
    }
    double spread = 0;
    for (int32_t k = l - 1; k <= l + 1; k += 2) {
        if (k < 0 || k >= m->n_level) continue;
        add(at, m->level_offset[k] + 1, p[FSC_P_k_ed]);
        spread += p[FSC_P_k_ed];
    }
    add(at, m->level_offset[l] + 1, -gain * hurt * hurt / (hurt + 0.5) - p[FSC_P_k_er] * p[FSC_P_rho] - spread);
}

/* Makes place[] point at the entries of a row, all set to 0. */
static void open_row(filler *at, int32_t row) {
    fsc_jacobian *jac = at->jac;
    at->row = row;
    for (int64_t k = jac->row[row]; k < jac->row[row + 1]; k++) {
        jac->place[jac->column[k]] = (int32_t)k;
        jac->value[k] = 0;
    }
}

void fsc_jacobian_fill(fsc_jacobian *jac, const fsc_cast *cast, const double *y) {
    const fsc_cycle *m = cast->model;
    filler at = {.jac = jac, .cast = cast, .y = y};
    level_slopes slopes[FSC_LEVEL_MAX];
    fsc_levels_one(cast, y);
    for (int32_t l = 0; l < m->n_level; l++) slopes[l] = slopes_of_level(cast, y, l);
    for (int32_t i = 0; i < m->n_site; i++) {
        dual f[FSC_CYCLE_N_STATE];
        const site_inputs in = gather(cast, y, i);
        site_equations(cast, i, &in, f);
        for (int k = 0; k < FSC_CYCLE_N_STATE; k++) {
            open_row(&at, m->offset[i] + k);
            add_row(&at, i, &f[k], slopes);
        }
    }
    for (int32_t l = 0; l < m->n_level; l++) {
        open_row(&at, m->level_offset[l]);
        add_degeneration(&at, l, slopes);
        open_row(&at, m->level_offset[l] + 1);
        add_sensitisation(&at, l, slopes);
    }
}

void fsc_jacobian_times(const fsc_jacobian *jac, const double *v, double *out) {
    for (int32_t r = 0; r < jac->n_state; r++) {
        double sum = 0;
        for (int64_t k = jac->row[r]; k < jac->row[r + 1]; k++) sum += jac->value[k] * v[jac->column[k]];
        out[r] = sum;
    }
}

/* Whether a state of site j (or, j < 0, a state of level l) can move the rows of a site (or, site < 0, of a level). */
static int touches(const fsc_cycle *m, int32_t site, int32_t level, int32_t j, int32_t k) {
    const int32_t other = m->site[j].level_index;
    const int of_b = k == FSC_CYCLE_X1 || k == FSC_CYCLE_X2 || k == FSC_CYCLE_H || k == FSC_CYCLE_S;
    if (site < 0)
        return other == level && (of_b || k == FSC_CYCLE_C || k == FSC_CYCLE_D || k == FSC_CYCLE_I || k == FSC_CYCLE_T);
    if (j == site || of_b) return 1;
    if (other == level && k == FSC_CYCLE_C) return 1;
    const int lends = (other == level && m->site[j].side == m->site[site].side) || j == m->up[site] ||
                      j == m->down[site] || j == m->contra[site];
    return lends && (k == FSC_CYCLE_C || k == FSC_CYCLE_N || k == FSC_CYCLE_I);
}

/* Lists the columns of the rows of a site or level in rising order; with a NULL list it only counts. */
static int64_t list_columns(const fsc_cycle *m, int32_t site, int32_t level, int32_t *list) {
    int64_t n = 0;
    for (int32_t l = level > 0 ? level - 1 : 0; l <= level + 1 && l < m->n_level; l++) {
        for (int32_t j = m->first[l]; j < m->first[l + 1]; j++)
            for (int32_t k = 0; k < FSC_CYCLE_N_STATE; k++) {
                if (!touches(m, site, level, j, k)) continue;
                if (list) list[n] = m->offset[j] + k;
                n++;
            }
        for (int32_t k = 0; k < 2; k++) {
            if (!(l == level || (site < 0 && k == 1))) continue;
            if (list) list[n] = m->level_offset[l] + k;
            n++;
        }
    }
    return n;
}

fsc_status fsc_jacobian_new(fsc_jacobian *out, const fsc_cycle *model, fsc_error *err) {
    fsc_jacobian jac = {.n_state = model->n_state};
    jac.row = fsc_alloc((int64_t)model->n_state + 1, sizeof *jac.row);
    jac.place = fsc_alloc(model->n_state, sizeof *jac.place);
    int64_t total = 0;
    for (int32_t i = 0; i < model->n_site; i++)
        total += FSC_CYCLE_N_STATE * list_columns(model, i, model->site[i].level_index, NULL);
    for (int32_t l = 0; l < model->n_level; l++) total += 2 * list_columns(model, -1, l, NULL);
    jac.column = fsc_alloc(total, sizeof *jac.column);
    jac.value = fsc_alloc(total, sizeof *jac.value);
    if (!jac.row || !jac.place || !jac.column || !jac.value) {
        fsc_jacobian_free(&jac);
        return fsc_fail_nomem(err, "laying out the cycle's Jacobian");
    }
    int64_t at = 0;
    int32_t row = 0;
    for (int32_t l = 0; l < model->n_level; l++) {
        for (int32_t i = model->first[l]; i < model->first[l + 1]; i++)
            for (int32_t k = 0; k < FSC_CYCLE_N_STATE; k++) {
                jac.row[row++] = at;
                at += list_columns(model, i, l, jac.column + at);
            }
        for (int32_t k = 0; k < 2; k++) {
            jac.row[row++] = at;
            at += list_columns(model, -1, l, jac.column + at);
        }
    }
    jac.row[row] = at;
    *out = jac;
    return FSC_OK;
}

void fsc_jacobian_free(fsc_jacobian *jacobian) {
    fsc_free(jacobian->row);
    fsc_free(jacobian->column);
    fsc_free(jacobian->value);
    fsc_free(jacobian->place);
    memset(jacobian, 0, sizeof *jacobian);
}
