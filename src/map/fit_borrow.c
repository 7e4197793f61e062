/* Few controls of one's own: the pooled baseline keeps its shape over level, sex and age, and the controls fix one
 * offset a muscle. All sites of a muscle count for it; how far people lie from each other is the baseline's. */
#include "fit.h"

#include "alloc.h"
#include "baseline.h"
#include "cell.h"
#include "fail.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_baseline, fsc_baseline_free)

static int site_of(fsc_baseline_at *at, const fsc_control *c) {
    const int32_t muscle = fsc_baseline_muscle_of(c->muscle), method = fsc_baseline_method_of(c->method);
    if (muscle < 0 || method < 0) return 0;
    *at = (fsc_baseline_at){(fsc_baseline_muscle)muscle, (fsc_baseline_method)method, fsc_level_order(c->level),
                            c->sex == FSC_SEX_FEMALE, c->age_years};
    double weight[FSC_BASELINE_N];
    return fsc_baseline_weights(weight, at);
}

/* One person's mean departure from the baseline over all sites of a muscle; the sites move together, so each person
 * counts once. Returns how many people there are. */
static int32_t departures(double *out, const fsc_baseline *b, const fsc_control *c, int32_t begin, int32_t end) {
    int32_t n = 0;
    for (int32_t i = begin; i < end; i++) {
        int first = 1;
        for (int32_t k = begin; k < i; k++) first &= strcmp(c[k].participant, c[i].participant) != 0;
        if (!first) continue;
        double sum = 0, sites = 0;
        for (int32_t k = i; k < end; k++) {
            fsc_baseline_at at;
            if (strcmp(c[k].participant, c[i].participant) != 0 || !site_of(&at, &c[k])) continue;
            sum += fsc_logit(c[k].fraction) - fsc_baseline_logit(b, &at);
            sites += 1;
        }
        if (sites > 0) out[n++] = sum / sites;
    }
    return n;
}

/* Curves of every level with a control, both sexes, straight on the logit scale. */
static int32_t write_muscle(fsc_text *out, const fsc_baseline *b, const fsc_control *c, int32_t begin, int32_t end,
                            double offset, double offset_variance, int32_t people, const fsc_norms_fit_options *opt) {
    int32_t written = 0;
    for (int32_t i = begin; i < end; i++) {
        if (i > begin && strcmp(c[i].level, c[i - 1].level) == 0) continue;
        fsc_baseline_at at;
        for (int woman = 0; woman < 2 && site_of(&at, &c[i]); woman++) {
            at.women = woman;
            at.age_years = 20;
            const double young = fsc_baseline_logit(b, &at) + offset;
            at.age_years = 70;
            const double old = fsc_baseline_logit(b, &at) + offset, shape = b->assumed->shape_sd;
            fsc_text_printf(
                out,
                "%s.%s.%s.both.%s\t%s\t%s\t%s\tboth\t%s\t20\t70\trange\t%d\tcontrols behind the offset\t"
                "n/a\tn/a\tPDFF\t%s\tn/a\t%s\tshape over level, sex and age borrowed from published studies; "
                "own controls fix one offset\t%s\tfitted (borrowed shape, own offset)\tn/a\t20;70\t%.12g;%.12g\t"
                "%.12g;0;0;0\t%.12g\t%d\t0\n",
                opt->cohort, c[i].muscle, c[i].level, woman ? "female" : "male", c[i].muscle, c[i].level, c[i].level,
                woman ? "female" : "male", (int)people, c[i].method, opt->cohort, opt->source, young, old - young,
                offset_variance + shape * shape, fsc_baseline_person_sd(b, at.muscle), (int)people);
            written++;
        }
    }
    return written;
}

static int32_t fit_muscle(fsc_text *out, const fsc_baseline *b, const fsc_control *c, int32_t begin, int32_t end,
                          double *scratch, const fsc_norms_fit_options *opt, fsc_notes *notes) {
    fsc_baseline_at at;
    int32_t some = begin;
    while (some < end && !site_of(&at, &c[some])) some++;
    const int32_t n = some < end ? departures(scratch, b, c, begin, end) : 0;
    if (n < 3) {
        fsc_notes_add(notes, FSC_NOTE_WARNING, "no-offset",
                      "No norm for %s: %d people at levels and by a method that the baseline knows; 3 are needed.",
                      c[begin].muscle, (int)n);
        return 0;
    }
    double mean = 0;
    for (int32_t i = 0; i < n; i++) mean += scratch[i] / n;
    const double sd = fsc_baseline_person_sd(b, at.muscle), before = fsc_baseline_error(b, &at, &at);
    const double after = 1 / (1 / before + n / (sd * sd)), offset = after * mean * n / (sd * sd);
    fsc_notes_add(
        notes, FSC_NOTE_FOUND, "offset-fitted",
        "%s: %d people move the borrowed norm by %+.2f on the logit scale; its error goes from %.2f to %.2f of the "
        "SD between people",
        c[begin].muscle, (int)n, offset, sqrt(before) / sd, sqrt(after) / sd);
    return write_muscle(out, b, c, begin, end, offset, after, n, opt);
}

fsc_status fsc_fit_borrowed(fsc_text *out, int32_t *written, const fsc_control *c, int32_t n,
                            const fsc_norms_fit_options *opt, fsc_notes *notes, fsc_error *err) {
    FSC_AUTO(fsc_baseline) b = NULL;
    FSC_TRY(fsc_baseline_builtin(&b, err));
    FSC_AUTO_BLOCK double *scratch = fsc_alloc(n, sizeof *scratch);
    if (!scratch) return fsc_fail_nomem(err, "fitting norms");
    for (int32_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && strcmp(c[end].muscle, c[begin].muscle) == 0; end++) {
        }
        *written += fit_muscle(out, b, c, begin, end, scratch, opt, notes);
    }
    return FSC_OK;
}
