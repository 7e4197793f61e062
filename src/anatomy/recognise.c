/* Which numbering a map follows, from the values it holds and, for vertebrae, from where they lie. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "scheme.h"
#include "text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINT_MAX_VOXELS 27  /* a point label is a cube of 3 voxels at most */
#define POINT_MAX_MM3 1000.0 /* and smaller than any vertebra, where voxels are thick */
#define LABEL_KINDS_MAX 2000 /* more different values than this is an image, not a label map */

static int by_value(const void *a, const void *b) {
    const fsc_label_value *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Index of value in the rising list, or where it belongs. */
static int32_t place_of(const fsc_label_value *list, int32_t n, int32_t value) {
    int32_t low = 0, high = n;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (list[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static fsc_status insert(fsc_label_value *list, int32_t *n, int32_t value, fsc_error *err) {
    if (*n == LABEL_KINDS_MAX)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "the label map holds more than %d different values: give a label map, not an image",
                        LABEL_KINDS_MAX);
    list[(*n)++] = (fsc_label_value){.value = value};
    qsort(list, (size_t)*n, sizeof *list, by_value);
    return FSC_OK;
}

fsc_status fsc_label_values(fsc_label_value **out, int32_t *n, const fsc_labels *labels, fsc_error *err) {
    FSC_AUTO_BLOCK fsc_label_value *list = fsc_alloc(LABEL_KINDS_MAX, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "listing the label values");
    *n = 0;
    const fsc_grid *g = &labels->grid;
    double mm[3];
    fsc_grid_spacing_mm(g, mm);
    int64_t voxel = 0;
    int32_t last = 0;
    for (int64_t k = 0; k < g->dim[2]; k++)
        for (int64_t j = 0; j < g->dim[1]; j++)
            for (int64_t i = 0; i < g->dim[0]; i++, voxel++) {
                const int32_t value = labels->data[voxel];
                if (value == 0) continue;
                /* Neighbours mostly share a label: look there first. */
                if (last >= *n || list[last].value != value) last = place_of(list, *n, value);
                if (last == *n || list[last].value != value) {
                    FSC_TRY(insert(list, n, value, err));
                    last = place_of(list, *n, value);
                }
                list[last].n_voxel++;
                list[last].mean_mm[0] += (double)i;
                list[last].mean_mm[1] += (double)j;
                list[last].mean_mm[2] += (double)k;
            }
    for (int32_t v = 0; v < *n; v++) {
        double ijk[3];
        for (int a = 0; a < 3; a++) ijk[a] = list[v].mean_mm[a] / (double)list[v].n_voxel;
        list[v].volume_mm3 = (double)list[v].n_voxel * mm[0] * mm[1] * mm[2];
        fsc_grid_to_mm(g, ijk, list[v].mean_mm);
    }
    FSC_GIVE(out, list);
    return FSC_OK;
}

/* The first few of the values that the scheme does not know. */
static int32_t unknown_values(const fsc_scheme *scheme, const fsc_label_value *value, int32_t n, char *text,
                              size_t size) {
    int32_t count = 0;
    size_t at = 0;
    text[0] = 0;
    for (int32_t i = 0; i < n; i++) {
        if (fsc_scheme_find(scheme, value[i].value)) continue;
        if (count++ < 5 && at < size)
            at += (size_t)fsc_format(text + at, size - at, "%s%d", at ? ", " : "", (int)value[i].value);
    }
    if (count > 5 && at < size) fsc_format(text + at, size - at, " and %d more", (int)count - 5);
    return count;
}

static int32_t useful_values(const fsc_scheme *scheme, const fsc_label_value *value, int32_t n, int want_levels) {
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        const fsc_scheme_entry *e = fsc_scheme_find(scheme, value[i].value);
        if (e) count += want_levels ? fsc_scheme_is_level(e) : e->muscle != NULL;
    }
    return count;
}

/* needs: "" = nothing, "never" = only by name, otherwise values and ranges of which one must be present. */
static int needs_met(const char *needs, const fsc_label_value *value, int32_t n) {
    if (*needs == 0) return 1;
    for (const char *at = needs; at;) {
        char *end = NULL;
        const long first = strtol(at, &end, 10);
        if (end == at) return 0;
        const long last = *end == '-' ? strtol(end + 1, NULL, 10) : first;
        for (int32_t i = 0; i < n; i++)
            if (value[i].value >= first && value[i].value <= last) return 1;
        at = strchr(at, ',');
        if (at) at++;
    }
    return 0;
}

#define STACKED_MM 10.0 /* by which a side must lie farther above the other than beside it */

static double entry_order(const fsc_scheme_entry *e) {
    char upper[12];
    fsc_copy_text(upper, sizeof upper, e->level);
    char *dash = strchr(upper, '-');
    if (dash) *dash = 0;
    return fsc_level_order(upper) + (dash ? 0.4 : 0.0);
}

#define NEIGHBOURS_MOST_MM                                                                                             \
    80.0 /* between the middles of two vertebrae that follow each other, in the tallest person                         \
          */

/* Vertebrae must be numbered the way they lie: the higher up in the body, the nearer to C1. Weak evidence on purpose (a
 * vote over pairs in world z), as a spine may be curved or tilted. Those that follow each other lie near each other,
 * and the labels' size must fit the scheme's kind. */
static int is_point(const fsc_label_value *v) {
    return v->n_voxel == 1 || (v->n_voxel <= POINT_MAX_VOXELS && v->volume_mm3 <= POINT_MAX_MM3);
}

static int far_apart(const fsc_label_value *a, const fsc_label_value *b) {
    double square = 0;
    for (int r = 0; r < 3; r++) square += (a->mean_mm[r] - b->mean_mm[r]) * (a->mean_mm[r] - b->mean_mm[r]);
    return square > NEIGHBOURS_MOST_MM * NEIGHBOURS_MOST_MM;
}

static int levels_plausible(const fsc_scheme *scheme, const fsc_label_value *value, int32_t n) {
    int32_t agree = 0, against = 0, small = 0, count = 0;
    for (int32_t i = 0; i < n; i++) {
        const fsc_scheme_entry *a = fsc_scheme_find(scheme, value[i].value);
        if (!a || !fsc_scheme_is_level(a)) continue;
        count++;
        small += is_point(&value[i]);
        for (int32_t j = 0; j < i; j++) {
            const fsc_scheme_entry *b = fsc_scheme_find(scheme, value[j].value);
            if (!b || !fsc_scheme_is_level(b)) continue;
            const double lower = entry_order(a) - entry_order(b), drop = value[j].mean_mm[2] - value[i].mean_mm[2];
            if (fabs(lower) < 1.1 && strcmp(a->structure, b->structure) == 0 && far_apart(&value[i], &value[j]))
                return 0;
            agree += lower * drop > 0;
            against += lower * drop < 0;
        }
    }
    return agree >= against && (scheme->points ? small * 2 > count : small * 2 <= count);
}

/* The other side of a structure lies beside it, not above or below: a numbering in which most pairs are stacked is
 * another one. That left and right are exchanged is not judged here (mirror.c). */
static int pairs_plausible(const fsc_scheme *scheme, const fsc_label_value *value, int32_t n) {
    int32_t beside = 0, stacked = 0;
    for (int32_t i = 0; i < n; i++) {
        const fsc_scheme_entry *a = fsc_scheme_find(scheme, value[i].value);
        if (!a || a->first != a->last || a->side != FSC_SIDE_LEFT) continue;
        for (int32_t j = 0; j < n; j++) {
            const fsc_scheme_entry *b = fsc_scheme_find(scheme, value[j].value);
            if (!b || b->side != FSC_SIDE_RIGHT || strcmp(a->structure, b->structure) != 0 ||
                strcmp(a->level, b->level) != 0)
                continue;
            const double across = fabs(value[i].mean_mm[0] - value[j].mean_mm[0]);
            const double along = fabs(value[i].mean_mm[2] - value[j].mean_mm[2]);
            beside += across >= along;
            stacked += along > across + STACKED_MM;
        }
    }
    return beside >= stacked;
}

/* Non-zero when the name of a file speaks of the scheme: of its program, or of its task where it has one. */
static int name_speaks_of(const char *file_name, const char *scheme) {
    char name[256], word[40];
    const char *slash = file_name ? strrchr(file_name, '/') : NULL;
    fsc_copy_text(name, sizeof name, slash ? slash + 1 : file_name ? file_name : "");
    for (char *c = name; *c; c++) *c = (char)tolower((unsigned char)*c);
    const char *task = strchr(scheme, ':');
    fsc_copy_text(word, sizeof word, task ? task + 1 : scheme);
    const char *at = strstr(name, word);
    return at && !isalpha((unsigned char)at[strlen(word)]) && (at == name || !isalpha((unsigned char)at[-1]));
}

/* Non-zero when both schemes say the same of every value. */
static int same_meaning(const fsc_scheme *a, const fsc_scheme *b, const fsc_label_value *value, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const fsc_scheme_entry *x = fsc_scheme_find(a, value[i].value), *y = fsc_scheme_find(b, value[i].value);
        if (!x || !y || strcmp(x->structure, y->structure) != 0 || strcmp(x->level, y->level) != 0 ||
            x->side != y->side)
            return 0;
    }
    return 1;
}

static fsc_status by_name(fsc_scheme *out, const char *name, const fsc_label_value *value, int32_t n, int want_levels,
                          fsc_error *err) {
    const char *what = want_levels ? "level" : "muscle";
    FSC_TRY(fsc_scheme_load(out, name, err));
    char list[160];
    if (unknown_values(out, value, n, list, sizeof list) > 0) {
        fsc_scheme_free(out);
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s labels: the scheme %s has no value %s; name the scheme that made the map", what, name,
                        list);
    }
    if (useful_values(out, value, n, want_levels) == 0) {
        fsc_scheme_free(out);
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s labels: none of the map's values is a %s in the scheme %s; give another map or scheme",
                        what, want_levels ? "vertebra or disc" : "muscle of this program", name);
    }
    return FSC_OK;
}

