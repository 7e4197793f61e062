/* One numbering into another, by meaning: structure, level and side. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "scheme.h"

#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)

/* The target's value of the same structure, level and side; 0 when it has none. Ranges stand for unnamed structures and
 * are never a target. */
static int32_t value_in(const fsc_scheme *to, const fsc_scheme_entry *e) {
    if (!e || e->first != e->last) return 0;
    for (int32_t i = 0; i < to->n; i++) {
        const fsc_scheme_entry *t = &to->entry[i];
        if (t->first == t->last && t->side == e->side && strcmp(t->structure, e->structure) == 0 &&
            strcmp(t->level, e->level) == 0)
            return t->first;
    }
    return 0;
}

static fsc_status refuse_unknown(const fsc_scheme *from, const fsc_label_value *value, int32_t n, fsc_error *err) {
    char list[120] = "";
    size_t at = 0;
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        if (fsc_scheme_find(from, value[i].value)) continue;
        if (count++ < 5 && at < sizeof list)
            at += (size_t)fsc_format(list + at, sizeof list - at, "%s%d", at ? ", " : "", (int)value[i].value);
    }
    if (count == 0) return FSC_OK;
    return fsc_fail(err, FSC_E_NOTFOUND, "the scheme %s has no value %s%s; name the scheme that made the map",
                    from->name, list, count > 5 ? " and others" : "");
}

/* Names what is lost: a muscle that becomes background must not be found out later. */
static void say_lost(fsc_notes *notes, const fsc_scheme *from, const fsc_label_value *value, const int32_t *target,
                     int32_t n) {
    char list[220] = "";
    for (int32_t i = 0; i < n; i++) {
        if (target[i] != 0) continue;
        const fsc_scheme_entry *e = fsc_scheme_find(from, value[i].value);
        const size_t used = strlen(list);
        fsc_format(list + used, sizeof list - used, "%s%s%s%s%s%s", used ? ", " : "", e->structure,
                   *e->level ? " " : "", e->level, e->side == FSC_SIDE_MIDLINE ? "" : " ",
                   e->side == FSC_SIDE_MIDLINE ? "" : fsc_side_text(e->side));
    }
    fsc_notes_add(notes, FSC_NOTE_WARNING, "labels-lost", "Lost, as the target has no number for it: %s.", list);
}

fsc_status fsc_labels_translate(fsc_labels **out, const fsc_labels *labels, const char *from_scheme,
                                const char *to_scheme, fsc_notes *notes, fsc_error *err) {
    if (!out || !labels || !to_scheme)
        return fsc_fail(err, FSC_E_ARG, "translating labels needs a map and the scheme to translate to");
    FSC_AUTO_SCHEME fsc_scheme from = {0}, to = {0};
    FSC_AUTO_BLOCK fsc_label_value *value = NULL;
    FSC_AUTO_BLOCK int32_t *target = NULL;
    FSC_AUTO(fsc_labels) made = NULL;
    int32_t n = 0, lost = 0;
    int64_t lost_voxels = 0;
    FSC_TRY(fsc_label_values(&value, &n, labels, err));
    if (from_scheme)
        FSC_TRY(fsc_scheme_load(&from, from_scheme, err));
    else
        FSC_TRY(fsc_scheme_recognise(&from, NULL, NULL, value, n, 0, err));
    FSC_TRY(fsc_scheme_load(&to, to_scheme, err));
    FSC_TRY(refuse_unknown(&from, value, n, err));
    target = fsc_alloc(n, sizeof *target);
    if (!target) return fsc_fail_nomem(err, "translating labels");
    FSC_TRY(fsc_labels_new(&made, &labels->grid, err));
    for (int32_t i = 0; i < n; i++) {
        target[i] = value_in(&to, fsc_scheme_find(&from, value[i].value));
        lost += target[i] == 0;
        lost_voxels += target[i] == 0 ? value[i].n_voxel : 0;
    }
    const int64_t count = fsc_grid_count(&labels->grid);
    int32_t at = 0;
    for (int64_t v = 0; v < count; v++) {
        const int32_t label = labels->data[v];
        if (label == 0) continue;
        for (int32_t tries = 0; value[at].value != label && tries < n; tries++) at = (at + 1) % n;
        made->data[v] = target[at];
    }
    if (lost == n)
        return fsc_fail(
            err, FSC_E_NOTFOUND,
            "none of the %d labels (%s) has a counterpart in %s: the map would be empty; choose another scheme", (int)n,
            from.name, to.name);
    if (notes)
        fsc_notes_add(
            notes, lost ? FSC_NOTE_WARNING : FSC_NOTE_FOUND, "labels-translated",
            "%d of %d labels translated from %s to %s; %d without a counterpart became background (%lld voxels)",
            (int)(n - lost), (int)n, from.name, to.name, (int)lost, (long long)lost_voxels);
    if (notes && lost) say_lost(notes, &from, value, target, n);
    if (notes) FSC_TRY(fsc_notes_check(notes, err));
    FSC_GIVE(out, made);
    return FSC_OK;
}
