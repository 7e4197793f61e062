#include "page_tables.h"

#include "fail.h"
#include "html.h"
#include "prose.h"
#include "site_fields.h"
#include "words.h"

#include <math.h>
#include <string.h>

static void head(fsc_text *out, const char *text, int number) {
    fsc_text_printf(out, "<th scope=\"col\"%s>%s</th>", number ? " class=\"n\"" : "", text);
}

static void open_cell(fsc_text *out, int number) {
    fsc_text_add(out, number ? "<td class=\"n\">" : "<td>");
}

static void number_cell(fsc_text *out, const char *fmt, double value) {
    open_cell(out, 1);
    fsc_text_add_number(out, fmt, value);
    fsc_text_add(out, "</td>");
}

static void percent_cell(fsc_text *out, double fraction) {
    number_cell(out, "%.1f", 100 * fraction);
}

static void text_cell(fsc_text *out, const char *text) {
    open_cell(out, 0);
    fsc_text_add_html(out, text);
    fsc_text_add(out, "</td>");
}

/* --- the key table --- */

static const fsc_row *whole_muscle(const fsc_sheet *sheet, const char *key, int kind, fsc_side side) {
    for (int32_t r = 0; r < sheet->n_row; r++) {
        const fsc_row *row = sheet->row[r];
        if ((int)row->kind != kind || strcmp(row->place.muscle, key) != 0) continue;
        if (kind == FSC_ROW_MUSCLE_BOTH || row->place.side == side) return row;
    }
    return NULL;
}

static void pm_cell(fsc_text *out, const fsc_row *row) {
    open_cell(out, 1);
    if (row)
        fsc_prose_percent_pm(out, row->pdff_mean_fraction, fsc_row_se_fraction(row));
    else
        fsc_text_add(out, "n/a");
    fsc_text_add(out, "</td>");
}

static void highest_cell(fsc_text *out, const fsc_sheet *sheet, int32_t m) {
    const fsc_row *most = NULL;
    for (int32_t l = 0; l < sheet->n_level; l++)
        for (int slot = 0; slot < 3; slot++) {
            const fsc_row *row = fsc_sheet_cell(sheet, m, l, (fsc_slot)slot)->row;
            if (row && isfinite(row->pdff_mean_fraction) &&
                (!most || row->pdff_mean_fraction > most->pdff_mean_fraction))
                most = row;
        }
    open_cell(out, 0);
    if (most) {
        fsc_prose_percent(out, most->pdff_mean_fraction);
        fsc_text_add(out, strcmp(most->place.level, "n/a") == 0 ? ", " : " at ");
        fsc_text_add_html(out, fsc_words_level(most->place.level));
        if (most->place.side == FSC_SIDE_LEFT || most->place.side == FSC_SIDE_RIGHT)
            fsc_text_printf(out, " %s", fsc_words_side(most->place.side));
    } else {
        fsc_text_add(out, "n/a");
    }
    fsc_text_add(out, "</td>");
}

void fsc_table_key_add(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet) {
    if (!sheet->n_site) return;
    const int assumed = fsc_prose_spacing_assumed(input);
    fsc_text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Each muscle as a "
                      "whole\"><table class=\"key\"><caption>Each muscle as a whole: fat in %, mean ± 90 "
                      "% interval of the "
                      "measurement</caption>\n<thead><tr>");
    head(out, "Muscle", 0);
    if (sheet->side_unknown) {
        head(out, "Side unknown", 1);
    } else {
        head(out, "Right", 1);
        head(out, "Left", 1);
        head(out, "Both sides", 1);
    }
    head(out, "Medial quarter", 1);
    head(out, "Highest site", 1);
    if (!assumed) head(out, "Lean volume, cm³", 1);
    head(out, "Voxels", 1);
    fsc_text_add(out, "</tr></thead>\n<tbody>\n");
    for (int32_t m = 0; m < sheet->n_muscle; m++) {
        const char *key = sheet->muscle[m].key;
        const fsc_row *both = whole_muscle(sheet, key, FSC_ROW_MUSCLE_BOTH, FSC_SIDE_BOTH);
        const fsc_row *unknown = whole_muscle(sheet, key, FSC_ROW_MUSCLE, FSC_SIDE_UNKNOWN);
        const fsc_row *pooled = both ? both : unknown;
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_text_add_html(out, sheet->muscle[m].name);
        fsc_text_add(out, "</th>");
        if (sheet->side_unknown) {
            pm_cell(out, unknown ? unknown : both);
        } else {
            pm_cell(out, whole_muscle(sheet, key, FSC_ROW_MUSCLE, FSC_SIDE_RIGHT));
            pm_cell(out, whole_muscle(sheet, key, FSC_ROW_MUSCLE, FSC_SIDE_LEFT));
            pm_cell(out, both);
        }
        percent_cell(out, pooled ? pooled->pdff_quartile_fraction[0] : (double)NAN);
        highest_cell(out, sheet, m);
        if (!assumed) number_cell(out, "%.1f", pooled ? pooled->lean_volume_mm3 / 1000 : (double)NAN);
        number_cell(out, "%.0f", pooled ? (double)pooled->n_voxel : (double)NAN);
        fsc_text_add(out, "</tr>\n");
    }
    fsc_text_add(out, "</tbody></table></div>\n");
}

