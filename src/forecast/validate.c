/* The inference tried on simulated people whose truth is known and whose parameters all differ from the library's. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"
#include "units.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* One neck, three levels struck each on its own day, one scan so many days after the first injury. */
enum { SCANS = 3 };
static const double scan_day[SCANS] = {90, 270, 540};
#define FATTY 0.22
#define FAR_APART_DAY 120.0
enum { STRIKES = 3 };
#define LEAST_HELD 0.85
#define MOST_HELD 0.95
#define RESAMPLES 1000
#define STREAM_NOISE ((uint64_t)8 << 48)
#define STREAM_RESAMPLE ((uint64_t)9 << 48)

/* Errors of the simulated measurements. */
static const double noise_se[FSC_OBSERVED_N] = {0.01, 0.04, 0.02, 0.15, 0.10};

typedef struct tally {
    double pair, right, stated, far, far_right, onset, onset_error, prior_error;
    double square, persistence, width, log_score;
    double chosen, chosen_in90; /* what the forecasts expect of the sites chosen by outcome */
} tally;

/* One simulated person's sites and how many of them the bands held. fatty: measured so, or forecast so by the median;
 * chosen: truly so now or then, which nobody knows on the day of the scan. */
typedef struct held {
    double site, in90, in50, fatty, fatty_in90, chosen, chosen_in90;
} held;

typedef struct trial {
    const fsc_validation_options *opt;
    const fsc_cycle *model;
    const fsc_discrepancy *discrepancy; /* NULL = the table's */
    int scan;                           /* of scan_day */
    double done;                        /* share of the work */
    fsc_library *library, *truth;
    fsc_future ahead, truth_ahead; /* of all members, untreated */
    fsc_data data;                 /* one truth's measurements */
    double prior_age;              /* median age of the library's strikes */
    double *pdff;                  /* (FSC_PICKS, days) */
    double *scratch;               /* FSC_PICKS, and all strike ages */
    held *person;                  /* (FSC_TRUTH_N, 2, SCANS, n_truth) */
    tally sum[FSC_TRUTH_N][2];
} trial;

const char *fsc_truth_text(fsc_truth truth) {
    static const char *const text[FSC_TRUTH_N] = {"A", "B", "medians", "rival"};
    return truth >= 0 && truth < FSC_TRUTH_N ? text[truth] : "";
}

int fsc_coverage_verdict(const fsc_coverage *coverage) {
    if (coverage->n == 0) return -1;
    if (coverage->share >= LEAST_HELD && coverage->share <= MOST_HELD) return 0;
    return coverage->low <= MOST_HELD && coverage->high >= LEAST_HELD ? 1 : 2;
}

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Measurements of one truth at every site; the strength of a site is not measured. */
static void measure_truth(trial *t, int32_t member, int with_contrasts) {
    fsc_draw draw = {t->opt->seed,
                     STREAM_NOISE + ((uint64_t)t->scan << 40) + (uint64_t)member * 2 + (uint64_t)t->truth->story, 0};
    int32_t n = 0;
    for (int32_t level = 0; level < t->truth->n_level; level++) {
        for (int k = 0; k < FSC_LAYERS; k++) {
            for (int side = 0; side < 2; side++) {
                fsc_datum *d = &t->data.item[n++];
                *d = (fsc_datum){.level = level, .layer = k, .side = side};
                const int32_t site = t->data.site_index[level][k][side];
                for (int q = 0; q < FSC_OBSERVED_N; q++) {
                    const double truth = fsc_library_at(t->truth, member, 0, (fsc_observed)q)[site];
                    const double z = fsc_draw_normal(&draw);
                    const int seen = q == FSC_OBSERVED_PDFF || (with_contrasts && q != FSC_OBSERVED_STRENGTH);
                    d->value[q] = seen ? truth + noise_se[q] * z : (double)NAN;
                    d->variance[q] = noise_se[q] * noise_se[q];
                }
            }
        }
    }
    t->data.n = n;
}

static void score_order(tally *sum, const trial *t, const fsc_posterior *posterior, int32_t member) {
    const double *age = t->truth->strike_age + (int64_t)member * t->truth->n_level;
    for (int32_t i = 0; i < t->truth->n_level; i++) {
        if (isnan(age[i])) continue;
        double *own = t->scratch;
        int32_t n = 0;
        for (int32_t k = 0; k < FSC_PICKS; k++) {
            const fsc_pick p = posterior->level[i].pick[k];
            const double a = t->library->strike_age[(int64_t)p.member * t->library->n_level + p.level];
            if (isfinite(a)) own[n++] = a;
        }
        const double median = n > 0 ? fsc_band_of(own, n).p50 : t->prior_age;
        sum->onset += 1;
        sum->onset_error += fabs(median - age[i]);
        sum->prior_error += fabs(t->prior_age - age[i]);
        for (int32_t j = 0; j < i; j++) {
            if (isnan(age[j])) continue;
            const double p = fsc_share_before(t->library, &posterior->level[i], &posterior->level[j]);
            const double right = p == 0.5 ? 0.5 : (p > 0.5) == (age[i] > age[j]);
            const int far = fabs(age[i] - age[j]) >= FAR_APART_DAY;
            sum->pair += 1;
            sum->right += right;
            sum->stated += fmax(p, 1 - p);
            sum->far += far;
            sum->far_right += far ? right : 0;
        }
    }
}

