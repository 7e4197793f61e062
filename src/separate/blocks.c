#include "blocks.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

/* Share of the allowance for model errors that they usually take up. */
#define USUAL_ERROR 0.06
/* Steps of the short fit, and how much a block's phases may say. */
#define PHASE_STEPS 3
#define PHASE_NATS_MOST 8.0

int32_t fsc_slice_axis(const fsc_grid *grid) {
    double mm[3];
    fsc_grid_spacing_mm(grid, mm);
    int32_t axis = 2;
    for (int32_t a = 1; a >= 0; a--)
        if (grid->dim[a] < grid->dim[axis]) axis = a;
    if (!grid->spacing_assumed)
        for (int32_t a = 0; a < 3; a++)
            if (mm[a] > 1.05 * mm[axis] && mm[a] > 1.2 * fmin(mm[(a + 1) % 3], mm[(a + 2) % 3])) axis = a;
    return axis;
}

/* In 32 bits: voxel numbers fit, and the divisions are asked for often. */
static uint32_t block_at(const fsc_blocks *b, int64_t voxel) {
    const uint32_t nx = (uint32_t)b->voxel_dim[0], ny = (uint32_t)b->voxel_dim[1];
    const uint32_t row = (uint32_t)voxel / nx, i = (uint32_t)voxel % nx, k = row / ny, j = row % ny;
    const uint32_t size[3] = {(uint32_t)b->size[0], (uint32_t)b->size[1], (uint32_t)b->size[2]};
    return i / size[0] + (uint32_t)b->dim[0] * (j / size[1] + (uint32_t)b->dim[1] * (k / size[2]));
}

fsc_status fsc_blocks_new(fsc_blocks *b, const fsc_grid *grid, const uint8_t *body, int32_t edge, fsc_error *err) {
    memset(b, 0, sizeof *b);
    b->slice_axis = fsc_slice_axis(grid);
    int64_t n_block = 1;
    for (int32_t a = 0; a < 3; a++) {
        b->voxel_dim[a] = grid->dim[a];
        b->size[a] = a == b->slice_axis ? 1 : edge;
        b->dim[a] = (grid->dim[a] + b->size[a] - 1) / b->size[a];
        n_block *= b->dim[a];
    }
    b->node_of_block = fsc_alloc(n_block, sizeof(int32_t));
    if (!b->node_of_block) return fsc_fail_nomem(err, "laying out blocks");
    const int64_t n_voxel = fsc_grid_count(grid);
    for (int64_t v = 0; v < n_voxel; v++)
        if (body[v]) b->node_of_block[block_at(b, v)] = 1;
    for (int64_t i = 0; i < n_block; i++) b->node_of_block[i] = b->node_of_block[i] ? b->n_node++ : -1;
    b->block_of_node = fsc_alloc(b->n_node, sizeof(int32_t));
    b->minima = fsc_alloc(b->n_node, sizeof(fsc_minima));
    b->quality = fsc_alloc(b->n_node, sizeof(float));
    b->misfit = fsc_alloc(b->n_node, sizeof(float));
    b->hz = fsc_alloc(b->n_node, sizeof(float));
    b->swap = fsc_alloc(b->n_node, sizeof(float));
    if (!b->block_of_node || !b->minima || !b->quality || !b->misfit || !b->hz || !b->swap) {
        fsc_blocks_free(b);
        return fsc_fail_nomem(err, "laying out blocks");
    }
    for (int64_t i = 0; i < n_block; i++)
        if (b->node_of_block[i] >= 0) b->block_of_node[b->node_of_block[i]] = (int32_t)i;
    /* A block that nobody fills has one field that costs nothing: voxels that are not finite. */
    for (int32_t i = 0; i < b->n_node; i++) b->minima[i].n = 1;
    return FSC_OK;
}

void fsc_blocks_free(fsc_blocks *b) {
    fsc_free(b->node_of_block);
    fsc_free(b->block_of_node);
    fsc_free(b->minima);
    fsc_free(b->quality);
    fsc_free(b->misfit);
    fsc_free(b->hz);
    fsc_free(b->swap);
    memset(b, 0, sizeof *b);
}

int32_t fsc_blocks_node_at(const fsc_blocks *b, int64_t voxel) {
    return b->node_of_block[block_at(b, voxel)];
}

