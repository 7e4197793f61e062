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
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* libmd's header names the BSD integer types, which strict C17 with POSIX hides. */
typedef uint8_t u_int8_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
#include <sha2.h>

enum { NAME_MOST = 4096 };
#define PART ".part-"
#define STALE_S (24 * 3600)

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}
#define AUTO_FD __attribute__((cleanup(close_fd))) int

fsc_status fsc_file_open(int *fd, int64_t *size, const char *path, fsc_error *err) {
    struct stat info;
    /* Not blocking: opening a pipe would wait for ever for somebody to write into it. */
    const int opened = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (opened < 0) return fsc_fail(err, FSC_E_IO, "%s: cannot be opened (%s)", path, strerror(errno));
    if (fstat(opened, &info) != 0 || !S_ISREG(info.st_mode)) {
        (void)close(opened);
        return fsc_fail(err, FSC_E_IO, "%s: is no regular file (a folder, a pipe or a device)", path);
    }
    *fd = opened;
    *size = (int64_t)info.st_size;
    return FSC_OK;
}

/* read that is not ended by a signal. */
static ssize_t read_some(int fd, void *to, size_t n) {
    ssize_t got;
    do got = read(fd, to, n);
    while (got < 0 && errno == EINTR);
    return got;
}

int fsc_file_is_dicom(const char *path) {
    AUTO_FD fd = -1;
    int64_t size;
    char head[132];
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) return 0;
    if (fsc_file_open(&fd, &size, path, NULL) != FSC_OK) return -1;
    if (size < (int64_t)sizeof head) return 0;
    for (size_t n = 0; n < sizeof head;) {
        const ssize_t got = read_some(fd, head + n, sizeof head - n);
        if (got <= 0) return got < 0 ? -1 : 0;
        n += (size_t)got;
    }
    return memcmp(head + 128, "DICM", 4) == 0;
}

fsc_status fsc_file_read(char **data, size_t *length, const char *path, size_t max_bytes, fsc_error *err) {
    AUTO_FD fd = -1;
    int64_t size;
    FSC_TRY(fsc_file_open(&fd, &size, path, err));
    FSC_AUTO_TEXT fsc_text text = {0};
    char chunk[65536];
    ssize_t n;
    while ((n = read_some(fd, chunk, sizeof chunk)) > 0) {
        if (text.length + (size_t)n > max_bytes)
            return fsc_fail(err, FSC_E_RANGE, "%s: larger than the %zu bytes this kind of file may have", path,
                            max_bytes);
        fsc_text_add_n(&text, chunk, (size_t)n);
    }
    if (n < 0) return fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", path, strerror(errno));
    fsc_text_add_n(&text, "", 0);
    if (text.failed) return fsc_fail_nomem(err, "reading a file");
    *data = text.data;
    *length = text.length;
    memset(&text, 0, sizeof text);
    return FSC_OK;
}

/* The folder that path lies in. */
static void folder_of(char *folder, size_t size, const char *path) {
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, size, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (slash == path) (void)snprintf(folder, size, "/");
}

/* Removes what killed runs left of this file: temporary names of ours, older than a day. */
static void sweep(const char *path) {
    char folder[NAME_MOST];
    folder_of(folder, sizeof folder, path);
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const size_t n = strlen(name);
    DIR *list = opendir(folder);
    for (const struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        struct stat info;
        if (strncmp(entry->d_name, name, n) != 0 || strncmp(entry->d_name + n, PART, sizeof PART - 1) != 0) continue;
        if (fstatat(dirfd(list), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) continue;
        if (time(NULL) - info.st_mtime > STALE_S) (void)unlinkat(dirfd(list), entry->d_name, 0);
    }
    if (list) (void)closedir(list);
}

fsc_status fsc_file_create(int *fd, char *temp, size_t size, const char *path, fsc_error *err) {
    struct stat info;
    const int there = stat(path, &info) == 0;
    /* A rename would replace a device or a pipe by a file. */
    if (there && !S_ISREG(info.st_mode))
        return fsc_fail(err, FSC_E_IO, "%s: is not a regular file and cannot be replaced", path);
    sweep(path);
    for (int attempt = 0; attempt < 8; attempt++) {
        uint64_t random;
        if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
            return fsc_fail(err, FSC_E_IO, "%s: cannot be written (no random name)", path);
        const int n = snprintf(temp, size, "%s" PART "%016llx", path, (unsigned long long)random);
        if (n < 0 || (size_t)n >= size) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", path);
        /* Never through a link, never onto what somebody else put there. */
        *fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (*fd < 0 && errno == EEXIST) continue;
        if (*fd < 0) break;
        if (there) (void)fchmod(*fd, info.st_mode & 0777); /* a file that was private stays private */
        return FSC_OK;
    }
    return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(errno));
}

/* A renamed file is on the disk when its folder is. */
static void sync_folder(const char *path) {
    char folder[NAME_MOST];
    folder_of(folder, sizeof folder, path);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) (void)fsync(fd);
    if (fd >= 0) (void)close(fd);
}

