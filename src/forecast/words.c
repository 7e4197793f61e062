/* The sentences of a forecast: what this scan can tell of the sequence, and what everything stands on. */
#include "infer.h"

#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Closer to a coin toss than this is "cannot tell". */
#define TELLS 0.15
/* A level counts as struck for the order from this probability on. */
#define STRUCK 0.5

/* "It raised ..." from our own validation run (data/cycle/validation.tsv); "" without such rows. */
static void gain_by_contrasts(char *out, size_t size, fsc_cycle_story story) {
    double right[2] = {(double)NAN, (double)NAN};
    FSC_AUTO_TABLE fsc_table table = {0};
    out[0] = 0;
    if (fsc_table_embedded(&table, "cycle/validation.tsv", NULL) != FSC_OK) return;
    for (int32_t row = 0; row < table.n_row; row++) {
        if (strcmp(fsc_table_get(&table, row, "story"), fsc_cycle_story_text(story)) != 0) continue;
        const int with = strcmp(fsc_table_get(&table, row, "measured"), "pdff+contrasts") == 0;
        right[with] = fsc_table_number(&table, row, "order_right");
    }
    if (!isfinite(right[0]) || !isfinite(right[1]) || right[1] <= right[0]) return;
    snprintf(out, size, " (on simulated people the right order rose from %.2f to %.2f)", right[0], right[1]);
}

void fsc_order_words(fsc_forecast_story *story, int32_t n_level, const int32_t has[FSC_OBSERVED_N]) {
    int32_t n_struck = 0, first = -1, second = -1;
    double farthest = 0;
    for (int32_t i = 0; i < n_level; i++) {
        if (story->level[i].struck < STRUCK) continue;
        n_struck++;
        for (int32_t j = 0; j < n_level; j++) {
            if (j == i || story->level[j].struck < STRUCK) continue;
            const double p = story->before[i * n_level + j];
            if (p - 0.5 <= farthest) continue;
            farthest = p - 0.5;
            first = i;
            second = j;
        }
    }
    char gain[120];
    gain_by_contrasts(gain, sizeof gain, story->story);
    const int has_contrasts = has[FSC_OBSERVED_FLUID] || has[FSC_OBSERVED_STIFFNESS];
    story->order_known = farthest >= TELLS;
    const size_t size = sizeof story->order_sentence;
    if (n_struck < 2)
        snprintf(story->order_sentence, size,
                 "Fewer than two levels look injured under this story: there is no order to tell.");
    else if (story->order_known)
        snprintf(story->order_sentence, size,
                 "Within the model %s was injured before %s with probability %.2f, if both were and not on one day; "
                 "pairs within %.2f of 0.5 cannot be told.",
                 story->level[first].level, story->level[second].level, 0.5 + farthest, TELLS);
    else if (has_contrasts)
        snprintf(story->order_sentence, size,
                 "These measurements cannot tell the order: every pair of levels that look injured is within %.2f of "
                 "a coin toss. Only an earlier scan or the history can.",
                 TELLS);
    else
        snprintf(story->order_sentence, size,
                 "This scan cannot tell the order: every pair of levels that look injured is within %.2f of a coin "
                 "toss. A fluid-sensitive scan, with lean size and stiffness, would tell more%s.",
                 TELLS, gain);
}

/* Rows of a built-in table that are assumptions. */
static int32_t assumptions_in(const char *name) {
    FSC_AUTO_TABLE fsc_table table = {0};
    int32_t n = 0;
    if (fsc_table_embedded(&table, name, NULL) != FSC_OK) return 0;
    for (int32_t row = 0; row < table.n_row; row++)
        n += strcmp(fsc_table_get(&table, row, "status"), "assumption") == 0;
    return n;
}

void fsc_honesty_words(fsc_forecast *forecast, const fsc_cycle *model) {
    const fsc_cycle_honesty honesty = fsc_cycle_honesty_of(model);
    forecast->n_literature = honesty.n_literature;
    forecast->n_assumption = honesty.n_assumption;
    const int32_t own = assumptions_in("cycle/discrepancy.tsv") + assumptions_in("cycle/stages.tsv");
    forecast->n_fixed_assumption = honesty.n_fixed_assumption + own;
    fsc_copy_text(forecast->within, sizeof forecast->within, "within the model");
    snprintf(forecast->honesty, sizeof forecast->honesty,
             "%s; the forecast adds %d assumed constants (how far the model is trusted, where a stage begins) to these",
             honesty.sentence, (int)own);
    fsc_copy_text(forecast->treatment, sizeof forecast->treatment,
                  "Schedules act in the model by assumed rates. Differences between them follow from those rates: they "
                  "are no evidence that a treatment works.");
}
