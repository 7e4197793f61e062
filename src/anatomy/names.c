#include "names.h"

#include "table.h"

#include <math.h>
#include <string.h>

#define RELATIVE_ORDER 100.0
#define RELATIVE_VALUE 200

const char *const *fsc_scheme_names(void) {
    return fsc_scheme_table;
}

const fsc_muscle *fsc_muscle_find(const char *key) {
    for (const fsc_muscle *m = fsc_muscle_table; key && m->key; m++)
        if (strcmp(m->key, key) == 0) return m;
    return NULL;
}

const fsc_muscle *fsc_muscle_at(int32_t index) {
    int32_t n = 0;
    while (fsc_muscle_table[n].key) n++;
    return index >= 0 && index < n ? &fsc_muscle_table[index] : NULL;
}

const fsc_level_word *fsc_level_word_find(const char *level) {
    for (const fsc_level_word *word = fsc_level_table; level && word->level; word++)
        if (strcmp(word->level, level) == 0) return word;
    return NULL;
}

/* The n of "?n", or 0. */
static int32_t relative_number(const char *level) {
    if (!level || level[0] != '?') return 0;
    const double n = fsc_parse_number(level + 1);
    return n >= 1 && n <= 99 && n == floor(n) ? (int32_t)n : 0;
}

double fsc_level_order(const char *level) {
    const int32_t relative = relative_number(level);
    if (relative > 0) return RELATIVE_ORDER + relative;
    const fsc_level_word *word = fsc_level_word_find(level);
    return word ? word->order : (double)NAN;
}

int32_t fsc_level_value(const char *level) {
    const int32_t relative = relative_number(level);
    if (relative > 0) return RELATIVE_VALUE + relative;
    const fsc_level_word *word = fsc_level_word_find(level);
    return word ? word->value : 0;
}
