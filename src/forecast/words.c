/* The sentences of a forecast: what this scan can tell of the sequence, and what everything stands on. */
#include "infer.h"

#include "format.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A level counts for the order when it departs with more than this. */
#define DEPARTS 0.5

/* The smaller of both stories' certainty that i was struck before j; 0 unless both levels depart in both. */
static double told_by_both(const fsc_forecast *f, int32_t i, int32_t j) {
    double least = 1;
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_forecast_story *story = &f->story[s];
        if (story->level[i].departs <= DEPARTS || story->level[j].departs <= DEPARTS) return 0;
        least = fmin(least, story->before[i * f->n_level + j]);
    }
    return least;
}

static int32_t count_departing(const fsc_forecast_story *story, int32_t n_level) {
    int32_t n = 0;
    for (int32_t i = 0; i < n_level; i++) n += story->level[i].departs > DEPARTS;
    return n;
}

static void say_order(char *out, size_t size, const fsc_forecast *f, int32_t n_departing, int has_contrasts,
                      int32_t first, int32_t second, double certainty, double least) {
    if (f->nothing_departs)
        out[0] = 0;
    else if (n_departing < 2)
        fsc_format(out, size, "Fewer than two levels depart under this story: there is no order to tell.");
    else if (certainty - 0.5 >= least)
        fsc_format(
            out, size,
            "Within the model %s was injured before %s with probability %.2f or more under both stories, if both "
            "were and not on one day; pairs within %.2f of 0.5 cannot be told.",
            f->story[0].level[first].level, f->story[0].level[second].level, certainty, least);
    else if (has_contrasts)
        fsc_format(out, size,
                   "These measurements cannot tell the order: no pair of levels beats a coin toss by %.2f under both "
                   "stories. Only an earlier scan or the history can.",
                   least);
    else
        fsc_format(out, size,
                   "This scan cannot tell the order: no pair of levels beats a coin toss by %.2f under both stories. A "
                   "fluid-sensitive scan, or an earlier one, would tell more.",
                   least);
}

void fsc_order_words(fsc_forecast *forecast, const int32_t has[FSC_OBSERVED_N], const fsc_assumed *assumed) {
    int32_t first = 0, second = 0;
    double certainty = 0;
    for (int32_t i = 0; i < forecast->n_level; i++)
        for (int32_t j = 0; j < forecast->n_level; j++) {
            const double p = i == j ? 0 : told_by_both(forecast, i, j);
            if (p <= certainty) continue;
            certainty = p;
            first = i;
            second = j;
        }
    const int has_contrasts = has[FSC_OBSERVED_FLUID] || has[FSC_OBSERVED_STIFFNESS];
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        fsc_forecast_story *story = &forecast->story[s];
        story->order_known = certainty - 0.5 >= assumed->order_least;
        say_order(story->order_sentence, sizeof story->order_sentence, forecast,
                  count_departing(story, forecast->n_level), has_contrasts, first, second, certainty,
                  assumed->order_least);
    }
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

void fsc_honesty_words(fsc_forecast *forecast, const fsc_cycle *model, const fsc_forecast_person *person) {
    const fsc_cycle_honesty honesty = fsc_cycle_honesty_of(model);
    forecast->n_literature = honesty.n_literature;
    forecast->n_assumption = honesty.n_assumption;
    const int32_t own = assumptions_in("cycle/discrepancy.tsv") + assumptions_in("cycle/stages.tsv") +
                        assumptions_in("cycle/grounding.tsv") + assumptions_in("baseline_assumed.tsv");
    forecast->n_fixed_assumption = honesty.n_fixed_assumption + own;
    fsc_copy_text(forecast->within, sizeof forecast->within, "within the model");
    fsc_format(
        forecast->honesty, sizeof forecast->honesty,
        "%s; the forecast adds %d assumed constants (how healthy people differ, what an exam is worth, how far the "
        "model is trusted, where a stage begins) to these",
        honesty.sentence, (int)own);
    fsc_copy_text(forecast->treatment, sizeof forecast->treatment,
                  "Schedules act in the model by assumed rates. Differences between them follow from those rates: they "
                  "are no evidence that a treatment works.");
    fsc_format(forecast->library, sizeof forecast->library,
               "The library holds %d virtual people a story, all of them injured; beside them stand people who never "
               "were (prior %.2f of an injury) and lesions of free form, at one level or in the whole deep layer.",
               (int)forecast->n_member, forecast->injured_prior);
    const int complains = person->nrs_pain > 0 || person->disability_percent > 0 || person->injured == FSC_ANSWER_YES;
    if (forecast->nothing_departs)
        fsc_format(forecast->nothing, sizeof forecast->nothing,
                   "Nothing here tells injury from normal: no level's fat departs from this person's own baseline with "
                   "more than one half. The fat is carried on as measured, with ageing.%s",
                   complains ? " A complaint is heard; this fat does not explain it." : "");
}
