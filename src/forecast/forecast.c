#include "infer.h"

#include "alloc.h"
#include "fail.h"
#include "text.h"

#include <math.h>
#include <string.h>

/* Oldest injury considered when its day is unknown. */
#define OLDEST_INJURY_DAY 1095.0

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

/* Everything one story's inference needs. */
typedef struct work {
    const fsc_cycle *model;
    const fsc_data *data;
    const fsc_schedules *schedules;
    const fsc_forecast_options *opt;
    const fsc_stage_rules *rules;
    fsc_library *library;
    fsc_posterior *posterior;
    double *pdff;      /* (FSC_PICKS, days) of one site */
    double *deep_pdff; /* (FSC_PICKS, days) mean over deep sites */
    uint8_t *wanted;   /* members that were picked */
} work;

static fsc_status build_library(work *w, fsc_cycle_story story, fsc_error *err) {
    const fsc_data *d = w->data;
    const double span = d->visit_day[d->n_visit - 1] - d->visit_day[0];
    fsc_prior prior = {.story = story,
                       .spread = FSC_LIBRARY_SPREAD,
                       .injury_age_day = d->injury_age_day,
                       .modifiers = w->opt->modifiers,
                       .seed = w->opt->seed,
                       .truth_strikes = -1};
    const double oldest = isfinite(d->injury_age_day) ? d->injury_age_day : OLDEST_INJURY_DAY;
    prior.horizon_day = fmax(oldest, span + 1);
    double visit_day[8];
    for (int32_t v = 0; v < d->n_visit; v++)
        visit_day[v] = prior.horizon_day - (d->visit_day[d->n_visit - 1] - d->visit_day[v]);
    return fsc_library_new(&w->library, w->model, &prior, w->opt->n_member, visit_day, d->n_visit, w->opt->n_threads,
                           w->opt->progress, err);
}

static double strike_age(const fsc_library *lib, fsc_pick p) {
    return lib->strike_age[(int64_t)p.member * lib->n_level + p.level];
}

static fsc_status fill_levels(fsc_forecast_story *story, const work *w, fsc_error *err) {
    const fsc_library *lib = w->library;
    FSC_AUTO_BLOCK double *age = fsc_alloc(FSC_PICKS, sizeof *age);
    if (!age) return fsc_fail_nomem(err, "reading the posterior");
    for (int32_t l = 0; l < w->posterior->n_level; l++) {
        const fsc_level_posterior *p = &w->posterior->level[l];
        fsc_forecast_level *out = &story->level[l];
        int32_t n = 0;
        for (int32_t i = 0; i < FSC_PICKS; i++) {
            const double a = strike_age(lib, p->pick[i]);
            if (isfinite(a)) age[n++] = a;
        }
        fsc_copy_text(out->level, sizeof out->level, fsc_cycle_level_at(w->model, p->level));
        out->struck = (double)n / FSC_PICKS;
        out->onset_day = fsc_band_of(age, n);
        out->effective_n = p->effective_n;
        out->tempering = p->tempering;
    }
    return FSC_OK;
}

