#include "stop.h"

#include "fail.h"
#include "prose.h"
#include "statements.h"

#include <string.h>

int fsc_stop_holds(const fsc_report_input *input) {
    return input->map && input->map->exam && input->map->exam->n_stop > 0;
}

/* What to do, the most urgent first, each once; then what was answered. */
static fsc_status for_person(fsc_text *out, const fsc_exam *exam, fsc_error *err) {
    FSC_AUTO_STATEMENTS fsc_statements said = {0};
    FSC_TRY(fsc_statements_read(&said, err));
    for (int32_t f = 0; f < exam->n_stop; f++) {
        int twice = 0;
        for (int32_t k = 0; k < f && !twice; k++) twice = strcmp(exam->red_flag[k].plain, exam->red_flag[f].plain) == 0;
        if (twice) continue;
        fsc_text_add(out, "<p>");
        fsc_text_add_html(out, exam->red_flag[f].plain);
        fsc_text_add(out, "</p>\n");
    }
    fsc_statements_say(out, &said, "p", "stop_why", NULL);
    fsc_text_add(out, "<ul>\n");
    for (int32_t f = 0; f < exam->n_stop; f++) {
        fsc_text_add(out, "<li>");
        fsc_prose_sentence(out, exam->red_flag[f].finding);
        fsc_text_add(out, "</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
    fsc_statements_say(out, &said, "p", "stop_number", NULL);
    return FSC_OK;
}

static void for_clinic(fsc_text *out, const fsc_exam *exam) {
    fsc_text_add(out, "<ul>\n");
    for (int32_t f = 0; f < exam->n_stop; f++) {
        const fsc_red_flag *flag = &exam->red_flag[f];
        fsc_text_add(out, "<li><strong>");
        fsc_text_add_html(out, flag->finding);
        fsc_text_add(out, ".</strong> Suspected: ");
        fsc_text_add_html(out, flag->suspected);
        fsc_text_add(out, ". ");
        fsc_text_add_html(out, flag->action);
        fsc_text_add(out, " (<em>");
        fsc_text_add_html(out, flag->urgency);
        fsc_text_add(out, "</em>) <span class=\"source\">[");
        fsc_text_add_html(out, flag->grade);
        fsc_text_add(out, "; ");
        fsc_text_add_html(out, flag->rows);
        fsc_text_add(out, "]</span></li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

fsc_status fsc_stop_add(fsc_text *out, const fsc_case *c, fsc_reader reader, fsc_error *err) {
    const fsc_exam *exam = c->input->map->exam;
    fsc_text_printf(out, "<section class=\"stop\" aria-labelledby=\"stop-title\">\n<h2 id=\"stop-title\">%s</h2>\n",
                    reader == FSC_READER_PERSON ? "Stop: please read this first"
                                                : "Stop: this comes before anything else");
    if (reader == FSC_READER_PERSON)
        FSC_TRY(for_person(out, exam, err));
    else
        for_clinic(out, exam);
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}
