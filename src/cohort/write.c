#include <fascicle/order.h>
#include <fascicle/subtypes.h>

#include "fail.h"
#include "file.h"
#include "json.h"
#include "provenance.h"
#include "text.h"
#include "write.h"

#include <stdio.h>

static fsc_status path_of(char *path, size_t size, const char *dir, const char *name, const char *suffix,
                          fsc_error *err) {
    char file[512];
    const int n = snprintf(file, sizeof file, "%s_%s", name, suffix);
    if (n < 0 || (size_t)n >= sizeof file)
        return fsc_fail(err, FSC_E_RANGE, "the name '%.60s...' is too long for a file", name);
    return fsc_file_join(path, size, dir, file, err);
}

static fsc_status put(const fsc_text *text, const char *dir, const char *name, const char *suffix, fsc_error *err) {
    char path[4096];
    if (text->failed) return fsc_fail_nomem(err, "writing the order");
    FSC_TRY(path_of(path, sizeof path, dir, name, suffix, err));
    return fsc_file_write(path, text->data, text->length, err);
}

static double mean_position(const fsc_order *o, int32_t event) {
    double mean = 0;
    for (int32_t k = 0; k < o->n_event; k++) mean += o->position[event * o->n_event + k] * (k + 1);
    return mean;
}

/* Events in their most likely order, the shares of positions beside them. */
static fsc_status write_order(const fsc_order *o, const char *dir, const char *name, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "position\tevent\tmean_position\thealthy_mean\thealthy_sd\tabnormal_mean\tabnormal_sd\t"
                        "abnormal_share\tn_value\tabnormal_share_p05\tabnormal_share_p95\tbeyond_share");
    for (int32_t k = 1; k <= o->n_event; k++) fsc_text_printf(&text, "\tshare_at_%d", (int)k);
    fsc_text_add(&text, "\n");
    for (int32_t k = 0; k < o->n_event; k++) {
        const int32_t e = o->sequence[k];
        const fsc_order_mixture *m = &o->mixture[e];
        fsc_text_printf(&text, "%d\t%s\t%.3f\t%.6g\t%.6g\t%.6g\t%.6g\t%.4f\t%d", (int)(k + 1), o->event[e],
                        mean_position(o, e), m->healthy_mean, m->healthy_sd, m->abnormal_mean, m->abnormal_sd,
                        m->abnormal_share, (int)m->n_value);
        fsc_text_printf(&text, "\t%.4f\t%.4f\t", m->abnormal_share_p05, m->abnormal_share_p95);
        fsc_text_add_number(&text, "%.4f", m->beyond_share);
        for (int32_t i = 0; i < o->n_event; i++) fsc_text_printf(&text, "\t%.5f", o->position[e * o->n_event + i]);
        fsc_text_add(&text, "\n");
    }
    return put(&text, dir, name, "order.tsv", err);
}

static fsc_status write_precedence(const fsc_order *o, const char *dir, const char *name, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "event");
    for (int32_t k = 0; k < o->n_event; k++) fsc_text_printf(&text, "\tbefore %s", o->event[o->sequence[k]]);
    fsc_text_add(&text, "\n");
    for (int32_t k = 0; k < o->n_event; k++) {
        const int32_t e = o->sequence[k];
        fsc_text_printf(&text, "%s", o->event[e]);
        for (int32_t i = 0; i < o->n_event; i++) {
            if (i == k)
                fsc_text_add(&text, "\tn/a");
            else
                fsc_text_printf(&text, "\t%.5f", o->before[e * o->n_event + o->sequence[i]]);
        }
        fsc_text_add(&text, "\n");
    }
    return put(&text, dir, name, "precedence.tsv", err);
}

/* The likeliest stage and the narrowest run of stages from below and above that holds 90 %. */
static fsc_status write_stages(const fsc_order *o, const char *dir, const char *name, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "person\tcontrol\tstage\tstage_p05\tstage_p95");
    for (int32_t k = 0; k <= o->n_event; k++) fsc_text_printf(&text, "\tshare_stage_%d", (int)k);
    fsc_text_add(&text, "\n");
    for (int32_t j = 0; j < o->n_person; j++) {
        const double *stage = o->stage + (int64_t)j * (o->n_event + 1);
        int32_t best = 0, low = -1, high = -1;
        double sum = 0;
        for (int32_t k = 0; k <= o->n_event; k++) {
            if (stage[k] > stage[best]) best = k;
            sum += stage[k];
            if (low < 0 && sum >= 0.05) low = k;
            if (high < 0 && sum >= 0.95 - 1e-12) high = k;
        }
        fsc_text_printf(&text, "%s\t%d\t%d\t%d\t%d", o->person[j], o->is_control[j] != 0, (int)best, (int)low,
                        (int)(high < 0 ? o->n_event : high));
        for (int32_t k = 0; k <= o->n_event; k++) fsc_text_printf(&text, "\t%.5f", stage[k]);
        fsc_text_add(&text, "\n");
    }
    return put(&text, dir, name, "stages.tsv", err);
}

/* Width that the sentence above the picture takes. */
#define SENTENCE 430

