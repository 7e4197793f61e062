#include "lock.h"

#include "fail.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME ".fascicle-view.lock"
enum { PATH_SIZE = 4096 };

/* The file we locked may have been removed between our opening and our locking it. */
static int still_there(int fd, const char *path) {
    struct stat ours, now;
    return fstat(fd, &ours) == 0 && lstat(path, &now) == 0 && ours.st_ino == now.st_ino && ours.st_dev == now.st_dev;
}

fsc_status fsc_view_lock(int *fd, const char *folder, fsc_error *err) {
    char path[PATH_SIZE];
    FSC_TRY(fsc_file_join(path, sizeof path, folder, NAME, err));
    for (int tries = 0; tries < 8; tries++) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        *fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (*fd < 0) return fsc_fail(err, FSC_E_IO, "%s: %s", path, strerror(errno));
        const int taken = fcntl(*fd, F_SETLK, &whole) != 0;
        if (!taken && still_there(*fd, path)) return FSC_OK;
        (void)close(*fd);
        *fd = -1;
        if (taken) break;
    }
    return fsc_fail(err, FSC_E_ARG, "%s: a viewer is open on this folder already; use its window, or end it first",
                    folder);
}

void fsc_view_unlock(int fd, const char *folder) {
    char path[PATH_SIZE];
    if (fd < 0) return;
    if (fsc_file_join(path, sizeof path, folder, NAME, NULL) == FSC_OK) (void)unlink(path);
    (void)close(fd);
}
