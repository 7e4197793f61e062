#include "echo.h"

#include "field.h"
#include "noise.h"
#include "random.h"
#include "text.h"
#include "tiles.h"
#include "tissue.h"
#include "units.h"

#include <math.h>

#define TILE 2048
#define N_PEAK 6

/* The ISMRM fat-water toolbox set (facts F003-F008), ppm from water. The phantom keeps its own copy so that it stays an
 * independent test of separate. */
static const double peak_ppm[N_PEAK] = {-3.80, -3.40, -2.60, -1.94, -0.39, 0.60};
static const double peak_amplitude[N_PEAK] = {0.087, 0.693, 0.128, 0.004, 0.039, 0.048};

typedef struct echoes {
    fsc_phantom *phantom;
    const fsc_phantom_options *opt;
    uint64_t noise_seed;
    double fat_re[FSC_ECHO_MAX], fat_im[FSC_ECHO_MAX]; /* fat's phasor at each echo, 1 at TE = 0 */
} echoes;

static void set_fat_phasors(echoes *e) {
    const double hz_per_ppm = FSC_GAMMA_MHZ_PER_TESLA * e->opt->b0_tesla;
    double sum = 0;
    for (int p = 0; p < N_PEAK; p++) sum += peak_amplitude[p];
    for (int32_t n = 0; n < e->opt->n_echo; n++) {
        for (int p = 0; p < N_PEAK; p++) {
            const double angle = 2 * FSC_PI * hz_per_ppm * peak_ppm[p] * e->phantom->scan->te_s[n];
            e->fat_re[n] += peak_amplitude[p] / sum * cos(angle);
            e->fat_im[n] += peak_amplitude[p] / sum * sin(angle);
        }
    }
}

static void fill_voxel(const echoes *e, int64_t voxel, double receive_rad, double ramp_rad) {
    const fsc_phantom *p = e->phantom;
    const int64_t n_voxel = fsc_grid_count(&p->scan->grid);
    const double water = (double)p->truth_water[voxel], fat = (double)p->truth_fat[voxel];
    const int is_air = isnan(water);
    for (int32_t n = 0; n < e->opt->n_echo; n++) {
        double re = 0, im = 0;
        if (!is_air) {
            const double te = p->scan->te_s[n];
            const double size = exp(-(double)p->truth_r2star_per_s[voxel] * te);
            const double angle =
                2 * FSC_PI * (double)p->truth_fieldmap_hz[voxel] * te + receive_rad + (n % 2 ? -ramp_rad : ramp_rad);
            const double a = size * (water + fat * e->fat_re[n]), b = size * fat * e->fat_im[n];
            const double c = cos(angle), s = sin(angle);
            re = a * c - b * s;
            im = a * s + b * c;
        }
        if (p->noise_sd > 0) {
            double noise[2];
            fsc_normal_pair(e->noise_seed, (uint64_t)n, (uint64_t)voxel, noise);
            re += p->noise_sd * noise[0];
            im += p->noise_sd * noise[1];
        }
        p->scan->echo_re[n * n_voxel + voxel] = (float)re;
        p->scan->echo_im[n * n_voxel + voxel] = (float)(e->opt->conjugate ? -im : im);
    }
}

static void fill_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const echoes *e = context;
    const fsc_grid *grid = &e->phantom->scan->grid;
    for (int64_t voxel = begin; voxel < end; voxel++) {
        const int64_t i = voxel % grid->dim[0];
        const double ijk[3] = {(double)i, (double)(voxel / grid->dim[0] % grid->dim[1]),
                               (double)(voxel / grid->dim[0] / grid->dim[1])};
        double xyz[3];
        fsc_grid_to_mm(grid, ijk, xyz);
        const double x = (double)i / (double)grid->dim[0] - 0.5;
        fill_voxel(e, voxel, fsc_receive_phase(xyz), e->opt->ramp_constant_rad + 2 * FSC_PI * e->opt->ramp_dwell * x);
    }
}

fsc_status fsc_echo_make(fsc_phantom *phantom, const fsc_person *person, const fsc_phantom_options *opt,
                         fsc_error *err) {
    fsc_scan *scan = phantom->scan;
    scan->kind = FSC_SCAN_COMPLEX;
    scan->n_echo = opt->n_echo;
    for (int32_t n = 0; n < opt->n_echo; n++) scan->te_s[n] = opt->te_first_s + n * opt->te_step_s;
    scan->b0_tesla = opt->b0_tesla;
    scan->imaging_frequency_mhz = FSC_GAMMA_MHZ_PER_TESLA * opt->b0_tesla;
    /* A small angle and a long TR: the signal has no T1 weighting and the facts must say so. */
    scan->flip_angle_deg = 1;
    scan->repetition_time_s = 0.1 + scan->te_s[opt->n_echo - 1];
    scan->precession = opt->conjugate ? 0 : 1;
    scan->side_known = 1;
    fsc_copy_text(scan->name, sizeof scan->name, "phantom");
    fsc_copy_text(scan->manufacturer, sizeof scan->manufacturer, "Fascicle phantom");
    fsc_copy_text(scan->body_part, sizeof scan->body_part, person->region->body_part);
    phantom->noise_sd = opt->snr > 0 ? FSC_SIGNAL_MUSCLE / opt->snr : 0;
    echoes e = {.phantom = phantom, .opt = opt, .noise_seed = opt->noise_seed};
    if (e.noise_seed == 0) {
        uint32_t word[4];
        fsc_random_words(word, opt->seed, FSC_STREAM_NOISE_SEED, 0);
        e.noise_seed = (uint64_t)word[0] << 32 | word[1];
    }
    set_fat_phasors(&e);
    const fsc_ask ask = {opt->progress, "phantom", 0.6, 1};
    return fsc_tiles_run_asking(fsc_grid_count(&scan->grid), TILE, fill_tile, &e, opt->n_threads, &ask, err);
}
