/* Label maps by file, pattern, derivatives folder and folder of masks. */
#include "../test.h"
#include "file.h"
#include "scratch.h"

#include <fascicle/anatomy.h>
#include <fascicle/label_maps.h>
#include <stdio.h>
#include <string.h>

static fsc_scratch place;
static const fsc_label_owner second = {"sub-02", "ses-1", "sub-02_ses-1_acq-fine"};

static const char *in(const char *name) {
    static char path[4][1400];
    static int at;
    at = (at + 1) % 4;
    (void)snprintf(path[at], sizeof path[at], "%s/%s", place.path, name);
    return path[at];
}

/* A map that holds value from voxel on; more (0 = none) stands in its last voxel. */
static void write_map(const char *folder, const char *name, int32_t value, int64_t from, int32_t more) {
    const fsc_grid grid = {.dim = {4, 3, 2}, .affine = {10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 20, 0}};
    char path[2800];
    fsc_labels *labels = NULL;
    assert_ok(fsc_file_make_folder(in(folder), &test_error));
    assert_ok(fsc_labels_new(&labels, &grid, &test_error));
    for (int64_t v = from; v < from + 4; v++) labels->data[v] = value;
    labels->data[23] = more;
    (void)snprintf(path, sizeof path, "%s/%s", in(folder), name);
    assert_ok(fsc_labels_write(labels, path, &test_error));
    fsc_labels_free(labels);
}

static int set_up(void **state) {
    (void)state;
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    write_map("d/sub-01/ses-1/anat", "sub-01_ses-1_desc-muscles_dseg.nii.gz", 5101, 0, 0);
    write_map("d/sub-02/ses-1/anat", "sub-02_ses-1_desc-muscles_dseg.nii.gz", 5102, 0, 0);
    write_map("d/sub-02/ses-1/anat", "sub-02_ses-1_seg-sct_dseg.nii.gz", 21, 0, 20);
    write_map("d/sub-02/ses-1/anat", "sub-02_ses-1_acq-coarse_dseg.nii.gz", 5111, 0, 0);
    write_map("d/sub-02/ses-1/anat", "sub-02_ses-1_desc-sites_dseg.nii.gz", 1, 0, 0);
    write_map("d/sub-02/ses-2/anat", "sub-02_ses-2_desc-muscles_dseg.nii.gz", 5112, 0, 0);
    write_map("d/sub-02/ses-1/anat", "sub-02_ses-1_desc-network_dseg.nii.gz", 5102, 0,
              0); /* our own, not taken unasked */
    write_map("masks", "autochthon_left.nii.gz", 1, 0, 0);
    write_map("masks", "autochthon_right.nii.gz", 1, 3, 0); /* one voxel is in both */
    write_map("masks", "vertebrae_L4.nii.gz", 1, 8, 0);
    write_map("masks", "vertebrae_L3.nii.gz", 1, 12, 0);
    write_map("masks", "spleen.nii.gz", 1, 16, 0);
    write_map("odd", "autochthon_left.nii.gz", 1, 0, 7);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fsc_scratch_remove(&place);
    return 0;
}

static int has_note(const fsc_notes *notes, const char *key) {
    for (int32_t i = 0; i < notes->n; i++)
        if (strcmp(notes->item[i].key, key) == 0) return 1;
    return 0;
}

static void a_derivatives_folder_gives_the_maps_of_this_scan(void **state) {
    (void)state;
    fsc_label_maps *maps = NULL;
    assert_ok(fsc_label_maps_read(&maps, in("d"), NULL, &second, &test_error));
    assert_int_equal(maps->muscles->data[0], 5102);
    assert_non_null(maps->levels);
    assert_int_equal(maps->levels->data[23], 20);
    assert_int_equal(maps->n_file, 2);
    fsc_label_maps_free(maps);
    maps = NULL;
    const fsc_label_owner later = {"02", "2", ""};
    assert_fails(fsc_label_maps_read(&maps, in("d"), in("d/sub-02/ses-1"), &later, &test_error), FSC_E_NOTFOUND);
    assert_null(maps);
}

