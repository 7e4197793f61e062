/* Counter-based random numbers: a draw depends on (seed, stream, index) alone, never on who drew before or on which
 * thread, so parallel work gives the same bits for any thread count. Method: Philox 4x32-10, Salmon et al. 2011,
 * doi 10.1145/2063384.2063405. */
#ifndef FSC_BASE_RANDOM_H
#define FSC_BASE_RANDOM_H

#include "units.h"

#include <math.h>
#include <stdint.h>

/* Four independent 32-bit words. Use one stream per chain, person or voxel row, and count index up within it. */
static inline void fsc_random_words(uint32_t word[4], uint64_t seed, uint64_t stream, uint64_t index) {
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32), c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ key0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ key1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    word[0] = c0;
    word[1] = c1;
    word[2] = c2;
    word[3] = c3;
}

/* 53 random bits from two words, strictly between 0 and 1. */
static inline double fsc_random_unit(uint32_t high, uint32_t low) {
    const uint64_t bits = ((uint64_t)high << 32 | low) >> 11;
    return ((double)bits + 0.5) * (1.0 / 9007199254740992.0);
}

static inline double fsc_random_uniform(uint64_t seed, uint64_t stream, uint64_t index) {
    uint32_t word[4];
    fsc_random_words(word, seed, stream, index);
    return fsc_random_unit(word[0], word[1]);
}

/* Standard normal (Box and Muller 1958); uses the four words of one index. */
static inline double fsc_random_normal(uint64_t seed, uint64_t stream, uint64_t index) {
    uint32_t word[4];
    fsc_random_words(word, seed, stream, index);
    return sqrt(-2.0 * log(fsc_random_unit(word[0], word[1]))) * cos(2.0 * FSC_PI * fsc_random_unit(word[2], word[3]));
}

#endif
