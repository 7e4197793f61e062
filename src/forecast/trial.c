#include "trial.h"

#include "alloc.h"
#include "evidence.h"
#include "fail.h"
#include "outlook.h"

#include <math.h>
#include <string.h>

#define KNOWN_INJURY_DAY 200.0
/* Truths of the cycle model come from another seed than the library. */
#define TRUTH_SEED 7919

static fsc_status run_ahead(fsc_future *out, const fsc_library *library, int32_t n_threads, fsc_error *err) {
    FSC_AUTO_BLOCK uint8_t *all = fsc_alloc(library->n_member, sizeof *all);
    if (!all) return fsc_fail_nomem(err, "simulating the months ahead");
    memset(all, 1, (size_t)library->n_member);
    return fsc_future_run(out, library, all, NULL, 0, n_threads, NULL, err);
}

static fsc_status new_library(fsc_library **out, const fsc_trial_bench *b, fsc_trial_region region, int known,
                              fsc_cycle_story story, uint64_t seed, int32_t n_member, fsc_error *err) {
    const double day = known ? KNOWN_INJURY_DAY : b->assumed.library_oldest_days;
    const fsc_prior prior = {.story = story,
                             .assumed = &b->assumed,
                             .horizon_day = day,
                             .injury_age_day = known ? day : (double)NAN,
                             .seed = seed};
    return fsc_library_new(out, b->model[region], &prior, n_member, &day, 1, b->opt->n_threads, NULL, err);
}

/* The library that serves a person, made when it is first asked for. */
static fsc_status library_for(fsc_trial_bench *b, fsc_trial_region region, int known, fsc_cycle_story story,
                              fsc_error *err) {
    fsc_library **lib = &b->library[region][known][story];
    if (!*lib) FSC_TRY(new_library(lib, b, region, known, story, b->opt->seed, b->opt->n_member, err));
    fsc_future *ahead = &b->ahead[region][known][story];
    if (b->wants_ahead && !ahead->run) FSC_TRY(run_ahead(ahead, *lib, b->opt->n_threads, err));
    return FSC_OK;
}

static fsc_status truth_for(fsc_trial_bench *b, fsc_trial_region region, fsc_cycle_story story, fsc_error *err) {
    fsc_library **lib = &b->truth[region][story];
    if (*lib) return FSC_OK;
    FSC_TRY(new_library(lib, b, region, 1, story, b->opt->seed + TRUTH_SEED, 128, err));
    return run_ahead(&b->truth_ahead[region][story], *lib, b->opt->n_threads, err);
}

fsc_status fsc_trial_open(fsc_trial_bench *b, const fsc_assess_options *opt, fsc_error *err) {
    *b = (fsc_trial_bench){.opt = opt};
    FSC_TRY(fsc_assumed_read(&b->assumed, err));
    for (int r = 0; r < 2; r++) {
        const char *const *level;
        const int32_t n = fsc_trial_levels(&level, (fsc_trial_region)r);
        FSC_TRY(fsc_cycle_new(&b->model[r], level[0], level[n - 1], 0, err));
    }
    return FSC_OK;
}

void fsc_trial_close_libraries(fsc_trial_bench *b) {
    for (int r = 0; r < 2; r++)
        for (int known = 0; known < 2; known++)
            for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
                fsc_future_free(&b->ahead[r][known][s]);
                fsc_library_free(b->library[r][known][s]);
                b->library[r][known][s] = NULL;
            }
}

void fsc_trial_close(fsc_trial_bench *b) {
    fsc_trial_close_libraries(b);
    for (int r = 0; r < 2; r++) {
        for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
            fsc_future_free(&b->truth_ahead[r][s]);
            fsc_library_free(b->truth[r][s]);
        }
        fsc_cycle_free(b->model[r]);
    }
}

/* The bands ahead of every site under one story. */
static void fill_ahead(fsc_trial_verdict *v, const fsc_posterior *p, const fsc_future *ahead, int s, uint64_t seed,
                       double *draws, double *scratch) {
    static const int32_t day[FSC_TRIAL_AHEAD] = {3, 5, 7}; /* of fsc_forecast_days */
    for (int32_t l = 0; l < p->n_level; l++)
        for (int32_t c = p->ground->level_cell[l]; c < p->ground->level_cell[l + 1]; c++)
            for (int side = 0; side < 2; side++) {
                const fsc_outlook o = {p, l, c, side, v->nothing_departs ? NULL : ahead};
                fsc_outlook_draw(draws, &o, seed);
                for (int t = 0; t < FSC_TRIAL_AHEAD; t++) {
                    for (int32_t i = 0; i < FSC_PICKS; i++)
                        scratch[i] = draws[(int64_t)i * FSC_FORECAST_N_DAY + day[t]];
                    v->ahead[s][t][l][p->ground->cell[c].layer][side] = fsc_band_of(scratch, FSC_PICKS);
                }
            }
}

static void fill_story(fsc_trial_verdict *v, const fsc_posterior *p, int s) {
    v->spread += p->spread / FSC_CYCLE_N_STORY;
    for (int32_t l = 0; l < p->n_level; l++) {
        v->level[s][l] = p->level[l].departs;
        v->nothing_departs &= p->level[l].departs <= 0.5;
        memcpy(v->site[s][l], p->level[l].site_departs, sizeof v->site[s][l]);
    }
}

