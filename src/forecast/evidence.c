#include "evidence.h"

#include "format.h"
#include "text.h"
#include "units.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(fsc_evidence *out, const char *field, int used, double factor, const char *fmt, ...) FSC_PRINTF(5, 6);
static void say(fsc_evidence *out, const char *field, int used, double factor, const char *fmt, ...) {
    fsc_forecast_use *use = &out->use[out->n_use++];
    *use = (fsc_forecast_use){.factor = factor, .used = used};
    fsc_copy_text(use->field, sizeof use->field, field);
    va_list args;
    va_start(args, fmt);
    fsc_vformat(use->what, sizeof use->what, fmt, args);
    va_end(args);
}

static double density(double x, double mean, double sd) {
    const double z = (x - mean) / sd;
    return exp(-0.5 * z * z) / (sd * sqrt(2 * FSC_PI));
}

/* How much likelier a score is among injured people: broad normals over a floor, because fat and pain hardly go
 * together (facts T017). */
static double score_factor(double x, const double healthy[2], const double injured[2], double most, double floor) {
    const double flat = floor / most;
    return ((1 - floor) * density(x, injured[0], injured[1]) + flat) /
           ((1 - floor) * density(x, healthy[0], healthy[1]) + flat);
}

static double add_score(fsc_evidence *out, const char *field, double x, const double healthy[2],
                        const double injured[2], double most, double floor) {
    if (isnan(x)) {
        say(out, field, 0, 1, "not given");
        return 0;
    }
    const double factor = score_factor(x, healthy, injured, most, floor);
    say(out, field, 1, factor, "%g of %g: the odds of an injury times %.1f", x, most, factor);
    return log(factor);
}

static double add_answer(fsc_evidence *out, const char *field, fsc_answer answer, double factor) {
    if (answer == FSC_ANSWER_UNKNOWN) {
        say(out, field, 0, 1, "not given");
        return 0;
    }
    const double times = answer == FSC_ANSWER_YES ? factor : 1 / factor;
    say(out, field, 1, times, "%s: the odds of an injury times %.1f", answer == FSC_ANSWER_YES ? "yes" : "no", times);
    return log(times);
}

static void add_history(fsc_evidence *out, const fsc_forecast_person *p, const fsc_data *data, const fsc_assumed *a) {
    fsc_answer answer = p->injured;
    if (answer == FSC_ANSWER_UNKNOWN && isfinite(data->injury_age_day)) answer = FSC_ANSWER_YES;
    out->prior = answer == FSC_ANSWER_YES  ? a->injured_if_yes
                 : answer == FSC_ANSWER_NO ? a->injured_if_never
                                           : a->injured_if_unknown;
    static const char *const word[] = {"not known", "never", "yes"};
    say(out, "injury_history", answer != FSC_ANSWER_UNKNOWN, (double)NAN, "%s: prior probability of an injury %.2f",
        word[answer + 1], out->prior);
    out->log_odds = log(out->prior / (1 - out->prior));
    if (isfinite(data->injury_age_day))
        say(out, "days_since_injury", 1, (double)NAN, "%.0f: no strike in the library is older", data->injury_age_day);
    else
        say(out, "days_since_injury", 0, (double)NAN, "not given");
}

static void add_person(fsc_evidence *out, const fsc_forecast_person *p, const fsc_assumed *a) {
    const int known = isfinite(p->age_years) && p->sex != FSC_SEX_UNKNOWN;
    say(out, "age_years, sex", known, (double)NAN, "%s",
        known ? "set the healthy baseline" : "not both given: the baseline is wider");
    double sum = add_score(out, "nrs_pain", p->nrs_pain, (const double[2]){a->pain_healthy_mean, a->pain_healthy_sd},
                           (const double[2]){a->pain_injured_mean, a->pain_injured_sd}, 10, a->score_floor);
    sum += add_score(out, "ndi_percent or odi_percent", p->disability_percent,
                     (const double[2]){a->disability_healthy_mean, a->disability_healthy_sd},
                     (const double[2]){a->disability_injured_mean, a->disability_injured_sd}, 100, a->score_floor);
    sum += add_answer(out, "motion, painful", p->painful_motion, a->painful_motion_factor);
    sum += add_answer(out, "strength, below grade 5", p->weakness, a->weakness_factor);
    const double most = log(a->person_factor_most);
    out->log_odds += fmin(fmax(sum, -most), most);
}

/* Palpation at a level, a part of it for its neighbours; bounded. */
static void add_palpation(fsc_evidence *out, const fsc_forecast_person *p, const fsc_cycle *model,
                          const fsc_assumed *a) {
    const double most = log(a->tender_factor_most);
    int32_t n = 0;
    for (int32_t i = 0; i < p->n_palpation; i++) {
        const fsc_answer tender = p->palpation[i].tender;
        const double order = fsc_level_order(p->palpation[i].level);
        if (tender == FSC_ANSWER_UNKNOWN || isnan(order)) continue;
        n++;
        const double factor = log(tender == FSC_ANSWER_YES ? a->tender_factor : a->not_tender_factor);
        for (int32_t l = 0; l < fsc_cycle_n_level(model); l++) {
            const double away = fabs(fsc_level_order(fsc_cycle_level_at(model, l)) - order);
            out->log_tender[l] += away < 0.5 ? factor : away <= 1 ? a->tender_next_share * factor : 0;
        }
    }
    for (int32_t l = 0; l < 64; l++) out->log_tender[l] = fmin(fmax(out->log_tender[l], -most), most);
    if (n > 0)
        say(out, "palpation", 1, a->tender_factor, "%d levels felt: tender times %.1f, not tender times %.1f there",
            (int)n, a->tender_factor, a->not_tender_factor);
    else
        say(out, "palpation", 0, 1, "not given");
}

