/* report: the page is well formed, whole, honest about what is missing, and the same bytes every time. */
#include "fixture.h"
#include "markup.h"

#include <stdlib.h>

static int count_of(const char *text, const char *part) {
    int n = 0;
    for (const char *c = strstr(text, part); c; c = strstr(c + 1, part)) n++;
    return n;
}

static void check_page(const char *page) {
    const char *fault = markup_fault(page);
    if (fault) fail_msg("%s", fault);
    /* Nothing loads, nothing runs. The only addresses are namespaces; the only sources are data URIs. */
    assert_int_equal(count_of(page, "http"), count_of(page, "=\"http://www.w3.org/"));
    assert_int_equal(count_of(page, " href="),
                     count_of(page, " href=\"data:image/png;base64,") + count_of(page, " href=\"#"));
    assert_int_equal(count_of(page, " src="), 0);
    assert_int_equal(count_of(page, "<script"), 0);
    assert_int_equal(count_of(page, "@import"), 0);
    assert_int_equal(count_of(page, "url(h"), 0);
    assert_non_null(strstr(page, "Research software, not a medical device."));
    assert_non_null(strstr(page, "What this scan cannot see"));
    assert_int_equal(count_of(page, "<h1>"), 1);
    /* What the evidence does not allow. */
    assert_null(strstr(page, "injured"));
    assert_null(strstr(page, "NaN"));
    assert_null(strstr(page, ">nan"));
    assert_null(strstr(page, "-nan"));
}

static void whole_page(void **state) {
    fixture *f = *state;
    char *page = fixture_page(f);
    check_page(page);
    for (int s = 0; s < N_SITE; s++) {
        char value[16];
        (void)snprintf(value, sizeof value, ">%.1f", 100 * fixture_value(s));
        if (count_of(page, value) < 2) fail_msg("site %d: %s is not in the picture and the table", s, value);
    }
    assert_non_null(strstr(page, "n/a</td>"));                      /* eroded by 2 voxels: nothing left */
    assert_non_null(strstr(page, "<code>0123456789abcdef</code>")); /* shortened hash */
    assert_non_null(strstr(page, "Person’s left"));
    assert_true(strstr(page, "Person’s right") < strstr(page, "Person’s left"));
    assert_true(count_of(page, "data:image/png;base64,") == 2 * LEVELS);
    fsc_free(page);
}

static void same_bytes_twice(void **state) {
    char *first = fixture_page(*state), *second = fixture_page(*state);
    assert_string_equal(first, second);
    fsc_free(first);
    fsc_free(second);
}

static void hostile_names_are_text(void **state) {
    fixture *f = *state;
    const char *const evil = "\"><script>alert('&')</script>";
    fsc_copy_text(f->scan.participant, sizeof f->scan.participant, evil);
    fsc_copy_text(f->scan.body_part, sizeof f->scan.body_part, evil);
    fsc_copy_text(f->row[0].place.muscle, sizeof f->row[0].place.muscle, evil);
    fsc_copy_text(f->row[1].quality, sizeof f->row[1].quality, evil);
    fsc_copy_text(f->row[2].place.level, sizeof f->row[2].place.level, "<L3&\">");
    fsc_copy_text(f->measures.muscle_scheme, sizeof f->measures.muscle_scheme, evil);
    f->recipe.command = (char *)"fascicle run '<b>'";
    f->recipe_input.path = (char *)"<i>.nii";
    fsc_notes_add(&f->scan.notes, FSC_NOTE_WARNING, "x", "%s", evil);
    char *page = fixture_page(f);
    check_page(page);
    assert_non_null(strstr(page, "&lt;script&gt;"));
    fsc_free(page);
    fsc_notes_free(&f->scan.notes);
}

static void missing_is_never_zero(void **state) {
    fixture *f = *state;
    fsc_row *row = &f->row[0];
    row->pdff_mean_fraction = row->pdff_median_fraction = row->pdff_se_fraction = row->pdff_sd_fraction = (double)NAN;
    row->pdff_mode_fraction = row->pdff_mean_erode1_fraction = row->r2star_mean_per_s = row->snr = row->swap_fraction =
        row->coverage = (double)NAN;
    row->csa_mm2 = row->volume_mm3 = row->lean_csa_mm2 = row->lean_volume_mm3 = (double)NAN;
    for (int q = 0; q < 4; q++) row->pdff_quartile_fraction[q] = (double)NAN;
    char *page = fixture_page(f);
    check_page(page);
    char *start = strstr(page, "<tr class=\"site\">");
    assert_non_null(start);
    char *end = strstr(start, "</tr>");
    *end = 0;
    assert_int_equal(count_of(start, ">n/a</td>"),
                     16); /* all but level, side, voxels and quality; eroded twice no row has */
    assert_int_equal(count_of(start, ">0"), 0);
    fsc_free(page);
}

static void assumed_voxel_size_has_no_millimetres(void **state) {
    fixture *f = *state;
    f->fatwater.grid.spacing_assumed = f->sites.grid.spacing_assumed = f->scan.grid.spacing_assumed = 1;
    char *page = fixture_page(f);
    check_page(page);
    assert_null(strstr(page, ">411<"));
    assert_null(strstr(page, ">12.30<"));
    assert_null(strstr(page, "2 cm"));
    assert_non_null(strstr(page, "The voxel size is assumed"));
    fsc_free(page);
}

