#include "dump.h"

#include "fail.h"
#include "file.h"
#include "format.h"
#include "program.h"

#include <fascicle/version.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 4096 };

void fsc_dump_text(fsc_text *dump, const char *tag, const char *vr, const char *value) {
    fsc_text_printf(dump, "(%s) %s [", tag, vr);
    for (const char *c = value; *c; c++) /* escape starts another character set and stays */
        if ((unsigned char)*c >= 0x20 || *c == 0x1b) fsc_text_add_n(dump, c, 1);
    fsc_text_add(dump, "]\n");
}

void fsc_dump_raw(fsc_text *dump, const char *tag, const char *vr, const char *fmt, ...) {
    char value[PATH_MOST + 32];
    va_list args;
    va_start(args, fmt);
    (void)fsc_vprint(value, sizeof value, fmt, args);
    va_end(args);
    fsc_text_printf(dump, "(%s) %s %s\n", tag, vr, value);
}

void fsc_dump_number(fsc_text *dump, const char *tag, const char *vr, const char *fmt, double value) {
    fsc_text_printf(dump, "(%s) %s [", tag, vr);
    fsc_text_add_number(dump, fmt, value);
    fsc_text_add(dump, "]\n");
}

void fsc_dump_open(fsc_text *dump, const char *tag) {
    fsc_text_printf(dump, "(%s) SQ\n", tag);
}

void fsc_dump_close(fsc_text *dump) {
    fsc_text_add(dump, "(fffe,e0dd) na\n");
}

void fsc_dump_item(fsc_text *dump) {
    fsc_text_add(dump, "(fffe,e000) na\n");
}

void fsc_dump_item_end(fsc_text *dump) {
    fsc_text_add(dump, "(fffe,e00d) na\n");
}

void fsc_dump_code(fsc_text *dump, const char *tag, fsc_code code) {
    fsc_dump_open(dump, tag);
    fsc_dump_item(dump);
    fsc_dump_text(dump, "0008,0100", "SH", code.value ? code.value : "");
    fsc_dump_text(dump, "0008,0102", "SH", code.scheme ? code.scheme : "");
    fsc_dump_text(dump, "0008,0104", "LO", code.meaning ? code.meaning : "");
    fsc_dump_item_end(dump);
    fsc_dump_close(dump);
}

void fsc_dump_reference(fsc_text *dump, const char *sop_class, const char *sop) {
    fsc_dump_text(dump, "0008,1150", "UI", sop_class);
    fsc_dump_text(dump, "0008,1155", "UI", sop);
}

/* 32 hexadecimal digits as a decimal number. */
static void decimal(char out[40], const char *hex) {
    unsigned char digit[40] = {0};
    int n = 1;
    for (int h = 0; h < 32; h++) {
        int carry = hex[h] <= '9' ? hex[h] - '0' : hex[h] - 'a' + 10;
        for (int d = 0; d < n || carry; d++) {
            if (d == n) n++;
            carry += 16 * digit[d];
            digit[d] = (unsigned char)(carry % 10);
            carry /= 10;
        }
    }
    for (int d = 0; d < n; d++) out[d] = (char)('0' + digit[n - 1 - d]);
    out[n] = 0;
}

void fsc_dump_uid(char out[FSC_UID_MAX], const char *kind, const char *text, size_t n) {
    FSC_AUTO_TEXT fsc_text all = {0};
    char hex[65], number[40];
    fsc_text_printf(&all, "fascicle %s %s\n", FSC_VERSION, kind);
    fsc_text_add_n(&all, text, n);
    fsc_sha256(hex, all.data ? all.data : "", all.length);
    decimal(number, hex);
    (void)snprintf(out, FSC_UID_MAX, "2.25.%s", number);
}

