/* People drawn by chance, as records: region, muscles, values, norms, changes and exam vary. */
#ifndef FSC_TEST_REPORT_DRAWN_H
#define FSC_TEST_REPORT_DRAWN_H

#include "record_fixture.h"
#include "table.h"

#include <fascicle/anatomy.h>

enum { DRAWN_LEVELS = 6, DRAWN_MUSCLES = 5, DRAWN_SITES = DRAWN_LEVELS * DRAWN_MUSCLES * 2, DRAWN_FELT = 3 };

typedef struct drawn {
    fsc_map map;
    fsc_exam exam;
    fsc_map_site site[DRAWN_SITES];
    fsc_palpation felt[DRAWN_FELT];
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

static inline double maybe(drawn *d, double value) {
    return draw(d) < 0.7 ? value : (double)NAN;
}

static inline void draw_exam(drawn *d) {
    static const char *const mechanism[] = {"whiplash", "fall",       "sport",    "lifting",    "repetition", "posture",
                                            "surgery",  "childbirth", "violence", "none known", "other",      ""};
    fsc_exam *e = &d->exam;
    recorded_no_exam(e);
    e->age_years = maybe(d, 18 + (int)(70 * draw(d)));
    e->sex = (fsc_sex)(int)(3 * draw(d));
    e->nrs_pain = maybe(d, (int)(11 * draw(d)));
    e->days_since_injury = maybe(d, (int)(2000 * draw(d) * draw(d)));
    e->prior_neck_episodes = maybe(d, (int)(5 * draw(d)));
    e->prior_back_episodes = maybe(d, (int)(5 * draw(d)));
    e->ndi_percent = maybe(d, 2 * (int)(50 * draw(d)));
    e->odi_percent = maybe(d, 2 * (int)(50 * draw(d)));
    e->sleep_hours = maybe(d, 3 + (int)(7 * draw(d)));
    e->stress_0_10 = maybe(d, (int)(11 * draw(d)));
    e->activity_hours_week = maybe(d, (int)(12 * draw(d)));
    e->n_now_compulsory = 8;
    e->n_now_answered = draw(d) < 0.5 ? 8 : (int)(8 * draw(d));
    fsc_copy_text(e->mechanism, sizeof e->mechanism, mechanism[(int)(12 * draw(d))]);
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
        fsc_copy_text(site->norm.failed, sizeof site->norm.failed, isfinite(d->exam.age_years) ? "level" : "age");
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

static inline void draw_felt(drawn *d) {
    const int n = d->map.n_site ? (int)((DRAWN_FELT + 1) * draw(d)) : 0;
    for (int p = 0; p < n; p++)
        d->felt[p] = (fsc_palpation){.place = d->site[(int)(d->map.n_site * draw(d))].row.place,
                                     .taut_band = FSC_ANSWER_YES,
                                     .tenderness = (fsc_answer)(draw(d) < 0.5)};
    d->exam.palpation = d->felt, d->exam.n_palpation = n;
}

/* Person number seed; the same every time. */
static inline void draw_person(drawn *d, int seed) {
    memset(d, 0, sizeof *d);
    d->state = 0x9e3779b97f4a7c15u * (uint64_t)(seed + 1);
    for (int k = 0; k < 8; k++) (void)draw(d);
    draw_exam(d);
    d->map.site = d->site;
    do draw_sites(d);
    while (!d->map.n_site);
    draw_felt(d);
    d->map.exam = &d->exam;
    d->input.map = &d->map;
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
