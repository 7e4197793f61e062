/* Regions: what exam and map point at, joined along the spine, the exam's reasons first. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "planner.h"
#include "standing.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One finding at one level. */
typedef struct mark {
    int region; /* index of region_words */
    double order;
    char level[12], layer[24];
    fsc_side side;
    int from_map;
    char why[160], rows[48];
} mark;
typedef struct marks {
    mark *item;
    int32_t n;
} marks;

static const char *const region_words[] = {"neck", "thoracic", "low back"};
enum { REGIONS = 3 };
/* Levels no farther apart than this join (T13 and L6 lie half a level on). */
static const double neighbour_levels = 1.1;

static int region_of_order(double order) {
    return order < 8 ? 0 : order < 20 ? 1 : 2;
}

static fsc_status add_mark(marks *all, const mark *m, fsc_error *err) {
    mark *to = fsc_plan_grow(&all->item, &all->n, sizeof *to);
    if (!to) return fsc_fail_nomem(err, "joining regions");
    *to = *m;
    return FSC_OK;
}

static fsc_status exam_marks(marks *all, const fsc_exam *exam, fsc_error *err) {
    for (int32_t i = 0; i < exam->n_palpation; i++) {
        const fsc_palpation *p = &exam->palpation[i];
        const fsc_muscle *muscle = fsc_muscle_find(p->place.muscle);
        const double order = fsc_level_order(p->place.level);
        if (p->tenderness != FSC_ANSWER_YES && p->taut_band != FSC_ANSWER_YES) continue;
        mark m = {.order = order, .side = p->place.side, .rows = "E017 E018"};
        m.region = isnan(order) ? (muscle && strcmp(muscle->region, "neck") == 0 ? 0 : 2) : region_of_order(order);
        fsc_copy_text(m.level, sizeof m.level, isnan(order) ? "" : p->place.level);
        fsc_copy_text(m.layer, sizeof m.layer, muscle ? muscle->layer : "");
        fsc_format(m.why, sizeof m.why, "exam: %s%s%s in the %s%s%s%s",
                   p->taut_band == FSC_ANSWER_YES ? "taut band" : "",
                   p->taut_band == FSC_ANSWER_YES && p->tenderness == FSC_ANSWER_YES ? " and " : "",
                   p->tenderness == FSC_ANSWER_YES ? "tenderness" : "", muscle ? muscle->name : p->place.muscle,
                   p->trigger_point[0] ? " (trigger point: " : "", p->trigger_point, p->trigger_point[0] ? ")" : "");
        FSC_TRY(add_mark(all, &m, err));
    }
    return FSC_OK;
}

static int may_stand(const fsc_standing *r, const fsc_row *row) {
    return fsc_standing_site(r, row->pdff_mean_fraction, row->cut_by_fov, row->quality);
}

/* Whether a site and its other side make a pair whose difference can be judged. */
static int is_pair(const fsc_standing *r, const fsc_map *map, const fsc_map_site *site) {
    const fsc_place *at = &site->row.place;
    const fsc_side side = at->side == FSC_SIDE_LEFT ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
    const fsc_map_site *other = fsc_map_find(map, at->muscle, at->level, side);
    return site->row.kind == FSC_ROW_SITE && other && may_stand(r, &site->row) && may_stand(r, &other->row) &&
           isfinite(site->side.difference_fraction) && site->side.se_fraction > 0;
}

static int32_t count_pairs(const fsc_standing *r, const fsc_map *map) {
    int32_t n = 0;
    for (int32_t i = 0; i < map->n_site; i++)
        n += map->site[i].row.place.side == FSC_SIDE_LEFT && is_pair(r, map, &map->site[i]);
    return n;
}

