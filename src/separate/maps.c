#include "maps.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>

#define TILE 65536
#define MAPS 8

typedef struct clear_job {
    float *map[MAPS];
    int32_t n;
} clear_job;

static void clear_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const clear_job *job = context;
    for (int32_t m = 0; m < job->n; m++)
        for (int64_t v = begin; v < end; v++) job->map[m][v] = NAN;
}

fsc_status fsc_maps_make(fsc_fatwater *out, int64_t n_voxel, unsigned which, int32_t n_threads, fsc_error *err) {
    const struct {
        float **map;
        unsigned bit;
    } list[] = {
        {&out->pdff_fraction, 0},
        {&out->pdff_se_fraction, FSC_MAP_SE},
        {&out->r2star_per_s, FSC_MAP_R2STAR},
        {&out->fieldmap_hz, FSC_MAP_FIELD},
        {&out->water, FSC_MAP_AMPLITUDES},
        {&out->fat, FSC_MAP_AMPLITUDES},
        {&out->residual_fraction, FSC_MAP_RESIDUAL},
        {&out->swap_probability, FSC_MAP_SWAP},
    };
    out->quality = fsc_alloc(n_voxel, sizeof *out->quality);
    int missing = !out->quality;
    clear_job job = {.n = 0};
    for (size_t m = 0; m < sizeof list / sizeof *list; m++) {
        if (list[m].bit && !(which & list[m].bit)) continue;
        float *map = fsc_alloc_unset(n_voxel, sizeof *map);
        *list[m].map = map;
        missing |= !map;
        if (map) job.map[job.n++] = map;
    }
    fsc_tiles_run(n_voxel, TILE, clear_tile, &job, n_threads);
    return missing ? fsc_fail_nomem(err, "making the maps") : FSC_OK;
}

fsc_status fsc_maps_tissue(int32_t **tissue, fsc_fatwater *out, const fsc_body *body, fsc_error *err) {
    int32_t *list = fsc_alloc(body->n_tissue, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "listing tissue voxels");
    int32_t n = 0;
    for (int64_t v = 0; v < body->n_voxel; v++) {
        if (body->mask[v] == 1)
            list[n++] = (int32_t)v;
        else
            out->quality[v] = FSC_Q_BACKGROUND | (body->mask[v] == FSC_BODY_NOT_FINITE ? FSC_Q_NOT_FINITE : 0);
    }
    if (body->n_not_finite > 0)
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "voxels-not-finite",
                      "%lld voxels hold NaN or Inf and have no result", (long long)body->n_not_finite);
    *tissue = list;
    return FSC_OK;
}
