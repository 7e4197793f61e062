/* fascicle cycle: the injury cycle as a model: simulate people, hold it against published numbers, ask what matters,
 * export it. */
#include "cmd.h"

#include <fascicle/fascicle.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS_MAX = 64, SITES_MAX = 256, FEW_PEOPLE = 50 };

/* What describes one person, for simulate and export. */
typedef struct person_values {
    const char *set, *first, *last, *struck, *days, *out;
    double grade, dose, stress, sleep, activity, posture, bmi, repair, fat_percent;
    opt_texts treat;
    const char *surgery;
    double surgery_day;
    int reference, threshold;
    const char *story;
} person_values;

typedef struct person_build {
    fsc_cycle *model;
    fsc_cycle_person person;
    fsc_cycle_event event[2];
    fsc_cycle_course course[OPT_TEXTS_MAX];
    double strain[SITES_MAX], operated[SITES_MAX];
    double day[DAYS_MAX];
    int32_t n_day;
} person_build;

static int parse_set(const char *text, fsc_cycle_set *set) {
    if (strcmp(text, "A") == 0 || strcmp(text, "a") == 0) return *set = FSC_CYCLE_SET_A, 1;
    if (strcmp(text, "B") == 0 || strcmp(text, "b") == 0) return *set = FSC_CYCLE_SET_B, 1;
    return 0;
}

/* "C4-C7" into two names. */
static int parse_range(const char *text, char first[8], char last[8]) {
    return sscanf(text, "%7[^-]-%7s", first, last) == 2;
}

static int parse_days(const char *text, person_build *b) {
    char *end;
    for (b->n_day = 0; b->n_day < DAYS_MAX; text = end + 1) {
        b->day[b->n_day++] = strtod(text, &end);
        if (end == text) return 0;
        if (*end == 0) return 1;
        if (*end != ',') return 0;
    }
    return 0;
}

/* NAME:START:STOP[:INTENSITY] */
static int parse_course(const char *text, fsc_cycle_course *course) {
    char name[32];
    course->intensity = 1;
    const int n = sscanf(text, "%31[^:]:%lf:%lf:%lf", name, &course->start_day, &course->stop_day, &course->intensity);
    const int32_t treatment = n >= 3 ? fsc_cycle_find_treatment(name) : -1;
    course->treatment = (fsc_cycle_treatment)treatment;
    return treatment >= 0;
}

static int build_schedule(cli *c, const person_values *v, person_build *b) {
    char level[8];
    if (v->surgery) {
        const int open = strncmp(v->surgery, "open:", 5) == 0;
        if ((!open && strncmp(v->surgery, "mis:", 4) != 0) || sscanf(strchr(v->surgery, ':') + 1, "%7s", level) != 1)
            return cli_usage(c, "--surgery %s: write open:L4 or mis:L4", v->surgery);
        const int32_t site = fsc_cycle_find_site(b->model, level, "deep", "left");
        if (site < 0) return cli_usage(c, "--surgery %s: the model has no level %s", v->surgery, level);
        b->operated[site] = 1;
        b->event[1] =
            (fsc_cycle_event){v->surgery_day, open ? FSC_CYCLE_SURGERY_OPEN : FSC_CYCLE_SURGERY_MIS, b->operated};
        b->person.n_event = 2;
    }
    for (int k = 0; k < v->treat.n; k++)
        if (!parse_course(v->treat.item[k], &b->course[k]))
            return cli_usage(c, "--treat %s: write NAME:START:STOP or NAME:START:STOP:INTENSITY, as manual:42:126",
                             v->treat.item[k]);
    b->person.course = b->course;
    b->person.n_course = v->treat.n;
    return EXIT_OK;
}

