/* Checks a JSON value against one of the shipped schemas, so that the schema and the reader cannot disagree. */
#ifndef FSC_MAP_SCHEMA_H
#define FSC_MAP_SCHEMA_H

#include "json.h"

/* name: "exam" or "map"; what names the value in errors ("exam.json"). Understands type, enum, properties, required,
 * additionalProperties, items, minimum, maximum, maxLength, maxItems, pattern and local $ref. The first fault is the
 * error, as one line: where, what, what is allowed. Returns FSC_OK, FSC_E_FORMAT, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_schema_check(const fsc_json *value, const char *name, const char *what, fsc_error *err);

#endif
