#include "json.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* fsc_json is never defined: its pointers are jansson's own. */
static json_t *own(fsc_json *value) {
    return (json_t *)value;
}
static const json_t *see(const fsc_json *value) {
    return (const json_t *)value;
}

#define JSON_FILE_MAX ((size_t)256 << 20)

fsc_status fsc_json_parse(fsc_json **out, const char *text, size_t length, const char *what, fsc_error *err) {
    json_error_t why;
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* the byte order mark of Windows editors */
        text += 3;
        length -= 3;
    }
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    if (!value) return fsc_fail(err, FSC_E_FORMAT, "%s: not valid JSON at line %d: %s", what, why.line, why.text);
    *out = (fsc_json *)value;
    return FSC_OK;
}

fsc_status fsc_json_read(fsc_json **out, const char *path, fsc_error *err) {
    FSC_AUTO_BLOCK char *text = NULL;
    size_t length;
    FSC_TRY(fsc_file_read(&text, &length, path, JSON_FILE_MAX, err));
    return fsc_json_parse(out, text, length, path, err);
}

void fsc_json_free(fsc_json *value) {
    json_decref(own(value));
}

const fsc_json *fsc_json_get(const fsc_json *object, const char *key) {
    return (const fsc_json *)json_object_get(see(object), key);
}

const fsc_json *fsc_json_at(const fsc_json *array, int64_t index) {
    return index < 0 ? NULL : (const fsc_json *)json_array_get(see(array), (size_t)index);
}

int64_t fsc_json_length(const fsc_json *value) {
    const json_t *v = see(value);
    if (json_is_array(v)) return (int64_t)json_array_size(v);
    if (json_is_object(v)) return (int64_t)json_object_size(v);
    return 0;
}

const char *fsc_json_key(const fsc_json *object, int64_t index) {
    /* jansson iterates only over non-const objects, and does not change them. */
    json_t *v = (json_t *)(uintptr_t)see(object);
    if (!json_is_object(v)) return NULL;
    void *at = json_object_iter(v);
    for (int64_t i = 0; at && i < index; i++) at = json_object_iter_next(v, at);
    return at ? json_object_iter_key(at) : NULL;
}

double fsc_json_number(const fsc_json *value) {
    return json_is_number(see(value)) ? json_number_value(see(value)) : (double)NAN;
}

const char *fsc_json_string(const fsc_json *value) {
    return json_string_value(see(value));
}

int fsc_json_bool(const fsc_json *value, int fallback) {
    return json_is_boolean(see(value)) ? json_is_true(see(value)) : fallback;
}

int fsc_json_is_null(const fsc_json *value) {
    return !value || json_is_null(see(value));
}
int fsc_json_is_array(const fsc_json *value) {
    return json_is_array(see(value));
}
int fsc_json_is_object(const fsc_json *value) {
    return json_is_object(see(value));
}

fsc_json *fsc_json_object(void) {
    return (fsc_json *)json_object();
}
fsc_json *fsc_json_array(void) {
    return (fsc_json *)json_array();
}

static void put(fsc_json *object, const char *key, json_t *value) {
    (void)json_object_set_new(own(object), key, value);
}

void fsc_json_set(fsc_json *object, const char *key, fsc_json *value) {
    put(object, key, own(value));
}

void fsc_json_set_number(fsc_json *object, const char *key, double value) {
    put(object, key, isfinite(value) ? json_real(value) : json_null());
}

void fsc_json_set_integer(fsc_json *object, const char *key, int64_t value) {
    put(object, key, json_integer(value));
}

void fsc_json_set_string(fsc_json *object, const char *key, const char *value) {
    put(object, key, value ? json_string(value) : json_null());
}

void fsc_json_set_bool(fsc_json *object, const char *key, int value) {
    put(object, key, json_boolean(value));
}

void fsc_json_append(fsc_json *array, fsc_json *value) {
    (void)json_array_append_new(own(array), own(value));
}

void fsc_json_append_number(fsc_json *array, double value) {
    (void)json_array_append_new(own(array), isfinite(value) ? json_real(value) : json_null());
}

void fsc_json_append_string(fsc_json *array, const char *value) {
    (void)json_array_append_new(own(array), json_string(value));
}

fsc_json *fsc_json_copy(const fsc_json *value) {
    return (fsc_json *)json_deep_copy(see(value));
}

fsc_status fsc_json_print(fsc_text *out, const fsc_json *value, fsc_error *err) {
    char *text = value ? json_dumps(see(value), JSON_INDENT(1) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10)) : NULL;
    if (!text) return fsc_fail_nomem(err, "writing JSON");
    fsc_text_add(out, text);
    free(text);
    return out->failed ? fsc_fail_nomem(err, "writing JSON") : FSC_OK;
}

fsc_status fsc_json_write(const fsc_json *value, const char *path, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    FSC_TRY(fsc_json_print(&text, value, err));
    fsc_text_add(&text, "\n");
    if (text.failed) return fsc_fail_nomem(err, "writing JSON");
    return fsc_file_write(path, text.data, text.length, err);
}
