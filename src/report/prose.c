#include "prose.h"

#include "fail.h"
#include "table.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void fsc_prose_percent(fsc_text *out, double fraction) {
    fsc_text_add_number(out, "%.1f", 100 * fraction);
}

void fsc_prose_percent_pm(fsc_text *out, double fraction, double se_fraction) {
    fsc_prose_percent(out, fraction);
    if (isfinite(fraction) && isfinite(se_fraction))
        fsc_text_printf(out, " <span class=\"pm\">± %.1f</span>", 100 * fsc_words_half90(se_fraction));
}

void fsc_prose_percentile(fsc_text *out, double percentile) {
    char text[FSC_WORDS_PERCENTILE_MAX];
    fsc_words_percentile(text, percentile);
    fsc_text_add(out, text);
}

static void add_record(fsc_text *out, const fsc_cell *cell) {
    if (fsc_cell_is_placed(cell)) {
        fsc_text_add(out, "; more fat than ");
        fsc_prose_percentile(out, cell->site->norm.percentile);
        fsc_text_printf(out, " %% of a reference group of %.0f", cell->site->norm.n);
    } else if (cell->site) {
        fsc_text_add(out, "; not compared with a reference group");
    }
    if (fsc_cell_change(cell))
        fsc_text_printf(out, "; real change since the earlier visit: %+.1f points",
                        100 * cell->site->change.net_fraction);
}

void fsc_prose_cell(fsc_text *out, const char *muscle_name, const fsc_cell *cell) {
    const fsc_row *row = cell->row;
    fsc_text_add_html(out, muscle_name);
    fsc_text_add(out, ", ");
    fsc_text_add_html(out, fsc_words_level(row->place.level));
    fsc_text_printf(out, ", %s: fat ", fsc_words_side(row->place.side));
    fsc_prose_percent(out, row->pdff_mean_fraction);
    if (isfinite(row->pdff_mean_fraction)) fsc_text_add(out, " %");
    if (isfinite(row->pdff_mean_fraction) && isfinite(row->pdff_se_fraction)) {
        const double half = fsc_words_half90(fsc_row_se_fraction(row));
        fsc_text_printf(out, " (90 %% interval %.1f to %.1f %%)", 100 * fmax(0, row->pdff_mean_fraction - half),
                        100 * fmin(1, row->pdff_mean_fraction + half));
    }
    if (isfinite(row->pdff_quartile_fraction[0]))
        fsc_text_printf(out, ", medial quarter %.1f %%", 100 * row->pdff_quartile_fraction[0]);
    fsc_text_printf(out, ", %lld voxels", (long long)row->n_voxel);
    add_record(out, cell);
    FSC_AUTO_TEXT fsc_text quality = {0};
    fsc_prose_quality(&quality, row);
    if (quality.failed) out->failed = 1;
    if (quality.length) fsc_text_printf(out, "; %s", quality.data);
}

#define CUT_WORD "cut-by-field-of-view"

/* The short phrase of one word of the quality column; the word itself, without hyphens, when it is not in the table. */
static void add_flag(fsc_text *out, size_t start, const fsc_table *table, const char *word, size_t n) {
    char key[96];
    fsc_copy_text(key, n + 1 < sizeof key ? n + 1 : sizeof key, word);
    if (out->length > start) fsc_text_add(out, "; ");
    for (int32_t r = 0; r < table->n_row; r++)
        if (strcmp(fsc_table_get(table, r, "word"), key) == 0) {
            fsc_text_add_html(out, fsc_table_get(table, r, "short"));
            return;
        }
    for (char *c = key; *c; c++)
        if (*c == '-' || *c == '_') *c = ' ';
    fsc_text_add_html(out, key);
}

void fsc_prose_quality(fsc_text *out, const fsc_row *row) {
    FSC_AUTO_TABLE fsc_table table = {0};
    if (fsc_table_embedded(&table, "report/quality.tsv", NULL) != FSC_OK) out->failed = 1;
    const size_t start = out->length;
    if (row->cut_by_fov && !strstr(row->quality, CUT_WORD)) add_flag(out, start, &table, CUT_WORD, strlen(CUT_WORD));
    for (const char *word = row->quality; *word;) {
        const size_t n = strcspn(word, ", ");
        if (n) add_flag(out, start, &table, word, n);
        word += n;
        word += strspn(word, ", ");
    }
}

void fsc_prose_sentence(fsc_text *out, const char *text) {
    char line[512];
    fsc_copy_text(line, sizeof line, text);
    if (line[0] >= 'a' && line[0] <= 'z') line[0] = (char)(line[0] - 'a' + 'A');
    fsc_text_add_html(out, line);
    const size_t n = strlen(line);
    if (n && !strchr(".!?", line[n - 1])) fsc_text_add(out, ".");
}

void fsc_prose_person(fsc_text *out, const fsc_scan *scan) {
    if (scan && scan->participant[0]) {
        fsc_text_add_html(out, scan->participant);
        if (scan->session[0]) {
            fsc_text_add(out, ", ");
            fsc_text_add_html(out, scan->session);
        }
    } else {
        fsc_text_add_html(out, scan && scan->name[0] ? scan->name : "unnamed scan");
    }
}

int fsc_prose_spacing_assumed(const fsc_report_input *input) {
    if (input->fatwater) return input->fatwater->grid.spacing_assumed != 0;
    if (input->sites) return input->sites->grid.spacing_assumed != 0;
    if (input->map) return input->map->acquisition.spacing_assumed != 0;
    return input->scan ? input->scan->grid.spacing_assumed != 0 : 0;
}

void fsc_table_group_add(fsc_text *out, const char *muscle, int n) {
    fsc_text_printf(out, "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%d\">", n);
    fsc_text_add_html(out, strcmp(muscle, "vertebra") == 0 ? "Vertebral body" : fsc_words_muscle(muscle));
    fsc_text_add(out, "</th></tr>\n");
}

static int fits_region(const char *region, int in_neck, int in_back) {
    if (strcmp(region, "neck") == 0) return in_neck;
    if (strcmp(region, "back") == 0) return in_back;
    return 1;
}

fsc_status fsc_prose_statements(fsc_text *out, const char *group, const fsc_sheet *sheet, int brief, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "report/statements.tsv", err));
    const int neck = fsc_sheet_in_neck(sheet), back = !neck || sheet->n_site == 0;
    fsc_text_printf(out, "<ul class=\"statements\">\n");
    for (int32_t r = 0; r < table.n_row; r++) {
        if (strcmp(fsc_table_get(&table, r, "group"), group) != 0) continue;
        if (!fits_region(fsc_table_get(&table, r, "region"), neck || sheet->n_site == 0, back)) continue;
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, fsc_table_get(&table, r, "text"));
        if (!brief) {
            fsc_text_add(out, " <span class=\"source\">[");
            fsc_text_add_html(out, fsc_table_get(&table, r, "grade"));
            fsc_text_add(out, "; ");
            fsc_text_add_html(out, fsc_table_get(&table, r, "source"));
            fsc_text_add(out, "]</span>");
        }
        fsc_text_add(out, "</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
    return FSC_OK;
}
