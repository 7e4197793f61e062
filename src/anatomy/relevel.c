/* Another name for a vertebra, or for all of them: what a person corrects when a level map is off by one. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "names.h"
#include "scheme.h"
#include "text.h"

#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)

typedef struct relevel {
    const char *from, *to;
    int32_t all;
    double shift; /* of all, in vertebrae */
    const fsc_scheme *old, *new;
} relevel;

static int is_relative(const char *level) {
    return level[0] == '?';
}

/* Places along the spine count in whole numbers but for the vertebrae that few people have. */
static double place_of(const char *level) {
    const double order = fsc_level_order(level);
    return is_relative(level) ? order - 100 : order;
}

/* The level's name after the change; 0 when it has none. */
static int new_name(char out[12], const relevel *r, const char *level) {
    if (!r->all) return fsc_copy_text(out, 12, strcmp(level, r->from) == 0 ? r->to : level), 1;
    const double place = place_of(level) + r->shift;
    if (place < floor(place) || place > floor(place)) return 0;
    for (const fsc_level_word *w = fsc_level_table; w->level; w++)
        if (!(w->order < place) && !(w->order > place)) return fsc_copy_text(out, 12, w->level), 1;
    return 0;
}

/* The new numbering's value of a vertebra or disc, 0 when it has none; text names it. */
static int32_t new_value(const relevel *r, const fsc_scheme_entry *e, char text[32]) {
    char upper[12], lower[12] = "", level[12];
    const char *dash = strchr(e->level, '-');
    fsc_copy_text(level, sizeof level, e->level);
    fsc_copy_text(text, 32, e->level);
    if (dash) level[dash - e->level] = 0;
    if (!new_name(upper, r, level) || (dash && !new_name(lower, r, dash + 1))) return 0;
    (void)fsc_format(text, 32, "%s%s%s", upper, dash ? "-" : "", lower);
    for (int32_t i = 0; i < r->new->n; i++) {
        const fsc_scheme_entry *t = &r->new->entry[i];
        if (t->first == t->last && t->side == e->side && strcmp(t->structure, e->structure) == 0 &&
            strcmp(t->level, text) == 0)
            return t->first;
    }
    return 0;
}

static fsc_status check(const relevel *r, const fsc_label_value *value, int32_t n, fsc_error *err) {
    int found = 0, taken = 0, discs = 0, relative = 0;
    for (int32_t i = 0; i < n; i++) {
        const fsc_scheme_entry *e = fsc_scheme_find(r->old, value[i].value);
        if (!e || !fsc_scheme_is_level(e)) continue;
        found |= strcmp(e->level, r->from) == 0;
        taken |= strcmp(e->level, r->to) == 0;
        discs |= strchr(e->level, '-') != NULL;
        relative |= is_relative(e->level);
    }
    if (!found && !(r->all && discs)) return fsc_fail(err, FSC_E_NOTFOUND, "the level map holds no %s", r->from);
    if (r->all) return FSC_OK;
    if (discs || relative)
        return fsc_fail(err, FSC_E_ANATOMY, "%s is named together with all other levels here: move them all", r->from);
    if (taken)
        return fsc_fail(err, FSC_E_ANATOMY, "there is a %s already: move all levels, or rename that one first", r->to);
    return FSC_OK;
}

static fsc_status apply(const relevel *r, fsc_labels *out, const fsc_labels *levels, const fsc_label_value *value,
                        int32_t n, fsc_error *err) {
    FSC_AUTO_BLOCK int32_t *target = fsc_alloc(n, sizeof *target);
    if (!target) return fsc_fail_nomem(err, "renaming levels");
    for (int32_t i = 0; i < n; i++) {
        char text[32] = "";
        const fsc_scheme_entry *e = fsc_scheme_find(r->old, value[i].value);
        target[i] = value[i].value;
        if (!e || !fsc_scheme_is_level(e)) continue;
        target[i] = new_value(r, e, text);
        if (!target[i])
            return fsc_fail(err, FSC_E_NOTFOUND, "%s would become %s, for which the numbering %s has no number",
                            e->level, strcmp(text, e->level) == 0 ? "something else" : text, r->new->name);
    }
    const int64_t count = fsc_grid_count(&levels->grid);
    int32_t at = 0;
    for (int64_t v = 0; v < count; v++) {
        if (levels->data[v] == 0) continue;
        for (int32_t tries = 0; value[at].value != levels->data[v] && tries < n; tries++) at = (at + 1) % n;
        out->data[v] = target[at];
    }
    return FSC_OK;
}

fsc_status fsc_levels_rename(fsc_labels **out, char scheme[40], const fsc_labels *levels, const char *from,
                             const char *to, int32_t all, fsc_error *err) {
    if (!out || !scheme || !levels || !from || !to) return fsc_fail(err, FSC_E_ARG, "renaming levels needs two names");
    FSC_AUTO_SCHEME fsc_scheme old = {0}, new = {0};
    FSC_AUTO_BLOCK fsc_label_value *value = NULL;
    FSC_AUTO(fsc_labels) made = NULL;
    relevel r = {.from = from, .to = to, .all = all, .old = &old, .new = &new};
    int32_t n = 0;
    if (!fsc_level_word_find(to)) return fsc_fail(err, FSC_E_NOTFOUND, "%.20s is no vertebra", to);
    FSC_TRY(fsc_label_values(&value, &n, levels, err));
    FSC_TRY(fsc_scheme_recognise(&old, scheme[0] ? scheme : NULL, NULL, value, n, 1, err));
    FSC_TRY(fsc_scheme_load(&new, strcmp(old.name, "relative") == 0 ? "sct" : old.name, err));
    r.shift = place_of(to) - place_of(from);
    FSC_TRY(check(&r, value, n, err));
    FSC_TRY(fsc_labels_new(&made, &levels->grid, err));
    FSC_TRY(apply(&r, made, levels, value, n, err));
    fsc_copy_text(scheme, 40, new.name);
    FSC_GIVE(out, made);
    return FSC_OK;
}
