/* fascicle compare: how two maps differ. */
#include "cmd.h"

#include <fascicle/volume.h>
#include <math.h>

typedef struct values {
    const char *a, *b, *mask;
    double max_error, tolerance, min_within;
} values;

static fsc_status compare(fsc_volume_difference *d, const values *v, fsc_error *err) {
    fsc_volume *a = NULL, *b = NULL;
    fsc_labels *mask = NULL;
    fsc_status status = fsc_volume_read(&a, v->a, err);
    if (status == FSC_OK) status = fsc_volume_read(&b, v->b, err);
    if (status == FSC_OK && v->mask) status = fsc_labels_read(&mask, v->mask, err);
    if (status == FSC_OK) status = fsc_volume_compare(d, a, b, mask, v->tolerance, err);
    fsc_volume_free(a);
    fsc_volume_free(b);
    fsc_labels_free(mask);
    return status;
}

static int run(cli *c, const void *given) {
    const values *v = given;
    fsc_error err = FSC_ERROR_INIT;
    fsc_volume_difference d;
    const fsc_status status = compare(&d, v, &err);
    if (status != FSC_OK) return cli_fail(c, status, &err);
    cli_line(c, "compared", "%lld voxels; %lld are missing in one of the two", (long long)d.n_voxel,
             (long long)d.n_only_one);
    cli_line(c, "error", "mean %.6g, median |error| %.6g, rms %.6g, largest %.6g", d.mean_error, d.median_abs, d.rms,
             d.max_abs);
    cli_line(c, "within", "%.4f %% of voxels differ by at most %.6g", 100 * d.within_fraction, v->tolerance);
    /* A comparison of nothing must not pass a check. */
    const int bad = (isfinite(v->max_error) && !(d.max_abs <= v->max_error)) ||
                    (isfinite(v->min_within) && !(100 * d.within_fraction >= v->min_within));
    if (bad) cli_line(c, "result", "the maps differ by more than was allowed");
    return bad ? EXIT_FAILED : EXIT_OK;
}

static const arg args[] = {{"A", offsetof(values, a), 1, "a map (NIfTI)"},
                           {"B", offsetof(values, b), 1, "the map it is compared with"},
                           {NULL, 0, 0, NULL}};
static const opt opts[] = {
    {"mask", "FILE", OPT_TEXT, offsetof(values, mask), "compare only where this label map is not 0"},
    {"tolerance", "X", OPT_NUMBER, offsetof(values, tolerance),
     "count the voxels that differ by at most X (default 0.1)"},
    {"max-error", "X", OPT_NUMBER, offsetof(values, max_error),
     "end with exit code 1 when any voxel differs by more than X"},
    {"min-within", "PERCENT", OPT_NUMBER, offsetof(values, min_within),
     "end with exit code 1 when fewer voxels than this are within the tolerance"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
static const values defaults = {.max_error = NAN, .min_within = NAN, .tolerance = 0.1};
extern const command cmd_compare;
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
