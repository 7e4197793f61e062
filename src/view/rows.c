/* Labels and rows as the page reads them. */
#include "alloc.h"
#include "format.h"
#include "review.h"

#include <string.h>

static void set_place(fsc_json *object, const fsc_place *place) {
    const fsc_muscle *muscle = fsc_muscle_find(place->muscle);
    fsc_json_set_string(object, "muscle", place->muscle);
    fsc_json_set_string(object, "side", fsc_side_text(place->side));
    fsc_json_set_string(object, "name", muscle ? muscle->name : place->muscle);
}

void fsc_view_edit_labels(const fsc_view_edit *e, fsc_json *object) {
    fsc_json *labels = fsc_json_array();
    for (int32_t i = 1; i <= e->n_label; i++) {
        fsc_json *label = fsc_json_object();
        fsc_json_set_integer(label, "index", i);
        fsc_json_set_integer(label, "value", e->value[i]);
        set_place(label, &e->place[i]);
        fsc_json_append(labels, label);
    }
    fsc_json_set(object, "labels", labels);
}

/* For each site the voxel of it that is nearest to its middle, -1 when it has none. */
static int64_t *find_middles(const fsc_sites *s) {
    const int64_t *dim = s->grid.dim;
    double *sum = fsc_alloc((int64_t)4 * (s->n_site + 1), sizeof *sum);
    double *best = fsc_alloc(s->n_site + 1, sizeof *best);
    int64_t *voxel = fsc_alloc(s->n_site + 1, sizeof *voxel), at[3];
    for (int pass = 0; pass < 2 && sum && voxel && best; pass++) {
        const int32_t *site = s->site_of_voxel;
        for (at[2] = 0; at[2] < dim[2]; at[2]++)
            for (at[1] = 0; at[1] < dim[1]; at[1]++)
                for (at[0] = 0; at[0] < dim[0]; at[0]++, site++) {
                    double *mine = sum + (ptrdiff_t)4 * *site, far = 0;
                    if (!*site) continue;
                    mine[3] += pass == 0;
                    for (int a = 0; a < 3 && pass == 0; a++) mine[a] += (double)at[a];
                    for (int a = 0; a < 3 && pass == 1; a++)
                        far += ((double)at[a] - mine[a] / mine[3]) * ((double)at[a] - mine[a] / mine[3]);
                    if (pass == 0 || (voxel[*site] && far >= best[*site])) continue;
                    best[*site] = far;
                    voxel[*site] = site - s->site_of_voxel + 1;
                }
    }
    for (int32_t i = 0; voxel && i <= s->n_site; i++) voxel[i]--;
    fsc_free(sum);
    fsc_free(best);
    return voxel;
}

static int64_t middle_of(const fsc_sites *s, const int64_t *middle, const fsc_place *place) {
    for (int32_t i = 0; i < s->n_site; i++)
        if (fsc_place_same(&s->site[i].place, place)) return middle[i + 1];
    return -1;
}

fsc_json *fsc_view_rows(const fsc_measures *m, const fsc_sites *sites) {
    fsc_json *rows = fsc_json_array();
    FSC_AUTO_BLOCK int64_t *middle = sites ? find_middles(sites) : NULL;
    for (int32_t i = 0; m && i < m->n_row; i++) {
        const fsc_row *r = &m->row[i];
        if (r->kind != FSC_ROW_SITE) continue;
        fsc_json *row = fsc_json_object();
        set_place(row, &r->place);
        fsc_json_set_string(row, "level", r->place.level);
        fsc_json_set_integer(row, "n_voxel", r->n_voxel);
        fsc_json_set_number(row, "pdff_mean_fraction", r->pdff_mean_fraction);
        fsc_json_set_number(row, "pdff_se_fraction", r->pdff_se_fraction);
        fsc_json_set_number(row, "pdff_se_noise_fraction", r->pdff_se_noise_fraction);
        fsc_json_set_number(row, "pdff_se_label_fraction", r->pdff_se_label_fraction);
        fsc_json_set_number(row, "pdff_se_all_fraction", fsc_row_se_fraction(r));
        fsc_json_set_number(row, "volume_mm3", r->volume_mm3);
        fsc_json_set_number(row, "csa_mm2", r->csa_mm2);
        fsc_json_set_string(row, "quality", r->quality);
        if (middle) fsc_json_set_integer(row, "voxel", middle_of(sites, middle, &r->place));
        fsc_json_append(rows, row);
    }
    return rows;
}

void fsc_view_edit_state(const fsc_view_edit *e, fsc_json *object) {
    const fsc_view_strokes *s = &e->strokes;
    fsc_json_set(object, "rows", fsc_view_rows(e->now, e->sites));
    fsc_json_set_integer(object, "revision", s->revision);
    fsc_json_set_integer(object, "undo", s->n_done);
    fsc_json_set_integer(object, "redo", s->n_stroke - s->n_done);
    fsc_json_set_bool(object, "unsaved", s->revision != s->saved);
    fsc_json_set_string(object, "fault", e->fault);
    fsc_view_review_state(e, object);
}
