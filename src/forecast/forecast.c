#include "evidence.h"
#include "outlook.h"
#include "sequence.h"

#include "alloc.h"
#include "fail.h"
#include "text.h"

#include <math.h>
#include <string.h>

void fsc_forecast_free(fsc_forecast *forecast) {
    if (!forecast) return;
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        fsc_forecast_story *story = &forecast->story[s];
        for (int32_t i = 0; story->site && i < forecast->n_site; i++) fsc_free(story->site[i].pdff);
        fsc_free(story->site);
        fsc_free(story->level);
        fsc_free(story->before);
        fsc_free(story->person);
    }
    fsc_free(forecast->schedule);
    fsc_notes_free(&forecast->notes);
    fsc_free(forecast);
}

static fsc_status new_story(fsc_forecast_story *story, const fsc_forecast *f, fsc_error *err) {
    const int64_t n_band = (int64_t)f->n_schedule * FSC_FORECAST_N_DAY;
    story->site = fsc_alloc(f->n_site, sizeof *story->site);
    story->level = fsc_alloc(f->n_level, sizeof *story->level);
    story->before = fsc_alloc((int64_t)f->n_level * f->n_level, sizeof *story->before);
    story->person = fsc_alloc(n_band * FSC_PERSON_N, sizeof *story->person);
    if (!story->site || !story->level || !story->before || !story->person)
        return fsc_fail_nomem(err, "holding the forecast");
    for (int32_t i = 0; i < f->n_site; i++) {
        story->site[i].pdff = fsc_alloc(n_band, sizeof *story->site[i].pdff);
        if (!story->site[i].pdff) return fsc_fail_nomem(err, "holding the forecast");
    }
    return FSC_OK;
}

fsc_status fsc_forecast_new(fsc_forecast **out, int32_t n_site, int32_t n_level, int32_t n_schedule, fsc_error *err) {
    fsc_forecast *f = fsc_alloc(1, sizeof *f);
    *out = NULL;
    if (!f) return fsc_fail_nomem(err, "holding the forecast");
    f->n_site = n_site;
    f->n_level = n_level;
    f->n_schedule = n_schedule;
    f->schedule = fsc_alloc(n_schedule, sizeof *f->schedule);
    fsc_status status = f->schedule ? FSC_OK : fsc_fail_nomem(err, "holding the forecast");
    for (int s = 0; s < FSC_CYCLE_N_STORY && status == FSC_OK; s++) {
        f->story[s].story = (fsc_cycle_story)s;
        status = new_story(&f->story[s], f, err);
    }
    if (status != FSC_OK) {
        fsc_forecast_free(f);
        return status;
    }
    *out = f;
    return FSC_OK;
}

/* What one story is inferred from and leaves. */
typedef struct story_work {
    fsc_library *library;
    fsc_posterior *posterior;
} story_work;

typedef struct work {
    const fsc_cycle *model;
    const fsc_data *data;
    const fsc_forecast_options *opt;
    const fsc_forecast_person *person;
    const fsc_assumed *assumed;
    fsc_forecast *out;
    fsc_schedules schedules;
    fsc_stage_rules rules;
    fsc_evidence evidence;
    fsc_ground ground;
    story_work story[FSC_CYCLE_N_STORY];
    double *pdff;      /* (FSC_PICKS, days) of one site */
    double *deep_pdff; /* (FSC_PICKS, days) mean over deep sites */
    uint8_t *wanted;   /* members that were picked */
} work;

static fsc_status build_library(work *w, fsc_cycle_story story, fsc_error *err) {
    const fsc_data *d = w->data;
    const double span = d->visit_day[d->n_visit - 1] - d->visit_day[0];
    fsc_prior prior = {.story = story,
                       .assumed = w->assumed,
                       .injury_age_day = d->injury_age_day,
                       .modifiers = &w->person->modifiers,
                       .seed = w->opt->seed};
    const double oldest = isfinite(d->injury_age_day) ? d->injury_age_day : w->assumed->library_oldest_days;
    prior.horizon_day = fmax(oldest, span + 1);
    double visit_day[8];
    for (int32_t v = 0; v < d->n_visit; v++)
        visit_day[v] = prior.horizon_day - (d->visit_day[d->n_visit - 1] - d->visit_day[v]);
    return fsc_library_new(&w->story[story].library, w->model, &prior, w->opt->n_member, visit_day, d->n_visit,
                           w->opt->n_threads, w->opt->progress, err);
}

