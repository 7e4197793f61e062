/* Labels made from the scan itself, on the way from a scan to a page: a proposal, the user's programs, or a network. */
#include "say.h"
#include "walk.h"

int walk_makes(const walk_made_options *with) {
    return with->propose || with->segment.n > 0 || with->network != NULL;
}

static const char *option_of(const walk_made_options *with) {
    return with->propose ? "--propose" : with->network ? "--network" : "--segment";
}

fsc_status walk_made_check(const walk *w, const walk_made_options *with, const walk_label_options *labels) {
    if (with->propose && (with->segment.n > 0 || with->network))
        return cli_usage(w->cli, w->err, "give --propose or %s, not both", with->network ? "--network" : "--segment");
    if (!walk_makes(with)) return FSC_OK;
    if (labels->labels)
        return cli_usage(w->cli, w->err, "labels come from --labels or are made by %s, not both", option_of(with));
    if (labels->levels && with->propose)
        return cli_usage(w->cli, w->err,
                         "--propose finds its own levels; name one with --anchor-map in place of --levels");
    return FSC_OK;
}

fsc_status walk_network(walk *w, const char *path) {
    w->network_path = path;
    return fsc_network_read(&w->network, path, NULL, w->err);
}

static fsc_status build(walk *w, fsc_label_source source, const fsc_labels *muscles, const char *muscle_scheme,
                        const fsc_labels *levels, const char *level_scheme) {
    const fsc_sites_options options = {.muscle_scheme = muscle_scheme && *muscle_scheme ? muscle_scheme : NULL,
                                       .level_scheme = level_scheme && *level_scheme ? level_scheme : NULL,
                                       .side_known = w->scan->side_known,
                                       .label_source = source};
    TRY(fsc_sites_build(&w->sites, &w->scan->grid, muscles, levels, &options, w->err));
    return FSC_OK;
}

static fsc_status from_proposal(walk *w, const walk_made_options *with) {
    TRY(walk_propose(w, &w->proposal, &with->anchor));
    const fsc_proposal *p = w->proposal;
    TRY(build(w, FSC_LABELS_PROPOSAL, p->muscles, "musclemap", p->levels, p->levels_named ? "sct" : "relative"));
    walk_accept(w, with);
    return FSC_OK;
}

static fsc_status run_programs(walk *w, fsc_segmentation **out, const walk_made_options *with, const char *folder) {
    char log[CLI_PATH_MAX];
    const char *scratch = getenv("TMPDIR");
    TRY(cli_path(log, sizeof log, w->err, "%s/segment.log", folder));
    const fsc_segment_options options = {.program = with->segment.item,
                                         .n_program = with->segment.n,
                                         .scratch_dir = scratch && *scratch ? scratch : NULL,
                                         .log_path = log,
                                         .progress = &w->cli->progress};
    cli_line(w->cli, "segment", "%s on the water image; it may fetch its weights when first used",
             with->segment.item[0]);
    TRY(fsc_segment_run(out, w->fatwater, &options, w->err));
    cli_notes(w->cli, "segment", &(*out)->notes, 1);
    return FSC_OK;
}

fsc_status walk_label_network(walk *w) {
    fsc_network_facts facts;
    AUTO_STRUCT(fsc_notes) notes = {0};
    const char *path = w->network_path;
    fsc_network_describe(&facts, w->network);
    TRY(fsc_recipe_add_input(&w->scan->recipe, path, w->err));
    if (facts.labels_path[0]) TRY(fsc_recipe_add_input(&w->scan->recipe, facts.labels_path, w->err));
    cli_line(w->cli, "network", "%d classes, %.1f million weights, tiles of %d x %d pixels", (int)facts.n_class,
             1e-6 * (double)facts.n_parameter, (int)facts.tile[0], (int)facts.tile[1]);
    const fsc_network_options options = {.n_threads = (int32_t)w->cli->threads, .progress = &w->cli->progress};
    TRY(fsc_network_label(&w->network_labels, w->network, w->fatwater, &options, &notes, w->err));
    cli_notes(w->cli, "network", &notes, 1);
    fsc_notes_join(&w->scan->notes, &notes);
    return FSC_OK;
}

/* Muscles by a network or a program; levels by a program or a file. */
static fsc_status from_outside(walk *w, const walk_made_options *with, const walk_label_options *labels,
                               const char *out) {
    AUTO(fsc_segmentation) s = NULL;
    if (with->network) TRY(walk_label_network(w));
    if (with->segment.n > 0) TRY(run_programs(w, &s, with, out));
    if (with->network && s && s->muscles)
        return cli_refuse(w->err, FSC_E_ARG, "both --network and %s found muscles; name a program that finds levels",
                          with->segment.item[0]);
    if (labels->levels && s && s->levels)
        return cli_refuse(w->err, FSC_E_ARG, "both --levels and %s give levels; leave one out", with->segment.item[0]);
    const fsc_labels *muscles = with->network ? w->network_labels : s->muscles;
    if (!muscles)
        return cli_refuse(w->err, FSC_E_NOTFOUND,
                          "%s gives levels only; name a program for the muscles too (--segment musclemap)",
                          with->segment.item[0]);
    const char *scheme = !with->network && s->muscle_scheme[0] ? s->muscle_scheme : labels->label_scheme;
    const fsc_labels *levels = s && s->levels ? s->levels : w->labels ? w->labels->levels : NULL;
    const char *level_scheme = s && s->levels && s->level_scheme[0] ? s->level_scheme : labels->level_scheme;
    TRY(build(w, with->network ? FSC_LABELS_NETWORK : FSC_LABELS_EXTERNAL, muscles, scheme, levels, level_scheme));
    if (s) fsc_notes_join(&w->sites->notes, &s->notes);
    return FSC_OK;
}

fsc_status walk_made(walk *w, const walk_scan_options *scan, const walk_made_options *with,
                     const walk_label_options *labels, const char *out) {
    if (labels->levels) TRY(walk_read_levels(w, scan, labels));
    TRY(with->propose ? from_proposal(w, with) : from_outside(w, with, labels, out));
    say_anatomy(w->cli, w->sites);
    return FSC_OK;
}

fsc_status walk_write_made(walk *w) {
    if (w->proposal) return fsc_proposal_write(w->proposal, w->output.anat, w->scan->name, &w->scan->recipe, w->err);
    if (!w->network_labels) return FSC_OK;
    return fsc_network_write(w->network, w->network_labels, w->output.anat, w->scan->name, &w->scan->recipe, w->err);
}
