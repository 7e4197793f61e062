/* fascicle norms: the reference groups: list them, place a value, check a table, fit one's own, draw a curve. */
#include "cmd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The built-in table, or the one at path. */
static fsc_status open_norms(fsc_norms **norms, const char *path, fsc_error *err) {
    return path ? fsc_norms_read(norms, path, err) : fsc_norms_builtin(norms, err);
}

typedef struct table_values {
    const char *table;
} table_values;

static void age_text(char *out, size_t size, double low, double high) {
    if (isfinite(low) && isfinite(high))
        (void)snprintf(out, size, "%.0f to %.0f years", low, high);
    else if (isfinite(low))
        (void)snprintf(out, size, "%.0f years or more", low);
    else
        (void)snprintf(out, size, "age not stated");
}

static void print_entry(cli *c, const fsc_norm_entry *e) {
    const char *sex = e->sex == FSC_SEX_UNKNOWN ? "both sexes" : fsc_sex_text(e->sex);
    const int one = strcmp(e->level_first, e->level_last) == 0;
    char age[40];
    age_text(age, sizeof age, e->age_min_years, e->age_max_years);
    cli_row(c, "norm",
            FIELDS(FIELD("norm_id", e->id), FIELD("muscle", e->muscle), FIELD("level_first", e->level_first),
                   FIELD("level_last", e->level_last), FIELD("side", fsc_side_text(e->side)), FIELD("sex", sex),
                   FIELD("age_min_years", e->age_min_years), FIELD("age_max_years", e->age_max_years), FIELD("n", e->n),
                   FIELD("mean_fraction", e->mean_fraction), FIELD("sd_fraction", e->sd_fraction),
                   FIELD("method", e->method), FIELD("cohort", e->cohort)),
            "%s: %s %s%s%s, %s, %s, n %.0f, %s", e->id, e->muscle, e->level_first, one ? "" : "–",
            one ? "" : e->level_last, sex, age, e->n, e->method);
}

static fsc_status run_list(cli *c, const void *given, fsc_error *err) {
    const table_values *v = given;
    AUTO(fsc_norms) norms = NULL;
    TRY(open_norms(&norms, v->table, err));
    fsc_norm_entry entry;
    for (int32_t i = 0; fsc_norms_entry(&entry, norms, i); i++) print_entry(c, &entry);
    return FSC_OK;
}

static fsc_status run_check(cli *c, const void *given, fsc_error *err) {
    const table_values *v = given;
    AUTO(fsc_norms) norms = NULL;
    TRY(fsc_norms_read(&norms, v->table, err));
    cli_row(c, "norms", FIELDS(FIELD("table", v->table), FIELD("n_norm", fsc_norms_count(norms))),
            "%s: %d norms, all usable", v->table, fsc_norms_count(norms));
    return FSC_OK;
}

typedef struct place_values {
    const char *norm, *table;
    double value_percent, se_percent, age;
} place_values;

static fsc_status run_place(cli *c, const void *given, fsc_error *err) {
    const place_values *v = given;
    if (isnan(v->value_percent)) return cli_usage(c, err, "--value PERCENT is missing: the fat fraction to place");
    AUTO(fsc_norms) norms = NULL;
    fsc_norm_place p;
    TRY(open_norms(&norms, v->table, err));
    TRY(fsc_norms_place_in(&p, norms, v->norm, v->age, v->value_percent / 100, v->se_percent / 100, err));
    cli_row(c, "place",
            FIELDS(FIELD("norm_id", v->norm), FIELD("value_fraction", v->value_percent / 100), FIELD("z", p.z),
                   FIELD("z_se", p.z_se), FIELD("percentile", p.percentile), FIELD("percentile_low", p.percentile_low),
                   FIELD("percentile_high", p.percentile_high), FIELD("n", p.n), FIELD("cohort", p.cohort)),
            "%.2f %% is more fat than %.1f %% of %s (90 %% interval %.1f to %.1f; z %.3f, n %.0f)", v->value_percent,
            p.percentile, p.cohort, p.percentile_low, p.percentile_high, p.z, p.n);
    cli_row(c, "norm",
            FIELDS(FIELD("mean_fraction", p.mean_fraction), FIELD("sd_fraction", p.sd_fraction),
                   FIELD("p95_fraction", p.p95_fraction), FIELD("method", p.method)),
            "mean %.2f %%, SD %.2f %%, 95th percentile %.2f %%, read as logit-normal; %s", 100 * p.mean_fraction,
            100 * p.sd_fraction, 100 * p.p95_fraction, p.method);
    cli_line(c, "source", "%s%s%s", p.source, p.fact_id[0] ? ", fact " : "", p.fact_id);
    return FSC_OK;
}

