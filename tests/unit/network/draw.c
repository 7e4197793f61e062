#include "draw.h"

#include "../test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(bytes *to, const void *data, size_t n) {
    if (to->n + n > to->capacity) {
        to->capacity = 2 * (to->n + n) + 64;
        to->at = realloc(to->at, to->capacity);
        assert_non_null(to->at);
    }
    if (n) memcpy(to->at + to->n, data, n);
    to->n += n;
}

static void put_varint(bytes *to, uint64_t value) {
    do {
        const unsigned char byte = (unsigned char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        put(to, &byte, 1);
        value >>= 7;
    } while (value);
}

void put_number(bytes *to, int field, int64_t value) {
    put_varint(to, (uint64_t)field << 3);
    put_varint(to, (uint64_t)value);
}

void put_block(bytes *to, int field, const void *data, size_t n) {
    put_varint(to, (uint64_t)field << 3 | 2);
    put_varint(to, n);
    put(to, data, n);
}

void put_text(bytes *to, int field, const char *text) {
    put_block(to, field, text, strlen(text));
}

void put_message(bytes *to, int field, bytes *inner) {
    put_block(to, field, inner->at, inner->n);
    free(inner->at);
    *inner = (bytes){0};
}

void put_real(bytes *to, int field, float value) {
    put_varint(to, (uint64_t)field << 3 | 5);
    put(to, &value, sizeof value);
}

double draw_random(drawing *d) { /* the sum of three: near enough to normal */
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        d->state = d->state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(d->state >> 11) / 4503599627370496.0 - 1;
    }
    return sum / 2;
}

static double *at(const drawn *p, int64_t c, int64_t y, int64_t x) {
    return &p->value[(c * p->height + y) * p->width + x];
}

static int add_plane(drawing *d, int64_t channel, int64_t height, int64_t width) {
    assert_true(d->n < DRAWN_MOST && channel > 0 && height > 0 && width > 0);
    d->plane[d->n] = (drawn){channel, height, width, NULL};
    if (d->computed) {
        d->plane[d->n].value = calloc((size_t)(channel * height * width), sizeof(double));
        assert_non_null(d->plane[d->n].value);
    }
    return d->n++;
}

void draw_begin(drawing *d, int64_t height, int64_t width, int computed) {
    *d = (drawing){.computed = computed, .state = 20240229, .tile = {height, width}};
    const int first = add_plane(d, 1, height, width);
    for (int64_t i = 0; computed && i < height * width; i++) d->plane[first].value[i] = (double)(float)draw_random(d);
}

/* A node from planes to a new one; its attributes follow through `attributes`, which is emptied. */
static void add_node(drawing *d, const char *op, const int *from, int n_from, const char *const *weight, int n_weight,
                     int to, bytes *attributes) {
    bytes node = {0};
    char name[32];
    for (int i = 0; i < n_from; i++) {
        (void)snprintf(name, sizeof name, "p%d", from[i]);
        put_text(&node, 1, name);
    }
    for (int i = 0; i < n_weight; i++) put_text(&node, 1, weight[i]);
    (void)snprintf(name, sizeof name, "p%d", to);
    put_text(&node, 2, name);
    (void)snprintf(name, sizeof name, "node%d", to);
    put_text(&node, 3, name);
    put_text(&node, 4, op);
    if (attributes) put(&node, attributes->at, attributes->n);
    if (attributes) free(attributes->at);
    put_message(&d->nodes, 1, &node);
}

static void add_integers(bytes *to, const char *name, const int64_t *value, int n) {
    bytes a = {0};
    put_text(&a, 1, name);
    for (int i = 0; i < n; i++) put_number(&a, 8, value[i]);
    put_number(&a, 20, 7);
    put_message(to, 5, &a);
}

static void add_integer(bytes *to, const char *name, int64_t value) {
    bytes a = {0};
    put_text(&a, 1, name);
    put_number(&a, 3, value);
    put_number(&a, 20, 2);
    put_message(to, 5, &a);
}

