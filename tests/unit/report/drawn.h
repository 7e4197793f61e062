/* People drawn by chance, as records: region, muscles, values, norms, changes, exam and the plan from these vary. */
#ifndef FSC_TEST_REPORT_DRAWN_H
#define FSC_TEST_REPORT_DRAWN_H

#include "record_fixture.h"
#include "table.h"

#include <fascicle/anatomy.h>

enum { DRAWN_LEVELS = 6, DRAWN_MUSCLES = 5, DRAWN_SITES = DRAWN_LEVELS * DRAWN_MUSCLES * 2, DRAWN_FELT = 3 };

typedef struct drawn {
    fsc_map map;
    fsc_exam *exam; /* owned, as the plan */
    fsc_plan *plan; /* NULL for some */
    fsc_map_site site[DRAWN_SITES];
    fsc_report_input input;
    uint64_t state;
} drawn;

/* Uniform in [0, 1). */
static inline double draw(drawn *d) {
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (double)(d->state >> 11) / 9007199254740992.0;
}

/* Nearly normal: twelve uniforms. */
static inline double draw_normal(drawn *d) {
    double sum = -6;
    for (int k = 0; k < 12; k++) sum += draw(d);
    return sum;
}

/* A member of the exam that seven of ten have. */
static inline void draw_member(drawn *d, fsc_text *out, const char *key, double value) {
    if (draw(d) < 0.7) fsc_text_printf(out, ", \"%s\": %.15g", key, value);
}

static inline const char *draw_word(drawn *d, const char *const *word, int n) {
    return word[(int)(n * draw(d))];
}

/* The questions of a group: now-questions are mostly answered with no, the others mostly left out. */
static inline void draw_group(drawn *d, fsc_text *out, const char *group, double share_yes, double share_no) {
    static const char *const courses[] = {"new", "worse", "same", "better"};
    FSC_AUTO_TABLE fsc_table questions = {0};
    assert_ok(fsc_table_embedded(&questions, "questions.tsv", &test_error));
    fsc_text_printf(out, ", \"%s\": {", group);
    int n = 0;
    for (int32_t k = 0; k < questions.n_row; k++) {
        const char *key = fsc_table_get(&questions, k, "key");
        if (strcmp(fsc_table_get(&questions, k, "group"), group) != 0) continue;
        const double u = draw(d), days = exp(8 * draw(d));
        const int yes = strcmp(key, "safety_asked") == 0 || u < share_yes;
        if (!yes && u > share_yes + share_no) continue;
        fsc_text_printf(out, "%s\"%s\": ", n++ ? ", " : "", key);
        if (yes && strcmp(fsc_table_get(&questions, k, "time"), "1") == 0)
            fsc_text_printf(out, "{\"answer\": true, \"since_days\": %.0f, \"course\": \"%s\"}", days,
                            draw_word(d, courses, 4));
        else
            fsc_text_add(out, yes ? "true" : "false");
    }
    fsc_text_add(out, "}");
}

static inline void draw_pains(drawn *d, fsc_text *out) {
    static const char *const region[] = {"neck", "low back", "thoracic"}, *const side[] = {"left", "right", "both"};
    const int n = (int)(2.9 * draw(d));
    fsc_text_add(out, ", \"pain\": [");
    for (int k = 0; k < n; k++)
        fsc_text_printf(out, "%s{\"region\": \"%s\", \"side\": \"%s\", \"onset_days\": %.0f, \"radiates\": %s}",
                        k ? ", " : "", draw_word(d, region, 3), draw_word(d, side, 3), exp(8 * draw(d)),
                        draw(d) < 0.2 ? "true" : "false");
    fsc_text_add(out, "]");
}

