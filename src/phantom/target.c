/* Names of the dataset that the phantom is written to: participant, session, folders. */
#include "target.h"

#include "fail.h"
#include "file.h"

#include <stdio.h>
#include <string.h>

static fsc_status set_name(char *out, size_t size, const char *prefix, const char *name, fsc_error *err) {
    const char *label = strncmp(name, prefix, 4) == 0 ? name + 4 : name;
    size_t n = 0;
    while ((label[n] >= '0' && label[n] <= '9') || (label[n] >= 'a' && label[n] <= 'z') ||
           (label[n] >= 'A' && label[n] <= 'Z'))
        n++;
    if (n == 0 || label[n] != '\0' || n + 5 > size)
        return fsc_fail(err, FSC_E_ARG, "'%.80s' is no BIDS name: use letters and digits, as in %s01", name, prefix);
    (void)snprintf(out, size, "%s%s", prefix, label);
    return FSC_OK;
}

fsc_status fsc_target_init(fsc_target *target, const char *dir, const char *participant, const char *session,
                           const fsc_recipe *recipe, fsc_error *err) {
    *target = (fsc_target){.dir = dir, .recipe = recipe};
    FSC_TRY(set_name(target->participant, sizeof target->participant, "sub-", participant, err));
    return session ? set_name(target->session, sizeof target->session, "ses-", session, err) : FSC_OK;
}

fsc_status fsc_target_path(char path[FSC_TARGET_PATH], const fsc_target *target, const char *below, const char *kind,
                           const char *ending, fsc_error *err) {
    const char *slash = target->session[0] ? "/" : "", *line = target->session[0] ? "_" : "";
    char folder[FSC_TARGET_PATH], name[512];
    const int n = snprintf(folder, sizeof folder, "%s/%s%s%s%s/%s", target->dir, below, target->participant, slash,
                           target->session, kind);
    const int m = snprintf(name, sizeof name, "%s%s%s_%s", target->participant, line, target->session, ending);
    if (n < 0 || (size_t)n >= sizeof folder || m < 0 || (size_t)m >= sizeof name)
        return fsc_fail(err, FSC_E_IO, "%.200s: the path is too long", target->dir);
    FSC_TRY(fsc_file_make_folder(folder, err));
    return fsc_file_join(path, FSC_TARGET_PATH, folder, name, err);
}

fsc_status fsc_target_sidecar(fsc_json *sidecar, const fsc_target *target, const char *below, const char *kind,
                              const char *ending, fsc_error *err) {
    char path[FSC_TARGET_PATH];
    fsc_status status =
        sidecar ? fsc_target_path(path, target, below, kind, ending, err) : fsc_fail_nomem(err, "writing a sidecar");
    if (status == FSC_OK) status = fsc_json_write(sidecar, path, err);
    fsc_json_free(sidecar);
    return status;
}
