/* The exam as JSON: one table of fields a record, for reading and for writing. */
#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "fields.h"

#include <fascicle/day.h>
#include <math.h>
#include <string.h>

static const fsc_field exam_fields[] = {FSC_FIELD(fsc_exam, participant, TEXT),
                                        FSC_FIELD(fsc_exam, date, TEXT),
                                        FSC_FIELD(fsc_exam, age_years, NUMBER),
                                        FSC_FIELD(fsc_exam, height_cm, NUMBER),
                                        FSC_FIELD(fsc_exam, weight_kg, NUMBER),
                                        FSC_FIELD(fsc_exam, days_since_injury, NUMBER),
                                        FSC_FIELD(fsc_exam, mechanism, TEXT),
                                        FSC_FIELD_WORD(fsc_exam, injury_history, fsc_injury_history_words),
                                        FSC_FIELD(fsc_exam, onset_age_years, NUMBER),
                                        FSC_FIELD(fsc_exam, prior_neck_episodes, NUMBER),
                                        FSC_FIELD(fsc_exam, prior_back_episodes, NUMBER),
                                        FSC_FIELD(fsc_exam, ndi_percent, NUMBER),
                                        FSC_FIELD(fsc_exam, odi_percent, NUMBER),
                                        FSC_FIELD(fsc_exam, nrs_pain, NUMBER),
                                        FSC_FIELD(fsc_exam, wad_grade, GRADE),
                                        FSC_FIELD(fsc_exam, strain_grade, GRADE),
                                        FSC_FIELD(fsc_exam, sprain_grade, GRADE),
                                        FSC_FIELD(fsc_exam, pregnant_weeks, NUMBER),
                                        FSC_FIELD(fsc_exam, postpartum_weeks, NUMBER),
                                        FSC_FIELD(fsc_exam, morning_stiffness_min, NUMBER),
                                        FSC_FIELD(fsc_exam, start_back, TEXT),
                                        FSC_FIELD(fsc_exam, radiology_report, TEXT),
                                        FSC_FIELD(fsc_exam, statin, ANSWER),
                                        FSC_FIELD(fsc_exam, steroid, ANSWER),
                                        FSC_FIELD(fsc_exam, muscle_disease, ANSWER),
                                        FSC_FIELD_END};
static const fsc_field modifier_fields[] = {
    FSC_FIELD(fsc_exam, sleep_hours, NUMBER), FSC_FIELD(fsc_exam, stress_0_10, NUMBER),
    FSC_FIELD(fsc_exam, activity_hours_week, NUMBER), FSC_FIELD(fsc_exam, posture_hours_day, NUMBER), FSC_FIELD_END};
static const fsc_field review_fields[] = {
    FSC_FIELD_AS("weeks", fsc_exam, review.weeks, NUMBER),
    FSC_FIELD_AS("nrs_before", fsc_exam, review.nrs_before, NUMBER),
    FSC_FIELD_AS("ndi_before_percent", fsc_exam, review.ndi_before_percent, NUMBER),
    FSC_FIELD_AS("odi_before_percent", fsc_exam, review.odi_before_percent, NUMBER),
    FSC_FIELD_AS("nrs_in_exercise", fsc_exam, review.nrs_in_exercise, NUMBER),
    FSC_FIELD_AS("worse_next_day", fsc_exam, review.worse_next_day, ANSWER),
    FSC_FIELD_AS("easy_for_a_week", fsc_exam, review.easy_for_a_week, ANSWER),
    FSC_FIELD_AS("stopped_exercise", fsc_exam, review.stopped_exercise, ANSWER),
    FSC_FIELD_END};
static const fsc_field palpation_fields[] = {FSC_FIELD_AS("muscle", fsc_palpation, place.muscle, TEXT),
                                             FSC_FIELD_AS("level", fsc_palpation, place.level, TEXT),
                                             FSC_FIELD_WORD_AS("side", fsc_palpation, place.side, fsc_side_words),
                                             FSC_FIELD(fsc_palpation, taut_band, ANSWER),
                                             FSC_FIELD(fsc_palpation, tenderness, ANSWER),
                                             FSC_FIELD(fsc_palpation, referred_pain, ANSWER),
                                             FSC_FIELD(fsc_palpation, recognised, ANSWER),
                                             FSC_FIELD_END};
static const fsc_field strength_fields[] = {
    FSC_FIELD(fsc_strength, movement, TEXT), FSC_FIELD_WORD(fsc_strength, side, fsc_side_words),
    FSC_FIELD(fsc_strength, newton, NUMBER), FSC_FIELD(fsc_strength, mrc_grade, NUMBER), FSC_FIELD_END};
static const fsc_field motion_fields[] = {FSC_FIELD(fsc_motion, region, TEXT), FSC_FIELD(fsc_motion, direction, TEXT),
                                          FSC_FIELD(fsc_motion, degrees, NUMBER),
                                          FSC_FIELD(fsc_motion, painful, ANSWER), FSC_FIELD_END};
