/* From a stroke to a saved folder, over the wire: what is saved is, bit for bit, what 'fascicle run' makes of the edited
 * labels, and the run that was looked at is as it was. usage: test_view_save FASCICLE */
#include "viewer.h"

static void a_save_is_what_run_makes(void **state) {
    (void)state;
    static char answer[1 << 20];
    char body[256], levels[512];
    client c;
    const size_t size = sizeof answer;
    (void)snprintf(levels, sizeof levels, "%s/ph/derivatives/truth/sub-01/anat/sub-01_desc-levels_dseg.nii.gz", dir);
    make_person();
    shell("cd %s && '%s' run ph --out out --quiet --levels %s "
          "--labels ph/derivatives/truth/sub-01/anat/sub-01_desc-muscles_dseg.nii.gz && cp -r out as-run",
          dir, fascicle, levels);
    start(&c, "out", levels);
    assert_int_equal(get(&c, "state.json", answer, size), 200);
    assert_non_null(strstr(answer, "\"value\": 5101")); /* above 255, and still its own number */
    const char *row = row_of(answer, "multifidus", "left", "L4");
    const long voxel = number(row, "voxel"), n_voxel = number(row, "n_voxel");
    assert_true(voxel >= 0);
    (void)snprintf(body, sizeof body, "site/%ld", voxel);
    assert_int_equal(get(&c, body, answer, size), 200);
    assert_non_null(strstr(answer, "multifidus:L4:left"));
    /* Takes a voxel away; the row follows, and back, and again. */
    (void)snprintf(body, sizeof body, "{\"revision\":0,\"voxel\":[%ld],\"index\":[0]}", voxel);
    assert_int_equal(post(&c, "stroke", body, answer, size), 200);
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel - 1);
    assert_int_equal(post(&c, "stroke", body, answer, size), 409); /* a window that missed it */
    assert_int_equal(post(&c, "undo", "{\"revision\":1}", answer, size), 200);
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel);
    assert_int_equal(post(&c, "redo", "{\"revision\":2}", answer, size), 200);
    /* What is no stroke changes nothing. */
    static const char *const bad[] = {"",
                                      "[]",
                                      "{\"revision\":3}",
                                      "{\"revision\":3,\"voxel\":[1],\"index\":[]}",
                                      "{\"revision\":3,\"voxel\":[-1],\"index\":[1]}",
                                      "{\"revision\":3,\"voxel\":[1e12],\"index\":[1]}",
                                      "{\"revision\":3,\"voxel\":[0.5],\"index\":[1]}",
                                      "{\"revision\":3,\"voxel\":[1],\"index\":[200]}",
                                      "{\"revision\":3,\"voxel\":\"1\",\"index\":\"1\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const int status = post(&c, "stroke", bad[i], answer, size);
        if (status != 400 && status != 409) fail_msg("%s: %d", bad[i], status);
    }
    /* Killed, and everything that was answered is there. */
    client_end(&c, SIGKILL);
    start(&c, "out", levels);
    assert_int_equal(get(&c, "state.json", answer, size), 200);
    assert_int_equal(number(answer, "revision"), 3);
    assert_non_null(strstr(answer, "\"unsaved\": true"));
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel - 1);
    assert_int_equal(post(&c, "save", "{\"revision\":3}", answer, size), 200);
    assert_non_null(strstr(answer, "\"unsaved\": false"));
    client_end(&c, SIGTERM);
    shell("cd %s && '%s' run out/sub-01/anat/sub-01_PDFFmap.nii.gz "
          "--labels out/edited/sub-01/anat/sub-01_desc-edited_dseg.nii.gz --levels %s --out again >said && "
          "diff -r -x '*edited_dseg*' -x '*strokes.txt' again out/edited && "
          "! cmp -s again/sub-01/anat/sub-01_sites.tsv out/sub-01/anat/sub-01_sites.tsv && "
          "grep -q '\"VoxelsChanged\": 1' out/edited/sub-01/anat/sub-01_desc-edited_dseg.json && "
          "grep -q '\"EditedBy\": \"A. Tester\"' out/edited/sub-01/anat/sub-01_desc-edited_dseg.json && "
          "rm -r out/edited && diff -r as-run out && cd / && rm -r %s",
          dir, fascicle, levels, dir);
}

int main(int argc, char **argv) {
    if (argc < 2 || !mkdtemp(dir)) return 2;
    fascicle = argv[1];
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_save_is_what_run_makes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
