/* What an exam leaves open, and the commented file to start from: both from data/questions.tsv and the schema. */
#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

typedef struct list {
    fsc_question *question;
    int32_t n;
} list;

static fsc_status ask(list *l, int holds, const char *group, const char *key, const char *rows, fsc_error *err,
                      const char *fmt, const char *text) FSC_PRINTF(7, 0);
static fsc_status ask(list *l, int holds, const char *group, const char *key, const char *rows, fsc_error *err,
                      const char *fmt, const char *text) {
    fsc_question *grown = fsc_grow(l->question, l->n, l->n + 1, sizeof *grown);
    if (!grown) return fsc_fail_nomem(err, "listing questions");
    l->question = grown;
    fsc_question *q = &grown[l->n++];
    fsc_format(q->key, sizeof q->key, "%s%s%s", group, group[0] ? "." : "", key);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fsc_format(q->text, sizeof q->text, fmt, text);
#pragma GCC diagnostic pop
    fsc_copy_text(q->rows, sizeof q->rows, rows);
    q->holds = holds;
    return FSC_OK;
}

static int is_dated(const fsc_finding *f) {
    return !isnan(f->since_days) || f->course[0];
}

/* One row: asked when its condition holds (or was answered), open when blank, or when a yes lacks its time. */
static fsc_status ask_row(list *l, const fsc_exam *exam, const fsc_table *table, int32_t row, int holds,
                          const fsc_vocabulary *v, const fsc_value *value, fsc_error *err) {
    const char *key = fsc_table_get(table, row, "key"), *group = fsc_table_get(table, row, "group");
    const char *text = fsc_table_get(table, row, "text"), *rows = fsc_table_get(table, row, "rows");
    const int compulsory = fsc_table_get(table, row, "hold")[0] == '1';
    const fsc_finding *f = fsc_exam_finding(exam, key);
    if (f && strcmp(key, "safety_asked") == 0 && f->answer == FSC_ANSWER_NO) f = NULL;
    if (f) {
        const int open = f->answer == FSC_ANSWER_YES && fsc_table_get(table, row, "time")[0] == '1' && !is_dated(f);
        if (!open || !holds) return FSC_OK; /* a yes without its time holds */
        return ask(l, 1, group, key, rows, err,
                   "%s: since when? Is it new, worse, the same or better? Who has examined it?", text);
    }
    if (compulsory != holds) return FSC_OK;
    fsc_condition *condition = NULL;
    FSC_TRY(fsc_condition_parse(&condition, fsc_table_get(table, row, "when"), v, key, err));
    const fsc_truth asked = fsc_condition_truth(condition, value);
    fsc_condition_free(condition);
    return asked == FSC_TRUTH_YES ? ask(l, holds, group, key, rows, err, "%s", text) : FSC_OK;
}

/* Age, sex, where it hurts and since when: what later questions and rules hang on. */
static fsc_status ask_fields(list *l, const fsc_exam *exam, const fsc_vocabulary *v, const fsc_value *value,
                             fsc_error *err) {
    if (isnan(exam->age_years)) FSC_TRY(ask(l, 1, "", "age_years", "F122 F127", err, "%s", "How old are you?"));
    if (isnan(value[fsc_vocabulary_find(v, "pain.any")].number))
        FSC_TRY(ask(l, 1, "", "pain", "G058", err, "%s", "Where does it hurt, since when, and how much from 0 to 10?"));
    return FSC_OK;
}

fsc_status fsc_exam_open_questions(fsc_question **out, int32_t *n, const fsc_exam *exam, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "questions.tsv", err));
    fsc_vocabulary v = {0};
    list l = {0};
    fsc_status status = fsc_exam_names(&v, err);
    FSC_AUTO_BLOCK fsc_value *value = fsc_alloc(v.n, sizeof *value);
    if (status == FSC_OK && !value) status = fsc_fail_nomem(err, "listing questions");
    if (status == FSC_OK) status = fsc_exam_values(value, exam, err);
    for (int holds = 1; holds >= 0; holds--) {
        for (int32_t row = 0; status == FSC_OK && row < table.n_row; row++)
            status = ask_row(&l, exam, &table, row, holds, &v, value, err);
        if (status == FSC_OK && holds) status = ask_fields(&l, exam, &v, value, err);
    }
    fsc_vocabulary_free(&v);
    if (status != FSC_OK) {
        fsc_free(l.question);
        return status;
    }
    if (!l.question && !(l.question = fsc_alloc(0, sizeof *l.question)))
        return fsc_fail_nomem(err, "listing questions");
    *out = l.question;
    *n = l.n;
    return FSC_OK;
}

void fsc_exam_free_questions(fsc_question *question) {
    fsc_free(question);
}

/* Adds "//key": about and key: null (an empty list for a list) for each property of a schema's object. */
static void add_properties(fsc_json *out, const fsc_json *schema, const fsc_table *questions) {
    const fsc_json *properties = fsc_json_get(schema, "properties");
    for (int64_t i = 0; i < fsc_json_length(properties); i++) {
        const char *key = fsc_json_key(properties, i);
        const fsc_json *one = fsc_json_get(properties, key);
        const char *about = fsc_json_string(fsc_json_get(one, "description"));
        const char *type = fsc_json_string(fsc_json_get(one, "type"));
        char comment[80];
        fsc_format(comment, sizeof comment, "//%.70s", key);
        for (int32_t row = 0; row < questions->n_row; row++)
            if (strcmp(fsc_table_get(questions, row, "key"), key) == 0) about = fsc_table_get(questions, row, "text");
        fsc_json_set_string(out, comment, about);
        if (type && strcmp(type, "array") == 0) {
            const fsc_json *items = fsc_json_get(one, "items");
            fsc_format(comment, sizeof comment, "//%.60s, one item", key);
            if (fsc_json_length(fsc_json_get(items, "properties")) > 0) {
                fsc_json *example = fsc_json_object();
                add_properties(example, items, questions);
                fsc_json_set(out, comment, example);
            }
            fsc_json_set(out, key, fsc_json_array());
        } else if (type && strcmp(type, "object") == 0) {
            fsc_json *inner = fsc_json_object();
            add_properties(inner, one, questions);
            fsc_json_set(out, key, inner);
        } else {
            fsc_json_set_string(out, key, NULL);
        }
    }
}

fsc_status fsc_exam_write_template(const char *path, fsc_error *err) {
    if (fsc_file_exists(path))
        return fsc_fail(err, FSC_E_IO, "%s: is there already, and may hold answers; give another name", path);
    FSC_AUTO_TABLE fsc_table questions = {0};
    FSC_TRY(fsc_table_embedded(&questions, "questions.tsv", err));
    AUTO_JSON *schema = NULL;
    const char *source = fsc_schema_text("exam");
    FSC_TRY(fsc_json_parse(&schema, source, strlen(source), "exam schema", err));
    AUTO_JSON *root = fsc_json_object();
    fsc_json_set_string(
        root, "//",
        "Fill in what you know: true, false, a number or a word; leave null what was not asked. Members "
        "that begin with // are comments. The eight questions under now come first and none may stay "
        "null. A yes in red_flags may tell more: {\"answer\": true, \"since_days\": 400, \"course\": "
        "\"same\", \"examined_by\": \"family doctor\", \"examined_on\": \"2026-10-01\"}.");
    add_properties(root, schema, &questions);
    FSC_AUTO_TEXT fsc_text out = {0};
    FSC_TRY(fsc_json_print(&out, root, err));
    return fsc_file_write(path, out.data, out.length, err);
}
