#include "complex.h"
#include "alloc.h"
#include "body.h"
#include "fail.h"
#include "fieldmap.h"
#include "frequency.h"
#include "maps.h"
#include "offsets.h"
#include "pool.h"
#include "ramp.h"
#include "refine.h"
#include "sign.h"
#include "swap.h"
#include "units.h"
#include "voxels.h"

#include <math.h>
#include <string.h>

#define SAMPLE 2048
#define RAMP_SAMPLE 512
/* Swap probability from which on a voxel is marked. */
#define SUSPECT 0.2f
/* Share of a voxel's signal that the model leaves unexplained in living tissue (0.04 to 0.06 in measured scans). */
#define MODEL_ERROR 0.04

typedef struct work {
    fsc_model model;
    fsc_source source;
    fsc_body body;
    fsc_profiler profiler;
    fsc_blocks blocks;
    fsc_blocks fine; /* single voxels, along steps of the field */
    fsc_sign sign;
    int sign_unclear;
    fsc_ramp ramp;
    fsc_offsets offsets;
    int32_t ramp_sample[RAMP_SAMPLE];
    int32_t *sample; /* owned */
    int32_t n_sample;
    int32_t weak[FSC_NOISE_SAMPLE];
    int32_t n_weak;
    int32_t *tissue; /* owned */
    double noise_variance;
} work;

static void work_free(work *w) {
    fsc_body_free(&w->body);
    fsc_profiler_free(&w->profiler);
    fsc_blocks_free(&w->blocks);
    fsc_blocks_free(&w->fine);
    fsc_ramp_free(&w->ramp);
    fsc_free(w->sample);
    fsc_free(w->tissue);
}

static void source_from_scan(fsc_source *source, const fsc_scan *scan) {
    source->re = scan->echo_re;
    source->im = scan->echo_im;
    source->n_voxel = fsc_grid_count(&scan->grid);
    for (int32_t a = 0; a < 3; a++) source->dim[a] = scan->grid.dim[a];
    source->n_echo = scan->n_echo;
    source->scale = source->conjugate = 1;
    source->ramp_axis = -1;
}

static fsc_status find_sign(work *w, const fsc_scan *scan, const fsc_separate_options *opt, fsc_error *err) {
    FSC_TRY(fsc_sign_find(&w->sign, &w->source, &w->model, &w->profiler, w->sample, w->n_sample, scan->precession,
                          opt->sign, err));
    w->source.conjugate = (float)w->sign.sign;
    return FSC_OK;
}

/* A ramp hides the sign: where one is found and the sign is ours to choose, the other sign gets its own ramp. */
static fsc_status find_ramp(work *w, const fsc_scan *scan, const fsc_separate_options *opt, fsc_error *err) {
    const int32_t slice_axis = fsc_slice_axis(&scan->grid);
    const int32_t few = fsc_body_sample(&w->body, 0.1, 1e9, w->ramp_sample, RAMP_SAMPLE);
    FSC_TRY(fsc_ramp_find(&w->ramp, &w->source, &w->profiler, w->ramp_sample, few, slice_axis, opt->n_threads, err));
    if (w->ramp.axis < 0) return FSC_OK;
    fsc_ramp_free(&w->ramp);
    FSC_TRY(fsc_ramp_find(&w->ramp, &w->source, &w->profiler, w->sample, w->n_sample, slice_axis, opt->n_threads, err));
    if (opt->sign == 0) {
        fsc_ramp other;
        fsc_source conjugate = w->source;
        conjugate.conjugate = -conjugate.conjugate;
        FSC_TRY(
            fsc_ramp_find(&other, &conjugate, &w->profiler, w->sample, w->n_sample, slice_axis, opt->n_threads, err));
        /* Few echoes fit nearly as well with the wrong sign and a wrong ramp: what is stated decides near ties. */
        const double margin = scan->precession == (int32_t)conjugate.conjugate ? 1.1 : 0.9;
        const int better = other.axis >= 0 && other.left < margin * w->ramp.left;
        if (better) {
            fsc_ramp_free(&w->ramp);
            w->ramp = other;
            w->source.conjugate = conjugate.conjugate;
        } else {
            fsc_ramp_free(&other);
        }
    }
    if (w->ramp.axis < 0) return FSC_OK;
    fsc_ramp_apply(&w->ramp, &w->source);
    return find_sign(w, scan, opt, err); /* clearer without the ramp */
}

