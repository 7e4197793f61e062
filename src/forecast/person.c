/* The whole person: levels that were inferred apart are put together and simulated ahead as one spine. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

#define STREAM_COMPOSITE ((uint64_t)7 << 48)

const char *fsc_person_quantity_text(fsc_person_quantity quantity) {
    static const char *const text[FSC_PERSON_N] = {"deep_pdff", "pain", "disability", "motion"};
    return quantity >= 0 && quantity < FSC_PERSON_N ? text[quantity] : "";
}

static double largest_excess(const fsc_library *lib, const fsc_data *data, fsc_pick p) {
    double most = 0;
    for (int side = 0; side < 2; side++) {
        const int32_t site = data->site_index[p.level][0][side];
        const double excess = fsc_library_at(lib, p.member, lib->n_visit - 1, FSC_OBSERVED_PDFF)[site] -
                              fsc_healthy_value(lib, p.member, site, FSC_OBSERVED_PDFF);
        if (excess > most) most = excess;
    }
    return most;
}

/* Copies one virtual level, mirrored when the pick is, into a person's state and baseline. */
static void copy_level(double *state, double *fat_shift, const fsc_library *lib, const fsc_data *data, int32_t level,
                       fsc_pick p) {
    const double *from = fsc_library_state(lib, p.member);
    for (int k = 0; k < FSC_LAYERS; k++) {
        for (int side = 0; side < 2; side++) {
            const int32_t to_site = data->site_index[level][k][side];
            const int32_t from_site = data->site_index[p.level][k][side ^ p.mirrored];
            memcpy(state + fsc_cycle_site_offset(lib->model, to_site),
                   from + fsc_cycle_site_offset(lib->model, from_site), FSC_CYCLE_N_STATE * sizeof *state);
            fat_shift[to_site] = lib->fat_shift[(int64_t)p.member * lib->n_site + from_site];
        }
    }
    memcpy(state + fsc_cycle_level_offset(lib->model, level), from + fsc_cycle_level_offset(lib->model, p.level),
           2 * sizeof *state);
}

/* A person from one pick a level; unmeasured levels come from the prior. The parameters are those of the most affected
 * level's member: there they matter most. */
static void compose(fsc_cycle_person *person, double *state, double *fat_shift, const fsc_library *lib,
                    const fsc_data *data, const fsc_posterior *posterior, fsc_draw *draw) {
    fsc_pick lead = {(int32_t)(fsc_draw_uniform(draw) * lib->n_member), 0, 0, 0, 1};
    double most = -1;
    int32_t next = 0;
    for (int32_t level = 0; level < lib->n_level; level++) {
        fsc_pick p = {(int32_t)(fsc_draw_uniform(draw) * lib->n_member), level, 0, 0, 1};
        if (next < posterior->n_level && posterior->level[next].level == level) {
            p = posterior->level[next++].pick[(int32_t)(fsc_draw_uniform(draw) * FSC_PICKS)];
            const double excess = largest_excess(lib, data, p);
            if (excess > most) {
                most = excess;
                lead = p;
            }
        }
        copy_level(state, fat_shift, lib, data, level, p);
    }
    *person = lib->person[lead.member];
    person->event = NULL;
    person->n_event = 0;
    person->fat_shift = fat_shift;
    person->initial = state;
}

static void fill_bands(fsc_band *band, const fsc_cycle_run *run, int32_t n, double *scratch) {
    for (int32_t t = 0; t < FSC_FORECAST_N_DAY; t++) {
        for (int q = FSC_PERSON_PAIN; q < FSC_PERSON_N; q++) {
            for (int32_t c = 0; c < n; c++) {
                const fsc_cycle_outcome *o = &run->outcome[(int64_t)c * FSC_FORECAST_N_DAY + t];
                scratch[c] = q == FSC_PERSON_PAIN ? o->nrs : q == FSC_PERSON_DISABILITY ? o->ndi : o->rom;
            }
            band[q * FSC_FORECAST_N_DAY + t] = fsc_band_of(scratch, n);
        }
    }
}

fsc_status fsc_person_future(fsc_band *band, const fsc_library *library, const fsc_data *data,
                             const fsc_posterior *posterior, double *deep_pdff, const fsc_cycle_course *course,
                             int32_t n_course, uint64_t seed, int32_t n_threads, fsc_error *err) {
    const int64_t n_state = library->n_state, n_site = library->n_site;
    const int32_t n = library->n_member < FSC_COMPOSITES ? library->n_member : FSC_COMPOSITES;
    FSC_AUTO_BLOCK fsc_cycle_person *person = fsc_alloc(n, sizeof *person);
    FSC_AUTO_BLOCK double *state = fsc_alloc(n * (n_state + n_site), sizeof *state);
    FSC_AUTO_BLOCK double *scratch = fsc_alloc(FSC_PICKS, sizeof *scratch);
    if (!person || !state || !scratch) return fsc_fail_nomem(err, "putting whole persons together");
    fsc_draw draw = {seed, STREAM_COMPOSITE, 0};
    for (int32_t c = 0; c < n; c++) {
        double *own = state + c * (n_state + n_site);
        compose(&person[c], own, own + n_state, library, data, posterior, &draw);
        person[c].course = course;
        person[c].n_course = n_course;
    }
    const fsc_cycle_plan plan = {.day = fsc_forecast_days(),
                                 .n_day = FSC_FORECAST_N_DAY,
                                 .relative_tolerance = 1e-3,
                                 .absolute_tolerance = 1e-5,
                                 .n_threads = n_threads};
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_cycle_simulate(&run, library->model, person, n, &plan, NULL, err));
    fill_bands(band, run, n, scratch);
    fsc_cycle_run_free(run);
    for (int32_t t = 0; t < FSC_FORECAST_N_DAY; t++) {
        for (int32_t i = 0; i < FSC_PICKS; i++) scratch[i] = deep_pdff[(int64_t)i * FSC_FORECAST_N_DAY + t];
        band[t] = fsc_band_of(scratch, FSC_PICKS);
    }
    return FSC_OK;
}
