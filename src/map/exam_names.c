/* The names that conditions over an exam may use, and one exam's values of them. One walk makes both, so that they
 * cannot disagree. */
#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "format.h"
#include "spelling.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const fsc_exam_wishes[] = {"hands_on",
                                       "self_release",
                                       "therapist_release",
                                       "stretching",
                                       "acupuncture",
                                       "dry_needling",
                                       "trigger_point_injection",
                                       "facet_injection",
                                       "epidural",
                                       "rf_neurotomy",
                                       "neuromodulation",
                                       "botulinum_toxin",
                                       "prp",
                                       "adhesiolysis",
                                       "fusion",
                                       "medicine",
                                       "belt",
                                       "traction",
                                       "tens",
                                       "ultrasound",
                                       "yoga",
                                       "pilates",
                                       "strength",
                                       "walking",
                                       "springy_movement",
                                       "surgery",
                                       NULL};
const char *const fsc_exam_treatment_kinds[] = {
    "rf_neurotomy", "surgery",    "injection", "needling", "botulinum_toxin", "neuromodulation", "manual_therapy",
    "exercise",     "medication", "other",     NULL};
static const struct {
    const char *word, *name;
} regions[] = {{"neck", "neck"}, {"thoracic", "thoracic"}, {"low back", "low_back"}};
enum { REGIONS = sizeof regions / sizeof *regions };

/* Acute injury of the neck: within two weeks, the window of the C-spine rule's use here (our choice). */
static const double neck_acute_days = 14, acute_days = 42;

typedef struct walk {
    fsc_vocabulary *names; /* or */
    fsc_value *value;
    const fsc_exam *exam; /* with value only */
    int32_t n;
    fsc_status status;
    fsc_error *err;
} walk;

static void put(walk *w, fsc_value_kind kind, const char *words, fsc_value value, const char *fmt, ...)
    FSC_PRINTF(5, 6);
static void put(walk *w, fsc_value_kind kind, const char *words, fsc_value value, const char *fmt, ...) {
    if (w->value) {
        w->value[w->n++] = value;
        return;
    }
    char name[64];
    va_list args;
    va_start(args, fmt);
    fsc_vformat(name, sizeof name, fmt, args);
    va_end(args);
    if (w->status == FSC_OK) w->status = fsc_vocabulary_add(w->names, kind, words, w->err, "%s", name);
}

static fsc_value number(double x) {
    return (fsc_value){x, NULL};
}
static fsc_value answer(int x) {
    return (fsc_value){x == FSC_ANSWER_UNKNOWN ? (double)NAN : x, NULL};
}
static fsc_value word(const char *text) {
    return (fsc_value){NAN, text && *text ? text : NULL};
}

#define NUMBER(w, name, x) put(w, FSC_VALUE_NUMBER, "", number((w)->exam ? (x) : 0), "%s", name)
#define ANSWER(w, name, x) put(w, FSC_VALUE_ANSWER, "", answer((w)->exam ? (int)(x) : 0), "%s", name)
#define WORD(w, name, words, x) put(w, FSC_VALUE_WORD, words, word((w)->exam ? (x) : NULL), "%s", name)

static double grade(int32_t x) {
    return x < 0 ? (double)NAN : x;
}

