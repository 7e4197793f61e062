/* Changes that are more than a stroke, over the wire: review, levels, sides, shapes; each undone, each kept over a
 * death, and what is saved is what 'fascicle run' makes of the saved files. usage: test_view_change FASCICLE */
#include "viewer.h"

static char answer[1 << 20];
#define LEFT "multifidus:L4:left"

/* One change after the other; the answer's status. */
static int ask(const client *c, const char *path, const char *more) {
    static char now[1 << 20];
    char body[512];
    assert_int_equal(get(c, "state.json", now, sizeof now), 200);
    (void)snprintf(body, sizeof body, "{\"revision\": %ld%s%s}", number(now, "revision"), *more ? ", " : "", more);
    return post(c, path, body, answer, sizeof answer);
}

static int says(const char *text) {
    return strstr(answer, text) != NULL;
}

static void start_proposal(client *c) {
    shell("cd %s && mkdir lab && cp ph/derivatives/truth/sub-01/anat/sub-01_desc-muscles_dseg.nii.gz "
          "lab/sub-01_desc-proposal_dseg.nii.gz && "
          "cp ph/derivatives/truth/sub-01/anat/sub-01_desc-levels_dseg.nii.gz lab/levels.nii.gz && "
          "cp ph/derivatives/truth/sub-01/anat/sub-01_desc-truth_PDFFmap.nii.gz lab/t2.nii.gz && "
          "'%s' run ph --out out --quiet --labels lab/sub-01_desc-proposal_dseg.nii.gz --levels lab/levels.nii.gz "
          "--t2 lab/t2.nii.gz && cp -r out as-run",
          dir, fascicle);
    start(c, "out", NULL); /* finds level and T2 maps by what the run recorded */
    assert_int_equal(get(c, "state.json", answer, sizeof answer), 200);
    assert_true(says("\"source\": \"proposal\"") && says("\"edits\": true"));
}

static void a_looked_at_proposal_is_an_accepted_one(client *c) {
    assert_int_equal(ask(c, "accept", "\"site\": \"multifidus:L9:left\""), 400);
    assert_int_equal(ask(c, "accept", "\"site\": \"" LEFT "\""), 200);
    assert_true(says("\"source\": \"proposal\""));
    assert_int_equal(ask(c, "accept", "\"site\": \"" LEFT "\""), 400);
    assert_int_equal(ask(c, "undo", ""), 200);
    assert_int_equal(ask(c, "refuse", "\"site\": \"" LEFT "\""), 200);
    assert_null(find_row(answer, "multifidus", "left", "L4"));
    assert_int_equal(ask(c, "accept", "\"site\": \"all\""), 200);
    assert_true(says("\"source\": \"proposal-accepted\""));
    client_end(c, SIGKILL);
    start(c, "out", NULL);
    assert_int_equal(ask(c, "save", ""), 200);
    assert_true(says("\"source\": \"proposal-accepted\""));
    shell("cd %s && '%s' run out/sub-01/anat/sub-01_PDFFmap.nii.gz "
          "--labels out/edited/sub-01/anat/sub-01_desc-reviewed_dseg.nii.gz --levels lab/levels.nii.gz "
          "--t2 lab/t2.nii.gz --out again --accept-proposal >said && "
          "diff -r -x '*reviewed_dseg*' -x '*strokes.txt' again out/edited && "
          "grep -q proposal-accepted again/sub-01/anat/sub-01_sites.tsv && "
          "! grep -P 'multifidus\\tL4\\tleft' again/sub-01/anat/sub-01_sites.tsv && "
          "grep -q 'EditedBy.*A. Tester' out/edited/sub-01/anat/sub-01_desc-reviewed_dseg.json && rm -r again",
          dir, fascicle);
    assert_int_equal(ask(c, "undo", ""), 200);
    assert_int_equal(ask(c, "undo", ""), 200);
    assert_true(says("\"source\": \"proposal\""));
    (void)row_of(answer, "multifidus", "left", "L4");
}

static void levels_have_other_names(client *c) {
    static const char *const no[] = {"\"from\": \"L4\", \"to\": \"L5\"", "\"from\": \"L4\"",
                                     "\"from\": \"C2\", \"to\": \"C1\"", "\"from\": \"L4\", \"to\": \"L4\"",
                                     "\"from\": \"L4\", \"to\": \"M4\"", "\"from\": \"L4\", \"to\": \"S9;\\nU\""};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (ask(c, "level", no[i]) != 400) fail_msg("%s: %s", no[i], answer);
    assert_int_equal(ask(c, "level", "\"from\": \"L5\", \"to\": \"L4\", \"all\": true"), 200);
    const long n_voxel = number(row_of(answer, "multifidus", "left", "L3"), "n_voxel");
    assert_true(says("\"source\": \"edited\""));
    client_end(c, SIGKILL);
    start(c, "out", NULL);
    assert_int_equal(ask(c, "save", ""), 200);
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L3"), "n_voxel"), n_voxel);
    shell("cd %s && '%s' run out/sub-01/anat/sub-01_PDFFmap.nii.gz "
          "--labels out/edited/sub-01/anat/sub-01_desc-edited_dseg.nii.gz "
          "--levels out/edited/sub-01/anat/sub-01_desc-editedlevels_dseg.nii.gz --level-scheme sct "
          "--t2 lab/t2.nii.gz --out again >said && "
          "diff -r -x '*edited*_dseg*' -x '*strokes.txt' again out/edited && rm -r again && "
          "test ! -e out/edited/sub-01/anat/sub-01_desc-reviewed_dseg.nii.gz",
          dir, fascicle);
    assert_int_equal(ask(c, "undo", ""), 200);
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel);
}

