/* Network: the file and its table of classes, checked once; labels of a whole scan. */
#include "blend.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "table.h"
#include "text.h"

#include <fascicle/network.h>
#include <math.h>
#include <string.h>

enum { CLASSES_MOST = 1000 };
#define MACS_MOST ((int64_t)1 << 41) /* of one tile: 150 times the whole-body network of the field */

struct fsc_network {
    fsc_graph *graph;
    fsc_sizes plan;
    fsc_image_rules rules;
    int32_t *value; /* owned: a label for each class */
    fsc_network_facts facts;
    char name[120];
};

FSC_DEFINE_AUTO(fsc_network, fsc_network_free)
FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)

void fsc_network_free(fsc_network *network) {
    if (!network) return;
    fsc_graph_free(network->graph);
    fsc_sizes_free(&network->plan);
    fsc_free(network->value);
    fsc_free(network);
}

/* FILE.tsv beside FILE.onnx, "" when it is not there. */
static void table_beside(char *out, size_t size, const char *path) {
    const size_t n = strlen(path), cut = n > 5 && strcmp(path + n - 5, ".onnx") == 0 ? n - 5 : n;
    out[0] = 0;
    if (cut + 5 > size) return;
    memcpy(out, path, cut);
    memcpy(out + cut, ".tsv", 5);
    if (!fsc_file_exists(out)) out[0] = 0;
}

static fsc_status read_row(fsc_network *n, const fsc_table *table, int32_t r, const char *path, fsc_error *err) {
    const double c = fsc_table_number(table, r, "class"), value = fsc_table_number(table, r, "value");
    if (!(c >= 0 && c < n->facts.n_class && floor(c) >= c))
        return fsc_fail(err, FSC_E_FORMAT, "%.200s: row %d: '%.40s' is no class of this network (0 to %d)", path, r + 1,
                        fsc_table_get(table, r, "class"), n->facts.n_class - 1);
    if (!(value >= 0 && value <= 1e9 && floor(value) >= value))
        return fsc_fail(err, FSC_E_FORMAT, "%.200s: row %d: '%.40s' is no label value", path, r + 1,
                        fsc_table_get(table, r, "value"));
    if (n->value[(int)c] >= 0) return fsc_fail(err, FSC_E_FORMAT, "%.200s: class %d has two rows", path, (int)c);
    n->value[(int)c] = (int32_t)value;
    return FSC_OK;
}

static fsc_status read_values(fsc_network *n, const char *path, fsc_error *err) {
    n->value = fsc_alloc(n->facts.n_class, sizeof *n->value);
    if (!n->value) return fsc_fail_nomem(err, "reading a network's classes");
    for (int32_t c = 0; c < n->facts.n_class; c++) n->value[c] = *path ? -1 : c;
    if (!*path) return FSC_OK;
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, path, err));
    if (fsc_table_column(&table, "class") < 0 || fsc_table_column(&table, "value") < 0 || !table.n_row)
        return fsc_fail(err, FSC_E_FORMAT, "%.300s: needs the columns class and value, and a row a class", path);
    for (int32_t r = 0; r < table.n_row; r++) FSC_TRY(read_row(n, &table, r, path, err));
    for (int32_t c = 0; c < n->facts.n_class; c++)
        if (n->value[c] < 0) n->value[c] = 0;
    return FSC_OK;
}

/* Sizes at the tile that the file fixes, else at the usual one. */
static fsc_status plan_tile(fsc_network *n, fsc_error *err) {
    const fsc_graph *g = n->graph;
    const int64_t usual = (int64_t)n->rules.tile_pixels;
    const int64_t height = g->tile[0] ? g->tile[0] : usual, width = g->tile[1] ? g->tile[1] : usual;
    if (g->n_channel != 1)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "wants %lld channels; the water image is one", (long long)g->n_channel);
    FSC_TRY(fsc_sizes_make(&n->plan, g, height, width, err));
    const fsc_layer_size *out = &n->plan.of[g->output];
    if (out->height != height || out->width != width || out->channel < 2 || out->channel > CLASSES_MOST)
        return fsc_fail(err, FSC_E_SHAPE,
                        "makes %lld planes of %lld x %lld from a tile of %lld x %lld; two classes or more of the "
                        "tile's size are wanted",
                        (long long)out->channel, (long long)out->height, (long long)out->width, (long long)height,
                        (long long)width);
    if (n->plan.n_mac > MACS_MOST)
        return fsc_fail(err, FSC_E_RANGE, "needs %.0f thousand million multiplications a tile",
                        1e-9 * (double)n->plan.n_mac);
    n->facts.n_parameter = g->n_parameter;
    n->facts.n_mac = n->plan.n_mac;
    n->facts.bytes = n->plan.bytes;
    n->facts.n_class = (int32_t)out->channel;
    n->facts.tile[0] = (int32_t)height;
    n->facts.tile[1] = (int32_t)width;
    n->facts.n_layer = g->n_layer;
    return FSC_OK;
}