static fsc_status infer_on(fsc_trial_verdict *v, fsc_trial_bench *b, const fsc_trial_person *person,
                           const fsc_data *data, fsc_error *err) {
    const fsc_trial_region region = person->kind.region;
    const int known = isfinite(data->injury_age_day) != 0;
    fsc_evidence evidence;
    fsc_ground ground;
    fsc_posterior *post[FSC_CYCLE_N_STORY] = {NULL};
    const int64_t n = (int64_t)FSC_PICKS * FSC_FORECAST_N_DAY;
    FSC_AUTO_BLOCK double *draws = fsc_alloc(n + FSC_PICKS, sizeof *draws);
    if (!draws) return fsc_fail_nomem(err, "trying the forecast");
    fsc_evidence_from(&evidence, &person->exam, b->model[region], data, &b->assumed);
    fsc_status status = fsc_ground_build(&ground, b->model[region], data, &person->exam, &b->assumed, err);
    for (int s = 0; s < FSC_CYCLE_N_STORY && status == FSC_OK; s++) {
        status = library_for(b, region, known, (fsc_cycle_story)s, err);
        if (status == FSC_OK)
            status = fsc_posterior_run(&post[s], &ground, b->library[region][known][s], data, evidence.log_odds,
                                       evidence.log_tender, &b->assumed, b->opt->seed, b->opt->n_threads, err);
        if (status == FSC_OK) fill_story(v, post[s], s);
    }
    for (int s = 0; s < FSC_CYCLE_N_STORY && status == FSC_OK; s++) {
        if (b->wants_ahead) fill_ahead(v, post[s], &b->ahead[region][known][s], s, b->opt->seed, draws, draws + n);
        fsc_posterior_free(post[s]);
    }
    fsc_ground_free(&ground);
    return status;
}

static void fill_measured(fsc_trial_verdict *v, const fsc_data *data) {
    for (int l = 0; l < FSC_TRIAL_LEVELS; l++)
        for (int k = 0; k < FSC_LAYERS; k++) v->measured[l][k][0] = v->measured[l][k][1] = (double)NAN;
    for (int32_t i = 0; i < data->n; i++) {
        const fsc_datum *d = &data->item[i];
        v->measured[d->level][d->layer][d->side] = d->value[FSC_OBSERVED_PDFF];
    }
}

fsc_status fsc_trial_run(fsc_trial_person *person, fsc_trial_verdict *verdict, fsc_trial_bench *b,
                         const fsc_trial_kind *kind, int32_t number, fsc_error *err) {
    const int cycle = kind->injury == FSC_TRIAL_CYCLE_A ? 0 : kind->injury == FSC_TRIAL_CYCLE_B ? 1 : -1;
    if (cycle >= 0) FSC_TRY(truth_for(b, kind->region, (fsc_cycle_story)cycle, err));
    fsc_trial_draw(person, kind, b->opt->seed, number, cycle >= 0 ? b->truth[kind->region][cycle] : NULL,
                   cycle >= 0 ? &b->truth_ahead[kind->region][cycle] : NULL);
    fsc_data data;
    fsc_cycle *own = NULL;
    FSC_TRY(fsc_data_build(&data, &own, &person->seen, &b->assumed, err));
    fsc_cycle_free(own); /* the bench has the same */
    *verdict = (fsc_trial_verdict){.nothing_departs = 1};
    fill_measured(verdict, &data);
    const fsc_status status = infer_on(verdict, b, person, &data, err);
    fsc_data_free(&data);
    return status;
}

double fsc_trial_level(const fsc_trial_verdict *v, int32_t l) {
    return fmax(v->level[0][l], v->level[1][l]);
}

double fsc_trial_site(const fsc_trial_verdict *v, int32_t l, int layer, int side) {
    return fmax(v->site[0][l][layer][side], v->site[1][l][layer][side]);
}

const char *fsc_trial_rule_text(fsc_trial_rule rule) {
    static const char *const text[FSC_RULE_N] = {"departs", "fat alone", "left-right", "level line"};
    return text[rule];
}

/* Logarithm of the fat that a line through the other levels foresees (Cauchy weights, fifteen rounds). */
static double line_at(const fsc_trial_verdict *v, int32_t n_level, int32_t left_out) {
    double a = 0, b = 0, scale = 1e9;
    for (int round = 0; round < 15; round++) {
        double w0 = 1e-9, wx = 0, wy = 0, wxx = 1e-9, wxy = 0, residual[2 * FSC_TRIAL_LEVELS];
        int n = 0;
        for (int32_t l = 0; l < n_level; l++)
            for (int s = 0; s < 2 && l != left_out; s++) {
                const double y = log(fmax(100 * v->measured[l][0][s], 1)), r = y - a - b * l;
                const double w = round == 0 ? 1 : 1 / (1 + r * r / (4 * scale * scale));
                w0 += w, wx += w * l, wy += w * y, wxx += w * l * l, wxy += w * l * y;
            }
        b = (w0 * wxy - wx * wy) / (w0 * wxx - wx * wx + 1e-12);
        a = (wy - b * wx) / w0;
        for (int32_t l = 0; l < n_level; l++)
            for (int s = 0; s < 2 && l != left_out; s++)
                residual[n++] = fabs(log(fmax(100 * v->measured[l][0][s], 1)) - a - b * l);
        scale = fmax(1.48 * fsc_band_of(residual, n).p50, 0.05);
    }
    return a + b * left_out;
}

double fsc_trial_score(const fsc_trial_verdict *v, fsc_trial_rule rule, int32_t n_level, int32_t l, int side) {
    const double y = 100 * v->measured[l][0][side];
    if (rule == FSC_RULE_STAGE) return fsc_trial_site(v, l, 0, side);
    if (rule == FSC_RULE_FAT) return y;
    if (rule == FSC_RULE_SIDES) return y - 100 * v->measured[l][0][!side];
    const double foreseen = exp(line_at(v, n_level, l));
    return (y - foreseen) / hypot(1.3, 0.12 * foreseen);
}