static void add_real(bytes *to, const char *name, float value) {
    bytes a = {0};
    put_text(&a, 1, name);
    put_real(&a, 2, value);
    put_number(&a, 20, 1);
    put_message(to, 5, &a);
}

static void add_weights(drawing *d, const char *name, const int64_t *dim, int n_dim, const float *value) {
    bytes t = {0};
    int64_t n = 1;
    for (int i = 0; i < n_dim; i++) {
        put_number(&t, 1, dim[i]);
        n *= dim[i];
    }
    put_number(&t, 2, 1);
    put_text(&t, 8, name);
    put_block(&t, 9, value, (size_t)n * sizeof *value);
    put_message(&d->weights, 5, &t);
}

/* The same weights under another name. */
static void add_alias(drawing *d, const char *from, const char *to) {
    bytes node = {0};
    put_text(&node, 1, from);
    put_text(&node, 2, to);
    put_text(&node, 4, "Identity");
    put_message(&d->nodes, 1, &node);
}

static float *random_weights(drawing *d, int64_t n, double scale, double middle) {
    float *w = malloc((size_t)n * sizeof *w);
    assert_non_null(w);
    for (int64_t i = 0; i < n; i++) w[i] = (float)(middle + scale * draw_random(d));
    return w;
}

static void add_shape(bytes *a, const shape *s, int turned) {
    const int64_t kernel[] = {s->kernel, s->kernel}, stride[] = {s->stride, s->stride};
    const int64_t dilation[] = {s->dilation, s->dilation}, out[] = {s->pad_out, s->pad_out};
    const int64_t pad[] = {s->pad_low, s->pad_low, s->pad_high, s->pad_high};
    add_integers(a, "kernel_shape", kernel, 2);
    add_integers(a, "strides", stride, 2);
    add_integers(a, "dilations", dilation, 2);
    add_integers(a, "pads", pad, 4);
    if (turned) add_integers(a, "output_padding", out, 2);
}

static void add_convolution(drawing *d, int from, int to, const shape *s, const float *w, const float *b, int turned) {
    char name[2][32];
    bytes a = {0};
    const int64_t in = d->plane[from].channel;
    const int64_t dim[] = {turned ? in : s->out, turned ? s->out : in, s->kernel, s->kernel};
    (void)snprintf(name[0], sizeof name[0], "w%d", to);
    (void)snprintf(name[1], sizeof name[1], "b%d", to);
    const char *const weight[] = {name[0], name[1]};
    add_weights(d, name[0], dim, 4, w);
    add_weights(d, name[1], &s->out, 1, b);
    add_shape(&a, s, turned);
    add_node(d, turned ? "ConvTranspose" : "Conv", &from, 1, weight, 2, to, &a);
}

int draw_conv(drawing *d, int from, shape s, const float *weight, const float *bias) {
    const drawn p = d->plane[from];
    const int64_t reach = (s.kernel - 1) * s.dilation + 1, pad = s.pad_low + s.pad_high, area = s.kernel * s.kernel;
    const int to = add_plane(d, s.out, (p.height + pad - reach) / s.stride + 1, (p.width + pad - reach) / s.stride + 1);
    const drawn q = d->plane[to];
    float *w = random_weights(d, s.out * p.channel * area, sqrt(2.0 / (double)(p.channel * area)), 0);
    float *b = random_weights(d, s.out, 0.1, 0);
    if (weight) memcpy(w, weight, (size_t)(s.out * p.channel * area) * sizeof *w);
    if (bias) memcpy(b, bias, (size_t)s.out * sizeof *b);
    for (int64_t m = 0; d->computed && m < s.out; m++)
        for (int64_t y = 0; y < q.height; y++)
            for (int64_t x = 0; x < q.width; x++) {
                double sum = (double)b[m];
                for (int64_t c = 0; c < p.channel; c++)
                    for (int64_t u = 0; u < s.kernel; u++)
                        for (int64_t v = 0; v < s.kernel; v++) {
                            const int64_t i = y * s.stride + u * s.dilation - s.pad_low;
                            const int64_t j = x * s.stride + v * s.dilation - s.pad_low;
                            if (i >= 0 && j >= 0 && i < p.height && j < p.width)
                                sum +=
                                    (double)w[((m * p.channel + c) * s.kernel + u) * s.kernel + v] * *at(&p, c, i, j);
                        }
                *at(&q, m, y, x) = sum;
            }
    add_convolution(d, from, to, &s, w, b, 0);
    free(w);
    free(b);
    return to;
}

