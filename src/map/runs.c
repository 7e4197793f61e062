/* Contiguity: neighbouring levels of a layer that share a finding, in words. */
#include "alloc.h"
#include "build.h"
#include "fail.h"
#include "format.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const layers[] = {"deep", "intermediate", "superficial", "anterior"};
static const fsc_side sides[] = {FSC_SIDE_LEFT, FSC_SIDE_RIGHT, FSC_SIDE_UNKNOWN};
static const char *const criteria[] = {"over p95", "over 20 %"};
static const double fixed_cut = 0.20;

static int meets(const fsc_map_site *site, int criterion) {
    const double over = criterion == 0 ? site->norm.p95_fraction : fixed_cut;
    return site->row.pdff_mean_fraction > over;
}

static int is_in(const fsc_map_site *site, const char *layer, fsc_side side) {
    if (site->row.kind != FSC_ROW_SITE || site->row.place.side != side) return 0;
    const fsc_muscle *muscle = fsc_muscle_find(site->row.place.muscle);
    return muscle && strcmp(muscle->layer, layer) == 0 && !isnan(fsc_level_order(site->row.place.level));
}

/* The lowest affected level above order (its site), or NULL. */
static const fsc_map_site *next_affected(const fsc_map *map, const char *layer, fsc_side side, int criterion,
                                         double order) {
    const fsc_map_site *best = NULL;
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_map_site *site = &map->site[i];
        if (!is_in(site, layer, side) || !meets(site, criterion)) continue;
        const double at = fsc_level_order(site->row.place.level);
        if (at > order && (!best || at < fsc_level_order(best->row.place.level))) best = site;
    }
    return best;
}

static fsc_status add(fsc_map *map, const char *layer, fsc_side side, int criterion, const char *first,
                      const char *last, int32_t n_level, fsc_error *err) {
    fsc_run *run = fsc_grow(map->run, map->n_run, map->n_run + 1, sizeof *run);
    if (!run) return fsc_fail_nomem(err, "listing runs of levels");
    map->run = run;
    run = &map->run[map->n_run++];
    fsc_copy_text(run->layer, sizeof run->layer, layer);
    fsc_copy_text(run->level_first, sizeof run->level_first, first);
    fsc_copy_text(run->level_last, sizeof run->level_last, last);
    fsc_copy_text(run->criterion, sizeof run->criterion, criteria[criterion]);
    run->side = side;
    run->n_level = n_level;
    const int one = n_level == 1;
    fsc_format(run->text, sizeof run->text, "%s%s%s %s, %s layer", first, one ? "" : "-", one ? "" : last,
               side == FSC_SIDE_UNKNOWN ? "(side unknown)" : fsc_side_text(side), layer);
    return FSC_OK;
}

fsc_status fsc_map_runs(fsc_map *map, fsc_error *err) {
    for (int criterion = 0; criterion < 2; criterion++)
        for (size_t l = 0; l < sizeof layers / sizeof *layers; l++)
            for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
                const fsc_map_site *at = next_affected(map, layers[l], sides[s], criterion, -1);
                while (at) {
                    const char *first = at->row.place.level, *last = first;
                    int32_t n_level = 1;
                    const fsc_map_site *next;
                    for (;; n_level++, last = next->row.place.level) {
                        next = next_affected(map, layers[l], sides[s], criterion, fsc_level_order(last));
                        if (!next || fsc_level_order(next->row.place.level) - fsc_level_order(last) > 1) break;
                    }
                    FSC_TRY(add(map, layers[l], sides[s], criterion, first, last, n_level, err));
                    at = next;
                }
            }
    return FSC_OK;
}