/* Logarithm of the mixture of all picks' densities at the truth, per point. */
static double log_density(const fsc_outlook *outlook, int32_t day, double truth) {
    double sum = 0;
    for (int32_t i = 0; i < FSC_PICKS; i++) {
        double mean[FSC_FORECAST_N_DAY], variance[FSC_FORECAST_N_DAY];
        fsc_outlook_of(outlook, i, mean, variance);
        const double r = truth - mean[day];
        sum += exp(-0.5 * r * r / variance[day]) / sqrt(2 * FSC_PI * variance[day]);
    }
    return log(fmax(sum / FSC_PICKS, 1e-12) / 100);
}

/* Adds to person and sum what became of a site's 12-month band; t->scratch holds its draws, sorted. */
static void score_site(tally *sum, held *person, const trial *t, fsc_band b, double measured, double now, double then) {
    const int in90 = then >= b.p05 && then <= b.p95;
    const int fatty = measured > FATTY || b.p50 > FATTY, chosen = now > FATTY || then > FATTY;
    person->site += 1;
    person->in90 += in90;
    person->in50 += then >= b.p25 && then <= b.p75;
    person->fatty += fatty;
    person->fatty_in90 += fatty && in90;
    person->chosen += chosen;
    person->chosen_in90 += chosen && in90;
    for (int32_t k = 0; k < FSC_PICKS; k++) {
        const double draw = t->scratch[k];
        const int over = measured > FATTY || draw > FATTY;
        sum->chosen += over;
        sum->chosen_in90 += over && draw >= b.p05 && draw <= b.p95;
    }
}

static void score_forecast(tally *sum, held *person, const trial *t, const fsc_posterior *posterior, int32_t member) {
    const int32_t year = FSC_FORECAST_N_DAY - 1;
    *person = (held){0};
    for (int32_t i = 0; i < t->data.n; i++) {
        const fsc_datum *d = &t->data.item[i];
        if (d->layer != 0) continue;
        const int32_t site = t->data.site_index[d->level][d->layer][d->side];
        const double now = fsc_library_at(t->truth, member, 0, FSC_OBSERVED_PDFF)[site];
        const double then = fsc_cycle_run_at(t->truth_ahead.run, t->truth_ahead.slot[member], year, 0)[site];
        const fsc_outlook outlook = {t->library, &t->data, posterior, &posterior->level[d->level],
                                     d->layer,   d->side,  d,         &t->ahead};
        fsc_outlook_draw(t->pdff, &outlook, t->opt->seed + (uint64_t)member);
        for (int32_t k = 0; k < FSC_PICKS; k++) t->scratch[k] = t->pdff[(int64_t)k * FSC_FORECAST_N_DAY + year];
        const fsc_band b = fsc_band_of(t->scratch, FSC_PICKS);
        const double was = d->value[FSC_OBSERVED_PDFF];
        score_site(sum, person, t, b, was, now, then);
        sum->square += (b.p50 - then) * (b.p50 - then);
        sum->persistence += (was - then) * (was - then);
        sum->width += b.p95 - b.p05;
        sum->log_score += log_density(&outlook, year, then);
    }
}

/* Coverage from the counts at two offsets in struct held, with its spread over resampled people. */
static fsc_coverage coverage_of(const trial *t, const held *person, size_t all, size_t in, double *share) {
    const int32_t n = SCANS * t->opt->n_truth;
    fsc_coverage c = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, 0};
    int32_t n_share = 0;
    fsc_draw draw = {t->opt->seed, STREAM_RESAMPLE, 0};
    for (int r = 0; r <= RESAMPLES; r++) { /* the first is the sample itself */
        double sites = 0, held_in = 0;
        for (int32_t m = 0; m < n; m++) {
            const int32_t who = r == 0 ? m : (int32_t)(fsc_draw_uniform(&draw) * n);
            sites += *(const double *)((const char *)&person[who] + all);
            held_in += *(const double *)((const char *)&person[who] + in);
        }
        if (r == 0 && sites == 0) return c;
        if (r == 0) {
            c.n = (int32_t)sites;
            c.share = held_in / sites;
            c.binomial_se = sqrt(c.share * (1 - c.share) / sites);
        } else if (sites > 0) {
            share[n_share++] = held_in / sites;
        }
    }
    qsort(share, (size_t)n_share, sizeof *share, compare_double);
    c.low = share[(int32_t)(0.025 * (n_share - 1))];
    c.high = share[(int32_t)(0.975 * (n_share - 1) + 0.5)];
    return c;
}

