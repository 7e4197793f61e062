#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "file.h"
#include "schema.h"
#include "spelling.h"

#include <string.h>

FSC_DEFINE_AUTO(fsc_exam, fsc_exam_free)
#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

enum { EXAM_FILE_MAX = 4 << 20 };

fsc_status fsc_exam_new(fsc_exam **out, fsc_error *err) {
    FSC_AUTO(fsc_exam) exam = fsc_alloc(1, sizeof *exam);
    if (!exam) return fsc_fail_nomem(err, "making an exam");
    fsc_exam_clear(exam);
    FSC_TRY(fsc_exam_judge(exam, err));
    FSC_GIVE(out, exam);
    return FSC_OK;
}

void fsc_exam_free(fsc_exam *exam) {
    if (!exam) return;
    fsc_exam_free_lists(exam);
    fsc_free(exam);
}

/* Files of 0.1.0 may say violence; the word is never kept, since whoever did it may read what we write (fact F149). */
static const fsc_json *without_violence(fsc_json **copy, const fsc_json *object) {
    const char *mechanism = fsc_json_string(fsc_json_get(object, "mechanism"));
    if (!mechanism || strcmp(mechanism, "violence") != 0) return object;
    *copy = fsc_json_copy(object);
    fsc_json_set_string(*copy, "mechanism", "other");
    return *copy;
}

fsc_status fsc_exam_from_json(fsc_exam **out, const fsc_json *given, const char *what, fsc_error *err) {
    AUTO_JSON *copy = NULL;
    const fsc_json *object = without_violence(&copy, given);
    FSC_TRY(fsc_schema_check(object, "exam", what, err));
    FSC_AUTO(fsc_exam) exam = fsc_alloc(1, sizeof *exam);
    if (!exam) return fsc_fail_nomem(err, "reading an exam");
    FSC_TRY(fsc_exam_take(exam, object, err));
    FSC_TRY(fsc_exam_check(exam, what, err));
    FSC_TRY(fsc_exam_judge(exam, err));
    FSC_GIVE(out, exam);
    return FSC_OK;
}

fsc_status fsc_exam_parse(fsc_exam **out, const char *text, const char *what, fsc_error *err) {
    AUTO_JSON *object = NULL;
    FSC_TRY(fsc_json_parse(&object, text, strlen(text), what, err));
    return fsc_exam_from_json(out, object, what, err);
}

fsc_status fsc_exam_read(fsc_exam **out, const char *path, fsc_error *err) {
    FSC_AUTO_BLOCK char *text = NULL;
    size_t length;
    FSC_TRY(fsc_file_read(&text, &length, path, EXAM_FILE_MAX, err));
    if (strlen(text) != length) return fsc_fail(err, FSC_E_FORMAT, "%s: is not text (it holds zero bytes)", path);
    return fsc_exam_parse(out, text, path, err);
}
