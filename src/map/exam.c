#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "fields.h"
#include "file.h"
#include "schema.h"
#include "table.h"

#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_exam, fsc_exam_free)
#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

enum { EXAM_FILE_MAX = 4 << 20 };

const char *fsc_sex_text(fsc_sex sex) {
    return sex == FSC_SEX_FEMALE ? "female" : sex == FSC_SEX_MALE ? "male" : "unknown";
}

static const fsc_field exam_fields[] = {FSC_FIELD(fsc_exam, participant, TEXT),
                                        FSC_FIELD(fsc_exam, date, TEXT),
                                        FSC_FIELD(fsc_exam, age_years, NUMBER),
                                        FSC_FIELD(fsc_exam, height_cm, NUMBER),
                                        FSC_FIELD(fsc_exam, weight_kg, NUMBER),
                                        FSC_FIELD(fsc_exam, days_since_injury, NUMBER),
                                        FSC_FIELD(fsc_exam, mechanism, TEXT),
                                        FSC_FIELD(fsc_exam, prior_neck_episodes, NUMBER),
                                        FSC_FIELD(fsc_exam, prior_back_episodes, NUMBER),
                                        FSC_FIELD(fsc_exam, ndi_percent, NUMBER),
                                        FSC_FIELD(fsc_exam, odi_percent, NUMBER),
                                        FSC_FIELD(fsc_exam, nrs_pain, NUMBER),
                                        FSC_FIELD(fsc_exam, wad_grade, GRADE),
                                        FSC_FIELD(fsc_exam, strain_grade, GRADE),
                                        FSC_FIELD(fsc_exam, sprain_grade, GRADE),
                                        FSC_FIELD(fsc_exam, statin, ANSWER),
                                        FSC_FIELD(fsc_exam, steroid, ANSWER),
                                        FSC_FIELD(fsc_exam, muscle_disease, ANSWER),
                                        FSC_FIELD_END};
static const fsc_field modifier_fields[] = {
    FSC_FIELD(fsc_exam, sleep_hours, NUMBER), FSC_FIELD(fsc_exam, stress_0_10, NUMBER),
    FSC_FIELD(fsc_exam, activity_hours_week, NUMBER), FSC_FIELD(fsc_exam, posture_hours_day, NUMBER), FSC_FIELD_END};
static const fsc_field palpation_fields[] = {FSC_FIELD_AS("muscle", fsc_palpation, place.muscle, TEXT),
                                             FSC_FIELD_AS("level", fsc_palpation, place.level, TEXT),
                                             FSC_FIELD_AS("side", fsc_palpation, place.side, SIDE),
                                             FSC_FIELD(fsc_palpation, taut_band, ANSWER),
                                             FSC_FIELD(fsc_palpation, tenderness, ANSWER),
                                             FSC_FIELD(fsc_palpation, referred_pain, ANSWER),
                                             FSC_FIELD(fsc_palpation, recognised, ANSWER),
                                             FSC_FIELD_END};
static const fsc_field strength_fields[] = {
    FSC_FIELD(fsc_strength, movement, TEXT), FSC_FIELD(fsc_strength, side, SIDE),
    FSC_FIELD(fsc_strength, newton, NUMBER), FSC_FIELD(fsc_strength, mrc_grade, NUMBER), FSC_FIELD_END};
static const fsc_field motion_fields[] = {FSC_FIELD(fsc_motion, region, TEXT), FSC_FIELD(fsc_motion, direction, TEXT),
                                          FSC_FIELD(fsc_motion, degrees, NUMBER),
                                          FSC_FIELD(fsc_motion, painful, ANSWER), FSC_FIELD_END};
static const fsc_field treatment_fields[] = {
    FSC_FIELD(fsc_treatment, kind, TEXT),       FSC_FIELD(fsc_treatment, level_from, TEXT),
    FSC_FIELD(fsc_treatment, level_to, TEXT),   FSC_FIELD(fsc_treatment, side, SIDE),
    FSC_FIELD(fsc_treatment, days_ago, NUMBER), FSC_FIELD_END};

/* The lists of an exam, in one table for reading, writing and freeing. */
typedef struct list_of {
    const char *key;
    const fsc_field *field;
    size_t item_size, at, n_at;
} list_of;
static const list_of lists[] = {
    {"palpation", palpation_fields, sizeof(fsc_palpation), offsetof(fsc_exam, palpation),
     offsetof(fsc_exam, n_palpation)},
    {"strength", strength_fields, sizeof(fsc_strength), offsetof(fsc_exam, strength), offsetof(fsc_exam, n_strength)},
    {"motion", motion_fields, sizeof(fsc_motion), offsetof(fsc_exam, motion), offsetof(fsc_exam, n_motion)},
    {"treatments", treatment_fields, sizeof(fsc_treatment), offsetof(fsc_exam, treatment),
     offsetof(fsc_exam, n_treatment)}};
enum { LISTS = sizeof lists / sizeof *lists };

