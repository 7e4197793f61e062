/* report: the forecast's pages never show one story without the other, nor a number without "within the model". */
#include "fixture.h"
#include "markup.h"

#include <stdlib.h>

enum { F_SITE = 2, F_LEVEL = 2, F_SCHEDULE = 2 };

typedef struct told {
    fixture *f;
    fsc_forecast forecast;
    fsc_forecast_schedule schedule[F_SCHEDULE];
    fsc_forecast_site site[FSC_CYCLE_N_STORY][F_SITE];
    fsc_band pdff[FSC_CYCLE_N_STORY][F_SITE][F_SCHEDULE][FSC_FORECAST_N_DAY];
    fsc_forecast_level level[FSC_CYCLE_N_STORY][F_LEVEL];
    double before[FSC_CYCLE_N_STORY][F_LEVEL * F_LEVEL];
    fsc_band person[FSC_CYCLE_N_STORY][F_SCHEDULE][FSC_PERSON_N][FSC_FORECAST_N_DAY];
} told;

static fsc_band band(double middle, double half) {
    return (fsc_band){middle - half, middle - half / 2, middle, middle + half / 2, middle + half};
}

static void fill_story(told *t, int story) {
    for (int s = 0; s < F_SITE; s++) {
        fsc_forecast_site *site = &t->site[story][s];
        fsc_copy_text(site->level, sizeof site->level, s ? "L5" : "L4");
        fsc_copy_text(site->layer, sizeof site->layer, "deep");
        site->side = FSC_SIDE_LEFT, site->pdff_fraction = 0.2, site->pdff_se_fraction = 0.01;
        site->stage[0] = 0.25, site->stage[FSC_STAGE_N - 1] = 0.75;
        for (int c = 0; c < F_SCHEDULE; c++)
            for (int d = 0; d < FSC_FORECAST_N_DAY; d++)
                t->pdff[story][s][c][d] = band(0.2 + 0.01 * d + 0.1 * story, 0.05);
        site->pdff = &t->pdff[story][s][0][0];
        fsc_copy_text(t->level[story][s].level, sizeof t->level[story][s].level, s ? "L5" : "L4");
        t->level[story][s].struck = 0.6, t->level[story][s].onset_day = band(180, 60);
    }
    for (int c = 0; c < F_SCHEDULE; c++)
        for (int q = 0; q < FSC_PERSON_N; q++)
            for (int d = 0; d < FSC_FORECAST_N_DAY; d++) t->person[story][c][q][d] = band(0.4, 0.1);
    for (int k = 0; k < F_LEVEL * F_LEVEL; k++) t->before[story][k] = k == 1 ? 0.62 : k == 2 ? 0.38 : (double)NAN;
    fsc_forecast_story *s = &t->forecast.story[story];
    s->story = (fsc_cycle_story)story;
    s->site = t->site[story], s->level = t->level[story], s->before = t->before[story];
    s->person = &t->person[story][0][0][0];
    s->stage_prior[0] = 0.6, s->stage_prior[FSC_STAGE_STRAINED] = 0.4;
    fsc_copy_text(s->order_sentence, sizeof s->order_sentence, "This scan cannot tell the order <yet>.");
}

static int setup(void **state) {
    static told t;
    memset(&t, 0, sizeof t);
    void *f = NULL;
    (void)fixture_setup(&f);
    t.f = f;
    t.forecast.n_site = F_SITE, t.forecast.n_level = F_LEVEL, t.forecast.n_schedule = F_SCHEDULE;
    t.forecast.schedule = t.schedule;
    fsc_copy_text(t.schedule[0].name, sizeof t.schedule[0].name, "no treatment");
    fsc_copy_text(t.schedule[1].name, sizeof t.schedule[1].name, "self-care");
    fsc_copy_text(t.forecast.within, sizeof t.forecast.within, "within the model");
    fsc_copy_text(t.forecast.honesty, sizeof t.forecast.honesty, "5 of 80 parameters rest on published numbers");
    fsc_copy_text(t.forecast.treatment, sizeof t.forecast.treatment, "Schedules act by assumed rates");
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++) fill_story(&t, story);
    t.f->input.forecast = &t.forecast;
    *state = &t;
    return 0;
}

static int count_of(const char *text, const char *part) {
    int n = 0;
    for (const char *c = strstr(text, part); c; c = strstr(c + 1, part)) n++;
    return n;
}

static char *page_of(const told *t) {
    char *page = fixture_page(t->f);
    const char *fault = markup_fault(page);
    if (fault) fail_msg("%s", fault);
    return page;
}

