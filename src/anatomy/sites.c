/* The room anatomy: a label map becomes sites, muscle x level x side. The way through it is fsc_sites_build below:
 *
 *   recognise.c   asks which numbering the values follow (data/schemes.tsv), scheme.c looks a value up in it,
 *   spine.c       lays the centreline through the vertebrae and cuts it into levels,
 *   mirror.c      refuses a map whose left lies on the right,
 *   sites.c       gives every muscle voxel the level of the nearest point of the centreline, and numbers the sites,
 *   coverage.c    says how much of each level is inside the field of view,
 *   write.c, read.c  keep the sites as a BIDS dseg; translate.c rewrites one numbering into another.
 *
 * names.c knows the words of the field: muscles, levels, schemes. What the room leaves is fsc_sites: a number for every
 * voxel and a row for every site; nothing in it has been measured yet. */
#include "alloc.h"
#include "coverage.h"
#include "fail.h"
#include "mirror.h"
#include "names.h"
#include "scheme.h"
#include "spine.h"
#include "text.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_sites, fsc_sites_free)

/* What is known of one label map while the sites are built. */
typedef struct sites_map {
    const fsc_labels *labels; /* on the image grid */
    fsc_labels *resampled;    /* owned; NULL when the map already was on it */
    fsc_labels placed;        /* a map without geometry on the image's grid; its data are borrowed */
    fsc_label_value *value;   /* owned */
    int32_t n_value;
    fsc_scheme scheme; /* owned */
} sites_map;

static void map_free(sites_map *map) {
    fsc_labels_free(map->resampled);
    fsc_free(map->value);
    fsc_scheme_free(&map->scheme);
}

void fsc_sites_free(fsc_sites *sites) {
    if (!sites) return;
    fsc_free(sites->site_of_voxel);
    fsc_free(sites->site);
    fsc_free(sites->centreline_mm);
    fsc_free(sites->along_mm);
    fsc_free(sites->level);
    fsc_labels_free(sites->levels);
    fsc_notes_free(&sites->notes);
    fsc_free(sites);
}

/* A map or an image whose place is invented fits its partner only when the user says so. */
static fsc_status place_map(sites_map *map, const fsc_sites *sites, const fsc_labels *labels, int same_grid,
                            const char *what, fsc_error *err) {
    const fsc_grid *image = &sites->grid;
    map->labels = labels;
    if (!labels->grid.place_assumed && !image->place_assumed) return FSC_OK;
    if (labels->grid.place_assumed && image->place_assumed && fsc_grid_same(&labels->grid, image, 1e-3)) return FSC_OK;
    const int same_size = memcmp(labels->grid.dim, image->dim, sizeof image->dim) == 0;
    if (!same_grid || !same_size)
        return fsc_fail(
            err, FSC_E_SHAPE,
            "the %s has no geometry (neither qform nor sform): where the %s labels lie in it is not known; %s",
            labels->grid.place_assumed ? "label map" : "image", what,
            same_size ? "if both lie voxel on voxel, say --same-grid" : "give files with geometry");
    map->placed = *labels;
    map->placed.grid = *image;
    map->labels = &map->placed;
    return FSC_OK;
}

/* Brings a map onto the image grid, lists its values and finds its scheme. */
static fsc_status map_open(sites_map *map, fsc_sites *sites, const fsc_labels *labels, const char *scheme,
                           const char *file_name, int want_levels, int same_grid, fsc_error *err) {
    const char *what = want_levels ? "level" : "muscle";
    double spacing[3];
    fsc_grid_spacing_mm(&sites->grid, spacing);
    const double tolerance = 0.1 * fmin(spacing[0], fmin(spacing[1], spacing[2]));
    FSC_TRY(place_map(map, sites, labels, same_grid, what, err));
    labels = map->labels;
    /* The scheme is found on the whole map: resampling may lose values that identify it. */
    FSC_TRY(fsc_label_values(&map->value, &map->n_value, labels, err));
    FSC_TRY(fsc_scheme_recognise(&map->scheme, scheme, file_name, map->value, map->n_value, want_levels, err));
    if (fsc_grid_same(&labels->grid, &sites->grid, tolerance)) return FSC_OK;
    FSC_TRY(fsc_labels_resample(&map->resampled, labels, &sites->grid, err));
    map->labels = map->resampled;
    fsc_free(map->value);
    map->value = NULL;
    FSC_TRY(fsc_label_values(&map->value, &map->n_value, map->labels, err));
    if (map->n_value == 0)
        return fsc_fail(
            err, FSC_E_SHAPE,
            "the %s labels and the image do not overlap in space; give the labels of this scan (same patient position)",
            what);
    const int reordered = fsc_grid_same_voxels(&labels->grid, &sites->grid, tolerance);
    fsc_notes_add(
        &sites->notes, reordered ? FSC_NOTE_FOUND : FSC_NOTE_WARNING,
        want_levels ? "levels-resampled" : "muscles-resampled",
        reordered
            ? "the %s labels are stored in another order of axes (%lld x %lld x %lld)"
            : "Borders are less exact: the %s labels were on another grid (%lld x %lld x %lld) and were brought to "
              "the image by nearest neighbour; check that they are of this person and session",
        what, (long long)labels->grid.dim[0], (long long)labels->grid.dim[1], (long long)labels->grid.dim[2]);
    return FSC_OK;
}

