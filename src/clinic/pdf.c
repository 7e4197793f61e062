/* The clinic's page as Encapsulated PDF. A printer writes the time into its file; here it is the study's, so that the
 * same page makes the same bytes. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "objects.h"

#include <stdio.h>
#include <string.h>

#define PDF_CLASS "1.2.840.10008.5.1.4.1.1.104.1"
enum { PATH_MOST = 4096, PDF_MOST = 256 << 20 };

/* Puts digits over those of "/CreationDate (D:20261127..." without moving a byte. */
static void fix_date(char *pdf, size_t n, const char *key, const char *digits) {
    const size_t key_n = strlen(key);
    for (size_t at = 0; at + key_n + 24 < n; at++) {
        if (memcmp(pdf + at, key, key_n) != 0) continue;
        char *to = memchr(pdf + at, ':', key_n + 8);
        for (size_t d = 0; to && d < 14; d++)
            if (to[1 + d] >= '0' && to[1 + d] <= '9') to[1 + d] = d < strlen(digits) ? digits[d] : '0';
    }
}

static fsc_status settle(char *out, size_t size, size_t *length, const fsc_objects *o, fsc_error *err) {
    char *pdf = NULL, digits[16];
    size_t n = 0;
    const char *day = fsc_study_about(o->study, FSC_STUDY_DATE);
    (void)snprintf(digits, sizeof digits, "%.8s000000", strlen(day) == 8 ? day : "19000101");
    FSC_TRY(fsc_file_join(out, size, o->scratch, "page.pdf", err));
    FSC_TRY(fsc_file_read(&pdf, &n, o->input->pdf_path, PDF_MOST, err));
    fix_date(pdf, n, "/CreationDate", digits);
    fix_date(pdf, n, "/ModDate", digits);
    *length = n;
    if (n % 2) pdf[n++] = 0; /* DICOM's lengths are even, and a zero follows what was read */
    const fsc_status status = fsc_file_write(out, pdf, n, err);
    fsc_free(pdf);
    return status;
}

fsc_status fsc_pdf_write(const fsc_objects *o, const char *path, fsc_error *err) {
    char payload[PATH_MOST], description[65], sop[FSC_UID_MAX], series[FSC_UID_MAX];
    size_t length = 0;
    FSC_AUTO_TEXT fsc_text d = {0};
    FSC_TRY(settle(payload, sizeof payload, &length, o, err));
    fsc_objects_description(description, o, "Muscle report");
    fsc_dump_text(&d, "0008,002a", "DT", "");
    fsc_dump_text(&d, "0008,0064", "CS", "WSD");
    fsc_dump_text(&d, "0028,0301", "CS", o->input->scan->participant[0] ? "YES" : "NO"); /* a name on the page itself */
    fsc_dump_text(&d, "0042,0010", "ST", description);
    fsc_dump_text(&d, "0042,0012", "LO", "application/pdf");
    fsc_dump_raw(&d, "0042,0015", "UL", "%zu", length);
    fsc_dump_code(&d, "0040,a043", fsc_codes_find(o->codes, "report"));
    const fsc_object object = {.sop_class = PDF_CLASS,
                               .modality = "DOC",
                               .description = description,
                               .series_number = "9803",
                               .payload = payload};
    return fsc_dump_write(sop, series, &d, &object, o->study, o->scratch, path, err);
}
