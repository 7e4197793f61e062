/* The model inside the room: geometry, constants from the tables, and a cast of people laid out in lanes. */
#ifndef FSC_CYCLE_MODEL_H
#define FSC_CYCLE_MODEL_H

#include "table.h"

#include <fascicle/simulate.h>

/* Parameters in the order of data/cycle/parameters.tsv; the names are those of doc/equations/cycle.md. */
#define FSC_CYCLE_PARAMETERS(X)                                                                                        \
    X(k_c)                                                                                                             \
    X(k_m)                                                                                                             \
    X(k_si)                                                                                                            \
    X(chi0)                                                                                                            \
    X(chiI)                                                                                                            \
    X(chiY)                                                                                                            \
    X(chiB)                                                                                                            \
    X(phiN) X(phiI) X(k_at) X(aN) X(aI) X(aU) X(k_hy) X(k_af) X(f0) X(fI) X(k_lip) X(k_mat) X(k_r1) X(k_r2) X(hD)      \
        X(hI) X(hO) X(hX) X(k_ht) X(k_hr) X(bX1) X(bX2) X(bH) X(bS) X(B50) X(pS) X(pB) X(pZ) X(pL) X(P50) X(beta)      \
            X(cap0) X(cH) X(cX) X(k_nd) X(k_nr) X(k_S) X(sD) X(sI) X(sT) X(sP) X(sE) X(sN) X(sG) X(yS) X(k_y) X(k_yr)  \
                X(iD) X(iO) X(iF) X(iP) X(k_I) X(k_T) X(tO) X(tS) X(tI) X(tG) X(tQ) X(tT) X(k_e) X(k_er) X(k_ed)       \
                    X(k_z) X(k_zr) X(gLay) X(gUD) X(gCon) X(Nmin) X(gSat) X(gLoc) X(gHalf) X(nrsHalf) X(ndiHalf)
/* What a person's parameters and modifiers boil down to; constant between breaks of the schedule. */
#define FSC_CYCLE_DERIVED(X)                                                                                           \
    X(act)                                                                                                             \
    X(rho)                                                                                                             \
    X(load0)                                                                                                           \
    X(obese)                                                                                                           \
    X(overload0)                                                                                                       \
    X(stressS)                                                                                                         \
    X(stressT)                                                                                                         \
    X(gFree) X(invB50) X(invP50) X(sens) X(fatN) X(fatI) X(fill) X(regrow) X(regrowN) X(mend) X(resolve) X(gBeside)

enum {
#define FSC_CYCLE_ENUM(name) FSC_P_##name,
    FSC_CYCLE_PARAMETERS(FSC_CYCLE_ENUM) FSC_P_N,
    FSC_P_derived = FSC_P_N - 1,
    FSC_CYCLE_DERIVED(FSC_CYCLE_ENUM)
#undef FSC_CYCLE_ENUM
        FSC_P_ALL
};
_Static_assert((int)FSC_P_N == FSC_CYCLE_N_PARAMETER, "the header's count of parameters");

/* Effects of treatment on a site, in the order of the columns of data/cycle/treatments.tsv; hold stands for 1 - relax.
 */
enum {
    FSC_EFFECT_release,
    FSC_EFFECT_remodel_young,
    FSC_EFFECT_remodel_mature,
    FSC_EFFECT_hold,
    FSC_EFFECT_end_plate,
    FSC_EFFECT_resolve,
    FSC_EFFECT_trigger,
    FSC_EFFECT_repair_gain,
    FSC_EFFECT_load_moving,
    FSC_EFFECT_load_plain,
    FSC_EFFECT_use_gain,
    FSC_EFFECT_regain_calm,
    FSC_EFFECT_regain_gain,
    FSC_EFFECT_fat_loss_gain,
    FSC_EFFECT_N
};

typedef struct fsc_cycle_rule {
    double damage, lysis, adhesion_factor, nerve_factor, relief;
} fsc_cycle_rule;

enum { FSC_LAYER_N = 6, FSC_LAYER_DEEP = 0, FSC_LEVEL_MAX = 32 };

struct fsc_cycle {
    int32_t n_site, n_level, n_state;
    fsc_cycle_site *site;               /* owned */
    int32_t *layer;                     /* [n_site] row of layers.tsv */
    int32_t *offset;                    /* [n_site] first state of a site */
    int32_t *first;                     /* [n_level + 1] first site of a level */
    int32_t *level_offset;              /* [n_level] */
    int32_t *up, *down, *contra;        /* [n_site] neighbour sites or -1 */
    double *layer_share;                /* [n_site] 1 / other layers on the same level and side */
    double *side_share;                 /* [n_site] 1 / neighbours up and down (0 when none) */
    double *tone_weight, *stiff_weight; /* [n_site], sum 1 over a level */
    double *exposure;                   /* [n_site] of the supplying nerve */
    double *reach[3];                   /* [n_site] full, self, therapist */
    double *strain_share;               /* [n_site] */
    fsc_cycle_parameter parameter[FSC_CYCLE_N_PARAMETER];
    double effect[FSC_CYCLE_N_TREATMENT][FSC_EFFECT_N]; /* as tabled; FSC_EFFECT_hold holds relax */
    int32_t effect_reach[FSC_CYCLE_N_TREATMENT];        /* index into reach */
    double grade_dose[3];
    fsc_cycle_rule rule[2][2][2]; /* [open, MIS][operated, adjacent][deep, intermediate] */
    fsc_cycle_honesty honesty;
    char sentence[200];
    /* Tables that names point into; owned. */
    fsc_table parameters, layers, levels, treatments, events;
    void *block; /* all arrays above */
};

