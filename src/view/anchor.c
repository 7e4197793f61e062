#include "anchor.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"

#include <fascicle/propose.h>
#include <math.h>
#include <string.h>

/* One file an anchor: the revision before it, which no other stroke of these labels has. */
static fsc_status levels_path(char *path, const fsc_view_edit *e, const char *number, fsc_error *err) {
    char name[320];
    (void)fsc_format(name, sizeof name, "%s_desc-%sanchor%.20s_levels.nii.gz", e->input->name, e->hash, number);
    return fsc_file_join(path, 4096, e->input->save_anat, name, err);
}

fsc_status fsc_view_anchor_levels(fsc_labels **out, const fsc_view_edit *e, const char *mark, fsc_error *err) {
    char path[4096];
    const char *number = strrchr(mark, ' ');
    if (!number || number[1 + strspn(number + 1, "0123456789")])
        return fsc_fail(err, FSC_E_FORMAT, "the strokes name an anchor that is none");
    FSC_TRY(levels_path(path, e, number + 1, err));
    FSC_TRY(fsc_labels_read(out, path, err));
    return FSC_OK;
}

static fsc_status read_anchor(fsc_anchor *out, const fsc_view_edit *e, const fsc_json *body, fsc_error *err) {
    const fsc_grid *g = &e->input->sites->grid;
    const char *level = fsc_json_string(fsc_json_get(body, "level"));
    const double at = fsc_json_number(fsc_json_get(body, "at"));
    char text[FSC_VIEW_MARK_MAX];
    double mm[3];
    if (!level || !(at >= 0 && at < (double)fsc_grid_count(g)) || floor(at) < at)
        return fsc_fail(err, FSC_E_FORMAT, "an anchor is a level and a voxel");
    const int64_t v = (int64_t)at;
    const double ijk[3] = {(double)(v % g->dim[0]), (double)(v / g->dim[0] % g->dim[1]),
                           (double)(v / (g->dim[0] * g->dim[1]))};
    fsc_grid_to_mm(g, ijk, mm);
    (void)fsc_format(text, sizeof text, "%.8s=%.2f,%.2f,%.2f", level, mm[0], mm[1], mm[2]);
    return fsc_anchor_parse(out, text, err);
}

/* The proposal's labels as indices; those that the run's labels had not are left out. */
static fsc_status draw(fsc_view_edit *e, const fsc_labels *muscles, const char *mark, int *changed, fsc_error *err) {
    fsc_view_strokes *s = &e->strokes;
    int64_t n = 0;
    FSC_AUTO_BLOCK uint32_t *voxel = fsc_alloc(s->n_voxel, sizeof *voxel);
    FSC_AUTO_BLOCK uint8_t *to = fsc_alloc(s->n_voxel, 1);
    if (!voxel || !to) return fsc_fail_nomem(err, "drawing a proposal");
    for (int64_t v = 0; v < s->n_voxel; v++) {
        int32_t index = muscles->data[v] ? e->n_label : 0;
        while (index > 0 && e->value[index] != muscles->data[v]) index--;
        if (s->index[v] == index) continue;
        voxel[n] = (uint32_t)v;
        to[n++] = (uint8_t)index;
    }
    FSC_TRY(fsc_view_strokes_draw(s, voxel, to, n, mark, &n, err));
    *changed = n > 0;
    return FSC_OK;
}

static fsc_status take(fsc_view_edit *e, const fsc_proposal *p, const fsc_anchor *anchor, int *changed,
                       fsc_error *err) {
    char mark[FSC_VIEW_MARK_MAX], path[4096], number[24];
    (void)fsc_format(number, sizeof number, "%lld", (long long)e->strokes.revision);
    (void)fsc_format(mark, sizeof mark, "anchor %s=%.2f,%.2f,%.2f %s", anchor->level, anchor->centre_mm[0],
                     anchor->centre_mm[1], anchor->centre_mm[2], number);
    if (!fsc_grid_same(&p->muscles->grid, &e->input->sites->grid, 1e-3))
        return fsc_fail(err, FSC_E_SHAPE, "the proposal lies on another grid than the labels");
    FSC_TRY(levels_path(path, e, number, err));
    FSC_TRY(fsc_labels_write(p->levels, path, err));
    return draw(e, p->muscles, mark, changed, err);
}

fsc_status fsc_view_anchor(fsc_view_edit *e, const fsc_json *body, int *changed, fsc_error *err) {
    fsc_propose_options options = FSC_PROPOSE_OPTIONS_INIT;
    fsc_proposal *proposal = NULL;
    const fsc_label_source was = e->input->measures ? e->input->measures->label_source : FSC_LABELS_EXTERNAL;
    if (was != FSC_LABELS_PROPOSAL && was != FSC_LABELS_PROPOSAL_ACCEPTED)
        return fsc_fail(err, FSC_E_RANGE,
                        "an anchor holds a proposal by Fascicle, and these labels are none: rename "
                        "the levels instead");
    FSC_TRY(read_anchor(&options.anchor, e, body, err));
    FSC_TRY(fsc_propose_run(&proposal, e->input->fatwater, &options, err));
    const fsc_status status = take(e, proposal, &options.anchor, changed, err);
    fsc_proposal_free(proposal);
    return status;
}
