#include "onnx_node.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

enum { STRIDE_MOST = 8, DILATION_MOST = 64, PARAMETERS_MOST = 1 << 26 };

static const Onnx__AttributeProto *attribute(const Onnx__NodeProto *node, const char *name) {
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, name) == 0) return node->attribute[i];
    return NULL;
}

static int64_t integer(const Onnx__NodeProto *node, const char *name, int64_t other) {
    const Onnx__AttributeProto *a = attribute(node, name);
    return a && a->has_i ? a->i : other;
}

static float real(const Onnx__NodeProto *node, const char *name, float other) {
    const Onnx__AttributeProto *a = attribute(node, name);
    return a && a->has_f ? a->f : other;
}

/* n whole numbers low..high into out; absent: out stays. */
static fsc_status integers(int64_t *out, size_t n, const Onnx__NodeProto *node, const char *name, int64_t low,
                           int64_t high, fsc_error *err) {
    const Onnx__AttributeProto *a = attribute(node, name);
    if (!a) return FSC_OK;
    int fits = a->n_ints == n;
    for (size_t i = 0; fits && i < n; i++) fits = a->ints[i] >= low && a->ints[i] <= high;
    if (!fits)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "%s of the node that makes '%.60s' are not %zu numbers from %lld to %lld", name,
                        node->output[0], n, (long long)low, (long long)high);
    memcpy(out, a->ints, n * sizeof *out);
    return FSC_OK;
}

static fsc_status refuse(const Onnx__NodeProto *node, const char *what, fsc_error *err) {
    return fsc_fail(err, FSC_E_UNSUPPORTED, "operator %.40s (node '%.60s'): %s", node->op_type,
                    node->name && *node->name ? node->name : node->output[0], what);
}

static const Onnx__TensorProto *weights_of(const fsc_onnx *x, const Onnx__NodeProto *node, size_t i) {
    return i < node->n_input && *node->input[i] ? fsc_onnx_tensor(x, node->input[i]) : NULL;
}

static int64_t count(const Onnx__TensorProto *t) {
    int64_t n = 1;
    for (size_t i = 0; i < t->n_dims; i++) {
        if (t->dims[i] < 0 || (t->dims[i] && n > FSC_NETWORK_BYTES_MOST / t->dims[i])) return -1;
        n *= t->dims[i];
    }
    return n;
}

/* A tensor's floats, all finite; owned. */
static fsc_status floats(float **out, const fsc_onnx *x, const Onnx__TensorProto *t, fsc_error *err) {
    const int64_t n = count(t);
    const char *name = t->name && *t->name ? t->name : "a constant";
    if (t->n_external_data || t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "its weights lie in another file; save the network as one file");
    if (t->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "weights '%.60s' are not 32-bit floats", name);
    const int raw = t->has_raw_data && t->raw_data.len > 0;
    const size_t held = raw ? t->raw_data.len : t->n_float_data * sizeof(float);
    if (n < 1 || held != (size_t)n * sizeof(float))
        return fsc_fail(err, FSC_E_FORMAT, "weights '%.60s' are %zu bytes where their shape wants %lld floats", name,
                        held, (long long)n);
    if (n > PARAMETERS_MOST - x->out->n_parameter) /* many nodes may name the same weights */
        return fsc_fail(err, FSC_E_RANGE, "has more than %d weights", PARAMETERS_MOST);
    FSC_AUTO_BLOCK float *value = fsc_alloc_unset(n, sizeof *value);
    if (!value) return fsc_fail_nomem(err, "reading a network");
    memcpy(value, raw ? (const void *)t->raw_data.data : (const void *)t->float_data, held);
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(value[i])) return fsc_fail(err, FSC_E_FORMAT, "weights '%.60s' are not all finite numbers", name);
    x->out->n_parameter += n;
    FSC_GIVE(out, value);
    return FSC_OK;
}

/* A number a channel: n of them, or one for all. */
static fsc_status per_channel(float **out, const fsc_onnx *x, const Onnx__NodeProto *node, size_t i, int64_t n,
                              fsc_error *err) {
    const Onnx__TensorProto *t = weights_of(x, node, i);
    if (!t) return refuse(node, "its parameters must be weights of the file", err);
    if (count(t) != n && count(t) != 1) return refuse(node, "has another number of parameters than channels", err);
    FSC_AUTO_BLOCK float *value = NULL;
    FSC_TRY(floats(&value, x, t, err));
    FSC_AUTO_BLOCK float *all = fsc_alloc(n, sizeof *all);
    if (!all) return fsc_fail_nomem(err, "reading a network");
    for (int64_t c = 0; c < n; c++) all[c] = value[count(t) == 1 ? 0 : c];
    FSC_GIVE(out, all);
    return FSC_OK;
}

