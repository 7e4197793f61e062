/* Which voxels are tissue, and what noise they have: far from the coil, without air around, without a background. */
#include "judge.h"

#define COIL_RATIO 30.0

/* The body seen by a surface coil on its left: 30 times weaker on its right. */
static sim_voxel paint_coil(double x, double y, double z) {
    sim_voxel v = sim_body(x, y, z);
    v.amplitude *= exp(-log(COIL_RATIO) * 0.5 * (x / sqrt(0.8) + 1));
    return v;
}

static void far_side_of_the_coil_is_tissue(void **state) {
    (void)state;
    sim *s = sim_new(96, 96, 3, 6, 1.2e-3, 1.0e-3, 3, 6.5 * COIL_RATIO, paint_coil);
    fsc_fatwater *out = separate(s, NULL);
    double tissue = 0, fitted = 0, bias = 0, lean = 0;
    for (int64_t v = 0; v < s->n; v++) {
        if (!(s->truth[v].amplitude > 0)) continue;
        tissue++;
        const double f = (double)out->pdff_fraction[v], d = f - s->truth[v].fraction;
        fitted += isfinite(f);

        if (!isfinite(f) || s->truth[v].fraction > 0.4) continue;
        bias += d;
        lean++;
    }
    print_message("coil of 30 : 1: %.2f %% of %.0f voxels fitted, bias of muscle %+.3f points\n", 100 * fitted / tissue,
                  tissue, 100 * bias / lean);
    assert_true(fitted >= 0.995 * tissue);
    assert_true(fabs(bias / lean) <= 0.001);
    fsc_fatwater_free(out);
    sim_free(s);
}

/* Three echoes know their noise from air alone; without it the R2* prior must not win over the echoes. */
static sim_voxel paint_slow_decay(double x, double y, double z) {
    sim_voxel v = sim_body(x, y, z);
    v.r2_per_s = v.fraction > 0.5 ? 60 : 20;
    return v;
}

static void masked_background_moves_nothing(void **state) {
    (void)state;
    static const float masks[] = {0, NAN};
    for (int m = 0; m < 2; m++)
        for (int32_t n_echo = 3; n_echo <= 6; n_echo += 3) {
            sim *s = sim_new(64, 64, 2, n_echo, 1.2e-3, 1.0e-3, 3, 60, paint_slow_decay);
            fsc_fatwater *whole = separate(s, NULL);
            for (int64_t v = 0; v < s->n; v++)
                for (int32_t e = 0; e < n_echo && !(s->truth[v].amplitude > 0); e++)
                    s->scan.echo_re[e * s->n + v] = s->scan.echo_im[e * s->n + v] = masks[m];
            fsc_fatwater *masked = separate(s, NULL);
            const errors a = compare(s, whole, 0, 0.6), b = compare(s, masked, 0, 0.6);
            print_message("%d echoes, background %g: bias %+.2f points, %+.2f before\n", (int)n_echo, (double)masks[m],
                          100 * b.bias, 100 * a.bias);
            assert_true(fabs(b.bias - a.bias) < 0.003);
            assert_true(b.swapped < 0.002);
            fsc_fatwater_free(whole);
            fsc_fatwater_free(masked);
            sim_free(s);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(far_side_of_the_coil_is_tissue),
                                       cmocka_unit_test(masked_background_moves_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
