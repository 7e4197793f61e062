/* fascicle forecast: what the injury-cycle model makes of a person's site tables, under both stories. */
#include "cmd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct values {
    const char *table, *out, *name;
    opt_texts earlier, schedules;
    const char *exam;
    double since_injury;
    int64_t people, seed;
} values;

/* "120:FILE": a table from 120 days before the last one. */
static fsc_status add_earlier(const cli *c, fsc_observations *observations, const char *text, fsc_error *err) {
    char *end = NULL;
    const double days = strtod(text, &end);
    if (end == text || *end != ':' || !(days > 0) || !isfinite(days))
        return cli_usage(c, err, "--earlier '%s' is not DAYS:FILE, days before the last scan, as 120:visit1_sites.tsv",
                         text);
    return fsc_observations_read(observations, end + 1, -days, err);
}

static fsc_status gather(const cli *c, fsc_observations *observations, fsc_recipe *recipe, const values *v,
                         fsc_error *err) {
    TRY(fsc_recipe_add_input(recipe, v->table, err));
    TRY(fsc_observations_read(observations, v->table, 0, err));
    for (int i = 0; i < v->earlier.n; i++) {
        TRY(add_earlier(c, observations, v->earlier.item[i], err));
        TRY(fsc_recipe_add_input(recipe, strchr(v->earlier.item[i], ':') + 1, err));
    }
    if (isfinite(v->since_injury)) observations->injury_day = -v->since_injury;
    return FSC_OK;
}

/* The exam, when one was given, as the forecast reads it; its day of injury goes to the observations. */
static fsc_status read_person(fsc_forecast_person *person, fsc_observations *observations, fsc_recipe *recipe,
                              const values *v, fsc_error *err) {
    AUTO(fsc_exam) exam = NULL;
    if (v->exam) {
        TRY(fsc_recipe_add_input(recipe, v->exam, err));
        TRY(fsc_exam_read(&exam, v->exam, err));
    }
    fsc_forecast_person_from(person, exam);
    observations->injury_day = exam ? -exam->days_since_injury : (double)NAN;
    return FSC_OK;
}

static void print_site(cli *c, const fsc_forecast *f, const char *story, const fsc_forecast_site *s) {
    const fsc_band year = s->pdff[FSC_FORECAST_N_DAY - 1];
    char ahead[96];
    if (s->misfit)
        (void)snprintf(ahead, sizeof ahead, "the model does not fit this site: no forecast");
    else
        (void)snprintf(ahead, sizeof ahead, "12 months %5.1f %% (90 %%: %.1f to %.1f)", 100 * year.p50, 100 * year.p05,
                       100 * year.p95);
    cli_row(c, "site",
            FIELDS(FIELD("story", story), FIELD("level", s->level), FIELD("layer", s->layer),
                   FIELD("side", fsc_side_text(s->side)), FIELD("pdff_fraction", s->pdff_fraction),
                   FIELD("pdff_se_fraction", s->pdff_se_fraction), FIELD("departs", s->departs),
                   FIELD("misfit", s->misfit), FIELD("pdff_12_months_p05_fraction", year.p05),
                   FIELD("pdff_12_months_p50_fraction", year.p50), FIELD("pdff_12_months_p95_fraction", year.p95),
                   FIELD_ARRAY("stage_probability", s->stage, FSC_STAGE_N), FIELD("within", f->within)),
            "%-4s %-12s %-5s  now %5.1f %%  departs %.2f  %s", s->level, s->layer, fsc_side_text(s->side),
            100 * s->pdff_fraction, s->departs, ahead);
}

static void print_story(cli *c, const fsc_forecast *f, const fsc_forecast_story *story) {
    const char *words = fsc_cycle_story_text(story->story);
    cli_line(c, "story", "%s (%s)", words, f->within);
    for (int32_t i = 0; i < f->n_site; i++) print_site(c, f, words, &story->site[i]);
    for (int32_t i = 0; i < f->n_level; i++)
        if (story->level[i].departs > 0.5)
            cli_line(c, "departs", "%s: probability %.2f", story->level[i].level, story->level[i].departs);
    if (story->order_sentence[0]) cli_line(c, "order", "%s", story->order_sentence);
}