int draw_conv_transpose(drawing *d, int from, shape s) {
    const drawn p = d->plane[from];
    const int64_t reach = (s.kernel - 1) * s.dilation + 1, pad = s.pad_low + s.pad_high, area = s.kernel * s.kernel;
    const int to = add_plane(d, s.out, (p.height - 1) * s.stride + reach - pad + s.pad_out,
                             (p.width - 1) * s.stride + reach - pad + s.pad_out);
    const drawn q = d->plane[to];
    float *w = random_weights(d, s.out * p.channel * area, sqrt(2.0 / (double)(p.channel * area)), 0);
    float *b = random_weights(d, s.out, 0.1, 0);
    for (int64_t i = 0; d->computed && i < s.out * q.height * q.width; i++)
        q.value[i] = (double)b[i / (q.height * q.width)];
    for (int64_t c = 0; d->computed && c < p.channel; c++) /* every pixel is spread over the output */
        for (int64_t i = 0; i < p.height; i++)
            for (int64_t j = 0; j < p.width; j++)
                for (int64_t m = 0; m < s.out; m++)
                    for (int64_t k = 0; k < area; k++) {
                        const int64_t y = i * s.stride + k / s.kernel * s.dilation - s.pad_low;
                        const int64_t x = j * s.stride + k % s.kernel * s.dilation - s.pad_low;
                        if (y >= 0 && x >= 0 && y < q.height && x < q.width)
                            *at(&q, m, y, x) += (double)w[(c * s.out + m) * area + k] * *at(&p, c, i, j);
                    }
    add_convolution(d, from, to, &s, w, b, 1);
    free(w);
    free(b);
    return to;
}

static int same_size(drawing *d, int from) {
    return add_plane(d, d->plane[from].channel, d->plane[from].height, d->plane[from].width);
}

int draw_norm(drawing *d, int from) {
    const int to = same_size(d, from);
    const drawn p = d->plane[from], q = d->plane[to];
    const int64_t area = p.height * p.width;
    float *scale = random_weights(d, p.channel, 0.3, 1), *bias = random_weights(d, p.channel, 0.2, 0);
    for (int64_t c = 0; d->computed && c < p.channel; c++) {
        double mean = 0, square = 0;
        for (int64_t i = 0; i < area; i++) mean += p.value[c * area + i] / (double)area;
        for (int64_t i = 0; i < area; i++) square += pow(p.value[c * area + i] - mean, 2) / (double)area;
        for (int64_t i = 0; i < area; i++)
            q.value[c * area + i] =
                (p.value[c * area + i] - mean) / sqrt(square + 1e-4) * (double)scale[c] + (double)bias[c];
    }
    char name[2][32];
    (void)snprintf(name[0], sizeof name[0], "s%d", to);
    (void)snprintf(name[1], sizeof name[1], "o%d", to);
    const char *const weight[] = {d->by_identity ? "again" : name[0], name[1]};
    add_weights(d, name[0], &p.channel, 1, scale);
    if (d->by_identity) add_alias(d, name[0], weight[0]);
    add_weights(d, name[1], &p.channel, 1, bias);
    bytes a = {0};
    add_real(&a, "epsilon", 1e-4F);
    add_node(d, "InstanceNormalization", &from, 1, weight, 2, to, &a);
    free(scale);
    free(bias);
    return to;
}

