/* Random numbers that depend on what they are for, not on when they are drawn: the same for any thread count. */
#ifndef FSC_CYCLE_RANDOM_H
#define FSC_CYCLE_RANDOM_H

#include <math.h>
#include <stdint.h>

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that mixes every bit. */
static inline uint64_t fsc_mix64(uint64_t x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Uniform in (0, 1), keyed by seed, item (a person) and draw (which of the person's numbers). */
static inline double fsc_random_uniform(uint64_t seed, uint64_t item, uint64_t draw) {
    uint64_t x = fsc_mix64(seed + 0x9e3779b97f4a7c15u);
    x = fsc_mix64(x ^ (item + 0x9e3779b97f4a7c15u));
    x = fsc_mix64(x + (draw + 1) * 0x9e3779b97f4a7c15u);
    return ((double)(x >> 11) + 0.5) * 0x1p-53;
}

/* Standard normal by Box and Muller; uses the draws 2 draw and 2 draw + 1 of a stream of its own. */
static inline double fsc_random_normal(uint64_t seed, uint64_t item, uint64_t draw) {
    const double u = fsc_random_uniform(~seed, item, 2 * draw), v = fsc_random_uniform(~seed, item, 2 * draw + 1);
    return sqrt(-2 * log(u)) * cos(6.28318530717958647692 * v);
}

#endif
