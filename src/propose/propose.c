/* The room propose: labels from the scan itself, for a person to look at. fsc_propose_run goes like this:
 *
 *   scene.c    water and fat become two channels: fat and water share, each times the local density,
 *   atlas.c    the average low back of src/body as a picture in the same channels,
 *   align.c    the affine step: where, how turned and how large the body lies in the scan (correlation, several
 * starts), fit.c      each label takes this person's brightness, then demons.c bends the body until both look alike,
 *   propose.c  every voxel asks which point of the body it is (this file),
 *   check.c    per label: fat share, edge, size, sides, field of view; a bad label is refused (limits.c:
 * data/propose.tsv), write.c    leaves _desc-proposal_dseg and what speaks against it.
 *
 * No similarity can tell one vertebra from the next: levels get names only from an anchor. Labels are never cut by fat.
 * What this reaches, and on whom, is in doc/equations/propose.md. */
#include "alloc.h"
#include "check.h"
#include "fail.h"
#include "format.h"
#include "text.h"
#include "tiles.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fsc_proposal_free(fsc_proposal *proposal) {
    if (!proposal) return;
    fsc_labels_free(proposal->muscles);
    fsc_labels_free(proposal->levels);
    fsc_free(proposal->muscle);
    fsc_notes_free(&proposal->notes);
    fsc_free(proposal);
}
FSC_DEFINE_AUTO(fsc_proposal, fsc_proposal_free)

static void free_fit(fsc_body_fit *fit) {
    fsc_body_fit_free(fit);
}

typedef struct drawing {
    const fsc_body_fit *fit;
    fsc_proposal *proposal;
    uint8_t *laid, *part; /* per voxel: code of the affine step; level of the body, counted from 1 */
    double from_level;    /* above it no muscle is drawn */
} drawing;

static int32_t code_at(const drawing *d, const double mm[3], int bent, uint8_t *level) {
    double body[3];
    fsc_atlas_spot spot;
    fsc_body_point point;
    fsc_body_fit_point(body, d->fit, mm, bent);
    fsc_atlas_at(&spot, &d->fit->atlas.frame, body);
    if (spot.code == 0 || spot.code >= FSC_ATLAS_VERTEBRA) return spot.code;
    fsc_body_frame_point(&point, &d->fit->atlas.frame, body);
    *level = (uint8_t)(1 + fsc_body_point_level(&point));
    return point.level < d->from_level ? 0 : spot.code;
}

static void draw_slice(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    const drawing *d = context;
    const fsc_region *r = d->fit->atlas.frame.region;
    fsc_labels *muscles = d->proposal->muscles, *levels = d->proposal->levels;
    const fsc_grid *grid = &muscles->grid;
    for (int64_t k = begin; k < end; k++) {
        int64_t v = k * grid->dim[0] * grid->dim[1];
        for (int64_t j = 0; j < grid->dim[1]; j++)
            for (int64_t i = 0; i < grid->dim[0]; i++, v++) {
                const double index[3] = {(double)i, (double)j, (double)k};
                double mm[3];
                fsc_grid_to_mm(grid, index, mm);
                uint8_t laid_level;
                d->laid[v] = (uint8_t)code_at(d, mm, 0, &laid_level);
                const int32_t code = code_at(d, mm, 1, &d->part[v]);
                if (code >= FSC_ATLAS_VERTEBRA)
                    levels->data[v] = r->sct[code - FSC_ATLAS_VERTEBRA];
                else if (code >= FSC_ATLAS_MUSCLE) {
                    const int32_t m = code - FSC_ATLAS_MUSCLE;
                    muscles->data[v] = r->muscle[m / 2].value_left + m % 2;
                }
            }
    }
}

/* Levels without an anchor: numbered from the head end of what the scan shows. */
static void unname_levels(fsc_labels *levels) {
    const int64_t n = fsc_grid_count(&levels->grid);
    int32_t first = INT32_MAX;
    for (int64_t v = 0; v < n; v++)
        if (levels->data[v] > 0 && levels->data[v] < first) first = levels->data[v];
    for (int64_t v = 0; v < n; v++)
        if (levels->data[v] > 0) levels->data[v] -= first - 1;
}

static void note_muscles(fsc_proposal *p) {
    for (int32_t i = 0; i < p->n_muscle; i++) {
        const fsc_proposed_muscle *m = &p->muscle[i];
        if (!m->flags[0]) continue;
        fsc_notes_add(&p->notes, FSC_NOTE_WARNING, m->refused ? "label-refused" : "label-flagged",
                      "%s %s: %s (%s%s%s).", m->muscle, fsc_side_text(m->side),
                      m->refused ? "no label was proposed" : "look at this label first", m->flags,
                      m->look_at[0] ? " at " : "", m->look_at);
    }
}

static void note_levels(fsc_proposal *p, const fsc_propose_limits *limits) {
    if (!p->levels_named)
        fsc_notes_add(&p->notes, FSC_NOTE_WARNING, "levels-unnamed",
                      "Levels are numbered from the head end, not named: one scan looks alike one vertebra higher or "
                      "lower. Name one with --anchor L4=x,y,z.");
    if (isfinite(p->runner_up_similarity) && p->similarity - p->runner_up_similarity < limits->runner_up_gap)
        fsc_notes_add(&p->notes, FSC_NOTE_WARNING, "proposal-rival",
                      "The body fits nearly as well %.0f mm further along the spine (similarity %.3f against %.3f).",
                      p->runner_up_shift_mm, p->runner_up_similarity, p->similarity);
}

