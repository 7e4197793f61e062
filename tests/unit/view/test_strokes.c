/* Every change can be undone, and what was answered is found again: after an end, after a death, never of other labels. */
#include "../test.h"

#include "alloc.h"
#include "random.h"
#include "strokes.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 50, LABELS = 3 };

static char dir[] = "/tmp/fsc-strokes-XXXXXX", path[128];

static int make_dir(void **state) {
    (void)state;
    if (!mkdtemp(dir)) return 1;
    (void)snprintf(path, sizeof path, "%s/strokes.txt", dir);
    return 0;
}
static int remove_dir(void **state) {
    (void)state;
    return rmdir(dir);
}

static uint8_t *start(void) {
    uint8_t *index = fsc_alloc(N, 1);
    assert_non_null(index);
    for (int i = 0; i < N; i++) index[i] = (uint8_t)(i % (LABELS + 1));
    return index;
}

static void open_strokes(fsc_view_strokes *s, int begun) {
    int found = 0;
    assert_ok(fsc_view_strokes_open(s, start(), N, LABELS, path, &found, &test_error));
    assert_int_equal(found, begun);
}

static void undo_and_redo_walk_the_same_way(void **state) {
    (void)state;
    fsc_view_strokes s;
    const fsc_view_stroke *moved = NULL;
    uint8_t as_begun[N], after_one[N], after_two[N];
    int64_t n = 0;
    open_strokes(&s, 0);
    memcpy(as_begun, s.index, N);
    /* Voxel 7 is named twice: the last word counts, and undo brings back what it was before both. */
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){4, 7, 7}, (const uint8_t[]){2, 1, 2}, 3, NULL, &n, &test_error));
    assert_int_equal(n, 3);
    assert_int_equal(s.index[7], 2);
    memcpy(after_one, s.index, N);
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){4}, (const uint8_t[]){2}, 1, NULL, &n, &test_error));
    assert_int_equal(n, 0); /* it is so already: nothing to undo */
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){0, 49}, (const uint8_t[]){3, 0}, 2, NULL, &n, &test_error));
    memcpy(after_two, s.index, N);
    assert_fails(fsc_view_strokes_draw(&s, (const uint32_t[]){N}, (const uint8_t[]){1}, 1, NULL, &n, &test_error),
                 FSC_E_RANGE);
    assert_fails(fsc_view_strokes_draw(&s, (const uint32_t[]){0}, (const uint8_t[]){LABELS + 1}, 1, NULL, &n, &test_error),
                 FSC_E_RANGE);
    assert_ok(fsc_view_strokes_undo(&s, &moved, &test_error));
    assert_memory_equal(s.index, after_one, N);
    assert_ok(fsc_view_strokes_undo(&s, &moved, &test_error));
    assert_memory_equal(s.index, as_begun, N);
    assert_ok(fsc_view_strokes_undo(&s, &moved, &test_error));
    assert_null(moved);
    assert_ok(fsc_view_strokes_redo(&s, &moved, &test_error));
    assert_ok(fsc_view_strokes_redo(&s, &moved, &test_error));
    assert_memory_equal(s.index, after_two, N);
    assert_ok(fsc_view_strokes_undo(&s, &moved, &test_error));
    assert_ok(fsc_view_strokes_saved(&s, &test_error));
    assert_true(s.saved == s.revision);
    fsc_view_strokes_close(&s);
    /* The next day: the same labels, what was saved is saved, and what was taken back can still be drawn again. */
    open_strokes(&s, 1);
    assert_memory_equal(s.index, after_one, N);
    assert_true(s.saved == s.revision);
    assert_ok(fsc_view_strokes_redo(&s, &moved, &test_error));
    assert_memory_equal(s.index, after_two, N);
    assert_true(s.saved != s.revision);
    fsc_view_strokes_close(&s);
    assert_int_equal(unlink(path), 0);
}