static const fsc_field treatment_fields[] = {FSC_FIELD(fsc_treatment, kind, TEXT),
                                             FSC_FIELD(fsc_treatment, approach, TEXT),
                                             FSC_FIELD(fsc_treatment, level_from, TEXT),
                                             FSC_FIELD(fsc_treatment, level_to, TEXT),
                                             FSC_FIELD_WORD(fsc_treatment, side, fsc_side_words),
                                             FSC_FIELD(fsc_treatment, days_ago, NUMBER),
                                             FSC_FIELD_END};
static const fsc_field pain_fields[] = {
    FSC_FIELD(fsc_pain, region, TEXT),     FSC_FIELD_WORD(fsc_pain, side, fsc_side_words),
    FSC_FIELD(fsc_pain, onset_date, TEXT), FSC_FIELD(fsc_pain, onset_days, NUMBER),
    FSC_FIELD(fsc_pain, course, TEXT),     FSC_FIELD(fsc_pain, nrs_pain, NUMBER),
    FSC_FIELD(fsc_pain, radiates, ANSWER), FSC_FIELD_END};
static const fsc_field goal_fields[] = {FSC_FIELD(fsc_goal, activity, TEXT), FSC_FIELD(fsc_goal, score_0_10, NUMBER),
                                        FSC_FIELD_END};
static const fsc_field finding_fields[] = {
    FSC_FIELD(fsc_finding, answer, ANSWER),    FSC_FIELD(fsc_finding, since_days, NUMBER),
    FSC_FIELD(fsc_finding, course, TEXT),      FSC_FIELD(fsc_finding, examined_by, TEXT),
    FSC_FIELD(fsc_finding, examined_on, TEXT), FSC_FIELD_END};

/* The lists of an exam, in one table for reading, writing and freeing. */
typedef struct list_of {
    const char *key;
    const fsc_field *field; /* NULL: the items are texts, not objects */
    size_t item_size, at, n_at;
} list_of;
static const list_of lists[] = {
    {"pain", pain_fields, sizeof(fsc_pain), offsetof(fsc_exam, pain), offsetof(fsc_exam, n_pain)},
    {"goals", goal_fields, sizeof(fsc_goal), offsetof(fsc_exam, goal), offsetof(fsc_exam, n_goal)},
    {"wants", NULL, sizeof(fsc_wish), offsetof(fsc_exam, wish), offsetof(fsc_exam, n_wish)},
    {"palpation", palpation_fields, sizeof(fsc_palpation), offsetof(fsc_exam, palpation),
     offsetof(fsc_exam, n_palpation)},
    {"strength", strength_fields, sizeof(fsc_strength), offsetof(fsc_exam, strength), offsetof(fsc_exam, n_strength)},
    {"motion", motion_fields, sizeof(fsc_motion), offsetof(fsc_exam, motion), offsetof(fsc_exam, n_motion)},
    {"treatments", treatment_fields, sizeof(fsc_treatment), offsetof(fsc_exam, treatment),
     offsetof(fsc_exam, n_treatment)}};
enum { LISTS = sizeof lists / sizeof *lists };

void fsc_exam_clear(fsc_exam *exam) {
    fsc_fields_read(exam, exam_fields, NULL);
    fsc_fields_read(exam, modifier_fields, NULL);
    fsc_fields_read(exam, review_fields, NULL);
    exam->safety_asked = FSC_ANSWER_UNKNOWN;
}

void fsc_exam_free_lists(fsc_exam *exam) {
    for (int k = 0; k < LISTS; k++) {
        void *item;
        memcpy(&item, (char *)exam + lists[k].at, sizeof item);
        fsc_free(item);
    }
    fsc_free(exam->finding);
    fsc_free(exam->red_flag);
    fsc_free(exam->scale);
}

static fsc_status take_lists(fsc_exam *exam, const fsc_json *object, fsc_error *err) {
    for (int k = 0; k < LISTS; k++) {
        const list_of *l = &lists[k];
        const fsc_json *array = fsc_json_get(object, l->key);
        const int32_t n = (int32_t)fsc_json_length(array);
        char *item = fsc_alloc(n, l->item_size);
        if (!item) return fsc_fail_nomem(err, "reading an exam");
        memcpy((char *)exam + l->at, &item, sizeof item);
        memcpy((char *)exam + l->n_at, &n, sizeof n);
        for (int32_t i = 0; i < n; i++)
            if (l->field)
                fsc_fields_read(item + (size_t)i * l->item_size, l->field, fsc_json_at(array, i));
            else
                fsc_copy_text(item + (size_t)i * l->item_size, l->item_size, fsc_json_string(fsc_json_at(array, i)));
    }
    return FSC_OK;
}

