/* The order of the page: findings, flags, what limits them, the map, plan and follow-up; then the details. */
#include "clinic.h"

#include "butterfly.h"
#include "fail.h"
#include "html.h"
#include "page_tables.h"
#include "plan_lists.h"
#include "prose.h"
#include "record.h"
#include "summary.h"

#include <string.h>

#define FINDINGS_NAMED 3

static void add_findings(fsc_text *out, const fsc_case *c) {
    fsc_text_add(out, "<section class=\"plain\" aria-labelledby=\"findings-title\">\n<h2 id=\"findings-title\">The "
                      "strongest findings</h2>\n");
    fsc_summary_findings_add(out, c, FINDINGS_NAMED);
    fsc_summary_felt_add(out, c);
    fsc_text_add(out, "</section>\n");
}

static fsc_status add_details(fsc_text *out, const fsc_case *c, fsc_error *err) {
    fsc_text_add(out,
                 "<details class=\"more\"><summary>Details: every muscle, comparisons with other people, differences "
                 "inside the person, the scan, the evidence</summary>\n");
    fsc_plan_full_add(out, c->input->plan);
    fsc_table_key_add(out, c->input, &c->sheet);
    fsc_record_norms_add(out, &c->sheet);
    fsc_record_change_add(out, &c->sheet);
    fsc_record_within_add(out, &c->sheet);
    fsc_table_scan_add(out, c->input);
    fsc_html_notes(out, c->input);
    fsc_record_sentences_add(out, c->sheet.map);
    FSC_TRY(fsc_prose_statements(out, "limit", &c->sheet, 0, err));
    fsc_table_provenance_add(out, c->input);
    fsc_text_add(out, "</details>\n");
    return FSC_OK;
}

fsc_status fsc_clinic_add(fsc_text *out, const fsc_case *c, fsc_error *err) {
    if (!c->sheet.n_site) {
        fsc_html_warnings(out, c->input);
        FSC_TRY(fsc_html_segmenters(out, err));
        fsc_html_flags_add(out, c->input->map);
        fsc_html_unread(out);
        return FSC_OK;
    }
    add_findings(out, c);
    fsc_html_flags_add(out, c->input->map);
    fsc_plan_refer_add(out, c->input->plan);
    fsc_html_map_add(out, c);
    fsc_plan_short_add(out, c->input->plan);
    fsc_text_add(out, "<section class=\"rest\" aria-labelledby=\"rest-title\">\n<h2 id=\"rest-title\">What was and was "
                      "not compared</h2>\n");
    fsc_summary_rest_add(out, c);
    fsc_text_add(out, "</section>\n");
    fsc_html_warnings(out, c->input);
    fsc_html_unread(out);
    return add_details(out, c, err);
}
