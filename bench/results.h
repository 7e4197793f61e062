/* One table for all benchmarks, a figure a row: time, bench, case, quantity, value. */
#ifndef FSC_BENCH_RESULTS_H
#define FSC_BENCH_RESULTS_H

#include <stdio.h>
#include <time.h>

#define FSC_RESULTS_HEADER "time,bench,case,quantity,value"

/* Appends a figure; path NULL: nothing. The quantity's name ends in its unit. */
static inline void results_add(const char *path, const char *bench, const char *of, const char *quantity,
                               double value) {
    char day[32] = "";
    const time_t t = time(NULL);
    struct tm utc;
    FILE *f = path ? fopen(path, "a") : NULL;
    if (path && !f) fprintf(stderr, "bench_%s: cannot write %s\n", bench, path);
    if (!f) return;
    if (gmtime_r(&t, &utc)) (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%SZ", &utc);
    (void)fseek(f, 0, SEEK_END); /* where appending starts is the C library's choice */
    if (ftell(f) == 0) fputs(FSC_RESULTS_HEADER "\n", f);
    fprintf(f, "%s,%s,%s,%s,%.6g\n", day, bench, of, quantity, value);
    fclose(f);
}

#endif