static void both_stories_or_none(void **state) {
    told *t = *state;
    char *page = page_of(t);
    assert_int_equal(count_of(page, "Story A: the injury brings the fat"),
                     count_of(page, "Story B: the fat was there before"));
    /* Every trajectory carries the words on itself. */
    assert_int_equal(count_of(page, ">within the model</text>"),
                     (FSC_PERSON_N + 4) * FSC_CYCLE_N_STORY); /* and the threshold, and two butterflies */
    assert_non_null(strstr(page, "5 of 80 parameters rest on published numbers."));
    assert_int_equal(count_of(page, "Schedules act by assumed rates"), 2);
    fsc_free(page);
    t->f->input.forecast = NULL;
    page = page_of(t);
    assert_null(strstr(page, "Story A"));
    assert_null(strstr(page, "within the model"));
    fsc_free(page);
}

static void the_threshold_is_shown_in_the_region_of_the_forecast(void **state) {
    told *t = *state;
    for (int low = 0; low < 2; low++) {
        for (int story = 0; story < FSC_CYCLE_N_STORY; story++)
            for (int s = 0; s < F_SITE; s++) t->forecast.story[story].site[s].level[0] = low ? 'L' : 'C';
        char *page = page_of(t);
        assert_int_equal(strstr(page, "a healthy low back of the model after strains of 5 to 60 % at L2 to L5") != NULL,
                         low);
        assert_int_equal(strstr(page, "a healthy neck of the model after strains of 5 to 60 % at C4 to C7") != NULL,
                         !low);
        fsc_free(page);
    }
}

/* The model's view stands on the research page alone, folded away with the model, and says what it is. */
static void the_models_view_is_for_research_alone(void **state) {
    told *t = *state;
    fsc_plan plan = {.state = FSC_PLAN_READY};
    fsc_model_view *view = &plan.model_view;
    t->f->input.plan = &plan;
    for (int made = 0; made < 2; made++) {
        fsc_copy_text(view->reason, sizeof view->reason, made ? "" : "no level departs");
        fsc_copy_text(view->text, sizeof view->text, "The model cannot tell: its two stories name different orders.");
        view->made = made, view->n_tried = 209, view->cannot_tell = 1;
        for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
            fsc_copy_text(view->story[s].story, sizeof view->story[s].story, fsc_cycle_story_text((fsc_cycle_story)s));
            fsc_copy_text(view->story[s].best[0].what, sizeof view->story[s].best[0].what, "week 0 <strengthening>");
            view->story[s].best[0].share_best = 0.41, view->story[s].n_people = 32, view->story[s].n_differ = 20;
        }
        char *page = page_of(t);
        const char *box = strstr(page, "<section class=\"view\""), *model = strstr(page, "<details class=\"model\">");
        assert_non_null(box);
        assert_true(model && model < box);
        assert_non_null(strstr(box, "It changes nothing in the plan and is no sign that a treatment works."));
        assert_int_equal(count_of(box, "week 0 &lt;strengthening&gt;: best in 41 %"), made ? 2 : 0);
        assert_int_equal(count_of(box, "None was made: no level departs."), !made);
        fsc_free(page);
        for (int reader = 0; reader < FSC_READER_RESEARCH; reader++) {
            page = fixture_page_for(t->f, (fsc_reader)reader);
            assert_null(strstr(page, "class=\"view\""));
            assert_null(strstr(page, "strengthening&gt;"));
            assert_null(strstr(page, "name different orders"));
            fsc_free(page);
        }
    }
    plan.state = FSC_PLAN_ASK;
    char *page = page_of(t);
    assert_null(strstr(page, "class=\"view\""));
    fsc_free(page);
}

static void values_come_from_the_record(void **state) {
    told *t = *state;
    char *page = page_of(t);
    /* 12 months without treatment: day 7 of story A and B. */
    assert_int_equal(count_of(page, "27 <span class=\"pm\">(22 to 32)</span>"), F_SITE);
    assert_int_equal(count_of(page, "37 <span class=\"pm\">(32 to 42)</span>"), F_SITE);
    /* Once as a bar, once in the butterfly. */
    assert_int_equal(count_of(page, "quiet 25 %, strained 0 %"), 2 * F_SITE * FSC_CYCLE_N_STORY);
    assert_int_equal(count_of(page, "12 months 27 %, 90 % band 22 to 32 %, within the model"), F_SITE);
    assert_int_equal(count_of(page, ">62</text>"), FSC_CYCLE_N_STORY);
    assert_non_null(strstr(page, "cannot tell the order &lt;yet&gt;."));
    fsc_free(page);
}

