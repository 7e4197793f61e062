/* Network: labels by a 2-D U-Net of the user's own, read from an ONNX file and computed here. */
#ifndef FASCICLE_NETWORK_H
#define FASCICLE_NETWORK_H

#include <fascicle/anatomy.h>
#include <fascicle/notes.h>
#include <fascicle/recipe.h>
#include <fascicle/separate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fsc_network fsc_network;

/* Reads an ONNX file (one image of one channel in, one plane a class out; Conv, ConvTranspose, InstanceNormalization,
 * LeakyRelu, Relu, PRelu, Add, Concat, Pad, Softmax, Identity, Constant) and the table of its classes: labels_path, or
 * when NULL the file beside it with the ending .tsv where there is one (columns class and value; a class without a row
 * is background); without a table the class's number is its value. Files from strangers are safe to read: every size
 * is checked first, and at most three times the file and 64 MB are taken, then the weights. *out is owned:
 * fsc_network_free. Returns FSC_OK; FSC_E_IO; FSC_E_FORMAT (damaged, weights that do not fit or are not finite);
 * FSC_E_UNSUPPORTED (another operator: its name and node are in the text; or a build without protobuf-c: what to
 * install); FSC_E_SHAPE (layers that do not fit); FSC_E_RANGE (more memory or work than the ceilings); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_network_read(fsc_network **out, const char *path, const char *labels_path,
                                                 fsc_error *err);
FSC_API void fsc_network_free(fsc_network *network);

typedef struct fsc_network_facts {
    int64_t n_parameter;
    int64_t n_mac;   /* multiplications of one tile */
    int64_t bytes;   /* of planes alive at one time, at most */
    int32_t n_class; /* background included */
    int32_t tile[2]; /* height and width of a tile in pixels */
    int32_t n_layer;
    char sha256[65];       /* of the network's file */
    char labels_path[480]; /* the table that was read; "" = none */
} fsc_network_facts;

FSC_API void fsc_network_describe(fsc_network_facts *out, const fsc_network *network);

/* One tile: input (height, width), output (n_class, height, width), row-major. The bits depend neither on n_threads (0
 * = all) nor on the processor. Returns FSC_OK, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_network_run_tile(const fsc_network *network, const float *input, float *output,
                                                     int32_t n_threads, fsc_error *err);

typedef struct fsc_network_options {
    int32_t n_threads;
    const fsc_progress *progress;
} fsc_network_options;

/* Labels of the whole water image by MuscleMap's published way (data/network.tsv): axial slices, R and A as height and
 * width, resampled to the network's pixel, intensities by mean and SD of what is not 0, cut to what is brighter than
 * the mean, tiles that overlap and are joined with Gaussian weights, the class of the highest sum, the nearest pixel of
 * the scan's grid, the largest connected piece of each class. *out is owned: fsc_labels_free; notes may be NULL. opt
 * may be NULL. Returns FSC_OK; FSC_E_UNSUPPORTED (maps without water); FSC_E_NOTFOUND (nothing was found: no class but
 * background); FSC_E_RANGE; FSC_E_CANCELLED; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_network_label(fsc_labels **out, const fsc_network *network,
                                                  const fsc_fatwater *maps, const fsc_network_options *opt,
                                                  fsc_notes *notes, fsc_error *err);

/* Writes <dir>/<name>_desc-network_dseg.nii.gz + .json (label source, the network's hash). recipe may be NULL.
 * Returns FSC_OK, FSC_E_IO, FSC_E_RANGE (name too long), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_network_write(const fsc_network *network, const fsc_labels *labels, const char *dir,
                                                  const char *name, const fsc_recipe *recipe, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
