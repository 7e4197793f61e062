/* What matters: Sobol indices by Saltelli's design (2010) and Jansen's estimators (1999), with bootstrap error bars. */
#include "alloc.h"
#include "fail.h"
#include "random.h"
#include "study.h"

#include <fascicle/sensitivity.h>
#include <math.h>
#include <string.h>

enum { N_BOOT = 200, N_OUT = 2, FACTORS_MAX = 40 };

/* Modifiers, strain and baseline fat: ranges drawn from, and where they rest when they are not drawn. */
typedef struct fsc_lever {
    const char *name;
    double low, high, rest;
} fsc_lever;
static const fsc_lever lever[] = {{"activity", 0.75, 1.25, 1},  {"posture_load", 0.92, 1.10, 1},
                                  {"stress", 0, 0.6, 0.21},     {"sleep_deficit", 0, 0.5, 0.15},
                                  {"bmi_excess", -0.2, 1, 0.4}, {"repair", 0.75, 1.2, 0.975},
                                  {"dose", 0.08, 0.5, 0.29},    {"baseline_fat", 0.13, 0.20, 0.165}};
enum { N_LEVER = sizeof lever / sizeof *lever, LEVER_DOSE = 6, LEVER_FAT = 7 };
/* The leaders of the first version's screening (Morris, 83 factors). */
static const char *const leader[] = {"dose",          "stress", "activity", "repair",     "sG",
                                     "sleep_deficit", "tT",     "bS",       "bmi_excess", "sP"};

typedef struct fsc_sobol_study {
    fsc_cycle *neck;
    fsc_cycle_set set;
    int32_t n_factor;
    int32_t lever[FACTORS_MAX];     /* index into lever, or -1 */
    int32_t parameter[FACTORS_MAX]; /* index of a parameter, or -1 */
    int64_t n_base;
    fsc_cycle_person *person;
    fsc_cycle_event *event;
    double *amount;
    fsc_study_curve *curve;
    double *y; /* [n_factor + 2][n_base][N_OUT]: A, B, then A with one column of B */
} fsc_sobol_study;

static fsc_status find_factor(fsc_sobol_study *s, int32_t k, const char *name, fsc_error *err) {
    s->lever[k] = s->parameter[k] = -1;
    for (int32_t j = 0; j < N_LEVER; j++)
        if (strcmp(lever[j].name, name) == 0) s->lever[k] = j;
    if (s->lever[k] < 0) s->parameter[k] = fsc_cycle_find_parameter(s->neck, name);
    if (s->lever[k] >= 0 || s->parameter[k] >= 0) return FSC_OK;
    return fsc_fail(err, FSC_E_ARG, "sensitivity: no factor %s; name a parameter, a modifier, dose or baseline_fat",
                    name);
}

static void range_of(const fsc_sobol_study *s, int32_t k, double *low, double *high) {
    if (s->lever[k] >= 0) {
        *low = lever[s->lever[k]].low;
        *high = lever[s->lever[k]].high;
        return;
    }
    const fsc_cycle_parameter *p = fsc_cycle_parameter_at(s->neck, s->parameter[k]);
    const double spread = exp(fmin(p->prior_log_sd, 0.3));
    *low = p->value[s->set] / spread;
    *high = p->value[s->set] * spread;
}

