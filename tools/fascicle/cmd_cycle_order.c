/* fascicle cycle order: in which order markers become abnormal, from a table of many people. */
#include "cmd.h"

#include <fascicle/order.h>
#include <math.h>

typedef struct values {
    const char *table, *out, *name, *value, *group, *control;
    opt_texts falls, markers;
    int pool_sides;
    int64_t chains, steps, burn, starts, seed, mixtures;
} values;

static void print_order(cli *c, const fsc_order *order) {
    cli_line(c, "people", "%d, %d markers", order->n_person, order->n_event);
    for (int32_t k = 0; k < order->n_event; k++) {
        const int32_t e = order->sequence[k];
        int32_t likeliest = 0;
        for (int32_t i = 0; i < order->n_event; i++)
            if (order->position[e * order->n_event + i] > order->position[e * order->n_event + likeliest])
                likeliest = i;
        cli_line(c, "order", "%2d  %-36s position %d in %.0f %% of orders", k + 1, order->event[e], likeliest + 1,
                 100 * order->position[e * order->n_event + likeliest]);
    }
    cli_line(c, "chains", "%.2g steps, %.1f %% of moves taken, chains differ by up to %.1f points",
             (double)order->n_kept, 100 * order->accepted, 100 * order->chain_gap);
}

static fsc_status order(cli *c, const values *v, const fsc_cohort *cohort, const fsc_recipe *recipe, fsc_error *err) {
    fsc_order_options options = FSC_ORDER_OPTIONS_INIT;
    options.n_chain = (int32_t)v->chains;
    options.n_step = v->steps;
    options.n_burn = v->burn;
    options.n_start = (int32_t)v->starts;
    options.seed = (uint64_t)v->seed;
    options.n_threads = (int32_t)c->threads;
    options.n_mixture = (int32_t)v->mixtures;
    fsc_order *result = NULL;
    fsc_status status = fsc_order_run(&result, cohort, &options, err);
    if (status == FSC_OK) status = fsc_order_write(result, v->out, v->name, recipe, err);
    if (status == FSC_OK) {
        print_order(c, result);
        cli_notes(c, "order", &result->notes, 0);
    }
    fsc_order_free(result);
    return status;
}

static int run(cli *c, const void *given) {
    const values *v = given;
    if (v->chains < 1 || v->chains > 1000 || v->starts < 1 || v->starts > 10000 || v->steps < 1 || v->burn < 0 ||
        v->mixtures < 0 || v->mixtures > 10000)
        return cli_usage(c, "--chains and --starts must be 1 or more (up to 1000 and 10000), --steps 1 or more, "
                            "--burn and --mixtures 0 or more");
    const fsc_cohort_options options = {.value_column = v->value,
                                        .group_column = v->group,
                                        .control_word = v->control,
                                        .falls = v->falls.item,
                                        .n_falls = v->falls.n,
                                        .markers = v->markers.item,
                                        .n_markers = v->markers.n,
                                        .pool_sides = v->pool_sides};
    fsc_error err = FSC_ERROR_INIT;
    fsc_cohort *cohort = NULL;
    fsc_recipe recipe = {0};
    char path[1024] = "";
    fsc_status status = cli_recipe(c, &recipe, &err);
    if (status == FSC_OK) status = fsc_recipe_add_input(&recipe, v->table, &err);
    if (status == FSC_OK) status = fsc_cohort_read(&cohort, v->table, &options, &err);
    if (status == FSC_OK) status = cli_path(path, sizeof path, &err, "%s/%s_order.tsv", v->out, v->name);
    if (status == FSC_OK) status = order(c, v, cohort, &recipe, &err);
    if (status == FSC_OK) cli_file(c, "table", path);
    fsc_cohort_free(cohort);
    fsc_recipe_free(&recipe);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

static const arg args[] = {
    {"TABLE", offsetof(values, table), 1, "a TSV: site tables of many people under one header, or one row a person"},
    {NULL, 0, 0, NULL}};
static const opt opts[] = {
    {"out", "FOLDER", OPT_TEXT, offsetof(values, out), "where the results go (default: out)"},
    {"name", "NAME", OPT_TEXT, offsetof(values, name), "how the files' names begin (default: cohort)"},
    {"marker", "NAME", OPT_TEXTS, offsetof(values, markers),
     "use only this column, or this site (\"multifidus L4 left\"); may be given many times"},
    {"falls", "NAME", OPT_TEXTS, offsetof(values, falls),
     "this marker's abnormal values are small, not large; may be given many times"},
    {"value", "COLUMN", OPT_TEXT, offsetof(values, value), "the column of site tables to use (default: pdff_mean)"},
    {"pool-sides", NULL, OPT_FLAG, offsetof(values, pool_sides), "use the rows that pool left and right"},
    {"group", "COLUMN", OPT_TEXT, offsetof(values, group), "the column that marks controls (default: group)"},
    {"control", "WORD", OPT_TEXT, offsetof(values, control), "what it holds for a control (default: control)"},
    {"chains", "N", OPT_INTEGER, offsetof(values, chains), "independent chains (default: 4)"},
    {"steps", "N", OPT_INTEGER, offsetof(values, steps), "steps kept of each chain (default: 250000)"},
    {"burn", "N", OPT_INTEGER, offsetof(values, burn), "steps forgotten before (default: 50000)"},
    {"starts", "N", OPT_INTEGER, offsetof(values, starts), "ascents from random orders (default: 16)"},
    {"mixtures", "N", OPT_INTEGER, offsetof(values, mixtures),
     "mixtures refitted to resampled people in each chain; 0 takes the best ones for certain (default: 24)"},
    {"seed", "N", OPT_INTEGER, offsetof(values, seed), "of the random numbers (default: 1)"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
static const values defaults = {.out = "out",
                                .name = "cohort",
                                .chains = 4,
                                .steps = 250000,
                                .burn = 50000,
                                .starts = 16,
                                .mixtures = 24,
                                .seed = 1};
extern const command cmd_cycle_order;
const command cmd_cycle_order = {
    .name = "order",
    .group = "",
    .line = "in which order markers become abnormal, from one look at each of many people",
    .about =
        "The event-based model (Fonteijn 2012, Young 2014): from a table of many people it estimates the order in "
        "which "
        "markers become abnormal, how sure each position is, and each person's stage. It assumes one common order for "
        "the whole cohort and events that do not reverse; it sees sequence, not time. For research on groups: a "
        "person's "
        "stage here is no diagnosis. Name the markers when the table also holds age, dates or other numbers.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
