/* The order of events over the study's sites, with what it cannot tell. */
#include "page.h"

#include "fail.h"
#include "file.h"
#include "write.h"

#include <fascicle/order.h>
#include <fascicle/subtypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TOLD 0.95 /* share of orders from which a pair counts as told */

#define NOT_TOLD ": its values do not tell"

/* Markers that do not tell before from after share a line; a study has many. */
static void add_not_told(fsc_text *out, const fsc_notes *notes) {
    int32_t n = 0;
    for (int32_t i = 0; i < notes->n; i++) {
        const char *text = notes->item[i].text, *end = strstr(text, NOT_TOLD);
        if (!end) continue;
        fsc_text_add(out, n++ ? ", "
                              : "<li>Values of these do not tell before from after, so that their places are not "
                                "known: ");
        fsc_page_name(out, text, (size_t)(end - text));
    }
    if (n) fsc_text_add(out, ".</li>\n");
}

static void add_notes(fsc_text *out, const fsc_notes *notes) {
    if (notes->n) fsc_text_add(out, "<ul>\n");
    add_not_told(out, notes);
    for (int32_t i = 0; i < notes->n; i++) {
        if (strstr(notes->item[i].text, NOT_TOLD)) continue;
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, notes->item[i].text);
        fsc_text_add(out, "</li>\n");
    }
    if (notes->n) fsc_text_add(out, "</ul>\n");
}

static void add_verdict(fsc_text *out, const fsc_order *o, const fsc_subtypes *types) {
    int32_t told = 0;
    const int32_t n = o->n_event, pairs = n * (n - 1) / 2;
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = a + 1; b < n; b++) told += fabs(o->before[a * n + b] - 0.5) >= TOLD - 0.5;
    if (2 * told < pairs)
        fsc_text_printf(
            out,
            "<p><strong>These people do not tell the order:</strong> of %d pairs of markers %d stand the same "
            "way round in 95 %% of the sampled orders. Do not read the picture as a sequence.</p>\n",
            (int)pairs, (int)told);
    else
        fsc_text_printf(out,
                        "<p>Of %d pairs of markers %d stand the same way round in 95 %% of the sampled orders.</p>\n",
                        (int)pairs, (int)told);
    if (types && types->n_subtype > 1)
        fsc_text_printf(
            out,
            "<p><strong>%d orders describe people left out better than one:</strong> the picture mixes them. "
            "group_subtypes.tsv has the orders, group_members.tsv who follows which.</p>\n",
            (int)types->n_subtype);
    else if (types)
        fsc_text_add(out, "<p>A second order does not describe people left out better.</p>\n");
}

static fsc_status find_types(fsc_subtypes **types, const fsc_cohort *cohort, const fsc_page *page, fsc_error *err) {
    fsc_subtypes_options opt = FSC_SUBTYPES_OPTIONS_INIT;
    int32_t n_case = 0;
    for (int32_t j = 0; j < cohort->n_person; j++) n_case += cohort->is_control[j] == 0;
    if (n_case < FSC_SUBTYPES_LEAST_PEOPLE) return FSC_OK;
    opt.n_threads = page->opt->n_threads;
    opt.progress = page->opt->progress;
    FSC_TRY(fsc_subtypes_run(types, cohort, &opt, err));
    return fsc_subtypes_write(*types, cohort, page->all->to, "group", err);
}

static fsc_status add_order(fsc_text *out, const fsc_cohort *cohort, const fsc_page *page, fsc_error *err) {
    fsc_order_options opt = FSC_ORDER_OPTIONS_INIT;
    fsc_order *order = NULL;
    fsc_subtypes *types = NULL;
    opt.n_threads = page->opt->n_threads;
    opt.progress = page->opt->progress;
    fsc_status status = fsc_order_run(&order, cohort, &opt, err);
    if (status == FSC_OK) status = fsc_order_write(order, page->all->to, "group", NULL, err);
    if (status == FSC_OK) status = find_types(&types, cohort, page, err);
    if (status == FSC_OK) {
        add_verdict(out, order, types);
        add_notes(out, &order->notes);
        fsc_page_open(out, "Order of events");
        fsc_order_picture(out, order);
        fsc_text_add(out, "</div>\n");
    }
    fsc_order_free(order);
    fsc_subtypes_free(types);
    return status;
}

/* Too few people or markers is an answer, not a fault. */
static int is_answer(fsc_status status) {
    return status == FSC_E_FORMAT || status == FSC_E_RANGE || status == FSC_E_NUMERIC;
}

fsc_status fsc_page_order(fsc_text *out, const fsc_page *page, fsc_error *err) {
    char path[4096], column[100], joined[120];
    fsc_cohort *cohort = NULL;
    fsc_error why = FSC_ERROR_INIT;
    if (!page->opt->order) return FSC_OK;
    FSC_TRY(fsc_file_join(path, sizeof path, page->all->to, "group_sites.tsv", err));
    const char *word = fsc_page_control_word(column, page);
    (void)snprintf(joined, sizeof joined, "participants_%s", column);
    const fsc_cohort_options columns = {
        .group_column = joined, .control_word = word, .pool_sides = 1, .first_visit = 1};
    fsc_text_add(out,
                 "<section><h2>Order of events</h2>\n<p>In which order sites become abnormal, from one look at each "
                 "person (event-based model). It sees sequence, not time, takes it that events do not reverse, and "
                 "an association in a study is no proof of a person's course.</p>\n");
    fsc_status status = fsc_cohort_read(&cohort, path, &columns, &why);
    if (status == FSC_OK) status = add_order(out, cohort, page, &why);
    fsc_cohort_free(cohort);
    if (is_answer(status)) {
        const char *text = strrchr(why.text, '/'); /* nothing above the study */
        fsc_text_add(out, "<p><strong>It cannot tell:</strong> ");
        if (text && why.text[0] == '\'') fsc_text_add(out, "'");
        fsc_text_add_html(out, text ? text + 1 : why.text);
        fsc_text_add(out, "</p>\n");
        status = FSC_OK;
    } else if (status != FSC_OK) {
        return fsc_fail(err, status, "%s", why.text);
    }
    fsc_text_add(out, "</section>\n");
    return status;
}
