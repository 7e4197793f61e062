/* network: files of strangers. Every one ends in a graph or in one line, within the ceilings. */
#include "draw.h"

#include "../test.h"
#include "alloc.h"
#include "scratch.h"

#include <fascicle/fascicle.h>
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

/* Reads what is at path; a network that can be read is run, unless a damaged size made it a large one. */
static fsc_status try_file(void) {
    fsc_network *network = NULL;
    fsc_network_facts facts;
    test_error = (fsc_error)FSC_ERROR_INIT;
    const fsc_status status = fsc_network_read(&network, path, NULL, &test_error);
    if (status != FSC_OK) {
        assert_null(network);
        assert_true(test_error.text[0] && !strchr(test_error.text, '\n'));
        return status;
    }
    fsc_network_describe(&facts, network);
    const int64_t area = (int64_t)facts.tile[0] * facts.tile[1];
    if (facts.n_mac < 3000000 && facts.bytes < 1 << 24) {
        float *in = calloc((size_t)area, sizeof *in), *out = malloc((size_t)(area * facts.n_class) * sizeof *out);
        in[area / 2] = 1;
        assert_ok(fsc_network_run_tile(network, in, out, 1, &test_error));
        free(in);
        free(out);
    }
    fsc_network_free(network);
    return FSC_OK;
}

static bytes small_unet(void) {
    static const int64_t width[] = {4, 6};
    drawing d;
    draw_begin(&d, 16, 16, 0);
    bytes file = draw_end(&d, draw_unet(&d, 3, width, 2));
    draw_free(&d);
    return file;
}

static void cut_and_flipped_files_are_one_line(void **state) {
    (void)state;
    bytes file = small_unet();
    int whole = 0, n_cut = 0, n_flip = 0;
    write_bytes(path, &file, file.n);
    assert_int_equal(try_file(), FSC_OK);
    for (size_t n = 0; n < file.n; n += n < 300 ? 1 : 37) {
        write_bytes(path, &file, n);
        whole += try_file() == FSC_OK;
        n_cut++;
    }
    assert_in_range(whole, 0, n_cut / 10); /* what ends the file is the graph, so hardly any cut is whole */
    for (size_t i = 0; i < file.n; i += i < 2000 ? 1 : 7) {
        const unsigned char was = file.at[i];
        file.at[i] ^= (unsigned char)(1U << (i * 5 % 8));
        write_bytes(path, &file, file.n);
        n_flip += try_file() != FSC_OK;
        file.at[i] = was;
    }
    print_message("%zu bytes: %d cuts, %d flips refused\n", file.n, n_cut, n_flip);
    free(file.at);
}

/* A node without weights or attributes, by its words. */
static void raw_node(drawing *d, const char *op, const char *const *input, int n, const char *output) {
    bytes node = {0};
    for (int i = 0; i < n; i++) put_text(&node, 1, input[i]);
    put_text(&node, 2, output);
    put_text(&node, 4, op);
    put_message(&d->nodes, 1, &node);
}

static void raw_weights(drawing *d, const char *name, const int64_t *dim, int n_dim, int type, const void *data,
                        size_t n) {
    bytes t = {0};
    for (int i = 0; i < n_dim; i++) put_number(&t, 1, dim[i]);
    put_number(&t, 2, type);
    put_text(&t, 8, name);
    put_block(&t, 9, data, n);
    put_message(&d->weights, 5, &t);
}

enum { EXTERNAL = 1, HALF, SHORT, HUGE_DIMS, NOT_FINITE, EMPTY, NEGATIVE };

