/* file: whole or not at all, never through a planted link, never waiting on a pipe, private stays private. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static fsc_scratch place;

static const char *in(const char *name) {
    static char path[4][8192];
    static int at;
    at = (at + 1) % 4;
    (void)snprintf(path[at], sizeof path[at], "%s/%s", place.path, name);
    return path[at];
}

static int begin(void **state) {
    (void)state;
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    return 0;
}

static int end(void **state) {
    (void)state;
    fsc_scratch_remove(&place);
    return 0;
}

static void pipes_and_devices_are_refused_at_once(void **state) {
    (void)state;
    char *data;
    size_t n;
    char hex[65];
    assert_int_equal(mkfifo(in("pipe"), 0600), 0);
    assert_fails(fsc_file_read(&data, &n, in("pipe"), 100, &test_error), FSC_E_IO);
    assert_fails(fsc_file_sha256(hex, in("pipe"), &test_error), FSC_E_IO);
    assert_fails(fsc_file_read(&data, &n, "/dev/zero", 100, &test_error), FSC_E_IO);
    assert_fails(fsc_file_write(in("pipe"), "x", 1, &test_error), FSC_E_IO);
}

static void a_private_file_stays_private(void **state) {
    (void)state;
    struct stat info;
    assert_ok(fsc_file_write(in("page.html"), "1", 1, &test_error));
    assert_int_equal(chmod(in("page.html"), 0600), 0);
    assert_ok(fsc_file_write(in("page.html"), "2", 1, &test_error));
    assert_int_equal(stat(in("page.html"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

/* The second of three was not there; the third cannot be put in place in the first round. */
static void a_set_stands_whole_or_not_at_all(void **state) {
    (void)state;
    char temp[3][8300], place_of[3][8192];
    const char *const path[3] = {place_of[0], place_of[1], place_of[2]}, *const aside[3] = {temp[0], temp[1], temp[2]};
    for (int i = 0; i < 3; i++)
        (void)snprintf(place_of[i], sizeof place_of[i], "%s", in((const char *[]){"first", "second", "third"}[i]));
    assert_ok(fsc_file_write(path[0], "old", 3, &test_error));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
            int fd;
            assert_ok(fsc_file_create(&fd, temp[i], sizeof temp[i], path[i], &test_error));
            assert_int_equal(write(fd, "new", 3), 3);
            assert_int_equal(close(fd), 0);
        }
        if (round == 0) assert_ok(fsc_file_make_folder(in("third/full"), &test_error));
        const fsc_status status = fsc_file_commit_set(aside, path, 3, &test_error);
        assert_int_equal(status, round ? FSC_OK : FSC_E_IO);
        char *data;
        size_t n;
        assert_ok(fsc_file_read(&data, &n, path[0], 100, &test_error));
        assert_string_equal(data, round ? "new" : "old");
        fsc_free(data);
        assert_int_equal(fsc_file_exists(path[1]), round);
        char **name = NULL;
        int32_t n_name = 0, n_part = 0;
        assert_ok(fsc_file_list(&name, &n_name, place.path, &test_error));
        for (int32_t i = 0; i < n_name; i++) n_part += strstr(name[i], ".part-") != NULL;
        fsc_file_free_names(name, n_name);
        assert_int_equal(n_part, 0); /* nothing is left aside */
        if (round == 0) assert_int_equal(rmdir(in("third/full")) + rmdir(path[2]), 0);
    }
}

static void a_temporary_name_is_never_the_same_and_never_a_link(void **state) {
    (void)state;
    char first[4096], second[4096];
    int a = -1, b = -1;
    assert_ok(fsc_file_create(&a, first, sizeof first, in("map"), &test_error));
    assert_ok(fsc_file_create(&b, second, sizeof second, in("map"), &test_error));
    assert_string_not_equal(first, second);
    (void)close(a);
    (void)close(b);
    fsc_file_discard(first);
    fsc_file_discard(second);
    /* A link at the final name is replaced; what it points to is untouched. */
    assert_ok(fsc_file_write(in("victim"), "mine", 4, &test_error));
    assert_int_equal(symlink(in("victim"), in("map")), 0);
    assert_ok(fsc_file_write(in("map"), "new", 3, &test_error));
    char *data;
    size_t n;
    assert_ok(fsc_file_read(&data, &n, in("victim"), 100, &test_error));
    assert_string_equal(data, "mine");
    fsc_free(data);
}

static void what_killed_runs_left_goes_after_a_day(void **state) {
    (void)state;
    const struct timespec old[2] = {{.tv_sec = time(NULL) - 3 * 24 * 3600}, {.tv_sec = time(NULL) - 3 * 24 * 3600}};
    assert_ok(fsc_file_write(in("t.tsv.part-0123456789abcdef"), "x", 1, &test_error));
    assert_ok(fsc_file_write(in("t.tsv.part-fresh"), "x", 1, &test_error));
    assert_ok(fsc_file_write(in("other.tsv.part-1"), "x", 1, &test_error));
    assert_int_equal(utimensat(AT_FDCWD, in("t.tsv.part-0123456789abcdef"), old, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, in("other.tsv.part-1"), old, 0), 0);
    assert_ok(fsc_file_write(in("t.tsv"), "x", 1, &test_error));
    assert_false(fsc_file_exists(in("t.tsv.part-0123456789abcdef")));
    assert_true(fsc_file_exists(in("t.tsv.part-fresh")));
    assert_true(fsc_file_exists(in("other.tsv.part-1"))); /* not this file's */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(pipes_and_devices_are_refused_at_once),
                                       cmocka_unit_test(a_private_file_stays_private),
                                       cmocka_unit_test(a_set_stands_whole_or_not_at_all),
                                       cmocka_unit_test(a_temporary_name_is_never_the_same_and_never_a_link),
                                       cmocka_unit_test(what_killed_runs_left_goes_after_a_day)};
    return cmocka_run_group_tests(tests, begin, end);
}