typedef struct fit_values {
    const char *table, *out, *cohort, *method, *source, *participants;
    int borrow;
} fit_values;

static fsc_status run_fit(cli *c, const void *given, fsc_error *err) {
    const fit_values *v = given;
    if (!v->cohort) return cli_usage(c, err, "--cohort NAME is missing: a short name of your group, as clinic2026");
    const fsc_norms_fit_options options = {.cohort = v->cohort,
                                           .method = v->method,
                                           .source = v->source,
                                           .participants = v->participants,
                                           .borrow = v->borrow};
    TRY(cli_check_writable(v->out, 0, err));
    AUTO_STRUCT(fsc_notes) notes = {0};
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    TRY(cli_recipe(c, &recipe, err));
    TRY(fsc_recipe_add_input(&recipe, v->table, err));
    if (v->participants) TRY(fsc_recipe_add_input(&recipe, v->participants, err));
    const fsc_status status = fsc_norms_fit(v->out, v->table, &options, &recipe, &notes, err);
    cli_notes(c, "norms", &notes, 1);
    if (status == FSC_OK) cli_file(c, "norms", v->out);
    return status;
}

typedef struct pool_values {
    const char *table, *out;
} pool_values;

static fsc_status run_pool(cli *c, const void *given, fsc_error *err) {
    const pool_values *v = given;
    AUTO_STRUCT(fsc_notes) notes = {0};
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    TRY(cli_recipe(c, &recipe, err));
    if (v->table) TRY(fsc_recipe_add_input(&recipe, v->table, err));
    const fsc_status status = fsc_norms_pool(v->out, v->table, &recipe, &c->progress, &notes, err);
    cli_notes(c, "norms", &notes, 1);
    if (status == FSC_OK) cli_file(c, "baseline", v->out);
    return status;
}

typedef struct curve_values {
    const char *norm, *table;
    double from, to, step;
} curve_values;

static fsc_status run_curve(cli *c, const void *given, fsc_error *err) {
    const curve_values *v = given;
    if (v->from > v->to) return cli_usage(c, err, "--from must not be above --to");
    AUTO(fsc_norms) norms = NULL;
    TRY(open_norms(&norms, v->table, err));
    for (double age = v->from; age <= v->to; age += v->step) {
        double median, low, high;
        TRY(fsc_norms_curve(&median, &low, &high, norms, v->norm, age, err));
        if (isnan(median)) continue;
        cli_row(c, "curve",
                FIELDS(FIELD("age_years", age), FIELD("median_fraction", median), FIELD("low_fraction", low),
                       FIELD("high_fraction", high)),
                "age %5.1f  median %6.2f %%  90 %% band %6.2f to %6.2f %%", age, 100 * median, 100 * low, 100 * high);
    }
    return FSC_OK;
}

static const arg list_args[] = {{"TABLE", offsetof(table_values, table), 0, "a norm table; the built-in one without"},
                                ARG_END};
static const arg check_args[] = {{"TABLE", offsetof(table_values, table), 1, "a norm table (TSV)"}, ARG_END};
static const arg place_args[] = {
    {"NORM", offsetof(place_values, norm), 1, "the id of a norm, from 'fascicle norms list'"}, ARG_END};
static const opt place_opts[] = {
    OPT(place_values, value_percent, "value", OPT_NUMBER, "PERCENT", "the fat fraction to place"),
    OPT(place_values, se_percent, "se", OPT_NUMBER, "PERCENT", "its standard error"),
    OPT(place_values, age, "age", OPT_NUMBER, "YEARS", "the person's age, for curves"),
    OPT(place_values, table, "norms", OPT_TEXT, "FILE", "take the norm from this table"), OPT_END};
static const place_values place_defaults = {.value_percent = NAN, .se_percent = NAN, .age = NAN};
static const arg fit_args[] = {
    {"TABLE", offsetof(fit_values, table), 1,
     "healthy controls (TSV): one row a person and site, with participant_id, age, sex, muscle, "
     "level, side and pdff_mean_fraction: a _sites.tsv will do"},
    ARG_END};
