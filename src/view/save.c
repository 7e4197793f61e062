/* What a save writes, before 'fascicle run' makes the rest of it. */
#include "fail.h"
#include "file.h"
#include "format.h"
#include "provenance.h"
#include "review.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* Voxels that are not what the run left. */
static int64_t count_changed(const fsc_view_edit *e) {
    const fsc_sites *s = e->input->sites;
    int64_t n = 0;
    for (int64_t v = 0; v < e->strokes.n_voxel; v++) {
        const int32_t site = s->site_of_voxel[v];
        n += e->value[e->strokes.index[v]] != (site ? s->site[site - 1].label_value : 0);
    }
    return n;
}

static fsc_json *about(const fsc_view_edit *e, const char *what) {
    char when[32] = "";
    const time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc)) (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    fsc_json *json = fsc_json_object();
    fsc_provenance_set(json, e->input->recipe, what, 0);
    fsc_json_set_string(json, "EditedBy", e->input->by);
    fsc_json_set_string(json, "EditedAt", when);
    fsc_json_set_integer(json, "Strokes", e->strokes.n_done);
    return json;
}

/* Takes json. path (4096 bytes) gets the image's. */
static fsc_status write_map(char *path, const fsc_view_edit *e, const char *desc, const fsc_labels *labels,
                            fsc_json *json, fsc_error *err) {
    char name[320];
    fsc_status status = FSC_OK;
    for (int image = 0; image < 2 && status == FSC_OK; image++) {
        (void)fsc_format(name, sizeof name, "%s_desc-%s_dseg.%s", e->input->name, desc, image ? "nii.gz" : "json");
        status = fsc_file_join(path, 4096, e->input->save_anat, name, err);
        if (status == FSC_OK) status = image ? fsc_labels_write(labels, path, err) : fsc_json_write(json, path, err);
    }
    fsc_json_free(json);
    return status;
}

static void remove_map(const fsc_view_edit *e, const char *desc) {
    char name[320], path[4096];
    for (int image = 0; image < 2; image++) {
        (void)fsc_format(name, sizeof name, "%s_desc-%s_dseg.%s", e->input->name, desc, image ? "nii.gz" : "json");
        if (fsc_file_join(path, sizeof path, e->input->save_anat, name, NULL) == FSC_OK) (void)unlink(path);
    }
}

static fsc_status write_levels(char *path, const fsc_view_edit *e, fsc_error *err) {
    static const char desc[] = "editedlevels";
    path[0] = 0;
    if (!e->levels) return remove_map(e, desc), FSC_OK;
    fsc_json *json = about(e, "Levels, named by hand in the viewer");
    fsc_json_set_string(json, "LevelScheme", e->level_scheme);
    return write_map(path, e, desc, e->levels, json, err);
}

static fsc_status write_labels(char *path, const fsc_view_edit *e, fsc_error *err) {
    const int edited = fsc_view_source(e, e->sites) == FSC_LABELS_EDITED;
    fsc_labels *labels = NULL;
    fsc_json *json = about(e, edited ? "Muscle labels, changed by hand in the viewer"
                                     : "Muscle labels, a proposal that was looked at in the viewer");
    fsc_json_set_string(json, "MuscleScheme", e->input->sites->muscle_scheme);
    fsc_json_set_integer(json, "VoxelsChanged", count_changed(e));
    fsc_view_review_state(e, json);
    const fsc_status status = fsc_view_edit_labels_now(&labels, e, err);
    if (status != FSC_OK) {
        fsc_json_free(json);
        return status;
    }
    remove_map(e, edited ? "reviewed" : "edited"); /* of an earlier save */
    const fsc_status written = write_map(path, e, edited ? "edited" : "reviewed", labels, json, err);
    fsc_labels_free(labels);
    return written;
}

fsc_status fsc_view_edit_write(fsc_view_written *out, const fsc_view_edit *e, fsc_error *err) {
    FSC_TRY(fsc_file_make_folder(e->input->save_anat, err));
    FSC_TRY(write_levels(out->levels, e, err));
    return write_labels(out->labels, e, err);
}