static void fill_order(fsc_forecast_story *story, const work *w) {
    const int32_t n = w->posterior->n_level;
    int32_t has[FSC_OBSERVED_N] = {0};
    for (int32_t i = 0; i < w->data->n; i++)
        for (int q = 0; q < FSC_OBSERVED_N; q++) has[q] |= isfinite(w->data->item[i].value[q]) != 0;
    for (int32_t i = 0; i < n; i++) {
        story->before[i * n + i] = (double)NAN;
        for (int32_t j = i + 1; j < n; j++) {
            const double p = fsc_share_before(w->library, &w->posterior->level[i], &w->posterior->level[j]);
            story->before[i * n + j] = p;
            story->before[j * n + i] = 1 - p;
        }
    }
    fsc_order_words(story, n, has);
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

static const fsc_level_posterior *level_of(const fsc_posterior *posterior, int32_t level) {
    int32_t l = 0;
    while (posterior->level[l].level != level) l++;
    return &posterior->level[l];
}

static void fill_site(fsc_forecast_site *out, const work *w, const fsc_datum *d, const fsc_datum *last) {
    const fsc_library *lib = w->library;
    const fsc_level_posterior *p = level_of(w->posterior, d->level);
    const fsc_cycle_site *where = fsc_cycle_site_at(w->model, w->data->site_index[d->level][d->layer][d->side % 2]);
    fsc_copy_text(out->level, sizeof out->level, where->level);
    fsc_copy_text(out->layer, sizeof out->layer, where->layer);
    static const fsc_side side[3] = {FSC_SIDE_LEFT, FSC_SIDE_RIGHT, FSC_SIDE_BOTH};
    out->side = side[d->side];
    out->pdff_fraction = last ? last->value[FSC_OBSERVED_PDFF] : (double)NAN;
    out->pdff_se_fraction = last ? sqrt(last->variance[FSC_OBSERVED_PDFF]) : (double)NAN;
    for (int32_t i = 0; i < FSC_PICKS; i++) {
        const fsc_pick k = p->pick[i];
        int32_t site[2];
        (void)fsc_sites_of(site, w->data, k.level, d->layer, d->side, k.mirrored);
        for (int s = 0; s < 2; s++) { /* one site twice, or each of both sides */
            const double *y = fsc_library_state(lib, k.member) + fsc_cycle_site_offset(lib->model, site[s]);
            const double healthy = fsc_healthy_value(lib, k.member, site[s], FSC_OBSERVED_PDFF);
            out->stage[fsc_stage_of(w->rules, y, healthy)] += 0.5 / FSC_PICKS;
        }
    }
}

/* Bands of one site under one schedule; adds deep sites to the person's mean. */
static void fill_site_future(fsc_forecast_site *out, const work *w, const fsc_datum *d, const fsc_datum *last,
                             const fsc_future *future, int32_t schedule, double deep_share, double *scratch) {
    const fsc_level_posterior *p = level_of(w->posterior, d->level);
    const fsc_outlook outlook = {w->library, w->data, w->posterior, p, d->layer, d->side, last, future};
    fsc_outlook_draw(w->pdff, &outlook, w->opt->seed);
    for (int32_t t = 0; t < FSC_FORECAST_N_DAY; t++) {
        for (int32_t i = 0; i < FSC_PICKS; i++) {
            scratch[i] = w->pdff[(int64_t)i * FSC_FORECAST_N_DAY + t];
            if (d->layer == 0) w->deep_pdff[(int64_t)i * FSC_FORECAST_N_DAY + t] += deep_share * scratch[i];
        }
        out->pdff[schedule * FSC_FORECAST_N_DAY + t] = fsc_band_of(scratch, FSC_PICKS);
    }
    if (schedule > 0) return;
    double calm = 0;
    for (int32_t i = 0; i < FSC_PICKS; i++) {
        const fsc_pick k = p->pick[i];
        int32_t site[2];
        (void)fsc_sites_of(site, w->data, k.level, d->layer, d->side, k.mirrored);
        const double *y = fsc_cycle_run_at(future->run, future->slot[k.member], FSC_FORECAST_N_DAY - 1, 1);
        calm += 0.5 * ((y[site[0]] < 0.1) + (y[site[1]] < 0.1));
    }
    out->recovers = calm / FSC_PICKS;
}

static fsc_status fill_schedule(fsc_forecast_story *story, const work *w, int32_t schedule, fsc_error *err) {
    const fsc_cycle_course *course = w->schedules->course[schedule];
    const int32_t n_course = w->schedules->n_course[schedule];
    FSC_AUTO_BLOCK double *scratch = fsc_alloc(FSC_PICKS, sizeof *scratch);
    if (!scratch) return fsc_fail_nomem(err, "simulating the months ahead");
    fsc_future future = {0};
    FSC_TRY(fsc_future_run(&future, w->library, w->wanted, course, n_course, w->opt->n_threads, w->opt->progress, err));
    const fsc_datum *last = NULL;
    int32_t n_deep = 0, site = 0;
    for (int32_t i = 0; i < w->data->n; i = next_site(w->data, i, &last)) n_deep += w->data->item[i].layer == 0;
    for (int64_t i = 0; i < (int64_t)FSC_PICKS * FSC_FORECAST_N_DAY; i++) w->deep_pdff[i] = n_deep ? 0 : (double)NAN;
    for (int32_t i = 0; i < w->data->n;) {
        const fsc_datum *d = &w->data->item[i];
        i = next_site(w->data, i, &last);
        fill_site_future(&story->site[site++], w, d, last, &future, schedule, n_deep ? 1.0 / n_deep : 0, scratch);
    }
    fsc_future_free(&future);
    return fsc_person_future(story->person + (int64_t)schedule * FSC_PERSON_N * FSC_FORECAST_N_DAY, w->library, w->data,
                             w->posterior, w->deep_pdff, course, n_course, w->opt->seed, w->opt->n_threads, err);
}

static fsc_status fill_story(fsc_forecast_story *story, work *w, fsc_error *err) {
    FSC_TRY(build_library(w, story->story, err));
    FSC_TRY(fsc_posterior_run(&w->posterior, w->library, w->data, w->opt->seed, w->opt->n_threads, err));
    FSC_TRY(fill_levels(story, w, err));
    fill_order(story, w);
    memset(w->wanted, 0, (size_t)w->library->n_member);
    for (int32_t l = 0; l < w->posterior->n_level; l++)
        for (int32_t i = 0; i < FSC_PICKS; i++) w->wanted[w->posterior->level[l].pick[i].member] = 1;
    const fsc_datum *last = NULL;
    int32_t site = 0;
    for (int32_t i = 0; i < w->data->n;) {
        const fsc_datum *d = &w->data->item[i];
        i = next_site(w->data, i, &last);
        fill_site(&story->site[site++], w, d, last);
    }
    for (int32_t s = 0; s < w->schedules->n; s++) FSC_TRY(fill_schedule(story, w, s, err));
    return FSC_OK;
}

static void note_fit(fsc_forecast *f) {
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++)
        for (int32_t l = 0; l < f->n_level; l++)
            if (f->story[s].level[l].tempering < 0.25)
                fsc_notes_add(&f->notes, FSC_NOTE_WARNING, "unlike-the-library",
                              "The forecast at %s is loose under '%s': hardly any virtual person looks like it (data "
                              "softened to %.2f).",
                              f->story[s].level[l].level, fsc_cycle_story_text((fsc_cycle_story)s),
                              f->story[s].level[l].tempering);
}

