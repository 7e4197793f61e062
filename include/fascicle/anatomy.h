/* Anatomy: label numberings become muscles, sides and vertebral levels; every voxel learns its site. */
#ifndef FASCICLE_ANATOMY_H
#define FASCICLE_ANATOMY_H

#include <fascicle/notes.h>
#include <fascicle/place.h>
#include <fascicle/volume.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One muscle of data/muscles.tsv; borrowed for ever. */
typedef struct fsc_muscle {
    const char *key;    /* "multifidus" */
    const char *name;   /* "Multifidus" */
    const char *layer;  /* "deep", "intermediate", "superficial", "anterior" */
    const char *region; /* "neck", "back", "hip" */
    int32_t order;      /* 1 = nearest to the midline in the butterfly picture */
} fsc_muscle;

FSC_API const fsc_muscle *fsc_muscle_find(const char *key); /* NULL when unknown */
FSC_API const fsc_muscle *fsc_muscle_at(int32_t index);     /* in the order of the table; NULL past the end */

/* Position of a level along the spine: C1 = 1 ... C7 = 7, T1 = 8 ... T12 = 19, T13 = 19.5, L1 = 20 ... L5 = 24, L6
 * = 24.5, L7 = 24.75, S1 = 25 ... (data/levels.tsv); unknown-offset levels ("?1", "?2", ...) sort by their number after
 * 100. NaN when the text is no level. */
FSC_API double fsc_level_order(const char *level);

/* Where labels come from: it tells how well their borders are known (data/labels.tsv). */
typedef enum fsc_label_source {
    FSC_LABELS_EXTERNAL = 0, /* a file of a program or a person */
    FSC_LABELS_PROPOSAL = 1, /* Fascicle's own; nobody has looked at it */
    FSC_LABELS_PROPOSAL_ACCEPTED = 2,
    FSC_LABELS_EDITED = 3,  /* a proposal that a person has corrected */
    FSC_LABELS_CARRIED = 4, /* another visit's, by registration */
    FSC_LABELS_NETWORK = 5,
    FSC_LABEL_SOURCE_N
} fsc_label_source;

FSC_API const char *fsc_label_source_text(fsc_label_source source); /* "external", ...; borrowed for ever */

/* One site: muscle x level x side. level is "n/a" when no level map was given, and for the voxels of a muscle that lie
 * farther than half a body beyond the last labelled vertebra. */
typedef struct fsc_site {
    fsc_place place;
    int32_t label_value; /* in the label map's own numbering */
    int64_t n_voxel;
    double coverage; /* 0..1: share of the level's extent along the spine that is inside the field of view, followed at
                        the muscle's own distance from the spine; NaN when level is "n/a" */
    int32_t cut_by_fov; /* non-zero: the site touches the edge of the field of view or its level runs out of it */
} fsc_site;

/* One vertebral level found in the level map, head to foot. Positions are lengths along the centreline from its first
 * point. A boundary lies midway between facing end plates (or at the disc when it is labelled); beyond the first and
 * the last level it lies half a disc past the end plate. */
typedef struct fsc_level_span {
    char level[12];
    int32_t value;    /* in fsc_sites.levels: the SCT number; ours from 100 where SCT has none (T13, L6, "?n") */
    double top_mm;    /* boundary towards the head */
    double bottom_mm; /* boundary towards the foot */
    int64_t n_voxel;  /* of the labelled body; 0 when the level is known from discs only */
} fsc_level_span;

/* The table of sites and the map from voxels to it. */
typedef struct fsc_sites {
    fsc_grid grid;
    int32_t *site_of_voxel; /* owned; 0 = none, otherwise index into site + 1 */
    fsc_site *site;         /* owned, n_site entries, ordered by muscle, level, side */
    int32_t n_site;
    char muscle_scheme[40]; /* "musclemap", ... */
    char level_scheme[40];  /* "sct", ... or "" */
    int32_t n_centreline;   /* points along the spine, head to foot, in mm; 0 without a level map */
    double *centreline_mm;  /* owned, (n_centreline, 3) */
    double *along_mm;       /* owned, n_centreline: length from the first point */
    fsc_labels *levels;     /* owned: level map on the image grid (see fsc_level_span.value), or NULL */
    fsc_level_span *level;  /* owned, n_level entries, head to foot; NULL without a level map */
    int32_t n_level;
    fsc_label_source label_source;
    double border_sd_mm; /* SD of the displacement of a label's border along its normal; 0 or NaN = not known */
    double size_factor;  /* errors of areas and volumes to what that displacement gives */
    double cut_sd_mm;    /* SD of the place along the spine where one level's labels end and the next one's begin */
    fsc_notes notes;
} fsc_sites;

