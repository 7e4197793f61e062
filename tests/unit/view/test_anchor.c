/* An anchor set in the viewer gives the labels that 'fascicle propose --anchor' gives, outlives a death, is looked at
 * anew, and goes by undo. usage: test_view_anchor FASCICLE */
#include "viewer.h"

#include <fascicle/volume.h>

static char answer[1 << 20];

/* The voxel in the middle of L4: where the phantom puts it. */
static long middle_of_l4(void) {
    static const double mm[3] = {0, -10, -36};
    char path[256];
    double ijk[3];
    fsc_labels *map = NULL;
    (void)snprintf(path, sizeof path, "%s/out/sub-01/anat/sub-01_desc-sites_dseg.nii.gz", dir);
    assert_ok(fsc_labels_read(&map, path, &test_error));
    assert_ok(fsc_grid_to_index(&map->grid, mm, ijk));
    const int64_t *dim = map->grid.dim;
    const int64_t at = llround(ijk[0]) + dim[0] * (llround(ijk[1]) + dim[1] * llround(ijk[2]));
    fsc_labels_free(map);
    return (long)at;
}

static int ask(const client *c, const char *path, const char *more) {
    char body[512];
    assert_int_equal(get(c, "state.json", answer, sizeof answer), 200);
    (void)snprintf(body, sizeof body, "{\"revision\": %ld%s%s}", number(answer, "revision"), *more ? ", " : "", more);
    return post(c, path, body, answer, sizeof answer);
}

static int says(const char *text) {
    return strstr(answer, text) != NULL;
}

static void an_anchor_is_a_new_proposal(void **state) {
    (void)state;
    char more[128];
    client c;
    shell("cd %s && mkdir page && echo page >page/index.html && '%s' phantom ph --scale 0.5 --quiet && "
          "'%s' run ph --out out --quiet --propose",
          dir, fascicle, fascicle);
    start(&c, "out", NULL);
    assert_int_equal(get(&c, "state.json", answer, sizeof answer), 200);
    assert_true(says("\"source\": \"proposal\"") && says("\"?1\"")); /* levels without names */
    const long n_row = number(row_of(answer, "multifidus", "left", "?3"), "n_voxel");
    assert_int_equal(ask(&c, "accept", "\"site\": \"all\""), 200);
    assert_int_equal(ask(&c, "anchor", "\"level\": \"M4\", \"at\": 5"), 400);
    (void)snprintf(more, sizeof more, "\"level\": \"L4\", \"at\": %ld", middle_of_l4());
    if (ask(&c, "anchor", more) != 200) fail_msg("%s: %s", more, strstr(answer, "\r\n\r\n"));
    assert_true(says("\"source\": \"proposal\"") && says("\"L4\"") && !says("\"?3\"")); /* to be looked at anew */
    client_end(&c, SIGKILL);
    start(&c, "out", NULL);
    assert_int_equal(ask(&c, "accept", "\"site\": \"all\""), 200);
    assert_true(says("\"source\": \"proposal-accepted\""));
    assert_int_equal(ask(&c, "save", ""), 200);
    shell("cd %s && at=$(sed -n 's/^E anchor \\([^ ]*\\) .*/\\1/p' out/edited/sub-01/anat/*_strokes.txt) && "
          "'%s' propose out/sub-01/anat/sub-01_PDFFmap.nii.gz --anchor \"$at\" --out again --quiet && "
          "same() { gzip -dc again/sub-01/anat/sub-01_desc-$1_dseg.nii.gz >a && "
          "gzip -dc out/edited/sub-01/anat/sub-01_desc-$2_dseg.nii.gz >b && cmp a b; } && "
          "same proposal reviewed && same proposallevels editedlevels",
          dir, fascicle);
    assert_int_equal(ask(&c, "undo", ""), 200);
    assert_int_equal(ask(&c, "undo", ""), 200);
    assert_true(says("\"source\": \"proposal-accepted\"")); /* as it was accepted before the anchor */
    assert_int_equal(number(row_of(answer, "multifidus", "left", "?3"), "n_voxel"), n_row);
    client_end(&c, SIGTERM);
    shell("rm -r %s", dir);
}

int main(int argc, char **argv) {
    if (argc < 2 || !mkdtemp(dir)) return 2;
    fascicle = argv[1];
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_anchor_is_a_new_proposal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