/* Dates are the study's: the object follows from it alone, so that a second run makes the same bytes. */
static void add_common(fsc_text *dump, const fsc_object *object, const fsc_dicom_study *study) {
    for (int t = 0; t < FSC_STUDY_N; t++)
        if (fsc_study_tags[t].always || study->about[t])
            fsc_dump_text(dump, fsc_study_tags[t].tag, fsc_study_tags[t].vr, fsc_study_about(study, t));
    const char *day = fsc_study_about(study, FSC_STUDY_DATE), *time = fsc_study_about(study, FSC_STUDY_TIME);
    if (!*day) day = "19000101"; /* content must have a day */
    if (!*time) time = "000000";
    fsc_dump_text(dump, "0008,0016", "UI", object->sop_class);
    fsc_dump_text(dump, "0008,0021", "DA", day);
    fsc_dump_text(dump, "0008,0031", "TM", time);
    fsc_dump_text(dump, "0008,0023", "DA", day);
    fsc_dump_text(dump, "0008,0033", "TM", time);
    fsc_dump_text(dump, "0008,0060", "CS", object->modality);
    fsc_dump_text(dump, "0008,0070", "LO", "Fascicle");
    fsc_dump_text(dump, "0008,1090", "LO", FSC_DUMP_MODEL);
    fsc_dump_text(dump, "0008,103e", "LO", object->description);
    fsc_dump_text(dump, "0018,1000", "LO", "0");
    fsc_dump_text(dump, "0018,1020", "LO", FSC_VERSION);
    fsc_dump_text(dump, "0020,0011", "IS", object->series_number);
    fsc_dump_text(dump, "0020,0013", "IS", "1");
}

static fsc_status run(const char *dump, const char *path, fsc_error *err) {
    char program[PATH_MOST];
    fsc_error fault = FSC_ERROR_INIT;
    if (!fsc_program_find(program, sizeof program, "dump2dcm"))
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "objects for an archive need DCMTK's dump2dcm: install it (Debian: apt install dcmtk)");
    char *const argv[] = {program,           (char *)"-q", (char *)"+te", (char *)"+l",
                          (char *)"4000000", (char *)dump, (char *)path,  NULL};
    const fsc_status status = fsc_program_run(argv, 0, NULL, &fault);
    if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "writing a DICOM object");
    if (status != FSC_OK || !fsc_file_exists(path)) /* what it said may name the person */
        return fsc_fail(err, FSC_E_IO, "dump2dcm could not write a DICOM object (is the disk full?)");
    return FSC_OK;
}

fsc_status fsc_dump_write(char sop[FSC_UID_MAX], char series[FSC_UID_MAX], fsc_text *body, const fsc_object *object,
                          const fsc_dicom_study *study, const char *scratch, const char *path, fsc_error *err) {
    char from[PATH_MOST], payload[65] = "";
    add_common(body, object, study);
    if (object->payload) FSC_TRY(fsc_file_sha256(payload, object->payload, err));
    FSC_AUTO_TEXT fsc_text key = {0};
    fsc_text_add(&key, payload);
    fsc_text_add_n(&key, body->data ? body->data : "", body->length);
    if (body->failed || key.failed) return fsc_fail_nomem(err, "writing a DICOM object");
    fsc_dump_uid(sop, "object", key.data, key.length);
    fsc_dump_uid(series, "series", key.data, key.length);
    memset(key.data, 0, key.length);
    fsc_dump_text(body, "0008,0018", "UI", sop);
    fsc_dump_text(body, "0020,000e", "UI", series);
    if (object->payload) /* the name of a temporary file is no content */
        fsc_text_printf(body, "(%s) OB =%s\n", strcmp(object->modality, "DOC") == 0 ? "0042,0011" : "7fe0,0010",
                        object->payload);
    if (body->failed) return fsc_fail_nomem(err, "writing a DICOM object");
    FSC_TRY(fsc_file_join(from, sizeof from, scratch, "object.dump", err));
    FSC_TRY(fsc_file_write(from, body->data, body->length, err));
    const fsc_status status = run(from, path, err);
    memset(body->data, 0, body->length);
    return status;
}
