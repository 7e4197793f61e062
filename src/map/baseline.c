#include "baseline.h"

#include "alloc.h"
#include "cell.h"
#include "fail.h"
#include "format.h"
#include "table.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[FSC_BASELINE_N] = {
    "level T9",    "level T10",    "level T11",       "level T12",  "level L1",  "level L2",    "level L3",
    "level L4",    "level L5",     "level S1",        "sex",        "age",       "age_caudal",  "multifidus",
    "two_point",   "spin_echo",    "psoas",           "psoas_sex",  "psoas_age", "psoas_level", "psoas_spin_echo",
    "lumborum",    "lumborum_sex", "lumborum_age",    "neck_C3",    "neck_T1",   "neck_sex",    "neck_age",
    "log_sd_back", "log_sd_psoas", "log_sd_lumborum", "log_sd_neck"};

const char *fsc_baseline_name(int32_t parameter) {
    return names[parameter];
}

int32_t fsc_baseline_muscle_of(const char *keys) {
    static const char *const word[] = {"multifidus",  "erector_spinae",     "multifidus+erector_spinae",
                                       "psoas_major", "quadratus_lumborum", "semispinalis_cervicis_multifidus"};
    for (int32_t i = 0; i < (int32_t)(sizeof word / sizeof *word); i++)
        if (strcmp(word[i], keys) == 0) return i;
    return -1;
}

int32_t fsc_baseline_method_of(const char *method_class) {
    static const char *const word[] = {FSC_METHOD_CLASS_MULTI_ECHO, FSC_METHOD_CLASS_TWO_POINT,
                                       FSC_METHOD_CLASS_SPIN_ECHO};
    for (int32_t i = 0; i < 3; i++)
        if (strcmp(word[i], method_class) == 0) return i;
    return -1;
}

/* The levels at which the model has bends or ends, as orders. */
static double at_level(const char *level) {
    return fsc_level_order(level);
}

/* Decades from 45 years: where the parameters of the levels stand. */
static double decades(const fsc_baseline_at *at) {
    return (at->age_years - 45) / 10;
}

static int weigh_back(double *w, const fsc_baseline_at *at) {
    const double from = at->order - at_level("T9");
    if (!(from >= 0 && from <= FSC_BASELINE_LEVELS - 1)) return 0;
    if (at->muscle == FSC_BASELINE_IS_MULTIFIDUS && at->order < at_level("T12")) return 0;
    const int32_t i = from < FSC_BASELINE_LEVELS - 1 ? (int32_t)from : FSC_BASELINE_LEVELS - 2;
    w[i] = 1 - (from - i);
    w[i + 1] = from - i;
    w[FSC_BASELINE_SEX] = at->women - 0.5;
    w[FSC_BASELINE_AGE] = decades(at);
    w[FSC_BASELINE_AGE_CAUDAL] = decades(at) * fmax(0, at->order - at_level("L2"));
    w[FSC_BASELINE_MULTIFIDUS] = at->muscle == FSC_BASELINE_IS_MULTIFIDUS;
    w[FSC_BASELINE_TWO_POINT] = at->method == FSC_BASELINE_BY_TWO_POINT;
    w[FSC_BASELINE_SPIN_ECHO] = at->method == FSC_BASELINE_BY_SPIN_ECHO;
    return 1;
}

static int weigh_psoas(double *w, const fsc_baseline_at *at) {
    if (!(at->order >= at_level("L1") && at->order <= at_level("L5"))) return 0;
    w[FSC_BASELINE_PSOAS] = 1;
    w[FSC_BASELINE_PSOAS_SEX] = at->women - 0.5;
    w[FSC_BASELINE_PSOAS_AGE] = decades(at);
    w[FSC_BASELINE_PSOAS_LEVEL] = at->order - at_level("L3");
    w[FSC_BASELINE_TWO_POINT] = at->method == FSC_BASELINE_BY_TWO_POINT;
    w[FSC_BASELINE_PSOAS_SPIN_ECHO] = at->method == FSC_BASELINE_BY_SPIN_ECHO;
    return 1;
}

static int weigh_lumborum(double *w, const fsc_baseline_at *at) {
    if (at->method != FSC_BASELINE_BY_SPIN_ECHO || !(at->order >= at_level("L1") && at->order <= at_level("L5")))
        return 0;
    w[FSC_BASELINE_LUMBORUM] = 1;
    w[FSC_BASELINE_LUMBORUM_SEX] = at->women - 0.5;
    w[FSC_BASELINE_LUMBORUM_AGE] = decades(at);
    return 1;
}

