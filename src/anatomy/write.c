/* The sites as a BIDS dseg: image, look-up table, sidecar. */
#include "fail.h"
#include "file.h"
#include "json.h"
#include "names.h"
#include "provenance.h"
#include "text.h"

#include <fascicle/anatomy.h>
#include <stdio.h>

static fsc_status path_of(char path[4096], const char *dir, const char *name, const char *ending, fsc_error *err) {
    char file[512];
    const int n = snprintf(file, sizeof file, "%s_desc-sites_dseg.%s", name, ending);
    if (n < 0 || (size_t)n >= sizeof file) return fsc_fail(err, FSC_E_IO, "%s: the name is too long", name);
    return fsc_file_join(path, 4096, dir, file, err);
}

static fsc_status write_table(const fsc_sites *sites, const char *path, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "index\tname\tmuscle\tlevel\tside\tscheme\tvalue\tlevel_snomed\n");
    for (int32_t i = 0; i < sites->n_site; i++) {
        const fsc_site *s = &sites->site[i];
        const fsc_muscle *muscle = fsc_muscle_find(s->place.muscle);
        const fsc_level_word *level = fsc_level_word_find(s->place.level);
        fsc_text_printf(&text, "%d\t%s, %s, %s\t%s\t%s\t%s\t%s\t%d\t%s\n", (int)i + 1,
                        muscle ? muscle->name : s->place.muscle, s->place.level, fsc_side_text(s->place.side),
                        s->place.muscle, s->place.level, fsc_side_text(s->place.side), sites->muscle_scheme,
                        (int)s->label_value, level ? level->snomed : "n/a");
    }
    if (text.failed) return fsc_fail_nomem(err, "writing the site table");
    return fsc_file_write(path, text.data, text.length, err);
}

static fsc_status write_sidecar(const fsc_sites *sites, const char *path, const fsc_recipe *recipe, fsc_error *err) {
    fsc_json *json = fsc_json_object();
    fsc_provenance_set(json, recipe,
                       "Sites: muscle x vertebral level x side; 0 is background, see the table for the rest", 0);
    fsc_json_set_string(json, "MuscleScheme", sites->muscle_scheme);
    fsc_json_set_string(json, "LevelScheme", sites->level_scheme[0] ? sites->level_scheme : NULL);
    fsc_json_set(json, "Notes", fsc_notes_json(&sites->notes));
    const fsc_status status = fsc_json_write(json, path, err);
    fsc_json_free(json);
    return status;
}

fsc_status fsc_sites_write(const fsc_sites *sites, const char *dir, const char *name, const fsc_recipe *recipe,
                           fsc_error *err) {
    if (!sites || !dir || !name) return fsc_fail(err, FSC_E_ARG, "writing sites needs the sites, a folder and a name");
    char path[4096];
    FSC_TRY(path_of(path, dir, name, "tsv", err));
    FSC_TRY(write_table(sites, path, err));
    FSC_TRY(path_of(path, dir, name, "json", err));
    FSC_TRY(write_sidecar(sites, path, recipe, err));
    FSC_TRY(path_of(path, dir, name, "nii.gz", err));
    const fsc_labels labels = {.grid = sites->grid, .data = sites->site_of_voxel};
    return fsc_labels_write(&labels, path, err);
}