static fsc_status find_offsets(work *w, const fsc_scan *scan, const fsc_separate_options *opt, fsc_error *err) {
    const int had = w->offsets.found;
    w->source.offset_cos = w->source.offset_sin = NULL;
    FSC_TRY(fsc_offsets_find(&w->offsets, &w->source, &w->model, &w->profiler, w->sample, w->n_sample,
                             w->sign.noise_variance, err));
    if (w->offsets.found) fsc_offsets_apply(&w->offsets, &w->source);
    return had || w->offsets.found ? find_sign(w, scan, opt, err) : FSC_OK;
}

static void note_phases(const work *w, fsc_fatwater *out) {
    out->ramp_axis = w->ramp.axis;
    out->ramp_slope_dwell = out->ramp_constant_rad = 0;
    if (w->ramp.axis >= 0) {
        out->ramp_slope_dwell = w->ramp.slope_dwell;
        out->ramp_constant_rad = w->ramp.constant_rad;
        fsc_notes_add(
            &out->notes, FSC_NOTE_FOUND, "readout-ramp",
            "bipolar readout: odd and even echoes are out of phase (slope %.3f dwell along axis %d, constant %.3f "
            "rad); taken off, residual %.0f %% smaller",
            w->ramp.slope_dwell, (int)w->ramp.axis, w->ramp.constant_rad, 100 * w->ramp.drop);
    }
    if (w->offsets.found)
        fsc_notes_add(
            &out->notes, FSC_NOTE_FOUND, "echo-phase-offsets",
            "single echoes are turned by up to %.3f rad against the others; taken off, residual %.0f %% smaller",
            w->offsets.largest_rad, 100 * w->offsets.drop);
}

static fsc_status find_frequency(work *w, fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                 const fsc_separate_options *opt, fsc_error *err) {
    fsc_frequency found;
    FSC_TRY(fsc_frequency_compare(&found, scan, spectrum, &w->source, &w->model, w->sample, w->n_sample,
                                  w->sign.noise_variance, w->ramp.axis >= 0 || w->offsets.found, err));
    if (!fsc_frequency_note(&found, &out->notes)) return FSC_OK;
    fsc_model_set_fat(&w->model, spectrum, found.true_tesla * FSC_GAMMA_MHZ_PER_TESLA);
    fsc_profiler_free(&w->profiler);
    FSC_TRY(fsc_profiler_init(&w->profiler, &w->model, err));
    FSC_TRY(find_sign(w, scan, opt, err));
    return find_offsets(w, scan, opt, err); /* found with the wrong field, they held part of it */
}