static fsc_status infer_story(work *w, fsc_cycle_story story, fsc_error *err) {
    story_work *s = &w->story[story];
    double log_tender[64];
    for (int32_t l = 0; l < w->ground.n_level; l++)
        log_tender[l] = w->evidence.log_tender[w->ground.cell[w->ground.level_cell[l]].level];
    FSC_TRY(build_library(w, story, err));
    return fsc_posterior_run(&s->posterior, &w->ground, s->library, w->data, w->evidence.log_odds, log_tender,
                             w->assumed, w->opt->seed, w->opt->n_threads, err);
}

static void fill_levels(fsc_forecast_story *story, const work *w, const story_work *s, double *scratch) {
    const fsc_library *lib = s->library;
    for (int32_t l = 0; l < s->posterior->n_level; l++) {
        const fsc_level_posterior *p = &s->posterior->level[l];
        fsc_forecast_level *out = &story->level[l];
        int32_t n = 0;
        for (int32_t i = 0; i < FSC_PICKS; i++) {
            const fsc_candidate *c = fsc_picked(s->posterior, i, l);
            if (c->member >= 0) scratch[n++] = lib->strike_age[(int64_t)c->member * lib->n_level + c->level];
        }
        fsc_copy_text(out->level, sizeof out->level, fsc_cycle_level_at(w->model, p->level));
        out->departs = p->departs;
        out->struck = p->struck;
        out->onset_day = fsc_band_of(scratch, n);
    }
}

static void fill_order(fsc_forecast_story *story, const fsc_posterior *posterior) {
    const int32_t n = posterior->n_level;
    for (int32_t i = 0; i < n; i++) {
        story->before[i * n + i] = (double)NAN;
        for (int32_t j = i + 1; j < n; j++) {
            const double p = fsc_share_before(posterior, i, j);
            story->before[i * n + j] = p;
            story->before[j * n + i] = 1 - p;
        }
    }
}

/* Shares of the stages in the deep sites of struck virtual levels, before any measurement. */
static void fill_stage_prior(fsc_forecast_story *story, const work *w, const fsc_library *lib) {
    static const int32_t all[FSC_STAGE_N] = {1, 1, 1, 1, 1, 1};
    double n = 0;
    for (int32_t m = 0; m < lib->n_member; m++)
        for (int32_t l = 0; l < lib->n_level; l++)
            for (int side = 0; side < 2 && isfinite(lib->strike_age[(int64_t)m * lib->n_level + l]); side++) {
                const int32_t site = w->data->site_index[l][0][side];
                const double *y = fsc_library_state(lib, m) + fsc_cycle_site_offset(lib->model, site);
                const double healthy = fsc_healthy_value(lib, m, site, FSC_OBSERVED_PDFF);
                story->stage_prior[fsc_stage_of(&w->rules, y, y[FSC_CYCLE_F] - healthy, all)] += 1;
                n += 1;
            }
    for (int k = 0; k < FSC_STAGE_N; k++) story->stage_prior[k] = n > 0 ? story->stage_prior[k] / n : (double)NAN;
}

/* Quiet and fat-replaced follow from fat. Wasting needs lean size, the others fluid or stiffness: they are never called
 * from fat alone. */
static void fill_told(fsc_forecast *f, const int32_t has[FSC_OBSERVED_N]) {
    const int other = has[FSC_OBSERVED_FLUID] || has[FSC_OBSERVED_STIFFNESS];
    f->stage_told[FSC_STAGE_QUIET] = f->stage_told[FSC_STAGE_FAT_REPLACED] = has[FSC_OBSERVED_PDFF];
    f->stage_told[FSC_STAGE_WASTING] = has[FSC_OBSERVED_LEAN_CSA];
    f->stage_told[FSC_STAGE_STRAINED] = f->stage_told[FSC_STAGE_SPASM] = f->stage_told[FSC_STAGE_FIBROTIC] = other;
}

