#include "check.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "stats.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING_MM 5.0
enum { PART_MIN = 30 }; /* voxels of a label at one level */

static int by_size(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median(float *value, int64_t n) {
    if (n == 0) return (double)NAN;
    qsort(value, (size_t)n, sizeof *value, by_size);
    return (double)value[n / 2];
}

/* Non-zero when a voxel of the label lies within reach of an unlabelled voxel, in the plane of the two finest axes. */
static int near_label(const fsc_labels *labels, const int64_t at[3], const int64_t reach[3], int32_t value) {
    const int64_t *d = labels->grid.dim;
    for (int64_t k = -reach[2]; k <= reach[2]; k++)
        for (int64_t j = -reach[1]; j <= reach[1]; j++)
            for (int64_t i = -reach[0]; i <= reach[0]; i++) {
                const int64_t x = at[0] + i, y = at[1] + j, z = at[2] + k;
                if (x < 0 || y < 0 || z < 0 || x >= d[0] || y >= d[1] || z >= d[2]) continue;
                if (labels->data[x + d[0] * (y + d[1] * z)] == value) return 1;
            }
    return 0;
}

/* Median fat fraction inside, and of the unlabelled ring around; returns the share of the label without any. */
static double contrast(fsc_proposed_muscle *m, const fsc_labels *labels, const fsc_fatwater *maps,
                       const fsc_channels *channels, const fsc_propose_limits *limits, float *inside, float *ring) {
    const int64_t *d = labels->grid.dim;
    int64_t n_inside = 0, n_ring = 0, n_fat = 0, n_unseen = 0, reach[3], v = 0;
    for (int a = 0; a < 3; a++) reach[a] = (int64_t)(RING_MM / channels->spacing_mm[a]);
    for (int64_t k = 0; k < d[2]; k++)
        for (int64_t j = 0; j < d[1]; j++)
            for (int64_t i = 0; i < d[0]; i++, v++) {
                const float f = maps->pdff_fraction[v];
                if (!(f > -1 && f < 2)) {
                    n_unseen += labels->data[v] == m->value;
                    continue;
                }
                const int64_t at[3] = {i, j, k};
                if (labels->data[v] == m->value) {
                    inside[n_inside++] = f;
                    n_fat += (double)f > limits->fat_voxel_fraction;
                } else if (labels->data[v] == 0 && near_label(labels, at, reach, m->value))
                    ring[n_ring++] = f;
            }
    m->fat_share = n_inside ? (double)n_fat / (double)n_inside : (double)NAN;
    m->ring_contrast_fraction = median(ring, n_ring) - median(inside, n_inside);
    return n_unseen ? (double)n_unseen / (double)(n_inside + n_unseen) : 0;
}

/* Share of the muscle's length that lies in the field of view, as the affine step laid it. */
static double share_in_field(const fsc_body_fit *fit, const fsc_channels *channels, const fsc_region_muscle *muscle,
                             int right, double from_level) {
    double inverse[9];
    const double *m = fit->alignment.to_body, *a = m;
    const double c[9] = {a[5] * a[10] - a[6] * a[9], a[2] * a[9] - a[1] * a[10], a[1] * a[6] - a[2] * a[5],
                         a[6] * a[8] - a[4] * a[10], a[0] * a[10] - a[2] * a[8], a[2] * a[4] - a[0] * a[6],
                         a[4] * a[9] - a[5] * a[8],  a[1] * a[8] - a[0] * a[9],  a[0] * a[5] - a[1] * a[4]};
    const double determinant = a[0] * c[0] + a[1] * c[3] + a[2] * c[6];
    for (int i = 0; i < 9; i++) inverse[i] = c[i] / determinant;
    int seen = 0, all = 0;
    for (double level = fmax(muscle->top, from_level) + 0.125; level < muscle->bottom; level += 0.25, all++) {
        const int32_t i = (int32_t)level;
        double centre[3], mm[3], index[3];
        fsc_knot knot;
        fsc_body_section(&knot, muscle, level);
        fsc_body_frame_centre(centre, &fit->atlas.frame, i);
        const double *edge = fit->atlas.frame.edge_mm;
        centre[2] -= (level - i - 0.5) * (edge[i + 1] - edge[i]);
        const double body[3] = {(right ? 1 : -1) * knot.u_mm - m[3], centre[1] + knot.v_mm - m[7], centre[2] - m[11]};
        for (int r = 0; r < 3; r++)
            mm[r] = inverse[3 * r] * body[0] + inverse[3 * r + 1] * body[1] + inverse[3 * r + 2] * body[2];
        const double *to = channels->to_index;
        int in = 1;
        for (int r = 0; r < 3; r++) {
            index[r] = to[4 * r] * mm[0] + to[4 * r + 1] * mm[1] + to[4 * r + 2] * mm[2] + to[4 * r + 3];
            in &= index[r] >= -0.5 && index[r] <= (double)channels->grid.dim[r] - 0.5;
        }
        seen += in;
    }
    return all ? (double)seen / all : 0;
}

static void flag(fsc_proposed_muscle *m, int raised, int refuse, const char *word) {
    if (!raised) return;
    const size_t used = strlen(m->flags);
    fsc_format(m->flags + used, sizeof m->flags - used, "%s%s", used ? "," : "", word);
    m->refused |= refuse;
}

static void judge(fsc_proposed_muscle *m, double unseen, const fsc_propose_limits *l) {
    flag(m, m->share_in_field < l->share_in_field_refuse, 1, "mostly-outside");
    flag(m, m->n_voxel == 0, 1, "empty");
    flag(m, unseen > l->unseen_share_flag, unseen > l->unseen_share_refuse, "not-seen");
    flag(m, m->fat_share > l->fat_share_refuse, 1, "mostly-fat");
    flag(m, m->fat_share > l->fat_share_flag && m->fat_share <= l->fat_share_refuse, 0, "much-fat");
    flag(m, m->n_voxel > 0 && (m->area_ratio < l->area_ratio_low || m->area_ratio > l->area_ratio_high), 1,
         "unusual-size");
    flag(m, m->ring_contrast_fraction < l->ring_contrast_flag, 0, "no-edge");
    flag(m, m->side_ratio > l->side_ratio_flag || m->side_ratio < 1 / l->side_ratio_flag, 0, "uneven-sides");
}

/* How the level counted from 1 in the body's table is called in this proposal. */
static void level_name(char *out, size_t size, const fsc_proposal *p, const fsc_region *r, int32_t level) {
    if (p->levels_named) {
        fsc_copy_text(out, size, r->level[level - 1]);
        return;
    }
    int32_t first = INT32_MAX;
    const int64_t n = fsc_grid_count(&p->levels->grid);
    for (int64_t v = 0; v < n; v++)
        if (p->levels->data[v] > 0 && p->levels->data[v] < first) first = p->levels->data[v];
    fsc_format(out, size, "?%d", (int)(r->sct[level - 1] - first + 1));
}

/* A border that takes in fat leaves a tail of fat voxels; a muscle that is fat all through does not. */
static void look_at_parts(fsc_proposed_muscle *m, const fsc_proposal *p, const fsc_region *r, const fsc_fatwater *maps,
                          const uint8_t *part, const fsc_propose_limits *l, float *inside) {
    const int64_t n_voxel = fsc_grid_count(&p->muscles->grid);
    for (int32_t level = 1; level <= FSC_REGION_LEVELS; level++) {
        int64_t n = 0, n_fat = 0;
        double sum = 0;
        for (int64_t v = 0; v < n_voxel; v++) {
            const float f = maps->pdff_fraction[v];
            if (p->muscles->data[v] != m->value || part[v] != level || !(f > -1 && f < 2)) continue;
            n_fat += (double)f > l->fat_voxel_fraction;
            sum += (double)f;
            inside[n++] = f;
        }
        if (n < PART_MIN) continue;
        if ((double)n_fat <= l->part_fat_share_flag * (double)n &&
            sum / (double)n - median(inside, n) <= l->part_skew_flag)
            continue;
        char name[12];
        const size_t used = strlen(m->look_at);
        level_name(name, sizeof name, p, r, level);
        fsc_format(m->look_at + used, sizeof m->look_at - used, "%s%s", used ? "," : "", name);
    }
    flag(m, m->look_at[0] != 0, 0, "fat-in-part");
}

fsc_status fsc_propose_check(fsc_proposal *proposal, const fsc_body_fit *fit, const fsc_channels *channels,
                             const fsc_fatwater *maps, const uint8_t *laid, const uint8_t *part,
                             const fsc_propose_limits *limits, fsc_error *err) {
    const fsc_region *r = fit->atlas.frame.region;
    const int64_t n = fsc_grid_count(&proposal->muscles->grid);
    FSC_AUTO_BLOCK float *inside = fsc_alloc(n, sizeof *inside);
    FSC_AUTO_BLOCK float *ring = fsc_alloc(n, sizeof *ring);
    proposal->muscle = fsc_alloc(2 * r->n_muscle, sizeof *proposal->muscle);
    if (!inside || !ring || !proposal->muscle) return fsc_fail_nomem(err, "checking a proposal");
    for (int32_t i = 0; i < 2 * r->n_muscle; i++) {
        const fsc_region_muscle *muscle = &r->muscle[i / 2];
        if (!muscle->key) continue;
        const int right = i % 2;
        fsc_proposed_muscle *m = &proposal->muscle[proposal->n_muscle++];
        fsc_copy_text(m->muscle, sizeof m->muscle, muscle->key);
        m->side = right ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
        m->value = muscle->value_left + right;
        int64_t n_laid = 0, n_other = 0;
        for (int64_t v = 0; v < n; v++) {
            m->n_voxel += proposal->muscles->data[v] == m->value;
            n_other += proposal->muscles->data[v] == muscle->value_left + !right;
            n_laid += laid[v] == FSC_ATLAS_MUSCLE + i;
        }
        m->area_ratio = n_laid ? (double)m->n_voxel / (double)n_laid : (double)NAN;
        m->side_ratio = n_other ? (double)m->n_voxel / (double)n_other : (double)NAN;
        m->share_in_field = share_in_field(fit, channels, muscle, right, limits->muscles_from_level);
        const double unseen = contrast(m, proposal->muscles, maps, channels, limits, inside, ring);
        judge(m, unseen, limits);
        look_at_parts(m, proposal, r, maps, part, limits, inside);
    }
    for (int32_t i = 0; i < proposal->n_muscle; i++)
        for (int64_t v = 0; v < n && proposal->muscle[i].refused; v++)
            if (proposal->muscles->data[v] == proposal->muscle[i].value) proposal->muscles->data[v] = 0;
    return FSC_OK;
}
