/* Red flags: data/redflags.tsv, one row a rule over the answers. A single weak flag stops nothing; what is new, worse
 * or comes together does (facts F001, F009, F128). */
#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static const char *const effects[] = {"stop", "hold", "refer", "note"};
static const char *const urgencies[] = {"ambulance", "now", "same day", "days", "weeks", "note"};
enum { EFFECTS = sizeof effects / sizeof *effects, URGENCIES = sizeof urgencies / sizeof *urgencies };

static int rank_of(const char *word, const char *const *words, int n) {
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0) return i;
    return n;
}

static void fill_flag(fsc_red_flag *flag, const fsc_table *table, int32_t row) {
    const struct {
        const char *column;
        char *to;
        size_t size;
    } cells[] = {{"id", flag->key, sizeof flag->key},
                 {"effect", flag->effect, sizeof flag->effect},
                 {"urgency", flag->urgency, sizeof flag->urgency},
                 {"suspected", flag->suspected, sizeof flag->suspected},
                 {"finding", flag->finding, sizeof flag->finding},
                 {"action", flag->action, sizeof flag->action},
                 {"plain", flag->plain, sizeof flag->plain},
                 {"grade", flag->grade, sizeof flag->grade},
                 {"rows", flag->rows, sizeof flag->rows}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        fsc_copy_text(cells[i].to, cells[i].size, fsc_table_get(table, row, cells[i].column));
}

static fsc_status holds(int *out, const fsc_table *table, int32_t row, const fsc_vocabulary *v, const fsc_value *value,
                        fsc_error *err) {
    char what[80];
    fsc_condition *condition = NULL;
    (void)snprintf(what, sizeof what, "redflags.tsv: %.48s", fsc_table_get(table, row, "id"));
    FSC_TRY(fsc_condition_parse(&condition, fsc_table_get(table, row, "when"), v, what, err));
    *out = fsc_condition_truth(condition, value) == FSC_TRUTH_YES;
    fsc_condition_free(condition);
    return FSC_OK;
}

fsc_status fsc_triage(fsc_red_flag **out, int32_t *n, int32_t *n_stop, const fsc_vocabulary *v, const fsc_value *value,
                      fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "redflags.tsv", err));
    FSC_AUTO_BLOCK fsc_red_flag *flag = fsc_alloc(table.n_row, sizeof *flag);
    FSC_AUTO_BLOCK int32_t *hit = fsc_alloc(table.n_row, sizeof *hit);
    if (!flag || !hit) return fsc_fail_nomem(err, "reading red flags");
    int32_t n_hit = 0, n_flag = 0, stops = 0;
    for (int32_t row = 0; row < table.n_row; row++) {
        int yes;
        FSC_TRY(holds(&yes, &table, row, v, value, err));
        if (yes) hit[n_hit++] = row;
    }
    for (int e = 0; e < EFFECTS; e++)
        for (int u = 0; u < URGENCIES; u++)
            for (int32_t i = 0; i < n_hit; i++) {
                if (rank_of(fsc_table_get(&table, hit[i], "effect"), effects, EFFECTS) != e ||
                    rank_of(fsc_table_get(&table, hit[i], "urgency"), urgencies, URGENCIES) != u)
                    continue;
                fill_flag(&flag[n_flag++], &table, hit[i]);
                stops += e == 0;
            }
    FSC_GIVE(out, flag);
    *n = n_flag;
    *n_stop = stops;
    return FSC_OK;
}
