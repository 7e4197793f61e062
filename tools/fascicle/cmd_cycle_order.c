/* fascicle cycle order: in which order markers become abnormal, from a table of many people. */
#include "cmd.h"

typedef struct values {
    const char *table, *out, *name, *value, *group, *control;
    opt_texts falls, markers;
    int pool_sides;
    int64_t chains, steps, burn, starts, seed, mixtures, subtypes;
} values;

static void print_order(cli *c, const fsc_order *order) {
    cli_row(c, "people", FIELDS(FIELD("n_person", order->n_person), FIELD("n_marker", order->n_event)),
            "%d, %d markers", order->n_person, order->n_event);
    for (int32_t k = 0; k < order->n_event; k++) {
        const int32_t e = order->sequence[k];
        int32_t likeliest = 0;
        for (int32_t i = 0; i < order->n_event; i++)
            if (order->position[e * order->n_event + i] > order->position[e * order->n_event + likeliest])
                likeliest = i;
        cli_row(c, "order",
                FIELDS(FIELD("rank", k + 1), FIELD("marker", order->event[e]),
                       FIELD("likeliest_position", likeliest + 1),
                       FIELD("share", order->position[e * order->n_event + likeliest])),
                "%2d  %-36s position %d in %.0f %% of orders", k + 1, order->event[e], likeliest + 1,
                100 * order->position[e * order->n_event + likeliest]);
    }
    cli_row(c, "chains",
            FIELDS(FIELD("n_step", order->n_kept), FIELD("accepted_share", order->accepted),
                   FIELD("chain_gap_share", order->chain_gap)),
            "%.2g steps, %.1f %% of moves taken, chains differ by up to %.1f points", (double)order->n_kept,
            100 * order->accepted, 100 * order->chain_gap);
}

/* One order or several; with few people the question is not asked. */
static fsc_status look_for_subtypes(cli *c, const values *v, const fsc_cohort *cohort, fsc_error *err) {
    fsc_subtypes_options options = FSC_SUBTYPES_OPTIONS_INIT;
    AUTO(fsc_subtypes) found = NULL;
    int32_t n_case = 0;
    for (int32_t j = 0; j < cohort->n_person; j++) n_case += cohort->is_control[j] == 0;
    if (v->subtypes < 2 || n_case < FSC_SUBTYPES_LEAST_PEOPLE) return FSC_OK;
    options.n_most = (int32_t)v->subtypes;
    options.seed = (uint64_t)v->seed;
    options.n_threads = (int32_t)c->threads;
    options.progress = &c->progress;
    TRY(fsc_subtypes_run(&found, cohort, &options, err));
    TRY(fsc_subtypes_write(found, cohort, v->out, v->name, err));
    const int n = found->n_subtype, tried = found->n_tried;
    cli_row(c, "subtypes",
            FIELDS(FIELD("n_subtype", n), FIELD("gain_of_one_more", found->gain[tried - 1]),
                   FIELD("gain_se", found->gain_se[tried - 1])),
            n == 1 ? "one order describes the cohort; a second does not pay for people left out"
                   : "%d orders describe the cohort better than fewer: the order above mixes them; see %s_subtypes.tsv",
            n, v->name);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    const fsc_cohort_options columns = {.value_column = v->value,
                                        .group_column = v->group,
                                        .control_word = v->control,
                                        .falls = v->falls.item,
                                        .n_falls = v->falls.n,
                                        .markers = v->markers.item,
                                        .n_markers = v->markers.n,
                                        .pool_sides = v->pool_sides};
    fsc_order_options options = FSC_ORDER_OPTIONS_INIT;
    options.n_chain = (int32_t)v->chains;
    options.n_step = v->steps;
    options.n_burn = v->burn;
    options.n_start = (int32_t)v->starts;
    options.seed = (uint64_t)v->seed;
    options.n_threads = (int32_t)c->threads;
    options.n_mixture = (int32_t)v->mixtures;
    options.progress = &c->progress;
    AUTO(fsc_cohort) cohort = NULL;
    AUTO(fsc_order) order = NULL;
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    char path[CLI_PATH_MAX];
    TRY(cli_path(path, sizeof path, err, "%s/%s_order.tsv", v->out, v->name));
    TRY(cli_check_writable(v->out, 1, err));
    TRY(cli_recipe(c, &recipe, err));
    TRY(fsc_recipe_add_input(&recipe, v->table, err));
    TRY(fsc_cohort_read(&cohort, v->table, &columns, err));
    TRY(fsc_order_run(&order, cohort, &options, err));
    TRY(fsc_order_write(order, v->out, v->name, &recipe, err));
    print_order(c, order);
    TRY(look_for_subtypes(c, v, cohort, err));
    cli_notes(c, "order", &order->notes, 0);
    cli_file(c, "table", path);
    return FSC_OK;
}

static const arg args[] = {
    {"TABLE", offsetof(values, table), 1, "a TSV: site tables of many people under one header, or one row a person"},
    ARG_END};
static const opt opts[] = {
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the results go"),
    OPT(values, name, "name", OPT_TEXT, "NAME", "how the files' names begin"),
    OPT(values, markers, "marker", OPT_TEXTS, "NAME", "use only this column, or this site (\"multifidus L4 left\")"),
    OPT(values, falls, "falls", OPT_TEXTS, "NAME", "this marker's abnormal values are small, not large"),
    OPT(values, value, "value", OPT_TEXT, "COLUMN", "the column of site tables to use"),
    OPT(values, pool_sides, "pool-sides", OPT_FLAG, NULL, "use the rows that pool left and right"),
    OPT(values, group, "group", OPT_TEXT, "COLUMN", "the column that marks controls"),
    OPT(values, control, "control", OPT_TEXT, "WORD", "what it holds for a control"),
    OPT(values, chains, "chains", OPT_INTEGER, "N", "independent chains", .low = 1, .high = 1000),
    OPT(values, steps, "steps", OPT_INTEGER, "N", "steps kept of each chain", .low = 1, .high = 1e12),
    OPT(values, burn, "burn", OPT_INTEGER, "N", "steps forgotten before", .low = 0, .high = 1e12),
    OPT(values, starts, "starts", OPT_INTEGER, "N", "ascents from random orders", .low = 1, .high = 10000),
    OPT(values, mixtures, "mixtures", OPT_INTEGER, "N",
        "times each chain draws the mixtures anew; 0 takes the best ones for certain", .low = 0, .high = 10000),
    OPT(values, subtypes, "subtypes", OPT_INTEGER, "N", "look for up to so many orders; 1 does not look", .low = 1,
        .high = FSC_SUBTYPES_MOST),
    OPT(values, seed, "seed", OPT_INTEGER, "N", "of the random numbers"),
    OPT_END,
};
static const values defaults = {.out = "out",
                                .name = "cohort",
                                .chains = 4,
                                .steps = 250000,
                                .burn = 50000,
                                .starts = 16,
                                .mixtures = 800,
                                .subtypes = FSC_SUBTYPES_MOST,
                                .seed = 1};
const command cmd_cycle_order = {
    .name = "cycle order",
    .line = "in which order markers become abnormal, from one look at each of many people",
    .about =
        "The event-based model (Fonteijn 2012, Young 2014): from a table of many people it estimates the order in "
        "which "
        "markers become abnormal, how sure each position is, and each person's stage. It assumes one common order for "
        "the whole cohort, says when two or three describe people left out better, and takes it that events do not "
        "reverse; it sees sequence, not time. For research on groups: a "
        "person's "
        "stage here is no diagnosis. Name the markers when the table also holds age, dates or other numbers.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