/* Walks over the measured sites: data of one site lie together, visits rising. Returns the index after the site and the
 * last datum with a PDFF. */
static int32_t next_site(const fsc_data *data, int32_t i, const fsc_datum **last) {
    const fsc_datum *first = &data->item[i];
    *last = NULL;
    for (; i < data->n; i++) {
        const fsc_datum *d = &data->item[i];
        if (d->level != first->level || d->layer != first->layer || d->side != first->side) break;
        if (isfinite(d->value[FSC_OBSERVED_PDFF])) *last = d;
    }
    return i;
}

static int32_t count_sites(const fsc_data *data) {
    const fsc_datum *last;
    int32_t n = 0;
    for (int32_t i = 0; i < data->n; i = next_site(data, i, &last)) n++;
    return n;
}

/* The cell of a datum, and the observed level it belongs to. */
static void find_cell(int32_t *l, int32_t *cell, const fsc_ground *ground, const fsc_datum *d) {
    *cell = *l = 0;
    while (ground->cell[*cell].level != d->level || ground->cell[*cell].layer != d->layer) (*cell)++;
    while (ground->level_cell[*l + 1] <= *cell) (*l)++;
}

/* The stage of a candidate's site: a healthy level is quiet, a lesion of free form has its fat alone. */
static fsc_stage stage_of(const work *w, const fsc_library *lib, const fsc_candidate *c, int32_t layer, int32_t side) {
    static const double no_state[FSC_CYCLE_N_STATE] = {1};
    if (c->member < 0) return fsc_stage_of(&w->rules, no_state, c->excess[layer][side], w->out->stage_told);
    const int32_t site = w->data->site_index[c->level][layer][side ^ c->mirrored];
    const double *y = fsc_library_state(lib, c->member) + fsc_cycle_site_offset(lib->model, site);
    return fsc_stage_of(&w->rules, y, c->excess[layer][side], w->out->stage_told);
}

static void fill_site(fsc_forecast_site *out, const work *w, const story_work *s, const fsc_datum *d,
                      const fsc_datum *last) {
    int32_t l, cell;
    find_cell(&l, &cell, &w->ground, d);
    const fsc_cycle_site *where = fsc_cycle_site_at(w->model, w->data->site_index[d->level][d->layer][d->side % 2]);
    fsc_copy_text(out->level, sizeof out->level, where->level);
    fsc_copy_text(out->layer, sizeof out->layer, where->layer);
    static const fsc_side side[3] = {FSC_SIDE_LEFT, FSC_SIDE_RIGHT, FSC_SIDE_BOTH};
    out->side = side[d->side];
    out->pdff_fraction = last ? last->value[FSC_OBSERVED_PDFF] : (double)NAN;
    out->pdff_se_fraction = last ? sqrt(last->variance[FSC_OBSERVED_PDFF]) : (double)NAN;
    const double *departs = s->posterior->level[l].site_departs[d->layer];
    out->departs = d->side == FSC_BOTH ? fmax(departs[0], departs[1]) : departs[d->side];
    for (int32_t i = 0; i < FSC_PICKS; i++)
        for (int k = 0; k < 2; k++) { /* one side twice, or each of both */
            const int32_t one = d->side == FSC_BOTH ? k : d->side;
            out->stage[stage_of(w, s->library, fsc_picked(s->posterior, i, l), d->layer, one)] += 0.5 / FSC_PICKS;
        }
}

