#include "change.h"

#include "alloc.h"
#include "anchor.h"
#include "fail.h"
#include "format.h"
#include "review.h"
#include "shapes.h"

#include <math.h>
#include <string.h>

enum { SENT_MAX = 60000, GROWN_MAX = 400000, RADIUS_MM_MAX = 200 };

void fsc_view_add_moved(fsc_json *root, const fsc_view_stroke *moved, int back) {
    fsc_json *voxel = fsc_json_array(), *index = fsc_json_array();
    const int64_t n = moved && moved->n <= SENT_MAX ? moved->n : 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = back ? n - 1 - i : i;
        fsc_json_append_number(voxel, moved->voxel[at]);
        fsc_json_append_number(index, back ? moved->before[at] : moved->after[at]);
    }
    fsc_json_set(root, "voxel", voxel);
    fsc_json_set(root, "index", index);
    fsc_json_set_bool(root, "reload", moved && moved->n > SENT_MAX);
}

/* A whole number of body from least to most. */
static fsc_status whole(int64_t *out, const fsc_json *body, const char *key, double least, double most,
                        fsc_error *err) {
    const double value = fsc_json_number(fsc_json_get(body, key));
    if (!(value >= least && value <= most) || floor(value) < value)
        return fsc_fail(err, FSC_E_FORMAT, "%s is no whole number of these", key);
    *out = (int64_t)value;
    return FSC_OK;
}

static fsc_status number(double *out, const fsc_json *body, const char *key, double least, double most,
                         fsc_error *err) {
    *out = fsc_json_number(fsc_json_get(body, key));
    if (*out >= least && *out <= most) return FSC_OK;
    return fsc_fail(err, FSC_E_RANGE, "%s must be a number from %g to %g", key, least, most);
}

/* Draws voxels with the labels that to gives them, or only shows them. */
static fsc_status draw(fsc_view_edit *e, const fsc_view_shape *shape, const uint8_t *to, const char *mark, int preview,
                       fsc_json *root, int *changed, fsc_error *err) {
    fsc_view_strokes *s = &e->strokes;
    int64_t n = 0;
    if (preview) {
        const fsc_view_stroke shown = {.voxel = shape->voxel, .after = (uint8_t *)(uintptr_t)to, .n = shape->n};
        fsc_view_add_moved(root, &shown, 0);
        return FSC_OK;
    }
    FSC_TRY(fsc_view_strokes_draw(s, shape->voxel, to, shape->n, mark, &n, err));
    *changed = n > 0;
    fsc_view_add_moved(root, n ? &s->stroke[s->n_done - 1] : NULL, 0);
    return FSC_OK;
}

static fsc_status open_canvas(fsc_view_canvas *out, const fsc_view_edit *e, const fsc_json *body, fsc_error *err) {
    int64_t label = 0;
    FSC_TRY(whole(&label, body, "index", 1, e->n_label, err));
    *out = (fsc_view_canvas){.grid = &e->input->sites->grid,
                             .index = e->strokes.index,
                             .label = (uint8_t)label,
                             .lock = fsc_json_bool(fsc_json_get(body, "lock"), 1)};
    return FSC_OK;
}

static fsc_status find_shape(fsc_view_shape *out, const fsc_view_edit *e, const fsc_view_canvas *canvas, int grows,
                             const fsc_json *body, fsc_error *err) {
    double range[2], radius_mm = 0;
    int64_t axis = 0, at = 0;
    if (!grows) {
        FSC_TRY(whole(&axis, body, "axis", 0, 2, err));
        FSC_TRY(whole(&at, body, "slice", 0, (double)canvas->grid->dim[axis] - 1, err));
        return fsc_view_fill(out, canvas, (int)axis, at, err);
    }
    FSC_TRY(whole(&at, body, "at", 0, (double)fsc_grid_count(canvas->grid) - 1, err));
    FSC_TRY(number(&range[0], body, "from_fraction", -1, 2, err));
    FSC_TRY(number(&range[1], body, "to_fraction", range[0], 2, err));
    FSC_TRY(number(&radius_mm, body, "radius_mm", 1, RADIUS_MM_MAX, err));
    return fsc_view_grow(out, canvas, e->input->fatwater->pdff_fraction, at, range, radius_mm, GROWN_MAX, err);
}

