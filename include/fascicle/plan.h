/* Plan: what follows from exam, history and map: in what order, how strongly, by whom, and what nobody knows. */
#ifndef FASCICLE_PLAN_H
#define FASCICLE_PLAN_H

#include <fascicle/map.h>
#include <fascicle/model_view.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the plan is; each state empties what would follow it. */
typedef enum fsc_plan_state {
    FSC_PLAN_STOP = 0, /* only stop[] (and its cards and sentences) is filled */
    FSC_PLAN_SCOPE,    /* under 16, or age unknown: no plan; ask[] or a sentence says why */
    FSC_PLAN_ASK,      /* ask[] holds questions that must be answered first; no step, no topic */
    FSC_PLAN_READY     /* a plan that no clinician has signed */
} fsc_plan_state;

/* "stop", "scope", "ask", "ready". */
FSC_API const char *fsc_plan_state_text(fsc_plan_state state);

/* rows, everywhere: ids of fact rows, blanks between ("G047 D009"); fsc_plan_fact tells each one's source and status.
 * grade: how sure the evidence is, in words; it says "expert opinion" where only our own reading stands behind it. */

/* What is held back, from whom and how long. */
typedef struct fsc_plan_hold {
    char rule[12];
    char why[240];
    char what[320];  /* what is held back */
    char plain[400]; /* for the person */
    char by_whom[64];
    double review_weeks; /* NaN: at each visit */
    char withheld[160];  /* tags of data/plan/rules.tsv that no step may carry, blanks between */
    char kept_out[240];  /* rules that would have fired and do not for that reason */
    char grade[120];
    char rows[96];
} fsc_plan_hold;

#define FSC_PLAN_WHY_COUNT 6
/* Findings of exam and map that lie together along the spine. */
typedef struct fsc_plan_region {
    char where[80];  /* "L4-S1 left, deep" */
    char region[16]; /* "neck", "thoracic", "low back" */
    char level_first[12], level_last[12];
    fsc_side side;
    int32_t exam_agrees;               /* non-zero: the exam points here by itself */
    int32_t map_agrees;                /* non-zero: the map does */
    char why[FSC_PLAN_WHY_COUNT][160]; /* reasons, the exam's first; "" ends them */
    char use[240];                     /* what may be done with it */
    char rows[96];
} fsc_plan_region;

/* One step. Its words for a clinician (what) and for the person (plain). */
typedef struct fsc_plan_step {
    char rule[12];
    int32_t layer;      /* 2 stratify, 3 core, 4 adjunct, 6 progress and review */
    char treatment[32]; /* its class: "exercise", "education", ... (JSON: "class") */
    char what[480];
    char plain[480];
    char region[16]; /* "neck", "thoracic", "low back", "any" */
    char where[80];  /* of regions[]; "" = the whole region */
    char by_whom[80];
    char intensity[24];
    char dose[240];
    double start_week;  /* from now */
    double review_week; /* NaN: none of its own */
    char measure[160];
    char progress[240];
    char regress[240];
    char waits_for[160]; /* what must come first, in words; "" = nothing */
    char not_yet[240];   /* what is not to be loaded yet, and by which sign */
    char grade[160];
    int32_t contested;
    char sides_for[400], sides_against[400]; /* when contested: both sides, with their rows */
    char rows[160];
} fsc_plan_step;

/* A specialist option, as information only. */
typedef struct fsc_plan_topic {
    char rule[12];
    char treatment[32];
    char title[80];
    char sides_for[600], sides_against[600];
    char plain[480];
    char instead[240]; /* what there is besides: never only a no */
    char by_whom[64];
    char grade[160];
    int32_t contested;
    char rows[160];
} fsc_plan_topic;

/* A card in the shape of CDS Hooks. */
typedef struct fsc_plan_card {
    char summary[140];
    char indicator[12]; /* "info", "warning", "critical" */
    char source[160];   /* label */
    char detail[800];
    char override_reasons[240]; /* '|' between */
} fsc_plan_card;

typedef struct fsc_plan_unknown {
    char text[320];
    char rows[96];
} fsc_plan_unknown;

typedef struct fsc_plan_measure {
    char name[64];
    double now;          /* NaN: not given */
    double least_change; /* the least change that counts; NaN: none published */
    char unit[24];
    char text[240]; /* the rule, with its other readings */
    char rows[96];
} fsc_plan_measure;

typedef struct fsc_plan_follow_up {
    double scan_not_before_weeks; /* NaN: no second scan is of use */
    char why[320];
    char rows[96];
    fsc_plan_measure *measure; /* owned */
    int32_t n_measure;
} fsc_plan_follow_up;

#define FSC_EXERCISE_PHASES 3
/* One exercise of the home programme. Drawings: fsc_exercise_svg. */
typedef struct fsc_plan_exercise {
    char id[32];
    char rule[12]; /* the step that it serves */
    char name[64];
    char purpose[200], how[480], dose[200], feel[200], easier[200], harder[200], stop_signs[200], does_not[200];
    char equipment[48];
    double minutes, days_a_week;
    int32_t n_phase;
    char caption[FSC_EXERCISE_PHASES][80];
    char grade[120];
    int32_t contested;
    char rows[96];
} fsc_plan_exercise;

