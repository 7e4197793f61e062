/* fascicle norms: the reference groups: list them, place a value, check a table, fit one's own, draw a curve. */
#include "cmd.h"

#include <fascicle/norms.h>
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

static int run_list(cli *c, const void *given) {
    const table_values *v = given;
    fsc_error err = FSC_ERROR_INIT;
    fsc_norms *norms = NULL;
    const fsc_status status = open_norms(&norms, v->table, &err);
    if (status != FSC_OK) return cli_fail(c, status, &err);
    for (int32_t i = 0; i < fsc_norms_count(norms); i++) cli_line(c, "norm", "%s", fsc_norms_id(norms, i));
    fsc_norms_free(norms);
    return EXIT_OK;
}

static int run_check(cli *c, const void *given) {
    const table_values *v = given;
    fsc_error err = FSC_ERROR_INIT;
    fsc_norms *norms = NULL;
    const fsc_status status = fsc_norms_read(&norms, v->table, &err);
    if (status != FSC_OK) return cli_fail(c, status, &err);
    cli_line(c, "norms", "%s: %d norms, all usable", v->table, fsc_norms_count(norms));
    fsc_norms_free(norms);
    return EXIT_OK;
}

typedef struct place_values {
    const char *norm, *table;
    double value_percent, se_percent, age;
} place_values;

static int run_place(cli *c, const void *given) {
    const place_values *v = given;
    if (isnan(v->value_percent)) return cli_usage(c, "--value PERCENT is missing: the fat fraction to place");
    fsc_error err = FSC_ERROR_INIT;
    fsc_norms *norms = NULL;
    fsc_norm_place p;
    fsc_status status = open_norms(&norms, v->table, &err);
    if (status == FSC_OK)
        status = fsc_norms_place_in(&p, norms, v->norm, v->age, v->value_percent / 100, v->se_percent / 100, &err);
    fsc_norms_free(norms);
    if (status != FSC_OK) return cli_fail(c, status, &err);
    cli_line(c, "place", "%.2f %% is more fat than %.1f %% of %s (90 %% interval %.1f to %.1f; z %.3f, n %.0f)",
             v->value_percent, p.percentile, p.cohort, p.percentile_low, p.percentile_high, p.z, p.n);
    cli_line(c, "norm", "mean %.2f %%, SD %.2f %%, 95th percentile %.2f %%, read as logit-normal; %s",
             100 * p.mean_fraction, 100 * p.sd_fraction, 100 * p.p95_fraction, p.method);
    cli_line(c, "source", "%s%s%s", p.source, p.fact_id[0] ? ", fact " : "", p.fact_id);
    return EXIT_OK;
}

typedef struct fit_values {
    const char *table, *out, *cohort, *method, *source;
} fit_values;

