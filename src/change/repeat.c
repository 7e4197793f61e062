#include "repeat.h"

#include "fail.h"
#include "format.h"
#include "spelling.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two numbers that both files state and that differ by more than tolerance. */
static int differ(double a, double b, double tolerance) {
    return fabs(a - b) > tolerance;
} /* NaN: does not differ */

static int words_differ(const char *a, const char *b) {
    return *a && *b && strcmp(a, b) != 0;
}

fsc_pair fsc_pair_of(char *words, size_t size, const fsc_acquisition *a, const fsc_acquisition *b) {
    if (a->method != b->method) {
        fsc_format(words, size, "separated by another method (%s, %s)", fsc_method_text(a->method),
                   fsc_method_text(b->method));
        return FSC_PAIR_METHOD;
    }
    if (a->n_echo != b->n_echo || differ(a->te_first_s, b->te_first_s, 5e-5) ||
        differ(a->te_step_s, b->te_step_s, 5e-5) || differ(a->flip_angle_deg, b->flip_angle_deg, 0.5) ||
        differ(a->repetition_time_s, b->repetition_time_s,
               0.05 * fmax(fabs(a->repetition_time_s), fabs(b->repetition_time_s)))) {
        fsc_copy_text(words, size, "another protocol (echoes, flip angle or repetition time)");
        return FSC_PAIR_PROTOCOL;
    }
    if (differ(a->field_tesla, b->field_tesla, 0.1) || words_differ(a->manufacturer, b->manufacturer) ||
        words_differ(a->device, b->device)) {
        fsc_copy_text(words, size, "another scanner or field strength");
        return FSC_PAIR_SCANNER;
    }
    fsc_copy_text(words, size,
                  *a->device && *b->device ? "the same scanner and protocol"
                                           : "the same protocol; the files do not name the scanner, taken as the same");
    return FSC_PAIR_SAME;
}

/* Value of a row by its key in points, as a fraction. */
static double value_of(const fsc_table *table, const char *key, char *fact_id, size_t size) {
    for (int32_t row = 0; row < table->n_row; row++) {
        if (strcmp(fsc_table_get(table, row, "key"), key) != 0) continue;
        const size_t used = strlen(fact_id);
        fsc_format(fact_id + used, size - used, "%s%s", used ? " " : "", fsc_table_get(table, row, "fact_id"));
        return fsc_table_number(table, row, "value") / 100;
    }
    return (double)NAN;
}

/* data/labels.tsv: how far borders drawn by one source lie apart at two visits, to how far they lie from the truth. */
static fsc_status read_label_shares(fsc_repeat *out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "labels.tsv", err));
    for (int32_t s = 0; s < FSC_LABEL_SOURCE_N; s++) out->label_share[s] = 1;
    for (int32_t row = 0; row < table.n_row; row++) {
        const int32_t s = fsc_word_find(fsc_label_source_words, fsc_table_get(&table, row, "key"));
        const double share =
            fsc_table_number(&table, row, "repeat_sd_mm") / fsc_table_number(&table, row, "border_sd_mm");
        if (s >= 0 && share >= 0) out->label_share[s] = fmin(share, 1);
    }
    return FSC_OK;
}

double fsc_repeat_label_share(const fsc_repeat *repeat, fsc_label_source own, fsc_label_source other) {
    /* Carried labels are the other visit's, whatever those were: what those err by is in both, what carrying adds is in
     * one. */
    if (own == FSC_LABELS_CARRIED) return repeat->label_share[FSC_LABELS_CARRIED];
    if (other == FSC_LABELS_CARRIED) return 0;
    return own == other ? repeat->label_share[own] : 1;
}

static double own_bias(const fsc_row *row, double share) {
    return isfinite(row->pdff_label_bias_fraction) ? share * row->pdff_label_bias_fraction : 0;
}

static double loose(const fsc_row *row, double share) {
    const double part = share * row->volume_se_label_mm3 / row->volume_mm3;
    return isfinite(part) ? part : 0;
}

double fsc_pair_exchanged(const fsc_repeat *repeat, const fsc_row *a, fsc_label_source of_a, const fsc_row *b,
                          fsc_label_source of_b) {
    return hypot(loose(a, fsc_repeat_label_share(repeat, of_a, of_b)),
                 loose(b, fsc_repeat_label_share(repeat, of_b, of_a)));
}