/* A sentence with what it stands on. */
typedef struct fsc_plan_sentence {
    char key[32];  /* the rule, flag or topic it is of */
    char part[16]; /* "stop", "ask", "refer", "hold", "region", "step", "topic", "home", "follow-up", "always", "help",
                      ... */
    char reader[12]; /* "person", "clinic" or "both" */
    char text[900];
    char grade[160];
    char rows[160];
    int32_t contested;
} fsc_plan_sentence;

/* Arrays are owned; each has its n_. */
typedef struct fsc_plan {
    char participant[64], session[64], date[16];
    double age_years;
    fsc_sex sex;
    fsc_plan_state state;
    char signature[160]; /* that no clinician has signed these rules yet; printed with every plan */
    char radiology[160]; /* whether a doctor has read all the pictures: this program sees only muscle */
    fsc_question *ask;
    fsc_red_flag *stop;  /* stops alone */
    fsc_red_flag *refer; /* told to a doctor beside the plan */
    fsc_plan_hold *hold_back;
    fsc_plan_region *region;
    fsc_plan_step *step;
    fsc_plan_topic *topic;
    fsc_plan_card *card;
    fsc_plan_unknown *not_known;
    fsc_plan_exercise *home;
    fsc_plan_sentence *sentence;
    int32_t n_ask, n_stop, n_refer, n_hold_back, n_region, n_step, n_topic, n_card, n_not_known, n_home, n_sentence;
    fsc_plan_follow_up follow_up;
    fsc_model_view model_view; /* what the injury-cycle model would say; it changes nothing in the plan */
    fsc_notes notes;
} fsc_plan;

typedef struct fsc_plan_options {
    const char *rules_path;       /* a rule table of your own in the form of data/plan/rules.tsv; NULL = built in */
    const char *emergency_number; /* NULL = the words "your emergency number" */
    const char *crisis_number;    /* NULL = the words "your crisis line" */
    const fsc_model_view
        *model_view; /* as fsc_forecast_run filled it; NULL = not computed. It goes into a ready plan */
} fsc_plan_options;

#define FSC_PLAN_OPTIONS_INIT                                                                                          \
    { 0 }

/* Makes the plan of one visit from its map and the exam inside it (map->exam). opt may be NULL. *out is owned:
 * fsc_plan_free. Returns FSC_OK; FSC_E_RANGE (answers that contradict each other or the scan: the line says which);
 * FSC_E_IO, FSC_E_FORMAT (a rule table: unknown rule, name or fact, a cycle, a rule that can never fire), FSC_E_NOMEM.
 * Method: doc/equations/plan.md. */
FSC_API FSC_MUST_USE fsc_status fsc_plan_run(fsc_plan **out, const fsc_map *map, const fsc_plan_options *opt,
                                             fsc_error *err);
FSC_API void fsc_plan_free(fsc_plan *plan);

/* Writes <dir>/<name>_plan.json (schema: fsc_schema_text("plan")), and <dir>/<name>_plan.ics when there is a home
 * programme; whole or not at all. recipe may be NULL. Returns FSC_OK, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_plan_write(const fsc_plan *plan, const char *dir, const char *name,
                                               const fsc_recipe *recipe, fsc_error *err);
/* Reads such a file back. Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_plan_read(fsc_plan **out, const char *path, fsc_error *err);

/* When to seek help at once: the lines of every person's page, plan or not, with the numbers of opt (may be NULL).
 * part: "help" a lead, "help-item" an item of a list, "help-after" what follows. *out is owned:
 * fsc_plan_free_sentences. Returns FSC_OK, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_plan_help(fsc_plan_sentence **out, int32_t *n, const fsc_plan_options *opt,
                                              fsc_error *err);
FSC_API void fsc_plan_free_sentences(fsc_plan_sentence *sentence);

/* One fact row behind the plan. Borrowed for ever. */
typedef struct fsc_plan_fact_row {
    const char *id, *what, *treatment, *region, *stage, *direction, *grade, *status, *source;
} fsc_plan_fact_row;
/* Fills *out and returns non-zero when there is such a row. */
FSC_API int fsc_plan_fact(fsc_plan_fact_row *out, const char *id);

/* The drawing of an exercise's phase (0-based) as an SVG element with title and description, sized by its viewBox
 * alone. *svg is owned: fsc_plan_free_text. Returns FSC_OK, FSC_E_NOTFOUND (unknown id or phase), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_exercise_svg(char **svg, const char *id, int32_t phase, fsc_error *err);
/* Non-zero when an exercise falls on a day of the week (0 = Monday), in reminders and on pages. */
FSC_API int fsc_exercise_on_day(const fsc_plan_exercise *exercise, int weekday);
/* All exercises' ids in table order; NULL past the end. */
FSC_API const char *fsc_exercise_id(int32_t index);
FSC_API void fsc_plan_free_text(char *text);

#ifdef __cplusplus
}
#endif
#endif
