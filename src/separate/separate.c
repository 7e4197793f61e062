#include <fascicle/separate.h>

#include "alloc.h"
#include "branch.h"
#include "complex.h"
#include "exchange.h"
#include "fail.h"
#include "inspect.h"
#include "magnitude.h"
#include "ready.h"
#include "spelling.h"
#include "t1.h"
#include "twopoint.h"

#include <math.h>
#include <string.h>

#define DECAY_SAMPLE 1024
#define DECAY_LEAST 50
#define DECAY_LOW (-25.0)
#define DECAY_HIGH 400.0
/* In measured and drawn scans at most 0.13 % of the tissue lies so far outside. */
#define BEYOND_FRACTION 0.05f
#define BEYOND_SE 4.0f
#define BEYOND_SHARE 0.01

FSC_DEFINE_AUTO(fsc_fatwater, fsc_fatwater_free)

static fsc_status dispatch(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                           const fsc_separate_options *opt, fsc_error *err) {
    if (scan->kind == FSC_SCAN_WATER_FAT) {
        out->method = FSC_METHOD_READY_WATER_FAT;
        return fsc_ready_water_fat(out, scan, err);
    }
    if (scan->kind == FSC_SCAN_FAT_FRACTION) {
        out->method = FSC_METHOD_READY_FAT_FRACTION;
        return fsc_ready_fat_fraction(out, scan, err);
    }
    const int complex = scan->kind == FSC_SCAN_COMPLEX;
    if (scan->n_echo < 2)
        return fsc_fail(err, FSC_E_RANGE, "%d echo; at least 2 are needed to tell fat from water, 3 for a PDFF",
                        (int)scan->n_echo);
    if (!scan->echo_re || (complex && !scan->echo_im))
        return fsc_fail(err, FSC_E_ARG, "the scan holds no echo data for its kind");
    FSC_TRY(fsc_inspect_images(scan, err));
    FSC_TRY(fsc_inspect_places(scan, &out->notes, err));
    fsc_inspect_ceiling(scan, &out->notes);
    fsc_inspect_holes(scan, &out->notes);
    if (scan->n_echo == 2) {
        out->method = complex ? FSC_METHOD_TWO_POINT : FSC_METHOD_TWO_POINT_MAGNITUDE;
        return fsc_separate_two_point(out, scan, spectrum, opt, err);
    }
    out->method = complex ? FSC_METHOD_COMPLEX : FSC_METHOD_MAGNITUDE;
    return complex ? fsc_separate_complex(out, scan, spectrum, opt, err)
                   : fsc_separate_magnitude(out, scan, spectrum, opt, err);
}

/* Echoes that no redundancy tells apart (three of them, four magnitudes) still have a decay: the body's median one is
 * neither below zero nor that of bone. */
static void check_decay(fsc_fatwater *made) {
    double some[DECAY_SAMPLE];
    const int64_t n = fsc_grid_count(&made->grid), stride = n / DECAY_SAMPLE + 1;
    int32_t kept = 0;
    if (!made->r2star_per_s || made->n_fitted < DECAY_SAMPLE) return;
    for (int64_t at = 0; at < n; at += stride) {
        int64_t v = at;
        while (v < at + stride && v < n && (!isfinite(made->pdff_fraction[v]) || made->quality[v] & FSC_Q_LOW_SNR)) v++;
        if (v < at + stride && v < n) some[kept++] = (double)made->r2star_per_s[v];
    }
    if (kept < DECAY_LEAST) return;
    const double middle = fsc_median(some, kept);
    if (middle > DECAY_LOW && middle < DECAY_HIGH) return;
    fsc_notes_add(
        &made->notes, FSC_NOTE_WARNING, "decay-implausible",
        "fat fractions are wrong if an echo is scaled or its EchoTime is: the median decay R2* of all tissue is "
        "%.0f 1/s, and tissue has 15 to 150",
        middle);
}

/* A mixture is neither less than no fat nor more than all fat. Where much of the tissue is, beyond what noise and
 * another spectrum explain, the echoes are not what they are taken for. */
static void check_beyond(fsc_fatwater *made) {
    const int64_t n = fsc_grid_count(&made->grid);
    int64_t beyond = 0;
    if (!made->pdff_se_fraction || made->n_fitted < DECAY_SAMPLE) return;
    for (int64_t v = 0; v < n; v++) {
        const float far = BEYOND_FRACTION + BEYOND_SE * made->pdff_se_fraction[v], f = made->pdff_fraction[v];
        beyond += f < -far || f > 1 + far;
    }
    const double share = (double)beyond / (double)made->n_fitted;
    if (share < BEYOND_SHARE) return;
    fsc_notes_add(
        &made->notes, FSC_NOTE_WARNING, "fractions-beyond",
        "Fat fractions may be wrong: %.1f %% of the tissue lies outside 0 to 100 %% by more than noise; check "
        "the order, the scaling and the EchoTime of the files",
        100 * share);
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
    fsc_exchange_check(made);
    check_decay(made);
    check_beyond(made);
    if (scan->kind == FSC_SCAN_COMPLEX || scan->kind == FSC_SCAN_MAGNITUDE)
        FSC_TRY(fsc_t1_apply(made, scan, opt->t1_correct, err));
    else if (opt->t1_correct)
        fsc_notes_add(&made->notes, FSC_NOTE_WARNING, "t1-bias",
                      "no T1 correction was made: ready maps do not say how they were made");
    FSC_TRY(fsc_notes_check(&made->notes, err));
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
                          fatwater->swap_probability,
                          fatwater->t2_ms};
    for (size_t m = 0; m < sizeof map / sizeof *map; m++) fsc_free(map[m]);
    fsc_free(fatwater->quality);
    fsc_notes_free(&fatwater->notes);
    fsc_free(fatwater);
}

const char *fsc_method_text(fsc_method method) {
    const char *text = fsc_word_text(fsc_method_words, (int32_t)method);
    return text ? text : "unknown method";
}
