/* The scan's facts, how it was separated, and provenance, as lists of terms. */
#include "page_tables.h"
#include "prose.h"
#include "spelling.h"

#include <fascicle/version.h>
#include <math.h>
#include <string.h>

static void term(fsc_text *out, const char *name) {
    fsc_text_printf(out, "<div><dt>%s</dt><dd>", name);
}
static void end_term(fsc_text *out) {
    fsc_text_add(out, "</dd></div>\n");
}

static void text_term(fsc_text *out, const char *name, const char *value) {
    if (!value || !value[0]) return;
    term(out, name);
    fsc_text_add_html(out, value);
    end_term(out);
}

static void number_term(fsc_text *out, const char *name, const char *fmt, double value, const char *unit) {
    if (!isfinite(value)) return;
    term(out, name);
    fsc_text_add_number(out, fmt, value);
    fsc_text_add(out, unit);
    end_term(out);
}

static void echo_term(fsc_text *out, const fsc_scan *scan) {
    if (scan->n_echo < 1) return;
    term(out, "Echo times");
    for (int32_t e = 0; e < scan->n_echo; e++) fsc_text_printf(out, "%s%.2f", e ? ", " : "", 1000 * scan->te_s[e]);
    fsc_text_add(out, " ms");
    end_term(out);
}

static void grid_term(fsc_text *out, const fsc_grid *grid) {
    double mm[3];
    char letters[4];
    fsc_grid_spacing_mm(grid, mm);
    fsc_grid_orientation_letters(grid, letters);
    term(out, "Voxels");
    fsc_text_printf(out, "%lld × %lld × %lld", (long long)grid->dim[0], (long long)grid->dim[1],
                    (long long)grid->dim[2]);
    fsc_text_printf(out, " of %.3g × %.3g × %.3g mm%s, axes towards %s", mm[0], mm[1], mm[2],
                    grid->spacing_assumed ? " (size assumed)" : "", letters);
    end_term(out);
}

static void exam_terms(fsc_text *out, const fsc_exam *exam) {
    number_term(out, "Age", "%.0f", exam->age_years, " years");
    if (exam->sex != FSC_SEX_UNKNOWN) text_term(out, "Sex", fsc_sex_text(exam->sex));
    number_term(out, "Height", "%.0f", exam->height_cm, " cm");
    number_term(out, "Weight", "%.0f", exam->weight_kg, " kg");
    text_term(out, "How it began", exam->mechanism);
    number_term(out, "Days since injury", "%.0f", exam->days_since_injury, "");
    for (int32_t k = 0; k < exam->n_scale; k++) {
        const fsc_scale_place *place = &exam->scale[k];
        fsc_text_add(out, "<div><dt>");
        fsc_text_add_html(out, place->scale);
        fsc_text_add(out, "</dt><dd>");
        fsc_text_add_html(out, place->value);
        if (place->band[0]) fsc_text_add(out, ": ");
        fsc_text_add_html(out, place->band);
        fsc_text_add(out, " <span class=\"source\">[");
        fsc_text_add_html(out, place->source);
        fsc_text_add(out, "]</span>");
        end_term(out);
    }
}

static void scan_terms(fsc_text *out, const fsc_report_input *input) {
    const fsc_scan *scan = input->scan;
    if (scan) {
        term(out, "Person");
        fsc_prose_person(out, scan);
        end_term(out);
        text_term(out, "Kind of scan", fsc_scan_kind_text(scan->kind));
        text_term(out, "Body part", scan->body_part);
        text_term(out, "Scanner", scan->manufacturer);
        number_term(out, "Field strength", "%.3g", scan->b0_tesla, " T");
        number_term(out, "Imaging frequency", "%.2f", scan->imaging_frequency_mhz, " MHz");
        echo_term(out, scan);
        number_term(out, "Flip angle", "%.0f", scan->flip_angle_deg, "°");
        number_term(out, "Repetition time", "%.1f", 1000 * scan->repetition_time_s, " ms");
    }
    if (input->map && input->map->exam) exam_terms(out, input->map->exam);
    if (input->fatwater)
        grid_term(out, &input->fatwater->grid);
    else if (scan)
        grid_term(out, &scan->grid);
    if (input->measures) {
        text_term(out, "Muscle labels", input->measures->muscle_scheme);
        text_term(out, "Level labels", input->measures->level_scheme);
        if (input->measures->n_row > 0)
            text_term(out, "Labels come from",
                      fsc_word_text(fsc_label_source_words, (int32_t)input->measures->label_source));
    }
}

