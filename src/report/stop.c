#include "stop.h"

#include "fail.h"
#include "statements.h"

#include <string.h>

int fsc_stop_holds(const fsc_report_input *input) {
    return input->map && input->map->stop && input->map->exam && input->map->exam->n_red_flag > 0;
}

/* The first flag is the most urgent. */
static const char *key_of(const fsc_red_flag *flag) {
    if (strcmp(flag->urgency, "emergency") == 0) return "stop_emergency";
    return strcmp(flag->urgency, "same day") == 0 ? "stop_same_day" : "stop_urgent";
}

static fsc_status for_person(fsc_text *out, const fsc_exam *exam, fsc_error *err) {
    FSC_AUTO_STATEMENTS fsc_statements said = {0};
    FSC_TRY(fsc_statements_read(&said, err));
    fsc_statements_say(out, &said, "p", key_of(&exam->red_flag[0]), NULL);
    fsc_statements_say(out, &said, "p", "stop_why", NULL);
    fsc_text_add(out, "<ul>\n");
    for (int32_t f = 0; f < exam->n_red_flag; f++) {
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, exam->red_flag[f].finding);
        fsc_text_add(out, ".</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
    return FSC_OK;
}

static void for_clinic(fsc_text *out, const fsc_exam *exam) {
    fsc_text_add(out, "<ul>\n");
    for (int32_t f = 0; f < exam->n_red_flag; f++) {
        const fsc_red_flag *flag = &exam->red_flag[f];
        fsc_text_add(out, "<li><strong>");
        fsc_text_add_html(out, flag->finding);
        fsc_text_add(out, ".</strong> ");
        fsc_text_add_html(out, flag->action);
        fsc_text_add(out, " (<em>");
        fsc_text_add_html(out, flag->urgency);
        fsc_text_add(out, "</em>) <span class=\"source\">[");
        fsc_text_add_html(out, flag->source);
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