/* Everything that is found before the field map: signal, sign, ramp, field strength, noise. */
static fsc_status survey(work *w, fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                         const fsc_separate_options *opt, fsc_error *err) {
    source_from_scan(&w->source, scan);
    FSC_TRY(fsc_body_measure(&w->body, &w->source, opt->n_threads, err));
    FSC_TRY(fsc_profiler_init(&w->profiler, &w->model, err));
    w->sample = fsc_alloc(SAMPLE, sizeof *w->sample);
    if (!w->sample) return fsc_fail_nomem(err, "sampling voxels");
    w->n_sample = fsc_body_sample(&w->body, 0.1, 1e9, w->sample, SAMPLE);
    FSC_TRY(find_sign(w, scan, opt, err));
    w->ramp.axis = -1;
    if (opt->ramp == 0) FSC_TRY(find_ramp(w, scan, opt, err));
    FSC_TRY(find_offsets(w, scan, opt, err));
    FSC_TRY(find_frequency(w, out, scan, spectrum, opt, err));
    note_phases(w, out);
    w->sign_unclear = fsc_sign_note(&w->sign, scan->precession, opt->sign, &out->notes);
    w->noise_variance = w->sign.noise_variance;
    /* Three echoes fit too well to tell the noise. */
    if (isfinite(w->body.air_variance) && !(w->model.r2_free && w->noise_variance < w->body.air_variance))
        w->noise_variance = w->body.air_variance;
    if (!(w->noise_variance > 1e-12)) w->noise_variance = 1e-12;
    fsc_body_mark(&w->body, &w->source, w->noise_variance);
    w->n_weak = fsc_body_sample(&w->body, fmax(0.01, 40 * w->noise_variance), fmax(0.15, 120 * w->noise_variance),
                                w->weak, FSC_NOISE_SAMPLE);
    if (w->n_weak < 200) w->n_weak = fsc_body_sample(&w->body, 0.01, 1e9, w->weak, FSC_NOISE_SAMPLE);
    fsc_body_drop_energy(&w->body);
    return FSC_OK;
}

static fsc_status find_field(work *w, fsc_fatwater *out, const fsc_scan *scan, const fsc_separate_options *opt,
                             fsc_error *err) {
    const fsc_evidence evidence = {w->noise_variance, MODEL_ERROR};
    const fsc_fieldmap_prior prior = {.shift_hz = w->model.shift_hz,
                                      .stiffness = 24,
                                      .through_plane = 0.5,
                                      .cost_limit = 30,
                                      .period_hz = w->model.period_hz,
                                      .range_hz = w->model.range_hz};
    FSC_TRY(fsc_blocks_new(&w->blocks, &scan->grid, w->body.mask, 2, err));
    FSC_TRY(fsc_blocks_profile(&w->blocks, &w->source, w->body.mask, &w->profiler, &evidence, opt->n_threads, err));
    FSC_TRY(fsc_fieldmap_cut(&w->blocks, &prior, err));
    int64_t n_exchanged = 0;
    FSC_TRY(fsc_swap_exchange(&w->blocks, &prior, &n_exchanged, err));
    if (n_exchanged > 0)
        fsc_notes_add(&out->notes, FSC_NOTE_FOUND, "region-exchanged",
                      "behind walls of low signal, %.1f %% of the tissue fitted its neighbours' field but not its own "
                      "echoes; its fat and water were exchanged",
                      100.0 * (double)n_exchanged / w->blocks.n_node);
    FSC_TRY(fsc_swap_estimate(&w->blocks, &prior, err));
    FSC_TRY(fsc_refine(&w->fine, &w->blocks, &scan->grid, &w->source, w->body.mask, &w->profiler, &evidence, &prior,
                       opt->n_threads, err));
    return fsc_swap_alone(&w->fine, &prior, err);
}

/* Swap probabilities go from blocks to voxels; whole-scan bits to every voxel. */
static void mark_swaps(const work *w, fsc_fatwater *out) {
    const uint16_t everywhere =
        (uint16_t)((w->sign_unclear ? FSC_Q_SIGN_UNCLEAR : 0u) | (w->ramp.axis >= 0 ? FSC_Q_RAMP_CORRECTED : 0u));
    int64_t suspect = 0, heard = 0;
    for (int32_t i = 0; i < w->body.n_tissue; i++) {
        const int32_t v = w->tissue[i];
        const int32_t alone = w->fine.n_node > 0 ? fsc_blocks_node_at(&w->fine, v) : -1;
        out->swap_probability[v] = w->blocks.swap[fsc_blocks_node_at(&w->blocks, v)];
        if (alone >= 0) out->swap_probability[v] = fmaxf(out->swap_probability[v], w->fine.swap[alone]);
        const int is_suspect = out->swap_probability[v] > SUSPECT;
        const int is_heard = !(out->quality[v] & FSC_Q_LOW_SNR);
        heard += is_heard;
        suspect += is_suspect && is_heard;
        out->quality[v] |= (uint16_t)(everywhere | (is_suspect ? FSC_Q_SWAP_SUSPECT : 0u));
    }
    if (suspect * 100 > heard)
        fsc_notes_add(
            &out->notes, FSC_NOTE_WARNING, "swap-suspect",
            "fat and water may be exchanged in %.1f %% of the tissue voxels above noise (marked in the quality map)",
            100.0 * (double)suspect / (double)heard);
}

