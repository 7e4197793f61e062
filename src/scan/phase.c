/* Phase images: from what the scanner stored to radians, and on to real and imaginary parts. */
#include "fail.h"
#include "read.h"
#include "tiles.h"
#include "units.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define TILE 65536

/* One way of storing phase: radians = stored * scale. An offset common to all echoes is of no account: it is a part of
 * the phase at TE 0. */
typedef struct phase_unit {
    const char *name;
    double scale;
    int has_negative;   /* what the found range must look like ... */
    double least, most; /* ... and where its largest value must lie */
} phase_unit;

/* Noise fills the whole circle, so the largest value found tells the unit. The gaps between the rows are wide. */
static const phase_unit known[] = {
    {"radians", 1, 1, 0, 2 * FSC_PI + 0.02},           {"radians, 0 to 2 pi", 1, 0, 0, 2 * FSC_PI + 0.02},
    {"degrees", FSC_PI / 180, 1, 170, 180.5},          {"degrees, 0 to 360", FSC_PI / 180, 0, 340, 360.5},
    {"-2048 to 2048", FSC_PI / 2048, 1, 1900, 2048.5}, {"milliradians", 1e-3, 1, 2900, 3200},
    {"-4096 to 4096", FSC_PI / 4096, 1, 3500, 4096.5}, {"0 to 4095", FSC_PI / 2048, 0, 3500, 4096.5},
    {"milliradians, 0 to 2 pi", 1e-3, 0, 5900, 6300},
};

typedef struct phase_pass {
    float *re, *im;
    double scale;
} phase_pass;

static void tile_to_complex(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    const phase_pass *p = context;
    for (int64_t v = begin; v < end; v++) {
        const double angle = (double)p->im[v] * p->scale, magnitude = (double)p->re[v];
        p->re[v] = (float)(magnitude * cos(angle));
        p->im[v] = (float)(magnitude * sin(angle));
    }
}

/* The scale of a stated unit; 0 when units say nothing definite ("arbitrary", ""). */
static double stated_scale(const char *units) {
    static const struct {
        const char *word;
        double scale;
    } list[] = {{"rad", 1},
                {"radian", 1},
                {"radians", 1},
                {"mrad", 1e-3},
                {"milliradian", 1e-3},
                {"milliradians", 1e-3},
                {"deg", FSC_PI / 180},
                {"degree", FSC_PI / 180},
                {"degrees", FSC_PI / 180}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcasecmp(units, list[i].word) == 0) return list[i].scale;
    return 0;
}

static fsc_status find_scale(double *scale, double low, double high, const char *units, fsc_notes *notes,
                             const char *path, fsc_error *err) {
    const double most = fmax(fabs(low), fabs(high)), stated = stated_scale(units);
    /* A stated unit holds unless the values cannot be it: sidecars outlive rescaled images. */
    if (stated > 0 && most * stated <= 2 * FSC_PI + 0.02) {
        *scale = stated;
        return FSC_OK;
    }
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const phase_unit *u = &known[k];
        if ((low < 0) != u->has_negative || most < u->least || most > u->most) continue;
        *scale = u->scale;
        if (stated > 0)
            fsc_notes_add(
                notes, FSC_NOTE_WARNING, "phase-units",
                "Phase may be scaled wrongly: the sidecar says '%s', the values run from %g to %g; taken as %s.", units,
                low, high, u->name);
        else
            fsc_notes_add(notes, FSC_NOTE_FOUND, "phase-units", "Phase values run from %g to %g: taken as %s.", low,
                          high, u->name);
        return FSC_OK;
    }
    return fsc_fail(
        err, FSC_E_FORMAT,
        "%s: phase values from %g to %g fit no known unit; convert them to radians and put \"Units\": \"rad\" "
        "into the sidecar",
        path, low, high);
}

fsc_status fsc_phase_to_complex(float *magnitude_re, float *phase_im, int64_t n, const char *units, fsc_notes *notes,
                                const char *path, fsc_error *err) {
    float low = INFINITY, high = -INFINITY;
    for (int64_t v = 0; v < n; v++) {
        low = phase_im[v] < low ? phase_im[v] : low;
        high = phase_im[v] > high ? phase_im[v] : high;
    }
    phase_pass pass = {.re = magnitude_re, .im = phase_im};
    FSC_TRY(find_scale(&pass.scale, (double)low, (double)high, units, notes, path, err));
    fsc_tiles_run(n, TILE, tile_to_complex, &pass, 0);
    return FSC_OK;
}
