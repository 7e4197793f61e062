#include "record.h"

#include "prose.h"

#include <math.h>
#include <string.h>

void fsc_record_stop_add(fsc_text *out, const fsc_map *map) {
    if (!map || !map->stop || !map->exam) return;
    fsc_text_add(out,
                 "<section class=\"stop\" role=\"alert\" aria-labelledby=\"stop-title\">\n<h2 id=\"stop-title\">Stop: "
                 "this comes before anything else on the page</h2>\n<ul>\n");
    for (int32_t f = 0; f < map->exam->n_stop; f++) {
        const fsc_red_flag *flag = &map->exam->red_flag[f];
        fsc_text_add(out, "<li><strong>");
        fsc_text_add_html(out, flag->finding);
        fsc_text_add(out, ".</strong> ");
        fsc_text_add_html(out, flag->action);
        fsc_text_add(out, " (<em>");
        fsc_text_add_html(out, flag->urgency);
        fsc_text_add(out, "</em>) <span class=\"source\">[");
        fsc_text_add_html(out, flag->rows);
        fsc_text_add(out, "]</span></li>\n");
    }
    fsc_text_add(out, "</ul>\n</section>\n");
}

const char *fsc_record_red_flags(const fsc_map *map) {
    for (int32_t s = 0; map && s < map->n_sentence; s++)
        if (strcmp(map->sentence[s].key, "red-flags") == 0) return map->sentence[s].text;
    return NULL;
}

static int is_plain(const fsc_sentence *s) {
    static const char *const key[] = {"norms", "unusual", "threshold", "muscle-disease", "early", "change"};
    for (size_t k = 0; k < sizeof key / sizeof *key; k++)
        if (strcmp(s->key, key[k]) == 0) return 1;
    return 0;
}

#define UNUSUAL_IN_BOX 3

void fsc_record_plain_add(fsc_text *out, const fsc_sheet *sheet) {
    const fsc_map *map = sheet->map;
    if (!map) return;
    int unusual = 0;
    for (int32_t s = 0; s < map->n_sentence; s++) {
        const fsc_sentence *sentence = &map->sentence[s];
        if (!is_plain(sentence)) continue;
        if (strcmp(sentence->key, "unusual") == 0 && ++unusual > UNUSUAL_IN_BOX) continue;
        fsc_text_add(out, "<p>");
        fsc_text_add_html(out, sentence->text);
        fsc_text_add(out, "</p>\n");
    }
    if (!sheet->n_placed)
        fsc_text_add(
            out, "<p>No published reference group fits these muscles, levels, age, sex and method, so nothing on this "
                 "page is called usual or unusual.</p>\n");
    fsc_text_add(out, "<p>Fat in a muscle does not tell whether or why it hurts.</p>\n");
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
