/* The pages' files: three texts are made before the first is written, so that all appear or none. */
#include <fascicle/report.h>

#include "butterfly.h"
#include "case.h"
#include "clinic.h"
#include "fail.h"
#include "file.h"
#include "html.h"
#include "person.h"
#include "research.h"
#include "stop.h"

#include <stdio.h>
#include <unistd.h>

fsc_status fsc_report_path(char *path, size_t size, const char *stem, fsc_reader reader, fsc_error *err) {
    const int n = snprintf(path, size, "%s_desc-%s_report.html", stem, fsc_reader_text(reader));
    if (n < 0 || (size_t)n >= size) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", stem);
    return FSC_OK;
}

static fsc_status add_body(fsc_text *page, const fsc_case *c, fsc_reader reader, fsc_error *err) {
    if (fsc_stop_holds(c->input)) return fsc_stop_add(page, c, reader, err);
    if (reader == FSC_READER_PERSON) return fsc_person_add(page, c, err);
    if (reader == FSC_READER_CLINIC) return fsc_clinic_add(page, c, err);
    return fsc_research_add(page, c, err);
}

static fsc_status fill(fsc_text *page, const fsc_case *c, fsc_reader reader, fsc_error *err) {
    FSC_TRY(fsc_html_open(page, c, reader, err));
    FSC_TRY(add_body(page, c, reader, err));
    fsc_html_close(page);
    return page->failed ? fsc_fail_nomem(err, "writing the report") : FSC_OK;
}

fsc_status fsc_report_write_page(const char *path, fsc_reader reader, const fsc_report_input *input, fsc_error *err) {
    FSC_AUTO_CASE fsc_case c = {0};
    FSC_AUTO_TEXT fsc_text page = {0};
    FSC_TRY(fsc_case_make(&c, input, err));
    FSC_TRY(fill(&page, &c, reader, err));
    return fsc_file_write(path, page.data, page.length, err);
}

#define PATH_MAX_BYTES 4096

typedef struct pages {
    fsc_text text[FSC_READER_N];
    char path[FSC_READER_N][PATH_MAX_BYTES], temp[FSC_READER_N][PATH_MAX_BYTES + 32];
} pages;

/* A page beside its place; what may not be replaced is found here. */
static fsc_status set_aside(pages *p, int reader, fsc_error *err) {
    int fd = -1;
    FSC_TRY(fsc_file_create(&fd, p->temp[reader], sizeof p->temp[reader], p->path[reader], err));
    (void)close(fd);
    const fsc_status status = fsc_file_write(p->temp[reader], p->text[reader].data, p->text[reader].length, err);
    if (status != FSC_OK) fsc_file_discard(p->temp[reader]);
    return status;
}

/* All pages are made and set aside before the first is put in place: what cannot be made or written leaves the old
 * ones. */
static fsc_status write_all(pages *p, const fsc_case *c, const char *stem, fsc_error *err) {
    for (int r = 0; r < FSC_READER_N; r++) {
        FSC_TRY(fsc_report_path(p->path[r], sizeof p->path[r], stem, (fsc_reader)r, err));
        FSC_TRY(fill(&p->text[r], c, (fsc_reader)r, err));
    }
    for (int r = 0; r < FSC_READER_N; r++) {
        const fsc_status status = set_aside(p, r, err);
        while (status != FSC_OK && r-- > 0) fsc_file_discard(p->temp[r]);
        if (status != FSC_OK) return status;
    }
    const char *temp[FSC_READER_N], *path[FSC_READER_N];
    for (int r = 0; r < FSC_READER_N; r++) temp[r] = p->temp[r], path[r] = p->path[r];
    return fsc_file_commit_set(temp, path, FSC_READER_N, err);
}

fsc_status fsc_report_write(const char *stem, const fsc_report_input *input, fsc_error *err) {
    FSC_AUTO_CASE fsc_case c = {0};
    FSC_TRY(fsc_case_make(&c, input, err));
    pages p = {0};
    const fsc_status status = write_all(&p, &c, stem, err);
    for (int r = 0; r < FSC_READER_N; r++) fsc_text_free(&p.text[r]);
    return status;
}

fsc_status fsc_report_butterfly_write(const char *path, const fsc_report_input *input, fsc_error *err) {
    FSC_AUTO_CASE fsc_case c = {0};
    FSC_AUTO_TEXT fsc_text picture = {0};
    FSC_TRY(fsc_case_make(&c, input, err));
    if (!c.sheet.n_site) return fsc_fail(err, FSC_E_ARG, "the butterfly picture needs sites: the measures hold none");
    fsc_text_add(&picture, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    fsc_butterfly_add(&picture, &c, "map", NULL);
    if (picture.failed) return fsc_fail_nomem(err, "drawing the butterfly picture");
    return fsc_file_write(path, picture.data, picture.length, err);
}
