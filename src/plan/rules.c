/* Reading the rule tables. What a table may get wrong is checked here, so that a plan can trust them. */
#include "rules.h"

#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "format.h"
#include "planner.h"
#include "rules_check.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_rules, fsc_rules_free)

static const char *const kinds[] = {"hold", "step", "topic"};

int fsc_words_meet(const char *a, const char *b) {
    char word[64];
    for (const char *at = a; *at;) {
        const size_t n = strcspn(at, " ");
        if (n > 0 && n < sizeof word) {
            memcpy(word, at, n);
            word[n] = 0;
            for (const char *hit = b; (hit = strstr(hit, word)); hit += n)
                if ((hit == b || hit[-1] == ' ') && (hit[n] == 0 || hit[n] == ' ')) return 1;
        }
        at += n + (at[n] == ' ');
    }
    return 0;
}

fsc_status fsc_words_each(const char *list, fsc_status (*visit)(const char *word, void *context), void *context) {
    char word[64];
    for (const char *at = list; *at;) {
        const size_t n = strcspn(at, " ");
        if (n > 0 && n < sizeof word) {
            memcpy(word, at, n);
            word[n] = 0;
            FSC_TRY(visit(word, context));
        }
        at += n + (at[n] == ' ');
    }
    return FSC_OK;
}

