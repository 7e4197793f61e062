/* Exam: what the person and the examiner say (exam.json); every field is optional. */
#ifndef FASCICLE_EXAM_H
#define FASCICLE_EXAM_H

#include <fascicle/anatomy.h>
#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fsc_sex { FSC_SEX_UNKNOWN = 0, FSC_SEX_FEMALE = 1, FSC_SEX_MALE = 2 } fsc_sex;

/* "unknown", "female", "male". */
FSC_API const char *fsc_sex_text(fsc_sex sex);

/* Answers that may be missing. */
typedef enum fsc_answer { FSC_ANSWER_UNKNOWN = -1, FSC_ANSWER_NO = 0, FSC_ANSWER_YES = 1 } fsc_answer;

/* Palpation at one place. trigger_point follows the Delphi criteria (facts E017, E018); no scan can show one. */
typedef struct fsc_palpation {
    fsc_place place;
    fsc_answer taut_band, tenderness, referred_pain, recognised;
    char trigger_point[24]; /* "active", "latent", "criteria not met", or "" when an answer is missing */
} fsc_palpation;

typedef struct fsc_strength {
    char movement[24]; /* "neck extension", ... */
    fsc_side side;
    double newton;
    double mrc_grade; /* 0..5 */
} fsc_strength;

typedef struct fsc_motion {
    char region[16];    /* "neck" or "low back" */
    char direction[24]; /* "flexion", "extension", "rotation left", ... */
    double degrees;
    fsc_answer painful;
} fsc_motion;

typedef struct fsc_treatment {
    char kind[32]; /* "rf_neurotomy", "surgery", ...; the allowed words are in the schema */
    char level_from[12], level_to[12];
    fsc_side side;
    double days_ago;
} fsc_treatment;

/* A positive red flag, joined with what data/redflags.tsv says to do. */
typedef struct fsc_red_flag {
    char key[48];
    char finding[320];
    char action[240];
    char urgency[24]; /* "emergency", "same day", "urgent" */
    char fact_id[16];
    char source[240];
    char status[64];
} fsc_red_flag;

/* A score placed on a published scale. */
typedef struct fsc_scale_place {
    char scale[64]; /* "Neck Disability Index (research bands)" */
    char value[32]; /* "34 %" */
    char band[160];
    char fact_id[16];
    char source[240];
    char status[64];
} fsc_scale_place;

typedef struct fsc_exam {
    char participant[64];
    char date[16]; /* "2026-11-21" or "" */
    double age_years;
    fsc_sex sex;
    double height_cm, weight_kg;
    double days_since_injury; /* NaN: no injury known, or its day unknown */
    char mechanism[24];       /* "whiplash", "fall", ... or "" */
    double prior_neck_episodes, prior_back_episodes;
    double ndi_percent, odi_percent;    /* 0..100 */
    double nrs_pain;                    /* 0..10 */
    int32_t wad_grade;                  /* 0..4, -1 = not given; likewise below */
    int32_t strain_grade, sprain_grade; /* 1..3 */
    double sleep_hours, stress_0_10, activity_hours_week, posture_hours_day;
    fsc_answer statin, steroid, muscle_disease; /* asked before any map is read */
    fsc_answer cord_signs;                      /* from the red flags of the cord */

    fsc_palpation *palpation; /* owned, like all arrays below */
    int32_t n_palpation;
    fsc_strength *strength;
    int32_t n_strength;
    fsc_motion *motion;
    int32_t n_motion;
    fsc_treatment *treatment;
    int32_t n_treatment;
    fsc_red_flag *red_flag; /* positive ones only, the most urgent first */
    int32_t n_red_flag;
    int32_t n_red_flag_asked; /* of n_red_flag_known; the rest were not answered */
    int32_t n_red_flag_known;
    char *red_flag_answers; /* the answers as a JSON object, owned; NULL = none */
    fsc_scale_place *scale;
    int32_t n_scale;
} fsc_exam;

/* An exam in which everything is missing (NaN, -1, ""). *out is owned: fsc_exam_free. Returns FSC_OK, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_new(fsc_exam **out, fsc_error *err);

/* Reads and checks exam.json against the rules of data/schema/exam.json: unknown keys, wrong types, values out of range
 * and unknown words are errors that name the place ("exam.json: palpation[2].side: ..."), what is wrong and what is
 * allowed. Grade III strain or sprain and WAD grade IV become red flags themselves.
 * Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_read(fsc_exam **out, const char *path, fsc_error *err);
/* As fsc_exam_read, from text; what names it in errors. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_parse(fsc_exam **out, const char *text, const char *what, fsc_error *err);
FSC_API void fsc_exam_free(fsc_exam *exam);

/* The text of a shipped JSON Schema: "exam", "map". Borrowed for ever; NULL when unknown. */
FSC_API const char *fsc_schema_text(const char *name);

#ifdef __cplusplus
}
#endif
#endif
