/* What can be known: Fisher information of four visits, preconditioned by the prior, for people who recover, who sit
 * near the threshold and who stay sick. Slopes are central differences of the batched solver at tight tolerance; the
 * test holds them against CVODES' forward sensitivities. */
#include "alloc.h"
#include "dense.h"
#include "fail.h"
#include "study.h"

#include <fascicle/identify.h>
#include <math.h>
#include <string.h>

/* Factors on a log scale; dose and baseline fat first. */
static const char *const factor_word[] = {"dose", "baseline_fat", "k_c",  "phiN", "phiI",  "chiI",  "k_nd",
                                          "k_nr", "Nmin",         "k_y",  "k_yr", "k_m",   "k_si",  "k_at",
                                          "aN",   "aI",           "k_af", "k_hy", "k_lip", "k_mat", "k_r1",
                                          "k_r2", "hD",           "k_ht", "k_I",  "iD",    "P50",   "B50"};
enum { N_FACTOR = sizeof factor_word / sizeof *factor_word, N_VISIT = 4, N_CASE = 3, N_DESIGN = 3 };
static const double visit_day[N_VISIT] = {4, 14, 90, 365}, log_step = 0.02;
static const char *const case_word[N_CASE] = {"recovering", "near threshold", "sick"};
static const double case_dose[N_CASE] = {0.20, 0.50, 0.70};
static const char *const design_word[N_DESIGN] = {"PDFF, deep mean, 4 visits (sd 1 pp)",
                                                  "PDFF, every site, 4 visits (sd 1 pp)",
                                                  "PDFF, size, T2, stiffness, strength, NDI, deep mean, 4 visits"};
static const fsc_cycle_quantity panel[5] = {FSC_CYCLE_PDFF, FSC_CYCLE_CSA, FSC_CYCLE_T2, FSC_CYCLE_STIFFNESS,
                                            FSC_CYCLE_STRENGTH};
static const double panel_sd[6] = {0.01, 0.04, 0.02, 0.15, 0.06, 5}; /* the last is NDI */

typedef struct fsc_identify {
    fsc_cycle *neck;
    fsc_cycle_set set;
    double prior_sd[N_FACTOR];
    fsc_cycle_person *person; /* plus and minus for each factor */
    fsc_cycle_event *event;
    double *amount;
    uint8_t *deep;
} fsc_identify;

static fsc_status set_person(fsc_identify *s, int32_t at, double dose, int32_t factor, double move, fsc_error *err) {
    fsc_cycle_person *person = &s->person[at];
    fsc_cycle_person_init(person, s->neck, s->set);
    if (factor == 0) dose *= exp(move);
    if (factor == 1) person->deep_fat_shift = 0.16 * (exp(move) - 1);
    if (factor > 1) person->parameter[fsc_cycle_find_parameter(s->neck, factor_word[factor])] *= exp(move);
    double *amount = s->amount + (int64_t)at * fsc_cycle_n_site(s->neck);
    FSC_TRY(fsc_cycle_strain_profile(amount, s->neck, fmin(dose, 0.9), "C4", "C7", err));
    s->event[at] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, amount};
    person->event = &s->event[at];
    person->n_event = 1;
    return FSC_OK;
}

static double deep_mean(const fsc_identify *s, const double *value) {
    double sum = 0, n = 0;
    for (int32_t i = 0; i < fsc_cycle_n_site(s->neck); i++)
        if (s->deep[i]) sum += value[i], n += 1;
    return sum / n;
}

/* Adds the outer product of one observation's slopes, scaled by prior and noise. */
static void add_observation(double *information, const double *slope, const double *prior_sd, double sd) {
    for (int32_t a = 0; a < N_FACTOR; a++)
        for (int32_t b = 0; b < N_FACTOR; b++)
            information[a * N_FACTOR + b] += slope[a] * prior_sd[a] * slope[b] * prior_sd[b] / (sd * sd);
}

static void inform(const fsc_identify *s, const fsc_cycle_run *run, int32_t design, double *information) {
    const int32_t n_site = fsc_cycle_n_site(s->neck);
    double slope[N_FACTOR];
    const double inv = 1 / (2 * log_step);
    for (int32_t d = 0; d < N_VISIT; d++) {
        const int32_t n_observation = design == 0 ? 1 : design == 1 ? n_site : 6;
        for (int32_t o = 0; o < n_observation; o++) {
            for (int32_t k = 0; k < N_FACTOR; k++) {
                const int64_t plus = 2 * k, minus = 2 * k + 1;
                if (design == 1)
                    slope[k] = fsc_cycle_run_at(run, plus, d, 0)[o] - fsc_cycle_run_at(run, minus, d, 0)[o];
                else if (o < 5)
                    slope[k] = deep_mean(s, fsc_cycle_run_at(run, plus, d, o)) -
                               deep_mean(s, fsc_cycle_run_at(run, minus, d, o));
                else
                    slope[k] = run->outcome[plus * N_VISIT + d].ndi - run->outcome[minus * N_VISIT + d].ndi;
                slope[k] *= inv;
            }
            add_observation(information, slope, s->prior_sd, design == 1 ? panel_sd[0] : panel_sd[o]);
        }
    }
}

