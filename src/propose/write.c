/* The proposal as files that say what they are. */
#include "fail.h"
#include "file.h"
#include "json.h"
#include "provenance.h"

#include <fascicle/propose.h>
#include <stdio.h>

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

static fsc_json *muscle_json(const fsc_proposed_muscle *m) {
    fsc_json *object = fsc_json_object();
    fsc_json_set_string(object, "muscle", m->muscle);
    fsc_json_set_string(object, "side", fsc_side_text(m->side));
    fsc_json_set_integer(object, "label_value", m->value);
    fsc_json_set_integer(object, "n_voxel", m->n_voxel);
    fsc_json_set_number(object, "share_in_field", m->share_in_field);
    fsc_json_set_number(object, "fat_share", m->fat_share);
    fsc_json_set_number(object, "ring_contrast_fraction", m->ring_contrast_fraction);
    fsc_json_set_number(object, "area_ratio", m->area_ratio);
    fsc_json_set_number(object, "side_ratio", m->side_ratio);
    fsc_json_set_bool(object, "refused", m->refused);
    fsc_json_set_string(object, "flags", m->flags[0] ? m->flags : NULL);
    return object;
}

static fsc_json *sidecar(const fsc_proposal *p, const fsc_recipe *recipe, const char *what, const char *scheme) {
    fsc_json *root = fsc_json_object();
    fsc_provenance_set(root, recipe, what, 1);
    fsc_json_set_string(root, "LabelSource", "proposal");
    fsc_json_set_string(root, "LabelScheme", scheme);
    fsc_json_set_bool(root, "LevelsNamed", p->levels_named);
    fsc_json_set_number(root, "Similarity", p->similarity);
    fsc_json_set_number(root, "RunnerUpSimilarity", p->runner_up_similarity);
    fsc_json_set_number(root, "RunnerUpShift", p->runner_up_shift_mm);
    fsc_json *muscles = fsc_json_array();
    for (int32_t i = 0; i < p->n_muscle; i++) fsc_json_append(muscles, muscle_json(&p->muscle[i]));
    fsc_json_set(root, "Muscles", muscles);
    fsc_json_set(root, "Notes", fsc_notes_json(&p->notes));
    return root;
}

static fsc_status write_one(const fsc_proposal *p, const fsc_labels *labels, const char *dir, const char *name,
                            const char *desc, const char *what, const char *scheme, const fsc_recipe *recipe,
                            fsc_error *err) {
    char file[256], path[4096];
    for (int image = 0; image < 2; image++) {
        const int n = snprintf(file, sizeof file, "%s_desc-%s_dseg.%s", name, desc, image ? "nii.gz" : "json");
        if (n < 0 || (size_t)n >= sizeof file) return fsc_fail(err, FSC_E_RANGE, "%.60s: name is too long", name);
        FSC_TRY(fsc_file_join(path, sizeof path, dir, file, err));
        if (image) return fsc_labels_write(labels, path, err);
        AUTO_JSON *root = sidecar(p, recipe, what, scheme);
        FSC_TRY(fsc_json_write(root, path, err));
    }
    return FSC_OK;
}

fsc_status fsc_proposal_write(const fsc_proposal *proposal, const char *dir, const char *name, const fsc_recipe *recipe,
                              fsc_error *err) {
    FSC_TRY(fsc_file_make_folder(dir, err));
    FSC_TRY(write_one(proposal, proposal->muscles, dir, name, "proposal",
                      "Proposed muscles: an average body laid into this scan, not looked at by anybody yet",
                      "musclemap", recipe, err));
    return write_one(proposal, proposal->levels, dir, name, "proposallevels",
                     "Proposed vertebral levels: an average body laid into this scan, not looked at by anybody yet",
                     proposal->levels_named ? "sct" : "relative", recipe, err);
}
