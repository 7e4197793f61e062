/* network: from a water image to labels on its grid, with networks whose answer is known. */
#include "draw.h"

#include "../test.h"
#include "alloc.h"
#include "blend.h"
#include "scratch.h"

#include <fascicle/fascicle.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static fsc_scratch place;
static char path[1200], beside[1200];

static int set_up(void **state) {
    (void)state;
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    (void)snprintf(path, sizeof path, "%s/drawn.onnx", place.path);
    (void)snprintf(beside, sizeof beside, "%s/drawn.tsv", place.path);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fsc_scratch_remove(&place);
    return 0;
}

/* Class 1 where the z-score is above `cut`, class 2 where it is above cut + 2: straight lines that cross there. */
static fsc_network *threshold_network(int64_t tile, float cut, const char *table) {
    const float weight[] = {0, 1, 2}, bias[] = {0, -cut, -2 * cut - 2};
    drawing d;
    fsc_network *network = NULL;
    draw_begin(&d, tile, tile, 0);
    bytes file = draw_end(&d, draw_conv(&d, 0, (shape){3, 1, 1, 1, 0, 0, 0}, weight, bias));
    write_bytes(path, &file, file.n);
    free(file.at);
    draw_free(&d);
    (void)remove(beside);
    if (table) {
        FILE *to = fopen(beside, "wb");
        assert_non_null(to);
        assert_true(fputs(table, to) >= 0);
        assert_int_equal(fclose(to), 0);
    }
    assert_ok(fsc_network_read(&network, path, NULL, &test_error));
    return network;
}

/* Two balls, one brighter, in noise-free air with a rim; the grid's axes are permuted and turned. */
static double ball(const double mm[3], double x, double r) {
    return r - sqrt((mm[0] - x) * (mm[0] - x) + mm[1] * mm[1] + mm[2] * mm[2]);
}

static fsc_fatwater *balls(const fsc_grid *grid) {
    fsc_fatwater *maps = fsc_alloc(1, sizeof *maps);
    maps->grid = *grid;
    maps->water = fsc_alloc(fsc_grid_count(grid), sizeof *maps->water);
    float *to = maps->water;
    for (int64_t k = 0; k < grid->dim[2]; k++)
        for (int64_t j = 0; j < grid->dim[1]; j++)
            for (int64_t i = 0; i < grid->dim[0]; i++) {
                const double at[] = {(double)i, (double)j, (double)k};
                double mm[3];
                fsc_grid_to_mm(grid, at, mm);
                *to++ = ball(mm, -15, 12) > 0 ? 400 : ball(mm, 18, 14) > 0 ? 900 : 100;
            }
    return maps;
}

static void a_threshold_labels_what_is_bright(void **state) {
    (void)state;
    /* Sagittal, head to foot first, left to right last; 1.25 x 0.8 x 4 mm. */
    const fsc_grid grid = {.dim = {60, 70, 21}, .affine = {0, 0, 4, -42, 0, 0.8, 0, -28, -1.25, 0, 0, 36}};
    fsc_fatwater *maps = balls(&grid);
    fsc_network *network = threshold_network(32, 0.5F, "class\tvalue\n1\t5101\n2\t5102\n");
    fsc_labels *labels = NULL;
    fsc_notes notes = {0};
    assert_ok(fsc_network_label(&labels, network, maps, NULL, &notes, &test_error));
    int64_t wrong = 0, n[3] = {0};
    for (int64_t v = 0; v < fsc_grid_count(&grid); v++) {
        const int32_t want = maps->water[v] > 800 ? 5102 : maps->water[v] > 300 ? 5101 : 0;
        n[want ? want - 5100 : 0]++;
        wrong += labels->data[v] != want;
    }
    print_message("%lld voxels of the one, %lld of the other; %lld wrong\n", (long long)n[1], (long long)n[2],
                  (long long)wrong);
    assert_true(n[1] > 1000 && n[2] > 2000);
    /* A voxel takes the nearest pixel, half a millimetre away at most, which may lie between two voxels. */
    assert_true(wrong * 100 < 3 * (n[1] + n[2]));
    assert_int_equal(notes.n, 1);
    fsc_notes_free(&notes);
    fsc_labels_free(labels);
    fsc_network_free(network);
    fsc_fatwater_free(maps);
}

/* A network that looks at one pixel gives the same whatever the tiles; one that looks around differs only at their
 * borders, which the weights hide. */
static void tiles_join_without_seams(void **state) {
    (void)state;
    const fsc_grid grid = {.dim = {150, 110, 2}, .affine = {1, 0, 0, -75, 0, 1, 0, -55, 0, 0, 5, 0}};
    fsc_fatwater *maps = fsc_alloc(1, sizeof *maps);
    maps->grid = grid;
    maps->water = fsc_alloc(fsc_grid_count(&grid), sizeof *maps->water);
    drawing noise = {.state = 7};
    for (int64_t v = 0; v < fsc_grid_count(&grid); v++)
        maps->water[v] = (float)(100 + 30 * sin(0.11 * (double)(v % 150)) + 30 * cos(0.13 * (double)(v / 150 % 110)) +
                                 3 * draw_random(&noise));
    for (int around = 0; around < 2; around++) {
        fsc_labels *labels[2] = {NULL, NULL};
        for (int whole = 0; whole < 2; whole++) {
            drawing d;
            fsc_network *network = NULL;
            const int64_t edge = whole ? 192 : 48;
            draw_begin(&d, edge, edge, 0);
            const shape s = {3, around ? 5 : 1, 1, 1, around ? 2 : 0, around ? 2 : 0, 0};
            bytes file = draw_end(&d, draw_conv(&d, draw_relu(&d, draw_conv(&d, 0, s, NULL, NULL)), s, NULL, NULL));
            write_bytes(path, &file, file.n);
            free(file.at);
            draw_free(&d);
            (void)remove(beside);
            assert_ok(fsc_network_read(&network, path, NULL, &test_error));
            assert_ok(fsc_network_label(&labels[whole], network, maps, NULL, NULL, &test_error));
            fsc_network_free(network);
        }
        int64_t differ = 0, found = 0;
        for (int64_t v = 0; v < fsc_grid_count(&grid); v++) {
            const int64_t x = v % 150,
                          y = v / 150 % 110; /* beyond the image one has zeros, the other a layer's offset */
            if (x >= 4 && y >= 4 && x < 146 && y < 106) differ += labels[0]->data[v] != labels[1]->data[v];
            found += labels[1]->data[v] != 0;
        }
        print_message("%s: %lld voxels labelled, %lld differ\n", around ? "5 x 5 twice" : "1 x 1", (long long)found,
                      (long long)differ);
        assert_true(found > 3000 && differ <= (around ? found / 50 : 0));
        fsc_labels_free(labels[0]);
        fsc_labels_free(labels[1]);
    }
    fsc_fatwater_free(maps);
}

