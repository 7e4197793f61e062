/* Exam: what the person and the examiner say (exam.json). Every field may be missing; the eight now-questions hold the
 * plan back while one of them is. */
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
    char kind[32];     /* "rf_neurotomy", "surgery", ...; the allowed words are in the schema */
    char approach[20]; /* of surgery: "open", "minimally invasive" or "" */
    char level_from[12], level_to[12];
    fsc_side side;
    double days_ago;
} fsc_treatment;

/* A yes-or-no question of data/questions.tsv that was answered, and when it began. */
typedef struct fsc_finding {
    char key[48];
    char group[12]; /* member of exam.json: "now", "red_flags", "conditions", "examiner" */
    fsc_answer answer;
    double since_days;    /* NaN: not told */
    char course[8];       /* "new", "worse", "same", "better" or "" */
    char examined_by[48]; /* who has examined it, as "family doctor"; "" = nobody or not told */
    char examined_on[16]; /* that day */
} fsc_finding;

/* Where it hurts, since when and how it goes. */
typedef struct fsc_pain {
    char region[16]; /* "neck", "thoracic", "low back" */
    fsc_side side;
    char onset_date[16]; /* day it began, or "" */
    double onset_days;   /* days before the exam; from onset_date and date when only those are told */
    char course[8];      /* as fsc_finding */
    double nrs_pain;     /* 0..10 */
    fsc_answer radiates; /* into an arm (neck) or a leg (low back) */
} fsc_pain;

/* An activity that the person wants back (PSFS), 0 cannot .. 10 as before. */
typedef struct fsc_goal {
    char activity[80];
    double score_0_10;
} fsc_goal;

typedef struct fsc_wish {
    char what[32]; /* "hands_on", "stretching", ...; the allowed words are in the schema */
} fsc_wish;

/* What follows from the answers by data/redflags.tsv. A single weak flag stops nothing. */
typedef struct fsc_red_flag {
    char key[48];        /* id of the row */
    char effect[8];      /* "stop", "hold" (see a doctor; load waits), "refer" (beside the plan), "note" */
    char urgency[16];    /* "ambulance", "now", "same day", "days", "weeks", "note" */
    char suspected[120]; /* for the clinician */
    char finding[240];   /* what was answered */
    char action[320];    /* for the clinician */
    char plain[480];     /* for the person */
    char grade[120];
    char rows[96]; /* fact rows it stands on, blanks between */
} fsc_red_flag;

/* A question that was not answered. */
typedef struct fsc_question {
    char key[64];   /* as in exam.json: "now.fever_unwell" */
    char text[320]; /* as asked */
    int32_t holds;  /* non-zero: without an answer there is no plan */
    char rows[96];
} fsc_question;

/* A score placed on a published scale. */
typedef struct fsc_scale_place {
    char scale[64]; /* "Neck Disability Index (research bands)" */
    char value[32]; /* "34 %" */
    char band[160];
    char fact_id[16];
    char source[240];
    char status[64];
} fsc_scale_place;

typedef enum fsc_injury_history {
    FSC_INJURY_UNKNOWN = 0, /* not asked, or the person cannot tell */
    FSC_INJURY_NEVER = 1,
    FSC_INJURY_YES = 2
} fsc_injury_history;
/* "unknown", "never", "yes". */
FSC_API const char *fsc_injury_history_text(fsc_injury_history history);

typedef struct fsc_exam {
    char participant[64];
    char date[16]; /* "2026-11-21" or "" */
    double age_years;
    fsc_sex sex;
    double height_cm, weight_kg;
    fsc_injury_history injury_history;
    double days_since_injury; /* NaN: no injury known, or its day unknown */
    char mechanism[24];       /* "whiplash", "fall", ... or ""; violence is never kept: it reads as "other" */
    double onset_age_years;   /* age when this pain first came */
    double prior_neck_episodes, prior_back_episodes;
    double ndi_percent, odi_percent;         /* 0..100 */
    double nrs_pain;                         /* 0..10 */
    int32_t wad_grade;                       /* 0..4, -1 = not given; likewise below */
    int32_t strain_grade, sprain_grade;      /* 1..3 */
    double pregnant_weeks, postpartum_weeks; /* NaN: neither */
    double morning_stiffness_min;
    char start_back[8];        /* STarT Back group: "low", "medium", "high" or "" */
    char radiology_report[10]; /* whether a doctor has read all pictures: "read", "pending", "none" or "" */
    double sleep_hours, stress_0_10, activity_hours_week, posture_hours_day;
    fsc_answer statin, steroid, muscle_disease; /* asked before any map is read */
    fsc_answer cord_signs;                      /* from the red flags of the cord */
    fsc_answer safety_asked; /* whether the private questions were asked; their answers are never kept */
    struct {                 /* at a later visit: how it went; "before" is the last visit */
        double weeks, nrs_before, ndi_before_percent, odi_before_percent, nrs_in_exercise;
        fsc_answer worse_next_day, easy_for_a_week, stopped_exercise;
    } review;

    fsc_finding *finding; /* owned, like all arrays below; the answered questions in the order of the table */
    int32_t n_finding;
    fsc_pain *pain;
    int32_t n_pain;
    fsc_goal *goal;
    int32_t n_goal;
    fsc_wish *wish;
    int32_t n_wish;
    fsc_palpation *palpation;
    int32_t n_palpation;
    fsc_strength *strength;
    int32_t n_strength;
    fsc_motion *motion;
    int32_t n_motion;
    fsc_treatment *treatment;
    int32_t n_treatment;
    fsc_red_flag *red_flag; /* all that follows, stops first, the most urgent first */
    int32_t n_red_flag;
    int32_t n_stop;                           /* the first n_stop of red_flag stop the plan */
    int32_t n_now_answered, n_now_compulsory; /* of the eight now-questions */
    fsc_scale_place *scale;
    int32_t n_scale;
} fsc_exam;

/* An exam in which everything is missing (NaN, -1, ""). *out is owned: fsc_exam_free. Returns FSC_OK, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_new(fsc_exam **out, fsc_error *err);

/* Reads and checks exam.json against the rules of data/schema/exam.json: unknown keys, wrong types, values out of range
 * and unknown words are errors that name the place ("exam.json: palpation[2].side: ..."), what is wrong and what is
 * allowed; so are answers that contradict each other. Members whose names begin with // are comments. Files of 0.1.0
 * read as before. Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_read(fsc_exam **out, const char *path, fsc_error *err);
/* As fsc_exam_read, from text; what names it in errors. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_parse(fsc_exam **out, const char *text, const char *what, fsc_error *err);
FSC_API void fsc_exam_free(fsc_exam *exam);

/* The answered question of a key, or NULL. */
FSC_API const fsc_finding *fsc_exam_finding(const fsc_exam *exam, const char *key);

/* The questions that this exam leaves open: those of the first gate, those that its answers, age and sex open, and the
 * time of each yes that needs one; those that hold the plan back come first. *out is owned: fsc_exam_free_questions.
 * Returns FSC_OK, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_open_questions(fsc_question **out, int32_t *n, const fsc_exam *exam,
                                                        fsc_error *err);
FSC_API void fsc_exam_free_questions(fsc_question *question);

/* A commented exam to fill in, as a new file: every field null, a // member beside each; never over answers that somebody
 * typed. Returns FSC_OK; FSC_E_IO (path is there already, or cannot be written); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_exam_write_template(const char *path, fsc_error *err);

/* The text of a shipped JSON Schema: "exam", "map", "plan". Borrowed for ever; NULL when unknown. */
FSC_API const char *fsc_schema_text(const char *name);

#ifdef __cplusplus
}
#endif
#endif