/* What the map and the plan itself tell conditions; in the order of values.c. */
static fsc_status add_plan_names(fsc_rules *r, fsc_error *err) {
    static const struct {
        const char *name;
        fsc_value_kind kind;
    } names[] = {{"map.compared", FSC_VALUE_NUMBER},        {"map.high_sites", FSC_VALUE_NUMBER},
                 {"map.visits_compared", FSC_VALUE_ANSWER}, {"map.real_changes", FSC_VALUE_NUMBER},
                 {"plan.stop", FSC_VALUE_ANSWER},           {"plan.ask", FSC_VALUE_ANSWER},
                 {"plan.ready", FSC_VALUE_ANSWER},          {"plan.scan_before_onset", FSC_VALUE_ANSWER}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        FSC_TRY(fsc_vocabulary_add(&r->names, names[i].kind, "", err, "%s", names[i].name));
    for (int32_t row = 0; row < r->flag_table.n_row; row++)
        FSC_TRY(fsc_vocabulary_add(&r->names, FSC_VALUE_ANSWER, "", err, "alarm.%.48s",
                                   fsc_table_get(&r->flag_table, row, "id")));
    /* Our sentences and exercises name our rules, which another table may lack: those never fire. */
    const fsc_table *tables[] = {&r->builtin_table, &r->rule_table};
    for (int t = 0; t < 2; t++)
        for (int32_t row = 0; row < tables[t]->n_row; row++) {
            char name[24];
            fsc_format(name, sizeof name, "fired.%.11s", fsc_table_get(tables[t], row, "id"));
            if (fsc_vocabulary_find(&r->names, name) < 0)
                FSC_TRY(fsc_vocabulary_add(&r->names, FSC_VALUE_ANSWER, "", err, "%s", name));
        }
    return FSC_OK;
}

static fsc_status read_rule(fsc_rule *rule, const fsc_rules *r, int32_t row, const char *what, fsc_error *err) {
    const fsc_table *t = &r->rule_table;
    const struct {
        const char *column, **to;
    } cells[] = {{"id", &rule->id},           {"kind", &rule->kind},       {"class", &rule->treatment},
                 {"region", &rule->region},   {"stage", &rule->stage},     {"intensity", &rule->intensity},
                 {"who", &rule->who},         {"tags", &rule->tags},       {"withholds", &rule->withholds},
                 {"waits", &rule->waits},     {"what", &rule->what},       {"plain", &rule->plain},
                 {"dose", &rule->dose},       {"measure", &rule->measure}, {"progress", &rule->progress},
                 {"regress", &rule->regress}, {"not_yet", &rule->not_yet}, {"instead", &rule->instead},
                 {"grade", &rule->grade},     {"rows", &rule->rows}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (fsc_table_column(t, cells[i].column) < 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: the column '%s' is missing", what, cells[i].column);
        *cells[i].to = fsc_table_get(t, row, cells[i].column);
    }
    const double layer = fsc_table_number(t, row, "layer");
    if (!(layer >= 1 && layer <= 6))
        return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s: layer must be 1 to 6", what, rule->id);
    rule->layer = (int32_t)layer;
    rule->start_week = fsc_table_number(t, row, "start_week");
    rule->review_week = fsc_table_number(t, row, "review_week");
    int known = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) known |= strcmp(kinds[i], rule->kind) == 0;
    if (!known) return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s: kind must be hold, step or topic", what, rule->id);
    char where[160], name[64];
    fsc_format(where, sizeof where, "%.100s: rule %.11s", what, rule->id);
    fsc_format(name, sizeof name, "fired.%.11s", rule->id);
    rule->fired = fsc_vocabulary_find(&r->names, name);
    return fsc_condition_parse(&rule->when, fsc_table_get(t, row, "when"), &r->names, where, err);
}

static fsc_status read_rules(fsc_rules *r, const char *what, fsc_error *err) {
    const int32_t n = r->rule_table.n_row;
    if (n < 1) return fsc_fail(err, FSC_E_FORMAT, "%s: holds no rule; its form is that of data/plan/rules.tsv", what);
    r->rule = fsc_alloc(n, sizeof *r->rule);
    if (!r->rule) return fsc_fail_nomem(err, "reading rules");
    for (int32_t row = 0; row < n; row++) {
        FSC_TRY(read_rule(&r->rule[row], r, row, what, err));
        r->n_rule = row + 1;
        for (int32_t k = 0; k < row; k++)
            if (strcmp(r->rule[k].id, r->rule[row].id) == 0)
                return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s stands twice", what, r->rule[row].id);
    }
    return fsc_rules_check(r, what, err);
}

static fsc_status read_lines(fsc_rules *r, fsc_error *err) {
    const fsc_table *t = &r->line_table;
    r->line = fsc_alloc(t->n_row, sizeof *r->line);
    if (!r->line) return fsc_fail_nomem(err, "reading sentences");
    for (int32_t row = 0; row < t->n_row; row++) {
        fsc_line *line = &r->line[row];
        *line = (fsc_line){fsc_table_get(t, row, "id"),
                           fsc_table_get(t, row, "part"),
                           fsc_table_get(t, row, "reader"),
                           fsc_table_get(t, row, "text"),
                           fsc_table_get(t, row, "grade"),
                           fsc_table_get(t, row, "rows"),
                           NULL};
        FSC_TRY(fsc_condition_parse(&line->when, fsc_table_get(t, row, "when"), &r->names, line->id, err));
        r->n_line = row + 1;
    }
    return FSC_OK;
}

static fsc_status read_exercises(fsc_rules *r, fsc_error *err) {
    const fsc_table *t = &r->exercise_table;
    r->exercise_when = fsc_alloc(t->n_row, sizeof(fsc_condition *));
    if (!r->exercise_when) return fsc_fail_nomem(err, "reading exercises");
    for (int32_t row = 0; row < t->n_row; row++)
        FSC_TRY(fsc_condition_parse(&r->exercise_when[row], fsc_table_get(t, row, "when"), &r->names,
                                    fsc_table_get(t, row, "id"), err));
    return FSC_OK;
}

fsc_status fsc_rules_read(fsc_rules **out, const char *path, fsc_error *err) {
    FSC_AUTO(fsc_rules) r = fsc_alloc(1, sizeof *r);
    if (!r) return fsc_fail_nomem(err, "reading rules");
    FSC_TRY(path ? fsc_table_read(&r->rule_table, path, err)
                 : fsc_table_embedded(&r->rule_table, "plan/rules.tsv", err));
    FSC_TRY(fsc_table_embedded(&r->builtin_table, "plan/rules.tsv", err));
    FSC_TRY(fsc_table_embedded(&r->line_table, "plan/sentences.tsv", err));
    FSC_TRY(fsc_table_embedded(&r->flag_table, "redflags.tsv", err));
    FSC_TRY(fsc_table_embedded(&r->exercise_table, "exercises/exercises.tsv", err));
    FSC_TRY(fsc_table_embedded(&r->measure_table, "plan/measures.tsv", err));
    FSC_TRY(fsc_table_embedded(&r->question_table, "questions.tsv", err));
    FSC_TRY(fsc_exam_names(&r->names, err));
    r->n_exam_name = r->names.n;
    FSC_TRY(add_plan_names(r, err));
    FSC_TRY(read_rules(r, path ? path : "plan/rules.tsv", err));
    FSC_TRY(read_lines(r, err));
    FSC_TRY(read_exercises(r, err));
    FSC_GIVE(out, r);
    return FSC_OK;
}

void fsc_rules_free(fsc_rules *r) {
    if (!r) return;
    for (int32_t i = 0; i < r->n_rule; i++) fsc_condition_free(r->rule[i].when);
    for (int32_t i = 0; i < r->n_line; i++) fsc_condition_free(r->line[i].when);
    for (int32_t i = 0; r->exercise_when && i < r->exercise_table.n_row; i++) fsc_condition_free(r->exercise_when[i]);
    fsc_free(r->rule);
    fsc_free(r->line);
    fsc_free(r->exercise_when);
    fsc_vocabulary_free(&r->names);
    fsc_table_free(&r->rule_table);
    fsc_table_free(&r->builtin_table);
    fsc_table_free(&r->line_table);
    fsc_table_free(&r->flag_table);
    fsc_table_free(&r->exercise_table);
    fsc_table_free(&r->measure_table);
    fsc_table_free(&r->question_table);
    fsc_free(r);
}
