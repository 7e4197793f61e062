/* fascicle cycle calibrate, fascicle cycle sensitivity: studies with the injury-cycle model. */
#include "cmd.h"

#include <string.h>

enum { FEW_PEOPLE = 50 };

typedef struct values {
    int64_t people, seed, base;
    int set; /* 0 = A, 1 = B */
    int check, identifiability;
} values;

static void print_fit(cli *c, const fsc_cycle_fit *fit) {
    const char *set = fit->set == FSC_CYCLE_SET_A ? "A" : "B", *story = fsc_cycle_story_text(fit->story);
    for (int32_t r = 0; r < fit->n_row; r++) {
        const fsc_cycle_fit_row *row = &fit->row[r];
        cli_row(c, "fit",
                FIELDS(FIELD("set", set), FIELD("story", story), FIELD("target", row->id), FIELD("use", row->use),
                       FIELD("group", row->group), FIELD("quantity", row->quantity), FIELD("day", row->day),
                       FIELD("published", row->published), FIELD("model", row->model), FIELD("misfit", row->misfit),
                       FIELD("unit", row->unit), FIELD("hit", row->hit)),
                "%s %-16s %-4s %-9s %-25s %-42s day %3g  published %7.2f  model %7.2f  misfit %+7.2f %-8s %s", set,
                story, row->id, row->use, row->group, row->quantity, row->day, row->published, row->model, row->misfit,
                row->unit, row->hit ? "hit" : "miss");
    }
    cli_row(c, "fit",
            FIELDS(FIELD("set", set), FIELD("story", story), FIELD("rms_fitted", fit->rms_fitted),
                   FIELD("rms_held_out", fit->rms_held_out), FIELD("effective_people", fit->effective_people),
                   FIELD("n_person", fit->n_person), FIELD("families", fit->families), FIELD("n_drawn", fit->n_drawn),
                   FIELD("n_round", fit->n_round)),
            "%s %-16s rms misfit / sd: fitted %.2f, held out %.2f; weights worth %.0f of %lld people, who come from "
            "%.0f of %lld first drawn, after %d rounds of redrawing",
            set, story, fit->rms_fitted, fit->rms_held_out, fit->effective_people, (long long)fit->n_person,
            fit->families, (long long)fit->n_drawn, fit->n_round);
    if (fit->families < FEW_PEOPLE)
        cli_line(
            c, "warning",
            "%s %-16s few people of the first draw can be made to meet the targets (%.0f, fewer than %d): this set "
            "hardly reaches them, and its rows are uncertain by more than the published spread",
            set, story, fit->families, FEW_PEOPLE);
    cli_row(c, "bounds",
            FIELDS(FIELD("set", set), FIELD("story", story), FIELD("outside_simplex", -fit->worst_simplex),
                   FIELD("outside_box", -fit->worst_box)),
            "%s %-16s farthest outside the simplex %.1e, outside a box %.1e", set, story, -fit->worst_simplex,
            -fit->worst_box);
}

static fsc_status run_calibrate(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    int outside = 0;
    char sentence[200] = "";
    for (int k = 0; k < 4; k++) {
        AUTO(fsc_cycle_fit) fit = NULL;
        TRY(fsc_cycle_calibrate(&fit, k & 1 ? FSC_CYCLE_SET_B : FSC_CYCLE_SET_A, (fsc_cycle_story)(k >> 1), v->people,
                                (uint64_t)v->seed, (int32_t)c->threads, &c->progress, err));
        print_fit(c, fit);
        outside |= fit->worst_simplex < -1e-9 || fit->worst_box < -1e-6;
        (void)snprintf(sentence, sizeof sentence, "%s", fit->honesty.sentence);
    }
    cli_line(c, "honesty", "%s", sentence);
    if (!v->check) return FSC_OK;
    cli_line(c, "check", "%s: %lld people per set and story within 1e-9 of the simplex and 1e-6 of their boxes",
             outside ? "FAILED" : "passed", (long long)v->people);
    c->check_failed = outside;
    return FSC_OK;
}

static void print_design(cli *c, const fsc_cycle_identifiability *table, const fsc_cycle_design *design) {
    char best[160] = "";
    for (int32_t k = 0; k < table->n_factor; k++) {
        const size_t at = strlen(best);
        if (design->shrinkage[k] > 0.1 && at < sizeof best - 40)
            (void)snprintf(best + at, sizeof best - at, " %s %.0f %%", table->factor[k], 100 * design->shrinkage[k]);
    }
    cli_row(c, "known",
            FIELDS(FIELD("person", design->person), FIELD("design", design->name),
                   FIELD("n_informed", design->n_informed), FIELD("n_factor", table->n_factor),
                   FIELD_ARRAY("sd_shrinkage_share", design->shrinkage, table->n_factor)),
            "%-14s %-62s informs %d of %d directions; prior sd shrinks for%s", design->person, design->name,
            design->n_informed, table->n_factor, best);
}

