#include "earlier.h"

#include "alloc.h"
#include "fail.h"
#include "json.h"
#include "spelling.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json
enum { FORM = 1, SITES_MOST = 4000 };

typedef struct field {
    const char *key;
    size_t offset;
} field;

/* What a change is made of: doc/equations of change. */
static const field of_row[] = {
    {"mean", offsetof(fsc_row, pdff_mean_fraction)},
    {"se", offsetof(fsc_row, pdff_se_fraction)},
    {"se_noise", offsetof(fsc_row, pdff_se_noise_fraction)},
    {"se_label", offsetof(fsc_row, pdff_se_label_fraction)},
    {"bias", offsetof(fsc_row, pdff_label_bias_fraction)},
    {"volume_mm3", offsetof(fsc_row, volume_mm3)},
    {"csa_mm2", offsetof(fsc_row, csa_mm2)},
    {"swap", offsetof(fsc_row, swap_fraction)},
    {"coverage", offsetof(fsc_row, coverage)},
};
static const field of_scan[] = {
    {"field_tesla", offsetof(fsc_acquisition, field_tesla)},
    {"te_first_s", offsetof(fsc_acquisition, te_first_s)},
    {"te_step_s", offsetof(fsc_acquisition, te_step_s)},
    {"flip_angle_deg", offsetof(fsc_acquisition, flip_angle_deg)},
    {"repetition_time_s", offsetof(fsc_acquisition, repetition_time_s)},
};
enum { N_ROW = sizeof of_row / sizeof *of_row, N_SCAN = sizeof of_scan / sizeof *of_scan };

static void put(fsc_json *to, const field *fields, int n, const void *from) {
    for (int f = 0; f < n; f++)
        fsc_json_set_number(to, fields[f].key, *(const double *)((const char *)from + fields[f].offset));
}

static void get(void *to, const field *fields, int n, const fsc_json *from) {
    for (int f = 0; f < n; f++)
        *(double *)((char *)to + fields[f].offset) = fsc_json_number(fsc_json_get(from, fields[f].key));
}

fsc_status fsc_earlier_print(fsc_text *out, const fsc_objects *o, fsc_error *err) {
    AUTO_JSON *record = fsc_json_object();
    fsc_json *scan = fsc_json_object(), *rows = fsc_json_array();
    const fsc_measures *m = o->input->measures;
    fsc_acquisition a;
    fsc_acquisition_from_scan(&a, o->input->scan);
    fsc_json_set_integer(record, "fascicle", FORM);
    put(scan, of_scan, N_SCAN, &a);
    fsc_json_set_integer(scan, "n_echo", a.n_echo);
    fsc_json_set_string(scan, "manufacturer", a.manufacturer);
    fsc_json_set_string(scan, "method", fsc_word_key(fsc_method_words, (int32_t)m->method));
    fsc_json_set(record, "scan", scan);
    fsc_json_set_string(record, "labels", fsc_label_source_text(m->label_source));
    for (int32_t r = 0; r < m->n_row; r++) {
        if (m->row[r].kind != FSC_ROW_SITE) continue;
        char place[FSC_PLACE_TEXT_MAX];
        fsc_json *row = fsc_json_object();
        fsc_json_set_string(row, "site", fsc_place_text(place, &m->row[r].place));
        put(row, of_row, N_ROW, &m->row[r]);
        fsc_json_append(rows, row);
    }
    fsc_json_set(record, "sites", rows);
    FSC_AUTO_TEXT fsc_text text = {0};
    FSC_TRY(fsc_json_print(&text, record, err));
    int at_line = 1; /* indentation and line ends are for people */
    for (const char *c = text.data; *c; c++) {
        at_line = *c == '\n' || (at_line && *c == ' ');
        if (!at_line) fsc_text_add_n(out, c, 1);
    }
    return out->failed ? fsc_fail_nomem(err, "writing a report") : FSC_OK;
}