static void sign_term(fsc_text *out, const fsc_fatwater *f) {
    if (f->method != FSC_METHOD_COMPLEX || !f->sign) return;
    term(out, "Phase sign");
    fsc_text_add(out, f->sign > 0 ? "as stored" : "reversed before fitting");
    if (isfinite(f->sign_ratio)) fsc_text_printf(out, ", fits %.1f times better than the other", f->sign_ratio);
    end_term(out);
    term(out, "Readout ramp");
    if (isfinite(f->ramp_slope_dwell) && f->ramp_slope_dwell != 0)
        fsc_text_printf(out, "found and removed (%.2f dwell times)", f->ramp_slope_dwell);
    else
        fsc_text_add(out, "none found");
    end_term(out);
}

static void method_terms(fsc_text *out, const fsc_report_input *input) {
    const fsc_fatwater *f = input->fatwater;
    if (f) {
        text_term(out, "Method", fsc_method_text(f->method));
        text_term(out, "Fat spectrum", f->spectrum);
        sign_term(out, f);
        if (f->n_fitted > 0) {
            term(out, "Voxels with a result");
            fsc_text_printf(out, "%lld", (long long)f->n_fitted);
            end_term(out);
        }
    }
    if (!input->measures) return;
    if (!f) text_term(out, "Method", fsc_method_text(input->measures->method));
    number_term(out, "Fat and water perhaps exchanged", "%.1f", 100 * input->measures->swap_suspect_fraction,
                " % of voxels");
    number_term(out, "Signal to noise, median", "%.0f", input->measures->snr_median, "");
    if (f) number_term(out, "Expected T1 bias at 10 % fat", "%+.1f", 100 * f->t1_bias_expected, " points");
}

void fsc_table_scan_add(fsc_text *out, const fsc_report_input *input) {
    fsc_text_add(out,
                 "<section class=\"facts\" aria-labelledby=\"scan-title\">\n<h2 id=\"scan-title\">The scan and how it "
                 "was separated</h2>\n<div class=\"columns\"><dl>\n");
    scan_terms(out, input);
    fsc_text_add(out, "</dl>");
    if (input->fatwater || input->measures) {
        fsc_text_add(out, "<dl>\n");
        method_terms(out, input);
        fsc_text_add(out, "</dl>");
    }
    fsc_text_add(out, "</div>\n</section>\n");
}

static void add_inputs(fsc_text *out, const fsc_recipe *recipe) {
    if (!recipe->n_input) return;
    fsc_text_add(out, "<table><caption>Input files and the first 16 digits of their SHA-256</caption>\n<thead><tr>"
                      "<th scope=\"col\">File</th><th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < recipe->n_input; i++) {
        fsc_text_add(out, "<tr><td>");
        fsc_text_add_html(out, recipe->input[i].path ? recipe->input[i].path : "n/a");
        fsc_text_printf(out, "</td><td><code>%.16s</code></td></tr>\n", recipe->input[i].sha256);
    }
    fsc_text_add(out, "</tbody></table>\n");
}

void fsc_table_provenance_add(fsc_text *out, const fsc_report_input *input) {
    const fsc_recipe *recipe = input->recipe ? input->recipe : input->scan ? &input->scan->recipe : NULL;
    fsc_text_add(out,
                 "<section class=\"provenance\" aria-labelledby=\"made-title\">\n<h2 id=\"made-title\">How this page "
                 "was made</h2>\n<p>Fascicle " FSC_VERSION);
    if (recipe && recipe->command) {
        fsc_text_add(out, ": <code>");
        fsc_text_add_html(out, recipe->command);
        fsc_text_add(out, "</code>");
    }
    fsc_text_add(out, "</p>\n");
    if (recipe && (recipe->n_input || recipe->options_json)) {
        fsc_text_add(out, "<details><summary>Inputs and options</summary>\n");
        add_inputs(out, recipe);
        if (recipe->options_json) {
            fsc_text_add(out, "<pre>");
            fsc_text_add_html(out, recipe->options_json);
            fsc_text_add(out, "</pre>\n");
        }
        fsc_text_add(out, "</details>\n");
    }
    fsc_text_add(out, "</section>\n");
}