static void put_fields(walk *w) {
    const fsc_exam *e = w->exam;
    NUMBER(w, "age_years", e->age_years);
    WORD(w, "sex", "female male", e->sex == FSC_SEX_UNKNOWN ? NULL : fsc_sex_text(e->sex));
    NUMBER(w, "bmi", e->weight_kg / (e->height_cm * e->height_cm) * 1e4);
    WORD(w, "injury_history", "unknown never yes", fsc_injury_history_text(e->injury_history));
    NUMBER(w, "days_since_injury", e->days_since_injury);
    WORD(w, "mechanism", "whiplash fall sport lifting repetition posture childbirth surgery other", e->mechanism);
    NUMBER(w, "onset_age_years", e->onset_age_years);
    NUMBER(w, "prior_neck_episodes", e->prior_neck_episodes);
    NUMBER(w, "prior_back_episodes", e->prior_back_episodes);
    NUMBER(w, "ndi_percent", e->ndi_percent);
    NUMBER(w, "odi_percent", e->odi_percent);
    NUMBER(w, "nrs_pain", e->nrs_pain);
    NUMBER(w, "wad_grade", grade(e->wad_grade));
    NUMBER(w, "strain_grade", grade(e->strain_grade));
    NUMBER(w, "sprain_grade", grade(e->sprain_grade));
    NUMBER(w, "pregnant_weeks", e->pregnant_weeks);
    NUMBER(w, "postpartum_weeks", e->postpartum_weeks);
    NUMBER(w, "morning_stiffness_min", e->morning_stiffness_min);
    WORD(w, "start_back", "low medium high", e->start_back);
    WORD(w, "radiology_report", "read pending none", e->radiology_report);
    ANSWER(w, "statin", e->statin);
    ANSWER(w, "steroid", e->steroid);
    ANSWER(w, "muscle_disease", e->muscle_disease);
    NUMBER(w, "sleep_hours", e->sleep_hours);
    NUMBER(w, "stress_0_10", e->stress_0_10);
    NUMBER(w, "activity_hours_week", e->activity_hours_week);
    NUMBER(w, "posture_hours_day", e->posture_hours_day);
}

/* Old: longer ago than FSC_EXAM_OLD_DAYS, and neither new nor worse. */
static int is_old(double days, const char *course) {
    return days > FSC_EXAM_OLD_DAYS && strcmp(course, "new") != 0 && strcmp(course, "worse") != 0;
}
static int is_fresh(double days, const char *course) {
    return strcmp(course, "new") == 0 || strcmp(course, "worse") == 0 || days <= FSC_EXAM_OLD_DAYS;
}

/* A question's answer, and with time: .fresh (new, worse, or not long ago; unknown when nobody told), .old (long ago
 * and neither), .settled (old, and somebody has examined it), .worse, .days. */
static void put_finding(walk *w, const char *prefix, const char *key, int timed, const fsc_finding *f) {
    static const fsc_finding none = {.answer = FSC_ANSWER_UNKNOWN, .since_days = NAN};
    if (!f) f = &none;
    put(w, FSC_VALUE_ANSWER, "", answer(f->answer), "%s%s", prefix, key);
    if (!timed) return;
    const int yes = f->answer == FSC_ANSWER_YES, old = is_old(f->since_days, f->course);
    const int told = old || is_fresh(f->since_days, f->course);
    const int fresh = f->answer != FSC_ANSWER_YES ? (int)f->answer : told ? !old : FSC_ANSWER_UNKNOWN;
    put(w, FSC_VALUE_ANSWER, "", answer(fresh), "%s%s.fresh", prefix, key);
    put(w, FSC_VALUE_ANSWER, "", answer(yes ? old : (int)f->answer), "%s%s.old", prefix, key);
    put(w, FSC_VALUE_ANSWER, "", answer(yes ? old && f->examined_by[0] && f->examined_on[0] : (int)f->answer),
        "%s%s.settled", prefix, key);
    put(w, FSC_VALUE_ANSWER, "", answer(yes ? strcmp(f->course, "worse") == 0 : (int)f->answer), "%s%s.worse", prefix,
        key);
    put(w, FSC_VALUE_NUMBER, "", number(yes ? f->since_days : (double)NAN), "%s%s.days", prefix, key);
}

static fsc_status put_findings(walk *w) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "questions.tsv", w->err));
    int32_t at = 0; /* the exam's findings come in the order of the table */
    for (int32_t row = 0; row < table.n_row; row++) {
        const char *key = fsc_table_get(&table, row, "key");
        const int now = strcmp(fsc_table_get(&table, row, "group"), "now") == 0;
        const fsc_finding *f = NULL;
        if (w->exam && at < w->exam->n_finding && strcmp(w->exam->finding[at].key, key) == 0)
            f = &w->exam->finding[at++];
        put_finding(w, now ? "now." : "", key, fsc_table_get(&table, row, "time")[0] == '1', f);
    }
    return FSC_OK;
}

