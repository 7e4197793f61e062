#include "person.h"

#include "fail.h"
#include "format.h"
#include "noise.h"
#include "units.h"

#include <math.h>
#include <string.h>

/* Counters of the person's own draws. */
enum { DRAW_SIZE, DRAW_DEPTH, DRAW_LAYER, DRAW_FAT, DRAW_MUSCLE_SIZE = 100, DRAW_MUSCLE_FAT = 200, DRAW_SITE = 1000 };

/* Share of a level's length over which an injury rises from its mid-disc planes: wide enough that the voxels which
 * straddle a plane carry little of it into the neighbour. */
#define EDGE 0.15

static void set_sections(fsc_person *person, int32_t m) {
    const fsc_region_muscle *muscle = &person->region->muscle[m];
    const double grow =
        1 + muscle->axis_spread * fsc_spread(person->seed, FSC_STREAM_PERSON, DRAW_MUSCLE_SIZE + (uint64_t)m);
    for (int32_t i = 0; i < FSC_REGION_LEVELS * FSC_SECTION_STEPS; i++) {
        const double level = (i + 0.5) / FSC_SECTION_STEPS;
        fsc_knot at;
        fsc_body_section(&at, muscle, level);
        const double turn = at.turn_deg * FSC_PI / 180;
        person->section[m][i] = (fsc_section){
            .u_mm = (float)at.u_mm,
            .v_mm = (float)at.v_mm,
            .a_mm = (float)(grow * at.a_mm),
            .b_mm = (float)(grow * at.b_mm),
            .cos_turn = (float)cos(turn),
            .sin_turn = (float)sin(turn),
            .present = level >= muscle->top && level <= muscle->bottom,
        };
    }
}

static void set_fat(fsc_person *person) {
    const fsc_region *r = person->region;
    const double whole = exp(0.25 * fsc_spread(person->seed, FSC_STREAM_PERSON, DRAW_FAT));
    for (int32_t m = 0; m < r->n_muscle; m++) {
        const double own = exp(0.10 * fsc_spread(person->seed, FSC_STREAM_PERSON, DRAW_MUSCLE_FAT + (uint64_t)m));
        for (int32_t side = 0; side < 2; side++) {
            for (int32_t i = 0; i < FSC_REGION_LEVELS; i++) {
                const uint64_t draw = DRAW_SITE + (uint64_t)((m * 2 + side) * FSC_REGION_LEVELS + i);
                const double pdff =
                    r->muscle[m].pdff[i] * whole * own + 0.01 * fsc_spread(person->seed, FSC_STREAM_PERSON, draw);
                person->pdff[m][side][i] = pdff > 0.01 ? pdff : 0.01;
            }
        }
    }
}

/* What may be asked for instead: the muscles, or of a known muscle the levels. */
static fsc_status no_such_site(const fsc_region *r, int32_t muscle, const fsc_place *place, fsc_error *err) {
    const char *region = r == &fsc_region_neck ? "neck" : "low-back";
    const int known = muscle < r->n_muscle;
    char list[400] = "";
    size_t used = 0;
    for (int32_t i = 0; i < (known ? FSC_REGION_LEVELS : r->n_muscle) && used < sizeof list; i++) {
        const char *word = known ? r->level[i] : r->muscle[i].key;
        if (!word || (known && (r->muscle[muscle].top >= i + 1 || r->muscle[muscle].bottom <= i))) continue;
        used += (size_t)fsc_format(list + used, sizeof list - used, "%s%s", used ? ", " : "", word);
    }
    if (known)
        return fsc_fail(err, FSC_E_NOTFOUND, "the %s phantom has %s left and right at %s", region, place->muscle, list);
    return fsc_fail(err, FSC_E_NOTFOUND, "the %s phantom has no muscle '%s'; use %s", region, place->muscle, list);
}

static fsc_status add_injury(fsc_person *person, const fsc_phantom_injury *injury, fsc_error *err) {
    const fsc_region *r = person->region;
    int32_t m = 0, level = 0;
    while (m < r->n_muscle && (!r->muscle[m].key || strcmp(r->muscle[m].key, injury->place.muscle) != 0)) m++;
    while (level < FSC_REGION_LEVELS && strcmp(r->level[level], injury->place.level) != 0) level++;
    if (m == r->n_muscle || level == FSC_REGION_LEVELS ||
        (injury->place.side != FSC_SIDE_LEFT && injury->place.side != FSC_SIDE_RIGHT) ||
        r->muscle[m].top >= level + 1 || r->muscle[m].bottom <= level)
        return no_such_site(r, m, &injury->place, err);
    if (!(fabs(injury->pdff_added_fraction) <= 0.6))
        return fsc_fail(err, FSC_E_RANGE, "injury at %s %s adds %g: give a fat fraction between -0.6 and 0.6",
                        injury->place.muscle, injury->place.level, injury->pdff_added_fraction);
    person->added[m][injury->place.side == FSC_SIDE_RIGHT][level] += injury->pdff_added_fraction;
    return FSC_OK;
}

fsc_status fsc_person_init(fsc_person *person, const fsc_phantom_options *opt, fsc_error *err) {
    *person = (fsc_person){.region = opt->region == FSC_PHANTOM_NECK ? &fsc_region_neck : &fsc_region_low_back};
    person->seed = opt->seed;
    person->size = 1 + 0.05 * fsc_spread(person->seed, FSC_STREAM_PERSON, DRAW_SIZE);
    person->depth_factor = 1 + 0.03 * fsc_spread(person->seed, FSC_STREAM_PERSON, DRAW_DEPTH);
    person->fat_layer_mm = (opt->region == FSC_PHANTOM_NECK ? 5.0 : 14.0) *
                           (1 + 0.3 * fsc_spread(person->seed, FSC_STREAM_PERSON, DRAW_LAYER));
    person->gas = !opt->no_gas;
    fsc_body_frame_init(&person->frame, person->region);
    for (int32_t m = 0; m < person->region->n_muscle; m++) set_sections(person, m);
    set_fat(person);
    for (int32_t i = 0; i < opt->n_injury; i++) FSC_TRY(add_injury(person, &opt->injury[i], err));
    return FSC_OK;
}

void fsc_person_place(const fsc_person *person, const double xyz_mm[3], fsc_body_point *place) {
    const double scale = 1 / person->size;
    const double average[3] = {xyz_mm[0] * scale, xyz_mm[1] * scale, xyz_mm[2] * scale};
    fsc_body_frame_point(place, &person->frame, average);
}

double fsc_person_pdff(const fsc_person *person, int32_t m, int32_t right, double level, double *added) {
    const double *pdff = person->pdff[m][right];
    double at = level - 0.5;
    at = at < 0 ? 0 : at > FSC_REGION_LEVELS - 1 ? FSC_REGION_LEVELS - 1 : at;
    const int32_t k = at < FSC_REGION_LEVELS - 2 ? (int32_t)at : FSC_REGION_LEVELS - 2;
    *added = 0;
    if (level >= 0 && level < FSC_REGION_LEVELS) {
        const int32_t i = (int32_t)level;
        if (person->added[m][right][i] != 0) {
            /* Rises from 0 at both mid-disc planes; the plateau makes the mean along the level what was asked. */
            const double w = fmin(fmin(level - i, i + 1 - level) / EDGE, 1);
            *added = person->added[m][right][i] * w * w * (3 - 2 * w) / (1 - EDGE);
        }
    }
    return pdff[k] + (at - k) * (pdff[k + 1] - pdff[k]);
}
