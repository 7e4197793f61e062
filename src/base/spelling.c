#include "spelling.h"

#include <string.h>

const fsc_word fsc_side_words[] = {{"unknown", "side unknown", "n/a"}, {"left", "left", "L|l"},
                                   {"right", "right", "R|r"},          {"midline", "midline", NULL},
                                   {"both", "both sides", NULL},       {0}};

const fsc_word fsc_sex_words[] = {
    {"unknown", "not known", "n/a"}, {"female", "female", "F|f|woman"}, {"male", "male", "M|m|man"}, {0}};

const fsc_word fsc_injury_history_words[] = {
    {"unknown", "not known", NULL}, {"never", "never", NULL}, {"yes", "yes", NULL}, {0}};

/* also: how the map record of 0.1.0 spelled the method. */
const fsc_word fsc_method_words[] = {
    {"complex-multi-echo-pdff", "complex multi-echo PDFF", "complex"},
    {"magnitude-multi-echo-pdff", "magnitude multi-echo PDFF", "magnitude"},
    {"2-point-fat-signal-fraction", "2-point fat signal fraction (not PDFF)", "two_point"},
    {"2-point-magnitude-fat-signal-fraction", "2-point magnitude fat signal fraction (not PDFF)",
     "two_point_magnitude"},
    {"ready-water-fat-images", "ready water and fat images, fat signal fraction as made by the scanner",
     "ready_water_fat"},
    {"ready-fat-fraction-map", "ready fat-fraction map, as made by its own method", "ready_fat_fraction"},
    {0}};

const fsc_word fsc_label_source_words[] = {{"external", "labels from a file", NULL},
                                           {"proposal", "a proposal that nobody has looked at", NULL},
                                           {"proposal-accepted", "a proposal, accepted", NULL},
                                           {"edited", "a proposal, corrected by a person", NULL},
                                           {"carried", "labels carried from another visit", NULL},
                                           {"network", "a network run by Fascicle", NULL},
                                           {0}};

const fsc_word fsc_row_kind_words[] = {{"site", "muscle x level x side", NULL},
                                       {"site-both-sides", "muscle x level, sides pooled", "site_both_sides"},
                                       {"muscle", "muscle x side over all levels", NULL},
                                       {"muscle-both-sides", "muscle over all levels and sides", "muscle_both_sides"},
                                       {"bone", "labelled vertebral body", "level_bone"},
                                       {0}};

const fsc_word fsc_norm_kind_words[] = {{"none", "no norm", NULL},
                                        {"published", "a published group, or a curve of own controls", NULL},
                                        {"pooled", "pooled over published groups", NULL},
                                        {"borrowed", "borrowed across muscles, levels or methods", NULL},
                                        {0}};

const fsc_word fsc_note_kind_words[] = {
    {"found", "found", NULL}, {"assumed", "assumed", NULL}, {"warning", "note", NULL}, {0}};

static const fsc_word *word_at(const fsc_word *words, int32_t value) {
    if (value < 0) return NULL;
    for (; words->key; words++)
        if (value-- == 0) return words;
    return NULL;
}

const char *fsc_word_key(const fsc_word *words, int32_t value) {
    const fsc_word *word = word_at(words, value);
    return word ? word->key : NULL;
}

const char *fsc_word_text(const fsc_word *words, int32_t value) {
    const fsc_word *word = word_at(words, value);
    return word ? word->text : NULL;
}

static int is_among(const char *list, const char *word) {
    const size_t n = strlen(word);
    for (const char *at = list; at && *at; at += *at == '|') {
        const size_t length = strcspn(at, "|");
        if (length == n && strncmp(at, word, n) == 0) return 1;
        at += length;
    }
    return 0;
}

int32_t fsc_word_find(const fsc_word *words, const char *word) {
    for (int32_t value = 0; word && words[value].key; value++)
        if (strcmp(word, words[value].key) == 0 || strcmp(word, words[value].text) == 0 ||
            is_among(words[value].also, word))
            return value;
    return -1;
}