static int holds_levels(const sites_map *map) {
    for (int32_t i = 0; i < map->n_value; i++) {
        const fsc_scheme_entry *e = fsc_scheme_find(&map->scheme, map->value[i].value);
        if (e && fsc_scheme_is_level(e)) return 1;
    }
    return 0;
}

/* A site in the making; slot = entry of the value list x (level + 1). */
typedef struct sites_slot {
    fsc_site site;
    const fsc_muscle *muscle;
    double order; /* of the level; n/a last */
    double offset_mm[3];
    int32_t slot; /* where voxels look it up */
    unsigned char touches;
} sites_slot;

typedef struct sites_build {
    fsc_sites *sites;
    const sites_map *muscles;
    sites_slot *slot; /* owned, n_value x (n_level + 1) */
    int32_t n_slot;
    int32_t *final;    /* owned, n_slot: site number of a slot */
    int32_t axis_feet; /* array axis along head-foot */
} sites_build;

static int64_t slot_of(const sites_build *b, int32_t value_index, int32_t level) {
    return (int64_t)value_index * (b->sites->n_level + 1) + level + 1;
}

static void open_slots(sites_build *b, int side_known) {
    for (int32_t v = 0; v < b->muscles->n_value; v++) {
        const fsc_scheme_entry *e = fsc_scheme_find(&b->muscles->scheme, b->muscles->value[v].value);
        for (int32_t l = -1; l < b->sites->n_level; l++) {
            sites_slot *s = &b->slot[slot_of(b, v, l)];
            s->slot = (int32_t)slot_of(b, v, l);
            s->muscle = e ? e->muscle : NULL;
            if (!s->muscle) continue;
            s->site.place = fsc_place_of(s->muscle->key, l < 0 ? "n/a" : b->sites->level[l].level,
                                         side_known || e->side == FSC_SIDE_MIDLINE ? e->side : FSC_SIDE_UNKNOWN);
            s->order = l < 0 ? INFINITY : fsc_level_order(s->site.place.level);
            s->site.label_value = b->muscles->value[v].value;
        }
    }
}