/* The answered questions; an answer is true, false or an object that tells more. */
static fsc_status take_findings(fsc_exam *exam, const fsc_json *object, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "questions.tsv", err));
    exam->finding = fsc_alloc(table.n_row, sizeof *exam->finding);
    if (!exam->finding) return fsc_fail_nomem(err, "reading an exam");
    for (int32_t row = 0; row < table.n_row; row++) {
        const char *key = fsc_table_get(&table, row, "key"), *group = fsc_table_get(&table, row, "group");
        const fsc_json *answer = fsc_json_get(fsc_json_get(object, group), key);
        fsc_finding *f = &exam->finding[exam->n_finding];
        fsc_fields_read(f, finding_fields, fsc_json_is_object(answer) ? answer : NULL);
        if (!fsc_json_is_object(answer)) f->answer = (fsc_answer)fsc_json_bool(answer, FSC_ANSWER_UNKNOWN);
        if (f->answer == FSC_ANSWER_UNKNOWN) continue;
        if (strcmp(key, "safety_asked") == 0) exam->safety_asked = f->answer;
        fsc_copy_text(f->key, sizeof f->key, key);
        fsc_copy_text(f->group, sizeof f->group, group);
        exam->n_finding++;
    }
    return FSC_OK;
}

fsc_status fsc_exam_take(fsc_exam *exam, const fsc_json *object, fsc_error *err) {
    fsc_fields_read(exam, exam_fields, object);
    fsc_fields_read(exam, modifier_fields, fsc_json_get(object, "modifiers"));
    fsc_fields_read(exam, review_fields, fsc_json_get(object, "review"));
    exam->safety_asked = FSC_ANSWER_UNKNOWN;
    const int32_t sex = fsc_word_find(fsc_sex_words, fsc_json_string(fsc_json_get(object, "sex")));
    exam->sex = sex >= 0 ? (fsc_sex)sex : FSC_SEX_UNKNOWN; /* null: not asked */
    FSC_TRY(take_lists(exam, object, err));
    for (int32_t i = 0; i < exam->n_pain; i++) {
        fsc_pain *pain = &exam->pain[i];
        if (isnan(pain->onset_days)) pain->onset_days = fsc_days_of(exam->date) - fsc_days_of(pain->onset_date);
    }
    return take_findings(exam, object, err);
}

static void put_findings(fsc_json *object, const fsc_exam *exam) {
    static const char *const groups[] = {"now", "red_flags", "conditions", "examiner"};
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        fsc_json *group = fsc_json_object();
        for (int32_t i = 0; i < exam->n_finding; i++) {
            const fsc_finding *f = &exam->finding[i];
            if (strcmp(f->group, groups[g]) != 0) continue;
            if (isnan(f->since_days) && !f->course[0] && !f->examined_by[0] && !f->examined_on[0]) {
                fsc_json_set_bool(group, f->key, f->answer == FSC_ANSWER_YES);
                continue;
            }
            fsc_json *one = fsc_json_object();
            fsc_fields_write(one, finding_fields, f);
            fsc_json_set(group, f->key, one);
        }
        fsc_json_set(object, groups[g], group);
    }
}

fsc_json *fsc_exam_json(const fsc_exam *exam) {
    fsc_json *object = fsc_json_object();
    fsc_fields_write(object, exam_fields, exam);
    fsc_json_set_string(object, "sex", exam->sex == FSC_SEX_UNKNOWN ? NULL : fsc_sex_text(exam->sex));
    for (int k = 0; k < LISTS; k++) {
        const list_of *l = &lists[k];
        char *item;
        int32_t n;
        memcpy(&item, (const char *)exam + l->at, sizeof item);
        memcpy(&n, (const char *)exam + l->n_at, sizeof n);
        fsc_json *array = fsc_json_array();
        for (int32_t i = 0; i < n; i++) {
            if (!l->field) {
                fsc_json_append_string(array, item + (size_t)i * l->item_size);
                continue;
            }
            fsc_json *one = fsc_json_object();
            fsc_fields_write(one, l->field, item + (size_t)i * l->item_size);
            fsc_json_append(array, one);
        }
        fsc_json_set(object, l->key, array);
    }
    fsc_json *modifiers = fsc_json_object(), *review = fsc_json_object();
    fsc_fields_write(modifiers, modifier_fields, exam);
    fsc_json_set(object, "modifiers", modifiers);
    fsc_fields_write(review, review_fields, exam);
    fsc_json_set(object, "review", review);
    put_findings(object, exam);
    return object;
}

const fsc_finding *fsc_exam_finding(const fsc_exam *exam, const char *key) {
    for (int32_t i = 0; i < exam->n_finding; i++)
        if (strcmp(exam->finding[i].key, key) == 0) return &exam->finding[i];
    return NULL;
}
