/* report: rows land in their cells, muscles and levels stand in anatomical order, slices are chosen where labels are.
 */
#include "fixture.h"
#include "outline.h"
#include "prose.h"
#include "slice_plan.h"
#include "table.h"

#include <stdlib.h>

static void rows_land_in_their_cells(void **state) {
    fixture *f = *state;
    FSC_AUTO_SHEET fsc_sheet sheet = {0};
    assert_ok(fsc_sheet_make(&sheet, &f->input, &test_error));
    assert_int_equal(sheet.n_site, N_SITE);
    assert_int_equal(sheet.n_measured_level, LEVELS);
    assert_int_equal(sheet.n_level, LEVELS + 2); /* L2 and S1 stand faint at the ends */
    assert_string_equal(sheet.level[0].name, "L2");
    assert_string_equal(sheet.level[4].name, "S1");
    assert_string_equal(sheet.muscle[0].key, "multifidus"); /* nearest to the midline first */
    const fsc_row *row = fsc_sheet_cell(&sheet, 1, 2, FSC_SLOT_RIGHT)->row;
    assert_string_equal(row->place.muscle, "erector_spinae");
    assert_string_equal(row->place.level, "L4");
    assert_int_equal(row->place.side, FSC_SIDE_RIGHT);
    char span[32];
    fsc_sheet_span(&sheet, span, sizeof span);
    assert_string_equal(span, "L3 to L5");
}

static void odd_levels_keep_their_place(void **state) {
    fixture *f = *state;
    for (int r = 0; r < N_SITE; r++)
        fsc_copy_text(f->row[r].place.level, sizeof f->row[r].place.level,
                      r % 3 == 0   ? "L6"
                      : r % 3 == 1 ? "T13"
                                   : "n/a");
    FSC_AUTO_SHEET fsc_sheet sheet = {0};
    assert_ok(fsc_sheet_make(&sheet, &f->input, &test_error));
    const char *const want[] = {"T12", "T13", "L1", "L2", "L3", "L4", "L5", "L6", "S1", "n/a"};
    assert_int_equal(sheet.n_level, 10);
    for (int l = 0; l < 10; l++) assert_string_equal(sheet.level[l].name, want[l]);
    assert_int_equal(sheet.level[2].measured, 0);
    assert_int_equal(sheet.level[9].measured, 1);
}

static void side_difference_needs_both_sides_and_their_errors(void **state) {
    fixture *f = *state;
    FSC_AUTO_SHEET fsc_sheet sheet = {0};
    assert_ok(fsc_sheet_make(&sheet, &f->input, &test_error));
    double difference, half90;
    /* left 10.1 %, right 11.2 %, errors 0.5: |-1.1| is less than 1.645 * 0.708 = 1.16 */
    f->row[0].pdff_se_fraction = f->row[1].pdff_se_fraction = 0.005;
    assert_int_equal(fsc_sheet_side_difference(&sheet, 0, 1, &difference, &half90), 0);
    assert_close(difference, -0.011, 1e-12);
    assert_close(half90, 1.6448536 * sqrt(2) * 0.005, 1e-9);
    f->row[1].pdff_mean_fraction += 0.001;
    assert_int_equal(fsc_sheet_side_difference(&sheet, 0, 1, &difference, &half90), 1);
    f->row[1].pdff_se_fraction = (double)NAN;
    assert_int_equal(fsc_sheet_side_difference(&sheet, 0, 1, &difference, &half90), 0);
    assert_int_equal(fsc_sheet_side_difference(&sheet, 0, 0, &difference, &half90), 0); /* L2: not measured */
    assert_true(isnan(difference));
}

static void a_slice_for_each_level(void **state) {
    fixture *f = *state;
    FSC_AUTO_SHEET fsc_sheet sheet = {0};
    assert_ok(fsc_sheet_make(&sheet, &f->input, &test_error));
    fsc_slice_plan plan;
    assert_ok(fsc_slice_plan_make(&plan, &f->input, &sheet, &test_error));
    assert_int_equal(plan.view.plane, FSC_PLANE_AXIAL);
    assert_int_equal(plan.n, LEVELS);
    assert_string_equal(plan.pick[0].level, "L5"); /* k grows towards the head */
    assert_string_equal(plan.pick[2].level, "L3");
    assert_int_equal(plan.pick[1].index / 2, 1);
    /* 16 mm of margin at 2 mm a voxel around j = 8..15; the picture's rows run from the front. */
    assert_int_equal(plan.crop.r0, 0);
    assert_int_equal(plan.crop.r1, NY);
}

/* Length of all edges of a path made of M, h and v. */
static long edge_length(const char *path) {
    long sum = 0;
    for (const char *c = path; *c; c++)
        if (*c == 'h' || *c == 'v') sum += strtol(c + 1, NULL, 10);
    return sum;
}

static void outline_runs_once_around(void **state) {
    fixture *f = *state;
    fsc_view view;
    fsc_view_of(&view, &f->fatwater.grid, FSC_PLANE_AXIAL);
    int32_t member[N_SITE + 1] = {0};
    member[1 + (0 * LEVELS + 2) * 2] = 7; /* multifidus, L5, left: i = 1..11, j = 8..11 in slices 0 and 1 */
    FSC_AUTO_TEXT fsc_text path = {0};
    const fsc_crop crop = {0, NX, 0, NY};
    fsc_outline_add(&path, &view, &f->fatwater.grid, crop, 0, f->site_of_voxel, member, 7);
    assert_int_equal(edge_length(path.data), 2 * (11 + 4));
    /* i grows to the right, so the left side is at the picture's right: columns 12..22; j = 11 is row 8. */
    assert_non_null(strstr(path.data, "M12 8h11"));
    assert_non_null(strstr(path.data, "M12 12h11"));
    assert_non_null(strstr(path.data, "M23 8v4"));
}

static void statements_are_verified_or_say_what_they_are(void **state) {
    (void)state;
    FSC_AUTO_TABLE fsc_table table = {0};
    assert_ok(fsc_table_embedded(&table, "report/statements.tsv", &test_error));
    assert_true(table.n_row > 8);
    for (int32_t r = 0; r < table.n_row; r++) {
        const char *status = fsc_table_get(&table, r, "status");
        const int verified = strncmp(status, "verified", 8) == 0, opinion = strncmp(status, "opinion", 7) == 0;
        assert_true(verified || opinion);
        assert_true(fsc_table_get(&table, r, "source")[0] && fsc_table_get(&table, r, "grade")[0]);
        if (opinion) /* never evidence: only what a scan cannot show */
            assert_string_equal(fsc_table_get(&table, r, "group"), "cannot");
    }
}

static void quality_words_become_phrases(void **state) {
    (void)state;
    fsc_row row = {.quality = "few-voxels, odd_word", .cut_by_fov = 1};
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "before ");
    fsc_prose_quality(&text, &row);
    assert_string_equal(text.data, "before runs out of the picture; few voxels; odd word");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rows_land_in_their_cells, fixture_setup),
        cmocka_unit_test_setup(odd_levels_keep_their_place, fixture_setup),
        cmocka_unit_test_setup(side_difference_needs_both_sides_and_their_errors, fixture_setup),
        cmocka_unit_test_setup(a_slice_for_each_level, fixture_setup),
        cmocka_unit_test_setup(outline_runs_once_around, fixture_setup),
        cmocka_unit_test_setup(statements_are_verified_or_say_what_they_are, fixture_setup),
        cmocka_unit_test_setup(quality_words_become_phrases, fixture_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
