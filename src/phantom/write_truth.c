/* derivatives/truth: labels, true maps and the table of sites. */
#include "alloc.h"
#include "body.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "provenance.h"
#include "target.h"

#include <stdio.h>

#define BELOW "derivatives/truth/"

static fsc_status write_map(const fsc_phantom *phantom, const fsc_target *target, const char *kind, const char *suffix,
                            const float *map, const char *units, const char *description, fsc_error *err) {
    char path[FSC_TARGET_PATH], ending[80];
    (void)snprintf(ending, sizeof ending, "desc-truth_%s.nii.gz", suffix);
    FSC_TRY(fsc_target_path(path, target, BELOW, kind, ending, err));
    FSC_TRY(fsc_volume_write(&phantom->scan->grid, map, path, err));
    fsc_json *sidecar = fsc_json_object();
    fsc_provenance_set(sidecar, target->recipe, description, 1);
    fsc_json_set_string(sidecar, "Units", units);
    (void)snprintf(ending, sizeof ending, "desc-truth_%s.json", suffix);
    return fsc_target_sidecar(sidecar, target, BELOW, kind, ending, err);
}

static fsc_status write_maps(const fsc_phantom *phantom, const fsc_target *target, fsc_error *err) {
    const int64_t n = fsc_grid_count(&phantom->scan->grid);
    FSC_AUTO_BLOCK float *percent = fsc_alloc(n, sizeof *percent);
    if (!percent) return fsc_fail_nomem(err, "writing the phantom's truth");
    for (int64_t i = 0; i < n; i++) percent[i] = 100 * phantom->truth_pdff_fraction[i];
    FSC_TRY(write_map(phantom, target, "anat", "PDFFmap", percent, "percent",
                      "True proton density fat fraction; missing in air", err));
    FSC_TRY(write_map(phantom, target, "anat", "R2starmap", phantom->truth_r2star_per_s, "1/s",
                      "True R2*, one value for water and fat; missing in air", err));
    return write_map(phantom, target, "fmap", "fieldmap", phantom->truth_fieldmap_hz, "Hz",
                     "True field error; positive turns the phase of water forward in time; missing in air", err);
}

/* One dseg: image, table and sidecar. text is the table. */
static fsc_status write_labels(const fsc_labels *labels, const fsc_target *target, const char *desc,
                               const fsc_text *text, const char *scheme, const char *description, fsc_error *err) {
    char path[FSC_TARGET_PATH], ending[80];
    if (text->failed) return fsc_fail_nomem(err, "writing the phantom's labels");
    (void)snprintf(ending, sizeof ending, "desc-%s_dseg.tsv", desc);
    FSC_TRY(fsc_target_path(path, target, BELOW, "anat", ending, err));
    FSC_TRY(fsc_file_write(path, text->data, text->length, err));
    fsc_json *sidecar = fsc_json_object();
    fsc_provenance_set(sidecar, target->recipe, description, 0);
    fsc_json_set_string(sidecar, "Scheme", scheme);
    (void)snprintf(ending, sizeof ending, "desc-%s_dseg.json", desc);
    FSC_TRY(fsc_target_sidecar(sidecar, target, BELOW, "anat", ending, err));
    (void)snprintf(ending, sizeof ending, "desc-%s_dseg.nii.gz", desc);
    FSC_TRY(fsc_target_path(path, target, BELOW, "anat", ending, err));
    return fsc_labels_write(labels, path, err);
}

static fsc_status write_muscles(const fsc_phantom *phantom, const fsc_region *region, const fsc_target *target,
                                fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "index\tname\tmuscle\tside\tscheme\n");
    for (int32_t m = 0; m < region->n_muscle; m++) {
        const fsc_region_muscle *muscle = &region->muscle[m];
        for (int32_t right = 0; right < 2 && muscle->key; right++) {
            const char *side = fsc_side_text(right ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT);
            fsc_text_printf(&text, "%d\t%s %s\t%s\t%s\tmusclemap\n", (int)(muscle->value_left + right), muscle->key,
                            side, muscle->key, side);
        }
    }
    return write_labels(phantom->muscles, target, "muscles", &text, "musclemap",
                        "Muscles where more than half of the voxel is that muscle", err);
}

static fsc_status write_levels(const fsc_phantom *phantom, const fsc_region *region, const fsc_target *target,
                               fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "index\tname\tlevel\tscheme\n");
    for (int32_t i = 0; i < FSC_REGION_LEVELS; i++)
        fsc_text_printf(&text, "%d\tvertebra %s\t%s\tsct\n", (int)region->sct[i], region->level[i], region->level[i]);
    return write_labels(phantom->levels, target, "levels", &text, "sct",
                        "Vertebral bodies where they fill more than half of the voxel", err);
}

