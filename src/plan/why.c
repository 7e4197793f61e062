/* Why something is held back: the answers in its condition that are told. */
#include "format.h"
#include "planner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add(char *out, size_t size, const char *text) {
    const size_t used = strlen(out);
    fsc_format(out + used, size - used, "%s%s", used ? "; " : "", text);
}

/* "had.surgery.days" with 20: "had surgery, days: 20". */
static void add_number(char *out, size_t size, const char *name, double number) {
    char words[96];
    size_t n = 0;
    for (; name[n] && n + 1 < sizeof words; n++) words[n] = name[n] == '_' || name[n] == '.' ? ' ' : name[n];
    words[n] = 0;
    char *unit = strrchr(words, ' ');
    char text[128];
    if (unit) *unit = 0;
    fsc_format(text, sizeof text, "%s%s%s: %.0f", words, unit ? ", " : "", unit ? unit + 1 : "", number);
    add(out, size, text);
}

static const char *question_text(const fsc_planning *p, const char *name) {
    const fsc_table *t = &p->rules->question_table;
    for (int32_t row = 0; row < t->n_row; row++)
        if (strcmp(fsc_table_get(t, row, "key"), name) == 0) return fsc_table_get(t, row, "text");
    return NULL;
}

static const char *alarm_text(const fsc_planning *p, const char *key) {
    for (int32_t i = 0; i < p->plan->n_refer; i++)
        if (strcmp(p->plan->refer[i].key, key) == 0) return p->plan->refer[i].finding;
    return key;
}

void fsc_plan_why(char *out, size_t size, const fsc_planning *p, const fsc_condition *when) {
    out[0] = 0;
    for (int32_t i = 0; i < p->rules->names.n; i++) {
        const fsc_name *name = &p->rules->names.name[i];
        const double number = p->value[i].number;
        if (!fsc_condition_uses(when, i) || name->kind == FSC_VALUE_WORD || !(number > 0)) continue;
        if (strncmp(name->name, "alarm.", 6) == 0)
            add(out, size, alarm_text(p, name->name + 6));
        else if (name->kind == FSC_VALUE_NUMBER)
            add_number(out, size, name->name, number);
        else
            add(out, size, question_text(p, name->name) ? question_text(p, name->name) : name->name);
    }
}
