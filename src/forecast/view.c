/* What is said of the sequences that were searched, and when nothing can be. */
#include "sequence.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "text.h"

#include <math.h>

void fsc_model_view_refuse(fsc_model_view *out, const char *reason) {
    *out = (fsc_model_view){0};
    fsc_copy_text(out->reason, sizeof out->reason, reason);
}

/* The largest shares, in order. */
static void name_best(fsc_model_view_story *out, const fsc_sequences *all, double *share) {
    const int32_t n = fsc_sequences_n(all);
    for (int k = 0; k < FSC_MODEL_VIEW_BEST; k++) {
        int32_t best = 0;
        for (int32_t i = 1; i < n; i++)
            if (share[i] > share[best]) best = i;
        if (!(share[best] > 0)) break;
        fsc_sequence_words(out->best[k].what, sizeof out->best[k].what, all, best);
        out->best[k].share_best = share[best];
        share[best] = 0;
    }
}

static fsc_status fill_story(fsc_model_view_story *out, int32_t *best, const fsc_sequences *all, const double *pain,
                             int32_t n_person, fsc_error *err) {
    const int32_t n = fsc_sequences_n(all);
    FSC_AUTO_BLOCK double *share = fsc_alloc(n, sizeof *share);
    FSC_AUTO_BLOCK double *range = fsc_alloc(n_person, sizeof *range);
    if (!share || !range) return fsc_fail_nomem(err, "telling the model's view");
    for (int32_t p = 0; p < n_person; p++) {
        range[p] = fsc_sequences_range(pain + (int64_t)p * n, n);
        out->n_differ += fsc_sequences_differ(all, pain + (int64_t)p * n);
    }
    out->n_people = n_person;
    out->pain_range = fsc_band_of(range, n_person).p50;
    *best = fsc_sequences_vote(share, all, pain, n_person);
    name_best(out, all, share);
    return FSC_OK;
}

static void say(fsc_model_view *out, const fsc_sequences *all, int agree, double least) {
    int32_t n_people = 0, n_differ = 0;
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) n_people += out->story[s].n_people, n_differ += out->story[s].n_differ;
    const char *why = n_differ < all->rules.least_share * n_people
                          ? "in too many of the virtual people the order makes no difference"
                      : agree ? "no order comes out best in enough of the virtual people"
                              : "its two stories name different orders";
    if (out->cannot_tell)
        fsc_format(
            out->text, sizeof out->text,
            "The model cannot tell: %s. An order is told when it comes out best in %.0f %% of the virtual people "
            "or more and both stories name the same one.",
            why, 100 * all->rules.least_share);
    else
        fsc_format(out->text, sizeof out->text,
                   "Under both stories the same order comes out best in %.0f %% of the virtual people or more. This "
                   "follows from assumed rates.",
                   floor(100 * least));
}

fsc_status fsc_model_view_fill(fsc_model_view *out, const fsc_sequences *all, double *const pain[FSC_CYCLE_N_STORY],
                               const int32_t n_person[FSC_CYCLE_N_STORY], fsc_error *err) {
    int32_t best[FSC_CYCLE_N_STORY];
    double least = 1;
    *out = (fsc_model_view){.made = 1, .n_tried = fsc_sequences_n(all)};
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        if (n_person[s] < 1) {
            fsc_model_view_refuse(out, "nobody among the virtual people who fit carries an injury of the model");
            return FSC_OK;
        }
        fsc_model_view_story *story = &out->story[s];
        fsc_copy_text(story->story, sizeof story->story, fsc_cycle_story_text((fsc_cycle_story)s));
        FSC_TRY(fill_story(story, &best[s], all, pain[s], n_person[s], err));
        least = fmin(least, story->best[0].share_best);
    }
    out->cannot_tell = best[0] != best[1] || !(least >= all->rules.least_share);
    say(out, all, best[0] == best[1], least);
    return FSC_OK;
}
