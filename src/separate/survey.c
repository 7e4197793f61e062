#include "survey.h"
#include "blocks.h"
#include "conditioning.h"
#include "fail.h"
#include "inspect.h"
#include "units.h"

#include <math.h>
#include <stddef.h>

#define RAMP_SAMPLE 512
/* Energies from which on a voxel is strong, as a share of the 99th percentile. */
#define STRONG 0.1
#define LEAST_VARIANCE 1e-12
/* |s|^2 over variance of the weakest strong voxels from which on their phases are asked (SNR 3). */
#define CLEAR 9.0
#define AIR_MOST 10.0
/* Eddy currents turn an echo by less; more may be an echo of another order, place or time. */
#define USUAL_RAD 0.3
/* Bands of energy for the noise of images without air: width, voxels, and |s|^2 / variance from which on a band is
 * explained (SNR 4). */
#define BAND 2.5
#define BAND_SAMPLE 256
#define BAND_LEAST 64
#define EXPLAINED 16.0

static void source_from_scan(fsc_source *source, const fsc_scan *scan) {
    source->re = scan->echo_re;
    source->im = scan->echo_im;
    source->n_voxel = fsc_grid_count(&scan->grid);
    for (int32_t a = 0; a < 3; a++) source->dim[a] = scan->grid.dim[a];
    source->n_echo = scan->n_echo;
    source->scale = source->conjugate = 1;
    source->ramp_axis = -1;
}

static fsc_status find_sign(fsc_survey *s, const fsc_scan *scan, const fsc_separate_options *opt, fsc_error *err) {
    FSC_TRY(fsc_sign_find(&s->sign, &s->sample, scan->precession, opt->sign, err));
    s->source.conjugate = (float)s->sign.sign;
    s->sample.noise_variance = s->sign.noise_variance;
    return FSC_OK;
}

/* A ramp hides the sign: where one is found and the sign is ours to choose, the other sign gets its own ramp. */
static fsc_status find_ramp(fsc_survey *s, const fsc_scan *scan, const fsc_separate_options *opt, fsc_error *err) {
    const int32_t slice_axis = fsc_slice_axis(&scan->grid);
    int32_t some[RAMP_SAMPLE];
    fsc_sample few = s->sample;
    few.voxel = some;
    few.n = fsc_body_sample(&s->body, STRONG, 1e9, some, RAMP_SAMPLE);
    FSC_TRY(fsc_ramp_find(&s->ramp, &few, slice_axis, err));
    if (s->ramp.axis < 0) return FSC_OK;
    fsc_ramp_free(&s->ramp);
    FSC_TRY(fsc_ramp_find(&s->ramp, &s->sample, slice_axis, err));
    if (opt->sign == 0) {
        fsc_ramp other;
        fsc_source conjugate = s->source;
        fsc_sample mirrored = s->sample;
        conjugate.conjugate = -conjugate.conjugate;
        mirrored.source = &conjugate;
        FSC_TRY(fsc_ramp_find(&other, &mirrored, slice_axis, err));
        /* Few echoes fit nearly as well with the wrong sign and a wrong ramp: what is stated decides near ties. */
        const double margin = scan->precession == (int32_t)conjugate.conjugate ? 1.1 : 0.9;
        const int better = other.axis >= 0 && other.left < margin * s->ramp.left;
        if (better) {
            fsc_ramp_free(&s->ramp);
            s->ramp = other;
            s->source.conjugate = conjugate.conjugate;
        } else {
            fsc_ramp_free(&other);
        }
    }
    if (s->ramp.axis < 0) return FSC_OK;
    fsc_ramp_apply(&s->ramp, &s->source);
    return find_sign(s, scan, opt, err); /* clearer without the ramp */
}

static fsc_status find_offsets(fsc_survey *s, const fsc_scan *scan, const fsc_separate_options *opt, fsc_error *err) {
    const int had = s->offsets.found;
    s->source.offset_cos = s->source.offset_sin = NULL;
    FSC_TRY(fsc_offsets_find(&s->offsets, &s->sample, err));
    if (s->offsets.found) fsc_offsets_apply(&s->offsets, &s->source);
    return had || s->offsets.found ? find_sign(s, scan, opt, err) : FSC_OK;
}

static fsc_status find_frequency(fsc_survey *s, fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                 const fsc_separate_options *opt, fsc_error *err) {
    fsc_frequency found;
    FSC_TRY(fsc_frequency_compare(&found, scan, spectrum, &s->sample, s->ramp.axis >= 0 || s->offsets.found, err));
    if (!fsc_frequency_note(&found, &out->notes)) return FSC_OK;
    fsc_model_set_fat(&s->model, spectrum, found.true_tesla * FSC_GAMMA_MHZ_PER_TESLA);
    fsc_profiler_free(&s->profiler);
    FSC_TRY(fsc_profiler_init(&s->profiler, &s->model, err));
    FSC_TRY(find_sign(s, scan, opt, err));
    return find_offsets(s, scan, opt, err); /* found with the wrong field, they held part of it */
}

