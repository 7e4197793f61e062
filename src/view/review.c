#include "review.h"

#include "alloc.h"
#include "anchor.h"
#include "fail.h"
#include "format.h"
#include "text.h"

#include <string.h>

/* What a mark says behind its first word, NULL when that is another one. */
static const char *behind(const fsc_view_stroke *stroke, const char *word) {
    const size_t n = strlen(word);
    const char *mark = stroke->mark;
    return mark && strncmp(mark, word, n) == 0 && mark[n] == ' ' ? mark + n + 1 : NULL;
}

/* A proposal that was made again is one that nobody has looked at: what was said before it is of another. */
static int64_t first(const fsc_view_edit *e) {
    int64_t i = e->strokes.n_done;
    while (i > 0 && !behind(&e->strokes.stroke[i - 1], "anchor")) i--;
    return i;
}

static int says(const fsc_view_edit *e, const char *word, const char *site) {
    for (int64_t i = first(e); i < e->strokes.n_done; i++) {
        const char *what = behind(&e->strokes.stroke[i], word);
        if (what && (strcmp(what, site) == 0 || strcmp(what, "all") == 0)) return 1;
    }
    return 0;
}

int fsc_view_accepted(const fsc_view_edit *e, const char *site) {
    return says(e, "accept", site);
}

int fsc_view_refused(const fsc_view_edit *e, const char *site) {
    return says(e, "refuse", site);
}

/* Whether anything but accepting and refusing was done. */
static int is_drawn(const fsc_view_edit *e) {
    for (int64_t i = first(e); i < e->strokes.n_done; i++) {
        const fsc_view_stroke *s = &e->strokes.stroke[i];
        if (!behind(s, "accept") && !behind(s, "refuse")) return 1;
    }
    return 0;
}

fsc_label_source fsc_view_source(const fsc_view_edit *e, const fsc_sites *sites) {
    const fsc_label_source was = e->input->measures ? e->input->measures->label_source : FSC_LABELS_EXTERNAL;
    if ((was != FSC_LABELS_PROPOSAL && was != FSC_LABELS_PROPOSAL_ACCEPTED) || is_drawn(e)) return FSC_LABELS_EDITED;
    if (was == FSC_LABELS_PROPOSAL_ACCEPTED && first(e) == 0) return was;
    for (int32_t i = 0; i < sites->n_site; i++) {
        char site[FSC_PLACE_TEXT_MAX];
        if (sites->n_level > 0 && strcmp(sites->site[i].place.level, "n/a") == 0) continue; /* no row of its own */
        if (!fsc_view_accepted(e, fsc_place_text(site, &sites->site[i].place))) return FSC_LABELS_PROPOSAL;
    }
    return FSC_LABELS_PROPOSAL_ACCEPTED;
}

/* "L4=L5" of one level, or of all. */
static fsc_status rename_levels(fsc_view_edit *e, const char *names, int all, fsc_error *err) {
    char from[16] = "", scheme[40] = "";
    const char *equals = strchr(names, '=');
    fsc_labels *made = NULL;
    const fsc_labels *now = e->levels ? e->levels : e->input->levels;
    if (!now || !equals || (size_t)(equals - names) >= sizeof from)
        return fsc_fail(err, FSC_E_NOTFOUND, "this run had no level map");
    memcpy(from, names, (size_t)(equals - names));
    const char *known = e->levels ? e->level_scheme : e->input->level_scheme;
    if (!known && e->before) known = e->before->level_scheme;
    fsc_copy_text(scheme, sizeof scheme, known ? known : "");
    FSC_TRY(fsc_levels_rename(&made, scheme, now, from, equals + 1, all, err));
    fsc_labels_free(e->levels);
    e->levels = made;
    fsc_copy_text(e->level_scheme, sizeof e->level_scheme, scheme);
    return FSC_OK;
}

static fsc_status list_marks(fsc_text *out, const fsc_view_edit *e, fsc_error *err) {
    for (int64_t i = 0; i < e->strokes.n_done; i++) {
        const fsc_view_stroke *s = &e->strokes.stroke[i];
        if (behind(s, "level") || behind(s, "levels") || behind(s, "anchor")) fsc_text_printf(out, "%s;", s->mark);
    }
    return out->failed ? fsc_fail_nomem(err, "renaming levels") : FSC_OK;
}

fsc_status fsc_view_levels_update(fsc_view_edit *e, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text marks = {0};
    FSC_TRY(list_marks(&marks, e, err));
    const char *wanted = marks.data ? marks.data : "";
    if (strcmp(wanted, e->levels_made ? e->levels_made : "") == 0) return FSC_OK;
    fsc_labels_free(e->levels);
    fsc_free(e->levels_made);
    e->levels = NULL;
    e->levels_made = NULL;
    for (int64_t i = 0; i < e->strokes.n_done; i++) {
        const char *one = behind(&e->strokes.stroke[i], "level"), *all = behind(&e->strokes.stroke[i], "levels");
        const char *anchor = behind(&e->strokes.stroke[i], "anchor");
        if (anchor) {
            fsc_labels_free(e->levels);
            e->levels = NULL;
            FSC_TRY(fsc_view_anchor_levels(&e->levels, e, anchor, err));
            fsc_copy_text(e->level_scheme, sizeof e->level_scheme, "sct");
        }
        if (one || all) FSC_TRY(rename_levels(e, one ? one : all, all != NULL, err));
    }
    FSC_GIVE(&e->levels_made, marks.data);
    return FSC_OK;
}

/* The rows' sites with the word, out of what was measured before and what is now. */
static fsc_json *list_sites(const fsc_view_edit *e, const char *word) {
    fsc_json *list = fsc_json_array();
    const fsc_measures *of[] = {e->before, e->now};
    for (int k = 0; k < 2; k++)
        for (int32_t i = 0; of[k] && i < of[k]->n_row; i++) {
            const fsc_row *row = &of[k]->row[i];
            char site[FSC_PLACE_TEXT_MAX];
            const int seen =
                k == 1 && fsc_measures_find(e->before, row->place.muscle, row->place.level, row->place.side) != NULL;
            if (row->kind != FSC_ROW_SITE || seen || !says(e, word, fsc_place_text(site, &row->place))) continue;
            if (strcmp(word, "accept") == 0 && fsc_view_refused(e, site)) continue;
            fsc_json_append_string(list, site);
        }
    return list;
}

void fsc_view_review_state(const fsc_view_edit *e, fsc_json *object) {
    fsc_json *levels = fsc_json_array();
    for (int32_t i = 0; e->sites && i < e->sites->n_level; i++)
        fsc_json_append_string(levels, e->sites->level[i].level);
    fsc_json_set_string(object, "source", fsc_label_source_text(fsc_view_source(e, e->sites)));
    fsc_json_set(object, "accepted", list_sites(e, "accept"));
    fsc_json_set(object, "refused", list_sites(e, "refuse"));
    fsc_json_set(object, "levels", levels);
}