static void a_pattern_is_filled_in(void **state) {
    (void)state;
    fsc_label_maps *maps = NULL;
    const char *where = in("d/sub-{participant}/{session}/anat/*muscles_dseg.nii.gz");
    assert_false(fsc_label_maps_is_file(where));
    assert_ok(
        fsc_label_maps_read(&maps, where, in("d/{participant}/{session}/anat/*sct_dseg.nii.gz"), &second, &test_error));
    assert_int_equal(maps->muscles->data[0], 5102);
    assert_int_equal(maps->levels->data[0], 21);
    fsc_label_maps_free(maps);
}

static void a_name_tells_the_source_and_levels_may_come_alone(void **state) {
    (void)state;
    fsc_label_maps *maps = NULL;
    assert_ok(fsc_label_maps_read(&maps, in("d/sub-02/ses-1/anat/sub-02_ses-1_desc-network_dseg.nii.gz"), NULL, NULL,
                                  &test_error));
    assert_int_equal(maps->source, FSC_LABELS_NETWORK);
    fsc_label_maps_free(maps);
    maps = NULL;
    assert_ok(
        fsc_label_maps_read(&maps, NULL, in("d/{participant}/{session}/anat/*sct_dseg.nii.gz"), &second, &test_error));
    assert_null(maps->muscles);
    assert_int_equal(maps->levels->data[0], 21);
    assert_int_equal(maps->n_file, 1);
    fsc_label_maps_free(maps);
}

static void none_and_two_are_one_line(void **state) {
    (void)state;
    fsc_label_maps *maps = NULL;
    assert_fails(fsc_label_maps_read(&maps, in("d"), NULL, &(fsc_label_owner){"03", NULL, NULL}, &test_error),
                 FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "no label map of sub-03"));
    assert_fails(fsc_label_maps_read(&maps, in("d"), NULL, NULL, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "--participant"));
    assert_fails(fsc_label_maps_read(&maps, in("d/{participant}"), NULL, NULL, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "--participant ID"));
    assert_fails(fsc_label_maps_read(&maps, in("d/{participant}/*/anat/*muscles*.gz"), NULL, &second, &test_error),
                 FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "2 files match"));
    assert_fails(fsc_label_maps_read(&maps, in("d/{subject}"), NULL, &second, &test_error), FSC_E_NOTFOUND);
    assert_null(maps);
}

static void masks_become_one_map(void **state) {
    (void)state;
    fsc_label_maps *maps = NULL;
    assert_ok(fsc_label_maps_read(&maps, in("masks"), NULL, NULL, &test_error));
    assert_string_equal(maps->muscle_scheme, "totalsegmentator:total");
    assert_null(maps->levels); /* they stand in the same map */
    assert_int_equal(maps->muscles->data[0], 86);
    assert_int_equal(maps->muscles->data[3], 86); /* the first mask's */
    assert_int_equal(maps->muscles->data[6], 87);
    assert_int_equal(maps->muscles->data[8], 28);
    assert_int_equal(maps->muscles->data[12], 29);
    assert_int_equal(maps->muscles->data[16], 0); /* no muscle, no vertebra */
    assert_int_equal(maps->n_file, 4);
    assert_true(has_note(&maps->notes, "masks-overlap"));
    fsc_label_maps_free(maps);
    maps = NULL;
    assert_fails(fsc_label_maps_read(&maps, in("odd"), NULL, NULL, &test_error), FSC_E_FORMAT);
    assert_null(maps);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_derivatives_folder_gives_the_maps_of_this_scan),
        cmocka_unit_test(a_pattern_is_filled_in),
        cmocka_unit_test(a_name_tells_the_source_and_levels_may_come_alone),
        cmocka_unit_test(none_and_two_are_one_line),
        cmocka_unit_test(masks_become_one_map),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