static void judge(const double *information, fsc_cycle_design *out) {
    double matrix[N_FACTOR * N_FACTOR], value[N_FACTOR], column[N_FACTOR];
    memcpy(matrix, information, sizeof matrix);
    fsc_dense_eigenvalues(matrix, value, N_FACTOR);
    for (int32_t k = 0; k < N_FACTOR; k++) out->n_informed += value[k] > 1;
    memcpy(out->eigenvalue, value, sizeof out->eigenvalue);
    memcpy(matrix, information, sizeof matrix);
    for (int32_t k = 0; k < N_FACTOR; k++) matrix[k * N_FACTOR + k] += 1;
    for (int32_t k = 0; k < N_FACTOR; k++) {
        memset(column, 0, sizeof column);
        column[k] = 1;
        if (k == 0)
            fsc_dense_solve(matrix, column, N_FACTOR);
        else
            fsc_dense_back(matrix, column, N_FACTOR);
        out->shrinkage[k] = 1 - sqrt(column[k]);
    }
}

static fsc_status run_case(fsc_identify *s, int32_t which, fsc_cycle_design *design, fsc_error *err) {
    for (int32_t k = 0; k < N_FACTOR; k++) {
        FSC_TRY(set_person(s, 2 * k, case_dose[which], k, log_step, err));
        FSC_TRY(set_person(s, 2 * k + 1, case_dose[which], k, -log_step, err));
    }
    const fsc_cycle_plan plan = {.day = visit_day,
                                 .n_day = N_VISIT,
                                 .quantity = panel,
                                 .n_quantity = 5,
                                 .relative_tolerance = 1e-7,
                                 .absolute_tolerance = 1e-9};
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_cycle_simulate(&run, s->neck, s->person, 2 * N_FACTOR, &plan, NULL, err));
    for (int32_t d = 0; d < N_DESIGN; d++) {
        double information[N_FACTOR * N_FACTOR] = {0};
        design[d] = (fsc_cycle_design){.name = design_word[d], .person = case_word[which]};
        inform(s, run, d, information);
        judge(information, &design[d]);
    }
    fsc_cycle_run_free(run);
    return FSC_OK;
}

static fsc_status run_study(fsc_identify *s, fsc_cycle_identifiability *out, const fsc_progress *progress,
                            fsc_error *err) {
    FSC_TRY(fsc_study_neck(&s->neck, err));
    const int32_t n_site = fsc_cycle_n_site(s->neck);
    s->person = fsc_alloc(2 * N_FACTOR, sizeof *s->person);
    s->event = fsc_alloc(2 * N_FACTOR, sizeof *s->event);
    s->amount = fsc_alloc(2 * (int64_t)N_FACTOR * n_site, sizeof *s->amount);
    s->deep = fsc_alloc(n_site, sizeof *s->deep);
    out->design = fsc_alloc(N_CASE * N_DESIGN, sizeof *out->design);
    if (!s->person || !s->event || !s->amount || !s->deep || !out->design)
        return fsc_fail_nomem(err, "the cycle's identifiability");
    FSC_TRY(fsc_cycle_strain_profile(s->amount, s->neck, 1, "C4", "C7", err));
    for (int32_t i = 0; i < n_site; i++)
        s->deep[i] = s->amount[i] > 0 && strcmp(fsc_cycle_site_at(s->neck, i)->layer, "deep") == 0;
    s->prior_sd[0] = 0.6;
    s->prior_sd[1] = 0.15;
    for (int32_t k = 0; k < N_FACTOR; k++) {
        out->factor[k] = factor_word[k];
        if (k < 2) continue;
        const double sd =
            fsc_cycle_parameter_at(s->neck, fsc_cycle_find_parameter(s->neck, factor_word[k]))->prior_log_sd;
        s->prior_sd[k] = sd;
    }
    for (int32_t c = 0; c < N_CASE; c++) {
        FSC_TRY(fsc_progress_step(progress, "identifiability", (double)c / N_CASE, err));
        FSC_TRY(run_case(s, c, out->design + c * N_DESIGN, err));
    }
    out->n_design = N_CASE * N_DESIGN;
    out->n_factor = N_FACTOR;
    return FSC_OK;
}

fsc_status fsc_cycle_identify(fsc_cycle_identifiability **out, fsc_cycle_set set, const fsc_progress *progress,
                              fsc_error *err) {
    *out = NULL;
    if ((int)set < 0 || set >= FSC_CYCLE_N_SET)
        return fsc_fail(err, FSC_E_ARG, "identifiability: no such parameter set");
    fsc_cycle_identifiability *table = fsc_alloc(1, sizeof *table);
    if (!table) return fsc_fail_nomem(err, "the cycle's identifiability");
    fsc_identify study = {.set = set};
    const fsc_status status = run_study(&study, table, progress, err);
    fsc_cycle_free(study.neck);
    fsc_free(study.person);
    fsc_free(study.event);
    fsc_free(study.amount);
    fsc_free(study.deep);
    if (status != FSC_OK) {
        fsc_cycle_identifiability_free(table);
        return status;
    }
    *out = table;
    return FSC_OK;
}

void fsc_cycle_identifiability_free(fsc_cycle_identifiability *identifiability) {
    if (!identifiability) return;
    fsc_free(identifiability->design);
    fsc_free(identifiability);
}
