/* The room scan: whatever the scanner's files are called, one fsc_scan comes out. The way through it is fsc_scan_read
 * below:
 *
 *   find.c        walks a folder, or looks around a named file; DICOM goes through convert.c (dcm2niix) first,
 *   name.c        reads what a file name says, about.c and sidecar.c what its sidecars say,
 *   sets.c        joins the images of one scan and chooses one scan, or lists the candidates,
 *   echoes.c      reads multi-echo images in order of time (phase.c: phase to radians; sound.c: values no echo has),
 *   person.c      reads the person's age and sex from participants.tsv,
 *   maps.c        reads ready water, fat and fat-fraction images,
 *   mat.c         reads the toolbox's struct through mat5.c, the MATLAB file format (coils.c joins its coils).
 *
 * What the room leaves is echoes or maps on one grid, the facts of the acquisition, and notes of all that was assumed. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "read.h"
#include "text.h"

#include <fascicle/scan.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Echoes of one scan lie on one grid; float32 headers of different writers differ by a few micrometres. */
#define SAME_GRID_MM 0.01

FSC_DEFINE_AUTO(fsc_scan, fsc_scan_free)

const char *fsc_scan_kind_text(fsc_scan_kind kind) {
    switch (kind) {
    case FSC_SCAN_COMPLEX: return "complex multi-echo";
    case FSC_SCAN_MAGNITUDE: return "magnitude multi-echo";
    case FSC_SCAN_WATER_FAT: return "water and fat images";
    case FSC_SCAN_FAT_FRACTION: return "fat-fraction map";
    }
    return "unknown kind of scan";
}

void fsc_scan_free(fsc_scan *scan) {
    if (!scan) return;
    fsc_free(scan->echo_re);
    fsc_free(scan->echo_im);
    fsc_free(scan->water);
    fsc_free(scan->fat);
    fsc_free(scan->fat_fraction);
    fsc_free(scan->r2star);
    fsc_notes_free(&scan->notes);
    fsc_recipe_free(&scan->recipe);
    fsc_free(scan);
}

fsc_status fsc_scan_use_image(fsc_scan *scan, const fsc_image *image, fsc_error *err) {
    FSC_TRY(fsc_recipe_add_input(&scan->recipe, image->path, err));
    if (image->sidecar_state == FSC_SIDECAR_BROKEN)
        return fsc_fail(err, image->sidecar_error.code, "%s", image->sidecar_error.text);
    for (int32_t a = 0; a < image->n_about; a++) FSC_TRY(fsc_recipe_add_input(&scan->recipe, image->about[a], err));
    return FSC_OK;
}

static void take_number(double *known, double stated) {
    if (isnan(*known)) *known = stated;
}

/* No gradient echo is repeated more slowly than once a second, nor faster than once in a millisecond. */
static double repetition_time_s(const fsc_sidecar *sidecar, fsc_notes *notes) {
    const double stated = sidecar->repetition_time;
    if (!(stated > 1)) return stated;
    fsc_notes_add(notes, FSC_NOTE_ASSUMED, "tr-milliseconds",
                  "A repetition time of %g is taken as milliseconds: gradient echoes are not that slow.", stated);
    return 1e-3 * stated;
}

void fsc_scan_take_facts(fsc_scan *scan, const fsc_sidecar *sidecar) {
    if (isfinite(scan->b0_tesla) && fabs(scan->b0_tesla - sidecar->b0_tesla) > 0.02 * scan->b0_tesla)
        fsc_notes_add(&scan->notes, FSC_NOTE_WARNING, "field-contradiction",
                      "Fat and water may be wrong: the sidecars of one scan state %g T and %g T; the first is used.",
                      scan->b0_tesla, sidecar->b0_tesla);
    take_number(&scan->b0_tesla, sidecar->b0_tesla);
    take_number(&scan->imaging_frequency_mhz, sidecar->imaging_frequency_mhz);
    take_number(&scan->flip_angle_deg, sidecar->flip_angle_deg);
    take_number(&scan->repetition_time_s, repetition_time_s(sidecar, &scan->notes));
    if (scan->precession == 0) scan->precession = sidecar->precession;
    if (!sidecar->side_known) scan->side_known = 0;
    if (sidecar->spacing_assumed) scan->grid.spacing_assumed = 1;
    if (!scan->manufacturer[0]) fsc_copy_text(scan->manufacturer, sizeof scan->manufacturer, sidecar->manufacturer);
    if (!scan->body_part[0]) fsc_copy_text(scan->body_part, sizeof scan->body_part, sidecar->body_part);
}