static void add_modifiers(fsc_evidence *out, const fsc_cycle_modifiers *m) {
    const int n = isfinite(m->activity) + isfinite(m->posture_load) + isfinite(m->stress) + isfinite(m->sleep_deficit) +
                  isfinite(m->bmi_excess);
    if (n > 0)
        say(out, "sleep, stress, weight, activity", 1, (double)NAN, "%d of 5 given: act on what the model does next",
            n);
    else
        say(out, "sleep, stress, weight, activity", 0, (double)NAN, "not given: drawn from the prior");
}

static void add_fluid(fsc_evidence *out, const fsc_data *data) {
    int has = 0;
    for (int32_t i = 0; i < data->n; i++) has |= isfinite(data->item[i].value[FSC_OBSERVED_FLUID]) != 0;
    say(out, "T2 or fluid map", has, (double)NAN, "%s",
        has ? "weighed by site: the only term that dates an injury" : "not given: nothing here dates an injury");
}

void fsc_evidence_from(fsc_evidence *out, const fsc_forecast_person *person, const fsc_cycle *model,
                       const fsc_data *data, const fsc_assumed *assumed) {
    *out = (fsc_evidence){0};
    add_history(out, person, data, assumed);
    add_person(out, person, assumed);
    add_palpation(out, person, model, assumed);
    add_modifiers(out, &person->modifiers);
    add_fluid(out, data);
}

static double modifier_activity(double hours_week, const fsc_assumed *a) {
    if (!isfinite(hours_week)) return (double)NAN;
    /* The square root because of doubtful self-report. */
    const double share = (hours_week + a->activity_floor_hours) / (a->activity_usual_hours + a->activity_floor_hours);
    return fmin(fmax(sqrt(share), a->activity_least), a->activity_most);
}

static void palpation_from(fsc_forecast_person *out, const fsc_exam *exam) {
    for (int32_t i = 0; i < exam->n_palpation; i++) {
        const fsc_palpation *p = &exam->palpation[i];
        int32_t k = 0;
        while (k < out->n_palpation && strcmp(out->palpation[k].level, p->place.level) != 0) k++;
        if (k == 32 || p->tenderness == FSC_ANSWER_UNKNOWN) continue;
        if (k == out->n_palpation) {
            fsc_copy_text(out->palpation[k].level, sizeof out->palpation[k].level, p->place.level);
            out->palpation[k].tender = FSC_ANSWER_NO;
            out->n_palpation++;
        }
        if (p->tenderness == FSC_ANSWER_YES) out->palpation[k].tender = FSC_ANSWER_YES;
    }
}

void fsc_forecast_person_from(fsc_forecast_person *out, const fsc_exam *exam) {
    const double none = (double)NAN;
    *out = (fsc_forecast_person){.age_years = none,
                                 .injured = FSC_ANSWER_UNKNOWN,
                                 .nrs_pain = none,
                                 .disability_percent = none,
                                 .painful_motion = FSC_ANSWER_UNKNOWN,
                                 .weakness = FSC_ANSWER_UNKNOWN,
                                 .modifiers = {none, none, none, none, none, none}};
    if (!exam) return;
    out->age_years = exam->age_years;
    out->sex = exam->sex;
    out->injured = exam->injury_history == FSC_INJURY_YES     ? FSC_ANSWER_YES
                   : exam->injury_history == FSC_INJURY_NEVER ? FSC_ANSWER_NO
                                                              : FSC_ANSWER_UNKNOWN;
    out->nrs_pain = exam->nrs_pain;
    out->disability_percent = isfinite(exam->odi_percent) ? exam->odi_percent : exam->ndi_percent;
    for (int32_t i = 0; i < exam->n_motion; i++)
        if (exam->motion[i].painful > out->painful_motion) out->painful_motion = exam->motion[i].painful;
    for (int32_t i = 0; i < exam->n_strength; i++)
        if (isfinite(exam->strength[i].mrc_grade) && out->weakness != FSC_ANSWER_YES)
            out->weakness = exam->strength[i].mrc_grade < 5 ? FSC_ANSWER_YES : FSC_ANSWER_NO;
    palpation_from(out, exam);
    fsc_assumed a;
    if (fsc_assumed_read(&a, NULL) != FSC_OK) return; /* fsc_forecast_run fails on it, with words */
    out->modifiers.activity = modifier_activity(exam->activity_hours_week, &a);
    if (isfinite(exam->stress_0_10)) out->modifiers.stress = exam->stress_0_10 / 10;
    if (isfinite(exam->sleep_hours))
        out->modifiers.sleep_deficit =
            fmin(fmax(1 - exam->sleep_hours / a.sleep_needed_hours, 0), a.sleep_deficit_most);
    if (exam->weight_kg > 0 && exam->height_cm > 0)
        out->modifiers.bmi_excess =
            (exam->weight_kg / (exam->height_cm * exam->height_cm * 1e-4) - a.bmi_usual) / a.bmi_unit;
}
