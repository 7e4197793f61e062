#include "html.h"

#include "butterfly.h"
#include "fail.h"
#include "prose.h"
#include "record.h"
#include "table.h"
#include "who.h"

#include <fascicle/version.h>
#include <string.h>

static fsc_status add_style(fsc_text *out, fsc_error *err) {
    size_t length = 0;
    const char *style = fsc_data_find("report/report.css", &length);
    if (!style) return fsc_fail(err, FSC_E_NOTFOUND, "report/report.css is not in this build: rebuild the library");
    fsc_text_add(out, "<style>\n");
    fsc_text_add_n(out, style, length);
    fsc_text_add(out, "</style>\n");
    return FSC_OK;
}

/* What was imaged and how, for those who ask. */
static void add_subtitle(fsc_text *out, const fsc_case *c) {
    const fsc_report_input *input = c->input;
    char span[32];
    fsc_sheet_span(&c->sheet, span, sizeof span);
    fsc_text_add(out, "<p class=\"subtitle\">");
    const char *gap = "";
    if (span[0]) {
        fsc_text_printf(out, "levels %s", span);
        gap = " · ";
    }
    const fsc_method *method = input->fatwater   ? &input->fatwater->method
                               : input->measures ? &input->measures->method
                               : input->map      ? &input->map->acquisition.method
                                                 : NULL;
    if (method) {
        fsc_text_add(out, gap);
        fsc_text_add_html(out, fsc_method_text(*method));
        gap = " · ";
    }
    if (input->scan && input->scan->b0_tesla > 0) fsc_text_printf(out, "%s%.3g T", gap, input->scan->b0_tesla);
    fsc_text_add(out, "</p>\n");
}

fsc_status fsc_html_open(fsc_text *out, const fsc_case *c, fsc_reader reader, fsc_error *err) {
    static const char *const title[FSC_READER_N] = {"Your muscles on the scan", "Fat in the spinal muscles",
                                                    "Fat in the spinal muscles: every value"};
    fsc_text_add(out, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en-GB\">\n<head>\n"
                      "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n"
                      "<meta name=\"generator\" content=\"Fascicle " FSC_VERSION "\"/>\n<title>");
    fsc_prose_person(out, c->input->scan);
    fsc_text_printf(out, ": %s</title>\n", title[reader]);
    FSC_TRY(add_style(out, err));
    fsc_text_printf(out,
                    "</head>\n<body class=\"%s\">\n<header class=\"always\"><strong>Research software, not a medical "
                    "device.</strong> Not for diagnosis or for decisions on treatment.</header>\n<main>\n"
                    "<div class=\"title\"><h1>%s<span>",
                    fsc_reader_text(reader), title[reader]);
    fsc_prose_person(out, c->input->scan);
    fsc_text_add(out, "</span></h1>\n");
    fsc_who_add(out, c, reader);
    if (reader != FSC_READER_PERSON) add_subtitle(out, c);
    fsc_text_add(out, "</div>\n");
    return FSC_OK;
}

/* Two rooms call the voxel size's note by different keys; to a reader it is one. */
static const char *meaning(const char *key) {
    return strcmp(key, "voxel-size-assumed") == 0 ? "spacing-assumed" : key;
}

#define STEPS 5

/* The notes of every step in the order of the data's way. */
static void list_steps(const fsc_notes *step[STEPS], const fsc_report_input *input) {
    static const fsc_notes none = {0};
    step[0] = input->scan ? &input->scan->notes : &none;
    step[1] = input->fatwater ? &input->fatwater->notes : &none;
    step[2] = input->sites ? &input->sites->notes : &none;
    step[3] = input->measures ? &input->measures->notes : &none;
    step[4] = input->map ? &input->map->notes : &none;
}

/* What an earlier step has said, a later one does not repeat. */
static int is_said(const fsc_notes *const step[STEPS], int before, const fsc_note *note) {
    for (int s = 0; s < before; s++)
        for (int32_t k = 0; k < step[s]->n; k++)
            if (step[s]->item[k].kind == note->kind && strcmp(meaning(step[s]->item[k].key), meaning(note->key)) == 0)
                return 1;
    return 0;
}

static int count_kind(const fsc_report_input *input, fsc_note_kind kind) {
    const fsc_notes *step[STEPS];
    int n = 0;
    list_steps(step, input);
    for (int s = 0; s < STEPS; s++)
        for (int32_t k = 0; k < step[s]->n; k++) n += step[s]->item[k].kind == kind;
    return n;
}

static void add_kind(fsc_text *out, const fsc_report_input *input, fsc_note_kind kind, const char *label) {
    const fsc_notes *step[STEPS];
    list_steps(step, input);
    for (int s = 0; s < STEPS; s++)
        for (int32_t k = 0; k < step[s]->n; k++) {
            const fsc_note *note = &step[s]->item[k];
            if (note->kind != kind || is_said(step, s, note)) continue;
            fsc_text_add(out, "<li>");
            if (label[0]) fsc_text_printf(out, "<em>%s:</em> ", label);
            fsc_prose_sentence(out, note->text);
            fsc_text_add(out, "</li>\n");
        }
}

