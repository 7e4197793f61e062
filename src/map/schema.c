#include "schema.h"

#include "fail.h"
#include "format.h"
#include "table.h"

#include <errno.h>
#include <fascicle/exam.h>
#include <math.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 24 };

typedef struct check {
    const fsc_json *root; /* of the schema, for $ref */
    const char *what;
    char path[240]; /* of the value, as palpation[2].side */
    fsc_error *err;
} check;

static const char *file_of(const char *name) {
    static const char *const names[][2] = {
        {"exam", "schema/exam.json"}, {"map", "schema/map.json"}, {"plan", "schema/plan.json"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i][0]) == 0) return names[i][1];
    return NULL;
}

const char *fsc_schema_text(const char *name) {
    size_t length;
    const char *file = file_of(name);
    return file ? fsc_data_find(file, &length) : NULL;
}

static int is_type(const fsc_json *value, const char *type) {
    const double number = fsc_json_number(value);
    if (strcmp(type, "object") == 0) return fsc_json_is_object(value);
    if (strcmp(type, "array") == 0) return fsc_json_is_array(value);
    if (strcmp(type, "string") == 0) return fsc_json_string(value) != NULL;
    if (strcmp(type, "number") == 0) return !isnan(number);
    if (strcmp(type, "integer") == 0) return !isnan(number) && number == floor(number);
    if (strcmp(type, "boolean") == 0) return fsc_json_bool(value, -1) != -1;
    return strcmp(type, "null") == 0 && fsc_json_is_null(value);
}

static fsc_status bad(check *c, fsc_status code, const char *fmt, ...) FSC_PRINTF(3, 4);
static fsc_status bad(check *c, fsc_status code, const char *fmt, ...) {
    char why[300];
    va_list args;
    va_start(args, fmt);
    fsc_vformat(why, sizeof why, fmt, args);
    va_end(args);
    return fsc_fail(c->err, code, "%s: %s%s%s", c->what, c->path, c->path[0] ? ": " : "", why);
}

static fsc_status check_type(check *c, const fsc_json *value, const fsc_json *schema) {
    const fsc_json *type = fsc_json_get(schema, "type");
    if (!type) return FSC_OK;
    if (fsc_json_string(type)) {
        if (is_type(value, fsc_json_string(type))) return FSC_OK;
        return bad(c, FSC_E_FORMAT, "must be of type %s", fsc_json_string(type));
    }
    char allowed[80] = "";
    for (int64_t i = 0; i < fsc_json_length(type); i++) {
        const char *word = fsc_json_string(fsc_json_at(type, i));
        if (is_type(value, word)) return FSC_OK;
        const size_t used = strlen(allowed);
        fsc_format(allowed + used, sizeof allowed - used, "%s%s", i ? " or " : "", word);
    }
    return bad(c, FSC_E_FORMAT, "must be of type %s", allowed);
}

static fsc_status check_enum(check *c, const fsc_json *value, const fsc_json *schema) {
    const fsc_json *list = fsc_json_get(schema, "enum");
    const char *word = fsc_json_string(value);
    if (!list || !word) return FSC_OK; /* all our enums are of words; null is decided by the type */
    char allowed[240] = "";
    for (int64_t i = 0; i < fsc_json_length(list); i++) {
        const char *one = fsc_json_string(fsc_json_at(list, i));
        if (!one) continue;
        if (strcmp(one, word) == 0) return FSC_OK;
        const size_t used = strlen(allowed);
        fsc_format(allowed + used, sizeof allowed - used, "%s%s", used ? ", " : "", one);
    }
    return bad(c, FSC_E_RANGE, "'%.40s' is not allowed; allowed: %s", word, allowed);
}

static fsc_status check_text(check *c, const char *text, const fsc_json *schema) {
    const double most = fsc_json_number(fsc_json_get(schema, "maxLength"));
    if ((double)strlen(text) > most) return bad(c, FSC_E_RANGE, "is longer than %.0f letters", most);
    const char *pattern = fsc_json_string(fsc_json_get(schema, "pattern"));
    if (!pattern) return FSC_OK;
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) return fsc_fail_nomem(c->err, "checking a pattern");
    errno = 0; /* glibc calls a text that it had no memory to look at one that does not fit */
    const int fits = regexec(&regex, text, 0, NULL, 0) == 0, starved = !fits && errno == ENOMEM;
    regfree(&regex);
    if (starved) return fsc_fail_nomem(c->err, "checking a pattern");
    const char *about = fsc_json_string(fsc_json_get(schema, "description"));
    return fits ? FSC_OK : bad(c, FSC_E_RANGE, "'%.40s' does not fit; wanted: %s", text, about ? about : pattern);
}

