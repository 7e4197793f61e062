/* Norms of the study's own controls. */
#include "page.h"

#include "fail.h"
#include "file.h"

#include <fascicle/norms.h>
#include <stdio.h>
#include <string.h>

/* The controls' tables below one header, with age and sex behind: what fsc_norms_fit reads. One visit of each person.
 */
static int32_t list_controls(fsc_text *table, const fsc_page *page) {
    const fsc_gathered *all = page->all;
    const char *last = "";
    int32_t n_left_out = 0;
    for (int32_t i = 0; i < all->n; i++) {
        const fsc_seen *m = &all->item[i];
        if (!page->control[i] || strcmp(m->who.participant, last) == 0) continue;
        last = m->who.participant;
        for (int32_t r = table->length ? 0 : -1; r < m->sites.n_row; r++) {
            const double v = fsc_table_number(&m->sites, r, "pdff_mean_fraction");
            if (v <= 0 || v >= 1) { /* noise about none; a skewed scale has no place for it */
                n_left_out++;
                continue;
            }
            for (int32_t c = 0; c < m->sites.n_column; c++)
                fsc_text_printf(table, "%s%s", c ? "\t" : "",
                                r < 0 ? m->sites.column[c] : fsc_table_cell(&m->sites, r, c));
            const char *age = fsc_table_get(&all->people, m->person, "age"),
                       *sex = fsc_table_get(&all->people, m->person, "sex");
            fsc_text_printf(table, "\t%s\t%s\n",
                            r < 0  ? "age"
                            : *age ? age
                                   : "n/a",
                            r < 0  ? "sex"
                            : *sex ? sex
                                   : "n/a");
        }
    }
    return n_left_out;
}

/* Sites without a norm are counted, other notes told. */
static void add_notes(fsc_text *out, const fsc_notes *notes) {
    int32_t n_without = 0;
    for (int32_t i = 0; i < notes->n; i++) {
        const int without = strncmp(notes->item[i].text, "No norm for ", 12) == 0;
        n_without += without;
        if (without) continue;
        fsc_text_add(out, " ");
        fsc_text_add_html(out, notes->item[i].text);
        fsc_text_add(out, ".");
    }
    if (n_without) fsc_text_printf(out, " %d sites, sides and sexes have too few.", (int)n_without);
}

fsc_status fsc_page_controls(fsc_text *out, const fsc_page *page, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text table = {0};
    char from[4096], to[4096];
    fsc_notes notes = {0};
    fsc_error why = FSC_ERROR_INIT;
    fsc_norms_fit_options fit = {.cohort = "study-controls", .source = "own controls"};
    if (!page->n_control) return FSC_OK;
    const int32_t n_left_out = list_controls(&table, page);
    FSC_TRY(fsc_page_put(page, "group_controls.tsv", &table, err));
    FSC_TRY(fsc_file_join(from, sizeof from, page->all->to, "group_controls.tsv", err));
    FSC_TRY(fsc_file_join(to, sizeof to, page->all->to, "group_norms.tsv", err));
    fsc_status status = fsc_norms_fit(to, from, &fit, NULL, &notes, &why);
    if (status == FSC_E_RANGE) { /* too few for curves of their own: an offset on the pooled ones */
        fit.borrow = 1;
        fsc_notes_free(&notes);
        status = fsc_norms_fit(to, from, &fit, NULL, &notes, &why);
    }
    fsc_text_printf(out, "<section><h2>Norms of the controls</h2>\n<p>%d controls and visits. ", (int)page->n_control);
    if (status != FSC_OK) {
        const char *text = strrchr(why.text, '/'); /* nothing above the study */
        fsc_text_add(out, "No norms were fitted: ");
        fsc_text_add_html(out, text ? text + 1 : why.text);
        fsc_text_add(out, ".");
    } else if (fit.borrow) {
        fsc_text_add(out, "Too few for curves of their own: group_norms.tsv holds the pooled curves, moved to them.");
    } else {
        fsc_text_add(out, "group_norms.tsv holds curves over age fitted to them.");
    }
    if (status == FSC_OK) fsc_text_add(out, " <code>fascicle run --norms</code> takes it.");
    if (n_left_out) fsc_text_printf(out, " %d of their values, at or below 0 %%, were left out.", (int)n_left_out);
    add_notes(out, &notes);
    fsc_text_add(out, "</p></section>\n");
    fsc_notes_free(&notes);
    return status == FSC_E_NOMEM || status == FSC_E_IO ? fsc_fail(err, status, "%s", why.text) : FSC_OK;
}