/* Puts what temp holds on the disk. */
static fsc_status sync_file(const char *temp, const char *path, fsc_error *err) {
    const int fd = open(temp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const int synced = fd >= 0 && fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) (void)close(fd);
    return synced ? FSC_OK : fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(why));
}

fsc_status fsc_file_commit(const char *temp, const char *path, fsc_error *err) {
    fsc_status status = sync_file(temp, path, err);
    if (status == FSC_OK && rename(temp, path) != 0)
        status = fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(errno));
    if (status == FSC_OK)
        sync_folder(path);
    else
        fsc_file_discard(temp);
    return status;
}

/* The name under which path waits until the whole set stands; swept like any other of ours. */
static fsc_status name_aside(char *aside, size_t size, const char *temp, fsc_error *err) {
    const int n = snprintf(aside, size, "%s-old", temp);
    return n > 0 && (size_t)n < size ? FSC_OK : fsc_fail(err, FSC_E_RANGE, "%s: path is too long", temp);
}

static fsc_status place(const char *temp, const char *path, fsc_error *err) {
    char aside[NAME_MOST];
    FSC_TRY(name_aside(aside, sizeof aside, temp, err));
    /* A file system that knows no second names: path is gone for a moment. */
    const int folder = fsc_file_is_folder(path);
    const int kept = !folder && (link(path, aside) == 0 || errno == ENOENT || rename(path, aside) == 0);
    if (kept && rename(temp, path) == 0) return FSC_OK;
    if (folder) errno = EISDIR;
    const int why = errno;
    (void)rename(aside, path);
    return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(why));
}

static void take_back(const char *temp, const char *path) {
    char aside[NAME_MOST];
    if (name_aside(aside, sizeof aside, temp, NULL) != FSC_OK || rename(aside, path) != 0) (void)unlink(path);
}

fsc_status fsc_file_commit_set(const char *const *temp, const char *const *path, int32_t n, fsc_error *err) {
    fsc_status status = FSC_OK;
    int32_t placed = 0;
    char aside[NAME_MOST];
    for (int32_t i = 0; i < n && status == FSC_OK; i++) status = sync_file(temp[i], path[i], err);
    for (; placed < n && status == FSC_OK; placed += status == FSC_OK) status = place(temp[placed], path[placed], err);
    for (int32_t i = 0; i < n; i++) {
        if (status != FSC_OK && i < placed) take_back(temp[i], path[i]);
        if (status != FSC_OK) fsc_file_discard(temp[i]);
        if (name_aside(aside, sizeof aside, temp[i], NULL) == FSC_OK) (void)unlink(aside);
        if (status == FSC_OK) sync_folder(path[i]);
    }
    return status;
}

void fsc_file_discard(const char *temp) {
    (void)unlink(temp);
}

static int write_all(int fd, const char *data, size_t length) {
    while (length > 0) {
        const ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        data += n;
        length -= (size_t)n;
    }
    return 1;
}

fsc_status fsc_file_copy(const char *from, const char *to, fsc_error *err) {
    char buffer[65536];
    AUTO_FD in = -1;
    int64_t size;
    struct stat info;
    FSC_TRY(fsc_file_open(&in, &size, from, err));
    const int out = fstat(in, &info) == 0 ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, info.st_mode & 0777) : -1;
    ssize_t n = out < 0 ? -1 : 1;
    while (n > 0)
        if ((n = read_some(in, buffer, sizeof buffer)) > 0 && !write_all(out, buffer, (size_t)n)) n = -1;
    int why = n < 0 ? errno : 0;
    if (out >= 0 && close(out) != 0 && !why) why = errno;
    return why ? fsc_fail(err, FSC_E_IO, "%s: cannot be copied (%s)", from, strerror(why)) : FSC_OK;
}

fsc_status fsc_file_write(const char *path, const char *data, size_t length, fsc_error *err) {
    char temp[NAME_MOST];
    int fd = -1;
    FSC_TRY(fsc_file_create(&fd, temp, sizeof temp, path, err));
    int good = write_all(fd, data, length);
    int why = errno;
    if (close(fd) != 0 && good) {
        good = 0;
        why = errno;
    }
    if (!good) {
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
    for (const struct dirent *entry; status == FSC_OK && (errno = 0, entry = readdir(folder)) != NULL;) {
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
    /* NULL with a reason is a disk that failed, not the end. */
    if (status == FSC_OK && errno != 0)
        status = fsc_fail(err, FSC_E_IO, "%s: folder cannot be read (%s)", dir, strerror(errno));
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
    AUTO_FD fd = -1;
    int64_t size;
    FSC_TRY(fsc_file_open(&fd, &size, path, err));
    SHA2_CTX hash;
    SHA256Init(&hash);
    uint8_t chunk[65536];
    ssize_t n;
    while ((n = read_some(fd, chunk, sizeof chunk)) > 0) SHA256Update(&hash, chunk, (size_t)n);
    if (n < 0) return fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", path, strerror(errno));
    (void)SHA256End(&hash, hex);
    return FSC_OK;
}

void fsc_sha256(char hex[65], const char *bytes, size_t n) {
    SHA2_CTX hash;
    SHA256Init(&hash);
    SHA256Update(&hash, (const uint8_t *)bytes, n);
    (void)SHA256End(&hash, hex);
}