static fsc_status check_value(check *c, const fsc_json *value, const fsc_json *schema, int depth);

static fsc_status check_member(check *c, const fsc_json *value, const fsc_json *schema, const char *name, int64_t index,
                               int depth) {
    const size_t used = strlen(c->path);
    if (name)
        (void)snprintf(c->path + used, sizeof c->path - used, "%s%.60s", used ? "." : "", name);
    else
        (void)snprintf(c->path + used, sizeof c->path - used, "[%lld]", (long long)index);
    FSC_TRY(check_value(c, value, schema, depth + 1));
    c->path[used] = 0;
    return FSC_OK;
}

static fsc_status check_object(check *c, const fsc_json *value, const fsc_json *schema, int depth) {
    const fsc_json *properties = fsc_json_get(schema, "properties"), *required = fsc_json_get(schema, "required");
    for (int64_t i = 0; i < fsc_json_length(required); i++) {
        const char *key = fsc_json_string(fsc_json_at(required, i));
        if (!fsc_json_get(value, key)) return bad(c, FSC_E_FORMAT, "'%s' is missing", key);
    }
    for (int64_t i = 0; i < fsc_json_length(value); i++) {
        const char *key = fsc_json_key(value, i);
        if (key[0] == '/' && key[1] == '/') continue; /* a comment */
        const fsc_json *inner = fsc_json_get(properties, key);
        if (inner) {
            FSC_TRY(check_member(c, fsc_json_get(value, key), inner, key, 0, depth));
        } else if (!fsc_json_bool(fsc_json_get(schema, "additionalProperties"), 1)) {
            char known[240] = "";
            for (int64_t k = 0; k < fsc_json_length(properties); k++) {
                const size_t used = strlen(known);
                fsc_format(known + used, sizeof known - used, "%s%s", k ? ", " : "", fsc_json_key(properties, k));
            }
            return bad(c, FSC_E_FORMAT, "'%.40s' is no field here; fields: %s", key, known);
        }
    }
    return FSC_OK;
}

static fsc_status check_value(check *c, const fsc_json *value, const fsc_json *schema, int depth) {
    if (depth > DEPTH_MAX) return bad(c, FSC_E_FORMAT, "is nested too deeply");
    const char *ref = fsc_json_string(fsc_json_get(schema, "$ref"));
    if (ref) { /* "#/$defs/name" */
        const char *name = strrchr(ref, '/');
        return check_value(c, value, fsc_json_get(fsc_json_get(c->root, "$defs"), name ? name + 1 : ref), depth + 1);
    }
    FSC_TRY(check_type(c, value, schema));
    FSC_TRY(check_enum(c, value, schema));
    if (fsc_json_string(value)) FSC_TRY(check_text(c, fsc_json_string(value), schema));
    const double number = fsc_json_number(value), low = fsc_json_number(fsc_json_get(schema, "minimum")),
                 high = fsc_json_number(fsc_json_get(schema, "maximum"));
    if (number < low || number > high) {
        if (isnan(low) || isnan(high))
            return bad(c, FSC_E_RANGE, "%g is not allowed; %s %g", number, isnan(low) ? "at most" : "at least",
                       isnan(low) ? high : low);
        return bad(c, FSC_E_RANGE, "%g is not allowed; allowed: %g to %g", number, low, high);
    }
    if (fsc_json_is_array(value)) {
        const double most = fsc_json_number(fsc_json_get(schema, "maxItems"));
        if ((double)fsc_json_length(value) > most) return bad(c, FSC_E_RANGE, "has more than %.0f items", most);
        const fsc_json *items = fsc_json_get(schema, "items");
        for (int64_t i = 0; items && i < fsc_json_length(value); i++)
            FSC_TRY(check_member(c, fsc_json_at(value, i), items, NULL, i, depth));
    }
    return fsc_json_is_object(value) ? check_object(c, value, schema, depth) : FSC_OK;
}

fsc_status fsc_schema_check(const fsc_json *value, const char *name, const char *what, fsc_error *err) {
    const char *text = fsc_schema_text(name);
    if (!text) return fsc_fail(err, FSC_E_NOTFOUND, "%s: no such schema was built in", name);
    fsc_json *schema __attribute__((cleanup(fsc_json_cleanup))) = NULL;
    FSC_TRY(fsc_json_parse(&schema, text, strlen(text), name, err));
    check c = {schema, what, "", err};
    return check_value(&c, value, schema, 0);
}
