/* The spine as a curve: centreline from the labelled vertebrae or discs, and the levels' boundaries along it. */
#ifndef FSC_ANATOMY_SPINE_H
#define FSC_ANATOMY_SPINE_H

#include "scheme.h"

#include <fascicle/anatomy.h>
#include <stdint.h>

/* Builds the centreline and the levels (head to foot) into sites: centreline_mm, n_centreline, level, n_level, levels.
 * map is on sites->grid, value its n_value different values. Adds notes. */
FSC_MUST_USE fsc_status fsc_spine_build(fsc_sites *sites, const fsc_labels *map, const fsc_scheme *scheme,
                                        const fsc_label_value *value, int32_t n_value, fsc_error *err);

/* Index into sites->level of a length along the centreline; -1 when it belongs to none. */
int32_t fsc_spine_level_at(const fsc_sites *sites, double along_mm);

/* Holds the levels against what a spine can be: warns of doubles, gaps and numbers that do not fit, after the spine was
 * built. FSC_E_ANATOMY when a level lies above one with a lower number. */
FSC_MUST_USE fsc_status fsc_levels_check(fsc_sites *sites, const fsc_scheme *scheme, const fsc_label_value *value,
                                         int32_t n, fsc_error *err);

#endif
