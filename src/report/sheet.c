#include "sheet.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "text.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN_MUSCLE_ORDER 1000

static int is_site(const fsc_row *row) {
    return row->kind == FSC_ROW_SITE;
}

static double level_order(const char *name) {
    const double order = fsc_level_order(name);
    return isfinite(order) ? order : 1e9; /* "n/a" last */
}

static int compare_muscles(const void *a, const void *b) {
    const fsc_sheet_muscle *left = a, *right = b;
    if (left->order != right->order) return left->order < right->order ? -1 : 1;
    return strcmp(left->key, right->key);
}

static int compare_levels(const void *a, const void *b) {
    const fsc_sheet_level *left = a, *right = b;
    if (left->order != right->order) return left->order < right->order ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int32_t find_muscle(const fsc_sheet *sheet, const char *key) {
    for (int32_t m = 0; m < sheet->n_muscle; m++)
        if (strcmp(sheet->muscle[m].key, key) == 0) return m;
    return -1;
}

static int32_t find_level(const fsc_sheet *sheet, const char *name) {
    for (int32_t l = 0; l < sheet->n_level; l++)
        if (strcmp(sheet->level[l].name, name) == 0) return l;
    return -1;
}

static void add_muscle(fsc_sheet *sheet, const char *key) {
    if (find_muscle(sheet, key) >= 0) return;
    const fsc_muscle *known = fsc_muscle_find(key);
    sheet->muscle[sheet->n_muscle++] = (fsc_sheet_muscle){key, known ? known->name : key, known ? known->layer : "",
                                                          known ? known->order : UNKNOWN_MUSCLE_ORDER};
}

static void add_level(fsc_sheet *sheet, const char *name, int measured) {
    const int32_t there = find_level(sheet, name);
    if (there >= 0) {
        sheet->level[there].measured |= measured;
        return;
    }
    fsc_sheet_level *level = &sheet->level[sheet->n_level++];
    fsc_copy_text(level->name, sizeof level->name, name);
    level->order = level_order(name);
    level->measured = measured;
}

void fsc_sheet_vertebra_name(int n, char name[12]) {
    name[0] = 0;
    if (n >= 1 && n <= 7) fsc_format(name, 12, "C%d", n);
    if (n >= 8 && n <= 19) fsc_format(name, 12, "T%d", n - 7);
    if (n >= 20 && n <= 24) fsc_format(name, 12, "L%d", n - 19);
    if (n == 25) fsc_format(name, 12, "S1");
}

#define CANONICAL_LEVELS 25

/* The levels between the measured ones, and one more at each end, so that a reader sees where in the spine he is. */
static void add_faint_levels(fsc_sheet *sheet) {
    double first = INFINITY, last = -INFINITY;
    for (int32_t l = 0; l < sheet->n_level; l++) {
        if (sheet->level[l].order >= 100) continue; /* unknown offset */
        first = fmin(first, sheet->level[l].order);
        last = fmax(last, sheet->level[l].order);
    }
    if (!(first <= last)) return;
    for (int n = (int)ceil(first) - 1; n <= (int)floor(last) + 1; n++) {
        char name[12];
        fsc_sheet_vertebra_name(n, name);
        if (name[0]) add_level(sheet, name, 0);
    }
}

static fsc_slot slot_of(const fsc_row *row) {
    if (row->place.side == FSC_SIDE_LEFT) return FSC_SLOT_LEFT;
    if (row->place.side == FSC_SIDE_RIGHT) return FSC_SLOT_RIGHT;
    return FSC_SLOT_CENTRE;
}

int fsc_cell_is_placed(const fsc_cell *cell) {
    return cell->site && cell->site->norm.norm_id[0] && isfinite(cell->site->norm.percentile);
}

int fsc_cell_change(const fsc_cell *cell) {
    if (!cell->site || cell->site->change.real != 1) return 0;
    return cell->site->change.net_fraction > 0 ? 1 : -1;
}

static const fsc_map_site *find_site(const fsc_map *map, const fsc_row *row) {
    return map ? fsc_map_find(map, row->place.muscle, row->place.level, row->place.side) : NULL;
}

static void fill_cell(fsc_sheet *sheet, const fsc_row *row) {
    const int32_t m = find_muscle(sheet, row->place.muscle), l = find_level(sheet, row->place.level);
    fsc_cell *cell = &sheet->cell[((int64_t)m * sheet->n_level + l) * 3 + slot_of(row)];
    if (!cell->row) sheet->n_site++;
    *cell = (fsc_cell){row, find_site(sheet->map, row)};
    if (row->place.side == FSC_SIDE_UNKNOWN) sheet->side_unknown = 1;
    sheet->n_placed += fsc_cell_is_placed(cell);
    sheet->n_compared += cell->site && cell->site->change.real >= 0;
}

static int list_rows(fsc_sheet *sheet, const fsc_report_input *input) {
    const int32_t n = input->measures ? input->measures->n_row : input->map ? input->map->n_site : 0;
    sheet->map = input->map;
    sheet->row = fsc_alloc(n, sizeof *sheet->row);
    sheet->muscle = fsc_alloc(n, sizeof *sheet->muscle);
    sheet->level = fsc_alloc((int64_t)n + CANONICAL_LEVELS, sizeof *sheet->level);
    if (!sheet->row || !sheet->muscle || !sheet->level) return 0;
    for (int32_t r = 0; r < n; r++)
        sheet->row[r] = input->measures ? &input->measures->row[r] : &input->map->site[r].row;
    sheet->n_row = n;
    return 1;
}

static int lay_out(fsc_sheet *sheet, const fsc_report_input *input) {
    if (!list_rows(sheet, input)) return 0;
    for (int32_t r = 0; r < sheet->n_row; r++) {
        if (!is_site(sheet->row[r])) continue;
        add_muscle(sheet, sheet->row[r]->place.muscle);
        add_level(sheet, sheet->row[r]->place.level, 1);
    }
    sheet->n_measured_level = sheet->n_level;
    add_faint_levels(sheet);
    qsort(sheet->muscle, (size_t)sheet->n_muscle, sizeof *sheet->muscle, compare_muscles);
    qsort(sheet->level, (size_t)sheet->n_level, sizeof *sheet->level, compare_levels);
    sheet->cell = fsc_alloc((int64_t)sheet->n_muscle * sheet->n_level * 3, sizeof *sheet->cell);
    if (!sheet->cell) return 0;
    for (int32_t r = 0; r < sheet->n_row; r++)
        if (is_site(sheet->row[r])) fill_cell(sheet, sheet->row[r]);
    return 1;
}

fsc_status fsc_sheet_make(fsc_sheet *out, const fsc_report_input *input, fsc_error *err) {
    memset(out, 0, sizeof *out);
    if (lay_out(out, input)) return FSC_OK;
    fsc_sheet_free(out);
    return fsc_fail_nomem(err, "laying out the report");
}

void fsc_sheet_free(fsc_sheet *sheet) {
    if (!sheet) return;
    fsc_free(sheet->row);
    fsc_free(sheet->muscle);
    fsc_free(sheet->level);
    fsc_free(sheet->cell);
    memset(sheet, 0, sizeof *sheet);
}

const fsc_cell *fsc_sheet_cell(const fsc_sheet *sheet, int32_t muscle, int32_t level, fsc_slot slot) {
    return &sheet->cell[((int64_t)muscle * sheet->n_level + level) * 3 + slot];
}

void fsc_sheet_span(const fsc_sheet *sheet, char *text, size_t size) {
    const char *first = NULL, *last = NULL;
    for (int32_t l = 0; l < sheet->n_level; l++) {
        if (!sheet->level[l].measured || sheet->level[l].order >= 1e9) continue;
        if (!first) first = sheet->level[l].name;
        last = sheet->level[l].name;
    }
    if (!first)
        text[0] = 0;
    else if (first == last)
        fsc_format(text, size, "%s", first);
    else
        fsc_format(text, size, "%s to %s", first, last);
}

int fsc_sheet_in_neck(const fsc_sheet *sheet) {
    for (int32_t l = 0; l < sheet->n_level; l++)
        if (sheet->level[l].measured && sheet->level[l].order < 8) return 1;
    return 0;
}

int fsc_sheet_side_difference(const fsc_sheet *sheet, int32_t muscle, int32_t level, double *difference,
                              double *half90) {
    *difference = *half90 = (double)NAN;
    const fsc_row *left = fsc_sheet_cell(sheet, muscle, level, FSC_SLOT_LEFT)->row;
    const fsc_row *right = fsc_sheet_cell(sheet, muscle, level, FSC_SLOT_RIGHT)->row;
    if (!left || !right) return 0;
    const fsc_map_site *site = fsc_sheet_cell(sheet, muscle, level, FSC_SLOT_LEFT)->site;
    if (site && isfinite(site->side.difference_fraction)) { /* the record says it */
        *difference = site->side.difference_fraction;
        *half90 = fsc_words_half90(site->side.se_fraction);
        return site->side.beyond_error;
    }
    *difference = left->pdff_mean_fraction - right->pdff_mean_fraction;
    *half90 = fsc_words_half90(sqrt(left->pdff_se_fraction * left->pdff_se_fraction +
                                    right->pdff_se_fraction * right->pdff_se_fraction +
                                    fsc_rows_label_variance(left, right)));
    return fabs(*difference) > *half90; /* false for NaN */
}
