#include "page_tables.h"

#include "fail.h"
#include "html.h"
#include "prose.h"
#include "words.h"

#include <math.h>
#include <string.h>

static const char *muscle_name(const char *key) {
    if (strcmp(key, "vertebra") == 0) return "Vertebral body";
    const fsc_muscle *known = fsc_muscle_find(key);
    return known ? known->name : key;
}

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

/* Millimetres mean nothing when the voxel size is assumed: they are not printed. */
static void size_cell(fsc_text *out, const char *fmt, double value, int assumed) {
    if (assumed)
        fsc_text_add(out, "<td class=\"n grey\">n/a</td>");
    else
        number_cell(out, fmt, value);
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
        fsc_prose_percent_pm(out, row->pdff_mean_fraction, row->pdff_se_fraction);
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
    fsc_text_add(out, "<div class=\"scroll\"><table class=\"key\"><caption>Each muscle as a whole: fat in %, mean ± 90 "
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

static const char *kind_class(fsc_row_kind kind) {
    return kind == FSC_ROW_SITE ? "site" : kind == FSC_ROW_LEVEL_BONE ? "bone" : "pooled";
}

static void full_row(fsc_text *out, const fsc_row *row, int assumed) {
    fsc_text_printf(out, "<tr class=\"%s\"><th scope=\"row\">", kind_class(row->kind));
    fsc_text_add_html(out, muscle_name(row->place.muscle));
    fsc_text_add(out, "</th>");
    text_cell(out, row->place.level);
    text_cell(out, row->kind == FSC_ROW_LEVEL_BONE ? "midline" : fsc_words_side(row->place.side));
    number_cell(out, "%.0f", (double)row->n_voxel);
    number_cell(out, "%.2f", row->coverage);
    open_cell(out, 1);
    fsc_prose_percent_pm(out, row->pdff_mean_fraction, row->pdff_se_fraction);
    fsc_text_add(out, "</td>");
    percent_cell(out, row->pdff_median_fraction);
    percent_cell(out, row->pdff_sd_fraction);
    percent_cell(out, row->pdff_mean_erode1_fraction);
    percent_cell(out, row->pdff_mean_erode2_fraction);
    for (int q = 0; q < 4; q++) percent_cell(out, row->pdff_quartile_fraction[q]);
    number_cell(out, "%.0f", row->r2star_mean_per_s);
    size_cell(out, "%.0f", row->csa_mm2, assumed);
    size_cell(out, "%.0f", row->lean_csa_mm2, assumed);
    size_cell(out, "%.2f", row->volume_mm3 / 1000, assumed);
    percent_cell(out, row->swap_fraction);
    number_cell(out, "%.0f", row->snr);
    fsc_text_add(out, "<td class=\"quality-words\">");
    fsc_prose_quality(out, row);
    fsc_text_add(out, "</td></tr>\n");
}

fsc_status fsc_table_full_add(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet, fsc_error *err) {
    if (!sheet->n_site) return FSC_OK;
    static const char *const column[] = {"Muscle",
                                         "Level",
                                         "Side",
                                         "Voxels",
                                         "Cover&#173;age",
                                         "Fat %, mean ± 90 %",
                                         "median",
                                         "SD",
                                         "1 voxel eroded",
                                         "2 voxels eroded",
                                         "Q1 medial",
                                         "Q2",
                                         "Q3",
                                         "Q4 lateral",
                                         "R2*, /s",
                                         "CSA, mm²",
                                         "Lean CSA, mm²",
                                         "Volume, cm³",
                                         "Swap suspect, %",
                                         "SNR",
                                         "Quality"};
    const int assumed = fsc_prose_spacing_assumed(input);
    fsc_text_add(out,
                 "<section class=\"wide\" aria-labelledby=\"table-title\">\n<h2 id=\"table-title\">Every value</h2>\n");
    if (assumed)
        fsc_text_add(out, "<p class=\"figure-note\">Areas and volumes are n/a because the voxel size of this scan is "
                          "assumed: millimetres would mean nothing.</p>\n");
    fsc_text_add(out,
                 "<div class=\"scroll\"><table class=\"full\"><caption>Fat fractions in %. n/a: not available. ± is "
                 "the 90 % interval of the measurement (sampling and noise), not of differences between "
                 "people or days. Rows in grey pool sites.</caption>\n<thead><tr>");
    const size_t n = sizeof column / sizeof *column;
    for (size_t c = 0; c < n; c++) head(out, column[c], c > 2 && c + 1 < n);
    fsc_text_add(out, "</tr></thead>\n<tbody>\n");
    for (int32_t r = 0; r < sheet->n_row; r++) full_row(out, sheet->row[r], assumed);
    fsc_text_add(out, "</tbody></table></div>\n");
    FSC_TRY(fsc_html_quality(out, sheet, err));
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}