static fsc_status draw(fsc_proposal *p, const fsc_body_fit *fit, const fsc_channels *channels, const fsc_fatwater *maps,
                       const fsc_propose_limits *limits, int32_t n_threads, fsc_error *err) {
    FSC_TRY(fsc_labels_new(&p->muscles, &maps->grid, err));
    FSC_TRY(fsc_labels_new(&p->levels, &maps->grid, err));
    FSC_AUTO_BLOCK uint8_t *laid = fsc_alloc(fsc_grid_count(&maps->grid), 1);
    FSC_AUTO_BLOCK uint8_t *part = fsc_alloc(fsc_grid_count(&maps->grid), 1);
    if (!laid || !part) return fsc_fail_nomem(err, "drawing a proposal");
    drawing d = {.fit = fit, .proposal = p, .laid = laid, .part = part, .from_level = limits->muscles_from_level};
    fsc_tiles_run(maps->grid.dim[2], 1, draw_slice, &d, n_threads);
    return fsc_propose_check(p, fit, channels, maps, laid, part, limits, err);
}

fsc_status fsc_propose_run(fsc_proposal **out, const fsc_fatwater *maps, const fsc_propose_options *opt,
                           fsc_error *err) {
    static const fsc_propose_options none = FSC_PROPOSE_OPTIONS_INIT;
    if (!opt) opt = &none;
    fsc_propose_limits limits;
    FSC_TRY(fsc_propose_limits_read(&limits, err));
    __attribute__((cleanup(fsc_channels_free))) fsc_channels channels = {0};
    __attribute__((cleanup(free_fit))) fsc_body_fit fit = {0};
    FSC_AUTO(fsc_proposal) p = fsc_alloc(1, sizeof *p);
    if (!p) return fsc_fail_nomem(err, "drawing a proposal");
    FSC_TRY(fsc_channels_make(&channels, maps, err));
    FSC_TRY(
        fsc_body_fit_run(&fit, &channels, &opt->anchor, limits.anchor_reach_mm, opt->n_threads, opt->progress, err));
    p->similarity = fit.alignment.similarity;
    p->runner_up_similarity = fit.alignment.runner_up_similarity;
    p->runner_up_shift_mm = fit.alignment.runner_up_shift_mm;
    p->levels_named = opt->anchor.level[0] != 0;
    if (p->similarity < limits.similarity_min)
        return fsc_fail(err, FSC_E_ANATOMY,
                        "no low back is recognised (similarity %.2f, at least %.2f is needed); give label maps with "
                        "--labels, or name a vertebra with --anchor",
                        p->similarity, limits.similarity_min);
    FSC_TRY(draw(p, &fit, &channels, maps, &limits, opt->n_threads, err));
    if (!p->levels_named) unname_levels(p->levels);
    note_levels(p, &limits);
    note_muscles(p);
    FSC_GIVE(out, p);
    return FSC_OK;
}

fsc_status fsc_anchor_parse(fsc_anchor *out, const char *text, fsc_error *err) {
    const char *equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : 0;
    memset(out, 0, sizeof *out);
    if (n > 0 && n < sizeof out->level) memcpy(out->level, text, n);
    const double order = fsc_level_order(out->level);
    if (!(order >= fsc_level_order("T11") && order <= fsc_level_order("S1")) ||
        !fsc_scan_numbers(out->centre_mm, 3, equals + 1, ','))
        return fsc_fail(err, FSC_E_ARG,
                        "'%s' is no anchor; write LEVEL=x,y,z (T11 to S1, mm to the right, front and head), such as "
                        "L4=2,-31,15",
                        text);
    return FSC_OK;
}

fsc_status fsc_anchor_from_levels(fsc_anchor *out, const fsc_labels *levels, fsc_error *err) {
    const fsc_region *r = &fsc_region_low_back;
    double sum[FSC_REGION_LEVELS][4] = {{0}};
    const fsc_grid *g = &levels->grid;
    int64_t v = 0;
    for (int64_t k = 0; k < g->dim[2]; k++)
        for (int64_t j = 0; j < g->dim[1]; j++)
            for (int64_t i = 0; i < g->dim[0]; i++, v++) {
                const int32_t level = levels->data[v] - r->sct[0];
                if (level < 0 || level >= FSC_REGION_LEVELS) continue;
                const double index[3] = {(double)i, (double)j, (double)k};
                double mm[3];
                fsc_grid_to_mm(g, index, mm);
                for (int a = 0; a < 3; a++) sum[level][a] += mm[a];
                sum[level][3] += 1;
            }
    int32_t best = -1;
    for (int32_t i = 0; i < FSC_REGION_LEVELS; i++)
        if (sum[i][3] > 0 && (best < 0 || abs(i - r->anchor) < abs(best - r->anchor))) best = i;
    memset(out, 0, sizeof *out);
    if (best < 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "the level map names no vertebra from %s to %s to hold a proposal to",
                        r->level[0], r->level[FSC_REGION_LEVELS - 1]);
    fsc_copy_text(out->level, sizeof out->level, r->level[best]);
    for (int a = 0; a < 3; a++) out->centre_mm[a] = sum[best][a] / sum[best][3];
    return FSC_OK;
}