/* Person number at: block (A, B, or A with column block - 2 of B) and row. */
static fsc_status set_person(fsc_sobol_study *s, int64_t at, int32_t block, int64_t row, uint64_t seed,
                             fsc_error *err) {
    fsc_cycle_person *person = &s->person[at];
    double rest[N_LEVER];
    fsc_cycle_person_init(person, s->neck, s->set);
    for (int32_t j = 0; j < N_LEVER; j++) rest[j] = lever[j].rest;
    for (int32_t k = 0; k < s->n_factor; k++) {
        const int from_b = block == 1 || block == k + 2;
        const double u = fsc_random_uniform(seed, (uint64_t)row, (uint64_t)(2 * k + from_b));
        double low, high;
        range_of(s, k, &low, &high);
        if (s->lever[k] >= 0)
            rest[s->lever[k]] = low + u * (high - low);
        else
            person->parameter[s->parameter[k]] = low + u * (high - low);
    }
    person->modifiers = (fsc_cycle_modifiers){rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]};
    person->deep_fat_shift = rest[LEVER_FAT] - 0.16;
    double *amount = s->amount + at * fsc_cycle_n_site(s->neck);
    FSC_TRY(fsc_cycle_strain_profile(amount, s->neck, rest[LEVER_DOSE], "C4", "C7", err));
    s->event[at] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, amount};
    person->event = &s->event[at];
    person->n_event = 1;
    return FSC_OK;
}

static double *cell(const fsc_sobol_study *s, int32_t block, int64_t row) {
    return s->y + ((int64_t)block * s->n_base + row) * N_OUT;
}

static fsc_status run_block(fsc_sobol_study *s, int32_t block, uint64_t seed, int32_t n_threads, fsc_error *err) {
    for (int64_t row = 0; row < s->n_base; row++) FSC_TRY(set_person(s, row, block, row, seed, err));
    FSC_TRY(fsc_study_curves(s->curve, s->neck, s->person, s->n_base, n_threads, NULL, NULL, err));
    for (int64_t row = 0; row < s->n_base; row++) {
        cell(s, block, row)[0] = 100 * s->curve[row].pdff[FSC_STUDY_DAYS - 1];
        cell(s, block, row)[1] = s->curve[row].ndi[FSC_STUDY_DAYS - 1];
    }
    return FSC_OK;
}

/* First-order and total index of factor k for output out over rows picked by pick (NULL = all as they are). */
static void indices(const fsc_sobol_study *s, int32_t k, int out, const int64_t *pick, double *first, double *total) {
    double sum = 0, squares = 0, near_b = 0, near_a = 0;
    for (int64_t r = 0; r < s->n_base; r++) {
        const int64_t row = pick ? pick[r] : r;
        const double a = cell(s, 0, row)[out], b = cell(s, 1, row)[out], mixed = cell(s, k + 2, row)[out];
        sum += a + b;
        squares += a * a + b * b;
        near_b += (b - mixed) * (b - mixed);
        near_a += (a - mixed) * (a - mixed);
    }
    const double n = (double)s->n_base, variance = squares / (2 * n) - sum / (2 * n) * (sum / (2 * n));
    *first = variance > 0 ? 1 - near_b / (2 * n * variance) : (double)NAN;
    *total = variance > 0 ? near_a / (2 * n * variance) : (double)NAN;
}

static void bootstrap(const fsc_sobol_study *s, int32_t k, int out, int64_t *pick, uint64_t seed,
                      fsc_cycle_sobol_row *row) {
    double sum[2] = {0}, squares[2] = {0};
    for (int32_t b = 0; b < N_BOOT; b++) {
        for (int64_t r = 0; r < s->n_base; r++)
            pick[r] = (int64_t)(fsc_random_uniform(seed ^ 0xb007u, (uint64_t)b, (uint64_t)r) * (double)s->n_base);
        double value[2];
        indices(s, k, out, pick, &value[0], &value[1]);
        for (int j = 0; j < 2; j++) {
            sum[j] += value[j];
            squares[j] += value[j] * value[j];
        }
    }
    row->first_sd[out] = sqrt(fmax(0, squares[0] / N_BOOT - sum[0] / N_BOOT * (sum[0] / N_BOOT)));
    row->total_sd[out] = sqrt(fmax(0, squares[1] / N_BOOT - sum[1] / N_BOOT * (sum[1] / N_BOOT)));
}

static void sort_rows(fsc_cycle_sobol *sobol) {
    for (int32_t i = 1; i < sobol->n_row; i++) {
        const fsc_cycle_sobol_row moved = sobol->row[i];
        int32_t j = i;
        for (; j > 0 && sobol->row[j - 1].total[1] < moved.total[1]; j--) sobol->row[j] = sobol->row[j - 1];
        sobol->row[j] = moved;
    }
}

