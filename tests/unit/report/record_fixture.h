/* The small scan of fixture.h with its record: the first site (multifidus, L3, left) has a norm, the others none. */
#ifndef FSC_TEST_REPORT_RECORD_FIXTURE_H
#define FSC_TEST_REPORT_RECORD_FIXTURE_H

#include "fixture.h"
#include "markup.h"
#include "reading.h"

typedef struct recorded {
    fixture *f;
    fsc_map map;
    fsc_exam exam;
    fsc_map_site site[N_SITE];
    fsc_sentence sentence[4];
    fsc_red_flag flag;
    fsc_palpation felt;
} recorded;

static inline void missing_contrast(fsc_contrast *c) {
    c->difference_fraction = c->se_fraction = c->low_fraction = c->high_fraction = (double)NAN;
}

static inline void missing_place(fsc_norm_place *p) {
    p->n = p->mean_fraction = p->sd_fraction = p->z = p->z_se = (double)NAN;
    p->percentile = p->percentile_low = p->percentile_high = p->p95_fraction = (double)NAN;
}

static inline void recorded_site(fsc_map_site *site, const fsc_row *row) {
    site->row = *row;
    missing_place(&site->norm);
    missing_place(&site->other_method);
    missing_contrast(&site->side);
    missing_contrast(&site->above);
    missing_contrast(&site->depth);
    missing_contrast(&site->psoas);
    missing_contrast(&site->medial);
    site->extent.share_over_p95 = (double)NAN;
    site->change.real = -1;
}

static inline void recorded_norm(fsc_norm_place *norm, double percentile) {
    fsc_copy_text(norm->norm_id, sizeof norm->norm_id, "norm-a");
    fsc_copy_text(norm->cohort, sizeof norm->cohort, "healthy <volunteers>");
    fsc_copy_text(norm->source, sizeof norm->source, "Author 2020");
    fsc_copy_text(norm->fact_id, sizeof norm->fact_id, "N001");
    norm->n = 76, norm->mean_fraction = 0.08, norm->sd_fraction = 0.02, norm->z = 1.1;
    norm->percentile = percentile, norm->percentile_low = 71, norm->percentile_high = 99.7, norm->p95_fraction = 0.118;
}

/* The change of a site since "ses-01", 90 days before. */
static inline void recorded_change(fsc_change *c, double net, int real) {
    fsc_copy_text(c->from_session, sizeof c->from_session, "ses-01");
    c->real = real, c->net_fraction = net, c->se_fraction = 0.012, c->before_fraction = 0.2;
    c->low_fraction = net - 0.02, c->high_fraction = net + 0.02, c->least_real_fraction = 0.03, c->from_days = 90;
}

static inline void recorded_sentence(fsc_sentence *s, const char *key, const char *text, const char *from,
                                     int contested) {
    fsc_copy_text(s->key, sizeof s->key, key);
    fsc_copy_text(s->text, sizeof s->text, text);
    fsc_copy_text(s->from, sizeof s->from, from);
    s->contested = contested;
}

static inline void recorded_no_exam(fsc_exam *exam) {
    exam->age_years = exam->height_cm = exam->weight_kg = exam->days_since_injury = (double)NAN;
    exam->prior_neck_episodes = exam->prior_back_episodes = exam->ndi_percent = exam->odi_percent = (double)NAN;
    exam->nrs_pain = exam->sleep_hours = exam->stress_0_10 = exam->activity_hours_week = (double)NAN;
    exam->posture_hours_day = exam->pregnant_weeks = exam->postpartum_weeks = (double)NAN;
    exam->wad_grade = exam->strain_grade = exam->sprain_grade = -1;
}

static inline int recorded_setup(void **state) {
    static recorded r;
    memset(&r, 0, sizeof r);
    void *f = NULL;
    (void)fixture_setup(&f);
    r.f = f;
    for (int s = 0; s < N_SITE; s++) recorded_site(&r.site[s], &r.f->row[s]);
    recorded_norm(&r.site[0].norm, 87.4);
    recorded_no_exam(&r.exam);
    r.exam.age_years = 44;
    recorded_sentence(&r.sentence[0], "no-norm", "Erector spinae at L3: no comparison.", "site.norm.failed", 0);
    recorded_sentence(&r.sentence[1], "contested", "Contested: does fat mean pain?", "N073", 1);
    recorded_sentence(&r.sentence[2], "limits", "This scan measures fat.", "facts", 0);
    r.map = (fsc_map){.exam = &r.exam, .site = r.site, .n_site = N_SITE, .sentence = r.sentence, .n_sentence = 3};
    r.f->input.map = &r.map;
    *state = &r;
    return 0;
}

/* The value of a site, in the table and in the record. */
static inline void recorded_value(recorded *r, int site, double pdff, double se) {
    fsc_row *const row[2] = {&r->f->row[site], &r->site[site].row};
    for (int k = 0; k < 2; k++) row[k]->pdff_mean_fraction = pdff, row[k]->pdff_se_fraction = se;
}

static inline void recorded_felt(recorded *r, int site) {
    r->felt = (fsc_palpation){.place = r->site[site].row.place,
                              .taut_band = FSC_ANSWER_YES,
                              .tenderness = FSC_ANSWER_YES,
                              .referred_pain = FSC_ANSWER_NO,
                              .recognised = FSC_ANSWER_UNKNOWN};
    r->exam.palpation = &r->felt, r->exam.n_palpation = 1;
}

static inline void recorded_stop(recorded *r) {
    fsc_copy_text(r->flag.finding, sizeof r->flag.finding, "new saddle numbness");
    fsc_copy_text(r->flag.action, sizeof r->flag.action, "go to hospital now");
    fsc_copy_text(r->flag.urgency, sizeof r->flag.urgency, "now");
    fsc_copy_text(r->flag.plain, sizeof r->flag.plain, "Please go to the hospital now.");
    fsc_copy_text(r->flag.rows, sizeof r->flag.rows, "F112");
    r->exam.red_flag = &r->flag, r->exam.n_red_flag = r->exam.n_stop = 1, r->map.stop = 1;
}

/* No page may say these, whoever reads it. */
static inline void check_words(const char *page) {
    static const char *const never[] = {"injured", "adhesion seen", "inject here", "cure",
                                        "reverse", "proven",        "guaranteed",  "nan"};
    fsc_text text = visible_text(page);
    for (size_t k = 0; k < sizeof never / sizeof *never; k++) {
        const char *said = find_words(text.data, never[k]);
        if (said) fail_msg("the page says \"%.*s\"", 60, said);
    }
    fsc_text_free(&text);
}

static inline char *recorded_page(const recorded *r, fsc_reader reader) {
    char *page = fixture_page_for(r->f, reader);
    const char *fault = markup_fault(page);
    if (fault) fail_msg("%s", fault);
    check_words(page);
    return page;
}

static inline int count_of(const char *text, const char *part) {
    int n = 0;
    for (const char *c = strstr(text, part); c; c = strstr(c + 1, part)) n++;
    return n;
}

#endif
