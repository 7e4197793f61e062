/* Speed and memory of separation on generated phantoms: bench_separate [results.csv]
 * Prints voxels per core second for each stage and end to end, next to what the machine can copy and multiply. */
#include "blocks.h"
#include "body.h"
#include "fieldmap.h"
#include "results.h"
#include "sign.h"
#include "simd.h"
#include "voxels.h"

#include "alloc.h"

#include <fascicle/phantom.h>
#include <fascicle/separate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (64 << 20)

typedef struct row {
    double n_voxel, fitted;
    double profile_s, cut_s, fit_s;
    double one_thread_s;                     /* CPU */
    double one_thread_wall_s, two_threads_s; /* wall */
    double memory_ratio;
    double copy_gb_s, multiply_gflop_s;
    double limit_s; /* time that the arithmetic and the traffic need at the rates measured */
} row;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double copy_rate(void) {
    char *a = malloc(BUFFER), *b = malloc(BUFFER);
    if (!a || !b) return 0;
    memset(a, 1, BUFFER);
    memset(b, 2, BUFFER);
    double best = 1e9, touched = 0;
    for (int i = 0; i < 5; i++) {
        const double t = cpu();
        memcpy(i % 2 ? a : b, i % 2 ? b : a, BUFFER);
        const double took = cpu() - t;
        best = took < best ? took : best;
        touched += ((volatile char *)(i % 2 ? a : b))[(i + 1) * 4096]; /* or the copy would be dropped */
    }
    const double rate = 2.0 * BUFFER / best * 1e-9 + touched * 1e-12;
    free(a);
    free(b);
    return rate;
}

FSC_CLONES static double multiply_rounds(int64_t rounds) {
    float x[256];
    for (int i = 0; i < 256; i++) x[i] = (float)i * 1e-3f;
    for (int64_t r = 0; r < rounds; r++)
        for (int i = 0; i < 256; i++) x[i] = x[i] * 0.999f + 0.001f;
    double sum = 0;
    for (int i = 0; i < 256; i++) sum += (double)x[i];
    return sum;
}

static double multiply_rate(void) {
    const int64_t rounds = 2000000;
    const double t = cpu(), sum = multiply_rounds(rounds);
    return 2.0 * 256 * (double)rounds / (cpu() - t) * 1e-9 + sum * 1e-15;
}

static double status_mb(const char *key) {
    char line[256];
    double kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0) kb = strtod(line + strlen(key) + 1, NULL);
    if (f) fclose(f);
    return kb / 1024;
}

static void reset_peak(void) {
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (!f) return;
    fputs("5", f);
    fclose(f);
}

static int fail(const fsc_error *err) {
    fprintf(stderr, "bench_separate: %s\n", err->text);
    return 1;
}

/* Profile with minima, cut, and fit alone, on one thread. */
static int stages(row *out, const fsc_scan *scan, fsc_error *err) {
    fsc_notes notes = {0};
    fsc_spectrum spectrum;
    fsc_model model;
    if (fsc_spectrum_find(&spectrum, "ismrm6", 0, err) || fsc_model_build(&model, scan, &spectrum, &notes, err))
        return 1;
    fsc_source source = {.re = scan->echo_re,
                         .im = scan->echo_im,
                         .n_voxel = fsc_grid_count(&scan->grid),
                         .n_echo = scan->n_echo,
                         .conjugate = 1,
                         .ramp_axis = -1};
    memcpy(source.dim, scan->grid.dim, sizeof source.dim);
    fsc_body body;
    fsc_profiler profiler;
    fsc_blocks blocks;
    if (fsc_body_measure(&body, &source, 1, err) || fsc_profiler_init(&profiler, &model, err)) return 1;
    const double noise = body.air_variance > 0 ? body.air_variance : 1e-4;
    fsc_body_mark(&body, &source, noise);
    if (fsc_blocks_new(&blocks, &scan->grid, body.mask, 2, err)) return 1;
    const fsc_evidence evidence = {noise, 0.04};
    const fsc_fieldmap_prior prior = {.shift_hz = model.shift_hz,
                                      .stiffness = 24,
                                      .through_plane = 0.5,
                                      .cost_limit = 30,
                                      .period_hz = model.period_hz,
                                      .range_hz = model.range_hz};
    double t = cpu();
    const fsc_sample whole = {.source = &source, .model = &model, .profiler = &profiler, .n_threads = 1};
    if (fsc_blocks_profile(&blocks, &whole, body.mask, &evidence, err)) return 1;
    out->profile_s = cpu() - t;
    t = cpu();
    if (fsc_fieldmap_cut(&blocks, &prior, 1, err)) return 1;
    out->cut_s = cpu() - t;
    out->fitted = body.n_tissue;
    fsc_lanes_echo echo;
    fsc_fit fit = {0};
    int32_t voxel[FSC_LANES], n = 0;
    t = cpu();
    for (int64_t v = 0; v <= source.n_voxel; v++) {
        if (v < source.n_voxel && body.mask[v] == 1) voxel[n++] = (int32_t)v;
        if (n == 0 || (n < FSC_LANES && v < source.n_voxel)) continue;
        fsc_source_load(&source, voxel, n, &echo);
        for (int32_t l = 0; l < n; l++) {
            fit.psi_hz[l] = (double)blocks.hz[fsc_blocks_node_at(&blocks, voxel[l])];
            fit.r2_per_s[l] = model.r2_typical;
        }
        fsc_fit_run(&fit, &model, &echo, 7, 0.3 * model.shift_hz, noise);
        n = 0;
    }
    out->fit_s = cpu() - t;
    fsc_blocks_free(&blocks);
    fsc_profiler_free(&profiler);
    fsc_body_free(&body);
    fsc_notes_free(&notes);
    return 0;
}

