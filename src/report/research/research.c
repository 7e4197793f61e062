/* The order of the page: findings, what limits them, the picture, the numbers, the model folded away, the evidence. */
#include "research.h"

#include "butterfly.h"
#include "chart.h"
#include "fail.h"
#include "future.h"
#include "html.h"
#include "page_tables.h"
#include "plan_lists.h"
#include "prose.h"
#include "record.h"
#include "slices.h"
#include "summary.h"

#include <string.h>

#define FINDINGS_NAMED 12

static void add_findings(fsc_text *out, const fsc_case *c) {
    fsc_text_add(out, "<section class=\"plain\" aria-labelledby=\"findings-title\">\n<h2 id=\"findings-title\">What "
                      "stands out, and what was not compared</h2>\n");
    fsc_summary_findings_add(out, c, FINDINGS_NAMED);
    fsc_summary_rest_add(out, c);
    fsc_summary_felt_add(out, c);
    fsc_text_add(out, "</section>\n");
}

static fsc_status add_cannot_see(fsc_text *out, const fsc_sheet *sheet, fsc_error *err) {
    fsc_text_add(out,
                 "<section class=\"cannot\" aria-labelledby=\"cannot-title\">\n<h2 id=\"cannot-title\">What this scan "
                 "cannot see</h2>\n");
    FSC_TRY(fsc_prose_statements(out, "cannot", sheet, 1, err));
    fsc_html_unread(out);
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}

static fsc_status add_evidence(fsc_text *out, const fsc_sheet *sheet, fsc_error *err) {
    fsc_text_add(out,
                 "<section class=\"evidence\" aria-labelledby=\"evidence-title\">\n<h2 id=\"evidence-title\">What is "
                 "known, and what is contested</h2>\n");
    if (!sheet->map) { /* the record brings its own contested points, chosen by the person's case */
        fsc_text_add(out, "<h3>Contested</h3>\n");
        FSC_TRY(fsc_prose_statements(out, "contested", sheet, 0, err));
    }
    fsc_text_add(out, "<h3>What moves a number</h3>\n");
    FSC_TRY(fsc_prose_statements(out, "limit", sheet, 0, err));
    fsc_text_add(out, "<h3>What this scan cannot see, with sources</h3>\n");
    FSC_TRY(fsc_prose_statements(out, "cannot", sheet, 0, err));
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}

static fsc_status add_opening(fsc_text *out, const fsc_case *c, fsc_error *err) {
    fsc_html_flags_add(out, c->input->map);
    fsc_html_warnings(out, c->input);
    fsc_text_add(out, "<div class=\"opening\">\n<div>\n");
    if (c->sheet.n_site) {
        add_findings(out, c);
    } else {
        FSC_TRY(fsc_html_segmenters(out, err));
    }
    fsc_text_add(out, "</div>\n");
    FSC_TRY(add_cannot_see(out, &c->sheet, err));
    fsc_text_add(out, "</div>\n");
    return FSC_OK;
}

static void add_story_view(fsc_text *out, const fsc_model_view_story *story) {
    fsc_text_add(out, "<p>Under the story “");
    fsc_text_add_html(out, story->story);
    fsc_text_printf(out,
                    "”: to %d of %d virtual people who fit, the order makes a difference (0.1 points of 10 of mean "
                    "pain, or more; median from best to worst %.2f).</p>\n<ul>\n",
                    (int)story->n_differ, (int)story->n_people, story->pain_range);
    for (int k = 0; k < FSC_MODEL_VIEW_BEST && story->best[k].what[0]; k++) {
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, story->best[k].what);
        fsc_text_printf(out, ": best in %.0f %%</li>\n", 100 * story->best[k].share_best);
    }
    fsc_text_add(out, "</ul>\n");
}

