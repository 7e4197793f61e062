/* Two pictures on one grid, bent onto each other: first at half the resolution, then at the whole. */
#ifndef FSC_PROPOSE_BEND_H
#define FSC_PROPOSE_BEND_H

#include "scene.h"

typedef struct fsc_fine {
    int32_t dim[3];
    int64_t n;
    float *fixed[FSC_CHANNELS], *moving[FSC_CHANNELS]; /* owned, likewise below: what the scan shows, and the other */
    float *weight;
    int32_t *code; /* which label lies where, where that is known */
} fsc_fine;

FSC_MUST_USE fsc_status fsc_fine_new(fsc_fine *fine, const int32_t dim[3], fsc_error *err);
void fsc_fine_free(fsc_fine *fine);
#define FSC_AUTO_FINE __attribute__((cleanup(fsc_fine_free)))

/* Widens the part low..high (both inside) of a grid of dim to where its picture may come from. It goes beyond the grid
 * where the grid cuts it: a picture that ends with the field can be bent out of it at no cost, and the vertebra at that
 * end was given its neighbour's name. Weights beyond the field are 0. */
void fsc_fine_widen(int32_t low[3], int32_t high[3], const int32_t dim[3]);

/* shift, in steps of the grid: what lies at a point of fixed lies at point + shift of moving. */
FSC_MUST_USE fsc_status fsc_fine_bend(const fsc_fine *fine, float *const shift[3], int32_t n_threads, fsc_error *err);

#endif
