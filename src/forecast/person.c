/* The whole person: levels that were inferred apart are put together and simulated ahead as one spine. */
#include "outlook.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

const char *fsc_person_quantity_text(fsc_person_quantity quantity) {
    static const char *const text[FSC_PERSON_N] = {"deep_pdff", "pain", "disability", "motion"};
    return quantity >= 0 && quantity < FSC_PERSON_N ? text[quantity] : "";
}

/* Copies one virtual level, mirrored when the candidate is, into a person's state and baseline. */
static void copy_level(double *state, double *fat_shift, const fsc_posterior *post, int32_t level,
                       const fsc_candidate *c) {
    const fsc_library *lib = post->library;
    const double *from = fsc_library_state(lib, c->member);
    for (int k = 0; k < FSC_LAYERS; k++) {
        for (int side = 0; side < 2; side++) {
            const int32_t to_site = post->data->site_index[level][k][side];
            const int32_t from_site = post->data->site_index[c->level][k][side ^ c->mirrored];
            memcpy(state + fsc_cycle_site_offset(lib->model, to_site),
                   from + fsc_cycle_site_offset(lib->model, from_site), FSC_CYCLE_N_STATE * sizeof *state);
            fat_shift[to_site] = lib->fat_shift[(int64_t)c->member * lib->n_site + from_site];
        }
    }
    memcpy(state + fsc_cycle_level_offset(lib->model, level), from + fsc_cycle_level_offset(lib->model, c->level),
           2 * sizeof *state);
}

static double largest_excess(const fsc_candidate *c) {
    return fmax(c->excess[0][0], c->excess[0][1]);
}

/* The parameters are those of the most affected struck level's member: there they matter most. */
void fsc_person_compose(fsc_cycle_person *person, double *state, double *fat_shift, const fsc_posterior *post,
                        int32_t i) {
    const fsc_library *lib = post->library;
    int32_t lead = i % lib->n_member;
    double most = -1;
    for (int32_t l = 0; l < post->n_level; l++) {
        const fsc_candidate *c = fsc_picked(post, i, l);
        if (c->member < 0 || largest_excess(c) <= most) continue;
        most = largest_excess(c);
        lead = c->member;
    }
    *person = lib->person[lead];
    person->event = NULL;
    person->n_event = 0;
    person->fat_shift = fat_shift;
    memset(fat_shift, 0, (size_t)lib->n_site * sizeof *fat_shift);
    fsc_cycle_healthy(lib->model, person, state);
    for (int32_t l = 0; l < post->n_level; l++) {
        const fsc_candidate *c = fsc_picked(post, i, l);
        if (c->member >= 0) copy_level(state, fat_shift, post, post->level[l].level, c);
    }
    person->initial = state;
}

static void fill_bands(fsc_band *band, const fsc_cycle_run *run, int32_t n, const fsc_forecast_person *person,
                       double *scratch) {
    const double start[FSC_PERSON_N] = {0, person->nrs_pain, person->disability_percent, 1};
    static const double most[FSC_PERSON_N] = {0, 10, 100, 2};
    for (int32_t t = 0; t < FSC_FORECAST_N_DAY; t++)
        for (int q = FSC_PERSON_PAIN; q < FSC_PERSON_N; q++) {
            for (int32_t c = 0; c < n; c++) {
                const fsc_cycle_outcome *o = &run->outcome[(int64_t)c * FSC_FORECAST_N_DAY];
                const double change = q == FSC_PERSON_PAIN         ? o[t].nrs - o[0].nrs
                                      : q == FSC_PERSON_DISABILITY ? o[t].ndi - o[0].ndi
                                                                   : o[t].rom - o[0].rom;
                scratch[c] = fmin(fmax(start[q] + change, 0), most[q]);
            }
            band[q * FSC_FORECAST_N_DAY + t] = fsc_band_of(scratch, isnan(start[q]) ? 0 : n);
        }
}

void fsc_deep_band(fsc_band *band, const double *deep_pdff, double *scratch) {
    for (int32_t t = 0; t < FSC_FORECAST_N_DAY; t++) {
        for (int32_t i = 0; i < FSC_PICKS; i++) scratch[i] = deep_pdff[(int64_t)i * FSC_FORECAST_N_DAY + t];
        band[t] = fsc_band_of(scratch, FSC_PICKS);
    }
}

fsc_status fsc_person_future(fsc_band *band, const fsc_posterior *posterior, const fsc_forecast_person *person,
                             double *deep_pdff, const fsc_cycle_course *course, int32_t n_course, int32_t n_threads,
                             fsc_error *err) {
    const fsc_library *library = posterior->library;
    const int64_t n_state = library->n_state, n_site = library->n_site;
    const int32_t n = FSC_COMPOSITES;
    FSC_AUTO_BLOCK fsc_cycle_person *people = fsc_alloc(n, sizeof *people);
    FSC_AUTO_BLOCK double *state = fsc_alloc(n * (n_state + n_site), sizeof *state);
    FSC_AUTO_BLOCK double *scratch = fsc_alloc(FSC_PICKS, sizeof *scratch);
    if (!people || !state || !scratch) return fsc_fail_nomem(err, "putting whole persons together");
    for (int32_t c = 0; c < n; c++) {
        double *own = state + c * (n_state + n_site);
        fsc_person_compose(&people[c], own, own + n_state, posterior, (int32_t)((int64_t)c * FSC_PICKS / n));
        people[c].course = course;
        people[c].n_course = n_course;
    }
    const fsc_cycle_plan plan = {.day = fsc_forecast_days(),
                                 .n_day = FSC_FORECAST_N_DAY,
                                 .relative_tolerance = 1e-3,
                                 .absolute_tolerance = 1e-5,
                                 .n_threads = n_threads};
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_cycle_simulate(&run, library->model, people, n, &plan, NULL, err));
    fill_bands(band, run, n, person, scratch);
    fsc_cycle_run_free(run);
    fsc_deep_band(band, deep_pdff, scratch);
    return FSC_OK;
}