int32_t fsc_blocks_neighbour(const fsc_blocks *b, int32_t node, int32_t axis) {
    const uint32_t at = (uint32_t)b->block_of_node[node], nx = (uint32_t)b->dim[0], ny = (uint32_t)b->dim[1];
    const uint32_t stride = axis == 0 ? 1 : axis == 1 ? nx : nx * ny;
    if (at / stride % (uint32_t)b->dim[axis] + 1 >= (uint32_t)b->dim[axis]) return -1;
    return b->node_of_block[at + stride];
}

/* The tissue voxels of a block, -1 where there is none. */
static void members(const fsc_blocks *b, const uint8_t *body, int32_t node, int32_t voxel[FSC_BLOCK_VOXELS]) {
    const int64_t at = b->block_of_node[node];
    const int64_t corner[3] = {at % b->dim[0] * b->size[0], at / b->dim[0] % b->dim[1] * b->size[1],
                               at / (b->dim[0] * b->dim[1]) * b->size[2]};
    int32_t n = 0;
    for (int64_t k = corner[2]; k < corner[2] + b->size[2]; k++)
        for (int64_t j = corner[1]; j < corner[1] + b->size[1]; j++)
            for (int64_t i = corner[0]; i < corner[0] + b->size[0]; i++, n++) {
                const int inside = i < b->voxel_dim[0] && j < b->voxel_dim[1] && k < b->voxel_dim[2];
                const int64_t v = i + b->voxel_dim[0] * (j + b->voxel_dim[1] * k);
                voxel[n] = inside && body[v] ? (int32_t)v : -1;
            }
}

typedef struct profile_job {
    fsc_blocks *blocks;
    const fsc_sample *sample;
    const uint8_t *body;
    fsc_evidence evidence;
    fsc_profile *scratch; /* [worker] */
} profile_job;

/* The four voxels' energies weigh the block: model errors of neighbours are alike, so they count once, not four times.
 */
static void weigh(const profile_job *job, fsc_lanes_echo echo[FSC_BLOCK_VOXELS], int32_t voxel[][FSC_LANES], int32_t n,
                  float weight[FSC_BLOCK_VOXELS][FSC_LANES], float quality[FSC_LANES], float allowed[FSC_LANES]) {
    const int32_t n_echo = job->sample->source->n_echo;
    const int32_t *const size = job->blocks->size, full = size[0] * size[1] * size[2];
    for (int32_t l = 0; l < FSC_LANES; l++) {
        double signal = 0, members_here = 0, left = 1e-6;
        double energy[FSC_BLOCK_VOXELS] = {0};
        for (int32_t v = 0; v < FSC_BLOCK_VOXELS; v++) {
            for (int32_t e = 0; e < n_echo; e++)
                energy[v] += echo[v].re[e][l] * echo[v].re[e][l] + echo[v].im[e][l] * echo[v].im[e][l];
            members_here += l < n && voxel[v][l] >= 0;
            signal += energy[v];
        }
        const double error2 = job->evidence.model_error * job->evidence.model_error * members_here / (2 * n_echo);
        for (int32_t v = 0; v < FSC_BLOCK_VOXELS; v++) {
            const double variance = job->evidence.noise_variance + error2 * energy[v] + 1e-30;
            weight[v][l] = l < n && voxel[v][l] >= 0 ? (float)(0.5 / variance) : 0.0f;
            const double noise_share = 2 * (double)weight[v][l] * job->evidence.noise_variance;
            const double other_share = 2 * (double)weight[v][l] * error2 * energy[v];
            left += (n_echo - 3) * (noise_share + USUAL_ERROR * other_share);
        }
        allowed[l] = (float)left;
        const double noise = 2 * n_echo * job->evidence.noise_variance * fmax(members_here, 1);
        quality[l] = (float)(members_here / full * fmax(signal - noise, 0) / (signal + 8 * noise + 1e-30));
    }
}

/* Fat and water start with one phase and are not negative. What that adds to each field's cost is asked of the block's
 * mean signal, by a short fit from there: the residual alone, with both phases free, leaves it out. */