static void a_cut_line_is_dropped_and_a_foreign_file_refused(void **state) {
    (void)state;
    fsc_view_strokes s;
    int64_t n = 0;
    int found = 0;
    struct stat info;
    open_strokes(&s, 0);
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){4}, (const uint8_t[]){2}, 1, NULL, &n, &test_error));
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){5, 6}, (const uint8_t[]){3, 3}, 2, NULL, &n, &test_error));
    fsc_view_strokes_close(&s);
    assert_int_equal(stat(path, &info), 0);
    char text[256];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t length = fread(text, 1, sizeof text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(length, info.st_size);
    size_t end[8], n_end = 0;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n') end[n_end++] = i + 1;
    assert_int_equal(n_end, 3);
    for (size_t cut = 0; cut < length; cut++) {
        file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, cut, file), cut);
        assert_int_equal(fclose(file), 0);
        open_strokes(&s, cut >= end[1]);
        assert_int_equal(s.n_done, cut >= end[2] ? 2 : cut >= end[1] ? 1 : 0);
        fsc_view_strokes_close(&s);
        open_strokes(&s, cut >= end[1]); /* and what it was mended to can be read again */
        fsc_view_strokes_close(&s);
    }
    static const char *const foreign[] = {"fascicle strokes 1 51 3\n",        "fascicle strokes 1 50 3\nD 4:1:2\n",
                                          "fascicle strokes 1 50 3\nD 4:0:9\n", "fascicle strokes 1 50 3\nD 4:0\n",
                                          "fascicle strokes 1 50 3\nD\n",       "fascicle strokes 1 50 3\nU\n",
                                          "fascicle strokes 1 50 3\nR\n",       "fascicle strokes 1 50 3\n\n",
                                          "fascicle strokes 1 50 3\nD 99999999999:0:1\n", "anything\n",
                                          "fascicle strokes 1 50 3\nE ; 4:0:2\n", "fascicle strokes 1 50 3\nE x 4:0:2\n",
                                          "fascicle strokes 1 50 3\nE x;4:0:2\n"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        file = fopen(path, "w");
        assert_non_null(file);
        (void)fputs(foreign[i], file);
        assert_int_equal(fclose(file), 0);
        assert_fails(fsc_view_strokes_open(&s, start(), N, LABELS, path, &found, &test_error), FSC_E_FORMAT);
        assert_non_null(strstr(test_error.text, "move the file away"));
        fsc_view_strokes_close(&s);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_size, strlen(foreign[i])); /* and left as it is */
    }
    assert_int_equal(unlink(path), 0);
}

/* Any bytes: read as far as they follow from each other, or refused; never past their end. */
static void damaged_files_are_read_or_refused(void **state) {
    (void)state;
    static const char whole[] = "fascicle strokes 1 50 3\nD 4:0:2 5:1:3\nU\nR\nS\nD 6:2:0 7:3:1 8:0:1\nU\nE levels L4=L5;\nE a b; 9:1:2\n";
    int read = 0, refused = 0;
    for (uint64_t k = 0; k < 1000; k++) {
        char text[sizeof whole];
        memcpy(text, whole, sizeof whole);
        for (uint64_t m = 0; m <= k % 3; m++) {
            const size_t at = (size_t)(fsc_random_uniform(20261127, 2 * m, k) * (double)(sizeof whole - 1));
            text[at] = (char)(unsigned char)(256 * fsc_random_uniform(20261127, 2 * m + 1, k));
        }
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, sizeof whole - 1, file), sizeof whole - 1);
        assert_int_equal(fclose(file), 0);
        fsc_view_strokes s;
        int found = 0;
        const fsc_status status = fsc_view_strokes_open(&s, start(), N, LABELS, path, &found, NULL);
        assert_true(status == FSC_OK || status == FSC_E_FORMAT);
        read += status == FSC_OK;
        refused += status == FSC_E_FORMAT;
        for (int i = 0; i < N && status == FSC_OK; i++) assert_true(s.index[i] <= LABELS);
        fsc_view_strokes_close(&s);
    }
    assert_true(read > 0 && refused > 0);
    /* A zero within is no end: what follows it is not thrown away. */
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite("fascicle strokes 1 50 3\nD 4:0:2\n\0 5:1:3\nU\n", 1, 43, file), 43);
    assert_int_equal(fclose(file), 0);
    fsc_view_strokes s;
    int found = 0;
    assert_fails(fsc_view_strokes_open(&s, start(), N, LABELS, path, &found, &test_error), FSC_E_FORMAT);
    fsc_view_strokes_close(&s);
    assert_int_equal(unlink(path), 0);
}

