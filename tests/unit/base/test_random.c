/* random: the published answers of Philox, and the moments of the draws. */
#include "../test.h"
#include "random.h"

/* Known answers of Philox 4x32-10 from the authors' test vectors (counter and key all zero, all one, digits of pi). */
static void philox_matches_the_authors(void **state) {
    (void)state;
    const struct {
        uint64_t seed, stream, index;
        uint32_t want[4];
    } known[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x299f31d0a4093822u,
         0x0370734413198a2eu,
         0x85a308d3243f6a88u,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t word[4];
        fsc_random_words(word, known[i].seed, known[i].stream, known[i].index);
        assert_memory_equal(word, known[i].want, sizeof word);
    }
}

static void draws_have_their_moments(void **state) {
    (void)state;
    const int n = 100000;
    double u = 0, z = 0, zz = 0;
    for (int i = 0; i < n; i++) {
        const double uniform = fsc_random_uniform(7, 1, (uint64_t)i), normal = fsc_random_normal(7, 2, (uint64_t)i);
        assert_true(uniform > 0 && uniform < 1);
        u += uniform;
        z += normal;
        zz += normal * normal;
    }
    assert_close(u / n, 0.5, 0.005); /* 5 standard errors */
    assert_close(z / n, 0.0, 0.016);
    assert_close(zz / n, 1.0, 0.023);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_matches_the_authors),
        cmocka_unit_test(draws_have_their_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
