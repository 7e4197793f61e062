#include "file.h"

#include "alloc.h"
#include "fail.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* libmd's header names the BSD integer types, which strict C17 with POSIX hides. */
typedef uint8_t u_int8_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
#include <sha2.h>

static void close_file(FILE **file) {
    if (*file) (void)fclose(*file);
}
#define AUTO_FILE __attribute__((cleanup(close_file))) FILE *

fsc_status fsc_file_read(char **data, size_t *length, const char *path, size_t max_bytes, fsc_error *err) {
    AUTO_FILE file = fopen(path, "rb");
    if (!file) return fsc_fail(err, FSC_E_IO, "%s: cannot be opened (%s)", path, strerror(errno));
    struct stat info;
    if (fstat(fileno(file), &info) != 0 || S_ISDIR(info.st_mode))
        return fsc_fail(err, FSC_E_IO, "%s: is not a readable file", path);
    FSC_AUTO_TEXT fsc_text text = {0};
    char chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0) {
        if (text.length + n > max_bytes)
            return fsc_fail(err, FSC_E_RANGE, "%s: larger than the %zu bytes this kind of file may have", path,
                            max_bytes);
        fsc_text_add_n(&text, chunk, n);
    }
    if (ferror(file)) return fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", path, strerror(errno));
    fsc_text_add_n(&text, "", 0);
    if (text.failed) return fsc_fail_nomem(err, "reading a file");
    *data = text.data;
    *length = text.length;
    memset(&text, 0, sizeof text);
    return FSC_OK;
}

fsc_status fsc_file_temp_name(char *temp, size_t size, const char *path, fsc_error *err) {
    /* A rename would replace a device or a pipe by a file. */
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return fsc_fail(err, FSC_E_IO, "%s: is not a regular file and cannot be replaced", path);
    const int n = snprintf(temp, size, "%s.part-%ld", path, (long)getpid());
    if (n < 0 || (size_t)n >= size) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", path);
    return FSC_OK;
}

fsc_status fsc_file_commit(const char *temp, const char *path, fsc_error *err) {
    const int fd = open(temp, O_RDONLY | O_CLOEXEC);
    const int synced = fd >= 0 && fsync(fd) == 0;
    const int saved = errno;
    if (fd >= 0) (void)close(fd);
    if (!synced || rename(temp, path) != 0) {
        const int why = synced ? errno : saved;
        fsc_file_discard(temp);
        return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(why));
    }
    return FSC_OK;
}

void fsc_file_discard(const char *temp) {
    (void)unlink(temp);
}

fsc_status fsc_file_write(const char *path, const char *data, size_t length, fsc_error *err) {
    char temp[4096];
    FSC_TRY(fsc_file_temp_name(temp, sizeof temp, path, err));
    FILE *file = fopen(temp, "wb");
    if (!file) return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(errno));
    int bad = length > 0 && fwrite(data, 1, length, file) != length;
    int why = errno;
    if (fclose(file) != 0 && !bad) {
        bad = 1;
        why = errno;
    }
    if (bad) {
        fsc_file_discard(temp);
        return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s); free some space or choose another folder", path,
                        strerror(why));
    }
    return fsc_file_commit(temp, path, err);
}

int fsc_file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}

int fsc_file_is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

fsc_status fsc_file_make_folder(const char *path, fsc_error *err) {
    char part[4096];
    const size_t n = strlen(path);
    if (n == 0 || n >= sizeof part) return fsc_fail(err, FSC_E_RANGE, "folder name '%.60s' is empty or too long", path);
    for (size_t i = 1; i <= n; i++) {
        if (i < n && path[i] != '/') continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (mkdir(part, 0777) == 0 || errno == EEXIST || fsc_file_is_folder(part)) continue;
        return fsc_fail(err, FSC_E_IO, "%s: folder cannot be made (%s); choose another with --out", path,
                        strerror(errno));
    }
    if (!fsc_file_is_folder(path))
        return fsc_fail(err, FSC_E_IO, "%s: is a file, a folder is needed; choose another with --out", path);
    return FSC_OK;
}

fsc_status fsc_file_join(char *out, size_t size, const char *dir, const char *name, fsc_error *err) {
    const size_t n = strlen(dir);
    const char *slash = n > 0 && dir[n - 1] == '/' ? "" : "/";
    const int written = snprintf(out, size, "%s%s%s", dir, slash, name);
    if (written < 0 || (size_t)written >= size) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", dir);
    return FSC_OK;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void fsc_file_free_names(char **names, int32_t n) {
    for (int32_t i = 0; i < n; i++) fsc_free(names[i]);
    fsc_free(names);
}

fsc_status fsc_file_list(char ***names, int32_t *n, const char *dir, fsc_error *err) {
    DIR *folder = opendir(dir);
    if (!folder) return fsc_fail(err, FSC_E_IO, "%s: folder cannot be read (%s)", dir, strerror(errno));
    char **list = NULL;
    int32_t count = 0, capacity = 0;
    fsc_status status = FSC_OK;
    for (const struct dirent *entry; status == FSC_OK && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (count == capacity) {
            char **bigger = fsc_grow(list, count, capacity * 2 + 16, sizeof *list);
            if (bigger) {
                list = bigger;
                capacity = capacity * 2 + 16;
            }
        }
        char *name = count < capacity ? fsc_strdup(entry->d_name) : NULL;
        if (name)
            list[count++] = name;
        else
            status = fsc_fail_nomem(err, "listing a folder");
    }
    (void)closedir(folder);
    if (status != FSC_OK) {
        fsc_file_free_names(list, count);
        return status;
    }
    if (count > 1) qsort(list, (size_t)count, sizeof *list, compare_names);
    *names = list;
    *n = count;
    return FSC_OK;
}

fsc_status fsc_file_sha256(char hex[65], const char *path, fsc_error *err) {
    AUTO_FILE file = fopen(path, "rb");
    if (!file) return fsc_fail(err, FSC_E_IO, "%s: cannot be opened (%s)", path, strerror(errno));
    SHA2_CTX hash;
    SHA256Init(&hash);
    uint8_t chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0) SHA256Update(&hash, chunk, n);
    if (ferror(file)) return fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", path, strerror(errno));
    (void)SHA256End(&hash, hex);
    return FSC_OK;
}
