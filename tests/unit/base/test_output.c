/* output: a folder is a set: what stays, what goes, what is refused. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "scratch.h"

#include <fascicle/output.h>
#include <fascicle/recipe.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *in(const char *folder, const char *name) {
    static char path[4][8192];
    static int at;
    at = (at + 1) % 4;
    (void)snprintf(path[at], sizeof path[at], "%s/%s", folder, name);
    return path[at];
}

static void put(const char *folder, const char *name, const char *text) {
    assert_ok(fsc_file_write(in(folder, name), text, strlen(text), &test_error));
}

static int holds(const char *folder, const char *name, const char *text) {
    char *data = NULL;
    size_t n = 0;
    if (!fsc_file_exists(in(folder, name))) return 0;
    assert_ok(fsc_file_read(&data, &n, in(folder, name), 4096, &test_error));
    const int same = strcmp(data, text) == 0;
    fsc_free(data);
    return same;
}

static void a_new_set_replaces_the_old_one_and_keeps_what_is_not_ours(void **state) {
    (void)state;
    fsc_scratch place = {0};
    fsc_output set;
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    assert_ok(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error));
    put(set.anat, "sub-1_PDFFmap.nii.gz", "A");
    put(set.anat, "sub-1_map.json", "A");
    put(set.anat, "sub-1_desc-sites_dseg.nii.gz", "A");
    put(set.pages, "sub-1_report.html", "A");
    assert_ok(fsc_output_commit(&set, "sub-1", FSC_OUTPUT_MAPS, &test_error));
    const char *folder = in(place.path, "sub-1/anat");
    char anat[4000];
    (void)snprintf(anat, sizeof anat, "%s", folder);
    put(anat, "sub-1_desc-edited_dseg.nii.gz", "mine");
    put(anat, "sub-1_acq-other_PDFFmap.nii.gz", "other");
    put(anat, "notes.txt", "mine");
    assert_ok(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error));
    put(set.anat, "sub-1_PDFFmap.nii.gz", "B");
    assert_true(holds(anat, "sub-1_PDFFmap.nii.gz", "A")); /* nothing before the commit */
    assert_ok(fsc_output_commit(&set, "sub-1", FSC_OUTPUT_MAPS, &test_error));
    assert_true(holds(anat, "sub-1_PDFFmap.nii.gz", "B"));
    assert_false(fsc_file_exists(in(anat, "sub-1_map.json")));
    assert_false(fsc_file_exists(in(anat, "sub-1_desc-sites_dseg.nii.gz")));
    assert_false(fsc_file_exists(in(place.path, "sub-1_report.html")));
    assert_true(holds(anat, "sub-1_desc-edited_dseg.nii.gz", "mine"));
    assert_true(holds(anat, "sub-1_acq-other_PDFFmap.nii.gz", "other"));
    assert_true(holds(anat, "notes.txt", "mine"));
    /* A later step keeps the maps and drops only what follows from it. */
    put(anat, "sub-1_forecast.json", "old");
    assert_ok(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error));
    put(set.anat, "sub-1_sites.tsv", "C");
    assert_ok(fsc_output_commit(&set, "sub-1", FSC_OUTPUT_SITES, &test_error));
    assert_true(holds(anat, "sub-1_PDFFmap.nii.gz", "B"));
    assert_true(holds(anat, "sub-1_sites.tsv", "C"));
    assert_false(fsc_file_exists(in(anat, "sub-1_forecast.json")));
    /* An abandoned set leaves nothing. */
    assert_ok(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error));
    put(set.anat, "sub-1_PDFFmap.nii.gz", "D");
    char stage[1200];
    (void)snprintf(stage, sizeof stage, "%s", set.stage);
    fsc_output_abandon(&set);
    assert_false(fsc_file_exists(stage));
    assert_true(holds(anat, "sub-1_PDFFmap.nii.gz", "B"));
    fsc_scratch_remove(&place);
}

static void a_set_that_cannot_be_put_in_place_leaves_the_old_one(void **state) {
    (void)state;
    fsc_scratch place = {0};
    fsc_output set;
    char anat[4000];
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    (void)snprintf(anat, sizeof anat, "%s", in(place.path, "sub-1/anat"));
    assert_ok(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error));
    put(set.anat, "sub-1_map.json", "A");
    put(set.pages, "sub-1_report.html", "A");
    assert_ok(fsc_output_commit(&set, "sub-1", FSC_OUTPUT_MAPS, &test_error));
    /* What the user put there, folders too, is in the old set or in the new one, never aside alone. */
    assert_ok(fsc_file_make_folder(in(anat, "mine/deep"), &test_error));
    put(anat, "mine/deep/notes.txt", "mine");
    assert_ok(fsc_file_make_folder(in(place.path, "sub-1_desc-late_report.html/full"),
                                   &test_error)); /* in the way of a page */
    for (int first = 0; first < 2; first++) {     /* there was a set, and there was none */
        assert_ok(fsc_output_begin(&set, place.path, first ? "sub-2" : "sub-1", NULL, &test_error));
        put(set.anat, "sub-1_map.json", "B");
        put(set.pages, "sub-1_desc-early_report.html", "B");
        put(set.pages, "sub-1_desc-late_report.html", "B");
        assert_fails(fsc_output_commit(&set, "sub-1", FSC_OUTPUT_MAPS, &test_error), FSC_E_IO);
        assert_non_null(strstr(test_error.text, "sub-1_desc-late_report.html"));
        fsc_output_abandon(&set);
        assert_true(holds(anat, "sub-1_map.json", "A"));
        assert_true(holds(anat, "mine/deep/notes.txt", "mine"));
        assert_true(holds(place.path, "sub-1_report.html", "A"));
        assert_false(fsc_file_exists(in(place.path, "sub-1_desc-early_report.html")));
        assert_false(fsc_file_exists(in(place.path, "sub-2/anat")));
    }
    assert_ok(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error));
    put(set.anat, "sub-1_map.json", "C");
    assert_ok(fsc_output_commit(&set, "sub-1", FSC_OUTPUT_MAPS, &test_error));
    assert_true(holds(anat, "sub-1_map.json", "C"));
    assert_true(holds(anat, "mine/deep/notes.txt", "mine"));
    fsc_scratch_remove(&place);
}