/* The value list's index of a label; the last hit is tried first because neighbours share it. */
static int32_t value_index(const sites_map *map, int32_t label, int32_t last) {
    if (last < map->n_value && map->value[last].value == label) return last;
    int32_t low = 0, high = map->n_value;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (map->value[middle].value < label)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static unsigned char border_bits(const sites_build *b, const int64_t ijk[3]) {
    unsigned char bits = 0;
    for (int a = 0; a < 3; a++)
        if (ijk[a] == 0 || ijk[a] == b->sites->grid.dim[a] - 1) bits |= a == b->axis_feet ? 2 : 1;
    return bits;
}

/* First pass: every muscle voxel finds its slot (kept in site_of_voxel as slot + 1). */
static void assign_voxels(sites_build *b) {
    const fsc_grid *g = &b->sites->grid;
    int64_t voxel = 0, ijk[3];
    int32_t last = 0;
    for (ijk[2] = 0; ijk[2] < g->dim[2]; ijk[2]++)
        for (ijk[1] = 0; ijk[1] < g->dim[1]; ijk[1]++)
            for (ijk[0] = 0; ijk[0] < g->dim[0]; ijk[0]++, voxel++) {
                const int32_t label = b->muscles->labels->data[voxel];
                if (label == 0) continue;
                last = value_index(b->muscles, label, last);
                if (!b->slot[slot_of(b, last, -1)].muscle) continue;
                const double at[3] = {(double)ijk[0], (double)ijk[1], (double)ijk[2]};
                double xyz[3];
                fsc_spine_place place;
                fsc_grid_to_mm(g, at, xyz);
                const int has_line = fsc_sites_place(&place, b->sites, xyz);
                const int32_t level = has_line ? fsc_spine_level_at(b->sites, place.along_mm) : -1;
                sites_slot *s = &b->slot[slot_of(b, last, level)];
                s->site.n_voxel++;
                s->touches |= border_bits(b, ijk);
                for (int r = 0; r < 3 && has_line; r++) s->offset_mm[r] += xyz[r] - place.foot_mm[r];
                b->sites->site_of_voxel[voxel] = s->slot + 1;
            }
}

static int by_site(const void *a, const void *b) {
    const sites_slot *x = a, *y = b;
    const int empty_x = x->site.n_voxel == 0, empty_y = y->site.n_voxel == 0;
    if (empty_x != empty_y) return empty_x - empty_y;
    if (!empty_x && x->muscle != y->muscle)
        return x->muscle->order != y->muscle->order
                   ? (x->muscle->order > y->muscle->order) - (x->muscle->order < y->muscle->order)
                   : strcmp(x->muscle->key, y->muscle->key);
    if (x->order != y->order) return (x->order > y->order) - (x->order < y->order);
    if (x->site.place.side != y->site.place.side)
        return (x->site.place.side > y->site.place.side) - (x->site.place.side < y->site.place.side);
    return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Joins slots of the same muscle, level and side (several values may stand for one) and numbers them. */
static fsc_status close_slots(sites_build *b, fsc_error *err) {
    fsc_sites *sites = b->sites;
    qsort(b->slot, (size_t)b->n_slot, sizeof *b->slot, by_site);
    int32_t n = 0;
    while (n < b->n_slot && b->slot[n].site.n_voxel > 0) n++;
    sites->site = fsc_alloc(n, sizeof *sites->site);
    FSC_AUTO_BLOCK double(*offset)[3] = fsc_alloc(n, sizeof *offset);
    FSC_AUTO_BLOCK unsigned char *touches = fsc_alloc(n, 1);
    if (!sites->site || !offset || !touches) return fsc_fail_nomem(err, "numbering the sites");
    for (int32_t i = 0; i < n; i++) {
        const sites_slot *s = &b->slot[i];
        fsc_site *last = sites->n_site > 0 ? &sites->site[sites->n_site - 1] : NULL;
        if (last && fsc_place_same(&last->place, &s->site.place))
            last->n_voxel += s->site.n_voxel;
        else
            sites->site[sites->n_site++] = s->site;
        const int32_t at = sites->n_site - 1;
        for (int r = 0; r < 3; r++) offset[at][r] += s->offset_mm[r];
        touches[at] |= s->touches;
        b->final[s->slot] = at + 1;
    }
    for (int32_t i = 0; i < sites->n_site; i++)
        for (int r = 0; r < 3; r++) offset[i][r] /= (double)sites->site[i].n_voxel;
    fsc_coverage_set(sites, (const double(*)[3])offset, touches);
    const int64_t n_voxel = fsc_grid_count(&sites->grid);
    for (int64_t v = 0; v < n_voxel; v++)
        if (sites->site_of_voxel[v] > 0) sites->site_of_voxel[v] = b->final[sites->site_of_voxel[v] - 1];
    return FSC_OK;
}

static fsc_status make_sites(fsc_sites *sites, const sites_map *muscles, int side_known, fsc_error *err) {
    int32_t axis[3], sign[3];
    fsc_grid_orientation(&sites->grid, axis, sign);
    sites_build b = {.sites = sites, .muscles = muscles, .axis_feet = axis[2]};
    b.n_slot = muscles->n_value * (sites->n_level + 1);
    FSC_AUTO_BLOCK sites_slot *slot = fsc_alloc(b.n_slot, sizeof *slot);
    FSC_AUTO_BLOCK int32_t *final = fsc_alloc(b.n_slot, sizeof *final);
    sites->site_of_voxel = fsc_alloc(fsc_grid_count(&sites->grid), sizeof *sites->site_of_voxel);
    if (!slot || !final || !sites->site_of_voxel) return fsc_fail_nomem(err, "assigning voxels to sites");
    b.slot = slot;
    b.final = final;
    open_slots(&b, side_known);
    assign_voxels(&b);
    return close_slots(&b, err);
}

static void say_levels(fsc_sites *sites) {
    if (sites->n_level == 0) return;
    const char *first = sites->level[0].level, *last = sites->level[sites->n_level - 1].level;
    fsc_notes_add(&sites->notes, FSC_NOTE_FOUND, "levels", "levels %s%s%s (%s)", first,
                  sites->n_level > 1 ? " to " : "", sites->n_level > 1 ? last : "", sites->level_scheme);
    if (first[0] == '?')
        fsc_notes_add(
            &sites->notes, FSC_NOTE_WARNING, "levels-relative",
            "levels have no names: they are counted from the head end of the scan (?1, ?2, ...) and match no norm");
    int64_t outside = 0;
    for (int32_t i = 0; i < sites->n_site; i++)
        if (strcmp(sites->site[i].place.level, "n/a") == 0) outside += sites->site[i].n_voxel;
    if (outside > 0)
        fsc_notes_add(&sites->notes, FSC_NOTE_FOUND, "voxels-without-level",
                      "%lld muscle voxels lie beyond the labelled levels: they count for the whole muscle only",
                      (long long)outside);
}

/* Levels, as places along the spine, that muscles of the neck do not reach down to, nor those of hip and loin up to. */
#define BELOW_NECK 14.0 /* T7: semispinalis capitis comes from T6 */
#define ABOVE_LOIN 15.0 /* T8: psoas major and quadratus lumborum end at T12 */

/* Non-zero when a site lies where its muscle cannot; *tells: whether its muscle says anything about that. */
static int is_misplaced(const fsc_site *site, int *tells) {
    const fsc_muscle *m = fsc_muscle_find(site->place.muscle);
    const double order = fsc_level_order(site->place.level);
    const int is_neck = m && strcmp(m->region, "neck") == 0 && strcmp(m->key, "trapezius") != 0;
    const int is_loin = m && (strcmp(m->region, "hip") == 0 || strcmp(m->key, "quadratus_lumborum") == 0 ||
                              strstr(m->key, "psoas") != NULL);
    *tells = (is_neck || is_loin) && order < 100; /* NaN: no level */
    return *tells && (is_neck ? order >= BELOW_NECK : order <= ABOVE_LOIN);
}

/* Muscles at levels where they cannot be come from a numbering that is another one. */
static fsc_status check_places(fsc_sites *sites, int is_named, fsc_error *err) {
    int64_t wrong = 0, all = 0, most = 0;
    const fsc_site *worst = NULL;
    for (int32_t i = 0; i < sites->n_site; i++) {
        const fsc_site *site = &sites->site[i];
        int tells;
        const int misplaced = is_misplaced(site, &tells);
        if (tells) all += site->n_voxel;
        if (!misplaced) continue;
        wrong += site->n_voxel;
        if (site->n_voxel <= most) continue;
        most = site->n_voxel;
        worst = site;
    }
    if (!worst || 2 * wrong <= all) return FSC_OK;
    if (!is_named)
        return fsc_fail(
            err, FSC_E_ANATOMY,
            "muscle labels: read as %s, %s (value %d) would lie at %s; if that is right, name the numbering "
            "with --label-scheme %s, else name the right one, or correct the levels (--level-scheme NAME)",
            sites->muscle_scheme, worst->place.muscle, (int)worst->label_value, worst->place.level,
            sites->muscle_scheme);
    fsc_notes_add(&sites->notes, FSC_NOTE_WARNING, "muscle-misplaced",
                  "Muscles or levels may be misnamed: read as %s, %s lies at %s.", sites->muscle_scheme,
                  worst->place.muscle, worst->place.level);
    return FSC_OK;
}

static fsc_status build_levels(fsc_sites *sites, const sites_map *from, int is_named, fsc_error *err) {
    fsc_copy_text(sites->level_scheme, sizeof sites->level_scheme, from->scheme.name);
    if (!holds_levels(from))
        return fsc_fail(err, FSC_E_SHAPE,
                        "no labelled vertebra lies inside the image; give the level labels of this scan");
    FSC_TRY(fsc_spine_build(sites, from->labels, &from->scheme, from->value, from->n_value, err));
    FSC_TRY(fsc_levels_check(sites, &from->scheme, from->value, from->n_value, err));
    if (from->scheme.points && !is_named)
        fsc_notes_add(&sites->notes, FSC_NOTE_WARNING, "points-as-discs",
                      "Levels may be half a vertebra off: single points are read as discs (%s); if they mark the "
                      "middle of each vertebra, say --level-scheme sct-points, else name this one.",
                      from->scheme.name);
    return FSC_OK;
}

static fsc_status build(fsc_sites *sites, sites_map *muscles, sites_map *levels, const fsc_labels *muscle_labels,
                        const fsc_labels *level_labels, const fsc_sites_options *opt, fsc_error *err) {
    sites->label_source = opt->label_source;
    FSC_TRY(fsc_label_border_read(sites, opt->label_source, err));
    FSC_TRY(map_open(muscles, sites, muscle_labels, opt->muscle_scheme, opt->muscle_file, 0, opt->same_grid, err));
    fsc_copy_text(sites->muscle_scheme, sizeof sites->muscle_scheme, muscles->scheme.name);
    const sites_map *from = NULL;
    if (level_labels) {
        /* The same map for both follows one scheme. */
        const char *scheme = opt->level_scheme;
        if (!scheme && level_labels == muscle_labels) scheme = muscles->scheme.name;
        FSC_TRY(map_open(levels, sites, level_labels, scheme, opt->level_file, 1, opt->same_grid, err));
        from = levels;
    } else if (holds_levels(muscles)) {
        from = muscles;
    }
    if (from) FSC_TRY(build_levels(sites, from, opt->level_scheme != NULL, err));
    if (opt->side_known)
        FSC_TRY(fsc_mirror_check(sites, &muscles->scheme, muscles->value, muscles->n_value, err));
    else
        fsc_notes_add(&sites->notes, FSC_NOTE_WARNING, "side-unknown",
                      "left and right cannot be told apart in this scan: both are pooled and called \"unknown\"");
    FSC_TRY(make_sites(sites, muscles, opt->side_known, err));
    FSC_TRY(check_places(sites, opt->muscle_scheme != NULL, err));
    say_levels(sites);
    return FSC_OK;
}

fsc_status fsc_sites_build(fsc_sites **out, const fsc_grid *grid, const fsc_labels *muscles, const fsc_labels *levels,
                           const fsc_sites_options *opt, fsc_error *err) {
    static const fsc_sites_options usual = FSC_SITES_OPTIONS_INIT;
    if (!out || !grid || !muscles) return fsc_fail(err, FSC_E_ARG, "sites need a grid and a muscle label map");
    FSC_AUTO(fsc_sites) sites = fsc_alloc(1, sizeof *sites);
    if (!sites) return fsc_fail_nomem(err, "building the sites");
    sites->grid = *grid;
    sites_map muscle_map = {0}, level_map = {0};
    fsc_status status = build(sites, &muscle_map, &level_map, muscles, levels, opt ? opt : &usual, err);
    if (status == FSC_OK) status = fsc_notes_check(&sites->notes, err);
    map_free(&muscle_map);
    map_free(&level_map);
    if (status == FSC_OK) FSC_GIVE(out, sites);
    return status;
}

fsc_status fsc_sites_from_levels(fsc_sites **out, const fsc_labels *levels, const fsc_sites_options *opt,
                                 fsc_error *err) {
    static const fsc_sites_options usual = FSC_SITES_OPTIONS_INIT;
    if (!out || !levels) return fsc_fail(err, FSC_E_ARG, "levels need a label map");
    if (!opt) opt = &usual;
    FSC_AUTO(fsc_sites) sites = fsc_alloc(1, sizeof *sites);
    if (!sites) return fsc_fail_nomem(err, "building the levels");
    sites->grid = levels->grid;
    sites->site_of_voxel = fsc_alloc(fsc_grid_count(&sites->grid), sizeof *sites->site_of_voxel);
    if (!sites->site_of_voxel) return fsc_fail_nomem(err, "building the levels");
    sites_map map = {0};
    fsc_status status = map_open(&map, sites, levels, opt->level_scheme, opt->level_file, 1, opt->same_grid, err);
    if (status == FSC_OK) status = build_levels(sites, &map, opt->level_scheme != NULL, err);
    if (status == FSC_OK) say_levels(sites);
    if (status == FSC_OK) status = fsc_notes_check(&sites->notes, err);
    map_free(&map);
    if (status == FSC_OK) FSC_GIVE(out, sites);
    return status;
}
