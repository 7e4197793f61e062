/* The planner's parts: from answers to a plan, in the order of the layers. */
#ifndef FSC_PLAN_PLANNER_H
#define FSC_PLAN_PLANNER_H

#include "json.h"
#include "rules.h"
#include "text.h"

#include <fascicle/plan.h>

/* A plan in the making. */
typedef struct fsc_planning {
    fsc_plan *plan;
    const fsc_map *map;
    const fsc_rules *rules;
    const fsc_plan_options *opt; /* never NULL */
    fsc_value *value;            /* one a name of rules->names */
    char withheld[480];          /* tags that hold-backs keep out, blanks between */
    fsc_error *err;
} fsc_planning;

/* fsc_plan_run with rules that were read before. Returns as that. */
FSC_MUST_USE fsc_status fsc_plan_make(fsc_plan **out, const fsc_map *map, const fsc_rules *rules,
                                      const fsc_plan_options *opt, fsc_error *err);

/* One item more in an owned array, zeroed; NULL when memory is out. */
void *fsc_plan_grow(void *items_address, int32_t *n, size_t size);

/* Whether a site holds more fat than is usual: over the 95th percentile of a published norm, or by the words of a
 * modelled one; and whether it could be compared at all. */
int fsc_plan_site_is_high(const fsc_map_site *site);
int fsc_plan_site_is_compared(const fsc_map_site *site);

void fsc_planning_set(fsc_planning *p, const char *name, double number);
int fsc_planning_holds(const fsc_planning *p, const fsc_condition *condition);

/* The steps of planning, each filling its part of the plan. Return FSC_OK or FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_plan_regions(fsc_planning *p);
FSC_MUST_USE fsc_status fsc_plan_layers(fsc_planning *p);
FSC_MUST_USE fsc_status fsc_plan_home(fsc_planning *p);
FSC_MUST_USE fsc_status fsc_plan_follow(fsc_planning *p);
/* Sentences and cards of everything that the others filled, and the lines of sentences.tsv that hold. */
FSC_MUST_USE fsc_status fsc_plan_speak(fsc_planning *p);

/* Why something is held back: the answers in its condition that are told, "; " between. */
void fsc_plan_why(char *out, size_t size, const fsc_planning *p, const fsc_condition *when);
/* A line's text with the numbers of the place. */
void fsc_plan_fill_in(char *out, size_t size, const char *text, const fsc_plan_options *opt);

fsc_json *fsc_plan_json(const fsc_plan *plan);
/* The model's view in it, there and back. */
fsc_json *fsc_plan_view_json(const fsc_model_view *view);
void fsc_plan_view_from(fsc_model_view *view, const fsc_json *object);
/* Reminders of the home programme as iCalendar; says nothing about health. */
void fsc_plan_calendar(fsc_text *out, const fsc_plan *plan);

/* Whether a row was read in a source (its own text or second-hand), not recalled, thought or not found. */
int fsc_plan_fact_is_read(const fsc_plan_fact_row *fact);
/* Appends a row id that is not there yet. */
void fsc_rows_add(char *rows, size_t size, const char *id);
/* Both sides of a class in a region at a stage, when read rows point both ways: fills the texts, adds the first rows
 * of each side, returns non-zero. Otherwise both texts are "" and it returns 0. */
int fsc_plan_sides(char *sides_for, size_t for_size, char *sides_against, size_t against_size, char *rows,
                   size_t rows_size, const char *treatment, const char *region, const char *stage);

#endif
