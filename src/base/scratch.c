#include "scratch.h"

#include "fail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 32 }; /* no program that we run nests its results deeper */

fsc_status fsc_scratch_make(fsc_scratch *out, const char *dir, fsc_error *err) {
    out->path[0] = 0;
    char path[sizeof out->path];
    const int n = snprintf(path, sizeof path, "%s/.fascicle-XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return fsc_fail(err, FSC_E_RANGE, "the temporary folder's name is too long; set TMPDIR to a shorter one");
    if (!mkdtemp(path)) /* mode 0700 */
        return fsc_fail(err, FSC_E_IO, "%s: no temporary folder can be made there (%s); set TMPDIR to another", dir,
                        strerror(errno));
    memcpy(out->path, path, sizeof path);
    return FSC_OK;
}

static void empty(int folder, int depth) {
    DIR *list = depth < DEEPEST ? fdopendir(folder) : NULL;
    if (!list) {
        (void)close(folder);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlinkat(dirfd(list), entry->d_name, 0) == 0) continue;
        const int inner = openat(dirfd(list), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0) empty(inner, depth + 1);
        (void)unlinkat(dirfd(list), entry->d_name, AT_REMOVEDIR);
    }
    (void)closedir(list);
}

void fsc_scratch_remove(fsc_scratch *scratch) {
    if (!scratch->path[0]) return;
    const int folder = open(scratch->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0) empty(folder, 0);
    (void)rmdir(scratch->path);
    scratch->path[0] = 0;
}
