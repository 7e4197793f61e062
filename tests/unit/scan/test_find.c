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

/* Names of converters, with the sidecars they write; each is read as one complex scan of the truth. */
static void write_series(const char *folder, const char *magnitude, const char *phase, const char *type_of_phase) {
    char extra[120];
    for (int e = 0; e < 3; e++) {
        write_part(below("%s/%s_e%d.nii.gz", folder, magnitude, e + 1), "mag", e, 1);
        write_sidecar(test_path, te_of(e), ", \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"OTHER\"]");
        write_part(below("%s/%s_e%d%s.nii.gz", folder, phase, e + 1, *type_of_phase ? "_ph" : ""), "phase", e, 1);
        (void)snprintf(extra, sizeof extra, ", \"Units\": \"rad\", \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"%s\"]",
                       *type_of_phase ? type_of_phase : "OTHER");
        write_sidecar(test_path, te_of(e), extra);
    }
}

static void series_under_two_numbers_are_one_scan(void **state) {
    (void)state;
    static const char *const name[][3] = {{"0039_bh_dixon", "0040_bh_dixon", "PHASE"},
                                          {"gre_7", "gre_8", "P"},
                                          {"00720__Magnitude_ims__MEGRE", "00721__Phase_ims__MEGRE", ""}};
    for (int n = 0; n < 3; n++) {
        char folder[16];
        (void)snprintf(folder, sizeof folder, "pair%d", n);
        write_series(folder, name[n][0], name[n][1], name[n][2]);
        fsc_scan *scan = NULL;
        assert_int_equal(read_with(&scan, below("%s", folder), NULL), FSC_OK);
        assert_complex_truth(scan, 3, 1e-4);
        fsc_scan_free(scan);
        /* The magnitude named: its phase is still there. */
        assert_int_equal(read_with(&scan, below("%s/%s_e1.nii.gz", folder, name[n][0]), NULL), FSC_OK);
        assert_complex_truth(scan, 3, 1e-4);
        fsc_scan_free(scan);
    }
}

static void a_phase_of_another_name_is_said(void **state) {
    (void)state;
    write_series("apart", "first_3", "second_4", "PHASE");
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("apart/first_3_e1.nii.gz"), NULL), FSC_OK);
    assert_int_equal(scan->kind, FSC_SCAN_MAGNITUDE);
    assert_true(has_note(scan, "phase-unused"));
    fsc_scan_free(scan);
}

static void repeated_series_stay_apart(void **state) {
    (void)state;
    write_series("again", "gre_5", "gre_6", "P");
    write_series("again", "gre_8", "gre_9", "P");
    assert_scan_refused(below("again"), FSC_E_NOTFOUND, "holds 2 scans");
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("again/gre_8_e1.nii.gz"), NULL), FSC_OK);
    assert_complex_truth(scan, 3, 1e-4);
    assert_int_equal(scan->recipe.n_input, 12);
    assert_non_null(strstr(scan->recipe.input[0].path, "gre_8_e1.nii.gz"));
    fsc_scan_free(scan);
}

/* bids-examples/qmri_megre: facts at the dataset's root. */
static void sidecars_inherit_from_the_root(void **state) {
    (void)state;
    write_text(below("root/dataset_description.json"), "{}");
    write_text(below("root/MEGRE.json"), "\xef\xbb\xbf{\"MagneticFieldStrength\": \"2.9\", \"FlipAngle\": 9}");
    write_text(below("root/part-phase_MEGRE.json"), "{\"Units\": \"rad\"}");
    for (int e = 0; e < 3; e++) {
        char text[64];
        (void)snprintf(text, sizeof text, "{\"EchoTime\": \"%.9g\"}", te_of(e));
        write_text(below("root/echo-%d_MEGRE.json", e + 1), text);
        write_part(below("root/sub-4/anat/sub-4_echo-%d_part-mag_MEGRE.nii.gz", e + 1), "mag", e, 1);
        write_part(below("root/sub-4/anat/sub-4_echo-%d_part-phase_MEGRE.nii.gz", e + 1), "phase", e, 1);
    }
    write_text(below("root/sub-4/sub-4_MEGRE.json"), "{\"FlipAngle\": 3}");
    write_text(below("root/sub-4/sub-4_bold.json"), "{\"FlipAngle\": 70}");
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("root"), NULL), FSC_OK);
    assert_complex_truth(scan, 3, 1e-4);
    assert_close(scan->b0_tesla, 2.9, 0);
    assert_close(scan->flip_angle_deg, 3, 0);
    fsc_scan_free(scan);
}

static void computed_images_are_no_echoes(void **state) {
    (void)state;
    write_series("mixed", "mDIXON_601", "mDIXON_601", "PHASE");
    write_part(below("mixed/mDIXON_601_e4.nii.gz"), "mag", 0, 1);
    write_sidecar(test_path, 0.0018, ", \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"T1\", \"MIXED\"]");
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("mixed"), NULL), FSC_OK);
    assert_complex_truth(scan, 3, 1e-4);
    assert_true(has_note(scan, "derived-left-out"));
    fsc_scan_free(scan);
}