static fsc_status no_auto_pad(const Onnx__NodeProto *node, fsc_error *err) {
    const Onnx__AttributeProto *a = attribute(node, "auto_pad");
    if (a && a->has_s && !(a->s.len == 6 && memcmp(a->s.data, "NOTSET", 6) == 0))
        return refuse(node, "auto_pad is not computed; export with explicit pads", err);
    if (attribute(node, "output_shape")) return refuse(node, "output_shape is not computed", err);
    return integer(node, "group", 1) == 1 ? FSC_OK : refuse(node, "only one group is computed", err);
}

static fsc_status read_convolution(fsc_layer *l, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    const Onnx__TensorProto *t = weights_of(x, node, 1);
    const int turned = l->op == FSC_OP_CONV_TRANSPOSE;
    if (!t || t->n_dims != 4) return refuse(node, "its weights must be a 4-D block of the file (2-D images)", err);
    for (int axis = 0; axis < 2; axis++) l->stride[axis] = l->dilation[axis] = 1;
    FSC_TRY(no_auto_pad(node, err));
    FSC_TRY(integers(l->stride, 2, node, "strides", 1, STRIDE_MOST, err));
    FSC_TRY(integers(l->dilation, 2, node, "dilations", 1, DILATION_MOST, err));
    FSC_TRY(integers(l->pad, 4, node, "pads", 0, FSC_EDGE_MOST, err));
    FSC_TRY(integers(l->pad_out, 2, node, "output_padding", 0, STRIDE_MOST - 1, err));
    l->n_out = t->dims[turned];
    l->n_in = t->dims[!turned];
    memcpy(l->kernel, t->dims + 2, sizeof l->kernel);
    if (l->n_in < 1 || l->n_out < 1 || l->n_in > FSC_CHANNELS_MOST || l->n_out > FSC_CHANNELS_MOST ||
        l->kernel[0] < 1 || l->kernel[1] < 1 || l->kernel[0] > FSC_KERNEL_MOST || l->kernel[1] > FSC_KERNEL_MOST)
        return refuse(node, "its weights have sizes that are not computed", err);
    int64_t said[2] = {l->kernel[0], l->kernel[1]};
    FSC_TRY(integers(said, 2, node, "kernel_shape", 1, FSC_KERNEL_MOST, err));
    if (memcmp(said, l->kernel, sizeof said) != 0) return refuse(node, "kernel_shape is not that of its weights", err);
    FSC_AUTO_BLOCK float *weight = NULL;
    FSC_TRY(floats(&weight, x, t, err));
    if (node->n_input > 2 && *node->input[2]) FSC_TRY(per_channel(&l->bias, x, node, 2, l->n_out, err));
    return fsc_layer_pack(l, weight, err);
}

static fsc_status read_norm(fsc_layer *l, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    const Onnx__TensorProto *scale = weights_of(x, node, 1);
    l->n_in = scale ? count(scale) : 0;
    l->value = real(node, "epsilon", 1e-5f);
    if (l->n_in < 1 || l->n_in > FSC_CHANNELS_MOST || !(l->value > 0))
        return refuse(node, "needs one weight a channel and a positive epsilon", err);
    FSC_TRY(per_channel(&l->scale, x, node, 1, l->n_in, err));
    return per_channel(&l->bias, x, node, 2, l->n_in, err);
}

/* The slopes of a PReLU: one a channel. A single one for all makes it a leaky ReLU. */
static fsc_status read_slopes(fsc_layer *l, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    const Onnx__TensorProto *slope = weights_of(x, node, 1);
    l->n_in = slope ? count(slope) : 0;
    if (l->n_in < 1 || l->n_in > FSC_CHANNELS_MOST ||
        (l->n_in > 1 && (slope->n_dims < 3 || slope->dims[slope->n_dims - 3] != l->n_in)))
        return refuse(node, "needs its slopes as one number or one a channel", err);
    FSC_TRY(per_channel(&l->scale, x, node, 1, l->n_in, err));
    if (l->n_in > 1) return FSC_OK;
    l->op = FSC_OP_LEAKY_RELU;
    l->value = l->scale[0];
    return FSC_OK;
}

static fsc_status read_leak(fsc_layer *l, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    (void)x;
    l->value = strcmp(node->op_type, "Relu") == 0 ? 0 : real(node, "alpha", 0.01f);
    return isfinite(l->value) ? FSC_OK : refuse(node, "its slope is no number", err);
}