/* A stroke that the disk has no room for is not drawn, and the next one fits behind the last whole one. */
static void a_full_disk_takes_nothing_away(void **state) {
    (void)state;
    fsc_view_strokes s;
    int64_t n = 0;
    open_strokes(&s, 0);
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){4}, (const uint8_t[]){2}, 1, NULL, &n, &test_error));
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = (rlim_t)s.length + 5;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_fails(fsc_view_strokes_draw(&s, (const uint32_t[]){8}, (const uint8_t[]){2}, 1, NULL, &n, &test_error), FSC_E_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(s.index[8], 0);
    assert_int_equal(s.n_done, 1);
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){9}, (const uint8_t[]){3}, 1, NULL, &n, &test_error));
    fsc_view_strokes_close(&s);
    open_strokes(&s, 1);
    assert_int_equal(s.n_done, 2);
    assert_int_equal(s.index[9], 3);
    fsc_view_strokes_close(&s);
    assert_int_equal(unlink(path), 0);
}

/* Killed at any moment: what was answered is there. */
static void answered_strokes_survive_kills(void **state) {
    (void)state;
    int lost = 0;
    for (int k = 0; k < 40; k++) {
        int pipes[2], status = 0;
        assert_int_equal(pipe(pipes), 0);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            fsc_view_strokes s;
            int found = 0;
            int64_t n = 0;
            if (fsc_view_strokes_open(&s, start(), N, LABELS, path, &found, NULL) != FSC_OK) _exit(3);
            for (uint32_t v = 0;; v = (v + 1) % N) {
                const uint8_t to = (uint8_t)((s.index[v] + 1) % (LABELS + 1));
                if (fsc_view_strokes_draw(&s, &v, &to, 1, NULL, &n, NULL) != FSC_OK) _exit(4);
                if (write(pipes[1], &s.n_done, sizeof s.n_done) < 0) _exit(5);
            }
        }
        (void)close(pipes[1]);
        int64_t answered = 0, got = 0;
        for (int i = 0; i < 1 + k % 5 && read(pipes[0], &got, sizeof got) == sizeof got; i++) answered = got;
        (void)kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        while (read(pipes[0], &got, sizeof got) == sizeof got) answered = got;
        (void)close(pipes[0]);
        fsc_view_strokes s;
        open_strokes(&s, 1);
        lost += s.n_done < answered;
        fsc_view_strokes_close(&s);
    }
    assert_int_equal(lost, 0);
    assert_int_equal(unlink(path), 0);
}

static void marks_are_kept_with_their_strokes(void **state) {
    (void)state;
    static const char *const no[] = {"", "a;b", "a\nb"};
    fsc_view_strokes s;
    const fsc_view_stroke *moved = NULL;
    int64_t n = 0;
    char longest[FSC_VIEW_MARK_MAX + 1] = "";
    memset(longest, 'x', FSC_VIEW_MARK_MAX);
    open_strokes(&s, 0);
    assert_ok(fsc_view_strokes_draw(&s, NULL, NULL, 0, "levels L4=L5", &n, &test_error));
    assert_int_equal(n, 1); /* a mark alone is a change */
    assert_ok(fsc_view_strokes_draw(&s, (const uint32_t[]){4}, (const uint8_t[]){2}, 1, "refuse psoas_major:L4:left", &n,
                                    &test_error));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_fails(fsc_view_strokes_draw(&s, NULL, NULL, 0, no[i], &n, &test_error), FSC_E_RANGE);
    assert_fails(fsc_view_strokes_draw(&s, NULL, NULL, 0, longest, &n, &test_error), FSC_E_RANGE);
    assert_ok(fsc_view_strokes_undo(&s, &moved, &test_error));
    fsc_view_strokes_close(&s);
    open_strokes(&s, 1);
    assert_int_equal(s.n_stroke, 2);
    assert_int_equal(s.n_done, 1);
    assert_string_equal(s.stroke[0].mark, "levels L4=L5");
    assert_string_equal(s.stroke[1].mark, "refuse psoas_major:L4:left");
    assert_int_equal(s.stroke[1].n, 1);
    fsc_view_strokes_close(&s);
    assert_int_equal(unlink(path), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undo_and_redo_walk_the_same_way),
        cmocka_unit_test(a_cut_line_is_dropped_and_a_foreign_file_refused),
        cmocka_unit_test(marks_are_kept_with_their_strokes),
        cmocka_unit_test(damaged_files_are_read_or_refused),
        cmocka_unit_test(a_full_disk_takes_nothing_away),
        cmocka_unit_test(answered_strokes_survive_kills),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
