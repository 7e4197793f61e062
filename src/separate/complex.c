/* The way from complex echoes to maps:
 *   model.c       echo times and fat's signal at each of them
 *   survey.c      what is the same over the whole scan: signal and noise (body.c), the sign of the phase (sign.c), a
 *                 readout ramp (ramp.c), turned echoes (offsets.c), a rounded field strength (frequency.c)
 *   blocks.c      for every block of 2 x 2 voxels the few fields that its echoes allow (lagsum.c, minima.c)
 *   fieldmap.c    one of them each, by one minimum cut over all blocks (maxflow.c)
 *   swap.c        whole regions on the wrong one, and how sure each block is
 *   refine.c      single voxels along steps of the field
 *   voxels.c      the fit of every voxel on its branch (fit.c), and how sure it is
 *   pool.c        the field map freed of noise
 * Other scans go through magnitude.c, twopoint.c and ready.c; write.c puts the maps into files. */
#include "complex.h"
#include "alloc.h"
#include "fail.h"
#include "magnitude.h"
#include "maps.h"
#include "pool.h"
#include "refine.h"
#include "survey.h"
#include "swap.h"
#include "voxels.h"

#include <math.h>

/* Swap probability from which on a voxel is marked. */
#define SUSPECT 0.2f
/* Share of a voxel's signal that the model leaves unexplained in living tissue (0.04 to 0.06 in measured scans). */
#define MODEL_ERROR 0.04

typedef struct work {
    fsc_survey survey;
    fsc_blocks blocks;
    fsc_blocks fine; /* single voxels, along steps of the field */
    int32_t *tissue; /* owned */
} work;

static void work_free(work *w) {
    fsc_survey_free(&w->survey);
    fsc_blocks_free(&w->blocks);
    fsc_blocks_free(&w->fine);
    fsc_free(w->tissue);
}

static fsc_status find_field(work *w, fsc_fatwater *out, const fsc_scan *scan, fsc_error *err) {
    const fsc_evidence evidence = {w->survey.noise_variance, MODEL_ERROR};
    const fsc_fieldmap_prior prior = {.shift_hz = w->survey.model.shift_hz,
                                      .stiffness = 24,
                                      .through_plane = 0.5,
                                      .cost_limit = 30,
                                      .period_hz = w->survey.model.period_hz,
                                      .range_hz = w->survey.model.range_hz};
    FSC_TRY(fsc_blocks_new(&w->blocks, &scan->grid, w->survey.body.mask, 2, err));
    FSC_TRY(fsc_blocks_profile(&w->blocks, &w->survey.sample, w->survey.body.mask, &evidence, err));
    FSC_TRY(fsc_fieldmap_cut(&w->blocks, &prior, w->survey.sample.n_threads, err));
    int64_t n_exchanged = 0;
    FSC_TRY(fsc_swap_exchange(&w->blocks, &prior, &n_exchanged, err));
    if (n_exchanged > 0)
        fsc_notes_add(&out->notes, FSC_NOTE_FOUND, "region-exchanged",
                      "behind walls of low signal, %.1f %% of the tissue fitted its neighbours' field but not its own "
                      "echoes; its fat and water were exchanged",
                      100.0 * (double)n_exchanged / w->blocks.n_node);
    FSC_TRY(fsc_swap_estimate(&w->blocks, &prior, err));
    FSC_TRY(
        fsc_refine(&w->fine, &w->blocks, &scan->grid, w->survey.body.mask, &w->survey.sample, &evidence, &prior, err));
    return fsc_swap_alone(&w->fine, &prior, err);
}

