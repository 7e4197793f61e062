/* Translation keeps the muscle, the level and the side; numbers and parity may change. */
#include "../test.h"

#include <fascicle/anatomy.h>
#include <string.h>

static const fsc_grid line = {{16, 1, 1}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, 0, 0};

static void translate(const char *from, const char *to, const int32_t *in, const int32_t *expected, int n,
                      fsc_notes *notes) {
    fsc_labels *labels = NULL, *out = NULL;
    assert_ok(fsc_labels_new(&labels, &line, &test_error));
    for (int i = 0; i < n; i++) labels->data[i] = in[i];
    assert_ok(fsc_labels_translate(&out, labels, from, to, notes, &test_error));
    for (int i = 0; i < n; i++)
        if (out->data[i] != expected[i])
            fail_msg("%s %d became %d, not %d in %s", from, (int)in[i], (int)out->data[i], (int)expected[i], to);
    for (int i = n; i < 16; i++) assert_int_equal(out->data[i], 0);
    fsc_labels_free(labels);
    fsc_labels_free(out);
}

static void sides_survive_the_other_parity(void **state) {
    (void)state;
    /* Whole body: ...1 is left. Abdomen: odd is right. */
    translate("musclemap", "musclemap-abdomen", (int32_t[]){5101, 5102, 5111, 5112, 5121, 5132},
              (int32_t[]){2, 1, 4, 3, 6, 7}, 6, NULL);
    translate("musclemap-abdomen", "musclemap", (int32_t[]){1, 2, 8}, (int32_t[]){5102, 5101, 5131}, 3, NULL);
    translate("totalsegmentator:abdominal_muscles", "qmritools", (int32_t[]){15, 16, 19, 17},
              (int32_t[]){310, 309, 326, 312}, 4, NULL);
}

static void levels_translate_too(void **state) {
    (void)state;
    translate("sct", "totalspineseg", (int32_t[]){2, 8, 24}, (int32_t[]){12, 21, 45}, 3, NULL);
    translate("totalsegmentator:vertebrae_mr", "sct", (int32_t[]){2, 7, 25}, (int32_t[]){24, 19, 1}, 3, NULL);
    translate("totalspineseg", "sct-discs", (int32_t[]){63, 71, 91, 100}, (int32_t[]){3, 8, 20, 25}, 4, NULL);
    translate("totalsegmentator:total", "totalsegmentator:total_mr", (int32_t[]){86, 89, 75}, (int32_t[]){46, 49, 36},
              3, NULL);
}

static void what_the_target_lacks_is_background_and_counted(void **state) {
    (void)state;
    fsc_notes notes = {0};
    translate("musclemap", "musclemap-abdomen", (int32_t[]){5101, 1111, 1111, 6160}, (int32_t[]){2, 0, 0, 0}, 4,
              &notes);
    assert_int_equal(notes.n, 1);
    assert_int_equal(notes.item[0].kind, FSC_NOTE_WARNING);
    assert_non_null(strstr(notes.item[0].text, "(3 voxels)"));
    fsc_notes_free(&notes);
}

static void there_and_back_is_the_same(void **state) {
    (void)state;
    const int32_t both[] = {201, 202, 203, 204, 309, 310, 323, 324, 325, 326};
    int32_t there[10];
    fsc_labels *labels = NULL, *out = NULL, *back = NULL;
    assert_ok(fsc_labels_new(&labels, &line, &test_error));
    memcpy(labels->data, both, sizeof both);
    assert_ok(fsc_labels_translate(&out, labels, "qmritools", "musclemap", NULL, &test_error));
    memcpy(there, out->data, sizeof there);
    for (int i = 0; i < 10; i++) assert_int_equal(there[i] % 10, i % 2 ? 2 : 1);
    assert_ok(fsc_labels_translate(&back, out, "musclemap", "qmritools", NULL, &test_error));
    assert_memory_equal(back->data, both, sizeof both);
    fsc_labels_free(labels);
    fsc_labels_free(out);
    fsc_labels_free(back);
}

static void unknown_names_and_values_are_refused(void **state) {
    (void)state;
    fsc_labels *labels = NULL, *out = NULL;
    assert_ok(fsc_labels_new(&labels, &line, &test_error));
    labels->data[0] = 4711;
    assert_fails(fsc_labels_translate(&out, labels, "sct", "musclemap", NULL, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "4711"));
    assert_fails(fsc_labels_translate(&out, labels, "sct", "nowhere", NULL, &test_error), FSC_E_NOTFOUND);
    assert_fails(fsc_labels_translate(&out, labels, NULL, "sct", NULL, &test_error), FSC_E_ARG);
    assert_null(out);
    fsc_labels_free(labels);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_survive_the_other_parity),
        cmocka_unit_test(levels_translate_too),
        cmocka_unit_test(what_the_target_lacks_is_background_and_counted),
        cmocka_unit_test(there_and_back_is_the_same),
        cmocka_unit_test(unknown_names_and_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
