/* Draw: networks for the tests: each call adds a node to an ONNX file, written byte by byte here, and computes in
 * double precision, by the definition of the operator, what it must give. */
#ifndef TEST_NETWORK_DRAW_H
#define TEST_NETWORK_DRAW_H

#include <stddef.h>
#include <stdint.h>

enum { DRAWN_MOST = 128 };

typedef struct bytes {
    unsigned char *at; /* malloc */
    size_t n, capacity;
} bytes;

typedef struct drawn {
    int64_t channel, height, width;
    double *value; /* malloc; NULL: not computed */
} drawn;

typedef struct drawing {
    bytes nodes, weights; /* fields of the graph */
    drawn plane[DRAWN_MOST];
    int n;
    int64_t tile[2]; /* as the file says it; 0 = a name */
    int computed;    /* 0: only the file is wanted */
    int by_identity; /* 1: weights of norms reach them through an Identity, as PyTorch writes what two layers share */
    uint64_t state;  /* of the random numbers */
} drawing;

/* The wire of protobuf. */
void put_number(bytes *to, int field, int64_t value);
void put_block(bytes *to, int field, const void *data, size_t n);
void put_text(bytes *to, int field, const char *text);
void put_message(bytes *to, int field, bytes *inner); /* inner is emptied */
void put_real(bytes *to, int field, float value);

/* Plane 0 is the input, `from` of n x n random numbers. */
void draw_begin(drawing *d, int64_t height, int64_t width, int computed);
double draw_random(drawing *d); /* about -1..1 */
typedef struct shape {
    int64_t out, kernel, stride, dilation, pad_low, pad_high, pad_out;
} shape;
/* weight NULL: random ones; weight and bias in ONNX's order. Each returns the new plane's number. */
int draw_conv(drawing *d, int from, shape s, const float *weight, const float *bias);
int draw_conv_transpose(drawing *d, int from, shape s);
int draw_norm(drawing *d, int from);
int draw_leaky(drawing *d, int from, float slope);
int draw_prelu(drawing *d, int from);
int draw_relu(drawing *d, int from);
int draw_add(drawing *d, int a, int b);
int draw_concat(drawing *d, int a, int b);
int draw_pad(drawing *d, int from, int64_t low, int64_t high);
int draw_softmax(drawing *d, int from);
int draw_identity(drawing *d, int from);
/* The U-Net of MONAI: residual units, skips by concatenation, `n` widths. */
int draw_unet(drawing *d, int64_t n_class, const int64_t *width, int n);
/* The file's bytes (malloc); the drawing is freed but for its planes. */
bytes draw_end(drawing *d, int output);
void draw_free(drawing *d);
void write_bytes(const char *path, const bytes *b, size_t n);

#endif
