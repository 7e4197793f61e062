#include "segments.h"

#include "alloc.h"
#include "dump.h"
#include "fail.h"
#include "table.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { WORDS_MOST = 12, WORD_MOST = 24 };

FSC_DEFINE_AUTO(fsc_codes, fsc_codes_free)

/* What a name or the codes say; NULL and FSC_SIDE_UNKNOWN where they do not. */
typedef struct meaning {
    const char *muscle;
    char level[12];
    fsc_side side;
} meaning;

typedef struct words {
    char word[WORDS_MOST][WORD_MOST];
    int32_t n;
} words;

static void split(words *out, const char *text) {
    out->n = 0;
    while (*text && out->n < WORDS_MOST) {
        int32_t n = 0;
        while (*text && !isalnum((unsigned char)*text)) text++;
        for (; isalnum((unsigned char)*text); text++)
            if (n < WORD_MOST - 1) out->word[out->n][n++] = (char)tolower((unsigned char)*text);
        out->word[out->n][n] = 0;
        out->n += n > 0;
    }
}

static int is_one_of(const char *word, const char *const *list) {
    for (; *list; list++)
        if (strcmp(word, *list) == 0) return 1;
    return 0;
}

/* "l4" as "L4"; non-zero when it is a level of the spine. */
static int level_of(char level[12], const char *word) {
    char upper[12] = "";
    const size_t n = strlen(word);
    if (n >= sizeof upper) return 0;
    for (size_t i = 0; i <= n; i++) upper[i] = (char)toupper((unsigned char)word[i]);
    if (isnan(fsc_level_order(upper))) return 0;
    memcpy(level, upper, sizeof upper);
    return 1;
}

/* The muscle whose key or name these words are. */
static const char *muscle_of(const words *rest, const fsc_table *muscles) {
    for (int32_t r = 0; r < muscles->n_row; r++) {
        static const char *const column[] = {"key", "name"};
        for (int c = 0; c < 2; c++) {
            words known;
            split(&known, fsc_table_get(muscles, r, column[c]));
            int same = known.n == rest->n;
            for (int32_t w = 0; same && w < known.n; w++) same = strcmp(known.word[w], rest->word[w]) == 0;
            if (same) return fsc_table_get(muscles, r, "key");
        }
    }
    return NULL;
}

/* A name: its side and level taken off, what is left is a muscle, or nothing but words for a vertebra. */
static void by_name(meaning *out, const char *label, const fsc_table *muscles) {
    static const char *const left[] = {"left", "l", "lt", NULL}, *const right[] = {"right", "r", "rt", NULL};
    static const char *const empty[] = {"muscle", "musculus", "m", "proposal", NULL};
    static const char *const bone[] = {"vertebra", "vertebrae", "vertebral", "body", "level", NULL};
    words all, rest = {.n = 0};
    int32_t n_level = 0;
    int is_bone = 1;
    split(&all, label);
    for (int32_t w = 0; w < all.n; w++) {
        const char *word = all.word[w];
        if (is_one_of(word, left) || is_one_of(word, right)) {
            out->side = is_one_of(word, left) ? FSC_SIDE_LEFT : FSC_SIDE_RIGHT;
        } else if (level_of(out->level, word)) {
            n_level++;
        } else if (!is_one_of(word, empty) && strspn(word, "0123456789") < strlen(word)) { /* "?2" is no name */
            is_bone &= is_one_of(word, bone);
            memcpy(rest.word[rest.n++], word, WORD_MOST);
        }
    }
    out->muscle = rest.n ? muscle_of(&rest, muscles) : NULL;
    if (n_level != 1 || !is_bone) out->level[0] = 0; /* of a muscle the part at one level; of two levels a disc */
}

static int is_code(const fsc_segment *s, int32_t c, fsc_code code) {
    return code.value && strcmp(s->code[c], code.value) == 0 && strcmp(s->scheme[c], code.scheme) == 0;
}

/* What codes add to a name that left it open. */
static void by_codes(meaning *out, const fsc_segment *s, fsc_codes *codes, const fsc_table *muscles,
                     const fsc_table *levels) {
    const int named = out->muscle || out->level[0];
    for (int32_t c = 0; c < s->n_code; c++) {
        if (out->side == FSC_SIDE_UNKNOWN && is_code(s, c, fsc_codes_find(codes, "side:left")))
            out->side = FSC_SIDE_LEFT;
        if (out->side == FSC_SIDE_UNKNOWN && is_code(s, c, fsc_codes_find(codes, "side:right")))
            out->side = FSC_SIDE_RIGHT;
        for (int32_t r = 0; r < muscles->n_row && !named && !out->muscle; r++)
            if (is_code(s, c, fsc_codes_find(codes, fsc_table_get(muscles, r, "key"))))
                out->muscle = fsc_table_get(muscles, r, "key");
        for (int32_t r = 0; r < levels->n_row && !named && !out->level[0]; r++)
            if (is_code(s, c, fsc_codes_level(codes, fsc_table_get(levels, r, "level"))))
                (void)level_of(out->level, fsc_table_get(levels, r, "level"));
    }
}

static int32_t value_of(const fsc_table *scheme, const char *structure, const char *level, const char *side) {
    for (int32_t r = 0; r < scheme->n_row; r++)
        if (strcmp(fsc_table_get(scheme, r, "structure"), structure) == 0 &&
            strcmp(fsc_table_get(scheme, r, "level"), level) == 0 &&
            strcmp(fsc_table_get(scheme, r, "side"), side) == 0)
            return (int32_t)fsc_table_number(scheme, r, "value");
    return 0;
}

fsc_status fsc_segments_name(fsc_segment *segment, int32_t n, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table muscles = {0}, levels = {0}, scheme = {0};
    FSC_AUTO(fsc_codes) codes = NULL;
    FSC_TRY(fsc_table_embedded(&muscles, "muscles.tsv", err));
    FSC_TRY(fsc_table_embedded(&levels, "levels.tsv", err));
    FSC_TRY(fsc_table_embedded(&scheme, "schemes/" FSC_SEGMENT_SCHEME ".tsv", err));
    FSC_TRY(fsc_codes_load(&codes, err));
    for (int32_t i = 0; i < n; i++) {
        fsc_segment *s = &segment[i];
        meaning m = {.side = FSC_SIDE_UNKNOWN};
        by_name(&m, s->label, &muscles);
        by_codes(&m, s, codes, &muscles, &levels);
        s->is_muscle = m.muscle != NULL;
        s->value = m.muscle     ? value_of(&scheme, m.muscle, "", fsc_side_text(m.side))
                   : m.level[0] ? value_of(&scheme, "vertebra", m.level, "midline")
                                : 0;
    }
    return FSC_OK;
}
