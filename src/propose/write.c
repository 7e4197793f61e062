/* The proposal as files that say what they are. */
#include "fail.h"
#include "file.h"
#include "json.h"
#include "provenance.h"

#include <fascicle/carry.h>
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
    fsc_json_set_string(object, "look_at", m->look_at[0] ? m->look_at : NULL);
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

/* <name>_desc-<desc>_dseg as sidecar and image. */
static fsc_status write_one(const fsc_labels *labels, const fsc_json *root, const char *dir, const char *name,
                            const char *desc, fsc_error *err) {
    char file[256], path[4096];
    for (int image = 0; image < 2; image++) {
        const int n = snprintf(file, sizeof file, "%s_desc-%s_dseg.%s", name, desc, image ? "nii.gz" : "json");
        if (n < 0 || (size_t)n >= sizeof file) return fsc_fail(err, FSC_E_RANGE, "%.60s: name is too long", name);
        FSC_TRY(fsc_file_join(path, sizeof path, dir, file, err));
        if (image) return fsc_labels_write(labels, path, err);
        FSC_TRY(fsc_json_write(root, path, err));
    }
    return FSC_OK;
}

fsc_status fsc_proposal_write(const fsc_proposal *proposal, const char *dir, const char *name, const fsc_recipe *recipe,
                              fsc_error *err) {
    FSC_TRY(fsc_file_make_folder(dir, err));
    AUTO_JSON *muscles =
        sidecar(proposal, recipe, "Proposed muscles: an average body laid into this scan, not looked at by anybody yet",
                "musclemap");
    AUTO_JSON *levels =
        sidecar(proposal, recipe,
                "Proposed vertebral levels: an average body laid into this scan, not looked at by anybody yet",
                proposal->levels_named ? "sct" : "relative");
    FSC_TRY(write_one(proposal->muscles, muscles, dir, name, "proposal", err));
    return write_one(proposal->levels, levels, dir, name, "proposallevels", err);
}

static fsc_json *carried_sidecar(const fsc_carried *c, const fsc_recipe *recipe, int is_level) {
    fsc_json *root = fsc_json_object();
    fsc_provenance_set(root, recipe,
                       is_level ? "Vertebral levels carried from another scan of the same person"
                                : "Muscles carried from another scan of the same person",
                       1);
    fsc_json_set_string(root, "LabelSource", "carried");
    fsc_json_set_number(root, "Similarity", c->similarity);
    fsc_json *labels = fsc_json_array();
    for (int32_t i = 0; i < c->n_label; i++) {
        const fsc_carried_label *l = &c->label[i];
        if (l->is_level != is_level) continue;
        fsc_json *object = fsc_json_object();
        fsc_json_set_integer(object, "label_value", l->value);
        fsc_json_set_integer(object, "n_voxel", l->n_voxel);
        fsc_json_set_number(object, "volume_ratio", l->volume_ratio);
        fsc_json_set_number(object, "apart_mm", l->apart_mm);
        fsc_json_set_string(object, "flags", l->flags[0] ? l->flags : NULL);
        fsc_json_append(labels, object);
    }
    fsc_json_set(root, "Labels", labels);
    fsc_json_set(root, "Notes", fsc_notes_json(&c->notes));
    return root;
}

fsc_status fsc_carried_write(const fsc_carried *carried, const char *dir, const char *name, const fsc_recipe *recipe,
                             fsc_error *err) {
    FSC_TRY(fsc_file_make_folder(dir, err));
    AUTO_JSON *muscles = carried_sidecar(carried, recipe, 0);
    FSC_TRY(write_one(carried->muscles, muscles, dir, name, "carried", err));
    if (!carried->levels) return FSC_OK;
    AUTO_JSON *levels = carried_sidecar(carried, recipe, 1);
    return write_one(carried->levels, levels, dir, name, "carriedlevels", err);
}