static inline void draw_wishes(drawn *d, fsc_text *out) {
    static const char *const wish[] = {
        "hands_on", "self_release", "stretching", "acupuncture", "trigger_point_injection",
        "epidural", "fusion",       "belt",       "yoga",        "springy_movement",
        "medicine", "prp"};
    fsc_text_add(out, ", \"wants\": [");
    for (int k = 0, n = (int)(3 * draw(d)); k < n; k++)
        fsc_text_printf(out, "%s\"%s\"", k ? ", " : "", draw_word(d, wish, 12));
    fsc_text_add(out, "]");
}

static inline void draw_felt(drawn *d, fsc_text *out) {
    const int n = (int)((DRAWN_FELT + 1) * draw(d));
    fsc_text_add(out, ", \"palpation\": [");
    for (int k = 0; k < n; k++) {
        const fsc_place *place = &d->site[(int)(d->map.n_site * draw(d))].row.place;
        fsc_text_printf(out,
                        "%s{\"muscle\": \"%s\", \"level\": \"%s\", \"side\": \"%s\", \"taut_band\": true, "
                        "\"tenderness\": %s}",
                        k ? ", " : "", place->muscle, place->level, fsc_side_text(place->side),
                        draw(d) < 0.5 ? "true" : "false");
    }
    fsc_text_add(out, "]");
}

/* An exam as a file would hold it; answers that contradict each other are drawn again. */
static inline void draw_exam(drawn *d) {
    static const char *const mechanism[] = {"whiplash", "fall",       "sport",    "lifting",    "repetition", "posture",
                                            "surgery",  "childbirth", "violence", "none known", "other"};
    static const char *const sex[] = {"female", "male", "unknown"}, *const start[] = {"low", "medium", "high"};
    do {
        FSC_AUTO_TEXT fsc_text out = {0};
        const int answered = draw(d) < 0.85;
        fsc_text_printf(&out, "{\"date\": \"2026-11-21\", \"sex\": \"%s\"", draw_word(d, sex, 3));
        if (draw(d) < 0.9) fsc_text_printf(&out, ", \"age_years\": %d", 14 + (int)(74 * draw(d)));
        if (draw(d) < 0.7) fsc_text_printf(&out, ", \"mechanism\": \"%s\"", draw_word(d, mechanism, 11));
        if (draw(d) < 0.3) fsc_text_printf(&out, ", \"start_back\": \"%s\"", draw_word(d, start, 3));
        if (draw(d) < 0.1) fsc_text_printf(&out, ", \"strain_grade\": %d", 1 + (int)(2.2 * draw(d)));
        draw_member(d, &out, "nrs_pain", (int)(11 * draw(d)));
        draw_member(d, &out, "days_since_injury", (int)(2000 * draw(d) * draw(d)));
        draw_member(d, &out, "prior_neck_episodes", (int)(5 * draw(d)));
        draw_member(d, &out, "prior_back_episodes", (int)(5 * draw(d)));
        draw_member(d, &out, "ndi_percent", 2 * (int)(50 * draw(d)));
        draw_member(d, &out, "odi_percent", 2 * (int)(50 * draw(d)));
        fsc_text_add(&out, ", \"modifiers\": {\"posture_hours_day\": null");
        draw_member(d, &out, "sleep_hours", 3 + (int)(7 * draw(d)));
        draw_member(d, &out, "stress_0_10", (int)(11 * draw(d)));
        draw_member(d, &out, "activity_hours_week", (int)(12 * draw(d)));
        fsc_text_add(&out, "}");
        draw_group(d, &out, "now", 0.004, answered ? 1 : 0.6);
        draw_group(d, &out, "red_flags", 0.01, 0.3);
        draw_group(d, &out, "conditions", 0.04, 0.5);
        draw_group(d, &out, "examiner", 0.04, 0.5);
        draw_pains(d, &out);
        draw_wishes(d, &out);
        draw_felt(d, &out);
        fsc_text_add(&out, "}");
        fsc_exam_free(d->exam);
        d->exam = NULL;
        test_error = (fsc_error){0};
        if (fsc_exam_parse(&d->exam, out.data, "drawn", &test_error) != FSC_OK)
            if (test_error.code != FSC_E_RANGE) fail_msg("%s", test_error.text);
    } while (!d->exam);
}