/* The pain of a region. Without a list of pains, the scores tell the region and the injury its day (files of 0.1.0). */
static fsc_pain pain_of(const fsc_exam *e, int region) {
    fsc_pain none = {.nrs_pain = NAN, .onset_days = NAN, .radiates = FSC_ANSWER_UNKNOWN};
    for (int32_t i = 0; i < e->n_pain; i++)
        if (strcmp(e->pain[i].region, regions[region].word) == 0) return e->pain[i];
    if (e->n_pain > 0) return none;
    const int neck = e->ndi_percent > 0 || e->wad_grade > 0 || strcmp(e->mechanism, "whiplash") == 0;
    if ((region == 0 && neck) || (region == 2 && e->odi_percent > 0)) {
        fsc_copy_text(none.region, sizeof none.region, regions[region].word);
        none.onset_days = e->days_since_injury;
        none.nrs_pain = e->nrs_pain;
    }
    return none;
}

static int any_pain_known(const fsc_exam *e) {
    if (e->n_pain > 0) return 1;
    for (int r = 0; r < REGIONS; r++)
        if (pain_of(e, r).region[0]) return 1;
    return e->nrs_pain >= 0;
}

static void put_pain(walk *w) {
    const fsc_exam *e = w->exam;
    const int known = e && any_pain_known(e);
    double first = NAN, worst = e ? e->nrs_pain : (double)NAN;
    int any = 0, fresh = 0;
    for (int r = 0; r < REGIONS; r++) {
        const char *name = regions[r].name;
        const fsc_pain p = e ? pain_of(e, r) : (fsc_pain){0};
        const int here = p.region[0] != 0;
        const int told = here && (is_old(p.onset_days, p.course) || is_fresh(p.onset_days, p.course));
        put(w, FSC_VALUE_ANSWER, "", answer(known ? here : FSC_ANSWER_UNKNOWN), "pain.%s", name);
        put(w, FSC_VALUE_NUMBER, "", number(here ? p.onset_days : (double)NAN), "pain.%s.days", name);
        put(w, FSC_VALUE_ANSWER, "",
            answer(told   ? is_fresh(p.onset_days, p.course)
                   : here ? FSC_ANSWER_UNKNOWN
                          : (known ? 0 : FSC_ANSWER_UNKNOWN)),
            "pain.%s.fresh", name);
        put(w, FSC_VALUE_ANSWER, "",
            answer(here    ? (int)p.radiates
                   : known ? 0
                           : FSC_ANSWER_UNKNOWN),
            "pain.%s.radiates", name);
        put(w, FSC_VALUE_NUMBER, "", number(here ? p.nrs_pain : (double)NAN), "pain.%s.nrs", name);
        any |= here;
        fresh |= told && is_fresh(p.onset_days, p.course);
        if (here && !(first <= p.onset_days)) first = p.onset_days;
        if (here && p.nrs_pain > 0 && !(worst >= p.nrs_pain)) worst = p.nrs_pain;
    }
    any |= e && e->nrs_pain > 0;
    ANSWER(w, "pain.any", known ? any : FSC_ANSWER_UNKNOWN);
    ANSWER(w, "pain.fresh", known ? fresh : FSC_ANSWER_UNKNOWN);
    NUMBER(w, "pain.days", first);
    NUMBER(w, "pain.worst", worst);
}

static void put_injury(walk *w) {
    const fsc_exam *e = w->exam;
    const int accident = e && (strcmp(e->mechanism, "whiplash") == 0 || strcmp(e->mechanism, "fall") == 0 ||
                               strcmp(e->mechanism, "sport") == 0 || strcmp(e->mechanism, "other") == 0);
    ANSWER(w, "whiplash", strcmp(e->mechanism, "whiplash") == 0 || e->wad_grade > 0);
    ANSWER(w, "injury.acute", e->days_since_injury <= acute_days);
    ANSWER(w, "injury.neck_acute", accident && e->days_since_injury <= neck_acute_days && pain_of(e, 0).region[0]);
    double active = 0;
    for (int32_t i = 0; e && i < e->n_palpation; i++) active += strcmp(e->palpation[i].trigger_point, "active") == 0;
    NUMBER(w, "trigger_points.active", active);
    NUMBER(w, "goals", e->n_goal);
}

