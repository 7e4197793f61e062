/* The order of the page: what is always true, what limits, plain words, the picture, the numbers, the evidence. */
#include <fascicle/report.h>

#include "butterfly.h"
#include "chart.h"
#include "fail.h"
#include "file.h"
#include "future.h"
#include "html.h"
#include "page_tables.h"
#include "prose.h"
#include "record.h"
#include "sheet.h"
#include "slices.h"

static void add_picture(fsc_text *page, const fsc_sheet *sheet) {
    fsc_text_add(
        page, "<figure class=\"map\" aria-labelledby=\"map-title\">\n<h2 id=\"map-title\">The map: fat in each muscle "
              "at each level</h2>\n");
    fsc_text_add(page, "<p class=\"figure-note\">One cell a muscle and level, deep muscles next to the spine. ");
    fsc_text_add(page, sheet->side_unknown
                           ? "The scan does not tell left from right: each value stands once, drawn across both sides."
                           : "Seen as if facing the person: their left is on your right.");
    fsc_text_add(page, "</p>\n");
    fsc_butterfly_add(page, sheet, "map");
    fsc_text_add(page, "</figure>\n");
}

static fsc_status add_cannot_see(fsc_text *page, const fsc_sheet *sheet, fsc_error *err) {
    fsc_text_add(page,
                 "<section class=\"cannot\" aria-labelledby=\"cannot-title\">\n<h2 id=\"cannot-title\">What this scan "
                 "cannot see</h2>\n");
    FSC_TRY(fsc_prose_statements(page, "cannot", sheet, 1, err));
    fsc_text_add(page, "</section>\n");
    return FSC_OK;
}

static fsc_status add_evidence(fsc_text *page, const fsc_sheet *sheet, fsc_error *err) {
    fsc_text_add(page,
                 "<section class=\"evidence\" aria-labelledby=\"evidence-title\">\n<h2 id=\"evidence-title\">What is "
                 "known, and what is contested</h2>\n");
    if (!sheet->map) { /* the record brings its own contested points, chosen by the person's case */
        fsc_text_add(page, "<h3>Contested</h3>\n");
        FSC_TRY(fsc_prose_statements(page, "contested", sheet, 0, err));
    }
    fsc_text_add(page, "<h3>What moves a number</h3>\n");
    FSC_TRY(fsc_prose_statements(page, "limit", sheet, 0, err));
    fsc_text_add(page, "<h3>What this scan cannot see, with sources</h3>\n");
    FSC_TRY(fsc_prose_statements(page, "cannot", sheet, 0, err));
    fsc_text_add(page, "</section>\n");
    return FSC_OK;
}

static fsc_status fill(fsc_text *page, const fsc_report_input *input, const fsc_sheet *sheet, fsc_error *err) {
    FSC_TRY(fsc_html_open(page, input, sheet, err));
    fsc_record_stop_add(page, sheet->map);
    fsc_html_warnings(page, input);
    fsc_text_add(page, "<div class=\"opening\">\n<div>\n");
    FSC_TRY(fsc_prose_plain(page, input, sheet, err));
    if (!sheet->n_site) FSC_TRY(fsc_html_segmenters(page, err));
    fsc_text_add(page, "</div>\n");
    FSC_TRY(add_cannot_see(page, sheet, err));
    fsc_text_add(page, "</div>\n");
    if (sheet->n_site) {
        add_picture(page, sheet);
        fsc_table_key_add(page, input, sheet);
    }
    FSC_TRY(fsc_slices_add(page, input, sheet, err));
    if (sheet->n_site) {
        fsc_record_change_add(page, sheet);
        fsc_chart_levels_add(page, sheet);
        fsc_chart_strips_add(page, sheet);
        fsc_record_norms_add(page, sheet);
        fsc_record_within_add(page, sheet);
        FSC_TRY(fsc_future_add(page, input->forecast, err));
    } else {
        fsc_chart_histogram_add(page, input->fatwater);
    }
    FSC_TRY(fsc_table_full_add(page, input, sheet, err));
    fsc_table_scan_add(page, input);
    fsc_html_notes(page, input);
    fsc_record_sentences_add(page, sheet->map);
    FSC_TRY(add_evidence(page, sheet, err));
    fsc_table_provenance_add(page, input);
    fsc_html_close(page);
    return page->failed ? fsc_fail_nomem(err, "writing the report") : FSC_OK;
}

fsc_status fsc_report_write(const char *path, const fsc_report_input *input, fsc_error *err) {
    if (!input || (!input->fatwater && !input->measures && !input->map))
        return fsc_fail(err, FSC_E_ARG, "the report needs maps, measures or a record: none was given");
    FSC_AUTO_SHEET fsc_sheet sheet = {0};
    FSC_AUTO_TEXT fsc_text page = {0};
    FSC_TRY(fsc_sheet_make(&sheet, input, err));
    FSC_TRY(fill(&page, input, &sheet, err));
    return fsc_file_write(path, page.data, page.length, err);
}

fsc_status fsc_report_butterfly_write(const char *path, const fsc_report_input *input, fsc_error *err) {
    FSC_AUTO_SHEET fsc_sheet sheet = {0};
    FSC_AUTO_TEXT fsc_text picture = {0};
    FSC_TRY(fsc_sheet_make(&sheet, input, err));
    if (!sheet.n_site) return fsc_fail(err, FSC_E_ARG, "the butterfly picture needs sites: the measures hold none");
    fsc_text_add(&picture, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    fsc_butterfly_add(&picture, &sheet, "map");
    if (picture.failed) return fsc_fail_nomem(err, "drawing the butterfly picture");
    return fsc_file_write(path, picture.data, picture.length, err);
}
