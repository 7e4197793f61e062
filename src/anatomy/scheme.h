/* Label numberings (data/schemes.tsv and data/schemes/): what a value means, and which numbering a map follows. */
#ifndef FSC_ANATOMY_SCHEME_H
#define FSC_ANATOMY_SCHEME_H

#include "table.h"

#include <fascicle/anatomy.h>
#include <stdint.h>

/* What one value, or a range of values, stands for. */
typedef struct fsc_scheme_entry {
    int32_t first, last;   /* values, inclusive */
    const char *structure; /* a muscle's key, "vertebra", "disc", or another structure; borrowed from the scheme */
    const char *level;     /* of a vertebra "L4", of a disc "L4-L5", else "" */
    fsc_side side;
    const fsc_muscle *muscle; /* NULL for what is no muscle of data/muscles.tsv */
} fsc_scheme_entry;

typedef struct fsc_scheme {
    char name[40];
    char needs[32]; /* see data/schemes.tsv */
    int32_t points; /* labels mark a place by few voxels */
    int32_t n;
    fsc_scheme_entry *entry; /* owned, rising values */
    fsc_table table;         /* owned text */
} fsc_scheme;

/* FSC_E_NOTFOUND for unknown names; the text lists the names. */
FSC_MUST_USE fsc_status fsc_scheme_load(fsc_scheme *out, const char *name, fsc_error *err);
void fsc_scheme_free(fsc_scheme *scheme);
static inline void fsc_scheme_cleanup(fsc_scheme *scheme) {
    fsc_scheme_free(scheme);
}
#define FSC_AUTO_SCHEME __attribute__((cleanup(fsc_scheme_cleanup)))

/* The entry of a value, or NULL. */
const fsc_scheme_entry *fsc_scheme_find(const fsc_scheme *scheme, int32_t value);
int fsc_scheme_is_level(const fsc_scheme_entry *entry);          /* vertebra or disc */
int fsc_scheme_holds(const fsc_scheme *scheme, int want_levels); /* any vertebra or disc, else any muscle */

/* The different values of a map, with size and mean place, in rising order; background is left out. */
typedef struct fsc_label_value {
    int32_t value;
    int64_t n_voxel;
    double mean_mm[3];
    double volume_mm3;
} fsc_label_value;

FSC_MUST_USE fsc_status fsc_label_values(fsc_label_value **out, int32_t *n, const fsc_labels *labels, fsc_error *err);

/* Finds the scheme of a map: name when it is given, otherwise the one that its values, their places and sizes fit; of
 * several, the one that file_name (may be NULL) speaks of. want_levels: the map must hold vertebrae or discs, otherwise
 * muscles. Every value must be known to the scheme. FSC_E_NOTFOUND says which values are unknown, which schemes were
 * tried or fit equally well, and the option that names one. */
FSC_MUST_USE fsc_status fsc_scheme_recognise(fsc_scheme *out, const char *name, const char *file_name,
                                             const fsc_label_value *value, int32_t n, int want_levels, fsc_error *err);

#endif