static void put_treatments(walk *w) {
    for (int k = 0; fsc_exam_treatment_kinds[k]; k++) {
        const char *kind = fsc_exam_treatment_kinds[k];
        int had = 0, open = 0, minimal = 0;
        double days = NAN;
        for (int32_t i = 0; w->exam && i < w->exam->n_treatment; i++) {
            const fsc_treatment *t = &w->exam->treatment[i];
            if (strcmp(t->kind, kind) != 0) continue;
            had = 1;
            open |= strcmp(t->approach, "open") == 0;
            minimal |= strcmp(t->approach, "minimally invasive") == 0;
            if (!(days <= t->days_ago)) days = t->days_ago;
        }
        put(w, FSC_VALUE_ANSWER, "", answer(had), "had.%s", kind);
        put(w, FSC_VALUE_NUMBER, "", number(days), "had.%s.days", kind);
        if (strcmp(kind, "surgery") != 0) continue;
        put(w, FSC_VALUE_ANSWER, "", answer(open), "had.surgery.open");
        put(w, FSC_VALUE_ANSWER, "", answer(minimal), "had.surgery.minimally_invasive");
    }
    for (int k = 0; fsc_exam_wishes[k]; k++) {
        int wants = 0;
        for (int32_t i = 0; w->exam && i < w->exam->n_wish; i++)
            wants |= strcmp(w->exam->wish[i].what, fsc_exam_wishes[k]) == 0;
        put(w, FSC_VALUE_ANSWER, "", answer(wants), "wants.%s", fsc_exam_wishes[k]);
    }
}

static void put_review(walk *w) {
    const fsc_exam *e = w->exam;
    NUMBER(w, "review.weeks", e->review.weeks);
    NUMBER(w, "review.nrs_gain", e->review.nrs_before - e->nrs_pain);
    NUMBER(w, "review.ndi_gain", e->review.ndi_before_percent - e->ndi_percent);
    NUMBER(w, "review.odi_gain", e->review.odi_before_percent - e->odi_percent);
    NUMBER(w, "review.nrs_gain_percent", 100 * (e->review.nrs_before - e->nrs_pain) / e->review.nrs_before);
    NUMBER(w, "review.odi_gain_percent",
           100 * (e->review.odi_before_percent - e->odi_percent) / e->review.odi_before_percent);
    NUMBER(w, "review.nrs_in_exercise", e->review.nrs_in_exercise);
    ANSWER(w, "review.worse_next_day", e->review.worse_next_day);
    ANSWER(w, "review.easy_for_a_week", e->review.easy_for_a_week);
    ANSWER(w, "review.stopped_exercise", e->review.stopped_exercise);
    /* Muscles far over their norm on both sides: the map tells it, not the exam (facts X068). */
    put(w, FSC_VALUE_NUMBER, "", number(NAN), "map.muscles_high_both_sides");
}

static fsc_status walk_all(walk *w) {
    put_fields(w);
    FSC_TRY(put_findings(w));
    put_pain(w);
    put_injury(w);
    put_treatments(w);
    put_review(w);
    return w->status;
}

fsc_status fsc_exam_names(fsc_vocabulary *v, fsc_error *err) {
    walk w = {.names = v, .err = err};
    return walk_all(&w);
}

fsc_status fsc_exam_values(fsc_value *value, const fsc_exam *exam, fsc_error *err) {
    walk w = {.value = value, .exam = exam, .err = err};
    return walk_all(&w);
}

const char *fsc_sex_text(fsc_sex sex) {
    const char *word = fsc_word_key(fsc_sex_words, (int32_t)sex);
    return word ? word : "unknown";
}

const char *fsc_injury_history_text(fsc_injury_history history) {
    const char *word = fsc_word_key(fsc_injury_history_words, (int32_t)history);
    return word ? word : "unknown";
}