static fsc_status read_axis(fsc_layer *l, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    const int64_t axis = integer(node, "axis", -1);
    if (axis != 1 && axis != -3) return refuse(node, "only the axis of the channels is computed", err);
    if (l->op == FSC_OP_SOFTMAX && x->opset < 13) return refuse(node, "export with operator set 13 or newer", err);
    return FSC_OK;
}

/* Pads as ONNX orders them (all beginnings, then all ends), as an attribute or as whole numbers of the file. */
static fsc_status read_pad(fsc_layer *l, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    int64_t pad[8] = {0};
    const Onnx__AttributeProto *mode = attribute(node, "mode");
    const Onnx__TensorProto *t = weights_of(x, node, 1), *with = weights_of(x, node, 2);
    if (mode && mode->has_s && !(mode->s.len == 8 && memcmp(mode->s.data, "constant", 8) == 0))
        return refuse(node, "only padding with zeros is computed", err);
    if (node->n_input > 1) {
        const int raw = t && t->has_raw_data && t->raw_data.len == sizeof pad;
        if (!t || t->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64 || (!raw && t->n_int64_data != 8))
            return refuse(node, "its pads must be 8 whole numbers of the file", err);
        memcpy(pad, raw ? (const void *)t->raw_data.data : (const void *)t->int64_data, sizeof pad);
    } else
        FSC_TRY(integers(pad, 8, node, "pads", 0, FSC_EDGE_MOST, err));
    const int valued = real(node, "value", 0) != 0;
    if (valued || (node->n_input > 2 && *node->input[2])) {
        FSC_AUTO_BLOCK float *value = NULL;
        if (valued || !with || count(with) != 1) return refuse(node, "only padding with zeros is computed", err);
        FSC_TRY(floats(&value, x, with, err));
        if (value[0] < 0 || value[0] > 0) return refuse(node, "only padding with zeros is computed", err);
    }
    for (int i = 0; i < 8; i++)
        if (pad[i] < 0 || pad[i] > FSC_EDGE_MOST || (i % 4 < 2 && pad[i]) || (node->n_input > 3))
            return refuse(node, "only height and width are padded, and not cut", err);
    const int64_t taken[4] = {pad[2], pad[3], pad[6], pad[7]};
    memcpy(l->pad, taken, sizeof taken);
    return FSC_OK;
}

static fsc_status nothing_more(fsc_layer *l, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    (void)l, (void)x, (void)node, (void)err;
    return FSC_OK;
}

static const struct {
    const char *name;
    fsc_operator op;
    int32_t n_low, n_high; /* inputs that are planes */
    fsc_status (*read)(fsc_layer *, fsc_onnx *, const Onnx__NodeProto *, fsc_error *);
} known[] = {{"Conv", FSC_OP_CONV, 1, 1, read_convolution},
             {"ConvTranspose", FSC_OP_CONV_TRANSPOSE, 1, 1, read_convolution},
             {"InstanceNormalization", FSC_OP_INSTANCE_NORM, 1, 1, read_norm},
             {"LeakyRelu", FSC_OP_LEAKY_RELU, 1, 1, read_leak},
             {"Relu", FSC_OP_LEAKY_RELU, 1, 1, read_leak},
             {"PRelu", FSC_OP_PRELU, 1, 1, read_slopes},
             {"Add", FSC_OP_ADD, 2, 2, nothing_more},
             {"Concat", FSC_OP_CONCAT, 1, FSC_INPUTS_MOST, read_axis},
             {"Pad", FSC_OP_PAD, 1, 1, read_pad},
             {"Softmax", FSC_OP_SOFTMAX, 1, 1, read_axis},
             {"Identity", FSC_OP_IDENTITY, 1, 1, nothing_more}};

fsc_status fsc_onnx_layer(fsc_layer *out, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err) {
    size_t i = 0;
    const size_t n_known = sizeof known / sizeof *known;
    while (i < n_known && strcmp(node->op_type, known[i].name) != 0) i++;
    if (i == n_known || (node->domain && *node->domain))
        return refuse(node, "is not among those that are computed (doc/labels.md lists them)", err);
    out->op = known[i].op;
    const int32_t given = (int32_t)node->n_input, low = known[i].n_low, high = known[i].n_high;
    out->n_input = low == high ? low : given;
    if (given < low || out->n_input > high) return refuse(node, "has another number of inputs than it needs", err);
    for (int32_t k = 0; k < out->n_input; k++) {
        out->input[k] = fsc_onnx_value(x, node->input[k]);
        if (out->input[k] < 0)
            return fsc_fail(err, FSC_E_FORMAT, "operator %.40s takes '%.60s' before anything has made it",
                            node->op_type, node->input[k]);
    }
    return known[i].read(out, x, node, err);
}
