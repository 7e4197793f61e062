#include "tiles.h"

#ifdef _OPENMP
#include <omp.h>
#endif

int64_t fsc_tiles_count(int64_t n_items, int64_t tile_size) {
    return (n_items + tile_size - 1) / tile_size;
}

int32_t fsc_tiles_workers(int32_t n_threads) {
#ifdef _OPENMP
    /* The runtime ends the process when it cannot start a thread: more than these would not be faster anyway. */
    const int32_t all = omp_get_num_procs() > 0 ? omp_get_num_procs() : 1, most = all * 4;
    return n_threads <= 0 ? all : n_threads < most ? n_threads : most;
#else
    (void)n_threads;
    return 1;
#endif
}

void fsc_tiles_run(int64_t n_items, int64_t tile_size, fsc_tile_fn fn, void *context, int32_t n_threads) {
    const int64_t n_tiles = fsc_tiles_count(n_items, tile_size);
    int32_t workers = fsc_tiles_workers(n_threads);
    if (workers > n_tiles) workers = n_tiles > 1 ? (int32_t)n_tiles : 1; /* idle threads cost more than small work */
    (void)workers;                                                       /* unused in a build without OpenMP */
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic, 1) num_threads(workers) if (workers > 1)
#endif
    for (int64_t tile = 0; tile < n_tiles; tile++) {
#ifdef _OPENMP
        const int32_t worker = omp_get_thread_num();
#else
        const int32_t worker = 0;
#endif
        const int64_t begin = tile * tile_size;
        const int64_t end = begin + tile_size < n_items ? begin + tile_size : n_items;
        fn(context, tile, begin, end, worker);
    }
}