/* Swap probabilities go from blocks to voxels; whole-scan bits to every voxel. */
static void mark_swaps(const work *w, fsc_fatwater *out) {
    const uint16_t everywhere = (uint16_t)((w->survey.sign_unclear ? FSC_Q_SIGN_UNCLEAR : 0u) |
                                           (w->survey.ramp.axis >= 0 ? FSC_Q_RAMP_CORRECTED : 0u));
    int64_t suspect = 0, heard = 0;
    for (int32_t i = 0; i < w->survey.body.n_tissue; i++) {
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
    FSC_TRY(fsc_maps_make(out, w->survey.source.n_voxel,
                          FSC_MAP_SE | FSC_MAP_R2STAR | FSC_MAP_FIELD | FSC_MAP_AMPLITUDES | FSC_MAP_RESIDUAL |
                              FSC_MAP_SWAP,
                          opt->n_threads, err));
    FSC_TRY(fsc_maps_tissue(&w->tissue, out, &w->survey.body, err));
    const int32_t n = w->survey.body.n_tissue;
    FSC_AUTO_BLOCK float *scratch = fsc_alloc(n, sizeof *scratch);
    if (!scratch) return fsc_fail_nomem(err, "fitting voxels");
    fsc_voxel_job job = {.out = out,
                         .model = &w->survey.model,
                         .source = &w->survey.source,
                         .blocks = &w->blocks,
                         .fine = &w->fine,
                         .tissue = w->tissue,
                         .n_tissue = n,
                         .noise_variance = w->survey.noise_variance,
                         .field_variance = out->swap_probability, /* until mark_swaps fills it */
                         .scratch = scratch};
    const double measured = fsc_voxels_noise(&job, w->survey.weak, w->survey.n_weak);
    if (isfinite(measured)) job.noise_variance = w->survey.noise_variance = measured;
    fsc_voxels_fit(&job, opt->n_threads);
    fsc_pool_field(&job, opt->n_threads);
    mark_swaps(w, out);
    out->n_fitted = n;
    return FSC_OK;
}

/* Phase that means nothing is left aside. */
static fsc_status by_magnitudes(const work *w, fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                const fsc_separate_options *opt, fsc_error *err) {
    const int64_t n = fsc_grid_count(&scan->grid) * scan->n_echo;
    FSC_AUTO_BLOCK float *magnitude = fsc_alloc(n, sizeof *magnitude);
    if (!magnitude) return fsc_fail_nomem(err, "separating fat and water");
    for (int64_t i = 0; i < n; i++) magnitude[i] = hypotf(scan->echo_re[i], scan->echo_im[i]);
    fsc_scan bare = *scan;
    bare.kind = FSC_SCAN_MAGNITUDE;
    bare.echo_re = magnitude;
    bare.echo_im = NULL;
    out->method = FSC_METHOD_MAGNITUDE;
    fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "phase-without-meaning",
                  "the phase was left aside and magnitudes alone were used: its steps from echo to echo are alike in "
                  "neighbouring voxels to %.0f %% only (nearly 100 %% in any field); check the unit of phase",
                  100 * w->survey.coherence);
    return fsc_separate_magnitude(out, &bare, spectrum, opt, err);
}

static fsc_status run(work *w, fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                      const fsc_separate_options *opt, fsc_error *err) {
    FSC_TRY(fsc_progress_step(opt->progress, "separate", 0, err));
    FSC_TRY(fsc_survey_make(&w->survey, out, scan, spectrum, opt, err));
    if (w->survey.coherence < FSC_COHERENT) return by_magnitudes(w, out, scan, spectrum, opt, err);
    FSC_TRY(fsc_progress_step(opt->progress, "separate", 0.1, err));
    FSC_TRY(find_field(w, out, scan, err));
    FSC_TRY(fsc_progress_step(opt->progress, "separate", 0.5, err));
    FSC_TRY(fit_voxels(w, out, opt, err));
    if (!w->survey.model.r2_free)
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "r2star-guided",
                      "three echoes cannot give R2* on their own: it is drawn towards %.0f 1/s where noise is large",
                      w->survey.model.r2_typical);
    out->sign = w->survey.sign.sign;
    out->sign_ratio = w->survey.sign.ratio;
    out->noise_sd = sqrt(w->survey.noise_variance) / (double)w->survey.source.scale;
    return fsc_progress_step(opt->progress, "separate", 1, err);
}

fsc_status fsc_separate_complex(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                const fsc_separate_options *opt, fsc_error *err) {
    work *w = fsc_alloc(1, sizeof *w);
    if (!w) return fsc_fail_nomem(err, "separating fat and water");
    const fsc_status status = run(w, out, scan, spectrum, opt, err);
    work_free(w);
    fsc_free(w);
    return status;
}