/* The option that names the scheme; `fascicle labels` has one for both kinds. */
static const char *option_of(int want_levels) {
    return want_levels ? "--level-scheme NAME (labels: --from NAME)" : "--label-scheme NAME (labels: --from NAME)";
}

static void add_name(char *list, size_t size, const char *name) {
    const size_t used = strlen(list);
    fsc_format(list + used, size - used, "%s%s", used ? ", " : "", name);
}

/* Whether a scheme can be that of the values, unasked. */
static int fits(const fsc_scheme *scheme, const fsc_label_value *value, int32_t n, int want_levels) {
    char list[160];
    return needs_met(scheme->needs, value, n) && useful_values(scheme, value, n, want_levels) > 0 &&
           unknown_values(scheme, value, n, list, sizeof list) == 0 && levels_plausible(scheme, value, n) &&
           pairs_plausible(scheme, value, n);
}

/* A map of the other kind, given in the wrong place: its numbering into name, "" when it is none. */
static fsc_status other_kind(char name[40], const fsc_label_value *value, int32_t n, int want_levels, fsc_error *err) {
    name[0] = 0;
    for (const char *const *candidate = fsc_scheme_names(); *candidate && !name[0]; candidate++) {
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};
        FSC_TRY(fsc_scheme_load(&scheme, *candidate, err));
        if (fits(&scheme, value, n, !want_levels)) fsc_copy_text(name, 40, scheme.name);
    }
    return FSC_OK;
}

