/* ONNX: the operators of the 2-D U-Net family become layers; anything else is refused by name. */
#include "onnx_node.h"

#include "alloc.h"
#include "fail.h"
#include "text.h"

#include <string.h>

enum { INITIALISERS_MOST = 4096, NAME_MOST = 160 };

static int name_fits(const char *name) {
    return name && memchr(name, 0, NAME_MOST) != NULL;
}

int32_t fsc_onnx_value(const fsc_onnx *x, const char *name) {
    for (int32_t v = x->n_value - 1; v >= 0; v--)
        if (strcmp(x->value[v], name) == 0) return v;
    return -1;
}

const Onnx__TensorProto *fsc_onnx_tensor(const fsc_onnx *x, const char *name) {
    for (int32_t i = 0; i < x->n_constant; i++)
        if (strcmp(x->constant_name[i], name) == 0) return x->constant[i];
    for (size_t i = 0; i < x->graph->n_initializer; i++)
        if (strcmp(x->graph->initializer[i]->name, name) == 0) return x->graph->initializer[i];
    return NULL;
}

static fsc_status check_names(const Onnx__GraphProto *g, fsc_error *err) {
    int fits = 1;
    for (size_t i = 0; i < g->n_initializer; i++) fits &= name_fits(g->initializer[i]->name);
    for (size_t i = 0; i < g->n_input; i++) fits &= name_fits(g->input[i]->name);
    for (size_t i = 0; i < g->n_output; i++) fits &= name_fits(g->output[i]->name);
    for (size_t i = 0; i < g->n_node; i++) {
        const Onnx__NodeProto *node = g->node[i];
        fits &= name_fits(node->op_type) && (!node->name || name_fits(node->name));
        for (size_t k = 0; k < node->n_input; k++) fits &= name_fits(node->input[k]);
        for (size_t k = 0; k < node->n_output; k++) fits &= name_fits(node->output[k]);
        for (size_t k = 0; k < node->n_attribute; k++) fits &= name_fits(node->attribute[k]->name);
    }
    return fits ? FSC_OK : fsc_fail(err, FSC_E_FORMAT, "a name is missing or too long");
}

static fsc_status check_model(const Onnx__ModelProto *model, fsc_error *err) {
    const Onnx__GraphProto *g = model->graph;
    if (!g || !g->n_node) return fsc_fail(err, FSC_E_FORMAT, "holds no network");
    if (g->n_node > FSC_LAYERS_MOST || g->n_initializer > INITIALISERS_MOST)
        return fsc_fail(err, FSC_E_RANGE, "has %zu nodes and %zu blocks of weights; at most %d and %d are read",
                        g->n_node, g->n_initializer, FSC_LAYERS_MOST, INITIALISERS_MOST);
    if (g->n_sparse_initializer || model->n_functions)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "uses sparse weights or functions of its own, which are not read");
    return check_names(g, err);
}

static int64_t fixed_size(const Onnx__TensorShapeProto *shape, size_t i) {
    const Onnx__TensorShapeProto__Dimension *d = shape->dim[i];
    return d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE ? d->dim_value : 0;
}

static fsc_status read_input(fsc_onnx *x, const Onnx__ValueInfoProto *info, fsc_error *err) {
    const Onnx__TypeProto *type = info->type;
    const int is_tensor = type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE && type->tensor_type;
    const Onnx__TensorShapeProto *shape = is_tensor ? type->tensor_type->shape : NULL;
    if (!shape || shape->n_dim != 4 || type->tensor_type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "its input '%.60s' is not a 2-D image (batch, channel, height, width) of 32-bit floats",
                        info->name);
    const int64_t batch = fixed_size(shape, 0), channel = fixed_size(shape, 1);
    x->out->tile[0] = fixed_size(shape, 2);
    x->out->tile[1] = fixed_size(shape, 3);
    x->out->n_channel = channel;
    if (batch < 0 || batch > 1 || channel < 1 || channel > FSC_CHANNELS_MOST || x->out->tile[0] < 0 ||
        x->out->tile[1] < 0 || x->out->tile[0] > FSC_EDGE_MOST || x->out->tile[1] > FSC_EDGE_MOST)
        return fsc_fail(err, FSC_E_SHAPE, "its input '%.60s' has sizes that no image has", info->name);
    x->value[x->n_value++] = info->name;
    return FSC_OK;
}