static inline void draw_site(drawn *d, fsc_map_site *site, const char *muscle, const char *level, fsc_side side,
                             double pdff) {
    fsc_row row = fixture_row(muscle, level, side, pdff);
    row.pdff_se_fraction = 0.004 + 0.01 * draw(d);
    if (draw(d) < 0.08) row.cut_by_fov = 1;
    if (draw(d) < 0.08) fsc_copy_text(row.quality, sizeof row.quality, "few-voxels");
    recorded_site(site, &row);
    if (draw(d) < 0.4)
        recorded_norm(&site->norm, 100 * draw(d));
    else
        fsc_copy_text(site->norm.failed, sizeof site->norm.failed, draw(d) < 0.8 ? "level" : "age");
    if (draw(d) < 0.2) recorded_change(&site->change, 0.06 * draw_normal(d), draw(d) < 0.2);
}

/* Levels of the neck, of the chest or of the low back; muscles that live there. */
static inline void draw_sites(drawn *d) {
    static const char *const region[] = {"neck", "back", "back"};
    static const int first_level[] = {2, 13, 19}; /* in SCT's numbering: C2, T6, T12 */
    const int where = (int)(3 * draw(d)), sided = draw(d) < 0.85;
    const int levels = 1 + (int)(DRAWN_LEVELS * draw(d)), muscles = 1 + (int)(DRAWN_MUSCLES * draw(d));
    FSC_AUTO_TABLE fsc_table names = {0};
    assert_ok(fsc_table_embedded(&names, "report/plain_names.tsv", &test_error));
    for (int32_t k = 0, m = 0; k < names.n_row && m < muscles; k++) {
        const fsc_muscle *muscle = fsc_muscle_find(fsc_table_get(&names, k, "muscle"));
        if (strcmp(muscle->region, region[where]) != 0 || draw(d) < 0.4) continue;
        m++;
        for (int l = 0; l < levels; l++)
            for (int side = 0; side < (sided ? 2 : 1); side++) {
                char level[12];
                fsc_sheet_vertebra_name(first_level[where] + l, level);
                draw_site(d, &d->site[d->map.n_site++], muscle->key, level,
                          sided ? (fsc_side)(FSC_SIDE_LEFT + side) : FSC_SIDE_UNKNOWN, 0.03 + 0.4 * draw(d) * draw(d));
            }
    }
}

/* Nobody yet, with the chance of person number seed. d is zeroed or an earlier person. */
static inline void draw_start(drawn *d, int seed) {
    fsc_plan_free(d->plan);
    fsc_exam_free(d->exam);
    memset(d, 0, sizeof *d);
    d->state = 0x9e3779b97f4a7c15u * (uint64_t)(seed + 1);
    for (int k = 0; k < 8; k++) (void)draw(d);
    d->map.site = d->site;
    d->input.map = &d->map;
}

/* Person number seed; the same every time. */
static inline void draw_person(drawn *d, int seed) {
    draw_start(d, seed);
    do draw_sites(d);
    while (!d->map.n_site);
    draw_exam(d);
    d->map.exam = d->exam;
    d->map.stop = d->exam->n_stop > 0;
    if (draw(d) < 0.9) assert_ok(fsc_plan_run(&d->plan, &d->map, NULL, &test_error));
    d->input.plan = d->plan;
}

/* A page of the drawn person; free with fsc_free. */
static inline char *drawn_page(const drawn *d, fsc_reader reader) {
    static char *text;
    size_t length = 0;
    text = NULL;
    assert_ok(fsc_report_write_page(FIXTURE_PAGE, reader, &d->input, &test_error));
    assert_ok(fsc_file_read(&text, &length, FIXTURE_PAGE, (size_t)1 << 26, &test_error));
    (void)unlink(FIXTURE_PAGE);
    return text;
}

#endif
