/* The order of the page: measured, what stands out and what that does not mean, told, to do, help, questions. */
#include "person.h"

#include "alloc.h"
#include "butterfly.h"
#include "fail.h"
#include "format.h"
#include "person_findings.h"
#include "person_plan.h"
#include "statements.h"

#include <stdio.h>
#include <string.h>

static const char *region_of(const fsc_sheet *sheet) {
    int neck = 0, top = 0, chest = 0, low = 0; /* top: T1 and T2, which a scan of the neck has too */
    for (int32_t l = 0; l < sheet->n_level; l++) {
        if (!sheet->level[l].measured) continue;
        neck |= sheet->level[l].order < 8;
        top |= sheet->level[l].order >= 8 && sheet->level[l].order < 10;
        chest |= sheet->level[l].order >= 10 && sheet->level[l].order < 19; /* T12 counts as low back */
        low |= sheet->level[l].order >= 19 && sheet->level[l].order < 100;
    }
    if (neck) return chest || low ? "neck and back" : "neck";
    if (chest || top) return low ? "back" : "upper back";
    return low ? "low back" : "body";
}

static void open_section(fsc_text *out, const char *kind, const char *id, const char *title) {
    fsc_text_printf(out, "<section class=\"%s\" aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", kind, id, id, title);
}

static void close_section(fsc_text *out) {
    fsc_text_add(out, "</section>\n");
}

static void add_measured(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    const fsc_sheet *sheet = &c->sheet;
    char span[32], muscles[32], levels[64];
    open_section(out, "plain", "measured-title", "What was measured");
    if (!sheet->n_site) {
        fsc_statements_say(out, said, "p", "nothing_outlined", NULL);
        close_section(out);
        return;
    }
    fsc_sheet_span(sheet, span, sizeof span);
    fsc_format(muscles, sizeof muscles, sheet->n_muscle == 1 ? "one muscle" : "%d muscles", (int)sheet->n_muscle);
    if (sheet->n_measured_level == 1)
        fsc_format(levels, sizeof levels, "one level%s%s", span[0] ? ", " : "", span);
    else
        fsc_format(levels, sizeof levels, "%d levels, from %s", (int)sheet->n_measured_level, span);
    const fsc_filling filling[] = {
        {"region", region_of(sheet)}, {"muscles", muscles}, {"levels", levels}, {NULL, NULL}};
    fsc_statements_say(out, said, "p", "what", filling);
    fsc_statements_say(out, said, "p", "every", NULL);
    close_section(out);
}

static void add_map(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    FSC_AUTO_BLOCK const char **names = fsc_alloc(c->sheet.n_muscle, sizeof *names);
    if (!names) {
        out->failed = 1;
        return;
    }
    for (int32_t m = 0; m < c->sheet.n_muscle; m++) names[m] = fsc_statements_short(said, c->sheet.muscle[m].key);
    fsc_text_add(out,
                 "<figure class=\"map\">\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"The picture "
                 "of the muscles\">\n");
    fsc_butterfly_add(out, c, "map", names);
    fsc_text_add(out, "</div>\n<figcaption>");
    fsc_statements_say(out, said, "", c->sheet.side_unknown ? "map_no_side" : "map", NULL);
    fsc_text_add(out, "</figcaption>\n</figure>\n");
}

/* Who says that nothing hurts is not told of their pain; who says nothing may hurt. */
static void add_meaning(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    const fsc_exam *exam = c->sheet.map ? c->sheet.map->exam : NULL;
    const int is_free = exam && exam->nrs_pain <= 0 && exam->n_pain == 0;
    const char *const key[] = {is_free ? "pain_free" : "pain_real", is_free ? "not_seen_free" : "not_seen", "not_when",
                               "not_aim"};
    fsc_text_add(out, "<h3>What that does not mean</h3>\n");
    for (size_t k = 0; k < sizeof key / sizeof *key; k++) fsc_statements_say(out, said, "p", key[k], NULL);
}

static void add_findings(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    if (!c->sheet.n_site) {
        open_section(out, "stands", "stands-title", "What this page cannot say");
        add_meaning(out, c, said);
        close_section(out);
        return;
    }
    open_section(out, "stands", "stands-title", "What stands out");
    fsc_text_add(out, "<div class=\"beside\">\n<div>\n");
    fsc_person_findings_add(out, c, said);
    fsc_text_add(out, "</div>\n");
    add_map(out, c, said);
    fsc_text_add(out, "</div>\n");
    add_meaning(out, c, said);
    close_section(out);
}

static void add_told(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    open_section(out, "told", "told-title", "What you told us");
    fsc_person_told_add(out, c, said);
    close_section(out);
}

/* The lines of a part, as elements. */
static void add_part(fsc_text *out, const fsc_plan_sentence *line, int32_t n, const char *part, const char *element) {
    for (int32_t i = 0; i < n; i++) {
        if (strcmp(line[i].part, part) != 0) continue;
        fsc_text_printf(out, "<%s>", element);
        fsc_text_add_html(out, line[i].text);
        fsc_text_printf(out, "</%s>\n", element);
    }
}

/* As the plan says it, with the numbers of the place; the same without numbers when there is no plan. */
static fsc_status add_help(fsc_text *out, const fsc_plan *plan, fsc_error *err) {
    fsc_plan_sentence *own = NULL;
    int32_t n = 0;
    const fsc_plan_sentence *line = plan ? plan->sentence : NULL;
    for (int32_t i = 0; plan && i < plan->n_sentence; i++) n += strcmp(plan->sentence[i].part, "help") == 0;
    if (n)
        n = plan->n_sentence;
    else
        FSC_TRY(fsc_plan_help(&own, &n, NULL, err));
    if (own) line = own;
    open_section(out, "help", "help-title", "When to get help at once");
    add_part(out, line, n, "help", "p");
    fsc_text_add(out, "<ul>\n");
    add_part(out, line, n, "help-item", "li");
    fsc_text_add(out, "</ul>\n");
    add_part(out, line, n, "help-after", "p");
    close_section(out);
    fsc_plan_free_sentences(own);
    return FSC_OK;
}

static void add_questions(fsc_text *out, const fsc_statements *said) {
    open_section(out, "ask", "ask-title", "What you can ask");
    fsc_statements_list(out, said, "ask_item");
    fsc_statements_say(out, said, "p", "read_all", NULL);
    close_section(out);
}

/* A plan of many paragraphs prints smaller: the page has two sheets. */
static int is_full(const fsc_plan *plan) {
    return plan && plan->n_home > 3 && plan->n_refer + plan->n_hold_back >= 2;
}

fsc_status fsc_person_add(fsc_text *out, const fsc_case *c, fsc_error *err) {
    FSC_AUTO_STATEMENTS fsc_statements said = {0};
    FSC_TRY(fsc_statements_read(&said, err));
    add_measured(out, c, &said);
    add_findings(out, c, &said);
    add_told(out, c, &said);
    open_section(out, is_full(c->input->plan) ? "do full-plan" : "do", "do-title", "What to do first");
    FSC_TRY(fsc_person_plan_add(out, c->input->plan, &said, err));
    close_section(out);
    FSC_TRY(add_help(out, c->input->plan, err));
    add_questions(out, &said);
    return FSC_OK;
}
