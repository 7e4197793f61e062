/* Statements: the sentences of data/report/person.tsv, filled from the record. */
#ifndef FSC_REPORT_STATEMENTS_H
#define FSC_REPORT_STATEMENTS_H

#include "table.h"
#include "text.h"

#include <fascicle/place.h>

typedef struct fsc_statements {
    fsc_table sentence, name;
} fsc_statements;

FSC_MUST_USE fsc_status fsc_statements_read(fsc_statements *out, fsc_error *err);
void fsc_statements_free(fsc_statements *statements);
#define FSC_AUTO_STATEMENTS __attribute__((cleanup(fsc_statements_free)))

/* A value for {name} in a sentence; a list ends with a NULL name. */
typedef struct fsc_filling {
    const char *name, *value;
} fsc_filling;

/* Appends <element>sentence</element> (no tags when element is ""). filling may be NULL. A key or a {name} that is not
 * known marks out as failed: a page with a gap is no page. */
void fsc_statements_say(fsc_text *out, const fsc_statements *statements, const char *element, const char *key,
                        const fsc_filling *filling);
/* Every sentence of a section as list items. */
void fsc_statements_list(fsc_text *out, const fsc_statements *statements, const char *section);

/* "deep back muscle" for "multifidus"; what the atlas calls it when the table has no name for it. */
const char *fsc_statements_muscle(const fsc_statements *statements, const char *key);
/* "deep back": for the head of a column. */
const char *fsc_statements_short(const fsc_statements *statements, const char *key);
/* "multifidus"; "" when the plain name is the medical one. */
const char *fsc_statements_medical(const fsc_statements *statements, const char *key);

#endif
