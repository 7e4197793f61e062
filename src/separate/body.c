#include "body.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

#define BINS 32768 /* sign-free floats by exponent and 7 bits of mantissa */
#define TILE 16384

typedef struct energy_job {
    fsc_body *body;
    const fsc_source *source;
} energy_job;

static void energy_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    energy_job *job = context;
    float *restrict energy = job->body->energy;
    for (int32_t e = 0; e < job->source->n_echo; e++) {
        const float *restrict re = job->source->re + (int64_t)e * job->source->n_voxel;
        const float *restrict im = job->source->im ? job->source->im + (int64_t)e * job->source->n_voxel : NULL;
        if (im)
            for (int64_t v = begin; v < end; v++) energy[v] += re[v] * re[v] + im[v] * im[v];
        else
            for (int64_t v = begin; v < end; v++) energy[v] += re[v] * re[v];
    }
}

static int32_t bin_of(float energy) {
    uint32_t bits;
    memcpy(&bits, &energy, sizeof bits);
    return (int32_t)(bits >> 16);
}

static double bin_energy(int32_t bin) {
    const uint32_t bits = (uint32_t)bin << 16 | 0x8000u;
    float energy;
    memcpy(&energy, &bits, sizeof energy);
    return (double)energy;
}

static double quantile(const int64_t *count, int64_t total, double share) {
    int64_t seen = 0;
    for (int32_t b = 1; b < BINS; b++) {
        seen += count[b];
        if ((double)seen >= share * (double)total) return bin_energy(b);
    }
    return 0;
}

/* The lowest cluster of energies: mean by repeated cutting at four standard deviations of what noise alone would give.
 */
static double air_variance(const int64_t *count, int64_t total, int32_t n_echo) {
    double variance = quantile(count, total, 0.05) / (2 * n_echo);
    int64_t n = 0;
    double square = 0;
    for (int32_t pass = 0; pass < 30; pass++) {
        const double limit = 2 * n_echo * variance * (1 + 4 / sqrt(n_echo));
        double sum = 0;
        n = 0;
        square = 0;
        for (int32_t b = 1; b < BINS && bin_energy(b) < limit; b++) {
            sum += (double)count[b] * bin_energy(b);
            square += (double)count[b] * bin_energy(b) * bin_energy(b);
            n += count[b];
        }
        if (n == 0) return NAN;
        variance = sum / (double)n / (2 * n_echo);
    }
    const double mean = 2 * n_echo * variance, spread = square / (double)n / (mean * mean) - 1;
    /* Air has 1 / n_echo of relative variance; a few tissue voxels below a limit look different. */
    return n > total / 50 && spread > 0.4 / n_echo && spread < 2.0 / n_echo ? variance : NAN;
}

fsc_status fsc_body_measure(fsc_body *out, fsc_source *source, int32_t n_threads, fsc_error *err) {
    memset(out, 0, sizeof *out);
    out->n_voxel = source->n_voxel;
    out->mask = fsc_alloc(source->n_voxel, sizeof *out->mask);
    out->energy = fsc_alloc(source->n_voxel, sizeof *out->energy);
    FSC_AUTO_BLOCK int64_t *count = fsc_alloc(BINS, sizeof *count);
    if (!out->mask || !out->energy || !count) {
        fsc_body_free(out);
        return fsc_fail_nomem(err, "measuring the signal");
    }
    energy_job job = {out, source};
    fsc_tiles_run(source->n_voxel, TILE, energy_tile, &job, n_threads);
    int64_t total = 0;
    for (int64_t v = 0; v < out->n_voxel; v++) {
        if (!isfinite(out->energy[v])) {
            out->mask[v] = FSC_BODY_NOT_FINITE;
            out->n_not_finite++;
            continue;
        }
        count[bin_of(out->energy[v])]++;
        total += out->energy[v] > 0;
    }
    const double p99 = quantile(count, total, 0.99), p10 = quantile(count, total, 0.1);
    if (total == 0 || !(p99 > 0)) {
        fsc_body_free(out);
        return fsc_fail(err, FSC_E_NUMERIC, "no voxel has signal: every echo is 0 or not finite");
    }
    const double scale = sqrt(source->n_echo / p99);
    source->scale = (float)scale;
    out->air_variance = air_variance(count, total, source->n_echo) * scale * scale;
    out->energy_p99 = source->n_echo;
    out->energy_p10 = p10 * scale * scale;
    const float factor = (float)(scale * scale);
    for (int64_t v = 0; v < out->n_voxel; v++) out->energy[v] *= factor;
    return FSC_OK;
}

