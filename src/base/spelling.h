/* The words of every enum that is written to a file: one list each, so that all files and pages spell a thing alike. */
#ifndef FSC_BASE_SPELLING_H
#define FSC_BASE_SPELLING_H

#include <stdint.h>

/* The index of a word is the enum's value. */
typedef struct fsc_word {
    const char *key;  /* as files have it; NULL ends a list */
    const char *text; /* as people read it */
    const char *also; /* other spellings that are read, with | between them: of older files and of users' tables */
} fsc_word;

extern const fsc_word fsc_side_words[];           /* fsc_side */
extern const fsc_word fsc_sex_words[];            /* fsc_sex */
extern const fsc_word fsc_injury_history_words[]; /* fsc_injury_history */
extern const fsc_word fsc_method_words[];         /* fsc_method */
extern const fsc_word fsc_row_kind_words[];       /* fsc_row_kind */
extern const fsc_word fsc_label_source_words[];   /* fsc_label_source */
extern const fsc_word fsc_norm_kind_words[];      /* fsc_norm_kind */
extern const fsc_word fsc_note_kind_words[];      /* fsc_note_kind */

/* NULL outside the list. */
const char *fsc_word_key(const fsc_word *words, int32_t value);
const char *fsc_word_text(const fsc_word *words, int32_t value);
/* The value that is spelled so (key, text or also), -1 when none is. word may be NULL. */
int32_t fsc_word_find(const fsc_word *words, const char *word);

#endif
