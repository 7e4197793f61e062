/* Graph: a network as this room computes it: layers in the order in which they run, weights checked and packed. */
#ifndef FSC_NETWORK_GRAPH_H
#define FSC_NETWORK_GRAPH_H

#include <fascicle/status.h>
#include <stdint.h>

/* Ceilings for files of strangers; the networks of the field stay far below them. */
enum {
    FSC_LAYERS_MOST = 1024,
    FSC_INPUTS_MOST = 8,
    FSC_CHANNELS_MOST = 4096,
    FSC_KERNEL_MOST = 15,
    FSC_EDGE_MOST = 4096, /* pixels along a plane's edge */
    FSC_LANES = 16,       /* pixels that one step of the kernel takes */
    FSC_ROWS = 4          /* channels that it takes */
};
#define FSC_NETWORK_BYTES_MOST ((int64_t)2 << 30) /* of planes alive at one time, and of weights */

typedef enum fsc_operator {
    FSC_OP_CONV,
    FSC_OP_CONV_TRANSPOSE,
    FSC_OP_INSTANCE_NORM,
    FSC_OP_LEAKY_RELU, /* ReLU: slope 0 */
    FSC_OP_PRELU,
    FSC_OP_ADD,
    FSC_OP_CONCAT,
    FSC_OP_PAD,
    FSC_OP_SOFTMAX,
    FSC_OP_IDENTITY
} fsc_operator;

/* Channels, height and width of one layer's planes; batches are of one. */
typedef struct fsc_layer_size {
    int64_t channel, height, width;
} fsc_layer_size;

/* One gather: output pixel (y * step_out[0] + from[0], x * step_out[1] + from[1]) takes input pixel (y * step_in[0] +
 * dy[t], x * step_in[1] + dx[t]) through tap t. A convolution is one of them, a transposed one stride x stride. */
typedef struct fsc_phase {
    int32_t n_tap;
    int32_t *dy, *dx; /* owned, n_tap */
    int64_t step_in[2], step_out[2], from[2];
    float *packed; /* owned: [ceil(n_out / FSC_ROWS)][n_tap * n_in][FSC_ROWS], rows beyond n_out 0 */
} fsc_phase;

typedef struct fsc_layer {
    fsc_operator op;
    char name[64];
    int32_t input[FSC_INPUTS_MOST]; /* value numbers: 0 = the network's input, layer i makes value i + 1 */
    int32_t n_input;
    int64_t n_in, n_out; /* channels of a convolution, or n_in of what has a parameter a channel; else 0 */
    int64_t kernel[2], stride[2], dilation[2], pad[4], pad_out[2]; /* pad: top, left, bottom, right */
    fsc_phase *phase;                                              /* owned, n_phase: of convolutions */
    int32_t n_phase;
    float *scale; /* owned, n_in: of a norm; the slope of a PReLU */
    float *bias;  /* owned: n_out of a convolution, n_in of a norm */
    float value;  /* epsilon, or the slope */
} fsc_layer;

typedef struct fsc_graph {
    fsc_layer *layer; /* owned */
    int32_t n_layer;
    int32_t output;    /* value number */
    int64_t n_channel; /* of the input */
    int64_t tile[2];   /* height and width that the file fixes; 0 = any */
    int64_t n_parameter;
} fsc_graph;

/* What one run at a tile's size takes. */
typedef struct fsc_sizes {
    fsc_layer_size *of; /* owned, n_layer + 1: planes of every value */
    int32_t *last_use;  /* owned, n_layer + 1: the layer after which a value is not needed; n_layer for the output */
    int64_t n_mac;
    int64_t bytes; /* of planes alive at one time, at most */
} fsc_sizes;

void fsc_graph_free(fsc_graph *graph);
/* Reads an ONNX file: every operator, size and attribute is checked, and what it needs is taken only then. */
fsc_status fsc_graph_read(fsc_graph **out, const char *path, fsc_error *err);
/* Takes weights in ONNX's order ((n_out, n_in, kh, kw), transposed (n_in, n_out, kh, kw)) into the layer's phases. */
fsc_status fsc_layer_pack(fsc_layer *layer, const float *weight, fsc_error *err);
/* Sizes of every value for an input of height x width. FSC_E_SHAPE names the layer that does not fit;
 * FSC_E_RANGE: more memory than the ceiling. */
fsc_status fsc_sizes_make(fsc_sizes *out, const fsc_graph *graph, int64_t height, int64_t width, fsc_error *err);
void fsc_sizes_free(fsc_sizes *plan);
/* Runs the graph: input (n_channel, height, width) to output, the planes of plan->of[graph->output]. */
fsc_status fsc_graph_run(const fsc_graph *graph, const fsc_sizes *plan, const float *input, float *output,
                         int32_t n_threads, fsc_error *err);

/* One layer's arithmetic; to was made with the planner's sizes. */
fsc_status fsc_convolve(const fsc_layer *layer, const float *from, const fsc_layer_size *size_from, float *to,
                        const fsc_layer_size *size_to, int32_t n_threads, fsc_error *err);
void fsc_normalise(const fsc_layer *layer, float *value, const fsc_layer_size *size, int32_t n_threads);
void fsc_rectify(const fsc_layer *layer, float *value, const fsc_layer_size *size);
void fsc_softmax(float *value, const fsc_layer_size *size);

#endif
