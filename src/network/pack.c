/* Pack: a convolution's weights in the order in which the kernel reads them. */
#include "alloc.h"
#include "fail.h"
#include "graph.h"

void fsc_graph_free(fsc_graph *graph) {
    if (!graph) return;
    for (int32_t i = 0; graph->layer && i < graph->n_layer; i++) {
        fsc_layer *l = &graph->layer[i];
        for (int32_t p = 0; l->phase && p < l->n_phase; p++) {
            fsc_free(l->phase[p].dy);
            fsc_free(l->phase[p].dx);
            fsc_free(l->phase[p].packed);
        }
        fsc_free(l->phase);
        fsc_free(l->scale);
        fsc_free(l->bias);
    }
    fsc_free(graph->layer);
    fsc_free(graph);
}

/* Where a tap of the kernel reads, and whether this phase uses it at all. */
static int tap_place(int64_t *place, const fsc_layer *l, int axis, int64_t u, int64_t from) {
    if (l->op == FSC_OP_CONV) {
        *place = u * l->dilation[axis] - l->pad[axis];
        return 1;
    }
    const int64_t away = from + l->pad[axis] - u * l->dilation[axis];
    *place = away / l->stride[axis];
    return away % l->stride[axis] == 0;
}

static void pack_phase(fsc_phase *p, const fsc_layer *l, const float *weight, const int32_t *tap) {
    const int64_t area = l->kernel[0] * l->kernel[1], n_k = p->n_tap * l->n_in;
    for (int64_t m = 0; m < l->n_out; m++)
        for (int32_t t = 0; t < p->n_tap; t++)
            for (int64_t c = 0; c < l->n_in; c++) {
                const int64_t at = l->op == FSC_OP_CONV ? m * l->n_in + c : c * l->n_out + m;
                p->packed[(m / FSC_ROWS * n_k + t * l->n_in + c) * FSC_ROWS + m % FSC_ROWS] =
                    weight[at * area + tap[t]];
            }
}

static fsc_status make_phase(fsc_phase *p, const fsc_layer *l, const float *weight, fsc_error *err) {
    const int64_t area = l->kernel[0] * l->kernel[1];
    int32_t tap[FSC_KERNEL_MOST * FSC_KERNEL_MOST];
    p->dy = fsc_alloc(area, sizeof *p->dy);
    p->dx = fsc_alloc(area, sizeof *p->dx);
    if (!p->dy || !p->dx) return fsc_fail_nomem(err, "packing a network's weights");
    for (int64_t u = 0; u < l->kernel[0]; u++)
        for (int64_t v = 0; v < l->kernel[1]; v++) {
            int64_t y, x;
            const int rows = tap_place(&y, l, 0, u, p->from[0]), columns = tap_place(&x, l, 1, v, p->from[1]);
            if (!rows || !columns) continue;
            p->dy[p->n_tap] = (int32_t)y;
            p->dx[p->n_tap] = (int32_t)x;
            tap[p->n_tap++] = (int32_t)(u * l->kernel[1] + v);
        }
    p->packed = fsc_alloc((l->n_out + FSC_ROWS - 1) / FSC_ROWS * p->n_tap * l->n_in, FSC_ROWS * sizeof *p->packed);
    if (!p->packed) return fsc_fail_nomem(err, "packing a network's weights");
    pack_phase(p, l, weight, tap);
    return FSC_OK;
}

fsc_status fsc_layer_pack(fsc_layer *layer, const float *weight, fsc_error *err) {
    const int turned = layer->op == FSC_OP_CONV_TRANSPOSE;
    layer->n_phase = turned ? (int32_t)(layer->stride[0] * layer->stride[1]) : 1;
    layer->phase = fsc_alloc(layer->n_phase, sizeof *layer->phase);
    if (!layer->phase) return fsc_fail_nomem(err, "packing a network's weights");
    for (int32_t i = 0; i < layer->n_phase; i++) {
        fsc_phase *p = &layer->phase[i];
        for (int axis = 0; axis < 2; axis++) {
            p->step_in[axis] = turned ? 1 : layer->stride[axis];
            p->step_out[axis] = turned ? layer->stride[axis] : 1;
        }
        p->from[0] = turned ? i / layer->stride[1] : 0;
        p->from[1] = turned ? i % layer->stride[1] : 0;
        FSC_TRY(make_phase(p, layer, weight, err));
    }
    return FSC_OK;
}
