/* A folder with one mask a structure, as TotalSegmentator leaves it, joined to one label map in its own numbering. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "label_files.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)

#define FAMILY "totalsegmentator:"

/* What a mask's name says: structure, level and side. Returns 0 when it is no mask's name. */
static int parse_name(char structure[80], char level[12], fsc_side *side, const char *name) {
    const size_t n = strlen(name);
    const size_t cut = n > 7 && strcmp(name + n - 7, ".nii.gz") == 0 ? 7
                       : n > 4 && strcmp(name + n - 4, ".nii") == 0  ? 4
                                                                     : 0;
    if (!cut || name[0] == '.' || n - cut >= 80) return 0;
    (void)snprintf(structure, 80, "%.*s", (int)(n - cut), name);
    level[0] = 0;
    *side = FSC_SIDE_MIDLINE;
    if (strncmp(structure, "vertebrae_", 10) == 0 && strlen(structure) < 10 + 12) {
        fsc_copy_text(level, 12, structure + 10);
        fsc_copy_text(structure, 80, "vertebra");
        return 1;
    }
    static const char *const ending[] = {"_left", "_right"};
    for (int e = 0; e < 2; e++) {
        const size_t m = strlen(structure), k = strlen(ending[e]);
        if (m <= k || strcmp(structure + m - k, ending[e]) != 0) continue;
        structure[m - k] = 0;
        *side = e ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
        break;
    }
    return 1;
}

static const fsc_scheme_entry *entry_of(const fsc_scheme *scheme, const char *name) {
    char structure[80], level[12];
    fsc_side side;
    if (!parse_name(structure, level, &side, name)) return NULL;
    for (int32_t i = 0; i < scheme->n; i++) {
        const fsc_scheme_entry *e = &scheme->entry[i];
        if (e->first == e->last && strcmp(e->structure, structure) == 0 && strcmp(e->level, level) == 0 &&
            e->side == side)
            return e;
    }
    return NULL;
}

static int is_wanted(const fsc_scheme_entry *e, int want_levels) {
    return e && (want_levels ? fsc_scheme_is_level(e) : e->muscle != NULL);
}

/* The scheme of the family that knows most of the names; how many it knows. */
static fsc_status choose_scheme(fsc_scheme *out, int32_t *most, char **names, int32_t n, int want_levels,
                                fsc_error *err) {
    *most = 0;
    for (const char *const *candidate = fsc_scheme_names(); *candidate; candidate++) {
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};
        if (strncmp(*candidate, FAMILY, strlen(FAMILY)) != 0) continue;
        FSC_TRY(fsc_scheme_load(&scheme, *candidate, err));
        int32_t known = 0;
        for (int32_t i = 0; i < n; i++) known += is_wanted(entry_of(&scheme, names[i]), want_levels);
        if (known <= *most) continue;
        *most = known;
        fsc_scheme_free(out);
        *out = scheme;
        memset(&scheme, 0, sizeof scheme);
    }
    return FSC_OK;
}

int fsc_label_is_mask_folder(const char *folder) {
    char **names = NULL;
    int32_t n = 0, known = 0;
    if (fsc_file_list(&names, &n, folder, NULL) != FSC_OK) return 0;
    for (int levels = 0; levels < 2 && known == 0; levels++) {
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};
        if (choose_scheme(&scheme, &known, names, n, levels, NULL) != FSC_OK) known = 0;
    }
    fsc_file_free_names(names, n);
    return known > 0;
}

/* One mask into the map; voxels that another mask has taken are counted. */
static fsc_status add_mask(fsc_labels **map, const char *path, int32_t value, int64_t *n_double, fsc_error *err) {
    FSC_AUTO(fsc_labels) mask = NULL;
    FSC_TRY(fsc_labels_read(&mask, path, err));
    if (!*map) FSC_TRY(fsc_labels_new(map, &mask->grid, err));
    if (!fsc_grid_same(&mask->grid, &(*map)->grid, 0.01))
        return fsc_fail(err, FSC_E_SHAPE, "%s: lies on another grid than the masks beside it; segment once more", path);
    const int64_t n = fsc_grid_count(&mask->grid);
    int32_t held = 0;
    for (int64_t v = 0; v < n; v++) {
        const int32_t is = mask->data[v];
        if (is == 0) continue;
        if (held && is != held)
            return fsc_fail(err, FSC_E_FORMAT,
                            "%s: is named as the mask of one structure and holds the values %d and %d; name the label "
                            "map with --labels FILE",
                            path, (int)held, (int)is);
        held = is;
        *n_double += (*map)->data[v] != 0;
        if ((*map)->data[v] == 0) (*map)->data[v] = value;
    }
    return FSC_OK;
}

static fsc_status join(fsc_labels **map, fsc_label_maps *maps, const fsc_scheme *scheme, const char *folder,
                       char **names, int32_t n, int want_levels, fsc_error *err) {
    int64_t n_double = 0;
    int32_t used = 0;
    for (int32_t i = 0; i < n; i++) {
        char path[LABEL_PATH_MOST];
        const fsc_scheme_entry *e = entry_of(scheme, names[i]);
        if (!is_wanted(e, want_levels) && (want_levels || !is_wanted(e, 1))) continue;
        FSC_TRY(fsc_file_join(path, sizeof path, folder, names[i], err));
        FSC_TRY(add_mask(map, path, e->first, &n_double, err));
        FSC_TRY(fsc_label_note_file(maps, path, err));
        used++;
    }
    fsc_notes_add(&maps->notes, FSC_NOTE_FOUND, want_levels ? "level-masks" : "label-masks",
                  "%d masks were joined to one map in the numbers of %s; %d other files were left.", (int)used,
                  scheme->name, (int)(n - used));
    if (n_double > 0)
        fsc_notes_add(&maps->notes, FSC_NOTE_WARNING, "masks-overlap",
                      "Borders are doubtful: %lld voxels stand in two masks and were given to the first.",
                      (long long)n_double);
    return FSC_OK;
}

fsc_status fsc_label_read_masks(fsc_labels **out, char scheme_name[40], fsc_label_maps *maps, const char *folder,
                                int want_levels, fsc_error *err) {
    char **names = NULL;
    int32_t n = 0, known = 0;
    FSC_AUTO_SCHEME fsc_scheme scheme = {0};
    FSC_AUTO(fsc_labels) map = NULL;
    FSC_TRY(fsc_file_list(&names, &n, folder, err));
    fsc_status status = choose_scheme(&scheme, &known, names, n, want_levels, err);
    const int is_known = strcmp(scheme.name, maps->muscle_scheme) == 0; /* its vertebrae are in the muscles' map */
    if (status == FSC_OK && known > 0 && !is_known)
        status = join(&map, maps, &scheme, folder, names, n, want_levels, err);
    fsc_file_free_names(names, n);
    if (status != FSC_OK || !map) return status;
    fsc_copy_text(scheme_name, 40, scheme.name);
    FSC_GIVE(out, map);
    return FSC_OK;
}
