/* scan/find.c, sets.c, name.c: from a path to one scan, or to a line that says what there is. */
#include "files.h"

static fsc_status read_with(fsc_scan **scan, const char *path, const fsc_scan_options *opt) {
    test_error = (fsc_error){0};
    return fsc_scan_read(scan, path, opt, &test_error);
}

static void a_dataset_with_people_and_sessions(void **state) {
    (void)state;
    static const char *const stem[] = {"sub-1/ses-a/anat/sub-1_ses-a", "sub-1/ses-b/anat/sub-1_ses-b",
                                       "sub-2/anat/sub-2"};
    for (int s = 0; s < 3; s++) {
        write_bids(stem[s], "mag", 2, 1, "");
        write_bids(stem[s], "phase", 2, 1, ", \"Units\": \"rad\"");
    }
    write_part(below("sub-2/anat/sub-2_T1w.nii.gz"), "mag", 0, 1);
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, test_dir, NULL), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "sub-1, sub-2"));
    fsc_scan_options opt = {.participant = "9"};
    assert_int_equal(read_with(&scan, test_dir, &opt), FSC_E_NOTFOUND);
    opt.participant = "sub-2";
    assert_int_equal(read_with(&scan, test_dir, &opt), FSC_OK);
    assert_string_equal(scan->name, "sub-2");
    fsc_scan_free(scan);
    opt.participant = "1";
    scan = NULL;
    assert_int_equal(read_with(&scan, test_dir, &opt), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "ses-a, ses-b"));
    opt.session = "b";
    assert_int_equal(read_with(&scan, test_dir, &opt), FSC_OK);
    assert_string_equal(scan->session, "ses-b");
    assert_string_equal(scan->name, "sub-1_ses-b");
    fsc_scan_free(scan);
    scan = NULL;
    /* One participant's folder, and one that holds nothing. */
    assert_int_equal(read_with(&scan, below("sub-2"), NULL), FSC_OK);
    fsc_scan_free(scan);
    assert_scan_refused(below("sub-3/anat"), FSC_E_NOTFOUND, "no such file");
    assert_ok(fsc_file_make_folder(below("sub-3/anat"), &test_error));
    assert_scan_refused(below("sub-3"), FSC_E_NOTFOUND, "name the file");
}

static void several_scans_need_a_choice(void **state) {
    (void)state;
    write_bids("two/sub-1_acq-neck", "mag", 2, 1, "");
    write_bids("two/sub-1_acq-back", "mag", 2, 1, "");
    assert_scan_refused(below("two"), FSC_E_NOTFOUND, "sub-1_acq-back_MEGRE, sub-1_acq-neck_MEGRE");
    const fsc_scan_options opt = {.acquisition = "back"};
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("two"), &opt), FSC_OK);
    assert_string_equal(scan->name, "sub-1_acq-back");
    fsc_scan_free(scan);
}

static void files_that_are_no_scan(void **state) {
    (void)state;
    write_part(below("other/sub-1_T1w.nii.gz"), "mag", 0, 1);
    assert_scan_refused(test_path, FSC_E_NOTFOUND, "neither its name nor a sidecar");
    write_part(below("other/sub-1_echo-1_MESE.nii.gz"), "mag", 0, 1);
    assert_scan_refused(test_path, FSC_E_NOTFOUND, "neither its name nor a sidecar");
    write_text(below("other/readme.txt"), "x");
    assert_scan_refused(test_path, FSC_E_NOTFOUND, "is no image");
    assert_scan_refused("", FSC_E_NOTFOUND, "no such file");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dataset_with_people_and_sessions),
        cmocka_unit_test(several_scans_need_a_choice),
        cmocka_unit_test(files_that_are_no_scan),
    };
    return cmocka_run_group_tests(tests, make_test_dir, remove_test_dir);
}