/* What stood before any measurement, what cannot be told, and where the model does not fit. */
static void the_model_says_what_it_does_not_know(void **state) {
    told *t = *state;
    t->forecast.stage_told[FSC_STAGE_QUIET] = t->forecast.stage_told[FSC_STAGE_FAT_REPLACED] = 1;
    t->site[1][1].misfit = 1;
    char *page = page_of(t);
    assert_null(strstr(page, "Days ago"));
    assert_int_equal(count_of(page, "Nothing measured here dates an injury"), FSC_CYCLE_N_STORY);
    assert_int_equal(count_of(page, "<title>quiet 60 %, strained 40 %"), FSC_CYCLE_N_STORY);
    assert_non_null(strstr(page, "named here: strained, spasm, fibrotic, wasting."));
    assert_non_null(strstr(page, "gives no forecast: L5 deep left (story B).</p>"));
    assert_int_equal(count_of(page, "the model does not fit this site"), 1);
    fsc_free(page);
    t->forecast.stage_told[FSC_STAGE_STRAINED] = 1; /* T2 was given */
    page = page_of(t);
    assert_int_equal(count_of(page, "Days ago, if struck"), FSC_CYCLE_N_STORY);
    assert_null(strstr(page, "dates an injury"));
    fsc_free(page);
}

static void missing_bands_are_not_drawn(void **state) {
    told *t = *state;
    t->person[0][0][FSC_PERSON_PAIN][3].p50 = (double)NAN;
    t->pdff[1][0][0][FSC_FORECAST_N_DAY - 1].p50 = (double)NAN;
    char *page = page_of(t);
    assert_null(strstr(page, "nan "));
    assert_int_equal(count_of(page, "37 <span class=\"pm\">(32 to 42)</span>"), F_SITE - 1);
    fsc_free(page);
}

/* Nothing departs: the sentence, the fat, the exam - and none of what a model would say of an injury. */
static void where_nothing_departs_nothing_else_is_told(void **state) {
    told *t = *state;
    t->forecast.nothing_departs = 1;
    fsc_copy_text(t->forecast.nothing, sizeof t->forecast.nothing, "Nothing here tells injury from normal");
    fsc_copy_text(t->forecast.library, sizeof t->forecast.library, "The library holds injured people");
    t->forecast.n_use = 1;
    t->forecast.use[0].used = 1;
    fsc_copy_text(t->forecast.use[0].field, sizeof t->forecast.use[0].field, "nrs_pain");
    t->site[0][0].misfit = 1;
    char *page = page_of(t);
    assert_non_null(strstr(page, "Nothing here tells injury from normal"));
    assert_non_null(strstr(page, "used: nrs_pain"));
    assert_int_equal(count_of(page, "the model does not fit this site"), 1);
    static const char *const never[] = {"likeliest stage",         "Struck itself", "fat-replaced",
                                        "Story A: the injury",     "Two stories",   "Schedules act",
                                        ">within the model</text>"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) assert_null(strstr(page, never[i]));
    fsc_free(page);
}

static void schedules_are_not_ranked_nor_called_effective(void **state) {
    told *t = *state;
    char *page = page_of(t);
    const char *section = strstr(page, "class=\"future\"");
    assert_non_null(section);
    static const char *const never[] = {"effective", "efficacy", "best", "better", "improves", "recommended"};
    char *end = strstr(section, "id=\"table-title\"");
    assert_non_null(end);
    *end = 0;
    for (size_t k = 0; k < sizeof never / sizeof *never; k++) assert_null(strstr(section, never[k]));
    assert_non_null(strstr(section, "which is no ranking"));
    fsc_free(page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(both_stories_or_none, setup),
        cmocka_unit_test_setup(values_come_from_the_record, setup),
        cmocka_unit_test_setup(the_threshold_is_shown_in_the_region_of_the_forecast, setup),
        cmocka_unit_test_setup(the_models_view_is_for_research_alone, setup),
        cmocka_unit_test_setup(the_model_says_what_it_does_not_know, setup),
        cmocka_unit_test_setup(missing_bands_are_not_drawn, setup),
        cmocka_unit_test_setup(where_nothing_departs_nothing_else_is_told, setup),
        cmocka_unit_test_setup(schedules_are_not_ranked_nor_called_effective, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
