#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "format.h"
#include "planner.h"

#include <fascicle/day.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_plan, fsc_plan_free)
FSC_DEFINE_AUTO(fsc_rules, fsc_rules_free)

/* No plan below this age (fact F122). */
static const double least_age_years = 16;
/* A muscle counts as far over its norm from this z on both sides (our choice; fact X068 gives no number). */
static const double high_z = 2.5;

void *fsc_plan_grow(void *items_address, int32_t *n, size_t size) {
    void *items;
    memcpy(&items, items_address, sizeof items);
    char *grown = fsc_grow(items, *n, *n + 1, size);
    if (!grown) return NULL;
    memcpy(items_address, &grown, sizeof grown);
    return grown + (size_t)(*n)++ * size;
}

void fsc_planning_set(fsc_planning *p, const char *name, double number) {
    const int32_t i = fsc_vocabulary_find(&p->rules->names, name);
    if (i >= 0) p->value[i] = (fsc_value){number, NULL};
}

int fsc_planning_holds(const fsc_planning *p, const fsc_condition *condition) {
    return fsc_condition_truth(condition, p->value) == FSC_TRUTH_YES;
}

/* A pain that began after the scan, told on or before the scan's day, cannot be. Later exams may tell of newer pain. */
static fsc_status check_scan(const fsc_map *map, int *scan_before_onset, fsc_error *err) {
    const double scan = fsc_days_of(map->acquisition.date), exam = fsc_days_of(map->exam->date);
    *scan_before_onset = 0;
    for (int32_t i = 0; i < map->exam->n_pain; i++) {
        const fsc_pain *pain = &map->exam->pain[i];
        if (fsc_days_of(pain->onset_date) > scan && !(exam > scan))
            return fsc_fail(err, FSC_E_RANGE, "exam: pain[%d].onset_date %.15s lies after the scan (%.15s); check both",
                            i, pain->onset_date, map->acquisition.date);
        *scan_before_onset |= exam - pain->onset_days > scan;
    }
    return FSC_OK;
}

int fsc_plan_site_is_compared(const fsc_map_site *site) {
    return site->norm.kind != FSC_NORM_NONE && strcmp(site->norm.words, "cannot say") != 0;
}

int fsc_plan_site_is_high(const fsc_map_site *site) {
    return site->norm.kind == FSC_NORM_PUBLISHED ? site->norm.percentile > 95
                                                 : strcmp(site->norm.words, "more than is usual") == 0;
}

/* A borrowed norm has no z: its words stand for it. */
static int is_high(const fsc_map_site *site) {
    return site && fsc_plan_site_is_high(site) && !(site->norm.z <= high_z);
}

/* Muscles with a level that is far over its norm on both sides. */
static int32_t muscles_high_both_sides(const fsc_map *map) {
    int32_t n = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *row = &map->site[i].row;
        if (row->kind != FSC_ROW_SITE || row->place.side != FSC_SIDE_LEFT || !is_high(&map->site[i]) ||
            !is_high(fsc_map_find(map, row->place.muscle, row->place.level, FSC_SIDE_RIGHT)))
            continue;
        int counted = 0;
        for (int32_t k = 0; k < i && !counted; k++) {
            const fsc_row *other = &map->site[k].row;
            counted = other->kind == FSC_ROW_SITE && other->place.side == FSC_SIDE_LEFT && is_high(&map->site[k]) &&
                      strcmp(other->place.muscle, row->place.muscle) == 0 &&
                      is_high(fsc_map_find(map, other->place.muscle, other->place.level, FSC_SIDE_RIGHT));
        }
        n += !counted;
    }
    return n;
}

static void set_map_values(fsc_planning *p) {
    const fsc_map *map = p->map;
    int32_t compared = 0, high = 0, visits = 0, real = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_map_site *site = &map->site[i];
        if (site->row.kind != FSC_ROW_SITE) continue;
        compared += fsc_plan_site_is_compared(site);
        high += fsc_plan_site_is_high(site);
        visits |= site->change.real >= 0;
        real += site->change.real == 1;
    }
    fsc_planning_set(p, "map.compared", compared);
    fsc_planning_set(p, "map.high_sites", high);
    fsc_planning_set(p, "map.visits_compared", visits);
    fsc_planning_set(p, "map.real_changes", visits ? real : (double)NAN);
    fsc_planning_set(p, "map.muscles_high_both_sides", muscles_high_both_sides(map));
}

/* Every name's value: the exam's, the map's, and no for alarms and rules until they hold. */
static fsc_status set_values(fsc_planning *p, int scan_before_onset) {
    const fsc_vocabulary *names = &p->rules->names;
    FSC_TRY(fsc_exam_values(p->value, p->map->exam, p->err));
    for (int32_t i = p->rules->n_exam_name; i < names->n; i++) p->value[i] = (fsc_value){0, NULL};
    set_map_values(p);
    fsc_planning_set(p, "plan.scan_before_onset", scan_before_onset);
    return FSC_OK;
}