fsc_status fsc_network_read(fsc_network **out, const char *path, const char *labels_path, fsc_error *err) {
    FSC_AUTO(fsc_network) n = fsc_alloc(1, sizeof *n);
    fsc_error why = FSC_ERROR_INIT;
    if (!n) return fsc_fail_nomem(err, "reading a network");
    const char *slash = strrchr(path, '/');
    fsc_copy_text(n->name, sizeof n->name, slash ? slash + 1 : path);
    FSC_TRY(fsc_image_rules_read(&n->rules, err));
    FSC_TRY(fsc_graph_read(&n->graph, path, err));
    if (plan_tile(n, &why) != FSC_OK) return fsc_fail(err, why.code, "%.200s: %s", path, why.text);
    FSC_TRY(fsc_file_sha256(n->facts.sha256, path, err));
    if (labels_path)
        fsc_copy_text(n->facts.labels_path, sizeof n->facts.labels_path, labels_path);
    else
        table_beside(n->facts.labels_path, sizeof n->facts.labels_path, path);
    FSC_TRY(read_values(n, n->facts.labels_path, err));
    FSC_GIVE(out, n);
    return FSC_OK;
}

void fsc_network_describe(fsc_network_facts *out, const fsc_network *network) {
    *out = network->facts;
}

fsc_status fsc_network_run_tile(const fsc_network *network, const float *input, float *output, int32_t n_threads,
                                fsc_error *err) {
    return fsc_graph_run(network->graph, &network->plan, input, output, n_threads, err);
}

/* Classes on the scan's grid, background 0. */
static fsc_status classify(int32_t *class_of, const fsc_network *n, const fsc_fatwater *maps,
                           const fsc_network_options *opt, fsc_error *err) {
    fsc_image image __attribute__((cleanup(fsc_image_free))) = {0};
    FSC_TRY(fsc_image_make(&image, &maps->grid, maps->water, &n->rules, err));
    FSC_AUTO_BLOCK uint16_t *plane = fsc_alloc(image.dim[0] * image.dim[1] * image.dim[2], sizeof *plane);
    if (!plane) return fsc_fail_nomem(err, "running a network");
    fsc_blend blend = {.graph = n->graph,
                       .plan = &n->plan,
                       .rules = &n->rules,
                       .n_threads = opt ? opt->n_threads : 0,
                       .progress = opt ? opt->progress : NULL};
    FSC_TRY(fsc_blend_run(plane, &blend, &image, err));
    fsc_image_back(class_of, &image, plane);
    return FSC_OK;
}

fsc_status fsc_network_label(fsc_labels **out, const fsc_network *network, const fsc_fatwater *maps,
                             const fsc_network_options *opt, fsc_notes *notes, fsc_error *err) {
    if (!maps->water)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "a network needs a water image; this input is a fat-fraction map alone");
    FSC_AUTO(fsc_labels) labels = NULL;
    FSC_TRY(fsc_labels_new(&labels, &maps->grid, err));
    FSC_TRY(classify(labels->data, network, maps, opt, err));
    FSC_TRY(fsc_keep_largest(labels->data, maps->grid.dim, network->facts.n_class, err));
    const int64_t count = fsc_grid_count(&maps->grid);
    int64_t found = 0;
    for (int64_t v = 0; v < count; v++) {
        labels->data[v] = network->value[labels->data[v]];
        found += labels->data[v] != 0;
    }
    if (!found)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s found nothing in the water image: it gave no class but background",
                        network->name);
    if (notes)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "network",
                      "Labels by the network %s (SHA-256 %.12s..., %d classes), computed by "
                      "Fascicle; whether it was made for such images is not known to it.",
                      network->name, network->facts.sha256, network->facts.n_class);
    FSC_GIVE(out, labels);
    return FSC_OK;
}
