/* The room study: what the model of src/cycle does over many virtual people. Each question is a file and a header:
 *
 *   population.c   draws people from published and assumed laws (data/cycle/population.tsv),
 *   calibrate.c    holds them against published numbers (data/cycle/targets.tsv); settle.c redraws and moves the
 *                  population until the targets' means are met, weights.c finds the weights of least information,
 *   threshold.c    the smallest strain that sustains itself,
 *   sensitivity.c  which assumptions matter (Sobol indices),
 *   identify.c     what measurements could tell of the parameters at all,
 *   dense.c        the small symmetric algebra they share.
 *
 * This file: the neck model, its curves and the set-ups that the studies have in common. Nothing here looks at a scan.
 */
#include "study.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

const double fsc_study_day[FSC_STUDY_DAYS] = {0, 4, 7, 14, 28, 90, 180, 365};

fsc_status fsc_study_neck(fsc_cycle **out, fsc_error *err) {
    return fsc_cycle_new(out, "C2", "T1", 0, err);
}

static int is_struck(const fsc_cycle_site *site) {
    return site->level[0] == 'C' && site->level[1] >= '4' && site->level[1] <= '7';
}

/* Mean of a quantity over flagged sites. */
static double mean_over(const double *value, const uint8_t *flag, int32_t n_site) {
    double sum = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < n_site; i++) {
        if (!flag[i]) continue;
        sum += value[i];
        n++;
    }
    return n > 0 ? sum / n : (double)NAN;
}

static void read_curve(fsc_study_curve *to, const fsc_cycle_run *run, int64_t person, const uint8_t *deep,
                       const uint8_t *struck) {
    const int32_t n = run->n_site;
    for (int32_t d = 0; d < FSC_STUDY_DAYS; d++) {
        to->pdff[d] = mean_over(fsc_cycle_run_at(run, person, d, 0), deep, n);
        to->csa[d] = mean_over(fsc_cycle_run_at(run, person, d, 1), deep, n);
        to->strength[d] = mean_over(fsc_cycle_run_at(run, person, d, 2), struck, n);
        to->ndi[d] = run->outcome[person * run->n_day + d].ndi;
    }
    to->dystonia = mean_over(fsc_cycle_run_at(run, person, FSC_STUDY_DAYS - 1, 3), deep, n);
}

fsc_status fsc_study_curves(fsc_study_curve *curve, const fsc_cycle *neck, const fsc_cycle_person *person,
                            int64_t n_person, int32_t n_threads, double bounds[2], const fsc_progress *progress,
                            fsc_error *err) {
    static const fsc_cycle_quantity quantity[4] = {FSC_CYCLE_PDFF, FSC_CYCLE_CSA, FSC_CYCLE_STRENGTH,
                                                   FSC_CYCLE_STATE_Y};
    const int32_t n_site = fsc_cycle_n_site(neck);
    FSC_AUTO_BLOCK uint8_t *flag = fsc_alloc(2 * (int64_t)n_site, 1);
    if (!flag) return fsc_fail_nomem(err, "studying the neck");
    for (int32_t i = 0; i < n_site; i++) {
        const fsc_cycle_site *site = fsc_cycle_site_at(neck, i);
        flag[n_site + i] = (uint8_t)is_struck(site);
        flag[i] = flag[n_site + i] && strcmp(site->layer, "deep") == 0;
    }
    const fsc_cycle_plan plan = {
        .day = fsc_study_day, .n_day = FSC_STUDY_DAYS, .quantity = quantity, .n_quantity = 4, .n_threads = n_threads};
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_cycle_simulate(&run, neck, person, n_person, &plan, progress, err));
    for (int64_t p = 0; p < n_person; p++) read_curve(&curve[p], run, p, flag, flag + n_site);
    if (bounds) {
        bounds[0] = run->worst_simplex;
        bounds[1] = run->worst_box;
    }
    fsc_cycle_run_free(run);
    return FSC_OK;
}

/* One person of the parameters and story on levels first..S1 or L3; runs to the days and hands over the run. */
static fsc_status run_component(fsc_cycle_run **run, const fsc_cycle *model, fsc_cycle_person *person,
                                const double *parameter, fsc_cycle_story story, const double *day, int32_t n_day,
                                fsc_error *err) {
    static const fsc_cycle_quantity quantity[3] = {FSC_CYCLE_PDFF, FSC_CYCLE_CSA, FSC_CYCLE_LEAN_CSA};
    memcpy(person->parameter, parameter, sizeof person->parameter);
    person->story = story;
    const fsc_cycle_plan plan = {.day = day, .n_day = n_day, .quantity = quantity, .n_quantity = 3, .n_threads = 1};
    return fsc_cycle_simulate(run, model, person, 1, &plan, NULL, err);
}

static double at_site(const fsc_cycle_run *run, int32_t day, int32_t quantity, const fsc_cycle *model,
                      const char *level, const char *side) {
    return fsc_cycle_run_at(run, 0, day, quantity)[fsc_cycle_find_site(model, level, "deep", side)];
}

