/* The equations of doc/equations/cycle.md, once, for EQ_LANES people side by side (1 for a single person).
 *
 * Included by lanes.c and scalar.c after they define EQ_LANES; state, parameters and workspace are laid out as
 * value[index * EQ_LANES + lane]. Every statement works on one lane, free of branches, so that the compiler turns the
 * lane loops into vector code and every lane gets the bits that a single person would get. */
#include "model.h"

#include <math.h>

#ifdef __clang__
#define EQ_EACH _Pragma("clang loop vectorize(assume_safety)") for (int w = 0; w < EQ_LANES; w++)
#else
#define EQ_EACH _Pragma("GCC ivdep") for (int w = 0; w < EQ_LANES; w++)
#endif
#define EQ_INLINE static inline __attribute__((always_inline))
#define EQ_P(name) p[FSC_P_##name * EQ_LANES + w]
#define EQ_Y(state) ys[FSC_CYCLE_##state * EQ_LANES + w]
#define EQ_DY(state) ds[FSC_CYCLE_##state * EQ_LANES + w]
#define EQ_FX(name) fx[FSC_EFFECT_##name * EQ_LANES + w]

EQ_INLINE double eq_positive(double x) {
    return x > 0 ? x : 0;
}
EQ_INLINE double eq_smaller(double a, double b) {
    return a < b ? a : b;
}

/* exp(-z) for z >= 0: (exp(-z/16))^16 with a Taylor polynomial about z/16 = 1/4, z cut at 8. Relative error below 1e-11
 * (tests/unit/cycle/test_equations.c). */
EQ_INLINE double eq_exp_minus(double z) {
    const double s = 0.25 - eq_smaller(z, 8) * 0.0625, s2 = s * s, s4 = s2 * s2;
    /* In pairs (Estrin): a short chain matters more than few operations. */
    const double low = (1 + s) + s2 * (0.5 + s * (1.0 / 6));
    const double middle = (1.0 / 24 + s * (1.0 / 120)) + s2 * (1.0 / 720 + s * (1.0 / 5040));
    const double high = 1.0 / 40320 + s * (1.0 / 362880);
    double e = (low + s4 * (middle + s4 * high)) * 0.77880078307140486825; /* exp(-1/4) */
    e *= e;
    e *= e;
    e *= e;
    return e * e;
}

/* Strength deficits and tone of sites, immobilisation B, compression P and sensitisation of levels: all that one level
 * needs to know of others, so that a level may be overwritten before its neighbours are done. */
EQ_INLINE void eq_levels(const fsc_cast *restrict cast, const double *restrict y) {
    const fsc_cycle *m = cast->model;
    const double *restrict p = cast->p;
    for (int32_t l = 0; l < m->n_level; l++) {
        _Alignas(64) double tone[EQ_LANES], stiff[EQ_LANES];
        double *restrict total = cast->side_total + (int64_t)l * 2 * EQ_LANES;
        EQ_EACH tone[w] = stiff[w] = total[w] = total[EQ_LANES + w] = 0;
        for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
            const double *restrict ys = y + (int64_t)m->offset[i] * EQ_LANES;
            const double *restrict inv_c0 = cast->inv_c0 + (int64_t)i * EQ_LANES;
            double *restrict deficit = cast->deficit + (int64_t)i * EQ_LANES;
            double *restrict inflamed = cast->inflamed + (int64_t)i * EQ_LANES;
            double *restrict guard = cast->guard + (int64_t)i * EQ_LANES;
            double *restrict side = total + (m->contra[i] < i ? EQ_LANES : 0);
            const double tone_weight = m->tone_weight[i], stiff_weight = m->stiff_weight[i];
            EQ_EACH {
                const double lean = EQ_Y(C) * inv_c0[w], pi = EQ_Y(I) / (EQ_Y(I) + 0.5);
                const double lost = 1 - lean * EQ_Y(N) * (1 - 0.4 * pi);
                inflamed[w] = pi;
                guard[w] = EQ_Y(S);
                deficit[w] = lost;
                side[w] += lost;
                tone[w] += tone_weight * (EQ_Y(S) * lean);
                stiff[w] += stiff_weight *
                            (EQ_P(bX1) * EQ_Y(X1) + EQ_P(bX2) * EQ_Y(X2) + EQ_P(bH) * EQ_Y(H) + EQ_P(bS) * EQ_Y(S));
            }
        }
        const double *restrict z = y + (int64_t)m->level_offset[l] * EQ_LANES;
        const double *restrict relief = cast->relief + (int64_t)l * EQ_LANES;
        double *restrict immobile = cast->immobile + (int64_t)l * EQ_LANES;
        double *restrict compress = cast->compress + (int64_t)l * EQ_LANES;
        double *restrict sens = cast->sens + (int64_t)l * EQ_LANES;
        EQ_EACH {
            const double q = stiff[w] * EQ_P(invB50), b = q * q / (1 + q * q);
            const double x = (EQ_P(pS) * tone[w] + EQ_P(pB) * b + EQ_P(pZ) * z[w] + EQ_P(pL) * EQ_P(overload0)) *
                             relief[w] * EQ_P(invP50);
            sens[w] = z[EQ_LANES + w];
            immobile[w] = b;
            compress[w] = x * x * x / (1 + x * x * x);
        }
    }
}

