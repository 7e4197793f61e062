#include "statements.h"

#include "fail.h"
#include "words.h"

#include <string.h>

fsc_status fsc_statements_read(fsc_statements *out, fsc_error *err) {
    FSC_TRY(fsc_table_embedded(&out->sentence, "report/person.tsv", err));
    return fsc_table_embedded(&out->name, "report/plain_names.tsv", err);
}

void fsc_statements_free(fsc_statements *statements) {
    fsc_table_free(&statements->sentence);
    fsc_table_free(&statements->name);
}

/* text with every {name} replaced; out fails on a name without a value. */
static void fill(fsc_text *out, const char *text, const fsc_filling *filling) {
    for (const char *open = strchr(text, '{'); open; open = strchr(text, '{')) {
        const size_t n = strcspn(open + 1, "}");
        char before[800];
        fsc_copy_text(before, (size_t)(open - text) + 1 < sizeof before ? (size_t)(open - text) + 1 : sizeof before,
                      text);
        fsc_text_add_html(out, before);
        const fsc_filling *f = filling;
        while (f && f->name && !(strlen(f->name) == n && strncmp(f->name, open + 1, n) == 0)) f++;
        if (!f || !f->name) {
            out->failed = 1;
            return;
        }
        fsc_text_add_html(out, f->value);
        text = open + n + 2;
    }
    fsc_text_add_html(out, text);
}

void fsc_statements_say(fsc_text *out, const fsc_statements *statements, const char *element, const char *key,
                        const fsc_filling *filling) {
    const fsc_table *table = &statements->sentence;
    for (int32_t r = 0; r < table->n_row; r++) {
        if (strcmp(fsc_table_get(table, r, "key"), key) != 0) continue;
        if (element[0]) fsc_text_printf(out, "<%s>", element);
        fill(out, fsc_table_get(table, r, "text"), filling);
        if (element[0]) fsc_text_printf(out, "</%s>\n", element);
        return;
    }
    out->failed = 1;
}

void fsc_statements_list(fsc_text *out, const fsc_statements *statements, const char *section) {
    const fsc_table *table = &statements->sentence;
    fsc_text_add(out, "<ul>\n");
    for (int32_t r = 0; r < table->n_row; r++) {
        if (strcmp(fsc_table_get(table, r, "section"), section) != 0) continue;
        fsc_text_add(out, "<li>");
        fill(out, fsc_table_get(table, r, "text"), NULL);
        fsc_text_add(out, "</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

static const char *name_of(const fsc_statements *statements, const char *key, const char *column,
                           const char *otherwise) {
    for (int32_t r = 0; r < statements->name.n_row; r++)
        if (strcmp(fsc_table_get(&statements->name, r, "muscle"), key) == 0)
            return fsc_table_get(&statements->name, r, column);
    return otherwise;
}

const char *fsc_statements_muscle(const fsc_statements *statements, const char *key) {
    return name_of(statements, key, "plain", fsc_words_muscle(key));
}

const char *fsc_statements_short(const fsc_statements *statements, const char *key) {
    return name_of(statements, key, "short", fsc_words_muscle(key));
}

const char *fsc_statements_medical(const fsc_statements *statements, const char *key) {
    return name_of(statements, key, "medical", "");
}