static fsc_status fit_voxels(work *w, fsc_fatwater *out, const fsc_separate_options *opt, fsc_error *err) {
    FSC_TRY(fsc_maps_make(
        out, w->source.n_voxel,
        FSC_MAP_SE | FSC_MAP_R2STAR | FSC_MAP_FIELD | FSC_MAP_AMPLITUDES | FSC_MAP_RESIDUAL | FSC_MAP_SWAP, err));
    FSC_TRY(fsc_maps_tissue(&w->tissue, out, &w->body, err));
    const int32_t n = w->body.n_tissue;
    FSC_AUTO_BLOCK float *variance = fsc_alloc(w->source.n_voxel, sizeof *variance);
    FSC_AUTO_BLOCK float *magnitude = fsc_alloc(n, sizeof *magnitude);
    if (!variance || !magnitude) return fsc_fail_nomem(err, "fitting voxels");
    for (int64_t v = 0; v < w->source.n_voxel; v++) variance[v] = NAN;
    fsc_voxel_job job = {.out = out,
                         .model = &w->model,
                         .source = &w->source,
                         .blocks = &w->blocks,
                         .fine = &w->fine,
                         .tissue = w->tissue,
                         .n_tissue = n,
                         .noise_variance = w->noise_variance,
                         .out_of_phase = out->swap_probability,
                         .field_variance = variance,
                         .magnitude_pdff = magnitude,
                         .scratch = magnitude};
    const double measured = fsc_voxels_noise(&job, w->weak, w->n_weak);
    if (isfinite(measured)) job.noise_variance = w->noise_variance = measured;
    fsc_voxels_fit(&job, opt->n_threads);
    fsc_pool_phase(&job, opt->n_threads);
    fsc_pool_field(&job, opt->n_threads);
    mark_swaps(w, out);
    out->n_fitted = n;
    return FSC_OK;
}

static fsc_status run(work *w, fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                      const fsc_separate_options *opt, fsc_error *err) {
    FSC_TRY(fsc_model_build(&w->model, scan, spectrum, &out->notes, err));
    FSC_TRY(fsc_progress_step(opt->progress, "separate", 0, err));
    FSC_TRY(survey(w, out, scan, spectrum, opt, err));
    FSC_TRY(fsc_progress_step(opt->progress, "separate", 0.1, err));
    FSC_TRY(find_field(w, out, scan, opt, err));
    FSC_TRY(fsc_progress_step(opt->progress, "separate", 0.5, err));
    FSC_TRY(fit_voxels(w, out, opt, err));
    if (!w->model.r2_free)
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "r2star-guided",
                      "three echoes cannot give R2* on their own: it is drawn towards %.0f 1/s where noise is large",
                      w->model.r2_typical);
    out->sign = w->sign.sign;
    out->sign_ratio = w->sign.ratio;
    out->noise_sd = sqrt(w->noise_variance) / (double)w->source.scale;
    return fsc_progress_step(opt->progress, "separate", 1, err);
}

fsc_status fsc_separate_complex(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                const fsc_separate_options *opt, fsc_error *err) {
    work w = {0};
    const fsc_status status = run(&w, out, scan, spectrum, opt, err);
    work_free(&w);
    return status;
}