/* What the model would do first, in a box of its own: it changes nothing in the plan. */
static void add_model_view(fsc_text *out, const fsc_model_view *view) {
    fsc_text_add(out, "<section class=\"view\" aria-labelledby=\"view-title\">\n<h3 id=\"view-title\">What order the "
                      "model would choose</h3>\n<p>A statement of the model. It changes nothing in the plan and is no "
                      "sign that a treatment works. ");
    if (!view->made) {
        fsc_text_add(out, "None was made: ");
        fsc_text_add_html(out, view->reason);
        fsc_text_add(out, ".</p>\n</section>\n");
        return;
    }
    fsc_text_printf(out,
                    "All %d orders and start weeks of four model treatments were tried, one at a time in blocks of "
                    "six weeks, by their mean pain over 52 weeks.</p>\n<p><strong>",
                    (int)view->n_tried);
    fsc_text_add_html(out, view->text);
    fsc_text_add(out, "</strong></p>\n");
    for (int k = 0; k < FSC_CYCLE_N_STORY; k++) add_story_view(out, &view->story[k]);
    fsc_text_add(out, "</section>\n");
}

static fsc_status add_model(fsc_text *out, const fsc_case *c, fsc_error *err) {
    const fsc_forecast *forecast = c->input->forecast;
    const fsc_plan *plan = c->input->plan;
    const int viewed = plan && plan->state == FSC_PLAN_READY;
    if ((!forecast || forecast->n_site < 1) && !viewed) return FSC_OK;
    fsc_text_add(out, "<details class=\"model\"><summary>What a model of the injury cycle makes of this scan. It is no "
                      "measurement, and most of its parameters are assumptions.</summary>\n");
    FSC_TRY(fsc_future_add(out, forecast, err));
    if (viewed) add_model_view(out, &plan->model_view);
    fsc_text_add(out, "</details>\n");
    return FSC_OK;
}

static fsc_status add_sites(fsc_text *out, const fsc_case *c, fsc_error *err) {
    const fsc_sheet *sheet = &c->sheet;
    fsc_record_change_add(out, sheet);
    fsc_chart_levels_add(out, sheet);
    fsc_chart_strips_add(out, sheet);
    fsc_record_norms_add(out, sheet);
    fsc_record_within_add(out, sheet);
    fsc_plan_short_add(out, c->input->plan);
    fsc_plan_full_add(out, c->input->plan);
    return add_model(out, c, err);
}

static fsc_status add_body(fsc_text *out, const fsc_case *c, fsc_error *err) {
    const fsc_report_input *input = c->input;
    const fsc_sheet *sheet = &c->sheet;
    FSC_TRY(add_opening(out, c, err));
    if (sheet->n_site) {
        fsc_html_map_add(out, c);
        fsc_table_key_add(out, input, sheet);
    }
    FSC_TRY(fsc_slices_add(out, input, sheet, err));
    if (sheet->n_site)
        FSC_TRY(add_sites(out, c, err));
    else
        fsc_chart_histogram_add(out, input->fatwater);
    FSC_TRY(fsc_table_full_add(out, input, sheet, err));
    fsc_table_scan_add(out, input);
    fsc_html_notes(out, input);
    fsc_record_sentences_add(out, sheet->map);
    FSC_TRY(add_evidence(out, sheet, err));
    fsc_table_provenance_add(out, input);
    return FSC_OK;
}

#define HEADING "<h2 id=\""

/* A line for every heading of body, in its order. */
static void add_contents(fsc_text *out, const char *body) {
    fsc_text_add(out, "<nav class=\"contents\" aria-label=\"Contents\">\n<ol>\n");
    for (const char *h = strstr(body, HEADING); h; h = strstr(h, HEADING)) {
        const char *id = h + strlen(HEADING), *title = strchr(id, '>') + 1;
        fsc_text_printf(out, "<li><a href=\"#%.*s\">%.*s</a></li>\n", (int)strcspn(id, "\""), id,
                        (int)strcspn(title, "<"), title);
        h = title;
    }
    fsc_text_add(out, "</ol>\n</nav>\n");
}

fsc_status fsc_research_add(fsc_text *out, const fsc_case *c, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text body = {0};
    FSC_TRY(add_body(&body, c, err));
    if (body.failed) return fsc_fail_nomem(err, "writing the report");
    add_contents(out, body.data);
    fsc_text_add_n(out, body.data, body.length);
    return FSC_OK;
}
