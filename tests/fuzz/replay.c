/* What once broke a reader, and its seeds, read again in every check. usage: replay FOLDER [READER...]:
 * FOLDER/READER/FILE, each whole and cut; with -w before it whole only, with -s (fuzz_starved) also with one allocation
 * failing. */
#define _XOPEN_SOURCE 700 /* nftw(3) */
#include "all.h"

#include <dirent.h>
#include <sys/resource.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif

/* What doc/trust.md promises: a file costs no more than 16 MB and 1,100 times its size. */
static void read_in_room(const struct reader *reader, const uint8_t *bytes, size_t n) {
    struct rusage before, after;
    (void)getrusage(RUSAGE_SELF, &before);
    reader->read(bytes, n);
    (void)getrusage(RUSAGE_SELF, &after);
#ifndef SANITIZED
    const double grown = 1024.0 * (double)(after.ru_maxrss - before.ru_maxrss);
    if (grown > 16e6 + 1100.0 * (double)n) {
        (void)fprintf(stderr, "%s: %.0f MB for a file of %zu bytes\n", reader->name, grown / 1e6, n);
        abort();
    }
#endif
}

/* Again with one allocation failing, at most so many of them, spread evenly. */
#ifdef STARVED
#include "../unit/chaos/fail.h"
static void starve(const struct reader *reader, const uint8_t *bytes, size_t n) {
    enum { TRIES_MOST = 100 };
    fail_start(-1);
    reader->read(bytes, n);
    const int64_t counted = fail_stop();
    for (int64_t k = 0, step = counted / TRIES_MOST + 1; k < counted; k += step) {
        fail_start(k);
        reader->read(bytes, n);
        (void)fail_stop();
    }
}
#else
static void starve(const struct reader *reader, const uint8_t *bytes, size_t n) {
    (void)reader, (void)bytes, (void)n;
}
#endif

/* How each file is read. */
enum { CUT, WHOLE, STARVE };

static int replay(const struct reader *reader, const char *dir, int how) {
    char path[1024];
    int n_file = 0;
    (void)snprintf(path, sizeof path, "%s/%s", dir, reader->name);
    DIR *list = opendir(path);
    for (const struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s/%s", dir, reader->name, entry->d_name);
        FILE *file = fopen(path, "rb");
        uint8_t *bytes = calloc(1, 1 << 20);
        if (!file || !bytes) return -1;
        const size_t n = fread(bytes, 1, 1 << 20, file);
        (void)fclose(file);
        if (how == CUT) printf("%s %s\n", reader->name, entry->d_name);
        (void)fflush(stdout); /* the last line names what broke */
        read_in_room(reader, bytes, n);
        for (size_t cut = 1; cut < 4 && how == CUT; cut++)
            read_in_room(reader, bytes, n * cut / 4); /* and files that end early */
        if (how == STARVE) starve(reader, bytes, n);
        free(bytes);
        n_file++;
    }
    if (list) (void)closedir(list);
    return n_file;
}

static int is_asked(const char *name, int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        if (strcmp(name, argv[i]) == 0) return 1;
    return argc == 0;
}

int main(int argc, char **argv) {
    const int how = argc > 1 && strcmp(argv[1], "-w") == 0   ? WHOLE
                    : argc > 1 && strcmp(argv[1], "-s") == 0 ? STARVE
                                                             : CUT;
    int n = 0;
    argc -= 1 + (how != CUT);
    argv += 1 + (how != CUT);
    for (int i = 0; argc > 0 && i < N_READER; i++) {
        if (!is_asked(readers[i].name, argc - 1, argv + 1)) continue;
        const int more = replay(&readers[i], argv[0], how);
        if (more < 1) return printf("%s: no file for it in %s\n", readers[i].name, argv[0]), 1;
        n += more;
    }
    reader_empty();
    (void)rmdir(reader_dir);
    printf("%d files\n", n);
    return argc < 1;
}
