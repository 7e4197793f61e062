/* fascicle phantom: a digital neck or low back with known truth, as a BIDS dataset. */
#include "cmd.h"

#include <fascicle/phantom.h>
#include <stdio.h>
#include <string.h>

typedef struct values {
    const char *dir, *region, *participant, *session, *shift;
    double scale, tesla, snr, te_first_ms, te_step_ms, field_hz, ramp, ramp_constant, tilt_deg, drop_percent;
    int64_t seed, noise_seed, echoes;
    int conjugate, no_gas;
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

/* Fills made from the command line; returns EXIT_OK or what cli_usage said. */
static int read_options(cli *c, const values *v, fsc_phantom_options *made, fsc_phantom_injury *injury) {
    *made = (fsc_phantom_options)FSC_PHANTOM_OPTIONS_INIT;
    if (strcmp(v->region, "neck") == 0)
        made->region = FSC_PHANTOM_NECK;
    else if (strcmp(v->region, "low-back") != 0)
        return cli_usage(c, "--region is '%s': use low-back or neck", v->region);
    if (v->seed < 0 || v->noise_seed < 0) return cli_usage(c, "--seed and --noise-seed must not be negative");
    if (v->echoes < 2 || v->echoes > FSC_ECHO_MAX)
        return cli_usage(c, "--echoes must lie between 2 and %d", FSC_ECHO_MAX);
    char rest;
    if (v->shift &&
        sscanf(v->shift, "%lf,%lf,%lf%c", &made->shift_mm[0], &made->shift_mm[1], &made->shift_mm[2], &rest) != 3)
        return cli_usage(c, "--shift is '%s': give three numbers in mm, as in 0,5,-10", v->shift);
    for (int i = 0; i < v->injuries.n; i++)
        if (!read_injury(&injury[i], v->injuries.item[i]))
            return cli_usage(c, "--injury is '%s': give muscle:level:side:points, as in multifidus:L4:left:8",
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
    return EXIT_OK;
}

static void tell(cli *c, const fsc_phantom *phantom, const fsc_phantom_options *made) {
    const fsc_grid *grid = &phantom->scan->grid;
    double mm[3];
    fsc_grid_spacing_mm(grid, mm);
    cli_line(c, "phantom", "%s, %lld x %lld x %lld voxels of %.2f x %.2f x %.2f mm, %d echoes, %.4g T, SNR %.4g",
             made->region == FSC_PHANTOM_NECK ? "neck" : "low back", (long long)grid->dim[0], (long long)grid->dim[1],
             (long long)grid->dim[2], mm[0], mm[1], mm[2], phantom->scan->n_echo, made->b0_tesla, made->snr);
    for (int32_t i = 0; i < made->n_injury; i++)
        cli_line(c, "injury", "%s %s %s: %+.4g points of fat", made->injury[i].place.muscle,
                 made->injury[i].place.level, fsc_side_text(made->injury[i].place.side),
                 100 * made->injury[i].pdff_added_fraction);
}

static int run(cli *c, const void *given) {
    const values *v = given;
    fsc_phantom_options made;
    fsc_phantom_injury injury[OPT_TEXTS_MAX];
    const int usage = read_options(c, v, &made, injury);
    if (usage != EXIT_OK) return usage;
    fsc_error err = FSC_ERROR_INIT;
    fsc_phantom *phantom = NULL;
    fsc_recipe recipe = {0};
    fsc_status status = cli_recipe(c, &recipe, &err);
    if (status == FSC_OK) status = fsc_phantom_make(&phantom, &made, &err);
    if (status == FSC_OK) {
        tell(c, phantom, &made);
        status = fsc_phantom_write(phantom, &made, v->dir, v->participant, v->session, &recipe, &err);
    }
    if (status == FSC_OK) cli_file(c, "phantom", v->dir);
    fsc_phantom_free(phantom);
    fsc_recipe_free(&recipe);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

static const arg args[] = {{"DIR", offsetof(values, dir), 1, "folder for the dataset; made when it is not there"},
                           {NULL, 0, 0, NULL}};
static const opt opts[] = {
    {"region", "NAME", OPT_TEXT, offsetof(values, region), "low-back (default) or neck"},
    {"scale", "X", OPT_NUMBER, offsetof(values, scale),
     "more (or fewer) voxels in each direction; 1 = about 0.4 million"},
    {"seed", "N", OPT_INTEGER, offsetof(values, seed),
     "which person: sizes, fat and texture follow from it (default 1)"},
    {"noise-seed", "N", OPT_INTEGER, offsetof(values, noise_seed), "which noise; change it alone for a second visit"},
    {"injury", "SITE", OPT_TEXTS, offsetof(values, injuries),
     "muscle:level:side:points adds that many percentage points of fat, as in multifidus:L4:left:8"},
    {"participant", "NAME", OPT_TEXT, offsetof(values, participant), "name in the dataset (default sub-01)"},
    {"session", "NAME", OPT_TEXT, offsetof(values, session), "visit in the dataset, as in ses-02"},
    {"snr", "X", OPT_NUMBER, offsetof(values, snr), "signal of muscle / noise (default 30; 0 = no noise)"},
    {"tesla", "X", OPT_NUMBER, offsetof(values, tesla), "field strength (default 3)"},
    {"echoes", "N", OPT_INTEGER, offsetof(values, echoes), "number of echoes (default 6)"},
    {"te-first", "MS", OPT_NUMBER, offsetof(values, te_first_ms), "first echo time (default 1.2 ms)"},
    {"te-step", "MS", OPT_NUMBER, offsetof(values, te_step_ms), "echo spacing (default 1.0 ms)"},
    {"field-range", "HZ", OPT_NUMBER, offsetof(values, field_hz),
     "field error of the body, plus or minus (default 150 Hz)"},
    {"ramp", "DWELL", OPT_NUMBER, offsetof(values, ramp), "bipolar readout fault: slope in dwell times"},
    {"ramp-constant", "RAD", OPT_NUMBER, offsetof(values, ramp_constant), "bipolar readout fault: constant part"},
    {"conjugate", NULL, OPT_FLAG, offsetof(values, conjugate),
     "store with the other precession sign, and do not say so"},
    {"tilt", "DEG", OPT_NUMBER, offsetof(values, tilt_deg), "tilt the person in the sagittal plane"},
    {"shift", "X,Y,Z", OPT_TEXT, offsetof(values, shift), "move the person, in mm to the right, front and head"},
    {"drop-slices", "PERCENT", OPT_NUMBER, offsetof(values, drop_percent), "fewer slices, taken from both ends"},
    {"no-gas", NULL, OPT_FLAG, offsetof(values, no_gas), "no bowel gas or airway"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
static const values defaults = {.region = "low-back",
                                .participant = "sub-01",
                                .scale = 1,
                                .tesla = 3,
                                .snr = 30,
                                .te_first_ms = 1.2,
                                .te_step_ms = 1.0,
                                .field_hz = 150,
                                .seed = 1,
                                .echoes = 6};
extern const command cmd_phantom;
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
