#include "who.h"

#include <math.h>
#include <string.h>

static void item(fsc_text *out, const char **gap) {
    fsc_text_add(out, *gap);
    *gap = " · ";
}

static void text_item(fsc_text *out, const char **gap, const char *label, const char *value) {
    if (!value[0]) return;
    item(out, gap);
    fsc_text_add(out, label);
    fsc_text_add_html(out, value);
}

static void number_item(fsc_text *out, const char **gap, const char *label, double value, const char *unit) {
    if (!isfinite(value)) return;
    item(out, gap);
    fsc_text_printf(out, "%s%.4g%s", label, value, unit);
}

void fsc_who_add_span(fsc_text *out, double days) {
    if (days < 60)
        fsc_text_printf(out, "%.0f day%s", days, days >= 0.5 && days < 1.5 ? "" : "s");
    else if (days < 730)
        fsc_text_printf(out, "%.0f months", days / 30.44);
    else
        fsc_text_printf(out, "%.0f years", days / 365.25);
}

/* What is kept as "other" may be violence, which is no one's to read on paper: whoever did it may hold the page. */
static const char *shown_mechanism(const fsc_exam *exam) {
    static const char *const silent[] = {"violence", "other", "none known"};
    for (size_t k = 0; k < sizeof silent / sizeof *silent; k++)
        if (strcmp(exam->mechanism, silent[k]) == 0) return "";
    return exam->mechanism;
}

/* "low back left for 3 years 5 of 10". */
static void pain_item(fsc_text *out, const char **gap, const fsc_pain *pain) {
    item(out, gap);
    fsc_text_printf(out, "%s%s%s", pain->region, pain->side == FSC_SIDE_UNKNOWN ? "" : " ",
                    pain->side == FSC_SIDE_UNKNOWN ? "" : fsc_side_text(pain->side));
    if (pain->onset_days < 1) {
        fsc_text_add(out, " since today");
    } else if (isfinite(pain->onset_days)) {
        fsc_text_add(out, " for ");
        fsc_who_add_span(out, pain->onset_days);
    }
    if (isfinite(pain->nrs_pain)) fsc_text_printf(out, ", %.4g of 10", pain->nrs_pain);
    if (pain->course[0]) fsc_text_printf(out, ", %s", pain->course);
    if (pain->radiates == FSC_ANSWER_YES) fsc_text_add(out, ", into the limb");
}

static void add_symptoms(fsc_text *out, const fsc_exam *exam) {
    fsc_text_add(out, "<p class=\"who\"><strong>Reported</strong> ");
    const char *gap = "", *const none = gap;
    number_item(out, &gap, "pain ", exam->nrs_pain, " of 10");
    for (int32_t i = 0; i < exam->n_pain; i++) pain_item(out, &gap, &exam->pain[i]);
    number_item(out, &gap, "NDI ", exam->ndi_percent, " %");
    number_item(out, &gap, "ODI ", exam->odi_percent, " %");
    if (isfinite(exam->days_since_injury)) {
        item(out, &gap);
        if (exam->days_since_injury < 0.5)
            fsc_text_add(out, "began today");
        else
            fsc_text_printf(out, "began %.0f day%s ago", exam->days_since_injury,
                            exam->days_since_injury < 1.5 ? "" : "s");
    }
    text_item(out, &gap, "with ", shown_mechanism(exam));
    number_item(out, &gap, "earlier neck episodes ", exam->prior_neck_episodes, "");
    number_item(out, &gap, "earlier back episodes ", exam->prior_back_episodes, "");
    number_item(out, &gap, "sleep ", exam->sleep_hours, " h");
    number_item(out, &gap, "stress ", exam->stress_0_10, " of 10");
    number_item(out, &gap, "active ", exam->activity_hours_week, " h a week");
    if (gap == none) fsc_text_add(out, exam->n_finding ? "no place, score or day" : "nothing: no exam was given");
    fsc_text_add(out, "</p>\n");
}

void fsc_who_add(fsc_text *out, const fsc_case *c, fsc_reader reader) {
    const fsc_map *map = c->input->map;
    if (!map || !map->exam) return;
    const fsc_exam *exam = map->exam;
    const char *gap = "", *const none = gap;
    FSC_AUTO_TEXT fsc_text line = {0};
    text_item(&line, &gap, "scan ", map->acquisition.date);
    text_item(&line, &gap, "exam ", exam->date);
    number_item(&line, &gap, "", exam->age_years, " years");
    if (exam->sex != FSC_SEX_UNKNOWN) text_item(&line, &gap, "", fsc_sex_text(exam->sex));
    if (line.failed) out->failed = 1;
    if (gap != none) fsc_text_printf(out, "<p class=\"who\">%s</p>\n", line.data ? line.data : "");
    if (reader != FSC_READER_PERSON) add_symptoms(out, exam);
}
