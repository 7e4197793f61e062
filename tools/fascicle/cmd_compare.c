/* fascicle compare: how two maps differ. */
#include "cmd.h"

#include <math.h>
#include <string.h>

typedef struct values {
    const char *a, *b, *mask;
    double max_error, tolerance, min_within;
} values;

/* What a fat fraction of 1 is in these units; 0 for units of other things. */
static double full_scale(const char *units) {
    if (strcmp(units, "percent") == 0 || strcmp(units, "%") == 0) return 100;
    return strncmp(units, "fraction", 8) == 0 || strcmp(units, "1") == 0 ? 1 : 0;
}

/* Brings b to the units of a; differing units of other kinds cannot be compared. */
static fsc_status match_units(const fsc_volume *a, fsc_volume *b, const values *v, fsc_error *err) {
    if (!a->units[0] || !b->units[0] || strcmp(a->units, b->units) == 0) return FSC_OK;
    const double from = full_scale(b->units), to = full_scale(a->units);
    if (from == 0 || to == 0)
        return cli_refuse(err, FSC_E_SHAPE,
                          "%s is in %s and %s in %s (Units in their sidecars); compare maps of one unit", v->a,
                          a->units, v->b, b->units);
    const int64_t n = fsc_grid_count(&b->grid);
    for (int64_t i = 0; i < n; i++) b->data[i] = (float)((double)b->data[i] * to / from);
    return FSC_OK;
}

static fsc_status compare(fsc_volume_difference *d, char units[32], const values *v, fsc_error *err) {
    AUTO(fsc_volume) a = NULL;
    AUTO(fsc_volume) b = NULL;
    AUTO(fsc_labels) mask = NULL;
    TRY(fsc_volume_read(&a, v->a, err));
    TRY(fsc_volume_read(&b, v->b, err));
    TRY(match_units(a, b, v, err));
    memcpy(units, a->units[0] ? a->units : b->units, 32);
    if (v->mask) TRY(fsc_labels_read(&mask, v->mask, err));
    return fsc_volume_compare(d, a, b, mask, v->tolerance, err);
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    fsc_volume_difference d;
    char units[32] = "";
    TRY(compare(&d, units, v, err));
    cli_row(c, "compared", FIELDS(FIELD("n_voxel", d.n_voxel), FIELD("n_only_one", d.n_only_one)),
            "%lld voxels; %lld are missing in one of the two", (long long)d.n_voxel, (long long)d.n_only_one);
    cli_row(c, "error",
            FIELDS(FIELD("mean_error", d.mean_error), FIELD("median_abs", d.median_abs), FIELD("rms", d.rms),
                   FIELD("max_abs", d.max_abs), FIELD("units", (const char *)units)),
            "mean %.6g, median |error| %.6g, rms %.6g, largest %.6g%s%s", d.mean_error, d.median_abs, d.rms, d.max_abs,
            units[0] ? " " : "", units);
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
    .examples = "# separated against true\n"
                "fascicle compare maps/sub-01/anat/sub-01_PDFFmap.nii.gz "
                "demo/derivatives/truth/sub-01/anat/sub-01_desc-truth_PDFFmap.nii.gz",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