/* Why nothing fits: names the values that the closest scheme lacks, and all that were tried. */
static fsc_status nothing_fits(const fsc_label_value *value, int32_t n, int want_levels, fsc_error *err) {
    char best_list[160] = "", best[40] = "", tried[400] = "";
    int32_t fewest = n + 1;
    for (const char *const *name = fsc_scheme_names(); *name; name++) {
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};
        char list[160];
        FSC_TRY(fsc_scheme_load(&scheme, *name, err));
        if (strcmp(scheme.needs, "never") == 0) continue;
        if (fsc_scheme_holds(&scheme, want_levels)) add_name(tried, sizeof tried, *name);
        if (useful_values(&scheme, value, n, want_levels) == 0) continue;
        const int32_t unknown = unknown_values(&scheme, value, n, list, sizeof list);
        if (unknown >= fewest) continue;
        fewest = unknown;
        fsc_copy_text(best, sizeof best, *name);
        fsc_copy_text(best_list, sizeof best_list, list);
    }
    const char *what = want_levels ? "level" : "muscle", *option = option_of(want_levels);
    char other[40];
    FSC_TRY(other_kind(other, value, n, want_levels, err));
    if (other[0])
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s labels: the map holds %s (%s); give it with %s, or name another numbering with %s", what,
                        want_levels ? "muscles" : "levels", other,
                        want_levels ? "--labels" : "--levels, and the muscles with --labels", option);
    if (!best[0])
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s labels: no known numbering holds these values (first: %d); name it with %s; tried: %s",
                        what, n > 0 ? (int)value[0].value : 0, option, tried);
    if (fewest == 0)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s labels: the values exist in %s, but do not lie or look like it; name the numbering with "
                        "%s; tried: %s",
                        what, best, option, tried);
    return fsc_fail(
        err, FSC_E_NOTFOUND,
        "%s labels: no numbering knows all values; the closest, %s, lacks %s; name the right one with %s or "
        "correct the map; tried: %s",
        what, best, best_list, option, tried);
}

fsc_status fsc_scheme_recognise(fsc_scheme *out, const char *name, const char *file_name, const fsc_label_value *value,
                                int32_t n, int want_levels, fsc_error *err) {
    const char *what = want_levels ? "level" : "muscle";
    memset(out, 0, sizeof *out);
    if (n == 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "the %s label map is empty (all voxels are 0); give a map with labels",
                        what);
    if (name) return by_name(out, name, value, n, want_levels, err);
    FSC_AUTO_SCHEME fsc_scheme found = {0};
    char rivals[240] = "";
    int32_t n_rival = 0, spoken = 0;
    for (const char *const *candidate = fsc_scheme_names(); *candidate; candidate++) {
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};
        FSC_TRY(fsc_scheme_load(&scheme, *candidate, err));
        if (!fits(&scheme, value, n, want_levels)) continue;
        const int speaks = name_speaks_of(file_name, scheme.name);
        if (n_rival > 0 && same_meaning(&found, &scheme, value, n)) continue;
        n_rival++;
        add_name(rivals, sizeof rivals, scheme.name);
        spoken += speaks;
        if (n_rival > 1 && !(speaks && spoken == 1)) continue;
        fsc_scheme_free(&found);
        found = scheme;
        memset(&scheme, 0, sizeof scheme);
    }
    if (n_rival == 0) return nothing_fits(value, n, want_levels, err);
    if (n_rival > 1 && spoken != 1) /* of several, the one that the file's name speaks of */
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s labels: the values fit several numberings (%s); name the right one with %s", what, rivals,
                        option_of(want_levels));
    *out = found;
    memset(&found, 0, sizeof found);
    return FSC_OK;
}
