/* Kills at random moments while visits are added: the store opens afterwards and holds every acknowledged visit.
 * usage: test_store_kill [KILLS] (100 without) */
#include "../change/visit.h"
#include "../test.h"
#include "random.h"

#include <fascicle/store.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int32_t kills = 100;

/* The child: opens the store and adds visits from number on for ever; says each number once it is acknowledged. */
static void add_for_ever(const char *path, int32_t number, int says) {
    fsc_store *store = NULL;
    if (fsc_store_open(&store, path, 1, NULL) != FSC_OK) _exit(3);
    fsc_row row[3];
    for (int i = 0; i < 3; i++) row[i] = make_row("multifidus", "L4", (fsc_side)(i + 1), 0.2 + 0.01 * i, 0.01);
    fsc_map *map = make_visit("sub-01", "", "2026-03-01", row, 3);
    for (;; number++) {
        (void)snprintf(map->acquisition.session, sizeof map->acquisition.session, "ses-%06d", number);
        if (fsc_store_add(store, map, 0, NULL) != FSC_OK) _exit(4);
        if (write(says, &number, sizeof number) != sizeof number) _exit(5);
    }
}

static void acknowledged_visits_survive_kills(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-kill-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/visits.db", dir);
    int32_t next = 0, acknowledged = 0, lost = 0, in_opening = 0;
    unsigned char *promised = calloc(1000000, 1);
    assert_non_null(promised);
    for (int32_t k = 0; k < kills; k++) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(pipes[0]);
            add_for_ever(path, next, pipes[1]);
        }
        (void)close(pipes[1]);
        /* After none to three visits (a loaded machine must not decide what is tried) and up to 8 ms more: some kills
         * fall into the opening, most into the adding. */
        int32_t number, said = 0;
        const int32_t wanted = (int32_t)(4 * fsc_random_uniform(20261121, 2, (uint64_t)k));
        while (said < wanted && read(pipes[0], &number, sizeof number) == sizeof number) promised[number] = 1, said++;
        const struct timespec wait = {0, (long)(8e6 * fsc_random_uniform(20261121, 1, (uint64_t)k))};
        (void)nanosleep(&wait, NULL);
        (void)kill(child, SIGKILL);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status)); /* it must not have failed by itself */
        while (read(pipes[0], &number, sizeof number) == sizeof number) promised[number] = 1, said++;
        acknowledged += said;
        (void)close(pipes[0]);
        in_opening += said == 0;
        fsc_store *store = NULL;
        assert_ok(fsc_store_open(&store, path, 1, &test_error));
        fsc_visit *visit = NULL;
        int32_t n = 0, here = 0;
        assert_ok(fsc_store_visits(&visit, &n, store, "sub-01", &test_error));
        for (int32_t i = 0; i < n; i++) {
            number = atoi(visit[i].acquisition.session + 4);
            here += promised[number];
            if (number >= next) next = number + 1; /* may hold one that was written but not yet said */
        }
        fsc_store_free_visits(visit);
        lost += acknowledged - here;
        if (n > 0) { /* the newest record is whole */
            char session[24];
            fsc_map *map = NULL;
            (void)snprintf(session, sizeof session, "ses-%06d", next - 1);
            assert_ok(fsc_store_map(&map, store, "sub-01", session, &test_error));
            assert_int_equal(map->n_site, 3);
            fsc_map_free(map);
        }
        fsc_store_close(store);
    }
    print_message("%d kills (%d before a visit was acknowledged): %d visits acknowledged, %d lost\n", kills, in_opening,
                  acknowledged, lost);
    assert_int_equal(lost, 0);
    assert_true(acknowledged > kills / 4);
    free(promised);
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (int i = 0; i < 4; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    (void)rmdir(dir);
}

int main(int argc, char **argv) {
    if (argc > 1) kills = atoi(argv[1]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(acknowledged_visits_survive_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
