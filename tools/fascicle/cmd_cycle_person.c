/* fascicle cycle simulate, fascicle cycle export: one person of the injury-cycle model. */
#include "cmd.h"

#include <math.h>
#include <string.h>

enum { DAYS_MAX = 64, SITES_MAX = 256 };

/* What describes one person. */
typedef struct values {
    const char *first, *last, *struck, *days, *out, *surgery;
    double dose, stress, sleep, activity, posture, bmi, repair, fat_percent, surgery_day;
    opt_texts treat;
    int set, grade, story; /* which word: set A or B, grade 1 to 3, acute or pre-existing */
    int reference, threshold;
} values;

/* Start from {0}; empty with person_free. */
typedef struct person {
    fsc_cycle *model;
    fsc_cycle_person person;
    fsc_cycle_event event[2];
    fsc_cycle_course course[OPT_TEXTS_MAX];
    double strain[SITES_MAX], operated[SITES_MAX];
    double day[DAYS_MAX];
    int32_t n_day;
} person;

static void person_free(person *p) {
    fsc_cycle_free(p->model);
}

/* "C4-C7" into two names. */
static int parse_range(const char *text, char first[8], char last[8]) {
    return sscanf(text, "%7[^-]-%7s", first, last) == 2;
}

static int parse_days(const char *text, person *p) {
    char *end;
    for (p->n_day = 0; p->n_day < DAYS_MAX; text = end + 1) {
        p->day[p->n_day++] = strtod(text, &end);
        if (end == text) return 0;
        if (*end == 0) return 1;
        if (*end != ',') return 0;
    }
    return 0;
}

/* NAME:START:STOP[:INTENSITY] */
static fsc_status parse_course(const cli *c, fsc_cycle_course *course, const char *text, fsc_error *err) {
    char name[32] = "", rest;
    course->intensity = 1;
    const int n =
        sscanf(text, "%31[^:]:%lf:%lf:%lf%c", name, &course->start_day, &course->stop_day, &course->intensity, &rest);
    if (n != 3 && n != 4)
        return cli_usage(c, err, "--treat %s: write NAME:START:STOP or NAME:START:STOP:INTENSITY, as manual:42:126",
                         text);
    const int32_t treatment = fsc_cycle_find_treatment(name);
    course->treatment = (fsc_cycle_treatment)treatment;
    if (treatment >= 0) return FSC_OK;
    char list[256] = "";
    for (int32_t i = 0; i < FSC_CYCLE_N_TREATMENT; i++) {
        const size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                       fsc_cycle_treatment_text((fsc_cycle_treatment)i));
    }
    return cli_usage(c, err, "--treat %s: no treatment '%s'; use %s", text, name, list);
}

static fsc_status add_surgery(const cli *c, person *p, const values *v, fsc_error *err) {
    char level[8];
    const int open = strncmp(v->surgery, "open:", 5) == 0;
    if ((!open && strncmp(v->surgery, "mis:", 4) != 0) || sscanf(strchr(v->surgery, ':') + 1, "%7s", level) != 1)
        return cli_usage(c, err, "--surgery %s: write open:L4 or mis:L4", v->surgery);
    const int32_t site = fsc_cycle_find_site(p->model, level, "deep", "left");
    if (site < 0) return cli_usage(c, err, "--surgery %s: the model has no level %s", v->surgery, level);
    p->operated[site] = 1;
    p->event[1] = (fsc_cycle_event){v->surgery_day, open ? FSC_CYCLE_SURGERY_OPEN : FSC_CYCLE_SURGERY_MIS, p->operated};
    p->person.n_event = 2;
    return FSC_OK;
}

static fsc_status build_person(const cli *c, person *p, const values *v, fsc_error *err) {
    char first[8], last[8];
    if (!parse_range(v->struck, first, last))
        return cli_usage(c, err, "--struck %s: write two levels, as C4-C7", v->struck);
    if (!parse_days(v->days, p))
        return cli_usage(c, err, "--days %s: write up to %d numbers with commas", v->days, DAYS_MAX);
    TRY(fsc_cycle_new(&p->model, v->first, v->last, 1, err));
    if (fsc_cycle_n_site(p->model) > SITES_MAX) return cli_usage(c, err, "the model has more than %d sites", SITES_MAX);
    fsc_cycle_person_init(&p->person, p->model, (fsc_cycle_set)(FSC_CYCLE_SET_A + v->set));
    p->person.modifiers =
        (fsc_cycle_modifiers){v->activity, v->posture, v->stress, v->sleep, (v->bmi - 24) / 10, v->repair};
    p->person.deep_fat_shift = isnan(v->fat_percent) ? 0 : v->fat_percent / 100 - 0.16;
    const double dose = isnan(v->dose) ? fsc_cycle_grade_dose(p->model, v->grade + 1) : v->dose;
    TRY(fsc_cycle_strain_profile(p->strain, p->model, dose, first, last, err));
    p->event[0] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, p->strain};
    p->person.event = p->event;
    p->person.n_event = 1;
    if (v->surgery) TRY(add_surgery(c, p, v, err));
    for (int k = 0; k < v->treat.n; k++) TRY(parse_course(c, &p->course[k], v->treat.item[k], err));
    p->person.course = p->course;
    p->person.n_course = v->treat.n;
    return FSC_OK;
}