static int measure(row *out, double scale) {
    fsc_error err = FSC_ERROR_INIT;
    fsc_phantom_options make = FSC_PHANTOM_OPTIONS_INIT;
    make.scale = scale;
    fsc_phantom *phantom = NULL;
    if (fsc_phantom_make(&phantom, &make, &err)) return fail(&err);
    const fsc_scan *scan = phantom->scan;
    const double input_mb = 8e-6 * (double)fsc_grid_count(&scan->grid) * scan->n_echo / 1.048576;
    out->n_voxel = (double)fsc_grid_count(&scan->grid);
    for (int32_t threads = 1; threads <= 2; threads++) {
        fsc_separate_options opt = FSC_SEPARATE_OPTIONS_INIT;
        opt.n_threads = threads;
        fsc_fatwater *result = NULL;
        reset_peak();
        const double before_mb = status_mb("VmRSS:"), start_cpu = cpu(), start = now();
        if (fsc_separate_run(&result, scan, &opt, &err)) return fail(&err);
        if (threads == 1) {
            out->one_thread_s = cpu() - start_cpu;
            out->one_thread_wall_s = now() - start;
            out->memory_ratio = (status_mb("VmHWM:") - before_mb + input_mb) / input_mb;
        } else {
            out->two_threads_s = now() - start;
        }
        fsc_fatwater_free(result);
    }
    if (stages(out, scan, &err)) return fail(&err);
    out->copy_gb_s = copy_rate();
    out->multiply_gflop_s = multiply_rate();
    /* Counted operations: 8.4 kflop a block profile of four voxels at 6 echoes, 9 evaluations of 0.6 kflop in the fit;
     * traffic: the echoes twice and the maps once. */
    out->limit_s = out->fitted * (8.4e3 / 4 + 9 * 0.6e3) / (out->multiply_gflop_s * 1e9) +
                   (2 * input_mb * 1.048576e6 + 34 * out->n_voxel) / (out->copy_gb_s * 1e9);
    fsc_phantom_free(phantom);
    return 0;
}

static void print_row(const row *r) {
    printf("%8.0f voxels x 6 echoes, %.0f fitted; voxels per core second (all voxels counted):\n", r->n_voxel,
           r->fitted);
    printf("  profile and minima %10.0f\n  cut                %10.0f\n  fit                %10.0f\n",
           r->n_voxel / r->profile_s, r->n_voxel / r->cut_s, r->n_voxel / r->fit_s);
    printf("  end to end         %10.0f   (%.2f core s; the machine's limit %.2f s, ratio %.1f)\n",
           r->n_voxel / r->one_thread_s, r->one_thread_s, r->limit_s, r->one_thread_s / r->limit_s);
    printf("  1 -> 2 threads x%.2f wall, peak memory %.2f x input, copy %.1f GB/s, multiply-add %.1f Gflop/s\n",
           r->one_thread_wall_s / r->two_threads_s, r->memory_ratio, r->copy_gb_s, r->multiply_gflop_s);
}

static void append(const char *path, const row *r) {
    char voxels[32];
    snprintf(voxels, sizeof voxels, "%.0f voxels", r->n_voxel);
    results_add(path, "separate", voxels, "profile_voxel_per_core_s", r->n_voxel / r->profile_s);
    results_add(path, "separate", voxels, "cut_voxel_per_core_s", r->n_voxel / r->cut_s);
    results_add(path, "separate", voxels, "fit_voxel_per_core_s", r->n_voxel / r->fit_s);
    results_add(path, "separate", voxels, "end_to_end_voxel_per_core_s", r->n_voxel / r->one_thread_s);
    results_add(path, "separate", voxels, "two_thread_speedup", r->one_thread_wall_s / r->two_threads_s);
    results_add(path, "separate", voxels, "memory_per_input", r->memory_ratio);
    results_add(path, "separate", voxels, "copy_gb_per_s", r->copy_gb_s);
    results_add(path, "separate", voxels, "multiply_add_gflop_per_s", r->multiply_gflop_s);
    results_add(path, "separate", voxels, "ratio_to_limit", r->one_thread_s / r->limit_s);
}

/* Each size in a process of its own, so that one size's memory does not count for the next. */
int main(int argc, char **argv) {
    static const double scale[] = {0.72, 1.36, 2.47};
    for (size_t k = 0; k < sizeof scale / sizeof *scale; k++) {
        fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            row r = {0};
            if (measure(&r, scale[k])) _exit(1);
            print_row(&r);
            append(argc > 1 ? argv[1] : NULL, &r);
            fflush(stdout);
            _exit(0);
        }
        int status = 1;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) return 1;
    }
    return 0;
}
