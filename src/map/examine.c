#include "examine.h"

#include "alloc.h"
#include "fail.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* WAD grade III counts as new within this many days (our reading of "new grade III"). */
static const double wad_new_days = 84;

/* Red flags that a grade raises by itself; the others are answered. */
static int raised_by_grade(const fsc_exam *exam, const char *key) {
    if (strcmp(key, "wad_grade_iv") == 0) return exam->wad_grade == 4;
    if (strcmp(key, "wad_grade_iii_new") == 0) return exam->wad_grade == 3 && !(exam->days_since_injury > wad_new_days);
    if (strcmp(key, "strain_grade_iii") == 0) return exam->strain_grade == 3;
    if (strcmp(key, "sprain_grade_iii") == 0) return exam->sprain_grade == 3;
    return -1;
}

static int urgency_rank(const char *urgency) {
    return strcmp(urgency, "emergency") == 0 ? 0 : strcmp(urgency, "same day") == 0 ? 1 : 2;
}

static void fill_flag(fsc_red_flag *flag, const fsc_table *table, int32_t row) {
    fsc_copy_text(flag->key, sizeof flag->key, fsc_table_get(table, row, "key"));
    fsc_copy_text(flag->finding, sizeof flag->finding, fsc_table_get(table, row, "finding"));
    fsc_copy_text(flag->action, sizeof flag->action, fsc_table_get(table, row, "action"));
    fsc_copy_text(flag->urgency, sizeof flag->urgency, fsc_table_get(table, row, "urgency"));
    fsc_copy_text(flag->fact_id, sizeof flag->fact_id, fsc_table_get(table, row, "fact_id"));
    fsc_copy_text(flag->source, sizeof flag->source, fsc_table_get(table, row, "source"));
    fsc_copy_text(flag->status, sizeof flag->status, fsc_table_get(table, row, "status"));
}

static int is_cord_sign(const char *key) {
    return strcmp(key, "hand_clumsiness") == 0 || strcmp(key, "gait_change") == 0 ||
           strcmp(key, "long_tract_signs") == 0;
}

static fsc_status judge_flags(fsc_exam *exam, const fsc_json *answers, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "redflags.tsv", err));
    exam->red_flag = fsc_alloc(table.n_row, sizeof *exam->red_flag);
    if (!exam->red_flag) return fsc_fail_nomem(err, "reading red flags");
    int32_t cord_asked = 0, cord_known = 0;
    /* Most urgent first, table order within. */
    for (int rank = 0; rank < 3; rank++)
        for (int32_t row = 0; row < table.n_row; row++) {
            if (urgency_rank(fsc_table_get(&table, row, "urgency")) != rank) continue;
            const char *key = fsc_table_get(&table, row, "key");
            int answer = raised_by_grade(exam, key);
            if (answer < 0) {
                answer = fsc_json_bool(fsc_json_get(answers, key), -1);
                exam->n_red_flag_known++;
                exam->n_red_flag_asked += answer >= 0;
                cord_known += is_cord_sign(key);
                cord_asked += is_cord_sign(key) && answer >= 0;
            }
            if (answer != 1) continue;
            if (is_cord_sign(key)) exam->cord_signs = FSC_ANSWER_YES;
            fill_flag(&exam->red_flag[exam->n_red_flag++], &table, row);
        }
    if (exam->cord_signs != FSC_ANSWER_YES)
        exam->cord_signs = cord_asked == cord_known ? FSC_ANSWER_NO : FSC_ANSWER_UNKNOWN;
    return FSC_OK;
}

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
            (void)snprintf(out->band, sizeof out->band, "%s (%s)", fsc_table_get(table, row, "label"), definition);
            break;
        }
    }
    if (last < 0) return;
    if (!out->band[0]) fsc_copy_text(out->band, sizeof out->band, "between two bands of the scale");
    fsc_copy_text(out->scale, sizeof out->scale, fsc_table_get(table, last, "name"));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(out->value, sizeof out->value, fmt, value);
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

fsc_status fsc_exam_judge(fsc_exam *exam, const fsc_json *answers, fsc_error *err) {
    FSC_TRY(judge_flags(exam, answers, err));
    for (int32_t i = 0; i < exam->n_palpation; i++) judge_trigger_point(&exam->palpation[i]);
    return judge_scales(exam, err);
}