static double struck_mean(const person *p, const double *value) {
    double sum = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < fsc_cycle_n_site(p->model); i++) {
        if (p->strain[i] <= 0 || strcmp(fsc_cycle_site_at(p->model, i)->layer, "deep") != 0) continue;
        sum += value[i];
        n++;
    }
    return n > 0 ? sum / n : (double)NAN;
}

static void print_run(cli *c, const person *p, const fsc_cycle_run *run) {
    for (int32_t story = 0; story < run->n_person; story++)
        for (int32_t d = 0; d < run->n_day; d++) {
            const fsc_cycle_outcome *o = &run->outcome[story * run->n_day + d];
            const char *words = fsc_cycle_story_text((fsc_cycle_story)story);
            const double pdff = struck_mean(p, fsc_cycle_run_at(run, story, d, 0));
            const double size = struck_mean(p, fsc_cycle_run_at(run, story, d, 1));
            const double strength = struck_mean(p, fsc_cycle_run_at(run, story, d, 2));
            cli_row(c, "cycle",
                    FIELDS(FIELD("story", words), FIELD("day", p->day[d]), FIELD("deep_pdff_fraction", pdff),
                           FIELD("size_share", size), FIELD("strength_share", strength), FIELD("nrs_0_10", o->nrs),
                           FIELD("ndi_percent", o->ndi)),
                    "%-16s day %5g  deep PDFF %5.1f %%  size %.3f  strength %.2f  NRS %.1f  NDI %.0f", words, p->day[d],
                    100 * pdff, size, strength, o->nrs, o->ndi);
        }
}

static fsc_status print_threshold(cli *c, const person *p, fsc_error *err) {
    fsc_cycle_threshold t;
    TRY(fsc_cycle_find_threshold(&t, p->model, &p->person, (int32_t)c->threads, err));
    const cli_field *fields = FIELDS(FIELD("by_bisection_share", t.by_bisection), FIELD("by_root_share", t.by_root));
    if (isnan(t.by_bisection))
        cli_row(c, "threshold", fields, "none: every strain of C4 to C7 up to 0.9 heals within the model");
    else if (t.by_bisection <= 0)
        cli_row(c, "threshold", fields, "0: in this person every strain of C4 to C7 sustains itself within the model");
    else if (isnan(t.by_root))
        cli_row(c, "threshold", fields, "strain %.4f of C4 to C7 by bisection; no crossing to find it by root",
                t.by_bisection);
    else
        cli_row(c, "threshold", fields, "strain %.4f of C4 to C7 by bisection, %.4f by root", t.by_bisection,
                t.by_root);
    return FSC_OK;
}

static fsc_status run_simulate(cli *c, const void *given, fsc_error *err) {
    static const fsc_cycle_quantity quantity[] = {FSC_CYCLE_PDFF,     FSC_CYCLE_CSA,       FSC_CYCLE_STRENGTH,
                                                  FSC_CYCLE_LEAN_CSA, FSC_CYCLE_T2,        FSC_CYCLE_STIFFNESS,
                                                  FSC_CYCLE_STATE_N,  FSC_CYCLE_STATE_Y,   FSC_CYCLE_STATE_T,
                                                  FSC_CYCLE_STATE_H,  FSC_CYCLE_LEVEL_PAIN};
    static const char *const name[] = {"acute fat", "pre-existing fat"};
    const values *v = given;
    if (v->out) TRY(cli_check_writable(v->out, 0, err));
    AUTO_STRUCT(person) p = {0};
    AUTO(fsc_cycle_run) run = NULL;
    TRY(build_person(c, &p, v, err));
    const fsc_cycle_plan plan = {.day = p.day,
                                 .n_day = p.n_day,
                                 .quantity = quantity,
                                 .n_quantity = sizeof quantity / sizeof *quantity,
                                 .n_threads = (int32_t)c->threads};
    fsc_cycle_person pair[2] = {p.person, p.person};
    pair[1].story = FSC_CYCLE_PREEXISTING;
    TRY(v->reference ? fsc_cycle_simulate_reference(&run, p.model, pair, 2, &plan, &c->progress, err)
                     : fsc_cycle_simulate(&run, p.model, pair, 2, &plan, &c->progress, err));
    print_run(c, &p, run);
    if (v->threshold) TRY(print_threshold(c, &p, err));
    if (v->out) TRY(fsc_cycle_write_tsv(v->out, p.model, run, &plan, name, err));
    if (v->out) cli_file(c, "cycle", v->out);
    cli_line(c, "honesty", "%s", fsc_cycle_honesty_of(p.model).sentence);
    return FSC_OK;
}

