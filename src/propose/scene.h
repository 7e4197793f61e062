/* The scan as two channels that a drawn body can be compared with: fat and water, each times the local density. */
#ifndef FSC_PROPOSE_SCENE_H
#define FSC_PROPOSE_SCENE_H

#include <fascicle/separate.h>
#include <stdint.h>

enum { FSC_CHANNELS = 2 }; /* fat, water */

/* Both channels on the maps' own grid. */
typedef struct fsc_channels {
    fsc_grid grid;
    double to_index[12]; /* RAS+ mm to voxel index, row-major 3 x 4 */
    double spacing_mm[3];
    float *channel[FSC_CHANNELS]; /* owned */
    uint8_t *body;                /* owned: non-zero inside the person */
} fsc_channels;

FSC_MUST_USE fsc_status fsc_channels_make(fsc_channels *out, const fsc_fatwater *maps, fsc_error *err);
void fsc_channels_free(fsc_channels *channels);

/* The channels on a regular grid whose axes are right, front and head; i fastest. */
typedef struct fsc_scene {
    int32_t dim[3];
    double origin_mm[3], step_mm;
    int64_t n;
    float *channel[FSC_CHANNELS]; /* owned */
    uint8_t *body;                /* owned */
} fsc_scene;

/* Over the whole field of view, blurred by blur_mm first. */
FSC_MUST_USE fsc_status fsc_scene_make(fsc_scene *out, const fsc_channels *from, double step_mm, double blur_mm,
                                       fsc_error *err);
void fsc_scene_free(fsc_scene *scene);
/* The voxel nearest to a place of the scene's grid; *inside: that place is in the scene. */
int64_t fsc_scene_nearest(const fsc_scene *scene, int32_t i, int32_t j, int32_t k, int *inside);

/* Gaussian blur in place along all axes, sd in voxels by axis; edges are repeated. tmp has as many values. */
void fsc_blur(float *value, const int32_t dim[3], const double sd[3], float *tmp);
/* Value at a fractional index, by the eight neighbours; 0 outside. */
float fsc_value_at(const float *value, const int32_t dim[3], const double index[3]);

#endif
