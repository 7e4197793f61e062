/* Labels from the scan itself, on the way from a scan to a page. */
#include "say.h"
#include "walk.h"

static fsc_status read_anchor(walk *w, fsc_anchor *anchor, const walk_anchor_options *with) {
    if (with->anchor && with->anchor_map) return cli_usage(w->cli, w->err, "give --anchor or --anchor-map, not both");
    if (with->anchor) return fsc_anchor_parse(anchor, with->anchor, w->err);
    if (!with->anchor_map) return FSC_OK;
    AUTO(fsc_labels) levels = NULL;
    TRY(fsc_labels_read(&levels, with->anchor_map, w->err));
    TRY(fsc_recipe_add_input(&w->scan->recipe, with->anchor_map, w->err));
    return fsc_anchor_from_levels(anchor, levels, w->err);
}

fsc_status walk_propose(walk *w, fsc_proposal **out, const walk_anchor_options *with) {
    fsc_propose_options options = FSC_PROPOSE_OPTIONS_INIT;
    options.n_threads = (int32_t)w->cli->threads;
    options.progress = &w->cli->progress;
    TRY(read_anchor(w, &options.anchor, with));
    TRY(fsc_propose_run(out, w->fatwater, &options, w->err));
    const fsc_proposal *p = *out;
    int shown = 0;
    for (int32_t i = 0; i < p->n_muscle; i++) shown += !p->muscle[i].refused;
    cli_line(w->cli, "propose", "%d of %d labels proposed, nobody has looked at them; similarity %.2f; levels %s",
             shown, p->n_muscle, p->similarity, p->levels_named ? options.anchor.level : "numbered from the head end");
    cli_notes(w->cli, "propose", &p->notes, 1);
    return FSC_OK;
}

fsc_status walk_made_check(const walk *w, int *made, const walk_made_options *with, const walk_label_options *labels) {
    *made = with->propose || with->segment.n > 0;
    if (with->propose && with->segment.n > 0) return cli_usage(w->cli, w->err, "give --propose or --segment, not both");
    if (*made && labels->labels)
        return cli_usage(w->cli, w->err, "labels come from --labels or are made by %s, not both",
                         with->propose ? "--propose" : "--segment");
    return FSC_OK;
}

void walk_accept(walk *w, const walk_made_options *with) {
    if (w->sites->label_source != FSC_LABELS_PROPOSAL) return;
    if (with->accept_proposal)
        w->sites->label_source = FSC_LABELS_PROPOSAL_ACCEPTED; /* its borders are no better for it */
    fsc_notes_add(&w->sites->notes, with->accept_proposal ? FSC_NOTE_ASSUMED : FSC_NOTE_WARNING, "labels-proposed",
                  with->accept_proposal
                      ? "The labels are a proposal by Fascicle that was accepted with --accept-proposal."
                      : "The labels are a proposal by Fascicle that nobody has looked at: no comparison "
                        "with other people, no change and no forecast are made from it.");
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

static fsc_status from_programs(walk *w, const walk_made_options *with, const walk_label_options *labels,
                                const char *out) {
    char log[CLI_PATH_MAX];
    const char *scratch = getenv("TMPDIR");
    TRY(cli_path(log, sizeof log, w->err, "%s/segment.log", out));
    const fsc_segment_options options = {.program = with->segment.item,
                                         .n_program = with->segment.n,
                                         .scratch_dir = scratch && *scratch ? scratch : NULL,
                                         .log_path = log};
    AUTO(fsc_segmentation) s = NULL;
    cli_line(w->cli, "segment", "%s on the water image; it may fetch its weights when first used",
             with->segment.item[0]);
    TRY(fsc_segment_run(&s, w->fatwater, &options, w->err));
    cli_notes(w->cli, "segment", &s->notes, 1);
    if (!s->muscles)
        return cli_refuse(w->err, FSC_E_NOTFOUND,
                          "%s gives levels only; name a program for the muscles too (--segment musclemap)",
                          with->segment.item[0]);
    const char *scheme = s->muscle_scheme[0] ? s->muscle_scheme : labels->label_scheme;
    TRY(build(w, FSC_LABELS_EXTERNAL, s->muscles, scheme, s->levels,
              s->level_scheme[0] ? s->level_scheme : labels->level_scheme));
    fsc_notes_join(&w->sites->notes, &s->notes);
    return FSC_OK;
}

fsc_status walk_made(walk *w, const walk_made_options *with, const walk_label_options *labels, const char *out) {
    TRY(with->propose ? from_proposal(w, with) : from_programs(w, with, labels, out));
    say_anatomy(w->cli, w->sites);
    return FSC_OK;
}

int walk_unreviewed(const walk *w) {
    return w->sites && w->sites->label_source == FSC_LABELS_PROPOSAL;
}

fsc_status walk_write_proposal(walk *w) {
    return fsc_proposal_write(w->proposal, w->output.anat, w->scan->name, &w->scan->recipe, w->err);
}