static int build_person(cli *c, const person_values *v, person_build *b) {
    fsc_error err = FSC_ERROR_INIT;
    fsc_cycle_set set;
    char first[8], last[8];
    if (!parse_set(v->set, &set)) return cli_usage(c, "--set %s: A or B", v->set);
    if (!parse_range(v->struck, first, last)) return cli_usage(c, "--struck %s: write two levels, as C4-C7", v->struck);
    if (!parse_days(v->days, b))
        return cli_usage(c, "--days %s: write up to %d numbers with commas", v->days, DAYS_MAX);
    fsc_status status = fsc_cycle_new(&b->model, v->first, v->last, 1, &err);
    if (status != FSC_OK) return cli_fail(c, status, &err);
    if (fsc_cycle_n_site(b->model) > SITES_MAX) return cli_usage(c, "the model has more than %d sites", SITES_MAX);
    fsc_cycle_person_init(&b->person, b->model, set);
    b->person.modifiers =
        (fsc_cycle_modifiers){v->activity, v->posture, v->stress, v->sleep, (v->bmi - 24) / 10, v->repair};
    b->person.deep_fat_shift = isnan(v->fat_percent) ? 0 : v->fat_percent / 100 - 0.16;
    const double dose = isnan(v->dose) ? fsc_cycle_grade_dose(b->model, (int32_t)v->grade) : v->dose;
    if (isnan(dose)) return cli_usage(c, "--grade must be 1, 2 or 3");
    status = fsc_cycle_strain_profile(b->strain, b->model, dose, first, last, &err);
    if (status != FSC_OK) return cli_fail(c, status, &err);
    b->event[0] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, b->strain};
    b->person.event = b->event;
    b->person.n_event = 1;
    return build_schedule(c, v, b);
}

static double struck_mean(const person_build *b, const double *value) {
    double sum = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < fsc_cycle_n_site(b->model); i++) {
        if (b->strain[i] <= 0 || strcmp(fsc_cycle_site_at(b->model, i)->layer, "deep") != 0) continue;
        sum += value[i];
        n++;
    }
    return n > 0 ? sum / n : (double)NAN;
}

static void print_run(cli *c, const person_build *b, const fsc_cycle_run *run) {
    for (int32_t story = 0; story < run->n_person; story++)
        for (int32_t d = 0; d < run->n_day; d++) {
            const fsc_cycle_outcome *o = &run->outcome[story * run->n_day + d];
            cli_line(c, "cycle", "%-16s day %5g  deep PDFF %5.1f %%  size %.3f  strength %.2f  NRS %.1f  NDI %.0f",
                     fsc_cycle_story_text((fsc_cycle_story)story), b->day[d],
                     100 * struck_mean(b, fsc_cycle_run_at(run, story, d, 0)),
                     struck_mean(b, fsc_cycle_run_at(run, story, d, 1)),
                     struck_mean(b, fsc_cycle_run_at(run, story, d, 2)), o->nrs, o->ndi);
        }
}

static fsc_status print_threshold(cli *c, const person_build *b, fsc_error *err) {
    fsc_cycle_threshold t;
    const fsc_status status = fsc_cycle_find_threshold(&t, b->model, &b->person, (int32_t)c->threads, err);
    if (status != FSC_OK) return status;
    if (isnan(t.by_bisection))
        cli_line(c, "threshold", "none: every strain of C4 to C7 up to 0.9 heals within the model");
    else
        cli_line(c, "threshold", "strain %.4f of C4 to C7 by bisection, %.4f by root", t.by_bisection, t.by_root);
    return FSC_OK;
}

/* Both stories by the reference solver, one after the other, as one run. */
static fsc_status simulate_reference(fsc_cycle_run **out, const person_build *b, const fsc_cycle_person pair[2],
                                     const fsc_cycle_plan *plan, fsc_error *err) {
    fsc_cycle_run *run = NULL;
    fsc_status status = fsc_cycle_simulate(&run, b->model, pair, 2, plan, NULL, err);
    for (int story = 0; story < 2 && status == FSC_OK; story++) {
        fsc_cycle_run *one = NULL;
        status = fsc_cycle_simulate_reference(&one, b->model, &pair[story], plan, err);
        if (status != FSC_OK) break;
        const size_t n = (size_t)plan->n_day * (size_t)plan->n_quantity * (size_t)one->n_site;
        memcpy(run->value + (size_t)story * n, one->value, n * sizeof *one->value);
        memcpy(run->outcome + story * plan->n_day, one->outcome, (size_t)plan->n_day * sizeof *one->outcome);
        fsc_cycle_run_free(one);
    }
    *out = run;
    return status;
}

