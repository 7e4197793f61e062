/* network: every operator and whole U-Nets against their definition in double precision. */
#include "draw.h"

#include "../test.h"
#include "alloc.h"
#include "graph.h"
#include "scratch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static fsc_scratch place;
static char path[1200];

static int set_up(void **state) {
    (void)state;
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    (void)snprintf(path, sizeof path, "%s/drawn.onnx", place.path);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fsc_scratch_remove(&place);
    return 0;
}

/* The graph of a drawing, as the library reads it from a file. */
static fsc_graph *read_back(drawing *d, int output) {
    bytes file = draw_end(d, output);
    fsc_graph *graph = NULL;
    write_bytes(path, &file, file.n);
    free(file.at);
    assert_ok(fsc_graph_read(&graph, path, &test_error));
    return graph;
}

static float *run(const fsc_graph *graph, const drawing *d, int32_t n_threads, int64_t *n) {
    fsc_sizes plan = {0};
    const drawn in = d->plane[0];
    assert_ok(fsc_sizes_make(&plan, graph, in.height, in.width, &test_error));
    const fsc_layer_size size = plan.of[graph->output];
    *n = size.channel * size.height * size.width;
    float *from = fsc_alloc(in.height * in.width, sizeof *from), *to = fsc_alloc(*n, sizeof *to);
    for (int64_t i = 0; i < in.height * in.width; i++) from[i] = (float)in.value[i];
    assert_ok(fsc_graph_run(graph, &plan, from, to, n_threads, &test_error));
    fsc_free(from);
    fsc_sizes_free(&plan);
    return to;
}

/* Largest difference to the drawing's own numbers, as a share of their largest. */
static void compare(drawing *d, int output, const char *what, double limit) {
    fsc_graph *graph = read_back(d, output);
    int64_t n = 0;
    float *got = run(graph, d, 0, &n);
    const drawn want = d->plane[output];
    double most = 0, largest = 0;
    assert_int_equal(n, want.channel * want.height * want.width);
    for (int64_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)got[i] - want.value[i]));
        largest = fmax(largest, fabs(want.value[i]));
    }
    print_message("%s: max |difference| %.2e of %.3g in %lld values\n", what, most, largest, (long long)n);
    assert_true(largest > 0.01 && most <= limit * largest);
    fsc_free(got);
    fsc_graph_free(graph);
    draw_free(d);
}

static void each_operator_is_its_definition(void **state) {
    (void)state;
    static const shape conv[] = {{5, 3, 1, 1, 1, 1, 0}, {7, 3, 2, 1, 1, 1, 0}, {3, 5, 1, 2, 4, 4, 0},
                                 {9, 1, 1, 1, 0, 0, 0}, {2, 4, 3, 1, 0, 2, 0}, {4, 7, 2, 1, 3, 1, 0}};
    static const shape turned[] = {
        {5, 3, 2, 1, 1, 1, 1}, {6, 2, 2, 1, 0, 0, 0}, {3, 4, 3, 1, 0, 1, 2}, {2, 3, 1, 2, 2, 2, 0}};
    drawing d;
    for (size_t i = 0; i < sizeof conv / sizeof *conv; i++) {
        draw_begin(&d, 21, 34, 1);
        compare(&d, draw_conv(&d, draw_conv(&d, 0, (shape){6, 3, 1, 1, 1, 1, 0}, NULL, NULL), conv[i], NULL, NULL),
                "Conv", 1e-5);
    }
    for (size_t i = 0; i < sizeof turned / sizeof *turned; i++) {
        draw_begin(&d, 11, 18, 1);
        compare(&d, draw_conv_transpose(&d, draw_conv(&d, 0, (shape){6, 3, 1, 1, 1, 1, 0}, NULL, NULL), turned[i]),
                "ConvTranspose", 1e-5);
    }
    draw_begin(&d, 17, 19, 1);
    int a = draw_conv(&d, 0, (shape){4, 3, 1, 1, 1, 1, 0}, NULL, NULL);
    compare(&d, draw_norm(&d, a), "InstanceNormalization", 1e-5);
    draw_begin(&d, 17, 19, 1);
    d.by_identity = 1;
    a = draw_conv(&d, 0, (shape){4, 3, 1, 1, 1, 1, 0}, NULL, NULL);
    compare(&d, draw_norm(&d, a), "weights through an Identity", 1e-5);
    draw_begin(&d, 17, 19, 1);
    a = draw_conv(&d, 0, (shape){4, 3, 1, 1, 1, 1, 0}, NULL, NULL);
    a = draw_concat(&d, draw_relu(&d, a), draw_concat(&d, draw_leaky(&d, a, 0.2F), draw_prelu(&d, a)));
    compare(&d, draw_add(&d, draw_pad(&d, a, 2, 1), draw_pad(&d, draw_identity(&d, a), 1, 2)),
            "Relu, LeakyRelu, PRelu, Concat, Pad, Identity, Add", 1e-6);
    draw_begin(&d, 17, 19, 1);
    a = draw_conv(&d, 0, (shape){4, 3, 1, 1, 1, 1, 0}, NULL, NULL);
    compare(&d, draw_softmax(&d, draw_add(&d, a, a)), "Softmax, Add of one plane to itself", 1e-6);
}

static void unets_of_random_weights_agree(void **state) {
    (void)state;
    static const int64_t small[] = {8, 16, 24}, wide[] = {20, 36, 52, 68};
    drawing d;
    draw_begin(&d, 32, 48, 1);
    compare(&d, draw_unet(&d, 5, small, 3), "U-Net 8..24, 5 classes, 32 x 48", 1e-5);
    draw_begin(&d, 64, 64, 1);
    compare(&d, draw_unet(&d, 11, wide, 4), "U-Net 20..68, 11 classes, 64 x 64", 1e-5);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    static const int64_t width[] = {12, 20, 28};
    drawing d;
    int64_t n = 0;
    draw_begin(&d, 40, 64, 1);
    fsc_graph *graph = read_back(&d, draw_unet(&d, 6, width, 3));
    float *one = run(graph, &d, 1, &n), *three = run(graph, &d, 3, &n);
    assert_memory_equal(one, three, (size_t)n * sizeof *one);
    fsc_free(one);
    fsc_free(three);
    fsc_graph_free(graph);
    draw_free(&d);
}

static void every_failed_allocation_is_one_line(void **state) {
    (void)state;
    static const int64_t width[] = {4, 6};
    drawing d;
    draw_begin(&d, 16, 16, 1);
    bytes file = draw_end(&d, draw_unet(&d, 3, width, 2));
    write_bytes(path, &file, file.n);
    free(file.at);
    int failed = 0;
    for (int n = 0; n < 2000; n++) {
        fsc_graph *graph = NULL;
        fsc_alloc_fail_at(n);
        const fsc_status status = fsc_graph_read(&graph, path, NULL);
        fsc_alloc_fail_at(-1);
        fsc_graph_free(graph);
        if (status == FSC_OK) break;
        assert_int_equal(status, FSC_E_NOMEM);
        failed++;
    }
    assert_in_range(failed, 50, 1999);
    draw_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operator_is_its_definition),
        cmocka_unit_test(unets_of_random_weights_agree),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(every_failed_allocation_is_one_line),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