static fsc_status shape(fsc_view_edit *e, int grows, const fsc_json *body, fsc_json *root, int *changed,
                        fsc_error *err) {
    fsc_view_canvas canvas;
    fsc_view_shape found = {0};
    FSC_TRY(open_canvas(&canvas, e, body, err));
    fsc_status status = find_shape(&found, e, &canvas, grows, body, err);
    FSC_AUTO_BLOCK uint8_t *to = status == FSC_OK ? fsc_alloc(found.n, 1) : NULL;
    if (status == FSC_OK && !to) status = fsc_fail_nomem(err, "drawing a shape");
    if (status == FSC_OK) {
        memset(to, canvas.label, (size_t)found.n);
        fsc_json_set_bool(root, "limited", found.limited);
        status = draw(e, &found, to, NULL, fsc_json_bool(fsc_json_get(body, "preview"), 0), root, changed, err);
    }
    fsc_view_shape_free(&found);
    return status;
}

/* The same muscle's label on the other side: where several numbers stand for one muscle, the one as far down the list.
 */
static int32_t partner(const fsc_view_edit *e, int32_t label) {
    const fsc_place *own = &e->place[label];
    int32_t nth = 0, seen = 0, found = 0;
    for (int32_t i = 1; i < label; i++)
        nth += e->place[i].side == own->side && strcmp(e->place[i].muscle, own->muscle) == 0;
    for (int32_t i = 1; i <= e->n_label; i++)
        if (e->place[i].side != own->side && e->place[i].side != FSC_SIDE_MIDLINE &&
            strcmp(e->place[i].muscle, own->muscle) == 0 && seen++ == nth)
            found = i;
    return found;
}

/* Which label each one becomes: one muscle's two sides, or those of all (label 0). */
static fsc_status pair_up(uint8_t to[256], const fsc_view_edit *e, int32_t label, fsc_error *err) {
    int32_t pairs = 0;
    for (int32_t i = 0; i < 256; i++) to[i] = (uint8_t)i;
    for (int32_t i = 1; i <= e->n_label; i++) {
        const int32_t other = label && strcmp(e->place[i].muscle, e->place[label].muscle) != 0 ? 0 : partner(e, i);
        if (!other || partner(e, other) != i) continue;
        to[i] = (uint8_t)other;
        pairs++;
    }
    if (pairs) return FSC_OK;
    return fsc_fail(err, FSC_E_RANGE, "there is no label of the other side to be exchanged with");
}

static fsc_status swap(fsc_view_edit *e, const fsc_json *body, fsc_json *root, int *changed, fsc_error *err) {
    fsc_view_strokes *s = &e->strokes;
    uint8_t becomes[256];
    int64_t label = 0, n = 0;
    FSC_TRY(whole(&label, body, "index", 0, e->n_label, err));
    FSC_TRY(pair_up(becomes, e, (int32_t)label, err));
    for (int64_t v = 0; v < s->n_voxel; v++) n += becomes[s->index[v]] != s->index[v];
    FSC_AUTO_BLOCK uint32_t *voxel = fsc_alloc(n, sizeof *voxel);
    FSC_AUTO_BLOCK uint8_t *to = fsc_alloc(n, 1);
    if (!voxel || !to) return fsc_fail_nomem(err, "exchanging sides");
    n = 0;
    for (int64_t v = 0; v < s->n_voxel; v++) {
        if (becomes[s->index[v]] == s->index[v]) continue;
        voxel[n] = (uint32_t)v;
        to[n++] = becomes[s->index[v]];
    }
    const fsc_view_shape shape = {.voxel = voxel, .n = n};
    return draw(e, &shape, to, NULL, 0, root, changed, err);
}

/* A site of the table, or "all". */
static fsc_status read_site(const fsc_view_edit *e, const char **out, const fsc_json *body, fsc_error *err) {
    const char *site = fsc_json_string(fsc_json_get(body, "site"));
    for (int32_t i = 0; site && i < e->now->n_row; i++) {
        char text[FSC_PLACE_TEXT_MAX];
        const fsc_row *row = &e->now->row[i];
        if (row->kind == FSC_ROW_SITE && strcmp(fsc_place_text(text, &row->place), site) == 0)
            return *out = site, FSC_OK;
    }
    if (site && strcmp(site, "all") == 0) return *out = site, FSC_OK;
    return fsc_fail(err, FSC_E_NOTFOUND, "the table has no such site, or it was refused");
}

static fsc_status accept(fsc_view_edit *e, const fsc_json *body, fsc_json *root, int *changed, fsc_error *err) {
    const char *site = NULL;
    char mark[FSC_VIEW_MARK_MAX];
    const fsc_label_source was = e->input->measures->label_source;
    if (e->now) FSC_TRY(read_site(e, &site, body, err));
    if (!e->now || (was != FSC_LABELS_PROPOSAL && was != FSC_LABELS_PROPOSAL_ACCEPTED))
        return fsc_fail(err, FSC_E_RANGE, "only a proposal by Fascicle is accepted; these labels are no proposal");
    if (fsc_view_accepted(e, site)) return fsc_fail(err, FSC_E_RANGE, "this was accepted already");
    (void)fsc_format(mark, sizeof mark, "accept %s", site);
    const fsc_view_shape none = {0};
    return draw(e, &none, NULL, mark, 0, root, changed, err);
}

