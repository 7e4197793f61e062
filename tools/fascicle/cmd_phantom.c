/* fascicle phantom: a digital neck or low back with known truth, as a BIDS dataset. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

typedef struct values {
    const char *dir, *participant, *session, *shift;
    double scale, tesla, snr, te_first_ms, te_step_ms, field_hz, ramp, ramp_constant, tilt_deg, drop_percent;
    int64_t seed, noise_seed, echoes;
    int region, conjugate, no_gas;
    opt_texts injuries;
} values;

/* "multifidus:L4:left:8" */
static int read_injury(fsc_phantom_injury *out, const char *text) {
    char place[FSC_PLACE_TEXT_MAX], rest;
    const char *points = strrchr(text, ':');
    if (!points || (size_t)(points - text) >= sizeof place) return 0;
    (void)snprintf(place, sizeof place, "%.*s", (int)(points - text), text);
    double percent;
    if (fsc_place_parse(&out->place, place, NULL) != FSC_OK || sscanf(points + 1, "%lf%c", &percent, &rest) != 1)
        return 0;
    out->pdff_added_fraction = percent / 100;
    return 1;
}

static fsc_status read_options(const cli *c, const values *v, fsc_phantom_options *made, fsc_phantom_injury *injury,
                               fsc_error *err) {
    *made = (fsc_phantom_options)FSC_PHANTOM_OPTIONS_INIT;
    made->region = (fsc_phantom_region)v->region;
    char rest;
    if (v->shift &&
        sscanf(v->shift, "%lf,%lf,%lf%c", &made->shift_mm[0], &made->shift_mm[1], &made->shift_mm[2], &rest) != 3)
        return cli_usage(c, err, "--shift is '%s': give three numbers in mm, as in 0,5,-10", v->shift);
    for (int i = 0; i < v->injuries.n; i++)
        if (!read_injury(&injury[i], v->injuries.item[i]))
            return cli_usage(c, err, "--injury is '%s': give muscle:level:side:points, as in multifidus:L4:left:8",
                             v->injuries.item[i]);
    made->scale = v->scale;
    made->seed = (uint64_t)v->seed;
    made->noise_seed = (uint64_t)v->noise_seed;
    made->b0_tesla = v->tesla;
    made->snr = v->snr;
    made->n_echo = (int32_t)v->echoes;
    made->te_first_s = v->te_first_ms * 1e-3;
    made->te_step_s = v->te_step_ms * 1e-3;
    made->field_range_hz = v->field_hz;
    made->ramp_dwell = v->ramp;
    made->ramp_constant_rad = v->ramp_constant;
    made->conjugate = v->conjugate;
    made->no_gas = v->no_gas;
    made->tilt_deg = v->tilt_deg;
    made->drop_slices_fraction = v->drop_percent / 100;
    made->injury = injury;
    made->n_injury = v->injuries.n;
    made->n_threads = (int32_t)c->threads;
    return FSC_OK;
}

static void tell(cli *c, const fsc_phantom *phantom, const fsc_phantom_options *made) {
    const fsc_grid *grid = &phantom->scan->grid;
    double mm[3];
    fsc_grid_spacing_mm(grid, mm);
    const char *region = made->region == FSC_PHANTOM_NECK ? "neck" : "low back";
    cli_row(c, "phantom",
            FIELDS(FIELD("region", region), FIELD_ARRAY("voxel_mm", mm, 3), FIELD("n_echo", phantom->scan->n_echo),
                   FIELD("b0_tesla", made->b0_tesla), FIELD("snr", made->snr), FIELD("n_site", phantom->n_site)),
            "%s, %lld x %lld x %lld voxels of %.2f x %.2f x %.2f mm, %d echoes, %.4g T, SNR %.4g", region,
            (long long)grid->dim[0], (long long)grid->dim[1], (long long)grid->dim[2], mm[0], mm[1], mm[2],
            phantom->scan->n_echo, made->b0_tesla, made->snr);
    for (int32_t i = 0; i < made->n_injury; i++)
        cli_row(c, "injury",
                FIELDS(FIELD_PLACE(made->injury[i].place),
                       FIELD("pdff_added_fraction", made->injury[i].pdff_added_fraction)),
                "%s %s %s: %+.4g points of fat", made->injury[i].place.muscle, made->injury[i].place.level,
                fsc_side_text(made->injury[i].place.side), 100 * made->injury[i].pdff_added_fraction);
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    fsc_phantom_options made;
    fsc_phantom_injury injury[OPT_TEXTS_MAX];
    TRY(read_options(c, v, &made, injury, err));
    TRY(cli_check_writable(v->dir, 1, err));
    AUTO(fsc_phantom) phantom = NULL;
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    TRY(cli_recipe(c, &recipe, err));
    TRY(fsc_phantom_make(&phantom, &made, err));
    tell(c, phantom, &made);
    TRY(fsc_phantom_write(phantom, &made, v->dir, v->participant, v->session, &recipe, err));
    cli_file(c, "phantom", v->dir);
    return FSC_OK;
}