static void tiles_cover_every_edge(void **state) {
    (void)state;
    int64_t at[64];
    for (int64_t n = 1; n < 300; n++) {
        const int32_t many = fsc_tile_starts(at, 64, n, 32, 0.5);
        assert_in_range(many, 1, 20);
        assert_true(at[0] <= 0 && at[many - 1] + 32 >= n);
        for (int32_t i = 1; i < many; i++) assert_true(at[i] > at[i - 1] && at[i] - at[i - 1] <= 16 && at[i] + 32 <= n);
    }
}

static void without_a_table_classes_are_values(void **state) {
    (void)state;
    const fsc_grid grid = {.dim = {90, 60, 5}, .affine = {1, 0, 0, -45, 0, 1, 0, -30, 0, 0, 5, -10}};
    fsc_fatwater *maps = balls(&grid);
    fsc_network *network = threshold_network(64, 0.5F, NULL);
    fsc_labels *labels = NULL;
    int found[3] = {0};
    assert_ok(fsc_network_label(&labels, network, maps, NULL, NULL, &test_error));
    for (int64_t v = 0; v < fsc_grid_count(&grid); v++) found[labels->data[v]] = 1;
    assert_true(found[1] && found[2]);
    fsc_labels_free(labels);
    fsc_network_free(network);
    labels = NULL;
    network = threshold_network(64, 90, NULL); /* nothing is so bright */
    assert_fails(fsc_network_label(&labels, network, maps, NULL, NULL, &test_error), FSC_E_NOTFOUND);
    for (int64_t v = 0; v < fsc_grid_count(&grid); v++) maps->water[v] = v % 2 ? (float)NAN : 0;
    assert_fails(fsc_network_label(&labels, network, maps, NULL, NULL, &test_error), FSC_E_RANGE);
    fsc_free(maps->water);
    maps->water = NULL;
    assert_fails(fsc_network_label(&labels, network, maps, NULL, NULL, &test_error), FSC_E_UNSUPPORTED);
    fsc_network_free(network);
    fsc_fatwater_free(maps);
}

static void pieces_apart_are_left_out(void **state) {
    (void)state;
    const int64_t dim[] = {7, 3, 2};
    int32_t class_of[42] = {0};
    for (int i = 0; i < 3; i++) class_of[i] = 1; /* three in a row */
    class_of[5] = 1;                             /* one apart */
    class_of[3 + 7] = 1;                         /* one that only an edge joins */
    class_of[6] = 2;
    assert_ok(fsc_keep_largest(class_of, dim, 3, &test_error));
    const int32_t want[] = {1, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0};
    assert_memory_equal(class_of, want, sizeof want);
}

static int stop_at_once(void *context, const char *stage, double fraction) {
    (void)stage, (void)fraction;
    return ++*(int *)context > 3;
}

static void a_run_can_be_stopped(void **state) {
    (void)state;
    const fsc_grid grid = {.dim = {90, 60, 5}, .affine = {1, 0, 0, -45, 0, 1, 0, -30, 0, 0, 5, -10}};
    int asked = 0;
    const fsc_progress progress = {stop_at_once, &asked};
    const fsc_network_options opt = {.n_threads = 1, .progress = &progress};
    fsc_fatwater *maps = balls(&grid);
    fsc_network *network = threshold_network(32, 0.5F, NULL);
    fsc_labels *labels = NULL;
    assert_fails(fsc_network_label(&labels, network, maps, &opt, NULL, &test_error), FSC_E_CANCELLED);
    assert_int_equal(asked, 4);
    fsc_network_free(network);
    network = threshold_network(128, 0.5F, NULL);
    for (int n = 0; n < 300; n++) { /* and memory may end anywhere */
        fsc_alloc_fail_at(n);
        const fsc_status status = fsc_network_label(&labels, network, maps, NULL, NULL, NULL);
        fsc_alloc_fail_at(-1);
        if (status == FSC_OK) break;
        assert_int_equal(status, FSC_E_NOMEM);
    }
    assert_non_null(labels);
    fsc_labels_free(labels);
    fsc_network_free(network);
    fsc_fatwater_free(maps);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_threshold_labels_what_is_bright),
        cmocka_unit_test(tiles_join_without_seams),
        cmocka_unit_test(tiles_cover_every_edge),
        cmocka_unit_test(without_a_table_classes_are_values),
        cmocka_unit_test(pieces_apart_are_left_out),
        cmocka_unit_test(a_run_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