/* An enhanced object of several kinds of frames says MIXED where single images say what they look like. */
static void frames_of_several_kinds_are_echoes(void **state) {
    (void)state;
    write_series("flavour", "gre_501", "gre_501", "PHASE");
    for (int e = 0; e < 3; e++) {
        write_part(below("flavour/gre_501_e%d.nii.gz", e + 1), "mag", e, 1);
        write_sidecar(test_path, te_of(e), ", \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"MIXED\", \"NONE\"]");
        write_part(below("flavour/gre_501_e%d_ph.nii.gz", e + 1), "phase", e, 1);
        write_sidecar(test_path, te_of(e),
                      ", \"ImageType\": [\"ORIGINAL\", \"PRIMARY\", \"MIXED\", \"NONE\", \"PHASE\"]");
    }
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("flavour"), NULL), FSC_OK);
    assert_complex_truth(scan, 3, 1e-4);
    fsc_scan_free(scan);
}

static void runs_are_chosen(void **state) {
    (void)state;
    write_bids("runs/sub-1_run-1", "mag", 2, 1, "");
    write_bids("runs/sub-1_run-2", "mag", 3, 1, "");
    assert_scan_refused(below("runs"), FSC_E_NOTFOUND, "--run");
    const fsc_scan_options opt = {.run = "2"};
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("runs"), &opt), FSC_OK);
    assert_int_equal(scan->n_echo, 3);
    fsc_scan_free(scan);
}

static void what_is_no_gradient_echo_is_refused(void **state) {
    (void)state;
    write_bids("spin/sub-1", "mag", 3, 1, ", \"ScanningSequence\": [\"SE\"]");
    assert_scan_refused(below("spin"), FSC_E_UNSUPPORTED, "is a spin echo");
    write_bids("grase/sub-1", "mag", 3, 1, ", \"ScanningSequence\": \"GR_SE\"");
    fsc_scan *scan = NULL;
    assert_int_equal(read_with(&scan, below("grase"), NULL), FSC_OK);
    fsc_scan_free(scan);
}

static int says(const fsc_scan *scan, const char *key) {
    for (int32_t i = 0; i < scan->notes.n; i++)
        if (strcmp(scan->notes.item[i].key, key) == 0) return 1;
    return 0;
}

static void age_and_sex_come_from_participants_tsv(void **state) {
    (void)state;
    fsc_scan *scan = NULL;
    write_bids("people/sub-1/ses-b/anat/sub-1_ses-b", "mag", 3, 1, "");
    assert_int_equal(read_with(&scan, below("people/sub-1"), NULL), FSC_OK);
    assert_true(isnan(scan->age_years));
    assert_string_equal(scan->sex, "");
    fsc_scan_free(scan);
    scan = NULL;
    write_text(below("people/participants.tsv"), "participant_id\tage\tsex\nsub-11\t20\tM\nsub-1\t47.5\tF\n");
    assert_int_equal(read_with(&scan, below("people"), NULL), FSC_OK);
    assert_close(scan->age_years, 47.5, 0);
    assert_string_equal(scan->sex, "female");
    assert_true(says(scan, "person-told"));
    fsc_scan_free(scan);
    scan = NULL;
    /* A row a session; an age that is none; a table that is none. */
    write_text(below("people/participants.tsv"),
               "participant_id\tsession_id\tage\tgender\n1\tses-a\t40\tm\n1\tses-b\t89+\tn/a\n");
    assert_int_equal(read_with(&scan, below("people"), NULL), FSC_OK);
    assert_true(isnan(scan->age_years));
    assert_string_equal(scan->sex, "");
    assert_true(says(scan, "person-age"));
    fsc_scan_free(scan);
    scan = NULL;
    write_text(below("people/participants.tsv"), "participant_id\tage\nsub-1\t40\nsub-1\t41\n");
    assert_int_equal(read_with(&scan, below("people"), NULL), FSC_OK);
    assert_true(isnan(scan->age_years) && says(scan, "person-twice"));
    fsc_scan_free(scan);
    scan = NULL;
    write_text(below("people/participants.tsv"), "participant_id\tage\nsub-1\n");
    assert_int_equal(read_with(&scan, below("people"), NULL), FSC_OK);
    assert_true(says(scan, "person-unreadable"));
    fsc_scan_free(scan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dataset_with_people_and_sessions),
        cmocka_unit_test(several_scans_need_a_choice),
        cmocka_unit_test(files_that_are_no_scan),
        cmocka_unit_test(series_under_two_numbers_are_one_scan),
        cmocka_unit_test(a_phase_of_another_name_is_said),
        cmocka_unit_test(repeated_series_stay_apart),
        cmocka_unit_test(sidecars_inherit_from_the_root),
        cmocka_unit_test(computed_images_are_no_echoes),
                                       cmocka_unit_test(frames_of_several_kinds_are_echoes),
        cmocka_unit_test(runs_are_chosen),
        cmocka_unit_test(what_is_no_gradient_echo_is_refused),
        cmocka_unit_test(age_and_sex_come_from_participants_tsv),
    };
    return cmocka_run_group_tests(tests, make_test_dir, remove_test_dir);
}