fsc_status fsc_scan_take_grid(fsc_scan *scan, const fsc_nifti_header *header, const char *path, const char *first,
                              fsc_error *err) {
    const int64_t *d = header->grid.dim, *e = scan->grid.dim;
    if (e[0] == 0) {
        scan->grid = header->grid;
        if (!header->grid.place_assumed) return FSC_OK;
        scan->side_known = 0;
        fsc_notes_add(
            &scan->notes, FSC_NOTE_WARNING, "orientation-assumed",
            "Left and right, front and back are not known: the file has neither qform nor sform; the axes are "
            "taken to grow to the right, the front and the head.");
        return FSC_OK;
    }
    if (memcmp(d, e, sizeof scan->grid.dim) != 0)
        return fsc_fail(err, FSC_E_SHAPE, "%s: has %lld x %lld x %lld voxels where %s has %lld x %lld x %lld", path,
                        (long long)d[0], (long long)d[1], (long long)d[2], first, (long long)e[0], (long long)e[1],
                        (long long)e[2]);
    if (!fsc_grid_same(&header->grid, &scan->grid, SAME_GRID_MM))
        return fsc_fail(err, FSC_E_SHAPE,
                        "%s: lies elsewhere than %s (different affine); images of one scan must share their grid", path,
                        first);
    return FSC_OK;
}

fsc_status fsc_scan_check_finite(const float *data, const fsc_grid *grid, const char *path, int nan_allowed,
                                 fsc_error *err) {
    const int64_t n = fsc_grid_count(grid);
    int64_t bad = 0, first = -1;
    for (int64_t v = 0; v < n; v++) {
        if (isfinite(data[v]) || (nan_allowed && isnan(data[v]))) continue;
        if (bad++ == 0) first = v;
    }
    if (bad == 0) return FSC_OK;
    return fsc_fail(
        err, FSC_E_FORMAT,
        "%s: %lld voxel%s NaN or infinite, the first at (%lld, %lld, %lld) counted from 0; export the image "
        "again",
        path, (long long)bad, bad == 1 ? " is" : "s are", (long long)(first % grid->dim[0]),
        (long long)(first / grid->dim[0] % grid->dim[1]), (long long)(first / grid->dim[0] / grid->dim[1]));
}

fsc_status fsc_scan_judge_te(double *te_s, int32_t n, fsc_notes *notes, const char *path, fsc_error *err) {
    double most = 0;
    int32_t n_ms = 0;
    for (int32_t i = 0; i < n; i++) {
        if (!(te_s[i] > 0) || !isfinite(te_s[i]))
            return fsc_fail(err, FSC_E_RANGE, "%s: EchoTime %g is no time after the pulse; give it in seconds", path,
                            te_s[i]);
        if (te_s[i] > 500 || te_s[i] < 2e-5)
            return fsc_fail(err, FSC_E_RANGE, "%s: EchoTime %g is neither seconds nor milliseconds of a gradient echo",
                            path, te_s[i]);
        if (te_s[i] <= 0.5) continue;
        n_ms++;
        most = fmax(most, te_s[i]);
        te_s[i] *= 1e-3;
    }
    if (n_ms == 0) return FSC_OK;
    fsc_notes_add(notes, FSC_NOTE_ASSUMED, "te-milliseconds",
                  "Echo times up to %g cannot be seconds; taken as milliseconds.", most);
    if (n_ms < n)
        fsc_notes_add(notes, FSC_NOTE_WARNING, "te-units-mixed",
                      "Echo times may be wrong: %d of %d sidecars give them in milliseconds, the others in seconds.",
                      (int)n_ms, (int)n);
    return FSC_OK;
}

/* Participant and session from the image's name, or else from the folders above it. */
static void take_names(fsc_scan *scan, const fsc_image *image) {
    fsc_image_output_name(scan->name, sizeof scan->name, image);
    fsc_image_entity(scan->participant, sizeof scan->participant, image->stem, "sub");
    fsc_image_entity(scan->session, sizeof scan->session, image->stem, "ses");
    if (scan->participant[0]) return;
    const char *at = image->path;
    for (const char *slash; (slash = strchr(at, '/')) != NULL; at = slash + 1) {
        char part[64];
        const size_t n = (size_t)(slash - at);
        if (n < 5 || n >= sizeof part) continue;
        memcpy(part, at, n);
        part[n] = 0;
        if (strncmp(part, "sub-", 4) == 0) fsc_copy_text(scan->participant, sizeof scan->participant, part);
        if (strncmp(part, "ses-", 4) == 0) fsc_copy_text(scan->session, sizeof scan->session, part);
    }
}