double fsc_pair_label_variance(const fsc_repeat *repeat, const fsc_row *a, fsc_label_source of_a, const fsc_row *b,
                               fsc_label_source of_b) {
    const double share_a = fsc_repeat_label_share(repeat, of_a, of_b),
                 share_b = fsc_repeat_label_share(repeat, of_b, of_a),
                 bias = own_bias(a, share_a) - own_bias(b, share_b);
    return share_a * share_a * fsc_row_label_scatter_variance(a) +
           share_b * share_b * fsc_row_label_scatter_variance(b) + bias * bias;
}

fsc_status fsc_repeat_read(fsc_repeat *out, fsc_error *err) {
    static const char *const spread[] = {"same_scanner", "different_scanner", "different_protocol"};
    static const char *const floors[] = {"floor_same", "floor_different", "floor_different"};
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "repeatability.tsv", err));
    memset(out, 0, sizeof *out);
    for (int i = 0; i < 3; i++) {
        out->sd_difference[i] = value_of(&table, spread[i], out->fact_ids[i], sizeof out->fact_ids[i]);
        /* Coefficients of reproducibility bound 95 % of differences; the first row is an SD already. */
        if (i > 0) out->sd_difference[i] /= 1.959963984540054;
        out->floor[i] = value_of(&table, floors[i], out->fact_ids[i], sizeof out->fact_ids[i]);
    }
    FSC_TRY(read_label_shares(out, err));
    for (int32_t row = 0; row < table.n_row && out->n_ageing < FSC_AGEING_MAX; row++) {
        if (strcmp(fsc_table_get(&table, row, "key"), "ageing") != 0) continue;
        fsc_ageing *a = &out->ageing[out->n_ageing++];
        fsc_copy_text(a->muscle, sizeof a->muscle, fsc_table_get(&table, row, "muscle"));
        fsc_copy_text(a->fact_id, sizeof a->fact_id, fsc_table_get(&table, row, "fact_id"));
        a->rate_per_year = fsc_table_number(&table, row, "value") / 100;
        a->se_per_year = (fsc_table_number(&table, row, "high") - fsc_table_number(&table, row, "low")) / 200;
    }
    return FSC_OK;
}

const fsc_ageing *fsc_repeat_ageing(const fsc_repeat *repeat, const char *muscle) {
    for (int32_t i = 0; i < repeat->n_ageing; i++)
        if (strcmp(repeat->ageing[i].muscle, muscle) == 0) return &repeat->ageing[i];
    return NULL;
}

/* The same muscle was measured twice, so how its fat scatters inside (the sampling part of pdff_se) cancels as far as
 * both scans hold the same tissue. Where one holds a share more, the means differ by share x (mean of the rest - mean
 * of the shared), and each of these two is known to within the sampling error. That share is what the volumes differ
 * by, and what the labels of either visit may hold too much or too little of, level's ends included. Noise never
 * cancels; where the maps do not say how large it is (ready images), it is at most what all scatter would be as noise
 * of single voxels. What repositioning does beyond this is in the repeatability. */
double fsc_row_variance(const fsc_row *row, const fsc_row *with, double exchanged) {
    const double stated = row->pdff_se_noise_fraction, most = row->pdff_sd_fraction / sqrt((double)row->n_voxel),
                 noise = fmin(isfinite(stated) ? stated : most, row->pdff_se_fraction),
                 all = row->pdff_se_fraction * row->pdff_se_fraction;
    const double less = 1 - fmin(row->volume_mm3, with->volume_mm3) / fmax(row->volume_mm3, with->volume_mm3),
                 share = fmin(hypot(less, exchanged), 1);
    return isfinite(share) ? noise * noise + share * share * (all - noise * noise) : all;
}

int fsc_row_judged(const fsc_row *row) {
    return row->kind == FSC_ROW_SITE;
}

/* Share of voxels that may be exchanged beyond which a mean is not trusted for change. */
static const double swap_most = 0.05;
/* Two cuts of a site must keep about the same part of its level. */
static const double coverage_apart = 0.10;

const char *fsc_row_obstacle(const fsc_row *a, const fsc_row *b) {
    if (!isfinite(a->pdff_mean_fraction) || !isfinite(b->pdff_mean_fraction))
        return "no fat fraction at one of the visits";
    if (!isfinite(a->pdff_se_fraction) || !isfinite(b->pdff_se_fraction))
        return "the error at one of the visits is not known";
    if (a->swap_fraction > swap_most || b->swap_fraction > swap_most)
        return "fat and water may be exchanged at one of the visits";
    if (fabs(a->coverage - b->coverage) > coverage_apart)
        return "the field of view cuts the site differently at the two visits";
    return "";
}