/* As on the pages: what would not stand in a headline points nowhere. */
static fsc_status map_marks(marks *all, const fsc_standing *r, const fsc_map *map, fsc_error *err) {
    const int32_t n_pair = count_pairs(r, map);
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_map_site *site = &map->site[i];
        const fsc_row *row = &site->row;
        const double order = fsc_level_order(row->place.level), more = site->side.difference_fraction;
        if (row->kind != FSC_ROW_SITE || isnan(order) || order >= 100 || !may_stand(r, row)) continue;
        const int high = fsc_plan_site_is_high(site);
        const int unequal =
            more > 0 && is_pair(r, map, site) && fsc_standing_side(r, n_pair, more, site->side.se_fraction);
        if (!high && !unequal) continue;
        const fsc_muscle *muscle = fsc_muscle_find(row->place.muscle);
        mark m = {.region = region_of_order(order), .order = order, .side = row->place.side, .from_map = 1};
        fsc_copy_text(m.rows, sizeof m.rows, high ? site->norm.fact_id : "N043");
        fsc_copy_text(m.level, sizeof m.level, row->place.level);
        fsc_copy_text(m.layer, sizeof m.layer, muscle ? muscle->layer : "");
        if (high)
            fsc_format(m.why, sizeof m.why, "map: %s %s holds more fat than is usual in a reference group",
                       muscle ? muscle->name : row->place.muscle, row->place.level);
        else
            fsc_format(m.why, sizeof m.why, "map: %s %s holds %.0f points more fat than the other side",
                       muscle ? muscle->name : row->place.muscle, row->place.level, 100 * more);
        FSC_TRY(add_mark(all, &m, err));
    }
    return FSC_OK;
}

static int by_place(const void *a, const void *b) {
    const mark *x = a, *y = b;
    if (x->region != y->region) return x->region < y->region ? -1 : 1;
    if (x->side != y->side) return x->side < y->side ? -1 : 1;
    const int layers = strcmp(x->layer, y->layer);
    if (layers) return layers;
    if (isnan(x->order) || isnan(y->order)) return isnan(x->order) - isnan(y->order);
    if (x->order < y->order || x->order > y->order) return x->order < y->order ? -1 : 1;
    if (x->from_map != y->from_map) return x->from_map < y->from_map ? -1 : 1;
    return strcmp(x->why, y->why);
}

static int joins(const mark *before, const mark *after) {
    return before->region == after->region && before->side == after->side && strcmp(before->layer, after->layer) == 0 &&
           fabs(after->order - before->order) <= neighbour_levels;
}

static void add_why(fsc_plan_region *region, const char *why, const char *rows) {
    for (int i = 0; i < FSC_PLAN_WHY_COUNT; i++) {
        if (strcmp(region->why[i], why) == 0) return;
        if (region->why[i][0]) continue;
        fsc_copy_text(region->why[i], sizeof region->why[i], why);
        char copy[48], *save = NULL;
        fsc_copy_text(copy, sizeof copy, rows);
        for (char *id = strtok_r(copy, " ", &save); id; id = strtok_r(NULL, " ", &save))
            fsc_rows_add(region->rows, sizeof region->rows, id);
        return;
    }
}

/* The pain of a region, when it is told and its side does not speak against it. */
static const fsc_pain *pain_at(const fsc_exam *exam, const char *region, fsc_side side) {
    for (int32_t i = 0; i < exam->n_pain; i++) {
        const fsc_pain *pain = &exam->pain[i];
        const int sided = pain->side == FSC_SIDE_LEFT || pain->side == FSC_SIDE_RIGHT;
        if (strcmp(pain->region, region) == 0 && (!sided || side == FSC_SIDE_UNKNOWN || pain->side == side))
            return pain;
    }
    return NULL;
}

static void pain_words(char *out, size_t size, const fsc_pain *pain) {
    const int sided = pain->side == FSC_SIDE_LEFT || pain->side == FSC_SIDE_RIGHT;
    fsc_format(out, size, "exam: pain in the %s%s%s", pain->region, sided ? ", " : "",
               sided ? fsc_side_text(pain->side) : "");
}

static void name_region(fsc_plan_region *r, const mark *first, const mark *last) {
    const int sided = r->side == FSC_SIDE_LEFT || r->side == FSC_SIDE_RIGHT;
    const int one = strcmp(first->level, last->level) == 0;
    fsc_copy_text(r->level_first, sizeof r->level_first, first->level);
    fsc_copy_text(r->level_last, sizeof r->level_last, last->level);
    fsc_format(r->where, sizeof r->where, "%s%s%s%s%s%s%s", first->level[0] ? first->level : r->region, one ? "" : "-",
               one ? "" : last->level, sided ? " " : "", sided ? fsc_side_text(r->side) : "",
               first->layer[0] ? ", " : "", first->layer);
}

