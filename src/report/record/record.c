#include "record.h"

#include "prose.h"

#include <math.h>
#include <string.h>

const char *fsc_record_red_flags(const fsc_map *map) {
    for (int32_t s = 0; map && s < map->n_sentence; s++)
        if (strcmp(map->sentence[s].key, "red-flags") == 0) return map->sentence[s].text;
    return NULL;
}

static void add_sentence(fsc_text *out, const fsc_sentence *s) {
    fsc_text_add(out, "<li>");
    fsc_text_add_html(out, s->text);
    if (s->from[0]) {
        fsc_text_add(out, " <span class=\"source\">[");
        fsc_text_add_html(out, s->from);
        fsc_text_add(out, "]</span>");
    }
    fsc_text_add(out, "</li>\n");
}

static void add_list(fsc_text *out, const fsc_map *map, int contested) {
    fsc_text_add(out, "<ul class=\"statements\">\n");
    for (int32_t s = 0; s < map->n_sentence; s++)
        if (!map->sentence[s].contested == !contested) add_sentence(out, &map->sentence[s]);
    fsc_text_add(out, "</ul>\n");
}

static int count_contested(const fsc_map *map) {
    int n = 0;
    for (int32_t s = 0; s < map->n_sentence; s++) n += map->sentence[s].contested != 0;
    return n;
}

void fsc_record_sentences_add(fsc_text *out, const fsc_map *map) {
    if (!map || !map->n_sentence) return;
    const int contested = count_contested(map);
    fsc_text_add(
        out, "<section class=\"evidence\" aria-labelledby=\"record-title\">\n<h2 id=\"record-title\">What the record "
             "says</h2>\n<p class=\"figure-note\">Each sentence is made from fields of the record; the brackets "
             "name them and the facts behind them.</p>\n");
    if (contested < map->n_sentence) add_list(out, map, 0);
    if (contested) {
        fsc_text_add(out, "<h3>Where the evidence disagrees</h3>\n");
        add_list(out, map, 1);
    }
    fsc_text_add(out, "</section>\n");
}