/* Which fields of the exam were used, and of whom the library consists. */
static void print_basis(cli *c, const fsc_forecast *f) {
    for (int32_t i = 0; i < f->n_use; i++)
        cli_line(c, "exam", "%s %s: %s", f->use[i].used ? "used" : "not used", f->use[i].field, f->use[i].what);
    cli_line(c, "library", "%s", f->library);
    cli_line(c, "stands on", "%s", f->honesty);
    cli_line(c, "schedules", "%s", f->treatment);
}

static fsc_status forecast(cli *c, const values *v, fsc_error *err) {
    AUTO_STRUCT(fsc_observations) observations = {0};
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    AUTO(fsc_forecast) f = NULL;
    char path[CLI_PATH_MAX];
    fsc_forecast_person person;
    const fsc_forecast_options options = {.n_member = (int32_t)v->people,
                                          .schedule = v->schedules.item,
                                          .n_schedule = v->schedules.n,
                                          .person = &person,
                                          .seed = (uint64_t)v->seed,
                                          .n_threads = (int32_t)c->threads,
                                          .progress = &c->progress};
    TRY(cli_path(path, sizeof path, err, "%s/%s_forecast.json", v->out, v->name));
    TRY(cli_check_writable(v->out, 1, err));
    TRY(cli_recipe(c, &recipe, err));
    TRY(read_person(&person, &observations, &recipe, v, err));
    TRY(gather(c, &observations, &recipe, v, err));
    TRY(fsc_forecast_run(&f, &observations, &options, err));
    TRY(fsc_forecast_write(f, v->out, v->name, &recipe, err));
    if (f->nothing_departs) cli_line(c, "nothing", "%s", f->nothing);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) print_story(c, f, &f->story[s]);
    print_basis(c, f);
    cli_notes(c, "forecast", &f->notes, 0);
    cli_file(c, "record", path);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    if (!v->table) return cli_usage(c, err, "TABLE is missing: a _sites.tsv, or a table of observations");
    return forecast(c, v, err);
}

static const arg args[] = {
    {"TABLE", offsetof(values, table), 0, "the last scan's _sites.tsv, or a table with level, layer, side and values"},
    ARG_END};
static const opt opts[] = {
    OPT(values, since_injury, "since-injury", OPT_NUMBER, "DAYS",
        "days from the first injury to this scan; unknown when not given"),
    OPT(values, earlier, "earlier", OPT_TEXTS, "DAYS:FILE", "an earlier scan's table, DAYS before this one"),
    OPT(values, exam, "exam", OPT_TEXT, "FILE", "what the person and the examiner say (exam.json)"),
    OPT(values, schedules, "schedule", OPT_TEXTS, "NAME",
        "a schedule besides \"no treatment\" (default: all that are known)"),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the record goes"),
    OPT(values, name, "name", OPT_TEXT, "NAME", "how the file's name begins"),
    OPT(values, people, "people", OPT_INTEGER, "N", "virtual people a story", .low = 64, .high = 1e6),
    OPT(values, seed, "seed", OPT_INTEGER, "N", "of the random numbers"),
    OPT_END,
};
static const values defaults = {.out = "out", .name = "person", .since_injury = NAN, .people = 1024, .seed = 1};
const command cmd_forecast = {
    .name = "forecast",
    .group = "model",
    .line = "stage, order and months ahead, within the injury-cycle model",
    .about =
        "Compares a person's site table with thousands of virtual people of the injury-cycle model and says what the "
        "model makes of it: where each site stands, when and in which order levels were injured if that can be told, "
        "and fat 3, 6 and 12 months ahead with 50 and 90 % bands. Two rival stories are always given side by side: fat "
        "that came with the injury, and fat that was there before. Everything holds within the model only; most of its "
        "parameters are assumptions, and what a schedule does in it is no evidence that a treatment works. Research "
        "software, not a medical device.",
    .examples = "# few virtual people, to be quick\n"
                "fascicle forecast first/sub-01/anat/sub-01_sites.tsv --since-injury 200 --people 256 --out forecast",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