/* A convolution whose weights have a fault. */
static void faulty_weights(drawing *d, int kind) {
    static const char *const input[] = {"p0", "w"};
    static const float value[18] = {0};
    float bad[18] = {0};
    int64_t dim[] = {2, 1, 3, 3};
    size_t n = sizeof value;
    if (kind == SHORT) n -= 4;
    if (kind == EMPTY) n = 0;
    if (kind == HUGE_DIMS) dim[0] = dim[1] = dim[2] = dim[3] = INT64_C(3037000500);
    if (kind == NEGATIVE) dim[0] = dim[1] = -2;
    if (kind == NOT_FINITE) memset(bad, 255, sizeof bad);
    raw_weights(d, "w", dim, 4, kind == HALF ? 10 : 1, kind == NOT_FINITE ? bad : value, n);
    if (kind == EXTERNAL) {
        bytes t = {0}, entry = {0};
        d->weights.n = 0;
        for (int i = 0; i < 4; i++) put_number(&t, 1, dim[i]);
        put_number(&t, 2, 1);
        put_text(&t, 8, "w");
        put_text(&entry, 1, "location");
        put_text(&entry, 2, "/etc/passwd");
        put_message(&t, 13, &entry);
        put_number(&t, 14, 1);
        put_message(&d->weights, 5, &t);
    }
    raw_node(d, "Conv", input, 2, "p1");
}

/* Writes the file; its output is the last plane, or p1. */
static void finish(drawing *d) {
    if (d->n < 2) d->plane[d->n++] = (drawn){2, 16, 16, NULL};
    bytes file = draw_end(d, d->n - 1);
    write_bytes(path, &file, file.n);
    free(file.at);
    draw_free(d);
}

static void expect(fsc_status status, const char *says) {
    assert_int_equal(try_file(), status);
    print_message("%s\n", test_error.text + strlen(path));
    if (!strstr(test_error.text, says)) fail_msg("'%s' does not say '%s'", test_error.text, says);
}