static void unknown_side_is_said_and_not_compared(void **state) {
    fixture *f = *state;
    f->scan.side_known = 0;
    f->measures.n_row = N_SITE;
    for (int r = 0; r < N_SITE; r++) f->row[r].place.side = f->site[r].place.side = FSC_SIDE_UNKNOWN;
    char *page = fixture_page(f);
    check_page(page);
    assert_non_null(strstr(page, "side unknown"));
    assert_null(strstr(page, "Person’s left"));
    assert_null(strstr(page, " role=\"img\" class=\"left\">"));
    assert_null(strstr(page, ">L</text>"));
    assert_non_null(strstr(page, ">?</text>"));
    fsc_free(page);
}

static void any_part_may_be_absent(void **state) {
    fixture *f = *state;
    for (int bits = 0; bits < 32; bits++) {
        f->input.scan = bits & 1 ? &f->scan : NULL;
        f->input.fatwater = bits & 2 ? &f->fatwater : NULL;
        f->input.sites = bits & 4 ? &f->sites : NULL;
        f->input.measures = bits & 8 ? &f->measures : NULL;
        f->input.recipe = bits & 16 ? &f->recipe : NULL;
        if (!(bits & 10)) {
            assert_fails(fsc_report_write_page(FIXTURE_PAGE, FSC_READER_RESEARCH, &f->input, &test_error), FSC_E_ARG);
            continue;
        }
        char *page = fixture_page(f);
        check_page(page);
        if (!(bits & 8)) { /* no values: the way to get some is named */
            assert_non_null(strstr(page, "MuscleMap"));
            assert_non_null(strstr(page, "TotalSpineSeg"));
            assert_null(strstr(page, "class=\"butterfly\""));
        }
        fsc_free(page);
    }
}

static void labels_on_another_grid_are_not_drawn(void **state) {
    fixture *f = *state;
    f->sites.grid.affine[3] += 5;
    char *page = fixture_page(f);
    check_page(page);
    assert_null(strstr(page, "with the outlines that were measured"));
    fsc_free(page);
}

static void out_of_memory_leaves_no_file(void **state) {
    fixture *f = *state;
    char *whole = fixture_page(f);
    int64_t n = 0;
    for (;; n++) {
        fsc_alloc_fail_at(n);
        test_error = (fsc_error){0};
        const fsc_status status = fsc_report_write_page(FIXTURE_PAGE, FSC_READER_RESEARCH, &f->input, &test_error);
        fsc_alloc_fail_at(-1);
        if (status == FSC_OK) break;
        assert_int_equal(status, FSC_E_NOMEM);
        assert_false(fsc_file_exists(FIXTURE_PAGE));
    }
    assert_true(n > 20);
    char *page = NULL; /* nothing may go missing silently */
    size_t length = 0;
    assert_ok(fsc_file_read(&page, &length, FIXTURE_PAGE, (size_t)1 << 26, &test_error));
    (void)unlink(FIXTURE_PAGE);
    assert_string_equal(page, whole);
    fsc_free(page);
    fsc_free(whole);
}

static void unwritable_place_is_an_io_error(void **state) {
    fixture *f = *state;
    assert_fails(fsc_report_write_page("no/such/folder/page.html", FSC_READER_RESEARCH, &f->input, &test_error),
                 FSC_E_IO);
}

static void picture_on_its_own(void **state) {
    fixture *f = *state;
    assert_ok(fsc_report_butterfly_write("test_report.svg", &f->input, &test_error));
    char *text = NULL;
    size_t length = 0;
    assert_ok(fsc_file_read(&text, &length, "test_report.svg", 1 << 20, &test_error));
    (void)unlink("test_report.svg");
    assert_null(markup_fault(text));
    assert_int_equal(count_of(text, " role=\"img\" class=\"left\">"), N_SITE / 2);
    assert_int_equal(count_of(text, " role=\"img\" class=\"right\">"), N_SITE / 2);
    assert_int_equal(count_of(text, "<g data-site=\"multifidus:L4:left\" "), 1); /* what the viewer touches */
    fsc_free(text);
    f->measures.n_row = 0;
    assert_fails(fsc_report_butterfly_write("test_report.svg", &f->input, &test_error), FSC_E_ARG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(whole_page, fixture_setup),
        cmocka_unit_test_setup(same_bytes_twice, fixture_setup),
        cmocka_unit_test_setup(hostile_names_are_text, fixture_setup),
        cmocka_unit_test_setup(missing_is_never_zero, fixture_setup),
        cmocka_unit_test_setup(assumed_voxel_size_has_no_millimetres, fixture_setup),
        cmocka_unit_test_setup(unknown_side_is_said_and_not_compared, fixture_setup),
        cmocka_unit_test_setup(any_part_may_be_absent, fixture_setup),
        cmocka_unit_test_setup(labels_on_another_grid_are_not_drawn, fixture_setup),
        cmocka_unit_test_setup(out_of_memory_leaves_no_file, fixture_setup),
        cmocka_unit_test_setup(unwritable_place_is_an_io_error, fixture_setup),
        cmocka_unit_test_setup(picture_on_its_own, fixture_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