static void note_phases(const fsc_survey *s, fsc_fatwater *out) {
    out->ramp_axis = s->ramp.axis;
    out->ramp_slope_dwell = out->ramp_constant_rad = 0;
    if (s->ramp.axis >= 0) {
        out->ramp_slope_dwell = s->ramp.slope_dwell;
        out->ramp_constant_rad = s->ramp.constant_rad;
        fsc_notes_add(
            &out->notes, FSC_NOTE_FOUND, "readout-ramp",
            "bipolar readout: odd and even echoes are out of phase (slope %.3f dwell along axis %d, constant %.3f "
            "rad); taken off, residual %.0f %% smaller",
            s->ramp.slope_dwell, (int)s->ramp.axis, s->ramp.constant_rad, 100 * s->ramp.drop);
    }
    if (s->offsets.found)
        fsc_notes_add(
            &out->notes, s->offsets.largest_rad > USUAL_RAD ? FSC_NOTE_WARNING : FSC_NOTE_FOUND, "echo-phase-offsets",
            "single echoes are turned by up to %.3f rad against the others; taken off, residual %.0f %% smaller",
            s->offsets.largest_rad, 100 * s->offsets.drop);
}

/* Noise where there is no air to measure it in (masked images, a body that fills the image): the smallest leftover of
 * any band of energies whose voxels the model explains. Strong voxels leave model errors over, and what a mask left of
 * the air is explained by nothing. */
static fsc_status noise_of_bands(double *variance, const fsc_survey *s, fsc_error *err) {
    int32_t voxel[BAND_SAMPLE];
    double left[BAND_SAMPLE];
    fsc_sample these = s->sample;
    these.voxel = voxel;
    *variance = NAN;
    for (double low = 1e-5; low < 0.9; low *= BAND) {
        these.n = fsc_body_sample(&s->body, low, BAND * low, voxel, BAND_SAMPLE);
        if (these.n < BAND_LEAST) continue;
        FSC_TRY(fsc_branch_find(NULL, left, &these, err));
        const double here = fsc_branch_variance(left, these.n, &s->model);
        const double snr2 = low * sqrt(BAND) * s->body.energy_p99 / (s->source.n_echo * here);
        if (snr2 > EXPLAINED) *variance = fmin(*variance, here); /* passes over NaN */
    }
    return FSC_OK;
}

/* Two noises: what tells tissue from air, and what the evidence for a field counts with. Ghosts and motion, which
 * strong voxels leave over, count as noise in the second: they spread over weak neighbours too. */
static fsc_status find_noise(fsc_survey *s, double *to_mark, fsc_error *err) {
    const double strong = s->sign.noise_variance;
    /* In a masked image the weakest cluster of voxels can be tissue: it is no air when strong voxels leave far less. */
    const double air = s->body.air_variance < AIR_MOST * strong ? s->body.air_variance : (double)NAN;
    double bands = NAN;
    if (!isfinite(air)) FSC_TRY(noise_of_bands(&bands, s, err));
    const double quiet = isfinite(air) ? air : bands;
    *to_mark = fmax(fmin(quiet, strong), LEAST_VARIANCE); /* pass over NaN */
    /* Three echoes fit strong voxels by a wrong decay, so what those leave says nothing. */
    const double heard = s->model.r2_free ? fmin(air, strong) : isfinite(quiet) ? quiet : strong;
    s->noise_variance = fmax(heard, LEAST_VARIANCE);
    return FSC_OK;
}

fsc_status fsc_survey_make(fsc_survey *s, fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                           const fsc_separate_options *opt, fsc_error *err) {
    FSC_TRY(fsc_model_build(&s->model, scan, spectrum, &out->notes, err));
    FSC_TRY(fsc_conditioning_judge(&s->model, 1, &out->notes, err));
    source_from_scan(&s->source, scan);
    FSC_TRY(fsc_body_measure(&s->body, &s->source, opt->n_threads, err));
    FSC_TRY(fsc_profiler_init(&s->profiler, &s->model, err));
    s->sample = (fsc_sample){.source = &s->source,
                             .model = &s->model,
                             .profiler = &s->profiler,
                             .voxel = s->strong,
                             .n = fsc_body_sample(&s->body, STRONG, 1e9, s->strong, FSC_SURVEY_SAMPLE),
                             .n_threads = opt->n_threads};
    /* Where noise is as large as the signal, phase means little for another reason. */
    const int clear =
        !(s->body.air_variance > 0 && STRONG * s->body.energy_p99 < CLEAR * s->source.n_echo * s->body.air_variance);
    s->coherence = clear && s->sample.n > 0 ? fsc_inspect_coherence(&s->sample) : 1;
    if (s->coherence < FSC_COHERENT) return FSC_OK;
    FSC_TRY(find_sign(s, scan, opt, err));
    s->ramp.axis = -1;
    if (opt->ramp == 0) FSC_TRY(find_ramp(s, scan, opt, err));
    FSC_TRY(find_offsets(s, scan, opt, err));
    FSC_TRY(find_frequency(s, out, scan, spectrum, opt, err));
    note_phases(s, out);
    fsc_inspect_phase_range(&s->sample, &out->notes);
    FSC_TRY(fsc_inspect_complex(&s->sample, &out->notes, err));
    s->sign_unclear = fsc_sign_note(&s->sign, scan->precession, opt->sign, &out->notes);
    double to_mark;
    FSC_TRY(find_noise(s, &to_mark, err));
    fsc_body_mark(&s->body, &s->source, to_mark);
    s->n_weak = fsc_body_sample(&s->body, fmax(0.01, 40 * s->noise_variance), fmax(0.15, 120 * s->noise_variance),
                                s->weak, FSC_SURVEY_SAMPLE);
    if (s->n_weak < 200) s->n_weak = fsc_body_sample(&s->body, 0.01, 1e9, s->weak, FSC_SURVEY_SAMPLE);
    fsc_body_drop_energy(&s->body);
    return FSC_OK;
}

void fsc_survey_free(fsc_survey *s) {
    fsc_body_free(&s->body);
    fsc_profiler_free(&s->profiler);
    fsc_ramp_free(&s->ramp);
}
