/* Shape: sizes of every value before any memory is taken, and what a run will hold at one time. */
#include "alloc.h"
#include "fail.h"
#include "graph.h"

static int64_t product(const fsc_layer_size *p) {
    return p->channel * p->height * p->width;
}

/* Pixels along one axis after a layer; 0 or less: none is left. */
static int64_t length_after(const fsc_layer *l, int axis, int64_t n) {
    const int64_t pad = l->pad[axis] + l->pad[axis + 2], reach = (l->kernel[axis] - 1) * l->dilation[axis] + 1;
    if (l->op == FSC_OP_CONV_TRANSPOSE) return (n - 1) * l->stride[axis] + reach - pad + l->pad_out[axis];
    if (l->op == FSC_OP_PAD) return n + pad;
    return n + pad < reach ? 0 : (n + pad - reach) / l->stride[axis] + 1;
}

static fsc_status check_channels(const fsc_layer *l, int64_t n, fsc_error *err) {
    if (l->n_in == n) return FSC_OK;
    return fsc_fail(err, FSC_E_SHAPE, "layer '%s' has weights for %lld channels and is given %lld", l->name,
                    (long long)l->n_in, (long long)n);
}

static fsc_status join(fsc_layer_size *out, const fsc_layer *l, const fsc_layer_size *of, fsc_error *err) {
    *out = of[l->input[0]];
    for (int32_t i = 1; i < l->n_input; i++) {
        const fsc_layer_size *p = &of[l->input[i]];
        if (p->height != out->height || p->width != out->width || (l->op == FSC_OP_ADD && p->channel != out->channel))
            return fsc_fail(err, FSC_E_SHAPE, "layer '%s' joins planes of %lld x %lld x %lld and %lld x %lld x %lld",
                            l->name, (long long)out->channel, (long long)out->height, (long long)out->width,
                            (long long)p->channel, (long long)p->height, (long long)p->width);
        if (l->op == FSC_OP_CONCAT) out->channel += p->channel;
    }
    return FSC_OK;
}

static fsc_status size_of(fsc_layer_size *out, const fsc_layer *l, const fsc_layer_size *of, fsc_error *err) {
    *out = of[l->input[0]];
    switch (l->op) {
    case FSC_OP_CONV:
    case FSC_OP_CONV_TRANSPOSE:
        FSC_TRY(check_channels(l, out->channel, err));
        out->channel = l->n_out;
        out->height = length_after(l, 0, out->height);
        out->width = length_after(l, 1, out->width);
        break;
    case FSC_OP_PAD:
        out->height = length_after(l, 0, out->height);
        out->width = length_after(l, 1, out->width);
        break;
    case FSC_OP_INSTANCE_NORM:
    case FSC_OP_PRELU: FSC_TRY(check_channels(l, out->channel, err)); break;
    case FSC_OP_ADD:
    case FSC_OP_CONCAT: FSC_TRY(join(out, l, of, err)); break;
    case FSC_OP_LEAKY_RELU:
    case FSC_OP_SOFTMAX:
    case FSC_OP_IDENTITY: break;
    }
    if (out->channel < 1 || out->height < 1 || out->width < 1 || out->channel > FSC_CHANNELS_MOST ||
        out->height > FSC_EDGE_MOST || out->width > FSC_EDGE_MOST)
        return fsc_fail(err, FSC_E_SHAPE, "layer '%s' would make planes of %lld x %lld x %lld", l->name,
                        (long long)out->channel, (long long)out->height, (long long)out->width);
    return FSC_OK;
}

static int64_t macs_of(const fsc_layer *l, const fsc_layer_size *from, const fsc_layer_size *to) {
    const int64_t taps = l->kernel[0] * l->kernel[1] * l->n_in * l->n_out;
    if (l->op == FSC_OP_CONV) return taps * to->height * to->width;
    return l->op == FSC_OP_CONV_TRANSPOSE ? taps * from->height * from->width : 0;
}

/* What is alive at one time: every value from the layer that makes it to the last that reads it. */
static int64_t bytes_alive(const fsc_graph *graph, const fsc_sizes *plan) {
    int64_t alive = 0, most = 0;
    for (int32_t i = 0; i < graph->n_layer; i++) {
        alive += product(&plan->of[i + 1]);
        if (alive > most) most = alive;
        for (int32_t v = 1; v <= i + 1; v++)
            if (plan->last_use[v] == i) alive -= product(&plan->of[v]);
    }
    return most * (int64_t)sizeof(float);
}

fsc_status fsc_sizes_make(fsc_sizes *out, const fsc_graph *graph, int64_t height, int64_t width, fsc_error *err) {
    out->of = fsc_alloc(graph->n_layer + 1, sizeof *out->of);
    out->last_use = fsc_alloc(graph->n_layer + 1, sizeof *out->last_use);
    if (!out->of || !out->last_use) return fsc_fail_nomem(err, "planning a network's run");
    out->of[0] = (fsc_layer_size){graph->n_channel, height, width};
    for (int32_t i = 0; i < graph->n_layer; i++) {
        const fsc_layer *l = &graph->layer[i];
        FSC_TRY(size_of(&out->of[i + 1], l, out->of, err));
        out->n_mac += macs_of(l, &out->of[l->input[0]], &out->of[i + 1]);
        out->last_use[i + 1] = i; /* unread: gone at once */
        for (int32_t k = 0; k < l->n_input; k++) out->last_use[l->input[k]] = i;
    }
    out->last_use[graph->output] = graph->n_layer;
    out->bytes = bytes_alive(graph, out);
    if (out->bytes > FSC_NETWORK_BYTES_MOST)
        return fsc_fail(err, FSC_E_RANGE, "a tile of %lld x %lld would need %lld MB for this network's planes",
                        (long long)height, (long long)width, (long long)(out->bytes >> 20));
    return FSC_OK;
}

void fsc_sizes_free(fsc_sizes *plan) {
    fsc_free(plan->of);
    fsc_free(plan->last_use);
    *plan = (fsc_sizes){0};
}
