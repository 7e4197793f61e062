/* In place of onnx.c where protobuf-c was not there at build time. */
#include "fail.h"
#include "graph.h"

fsc_status fsc_graph_read(fsc_graph **out, const char *path, fsc_error *err) {
    (void)out;
    return fsc_fail(err, FSC_E_UNSUPPORTED,
                    "%.200s: this build reads no networks; install libprotobuf-c-dev, protobuf-c-compiler and "
                    "libonnx-dev and build again",
                    path);
}