/* What the sites of one level share. */
typedef struct eq_level_view {
    _Alignas(64) double b[EQ_LANES], press[EQ_LANES], use[EQ_LANES], rest[EQ_LANES], strain[EQ_LANES];
    double scar[EQ_LANES], irritation[EQ_LANES], inflaming[EQ_LANES], tighten[EQ_LANES];
    double young[EQ_LANES], old[EQ_LANES], release[EQ_LANES], nerve[EQ_LANES];
    double pain[EQ_LANES]; /* summed over the sites */
} eq_level_view;

/* dy/dt of one site into ds (11 states); adds the site's share of its level's pain. */
EQ_INLINE void eq_site(const fsc_cast *restrict cast, const double *restrict y, int32_t i, eq_level_view *restrict v,
                       double *restrict ds, const int treated) {
    const fsc_cycle *m = cast->model;
    const double *restrict p = cast->p;
    const double *restrict ys = y + (int64_t)m->offset[i] * EQ_LANES;
    const double *restrict fx = cast->effect + (int64_t)i * FSC_EFFECT_N * EQ_LANES;
    const double *restrict fat0 = cast->fat0 + (int64_t)i * EQ_LANES, *restrict inflamed =
                                                                          cast->inflamed + (int64_t)i * EQ_LANES;
    const double *restrict own = cast->deficit + (int64_t)i * EQ_LANES;
    const int32_t up = m->up[i], down = m->down[i];
    const double *zero = cast->zero;
    const double *restrict lost_up = up < 0 ? zero : cast->deficit + (int64_t)up * EQ_LANES;
    const double *restrict lost_down = down < 0 ? zero : cast->deficit + (int64_t)down * EQ_LANES;
    const double *restrict lost_contra = cast->deficit + (int64_t)m->contra[i] * EQ_LANES;
    const double *restrict tone_up = up < 0 ? zero : cast->guard + (int64_t)up * EQ_LANES;
    const double *restrict tone_down = down < 0 ? zero : cast->guard + (int64_t)down * EQ_LANES;
    const double *restrict side_total =
        cast->side_total + ((int64_t)m->site[i].level_index * 2 + (m->contra[i] < i)) * EQ_LANES;
    const double layer_share = m->layer_share[i], side_share = m->side_share[i], exposure = m->exposure[i];
    const double stiff_weight = m->stiff_weight[i];
    EQ_EACH {
        const double c = EQ_Y(C), d = EQ_Y(D), x1 = EQ_Y(X1), x2 = EQ_Y(X2), f = EQ_Y(F), n = EQ_Y(N), s = EQ_Y(S);
        const double dys = EQ_Y(Y), inf = EQ_Y(I), trp = EQ_Y(T), h = EQ_Y(H);
        const double a = 1 - c - d - x1 - x2 - f, pi = inflamed[w], weak = 1 - n, fat_extra = f - fat0[w];
        /* Load taken over from weak neighbours, strain against capacity. */
        const double taken = EQ_P(gLay) * (layer_share * (side_total[w] - own[w])) +
                             EQ_P(gBeside) * (lost_up[w] + lost_down[w]) + EQ_P(gCon) * lost_contra[w];
        double strain = v->strain[w] * (1 + taken);
        if (treated) strain *= 1 + EQ_FX(load_moving) * (1 - v->b[w]) + EQ_FX(load_plain);
        const double over = eq_positive(strain - EQ_P(cap0) * (1 - EQ_P(cH) * h) * (1 - EQ_P(cX) * (x1 + x2)));
        /* Weights of repair, and the local irritation through which stress and poor sleep act. */
        double into_c = EQ_P(rho) * (0.25 + 0.75 * n);
        if (treated) into_c *= 1 + EQ_FX(repair_gain);
        const double into_x = v->scar[w] + EQ_P(chiI) * pi + EQ_P(chiY) * dys;
        const double into_f = EQ_P(fatN) * weak + EQ_P(fatI) * pi;
        const double irritation = v->irritation[w] + EQ_P(sD) * d + EQ_P(sI) * inf + EQ_P(sT) * trp +
                                  EQ_P(sN) * (side_share * (tone_up[w] + tone_down[w]));
        const double spare = eq_positive(n - EQ_P(Nmin));
        /* Four quotients for one division. */
        const double d_over = over + 0.2, d_repair = into_c + into_x + into_f, d_spare = spare + 0.02;
        const double d_local = irritation + EQ_P(gHalf);
        const double pair1 = d_over * d_repair, pair2 = d_spare * d_local, inv1 = 1 / (pair1 * pair2);
        const double inv_pair1 = inv1 * pair2, inv_pair2 = inv1 * pair1;
        const double o = over * over * (inv_pair1 * d_repair);
        const double repair = EQ_P(k_c) * d * (inv_pair1 * d_over);
        const double block = spare * spare * (inv_pair2 * d_local);
        const double local = EQ_P(gFree) + EQ_P(gLoc) * (irritation * (inv_pair2 * d_spare));
        /* Size: what the drive allows against what there is. */
        double use = v->use[w], rest = v->rest[w], regain = 1, fat_use = 1;
        if (treated) {
            use *= 1 + EQ_FX(use_gain);
            const double idle = eq_positive(1 - use);
            rest = idle * idle / (idle + 0.05);
            regain += EQ_FX(regain_calm) * (1 - 0.5 * pi) + EQ_FX(regain_gain);
            fat_use += EQ_FX(fat_loss_gain);
        }
        const double exercise = eq_smaller(use, 1.5);
        const double shrink = (1 - eq_exp_minus(EQ_P(aN) * weak + EQ_P(aI) * pi + EQ_P(aU) * rest)) * (c + a) - a;
        const double x_tone = irritation + EQ_P(stressS) * local;
        const double x_trp = EQ_P(tO) * o + EQ_P(tS) * s + EQ_P(tI) * inf + EQ_P(tT) * trp + EQ_P(stressT) * local;
        const double tone2 = x_tone * x_tone, trp2 = x_trp * x_trp;
        const double d_shrink = fabs(shrink) + 0.01, d_tone = 1 + tone2, d_trp = 1 + trp2, pair3 = d_tone * d_trp;
        const double inv2 = 1 / (pair3 * d_shrink), inv_pair3 = inv2 * d_shrink;
        const double change = shrink * shrink * (inv2 * pair3);
        const double spasm = tone2 * (inv_pair3 * d_trp), trigger = trp2 * (inv_pair3 * d_tone);
        const double shed = shrink > 0 ? change : 0, wither = EQ_P(k_at) * shed;
        const double grow = EQ_P(regrow) * (0.2 + 0.8 * n) * exercise * regain * (change - shed);
        /* Flows between the pools. */
        const double tear = EQ_P(k_m) * o * c + EQ_P(k_si) * dys * s * c;
        const double fill = EQ_P(fill) * a * (EQ_P(f0) + rest + weak + EQ_P(fI) * pi);
        const double burn = EQ_P(k_lip) * fat_extra * n * exercise * fat_use;
        const double mature = EQ_P(k_mat) * x1;
        double young = v->young[w], old = v->old[w], release = v->release[w];
        double hold = 1, end_plate = EQ_P(mend) * n, resolve = EQ_P(resolve), needle = 0;
        if (treated) {
            young += EQ_FX(remodel_young);
            old += EQ_FX(remodel_mature);
            release += EQ_FX(release);
            hold = EQ_FX(hold);
            end_plate += EQ_FX(end_plate);
            resolve += EQ_FX(resolve);
            needle = EQ_FX(trigger);
        }
        EQ_DY(C) = into_c * repair + grow - tear - wither;
        EQ_DY(D) = tear - EQ_P(k_c) * d;
        EQ_DY(X1) = into_x * repair - mature - young * x1;
        EQ_DY(X2) = mature - old * x2;
        EQ_DY(F) = into_f * repair + fill - burn;
        EQ_DY(N) = EQ_P(regrowN) * weak * (0.1 + 0.9 * n * n) - v->nerve[w] * exposure * block;
        EQ_DY(S) = EQ_P(k_S) * ((1 - (1 - spasm) * (1 - EQ_P(yS) * dys)) * hold - s);
        EQ_DY(Y) = EQ_P(k_y) * s * s * weak * (1 - dys) - end_plate * dys;
        EQ_DY(I) = EQ_P(iD) * d + EQ_P(iO) * o + EQ_P(iF) * eq_positive(fat_extra) + v->inflaming[w] - resolve * inf;
        EQ_DY(T) = EQ_P(k_T) * (trigger - trp) - needle * trp;
        EQ_DY(H) = (EQ_P(hD) * d + EQ_P(hI) * inf + EQ_P(hO) * o + EQ_P(hX) * (x1 + x2) + v->tighten[w] * h) * (1 - h) -
                   release * h;
        v->pain[w] += stiff_weight * fsc_site_pain(d, pi, trp, s);
    }
}

