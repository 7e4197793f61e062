#include "json.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "utf8.h"

#include <errno.h>
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

/* A container that is being made has one owner, so its count of references is 1. The first thing that cannot be put in
 * leaves its mark there; a marked value marks what it is put into, so that the root tells of it when it is printed. */
enum { WHOLE = 1, NO_MEMORY = 2, BAD_TEXT = 3 };

static size_t mark_of(const json_t *value) {
    if (!value) return NO_MEMORY;
    return value->refcount == NO_MEMORY || value->refcount == BAD_TEXT ? value->refcount : WHOLE;
}

static void mark(json_t *container, size_t how) {
    if (container && mark_of(container) == WHOLE) container->refcount = how;
}

static void let_go(json_t *value) {
    if (value && mark_of(value) != WHOLE) value->refcount = WHOLE;
    json_decref(value);
}

/* jansson 2.14 goes on when the buffer of a token cannot grow: letters are lost, and with a lost quotation mark it reads
 * and writes beyond the string. So its buffer grows first, on a number of as many digits as the longest token has: that one
 * may lose some. The text comes after it, and only when nothing was lost. */
typedef struct reading {
    const char *text;
    size_t length, at;
    size_t n_head, n_given; /* letters of what goes before: [0.000, */
} reading;

static size_t longest_token(const char *text, size_t length) {
    size_t longest = 0, begin = 0;
    int is_string = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_string && text[i] == '\\') {
            i++;
            continue;
        }
        const int is_end = is_string ? text[i] == '"' : strchr("\"[]{}:, \t\r\n", text[i]) != NULL;
        if (!is_end) continue;
        if (i - begin > longest) longest = i - begin;
        is_string = !is_string && text[i] == '"';
        begin = i;
    }
    return length > begin && length - begin > longest ? length - begin : longest;
}

static size_t give(void *buffer, size_t size, void *from) {
    reading *r = from;
    char *to = buffer;
    size_t n = 0;
    for (; n < size && r->n_given < r->n_head; r->n_given++)
        to[n++] = r->n_given == 0 ? '[' : r->n_given == 2 ? '.' : r->n_given + 1 == r->n_head ? ',' : '0';
    if (n > 0) return n; /* the number is read whole before the text is asked for */
    if (errno == ENOMEM) return (size_t)-1;
    for (; n < size && r->at <= r->length; r->at++) to[n++] = r->at < r->length ? r->text[r->at] : ']';
    return n;
}

fsc_status fsc_json_parse(fsc_json **out, const char *text, size_t length, const char *what, fsc_error *err) {
    json_error_t why;
    const size_t skip = fsc_utf8_mark(text, length);
    reading from = {.text = text + skip, .length = length - skip};
    from.n_head = longest_token(from.text, from.length) + 8; /* brackets, point and comma; quotation marks of the token */
    /* The buffer's sizes are powers of two. A comma that would make it grow is not kept, and jansson ends the program when
     * it puts back another letter than it kept. */
    if (((from.n_head - 1) & (from.n_head - 2)) == 0) from.n_head++;
    errno = 0; /* jansson calls a string it cannot store a fault of the text */
    json_t *both = json_load_callback(give, &from, JSON_REJECT_DUPLICATES, &why);
    if (errno == ENOMEM) {
        json_decref(both);
        return fsc_fail_nomem(err, "reading JSON");
    }
    if (!both) return fsc_fail(err, FSC_E_FORMAT, "%s: not valid JSON at line %d: %s", what, why.line, why.text);
    json_t *value = json_incref(json_array_get(both, 1));
    const int is_one = json_array_size(both) == 2 && (json_is_array(value) || json_is_object(value));
    json_decref(both);
    if (!is_one) {
        json_decref(value);
        return fsc_fail(err, FSC_E_FORMAT, "%s: not valid JSON: neither one object nor one array", what);
    }
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
    let_go(own(value));
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
    const size_t how = mark_of(value);
    if (how != WHOLE) {
        let_go(value);
        mark(own(object), how);
    } else if (json_object_set_new(own(object), key, value) != 0) {
        mark(own(object), fsc_utf8_valid(key) ? NO_MEMORY : BAD_TEXT);
    }
}

static void add(fsc_json *array, json_t *value) {
    const size_t how = mark_of(value);
    if (how != WHOLE) {
        let_go(value);
        mark(own(array), how);
    } else if (json_array_append_new(own(array), value) != 0) {
        mark(own(array), NO_MEMORY);
    }
}

static json_t *string_of(fsc_json *container, const char *text) {
    if (!text) return json_null();
    if (!fsc_utf8_valid(text)) mark(own(container), BAD_TEXT);
    return json_string(text);
}

static json_t *number_of(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

void fsc_json_set(fsc_json *object, const char *key, fsc_json *value) {
    put(object, key, own(value));
}

void fsc_json_set_number(fsc_json *object, const char *key, double value) {
    put(object, key, number_of(value));
}

void fsc_json_set_integer(fsc_json *object, const char *key, int64_t value) {
    put(object, key, json_integer(value));
}

void fsc_json_set_string(fsc_json *object, const char *key, const char *value) {
    put(object, key, string_of(object, value));
}

void fsc_json_set_bool(fsc_json *object, const char *key, int value) {
    put(object, key, json_boolean(value));
}

void fsc_json_append(fsc_json *array, fsc_json *value) {
    add(array, own(value));
}

void fsc_json_append_number(fsc_json *array, double value) {
    add(array, number_of(value));
}

void fsc_json_append_string(fsc_json *array, const char *value) {
    add(array, string_of(array, value));
}

fsc_json *fsc_json_copy(const fsc_json *value) {
    return mark_of(see(value)) == WHOLE ? (fsc_json *)json_deep_copy(see(value)) : NULL;
}

fsc_status fsc_json_check(const fsc_json *value, fsc_error *err) {
    const size_t how = mark_of(see(value));
    if (how == BAD_TEXT) return fsc_fail(err, FSC_E_FORMAT, "a text of the record is not UTF-8");
    return how == WHOLE ? FSC_OK : fsc_fail_nomem(err, "making JSON");
}

/* json_dumps would go on past a failed allocation of its own buffer; ours remembers it. */
static int take(const char *bytes, size_t n, void *out) {
    fsc_text_add_n(out, bytes, n);
    return 0;
}

fsc_status fsc_json_print(fsc_text *out, const fsc_json *value, fsc_error *err) {
    FSC_TRY(fsc_json_check(value, err));
    const int bad =
        json_dump_callback(see(value), take, out, JSON_INDENT(1) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
    return bad || out->failed ? fsc_fail_nomem(err, "writing JSON") : FSC_OK;
}

fsc_status fsc_json_write(const fsc_json *value, const char *path, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    FSC_TRY(fsc_json_print(&text, value, err));
    fsc_text_add(&text, "\n");
    if (text.failed) return fsc_fail_nomem(err, "writing JSON");
    return fsc_file_write(path, text.data, text.length, err);
}
