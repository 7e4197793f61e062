/* Draws and smooth noise on top of base/random.h. */
#ifndef FSC_PHANTOM_NOISE_H
#define FSC_PHANTOM_NOISE_H

#include <stdint.h>

/* Streams of one person's seed; the scan's noise has a seed of its own with the echo as stream. */
enum {
    FSC_STREAM_PERSON = 1,
    FSC_STREAM_FIELD = 2,
    FSC_STREAM_NOISE_SEED = 3,
    FSC_STREAM_TEXTURE = 16 /* and the numbers after it */
};

/* Uniform in (-1, 1). */
double fsc_spread(uint64_t seed, uint64_t stream, uint64_t index);
/* Two independent standard normal values for one index. */
void fsc_normal_pair(uint64_t seed, uint64_t stream, uint64_t index, double out[2]);
/* Smooth noise in [-1, 1] with mean 0 over space: uniform values on the integer lattice, joined by smoothstep weights.
 * Correlation length about one unit of x. */
double fsc_lattice_noise(uint64_t seed, uint64_t stream, double x, double y, double z);

#endif