/* Every double of a row that the record does not tell is missing. */
static fsc_row missing_row(void) {
    fsc_row row = {.kind = FSC_ROW_SITE};
    double *const of[] = {&row.coverage,
                          &row.csa_mm2,
                          &row.volume_mm3,
                          &row.pdff_mean_fraction,
                          &row.pdff_median_fraction,
                          &row.pdff_sd_fraction,
                          &row.pdff_mode_fraction,
                          &row.pdff_se_fraction,
                          &row.pdff_se_noise_fraction,
                          &row.pdff_se_label_fraction,
                          &row.pdff_label_bias_fraction,
                          &row.pdff_mean_erode1_fraction,
                          &row.pdff_mean_erode2_fraction,
                          &row.csa_se_label_mm2,
                          &row.volume_se_label_mm3,
                          &row.r2star_mean_per_s,
                          &row.t2_mean_ms,
                          &row.t2_se_ms,
                          &row.lean_csa_mm2,
                          &row.lean_volume_mm3,
                          &row.swap_fraction,
                          &row.snr,
                          &row.z,
                          &row.percentile};
    for (size_t d = 0; d < sizeof of / sizeof *of; d++) *of[d] = (double)NAN;
    for (int q = 0; q < 4; q++)
        row.pdff_quartile_fraction[q] = row.pdff_quartile_se_fraction[q] = row.pdff_quartile_se_label_fraction[q] =
            (double)NAN;
    return row;
}

static fsc_status read_rows(fsc_measures *m, const fsc_json *rows, fsc_error *err) {
    const int64_t n = fsc_json_length(rows);
    if (n < 1 || n > SITES_MOST) return fsc_fail(err, FSC_E_FORMAT, "an earlier report tells of no site");
    for (int64_t r = 0; r < n; r++) {
        const fsc_json *from = fsc_json_at(rows, r);
        const char *site = fsc_json_string(fsc_json_get(from, "site"));
        fsc_row *row = &m->row[m->n_row];
        *row = missing_row();
        if (!site || fsc_place_parse(&row->place, site, NULL) != FSC_OK || !fsc_muscle_find(row->place.muscle))
            return fsc_fail(err, FSC_E_FORMAT, "an earlier report tells of a site that nobody knows");
        get(row, of_row, N_ROW, from);
        m->n_row++;
    }
    return FSC_OK;
}

static fsc_status read_scan(fsc_acquisition *a, fsc_measures *m, const fsc_json *scan, fsc_error *err) {
    const char *manufacturer = fsc_json_string(fsc_json_get(scan, "manufacturer"));
    const int32_t method = fsc_word_find(fsc_method_words, fsc_json_string(fsc_json_get(scan, "method")));
    const double n_echo = fsc_json_number(fsc_json_get(scan, "n_echo"));
    if (method < 0) return fsc_fail(err, FSC_E_FORMAT, "an earlier report does not say how fat was measured");
    m->method = a->method = (fsc_method)method;
    get(a, of_scan, N_SCAN, scan);
    a->n_echo = n_echo >= 0 && n_echo <= FSC_ECHO_MAX ? (int32_t)n_echo : 0;
    fsc_copy_text(a->manufacturer, sizeof a->manufacturer, manufacturer ? manufacturer : "");
    return FSC_OK;
}

fsc_status fsc_earlier_parse(fsc_map **out, const char *text, const char *day, const char *participant,
                             fsc_error *err) {
    AUTO_JSON *record = NULL;
    FSC_TRY(fsc_json_parse(&record, text, strlen(text), "an earlier report", err));
    const fsc_json *rows = fsc_json_get(record, "sites");
    const int32_t labels = fsc_word_find(fsc_label_source_words, fsc_json_string(fsc_json_get(record, "labels")));
    if (fsc_json_number(fsc_json_get(record, "fascicle")) != FORM || labels < 0)
        return fsc_fail(err, FSC_E_FORMAT, "an earlier report is of another version of Fascicle");
    const int64_t n = fsc_json_length(rows);
    FSC_AUTO_BLOCK fsc_row *row = fsc_alloc(n <= SITES_MOST ? n : 0, sizeof *row);
    if (!row) return fsc_fail_nomem(err, "reading an earlier report");
    fsc_measures m = {.row = row, .label_source = (fsc_label_source)labels};
    fsc_acquisition a = {0};
    FSC_TRY(read_rows(&m, rows, err));
    FSC_TRY(read_scan(&a, &m, fsc_json_get(record, "scan"), err));
    fsc_copy_text(a.date, sizeof a.date, day);
    fsc_copy_text(a.participant, sizeof a.participant, participant);
    const fsc_map_inputs inputs = {.measures = &m, .acquisition = &a};
    return fsc_map_run(out, &inputs, err);
}
