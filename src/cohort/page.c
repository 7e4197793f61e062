/* The page of a study: first who is not done, then a section a file. */
#include "page.h"

#include "fail.h"

#include <string.h>

/* Done, and yet something is to be said. */
static void add_doubled(fsc_text *out, const fsc_gathered *all) {
    int32_t n = 0;
    for (int32_t i = 0; i < all->n; i++) {
        const fsc_group_member *m = &all->item[i].who;
        if (strcmp(m->state, "done") != 0 || !m->line[0]) continue;
        fsc_text_add(out, n++ ? "</li>\n<li>" : "<ul>\n<li>");
        fsc_text_add_html(out, m->name);
        fsc_text_add(out, ": ");
        fsc_text_add_html(out, m->line);
    }
    if (n) fsc_text_add(out, "</li>\n</ul>\n");
}

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
        fsc_text_printf(out, "</th><td>%s</td><td class=\"why\">", m->state);
        fsc_text_add_html(out, m->line);
        fsc_text_add(out, "</td></tr>\n");
    }
    if (n) fsc_text_add(out, "</tbody></table></div>\n");
    add_doubled(out, all);
    fsc_text_add(out, "</section>\n");
}

/* Sorts a table by the column whose name is pressed, by mouse or key, what is not known last. Without it the table
 * stands as it came, outliers first. The page may run nothing else: the policy holds this text's hash (tests/web/check
 * presses the names under it). */
#define SORT_HASH "M0VwZ6cqdpA6t7GT18PXW+UnT6rVy2U3YtVUG99F3QQ="
static const char sort_script[] =
    "document.querySelectorAll('table.sort').forEach(t=>t.querySelectorAll('thead th').forEach((h,i,all)=>{"
    "const b=document.createElement('button');b.textContent=h.textContent;h.replaceChildren(b);"
    "b.onclick=()=>{const s=h.getAttribute('aria-sort')=='ascending'?-1:1;"
    "all.forEach(o=>o.removeAttribute('aria-sort'));"
    "h.setAttribute('aria-sort',s>0?'ascending':'descending');"
    "const v=r=>r.cells[i].textContent,n=r=>parseFloat(v(r)),k=(x,y)=>{"
    "const a=n(x),c=n(y),d=isNaN(a)-isNaN(c);return d||s*(isNaN(a)?v(x).localeCompare(v(y),'en',{"
    "numeric:true}):a-c)};t.tBodies[0].append(...[...t.rows].slice(1).sort(k))}}))";

static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" SORT_HASH
    "'\"><meta name=\"viewport\" "
    "content=\"width=device-width,initial-scale=1\"><title>Study</title>\n<style>body{font:16px/1.5 "
    "system-ui,sans-serif;color:#1d2733;background:#fff;max-width:60rem;margin:0 auto;padding:1rem}"
    "table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid "
    "#d5d9de;vertical-align:top}a{color:#0b5cad}tbody "
    "th{white-space:nowrap}.odd{background:#fff1d6}.why{overflow-wrap:anywhere}.wide{overflow-x:auto}"
    "th button{font:inherit;font-weight:bold;color:#0b5cad;background:none;border:0;padding:.25rem "
    "0;text-align:left;cursor:pointer;min-height:24px}[aria-sort=ascending] button::after{content:' "
    "\xe2\x96\xb2'}[aria-sort=descending] button::after{content:' \xe2\x96\xbc'}"
    "svg{min-width:36rem;width:100%;height:auto}</style></head>\n<body><main>\n<h1>Study</h1>\n"
    "<p>Research software, not a medical device.</p>\n";

fsc_status fsc_group_page(fsc_text *out, const fsc_page *page, fsc_error *err) {
    fsc_text_add(out, page_head);
    add_not_done(out, page->all);
    FSC_TRY(fsc_page_quality(out, page, err));
    fsc_page_strips(out, page);
    FSC_TRY(fsc_page_levels(out, page, err));
    FSC_TRY(fsc_page_age(out, page, err));
    FSC_TRY(fsc_page_change(out, page, err));
    FSC_TRY(fsc_page_agreement(out, page, err));
    FSC_TRY(fsc_page_order(out, page, err));
    FSC_TRY(fsc_page_controls(out, page, err));
    fsc_text_add(out, "</main><script>");
    fsc_text_add(out, sort_script);
    fsc_text_add(out, "</script></body></html>\n");
    return out->failed ? fsc_fail_nomem(err, "making a study's page") : FSC_OK;
}
