#include <fascicle/separate.h>

#include "alloc.h"
#include "complex.h"
#include "fail.h"

#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_fatwater, fsc_fatwater_free)

static fsc_status dispatch(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                           const fsc_separate_options *opt, fsc_error *err) {
    switch (scan->kind) {
    case FSC_SCAN_COMPLEX:
        if (scan->n_echo < 3)
            return fsc_fail(err, FSC_E_RANGE, "%d echoes; a complex fit needs at least 3", (int)scan->n_echo);
        out->method = FSC_METHOD_COMPLEX;
        return fsc_separate_complex(out, scan, spectrum, opt, err);
    default:
        return fsc_fail(err, FSC_E_UNSUPPORTED, "this kind of scan cannot be separated: %s",
                        fsc_scan_kind_text(scan->kind));
    }
}

fsc_status fsc_separate_run(fsc_fatwater **out, const fsc_scan *scan, const fsc_separate_options *opt, fsc_error *err) {
    static const fsc_separate_options standard = FSC_SEPARATE_OPTIONS_INIT;
    if (!opt) opt = &standard;
    *out = NULL;
    const int64_t n_voxel = fsc_grid_count(&scan->grid);
    if (n_voxel < 1 || n_voxel > 2000000000)
        return fsc_fail(err, FSC_E_RANGE, "%lld voxels; 1 to 2,000,000,000 can be separated", (long long)n_voxel);
    fsc_spectrum spectrum;
    FSC_TRY(fsc_spectrum_find(&spectrum, opt->spectrum ? opt->spectrum : "ismrm6", opt->water_shift_ppm, err));
    FSC_AUTO(fsc_fatwater) made = fsc_alloc(1, sizeof *made);
    if (!made) return fsc_fail_nomem(err, "separating fat and water");
    made->grid = scan->grid;
    memcpy(made->spectrum, spectrum.name, sizeof made->spectrum);
    made->sign_ratio = made->ramp_slope_dwell = made->ramp_constant_rad = made->noise_sd = made->t1_bias_expected = NAN;
    made->ramp_axis = -1;
    FSC_TRY(dispatch(made, scan, &spectrum, opt, err));
    FSC_GIVE(out, made);
    return FSC_OK;
}

void fsc_fatwater_free(fsc_fatwater *fatwater) {
    if (!fatwater) return;
    float *const map[] = {fatwater->pdff_fraction,
                          fatwater->pdff_se_fraction,
                          fatwater->r2star_per_s,
                          fatwater->fieldmap_hz,
                          fatwater->water,
                          fatwater->fat,
                          fatwater->residual_fraction,
                          fatwater->swap_probability};
    for (size_t m = 0; m < sizeof map / sizeof *map; m++) fsc_free(map[m]);
    fsc_free(fatwater->quality);
    fsc_notes_free(&fatwater->notes);
    fsc_free(fatwater);
}

const char *fsc_method_text(fsc_method method) {
    static const char *const text[] = {
        "complex multi-echo PDFF",
        "magnitude multi-echo PDFF",
        "2-point fat signal fraction (not PDFF)",
        "2-point magnitude fat signal fraction (not PDFF)",
        "ready water and fat images, fat signal fraction as made by the scanner",
        "ready fat-fraction map, as made by its own method",
    };
    return (size_t)method < sizeof text / sizeof *text ? text[method] : "unknown method";
}