static void note_geometry(fsc_scan *scan) {
    if (scan->grid.spacing_assumed)
        fsc_notes_add(&scan->notes, FSC_NOTE_ASSUMED, "voxel-size-assumed",
                      "Millimetres, areas and volumes mean nothing here: the files do not know the voxel size.");
    if (!scan->side_known)
        fsc_notes_add(&scan->notes, FSC_NOTE_WARNING, "side-unknown",
                      "Left and right cannot be told apart: the files do not say which side is which.");
}

static const fsc_image *first_image(const fsc_found *found) {
    if (found->named >= 0) return &found->image[found->named];
    for (int32_t i = 0; i < found->n; i++)
        if (found->image[i].set == found->set) return &found->image[i];
    return NULL;
}

/* Temporary files mean nothing in a record: an input is the folder, the series in it and what converted it. */
static fsc_status name_inputs(fsc_scan *scan, const fsc_found *found, fsc_error *err) {
    fsc_recipe *recipe = &scan->recipe;
    int32_t kept = 0;
    for (int32_t i = 0; i < recipe->n_input; i++) {
        FSC_AUTO_TEXT fsc_text text = {0};
        const char *slash = strrchr(recipe->input[i].path, '/');
        const char *name = slash ? slash + 1 : recipe->input[i].path;
        const int is_image =
            fsc_nifti_stem_length(name) > 0; /* sidecars name the person: not even their hash is kept */
        if (is_image) fsc_text_printf(&text, "%s (DICOM, dcm2niix %s)", name, found->conversion.version);
        if (text.failed) return fsc_fail_nomem(err, "noting an input");
        fsc_free(recipe->input[i].path);
        recipe->input[i].path = NULL;
        if (!is_image) continue;
        recipe->input[kept] = recipe->input[i];
        FSC_GIVE(&recipe->input[kept].path, text.data);
        kept++;
    }
    recipe->n_input = kept;
    return FSC_OK;
}

static void take_series(fsc_scan *scan, const fsc_found *found) {
    for (int32_t i = 0; i < found->n; i++) {
        const int32_t series = found->image[i].set == found->set ? found->image[i].sidecar.series : 0;
        int32_t k = 0;
        while (k < scan->n_series && scan->series[k] != series) k++;
        if (series > 0 && k == scan->n_series && k < FSC_SERIES_MAX) scan->series[scan->n_series++] = series;
    }
}

static fsc_status read_kind(fsc_scan *scan, const fsc_found *found, const fsc_progress *progress, fsc_error *err) {
    const fsc_role named = found->named >= 0 ? found->image[found->named].role : FSC_ROLE_NONE;
    if (fsc_found_count(found, found->set, FSC_ROLE_MATLAB) > 0)
        return fsc_read_matlab(scan, first_image(found)->path, err);
    int32_t n_echo_image = 0;
    for (int r = FSC_ROLE_MAGNITUDE; r <= FSC_ROLE_MIXED; r++)
        n_echo_image += fsc_found_count(found, found->set, (fsc_role)r);
    if (n_echo_image > 0 && named < FSC_ROLE_WATER) return fsc_read_echoes(scan, found, progress, err);
    return fsc_read_maps(scan, found, err);
}

fsc_status fsc_scan_read(fsc_scan **out, const char *path, const fsc_scan_options *opt, fsc_error *err) {
    if (!out || !path) return fsc_fail(err, FSC_E_ARG, "a scan to read needs a path");
    __attribute__((cleanup(fsc_found_free))) fsc_found found = {0};
    FSC_AUTO(fsc_scan) scan = fsc_alloc(1, sizeof *scan);
    if (!scan) return fsc_fail_nomem(err, "reading a scan");
    scan->age_years = scan->b0_tesla = scan->imaging_frequency_mhz = scan->flip_angle_deg = scan->repetition_time_s = NAN;
    scan->side_known = 1;
    FSC_TRY(fsc_find(&found, path, opt, err));
    take_names(scan, first_image(&found));
    FSC_TRY(fsc_scan_take_person(scan, first_image(&found)->path, err));
    FSC_TRY(read_kind(scan, &found, opt ? opt->progress : NULL, err));
    take_series(scan, &found);
    if (found.conversion.scratch.path[0]) FSC_TRY(name_inputs(scan, &found, err));
    fsc_found_say(&scan->notes, &found);
    note_geometry(scan);
    FSC_TRY(fsc_notes_check(&scan->notes, err));
    FSC_GIVE(out, scan);
    return FSC_OK;
}
