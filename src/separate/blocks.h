/* Blocks of 2 x 2 voxels in the slice plane that share one field: their evidence adds, so a block decides where a voxel
 * cannot, and the cut has a quarter of the nodes. Blocks of one voxel serve where two tissues meet. */
#ifndef FSC_SEPARATE_BLOCKS_H
#define FSC_SEPARATE_BLOCKS_H

#include "branch.h"

#define FSC_BLOCK_VOXELS 4

typedef struct fsc_blocks {
    int64_t voxel_dim[3];
    int64_t dim[3];
    int32_t size[3]; /* voxels per block along each axis: edge, edge and 1 along the slice axis */
    int32_t slice_axis;
    int32_t n_node;         /* blocks that hold tissue */
    int32_t *node_of_block; /* owned; NONE = -1 */
    int32_t *block_of_node; /* owned */
    fsc_minima *minima;     /* owned, [n_node] */
    float *quality;         /* owned, [n_node]: 0..1, how much a block's field is to be trusted by its neighbours */
    float *misfit; /* owned, [n_node]: what the best field leaves, over what noise and the usual model error leave */
    float *hz;     /* owned, [n_node]: the chosen field */
    float *swap;   /* owned, [n_node]: probability that fat and water are exchanged */
} fsc_blocks;

/* How residuals become likelihood: variance per real channel = noise^2 + (model_error * signal)^2 per echo. */
typedef struct fsc_evidence {
    double noise_variance; /* in the source's scale */
    double model_error;    /* relative */
} fsc_evidence;

/* The slice axis has the largest spacing; when spacing is assumed or even, the fewest samples. */
int32_t fsc_slice_axis(const fsc_grid *grid);
/* Lays blocks of edge x edge voxels in the slice plane (edge 1 or 2) over the voxels with body != 0. */
FSC_MUST_USE fsc_status fsc_blocks_new(fsc_blocks *out, const fsc_grid *grid, const uint8_t *body, int32_t edge,
                                       fsc_error *err);
void fsc_blocks_free(fsc_blocks *blocks);
/* Profiles and minima of every block; sample gives scan, model and profiler, its voxels are not asked for. */
FSC_MUST_USE fsc_status fsc_blocks_profile(fsc_blocks *blocks, const fsc_sample *sample, const uint8_t *body,
                                           const fsc_evidence *evidence, fsc_error *err);
/* Node number of the block that holds a voxel. */
int32_t fsc_blocks_node_at(const fsc_blocks *blocks, int64_t voxel);
/* Node beside node in direction axis (+1 only); -1 when there is none. */
int32_t fsc_blocks_neighbour(const fsc_blocks *blocks, int32_t node, int32_t axis);

#endif
