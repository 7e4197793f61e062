/* dcm2niix is run without a shell, with a fixed list of arguments, into a folder of mode 0700 that is removed when its
 * images have been read. Its sidecars keep the patient's identifiers (-ba n) because two persons in one folder must be
 * told apart; no reader passes them on. */
#include "convert.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_MOST 4096
#define DEPTH_MOST 9
#define FILES_MOST 4000

extern char **environ;

int fsc_is_dicom_file(const char *path) {
    unsigned char head[132];
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    const size_t n = fread(head, 1, sizeof head, file);
    (void)fclose(file);
    return n == sizeof head && memcmp(head + 128, "DICM", 4) == 0;
}

static int look(const char *folder, int depth, int *left) {
    char **names = NULL, path[PATH_MOST];
    int32_t n = 0;
    int found = 0;
    if (depth > DEPTH_MOST || fsc_file_list(&names, &n, folder, NULL) != FSC_OK) return 0;
    for (int32_t i = 0; i < n && !found && *left > 0; i++) {
        if (names[i][0] == '.' || fsc_file_join(path, sizeof path, folder, names[i], NULL) != FSC_OK) continue;
        --*left;
        found = fsc_file_is_folder(path) ? look(path, depth + 1, left) : fsc_is_dicom_file(path);
    }
    fsc_file_free_names(names, n);
    return found;
}

int fsc_holds_dicom(const char *folder) {
    int left = FILES_MOST;
    return look(folder, 0, &left);
}

static void join_command(fsc_conversion *out, char *const *argv) {
    out->command[0] = 0;
    for (; *argv && strcmp(*argv, "-o") != 0; argv++) {
        const size_t used = strlen(out->command);
        fsc_format(out->command + used, sizeof out->command - used, "%s%s", used ? " " : "", *argv);
    }
}

/* Runs it with its output in log; *code is its exit code. FSC_E_UNSUPPORTED when there is no such program. */
static fsc_status run(int *code, char *const *argv, const char *log, fsc_error *err) {
    posix_spawn_file_actions_t actions;
    pid_t child;
    int state;
    if (posix_spawn_file_actions_init(&actions) != 0) return fsc_fail_nomem(err, "starting dcm2niix");
    int failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    failed |= posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    failed |= posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (!failed) failed = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (failed == ENOENT)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "these are DICOM files, which dcm2niix converts: install it (Debian: apt install dcm2niix), or "
                        "convert them elsewhere and give the NIfTI files");
    if (failed) return fsc_fail(err, FSC_E_IO, "dcm2niix cannot be started (%s)", strerror(failed));
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR) return fsc_fail(err, FSC_E_IO, "dcm2niix was lost (%s)", strerror(errno));
    *code = WIFEXITED(state) ? WEXITSTATUS(state) : 128;
    return FSC_OK;
}

/* "... dcm2niiX version v1.0.20220720 ..." in the first lines of what it printed. */
static void take_version(fsc_conversion *out, const char *log) {
    char *text = NULL;
    size_t n;
    fsc_copy_text(out->version, sizeof out->version, "of unknown version");
    if (fsc_file_read(&text, &n, log, (size_t)64 << 20, NULL) != FSC_OK) return;
    const char *at = strstr(text, "version ");
    if (at) {
        fsc_copy_text(out->version, sizeof out->version, at + 8);
        out->version[strcspn(out->version, " \n")] = 0;
    }
    fsc_free(text);
}

fsc_status fsc_convert_dicom(fsc_conversion *out, const char *folder, fsc_error *err) {
    char log[300], from[PATH_MOST];
    const char *base = getenv("TMPDIR");
    memset(out, 0, sizeof *out);
    if (!base || base[0] != '/' || strlen(base) > 200) base = "/tmp";
    (void)snprintf(out->folder, sizeof out->folder, "%s/fascicle-dicom-XXXXXX", base);
    if (strlen(folder) + 3 > sizeof from) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", folder);
    (void)snprintf(from, sizeof from, "%s%s", folder[0] == '-' ? "./" : "", folder); /* no option */
    if (!mkdtemp(out->folder)) {
        out->folder[0] = 0;
        return fsc_fail(err, FSC_E_IO, "%s: no temporary folder can be made there (%s); set TMPDIR", base,
                        strerror(errno));
    }
    (void)snprintf(log, sizeof log, "%s/log", out->folder);
    char *const argv[] = {"dcm2niix", "-g", "i",  "-b", "y",  "-ba",   "n",  "-z",        "n",  "-w", "2",
                          "-d",       "9",  "-p", "y",  "-f", "%p_%s", "-o", out->folder, from, NULL};
    int code = 0;
    FSC_TRY(run(&code, argv, log, err));
    join_command(out, argv);
    take_version(out, log);
    if (code != 0)
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: dcm2niix %s could not convert the DICOM files (exit code %d); run it by hand to see why",
                        folder, out->version, code);
    return FSC_OK;
}

void fsc_conversion_free(fsc_conversion *conversion) {
    char **names = NULL, path[PATH_MOST];
    int32_t n = 0;
    if (!conversion->folder[0]) return;
    if (fsc_file_list(&names, &n, conversion->folder, NULL) == FSC_OK) {
        for (int32_t i = 0; i < n; i++)
            if (fsc_file_join(path, sizeof path, conversion->folder, names[i], NULL) == FSC_OK) (void)unlink(path);
        fsc_file_free_names(names, n);
    }
    (void)rmdir(conversion->folder);
    conversion->folder[0] = 0;
}