/* A refused site's label is taken away, so that no table has it. */
static fsc_status refuse(fsc_view_edit *e, const fsc_json *body, fsc_json *root, int *changed, fsc_error *err) {
    const char *site = NULL;
    char mark[FSC_VIEW_MARK_MAX], text[FSC_PLACE_TEXT_MAX];
    fsc_view_shape gone = {0};
    int64_t n = 0;
    int32_t number = 0;
    if (e->fault[0] || !e->now)
        return fsc_fail(err, FSC_E_RANGE, "sites are refused once the labels can be measured: %.300s", e->fault);
    FSC_TRY(read_site(e, &site, body, err));
    for (int32_t i = 0; i < e->sites->n_site; i++)
        if (strcmp(fsc_place_text(text, &e->sites->site[i].place), site) == 0) number = i + 1;
    if (!number) return fsc_fail(err, FSC_E_NOTFOUND, "there is no such site, or it was refused already");
    n = e->sites->site[number - 1].n_voxel;
    FSC_AUTO_BLOCK uint32_t *voxel = gone.voxel = fsc_alloc(n, sizeof *voxel);
    FSC_AUTO_BLOCK uint8_t *to = fsc_alloc(n, 1);
    if (!voxel || !to) return fsc_fail_nomem(err, "refusing a site");
    for (int64_t v = 0; v < e->strokes.n_voxel && gone.n < n; v++)
        if (e->sites->site_of_voxel[v] == number) voxel[gone.n++] = (uint32_t)v;
    (void)fsc_format(mark, sizeof mark, "refuse %s", site);
    return draw(e, &gone, to, mark, 0, root, changed, err);
}

/* Asked of the map first, so that nothing is written down that cannot be done. */
static fsc_status relevel(fsc_view_edit *e, const fsc_json *body, fsc_json *root, int *changed, fsc_error *err) {
    const char *from = fsc_json_string(fsc_json_get(body, "from")), *to = fsc_json_string(fsc_json_get(body, "to"));
    const int all = fsc_json_bool(fsc_json_get(body, "all"), 0);
    char mark[FSC_VIEW_MARK_MAX], scheme[40] = "";
    const fsc_labels *now = e->levels ? e->levels : e->input->levels;
    const fsc_view_shape none = {0};
    fsc_labels *made = NULL;
    if (!now) return fsc_fail(err, FSC_E_NOTFOUND, "this run had no level map");
    if (!from || !to || strlen(from) > 8 || strlen(to) > 8 || strcmp(from, to) == 0)
        return fsc_fail(err, FSC_E_FORMAT, "a level is renamed from one name to another");
    (void)fsc_format(scheme, sizeof scheme, "%s", e->levels ? e->level_scheme : e->before->level_scheme);
    FSC_TRY(fsc_levels_rename(&made, scheme, now, from, to, all, err));
    fsc_labels_free(made);
    (void)fsc_format(mark, sizeof mark, "%s %s=%s", all ? "levels" : "level", from, to);
    return draw(e, &none, NULL, mark, 0, root, changed, err);
}

static fsc_status anchor(fsc_view_edit *e, const fsc_json *body, fsc_json *root, int *changed, fsc_error *err) {
    FSC_TRY(fsc_view_anchor(e, body, changed, err));
    fsc_view_add_moved(root, *changed ? &e->strokes.stroke[e->strokes.n_done - 1] : NULL, 0);
    return FSC_OK;
}

static const char *const known[] = {"fill", "grow", "swap", "accept", "refuse", "level", "anchor"};

static int which(const char *path) {
    for (int i = 0; i < (int)(sizeof known / sizeof *known); i++)
        if (strcmp(path, known[i]) == 0) return i;
    return -1;
}

int fsc_view_change_known(const char *path) {
    return which(path) >= 0;
}

fsc_status fsc_view_change(fsc_view_edit *e, const char *path, const fsc_json *body, fsc_json *root, int *changed,
                           fsc_error *err) {
    *changed = 0;
    switch (which(path)) {
    case 0: return shape(e, 0, body, root, changed, err);
    case 1: return shape(e, 1, body, root, changed, err);
    case 2: return swap(e, body, root, changed, err);
    case 3: return accept(e, body, root, changed, err);
    case 4: return refuse(e, body, root, changed, err);
    case 5: return relevel(e, body, root, changed, err);
    case 6: return anchor(e, body, root, changed, err);
    default: return fsc_fail(err, FSC_E_NOTFOUND, "there is no such change");
    }
}
