/* dcm2niix is run without a shell, with a fixed list of arguments, into a private folder that is removed when its
 * images have been read. Its sidecars keep the patient's identifiers (-ba n) because two persons in one folder must be
 * told apart; no reader passes them on. */
#include "convert.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "program.h"
#include "text.h"

#include <fascicle/scan.h>

#include <stdio.h>
#include <string.h>

#define PATH_MOST 4096
#define DEPTH_MOST 9
#define FILES_MOST 4000

static int look(const char *folder, int depth, int *left) {
    char **names = NULL, path[PATH_MOST];
    int32_t n = 0;
    int found = 0;
    if (depth > DEPTH_MOST || fsc_file_list(&names, &n, folder, NULL) != FSC_OK) return 0;
    for (int32_t i = 0; i < n && !found && *left > 0; i++) {
        if (names[i][0] == '.' || fsc_file_join(path, sizeof path, folder, names[i], NULL) != FSC_OK) continue;
        --*left;
        found = fsc_file_is_folder(path) ? look(path, depth + 1, left) : fsc_file_is_dicom(path) > 0;
    }
    fsc_file_free_names(names, n);
    return found;
}

int fsc_holds_dicom(const char *folder) {
    int left = FILES_MOST;
    return look(folder, 0, &left);
}

int fsc_scan_needs_converter(const char *path) {
    return fsc_file_is_folder(path) ? fsc_holds_dicom(path) : fsc_file_is_dicom(path) > 0;
}

static void join_command(fsc_conversion *out, char *const *argv) {
    for (; *argv && strcmp(*argv, "-o") != 0; argv++) {
        const size_t used = strlen(out->command);
        fsc_format(out->command + used, sizeof out->command - used, " %s", *argv);
    }
}

/* "... dcm2niiX version v1.0.20220720 ..." in the first lines of what it printed. */
static void take_version(fsc_conversion *out, const fsc_text *said) {
    fsc_copy_text(out->version, sizeof out->version, "of unknown version");
    const char *at = said->length ? strstr(said->data, "version ") : NULL;
    if (!at) return;
    fsc_copy_text(out->version, sizeof out->version, at + 8);
    out->version[strcspn(out->version, " \n")] = 0;
}

fsc_status fsc_convert_dicom(fsc_conversion *out, const char *folder, const char *scratch_dir, fsc_error *err) {
    char program[PATH_MOST], from[PATH_MOST];
    FSC_AUTO_TEXT fsc_text said = {0};
    fsc_error fault = FSC_ERROR_INIT;
    memset(out, 0, sizeof *out);
    if (!fsc_program_find(program, sizeof program, "dcm2niix"))
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "these are DICOM files, which dcm2niix converts: install it (Debian: apt install dcm2niix), or "
                        "convert them elsewhere and give the NIfTI files");
    if (strlen(folder) + 3 > sizeof from) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", folder);
    (void)snprintf(from, sizeof from, "%s%s", folder[0] == '-' ? "./" : "", folder); /* no option */
    FSC_TRY(fsc_scratch_make(&out->scratch, scratch_dir && *scratch_dir ? scratch_dir : "/tmp", err));
    char *const argv[] = {program,
                          "-g",
                          "i",
                          "-b",
                          "y",
                          "-ba",
                          "n",
                          "-z",
                          "n",
                          "-w",
                          "2",
                          "-d",
                          "9",
                          "-p",
                          "y",
                          "-f",
                          "%p_%s",
                          "-o",
                          out->scratch.path,
                          from,
                          NULL};
    const fsc_status status = fsc_program_run(argv, 0, &said, &fault);
    fsc_copy_text(out->command, sizeof out->command, "dcm2niix");
    join_command(out, argv + 1);
    take_version(out, &said);
    if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "converting DICOM files");
    if (status != FSC_OK) /* what it said may name the person */
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: dcm2niix %s could not convert the DICOM files; run it by hand to see why", folder,
                        out->version);
    return FSC_OK;
}

void fsc_conversion_free(fsc_conversion *conversion) {
    fsc_scratch_remove(&conversion->scratch);
}
