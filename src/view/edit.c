#include "edit.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "review.h"

#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096 };

/* The label of a site as an index, in the order in which they first appear; 0 when there are too many. */
static int32_t index_of(fsc_view_edit *e, const fsc_site *site) {
    for (int32_t i = 1; i <= e->n_label; i++)
        if (e->value[i] == site->label_value) return i;
    if (e->n_label == 255) return 0;
    e->value[++e->n_label] = site->label_value;
    e->place[e->n_label] = site->place;
    return e->n_label;
}

static fsc_status make_index(fsc_view_edit *e, uint8_t **out, fsc_error *err) {
    const fsc_sites *s = e->input->sites;
    const int64_t n = fsc_grid_count(&s->grid);
    FSC_AUTO_BLOCK uint8_t *of_site = fsc_alloc(s->n_site + 1, 1);
    FSC_AUTO_BLOCK uint8_t *index = fsc_alloc(n, 1);
    if (!of_site || !index) return fsc_fail_nomem(err, "taking the labels up");
    for (int32_t i = 0; i < s->n_site; i++) {
        of_site[i + 1] = (uint8_t)index_of(e, &s->site[i]);
        if (!of_site[i + 1])
            return fsc_fail(err, FSC_E_UNSUPPORTED, "labels can be changed in scans of up to 255 of them");
    }
    for (int64_t v = 0; v < n; v++) index[v] = of_site[s->site_of_voxel[v]];
    FSC_GIVE(out, index);
    return FSC_OK;
}

fsc_status fsc_view_edit_labels_now(fsc_labels **out, const fsc_view_edit *e, fsc_error *err) {
    FSC_TRY(fsc_labels_new(out, &e->input->sites->grid, err));
    for (int64_t v = 0; v < e->strokes.n_voxel; v++) (*out)->data[v] = e->value[e->strokes.index[v]];
    return FSC_OK;
}

static fsc_status build(fsc_sites **sites, const fsc_view_edit *e, const fsc_labels *labels, fsc_label_source source,
                        fsc_error *err) {
    const fsc_view_input *in = e->input;
    const fsc_sites_options options = {.muscle_scheme = in->sites->muscle_scheme,
                                       .level_scheme = e->levels ? e->level_scheme : in->level_scheme,
                                       .level_file = in->level_file,
                                       .side_known = in->side_known,
                                       .label_source = source};
    return fsc_sites_build(sites, &in->sites->grid, labels, e->levels ? e->levels : in->levels, &options, err);
}

/* As 'fascicle run' does it with the labels that a save writes. Which sites there are says where they come from. */
static fsc_status measure(fsc_view_edit *e, fsc_measures **measures, fsc_sites **sites, fsc_error *err) {
    fsc_labels *labels = NULL;
    const fsc_label_source guess = e->sites ? e->sites->label_source : FSC_LABELS_EDITED;
    FSC_TRY(fsc_view_edit_labels_now(&labels, e, err));
    fsc_status status = build(sites, e, labels, guess, err);
    if (status == FSC_OK && fsc_view_source(e, *sites) != guess) {
        const fsc_label_source source = fsc_view_source(e, *sites);
        fsc_sites_free(*sites);
        *sites = NULL;
        status = build(sites, e, labels, source, err);
    }
    if (status == FSC_OK) status = fsc_measure_again(measures, &e->kept, e->input->fatwater, *sites, NULL, err);
    fsc_labels_free(labels);
    return status;
}

fsc_status fsc_view_edit_measure(fsc_view_edit *e, fsc_error *err) {
    fsc_measures *measures = NULL;
    fsc_sites *sites = NULL;
    fsc_error why = FSC_ERROR_INIT;
    fsc_status status = fsc_view_levels_update(e, &why);
    if (status == FSC_OK) status = measure(e, &measures, &sites, &why);
    e->fault[0] = 0;
    if (status == FSC_E_NOMEM) {
        fsc_sites_free(sites);
        return fsc_fail_nomem(err, "measuring");
    }
    if (status != FSC_OK) { /* the person goes on drawing, or takes it back */
        (void)fsc_format(e->fault, sizeof e->fault, "%s", why.text);
        fsc_sites_free(sites);
        return FSC_OK;
    }
    fsc_measures_free(e->now);
    fsc_sites_free(e->sites);
    e->now = measures;
    e->sites = sites;
    return FSC_OK;
}

static fsc_status image_path(char *path, const fsc_view_input *in, fsc_error *err) {
    char name[320];
    (void)fsc_format(name, sizeof name, "%s_desc-sites_dseg.nii.gz", in->name);
    return fsc_file_join(path, PATH_SIZE, in->anat, name, err);
}

/* What tells one writing of the site map from the next; zeros when it has gone. */
static void look(int64_t out[4], const fsc_view_input *in) {
    char path[PATH_SIZE];
    struct stat info;
    memset(out, 0, 4 * sizeof *out);
    if (image_path(path, in, NULL) != FSC_OK || stat(path, &info) != 0) return;
    out[0] = (int64_t)info.st_ino;
    out[1] = (int64_t)info.st_size;
    out[2] = (int64_t)info.st_mtim.tv_sec;
    out[3] = (int64_t)info.st_mtim.tv_nsec;
}

int fsc_view_edit_outdated(const fsc_view_edit *e) {
    int64_t now[4];
    look(now, e->input);
    return memcmp(now, e->opened, sizeof now) != 0;
}

/* The strokes' file is named for the labels they begin from: other labels begin anew and take nothing away. */
static fsc_status strokes_path(char *path, fsc_view_edit *e, fsc_error *err) {
    const fsc_view_input *in = e->input;
    char image[PATH_SIZE], name[320], hash[65];
    FSC_TRY(image_path(image, in, err));
    FSC_TRY(fsc_file_sha256(hash, image, err));
    FSC_TRY(fsc_file_make_folder(in->save_anat, err));
    (void)fsc_format(e->hash, sizeof e->hash, "%.8s", hash);
    (void)fsc_format(name, sizeof name, "%s_desc-%s_strokes.txt", in->name, e->hash);
    return fsc_file_join(path, PATH_SIZE, in->save_anat, name, err);
}

fsc_status fsc_view_edit_open(fsc_view_edit *e, const fsc_view_input *input, fsc_error *err) {
    char path[PATH_SIZE];
    uint8_t *index = NULL;
    int begun = 0;
    *e = (fsc_view_edit){.input = input, .strokes = {.fd = -1}};
    look(e->opened, input);
    FSC_TRY(make_index(e, &index, err));
    e->strokes.index = index;
    e->strokes.n_voxel = fsc_grid_count(&input->sites->grid);
    if (!input->save_anat) return FSC_OK; /* to look at only */
    FSC_TRY(strokes_path(path, e, err));
    /* Before any stroke, to be compared with. */
    FSC_TRY(measure(e, &e->before, &e->sites, err));
    FSC_TRY(fsc_view_strokes_open(&e->strokes, index, e->strokes.n_voxel, e->n_label, path, &begun, err));
    return fsc_view_edit_measure(e, err);
}

void fsc_view_edit_free(fsc_view_edit *e) {
    fsc_view_strokes_close(&e->strokes);
    fsc_measures_free(e->before);
    fsc_measures_free(e->now);
    fsc_measure_kept_free(e->kept);
    fsc_sites_free(e->sites);
    fsc_labels_free(e->levels);
    fsc_free(e->levels_made);
}