static void faulty_weights_are_named(void **state) {
    (void)state;
    static const struct {
        int kind;
        fsc_status status;
        const char *says;
    } row[] = {{EXTERNAL, FSC_E_UNSUPPORTED, "another file"},
               {HALF, FSC_E_UNSUPPORTED, "32-bit floats"},
               {SHORT, FSC_E_FORMAT, "bytes where their shape"},
               {EMPTY, FSC_E_FORMAT, "0 bytes where"},
               {HUGE_DIMS, FSC_E_UNSUPPORTED, "sizes that are not computed"},
               {NEGATIVE, FSC_E_UNSUPPORTED, "sizes that are not computed"},
               {NOT_FINITE, FSC_E_FORMAT, "finite"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        drawing d;
        draw_begin(&d, 16, 16, 0);
        faulty_weights(&d, row[i].kind);
        finish(&d);
        expect(row[i].status, row[i].says);
    }
}

static void other_networks_are_named(void **state) {
    (void)state;
    static const char *const own[] = {"p1"}, *const input[] = {"p0"}, *const two[] = {"p0", "p2"};
    drawing d;
    draw_begin(&d, 16, 16, 0);
    raw_node(&d, "MaxPool", input, 1, "p1");
    finish(&d);
    expect(FSC_E_UNSUPPORTED, "operator MaxPool (node 'p1')");
    draw_begin(&d, 16, 16, 0);
    raw_node(&d, "Relu", own, 1, "p1");
    finish(&d);
    expect(FSC_E_FORMAT, "before anything has made it");
    draw_begin(&d, 16, 16, 0); /* a cycle of two */
    raw_node(&d, "Add", two, 2, "p1");
    raw_node(&d, "Relu", own, 1, "p2");
    finish(&d);
    expect(FSC_E_FORMAT, "before anything has made it");
    draw_begin(&d, 16, 16, 0);
    raw_node(&d, "Relu", input, 1, "p0");
    finish(&d);
    expect(FSC_E_FORMAT, "made twice");
    draw_begin(&d, 16, 16, 0);
    raw_node(&d, "Relu", input, 1, "elsewhere");
    finish(&d);
    expect(FSC_E_FORMAT, "no node makes its output");
    draw_begin(&d, 16, 16, 0);
    (void)draw_relu(&d, 0);
    finish(&d);
    expect(FSC_E_SHAPE, "two classes");
    draw_begin(&d, 15, 16, 0); /* halved and doubled, 15 become 16 */
    (void)draw_unet(&d, 3, (const int64_t[]){4, 6}, 2);
    finish(&d);
    expect(FSC_E_SHAPE, "of 15 x 16");
    draw_begin(&d, 14, 16, 0);
    const int a = draw_conv(&d, 0, (shape){2, 3, 2, 1, 1, 1, 0}, NULL, NULL);
    (void)draw_add(&d, a, 0);
    finish(&d);
    expect(FSC_E_SHAPE, "joins planes");
    draw_begin(&d, 4096, 4096, 0);
    (void)draw_conv(&d, 0, (shape){64, 3, 1, 1, 1, 1, 0}, NULL, NULL);
    finish(&d);
    expect(FSC_E_RANGE, "MB");
}

/* Brackets in brackets: an attribute's graph holds a node with an attribute with a graph ... */
static void nesting_ends_before_the_stack(void **state) {
    (void)state;
    bytes inner = {0};
    for (int i = 0; i < 12000; i++) {         /* a kilobyte of stack each where nothing counts them */
        static const int field[] = {6, 5, 1}; /* graph of an attribute, attribute of a node, node of a graph */
        bytes outer = {0};
        put_message(&outer, field[i % 3], &inner);
        inner = outer;
    }
    bytes model = {0};
    put_message(&model, 7, &inner);
    write_bytes(path, &model, model.n);
    free(model.at);
    expect(FSC_E_FORMAT, "no whole ONNX file");
}

/* Many nodes that name one block of weights would each keep a copy of it. */
static void shared_weights_have_a_ceiling(void **state) {
    (void)state;
    const int64_t dim[] = {1024, 1024, 1, 1};
    float *value = calloc(1024 * 1024, sizeof *value);
    drawing d;
    draw_begin(&d, 16, 16, 0);
    raw_weights(&d, "w", dim, 4, 1, value, 1024 * 1024 * sizeof *value);
    free(value);
    int from = draw_conv(&d, 0, (shape){1024, 1, 1, 1, 0, 0, 0}, NULL, NULL);
    for (int i = 0; i < 200; i++) {
        char in[16], out[16];
        (void)snprintf(in, sizeof in, i ? "q%d" : "p%d", i ? i - 1 : from);
        (void)snprintf(out, sizeof out, "q%d", i);
        const char *const input[] = {in, "w"};
        raw_node(&d, "Conv", input, 2, out);
    }
    finish(&d);
    expect(FSC_E_RANGE, "weights");
}

static void tables_that_do_not_fit_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
    } row[] = {{"class\tvalue\n1\t5101\n1\t5102\n", "class 1 has two rows"},
               {"class\tvalue\n3\t5101\n", "'3' is no class"},
               {"class\tvalue\nMF\t5101\n", "'MF' is no class"},
               {"class\tvalue\n1\t-4\n", "'-4' is no label value"},
               {"number\tvalue\n1\t4\n", "columns class and value"},
               {"class\tvalue\n", "a row a class"},
               {"", ""}};
    bytes file = small_unet();
    char beside[1200];
    write_bytes(path, &file, file.n);
    (void)snprintf(beside, sizeof beside, "%s/drawn.tsv", place.path);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        FILE *to = fopen(beside, "wb");
        assert_non_null(to);
        assert_true(fputs(row[i].text, to) >= 0);
        assert_int_equal(fclose(to), 0);
        assert_int_equal(try_file(), FSC_E_FORMAT);
        print_message("%s\n", test_error.text);
        assert_non_null(strstr(test_error.text, row[i].says));
    }
    assert_int_equal(remove(beside), 0);
    assert_int_equal(try_file(), FSC_OK);
    assert_int_equal(remove(path), 0);
    assert_int_equal(try_file(), FSC_E_IO);
    free(file.at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_and_flipped_files_are_one_line), cmocka_unit_test(faulty_weights_are_named),
        cmocka_unit_test(other_networks_are_named),           cmocka_unit_test(nesting_ends_before_the_stack),
        cmocka_unit_test(shared_weights_have_a_ceiling),      cmocka_unit_test(tables_that_do_not_fit_are_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
