/* ONNX node: one node of the file becomes one layer. */
#ifndef FSC_NETWORK_ONNX_NODE_H
#define FSC_NETWORK_ONNX_NODE_H

#include "graph.h"
#include "message.h"

/* A file on its way to a graph; every name was checked. */
typedef struct fsc_onnx {
    fsc_graph *out;
    const Onnx__GraphProto *graph;
    const char **value; /* names of the input and of what each layer makes */
    int32_t n_value;
    const char **constant_name;
    const Onnx__TensorProto **constant; /* of Constant nodes, and of Identity on weights */
    int32_t n_constant;
    int64_t opset;
} fsc_onnx;

int32_t fsc_onnx_value(const fsc_onnx *x, const char *name);                   /* -1: not made so far */
const Onnx__TensorProto *fsc_onnx_tensor(const fsc_onnx *x, const char *name); /* NULL: no such weights */
/* FSC_E_UNSUPPORTED names an operator or an attribute that is not computed here. */
fsc_status fsc_onnx_layer(fsc_layer *out, fsc_onnx *x, const Onnx__NodeProto *node, fsc_error *err);

#endif
