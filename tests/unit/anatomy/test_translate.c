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
    assert_int_equal(notes.n, 2);
    assert_non_null(strstr(notes.item[1].text, "semispinalis_cervicis_multifidus left"));
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

static void an_empty_result_is_refused(void **state) {
    (void)state;
    fsc_labels *labels = NULL, *out = NULL;
    assert_ok(fsc_labels_new(&labels, &line, &test_error));
    labels->data[0] = 5101;
    assert_fails(fsc_labels_translate(&out, labels, "musclemap", "totalsegmentator:total_mr", NULL, &test_error),
                 FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "empty"));
    assert_null(out);
    fsc_labels_free(labels);
}

static void unknown_names_and_values_are_refused(void **state) {
    (void)state;
    fsc_labels *labels = NULL, *out = NULL;
    assert_ok(fsc_labels_new(&labels, &line, &test_error));
    labels->data[0] = 4711;
    assert_fails(fsc_labels_translate(&out, labels, "sct", "musclemap", NULL, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "4711"));
    assert_fails(fsc_labels_translate(&out, labels, "sct", "nowhere", NULL, &test_error), FSC_E_NOTFOUND);
    assert_fails(fsc_labels_translate(&out, labels, "sct", NULL, NULL, &test_error), FSC_E_ARG);
    assert_null(out);
    fsc_labels_free(labels);
}

/* expected NULL: refused with code. */
static void rename_levels(const char *scheme, const char *from, const char *to, int all, const int32_t *in,
                          const int32_t *expected, int n, const char *becomes, fsc_status code) {
    fsc_labels *labels = NULL, *out = NULL;
    char name[40];
    (void)snprintf(name, sizeof name, "%s", scheme);
    assert_ok(fsc_labels_new(&labels, &line, &test_error));
    for (int i = 0; i < n; i++) labels->data[i] = in[i];
    if (!expected) {
        assert_fails(fsc_levels_rename(&out, name, labels, from, to, all, &test_error), code);
        assert_null(out);
    } else {
        assert_ok(fsc_levels_rename(&out, name, labels, from, to, all, &test_error));
        assert_string_equal(name, becomes);
        for (int i = 0; i < n; i++) assert_int_equal(out->data[i], expected[i]);
    }
    fsc_labels_free(labels);
    fsc_labels_free(out);
}

static void levels_get_other_names(void **state) {
    (void)state;
    const int32_t sct[] = {19, 20, 21, 22, 23}, down[] = {20, 21, 22, 23, 24}, one[] = {19, 20, 21, 22, 24};
    rename_levels("sct", "L4", "L5", 1, sct, down, 5, "sct", FSC_OK);
    rename_levels("sct", "L3", "L2", 1, down, sct, 5, "sct", FSC_OK);
    rename_levels("sct", "L4", "L5", 0, sct, one, 5, "sct", FSC_OK);
    rename_levels("sct", "L3", "L4", 0, sct, NULL, 5, NULL, FSC_E_ANATOMY);
    rename_levels("sct", "L5", "L6", 0, down, NULL, 5, NULL, FSC_E_NOTFOUND); /* SCT has no number for it */
    rename_levels("sct", "S3", "L5", 1, sct, NULL, 5, NULL, FSC_E_NOTFOUND);
    rename_levels("sct", "L4", "M4", 1, sct, NULL, 5, NULL, FSC_E_NOTFOUND);
    rename_levels("sct", "L4", "C1", 1, sct, NULL, 5, NULL, FSC_E_NOTFOUND); /* others would be above the first */
    /* Cord and discs of one map: the cord stays, discs go along, one alone is refused. */
    rename_levels("totalspineseg", "L4", "L5", 1, (int32_t[]){1, 43, 44, 94}, (int32_t[]){1, 44, 45, 95}, 4,
                  "totalspineseg", FSC_OK);
    rename_levels("totalspineseg", "L4", "L6", 0, (int32_t[]){1, 43, 44, 94}, NULL, 4, NULL, FSC_E_ANATOMY);
    rename_levels("sct-discs", "L4", "L5", 1, (int32_t[]){22, 23}, (int32_t[]){23, 24}, 2, "sct-discs", FSC_OK);
    /* Counted from the head end: naming one names all. */
    rename_levels("relative", "?3", "L4", 1, (int32_t[]){1, 2, 3, 4}, (int32_t[]){21, 22, 23, 24}, 4, "sct", FSC_OK);
    rename_levels("relative", "?3", "L4", 0, (int32_t[]){1, 2, 3, 4}, NULL, 4, NULL, FSC_E_ANATOMY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_survive_the_other_parity),
        cmocka_unit_test(levels_translate_too),
        cmocka_unit_test(levels_get_other_names),
        cmocka_unit_test(what_the_target_lacks_is_background_and_counted),
        cmocka_unit_test(there_and_back_is_the_same),
        cmocka_unit_test(an_empty_result_is_refused),
        cmocka_unit_test(unknown_names_and_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
