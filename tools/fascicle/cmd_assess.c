/* fascicle assess: the forecast tried on people whose truth is known. */
#include "cmd.h"

#include <fascicle/assess.h>

typedef struct values {
    int table; /* FSC_ASSESS_N = all */
    const char *only;
    int64_t people, virtual, seed;
} values;

static void print_line(void *context, const char *table, const char *text) {
    cli_line(context, table, " %s", text); /* the longest name fills its column */
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    const fsc_assess_options options = {.n_person = (int32_t)v->people,
                                        .n_member = (int32_t)v->virtual,
                                        .only = v->only,
                                        .seed = (uint64_t)v->seed,
                                        .n_threads = (int32_t)c->threads,
                                        .line = print_line,
                                        .context = c,
                                        .progress = &c->progress};
    for (int k = 0; k < FSC_ASSESS_N; k++)
        if (v->table == FSC_ASSESS_N || v->table == k) TRY(fsc_forecast_assess((fsc_assess_table)k, &options, err));
    return FSC_OK;
}

static const arg args[] = {ARG_END};
static const opt opts[] = {
    OPT(values, table, "table", OPT_WORD, "NAME", "which table",
        .words = "healthy|injured|calibrated|ahead|limits|doubled|all"),
    OPT(values, only, "only", OPT_TEXT, "WORDS",
        "only the kinds of people, or assumed numbers, whose name holds these words, as \"whole spine\""),
    OPT(values, people, "people", OPT_INTEGER, "N", "people of each kind", .low = 4, .high = 1e5),
    OPT(values, virtual, "virtual", OPT_INTEGER, "N", "virtual people a story", .low = 64, .high = 1e6),
    OPT(values, seed, "seed", OPT_INTEGER, "N", "of the random numbers"),
    OPT_END,
};
static const values defaults = {.people = 100, .virtual = 512, .seed = 1};
const command cmd_assess = {
    .name = "assess",
    .group = "model",
    .line = "try the forecast on people whose truth is known",
    .about = "Draws healthy and injured people from published means by formulas of their own, runs the forecast's "
             "inference on them and prints how often healthy people are called, what is found, how the stage compares "
             "with simple rules, how the months ahead score against the measured value with ageing, the least excess "
             "that is found at each level, and what doubling each assumed number does. Some tables take minutes.",
    .examples = "# few people, to be quick\n"
                "fascicle assess --table healthy --people 4 --virtual 64 --only \"never, pain 0\"",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
