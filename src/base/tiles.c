#include "tiles.h"

#include "fail.h"

#ifdef _OPENMP
#include <omp.h>
#endif

int64_t fsc_tiles_count(int64_t n_items, int64_t tile_size) {
    return (n_items + tile_size - 1) / tile_size;
}

int32_t fsc_tiles_workers(int32_t n_threads) {
#ifdef _OPENMP
    /* The runtime ends the process when it cannot start a thread: more than these would not be faster anyway. */
    const int32_t cores = omp_get_num_procs() > 0 ? omp_get_num_procs() : 1, most = cores * 4;
    const int32_t allowed = omp_get_max_threads(), all = allowed < cores ? allowed : cores; /* OMP_NUM_THREADS */
    return n_threads <= 0 ? all : n_threads < most ? n_threads : most;
#else
    (void)n_threads;
    return 1;
#endif
}

typedef struct work {
    int64_t n_items, tile_size;
    fsc_tile_fn fn;
    void *context;
    int32_t n_threads;
} work;

/* Tiles first..end of the work. */
static void run_tiles(const work *w, int64_t first, int64_t end) {
    int32_t workers = fsc_tiles_workers(w->n_threads);
    if (workers > end - first) workers = end - first > 1 ? (int32_t)(end - first) : 1; /* idle threads cost more */
    (void)workers; /* unused in a build without OpenMP */
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic, 1) num_threads(workers) if (workers > 1)
#endif
    for (int64_t tile = first; tile < end; tile++) {
#ifdef _OPENMP
        const int32_t worker = omp_get_thread_num();
#else
        const int32_t worker = 0;
#endif
        const int64_t begin = tile * w->tile_size, behind = begin + w->tile_size;
        w->fn(w->context, tile, begin, behind < w->n_items ? behind : w->n_items, worker);
    }
}

void fsc_tiles_run(int64_t n_items, int64_t tile_size, fsc_tile_fn fn, void *context, int32_t n_threads) {
    const work w = {n_items, tile_size, fn, context, n_threads};
    run_tiles(&w, 0, fsc_tiles_count(n_items, tile_size));
}

fsc_status fsc_tiles_run_asking(int64_t n_items, int64_t tile_size, fsc_tile_fn fn, void *context, int32_t n_threads,
                                const fsc_ask *ask, fsc_error *err) {
    const work w = {n_items, tile_size, fn, context, n_threads};
    const int64_t n_tiles = fsc_tiles_count(n_items, tile_size);
    const int64_t batch = 16 * (int64_t)fsc_tiles_workers(n_threads); /* soon asked again, yet work for every thread */
    for (int64_t first = 0; first < n_tiles; first += batch) {
        const double done = ask->from + (ask->to - ask->from) * (double)first / (double)n_tiles;
        FSC_TRY(fsc_progress_step(ask->progress, ask->stage, done, err));
        run_tiles(&w, first, first + batch < n_tiles ? first + batch : n_tiles);
    }
    return FSC_OK;
}