static const arg args[] = {{"DIR", offsetof(values, dir), 1, "folder for the dataset; made when it is not there"},
                           ARG_END};
static const opt opts[] = {
    OPT(values, region, "region", OPT_WORD, "NAME", "which part of the spine", .words = "low-back|neck"),
    OPT(values, scale, "scale", OPT_NUMBER, "X", "more (or fewer) voxels in each direction; 1 = about 0.4 million"),
    OPT(values, seed, "seed", OPT_INTEGER, "N", "which person: sizes, fat and texture follow from it"),
    OPT(values, noise_seed, "noise-seed", OPT_INTEGER, "N", "which noise; change it alone for a second visit"),
    OPT(values, injuries, "injury", OPT_TEXTS, "SITE",
        "muscle:level:side:points adds that many percentage points of fat, as in multifidus:L4:left:8"),
    OPT(values, participant, "participant", OPT_TEXT, "NAME", "name in the dataset"),
    OPT(values, session, "session", OPT_TEXT, "NAME", "visit in the dataset, as in ses-02"),
    OPT(values, snr, "snr", OPT_NUMBER, "X", "signal of muscle / noise; 0 = no noise"),
    OPT(values, tesla, "tesla", OPT_NUMBER, "X", "field strength"),
    OPT(values, echoes, "echoes", OPT_INTEGER, "N", "number of echoes", .low = 2, .high = FSC_ECHO_MAX),
    OPT(values, te_first_ms, "te-first", OPT_NUMBER, "MS", "first echo time"),
    OPT(values, te_step_ms, "te-step", OPT_NUMBER, "MS", "echo spacing"),
    OPT(values, field_hz, "field-range", OPT_NUMBER, "HZ", "field error of the body, plus or minus"),
    OPT(values, ramp, "ramp", OPT_NUMBER, "DWELL", "bipolar readout fault: slope in dwell times"),
    OPT(values, ramp_constant, "ramp-constant", OPT_NUMBER, "RAD", "bipolar readout fault: constant part"),
    OPT(values, conjugate, "conjugate", OPT_FLAG, NULL, "store with the other precession sign, and do not say so"),
    OPT(values, tilt_deg, "tilt", OPT_NUMBER, "DEG", "tilt the person in the sagittal plane"),
    OPT(values, shift, "shift", OPT_TEXT, "X,Y,Z", "move the person, in mm to the right, front and head"),
    OPT(values, drop_percent, "drop-slices", OPT_NUMBER, "PERCENT", "fewer slices, taken from both ends"),
    OPT(values, no_gas, "no-gas", OPT_FLAG, NULL, "no bowel gas or airway"),
    OPT_END,
};
static const values defaults = {.participant = "sub-01",
                                .scale = 1,
                                .tesla = 3,
                                .snr = 30,
                                .te_first_ms = 1.2,
                                .te_step_ms = 1.0,
                                .field_hz = 150,
                                .seed = 1,
                                .echoes = 6};
const command cmd_phantom = {
    .name = "phantom",
    .group = "try",
    .line = "make a digital neck or low back whose fat is known",
    .about =
        "Writes a dataset as a scanner would give it, drawn from formulas, with the true fat fraction, labels and "
        "field "
        "beside it in derivatives/truth. No person was scanned: it is for trying the program and for checking it. "
        "Written again with the same --seed it is the same person; a second visit takes another --noise-seed, and may "
        "take an --injury, a --tilt or a --shift.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