fsc_status fsc_exam_new(fsc_exam **out, fsc_error *err) {
    FSC_AUTO(fsc_exam) exam = fsc_alloc(1, sizeof *exam);
    if (!exam) return fsc_fail_nomem(err, "making an exam");
    fsc_fields_read(exam, exam_fields, NULL); /* everything missing */
    fsc_fields_read(exam, modifier_fields, NULL);
    FSC_TRY(fsc_exam_judge(exam, NULL, err));
    FSC_GIVE(out, exam);
    return FSC_OK;
}

void fsc_exam_free(fsc_exam *exam) {
    if (!exam) return;
    fsc_free(exam->palpation);
    fsc_free(exam->strength);
    fsc_free(exam->motion);
    fsc_free(exam->treatment);
    fsc_free(exam->red_flag);
    fsc_free(exam->red_flag_answers);
    fsc_free(exam->scale);
    fsc_free(exam);
}

static fsc_status read_lists(fsc_exam *exam, const fsc_json *object, fsc_error *err) {
    for (int k = 0; k < LISTS; k++) {
        const list_of *l = &lists[k];
        const fsc_json *array = fsc_json_get(object, l->key);
        const int32_t n = (int32_t)fsc_json_length(array);
        char *item = fsc_alloc(n, l->item_size);
        if (!item) return fsc_fail_nomem(err, "reading an exam");
        memcpy((char *)exam + l->at, &item, sizeof item);
        memcpy((char *)exam + l->n_at, &n, sizeof n);
        for (int32_t i = 0; i < n; i++)
            fsc_fields_read(item + (size_t)i * l->item_size, l->field, fsc_json_at(array, i));
    }
    return FSC_OK;
}

/* What a schema cannot say: the muscle must be one that we know. */
static fsc_status check_muscles(const fsc_exam *exam, const char *what, fsc_error *err) {
    for (int32_t i = 0; i < exam->n_palpation; i++)
        if (!fsc_muscle_find(exam->palpation[i].place.muscle))
            return fsc_fail(err, FSC_E_RANGE,
                            "%s: palpation[%d].muscle: '%.47s' is no known muscle; use a key of data/muscles.tsv, as "
                            "multifidus or semispinalis_capitis",
                            what, i, exam->palpation[i].place.muscle);
    return FSC_OK;
}

fsc_status fsc_exam_from_json(fsc_exam **out, const fsc_json *object, const char *what, fsc_error *err) {
    FSC_AUTO(fsc_exam) exam = fsc_alloc(1, sizeof *exam);
    if (!exam) return fsc_fail_nomem(err, "reading an exam");
    fsc_fields_read(exam, exam_fields, object);
    fsc_fields_read(exam, modifier_fields, fsc_json_get(object, "modifiers"));
    const char *sex = fsc_json_string(fsc_json_get(object, "sex"));
    exam->sex = !sex ? FSC_SEX_UNKNOWN : strcmp(sex, "female") == 0 ? FSC_SEX_FEMALE : FSC_SEX_MALE;
    FSC_TRY(read_lists(exam, object, err));
    FSC_TRY(check_muscles(exam, what, err));
    const fsc_json *answers = fsc_json_get(object, "red_flags");
    if (answers) {
        FSC_AUTO_TEXT fsc_text text = {0};
        FSC_TRY(fsc_json_print(&text, answers, err));
        exam->red_flag_answers = fsc_strdup(text.data);
        if (!exam->red_flag_answers) return fsc_fail_nomem(err, "reading an exam");
    }
    FSC_TRY(fsc_exam_judge(exam, answers, err));
    FSC_GIVE(out, exam);
    return FSC_OK;
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
            fsc_json *one = fsc_json_object();
            fsc_fields_write(one, l->field, item + (size_t)i * l->item_size);
            fsc_json_append(array, one);
        }
        fsc_json_set(object, l->key, array);
    }
    fsc_json *modifiers = fsc_json_object();
    fsc_fields_write(modifiers, modifier_fields, exam);
    fsc_json_set(object, "modifiers", modifiers);
    fsc_json *answers = NULL; /* printed by us: NULL after parsing is want of memory, and marks the object */
    const char *text = exam->red_flag_answers ? exam->red_flag_answers : "{}";
    (void)!fsc_json_parse(&answers, text, strlen(text), "red flags", NULL);
    fsc_json_set(object, "red_flags", answers);
    return object;
}

fsc_status fsc_exam_parse(fsc_exam **out, const char *text, const char *what, fsc_error *err) {
    AUTO_JSON *object = NULL;
    FSC_TRY(fsc_json_parse(&object, text, strlen(text), what, err));
    FSC_TRY(fsc_schema_check(object, "exam", what, err));
    return fsc_exam_from_json(out, object, what, err);
}

fsc_status fsc_exam_read(fsc_exam **out, const char *path, fsc_error *err) {
    FSC_AUTO_BLOCK char *text = NULL;
    size_t length;
    FSC_TRY(fsc_file_read(&text, &length, path, EXAM_FILE_MAX, err));
    if (strlen(text) != length) return fsc_fail(err, FSC_E_FORMAT, "%s: is not text (it holds zero bytes)", path);
    return fsc_exam_parse(out, text, path, err);
}
