/* What lies at a point: the priority of air, bone, canal, muscle, fascia and fat. */
#ifndef FSC_PHANTOM_TISSUE_H
#define FSC_PHANTOM_TISSUE_H

#include "person.h"

/* Relative proton densities; the signal of a pure-muscle voxel is FSC_SIGNAL_MUSCLE in the phantom's units. */
#define FSC_SIGNAL_MUSCLE 1000.0

/* Codes of what a point belongs to. */
#define FSC_CODE_AIR 0
#define FSC_CODE_OTHER 1
#define FSC_CODE_MUSCLE 10    /* + 2 * muscle + right */
#define FSC_CODE_VERTEBRA 100 /* + level */

typedef struct fsc_tissue {
    double density; /* muscle = 1 */
    double pdff;
    double r2star_per_s;
    int32_t code;
} fsc_tissue;

/* Texture that varies more slowly than a voxel, drawn once a voxel. */
typedef struct fsc_texture {
    double marbling; /* mean 0: relative change of a muscle's fat fraction */
    double decay;    /* mean 0: relative change of R2* */
    double loops;    /* mean 0: where bowel lies in the abdomen */
} fsc_texture;

void fsc_texture_at(const fsc_person *person, const fsc_body_point *place, fsc_texture *texture);
/* Distance in mm below the skin (about; negative outside). */
double fsc_depth_below_skin(const fsc_person *person, const fsc_body_point *place);
fsc_tissue fsc_tissue_at(const fsc_person *person, const fsc_body_point *place, const fsc_texture *texture);

/* Around the muscles: abdominal wall and contents, or the soft parts of the neck. */
fsc_tissue fsc_tissue_around(const fsc_person *person, const fsc_body_point *place, const fsc_texture *texture,
                             double depth_mm);

/* A gas pocket, sphere in the person's frame (average person's mm). */
typedef struct fsc_pocket {
    double xyz_mm[3], radius_mm;
} fsc_pocket;
/* The region's pockets; those outside the scan (lung tops) disturb the field all the same. */
const fsc_pocket *fsc_pockets(const fsc_person *person, int32_t *n);

#endif
