/* What the sections of a study's page are made of. */
#include "page.h"

#include "fail.h"
#include "file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const fsc_page_ink[FSC_PAGE_GROUPS] = {"#0b5cad", "#b3460f", "#2f6f3a", "#7a3f9d", "#8a6d00", "#4a5563"};

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void fsc_page_sort(double *value, int32_t n) {
    if (n > 1) qsort(value, (size_t)n, sizeof *value, by_number);
}

double fsc_page_quantile(const double *sorted, int32_t n, double p) {
    const double at = p * (n - 1);
    const int32_t low = (int32_t)floor(at);
    return low + 1 < n ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[n - 1];
}

void fsc_page_open(fsc_text *out, const char *name) {
    fsc_text_add(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
    fsc_text_add_html(out, name);
    fsc_text_add(out, "\">");
}

void fsc_page_name(fsc_text *out, const char *name, size_t length) {
    char text[80];
    if (length >= sizeof text) length = sizeof text - 1;
    for (size_t i = 0; i < length; i++) text[i] = name[i] == '_' ? ' ' : name[i];
    text[length] = 0;
    fsc_text_add_html(out, text);
}

void fsc_page_href(fsc_text *out, const fsc_seen *m) {
    fsc_text_add(out, "href=\"");
    fsc_text_add_html(out, m->stem);
    fsc_text_add(out, "_desc-research_report.html\"");
}

int32_t fsc_page_muscle_end(const fsc_page *page, int32_t first) {
    const fsc_site_names *site = &page->all->site;
    const char *name = site->name[page->site[first]];
    int32_t end = first;
    while (end < site->n && strncmp(site->name[page->site[end]], name, strcspn(name, " ") + 1) == 0) end++;
    return end;
}

double fsc_page_mean(const fsc_gathered *all, int32_t member, const int32_t *site, int32_t n) {
    double sum = 0;
    int32_t count = 0;
    for (int32_t k = 0; k < n; k++) {
        const double v = fsc_gathered_number(all, member, site[k], "pdff_mean_fraction");
        if (!isfinite(v)) continue;
        sum += v;
        count++;
    }
    return count ? sum / count : (double)NAN;
}

fsc_status fsc_page_put(const fsc_page *page, const char *name, const fsc_text *text, fsc_error *err) {
    char path[4096];
    if (text->failed) return fsc_fail_nomem(err, "writing a study's tables");
    FSC_TRY(fsc_file_join(path, sizeof path, page->all->to, name, err));
    return fsc_file_write(path, text->data, text->length, err);
}