static void bend(const drawing *d, int from, int to, const float *slope, int many) {
    const drawn p = d->plane[from], q = d->plane[to];
    const int64_t area = p.height * p.width;
    for (int64_t i = 0; d->computed && i < p.channel * area; i++)
        q.value[i] = p.value[i] > 0 ? p.value[i] : p.value[i] * (double)slope[many ? i / area : 0];
}

int draw_leaky(drawing *d, int from, float slope) {
    const int to = same_size(d, from);
    bytes a = {0};
    bend(d, from, to, &slope, 0);
    add_real(&a, "alpha", slope);
    add_node(d, "LeakyRelu", &from, 1, NULL, 0, to, &a);
    return to;
}

int draw_relu(drawing *d, int from) {
    const int to = same_size(d, from);
    const float none = 0;
    bend(d, from, to, &none, 0);
    add_node(d, "Relu", &from, 1, NULL, 0, to, NULL);
    return to;
}

int draw_prelu(drawing *d, int from) {
    const int to = same_size(d, from);
    const int64_t dim[] = {d->plane[from].channel, 1, 1};
    float *slope = random_weights(d, dim[0], 0.2, 0.1);
    char name[32];
    bend(d, from, to, slope, 1);
    (void)snprintf(name, sizeof name, "l%d", to);
    const char *const weight[] = {name};
    add_weights(d, name, dim, 3, slope);
    add_node(d, "PRelu", &from, 1, weight, 1, to, NULL);
    free(slope);
    return to;
}

int draw_add(drawing *d, int a, int b) {
    const int to = same_size(d, a), from[] = {a, b};
    const drawn q = d->plane[to];
    for (int64_t i = 0; d->computed && i < q.channel * q.height * q.width; i++)
        q.value[i] = d->plane[a].value[i] + d->plane[b].value[i];
    add_node(d, "Add", from, 2, NULL, 0, to, NULL);
    return to;
}

int draw_concat(drawing *d, int a, int b) {
    const drawn p = d->plane[a], r = d->plane[b];
    const int to = add_plane(d, p.channel + r.channel, p.height, p.width), from[] = {a, b};
    const size_t n = (size_t)(p.channel * p.height * p.width);
    bytes attributes = {0};
    if (d->computed) memcpy(d->plane[to].value, p.value, n * sizeof(double));
    if (d->computed) memcpy(d->plane[to].value + n, r.value, (size_t)(r.channel * r.height * r.width) * sizeof(double));
    add_integer(&attributes, "axis", 1);
    add_node(d, "Concat", from, 2, NULL, 0, to, &attributes);
    return to;
}

int draw_pad(drawing *d, int from, int64_t low, int64_t high) {
    const drawn p = d->plane[from];
    const int to = add_plane(d, p.channel, p.height + low + high, p.width + low + high);
    const int64_t pad[] = {0, 0, low, low, 0, 0, high, high};
    for (int64_t c = 0; d->computed && c < p.channel; c++)
        for (int64_t y = 0; y < p.height; y++)
            for (int64_t x = 0; x < p.width; x++) *at(&d->plane[to], c, y + low, x + low) = *at(&p, c, y, x);
    bytes a = {0};
    add_integers(&a, "pads", pad, 8);
    add_node(d, "Pad", &from, 1, NULL, 0, to, &a);
    return to;
}

int draw_softmax(drawing *d, int from) {
    const int to = same_size(d, from);
    const drawn p = d->plane[from], q = d->plane[to];
    const int64_t area = p.height * p.width;
    for (int64_t i = 0; d->computed && i < area; i++) {
        double sum = 0;
        for (int64_t c = 0; c < p.channel; c++) sum += exp(p.value[c * area + i]);
        for (int64_t c = 0; c < p.channel; c++) q.value[c * area + i] = exp(p.value[c * area + i]) / sum;
    }
    bytes a = {0};
    add_integer(&a, "axis", 1);
    add_node(d, "Softmax", &from, 1, NULL, 0, to, &a);
    return to;
}

