#include <fascicle/separate.h>

#include "alloc.h"
#include "fail.h"
#include "fields.h"
#include "file.h"
#include "maps.h"
#include "provenance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LENGTH 256

typedef struct map_text {
    const char *suffix;
    const char *units;
    const char *description;
    double factor; /* from our units to the file's */
} map_text;

static const map_text pdff_text = {"PDFFmap", "percent", "fat fraction: fat / (fat + water)", 100};
static const map_text se_text = {"desc-pdffse_PDFFmap", "percent",
                                 "standard error of the fat fraction (Cramer-Rao at the fit, measured noise)", 100};
static const map_text r2_text = {"R2starmap", "1/s", "R2* of fat and water together; not clipped at 0", 1};
static const map_text field_text = {
    "fieldmap", "Hz",
    "field offset psi in s(t) = (W + F a(t)) exp(i 2 pi psi t - R2* t), as stored or, when "
    "Sign is -1, after conjugation",
    1};
static const map_text water_text = {"desc-water_S0map", "arbitrary", "water signal at TE = 0", 1};
static const map_text fat_text = {"desc-fat_S0map", "arbitrary", "fat signal at TE = 0", 1};
static const map_text residual_text = {"desc-residual_quality", "fraction",
                                       "root of residual energy / signal energy: small is a good fit", 1};
static const map_text swap_text = {"desc-swap_quality", "probability", "probability that fat and water are exchanged",
                                   1};
static const map_text flags_text = {
    "desc-flags_quality", "bits",
    "1 background, 2 swap-suspect, 4 low SNR, 8 R2* saturated, 16 sign unclear, 32 ramp "
    "corrected, 64 edge of field range, 128 model misfit, 256 input not finite",
    1};

/* The word that stands beside PDFF where the map is none in the strict sense. */
static const char *method_entity(fsc_method method) {
    switch (method) {
    case FSC_METHOD_TWO_POINT:
    case FSC_METHOD_TWO_POINT_MAGNITUDE: return "desc-2point_";
    case FSC_METHOD_READY_WATER_FAT:
    case FSC_METHOD_READY_FAT_FRACTION: return "desc-ready_";
    default: return "";
    }
}

/* What of the scan itself a page made from the files says again. */
static void set_scan(fsc_json *sidecar, const fsc_scan *scan) {
    if (scan->body_part[0]) fsc_json_set_string(sidecar, "BodyPart", scan->body_part);
    if (isfinite(scan->imaging_frequency_mhz))
        fsc_json_set_number(sidecar, "ImagingFrequency", scan->imaging_frequency_mhz);
}

static void set_findings(fsc_json *sidecar, const fsc_fatwater *fatwater) {
    fsc_json_set_string(sidecar, "Method", fsc_word_key(fsc_method_words, (int32_t)fatwater->method));
    fsc_json_set_string(sidecar, "FatSpectrum", fatwater->spectrum);
    fsc_json_set_integer(sidecar, "Sign", fatwater->sign);
    fsc_json_set_number(sidecar, "SignResidualRatio", fatwater->sign_ratio);
    fsc_json_set_number(sidecar, "ReadoutRampSlopeDwell", fatwater->ramp_slope_dwell);
    fsc_json_set_number(sidecar, "ReadoutRampConstantRad", fatwater->ramp_constant_rad);
    fsc_json_set_integer(sidecar, "ReadoutRampAxis", fatwater->ramp_axis);
    fsc_json_set_number(sidecar, "NoiseSD", fatwater->noise_sd);
    fsc_json_set_number(sidecar, "ExpectedT1BiasFractionAtPDFF10", fatwater->t1_bias_expected);
    fsc_json_set_integer(sidecar, "FittedVoxels", fatwater->n_fitted);
    if (fatwater->grid.spacing_assumed) fsc_json_set_bool(sidecar, "VoxelSizeAssumed", 1);
    fsc_json_set(sidecar, "Notes", fsc_notes_json(&fatwater->notes));
}

static fsc_status write_sidecar(const fsc_fatwater *fatwater, const fsc_scan *scan, const map_text *text,
                                const char *stem, const fsc_recipe *recipe, fsc_error *err) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s.json", stem) >= (int)sizeof path)
        return fsc_fail(err, FSC_E_RANGE, "the output path is too long: %s", stem);
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *sidecar = fsc_json_object();
    fsc_provenance_set(sidecar, recipe, text->description, 1);
    fsc_json_set_string(sidecar, "Units", text->units);
    set_scan(sidecar, scan);
    set_findings(sidecar, fatwater);
    return fsc_json_write(sidecar, path, err);
}

static fsc_status make_stem(char *stem, size_t size, const fsc_scan *scan, const char *dir, const char *entity,
                            const map_text *text, fsc_error *err) {
    char name[NAME_MAX_LENGTH];
    if (snprintf(name, sizeof name, "%s_%s%s", scan->name, entity, text->suffix) >= (int)sizeof name)
        return fsc_fail(err, FSC_E_RANGE, "the scan's name is too long for a file: %s", scan->name);
    return fsc_file_join(stem, size, dir, name, err);
}