/* Share of picks whose site is calm after a year; a level that was not struck in the model is. */
static double share_calm(const work *w, const fsc_outlook *o, int32_t layer) {
    double calm = 0;
    for (int32_t i = 0; i < FSC_PICKS; i++) {
        const fsc_candidate *c = fsc_picked(o->posterior, i, o->l);
        int32_t site[2];
        if (c->member < 0) {
            calm += 1;
            continue;
        }
        (void)fsc_sites_of(site, w->data, c->level, layer, o->side, c->mirrored);
        const double *y = fsc_cycle_run_at(o->future->run, o->future->slot[c->member], FSC_FORECAST_N_DAY - 1, 1);
        calm += 0.5 * ((y[site[0]] < w->assumed->calm_below) + (y[site[1]] < w->assumed->calm_below));
    }
    return calm / FSC_PICKS;
}

/* Bands of one site under one schedule; adds deep sites to the person's mean. A site that the model does not
 * fit keeps its band of today and gets no other. */
static void fill_site_future(fsc_forecast_site *out, const work *w, const fsc_posterior *posterior, const fsc_datum *d,
                             const fsc_future *future, int32_t schedule, double deep_share, double *scratch) {
    fsc_outlook o = {.posterior = posterior, .side = d->side, .future = future};
    find_cell(&o.l, &o.cell, &w->ground, d);
    fsc_outlook_draw(w->pdff, &o, w->opt->seed);
    fsc_band *band = out->pdff + schedule * FSC_FORECAST_N_DAY;
    for (int32_t t = 0; t < FSC_FORECAST_N_DAY; t++) {
        for (int32_t i = 0; i < FSC_PICKS; i++) {
            scratch[i] = w->pdff[(int64_t)i * FSC_FORECAST_N_DAY + t];
            if (d->layer == 0) w->deep_pdff[(int64_t)i * FSC_FORECAST_N_DAY + t] += deep_share * scratch[i];
        }
        band[t] = fsc_band_of(scratch, FSC_PICKS);
    }
    const double below = fsc_outlook_share_below(&o);
    out->misfit = below < w->assumed->misfit_tail || below > 1 - w->assumed->misfit_tail;
    for (int32_t t = 1; out->misfit && t < FSC_FORECAST_N_DAY; t++) band[t] = fsc_band_of(scratch, 0);
    if (schedule == 0) out->recovers = future ? share_calm(w, &o, d->layer) : (double)NAN;
}

static fsc_status simulate(fsc_future *out, work *w, const story_work *s, int32_t schedule, fsc_error *err) {
    memset(w->wanted, 0, (size_t)s->library->n_member);
    for (int32_t l = 0; l < s->posterior->n_level; l++)
        for (int32_t i = 0; i < FSC_PICKS; i++)
            if (fsc_picked(s->posterior, i, l)->member >= 0) w->wanted[fsc_picked(s->posterior, i, l)->member] = 1;
    return fsc_future_run(out, s->library, w->wanted, w->schedules.course[schedule], w->schedules.n_course[schedule],
                          w->opt->n_threads, w->opt->progress, err);
}

/* Without a departure a schedule changes nothing: fat alone goes on, and there are no other bands. */
static fsc_status fill_person(fsc_band *band, work *w, const story_work *s, int32_t schedule, double *scratch,
                              fsc_error *err) {
    if (!w->out->nothing_departs)
        return fsc_person_future(band, s->posterior, w->person, w->deep_pdff, w->schedules.course[schedule],
                                 w->schedules.n_course[schedule], w->opt->n_threads, err);
    for (int32_t i = 0; i < FSC_PERSON_N * FSC_FORECAST_N_DAY; i++) band[i] = fsc_band_of(scratch, 0);
    fsc_deep_band(band, w->deep_pdff, scratch);
    return FSC_OK;
}

