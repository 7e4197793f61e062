#include <fascicle/map.h>

const fsc_map_site *fsc_map_find(const fsc_map *map, const char *muscle, const char *level, fsc_side side) {
    const fsc_place wanted = fsc_place_of(muscle, level, side);
    const int32_t i =
        map->n_site ? fsc_place_find(&map->site[0].row.place, sizeof *map->site, map->n_site, &wanted) : -1;
    return i >= 0 ? &map->site[i] : NULL;
}
