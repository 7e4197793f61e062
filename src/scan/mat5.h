/* MATLAB files of version 5 (save -v6 and -v7): as much as one struct of numeric arrays needs. */
#ifndef FSC_SCAN_MAT5_H
#define FSC_SCAN_MAT5_H

#include <fascicle/status.h>
#include <stdint.h>

#define FSC_MAT_NAME 64
#define FSC_MAT_RANK 8
#define FSC_MAT_FIRST 32

/* One field of a struct. Values are numbers whatever integer or float type the writer chose for them. */
typedef struct fsc_mat_field {
    char name[FSC_MAT_NAME];
    char kind[16]; /* "double", "int16", "char", "cell", "struct", ... */
    int32_t rank;
    int64_t dim[FSC_MAT_RANK];
    int64_t n;                   /* values; 0 when the field is not numeric */
    int32_t is_complex;          /* im is there */
    double first[FSC_MAT_FIRST]; /* the first real parts, unrounded */
    float *re, *im;              /* owned, n each; NULL when the field is not numeric */
} fsc_mat_field;

/* A struct of the file, with the fields that were asked for and are there. */
typedef struct fsc_mat_struct {
    char name[FSC_MAT_NAME];
    fsc_mat_field *field; /* owned, n entries */
    int32_t n;
} fsc_mat_struct;

/* Reads the struct called name, or else the first struct that has the field has; both in any case of letters. wanted
 * is NULL-ended. What a file claims is held against its size before memory is asked for: at most 4 bytes a value, and
 * no more values than the file has bytes (times 1040 in a compressed variable, the most that deflate can do).
 * Returns FSC_OK; FSC_E_IO; FSC_E_FORMAT (no MATLAB file, damaged, no such struct: the text lists what there is);
 * FSC_E_UNSUPPORTED (v4, v7.3, an array of structs); FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_mat_read(fsc_mat_struct *out, const char *path, const char *name, const char *has,
                                     const char *const *wanted, fsc_error *err);
void fsc_mat_free(fsc_mat_struct *out);
/* A field by its name in any case of letters, or NULL. */
fsc_mat_field *fsc_mat_find(const fsc_mat_struct *from, const char *name);

#endif