static fsc_status write_map(const fsc_fatwater *fatwater, const float *map, const map_text *text, const fsc_scan *scan,
                            const char *dir, const fsc_recipe *recipe, fsc_error *err) {
    if (!map) return FSC_OK;
    char stem[4000], path[4096];
    FSC_TRY(
        make_stem(stem, sizeof stem, scan, dir, text == &pdff_text ? method_entity(fatwater->method) : "", text, err));
    (void)snprintf(path, sizeof path, "%s.nii.gz", stem);
    const int64_t n = fsc_grid_count(&fatwater->grid);
    FSC_AUTO_BLOCK float *scaled = NULL;
    if (text->factor != 1) {
        scaled = fsc_alloc(n, sizeof *scaled);
        if (!scaled) return fsc_fail_nomem(err, "writing maps");
        for (int64_t v = 0; v < n; v++) scaled[v] = map[v] * (float)text->factor;
    }
    FSC_TRY(fsc_volume_write(&fatwater->grid, scaled ? scaled : map, path, err));
    return write_sidecar(fatwater, scan, text, stem, recipe, err);
}

static fsc_status write_flags(const fsc_fatwater *fatwater, const fsc_scan *scan, const char *dir,
                              const fsc_recipe *recipe, fsc_error *err) {
    if (!fatwater->quality) return FSC_OK;
    char stem[4000], path[4096];
    FSC_TRY(make_stem(stem, sizeof stem, scan, dir, "", &flags_text, err));
    (void)snprintf(path, sizeof path, "%s.nii.gz", stem);
    const int64_t n = fsc_grid_count(&fatwater->grid);
    FSC_AUTO_BLOCK int32_t *bits = fsc_alloc(n, sizeof *bits);
    if (!bits) return fsc_fail_nomem(err, "writing maps");
    for (int64_t v = 0; v < n; v++) bits[v] = fatwater->quality[v];
    const fsc_labels labels = {fatwater->grid, bits};
    FSC_TRY(fsc_labels_write(&labels, path, err));
    return write_sidecar(fatwater, scan, &flags_text, stem, recipe, err);
}

fsc_status fsc_fatwater_write(const fsc_fatwater *fatwater, const fsc_scan *scan, const char *dir,
                              const fsc_recipe *recipe, fsc_error *err) {
    FSC_TRY(fsc_file_make_folder(dir, err));
    const struct {
        const float *map;
        const map_text *text;
    } list[] = {
        {fatwater->pdff_fraction, &pdff_text},
        {fatwater->pdff_se_fraction, &se_text},
        {fatwater->r2star_per_s, &r2_text},
        {fatwater->fieldmap_hz, &field_text},
        {fatwater->water, &water_text},
        {fatwater->fat, &fat_text},
        {fatwater->residual_fraction, &residual_text},
        {fatwater->swap_probability, &swap_text},
    };
    for (size_t m = 0; m < sizeof list / sizeof *list; m++)
        FSC_TRY(write_map(fatwater, list[m].map, list[m].text, scan, dir, recipe, err));
    return write_flags(fatwater, scan, dir, recipe, err);
}

/* Fills *map from <stem>_<entity><suffix>.nii.gz; a map that is not there stays NULL. */
static fsc_status read_map(float **map, const fsc_grid *grid, const char *stem, const char *entity,
                           const map_text *text, fsc_error *err) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s_%s%s.nii.gz", stem, entity, text->suffix) >= (int)sizeof path)
        return fsc_fail(err, FSC_E_RANGE, "the path is too long: %s", stem);
    if (!fsc_file_exists(path)) return FSC_OK;
    fsc_volume *volume = NULL;
    FSC_TRY(fsc_volume_read(&volume, path, err));
    fsc_status status = FSC_OK;
    if (fsc_grid_same(grid, &volume->grid, 1e-3)) {
        const int64_t n = fsc_grid_count(grid);
        for (int64_t v = 0; v < n; v++) volume->data[v] = (float)(volume->data[v] / text->factor);
        FSC_GIVE(map, volume->data);
    } else {
        status = fsc_fail(err, FSC_E_SHAPE, "%s: lies on another grid than the fat-fraction map of the same run", path);
    }
    fsc_volume_free(volume);
    return status;
}

static void read_findings(fsc_fatwater *fatwater, const fsc_json *sidecar) {
    const int32_t method = fsc_word_find(fsc_method_words, fsc_json_string(fsc_json_get(sidecar, "Method")));
    if (method >= 0) fatwater->method = (fsc_method)method;
    const char *spectrum = fsc_json_string(fsc_json_get(sidecar, "FatSpectrum"));
    if (spectrum) fsc_copy_text(fatwater->spectrum, sizeof fatwater->spectrum, spectrum);
    const double sign = fsc_json_number(fsc_json_get(sidecar, "Sign"));
    fatwater->sign = sign < 0 ? -1 : sign > 0 ? 1 : 0;
    fatwater->sign_ratio = fsc_json_number(fsc_json_get(sidecar, "SignResidualRatio"));
    fatwater->ramp_slope_dwell = fsc_json_number(fsc_json_get(sidecar, "ReadoutRampSlopeDwell"));
    fatwater->ramp_constant_rad = fsc_json_number(fsc_json_get(sidecar, "ReadoutRampConstantRad"));
    const double axis = fsc_json_number(fsc_json_get(sidecar, "ReadoutRampAxis"));
    fatwater->ramp_axis = axis >= 0 && axis <= 2 ? (int32_t)axis : -1;
    fatwater->noise_sd = fsc_json_number(fsc_json_get(sidecar, "NoiseSD"));
    fatwater->t1_bias_expected = fsc_json_number(fsc_json_get(sidecar, "ExpectedT1BiasFractionAtPDFF10"));
    fsc_notes_from_json(&fatwater->notes, fsc_json_get(sidecar, "Notes"));
}

