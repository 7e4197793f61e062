#include "scheme.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fsc_side side_of(const char *word) {
    const int32_t side = fsc_side_find(word);
    return side < 0 ? FSC_SIDE_UNKNOWN : (fsc_side)side;
}

/* "5101" or "2131-2132". */
static void read_range(const char *text, int32_t *first, int32_t *last) {
    char *end = NULL;
    *first = (int32_t)strtol(text, &end, 10);
    *last = *end == '-' ? (int32_t)strtol(end + 1, NULL, 10) : *first;
}

static int by_value(const void *a, const void *b) {
    const fsc_scheme_entry *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

static fsc_status fill(fsc_scheme *out, const char *file, fsc_error *err) {
    char path[96];
    (void)snprintf(path, sizeof path, "schemes/%s", file);
    FSC_TRY(fsc_table_embedded(&out->table, path, err));
    out->entry = fsc_alloc(out->table.n_row, sizeof *out->entry);
    if (!out->entry) return fsc_fail_nomem(err, "reading a label scheme");
    out->n = out->table.n_row;
    for (int32_t i = 0; i < out->n; i++) {
        fsc_scheme_entry *e = &out->entry[i];
        read_range(fsc_table_get(&out->table, i, "value"), &e->first, &e->last);
        e->structure = fsc_table_get(&out->table, i, "structure");
        e->level = fsc_table_get(&out->table, i, "level");
        e->side = side_of(fsc_table_get(&out->table, i, "side"));
        e->muscle = fsc_muscle_find(e->structure);
    }
    qsort(out->entry, (size_t)out->n, sizeof *out->entry, by_value);
    return FSC_OK;
}

/* The names, joined by ", ". */
static void join_names(char *out, size_t size) {
    size_t at = 0;
    for (const char *const *name = fsc_scheme_names(); *name && at < size; name++)
        at += (size_t)fsc_format(out + at, size - at, "%s%s", at ? ", " : "", *name);
}

fsc_status fsc_scheme_load(fsc_scheme *out, const char *name, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table index = {0};
    memset(out, 0, sizeof *out);
    FSC_TRY(fsc_table_embedded(&index, "schemes.tsv", err));
    for (int32_t i = 0; i < index.n_row; i++) {
        if (strcmp(fsc_table_get(&index, i, "scheme"), name) != 0) continue;
        fsc_copy_text(out->name, sizeof out->name, name);
        fsc_copy_text(out->needs, sizeof out->needs, fsc_table_get(&index, i, "needs"));
        out->points = strcmp(fsc_table_get(&index, i, "marks"), "point") == 0;
        const fsc_status status = fill(out, fsc_table_get(&index, i, "file"), err);
        if (status != FSC_OK) fsc_scheme_free(out);
        return status;
    }
    char names[360];
    join_names(names, sizeof names);
    return fsc_fail(err, FSC_E_NOTFOUND, "label scheme \"%s\" is unknown; give one of: %s", name, names);
}

void fsc_scheme_free(fsc_scheme *scheme) {
    if (!scheme) return;
    fsc_free(scheme->entry);
    fsc_table_free(&scheme->table);
    memset(scheme, 0, sizeof *scheme);
}

const fsc_scheme_entry *fsc_scheme_find(const fsc_scheme *scheme, int32_t value) {
    int32_t low = 0, high = scheme->n;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (scheme->entry[middle].last < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < scheme->n && scheme->entry[low].first <= value ? &scheme->entry[low] : NULL;
}

int fsc_scheme_is_level(const fsc_scheme_entry *entry) {
    return strcmp(entry->structure, "vertebra") == 0 || strcmp(entry->structure, "disc") == 0;
}

int fsc_scheme_holds(const fsc_scheme *scheme, int want_levels) {
    for (int32_t i = 0; i < scheme->n; i++)
        if (want_levels ? fsc_scheme_is_level(&scheme->entry[i]) : scheme->entry[i].muscle != NULL) return 1;
    return 0;
}
