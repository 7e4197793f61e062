/* From what a person names to the label maps of one scan (label_find.c: patterns and folders; masks.c: one file a
 * structure). */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "label_files.h"
#include "provenance.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_label_maps, fsc_label_maps_free)
FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)

void fsc_label_maps_free(fsc_label_maps *maps) {
    if (!maps) return;
    fsc_labels_free(maps->muscles);
    fsc_labels_free(maps->levels);
    fsc_free(maps->muscle_path);
    fsc_free(maps->level_path);
    for (int32_t i = 0; i < maps->n_file; i++) fsc_free(maps->file[i]);
    fsc_free(maps->file);
    fsc_notes_free(&maps->notes);
    fsc_free(maps);
}

int fsc_label_maps_is_file(const char *where) {
    if (fsc_file_exists(where)) return !fsc_file_is_folder(where);
    return !strpbrk(where, "{*?[");
}

fsc_status fsc_label_note_file(fsc_label_maps *maps, const char *path, fsc_error *err) {
    char **file = fsc_grow(maps->file, maps->n_file, maps->n_file + 1, sizeof *file);
    if (!file) return fsc_fail_nomem(err, "reading label maps");
    maps->file = file;
    file[maps->n_file] = fsc_strdup(path);
    if (!file[maps->n_file]) return fsc_fail_nomem(err, "reading label maps");
    maps->n_file++;
    return FSC_OK;
}

static fsc_status read_file(fsc_labels **out, char **kept, fsc_label_maps *maps, const char *path, fsc_error *err) {
    FSC_TRY(fsc_labels_read(out, path, err));
    *kept = fsc_strdup(path);
    if (!*kept) return fsc_fail_nomem(err, "reading label maps");
    return fsc_label_note_file(maps, path, err);
}

enum { HOLDS_MUSCLES = 1, HOLDS_LEVELS = 2 };

/* What a map's name says that it holds; 0 when it does not. */
static int by_name(const char *path) {
    static const char *const level_word[] = {"level", "vert", "disc", "spine"};
    char name[256];
    const char *slash = strrchr(path, '/');
    (void)snprintf(name, sizeof name, "%s", slash ? slash + 1 : path);
    for (char *c = name; *c; c++) *c = (char)tolower((unsigned char)*c);
    if (strstr(name, "muscle")) return HOLDS_MUSCLES;
    for (size_t i = 0; i < sizeof level_word / sizeof *level_word; i++)
        if (strstr(name, level_word[i])) return HOLDS_LEVELS;
    return 0;
}

/* What a map holds, by its name or else by the numbering that its values follow. */
static fsc_status what_it_holds(int *holds, const char *path, fsc_error *err) {
    FSC_AUTO(fsc_labels) labels = NULL;
    FSC_AUTO_BLOCK fsc_label_value *value = NULL;
    int32_t n = 0;
    *holds = by_name(path);
    if (*holds) return FSC_OK;
    FSC_TRY(fsc_labels_read(&labels, path, err));
    FSC_TRY(fsc_label_values(&value, &n, labels, err));
    for (int levels = 0; levels < 2; levels++) {
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};
        const fsc_status status = fsc_scheme_recognise(&scheme, NULL, path, value, n, levels, NULL);
        if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading label maps");
        if (status == FSC_OK) *holds |= levels ? HOLDS_LEVELS : HOLDS_MUSCLES;
    }
    return FSC_OK;
}

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The one of several maps that holds what is wanted, by preference nothing else; index -1 when none does. */
static fsc_status choose(int32_t *index, const fsc_label_paths *found, int wanted, const char *where,
                         const char *option, fsc_error *err) {
    int32_t best = 0, rival = -1;
    *index = -1;
    for (int32_t i = 0; i < found->n && i < LABEL_FILES_MOST; i++) {
        int holds;
        FSC_TRY(what_it_holds(&holds, found->path[i], err));
        const int32_t rank = holds == wanted ? 2 : (holds & wanted) != 0;
        if (rank == 0 || rank < best) continue;
        rival = rank == best ? *index : -1;
        best = rank;
        *index = i;
    }
    if (rival < 0) return FSC_OK;
    return fsc_fail(err, FSC_E_NOTFOUND, "%s %s: several %s maps of this scan, as %s and %s; name one with %s FILE",
                    option, where, wanted == HOLDS_LEVELS ? "level" : "muscle", base_of(found->path[rival]),
                    base_of(found->path[*index]), wanted == HOLDS_LEVELS ? "--levels" : "--labels");
}

/* Which file it was, without what lies above its dataset: notes go with the results. */
static void note_found(fsc_label_maps *maps, const char *key, const char *what, const char *path) {
    FSC_AUTO_TEXT fsc_text name = {0};
    fsc_shown_path(&name, path);
    fsc_notes_add(&maps->notes, FSC_NOTE_FOUND, key, "The %s map is %s.", what, name.data ? name.data : "not named");
}

