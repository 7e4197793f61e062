/* Which numbering a list of values belongs to. */
#include "../test.h"
#include "scheme.h"

#include <string.h>

static const char *file_name;

/* Labels of 1000 voxels: levels stacked downwards from the first, muscles to the left and right in turn. */
static fsc_status recognise(fsc_scheme *out, const char *name, const int32_t *values, int32_t n, int want_levels,
                            int upwards, int64_t size) {
    fsc_label_value list[32];
    for (int32_t i = 0; i < n; i++)
        list[i] = (fsc_label_value){values[i],
                                    size,
                                    {want_levels ? 0
                                     : i % 2     ? 40
                                                 : -40,
                                     0,
                                     !want_levels ? 2.0 * i
                                     : upwards    ? 30.0 * i
                                                  : -30.0 * i},
                                    (double)size};
    return fsc_scheme_recognise(out, name, file_name, list, n, want_levels, &test_error);
}

#define GIVEN(...) (const int32_t[]){__VA_ARGS__}, (int32_t)(sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t))

#define assert_scheme(expected, want_levels, upwards, size, ...)                                                       \
    do {                                                                                                               \
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};                                                                       \
        assert_ok(recognise(&scheme, NULL, GIVEN(__VA_ARGS__), want_levels, upwards, size));                           \
        assert_string_equal(scheme.name, expected);                                                                    \
    } while (0)

static void values_name_their_scheme(void **state) {
    (void)state;
    assert_scheme("musclemap", 0, 0, 1000, 5101, 5102, 5111, 6160);
    assert_scheme("totalsegmentator:total", 0, 0, 1000, 5, 27, 86, 87);
    assert_scheme("totalsegmentator:total_mr", 0, 0, 1000, 19, 46, 47, 48);
    assert_scheme("qmritools", 0, 0, 1000, 309, 310, 905);
    /* Values that this program does not know by name, but whose place in the numbering is known. */
    assert_scheme("musclemap", 0, 0, 1000, 5101, 5102, 3101);
}

static void place_decides_between_numberings_of_levels(void **state) {
    (void)state;
    assert_scheme("sct", 1, 0, 1000, 2, 3, 4, 5, 6, 7);
    assert_scheme("sct", 1, 0, 1000, 16, 17);
    assert_scheme("sct-discs", 1, 0, 1, 3, 4, 5);
    assert_scheme("totalsegmentator:total", 1, 1, 1000, 27, 28, 29);
    assert_scheme("totalspineseg", 1, 0, 1000, 41, 42, 43, 92, 93);
    FSC_AUTO_SCHEME fsc_scheme scheme = {0};
    assert_ok(recognise(&scheme, NULL, GIVEN(2, 3, 4), 1, 1, 1000)); /* counted upwards: from the sacrum */
    assert_string_equal(scheme.name, "totalsegmentator:vertebrae_mr");
}

static void doubt_is_an_error_that_names_the_rivals(void **state) {
    (void)state;
    fsc_scheme scheme;
    assert_fails(recognise(&scheme, NULL, GIVEN(1, 2, 3, 4, 5, 6, 7, 8), 0, 0, 1000), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "musclemap-abdomen"));
    assert_non_null(strstr(test_error.text, "totalsegmentator:headneck_muscles"));
    assert_non_null(strstr(test_error.text, "--label-scheme NAME"));
    assert_fails(recognise(&scheme, NULL, GIVEN(5), 1, 0, 1000), FSC_E_NOTFOUND); /* one body shows no direction */
    assert_non_null(strstr(test_error.text, "several"));
    FSC_AUTO_SCHEME fsc_scheme named = {0};
    assert_ok(recognise(&named, "musclemap-abdomen", GIVEN(1, 2, 3, 4, 5, 6, 7, 8), 0, 0, 1000));
}