static fsc_status read_flags(fsc_fatwater *fatwater, const char *stem, fsc_error *err) {
    FSC_AUTO_BLOCK float *bits = NULL;
    FSC_TRY(read_map(&bits, &fatwater->grid, stem, "", &flags_text, err));
    if (!bits) return FSC_OK;
    const int64_t n = fsc_grid_count(&fatwater->grid);
    fatwater->quality = fsc_alloc(n, sizeof *fatwater->quality);
    if (!fatwater->quality) return fsc_fail_nomem(err, "reading maps");
    for (int64_t v = 0; v < n; v++)
        fatwater->quality[v] = bits[v] >= 0 && bits[v] <= 65535 ? (uint16_t)bits[v] : (uint16_t)FSC_Q_BACKGROUND;
    return FSC_OK;
}

static fsc_status read_maps(fsc_fatwater *fatwater, const char *stem, const char *entity, fsc_error *err) {
    const struct {
        float **map;
        const map_text *text;
    } list[] = {
        {&fatwater->pdff_fraction, &pdff_text},
        {&fatwater->pdff_se_fraction, &se_text},
        {&fatwater->r2star_per_s, &r2_text},
        {&fatwater->fieldmap_hz, &field_text},
        {&fatwater->water, &water_text},
        {&fatwater->fat, &fat_text},
        {&fatwater->residual_fraction, &residual_text},
        {&fatwater->swap_probability, &swap_text},
    };
    for (size_t m = 0; m < sizeof list / sizeof *list; m++)
        FSC_TRY(
            read_map(list[m].map, &fatwater->grid, stem, list[m].text == &pdff_text ? entity : "", list[m].text, err));
    FSC_TRY(read_flags(fatwater, stem, err));
    const int64_t n = fsc_grid_count(&fatwater->grid);
    int64_t beyond = 0;
    for (int64_t v = 0; v < n; v++) {
        const double f = (double)fatwater->pdff_fraction[v];
        fatwater->n_fitted += isfinite(f) != 0;
        beyond += f < FSC_FRACTION_LEAST || f > FSC_FRACTION_MOST;
    }
    if (beyond > 0)
        return fsc_fail(
            err, FSC_E_FORMAT,
            "%s_%sPDFFmap.nii.gz: %lld voxels lie outside %.0f to %.0f %% fat, which no run writes: the file "
            "is damaged; run the scan again",
            stem, entity, (long long)beyond, 100 * FSC_FRACTION_LEAST, 100 * FSC_FRACTION_MOST);
    return FSC_OK;
}

fsc_status fsc_fatwater_read(fsc_fatwater **out, const char *stem, fsc_error *err) {
    static const char *const entities[] = {"", "desc-2point_", "desc-ready_"};
    char path[4096], sidecar_path[4096];
    for (int e = 0; e < 3; e++) {
        if (snprintf(path, sizeof path, "%s_%sPDFFmap.nii.gz", stem, entities[e]) >= (int)sizeof path) break;
        if (!fsc_file_exists(path)) continue;
        (void)snprintf(sidecar_path, sizeof sidecar_path, "%.*s.json", (int)(strlen(path) - 7), path);
        __attribute__((cleanup(fsc_json_cleanup))) fsc_json *sidecar = NULL;
        FSC_TRY(fsc_json_read(&sidecar, sidecar_path, err));
        if (!fsc_json_get(sidecar, "Method"))
            return fsc_fail(err, FSC_E_NOTFOUND, "%s: was not written by Fascicle", path);
        fsc_volume *volume = NULL;
        FSC_TRY(fsc_volume_read(&volume, path, err));
        fsc_fatwater *fatwater = fsc_alloc(1, sizeof *fatwater);
        if (fatwater) fatwater->grid = volume->grid;
        fsc_volume_free(volume);
        if (!fatwater) return fsc_fail_nomem(err, "reading maps");
        read_findings(fatwater, sidecar);
        fsc_status status = read_maps(fatwater, stem, entities[e], err);
        if (status == FSC_OK) status = fsc_notes_check(&fatwater->notes, err);
        if (status != FSC_OK)
            fsc_fatwater_free(fatwater);
        else
            *out = fatwater;
        return status;
    }
    return fsc_fail(err, FSC_E_NOTFOUND, "%s_PDFFmap.nii.gz: there is no such map; name one that Fascicle wrote", stem);
}