static fsc_status fill_schedule(fsc_forecast_story *story, work *w, const story_work *s, int32_t schedule,
                                double *scratch, fsc_error *err) {
    fsc_future future = {0};
    if (!w->out->nothing_departs) FSC_TRY(simulate(&future, w, s, schedule, err));
    const fsc_datum *last = NULL;
    int32_t n_deep = 0, site = 0;
    for (int32_t i = 0; i < w->data->n; i = next_site(w->data, i, &last)) n_deep += w->data->item[i].layer == 0;
    for (int64_t i = 0; i < (int64_t)FSC_PICKS * FSC_FORECAST_N_DAY; i++) w->deep_pdff[i] = n_deep ? 0 : (double)NAN;
    for (int32_t i = 0; i < w->data->n;) {
        const fsc_datum *d = &w->data->item[i];
        i = next_site(w->data, i, &last);
        fill_site_future(&story->site[site++], w, s->posterior, d, future.run ? &future : NULL, schedule,
                         n_deep ? 1.0 / n_deep : 0, scratch);
    }
    fsc_future_free(&future);
    return fill_person(story->person + (int64_t)schedule * FSC_PERSON_N * FSC_FORECAST_N_DAY, w, s, schedule, scratch,
                       err);
}

static fsc_status fill_story(fsc_forecast_story *story, work *w, const story_work *s, fsc_error *err) {
    FSC_AUTO_BLOCK double *scratch = fsc_alloc(FSC_PICKS, sizeof *scratch);
    if (!scratch) return fsc_fail_nomem(err, "reading the posterior");
    fill_levels(story, w, s, scratch);
    fill_order(story, s->posterior);
    fill_stage_prior(story, w, s->library);
    const fsc_datum *last = NULL;
    int32_t site = 0;
    for (int32_t i = 0; i < w->data->n;) {
        const fsc_datum *d = &w->data->item[i];
        i = next_site(w->data, i, &last);
        fill_site(&story->site[site++], w, s, d, last);
    }
    for (int32_t k = 0; k < w->schedules.n; k++) FSC_TRY(fill_schedule(story, w, s, k, scratch, err));
    return FSC_OK;
}

/* Both stories are inferred before either is told: what is said of one depends on whether anything departs in any. */
static fsc_status run_stories(fsc_forecast *f, work *w, fsc_error *err) {
    f->nothing_departs = 1;
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        FSC_TRY(infer_story(w, (fsc_cycle_story)s, err));
        const fsc_posterior *p = w->story[s].posterior;
        f->injured = fmax(f->injured, p->injured);
        f->spread += p->spread / FSC_CYCLE_N_STORY;
        for (int32_t l = 0; l < p->n_level; l++) {
            f->nothing_departs &= p->level[l].departs <= 0.5;
            if (p->level[l].disagreement > 0.2)
                fsc_notes_add(&f->notes, FSC_NOTE_WARNING, "chains-disagree",
                              "Whether %s departs is loose under '%s': independent chains differ by %.2f.",
                              fsc_cycle_level_at(w->model, p->level[l].level), fsc_cycle_story_text((fsc_cycle_story)s),
                              p->level[l].disagreement);
        }
    }
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) FSC_TRY(fill_story(&f->story[s], w, &w->story[s], err));
    return FSC_OK;
}

static fsc_status view_orders(work *w, fsc_error *err) {
    fsc_sequences all;
    double *pain[FSC_CYCLE_N_STORY] = {NULL};
    int32_t n_person[FSC_CYCLE_N_STORY] = {0};
    if (w->out->nothing_departs) {
        fsc_model_view_refuse(w->opt->view, "no level departs from this person's own baseline");
        return FSC_OK;
    }
    fsc_status status = fsc_sequences_read(&all, err);
    for (int s = 0; s < FSC_CYCLE_N_STORY && status == FSC_OK; s++)
        status = fsc_sequences_search(&pain[s], &n_person[s], &all, w->story[s].posterior, w->opt->n_threads,
                                      w->opt->progress, err);
    if (status == FSC_OK) status = fsc_model_view_fill(w->opt->view, &all, pain, n_person, err);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) fsc_free(pain[s]);
    return status;
}