static held *people_of(const trial *t, int truth, int with_contrasts) {
    return t->person + (int64_t)(2 * truth + with_contrasts) * SCANS * t->opt->n_truth;
}

static void summarise(fsc_validation *out, const trial *t, int truth, int with_contrasts) {
    const tally *sum = &t->sum[truth][with_contrasts];
    const held *person = people_of(t, truth, with_contrasts);
    double share[RESAMPLES], sites = 0;
    for (int32_t m = 0; m < SCANS * t->opt->n_truth; m++) sites += person[m].site;
    *out = (fsc_validation){.truth = (fsc_truth)truth, .with_contrasts = with_contrasts};
    out->n_pair = (int32_t)sum->pair;
    out->order_right = sum->right / sum->pair;
    out->order_stated = sum->stated / sum->pair;
    out->order_right_far = sum->far > 0 ? sum->far_right / sum->far : (double)NAN;
    out->onset_error_day = sum->onset_error / sum->onset;
    out->onset_prior_error_day = sum->prior_error / sum->onset;
    out->rmse_pp = 100 * sqrt(sum->square / sites);
    out->persistence_rmse_pp = 100 * sqrt(sum->persistence / sites);
    out->cover90 = coverage_of(t, person, offsetof(held, site), offsetof(held, in90), share);
    out->cover90_fatty = coverage_of(t, person, offsetof(held, fatty), offsetof(held, fatty_in90), share);
    out->cover90_chosen = coverage_of(t, person, offsetof(held, chosen), offsetof(held, chosen_in90), share);
    out->chosen_expected = sum->chosen > 0 ? sum->chosen_in90 / sum->chosen : (double)NAN;
    out->cover50 = coverage_of(t, person, offsetof(held, site), offsetof(held, in50), share);
    out->width90_pp = 100 * sum->width / sites;
    out->log_score = sum->log_score / sites;
}

static fsc_status try_design(trial *t, fsc_truth truth, int with_contrasts, fsc_error *err) {
    tally *sum = &t->sum[truth][with_contrasts];
    held *person = people_of(t, (int)truth, with_contrasts) + (int64_t)t->scan * t->opt->n_truth;
    for (int32_t m = 0; m < t->opt->n_truth; m++) {
        measure_truth(t, m, with_contrasts);
        fsc_posterior *posterior = NULL;
        FSC_TRY(fsc_posterior_run(&posterior, t->library, &t->data, t->opt->seed, t->opt->n_threads, err));
        score_order(sum, t, posterior, m);
        score_forecast(sum, &person[m], t, posterior, m);
        fsc_posterior_free(posterior);
        t->done += 0.5 / ((double)t->opt->n_truth * SCANS * FSC_TRUTH_N);
        FSC_TRY(fsc_progress_step(t->opt->progress, "validate", t->done, err));
    }
    return FSC_OK;
}

/* All members of a library, untreated for a year. */
static fsc_status run_ahead(fsc_future *out, const fsc_library *library, int32_t n_threads, fsc_error *err) {
    FSC_AUTO_BLOCK uint8_t *all = fsc_alloc(library->n_member, sizeof *all);
    if (!all) return fsc_fail_nomem(err, "simulating the months ahead");
    memset(all, 1, (size_t)library->n_member);
    return fsc_future_run(out, library, all, NULL, 0, n_threads, NULL, err);
}

static fsc_status new_library(trial *t, fsc_cycle_story story, fsc_error *err) {
    const fsc_validation_options *opt = t->opt;
    const fsc_prior prior = {.story = story,
                             .spread = FSC_LIBRARY_SPREAD,
                             .horizon_day = scan_day[t->scan],
                             .injury_age_day = scan_day[t->scan],
                             .seed = opt->seed,
                             .truth_strikes = -1};
    fsc_future_free(&t->ahead);
    fsc_library_free(t->library);
    t->library = NULL;
    FSC_TRY(fsc_library_new(&t->library, t->model, &prior, opt->n_member, &scan_day[t->scan], 1, opt->n_threads, NULL,
                            err));
    if (t->discrepancy) t->library->discrepancy = *t->discrepancy;
    t->data.injury_age_day = scan_day[t->scan];
    FSC_TRY(run_ahead(&t->ahead, t->library, opt->n_threads, err));
    int32_t n = 0;
    const int64_t n_age = (int64_t)t->library->n_member * t->library->n_level;
    for (int64_t i = 0; i < n_age; i++)
        if (isfinite(t->library->strike_age[i])) t->scratch[n++] = t->library->strike_age[i];
    t->prior_age = fsc_band_of(t->scratch, n).p50;
    return FSC_OK;
}

