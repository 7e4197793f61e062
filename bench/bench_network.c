/* Network: CPU seconds and memory of one tile in MuscleMap's whole-body architecture, with random weights.
 * usage: bench_network [THREADS [KEEP.onnx]] */
#include "../tests/unit/network/draw.h"

#include <fascicle/fascicle.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double cpu_s(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

int main(int argc, char **argv) {
    static const int64_t width[] = {64, 128, 256, 512, 1024};
    char path[] = "/tmp/bench-network-XXXXXX";
    const char *file_path = argc > 2 ? argv[2] : mkdtemp(path) ? path : NULL;
    char file[300];
    fsc_error err = FSC_ERROR_INIT;
    fsc_network *network = NULL;
    fsc_network_facts facts;
    drawing d;
    if (!file_path) return 1;
    (void)snprintf(file, sizeof file, argc > 2 ? "%s" : "%s/drawn.onnx", file_path);
    draw_begin(&d, 256, 256, 0);
    bytes made = draw_end(&d, draw_unet(&d, 100, width, 5));
    write_bytes(file, &made, made.n);
    free(made.at);
    draw_free(&d);
    double start_s = cpu_s();
    if (fsc_network_read(&network, file, NULL, &err) != FSC_OK) return puts(err.text), 1;
    fsc_network_describe(&facts, network);
    printf("read in %.2f s: %.2f million weights, %.2f thousand million multiplications, planes %.0f MB\n",
           cpu_s() - start_s, 1e-6 * (double)facts.n_parameter, 1e-9 * (double)facts.n_mac,
           0x1p-20 * (double)facts.bytes);
    const size_t area = (size_t)facts.tile[0] * (size_t)facts.tile[1];
    float *in = malloc(area * sizeof *in), *out = malloc(area * (size_t)facts.n_class * sizeof *out);
    if (!in || !out) return 1;
    for (size_t i = 0; i < area; i++) in[i] = (float)(i * 7919 % 1000) / 1000 - 0.5F;
    for (int turn = 0; turn < 3; turn++) {
        start_s = cpu_s();
        if (fsc_network_run_tile(network, in, out, argc > 1 ? atoi(argv[1]) : 1, &err) != FSC_OK)
            return puts(err.text), 1;
        printf("tile: %.3f CPU s\n", cpu_s() - start_s);
    }
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) printf("peak memory %.0f MB\n", (double)usage.ru_maxrss / 1024);
    free(in);
    free(out);
    fsc_network_free(network);
    if (argc <= 2) (void)remove(file), (void)remove(path);
    return 0;
}
