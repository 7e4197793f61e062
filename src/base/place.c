#include "fail.h"
#include "format.h"
#include "spelling.h"
#include "text.h"

#include <fascicle/place.h>
#include <stdio.h>
#include <string.h>

const char *fsc_side_text(fsc_side side) {
    const char *word = fsc_word_key(fsc_side_words, (int32_t)side);
    return word ? word : "unknown";
}

int32_t fsc_side_find(const char *text) {
    return fsc_word_find(fsc_side_words, text);
}

fsc_place fsc_place_of(const char *muscle, const char *level, fsc_side side) {
    fsc_place place = {.side = side};
    fsc_copy_text(place.muscle, sizeof place.muscle, muscle);
    fsc_copy_text(place.level, sizeof place.level, level);
    return place;
}

int fsc_place_same(const fsc_place *a, const fsc_place *b) {
    return a->side == b->side && strcmp(a->level, b->level) == 0 && strcmp(a->muscle, b->muscle) == 0;
}

const char *fsc_place_text(char out[FSC_PLACE_TEXT_MAX], const fsc_place *place) {
    fsc_format(out, FSC_PLACE_TEXT_MAX, "%s:%s:%s", place->muscle, place->level, fsc_side_text(place->side));
    return out;
}

/* Copies the part up to the next colon (or the end) and returns what follows it; NULL when it is empty or too long. */
static const char *take_part(char *out, size_t size, const char *text) {
    const size_t n = strcspn(text, ":");
    if (n == 0 || n >= size) return NULL;
    memcpy(out, text, n);
    out[n] = 0;
    return text + n + (text[n] == ':');
}

fsc_status fsc_place_parse(fsc_place *out, const char *text, fsc_error *err) {
    fsc_place place = {.side = FSC_SIDE_UNKNOWN};
    const char *at = take_part(place.muscle, sizeof place.muscle, text);
    if (at) at = take_part(place.level, sizeof place.level, at);
    const int32_t side = at ? fsc_side_find(at) : -1;
    if (side < 0)
        return fsc_fail(err, FSC_E_ARG, "'%s' is no site; write MUSCLE:LEVEL:SIDE, such as multifidus:L4:left", text);
    place.side = (fsc_side)side;
    *out = place;
    return FSC_OK;
}

int32_t fsc_place_find(const fsc_place *first, size_t stride, int32_t n, const fsc_place *wanted) {
    for (int32_t i = 0; i < n; i++)
        if (fsc_place_same((const fsc_place *)((const char *)first + (size_t)i * stride), wanted)) return i;
    return -1;
}
