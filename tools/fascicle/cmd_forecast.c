/* fascicle forecast: what the injury-cycle model makes of a person's site tables, under both stories. */
#include "cmd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct values {
    const char *table, *out, *name;
    opt_texts earlier, schedules;
    double since_injury, stress, sleep_deficit, bmi;
    int64_t people, seed, validate;
    double mismatch;
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
    observations->injury_day = -v->since_injury;
    return FSC_OK;
}

static const char *likeliest_stage(const fsc_forecast_site *site) {
    int best = 0;
    for (int k = 1; k < FSC_STAGE_N; k++)
        if (site->stage[k] > site->stage[best]) best = k;
    return fsc_stage_text((fsc_stage)best);
}

static void print_story(cli *c, const fsc_forecast *f, const fsc_forecast_story *story) {
    const char *words = fsc_cycle_story_text(story->story);
    cli_line(c, "story", "%s (%s)", words, f->within);
    for (int32_t i = 0; i < f->n_site; i++) {
        const fsc_forecast_site *s = &story->site[i];
        const fsc_band year = s->pdff[FSC_FORECAST_N_DAY - 1];
        cli_row(c, "site",
                FIELDS(FIELD("story", words), FIELD("level", s->level), FIELD("layer", s->layer),
                       FIELD("side", fsc_side_text(s->side)), FIELD("pdff_fraction", s->pdff_fraction),
                       FIELD("pdff_se_fraction", s->pdff_se_fraction), FIELD("pdff_12_months_p05_fraction", year.p05),
                       FIELD("pdff_12_months_p50_fraction", year.p50), FIELD("pdff_12_months_p95_fraction", year.p95),
                       FIELD("stage", likeliest_stage(s)), FIELD_ARRAY("stage_probability", s->stage, FSC_STAGE_N),
                       FIELD("within", f->within)),
                "%-4s %-12s %-5s  now %5.1f %%  12 months %5.1f %% (90 %%: %.1f to %.1f)  %s %.2f", s->level, s->layer,
                fsc_side_text(s->side), 100 * s->pdff_fraction, 100 * year.p50, 100 * year.p05, 100 * year.p95,
                likeliest_stage(s), s->stage[FSC_STAGE_FAT_REPLACED]);
    }
    cli_line(c, "order", "%s", story->order_sentence);
}

static fsc_status forecast(cli *c, const values *v, fsc_error *err) {
    AUTO_STRUCT(fsc_observations) observations = {0};
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    AUTO(fsc_forecast) f = NULL;
    char path[CLI_PATH_MAX];
    const fsc_cycle_modifiers modifiers = {NAN, NAN, v->stress, v->sleep_deficit, (v->bmi - 24) / 10, NAN};
    const fsc_forecast_options options = {.n_member = (int32_t)v->people,
                                          .schedule = v->schedules.item,
                                          .n_schedule = v->schedules.n,
                                          .modifiers = &modifiers,
                                          .seed = (uint64_t)v->seed,
                                          .n_threads = (int32_t)c->threads,
                                          .progress = &c->progress};
    TRY(cli_path(path, sizeof path, err, "%s/%s_forecast.json", v->out, v->name));
    TRY(cli_check_writable(v->out, 1, err));
    TRY(cli_recipe(c, &recipe, err));
    TRY(gather(c, &observations, &recipe, v, err));
    TRY(fsc_forecast_run(&f, &observations, &options, err));
    TRY(fsc_forecast_write(f, v->out, v->name, &recipe, err));
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) print_story(c, f, &f->story[s]);
    cli_line(c, "stands on", "%s", f->honesty);
    cli_line(c, "schedules", "%s", f->treatment);
    cli_notes(c, "forecast", &f->notes, 0);
    cli_file(c, "record", path);
    return FSC_OK;
}

/* Says what the rule makes of a coverage and counts it: inside, outside perhaps by chance, outside beyond chance. */
static void print_coverage(cli *c, const char *where, const char *which, const fsc_coverage *cover, int count[3]) {
    static const char *const verdict[3] = {"inside 0.85 to 0.95",
                                           "OUTSIDE 0.85 to 0.95, though chance alone may have done it",
                                           "OUTSIDE 0.85 to 0.95, more than chance explains"};
    const int v = fsc_coverage_verdict(cover);
    if (v < 0) return;
    count[v]++;
    cli_line(c, "90 % band", "%s: holds %.3f of %d %s (binomial SE %.3f; resampled people %.2f to %.2f): %s", where,
             cover->share, cover->n, which, cover->binomial_se, cover->low, cover->high, verdict[v]);
}