typedef struct fsc_sites_options {
    const char *muscle_scheme; /* NULL = recognise; must be given where numbers are ambiguous */
    const char *level_scheme;  /* NULL = recognise */
    int32_t side_known;        /* 0: sides become "unknown" */
    int32_t same_grid;         /* 1: a map or image without geometry (grid.place_assumed) lies voxel on voxel with its
                                  partner of the same dimensions */
    const char *muscle_file;   /* where the maps were read: a name that speaks of a scheme decides between several */
    const char *level_file;    /* NULL = not known, likewise */
    fsc_label_source label_source;
} fsc_sites_options;

#define FSC_SITES_OPTIONS_INIT                                                                                         \
    { NULL, NULL, 1, 0, NULL, NULL, FSC_LABELS_EXTERNAL }

/* Builds the sites on grid. levels may be NULL; then the muscle map is asked for vertebrae too (a scheme that holds
 * both), and without any the only level is "n/a". Labels on another grid are resampled by nearest neighbour and it is
 * noted. Each muscle voxel gets the level of the nearest point of the spine's centreline (doc/labels.md). opt may be
 * NULL. *out is owned: fsc_sites_free. Returns FSC_OK; FSC_E_NOTFOUND (empty map, values unknown to the scheme, no
 * scheme or several schemes fit: the text lists them and says what to give); FSC_E_SHAPE (labels and image do not
 * overlap, or one of them has no geometry and same_grid is not set); FSC_E_ANATOMY (left and right mirrored; muscles at
 * levels where they cannot be; levels out of order); FSC_E_NUMERIC (singular affine); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_sites_build(fsc_sites **out, const fsc_grid *grid, const fsc_labels *muscles,
                                                const fsc_labels *levels, const fsc_sites_options *opt, fsc_error *err);
/* As fsc_sites_build with levels alone, on their own grid: no site, but the spine, its levels and what was noticed of
 * their order, gaps and heights. */
FSC_API FSC_MUST_USE fsc_status fsc_sites_from_levels(fsc_sites **out, const fsc_labels *levels,
                                                      const fsc_sites_options *opt, fsc_error *err);
FSC_API void fsc_sites_free(fsc_sites *sites);

/* A point's place along the spine. */
typedef struct fsc_spine_place {
    double along_mm;   /* length along the centreline from its first point to the foot of the perpendicular */
    double foot_mm[3]; /* that foot, RAS+ mm */
    double tangent[3]; /* unit vector along the centreline there, towards the feet */
} fsc_spine_place;

/* The nearest place on the centreline to an RAS+ position. Returns non-zero when there is a centreline, else 0 and *out
 * is untouched. */
FSC_API int fsc_sites_place(fsc_spine_place *out, const fsc_sites *sites, const double xyz_mm[3]);

/* Scheme names, ended by NULL; borrowed for ever. "relative" numbers bodies from the head end without knowing the first
 * one's name: its levels are "?1", "?2", ... */
FSC_API const char *const *fsc_scheme_names(void);

/* Rewrites labels from one scheme's numbers to another's. Values that the target lacks become 0 and are counted in the
 * note and named (notes may be NULL). from_scheme NULL = recognise. Left and right follow the muscle's name, never the
 * number's parity. *out is owned. Returns FSC_OK, FSC_E_NOTFOUND (unknown scheme, value unknown to from_scheme, nothing
 * would be left), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_labels_translate(fsc_labels **out, const fsc_labels *labels,
                                                     const char *from_scheme, const char *to_scheme, fsc_notes *notes,
                                                     fsc_error *err);

/* Gives the vertebra `from` of a level map the name `to`; with all non-zero every other vertebra and disc moves along by
 * as many places ("L4" to "L5" moves all by one), and a numbering from the head end ("?3") becomes SCT's. scheme is the
 * map's numbering ("" = recognise) and becomes the new map's. *out is owned. Returns FSC_OK; FSC_E_NOTFOUND (no such
 * vertebra; the numbering lacks one that is needed); FSC_E_ANATOMY (two would have one name); FSC_E_ARG; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_levels_rename(fsc_labels **out, char scheme[40], const fsc_labels *levels,
                                                  const char *from, const char *to, int32_t all, fsc_error *err);

/* Writes <dir>/<name>_desc-sites_dseg.nii.gz + .json + .tsv (index, name, muscle, level, side, scheme, value,
 * level_snomed); index is the site's number from 1. recipe may be NULL.
 * Returns FSC_OK, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_sites_write(const fsc_sites *sites, const char *dir, const char *name,
                                                const fsc_recipe *recipe, fsc_error *err);

/* Reads such a map and its table back: grid, site_of_voxel, sites and muscle_scheme; coverage, centreline and levels
 * are missing. *out is owned: fsc_sites_free. Returns FSC_OK, FSC_E_NOTFOUND (another name), FSC_E_IO, FSC_E_FORMAT,
 * FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_sites_read(fsc_sites **out, const char *path, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
