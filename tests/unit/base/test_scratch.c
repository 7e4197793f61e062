/* scratch: a private folder that goes away with everything in it, and nothing else. */
#include "../test.h"
#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_file(const char *dir, const char *name) {
    char path[4096];
    (void)snprintf(path, sizeof path, "%.2000s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void everything_in_it_goes_and_links_are_not_followed(void **state) {
    (void)state;
    fsc_scratch outer = {0}, inner = {0};
    assert_ok(fsc_scratch_make(&outer, "/tmp", &test_error));
    assert_ok(fsc_scratch_make(&inner, "/tmp", &test_error));
    struct stat info;
    assert_int_equal(stat(inner.path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    char deep[4096], link_name[4096], gone[1200];
    (void)snprintf(gone, sizeof gone, "%s", inner.path);
    (void)snprintf(deep, sizeof deep, "%s/a", inner.path);
    assert_int_equal(mkdir(deep, 0700), 0);
    make_file(deep, "image.nii.gz");
    make_file(outer.path, "kept");
    (void)snprintf(link_name, sizeof link_name, "%s/a/link", inner.path);
    assert_int_equal(symlink(outer.path, link_name), 0);
    fsc_scratch_remove(&inner);
    assert_int_not_equal(stat(gone, &info), 0);
    (void)snprintf(deep, sizeof deep, "%s/kept", outer.path);
    assert_int_equal(stat(deep, &info), 0);
    fsc_scratch_remove(&outer);
    fsc_scratch_remove(&outer); /* twice is fine */
}

static void a_folder_that_is_not_there_is_named(void **state) {
    (void)state;
    fsc_scratch scratch = {0};
    assert_fails(fsc_scratch_make(&scratch, "/no/such/place", &test_error), FSC_E_IO);
    assert_non_null(strstr(test_error.text, "TMPDIR"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(everything_in_it_goes_and_links_are_not_followed),
                                       cmocka_unit_test(a_folder_that_is_not_there_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