static fsc_status run_export(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    TRY(cli_check_writable(v->out, 0, err));
    AUTO_STRUCT(person) p = {0};
    TRY(build_person(c, &p, v, err));
    p.person.story = (fsc_cycle_story)v->story;
    TRY(fsc_cycle_write_sbml(v->out, p.model, &p.person, err));
    cli_row(c, "export",
            FIELDS(FIELD("n_site", fsc_cycle_n_site(p.model)), FIELD("n_state", fsc_cycle_n_state(p.model)),
                   FIELD("story", fsc_cycle_story_text(p.person.story))),
            "SBML Level 3 Version 1: %d sites, %d states, %s", fsc_cycle_n_site(p.model), fsc_cycle_n_state(p.model),
            fsc_cycle_story_text(p.person.story));
    cli_line(c, "honesty", "%s", fsc_cycle_honesty_of(p.model).sentence);
    cli_file(c, "export", v->out);
    return FSC_OK;
}

#define PERSON_OPTS                                                                                                    \
    OPT(values, set, "set", OPT_WORD, "A|B", "parameter set", .words = "A|B"),                                         \
        OPT(values, first, "from", OPT_TEXT, "LEVEL", "highest level of the model"),                                   \
        OPT(values, last, "to", OPT_TEXT, "LEVEL", "lowest level"),                                                    \
        OPT(values, struck, "struck", OPT_TEXT, "L1-L2", "strained levels"),                                           \
        OPT(values, grade, "grade", OPT_WORD, "1|2|3", "strain grade on day 0", .words = "1|2|3"),                     \
        OPT(values, dose, "dose", OPT_NUMBER, "SHARE", "damaged share of deep muscle, instead of a grade", .low = 0,   \
            .high = 1),                                                                                                \
        OPT(values, stress, "stress", OPT_NUMBER, "X", "psychological stress", .low = 0, .high = 1),                   \
        OPT(values, sleep, "sleep-deficit", OPT_NUMBER, "X", "lack of sleep", .low = 0, .high = 1),                    \
        OPT(values, activity, "activity", OPT_NUMBER, "X", "1 = usual", .low = 0, .high = 3),                          \
        OPT(values, posture, "posture", OPT_NUMBER, "X", "load by posture, 1 = usual", .low = 0, .high = 3),           \
        OPT(values, bmi, "bmi", OPT_NUMBER, "KG/M2", "body mass index", .low = 4, .high = 74),                         \
        OPT(values, repair, "repair", OPT_NUMBER, "X", "repair by age and hormones, 1 = usual", .low = 0, .high = 3),  \
        OPT(values, fat_percent, "fat", OPT_NUMBER, "PERCENT", "fat of deep muscle before; 16 when not given",         \
            .low = 0, .high = 100),                                                                                    \
        OPT(values, treat, "treat", OPT_TEXTS, "NAME:START:STOP",                                                      \
            "a course of self-release, stretching, manual, injection, neuromodulation, remodelling, regenerative, "    \
            "strengthening, conventional or steroid, in days"),                                                        \
        OPT(values, surgery, "surgery", OPT_TEXT, "KIND:LEVEL", "open:L4 or mis:L4"),                                  \
        OPT(values, surgery_day, "surgery-day", OPT_NUMBER, "DAY", "when")

static const opt simulate_opts[] = {
    PERSON_OPTS,
    OPT(values, days, "days", OPT_TEXT, "D,D,...", "output days"),
    OPT(values, out, "out", OPT_TEXT, "FILE", "every site and day as a TSV"),
    OPT(values, reference, "reference", OPT_FLAG, NULL, "solve by CVODES to 1e-9 (slow)"),
    OPT(values, threshold, "threshold", OPT_FLAG, NULL,
        "also the smallest strain of the neck that sustains itself in this person"),
    OPT_END};
static const opt export_opts[] = {
    PERSON_OPTS,
    OPT(values, story, "story", OPT_WORD, "WHICH", "which of the rival stories", .words = "acute|preexisting"),
    OPT(values, out, "out", OPT_TEXT, "FILE", "the SBML file"), OPT_END};
#define PERSON_DEFAULTS                                                                                                \
    .set = 1, .first = "C2", .last = "S1", .struck = "C4-C7", .days = "0,14,90,180,365", .grade = 1,                   \
    .dose = (double)NAN, .activity = 1, .posture = 1, .bmi = 24, .repair = 1, .fat_percent = (double)NAN,              \
    .surgery_day = 365
static const values simulate_defaults = {PERSON_DEFAULTS};
static const values export_defaults = {PERSON_DEFAULTS, .out = "cycle.xml"};

const command cmd_cycle_simulate = {
    .name = "cycle simulate",
    .line = "one person's course after a strain, under both rival stories",
    .about = "Simulates a strain on day 0 and what follows, with acute fat and with fat that was there before, side by "
             "side. Within the model only: most of its parameters are assumptions, and what it says about treatments "
             "follows from assumed rates.",
    .opts = simulate_opts,
    .defaults = &simulate_defaults,
    .size = sizeof(values),
    .run = run_simulate};
const command cmd_cycle_export = {
    .name = "cycle export",
    .line = "a person's model as SBML, for other solvers",
    .about = "Writes SBML Level 3 Version 1 core with states, equations, events and treatments.",
    .opts = export_opts,
    .defaults = &export_defaults,
    .size = sizeof(values),
    .run = run_export};