/* --- the full table --- */

/* One column of numbers, from the description of a site's row. */
typedef struct column {
    const fsc_field *field;
    int32_t i; /* which of its values */
} column;
enum { COLUMN_MAX = 32 };

static double value_of(const column *c, const fsc_row *row) {
    return c->field->scale * fsc_field_number(row, c->field, c->i);
}

/* Millimetres mean nothing when the voxel size is assumed. */
static int is_shown(const column *c, const fsc_sheet *sheet, int assumed) {
    int known = 0;
    if (assumed && c->field->units && strncmp(c->field->units, "mm", 2) == 0) return 0;
    for (int32_t r = 0; r < sheet->n_row; r++) known |= isfinite(value_of(c, sheet->row[r]));
    return known;
}

/* Columns that some row fills; returns how many. */
static int find_columns(column shown[COLUMN_MAX], const fsc_sheet *sheet, int assumed) {
    int n = 0;
    for (const fsc_field *field = fsc_site_fields; field->key; field++)
        for (int32_t i = 0; field->head && i < fsc_field_count(field); i++) {
            const column c = {field, i};
            if (n < COLUMN_MAX && is_shown(&c, sheet, assumed)) shown[n++] = c;
        }
    return n;
}

static const char *kind_class(fsc_row_kind kind) {
    return kind == FSC_ROW_SITE ? "site" : kind == FSC_ROW_LEVEL_BONE ? "bone" : "pooled";
}

static void full_row(fsc_text *out, const fsc_row *row, const column *shown, int n) {
    fsc_text_printf(out, "<tr class=\"%s\"><th scope=\"row\">", kind_class(row->kind));
    fsc_text_add_html(out, row->place.level);
    fsc_text_add(out, "</th>");
    text_cell(out, row->kind == FSC_ROW_LEVEL_BONE ? "midline" : fsc_words_side(row->place.side));
    number_cell(out, "%.0f", (double)row->n_voxel);
    open_cell(out, 1);
    fsc_prose_percent_pm(out, row->pdff_mean_fraction, fsc_row_se_fraction(row));
    fsc_text_add(out, "</td>");
    for (int c = 0; c < n; c++) number_cell(out, shown[c].field->format, value_of(&shown[c], row));
    fsc_text_add(out, "<td class=\"quality-words\">");
    fsc_prose_quality(out, row);
    fsc_text_add(out, "</td></tr>\n");
}

static void full_head(fsc_text *out, const column *shown, int n) {
    char title[FSC_FIELD_TITLE_MAX];
    fsc_text_add(out, "<thead><tr>");
    head(out, "Level", 0);
    head(out, "Side", 0);
    head(out, "Voxels", 1);
    head(out, "Fat %, mean ± 90 %", 1);
    for (int c = 0; c < n; c++) head(out, fsc_field_numbered(title, shown[c].field->head, shown[c].i), 1);
    head(out, "Quality", 0);
    fsc_text_add(out, "</tr></thead>\n");
}

static void full_rows(fsc_text *out, const fsc_sheet *sheet, const column *shown, int n) {
    for (int32_t r = 0; r < sheet->n_row; r++) {
        const char *muscle = sheet->row[r]->place.muscle;
        if (r == 0 || strcmp(muscle, sheet->row[r - 1]->place.muscle) != 0) {
            fsc_text_add(out, r ? "</tbody>\n" : "");
            fsc_table_group_add(out, muscle, 5 + n); /* level, side, voxels, mean and quality beside them */
        }
        full_row(out, sheet->row[r], shown, n);
    }
    fsc_text_add(out, sheet->n_row ? "</tbody>" : "");
}

fsc_status fsc_table_full_add(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet, fsc_error *err) {
    if (!sheet->n_site) return FSC_OK;
    const int assumed = fsc_prose_spacing_assumed(input);
    column shown[COLUMN_MAX];
    const int n = find_columns(shown, sheet, assumed);
    fsc_text_add(out,
                 "<section class=\"wide\" aria-labelledby=\"table-title\">\n<h2 id=\"table-title\">Every value</h2>\n");
    if (assumed)
        fsc_text_add(out,
                     "<p class=\"figure-note\">Areas and volumes are left out because the voxel size of this scan is "
                     "assumed: millimetres would mean nothing.</p>\n");
    fsc_text_add(out,
                 "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Every value, scrolls sideways on "
                 "a small screen\"><table class=\"full\"><caption>Fat fractions in %. n/a: not available; a column "
                 "that no row fills is left out. Q1 is the medial quarter, Q4 the lateral one. ± is the 90 % interval "
                 "of the measurement (sampling and noise), "
                 "not of differences between people or days. Rows in grey pool sites.</caption>\n");
    full_head(out, shown, n);
    full_rows(out, sheet, shown, n);
    fsc_text_add(out, "</table></div>\n");
    FSC_TRY(fsc_html_quality(out, sheet, err));
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}
