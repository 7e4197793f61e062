/* JSON values; the only place that knows jansson. A value is owned by whoever made it until it is put into another. */
#ifndef FSC_BASE_JSON_H
#define FSC_BASE_JSON_H

#include "text.h"

#include <fascicle/status.h>
#include <stdint.h>

typedef struct fsc_json fsc_json; /* opaque */

/* Reading. what names the text in errors (a path). */
FSC_MUST_USE fsc_status fsc_json_parse(fsc_json **out, const char *text, size_t length, const char *what,
                                       fsc_error *err);
FSC_MUST_USE fsc_status fsc_json_read(fsc_json **out, const char *path, fsc_error *err);
void fsc_json_free(fsc_json *value);
static inline void fsc_json_cleanup(fsc_json **value) {
    fsc_json_free(*value);
}

/* Looking: all may take NULL and then find nothing. Returned values are borrowed. */
const fsc_json *fsc_json_get(const fsc_json *object, const char *key); /* NULL when absent or not an object */
const fsc_json *fsc_json_at(const fsc_json *array, int64_t index);     /* NULL when absent */
int64_t fsc_json_length(const fsc_json *value);                        /* items of an array or object, else 0 */
const char *fsc_json_key(const fsc_json *object, int64_t index); /* keys in order of insertion; NULL past the end */
double fsc_json_number(const fsc_json *value);                   /* NaN when it is no number */
const char *fsc_json_string(const fsc_json *value);              /* NULL when it is no string */
int fsc_json_bool(const fsc_json *value, int fallback);
int fsc_json_is_null(const fsc_json *value); /* non-zero for JSON null and for NULL */
int fsc_json_is_array(const fsc_json *value);
int fsc_json_is_object(const fsc_json *value);

/* Making. Values put in are taken, and are filled before that, not after. Whatever cannot be put in (memory is out, a
 * text is no UTF-8) marks its container and with it the root: fsc_json_print and _write then say so, once. */
fsc_json *fsc_json_object(void);
fsc_json *fsc_json_array(void);
void fsc_json_set(fsc_json *object, const char *key, fsc_json *value);     /* value taken */
void fsc_json_set_number(fsc_json *object, const char *key, double value); /* NaN, Inf become null */
void fsc_json_set_integer(fsc_json *object, const char *key, int64_t value);
void fsc_json_set_string(fsc_json *object, const char *key, const char *value); /* NULL becomes null */
void fsc_json_set_bool(fsc_json *object, const char *key, int value);
void fsc_json_append(fsc_json *array, fsc_json *value); /* taken */
void fsc_json_append_number(fsc_json *array, double value);
void fsc_json_append_string(fsc_json *array, const char *value);
fsc_json *fsc_json_copy(const fsc_json *value); /* deep; NULL when memory is out */

/* FSC_E_NOMEM or FSC_E_FORMAT when a value that was made is marked: before it is read instead of printed. */
FSC_MUST_USE fsc_status fsc_json_check(const fsc_json *value, fsc_error *err);
/* Indented text; FSC_E_NOMEM or FSC_E_FORMAT when the value is marked; what was added is then of no use.
 * fsc_json_write is whole-or-nothing, ends with a newline. */
FSC_MUST_USE fsc_status fsc_json_print(fsc_text *out, const fsc_json *value, fsc_error *err);
FSC_MUST_USE fsc_status fsc_json_write(const fsc_json *value, const char *path, fsc_error *err);

#endif
