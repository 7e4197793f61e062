/* fsc_phantom_write: the raw BIDS dataset, as if a scanner's export had been converted. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "provenance.h"
#include "body.h"
#include "table.h"
#include "target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BIDS_VERSION "1.9.0"

static const char readme[] =
    "Digital phantom made by Fascicle (fascicle phantom).\n\n"
    "No person was scanned. The anatomy is drawn from formulas, so its fat fraction, R2*, field and labels are known "
    "in\n"
    "every voxel: they lie in derivatives/truth. It serves to test programs; it says nothing about people.\n";

/* Echo n as magnitude or phase; map is scratch of one volume. */
static fsc_status write_part(const fsc_phantom *phantom, const fsc_target *target, int32_t n, int phase, float *map,
                             fsc_error *err) {
    const fsc_scan *scan = phantom->scan;
    const int64_t n_voxel = fsc_grid_count(&scan->grid);
    const float *re = scan->echo_re + n * n_voxel, *im = scan->echo_im + n * n_voxel;
    for (int64_t i = 0; i < n_voxel; i++) map[i] = phase ? atan2f(im[i], re[i]) : sqrtf(re[i] * re[i] + im[i] * im[i]);
    char ending[80], path[FSC_TARGET_PATH];
    (void)snprintf(ending, sizeof ending, "echo-%d_part-%s_MEGRE.nii.gz", (int)n + 1, phase ? "phase" : "mag");
    FSC_TRY(fsc_target_path(path, target, "", "anat", ending, err));
    FSC_TRY(fsc_volume_write(&scan->grid, map, path, err));
    fsc_json *sidecar = fsc_json_object();
    fsc_json_set_number(sidecar, "EchoTime", scan->te_s[n]);
    fsc_json_set_integer(sidecar, "EchoNumber", n + 1);
    fsc_json_set_number(sidecar, "MagneticFieldStrength", scan->b0_tesla);
    fsc_json_set_number(sidecar, "ImagingFrequency", scan->imaging_frequency_mhz);
    fsc_json_set_number(sidecar, "RepetitionTime", scan->repetition_time_s);
    fsc_json_set_number(sidecar, "FlipAngle", scan->flip_angle_deg);
    if (scan->precession != 0) fsc_json_set_integer(sidecar, "PrecessionIsClockwise", scan->precession);
    fsc_json_set_string(sidecar, "Units", phase ? "rad" : "arbitrary");
    fsc_json_set_string(sidecar, "Manufacturer", scan->manufacturer);
    fsc_json_set_string(sidecar, "BodyPart", scan->body_part);
    fsc_json_set_string(sidecar, "SequenceName", "simulated spoiled multi-echo gradient echo");
    (void)snprintf(ending, sizeof ending, "echo-%d_part-%s_MEGRE.json", (int)n + 1, phase ? "phase" : "mag");
    return fsc_target_sidecar(sidecar, target, "", "anat", ending, err);
}

static fsc_status write_description(const fsc_target *target, fsc_error *err) {
    char path[FSC_TARGET_PATH];
    FSC_TRY(fsc_file_make_folder(target->dir, err));
    FSC_TRY(fsc_file_join(path, sizeof path, target->dir, "README", err));
    FSC_TRY(fsc_file_write(path, readme, sizeof readme - 1, err));
    FSC_TRY(fsc_file_join(path, sizeof path, target->dir, "dataset_description.json", err));
    fsc_json *json = fsc_json_object();
    fsc_provenance_set(json, target->recipe, "Digital phantoms with known truth; no person was scanned", 0);
    fsc_json_set_string(json, "Name", "Fascicle digital phantoms");
    fsc_json_set_string(json, "BIDSVersion", BIDS_VERSION);
    fsc_json_set_string(json, "DatasetType", "raw");
    fsc_json_set_string(json, "License", "CC0");
    const fsc_status status = json ? fsc_json_write(json, path, err) : fsc_fail_nomem(err, "describing the dataset");
    fsc_json_free(json);
    return status;
}

/* participants.tsv with this participant in it; rows and columns that are there already stay. */
static fsc_status write_participants(const fsc_target *target, const fsc_region *region, uint64_t seed,
                                     fsc_error *err) {
    char path[FSC_TARGET_PATH];
    FSC_TRY(fsc_file_join(path, sizeof path, target->dir, "participants.tsv", err));
    FSC_AUTO_TABLE fsc_table old = {0};
    const char first[] = "participant_id\tbody_part\tseed\n";
    if (fsc_file_exists(path))
        FSC_TRY(fsc_table_read(&old, path, err));
    else
        FSC_TRY(fsc_table_parse(&old, first, sizeof first - 1, path, err));
    if (fsc_table_column(&old, "participant_id") < 0)
        return fsc_fail(err, FSC_E_FORMAT, "%s: has no participant_id column; write the phantom into another folder",
                        path);
    for (int32_t r = 0; r < old.n_row; r++)
        if (strcmp(fsc_table_get(&old, r, "participant_id"), target->participant) == 0) return FSC_OK;
    FSC_AUTO_TEXT fsc_text text = {0};
    for (int32_t c = 0; c < old.n_column; c++) fsc_text_printf(&text, "%s%s", c ? "\t" : "", old.column[c]);
    for (int32_t r = 0; r < old.n_row; r++)
        for (int32_t c = 0; c < old.n_column; c++)
            fsc_text_printf(&text, "%s%s", c ? "\t" : "\n", fsc_table_cell(&old, r, c));
    for (int32_t c = 0; c < old.n_column; c++) {
        fsc_text_add(&text, c ? "\t" : "\n");
        if (strcmp(old.column[c], "participant_id") == 0)
            fsc_text_add(&text, target->participant);
        else if (strcmp(old.column[c], "body_part") == 0)
            fsc_text_add(&text, region->body_part);
        else if (strcmp(old.column[c], "seed") == 0)
            fsc_text_printf(&text, "%llu", (unsigned long long)seed);
        else
            fsc_text_add(&text, "n/a");
    }
    fsc_text_add(&text, "\n");
    if (text.failed) return fsc_fail_nomem(err, "listing the participants");
    return fsc_file_write(path, text.data, text.length, err);
}

fsc_status fsc_phantom_write(const fsc_phantom *phantom, const fsc_phantom_options *opt, const char *dir,
                             const char *participant, const char *session, const fsc_recipe *recipe, fsc_error *err) {
    if (!phantom || !opt || !dir || !participant)
        return fsc_fail(err, FSC_E_ARG, "writing a phantom needs the phantom, its options, a folder and a participant");
    fsc_target target;
    FSC_TRY(fsc_target_init(&target, dir, participant, session, recipe, err));
    FSC_AUTO_BLOCK float *map = fsc_alloc(fsc_grid_count(&phantom->scan->grid), sizeof *map);
    if (!map) return fsc_fail_nomem(err, "writing a phantom");
    FSC_TRY(write_description(&target, err));
    for (int32_t n = 0; n < phantom->scan->n_echo; n++)
        for (int phase = 0; phase < 2; phase++) FSC_TRY(write_part(phantom, &target, n, phase, map, err));
    FSC_TRY(fsc_truth_write(phantom, opt, &target, err));
    const fsc_region *region = opt->region == FSC_PHANTOM_NECK ? &fsc_region_neck : &fsc_region_low_back;
    return write_participants(&target, region, opt->seed, err);
}
