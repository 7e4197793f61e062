/* The fact rows behind the plan (data/plan/evidence.tsv): what each says, how it was read, and where rows disagree. */
#include "fail.h"
#include "format.h"
#include "planner.h"
#include "table.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Read once for ever: rows are borrowed by every caller. */
static fsc_table evidence;
static pthread_once_t evidence_once = PTHREAD_ONCE_INIT;

static void read_evidence(void) {
    if (fsc_table_embedded(&evidence, "plan/evidence.tsv", NULL) != FSC_OK) evidence = (fsc_table){0};
}

static void fill(fsc_plan_fact_row *out, int32_t row) {
    *out = (fsc_plan_fact_row){.id = fsc_table_get(&evidence, row, "id"),
                               .what = fsc_table_get(&evidence, row, "what"),
                               .treatment = fsc_table_get(&evidence, row, "class"),
                               .region = fsc_table_get(&evidence, row, "region"),
                               .stage = fsc_table_get(&evidence, row, "stage"),
                               .direction = fsc_table_get(&evidence, row, "direction"),
                               .grade = fsc_table_get(&evidence, row, "grade"),
                               .status = fsc_table_get(&evidence, row, "status"),
                               .source = fsc_table_get(&evidence, row, "source")};
}

int fsc_plan_fact(fsc_plan_fact_row *out, const char *id) {
    pthread_once(&evidence_once, read_evidence);
    for (int32_t row = 0; row < evidence.n_row; row++)
        if (strcmp(fsc_table_cell(&evidence, row, 0), id) == 0) {
            fill(out, row);
            return 1;
        }
    return 0;
}

int fsc_plan_fact_is_read(const fsc_plan_fact_row *fact) {
    return strcmp(fact->status, "verified") == 0 || strcmp(fact->status, "secondary") == 0;
}

static int meets(const char *a, const char *b) {
    return strcmp(a, b) == 0 || strcmp(a, "any") == 0 || strcmp(b, "any") == 0;
}

/* Stages overlap by their words: "subacute-chronic" meets both others. */
static int stages_meet(const char *a, const char *b) {
    if (meets(a, b)) return 1;
    const char *const words[] = {"subacute", "chronic"};
    for (int i = 0; i < 2; i++)
        if (strstr(a, words[i]) && strstr(b, words[i])) return 1;
    return 0;
}

static int side_of(const fsc_plan_fact_row *fact) {
    return strcmp(fact->direction, "for") == 0 || strcmp(fact->direction, "conditional") == 0 ? 1
           : strcmp(fact->direction, "against") == 0                                          ? -1
                                                                                              : 0;
}

static void add_side(char *out, size_t size, const fsc_plan_fact_row *fact) {
    const size_t used = strlen(out);
    /* whole statements only, but never none */
    if (used > 0 && used + strlen(fact->what) + 12 > size) return;
    fsc_format(out + used, size - used, "%s%.*s [%s]", used ? "; " : "", (int)(size - used) - 16, fact->what, fact->id);
}

void fsc_rows_add(char *rows, size_t size, const char *id) {
    const size_t used = strlen(rows);
    if (fsc_words_meet(id, rows) || used + strlen(id) + 2 > size) return;
    fsc_format(rows + used, size - used, "%s%s", used ? " " : "", id);
}

int fsc_plan_sides(char *sides_for, size_t for_size, char *sides_against, size_t against_size, char *rows,
                   size_t rows_size, const char *treatment, const char *region, const char *stage) {
    pthread_once(&evidence_once, read_evidence);
    sides_for[0] = sides_against[0] = 0;
    for (int pass = 0; pass < 2; pass++) {
        int n[2] = {0, 0};
        for (int32_t row = 0; row < evidence.n_row; row++) {
            fsc_plan_fact_row fact;
            fill(&fact, row);
            const int side = side_of(&fact);
            if (side == 0 || !fsc_plan_fact_is_read(&fact) || strcmp(fact.treatment, treatment) != 0 ||
                !meets(fact.region, region) || !stages_meet(fact.stage, stage))
                continue;
            n[side > 0]++;
            if (pass == 0) continue;
            if (side > 0)
                add_side(sides_for, for_size, &fact);
            else
                add_side(sides_against, against_size, &fact);
            if (n[side > 0] <= 3) fsc_rows_add(rows, rows_size, fact.id);
        }
        if (n[0] == 0 || n[1] == 0) return 0;
    }
    return 1;
}
