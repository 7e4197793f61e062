/* When to seek help at once: lines that every person's page carries, plan or not. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "planner.h"

#include <string.h>

void fsc_plan_fill_in(char *out, size_t size, const char *text, const fsc_plan_options *opt) {
    const struct {
        const char *mark, *words;
    } marks[] = {{"{emergency}", opt->emergency_number ? opt->emergency_number : "your emergency number"},
                 {"{crisis}", opt->crisis_number ? opt->crisis_number : "your crisis line"}};
    size_t used = 0;
    while (*text && used + 1 < size) {
        int hit = 0;
        for (int i = 0; i < 2 && !hit; i++) {
            const size_t n = strlen(marks[i].mark);
            if (strncmp(text, marks[i].mark, n) != 0) continue;
            const int printed = fsc_format(out + used, size - used, "%s", marks[i].words);
            used = printed > 0 && used + (size_t)printed < size ? used + (size_t)printed : size - 1;
            text += n;
            hit = 1;
        }
        if (!hit) out[used++] = *text++;
    }
    out[used] = 0;
}

fsc_status fsc_plan_help(fsc_plan_sentence **out, int32_t *n, const fsc_plan_options *opt, fsc_error *err) {
    static const fsc_plan_options none = FSC_PLAN_OPTIONS_INIT;
    FSC_AUTO_TABLE fsc_table table = {0};
    *out = NULL;
    *n = 0;
    FSC_TRY(fsc_table_embedded(&table, "plan/sentences.tsv", err));
    for (int32_t row = 0; row < table.n_row; row++) {
        if (strncmp(fsc_table_get(&table, row, "part"), "help", 4) != 0) continue;
        fsc_plan_sentence *s = fsc_plan_grow(out, n, sizeof *s);
        if (!s) {
            fsc_plan_free_sentences(*out);
            *out = NULL;
            return fsc_fail_nomem(err, "saying when to seek help");
        }
        fsc_copy_text(s->key, sizeof s->key, fsc_table_get(&table, row, "id"));
        fsc_copy_text(s->part, sizeof s->part, fsc_table_get(&table, row, "part"));
        fsc_copy_text(s->reader, sizeof s->reader, fsc_table_get(&table, row, "reader"));
        fsc_copy_text(s->grade, sizeof s->grade, fsc_table_get(&table, row, "grade"));
        fsc_copy_text(s->rows, sizeof s->rows, fsc_table_get(&table, row, "rows"));
        fsc_plan_fill_in(s->text, sizeof s->text, fsc_table_get(&table, row, "text"), opt ? opt : &none);
    }
    return FSC_OK;
}

void fsc_plan_free_sentences(fsc_plan_sentence *sentence) {
    fsc_free(sentence);
}
