#include "examine.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Adds the band of a scale that holds value; a value between bands says so. */
static void place(fsc_exam *exam, const fsc_table *table, const char *scale, double value, const char *fmt) {
    if (isnan(value) || value < 0) return;
    fsc_scale_place *out = &exam->scale[exam->n_scale];
    int32_t last = -1;
    for (int32_t row = 0; row < table->n_row; row++) {
        if (strcmp(fsc_table_get(table, row, "scale"), scale) != 0) continue;
        last = row;
        if (value >= fsc_table_number(table, row, "low") && value <= fsc_table_number(table, row, "high")) {
            const char *definition = fsc_table_get(table, row, "definition");
            fsc_format(out->band, sizeof out->band, "%s (%s)", fsc_table_get(table, row, "label"), definition);
            break;
        }
    }
    if (last < 0) return;
    if (!out->band[0]) fsc_copy_text(out->band, sizeof out->band, "between two bands of the scale");
    fsc_copy_text(out->scale, sizeof out->scale, fsc_table_get(table, last, "name"));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fsc_format(out->value, sizeof out->value, fmt, value);
#pragma GCC diagnostic pop
    fsc_copy_text(out->fact_id, sizeof out->fact_id, fsc_table_get(table, last, "fact_id"));
    fsc_copy_text(out->source, sizeof out->source, fsc_table_get(table, last, "source"));
    fsc_copy_text(out->status, sizeof out->status, fsc_table_get(table, last, "status"));
    exam->n_scale++;
}

static fsc_status judge_scales(fsc_exam *exam, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "exam.tsv", err));
    exam->scale = fsc_alloc(4, sizeof *exam->scale);
    if (!exam->scale) return fsc_fail_nomem(err, "reading scales");
    place(exam, &table, "wad", exam->wad_grade, "%.0f");
    place(exam, &table, "ndi", exam->ndi_percent, "%.0f %%");
    place(exam, &table, "odi", exam->odi_percent, "%.0f %%");
    place(exam, &table, "strain", exam->strain_grade, "%.0f");
    return FSC_OK;
}

/* All three essential criteria make a trigger point; recognition of the pain makes it active (facts E017, E018). A taut
 * band alone is not enough (E019). */
static void judge_trigger_point(fsc_palpation *p) {
    const fsc_answer essential[] = {p->taut_band, p->tenderness, p->referred_pain};
    int yes = 0, no = 0;
    for (int i = 0; i < 3; i++) {
        yes += essential[i] == FSC_ANSWER_YES;
        no += essential[i] == FSC_ANSWER_NO;
    }
    const char *word = "";
    if (no > 0)
        word = "criteria not met";
    else if (yes == 3 && p->recognised != FSC_ANSWER_UNKNOWN)
        word = p->recognised == FSC_ANSWER_YES ? "active" : "latent";
    fsc_copy_text(p->trigger_point, sizeof p->trigger_point, word);
}

static int is_yes(const fsc_exam *exam, const char *key, int *answered) {
    const fsc_finding *f = fsc_exam_finding(exam, key);
    *answered += f != NULL;
    return f && f->answer == FSC_ANSWER_YES;
}

/* The map's reader asks for signs of the cord by this one answer. */
static fsc_answer cord_signs(const fsc_exam *exam) {
    int answered = 0, yes = 0;
    yes += is_yes(exam, "hand_clumsiness", &answered);
    yes += is_yes(exam, "gait_change", &answered);
    yes += is_yes(exam, "long_tract_signs", &answered);
    return yes ? FSC_ANSWER_YES : answered == 3 ? FSC_ANSWER_NO : FSC_ANSWER_UNKNOWN;
}

static fsc_status judge_flags(fsc_exam *exam, fsc_error *err) {
    fsc_vocabulary v = {0};
    fsc_status status = fsc_exam_names(&v, err);
    FSC_AUTO_BLOCK fsc_value *value = fsc_alloc(v.n, sizeof *value);
    if (status == FSC_OK && !value) status = fsc_fail_nomem(err, "reading red flags");
    if (status == FSC_OK) status = fsc_exam_values(value, exam, err);
    if (status == FSC_OK) status = fsc_triage(&exam->red_flag, &exam->n_red_flag, &exam->n_stop, &v, value, err);
    fsc_vocabulary_free(&v);
    return status;
}

/* A no to safety_asked leaves the question open: only that it was asked counts. */
static fsc_status count_now(fsc_exam *exam, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "questions.tsv", err));
    for (int32_t row = 0; row < table.n_row; row++) {
        if (strcmp(fsc_table_get(&table, row, "group"), "now") != 0) continue;
        const char *key = fsc_table_get(&table, row, "key");
        const fsc_finding *f = fsc_exam_finding(exam, key);
        exam->n_now_compulsory++;
        exam->n_now_answered += f && (f->answer == FSC_ANSWER_YES || strcmp(key, "safety_asked") != 0);
    }
    return FSC_OK;
}

fsc_status fsc_exam_judge(fsc_exam *exam, fsc_error *err) {
    for (int32_t i = 0; i < exam->n_palpation; i++) judge_trigger_point(&exam->palpation[i]);
    exam->cord_signs = cord_signs(exam);
    FSC_TRY(judge_flags(exam, err));
    FSC_TRY(count_now(exam, err));
    return judge_scales(exam, err);
}
