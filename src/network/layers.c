/* Layers: what is done to each channel or pixel alone, and the run through all of them. */
#include "alloc.h"
#include "fail.h"
#include "graph.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

typedef struct norm_work {
    const fsc_layer *layer;
    float *value;
    int64_t area;
} norm_work;

/* Mean 0 and variance 1 in one channel's plane, then the layer's own scale and offset. */
static void norm_channel(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    const norm_work *w = context;
    (void)tile, (void)worker;
    for (int64_t c = begin; c < end; c++) {
        float *plane = w->value + c * w->area;
        double sum = 0, square = 0;
        for (int64_t i = 0; i < w->area; i++) sum += (double)plane[i];
        const double mean = sum / (double)w->area;
        for (int64_t i = 0; i < w->area; i++) square += ((double)plane[i] - mean) * ((double)plane[i] - mean);
        const double factor = (double)w->layer->scale[c] / sqrt(square / (double)w->area + (double)w->layer->value);
        const float scale = (float)factor, middle = (float)mean, bias = w->layer->bias[c];
        for (int64_t i = 0; i < w->area; i++) plane[i] = (plane[i] - middle) * scale + bias;
    }
}

void fsc_normalise(const fsc_layer *layer, float *value, const fsc_layer_size *size, int32_t n_threads) {
    norm_work w = {layer, value, size->height * size->width};
    fsc_tiles_run(size->channel, 1, norm_channel, &w, n_threads);
}

void fsc_rectify(const fsc_layer *layer, float *value, const fsc_layer_size *size) {
    const int64_t area = size->height * size->width;
    for (int64_t c = 0; c < size->channel; c++) {
        const float slope = layer->op == FSC_OP_PRELU ? layer->scale[c] : layer->value;
        float *plane = value + c * area;
        for (int64_t i = 0; i < area; i++) plane[i] = plane[i] > 0 ? plane[i] : slope * plane[i];
    }
}

void fsc_softmax(float *value, const fsc_layer_size *size) {
    const int64_t area = size->height * size->width;
    for (int64_t i = 0; i < area; i++) {
        float most = value[i];
        double sum = 0;
        for (int64_t c = 1; c < size->channel; c++)
            if (value[c * area + i] > most) most = value[c * area + i];
        for (int64_t c = 0; c < size->channel; c++) sum += exp((double)(value[c * area + i] - most));
        for (int64_t c = 0; c < size->channel; c++)
            value[c * area + i] = (float)(exp((double)(value[c * area + i] - most)) / sum);
    }
}

static int64_t count(const fsc_layer_size *p) {
    return p->channel * p->height * p->width;
}

static int is_pointwise(fsc_operator op) {
    return op == FSC_OP_INSTANCE_NORM || op == FSC_OP_LEAKY_RELU || op == FSC_OP_PRELU || op == FSC_OP_SOFTMAX ||
           op == FSC_OP_IDENTITY || op == FSC_OP_ADD;
}

typedef struct running {
    const fsc_graph *graph;
    const fsc_sizes *plan;
    float **value; /* n_layer + 1; [0] is the caller's */
    int32_t n_threads;
} running;

static void pad_planes(const fsc_layer *l, const float *from, const fsc_layer_size *a, float *to,
                       const fsc_layer_size *b) {
    for (int64_t c = 0; c < a->channel; c++)
        for (int64_t y = 0; y < a->height; y++)
            memcpy(to + (c * b->height + y + l->pad[0]) * b->width + l->pad[1], from + (c * a->height + y) * a->width,
                   (size_t)a->width * sizeof *to);
}

/* A value for layer i to fill: a pointwise layer works in place where nobody else reads its input. */
static float *take(running *r, int32_t i) {
    const fsc_layer *l = &r->graph->layer[i];
    const int32_t in = l->input[0];
    const int64_t n = count(&r->plan->of[i + 1]);
    if (is_pointwise(l->op) && in > 0 && r->plan->last_use[in] == i) {
        float *same = r->value[in];
        r->value[in] = NULL;
        return same;
    }
    float *fresh = l->op == FSC_OP_PAD ? fsc_alloc(n, sizeof *fresh) : fsc_alloc_unset(n, sizeof *fresh);
    if (fresh && is_pointwise(l->op)) memcpy(fresh, r->value[in], (size_t)n * sizeof *fresh);
    return fresh;
}

static fsc_status run_layer(running *r, int32_t i, fsc_error *err) {
    const fsc_layer *l = &r->graph->layer[i];
    const fsc_layer_size *from = &r->plan->of[l->input[0]], *size = &r->plan->of[i + 1];
    float *to = r->value[i + 1] = take(r, i);
    if (!to) return fsc_fail_nomem(err, "running a network");
    switch (l->op) {
    case FSC_OP_CONV:
    case FSC_OP_CONV_TRANSPOSE: return fsc_convolve(l, r->value[l->input[0]], from, to, size, r->n_threads, err);
    case FSC_OP_INSTANCE_NORM: fsc_normalise(l, to, size, r->n_threads); break;
    case FSC_OP_LEAKY_RELU:
    case FSC_OP_PRELU: fsc_rectify(l, to, size); break;
    case FSC_OP_ADD: {
        const float *other = r->value[l->input[1]] ? r->value[l->input[1]] : to; /* x + x */
        for (int64_t k = 0, n = count(size); k < n; k++) to[k] += other[k];
        break;
    }
    case FSC_OP_CONCAT:
        for (int32_t k = 0; k < l->n_input; k++) {
            const int64_t n = count(&r->plan->of[l->input[k]]);
            memcpy(to, r->value[l->input[k]], (size_t)n * sizeof *to);
            to += n;
        }
        break;
    case FSC_OP_PAD: pad_planes(l, r->value[l->input[0]], from, to, size); break;
    case FSC_OP_SOFTMAX: fsc_softmax(to, size); break;
    case FSC_OP_IDENTITY: break;
    }
    return FSC_OK;
}

fsc_status fsc_graph_run(const fsc_graph *graph, const fsc_sizes *plan, const float *input, float *output,
                         int32_t n_threads, fsc_error *err) {
    const int64_t n_value = graph->n_layer + 1;
    FSC_AUTO_BLOCK float **value = fsc_alloc(n_value, sizeof *value);
    FSC_AUTO_BLOCK float *first = fsc_alloc_unset(count(&plan->of[0]), sizeof *first);
    if (!value || !first) return fsc_fail_nomem(err, "running a network");
    memcpy(first, input, (size_t)count(&plan->of[0]) * sizeof *first);
    value[0] = first;
    running r = {graph, plan, value, n_threads};
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < graph->n_layer && status == FSC_OK; i++) {
        status = run_layer(&r, i, err);
        for (int32_t v = 1; v <= i + 1 && status == FSC_OK; v++)
            if (plan->last_use[v] == i) {
                fsc_free(value[v]);
                value[v] = NULL;
            }
    }
    if (status == FSC_OK)
        memcpy(output, value[graph->output], (size_t)count(&plan->of[graph->output]) * sizeof *output);
    for (int32_t v = 1; v < n_value; v++) fsc_free(value[v]);
    return status;
}