static fsc_json *options_json(const fsc_phantom_options *opt) {
    fsc_json *json = fsc_json_object(), *shift = fsc_json_array(), *injuries = fsc_json_array();
    char seed[24];
    fsc_json_set_string(json, "region", opt->region == FSC_PHANTOM_NECK ? "neck" : "low back");
    fsc_json_set_number(json, "scale", opt->scale);
    /* 64-bit seeds do not fit a JSON number everywhere. */
    fsc_format(seed, sizeof seed, "%llu", (unsigned long long)opt->seed);
    fsc_json_set_string(json, "seed", seed);
    fsc_format(seed, sizeof seed, "%llu", (unsigned long long)opt->noise_seed);
    fsc_json_set_string(json, "noise_seed", seed);
    fsc_json_set_number(json, "snr", opt->snr);
    fsc_json_set_number(json, "field_range_hz", opt->field_range_hz);
    fsc_json_set_number(json, "ramp_dwell", opt->ramp_dwell);
    fsc_json_set_number(json, "ramp_constant_rad", opt->ramp_constant_rad);
    fsc_json_set_bool(json, "conjugate", opt->conjugate != 0);
    fsc_json_set_number(json, "tilt_deg", opt->tilt_deg);
    for (int a = 0; a < 3; a++) fsc_json_append_number(shift, opt->shift_mm[a]);
    fsc_json_set(json, "shift_mm", shift);
    fsc_json_set_number(json, "drop_slices_fraction", opt->drop_slices_fraction);
    fsc_json_set_bool(json, "gas", opt->no_gas == 0);
    for (int32_t i = 0; i < opt->n_injury; i++) {
        fsc_json *injury = fsc_json_object();
        fsc_json_set_string(injury, "muscle", opt->injury[i].place.muscle);
        fsc_json_set_string(injury, "level", opt->injury[i].place.level);
        fsc_json_set_string(injury, "side", fsc_side_text(opt->injury[i].place.side));
        fsc_json_set_number(injury, "pdff_added_fraction", opt->injury[i].pdff_added_fraction);
        fsc_json_append(injuries, injury);
    }
    fsc_json_set(json, "injuries", injuries);
    return json;
}

static void set_column(fsc_json *sidecar, const char *name, const char *description, const char *units) {
    fsc_json *column = fsc_json_object();
    fsc_json_set_string(column, "Description", description);
    if (units) fsc_json_set_string(column, "Units", units);
    fsc_json_set(sidecar, name, column);
}

static fsc_status write_sites(const fsc_phantom *phantom, const fsc_phantom_options *opt, const fsc_target *target,
                              fsc_error *err) {
    char path[FSC_TARGET_PATH];
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "muscle\tlevel\tside\tn_voxel\tpdff_mean_fraction\n");
    for (int32_t i = 0; i < phantom->n_site; i++) {
        const fsc_phantom_site *s = &phantom->site[i];
        fsc_text_printf(&text, "%s\t%s\t%s\t%lld\t%.10g\n", s->place.muscle, s->place.level,
                        fsc_side_text(s->place.side), (long long)s->n_voxel, s->pdff_mean_fraction);
    }
    if (text.failed) return fsc_fail_nomem(err, "writing the phantom's sites");
    FSC_TRY(fsc_target_path(path, target, BELOW, "anat", "desc-truth_sites.tsv", err));
    FSC_TRY(fsc_file_write(path, text.data, text.length, err));
    fsc_json *sidecar = fsc_json_object();
    fsc_provenance_set(sidecar, target->recipe, "True mean fat fraction of every site of the phantom", 0);
    fsc_json_set(sidecar, "Phantom", options_json(opt));
    set_column(sidecar, "muscle", "Key of the muscle", NULL);
    set_column(sidecar, "level", "Vertebral level, between mid-disc planes along the spine's curve", NULL);
    set_column(sidecar, "side", "The person's left or right", NULL);
    set_column(sidecar, "n_voxel", "Labelled voxels", NULL);
    set_column(sidecar, "pdff_mean_fraction", "Mean of the true proton density fat fraction over these voxels", "1");
    return fsc_target_sidecar(sidecar, target, BELOW, "anat", "desc-truth_sites.json", err);
}

fsc_status fsc_truth_write(const fsc_phantom *phantom, const fsc_phantom_options *opt, const fsc_target *target,
                           fsc_error *err) {
    char dir[FSC_TARGET_PATH];
    const fsc_region *region = opt->region == FSC_PHANTOM_NECK ? &fsc_region_neck : &fsc_region_low_back;
    FSC_TRY(fsc_file_join(dir, sizeof dir, target->dir, "derivatives/truth", err));
    FSC_TRY(fsc_recipe_open_dataset(dir, err));
    FSC_TRY(write_maps(phantom, target, err));
    FSC_TRY(write_muscles(phantom, region, target, err));
    FSC_TRY(write_levels(phantom, region, target, err));
    return write_sites(phantom, opt, target, err);
}
