/* NIfTI-1 and NIfTI-2 files, read in slabs and written whole or not at all. For the rooms volume and scan only. */
#ifndef FSC_VOLUME_NIFTI_H
#define FSC_VOLUME_NIFTI_H

#include <fascicle/volume.h>
#include <stddef.h>
#include <stdint.h>

/* NIfTI's own codes of the value types that we read; the writer knows FLOAT32 and INT32. */
enum {
    FSC_NIFTI_UINT8 = 2,
    FSC_NIFTI_INT16 = 4,
    FSC_NIFTI_INT32 = 8,
    FSC_NIFTI_FLOAT32 = 16,
    FSC_NIFTI_FLOAT64 = 64,
    FSC_NIFTI_INT8 = 256,
    FSC_NIFTI_UINT16 = 512,
    FSC_NIFTI_UINT32 = 768,
    FSC_NIFTI_INT64 = 1024,
    FSC_NIFTI_UINT64 = 1280
};

/* What a header says, checked: dims are at least 1 and their product fits, the affine is finite and regular, its voxels
 * are of a size that exists, and qform and sform are of one mind. */
typedef struct fsc_nifti_header {
    fsc_grid grid;    /* the first three dims; spacing_assumed set when the file gives no usable spacing */
    int64_t n_frame;  /* product of the further dims */
    int32_t datatype; /* FSC_NIFTI_... */
    int32_t value_bytes;
    double slope; /* value = stored * slope + intercept; 1 and 0 when the file states none */
    double intercept;
    int32_t big_endian;  /* byte order of the file */
    int64_t data_offset; /* bytes from the start to the first value */
} fsc_nifti_header;

/* Checks the first n bytes of a file. path names it in errors. Returns FSC_OK, FSC_E_FORMAT, FSC_E_UNSUPPORTED. */
FSC_MUST_USE fsc_status fsc_nifti_parse(fsc_nifti_header *out, const unsigned char *bytes, size_t n, const char *path,
                                        fsc_error *err);

/* An open file, positioned before voxel next of n_frame * count. */
typedef struct fsc_nifti {
    fsc_nifti_header header;
    int64_t next;
    void *stream;        /* zlib's; reads plain files too */
    char *path;          /* owned */
    unsigned char *slab; /* stored values of one slab */
    double *value;       /* the same as numbers */
} fsc_nifti;

/* Opens a file and reads its header. Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_UNSUPPORTED, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_nifti_open(fsc_nifti **out, const char *path, fsc_error *err);
/* Reads the next n values, scaled, i fastest, frame after frame. After the file's last value its checksum is tested.
 * Memory: one slab, whatever the file's size. Returns FSC_OK, FSC_E_FORMAT (truncated, damaged), FSC_E_IO. */
FSC_MUST_USE fsc_status fsc_nifti_read_floats(fsc_nifti *file, float *out, int64_t n, fsc_error *err);
/* As above; values that are no int32 are FSC_E_FORMAT. */
FSC_MUST_USE fsc_status fsc_nifti_read_integers(fsc_nifti *file, int32_t *out, int64_t n, fsc_error *err);
void fsc_nifti_close(fsc_nifti *file);

/* Writes one 3-D NIfTI-1 file: datatype FSC_NIFTI_FLOAT32 or FSC_NIFTI_INT32, the machine's byte order. */
FSC_MUST_USE fsc_status fsc_nifti_write(const char *path, const fsc_grid *grid, int32_t datatype, const void *data,
                                        fsc_error *err);

/* Length of path without .nii or .nii.gz; 0 when it ends in neither. */
size_t fsc_nifti_stem_length(const char *path);
/* The name of the file's sidecar: the same stem with .json. */
FSC_MUST_USE fsc_status fsc_nifti_sidecar_path(char *out, size_t size, const char *path, fsc_error *err);

#endif
