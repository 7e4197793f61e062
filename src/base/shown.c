/* How a path may stand in a file that is passed on: below its dataset, never with what lies above, where people's
 * names, wards and users are. */
#define _XOPEN_SOURCE 700 /* realpath: XSI, not base POSIX; only fortified headers declare it without */
#include "fail.h"
#include "file.h"
#include "provenance.h"
#include "utf8.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The part of an absolute path below the nearest dataset, else from the subject's folder on; NULL when in neither. */
static const char *below_dataset(char *real) {
    for (char *slash = strrchr(real, '/'); slash && slash > real;) {
        char about[PATH_MAX + 32];
        *slash = 0;
        const fsc_status status = fsc_file_join(about, sizeof about, real, "dataset_description.json", NULL);
        const int is_dataset = status == FSC_OK && fsc_file_exists(about);
        char *above = strrchr(real, '/');
        *slash = '/';
        if (is_dataset) return slash + 1;
        slash = above;
    }
    const char *subject = strstr(real, "/sub-");
    return subject ? subject + 1 : NULL;
}

/* Bytes that are no letters stand as %NN, so that any name is told apart and none is left out. */
static void add(fsc_text *out, const char *path) {
    for (const char *c = path; *c;) {
        const size_t n = fsc_utf8_letter(c);
        if (n)
            fsc_text_add_n(out, c, n);
        else
            fsc_text_printf(out, "%%%02X", (unsigned)(unsigned char)*c);
        c += n ? n : 1;
    }
}

void fsc_shown_path(fsc_text *out, const char *path) {
    char real[PATH_MAX];
    struct stat info;
    const int there = realpath(path, real) != NULL && stat(real, &info) == 0;
    const int is_folder = there && S_ISDIR(info.st_mode);
    if (is_folder && fsc_file_join(real, sizeof real, path, "dataset_description.json", NULL) == FSC_OK &&
        fsc_file_exists(real)) {
        fsc_text_add(out, ".");
        return;
    }
    const char *below = there && realpath(path, real) ? below_dataset(real) : NULL;
    const char *slash = strrchr(path, '/');
    if (below)
        add(out, below);
    else if (is_folder || (slash && !slash[1]) || (slash && !there))
        fsc_text_add(out, "."); /* a folder is often called as the person is */
    else
        add(out, slash ? slash + 1 : path);
}

/* Whether a word of a command line may be a path. */
static int is_path(const char *word) {
    return strchr(word, '/') != NULL || fsc_file_exists(word) || fsc_file_is_folder(word);
}

void fsc_shown_word(fsc_text *out, const char *word) {
    const char *equals = *word == '-' ? strchr(word, '=') : NULL;
    if (equals && is_path(equals + 1)) {
        fsc_text_add_n(out, word, (size_t)(equals + 1 - word));
        fsc_shown_path(out, equals + 1);
    } else if (*word != '-' && is_path(word)) {
        fsc_shown_path(out, word);
    } else {
        fsc_text_add(out, word);
    }
}
