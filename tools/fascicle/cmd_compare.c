/* fascicle compare: how two maps differ. */
#include "cmd.h"

#include <math.h>

typedef struct values {
    const char *a, *b, *mask;
    double max_error, tolerance, min_within;
} values;

static fsc_status compare(fsc_volume_difference *d, const values *v, fsc_error *err) {
    AUTO(fsc_volume) a = NULL;
    AUTO(fsc_volume) b = NULL;
    AUTO(fsc_labels) mask = NULL;
    TRY(fsc_volume_read(&a, v->a, err));
    TRY(fsc_volume_read(&b, v->b, err));
    if (v->mask) TRY(fsc_labels_read(&mask, v->mask, err));
    return fsc_volume_compare(d, a, b, mask, v->tolerance, err);
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    fsc_volume_difference d;
    TRY(compare(&d, v, err));
    cli_row(c, "compared", FIELDS(FIELD("n_voxel", d.n_voxel), FIELD("n_only_one", d.n_only_one)),
            "%lld voxels; %lld are missing in one of the two", (long long)d.n_voxel, (long long)d.n_only_one);
    cli_row(c, "error",
            FIELDS(FIELD("mean_error", d.mean_error), FIELD("median_abs", d.median_abs), FIELD("rms", d.rms),
                   FIELD("max_abs", d.max_abs)),
            "mean %.6g, median |error| %.6g, rms %.6g, largest %.6g", d.mean_error, d.median_abs, d.rms, d.max_abs);
    cli_row(c, "within", FIELDS(FIELD("within_fraction", d.within_fraction), FIELD("tolerance", v->tolerance)),
            "%.4f %% of voxels differ by at most %.6g", 100 * d.within_fraction, v->tolerance);
    /* A comparison of nothing must not pass a check. */
    c->check_failed = (isfinite(v->max_error) && !(d.max_abs <= v->max_error)) ||
                      (isfinite(v->min_within) && !(100 * d.within_fraction >= v->min_within));
    if (c->check_failed) cli_line(c, "result", "the maps differ by more than was allowed");
    return FSC_OK;
}

static const arg args[] = {{"A", offsetof(values, a), 1, "a map (NIfTI)"},
                           {"B", offsetof(values, b), 1, "the map it is compared with"},
                           ARG_END};
static const opt opts[] = {
    OPT(values, mask, "mask", OPT_TEXT, "FILE", "compare only where this label map is not 0"),
    OPT(values, tolerance, "tolerance", OPT_NUMBER, "X", "count the voxels that differ by at most X"),
    OPT(values, max_error, "max-error", OPT_NUMBER, "X", "end with exit code 1 when any voxel differs by more than X"),
    OPT(values, min_within, "min-within", OPT_NUMBER, "PERCENT",
        "end with exit code 1 when fewer voxels than this are within the tolerance"),
    OPT_END,
};
static const values defaults = {.max_error = NAN, .min_within = NAN, .tolerance = 0.1};
const command cmd_compare = {
    .name = "compare",
    .group = "look",
    .line = "how two maps differ",
    .about =
        "Compares two maps of the same grid voxel by voxel, for tests and for checking one program against another.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