static void add_phase_evidence(const profile_job *job, const fsc_lanes_echo echo[FSC_BLOCK_VOXELS],
                               int32_t voxel[][FSC_LANES], int32_t begin, int32_t n) {
    const int32_t n_echo = job->sample->source->n_echo;
    fsc_minima *const minima = &job->blocks->minima[begin];
    fsc_lanes_echo mean = {0};
    double share[FSC_LANES];
    int32_t most = 0;
    for (int32_t l = 0; l < n; l++) {
        int32_t members_here = 0;
        for (int32_t v = 0; v < FSC_BLOCK_VOXELS; v++) members_here += voxel[v][l] >= 0;
        share[l] = 1 / fmax(members_here, 1);
        most = minima[l].n > most ? minima[l].n : most;
    }
    for (int32_t e = 0; e < n_echo; e++)
        for (int32_t v = 0; v < FSC_BLOCK_VOXELS; v++)
            for (int32_t l = 0; l < n; l++) {
                mean.re[e][l] += share[l] * echo[v].re[e][l];
                mean.im[e][l] += share[l] * echo[v].im[e][l];
            }
    for (int32_t k = 0; most > 1 && k < most; k++) {
        fsc_fit fit = {0};
        for (int32_t l = 0; l < n; l++) {
            fit.psi_hz[l] = k < minima[l].n ? (double)minima[l].hz[k] : 0;
            fit.r2_per_s[l] = job->sample->model->r2_typical;
        }
        fsc_fit_run(&fit, job->sample->model, &mean, PHASE_STEPS, 0.3 * job->sample->model->shift_hz,
                    job->evidence.noise_variance);
        for (int32_t l = 0; l < n; l++) {
            const double noise = job->evidence.noise_variance, error = job->evidence.model_error;
            const double variance = share[l] * noise + error * error * fit.energy[l] / (2 * n_echo);
            const double nats = 0.5 * fit.out_of_phase[l] * noise / (variance + 1e-30);
            if (k < minima[l].n) minima[l].cost[k] += (float)fmin(nats, PHASE_NATS_MOST);
        }
    }
    for (int32_t l = 0; l < n; l++) {
        float least = minima[l].cost[0];
        for (int32_t k = 1; k < minima[l].n; k++) least = fminf(least, minima[l].cost[k]);
        for (int32_t k = 0; k < minima[l].n; k++) minima[l].cost[k] -= least;
    }
}

static void profile_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    profile_job *job = context;
    fsc_profile *profile = &job->scratch[worker];
    const int32_t n = (int32_t)(end - begin), n_echo = job->sample->source->n_echo;
    fsc_lanes_echo echo[FSC_BLOCK_VOXELS];
    int32_t voxel[FSC_BLOCK_VOXELS][FSC_LANES];
    float weight[FSC_BLOCK_VOXELS][FSC_LANES], quality[FSC_LANES], allowed[FSC_LANES];
    for (int32_t l = 0; l < n; l++) {
        int32_t four[FSC_BLOCK_VOXELS] = {-1, -1, -1, -1};
        members(job->blocks, job->body, (int32_t)begin + l, four);
        for (int32_t v = 0; v < FSC_BLOCK_VOXELS; v++) voxel[v][l] = four[v];
    }
    for (int32_t v = 0; v < FSC_BLOCK_VOXELS; v++) fsc_source_load(job->sample->source, voxel[v], n, &echo[v]);
    weigh(job, echo, voxel, n, weight, quality, allowed);
    fsc_profile_clear(profile, job->sample->profiler);
    for (int32_t v = 0; v < FSC_BLOCK_VOXELS; v++) fsc_profile_add(profile, job->sample->profiler, &echo[v], weight[v]);
    fsc_profile_scan(profile, job->sample->profiler, 1);
    for (int32_t l = 0; l < n; l++) {
        fsc_minima_find(&job->blocks->minima[begin + l], profile, job->sample->profiler, l);
        job->blocks->quality[begin + l] = quality[l];
        /* Three echoes leave nothing over. */
        if (n_echo > 3) job->blocks->misfit[begin + l] = job->blocks->minima[begin + l].floor / allowed[l];
    }
    add_phase_evidence(job, echo, voxel, (int32_t)begin, n);
}

fsc_status fsc_blocks_profile(fsc_blocks *blocks, const fsc_sample *sample, const uint8_t *body,
                              const fsc_evidence *evidence, fsc_error *err) {
    fsc_profile *scratch = NULL;
    const int32_t workers = fsc_tiles_workers(sample->n_threads);
    FSC_TRY(fsc_profiles_new(&scratch, workers, sample->profiler, err));
    profile_job job = {blocks, sample, body, *evidence, scratch};
    fsc_tiles_run(blocks->n_node, FSC_LANES, profile_tile, &job, sample->n_threads);
    fsc_profiles_free(scratch, workers);
    return FSC_OK;
}
