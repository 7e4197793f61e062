/* Words: how every room says things about health, so that one rule and one tone hold on every page.
 *
 * What a reader sees is made here: the name of a site, a percentile (which never reads 0 or 100), a number with its
 * interval, and the sentence that carries what it stands on. Rooms decide what is true; this one decides how it reads.
 */
#ifndef FSC_WORDS_WORDS_H
#define FSC_WORDS_WORDS_H

#include <fascicle/place.h>
#include <fascicle/sentence.h>
#include <stddef.h>

/* "Multifidus" for "multifidus"; the key itself for a muscle that no table names. */
const char *fsc_words_muscle(const char *key);
/* "left", "right", "midline", "both sides", "side unknown". */
const char *fsc_words_side(fsc_side side);
/* The level's name, or "level not known". */
const char *fsc_words_level(const char *level);
/* "Multifidus at L5 left"; the side is left out when it is not known. */
void fsc_words_site(char *out, size_t size, const fsc_place *place);
/* "87", "more than 99" or "less than 1": a percentile never reads 0 or 100. */
enum { FSC_WORDS_PERCENTILE_MAX = 24 };
void fsc_words_percentile(char out[FSC_WORDS_PERCENTILE_MAX], double percentile);

/* Half of a 90 % interval. */
double fsc_words_half90(double se);

/* Appends a sentence to a record's list (grown; owned by the record). from names fields and fact ids. Returns FSC_OK or
 * FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_words_say(fsc_sentence **list, int32_t *n, fsc_error *err, const char *key,
                                      const char *from, int contested, const char *fmt, ...) FSC_PRINTF(7, 8);

#endif