/* dy/dt of level l (its sites, then Z and E) into dy, whose first entry is the level's first state. */
EQ_INLINE void eq_level(const fsc_cast *restrict cast, const double *restrict y, int32_t l, double *restrict dy,
                        const int treated) {
    const fsc_cycle *m = cast->model;
    const double *restrict p = cast->p;
    const int32_t last = m->n_level - 1, base = m->offset[m->first[l]];
    const double *restrict immobile = cast->immobile + (int64_t)l * EQ_LANES;
    const double *restrict compress = cast->compress + (int64_t)l * EQ_LANES;
    const double *restrict b_up = l > 0 ? immobile - EQ_LANES : cast->zero;
    const double *restrict b_down = l < last ? immobile + EQ_LANES : cast->zero;
    const double *restrict z = y + (int64_t)m->level_offset[l] * EQ_LANES;
    const double *restrict sens = cast->sens + (int64_t)l * EQ_LANES;
    const double *restrict sens_up = l > 0 ? sens - EQ_LANES : sens;
    const double *restrict sens_down = l < last ? sens + EQ_LANES : sens;
    eq_level_view v;
    EQ_EACH {
        const double b = immobile[w], transfer = 1 + EQ_P(beta) * 0.5 * (b_up[w] + b_down[w]);
        const double use = EQ_P(act) * (1 - 0.7 * b), idle = eq_positive(1 - use), press = compress[w];
        const double remodel = EQ_P(act) * (1 - b) * transfer * EQ_P(rho);
        v.b[w] = b;
        v.press[w] = press;
        v.use[w] = use;
        v.rest[w] = idle * idle / (idle + 0.05);
        v.strain[w] = EQ_P(load0) * transfer * (1 - 0.4 * b);
        v.scar[w] = EQ_P(chi0) + EQ_P(chiB) * b;
        v.irritation[w] = EQ_P(sP) * press + EQ_P(sE) * sens[w];
        v.inflaming[w] = EQ_P(iP) * press;
        v.tighten[w] = EQ_P(k_ht) * b;
        v.young[w] = EQ_P(k_r1) * remodel;
        v.old[w] = EQ_P(k_r2) * remodel;
        v.release[w] = EQ_P(k_hr) * remodel;
        v.nerve[w] = EQ_P(k_nd) * press;
        v.pain[w] = 0;
    }
    for (int32_t i = m->first[l]; i < m->first[l + 1]; i++)
        eq_site(cast, y, i, &v, dy + (int64_t)(m->offset[i] - base) * EQ_LANES, treated);
    double *restrict dz = dy + (int64_t)(m->level_offset[l] - base) * EQ_LANES;
    EQ_EACH {
        const double press = v.press[w], hurt = v.pain[w] + 0.5 * press, e = sens[w];
        dz[w] = EQ_P(k_z) * press * (1 - z[w]) - EQ_P(k_zr) * z[w];
        dz[EQ_LANES + w] = EQ_P(k_e) * (hurt * hurt / (hurt + 0.5)) * (1 - e) * EQ_P(sens) -
                           EQ_P(k_er) * EQ_P(rho) * e + EQ_P(k_ed) * (sens_up[w] + sens_down[w] - 2 * e);
    }
}

EQ_INLINE void eq_rhs(const fsc_cast *restrict cast, const double *restrict y, double *restrict dy) {
    const fsc_cycle *m = cast->model;
    eq_levels(cast, y);
    for (int32_t l = 0; l < m->n_level; l++) {
        double *restrict at = dy + (int64_t)m->offset[m->first[l]] * EQ_LANES;
        if (cast->treated)
            eq_level(cast, y, l, at, 1);
        else
            eq_level(cast, y, l, at, 0);
    }
}