static void the_file_name_decides_between_rivals(void **state) {
    (void)state;
    fsc_scheme none;
    file_name = "out/sub-1_seg-musclemap-abdomen_dseg.nii.gz";
    assert_scheme("musclemap-abdomen", 0, 0, 1000, 1, 2, 3, 4, 5, 6, 7, 8);
    file_name = "totalsegmentator_headneck_muscles.nii.gz";
    assert_scheme("totalsegmentator:headneck_muscles", 0, 0, 1000, 1, 2, 3, 4, 5, 6, 7, 8);
    file_name = "headneck_muscles_or_musclemap-abdomen.nii.gz";
    assert_fails(recognise(&none, NULL, GIVEN(1, 2, 3, 4, 5, 6, 7, 8), 0, 0, 1000), FSC_E_NOTFOUND);
    file_name = NULL;
}

static void sides_that_are_stacked_are_no_sides(void **state) {
    (void)state;
    fsc_scheme scheme;
    /* L2 to L5 of a level map of TotalSpineSeg without its discs are gluteus medius and minimus by number. */
    fsc_label_value list[] = {{42, 900, {0, 0, 60}, 9000},
                              {43, 900, {1, 0, 25}, 9000},
                              {44, 900, {0, 0, -10}, 9000},
                              {45, 900, {0, 0, -45}, 9000}};
    assert_fails(fsc_scheme_recognise(&scheme, NULL, NULL, list, 4, 0, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "the map holds levels (totalspineseg); give it with --levels"));
    assert_ok(fsc_scheme_recognise(&scheme, NULL, NULL, list, 4, 1, &test_error));
    assert_string_equal(scheme.name, "totalspineseg");
    fsc_scheme_free(&scheme);
    for (int i = 0; i < 4; i++) list[i].mean_mm[2] *= i % 2 ? 1 : -1; /* in no order */
    assert_fails(fsc_scheme_recognise(&scheme, NULL, NULL, list, 4, 0, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "do not lie or look like it"));
    assert_non_null(strstr(test_error.text, "tried: musclemap, "));
    for (int i = 0; i < 4; i++) list[i].mean_mm[0] = i % 2 ? 60 : -60;
    for (int i = 0; i < 4; i++) list[i].mean_mm[2] = 0;
    assert_ok(fsc_scheme_recognise(&scheme, NULL, "total_mr.nii.gz", list, 4, 0, &test_error));
    fsc_scheme_free(&scheme);
}

static void unknown_values_are_listed(void **state) {
    (void)state;
    fsc_scheme scheme;
    assert_fails(recognise(&scheme, NULL, GIVEN(5101, 5102, 77, 9999), 0, 0, 1000), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "musclemap"));
    assert_non_null(strstr(test_error.text, "77, 9999"));
    assert_fails(recognise(&scheme, "sct", GIVEN(2, 3, 98), 1, 0, 1000), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "98"));
    assert_fails(recognise(&scheme, "musclemap", GIVEN(1, 2, 3, 4, 5, 6, 7, 8, 9), 0, 0, 1000), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "1, 2, 3, 4, 5 and 4 more"));
    assert_fails(recognise(&scheme, "musclemap", GIVEN(6160), 0, 0, 1000), FSC_E_NOTFOUND); /* known, but no muscle */
    assert_fails(recognise(&scheme, NULL, GIVEN(123456), 0, 0, 1000), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "123456"));
    assert_fails(recognise(&scheme, NULL, GIVEN(7), 0, 0, 1000), FSC_E_NOTFOUND);
    assert_fails(fsc_scheme_recognise(&scheme, NULL, NULL, NULL, 0, 0, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "empty"));
}

static void an_image_is_no_label_map(void **state) {
    (void)state;
    const fsc_grid grid = {{50, 50, 1}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, 0, 0};
    fsc_labels *image = NULL;
    fsc_label_value *list = NULL;
    int32_t n = 0;
    assert_ok(fsc_labels_new(&image, &grid, &test_error));
    for (int32_t v = 0; v < 2500; v++) image->data[v] = v;
    assert_fails(fsc_label_values(&list, &n, image, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "image"));
    fsc_labels_free(image);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_name_their_scheme),
        cmocka_unit_test(place_decides_between_numberings_of_levels),
        cmocka_unit_test(doubt_is_an_error_that_names_the_rivals),
        cmocka_unit_test(the_file_name_decides_between_rivals),
        cmocka_unit_test(sides_that_are_stacked_are_no_sides),
        cmocka_unit_test(unknown_values_are_listed),
        cmocka_unit_test(an_image_is_no_label_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