static fsc_status run_study(fsc_sobol_study *s, fsc_cycle_sobol *sobol, const char *const *factor, uint64_t seed,
                            int32_t n_threads, const fsc_progress *progress, fsc_error *err) {
    const int64_t n = s->n_base;
    FSC_TRY(fsc_study_neck(&s->neck, err));
    for (int32_t k = 0; k < s->n_factor; k++) FSC_TRY(find_factor(s, k, factor[k], err));
    s->person = fsc_alloc(n, sizeof *s->person);
    s->event = fsc_alloc(n, sizeof *s->event);
    s->amount = fsc_alloc(n * fsc_cycle_n_site(s->neck), sizeof *s->amount);
    s->curve = fsc_alloc(n, sizeof *s->curve);
    s->y = fsc_alloc((s->n_factor + 2) * n * N_OUT, sizeof *s->y);
    FSC_AUTO_BLOCK int64_t *pick = fsc_alloc(n, sizeof *pick);
    sobol->row = fsc_alloc(s->n_factor, sizeof *sobol->row);
    if (!s->person || !s->event || !s->amount || !s->curve || !s->y || !pick || !sobol->row)
        return fsc_fail_nomem(err, "the cycle's sensitivity");
    for (int32_t block = 0; block < s->n_factor + 2; block++) {
        FSC_TRY(fsc_progress_step(progress, "sensitivity", (double)block / (s->n_factor + 2), err));
        FSC_TRY(run_block(s, block, seed, n_threads, err));
    }
    sobol->n_row = s->n_factor;
    for (int32_t k = 0; k < s->n_factor; k++) {
        fsc_cycle_sobol_row *row = &sobol->row[k];
        row->factor = factor[k];
        range_of(s, k, &row->low, &row->high);
        for (int out = 0; out < N_OUT; out++) {
            indices(s, k, out, NULL, &row->first[out], &row->total[out]);
            bootstrap(s, k, out, pick, seed, row);
        }
    }
    sort_rows(sobol);
    return FSC_OK;
}

fsc_status fsc_cycle_sobol_run(fsc_cycle_sobol **out, fsc_cycle_set set, const char *const *factor, int32_t n_factor,
                               int64_t n_base, uint64_t seed, int32_t n_threads, const fsc_progress *progress,
                               fsc_error *err) {
    *out = NULL;
    if (!factor) {
        factor = leader;
        n_factor = sizeof leader / sizeof *leader;
    }
    if (n_factor < 1 || n_factor > FACTORS_MAX || n_base < 16 || (int)set < 0 || set >= FSC_CYCLE_N_SET)
        return fsc_fail(err, FSC_E_ARG, "sensitivity: give 1 to %d factors and at least 16 base samples", FACTORS_MAX);
    fsc_cycle_sobol *sobol = fsc_alloc(1, sizeof *sobol);
    if (!sobol) return fsc_fail_nomem(err, "the cycle's sensitivity");
    sobol->n_base = n_base;
    sobol->n_run = n_base * (n_factor + 2);
    fsc_sobol_study study = {.set = set, .n_factor = n_factor, .n_base = n_base};
    const fsc_status status = run_study(&study, sobol, factor, seed, n_threads, progress, err);
    fsc_cycle_free(study.neck);
    fsc_free(study.person);
    fsc_free(study.event);
    fsc_free(study.amount);
    fsc_free(study.curve);
    fsc_free(study.y);
    if (status != FSC_OK) {
        fsc_cycle_sobol_free(sobol);
        return status;
    }
    *out = sobol;
    return FSC_OK;
}

void fsc_cycle_sobol_free(fsc_cycle_sobol *sobol) {
    if (!sobol) return;
    fsc_free(sobol->row);
    fsc_free(sobol);
}