/* Deep sites of L3..L5 on the left lose their nerve; the right side is the comparison. */
static fsc_status run_neurotomy(double *out, const fsc_cycle *lumbar, const double *parameter, fsc_cycle_story story,
                                double *amount, fsc_error *err) {
    static const char *const level[3] = {"L3", "L4", "L5"};
    const double day = 730;
    memset(amount, 0, (size_t)fsc_cycle_n_site(lumbar) * sizeof *amount);
    for (int k = 0; k < 3; k++) amount[fsc_cycle_find_site(lumbar, level[k], "deep", "left")] = 0.95;
    const fsc_cycle_event event = {0, FSC_CYCLE_NERVE_BLOCK, amount};
    fsc_cycle_person person;
    fsc_cycle_person_init(&person, lumbar, FSC_CYCLE_PRIOR);
    person.event = &event;
    person.n_event = 1;
    fsc_cycle_run *run = NULL;
    FSC_TRY(run_component(&run, lumbar, &person, parameter, story, &day, 1, err));
    *out = 0;
    for (int k = 0; k < 3; k++)
        *out +=
            100.0 / 3 * (at_site(run, 0, 0, lumbar, level[k], "left") - at_site(run, 0, 0, lumbar, level[k], "right"));
    fsc_cycle_run_free(run);
    return FSC_OK;
}

/* A limb that is not used: activity 0.05, 2 % fat at the start. */
static fsc_status run_cord_injury(fsc_study_components *out, const fsc_cycle *limb, const double *parameter,
                                  fsc_cycle_story story, double *shift, fsc_error *err) {
    static const double day[2] = {42, 132};
    const int32_t n = fsc_cycle_n_site(limb);
    for (int32_t i = 0; i < n; i++) shift[i] = 0.02 - fsc_cycle_site_at(limb, i)->baseline_fat;
    fsc_cycle_person person;
    fsc_cycle_person_init(&person, limb, FSC_CYCLE_PRIOR);
    person.fat_shift = shift;
    person.modifiers.activity = 0.05;
    fsc_cycle_run *run = NULL;
    FSC_TRY(run_component(&run, limb, &person, parameter, story, day, 2, err));
    out->cord_size = out->cord_rise_pp = 0;
    for (int32_t i = 0; i < n; i++) {
        out->cord_size += fsc_cycle_run_at(run, 0, 0, 1)[i] / n;
        out->cord_rise_pp += 100 * (fsc_cycle_run_at(run, 0, 1, 0)[i] - fsc_cycle_run_at(run, 0, 0, 0)[i]) / n;
    }
    fsc_cycle_run_free(run);
    return FSC_OK;
}

static fsc_status run_fusion(fsc_study_components *out, int mis, const fsc_cycle *lumbar, const double *parameter,
                             fsc_cycle_story story, double *amount, fsc_error *err) {
    const double day = 400;
    memset(amount, 0, (size_t)fsc_cycle_n_site(lumbar) * sizeof *amount);
    amount[fsc_cycle_find_site(lumbar, "L4", "deep", "left")] = 1;
    const fsc_cycle_event event = {0, mis ? FSC_CYCLE_SURGERY_MIS : FSC_CYCLE_SURGERY_OPEN, amount};
    fsc_cycle_person person;
    fsc_cycle_person_init(&person, lumbar, FSC_CYCLE_PRIOR);
    person.event = &event;
    person.n_event = 1;
    fsc_cycle_run *run = NULL;
    FSC_TRY(run_component(&run, lumbar, &person, parameter, story, &day, 1, err));
    const double beside = at_site(run, 0, 2, lumbar, "L3", "left") + at_site(run, 0, 2, lumbar, "L5", "left");
    out->lean_operated[mis] = 100 * (at_site(run, 0, 2, lumbar, "L4", "left") - 1);
    out->lean_adjacent[mis] = 100 * (beside / 2 - 1);
    fsc_cycle_run_free(run);
    return FSC_OK;
}

static fsc_status run_lumbar(fsc_study_components *out, const double *parameter, fsc_cycle_story story,
                             const fsc_cycle *lumbar, double *amount, fsc_error *err) {
    FSC_TRY(run_neurotomy(&out->neurotomy_pp, lumbar, parameter, story, amount, err));
    FSC_TRY(run_fusion(out, 0, lumbar, parameter, story, amount, err));
    return run_fusion(out, 1, lumbar, parameter, story, amount, err);
}

fsc_status fsc_study_components_run(fsc_study_components *out, const double *parameter, fsc_cycle_story story,
                                    fsc_error *err) {
    fsc_cycle *lumbar = NULL, *limb = NULL;
    FSC_AUTO_BLOCK double *amount = NULL;
    fsc_status status = fsc_cycle_new(&lumbar, "L1", "S1", 1, err);
    if (status == FSC_OK) status = fsc_cycle_new(&limb, "L1", "L3", 0, err);
    if (status == FSC_OK) {
        amount = fsc_alloc(fsc_cycle_n_site(lumbar), sizeof *amount);
        if (!amount) status = fsc_fail_nomem(err, "the cycle's component targets");
    }
    if (status == FSC_OK) status = run_lumbar(out, parameter, story, lumbar, amount, err);
    if (status == FSC_OK) status = run_cord_injury(out, limb, parameter, story, amount, err);
    fsc_cycle_free(lumbar);
    fsc_cycle_free(limb);
    return status;
}
