#include "noise.h"

#include "random.h"

double fsc_spread(uint64_t seed, uint64_t stream, uint64_t index) {
    return 2.0 * fsc_random_uniform(seed, stream, index) - 1.0;
}

void fsc_normal_pair(uint64_t seed, uint64_t stream, uint64_t index, double out[2]) {
    uint32_t word[4];
    fsc_random_words(word, seed, stream, index);
    const double radius = sqrt(-2.0 * log(fsc_random_unit(word[0], word[1])));
    const double angle = 2.0 * FSC_PI * fsc_random_unit(word[2], word[3]);
    out[0] = radius * cos(angle);
    out[1] = radius * sin(angle);
}

static double lattice(uint64_t seed, uint64_t stream, int64_t i, int64_t j, int64_t k) {
    /* 21 bits a coordinate: far more cells than any body has. */
    return fsc_spread(seed, stream,
                      ((uint64_t)i & 0x1fffffu) | ((uint64_t)j & 0x1fffffu) << 21 | ((uint64_t)k & 0x1fffffu) << 42);
}

double fsc_lattice_noise(uint64_t seed, uint64_t stream, double x, double y, double z) {
    const double fx = floor(x), fy = floor(y), fz = floor(z);
    const int64_t i = (int64_t)fx, j = (int64_t)fy, k = (int64_t)fz;
    const double dx = x - fx, dy = y - fy, dz = z - fz;
    const double wx = dx * dx * (3 - 2 * dx), wy = dy * dy * (3 - 2 * dy), wz = dz * dz * (3 - 2 * dz);
    double plane[2];
    for (int64_t c = 0; c < 2; c++) {
        const double a = lattice(seed, stream, i, j, k + c), b = lattice(seed, stream, i + 1, j, k + c);
        const double d = lattice(seed, stream, i, j + 1, k + c), e = lattice(seed, stream, i + 1, j + 1, k + c);
        const double low = a + wx * (b - a), high = d + wx * (e - d);
        plane[c] = low + wy * (high - low);
    }
    return plane[0] + wz * (plane[1] - plane[0]);
}