static void shapes_and_sides(client *c) {
    char more[256];
    assert_int_equal(get(c, "state.json", answer, sizeof answer), 200);
    const char *row = row_of(answer, "multifidus", "left", "L4");
    const long n_voxel = number(row, "n_voxel"), voxel = number(row, "voxel"), undo = number(answer, "undo");
    assert_int_equal(ask(c, "swap", "\"index\": 1"), 200);
    assert_int_equal(ask(c, "undo", ""), 200);
    (void)snprintf(more, sizeof more,
                   "\"index\": 2, \"at\": %ld, \"from_fraction\": 0, \"to_fraction\": 1, "
                   "\"radius_mm\": 12, \"lock\": false",
                   voxel);
    assert_int_equal(ask(c, "grow", more), 200);
    const long less = number(row_of(answer, "multifidus", "left", "L4"), "n_voxel");
    assert_true(less < n_voxel && says("\"limited\": true"));
    assert_int_equal(number(answer, "undo"), undo + 1);
    assert_int_equal(ask(c, "undo", ""), 200);
    strcat(more, ", \"preview\": true");
    assert_int_equal(ask(c, "grow", more), 200);
    assert_int_equal(number(answer, "undo"), undo);
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel);
    static const char *const no[][2] = {
        {"fill", "\"index\": 1, \"axis\": 3, \"slice\": 1"},
        {"fill", "\"index\": 1, \"axis\": 2, \"slice\": -1"},
        {"fill", "\"index\": 0, \"axis\": 2, \"slice\": 1"},
        {"fill", "\"index\": 1, \"axis\": 2, \"slice\": 0"},
        {"grow", "\"index\": 1, \"at\": -1"},
        {"grow", "\"index\": 1, \"at\": 0, \"from_fraction\": 0.5, \"to_fraction\": 0.1, \"radius_mm\": 5"},
        {"grow", "\"index\": 1, \"at\": 0, \"from_fraction\": 0, \"to_fraction\": 1, \"radius_mm\": 1e9"},
        {"swap", "\"index\": 999"},
        {"swap", ""},
        {"accept", ""},
        {"refuse", "\"site\": 7"}};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (ask(c, no[i][0], no[i][1]) != 400) fail_msg("%s %s: %s", no[i][0], no[i][1], answer);
    assert_int_equal(get(c, "state.json", answer, sizeof answer), 200);
    assert_int_equal(number(answer, "undo"), undo);
}

/* A full disk refuses a save and a stroke in words, and nothing is lost. */
static void a_full_disk_loses_nothing(client *c) {
    assert_int_equal(ask(c, "stroke", "\"voxel\": [5], \"index\": [1]"), 200);
    const long undo = number(answer, "undo");
    shell("prlimit --pid %d --fsize=100:unlimited", (int)c->server);
    assert_int_equal(ask(c, "save", ""), 507);
    assert_int_equal(ask(c, "stroke", "\"voxel\": [9], \"index\": [1]"), 507);
    shell("prlimit --pid %d --fsize=unlimited:unlimited", (int)c->server);
    assert_int_equal(get(c, "state.json", answer, sizeof answer), 200);
    assert_true(says("\"unsaved\": true") && number(answer, "undo") == undo);
    assert_int_equal(ask(c, "save", ""), 200);
}

static void another_program_is_noticed(client *c) {
    shell("cd %s && cp out/sub-01/anat/sub-01_desc-sites_dseg.nii.gz x && mv x "
          "out/sub-01/anat/sub-01_desc-sites_dseg.nii.gz",
          dir);
    assert_int_equal(ask(c, "undo", ""), 409);
    assert_true(says("Another program"));
    client_end(c, SIGTERM);
    /* Gone inputs are looked for, and what was looked for is said. */
    shell("cd %s && mv lab/levels.nii.gz lab/gone && (timeout 5 '%s' view out --viewer page >said || true) && "
          "grep -q 'sub-01_desc\\|levels.nii.gz was looked for in out' said",
          dir, fascicle);
    start(c, "out", NULL);
    assert_int_equal(get(c, "state.json", answer, sizeof answer), 200);
    assert_true(says("\"edits\": false"));
    client_end(c, SIGTERM);
    shell("cd %s && rm -r out/edited && diff -r as-run out && cd / && rm -r %s", dir, dir);
}

static void every_change(void **state) {
    (void)state;
    client c;
    make_person();
    start_proposal(&c);
    a_looked_at_proposal_is_an_accepted_one(&c);
    levels_have_other_names(&c);
    shapes_and_sides(&c);
    a_full_disk_loses_nothing(&c);
    another_program_is_noticed(&c);
}

int main(int argc, char **argv) {
    if (argc < 2 || !mkdtemp(dir)) return 2;
    fascicle = argv[1];
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_change)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
