/* Inputs of an earlier run, found again by what it recorded: a path below a dataset, and the file's hash. */
#include "fail.h"
#include "file.h"
#include "format.h"
#include "json.h"
#include "text.h"

#include <fascicle/view.h>
#include <glob.h>
#include <string.h>

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

/* The sidecar <anat>/<name>_desc-<desc>_dseg.json; NULL when it has gone, which tells no more than a run without. */
static fsc_status read_sidecar(fsc_json **out, const char *anat, const char *name, const char *desc, fsc_error *err) {
    char file[320], path[4096];
    (void)fsc_format(file, sizeof file, "%s_desc-%s_dseg.json", name, desc);
    FSC_TRY(fsc_file_join(path, sizeof path, anat, file, err));
    return fsc_file_exists(path) ? fsc_json_read(out, path, err) : FSC_OK;
}

/* A folder's or file's own letters mean themselves in a pattern. */
static void add_escaped(fsc_text *out, const char *path) {
    for (; *path; path++) {
        if (strchr("*?[]\\", *path)) fsc_text_add(out, "\\");
        fsc_text_add_n(out, path, 1);
    }
}

/* The file below base by one of the ways that datasets are laid out; found when its bytes are those of the run. */
static fsc_status look_below(fsc_view_found *out, const char *base, const char *hash, fsc_error *err) {
    static const char *const way[] = {"/", "/*/", "/derivatives/*/", "/*/derivatives/*/"};
    for (size_t w = 0; w < sizeof way / sizeof *way && !out->path[0]; w++) {
        FSC_AUTO_TEXT fsc_text pattern = {0};
        glob_t list = {0};
        add_escaped(&pattern, base);
        fsc_text_add(&pattern, way[w]);
        add_escaped(&pattern, out->name);
        if (pattern.failed) return fsc_fail_nomem(err, "looking for an input");
        const int failed = glob(pattern.data, 0, NULL, &list);
        if (!failed)
            for (size_t i = 0; i < list.gl_pathc && !out->path[0]; i++) {
                char found[65];
                if (fsc_file_sha256(found, list.gl_pathv[i], NULL) == FSC_OK && strcmp(found, hash) == 0)
                    fsc_copy_text(out->path, sizeof out->path, list.gl_pathv[i]);
            }
        globfree(&list);
        if (failed == GLOB_NOSPACE) return fsc_fail_nomem(err, "looking for an input");
    }
    return FSC_OK;
}

static fsc_status look(fsc_view_found *out, const char *folder, const char *hash, fsc_error *err) {
    static const char *const up[] = {"", "/..", "/../.."};
    (void)fsc_format(out->where, sizeof out->where,
                     "in %.600s, the two folders above it and the working folder, and in their datasets' derivatives",
                     folder);
    if (!hash) return FSC_OK;
    for (size_t i = 0; i < sizeof up / sizeof *up && !out->path[0]; i++) {
        char base[4096];
        if (fsc_format(base, sizeof base, "%s%s", folder, up[i]) < (int)sizeof base)
            FSC_TRY(look_below(out, base, hash, err));
    }
    return out->path[0] ? FSC_OK : look_below(out, ".", hash, err);
}

/* A proposal's levels stand beside its maps. */
static fsc_status take_proposed(fsc_view_found *out, const char *anat, const char *name, fsc_error *err) {
    AUTO_JSON *sidecar = NULL;
    FSC_TRY(read_sidecar(&sidecar, anat, name, "proposallevels", err));
    const char *scheme = fsc_json_string(fsc_json_get(sidecar, "LabelScheme"));
    fsc_copy_text(out->scheme, sizeof out->scheme, scheme ? scheme : "");
    (void)fsc_format(out->name, sizeof out->name, "%s_desc-proposallevels_dseg.nii.gz", name);
    (void)fsc_format(out->where, sizeof out->where, "in %.900s", anat);
    FSC_TRY(fsc_file_join(out->path, sizeof out->path, anat, out->name, err));
    if (!fsc_file_exists(out->path)) out->path[0] = 0;
    return FSC_OK;
}

fsc_status fsc_view_find_input(fsc_view_found *out, const char *option, const char *folder, const char *anat,
                               const char *name, fsc_error *err) {
    if (!out || !option || !folder || !anat || !name)
        return fsc_fail(err, FSC_E_ARG, "an input is looked for by its option and the folder of the run");
    AUTO_JSON *sidecar = NULL;
    memset(out, 0, sizeof *out);
    FSC_TRY(read_sidecar(&sidecar, anat, name, "sites", err));
    const fsc_json *options = fsc_json_get(fsc_json_at(fsc_json_get(sidecar, "GeneratedBy"), 0), "Options");
    const int levels = strcmp(option, "levels") == 0;
    const char *scheme = fsc_json_string(fsc_json_get(options, "level-scheme"));
    const char *recorded = fsc_json_string(fsc_json_get(options, option));
    if (levels && fsc_json_bool(fsc_json_get(options, "propose"), 0)) return take_proposed(out, anat, name, err);
    if (levels && !recorded && fsc_json_string(fsc_json_get(sidecar, "LevelScheme"))) /* one map of both */
        recorded = fsc_json_string(fsc_json_get(options, "labels"));
    if (levels && scheme) fsc_copy_text(out->scheme, sizeof out->scheme, scheme);
    if (!recorded) return FSC_OK;
    fsc_copy_text(out->name, sizeof out->name, recorded);
    return look(out, folder, fsc_json_string(fsc_json_get(fsc_json_get(sidecar, "SourcesSHA256"), recorded)), err);
}
