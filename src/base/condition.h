/* Conditions of rule tables, as `age_years >= 60 and (weight_loss or count(fever, rash, wound) >= 2)`, over answers
 * that may be missing. and, or and comparisons are three-valued (yes, no, unknown), so a rule fires only on what is
 * known; not and count are not: `not imaged` holds unless somebody said yes, so that a blank never calls off an alarm,
 * and count counts what is known to be so. */
#ifndef FSC_BASE_CONDITION_H
#define FSC_BASE_CONDITION_H

#include <fascicle/status.h>
#include <stdint.h>

typedef enum fsc_value_kind { FSC_VALUE_ANSWER, FSC_VALUE_NUMBER, FSC_VALUE_WORD } fsc_value_kind;

/* A name that conditions may use. words: the allowed words, blanks between (FSC_VALUE_WORD), "" = any. */
typedef struct fsc_name {
    char name[64];
    fsc_value_kind kind;
    const char *words; /* borrowed for as long as the vocabulary */
} fsc_name;

/* Names in the order in which they were added; an index is a name's place in an array of values. */
typedef struct fsc_vocabulary {
    fsc_name *name; /* owned */
    int32_t n, room;
} fsc_vocabulary;

FSC_MUST_USE fsc_status fsc_vocabulary_add(fsc_vocabulary *v, fsc_value_kind kind, const char *words, fsc_error *err,
                                           const char *fmt, ...) FSC_PRINTF(5, 6);
int32_t fsc_vocabulary_find(const fsc_vocabulary *v, const char *name); /* -1 when absent */
void fsc_vocabulary_free(fsc_vocabulary *v);

/* One person's value of a name: number is NaN when missing (answers are 0 and 1); word is NULL when missing. */
typedef struct fsc_value {
    double number;
    const char *word;
} fsc_value;

typedef enum fsc_truth { FSC_TRUTH_UNKNOWN = -1, FSC_TRUTH_NO = 0, FSC_TRUTH_YES = 1 } fsc_truth;

typedef struct fsc_condition fsc_condition; /* opaque */

/* Grammar: or > and > not > primary; primary = (condition) | name | name OP number | name = word | name != word |
 * count(condition, ...) OP number | known(name); OP is < <= > >= = !=. A bare name must be an answer. "" is always
 * true. what names the place in errors. *out is owned: fsc_condition_free.
 * Returns FSC_OK, FSC_E_FORMAT (syntax, unknown name, a word that the name cannot take), FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_condition_parse(fsc_condition **out, const char *text, const fsc_vocabulary *v,
                                            const char *what, fsc_error *err);
void fsc_condition_free(fsc_condition *c);

fsc_truth fsc_condition_truth(const fsc_condition *c, const fsc_value *value);

/* Non-zero when name (an index) occurs in it. */
int fsc_condition_uses(const fsc_condition *c, int32_t name);

/* Whether some combination of values makes it true; value[i] fixes name i where fixed[i] is non-zero. Tries every
 * threshold's neighbourhood and every word, up to a bound, beyond which it answers yes. */
int fsc_condition_can_hold(const fsc_condition *c, const fsc_vocabulary *v, const fsc_value *value,
                           const unsigned char *fixed);

#endif