static fsc_status triage(fsc_planning *p) {
    fsc_red_flag *flag = NULL;
    int32_t n = 0, n_stop = 0;
    const fsc_vocabulary exam_names = {p->rules->names.name, p->rules->n_exam_name, p->rules->n_exam_name};
    FSC_TRY(fsc_triage(&flag, &n, &n_stop, &exam_names, p->value, p->err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; status == FSC_OK && i < (n_stop ? n_stop : n); i++) {
        fsc_red_flag *to = n_stop ? fsc_plan_grow(&p->plan->stop, &p->plan->n_stop, sizeof *to)
                                  : fsc_plan_grow(&p->plan->refer, &p->plan->n_refer, sizeof *to);
        char name[64];
        if (to)
            *to = flag[i];
        else
            status = fsc_fail_nomem(p->err, "making a plan");
        fsc_format(name, sizeof name, "alarm.%.47s", flag[i].key);
        fsc_planning_set(p, name, 1);
    }
    fsc_free(flag);
    return status;
}

static fsc_status decide(fsc_planning *p) {
    fsc_plan *plan = p->plan;
    const fsc_exam *exam = p->map->exam;
    FSC_TRY(triage(p));
    if (plan->n_stop > 0) {
        plan->state = FSC_PLAN_STOP;
    } else if (exam->age_years < least_age_years) {
        plan->state = FSC_PLAN_SCOPE;
        fsc_free(plan->refer);
        plan->refer = NULL;
        plan->n_refer = 0;
    } else {
        FSC_TRY(fsc_exam_open_questions(&plan->ask, &plan->n_ask, exam, p->err));
        plan->state = plan->n_ask > 0 && plan->ask[0].holds ? FSC_PLAN_ASK : FSC_PLAN_READY;
    }
    fsc_planning_set(p, "plan.stop", plan->state == FSC_PLAN_STOP);
    fsc_planning_set(p, "plan.ask", plan->state == FSC_PLAN_ASK);
    fsc_planning_set(p, "plan.ready", plan->state == FSC_PLAN_READY);
    return FSC_OK;
}

static void head(fsc_planning *p) {
    fsc_plan *plan = p->plan;
    const fsc_exam *exam = p->map->exam;
    fsc_copy_text(plan->participant, sizeof plan->participant, p->map->acquisition.participant);
    fsc_copy_text(plan->session, sizeof plan->session, p->map->acquisition.session);
    fsc_copy_text(plan->date, sizeof plan->date, exam->date);
    plan->age_years = exam->age_years;
    plan->sex = exam->sex;
    plan->follow_up.scan_not_before_weeks = NAN;
    fsc_copy_text(plan->signature, sizeof plan->signature, "No clinician has signed these rules yet.");
    fsc_copy_text(plan->radiology, sizeof plan->radiology,
                  strcmp(exam->radiology_report, "read") == 0
                      ? "A doctor has read the pictures, you told us. This program sees only muscle."
                      : "Please ask: has a doctor read all of my pictures? This program sees only muscle.");
    fsc_copy_text(plan->model_view.reason, sizeof plan->model_view.reason, "not computed");
}

/* The model's view stands beside a plan that has nothing in its way, and comes last: nothing can depend on it. */
static void add_model_view(fsc_planning *p) {
    if (p->opt->model_view) p->plan->model_view = *p->opt->model_view;
}

fsc_status fsc_plan_make(fsc_plan **out, const fsc_map *map, const fsc_rules *rules, const fsc_plan_options *opt,
                         fsc_error *err) {
    static const fsc_plan_options none = FSC_PLAN_OPTIONS_INIT;
    int scan_before_onset;
    FSC_TRY(check_scan(map, &scan_before_onset, err));
    FSC_AUTO(fsc_plan) plan = fsc_alloc(1, sizeof *plan);
    FSC_AUTO_BLOCK fsc_value *value = fsc_alloc(rules->names.n, sizeof *value);
    if (!plan || !value) return fsc_fail_nomem(err, "making a plan");
    fsc_planning p = {.plan = plan, .map = map, .rules = rules, .opt = opt ? opt : &none, .value = value, .err = err};
    head(&p);
    FSC_TRY(set_values(&p, scan_before_onset));
    FSC_TRY(decide(&p));
    if (plan->state == FSC_PLAN_READY) {
        FSC_TRY(fsc_plan_regions(&p));
        FSC_TRY(fsc_plan_layers(&p));
        FSC_TRY(fsc_plan_home(&p));
        FSC_TRY(fsc_plan_follow(&p));
        add_model_view(&p);
    }
    FSC_TRY(fsc_plan_speak(&p));
    FSC_GIVE(out, plan);
    return FSC_OK;
}

fsc_status fsc_plan_run(fsc_plan **out, const fsc_map *map, const fsc_plan_options *opt, fsc_error *err) {
    FSC_AUTO(fsc_rules) rules = NULL;
    FSC_TRY(fsc_rules_read(&rules, opt ? opt->rules_path : NULL, err));
    return fsc_plan_make(out, map, rules, opt, err);
}
