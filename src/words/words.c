#include "words.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "text.h"

#include <fascicle/anatomy.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *fsc_words_muscle(const char *key) {
    const fsc_muscle *muscle = fsc_muscle_find(key);
    return muscle ? muscle->name : key;
}

const char *fsc_words_side(fsc_side side) {
    switch (side) {
    case FSC_SIDE_LEFT: return "left";
    case FSC_SIDE_RIGHT: return "right";
    case FSC_SIDE_MIDLINE: return "midline";
    case FSC_SIDE_BOTH: return "both sides";
    case FSC_SIDE_UNKNOWN: break;
    }
    return "side unknown";
}

const char *fsc_words_level(const char *level) {
    return strcmp(level, "n/a") == 0 ? "level not known" : level;
}

void fsc_words_site(char *out, size_t size, const fsc_place *place) {
    const int sided = place->side == FSC_SIDE_LEFT || place->side == FSC_SIDE_RIGHT;
    fsc_format(out, size, "%s at %s%s%s", fsc_words_muscle(place->muscle), place->level, sided ? " " : "",
               sided ? fsc_side_text(place->side) : "");
}

void fsc_words_percentile(char out[FSC_WORDS_PERCENTILE_MAX], double percentile) {
    if (percentile >= 99)
        fsc_format(out, FSC_WORDS_PERCENTILE_MAX, "more than 99");
    else if (percentile < 1)
        fsc_format(out, FSC_WORDS_PERCENTILE_MAX, "less than 1");
    else
        fsc_format(out, FSC_WORDS_PERCENTILE_MAX, "%.0f", percentile);
}

double fsc_words_half90(double se) {
    return 1.6448536269514722 * se;
}

fsc_status fsc_words_say(fsc_sentence **list, int32_t *n, fsc_error *err, const char *key, const char *from,
                         int contested, const char *fmt, ...) {
    fsc_sentence *grown = fsc_grow(*list, *n, *n + 1, sizeof *grown);
    if (!grown) return fsc_fail_nomem(err, "writing a sentence");
    *list = grown;
    fsc_sentence *s = &grown[(*n)++];
    fsc_copy_text(s->key, sizeof s->key, key);
    fsc_copy_text(s->from, sizeof s->from, from);
    s->contested = contested;
    va_list args;
    va_start(args, fmt);
    fsc_vformat(s->text, sizeof s->text, fmt, args);
    va_end(args);
    return FSC_OK;
}