static int run_fit(cli *c, const void *given) {
    const fit_values *v = given;
    if (!v->cohort) return cli_usage(c, "--cohort NAME is missing: a short name of your group, as clinic2026");
    const fsc_norms_fit_options options = {.cohort = v->cohort, .method = v->method, .source = v->source};
    fsc_error err = FSC_ERROR_INIT;
    fsc_notes notes = {0};
    fsc_recipe recipe = {0};
    fsc_status status = cli_recipe(c, &recipe, &err);
    if (status == FSC_OK) status = fsc_recipe_add_input(&recipe, v->table, &err);
    if (status == FSC_OK) status = fsc_norms_fit(v->out, v->table, &options, &recipe, &notes, &err);
    cli_notes(c, "norms", &notes, 1);
    if (status == FSC_OK) cli_file(c, "norms", v->out);
    fsc_notes_free(&notes);
    fsc_recipe_free(&recipe);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

typedef struct pool_values {
    const char *table, *out;
} pool_values;

static int run_pool(cli *c, const void *given) {
    const pool_values *v = given;
    fsc_error err = FSC_ERROR_INIT;
    fsc_notes notes = {0};
    fsc_recipe recipe = {0};
    fsc_status status = cli_recipe(c, &recipe, &err);
    if (status == FSC_OK && v->table) status = fsc_recipe_add_input(&recipe, v->table, &err);
    if (status == FSC_OK) status = fsc_norms_pool(v->out, v->table, &recipe, &notes, &err);
    cli_notes(c, "norms", &notes, 1);
    if (status == FSC_OK) cli_file(c, "baseline", v->out);
    fsc_notes_free(&notes);
    fsc_recipe_free(&recipe);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

typedef struct curve_values {
    const char *norm, *table;
    double from, to, step;
} curve_values;

static int run_curve(cli *c, const void *given) {
    const curve_values *v = given;
    if (!(v->step > 0 && v->from <= v->to)) return cli_usage(c, "--from must not be above --to, and --step above 0");
    fsc_error err = FSC_ERROR_INIT;
    fsc_norms *norms = NULL;
    fsc_status status = open_norms(&norms, v->table, &err);
    for (double age = v->from; age <= v->to && status == FSC_OK; age += v->step) {
        double median, low, high;
        status = fsc_norms_curve(&median, &low, &high, norms, v->norm, age, &err);
        if (status != FSC_OK || isnan(median)) continue;
        cli_line(c, "curve", "age %5.1f  median %6.2f %%  90 %% band %6.2f to %6.2f %%", age, 100 * median, 100 * low,
                 100 * high);
    }
    fsc_norms_free(norms);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

#define NO_OPTS                                                                                                        \
    { NULL, NULL, OPT_FLAG, 0, NULL }

static const arg list_args[] = {{"TABLE", offsetof(table_values, table), 0, "a norm table; the built-in one without"},
                                {NULL, 0, 0, NULL}};
static const arg check_args[] = {{"TABLE", offsetof(table_values, table), 1, "a norm table (TSV)"}, {NULL, 0, 0, NULL}};
static const arg place_args[] = {
    {"NORM", offsetof(place_values, norm), 1, "the id of a norm, from 'fascicle norms list'"}, {NULL, 0, 0, NULL}};
static const opt place_opts[] = {
    {"value", "PERCENT", OPT_NUMBER, offsetof(place_values, value_percent), "the fat fraction to place"},
    {"se", "PERCENT", OPT_NUMBER, offsetof(place_values, se_percent), "its standard error"},
    {"age", "YEARS", OPT_NUMBER, offsetof(place_values, age), "the person's age, for curves"},
    {"norms", "FILE", OPT_TEXT, offsetof(place_values, table), "take the norm from this table"},
    NO_OPTS};
static const place_values place_defaults = {.value_percent = NAN, .se_percent = NAN, .age = NAN};
static const arg fit_args[] = {
    {"TABLE", offsetof(fit_values, table), 1,
     "healthy controls (TSV): one row a person and site, with participant_id, age, sex, muscle, "
     "level, side and pdff_mean in percent"},
    {NULL, 0, 0, NULL}};
static const opt fit_opts[] = {
    {"cohort", "NAME", OPT_TEXT, offsetof(fit_values, cohort), "a short name of the group; begins the norm ids"},
    {"method", "NAME", OPT_TEXT, offsetof(fit_values, method),
     "'multi-echo PDFF' or '2-point FSF', when the table has no column 'method'"},
    {"source", "TEXT", OPT_TEXT, offsetof(fit_values, source), "where the controls come from (default: own controls)"},
    {"out", "FILE", OPT_TEXT, offsetof(fit_values, out), "where the norm table goes (default: norms.tsv)"},
    NO_OPTS};
static const fit_values fit_defaults = {.out = "norms.tsv", .source = "own controls"};
static const arg curve_args[] = {{"NORM", offsetof(curve_values, norm), 1, "the id of a norm"}, {NULL, 0, 0, NULL}};
static const opt curve_opts[] = {
    {"norms", "FILE", OPT_TEXT, offsetof(curve_values, table), "take the norm from this table"},
    {"from", "YEARS", OPT_NUMBER, offsetof(curve_values, from), "first age (default: 20)"},
    {"to", "YEARS", OPT_NUMBER, offsetof(curve_values, to), "last age (default: 80)"},
    {"step", "YEARS", OPT_NUMBER, offsetof(curve_values, step), "step (default: 5)"},
    NO_OPTS};
static const curve_values curve_defaults = {.from = 20, .to = 80, .step = 5};

static const command norms_list = {.name = "list",
                                   .group = "",
                                   .line = "the ids of the norms",
                                   .args = list_args,
                                   .about = "Lists the norms of the built-in table, or of a table of your own.",
                                   .size = sizeof(table_values),
                                   .run = run_list};
static const command norms_check = {
    .name = "check",
    .group = "",
    .line = "check a norm table",
    .about = "Reads a norm table as the map would and names the first row that cannot be used and why.",
    .args = check_args,
    .size = sizeof(table_values),
    .run = run_check};
static const command norms_place = {
    .name = "place",
    .group = "",
    .line = "where one value stands in one norm",
    .about =
        "Places a fat fraction in a named norm without asking whether the norm fits the person. A published mean and "
        "SD is read as a logit-normal distribution, because fat fractions are bounded and skewed.",
    .args = place_args,
    .opts = place_opts,
    .defaults = &place_defaults,
    .size = sizeof(place_values),
    .run = run_place};
static const command norms_fit = {
    .name = "fit",
    .group = "",
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
static const command norms_curve = {
    .name = "curve",
    .group = "",
    .line = "a norm's median over age with its band",
    .about = "Prints the median of a norm over age with a 90 % band that holds for the whole "
             "curve at once.",
    .args = curve_args,
    .opts = curve_opts,
    .defaults = &curve_defaults,
    .size = sizeof(curve_values),
    .run = run_curve};
static const arg pool_args[] = {{"TABLE", offsetof(pool_values, table), 0, "a norm table; the built-in one without"},
                                {NULL, 0, 0, NULL}};
static const opt pool_opts[] = {
    {"out", "FILE", OPT_TEXT, offsetof(pool_values, out), "where the baseline goes (default: baseline.tsv)"}, NO_OPTS};
static const pool_values pool_defaults = {.out = "baseline.tsv"};
static const command norms_pool = {
    .name = "pool",
    .group = "",
    .line = "fit the pooled baseline from the published means",
    .about = "Pools the rows of a norm table whose column pool is 'fit' over studies, levels, ages, sexes and methods "
             "(one smooth model on the logit scale), says how each study stands against a fit to the others, and "
             "writes the parameters with their covariance: data/baseline.tsv is this for the built-in table.",
    .args = pool_args,
    .opts = pool_opts,
    .defaults = &pool_defaults,
    .size = sizeof(pool_values),
    .run = run_pool};
static const command *const parts[] = {&norms_list, &norms_check, &norms_place, &norms_fit,
                                       &norms_pool, &norms_curve, NULL};

extern const command cmd_norms;
const command cmd_norms = {
    .name = "norms",
    .group = "reference groups",
    .line = "list, check and fit the reference groups that a person is compared with",
    .about =
        "A norm is a mean and SD from a published group of healthy people, or a curve fitted to controls of your own. "
        "A person is placed in a norm only when muscle, level, sex, age and method fit; otherwise the map says which "
        "did not.",
    .sub = parts,
};
