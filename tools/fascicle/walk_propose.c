/* A proposal of labels, on the way from a scan to a page. */
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

int walk_unreviewed(const walk *w) {
    return w->sites && w->sites->label_source == FSC_LABELS_PROPOSAL;
}
