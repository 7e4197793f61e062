/* Results of two versions in one study are refused, whichever allocation fails while they are read. */
#include "../test.h"
#include "fail.h"
#include "file.h"
#include "scratch.h"

#include <fascicle/group.h>
#include <stdio.h>
#include <string.h>

static void add_member(const char *dir, const char *name, const char *version) {
    char path[600], text[300];
    (void)snprintf(path, sizeof path, "%s/%s/anat", dir, name);
    assert_ok(fsc_file_make_folder(path, &test_error));
    (void)snprintf(path, sizeof path, "%s/%s/anat/%s_sites.tsv", dir, name, name);
    (void)snprintf(
        text, sizeof text,
        "participant_id\tmuscle\tlevel\tside\tkind\tpdff_mean_fraction\n%s\tmultifidus\tL4\tleft\tsite\t0.1\n", name);
    assert_ok(fsc_file_write(path, text, strlen(text), &test_error));
    (void)snprintf(path, sizeof path, "%s/%s/anat/%s_sites.json", dir, name, name);
    (void)snprintf(text, sizeof text, "{\"GeneratedBy\": [{\"Version\": \"%s\"}]}", version);
    assert_ok(fsc_file_write(path, text, strlen(text), &test_error));
}

static void two_versions_never_pass(void **state) {
    (void)state;
    fsc_scratch place = {0};
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    add_member(place.path, "sub-01", "0.1.0");
    add_member(place.path, "sub-02", "0.2.0");
    for (int64_t n = -1, asked = 0; n < asked; n++) { /* first none fails */
        fsc_group *group = NULL;
        fsc_error err = FSC_ERROR_INIT;
        fail_start(n);
        const fsc_status status = fsc_group_write(&group, place.path, NULL, &err);
        const int64_t now = fail_stop();
        if (n < 0) asked = now;
        assert_true(status == FSC_E_FORMAT || (n >= 0 && status != FSC_OK));
        assert_null(group);
    }
    fsc_scratch_remove(&place);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_versions_never_pass)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
