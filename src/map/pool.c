/* Pools of sites: norms are often published for muscles or levels taken together, and only the same pool may be held
 * against them. */
#include "alloc.h"
#include "build.h"
#include "cell.h"
#include "fail.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whether muscle is one of the '+'-joined keys. */
static int is_key_of(const char *keys, const char *muscle) {
    const size_t n = strlen(muscle);
    for (const char *at = keys; *at;) {
        const size_t length = strcspn(at, "+");
        if (length == n && memcmp(at, muscle, n) == 0) return 1;
        at += length + (at[length] == '+');
    }
    return 0;
}

/* The sides that must be there for a muscle and level to count as whole: left and right, or one unknown or pooled side.
 */
enum { HAS_LEFT = 1, HAS_RIGHT = 2, HAS_EITHER = 4 };
static int side_bit(fsc_side side) {
    return side == FSC_SIDE_LEFT ? HAS_LEFT : side == FSC_SIDE_RIGHT ? HAS_RIGHT : HAS_EITHER;
}

/* Adds every site of one muscle and level; 0 when a side is missing or cut. */
static int add_level(fsc_row_sum *sum, const fsc_map *map, const char *muscle, double order) {
    int has = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *row = &map->site[i].row;
        if (row->kind != FSC_ROW_SITE || fsc_level_order(row->place.level) != order ||
            strcmp(row->place.muscle, muscle) != 0)
            continue;
        if (row->cut_by_fov || !isfinite(row->pdff_mean_fraction)) return 0;
        has |= side_bit(row->place.side);
        fsc_row_sum_add(sum, row);
    }
    return (has & HAS_EITHER) || (has & (HAS_LEFT | HAS_RIGHT)) == (HAS_LEFT | HAS_RIGHT);
}

/* Adds every muscle of the '+'-joined keys at one level; 0 when one is not whole. */
static int add_muscles(fsc_row_sum *sum, const fsc_map *map, const char *keys, double order) {
    for (const char *at = keys; *at;) {
        char muscle[48];
        const size_t length = strcspn(at, "+");
        fsc_copy_text(muscle, length + 1 < sizeof muscle ? length + 1 : sizeof muscle, at);
        if (!add_level(sum, map, muscle, order)) return 0;
        at += length + (at[length] == '+');
    }
    return 1;
}

/* Levels of the person between first and last that any of the muscles was measured at; extra levels (L6) count too. */
static int pool_rows(fsc_row_sum *sum, const fsc_map *map, const fsc_norm_cell *cell) {
    for (double order = cell->order_first; order <= cell->order_last; order += 0.5) {
        int measured = order == floor(order); /* whole numbers must be there, half ones (T13, L6) may */
        for (int32_t i = 0; i < map->n_site && !measured; i++)
            measured = map->site[i].row.kind == FSC_ROW_SITE &&
                       fsc_level_order(map->site[i].row.place.level) == order &&
                       is_key_of(cell->muscle, map->site[i].row.place.muscle);
        if (measured && !add_muscles(sum, map, cell->muscle, order)) return 0;
    }
    return 1;
}

static int is_known(const fsc_map *map, const fsc_norm_cell *cell) {
    for (int32_t i = 0; i < map->n_pool; i++)
        if (strcmp(map->pool[i].muscle, cell->muscle) == 0 &&
            strcmp(map->pool[i].level_first, cell->level_first) == 0 &&
            strcmp(map->pool[i].level_last, cell->level_last) == 0)
            return 1;
    return 0;
}

fsc_status fsc_map_pools(fsc_map *map, const fsc_norms *norms, fsc_error *err) {
    for (int32_t i = 0; i < norms->n_cell; i++) {
        const fsc_norm_cell *cell = &norms->cell[i];
        const int one_site = cell->order_first == cell->order_last && !strchr(cell->muscle, '+');
        if (one_site || isnan(cell->order_first) || cell->side != FSC_SIDE_BOTH || is_known(map, cell)) continue;
        fsc_row_sum sum = {0};
        if (!pool_rows(&sum, map, cell)) continue;
        fsc_map_pool *pool = fsc_grow(map->pool, map->n_pool, map->n_pool + 1, sizeof *pool);
        if (!pool) return fsc_fail_nomem(err, "pooling sites");
        map->pool = pool;
        pool = &map->pool[map->n_pool++];
        fsc_copy_text(pool->muscle, sizeof pool->muscle, cell->muscle);
        fsc_copy_text(pool->level_first, sizeof pool->level_first, cell->level_first);
        fsc_copy_text(pool->level_last, sizeof pool->level_last, cell->level_last);
        pool->n_voxel = sum.n_voxel;
        pool->pdff_mean_fraction = fsc_row_sum_mean(&sum);
        pool->pdff_se_fraction = fsc_row_sum_se(&sum);
        const fsc_norm_query query = {
            pool->muscle,          pool->level_first,    pool->level_last,        FSC_SIDE_BOTH,
            map->exam->sex,        map->exam->age_years, map->acquisition.method, pool->pdff_mean_fraction,
            fsc_row_sum_compared_se(&sum)};
        fsc_norms_place(&pool->norm, &pool->other_method, norms, &query);
    }
    return FSC_OK;
}
