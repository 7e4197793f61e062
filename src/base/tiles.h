/* The one parallel loop: work is cut into fixed tiles, so results never depend on the number of threads. */
#ifndef FSC_BASE_TILES_H
#define FSC_BASE_TILES_H

#include <fascicle/status.h>
#include <stdint.h>

/* Handles items [begin, end) of tile number tile. worker (0 .. n_threads-1) may index per-thread scratch whose content
 * does not outlive the call. Must not allocate. */
typedef void (*fsc_tile_fn)(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker);

/* Calls fn for every tile of tile_size items; tiles may run in any order and on any thread. n_threads 0 = all cores. */
void fsc_tiles_run(int64_t n_items, int64_t tile_size, fsc_tile_fn fn, void *context, int32_t n_threads);

/* Part of a longer work, for the caller's progress: shown under stage, running from..to. */
typedef struct fsc_ask {
    const fsc_progress *progress; /* NULL: nobody is asked */
    const char *stage;
    double from, to;
} fsc_ask;

/* As fsc_tiles_run, asking the caller between batches of tiles whether to go on. FSC_OK or FSC_E_CANCELLED. */
FSC_MUST_USE fsc_status fsc_tiles_run_asking(int64_t n_items, int64_t tile_size, fsc_tile_fn fn, void *context,
                                             int32_t n_threads, const fsc_ask *ask, fsc_error *err);

/* Number of tiles, for arrays of per-tile partial sums (join them in tile order). */
int64_t fsc_tiles_count(int64_t n_items, int64_t tile_size);
/* The threads that a request stands for: at least 1, at most four a processor. Size per-worker scratch with it. */
int32_t fsc_tiles_workers(int32_t n_threads);

#endif