int draw_identity(drawing *d, int from) {
    const int to = same_size(d, from);
    const drawn q = d->plane[to];
    if (d->computed) memcpy(q.value, d->plane[from].value, (size_t)(q.channel * q.height * q.width) * sizeof(double));
    add_node(d, "Identity", &from, 1, NULL, 0, to, NULL);
    return to;
}

static int residual_down(drawing *d, int from, int64_t width, int64_t stride) {
    const shape three = {width, 3, stride, 1, 1, 1, 0}, one = {width, 1, 1, 1, 0, 0, 0};
    const int a = draw_leaky(d, draw_norm(d, draw_conv(d, from, three, NULL, NULL)), 0.01F);
    return draw_add(d, a, draw_conv(d, from, stride > 1 ? three : one, NULL, NULL));
}

static int residual_up(drawing *d, int from, int64_t width, int top) {
    const shape turn = {width, 3, 2, 1, 1, 1, 1}, three = {width, 3, 1, 1, 1, 1, 0};
    const int a = draw_leaky(d, draw_norm(d, draw_conv_transpose(d, from, turn)), 0.01F);
    const int b = draw_conv(d, a, three, NULL, NULL);
    return draw_add(d, top ? b : draw_leaky(d, draw_norm(d, b), 0.01F), a);
}

static int unet_level(drawing *d, int from, int64_t out, const int64_t *width, int n, int top) {
    const int down = residual_down(d, from, width[0], 2);
    const int below = n > 2 ? unet_level(d, down, width[0], width + 1, n - 1, 0) : residual_down(d, down, width[1], 1);
    return residual_up(d, draw_concat(d, down, below), out, top);
}

int draw_unet(drawing *d, int64_t n_class, const int64_t *width, int n) {
    return unet_level(d, 0, n_class, width, n, 1);
}

static void add_value(bytes *graph, int field, const char *name, int64_t channel, int64_t height, int64_t width) {
    const int64_t size[] = {1, channel, height, width};
    bytes shape_of = {0}, tensor = {0}, type = {0}, info = {0};
    for (int i = 0; i < 4; i++) {
        bytes dim = {0};
        if (size[i] > 0)
            put_number(&dim, 1, size[i]);
        else
            put_text(&dim, 2, "any");
        put_message(&shape_of, 1, &dim);
    }
    put_number(&tensor, 1, 1);
    put_message(&tensor, 2, &shape_of);
    put_message(&type, 1, &tensor);
    put_text(&info, 1, name);
    put_message(&info, 2, &type);
    put_message(graph, field, &info);
}

bytes draw_end(drawing *d, int output) {
    bytes graph = {0}, set = {0}, model = {0};
    char name[32];
    (void)snprintf(name, sizeof name, "p%d", output);
    put(&graph, d->nodes.at, d->nodes.n);
    put_text(&graph, 2, "drawn");
    put(&graph, d->weights.at, d->weights.n);
    add_value(&graph, 11, "p0", 1, d->tile[0], d->tile[1]);
    add_value(&graph, 12, name, d->plane[output].channel, d->tile[0], d->tile[1]);
    put_number(&set, 2, 13);
    put_number(&model, 1, 7);
    put_message(&model, 8, &set);
    put_message(&model, 7, &graph);
    free(d->nodes.at);
    free(d->weights.at);
    d->nodes = d->weights = (bytes){0};
    return model;
}

void draw_free(drawing *d) {
    for (int i = 0; i < d->n; i++) free(d->plane[i].value);
    free(d->nodes.at);
    free(d->weights.at);
    *d = (drawing){0};
}

void write_bytes(const char *path, const bytes *b, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(b->at, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}
