/* The box for the person: every sentence comes from fields of the records. */
#include "prose.h"
#include "words.h"

#include "record.h"

#include "fail.h"

#include <math.h>
#include <string.h>

static void add_place(fsc_text *out, const fsc_sheet *sheet, int32_t muscle, const fsc_row *row) {
    fsc_text_add_html(out, sheet->muscle[muscle].name);
    if (strcmp(row->place.level, "n/a") != 0) {
        fsc_text_add(out, " at ");
        fsc_text_add_html(out, row->place.level);
    }
    if (row->place.side == FSC_SIDE_LEFT || row->place.side == FSC_SIDE_RIGHT)
        fsc_text_printf(out, " on the %s", fsc_words_side(row->place.side));
}

typedef struct extreme {
    const fsc_row *row;
    int32_t muscle;
} extreme;

static void find_extremes(const fsc_sheet *sheet, extreme *most, extreme *least) {
    for (int32_t m = 0; m < sheet->n_muscle; m++)
        for (int32_t l = 0; l < sheet->n_level; l++)
            for (int slot = 0; slot < 3; slot++) {
                const fsc_row *row = fsc_sheet_cell(sheet, m, l, (fsc_slot)slot)->row;
                if (!row || !isfinite(row->pdff_mean_fraction)) continue;
                if (!most->row || row->pdff_mean_fraction > most->row->pdff_mean_fraction) *most = (extreme){row, m};
                if (!least->row || row->pdff_mean_fraction < least->row->pdff_mean_fraction) *least = (extreme){row, m};
            }
}

static void say_what(fsc_text *out, const fsc_sheet *sheet) {
    char span[32];
    fsc_sheet_span(sheet, span, sizeof span);
    fsc_text_printf(out, "<p>This scan was used to measure <strong>how much fat lies inside %d muscle%s</strong>",
                    (int)sheet->n_muscle, sheet->n_muscle == 1 ? "" : "s");
    if (span[0]) {
        fsc_text_add(out, " along the spine, from level ");
        fsc_text_add_html(out, span);
    }
    fsc_text_printf(out,
                    ": %d value%s in all. Every muscle holds some fat. 20 %% means that one fifth of the signal "
                    "in that muscle comes from fat and four fifths from water.</p>\n",
                    (int)sheet->n_site, sheet->n_site == 1 ? "" : "s");
}

static void say_extremes(fsc_text *out, const fsc_sheet *sheet) {
    extreme most = {NULL, 0}, least = {NULL, 0};
    find_extremes(sheet, &most, &least);
    if (!most.row) return;
    fsc_text_printf(out, "<p>The most fat was found in the <strong>");
    add_place(out, sheet, most.muscle, most.row);
    fsc_text_printf(out, "</strong> (%.0f %%)", 100 * most.row->pdff_mean_fraction);
    if (most.row != least.row) {
        fsc_text_add(out, ", the least in the <strong>");
        add_place(out, sheet, least.muscle, least.row);
        fsc_text_printf(out, "</strong> (%.0f %%)", 100 * least.row->pdff_mean_fraction);
    }
    fsc_text_add(out, ". Muscles and levels differ in everyone, so the highest value of a person is not by itself a "
                      "finding.</p>\n");
}

static void say_sides(fsc_text *out, const fsc_sheet *sheet) {
    if (sheet->side_unknown) {
        fsc_text_add(out, "<p>The scan does not tell left from right, so the sides could not be compared.</p>\n");
        return;
    }
    int pairs = 0, beyond = 0;
    for (int32_t m = 0; m < sheet->n_muscle; m++)
        for (int32_t l = 0; l < sheet->n_level; l++) {
            double difference, half90;
            beyond += fsc_sheet_side_difference(sheet, m, l, &difference, &half90);
            pairs += isfinite(difference) && isfinite(half90);
        }
    if (!pairs) return;
    fsc_text_printf(out,
                    "<p>Left and right could be compared at %d place%s; at %d the difference is larger than its "
                    "measurement error. About one place in twenty does so by chance, and unequal sides alone are not a "
                    "sign of injury.</p>\n",
                    pairs, pairs == 1 ? "" : "s", beyond);
}

fsc_status fsc_prose_plain(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet, fsc_error *err) {
    (void)input;
    fsc_text_add(out, "<section class=\"plain\" aria-labelledby=\"plain-title\">\n"
                      "<h2 id=\"plain-title\">In plain words</h2>\n");
    if (sheet->n_site) {
        say_what(out, sheet);
        say_extremes(out, sheet);
        if (sheet->map) {
            fsc_record_plain_add(out, sheet);
        } else {
            say_sides(out, sheet);
            fsc_text_add(out,
                         "<p>These values were <strong>not compared with other people</strong>: whether they are "
                         "usual for your age and sex is not said on this page. Fat in a muscle does not tell whether "
                         "or why it hurts.</p>\n");
        }
    } else {
        fsc_text_add(
            out, "<p>This scan was turned into a map of fat and water. <strong>No muscle was outlined yet</strong>, "
                 "so the page shows pictures and says nothing about single muscles.</p>\n");
    }
    fsc_text_add(out, "</section>\n");
    return out->failed ? fsc_fail_nomem(err, "writing the report") : FSC_OK;
}