static fsc_status run_stories(fsc_forecast *f, work *w, fsc_error *err) {
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_status status = fill_story(&f->story[s], w, err);
        fsc_posterior_free(w->posterior);
        fsc_library_free(w->library);
        w->posterior = NULL;
        w->library = NULL;
        if (status != FSC_OK) return status;
    }
    return FSC_OK;
}

static fsc_status run_on(fsc_forecast **out, const fsc_data *data, const fsc_cycle *model,
                         const fsc_forecast_options *opt, fsc_error *err) {
    fsc_schedules schedules;
    fsc_stage_rules rules;
    FSC_TRY(fsc_schedules_read(&schedules, opt->schedule, opt->n_schedule, err));
    FSC_TRY(fsc_stage_rules_read(&rules, err));
    int32_t n_level = 0;
    for (int32_t i = 0; i < data->n; i++) n_level += i == 0 || data->item[i].level != data->item[i - 1].level;
    FSC_TRY(fsc_forecast_new(out, count_sites(data), n_level, schedules.n, err));
    fsc_forecast *f = *out;
    memcpy(f->schedule, schedules.item, (size_t)schedules.n * sizeof *f->schedule);
    f->n_member = opt->n_member;
    f->n_visit = data->n_visit;
    f->days_since_injury = data->injury_age_day;
    fsc_honesty_words(f, model);
    const int64_t n = (int64_t)FSC_PICKS * FSC_FORECAST_N_DAY;
    FSC_AUTO_BLOCK double *pdff = fsc_alloc(2 * n, sizeof *pdff);
    FSC_AUTO_BLOCK uint8_t *wanted = fsc_alloc(opt->n_member, sizeof *wanted);
    if (!pdff || !wanted) return fsc_fail_nomem(err, "holding the forecast");
    work w = {.model = model, .data = data, .schedules = &schedules, .opt = opt, .rules = &rules};
    w.pdff = pdff;
    w.deep_pdff = pdff + n;
    w.wanted = wanted;
    FSC_TRY(run_stories(f, &w, err));
    note_fit(f);
    return FSC_OK;
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
    FSC_TRY(fsc_data_build(&data, &model, observations, err));
    fsc_status status = run_on(&forecast, &data, model, opt, err);
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
