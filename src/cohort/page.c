/* The page of a study: first who is not done, then a section a file. */
#include "page.h"

#include "fail.h"

#include <string.h>

static void add_not_done(fsc_text *out, const fsc_gathered *all) {
    int32_t n = 0;
    for (int32_t i = 0; i < all->n; i++) n += strcmp(all->item[i].who.state, "done") != 0;
    fsc_text_printf(out, "<section><h2>Who is not in it</h2>\n<p>%d of %d people and visits are done.</p>\n",
                    (int)(all->n - n), (int)all->n);
    if (n) {
        fsc_page_open(out, "Who is not in it");
        fsc_text_add(out, "<table><thead><tr><th>who</th><th>state</th><th>why</th></tr></thead><tbody>\n");
    }
    for (int32_t i = 0; i < all->n; i++) {
        const fsc_group_member *m = &all->item[i].who;
        if (strcmp(m->state, "done") == 0) continue;
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_text_add_html(out, m->name);
        fsc_text_printf(out, "</th><td>%s</td><td>", m->state);
        fsc_text_add_html(out, m->line);
        fsc_text_add(out, "</td></tr>\n");
    }
    fsc_text_add(out, n ? "</tbody></table></div></section>\n" : "</section>\n");
}

static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width,initial-scale=1\"><title>Study</title>\n<style>body{font:16px/1.5 "
    "system-ui,sans-serif;color:#1d2733;background:#fff;max-width:60rem;margin:0 auto;padding:1rem}"
    "table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid "
    "#d5d9de;vertical-align:top}a{color:#0b5cad}tbody "
    "th{white-space:nowrap}.odd{background:#fff1d6}.wide{overflow-x:auto}"
    "svg{min-width:36rem;width:100%;height:auto}</style></head>\n<body><main>\n<h1>Study</h1>\n"
    "<p>Research software, not a medical device.</p>\n";

fsc_status fsc_group_page(fsc_text *out, const fsc_page *page, fsc_error *err) {
    fsc_text_add(out, page_head);
    add_not_done(out, page->all);
    fsc_page_quality(out, page);
    fsc_page_strips(out, page);
    FSC_TRY(fsc_page_age(out, page, err));
    FSC_TRY(fsc_page_change(out, page, err));
    FSC_TRY(fsc_page_agreement(out, page, err));
    FSC_TRY(fsc_page_order(out, page, err));
    FSC_TRY(fsc_page_controls(out, page, err));
    fsc_text_add(out, "</main></body></html>\n");
    return out->failed ? fsc_fail_nomem(err, "making a study's page") : FSC_OK;
}