static fsc_status add_region(fsc_planning *p, const mark *m, int32_t n) {
    fsc_plan_region *r = fsc_plan_grow(&p->plan->region, &p->plan->n_region, sizeof *r);
    if (!r) return fsc_fail_nomem(p->err, "joining regions");
    fsc_copy_text(r->region, sizeof r->region, region_words[m->region]);
    r->side = m->side;
    name_region(r, &m[0], &m[n - 1]);
    const fsc_pain *pain = pain_at(p->map->exam, r->region, r->side);
    char why[160];
    if (pain) {
        pain_words(why, sizeof why, pain);
        add_why(r, why, "G058");
    }
    for (int from_map = 0; from_map < 2; from_map++)
        for (int32_t i = 0; i < n; i++) {
            if (m[i].from_map != from_map) continue;
            add_why(r, m[i].why, m[i].rows);
            r->exam_agrees |= !from_map;
            r->map_agrees |= from_map;
        }
    r->exam_agrees |= pain != NULL;
    return FSC_OK;
}

/* Pain where neither palpation nor map has a mark: the region itself. */
static fsc_status add_bare_pains(fsc_planning *p) {
    for (int32_t i = 0; i < p->map->exam->n_pain; i++) {
        const fsc_pain *pain = &p->map->exam->pain[i];
        int there = 0;
        for (int32_t k = 0; k < p->plan->n_region; k++)
            there |= p->plan->region[k].exam_agrees && strcmp(p->plan->region[k].region, pain->region) == 0;
        if (there) continue;
        fsc_plan_region *r = fsc_plan_grow(&p->plan->region, &p->plan->n_region, sizeof *r);
        if (!r) return fsc_fail_nomem(p->err, "joining regions");
        const int sided = pain->side == FSC_SIDE_LEFT || pain->side == FSC_SIDE_RIGHT;
        fsc_copy_text(r->region, sizeof r->region, pain->region);
        r->side = pain->side;
        r->exam_agrees = 1;
        fsc_format(r->where, sizeof r->where, "%s%s%s", pain->region, sided ? " " : "",
                   sided ? fsc_side_text(pain->side) : "");
        char why[160];
        pain_words(why, sizeof why, pain);
        add_why(r, why, "G058");
    }
    return FSC_OK;
}

static int agreement(const fsc_plan_region *r) {
    return 2 * r->exam_agrees + r->map_agrees;
}

/* What the map may be used for in each region; both agreeing first. */
static void say_use(fsc_plan *plan) {
    for (int32_t i = 1; i < plan->n_region; i++) /* a stable sort of a short list */
        for (int32_t k = i; k > 0 && agreement(&plan->region[k]) > agreement(&plan->region[k - 1]); k--) {
            const fsc_plan_region swap = plan->region[k];
            plan->region[k] = plan->region[k - 1];
            plan->region[k - 1] = swap;
        }
    for (int32_t i = 0; i < plan->n_region; i++) {
        fsc_plan_region *r = &plan->region[i];
        fsc_copy_text(r->use, sizeof r->use,
                      !r->exam_agrees ? "The map alone: no reason for treatment. Many people without pain have this."
                      : r->map_agrees
                          ? "Exam and map agree: measure and train strength and function here. Expert opinion: nobody "
                            "has tested treating by this."
                          : "By the exam. Measure and train strength and function here.");
        fsc_rows_add(r->rows, sizeof r->rows, r->exam_agrees ? "X013" : "N043");
    }
}

fsc_status fsc_plan_regions(fsc_planning *p) {
    marks all = {0};
    fsc_standing standing = {0};
    fsc_status status = fsc_standing_read(&standing, p->err);
    if (status == FSC_OK) status = exam_marks(&all, p->map->exam, p->err);
    if (status == FSC_OK) status = map_marks(&all, &standing, p->map, p->err);
    fsc_standing_free(&standing);
    if (status == FSC_OK && all.n > 0) qsort(all.item, (size_t)all.n, sizeof *all.item, by_place);
    for (int32_t first = 0, last; status == FSC_OK && first < all.n; first = last) {
        for (last = first + 1; last < all.n && joins(&all.item[last - 1], &all.item[last]);) last++;
        status = add_region(p, &all.item[first], last - first);
    }
    fsc_free(all.item);
    if (status == FSC_OK) status = add_bare_pains(p);
    if (status == FSC_OK) say_use(p->plan);
    return status;
}