static int run_simulate(cli *c, const void *given) {
    static const fsc_cycle_quantity quantity[] = {FSC_CYCLE_PDFF,     FSC_CYCLE_CSA,       FSC_CYCLE_STRENGTH,
                                                  FSC_CYCLE_LEAN_CSA, FSC_CYCLE_T2,        FSC_CYCLE_STIFFNESS,
                                                  FSC_CYCLE_STATE_N,  FSC_CYCLE_STATE_Y,   FSC_CYCLE_STATE_T,
                                                  FSC_CYCLE_STATE_H,  FSC_CYCLE_LEVEL_PAIN};
    static const char *const name[] = {"acute fat", "pre-existing fat"};
    const person_values *v = given;
    person_build b = {0};
    int code = build_person(c, v, &b);
    if (code != EXIT_OK) return fsc_cycle_free(b.model), code;
    fsc_error err = FSC_ERROR_INIT;
    const fsc_cycle_plan plan = {.day = b.day,
                                 .n_day = b.n_day,
                                 .quantity = quantity,
                                 .n_quantity = sizeof quantity / sizeof *quantity,
                                 .n_threads = (int32_t)c->threads};
    fsc_cycle_person pair[2] = {b.person, b.person};
    pair[1].story = FSC_CYCLE_PREEXISTING;
    fsc_cycle_run *run = NULL;
    fsc_status status = v->reference ? simulate_reference(&run, &b, pair, &plan, &err)
                                     : fsc_cycle_simulate(&run, b.model, pair, 2, &plan, &c->progress, &err);
    if (status == FSC_OK) print_run(c, &b, run);
    if (status == FSC_OK && v->threshold) status = print_threshold(c, &b, &err);
    if (status == FSC_OK && v->out) status = fsc_cycle_write_tsv(v->out, b.model, run, &plan, name, &err);
    if (status == FSC_OK && v->out) cli_file(c, "cycle", v->out);
    if (status == FSC_OK) cli_line(c, "honesty", "%s", fsc_cycle_honesty_of(b.model).sentence);
    fsc_cycle_run_free(run);
    fsc_cycle_free(b.model);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

static int run_export(cli *c, const void *given) {
    const person_values *v = given;
    person_build b = {0};
    int code = build_person(c, v, &b);
    if (code != EXIT_OK) return fsc_cycle_free(b.model), code;
    fsc_error err = FSC_ERROR_INIT;
    const char *out = v->out ? v->out : "cycle.xml";
    if (strcmp(v->story, "acute") != 0 && strcmp(v->story, "preexisting") != 0) {
        fsc_cycle_free(b.model);
        return cli_usage(c, "--story %s: acute or preexisting", v->story);
    }
    b.person.story = strcmp(v->story, "acute") == 0 ? FSC_CYCLE_ACUTE : FSC_CYCLE_PREEXISTING;
    const fsc_status status = fsc_cycle_write_sbml(out, b.model, &b.person, &err);
    if (status == FSC_OK) {
        cli_line(c, "export", "SBML Level 3 Version 1: %d sites, %d states, %s", fsc_cycle_n_site(b.model),
                 fsc_cycle_n_state(b.model), fsc_cycle_story_text(b.person.story));
        cli_line(c, "honesty", "%s", fsc_cycle_honesty_of(b.model).sentence);
        cli_file(c, "export", out);
    }
    fsc_cycle_free(b.model);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

typedef struct study_values {
    const char *set;
    int64_t people, seed, base;
    int check, identifiability;
} study_values;

static void print_fit(cli *c, const fsc_cycle_fit *fit) {
    const char *set = fit->set == FSC_CYCLE_SET_A ? "A" : "B", *story = fsc_cycle_story_text(fit->story);
    for (int32_t r = 0; r < fit->n_row; r++) {
        const fsc_cycle_fit_row *row = &fit->row[r];
        cli_line(c, "fit",
                 "%s %-16s %-4s %-9s %-25s %-42s day %3g  published %7.2f  model %7.2f  misfit %+7.2f %-8s %s", set,
                 story, row->id, row->use, row->group, row->quantity, row->day, row->published, row->model, row->misfit,
                 row->unit, row->hit ? "hit" : "miss");
    }
    cli_line(c, "fit",
             "%s %-16s rms misfit / sd: fitted %.2f, held out %.2f; weights worth %.0f of %lld people, who come from "
             "%.0f of %lld first drawn, after %d rounds of redrawing",
             set, story, fit->rms_fitted, fit->rms_held_out, fit->effective_people, (long long)fit->n_person,
             fit->families, (long long)fit->n_drawn, fit->n_round);
    if (fit->families < FEW_PEOPLE)
        cli_line(
            c, "warning",
            "%s %-16s few people of the first draw can be made to meet the targets (%.0f, fewer than %d): this set "
            "hardly reaches them, and its rows are uncertain by more than the published spread",
            set, story, fit->families, FEW_PEOPLE);
    cli_line(c, "bounds", "%s %-16s farthest outside the simplex %.1e, outside a box %.1e", set, story,
             -fit->worst_simplex, -fit->worst_box);
}

static int run_calibrate(cli *c, const void *given) {
    const study_values *v = given;
    fsc_error err = FSC_ERROR_INIT;
    fsc_status status = FSC_OK;
    int outside = 0;
    char sentence[200] = "";
    for (int k = 0; k < 4 && status == FSC_OK; k++) {
        const fsc_cycle_set set = k & 1 ? FSC_CYCLE_SET_B : FSC_CYCLE_SET_A;
        fsc_cycle_fit *fit = NULL;
        status = fsc_cycle_calibrate(&fit, set, (fsc_cycle_story)(k >> 1), v->people, (uint64_t)v->seed,
                                     (int32_t)c->threads, &c->progress, &err);
        if (status != FSC_OK) break;
        print_fit(c, fit);
        outside |= fit->worst_simplex < -1e-9 || fit->worst_box < -1e-6;
        snprintf(sentence, sizeof sentence, "%s", fit->honesty.sentence);
        fsc_cycle_fit_free(fit);
    }
    if (status != FSC_OK) return cli_fail(c, status, &err);
    cli_line(c, "honesty", "%s", sentence);
    if (!v->check) return EXIT_OK;
    cli_line(c, "check", "%s: %lld people per set and story within 1e-9 of the simplex and 1e-6 of their boxes",
             outside ? "FAILED" : "passed", (long long)v->people);
    return outside ? EXIT_FAILED : EXIT_OK;
}

static fsc_status print_identifiability(cli *c, fsc_cycle_set set, fsc_error *err) {
    fsc_cycle_identifiability *table = NULL;
    const fsc_status status = fsc_cycle_identify(&table, set, &c->progress, err);
    for (int32_t d = 0; status == FSC_OK && d < table->n_design; d++) {
        const fsc_cycle_design *design = &table->design[d];
        char best[160] = "";
        for (int32_t k = 0; k < table->n_factor; k++) {
            const size_t at = strlen(best);
            if (design->shrinkage[k] > 0.1 && at < sizeof best - 40)
                snprintf(best + at, sizeof best - at, " %s %.0f %%", table->factor[k], 100 * design->shrinkage[k]);
        }
        cli_line(c, "known", "%-14s %-62s informs %d of %d directions; prior sd shrinks for%s", design->person,
                 design->name, design->n_informed, table->n_factor, best);
    }
    fsc_cycle_identifiability_free(table);
    return status;
}

static int run_sensitivity(cli *c, const void *given) {
    const study_values *v = given;
    fsc_cycle_set set;
    if (!parse_set(v->set, &set)) return cli_usage(c, "--set %s: A or B", v->set);
    fsc_error err = FSC_ERROR_INIT;
    fsc_cycle_sobol *sobol = NULL;
    fsc_status status =
        fsc_cycle_sobol_run(&sobol, set, NULL, 0, v->base, (uint64_t)v->seed, (int32_t)c->threads, &c->progress, &err);
    for (int32_t k = 0; status == FSC_OK && k < sobol->n_row; k++) {
        const fsc_cycle_sobol_row *r = &sobol->row[k];
        cli_line(
            c, "sobol",
            "%-14s NDI 12 mo: first %5.2f +- %.2f, total %5.2f +- %.2f; PDFF: first %5.2f +- %.2f, total %5.2f +- %.2f",
            r->factor, r->first[1], r->first_sd[1], r->total[1], r->total_sd[1], r->first[0], r->first_sd[0],
            r->total[0], r->total_sd[0]);
    }
    if (status == FSC_OK)
        cli_line(c, "sobol", "%lld runs of %lld base samples, set %s; +- is a bootstrap sd", (long long)sobol->n_run,
                 (long long)sobol->n_base, v->set);
    if (status == FSC_OK && v->identifiability)
        status = print_identifiability(c, FSC_CYCLE_SET_A, &err); /* B has no sick state at rest */
    fsc_cycle_sobol_free(sobol);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

#define PERSON_OPTS                                                                                                    \
    {"set", "A|B", OPT_TEXT, offsetof(person_values, set), "parameter set (default: B)"},                              \
        {"from", "LEVEL", OPT_TEXT, offsetof(person_values, first), "highest level of the model (default: C2)"},       \
        {"to", "LEVEL", OPT_TEXT, offsetof(person_values, last), "lowest level (default: S1)"},                        \
        {"struck", "L1-L2", OPT_TEXT, offsetof(person_values, struck), "strained levels (default: C4-C7)"},            \
        {"grade", "1|2|3", OPT_NUMBER, offsetof(person_values, grade), "strain grade on day 0 (default: 2)"},          \
        {"dose", "SHARE", OPT_NUMBER, offsetof(person_values, dose),                                                   \
         "damaged share of deep muscle, instead of a grade"},                                                          \
        {"stress", "0..1", OPT_NUMBER, offsetof(person_values, stress), "psychological stress (default: 0)"},          \
        {"sleep-deficit", "0..1", OPT_NUMBER, offsetof(person_values, sleep), "lack of sleep (default: 0)"},           \
        {"activity", "X", OPT_NUMBER, offsetof(person_values, activity), "1 = usual (default)"},                       \
        {"posture", "X", OPT_NUMBER, offsetof(person_values, posture), "load by posture, 1 = usual (default)"},        \
        {"bmi", "KG/M2", OPT_NUMBER, offsetof(person_values, bmi), "body mass index (default: 24)"},                   \
        {"repair", "X", OPT_NUMBER, offsetof(person_values, repair),                                                   \
         "repair by age and hormones, 1 = usual (default)"},                                                           \
        {"fat", "PERCENT", OPT_NUMBER, offsetof(person_values, fat_percent),                                           \
         "fat of deep muscle before (default: 16)"},                                                                   \
        {"treat", "NAME:START:STOP", OPT_TEXTS, offsetof(person_values, treat),                                        \
         "a course of self-release, stretching, manual, injection, neuromodulation, remodelling, regenerative, "       \
         "strengthening, conventional or steroid, in days; may be given many times"},                                  \
        {"surgery", "KIND:LEVEL", OPT_TEXT, offsetof(person_values, surgery), "open:L4 or mis:L4"}, {                  \
        "surgery-day", "DAY", OPT_NUMBER, offsetof(person_values, surgery_day), "when (default: 365)"                  \
    }

#define NO_OPTS                                                                                                        \
    { NULL, NULL, OPT_FLAG, 0, NULL }

static const opt simulate_opts[] = {
    PERSON_OPTS,
    {"days", "D,D,...", OPT_TEXT, offsetof(person_values, days), "output days (default: 0,14,90,180,365)"},
    {"out", "FILE", OPT_TEXT, offsetof(person_values, out), "every site and day as a TSV"},
    {"reference", NULL, OPT_FLAG, offsetof(person_values, reference), "solve by CVODES to 1e-9 (slow)"},
    {"threshold", NULL, OPT_FLAG, offsetof(person_values, threshold),
     "also the smallest strain of the neck that sustains itself in this person"},
    NO_OPTS};
static const opt export_opts[] = {
    PERSON_OPTS,
    {"story", "acute|preexisting", OPT_TEXT, offsetof(person_values, story),
     "which of the rival stories (default: acute)"},
    {"out", "FILE", OPT_TEXT, offsetof(person_values, out), "the SBML file (default: cycle.xml)"},
    NO_OPTS};
static const person_values person_defaults = {.set = "B",
                                              .first = "C2",
                                              .last = "S1",
                                              .struck = "C4-C7",
                                              .days = "0,14,90,180,365",
                                              .grade = 2,
                                              .dose = (double)NAN,
                                              .activity = 1,
                                              .posture = 1,
                                              .bmi = 24,
                                              .repair = 1,
                                              .fat_percent = (double)NAN,
                                              .surgery_day = 365,
                                              .story = "acute"};
static const opt calibrate_opts[] = {
    {"people", "N", OPT_INTEGER, offsetof(study_values, people), "virtual people per set and story (default: 2000)"},
    {"seed", "N", OPT_INTEGER, offsetof(study_values, seed), "of the random numbers (default: 7)"},
    {"check", NULL, OPT_FLAG, offsetof(study_values, check),
     "fail unless the pools of everyone simulated stay within 1e-9 of the simplex"},
    NO_OPTS};
static const opt sensitivity_opts[] = {
    {"set", "A|B", OPT_TEXT, offsetof(study_values, set), "parameter set (default: B)"},
    {"base", "N", OPT_INTEGER, offsetof(study_values, base), "base samples (default: 512)"},
    {"seed", "N", OPT_INTEGER, offsetof(study_values, seed), "of the random numbers (default: 7)"},
    {"identifiability", NULL, OPT_FLAG, offsetof(study_values, identifiability),
     "also what four visits can tell about each parameter (set A)"},
    NO_OPTS};
static const study_values study_defaults = {.set = "B", .people = 2000, .seed = 7, .base = 512};

static const command simulate = {
    .name = "simulate",
    .group = "",
    .line = "one person's course after a strain, under both rival stories",
    .about = "Simulates a strain on day 0 and what follows, with acute fat and with fat that was there before, side by "
             "side. Within the model only: most of its parameters are assumptions, and what it says about treatments "
             "follows from assumed rates.",
    .opts = simulate_opts,
    .defaults = &person_defaults,
    .size = sizeof(person_values),
    .run = run_simulate};
static const command calibrate = {
    .name = "calibrate",
    .group = "",
    .line = "hold the model against published numbers, hits and misses",
    .about =
        "Draws virtual people, weighs them so that outcome groups have the published shares and curves, and prints "
        "every published number beside the model's, for sets A and B and both rival stories. Rows marked holdout "
        "were used for nothing. Where few people would carry the weights, many more are drawn and the population moves "
        "towards the targets, which takes a minute or two; how many people the rows rest on is printed.",
    .opts = calibrate_opts,
    .defaults = &study_defaults,
    .size = sizeof(study_values),
    .run = run_calibrate};
static const command sensitivity = {
    .name = "sensitivity",
    .group = "",
    .line = "which parameters and circumstances matter, and which can be known",
    .about = "Sobol indices (Saltelli's design, Jansen's estimators) of the leaders of an earlier screening for "
             "disability and fat after twelve months, with bootstrap error bars.",
    .opts = sensitivity_opts,
    .defaults = &study_defaults,
    .size = sizeof(study_values),
    .run = run_sensitivity};
static const command export = {.name = "export",
                               .group = "",
                               .line = "a person's model as SBML, for other solvers",
                               .about =
                                   "Writes SBML Level 3 Version 1 core with states, equations, events and treatments.",
                               .opts = export_opts,
                               .defaults = &person_defaults,
                               .size = sizeof(person_values),
                               .run = run_export};

extern const command cmd_cycle_order;
static const command *const parts[] = {&simulate, &calibrate, &sensitivity, &cmd_cycle_order, &export, NULL};
extern const command cmd_cycle;
const command cmd_cycle = {.name = "cycle",
                           .group = "model",
                           .line = "the injury cycle as a model: simulate, calibrate, sensitivity, order, export",
                           .about = "Research on the injury cycle as equations (doc/equations/cycle.md).",
                           .sub = parts};
