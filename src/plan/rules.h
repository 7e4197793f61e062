/* The rule tables, read and checked once. */
#ifndef FSC_PLAN_RULES_H
#define FSC_PLAN_RULES_H

#include "condition.h"
#include "table.h"

/* One rule; texts are borrowed from the table. */
typedef struct fsc_rule {
    const char *id, *kind, *treatment, *region, *stage, *intensity, *who, *tags, *withholds, *waits, *what, *plain;
    const char *dose, *measure, *progress, *regress, *not_yet, *instead, *grade, *rows;
    int32_t layer;
    double start_week, review_week;
    fsc_condition *when;
    int32_t fired; /* its place among the names: "fired.P40" */
} fsc_rule;

typedef struct fsc_line {
    const char *id, *part, *reader, *text, *grade, *rows;
    fsc_condition *when;
} fsc_line;

/* Everything a plan is made from. Names: those of the exam, then map.*, plan.*, alarm.* and fired.*. */
typedef struct fsc_rules {
    fsc_table rule_table, builtin_table, line_table, flag_table, exercise_table, measure_table, question_table;
    fsc_vocabulary names;
    int32_t n_exam_name;
    fsc_rule *rule; /* in the order in which they run: by layer, and what a rule asks about before it */
    int32_t n_rule;
    fsc_line *line;
    int32_t n_line;
    fsc_condition **exercise_when;
} fsc_rules;

/* path: a rule table of the caller's own, NULL = built in. *out is owned: fsc_rules_free. Returns FSC_OK, FSC_E_IO,
 * FSC_E_FORMAT (a column is missing, an id twice, an unknown rule, name, kind or fact row; a rule that asks about or
 * waits for a later layer; rules that wait for each other; a rule that can never fire; one that stands on recalled or
 * opinion rows alone and does not say "expert opinion"; a treatment chosen by the fat map), FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_rules_read(fsc_rules **out, const char *path, fsc_error *err);
void fsc_rules_free(fsc_rules *rules);

/* Whether two lists of words, blanks between, share a word. */
int fsc_words_meet(const char *a, const char *b);
/* Calls visit with each word of a list, until it returns a status other than FSC_OK. */
fsc_status fsc_words_each(const char *list, fsc_status (*visit)(const char *word, void *context), void *context);

#endif