static void print_sobol(cli *c, const fsc_cycle_sobol_row *r) {
    cli_row(c, "sobol",
            FIELDS(FIELD("factor", r->factor), FIELD("low", r->low), FIELD("high", r->high),
                   FIELD("ndi_first", r->first[1]), FIELD("ndi_first_sd", r->first_sd[1]),
                   FIELD("ndi_total", r->total[1]), FIELD("ndi_total_sd", r->total_sd[1]),
                   FIELD("pdff_first", r->first[0]), FIELD("pdff_first_sd", r->first_sd[0]),
                   FIELD("pdff_total", r->total[0]), FIELD("pdff_total_sd", r->total_sd[0])),
            "%-14s NDI 12 mo: first %5.2f +- %.2f, total %5.2f +- %.2f; PDFF: first %5.2f +- %.2f, total %5.2f +- %.2f",
            r->factor, r->first[1], r->first_sd[1], r->total[1], r->total_sd[1], r->first[0], r->first_sd[0],
            r->total[0], r->total_sd[0]);
}

static fsc_status run_sensitivity(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    AUTO(fsc_cycle_sobol) sobol = NULL;
    AUTO(fsc_cycle_identifiability) known = NULL;
    TRY(fsc_cycle_sobol_run(&sobol, (fsc_cycle_set)(FSC_CYCLE_SET_A + v->set), NULL, 0, v->base, (uint64_t)v->seed,
                            (int32_t)c->threads, &c->progress, err));
    for (int32_t k = 0; k < sobol->n_row; k++) print_sobol(c, &sobol->row[k]);
    cli_row(c, "sobol", FIELDS(FIELD("n_run", sobol->n_run), FIELD("n_base", sobol->n_base)),
            "%lld runs of %lld base samples, set %s; +- is a bootstrap sd", (long long)sobol->n_run,
            (long long)sobol->n_base, v->set == 0 ? "A" : "B");
    if (!v->identifiability) return FSC_OK;
    TRY(fsc_cycle_identify(&known, FSC_CYCLE_SET_A, &c->progress, err)); /* B has no sick state at rest */
    for (int32_t d = 0; d < known->n_design; d++) print_design(c, known, &known->design[d]);
    return FSC_OK;
}

static const opt calibrate_opts[] = {
    OPT(values, people, "people", OPT_INTEGER, "N", "virtual people per set and story", .low = 1, .high = 1e8),
    OPT(values, seed, "seed", OPT_INTEGER, "N", "of the random numbers"),
    OPT(values, check, "check", OPT_FLAG, NULL,
        "fail unless the pools of everyone simulated stay within 1e-9 of the simplex"),
    OPT_END};
static const opt sensitivity_opts[] = {
    OPT(values, set, "set", OPT_WORD, "A|B", "parameter set", .words = "A|B"),
    OPT(values, base, "base", OPT_INTEGER, "N", "base samples", .low = 1, .high = 1e8),
    OPT(values, seed, "seed", OPT_INTEGER, "N", "of the random numbers"),
    OPT(values, identifiability, "identifiability", OPT_FLAG, NULL,
        "also what four visits can tell about each parameter (set A)"),
    OPT_END};
static const values defaults = {.set = 1, .people = 2000, .seed = 7, .base = 512};

const command cmd_cycle_calibrate = {
    .name = "cycle calibrate",
    .line = "hold the model against published numbers, hits and misses",
    .about =
        "Draws virtual people, weighs them so that outcome groups have the published shares and curves, and prints "
        "every published number beside the model's, for sets A and B and both rival stories. Rows marked holdout "
        "were used for nothing. Where few people would carry the weights, many more are drawn and the population moves "
        "towards the targets, which takes a minute or two; how many people the rows rest on is printed.",
    .opts = calibrate_opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run_calibrate};
const command cmd_cycle_sensitivity = {
    .name = "cycle sensitivity",
    .line = "which parameters and circumstances matter, and which can be known",
    .about = "Sobol indices (Saltelli's design, Jansen's estimators) of the leaders of an earlier screening for "
             "disability and fat after twelve months, with bootstrap error bars.",
    .opts = sensitivity_opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run_sensitivity};
