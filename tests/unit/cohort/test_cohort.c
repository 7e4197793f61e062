/* cohort: both table forms are read, missing stays missing, wrong tables are refused by name. */
#include "../test.h"
#include "alloc.h"
#include "file.h"

#include <fascicle/order.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void write_table(const char *text) {
    snprintf(path, sizeof path, "/tmp/fsc-cohort-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_ok(fsc_file_write(path, text, strlen(text), &test_error));
}

static void plain_table_is_read(void **state) {
    (void)state;
    char text[4096] = "subject\tgroup\tage\tpdff_l4\tlean\tremark\trare\n";
    for (int i = 0; i < 12; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "s%02d\t%s\t%d\t%s\t%.1f\tword\t%s\n", i,
                 i < 3 ? "control" : "patient", 30 + i,
                 i == 4   ? "n/a"
                 : i == 5 ? ""
                          : "12.5",
                 800.0 + i, i < 2 ? "1" : "n/a");
    write_table(text);
    const char *falls[] = {"lean"}, *markers[] = {"pdff_l4", "lean", "rare"};
    const fsc_cohort_options opt = {.falls = falls, .n_falls = 1, .markers = markers, .n_markers = 3};
    fsc_cohort *c = NULL;
    assert_ok(fsc_cohort_read(&c, path, &opt, &test_error));
    assert_int_equal(c->n_person, 12);
    assert_int_equal(c->n_event, 2); /* 'rare' is left out and said so */
    assert_int_equal(c->notes.n, 1);
    assert_non_null(strstr(c->notes.item[0].text, "rare"));
    assert_string_equal(c->event[1], "lean");
    assert_int_equal(c->falls[0], 0);
    assert_int_equal(c->falls[1], 1);
    assert_true(c->is_control[2] && !c->is_control[3]);
    assert_true(isnan(c->value[4 * 2]) && isnan(c->value[5 * 2]));
    assert_close(c->value[11 * 2 + 1], 811, 0);
    fsc_cohort_free(c);
    const char *unknown[] = {"pdff_l5"};
    const fsc_cohort_options wrong = {.markers = unknown, .n_markers = 1};
    assert_fails(fsc_cohort_read(&c, path, &wrong, &test_error), FSC_E_NOTFOUND);
    unlink(path);
}

/* Two visits of every third person: each counts once, at the first. */
static void first_visits_are_kept(void **state) {
    (void)state;
    char text[4096] = "participant_id\tsession_id\tgroup\ta\tb\n";
    for (int i = 0; i < 12; i++)
        for (int visit = 1; visit <= (i % 3 == 0 ? 2 : 1); visit++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "sub-%02d\tses-%d\t%s\t%d\t%d\n", i, visit,
                     i < 4 ? "control" : "patient", 100 * visit + i, 7 * i);
    write_table(text);
    const fsc_cohort_options opt = {.first_visit = 1};
    fsc_cohort *c = NULL;
    assert_ok(fsc_cohort_read(&c, path, &opt, &test_error));
    assert_int_equal(c->n_person, 12);
    for (int i = 0; i < 12; i++) {
        assert_close(c->value[i * 2], 100 + i, 0);
        assert_close(c->value[i * 2 + 1], 7 * i, 0);
        assert_int_equal(c->is_control[i], i < 4);
        assert_int_equal(atoi(c->person[i] + 4), i);
    }
    assert_int_equal(c->notes.n, 1);
    assert_non_null(strstr(c->notes.item[0].text, "4 further visits are left out"));
    fsc_cohort_free(c);
    unlink(path);
}

static void stacked_sites_are_turned(void **state) {
    (void)state;
    char *text = calloc(1, 65536);
    assert_non_null(text);
    strcpy(text, "participant_id\tsession_id\tmuscle\tside\tlevel\tpdff_mean\n");
    for (int i = 0; i < 11; i++) {
        static const char *const rows[] = {"multifidus\tleft\tL4", "multifidus\tright\tL4", "multifidus\tboth\tL4",
                                           "multifidus\tleft\tall", "vertebra\tmidline\tL4"};
        for (int r = 0; r < 5; r++)
            snprintf(text + strlen(text), 200, "sub-%02d\t%s\t%s\t%d.5\n", i / 2, i % 2 ? "ses-2" : "ses-1", rows[r],
                     10 * r + i);
    }
    write_table(text);
    free(text);
    fsc_cohort *c = NULL;
    assert_ok(fsc_cohort_read(&c, path, NULL, &test_error));
    assert_int_equal(c->n_person, 11);
    assert_int_equal(c->n_event, 2);
    assert_string_equal(c->event[1], "multifidus L4 right");
    assert_string_equal(c->person[1], "sub-00/ses-2");
    assert_close(c->value[3 * 2 + 1], 13.5, 0);
    assert_int_equal(c->notes.n, 1); /* visits counted as people */
    fsc_cohort_free(c);
    const fsc_cohort_options pooled = {.pool_sides = 1};
    assert_fails(fsc_cohort_read(&c, path, &pooled, &test_error), FSC_E_FORMAT); /* one marker only */
    const fsc_cohort_options other = {.value_column = "lean_csa_mm2"};
    assert_fails(fsc_cohort_read(&c, path, &other, &test_error), FSC_E_NOTFOUND);
    fsc_status status = FSC_E_NOMEM;
    for (int64_t n = 0; status != FSC_OK; n++) {
        fsc_alloc_fail_at(n);
        status = fsc_cohort_read(&c, path, NULL, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        if (status == FSC_OK) fsc_cohort_free(c);
    }
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_table_is_read),
        cmocka_unit_test(first_visits_are_kept),
        cmocka_unit_test(stacked_sites_are_turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
