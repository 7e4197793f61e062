/* fascicle segment: labels by a network, as a file to be looked at. */
#include "walk.h"

typedef struct values {
    const char *path, *network, *out;
    walk_scan_options scan;
    walk_separate_options separate;
} values;

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    if (!v->network) return cli_usage(c, err, "--network FILE is missing: it names the network (ONNX)");
    TRY(walk_inputs(&w, v->out, NULL, NULL, NULL));
    TRY(walk_network(&w, v->network));
    TRY(walk_scan(&w, v->path, &v->scan));
    TRY(walk_maps(&w, v->path, &v->separate));
    TRY(walk_label_network(&w));
    TRY(walk_output(&w, v->out));
    TRY(walk_write_made(&w));
    TRY(walk_commit(&w, FSC_OUTPUT_PROPOSAL));
    cli_file(c, "labels", w.output.folder);
    return FSC_OK;
}

static int starts_program(const void *given) {
    const values *v = given;
    return fsc_scan_needs_converter(v->path);
}

static const arg args[] = {{"SCAN", offsetof(values, path), 1, "a scan, or the ..._PDFFmap.nii.gz of an earlier run"},
                           ARG_END};
static const opt opts[] = {
    OPT(values, network, "network", OPT_TEXT, "FILE",
        "the network (ONNX, a 2-D U-Net on one image); FILE.tsv beside it (columns class and value) says which class "
        "is "
        "which label"),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the labels go"),
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    OPT_END,
};
static const values defaults = {.out = "out"};
const command cmd_segment = {
    .name = "segment",
    .group = "step by step",
    .line = "labels by a network of yours, computed here",
    .about =
        "Runs a segmentation network on the water image, slice by slice, and writes what it found as a label map. The "
        "network is a file of yours: nothing is fetched, and Fascicle does not know whether it was made for such "
        "images. Look at the labels over the water image before a number from them means anything. `run --network` "
        "does the same on the way to a table.\n\n"
        "The file is ONNX with one image of one channel in and one plane a class out, made of Conv, ConvTranspose, "
        "InstanceNormalization, LeakyRelu, Relu, PRelu, Add, Concat, Pad, Softmax and Identity.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
