/* report: three files from one record, all or none; a stop stands alone on each; a page prints as PDF or says why not.
 */
#include "program.h"
#include "record_fixture.h"

#include <stdlib.h>

static char stem[64];

static const char *path_of(fsc_reader reader) {
    static char path[FSC_READER_N][128];
    assert_ok(fsc_report_path(path[reader], sizeof path[reader], stem, reader, &test_error));
    return path[reader];
}

static int n_there(void) {
    int n = 0;
    for (int r = 0; r < FSC_READER_N; r++) n += fsc_file_exists(path_of((fsc_reader)r));
    return n;
}

static int clean(void **state) {
    (void)state;
    for (int r = 0; r < FSC_READER_N; r++) (void)unlink(path_of((fsc_reader)r));
    return 0;
}

static int setup(void **state) {
    (void)snprintf(stem, sizeof stem, "test_report_three_%ld", (long)getpid());
    return recorded_setup(state);
}

static void three_files_hold_the_pages_that_one_holds(void **state) {
    recorded *r = *state;
    assert_ok(fsc_report_write(stem, &r->f->input, &test_error));
    for (int k = 0; k < FSC_READER_N; k++) {
        char *text = NULL;
        size_t length = 0;
        assert_ok(fsc_file_read(&text, &length, path_of((fsc_reader)k), (size_t)1 << 26, &test_error));
        char *one = recorded_page(r, (fsc_reader)k);
        assert_string_equal(text, one);
        fsc_free(one);
        fsc_free(text);
    }
    assert_string_equal(strrchr(path_of(FSC_READER_PERSON), '_') - 12, "_desc-person_report.html");
}

static void a_lack_of_memory_leaves_no_file(void **state) {
    recorded *r = *state;
    int64_t n = 0;
    for (;; n += 13) {
        fsc_alloc_fail_at(n);
        test_error = (fsc_error){0};
        const fsc_status status = fsc_report_write(stem, &r->f->input, &test_error);
        fsc_alloc_fail_at(-1);
        if (status == FSC_OK) break;
        assert_int_equal(status, FSC_E_NOMEM);
        assert_int_equal(n_there(), 0);
    }
    assert_true(n > 100);
    assert_int_equal(n_there(), FSC_READER_N);
}

static void a_page_that_cannot_be_replaced_stops_all_three(void **state) {
    recorded *r = *state;
    assert_int_equal(symlink("/dev/null", path_of(FSC_READER_RESEARCH)), 0);
    assert_fails(fsc_report_write(stem, &r->f->input, &test_error), FSC_E_IO);
    assert_int_equal(n_there(), 1);
}

static void a_stop_stands_alone_on_every_page(void **state) {
    recorded *r = *state;
    recorded_stop(r);
    for (int k = 0; k < FSC_READER_N; k++) {
        char *page = recorded_page(r, (fsc_reader)k);
        assert_int_equal(count_of(page, "<section"), 1);
        assert_int_equal(count_of(page, "<h2"), 1);
        assert_int_equal(count_of(page, "<svg"), 0);
        assert_int_equal(count_of(page, "<table"), 0);
        assert_null(strstr(page, "ultifidus"));
        assert_non_null(strstr(page, k == FSC_READER_PERSON ? "New saddle numbness." : "new saddle numbness."));
        assert_non_null(strstr(page, k == FSC_READER_PERSON ? "Please go to the hospital now." : "go to hospital now"));
        fsc_free(page);
    }
}

static void a_page_prints_as_pdf(void **state) {
    recorded *r = *state;
    char program[256], pdf[128];
    if (!fsc_program_find(program, sizeof program, "chromium") &&
        !fsc_program_find(program, sizeof program, "weasyprint")) {
        print_message("skipped: neither chromium nor weasyprint is here\n");
        skip();
    }
    (void)snprintf(stem, sizeof stem, "test report #3 %%41 %ld", (long)getpid()); /* what an address must escape */
    assert_ok(fsc_report_write(stem, &r->f->input, &test_error));
    (void)snprintf(pdf, sizeof pdf, "%s.pdf", stem);
    assert_ok(fsc_report_print(pdf, path_of(FSC_READER_CLINIC), &test_error));
    char *text = NULL;
    size_t length = 0;
    assert_ok(fsc_file_read(&text, &length, pdf, (size_t)1 << 26, &test_error));
    (void)unlink(pdf);
    assert_int_equal(strncmp(text, "%PDF-", 5), 0);
    assert_true(length > 10000);
    fsc_free(text);
}

static void without_a_printer_the_line_says_what_to_install(void **state) {
    recorded *r = *state;
    assert_ok(fsc_report_write(stem, &r->f->input, &test_error));
    char kept[4096];
    fsc_copy_text(kept, sizeof kept, getenv("PATH") ? getenv("PATH") : "");
    assert_int_equal(setenv("PATH", "/no/such/folder", 1), 0);
    test_error = (fsc_error){0};
    const fsc_status status = fsc_report_print("never.pdf", path_of(FSC_READER_CLINIC), &test_error);
    assert_int_equal(setenv("PATH", kept, 1), 0);
    assert_int_equal(status, FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "Chromium"));
    assert_non_null(strstr(test_error.text, "WeasyPrint"));
    assert_false(fsc_file_exists("never.pdf"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(three_files_hold_the_pages_that_one_holds, setup, clean),
        cmocka_unit_test_setup_teardown(a_lack_of_memory_leaves_no_file, setup, clean),
        cmocka_unit_test_setup_teardown(a_page_that_cannot_be_replaced_stops_all_three, setup, clean),
        cmocka_unit_test_setup_teardown(a_stop_stands_alone_on_every_page, setup, clean),
        cmocka_unit_test_setup_teardown(a_page_prints_as_pdf, setup, clean),
        cmocka_unit_test_setup_teardown(without_a_printer_the_line_says_what_to_install, setup, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