void fsc_html_map_add(fsc_text *out, const fsc_case *c) {
    fsc_text_add(out, "<figure class=\"map\" aria-labelledby=\"picture-title\">\n<h2 id=\"picture-title\">The map: fat "
                      "in each muscle "
                      "at each level</h2>\n");
    fsc_text_add(out, "<p class=\"figure-note\">One cell a muscle and level, deep muscles next to the spine. ");
    fsc_text_add(out, c->sheet.side_unknown
                          ? "The scan does not tell left from right: each value stands once, drawn across both sides."
                          : "Seen as if facing the person: their left is on your right.");
    fsc_text_add(out, "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"The map, scrolls "
                      "sideways on a small screen\">\n");
    fsc_butterfly_add(out, c, "map", NULL);
    fsc_text_add(out, "</div>\n</figure>\n");
}

void fsc_html_flags_add(fsc_text *out, const fsc_map *map) {
    const char *flags = fsc_record_red_flags(map);
    fsc_text_add(out, "<p class=\"flags\"><strong>Flags.</strong> ");
    fsc_prose_sentence(out, flags ? flags : "Red flags were not asked about. Ask them before anything else.");
    fsc_text_add(out, "</p>\n");
}

void fsc_html_warnings(fsc_text *out, const fsc_report_input *input) {
    if (!count_kind(input, FSC_NOTE_WARNING)) return;
    fsc_text_add(out,
                 "<section class=\"warnings\" aria-labelledby=\"warn-title\">\n<h2 id=\"warn-title\">Before you read "
                 "on</h2>\n<ul>\n");
    add_kind(out, input, FSC_NOTE_WARNING, "");
    fsc_text_add(out, "</ul>\n</section>\n");
}

void fsc_html_notes(fsc_text *out, const fsc_report_input *input) {
    if (!count_kind(input, FSC_NOTE_FOUND) && !count_kind(input, FSC_NOTE_ASSUMED)) return;
    fsc_text_add(out, "<section aria-labelledby=\"notes-title\">\n<h2 id=\"notes-title\">Found and assumed</h2>\n"
                      "<ul class=\"notes\">\n");
    add_kind(out, input, FSC_NOTE_ASSUMED, "assumed");
    add_kind(out, input, FSC_NOTE_FOUND, "found");
    fsc_text_add(out, "</ul>\n</section>\n");
}

fsc_status fsc_html_segmenters(fsc_text *out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "report/segmenters.tsv", err));
    fsc_text_add(out,
                 "<section class=\"segmenters\" aria-labelledby=\"seg-title\">\n<h2 id=\"seg-title\">To get values for "
                 "each muscle</h2>\n<p>Fascicle does not draw muscles. It reads the label maps of these programs; "
                 "give them with <code>--labels</code> (muscles) and <code>--levels</code> (vertebrae) and run "
                 "again.</p>\n<table><thead><tr><th scope=\"col\">Program</th><th scope=\"col\">Gives</th>"
                 "<th scope=\"col\">Where</th></tr></thead>\n<tbody>\n");
    for (int32_t r = 0; r < table.n_row; r++) {
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_text_add_html(out, fsc_table_get(&table, r, "name"));
        fsc_text_add(out, "</th><td>");
        fsc_text_add_html(out, fsc_table_get(&table, r, "gives"));
        fsc_text_add(out, "</td><td>");
        fsc_text_add_html(out, fsc_table_get(&table, r, "where"));
        fsc_text_add(out, "</td></tr>\n");
    }
    fsc_text_add(out, "</tbody></table>\n</section>\n");
    return FSC_OK;
}

static int word_used(const fsc_sheet *sheet, const char *word) {
    for (int32_t r = 0; r < sheet->n_row; r++) {
        if (strstr(sheet->row[r]->quality, word)) return 1;
        if (sheet->row[r]->cut_by_fov && strcmp(word, "cut-by-field-of-view") == 0) return 1;
    }
    return 0;
}

fsc_status fsc_html_quality(fsc_text *out, const fsc_sheet *sheet, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "report/quality.tsv", err));
    int opened = 0;
    for (int32_t r = 0; r < table.n_row; r++) {
        if (!word_used(sheet, fsc_table_get(&table, r, "word"))) continue;
        if (!opened) fsc_text_add(out, "<dl class=\"quality\">\n");
        opened = 1;
        fsc_text_add(out, "<div><dt>");
        fsc_text_add_html(out, fsc_table_get(&table, r, "short"));
        fsc_text_add(out, "</dt><dd>");
        fsc_text_add_html(out, fsc_table_get(&table, r, "text"));
        fsc_text_add(out, "</dd></div>\n");
    }
    if (opened) fsc_text_add(out, "</dl>\n");
    return FSC_OK;
}

void fsc_html_close(fsc_text *out) {
    fsc_text_add(out, "</main>\n</body>\n</html>\n");
}

const char *fsc_reader_text(fsc_reader reader) {
    static const char *const text[FSC_READER_N] = {"person", "clinic", "research"};
    return text[reader];
}

void fsc_html_unread(fsc_text *out) {
    fsc_text_add(out, "<p class=\"figure-note\">This program reads fat in muscle only: no bone, disc, nerve, vessel or "
                      "mass. Has a radiologist read all the pictures? It cannot show adhesions, fascia, trigger points "
                      "or pain.</p>\n");
}