/* The one input that is no weight. */
static fsc_status find_input(fsc_onnx *x, fsc_error *err) {
    const Onnx__ValueInfoProto *found = NULL;
    for (size_t i = 0; i < x->graph->n_input; i++) {
        if (fsc_onnx_tensor(x, x->graph->input[i]->name)) continue;
        if (found) return fsc_fail(err, FSC_E_UNSUPPORTED, "has several inputs; one image is all there is");
        found = x->graph->input[i];
    }
    if (!found || x->graph->n_output != 1)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "must have one input and one output");
    return read_input(x, found, err);
}

/* What a node gives that computes nothing: a Constant, or weights under another name (PyTorch's exporter writes equal
 * weights once and an Identity for each further layer that has them). NULL: a layer. */
static const Onnx__TensorProto *weights_of(const fsc_onnx *x, const Onnx__NodeProto *node) {
    if (strcmp(node->op_type, "Constant") == 0 && node->n_attribute == 1) return node->attribute[0]->t;
    const int renames = strcmp(node->op_type, "Identity") == 0 && node->n_input == 1;
    return renames && fsc_onnx_value(x, node->input[0]) < 0 ? fsc_onnx_tensor(x, node->input[0]) : NULL;
}

static fsc_status add_node(fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    if (node->n_output < 1) return fsc_fail(err, FSC_E_FORMAT, "a node makes nothing");
    const Onnx__TensorProto *weights = weights_of(x, node);
    if (weights) {
        x->constant_name[x->n_constant] = node->output[0];
        x->constant[x->n_constant++] = weights;
        return FSC_OK;
    }
    if (fsc_onnx_value(x, node->output[0]) >= 0)
        return fsc_fail(err, FSC_E_FORMAT, "'%.60s' is made twice", node->output[0]);
    fsc_layer *l = &x->out->layer[x->out->n_layer++];
    fsc_copy_text(l->name, sizeof l->name, node->name && *node->name ? node->name : node->output[0]);
    FSC_TRY(fsc_onnx_layer(l, x, node, err));
    x->value[x->n_value++] = node->output[0];
    return FSC_OK;
}

static fsc_status translate(fsc_graph *out, const Onnx__ModelProto *model, fsc_error *err) {
    FSC_TRY(check_model(model, err));
    const int64_t n = (int64_t)model->graph->n_node;
    FSC_AUTO_BLOCK const char **value = fsc_alloc(n + 1, sizeof *value);
    FSC_AUTO_BLOCK const char **constant_name = fsc_alloc(n, sizeof *constant_name);
    FSC_AUTO_BLOCK const Onnx__TensorProto **constant = fsc_alloc(n, sizeof *constant);
    out->layer = fsc_alloc(n, sizeof *out->layer);
    if (!value || !constant_name || !constant || !out->layer) return fsc_fail_nomem(err, "reading a network");
    fsc_onnx x = {
        .out = out, .graph = model->graph, .value = value, .constant_name = constant_name, .constant = constant};
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *set = model->opset_import[i];
        if (!set->domain || !*set->domain) x.opset = set->version;
    }
    FSC_TRY(find_input(&x, err));
    for (size_t i = 0; i < model->graph->n_node; i++) FSC_TRY(add_node(&x, model->graph->node[i], err));
    out->output = fsc_onnx_value(&x, model->graph->output[0]->name);
    if (out->output < 1) return fsc_fail(err, FSC_E_FORMAT, "no node makes its output");
    return FSC_OK;
}

fsc_status fsc_graph_read(fsc_graph **out, const char *path, fsc_error *err) {
    fsc_error why = FSC_ERROR_INIT;
    Onnx__ModelProto *message = NULL;
    FSC_TRY(fsc_message_read(&message, path, err));
    fsc_graph *graph = fsc_alloc(1, sizeof *graph);
    const fsc_status status = graph ? translate(graph, message, &why) : fsc_fail_nomem(&why, "reading a network");
    fsc_message_free(message);
    if (status != FSC_OK) {
        fsc_graph_free(graph);
        return fsc_fail(err, status, "%.200s: %s", path, why.text);
    }
    *out = graph;
    return FSC_OK;
}
