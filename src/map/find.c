#include "text.h"

#include <fascicle/map.h>
#include <math.h>

const fsc_map_site *fsc_map_find(const fsc_map *map, const char *muscle, const char *level, fsc_side side) {
    const fsc_place wanted = fsc_place_of(muscle, level, side);
    const int32_t i =
        map->n_site ? fsc_place_find(&map->site[0].row.place, sizeof *map->site, map->n_site, &wanted) : -1;
    return i >= 0 ? &map->site[i] : NULL;
}

void fsc_map_place_rows(fsc_measures *measures, const fsc_map *map) {
    for (int32_t i = 0; i < measures->n_row; i++) {
        fsc_row *row = &measures->row[i];
        const fsc_map_site *site = fsc_map_find(map, row->place.muscle, row->place.level, row->place.side);
        const fsc_norm_place *norm = site ? &site->norm : NULL;
        row->z = norm ? norm->z : (double)NAN;
        row->percentile = norm ? norm->percentile : (double)NAN;
        fsc_copy_text(row->norm_id, sizeof row->norm_id, norm ? norm->norm_id : "");
        const char *reason = norm ? norm->reason : "no muscle";
        fsc_copy_text(row->norm_reason, sizeof row->norm_reason, row->norm_id[0] ? "" : reason);
    }
}