static int weigh_neck(double *w, const fsc_baseline_at *at) {
    const double first = at_level("C3"), last = at_level("T1");
    if (!(at->order >= first && at->order <= last)) return 0;
    const double down = (at->order - first) / (last - first);
    w[FSC_BASELINE_NECK_C3] = 1 - down;
    w[FSC_BASELINE_NECK_T1] = down;
    w[FSC_BASELINE_NECK_SEX] = at->women - 0.5;
    w[FSC_BASELINE_NECK_AGE] = decades(at);
    w[FSC_BASELINE_TWO_POINT] = at->method == FSC_BASELINE_BY_TWO_POINT;
    return at->method != FSC_BASELINE_BY_SPIN_ECHO;
}

int fsc_baseline_weights(double weight[FSC_BASELINE_N], const fsc_baseline_at *at) {
    memset(weight, 0, FSC_BASELINE_N * sizeof *weight);
    switch (at->muscle) {
    case FSC_BASELINE_IS_MULTIFIDUS:
    case FSC_BASELINE_IS_ERECTOR: return weigh_back(weight, at);
    case FSC_BASELINE_IS_PSOAS: return weigh_psoas(weight, at);
    case FSC_BASELINE_IS_LUMBORUM: return weigh_lumborum(weight, at);
    case FSC_BASELINE_IS_NECK: return weigh_neck(weight, at);
    default: return 0;
    }
}

double fsc_baseline_share(const fsc_baseline_assumed *assumed, double order) {
    const double from = fmin(fmax(order - at_level("L1"), 0), 4);
    const int32_t i = from < 4 ? (int32_t)from : 3;
    return assumed->multifidus_share[i] * (1 - (from - i)) + assumed->multifidus_share[i + 1] * (from - i);
}

static fsc_status read_named(double *value, double *sd, const fsc_table *table, const char *name, fsc_error *err) {
    for (int32_t row = 0; row < table->n_row; row++) {
        if (strcmp(fsc_table_get(table, row, "name"), name) != 0) continue;
        *value = fsc_table_number(table, row, "value");
        if (sd) *sd = fsc_table_number(table, row, "sd");
        if (isfinite(*value) && (!sd || *sd > 0)) return FSC_OK;
    }
    return fsc_fail(err, FSC_E_FORMAT, "built-in table baseline_assumed.tsv has no good row '%s'", name);
}

static fsc_status read_priors(fsc_baseline_assumed *out, const fsc_table *table, fsc_error *err) {
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) {
        char name[48];
        fsc_format(name, sizeof name, "prior %s", k < FSC_BASELINE_LEVELS ? "level" : names[k]);
        FSC_TRY(read_named(&out->prior_mean[k], &out->prior_sd[k], table, name, err));
    }
    return FSC_OK;
}

fsc_status fsc_baseline_assumed_read(fsc_baseline_assumed *out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "baseline_assumed.tsv", err));
    double *const spread[] = {
        &out->between_study_sd, &out->level_roughness_sd, &out->shape_sd,           &out->shape_sd_l3,
        &out->shape_sd_outside, &out->shape_sd_neck,      &out->method_borrowed_sd, &out->flat};
    static const char *const word[] = {"between_study_sd", "level_roughness_sd", "shape_sd",           "shape_sd_L3",
                                       "shape_sd_outside", "shape_sd_neck",      "method_borrowed_sd", "flat"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) FSC_TRY(read_named(spread[i], NULL, &table, word[i], err));
    for (int32_t l = 0; l < 5; l++) {
        char name[48];
        fsc_format(name, sizeof name, "multifidus_share_L%d", (int)l + 1);
        FSC_TRY(read_named(&out->multifidus_share[l], NULL, &table, name, err));
    }
    return read_priors(out, &table, err);
}

static fsc_status read_parameters(fsc_baseline *b, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "baseline.tsv", err));
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) {
        if (k >= table.n_row || strcmp(fsc_table_get(&table, k, "name"), names[k]) != 0)
            return fsc_fail(err, FSC_E_FORMAT, "built-in table baseline.tsv: row %d must be '%s'; fit it anew",
                            (int)k + 1, names[k]);
        b->mean[k] = fsc_table_number(&table, k, "mean");
        const int32_t n =
            fsc_list_read(b->covariance + k * FSC_BASELINE_N, FSC_BASELINE_N, fsc_table_get(&table, k, "covariance"));
        if (!isfinite(b->mean[k]) || n != FSC_BASELINE_N)
            return fsc_fail(err, FSC_E_FORMAT, "built-in table baseline.tsv: row '%s' is malformed", names[k]);
    }
    return FSC_OK;
}