void fsc_order_picture(fsc_text *text, const fsc_order *o) {
    const int cell = 22, left = 230, top = 58, n = (int)o->n_event, width = left + n * cell + 12;
    fsc_text_printf(text,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
                    "font-size=\"12\" role=\"img\">\n<title>Order of events in the cohort, with its "
                    "uncertainty</title>\n<text x=\"8\" y=\"18\">Order of events in %d people. Darker = more of the "
                    "sampled orders.</text>\n<text x=\"8\" y=\"34\">Within the model: one common order, no "
                    "reversal.</text>\n",
                    width > SENTENCE ? width : SENTENCE, top + n * cell + 12, (int)o->n_person);
    fsc_text_printf(text, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#555\">position in the order</text>\n",
                    left - 6, top - 5);
    for (int k = 0; k < n; k++)
        fsc_text_printf(text, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%d</text>\n", left + k * cell + cell / 2,
                        top - 5, k + 1);
    for (int k = 0; k < n; k++) {
        const int32_t e = o->sequence[k];
        fsc_text_printf(text, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", left - 6, top + k * cell + 15);
        fsc_text_add_html(text, o->event[e]);
        fsc_text_add(text, "</text>\n");
        for (int i = 0; i < n; i++) {
            const double share = o->position[e * o->n_event + i];
            fsc_text_printf(text,
                            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#08306b\" "
                            "fill-opacity=\"%.3f\" stroke=\"#bbb\"><title>",
                            left + i * cell, top + k * cell, cell, cell, share);
            fsc_text_add_html(text, o->event[e]);
            fsc_text_printf(text, ": %.0f %% at position %d</title></rect>\n", 100 * share, i + 1);
        }
    }
    fsc_text_add(text, "</svg>\n");
}

static fsc_status write_svg(const fsc_order *o, const char *dir, const char *name, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_order_picture(&text, o);
    return put(&text, dir, name, "order.svg", err);
}

static fsc_status write_json(const fsc_order *o, const char *dir, const char *name, const fsc_recipe *recipe,
                             fsc_error *err) {
    fsc_json *root = fsc_json_object(), *sequence = fsc_json_array();
    fsc_provenance_set(root, recipe,
                       "Event-based model over a cohort: the order in which markers become abnormal (Fonteijn 2012, "
                       "Young 2014). It assumes one common order and events that do not reverse.",
                       0);
    for (int32_t k = 0; k < o->n_event; k++) fsc_json_append_string(sequence, o->event[o->sequence[k]]);
    fsc_json_set(root, "sequence", sequence);
    fsc_json_set_number(root, "log_likelihood", o->log_likelihood);
    fsc_json_set_integer(root, "n_person", o->n_person);
    fsc_json_set_integer(root, "n_kept", o->n_kept);
    fsc_json_set_number(root, "accepted", o->accepted);
    fsc_json_set_number(root, "chain_gap", o->chain_gap);
    fsc_json_set(root, "notes", fsc_notes_json(&o->notes));
    char path[4096];
    fsc_status status = path_of(path, sizeof path, dir, name, "order.json", err);
    if (status == FSC_OK) status = fsc_json_write(root, path, err);
    fsc_json_free(root);
    return status;
}

fsc_status fsc_order_write(const fsc_order *order, const char *dir, const char *name, const fsc_recipe *recipe,
                           fsc_error *err) {
    FSC_TRY(fsc_file_make_folder(dir, err));
    FSC_TRY(write_order(order, dir, name, err));
    FSC_TRY(write_precedence(order, dir, name, err));
    FSC_TRY(write_stages(order, dir, name, err));
    FSC_TRY(write_svg(order, dir, name, err));
    return write_json(order, dir, name, recipe, err);
}

fsc_status fsc_subtypes_write(const fsc_subtypes *subtypes, const fsc_cohort *cohort, const char *dir, const char *name,
                              fsc_error *err) {
    FSC_AUTO_TEXT fsc_text orders = {0}, people = {0};
    const int32_t n = subtypes->n_subtype;
    fsc_text_add(&orders, "position");
    fsc_text_add(&people, "person");
    for (int32_t s = 0; s < n; s++) {
        fsc_text_printf(&orders, "\tsubtype_%d_share_%.3f", (int)(s + 1), subtypes->share[s]);
        fsc_text_printf(&people, "\tshare_subtype_%d", (int)(s + 1));
    }
    for (int32_t k = 0; k < subtypes->n_event; k++) {
        fsc_text_printf(&orders, "\n%d", (int)(k + 1));
        for (int32_t s = 0; s < n; s++)
            fsc_text_printf(&orders, "\t%s", cohort->event[subtypes->sequence[s * subtypes->n_event + k]]);
    }
    for (int32_t j = 0; j < subtypes->n_person; j++) {
        fsc_text_printf(&people, "\n%s", cohort->person[j]);
        for (int32_t s = 0; s < n; s++) fsc_text_printf(&people, "\t%.5f", subtypes->member[(int64_t)j * n + s]);
    }
    fsc_text_add(&orders, "\n");
    fsc_text_add(&people, "\n");
    FSC_TRY(fsc_file_make_folder(dir, err));
    FSC_TRY(put(&orders, dir, name, "subtypes.tsv", err));
    return put(&people, dir, name, "members.tsv", err);
}