/* People side by side: value[index * width + lane]. Everything the right-hand side needs besides the state. */
typedef struct fsc_cast {
    const fsc_cycle *model;
    int32_t width;   /* 1 or FSC_LANES */
    int32_t treated; /* non-zero: effect is in force */
    double *p;       /* [FSC_P_ALL] parameters and derived constants */
    double *fat0;    /* [n_site] baseline fat */
    double *inv_c0;  /* [n_site] 1 / healthy contractile share */
    double *relief;  /* [n_level] factor on compression */
    double *effect;  /* [n_site][FSC_EFFECT_N] */
    /* Workspace of one evaluation. */
    double *deficit;                    /* [n_site] 1 - strength */
    double *inflamed;                   /* [n_site] I / (I + 1/2) */
    double *guard;                      /* [n_site] tone */
    double *side_total;                 /* [n_level][2] sum of deficits */
    double *immobile, *compress, *sens; /* [n_level] B, P, E */
    double *zero;                       /* [1] */
    void *block;
} fsc_cast;

enum { FSC_LANES = 8 };

FSC_MUST_USE fsc_status fsc_cast_new(fsc_cast *cast, const fsc_cycle *model, int32_t width, fsc_error *err);
void fsc_cast_free(fsc_cast *cast);
/* Puts a person into a lane for the days around day: parameters, baseline, modifiers. Returns FSC_E_RANGE when a value
 * makes no sense. who names the person in errors. */
FSC_MUST_USE fsc_status fsc_cast_seat(fsc_cast *cast, int32_t lane, const fsc_cycle_person *person, int64_t who,
                                      fsc_error *err);
/* Sets the treatments in force on [day, next break) for a lane; updates nothing else. Returns 1 when there are any. */
int fsc_cast_treat(fsc_cast *cast, int32_t lane, const fsc_cycle_person *person, double day);
/* Applies an event to one lane of y (width lanes). */
void fsc_cast_strike(fsc_cast *cast, int32_t lane, double *y, const fsc_cycle_event *event);

/* The share of a site in its level's pain, before its weight. */
static inline double fsc_site_pain(double d, double inflamed, double trigger, double tone) {
    return 2 * d + 0.5 * inflamed + 0.5 * trigger + 0.4 * tone;
}

/* Reads quantities and outcome off one lane of y, right after the levels of y were evaluated in cast. value gets
 * n_quantity x n_site numbers (may be NULL when n_quantity is 0); level needs n_level numbers. */
void fsc_observe(const fsc_cast *cast, int32_t lane, const double *y, const fsc_cycle_quantity *quantity,
                 int32_t n_quantity, double *value, fsc_cycle_outcome *outcome, double *level);

/* dy/dt of one person (width 1) and of FSC_LANES people. The same equations, the same bits. */
void fsc_rhs_one(const fsc_cast *cast, const double *y, double *dy);
/* Only what levels share (immobile, compress) and sites lend (deficit, inflamed). */
void fsc_levels_one(const fsc_cast *cast, const double *y);

typedef struct fsc_lane_stage {
    double a, b, e, h;
} fsc_lane_stage;

/* The work on FSC_LANES people, compiled once per instruction set. */
typedef struct fsc_lane_kernels {
    const char *name;
    void (*rhs)(const fsc_cast *cast, const double *y, double *dy);
    void (*levels)(const fsc_cast *cast, const double *y);
    /* One stage in place: with f = f(y): q <- a q + h f; error += e h f; y <- y + b q. */
    void (*stage)(const fsc_cast *cast, double *y, double *q, float *error, const fsc_lane_stage *c);
    /* The first stage, whose f is known and whose a is 0; starts error anew. n counts states. */
    void (*first_stage)(int64_t n, const double *y, const double *f, double *q, float *error, double *next,
                        const fsc_lane_stage *c);
    /* Worst lane's root mean square of (error + weight f) against absolute + relative max(|y|, |next|); NaN if any is.
     */
    double (*norm)(int64_t n, const double *y, const double *next, const float *error, const double *f, double weight,
                   double relative, double absolute);
    /* out[0], out[1] <- the smaller of itself and of the most negative pool, of the farthest way out of a box. */
    void (*bounds)(const fsc_cycle *model, const double *y, double out[2], int n_people);
} fsc_lane_kernels;
const fsc_lane_kernels *fsc_lane_kernels_best(void);

#endif