FSC_DEFINE_AUTO(fsc_baseline, fsc_baseline_free)

fsc_status fsc_baseline_builtin(fsc_baseline **out, fsc_error *err) {
    FSC_AUTO(fsc_baseline) b = fsc_alloc(1, sizeof *b);
    if (b) b->assumed = fsc_alloc(1, sizeof *b->assumed);
    if (!b || !b->assumed) return fsc_fail_nomem(err, "reading the baseline");
    FSC_TRY(fsc_baseline_assumed_read(b->assumed, err));
    FSC_TRY(read_parameters(b, err));
    FSC_GIVE(out, b);
    return FSC_OK;
}

void fsc_baseline_free(fsc_baseline *baseline) {
    if (baseline) fsc_free(baseline->assumed);
    fsc_free(baseline);
}

double fsc_baseline_logit(const fsc_baseline *baseline, const fsc_baseline_at *at) {
    double w[FSC_BASELINE_N], sum = 0;
    if (!fsc_baseline_weights(w, at)) return (double)NAN;
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) sum += w[k] * baseline->mean[k];
    return sum;
}

double fsc_baseline_person_sd(const fsc_baseline *baseline, fsc_baseline_muscle muscle) {
    static const int32_t which[] = {FSC_BASELINE_LOG_SD_BACK,  FSC_BASELINE_LOG_SD_BACK,     FSC_BASELINE_LOG_SD_BACK,
                                    FSC_BASELINE_LOG_SD_PSOAS, FSC_BASELINE_LOG_SD_LUMBORUM, FSC_BASELINE_LOG_SD_NECK};
    return exp(baseline->mean[which[muscle]]);
}

/* SD of a site's own departure from the common curve. */
static double shape_sd(const fsc_baseline *b, const fsc_baseline_at *at) {
    const fsc_baseline_assumed *a = b->assumed;
    const int back = at->muscle == FSC_BASELINE_IS_MULTIFIDUS || at->muscle == FSC_BASELINE_IS_ERECTOR;
    if (at->muscle == FSC_BASELINE_IS_NECK)
        return at->order > at_level("C3") && at->order < at_level("T1") ? a->shape_sd_neck : a->shape_sd;
    if (back &&
        (at->order > at_level("L5") || (at->muscle == FSC_BASELINE_IS_MULTIFIDUS && at->order < at_level("L1"))))
        return a->shape_sd_outside;
    return back && fabs(at->order - at_level("L3")) < 0.5 ? a->shape_sd_l3 : a->shape_sd;
}

/* Whether the method offset of this muscle comes from others: only the back was measured by 2-point. */
static int borrows_method(const fsc_baseline_at *at) {
    return at->method == FSC_BASELINE_BY_TWO_POINT &&
           (at->muscle == FSC_BASELINE_IS_PSOAS || at->muscle == FSC_BASELINE_IS_NECK);
}

double fsc_baseline_error(const fsc_baseline *baseline, const fsc_baseline_at *a, const fsc_baseline_at *b) {
    double wa[FSC_BASELINE_N], wb[FSC_BASELINE_N];
    if (!fsc_baseline_weights(wa, a) || !fsc_baseline_weights(wb, b)) return (double)NAN;
    const fsc_baseline_assumed *assumed = baseline->assumed;
    double sum = assumed->between_study_sd * assumed->between_study_sd;
    for (int32_t i = 0; i < FSC_BASELINE_N; i++)
        for (int32_t j = 0; wa[i] != 0 && j < FSC_BASELINE_N; j++)
            sum += wa[i] * wb[j] * baseline->covariance[i * FSC_BASELINE_N + j];
    if (a->muscle != b->muscle) return sum;
    if (borrows_method(a)) sum += assumed->method_borrowed_sd * assumed->method_borrowed_sd;
    if (a->order == b->order) sum += shape_sd(baseline, a) * shape_sd(baseline, a);
    return sum;
}

int32_t fsc_list_read(double *out, int32_t max, const char *text) {
    if (!*text || strcmp(text, "n/a") == 0) return 0;
    int32_t n = 0;
    for (const char *at = text;;) {
        char *end;
        const double value = fsc_scan_number(at, &end);
        if (end == at || !isfinite(value) || n == max) return -1;
        out[n++] = value;
        if (*end == 0) return n;
        if (*end != ';') return -1;
        at = end + 1;
    }
}