static void print_validation(cli *c, const fsc_validation *r, int count[3]) {
    char where[64];
    (void)snprintf(where, sizeof where, "%s, %s", fsc_truth_text(r->truth),
                   r->with_contrasts ? "pdff+contrasts" : "pdff");
    cli_line(c, "order",
             "%s: right %.2f of %d pairs (120 days apart: %.2f), stated %.2f; onset error %.0f days (prior %.0f)",
             where, r->order_right, r->n_pair, r->order_right_far, r->order_stated, r->onset_error_day,
             r->onset_prior_error_day);
    cli_line(c, "forecast",
             "%s: 12-month RMSE %.2f points (persistence %.2f); 90 %% band %.1f points wide; 50 %% band holds %.2f; "
             "log score %.3f",
             where, r->rmse_pp, r->persistence_rmse_pp, r->width90_pp, r->cover50.share, r->log_score);
    print_coverage(c, where, "sites", &r->cover90, count);
    print_coverage(c, where, "fatty sites", &r->cover90_fatty, count);
    const fsc_coverage *chosen = &r->cover90_chosen;
    cli_line(
        c, "hindsight",
        "%s: holds %.3f of %d sites truly over 22 %% now or then (%.2f to %.2f); the forecasts expect %.3f of sites "
        "chosen so; not judged",
        where, chosen->share, (int)chosen->n, chosen->low, chosen->high, r->chosen_expected);
}

static fsc_status validate(cli *c, const values *v, fsc_error *err) {
    fsc_validation result[FSC_TRUTH_N][2];
    const fsc_validation_options options = {.n_truth = (int32_t)v->validate,
                                            .n_member = (int32_t)v->people,
                                            .mismatch = v->mismatch,
                                            .seed = (uint64_t)v->seed,
                                            .n_threads = (int32_t)c->threads,
                                            .progress = &c->progress};
    TRY(fsc_forecast_validate(result, &options, err));
    cli_line(
        c, "truths",
        "%d simulated people of each kind and day of scan (90, 270, 540): parameters around set A, set B, the prior "
        "medians, and the medians under the rival story; each parameter off its centre by %.2g prior SD (log, SD cut "
        "at 0.3)",
        (int)v->validate, v->mismatch);
    cli_line(c, "rule",
             "passes when every 90 %% band, over all deep sites and over the fatty ones (above 22 %% as measured or by "
             "the median forecast), holds 0.85 to 0.95 of the 12-month truths");
    int count[3] = {0};
    for (int k = 0; k < FSC_TRUTH_N; k++)
        for (int d = 0; d < 2; d++) print_validation(c, &result[k][d], count);
    cli_line(c, "result", "%s: %d inside, %d outside as chance alone may have it, %d outside beyond chance",
             count[1] + count[2] == 0 ? "pass" : "fail", count[0], count[1], count[2]);
    c->check_failed = count[1] + count[2] > 0;
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    if (v->validate > 0) return validate(c, v, err);
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
    OPT(values, stress, "stress", OPT_NUMBER, "X", "this person's stress; unknown when not given", .low = 0, .high = 1),
    OPT(values, sleep_deficit, "sleep-deficit", OPT_NUMBER, "X", "this person's lack of sleep; unknown when not given",
        .low = 0, .high = 1),
    OPT(values, bmi, "bmi", OPT_NUMBER, "X", "this person's body mass index; unknown when not given", .low = 4,
        .high = 74),
    OPT(values, schedules, "schedule", OPT_TEXTS, "NAME",
        "a schedule besides \"no treatment\" (default: all that are known)"),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the record goes"),
    OPT(values, name, "name", OPT_TEXT, "NAME", "how the file's name begins"),
    OPT(values, people, "people", OPT_INTEGER, "N", "virtual people a story", .low = 64, .high = 1e6),
    OPT(values, seed, "seed", OPT_INTEGER, "N", "of the random numbers"),
    OPT(values, validate, "validate", OPT_INTEGER, "N",
        "instead try the method on N simulated people of each of four kinds whose truth is known", .low = 0,
        .high = 1e5),
    OPT(values, mismatch, "mismatch", OPT_NUMBER, "X",
        "with --validate: how far each of their parameters is off, in prior SD"),
    OPT_END,
};
static const values defaults = {.out = "out",
                                .name = "person",
                                .since_injury = NAN,
                                .stress = NAN,
                                .sleep_deficit = NAN,
                                .bmi = NAN,
                                .people = 4096,
                                .seed = 1,
                                .mismatch = 0.5};
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
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