/* Muscles, and unless levels are named elsewhere the level map beside them. */
static fsc_status from_folder(fsc_label_maps *maps, const char *folder, int with_levels, const fsc_label_owner *owner,
                              fsc_error *err) {
    FSC_AUTO_LABEL_PATHS fsc_label_paths found = {0};
    int32_t muscles = 0, levels = -1;
    FSC_TRY(fsc_label_search(&found, folder, "--labels", owner, err));
    if (found.n > 1) FSC_TRY(choose(&muscles, &found, HOLDS_MUSCLES, folder, "--labels", err));
    if (muscles < 0)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "--labels %s: none of the %d label maps of this scan is clearly one of muscles (first: %s); "
                        "name it with --labels FILE",
                        folder, (int)found.n, base_of(found.path[0]));
    if (found.n > 1 && with_levels) FSC_TRY(choose(&levels, &found, HOLDS_LEVELS, folder, "--labels", err));
    FSC_TRY(read_file(&maps->muscles, &maps->muscle_path, maps, found.path[muscles], err));
    note_found(maps, "labels-found", "label", found.path[muscles]);
    if (levels < 0 || levels == muscles) return FSC_OK;
    FSC_TRY(read_file(&maps->levels, &maps->level_path, maps, found.path[levels], err));
    note_found(maps, "levels-found", "level", found.path[levels]);
    return FSC_OK;
}

static fsc_status from_masks(fsc_label_maps *maps, const char *folder, int want_muscles, int want_levels,
                             fsc_error *err) {
    FSC_AUTO(fsc_labels) levels = NULL;
    char scheme[40] = "";
    if (want_muscles) {
        FSC_TRY(fsc_label_read_masks(&maps->muscles, maps->muscle_scheme, maps, folder, 0, err));
        if (!maps->muscles)
            return fsc_fail(err, FSC_E_NOTFOUND,
                            "--labels %s: holds masks, and none is of a muscle (autochthon_left.nii.gz, ...)", folder);
        maps->muscle_path = fsc_strdup(folder);
        if (!maps->muscle_path) return fsc_fail_nomem(err, "reading label maps");
    }
    if (!want_levels) return FSC_OK;
    FSC_TRY(fsc_label_read_masks(&levels, scheme, maps, folder, 1, err));
    if (!levels && !want_muscles)
        return fsc_fail(err, FSC_E_NOTFOUND, "--levels %s: holds masks, and none is of a vertebra", folder);
    if (!levels) return FSC_OK;
    maps->level_path = fsc_strdup(folder);
    if (!maps->level_path) return fsc_fail_nomem(err, "reading label maps");
    memcpy(maps->level_scheme, scheme, sizeof scheme);
    FSC_GIVE(&maps->levels, levels);
    return FSC_OK;
}

static fsc_status read_muscles(fsc_label_maps *maps, const char *where, int with_levels, const fsc_label_owner *owner,
                               fsc_error *err) {
    char path[LABEL_PATH_MOST];
    FSC_TRY(fsc_label_pattern(path, sizeof path, where, "--labels", owner, err));
    if (!fsc_file_is_folder(path)) return read_file(&maps->muscles, &maps->muscle_path, maps, path, err);
    if (fsc_label_is_mask_folder(path)) return from_masks(maps, path, 1, with_levels, err);
    return from_folder(maps, path, with_levels, owner, err);
}

static fsc_status read_levels(fsc_label_maps *maps, const char *where, const fsc_label_owner *owner, fsc_error *err) {
    char path[LABEL_PATH_MOST];
    FSC_TRY(fsc_label_pattern(path, sizeof path, where, "--levels", owner, err));
    if (maps->muscle_path && strcmp(path, maps->muscle_path) == 0) { /* one file holds both */
        maps->level_path = fsc_strdup(path);
        return maps->level_path ? FSC_OK : fsc_fail_nomem(err, "reading label maps");
    }
    if (!fsc_file_is_folder(path)) return read_file(&maps->levels, &maps->level_path, maps, path, err);
    if (fsc_label_is_mask_folder(path)) return from_masks(maps, path, 0, 1, err);
    FSC_AUTO_LABEL_PATHS fsc_label_paths found = {0};
    int32_t at = 0;
    FSC_TRY(fsc_label_search(&found, path, "--levels", owner, err));
    if (found.n > 1) FSC_TRY(choose(&at, &found, HOLDS_LEVELS, path, "--levels", err));
    if (at < 0)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "--levels %s: none of the %d label maps of this scan is clearly one of levels (first: %s); "
                        "name it with --levels FILE",
                        path, (int)found.n, base_of(found.path[0]));
    return read_file(&maps->levels, &maps->level_path, maps, found.path[at], err);
}

static fsc_label_source source_of(const char *name) {
    if (strstr(name, "_desc-proposal_") || strstr(name, "_desc-reviewed_")) return FSC_LABELS_PROPOSAL;
    if (strstr(name, "_desc-edited_")) return FSC_LABELS_EDITED;
    if (strstr(name, "_desc-carried_")) return FSC_LABELS_CARRIED;
    if (strstr(name, "_desc-network_")) return FSC_LABELS_NETWORK;
    return FSC_LABELS_EXTERNAL;
}

fsc_status fsc_label_maps_read(fsc_label_maps **out, const char *labels, const char *levels,
                               const fsc_label_owner *owner, fsc_error *err) {
    static const fsc_label_owner nobody = {0};
    if (!out || (!labels && !levels)) return fsc_fail(err, FSC_E_ARG, "label maps to read need a path");
    FSC_AUTO(fsc_label_maps) maps = fsc_alloc(1, sizeof *maps);
    if (!maps) return fsc_fail_nomem(err, "reading label maps");
    if (labels) FSC_TRY(read_muscles(maps, labels, !levels, owner ? owner : &nobody, err));
    if (levels) FSC_TRY(read_levels(maps, levels, owner ? owner : &nobody, err));
    if (labels) maps->source = source_of(base_of(maps->muscle_path));
    FSC_TRY(fsc_notes_check(&maps->notes, err));
    FSC_GIVE(out, maps);
    return FSC_OK;
}