static unsigned mode_of(const char *folder, const char *name) {
    struct stat info;
    assert_int_equal(stat(in(folder, name), &info), 0);
    return info.st_mode & 0777;
}

static void what_was_made_private_stays_private(void **state) {
    (void)state;
    fsc_scratch place = {0};
    fsc_output set;
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    for (int later = 0; later < 2; later++) {
        assert_ok(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error));
        put(set.anat, "sub-1_map.json", later ? "B" : "A");
        put(set.pages, "sub-1_report.html", later ? "B" : "A");
        assert_ok(fsc_output_commit(&set, "sub-1", FSC_OUTPUT_MAPS, &test_error));
        if (later) continue;
        assert_int_equal(chmod(in(place.path, "sub-1/anat/sub-1_map.json"), 0600), 0);
        assert_int_equal(chmod(in(place.path, "sub-1_report.html"), 0640), 0);
    }
    assert_true(holds(place.path, "sub-1/anat/sub-1_map.json", "B") && holds(place.path, "sub-1_report.html", "B"));
    assert_int_equal(mode_of(place.path, "sub-1/anat/sub-1_map.json"), 0600);
    assert_int_equal(mode_of(place.path, "sub-1_report.html"), 0640);
    fsc_scratch_remove(&place);
}

static void somebody_elses_dataset_is_left_alone(void **state) {
    (void)state;
    fsc_scratch place = {0};
    fsc_output set;
    static const char raw[] = "{\"Name\": \"my study\", \"BIDSVersion\": \"1.8.0\", \"DatasetType\": \"raw\"}";
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    put(place.path, "dataset_description.json", raw);
    put(place.path, ".bidsignore", "mine/\n");
    assert_fails(fsc_output_begin(&set, place.path, "sub-1", NULL, &test_error), FSC_E_ARG);
    assert_non_null(strstr(test_error.text, "derivatives/fascicle"));
    assert_true(holds(place.path, "dataset_description.json", raw));
    assert_true(holds(place.path, ".bidsignore", "mine/\n"));
    put(place.path, "dataset_description.json", "no JSON");
    assert_fails(fsc_recipe_check_dataset(place.path, &test_error), FSC_E_ARG);
    fsc_scratch_remove(&place);
}

static void records_of_two_scans_are_refused_by_name(void **state) {
    (void)state;
    fsc_scratch place = {0};
    char hash[65], text[400];
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    put(place.path, "m_PDFFmap.nii.gz", "voxels");
    put(place.path, "m_PDFFmap.json", "{\"SourcesSHA256\": {\"a.nii.gz\": \"11\", \"labels.nii.gz\": \"99\"}}");
    assert_ok(fsc_file_sha256(hash, in(place.path, "m_PDFFmap.nii.gz"), &test_error));
    put(place.path, "same.json", "{\"SourcesSHA256\": {\"a.nii.gz\": \"11\", \"exam.json\": \"33\"}}");
    (void)snprintf(text, sizeof text, "{\"SourcesSHA256\": {\"m_PDFFmap.nii.gz\": \"%s\"}}", hash);
    put(place.path, "after.json", text);
    put(place.path, "other.json", "{\"SourcesSHA256\": {\"b.nii.gz\": \"22\", \"labels.nii.gz\": \"99\"}}");
    put(place.path, "silent.json", "{}");
    char maps[4096];
    (void)snprintf(maps, sizeof maps, "%.1099s/m_PDFFmap.nii.gz", place.path);
    assert_ok(fsc_output_check_origin(maps, in(place.path, "same.json"), &test_error));
    assert_ok(fsc_output_check_origin(maps, in(place.path, "after.json"), &test_error));
    assert_fails(fsc_output_check_origin(maps, in(place.path, "other.json"), &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "a.nii.gz"));
    assert_non_null(strstr(test_error.text, "b.nii.gz"));
    assert_fails(fsc_output_check_origin(maps, in(place.path, "silent.json"), &test_error), FSC_E_FORMAT);
    fsc_scratch_remove(&place);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_new_set_replaces_the_old_one_and_keeps_what_is_not_ours),
                                       cmocka_unit_test(a_set_that_cannot_be_put_in_place_leaves_the_old_one),
                                       cmocka_unit_test(somebody_elses_dataset_is_left_alone),
                                       cmocka_unit_test(what_was_made_private_stays_private),
                                       cmocka_unit_test(records_of_two_scans_are_refused_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