#define CANDIDATE 3
/* Share of the strong signal below which there is none: a coil's far side is tissue down to its noise, and below this
 * is what rounding and filters leave. */
#define FAINT 0.005
#define FAINT_OF_UNKNOWN 0.04

/* Marks the faint voxels that most of their eight neighbours in the first two axes surround: thin walls of bone between
 * tissue are tissue, air outside is not. */
static int32_t fill_walls(fsc_body *body, const int64_t dim[3]) {
    int32_t n = 0;
    for (int64_t v = 0; v < body->n_voxel; v++) {
        const int64_t i = v % dim[0], j = v / dim[0] % dim[1];
        if (body->mask[v] != 0 || i == 0 || j == 0 || i == dim[0] - 1 || j == dim[1] - 1) continue;
        int32_t around = 0;
        for (int64_t b = -1; b <= 1; b++)
            for (int64_t a = -1; a <= 1; a++) around += body->mask[v + a + b * dim[0]] == 1;
        if (around >= 5) {
            body->mask[v] = CANDIDATE; /* counts from the next pass on */
            n++;
        }
    }
    for (int64_t v = 0; v < body->n_voxel; v++)
        if (body->mask[v] == CANDIDATE) body->mask[v] = 1;
    return n;
}

void fsc_body_mark(fsc_body *body, const fsc_source *source, double noise_variance) {
    const int32_t n_echo = source->n_echo;
    const int known = isfinite(noise_variance);
    const double faint = known ? FAINT : FAINT_OF_UNKNOWN;
    const double noisy = known ? 2 * n_echo * noise_variance * (1 + 4.5 / sqrt(n_echo)) : 0;
    const float limit = (float)fmax(faint * faint * body->energy_p99, fmin(noisy, 0.1 * body->energy_p99));
    body->n_tissue = 0;
    for (int64_t v = 0; v < body->n_voxel; v++) {
        if (body->mask[v] == FSC_BODY_NOT_FINITE) continue;
        body->mask[v] = body->energy[v] > limit;
        body->n_tissue += body->mask[v];
    }
    for (int32_t pass = 0; pass < 2; pass++) body->n_tissue += fill_walls(body, source->dim);
}

void fsc_body_drop_energy(fsc_body *body) {
    fsc_free(body->energy);
    body->energy = NULL;
}

void fsc_body_free(fsc_body *body) {
    fsc_free(body->mask);
    fsc_free(body->energy);
    memset(body, 0, sizeof *body);
}

int32_t fsc_body_sample(const fsc_body *body, double low, double high, int32_t *voxel, int32_t most) {
    const float least = (float)(low * body->energy_p99), largest = (float)(high * body->energy_p99);
    int64_t n = 0;
    for (int64_t v = 0; v < body->n_voxel; v++)
        n += body->mask[v] != FSC_BODY_NOT_FINITE && body->energy[v] > least && body->energy[v] < largest;
    int64_t seen = 0, next = 0;
    int32_t taken = 0;
    for (int64_t v = 0; v < body->n_voxel && taken < most; v++) {
        if (body->mask[v] == FSC_BODY_NOT_FINITE || !(body->energy[v] > least && body->energy[v] < largest)) continue;
        if (seen++ < next) continue;
        voxel[taken++] = (int32_t)v;
        next = n > most ? n * taken / most : 0;
    }
    return taken;
}