static fsc_status run_work(work *w, fsc_error *err) {
    fsc_forecast *f = w->out;
    int32_t has[FSC_OBSERVED_N] = {0};
    for (int32_t i = 0; i < w->data->n; i++)
        for (int q = 0; q < FSC_OBSERVED_N; q++) has[q] |= isfinite(w->data->item[i].value[q]) != 0;
    fill_told(f, has);
    fsc_evidence_from(&w->evidence, w->person, w->model, w->data, w->assumed);
    f->injured_prior = w->evidence.prior;
    f->n_use = w->evidence.n_use;
    memcpy(f->use, w->evidence.use, sizeof f->use);
    FSC_TRY(fsc_ground_build(&w->ground, w->model, w->data, w->person, w->assumed, err));
    FSC_TRY(run_stories(f, w, err));
    if (w->opt->view) FSC_TRY(view_orders(w, err));
    fsc_order_words(f, has, w->assumed);
    fsc_honesty_words(f, w->model, w->person);
    return FSC_OK;
}

static fsc_status run_on(fsc_forecast **out, const fsc_data *data, const fsc_cycle *model,
                         const fsc_forecast_options *opt, const fsc_assumed *assumed, fsc_error *err) {
    fsc_forecast_person nobody;
    fsc_forecast_person_from(&nobody, NULL);
    FSC_AUTO_BLOCK work *w = fsc_alloc(1, sizeof *w);
    const int64_t n = (int64_t)FSC_PICKS * FSC_FORECAST_N_DAY;
    FSC_AUTO_BLOCK double *pdff = fsc_alloc(2 * n, sizeof *pdff);
    FSC_AUTO_BLOCK uint8_t *wanted = fsc_alloc(opt->n_member, sizeof *wanted);
    if (!w || !pdff || !wanted) return fsc_fail_nomem(err, "holding the forecast");
    *w = (work){.model = model, .data = data, .opt = opt, .assumed = assumed, .pdff = pdff, .deep_pdff = pdff + n};
    w->person = opt->person ? opt->person : &nobody;
    w->wanted = wanted;
    FSC_TRY(fsc_schedules_read(&w->schedules, opt->schedule, opt->n_schedule, err));
    FSC_TRY(fsc_stage_rules_read(&w->rules, err));
    int32_t n_level = 0;
    for (int32_t i = 0; i < data->n; i++) n_level += i == 0 || data->item[i].level != data->item[i - 1].level;
    FSC_TRY(fsc_forecast_new(out, count_sites(data), n_level, w->schedules.n, err));
    w->out = *out;
    memcpy(w->out->schedule, w->schedules.item, (size_t)w->schedules.n * sizeof *w->out->schedule);
    w->out->n_member = opt->n_member;
    w->out->n_visit = data->n_visit;
    w->out->days_since_injury = data->injury_age_day;
    const fsc_status status = run_work(w, err);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        fsc_posterior_free(w->story[s].posterior);
        fsc_library_free(w->story[s].library);
    }
    fsc_ground_free(&w->ground);
    return status;
}

fsc_status fsc_forecast_run(fsc_forecast **out, const fsc_observations *observations, const fsc_forecast_options *opt,
                            fsc_error *err) {
    const fsc_forecast_options standard = FSC_FORECAST_OPTIONS_INIT;
    *out = NULL;
    if (!opt) opt = &standard;
    if (opt->n_member < 64 || opt->n_member > 1000000)
        return fsc_fail(err, FSC_E_RANGE, "%d virtual people; 64 to 1000000 can be used", (int)opt->n_member);
    fsc_data data;
    fsc_cycle *model = NULL;
    fsc_forecast *forecast = NULL;
    fsc_assumed assumed;
    FSC_TRY(fsc_assumed_read(&assumed, err));
    FSC_TRY(fsc_data_build(&data, &model, observations, &assumed, err));
    fsc_status status = run_on(&forecast, &data, model, opt, &assumed, err);
    if (status == FSC_OK) {
        fsc_notes_join(&forecast->notes, &observations->notes);
        fsc_notes_join(&forecast->notes, &data.notes);
        status = fsc_notes_check(&forecast->notes, err);
    }
    if (status == FSC_OK)
        *out = forecast;
    else
        fsc_forecast_free(forecast);
    fsc_data_free(&data);
    fsc_cycle_free(model);
    return status;
}
