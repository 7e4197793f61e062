/* phantom: draws and smooth noise. */
#include "../test.h"
#include "noise.h"

static void normals_are_standard_and_independent(void **state) {
    (void)state;
    const int n = 200000;
    double sum = 0, square = 0, product = 0, cube = 0, lag = 0, last = 0;
    for (int i = 0; i < n; i++) {
        double x[2];
        fsc_normal_pair(7, 3, (uint64_t)i, x);
        sum += x[0] + x[1];
        square += x[0] * x[0] + x[1] * x[1];
        product += x[0] * x[1];
        cube += x[0] * x[0] * x[0];
        lag += last * x[0];
        last = x[0];
    }
    /* Five standard errors of each moment. */
    assert_close(sum / (2 * n), 0, 5 / sqrt(2.0 * n));
    assert_close(square / (2 * n), 1, 5 * sqrt(2.0 / (2 * n)));
    assert_close(product / n, 0, 5 / sqrt((double)n));
    assert_close(cube / n, 0, 5 * sqrt(15.0 / n));
    assert_close(lag / n, 0, 5 / sqrt((double)n));
}

static void lattice_noise_is_smooth_bounded_and_centred(void **state) {
    (void)state;
    double sum = 0, steepest = 0, largest = 0;
    const int n = 60000;
    for (int i = 0; i < n; i++) {
        const double x = 300 * fsc_spread(1, 1, (uint64_t)i), y = 300 * fsc_spread(1, 2, (uint64_t)i),
                     z = 300 * fsc_spread(1, 3, (uint64_t)i);
        const double here = fsc_lattice_noise(5, 9, x, y, z), near = fsc_lattice_noise(5, 9, x + 1e-4, y, z);
        sum += here;
        steepest = fmax(steepest, fabs(near - here) / 1e-4);
        largest = fmax(largest, fabs(here));
    }
    assert_close(sum / n, 0, 0.01);
    assert_true(largest <= 1 && largest > 0.5);
    /* Smoothstep's steepest slope is 1.5; lattice values differ by at most 2. */
    assert_true(steepest <= 3.01);
    /* No jump at a cell's face, on either side of 0. */
    assert_close(fsc_lattice_noise(5, 9, 1e-9, 0.3, 0.4), fsc_lattice_noise(5, 9, -1e-9, 0.3, 0.4), 1e-7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normals_are_standard_and_independent),
        cmocka_unit_test(lattice_noise_is_smooth_bounded_and_centred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
