#include "words.h"

#include "table.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#define MUSCLE_MAX 64
#define LEVEL_MAX 64
#define SCHEME_MAX 31
#define CELL_MAX 16
#define TEXT_MAX 16384
#define RELATIVE_ORDER 100.0
#define RELATIVE_VALUE 200

/* The tables are asked for without an error path and their words are borrowed for ever, so they are cut up once into
 * static memory instead of being allocated. */
static fsc_muscle muscle_table[MUSCLE_MAX];
static int32_t n_muscle;
static fsc_level_word level_table[LEVEL_MAX];
static int32_t n_level;
static const char *scheme_table[SCHEME_MAX + 1]; /* ended by NULL */
static int32_t n_scheme;
static char table_text[3][TEXT_MAX];
static once_flag once = ONCE_FLAG_INIT;

typedef struct words_row {
    const char *cell[CELL_MAX];
    int32_t n;
} words_row;

/* Cuts the next data row out of *at; zero at the end. */
static int next_row(words_row *row, char **at) {
    while (**at) {
        char *line = *at, *end = strchr(line, '\n');
        *at = end ? end + 1 : line + strlen(line);
        if (end) *end = 0;
        if (*line == '#' || *line == 0) continue;
        row->n = 0;
        while (line && row->n < CELL_MAX) {
            row->cell[row->n++] = line;
            line = strchr(line, '\t');
            if (line) *line++ = 0;
        }
        return 1;
    }
    return 0;
}

static char *copy_of(const char *name, char *text) {
    size_t length = 0;
    const char *data = fsc_data_find(name, &length);
    if (data && length < TEXT_MAX) memcpy(text, data, length);
    return text;
}

static void load(void) {
    words_row row;
    char *at = copy_of("muscles.tsv", table_text[0]);
    (void)next_row(&row, &at); /* header: key name layer region order */
    while (n_muscle < MUSCLE_MAX && next_row(&row, &at))
        muscle_table[n_muscle++] = (fsc_muscle){row.cell[0], row.cell[1], row.cell[2], row.cell[3], atoi(row.cell[4])};
    at = copy_of("levels.tsv", table_text[1]);
    (void)next_row(&row, &at); /* header: level order value snomed */
    while (n_level < LEVEL_MAX && next_row(&row, &at))
        level_table[n_level++] =
            (fsc_level_word){row.cell[0], fsc_parse_number(row.cell[1]), atoi(row.cell[2]), row.cell[3]};
    at = copy_of("schemes.tsv", table_text[2]);
    (void)next_row(&row, &at); /* header: scheme */
    while (n_scheme < SCHEME_MAX && next_row(&row, &at)) scheme_table[n_scheme++] = row.cell[0];
}

const char *const *fsc_scheme_names(void) {
    call_once(&once, load);
    return scheme_table;
}

const fsc_muscle *fsc_muscle_find(const char *key) {
    call_once(&once, load);
    for (int32_t i = 0; key && i < n_muscle; i++)
        if (strcmp(muscle_table[i].key, key) == 0) return &muscle_table[i];
    return NULL;
}

const fsc_level_word *fsc_level_word_find(const char *level) {
    call_once(&once, load);
    for (int32_t i = 0; level && i < n_level; i++)
        if (strcmp(level_table[i].level, level) == 0) return &level_table[i];
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
