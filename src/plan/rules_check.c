#include "rules_check.h"

#include "alloc.h"
#include "fail.h"
#include "planner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct scene {
    const fsc_rules *r;
    const fsc_rule *rule;
    const char *what;
    fsc_error *err;
    int strong; /* rows that may carry a rule */
} scene;

static int32_t rule_index(const fsc_rules *r, const char *id) {
    for (int32_t i = 0; i < r->n_rule; i++)
        if (strcmp(r->rule[i].id, id) == 0) return i;
    return -1;
}

static fsc_status check_row(const char *id, void *context) {
    scene *s = context;
    fsc_plan_fact_row fact;
    if (!fsc_plan_fact(&fact, id))
        return fsc_fail(s->err, FSC_E_FORMAT, "%s: rule %.11s: '%.12s' is no fact row", s->what, s->rule->id, id);
    s->strong += fsc_plan_fact_is_read(&fact);
    return FSC_OK;
}

static fsc_status check_wait(const char *id, void *context) {
    scene *s = context;
    const int32_t i = rule_index(s->r, id);
    if (i < 0)
        return fsc_fail(s->err, FSC_E_FORMAT, "%s: rule %.11s waits for '%.12s', which is no rule", s->what,
                        s->rule->id, id);
    if (s->r->rule[i].layer > s->rule->layer)
        return fsc_fail(s->err, FSC_E_FORMAT, "%s: rule %.11s waits for %.11s of a later layer", s->what, s->rule->id,
                        id);
    return FSC_OK;
}

static fsc_status check_asked(const fsc_rules *r, const fsc_rule *rule, const char *what, fsc_error *err) {
    for (int32_t i = 0; i < r->names.n; i++) {
        const char *name = r->names.name[i].name;
        if (strncmp(name, "fired.", 6) == 0 && fsc_condition_uses(rule->when, i) && rule_index(r, name + 6) < 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s asks about '%.12s', which is no rule of this table",
                            what, rule->id, name + 6);
    }
    return FSC_OK;
}

/* The fat map chooses no treatment: steps and topics may not ask about it. */
static fsc_status check_map(const fsc_rules *r, const fsc_rule *rule, const char *what, fsc_error *err) {
    for (int32_t i = 0; i < r->names.n; i++)
        if (strncmp(r->names.name[i].name, "map.", 4) == 0 && fsc_condition_uses(rule->when, i))
            return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s asks about %s: the fat map chooses no treatment", what,
                            rule->id, r->names.name[i].name);
    return FSC_OK;
}

static fsc_status check_one(const fsc_rules *r, const fsc_rule *rule, const char *what, fsc_error *err) {
    scene s = {r, rule, what, err, 0};
    if (!rule->rows[0]) return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s stands on no row", what, rule->id);
    FSC_TRY(fsc_words_each(rule->rows, check_row, &s));
    FSC_TRY(fsc_words_each(rule->waits, check_wait, &s));
    if (s.strong == 0 && !strstr(rule->grade, "expert opinion"))
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: rule %.11s stands on recalled or opinion rows alone: its grade must say expert opinion",
                        what, rule->id);
    FSC_TRY(check_asked(r, rule, what, err));
    return check_map(r, rule, what, err);
}

/* Whether rule a needs b before it: it asks about it or waits for it. */
static int needs(const fsc_rule *a, const fsc_rule *b) {
    return fsc_condition_uses(a->when, b->fired) || fsc_words_meet(b->id, a->waits);
}

/* Orders the rules by layer and need. The last one that finds no place is in a circle. */
static fsc_status order_rules(fsc_rules *r, const char *what, fsc_error *err) {
    FSC_AUTO_BLOCK fsc_rule *sorted = fsc_alloc(r->n_rule, sizeof *sorted);
    FSC_AUTO_BLOCK char *placed = fsc_alloc(r->n_rule, 1);
    if (!sorted || !placed) return fsc_fail_nomem(err, "ordering rules");
    int32_t n = 0;
    for (int32_t layer = 1; layer <= 6; layer++)
        for (int moved = 1; moved;) {
            moved = 0;
            for (int32_t i = 0; i < r->n_rule; i++) {
                if (placed[i] || r->rule[i].layer != layer) continue;
                int32_t k = 0;
                while (k < r->n_rule && (placed[k] || !needs(&r->rule[i], &r->rule[k]))) k++;
                if (k < r->n_rule) {
                    if (r->rule[k].layer > layer)
                        return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s asks about %.11s of a later layer", what,
                                        r->rule[i].id, r->rule[k].id);
                    continue;
                }
                placed[i] = 1;
                sorted[n++] = r->rule[i];
                moved = 1;
            }
        }
    if (n < r->n_rule) {
        int32_t i = 0;
        while (placed[i]) i++;
        int32_t k = 0;
        while (placed[k] || !needs(&r->rule[i], &r->rule[k])) k++;
        return fsc_fail(err, FSC_E_FORMAT, "%s: rules wait for each other in a circle: %.11s and %.11s", what,
                        r->rule[i].id, r->rule[k].id);
    }
    memcpy(r->rule, sorted, (size_t)n * sizeof *sorted);
    return FSC_OK;
}

/* A rule that no answers can make fire is a slip of the pen; so is one that only such a rule would let fire. */
static fsc_status check_alive(const fsc_rules *r, const char *what, fsc_error *err) {
    FSC_AUTO_BLOCK fsc_value *value = fsc_alloc(r->names.n, sizeof *value);
    FSC_AUTO_BLOCK unsigned char *fixed = fsc_alloc(r->names.n, 1);
    if (!value || !fixed) return fsc_fail_nomem(err, "checking rules");
    for (int32_t i = 0; i < r->n_rule; i++)
        if (!fsc_condition_can_hold(r->rule[i].when, &r->names, value, fixed))
            return fsc_fail(err, FSC_E_FORMAT, "%s: rule %.11s can never fire: its condition contradicts itself", what,
                            r->rule[i].id);
    return FSC_OK;
}

fsc_status fsc_rules_check(fsc_rules *r, const char *what, fsc_error *err) {
    for (int32_t i = 0; i < r->n_rule; i++) FSC_TRY(check_one(r, &r->rule[i], what, err));
    FSC_TRY(check_alive(r, what, err));
    return order_rules(r, what, err);
}
