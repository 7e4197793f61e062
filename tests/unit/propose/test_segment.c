/* segment: stand-in programs that behave as the real ones' documents say, and one for each way to fail. */
#include "../test.h"
#include "alloc.h"
#include "scratch.h"

#include <fascicle/fascicle.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static fsc_scratch place;
static char log_path[1200], maps_path[1200], old_path[8192];

static void make_program(const char *name, const char *body) {
    char path[1400];
    (void)snprintf(path, sizeof path, "%s/%s", place.path, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fprintf(file, "#!/bin/sh\nset -e\n[ \"$1\" = --version ] && { echo \"%s 9.8\"; exit 0; }\n%s\n", name, body);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

/* Label maps that the stand-ins hand out. */
static void make_labels(const char *name, const fsc_grid *grid, int32_t value) {
    fsc_labels *labels = NULL;
    char path[1400];
    assert_ok(fsc_labels_new(&labels, grid, &test_error));
    for (int64_t v = 0; v < fsc_grid_count(grid) / 2; v++) labels->data[v] = value;
    (void)snprintf(path, sizeof path, "%s/%s", place.path, name);
    assert_ok(fsc_labels_write(labels, path, &test_error));
    fsc_labels_free(labels);
}

static fsc_fatwater *maps;

static int set_up(void **state) {
    (void)state;
    const fsc_grid grid = {.dim = {6, 5, 4}, .affine = {2, 0, 0, -6, 0, 2, 0, -5, 0, 0, 3, 10}};
    fsc_grid other = grid;
    other.affine[3] = 40;
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    (void)snprintf(log_path, sizeof log_path, "%s/not/yet/segment.log", place.path); /* a folder of results to come */
    (void)snprintf(maps_path, sizeof maps_path, "%s:/usr/bin:/bin", place.path);
    (void)snprintf(old_path, sizeof old_path, "%s", getenv("PATH"));
    assert_int_equal(setenv("PATH", maps_path, 1), 0);
    assert_int_equal(setenv("STAND_IN", place.path, 1), 0);
    maps = fsc_alloc(1, sizeof *maps);
    maps->grid = grid;
    maps->water = fsc_alloc(fsc_grid_count(&grid), sizeof(float));
    make_labels("muscles.nii.gz", &grid, 5101);
    make_labels("levels.nii.gz", &grid, 44);
    make_labels("empty.nii.gz", &grid, 0);
    make_labels("elsewhere.nii.gz", &other, 5101);
    /* Each checks that it was called as its document says. */
    make_program("mm_segment", "[ \"$1 $3 $4 $5 $7 $8\" = '-i -r wholebody -o -g N' ] && test -s \"$2\"\n"
                               "cp \"$STAND_IN/muscles.nii.gz\" \"$6/water_dseg.nii.gz\"");
    make_program("totalspineseg", "[ \"$3 $4\" = '--device cpu' ] && test -s \"$1\" && mkdir -p \"$2/step2_output\"\n"
                                  "cp \"$STAND_IN/levels.nii.gz\" \"$2/step2_output/water.nii.gz\"");
    make_program("own", "cp \"$STAND_IN/muscles.nii.gz\" \"$STAND_IN/levels.nii.gz\" \"$2\"");
    make_program("own_muscles", "cp \"$STAND_IN/muscles.nii.gz\" \"$2\"");
    make_program("fails", "echo 'loading weights'; echo 'CUDA is gone' >&2; exit 3");
    make_program("silent", ":");
    make_program("empties", "cp \"$STAND_IN/empty.nii.gz\" \"$2/muscles.nii.gz\"");
    make_program("strays", "cp \"$STAND_IN/elsewhere.nii.gz\" \"$2/muscles.nii.gz\"");
    make_program("garbles", "echo no image > \"$2/muscles.nii.gz\"");
    make_program("sleeps", "sleep 20");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fsc_fatwater_free(maps);
    fsc_scratch_remove(&place);
    return setenv("PATH", old_path, 1);
}

static fsc_status run(fsc_segmentation **out, const char *first, const char *second, double limit_s) {
    const char *const program[] = {first, second};
    const fsc_segment_options opt = {.program = program,
                                     .n_program = second ? 2 : 1,
                                     .scratch_dir = place.path,
                                     .log_path = log_path,
                                     .limit_s = limit_s};
    test_error = (fsc_error)FSC_ERROR_INIT;
    return fsc_segment_run(out, maps, &opt, &test_error);
}

static void known_programs_give_labels_with_their_schemes(void **state) {
    (void)state;
    fsc_segmentation *s = NULL;
    assert_ok(run(&s, "musclemap", "totalspineseg", 0));
    assert_int_equal(s->muscles->data[0], 5101);
    assert_int_equal(s->levels->data[0], 44);
    assert_string_equal(s->muscle_scheme, "musclemap");
    assert_string_equal(s->level_scheme, "totalspineseg");
    assert_int_equal(s->notes.n, 2);
    assert_non_null(strstr(s->notes.item[0].text, "mm_segment, version mm_segment 9.8"));
    fsc_segmentation_free(s);
}

static void any_command_may_keep_the_plain_contract(void **state) {
    (void)state;
    fsc_segmentation *s = NULL;
    assert_ok(run(&s, "own", NULL, 0));
    assert_non_null(s->muscles);
    assert_non_null(s->levels);
    assert_string_equal(s->muscle_scheme, "");
    fsc_segmentation_free(s);
    assert_ok(run(&s, "own_muscles", NULL, 0));
    assert_non_null(s->muscles);
    assert_null(s->levels);
    fsc_segmentation_free(s);
}

static void each_failure_is_one_line(void **state) {
    (void)state;
    const struct {
        const char *program;
        fsc_status status;
        const char *says;
    } row[] = {{"no_such_program", FSC_E_NOTFOUND, "not on the PATH"},
               {"totalsegmentator", FSC_E_NOTFOUND, "pip install TotalSegmentator"},
               {"fails", FSC_E_IO, "segment.log"},
               {"silent", FSC_E_IO, "neither muscles.nii.gz nor levels.nii.gz"},
               {"empties", FSC_E_FORMAT, "empty"},
               {"strays", FSC_E_SHAPE, "another grid"},
               {"garbles", FSC_E_FORMAT, "muscles.nii.gz"},
               {"sleeps", FSC_E_IO, "sleeps"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        fsc_segmentation *s = NULL;
        const fsc_status status = run(&s, row[i].program, NULL, strcmp(row[i].program, "sleeps") == 0 ? 0.3 : 0);
        print_message("%s: %s\n", row[i].program, test_error.text);
        assert_int_equal(status, row[i].status);
        assert_null(s);
        assert_non_null(strstr(test_error.text, row[i].says));
        assert_null(strchr(test_error.text, '\n'));
    }
    FILE *log = fopen(log_path, "rb");
    char said[200] = "";
    assert_non_null(log);
    assert_true(fread(said, 1, sizeof said - 1, log) > 0);
    (void)fclose(log);
}

static void missing_programs_are_found_before_any_work(void **state) {
    (void)state;
    const char *const program[] = {"musclemap", "own", "totalsegmentator"};
    fsc_segment_options opt = {.program = program, .n_program = 2};
    assert_ok(fsc_segment_check(&opt, &test_error));
    opt.n_program = 3;
    assert_fails(fsc_segment_check(&opt, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "pip install TotalSegmentator"));
}

/* A command may be named by its path; the path stays out of what is passed on. */
static void a_path_is_a_command(void **state) {
    (void)state;
    char path[1400];
    fsc_segmentation *s = NULL;
    (void)snprintf(path, sizeof path, "%s/own", place.path);
    assert_ok(run(&s, path, NULL, 0));
    assert_null(strstr(s->notes.item[0].text, place.path));
    assert_non_null(strstr(s->notes.item[0].text, "Labels by own, version"));
    fsc_segmentation_free(s);
    s = NULL;
    (void)snprintf(path, sizeof path, "%s/nothing", place.path);
    assert_int_equal(run(&s, path, NULL, 0), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "cannot be run"));
}

static void maps_without_water_are_refused(void **state) {
    (void)state;
    float *water = maps->water;
    fsc_segmentation *s = NULL;
    maps->water = NULL;
    assert_int_equal(run(&s, "own", NULL, 0), FSC_E_UNSUPPORTED);
    maps->water = water;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_programs_give_labels_with_their_schemes),
                                       cmocka_unit_test(any_command_may_keep_the_plain_contract),
                                       cmocka_unit_test(each_failure_is_one_line),
                                       cmocka_unit_test(missing_programs_are_found_before_any_work),
                                       cmocka_unit_test(a_path_is_a_command),
                                       cmocka_unit_test(maps_without_water_are_refused)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