static const opt fit_opts[] = {
    OPT(fit_values, cohort, "cohort", OPT_TEXT, "NAME", "a short name of the group; begins the norm ids"),
    OPT(fit_values, method, "method", OPT_TEXT, "NAME",
        "'multi-echo PDFF' or '2-point FSF', when the table has no column 'method'"),
    OPT(fit_values, participants, "participants", OPT_TEXT, "FILE",
        "participants.tsv with age and sex, when TABLE has no such columns"),
    OPT(fit_values, source, "source", OPT_TEXT, "TEXT", "where the controls come from"),
    OPT(fit_values, borrow, "borrow", OPT_FLAG, NULL,
        "few controls: keep the published shape, fix one offset a muscle"),
    OPT(fit_values, out, "out", OPT_TEXT, "FILE", "where the norm table goes"),
    OPT_END};
static const fit_values fit_defaults = {.out = "norms.tsv", .source = "own controls"};
static const arg curve_args[] = {{"NORM", offsetof(curve_values, norm), 1, "the id of a norm"}, ARG_END};
static const opt curve_opts[] = {
    OPT(curve_values, table, "norms", OPT_TEXT, "FILE", "take the norm from this table"),
    OPT(curve_values, from, "from", OPT_NUMBER, "YEARS", "first age", .low = 0, .high = 120),
    OPT(curve_values, to, "to", OPT_NUMBER, "YEARS", "last age", .low = 0, .high = 120),
    OPT(curve_values, step, "step", OPT_NUMBER, "YEARS", "step", .low = 0.01, .high = 120), OPT_END};
static const curve_values curve_defaults = {.from = 20, .to = 80, .step = 5};

const command cmd_norms_list = {.name = "norms list",
                                .line = "the norms: muscle, level, sex, age, people and method",
                                .examples = "fascicle norms list",
                                .args = list_args,
                                .about = "Lists the norms of the built-in table, or of a table of your own.",
                                .size = sizeof(table_values),
                                .run = run_list};
const command cmd_norms_check = {
    .name = "norms check",
    .line = "check a norm table",
    .about = "Reads a norm table as the map would and names the first row that cannot be used and why.",
    .args = check_args,
    .size = sizeof(table_values),
    .run = run_check};
const command cmd_norms_place = {
    .name = "norms place",
    .line = "where one value stands in one norm",
    .about =
        "Places a fat fraction in a named norm without asking whether the norm fits the person. A published mean and "
        "SD is read as a logit-normal distribution, because fat fractions are bounded and skewed.",
    .args = place_args,
    .opts = place_opts,
    .defaults = &place_defaults,
    .size = sizeof(place_values),
    .run = run_place};
const command cmd_norms_fit = {
    .name = "norms fit",
    .line = "fit norms over age from controls of your own",
    .about =
        "Fits, for each muscle, level, side and sex, a smooth curve of the fat fraction over age with its uncertainty "
        "(spline on the logit scale) and writes a norm table for --norms. The controls must be healthy and measured "
        "the same way as the people to be compared.",
    .args = fit_args,
    .opts = fit_opts,
    .defaults = &fit_defaults,
    .size = sizeof(fit_values),
    .run = run_fit};
const command cmd_norms_curve = {.name = "norms curve",
                                 .line = "a norm's median over age with its band",
                                 .about =
                                     "Prints the median of a norm over age with a 90 % band that holds for the whole "
                                     "curve at once.",
                                 .args = curve_args,
                                 .opts = curve_opts,
                                 .defaults = &curve_defaults,
                                 .size = sizeof(curve_values),
                                 .run = run_curve};
static const arg pool_args[] = {{"TABLE", offsetof(pool_values, table), 0, "a norm table; the built-in one without"},
                                {NULL, 0, 0, NULL}};
static const opt pool_opts[] = {OPT(pool_values, out, "out", OPT_TEXT, "FILE", "where the baseline goes"), OPT_END};
static const pool_values pool_defaults = {.out = "baseline.tsv"};
const command cmd_norms_pool = {
    .name = "norms pool",
    .line = "fit the pooled baseline from the published means",
    .about = "Pools the rows of a norm table whose column pool is 'fit' over studies, levels, ages, sexes and methods "
             "(one smooth model on the logit scale), says how each study stands against a fit to the others, and "
             "writes the parameters with their covariance: data/baseline.tsv is this for the built-in table.",
    .args = pool_args,
    .opts = pool_opts,
    .defaults = &pool_defaults,
    .size = sizeof(pool_values),
    .run = run_pool};
const command cmd_norms = {
    .name = "norms",
    .group = "reference groups",
    .line = "list, check and fit the reference groups that a person is compared with",
    .about =
        "A norm is a mean and SD from a published group of healthy people, or a curve fitted to controls of your own. "
        "A person is placed in a norm only when muscle, level, sex, age and method fit; otherwise the map says which "
        "did not.",
};