static fsc_status new_truths(trial *t, fsc_truth truth, fsc_error *err) {
    static const fsc_cycle_set centre[FSC_TRUTH_N] = {FSC_CYCLE_SET_A, FSC_CYCLE_SET_B, FSC_CYCLE_PRIOR,
                                                      FSC_CYCLE_PRIOR};
    const fsc_validation_options *opt = t->opt;
    const fsc_prior prior = {.story = t->library->story,
                             .spread = opt->mismatch,
                             .horizon_day = scan_day[t->scan],
                             .injury_age_day = scan_day[t->scan],
                             .seed = opt->seed + 1000003 * (uint64_t)(t->scan + 1),
                             .truth_strikes = STRIKES,
                             .truth_centre = centre[truth]};
    FSC_TRY(
        fsc_library_new(&t->truth, t->model, &prior, opt->n_truth, &scan_day[t->scan], 1, opt->n_threads, NULL, err));
    return run_ahead(&t->truth_ahead, t->truth, opt->n_threads, err);
}

static fsc_status try_truth(trial *t, fsc_truth truth, fsc_error *err) {
    const fsc_cycle_story story = truth == FSC_TRUTH_RIVAL ? FSC_CYCLE_PREEXISTING : FSC_CYCLE_ACUTE;
    fsc_status status = FSC_OK;
    if (truth == FSC_TRUTH_A || truth == FSC_TRUTH_RIVAL) status = new_library(t, story, err);
    if (status == FSC_OK) status = new_truths(t, truth, err);
    for (int d = 0; d < 2 && status == FSC_OK; d++) status = try_design(t, truth, d, err);
    fsc_future_free(&t->truth_ahead);
    fsc_library_free(t->truth);
    t->truth = NULL;
    return status;
}

static fsc_status try_all(trial *t, fsc_error *err) {
    for (t->scan = 0; t->scan < SCANS; t->scan++)
        for (int k = 0; k < FSC_TRUTH_N; k++) FSC_TRY(try_truth(t, (fsc_truth)k, err));
    return FSC_OK;
}

fsc_status fsc_forecast_validate(fsc_validation result[FSC_TRUTH_N][2], const fsc_validation_options *opt,
                                 fsc_error *err) {
    return fsc_validate_under(result, opt, NULL, err);
}

fsc_status fsc_validate_under(fsc_validation result[FSC_TRUTH_N][2], const fsc_validation_options *opt,
                              const fsc_discrepancy *discrepancy, fsc_error *err) {
    const fsc_validation_options standard = FSC_VALIDATION_OPTIONS_INIT;
    if (!opt) opt = &standard;
    if (opt->n_truth < 1 || opt->n_truth > 100000 || opt->n_member < 64 || opt->n_member > 1000000 ||
        !(opt->mismatch >= 0 && opt->mismatch <= 3))
        return fsc_fail(err, FSC_E_RANGE, "truths must be 1 or more, virtual people 64 or more, mismatch 0 to 3");
    fsc_cycle *model = NULL;
    FSC_TRY(fsc_cycle_new(&model, "C2", "T1", 0, err));
    const int64_t n_pdff = (int64_t)FSC_PICKS * FSC_FORECAST_N_DAY;
    const int64_t n_age = (int64_t)opt->n_member * fsc_cycle_n_level(model) + FSC_PICKS;
    FSC_AUTO_BLOCK double *pdff = fsc_alloc(n_pdff + n_age, sizeof *pdff);
    FSC_AUTO_BLOCK fsc_datum *item = fsc_alloc(fsc_cycle_n_site(model), sizeof *item);
    FSC_AUTO_BLOCK held *person = fsc_alloc((int64_t)FSC_TRUTH_N * 2 * SCANS * opt->n_truth, sizeof *person);
    double visit_day[1] = {0};
    trial t = {.opt = opt, .discrepancy = discrepancy, .model = model, .pdff = pdff, .person = person};
    fsc_status status = pdff && item && person ? FSC_OK : fsc_fail_nomem(err, "preparing the validation");
    if (status == FSC_OK) {
        t.scratch = pdff + n_pdff;
        t.data.item = item;
        t.data.n_visit = 1;
        t.data.visit_day = visit_day;
        fsc_data_index(&t.data, model);
        status = try_all(&t, err);
    }
    for (int k = 0; k < FSC_TRUTH_N && status == FSC_OK; k++)
        for (int d = 0; d < 2; d++) summarise(&result[k][d], &t, k, d);
    fsc_future_free(&t.ahead);
    fsc_library_free(t.library);
    fsc_cycle_free(model);
    return status;
}
