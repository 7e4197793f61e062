/* The viewer as one file to look at: maps, sites, rows and picture inside, and nothing of who, when or where from. */
#include "alloc.h"
#include "edit.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "held.h"
#include "lock.h"
#include "see.h"

#include <fascicle/report.h>
#include <fascicle/version.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, MAP_BYTES_MAX = 64 << 20 };

typedef struct export {
    const fsc_view_input *input;
    const fsc_sites *sites;       /* as the labels are now; NULL without labels */
    const fsc_measures *measures; /* likewise */
    fsc_view_edit edit;
    fsc_grid grid; /* of what is held */
    int64_t step[3];
    char folder[PATH_SIZE]; /* for the files that become text */
    fsc_text blocks;
} export;

/* How finely a map is kept: a step that no eye and no number of the table tells. */
static double quantum_of(const fsc_grid *grid, const float *data, double scale, int percent) {
    double most = 0;
    for (int64_t v = 0; v < fsc_grid_count(grid); v++)
        if (isfinite(data[v])) most = fmax(most, fabs(scale * (double)data[v]));
    return percent ? 1.0 / 16 : exp2(ceil(log2(fmax(most, 1e-30) / 2048)));
}

/* The file at path as a block of the page; the file is gone afterwards. */
static fsc_status take_file(export *x, const char *key, const char *path, fsc_error *err) {
    FSC_AUTO_BLOCK char *bytes = NULL;
    size_t n = 0;
    const fsc_status status = fsc_file_read(&bytes, &n, path, MAP_BYTES_MAX, err);
    (void)unlink(path);
    FSC_TRY(status);
    fsc_text_printf(&x->blocks, "<script type=\"text/plain\" id=\"held-%s\">", key);
    fsc_view_held_base64(&x->blocks, (const unsigned char *)bytes, n);
    fsc_text_add(&x->blocks, "</script>\n");
    return FSC_OK;
}

static fsc_status add_map(export *x, fsc_json *maps, const char *key, const char *title, const float *data, int percent,
                          fsc_error *err) {
    char path[PATH_SIZE];
    FSC_AUTO_BLOCK float *small = NULL;
    const double scale = percent ? 100 : 1;
    if (!data) return FSC_OK;
    const fsc_grid *full = &x->input->fatwater->grid;
    FSC_TRY(fsc_view_held_mean(&small, &x->grid, x->step, full, data, scale, quantum_of(full, data, scale, percent), err));
    FSC_TRY(fsc_file_join(path, sizeof path, x->folder, "map.nii.gz", err));
    FSC_TRY(fsc_volume_write(&x->grid, small, path, err));
    FSC_TRY(take_file(x, key, path, err));
    fsc_json *map = fsc_json_object();
    fsc_json_set_string(map, "key", key);
    fsc_json_set_string(map, "title", title);
    fsc_json_set_string(map, "unit", percent ? "%" : "");
    fsc_json_append(maps, map);
    return FSC_OK;
}

static fsc_status add_maps(export *x, fsc_json *root, fsc_error *err) {
    const fsc_fatwater *fw = x->input->fatwater;
    fsc_json *maps = fsc_json_array();
    fsc_status status = add_map(x, maps, "pdff", "Fat fraction", fw->pdff_fraction, 1, err);
    if (status == FSC_OK) status = add_map(x, maps, "water", "Water", fw->water, 0, err);
    if (status == FSC_OK) status = add_map(x, maps, "fat", "Fat", fw->fat, 0, err);
    if (status == FSC_OK) status = add_map(x, maps, "error", "Error of the fat fraction", fw->pdff_se_fraction, 1, err);
    fsc_json_set(root, "maps", maps);
    return status;
}

/* Which site each voxel is of, and the rows, whose voxel to go to is one of what is held. */
static fsc_status add_sites(export *x, fsc_json *root, fsc_error *err) {
    char path[PATH_SIZE], key[FSC_PLACE_TEXT_MAX];
    FSC_AUTO_BLOCK int32_t *small = NULL;
    fsc_json *keys = fsc_json_array();
    if (!x->sites) {
        fsc_json_set(root, "rows", fsc_json_array());
        fsc_json_free(keys);
        return FSC_OK;
    }
    for (int32_t i = 0; i < x->sites->n_site; i++)
        fsc_json_append_string(keys, fsc_place_text(key, &x->sites->site[i].place));
    fsc_json_set(root, "sites", keys);
    FSC_TRY(fsc_view_held_middle(&small, &x->grid, x->step, &x->sites->grid, x->sites->site_of_voxel, err));
    fsc_labels labels = {.grid = x->grid, .data = small};
    FSC_TRY(fsc_file_join(path, sizeof path, x->folder, "sites.nii.gz", err));
    FSC_TRY(fsc_labels_write(&labels, path, err));
    FSC_TRY(take_file(x, "sites", path, err));
    fsc_sites held = {.grid = x->grid, .site_of_voxel = small, .site = x->sites->site, .n_site = x->sites->n_site};
    fsc_json_set(root, "rows", fsc_view_rows(x->measures, &held));
    fsc_view_edit_labels(&x->edit, root);
    const fsc_report_input picture = {.measures = x->measures};
    char *svg = NULL;
    if (x->measures && fsc_report_butterfly_svg(&svg, &picture, NULL) == FSC_OK)
        fsc_json_set_string(root, "butterfly", svg);
    fsc_report_free_text(svg);
    return FSC_OK;
}

/* What the page must say of itself. */
static void add_words(const export *x, fsc_json *root) {
    char said[480];
    const int64_t *s = x->step;
    const int reduced = s[0] * s[1] * s[2] > 1;
    (void)fsc_format(said, sizeof said, "A copy to look at, made by Fascicle %s. Method: %s.%s%s", fsc_version(),
                     fsc_method_text(x->input->fatwater->method),
                     !x->sites                                          ? ""
                     : x->sites->label_source == FSC_LABELS_PROPOSAL    ? " Labels: a proposal that nobody has looked at."
                                                                        : "",
                     reduced ? " The picture is coarser than the scan; the numbers are of the whole scan." : "");
    fsc_json_set_string(root, "said", said);
    fsc_json_set_string(root, "name", "");
    fsc_json_set_bool(root, "edits", 0);
    fsc_json_set_bool(root, "exam", 0);
}

/* Data that holds no < ends no element. */
static void add_state(fsc_text *blocks, const fsc_text *json) {
    fsc_text_add(blocks, "<script type=\"application/json\" id=\"held\">");
    for (const char *at = json->data; *at;) {
        const size_t n = strcspn(at, "<");
        fsc_text_add_n(blocks, at, n);
        at += n;
        if (*at) fsc_text_add(blocks, "\\u003c"), at++;
    }
    fsc_text_add(blocks, "</script>\n");
}

static fsc_status fill(export *x, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text json = {0};
    const fsc_view_see see = {.input = &(fsc_view_input){0}};
    fsc_json *root = fsc_json_object();
    fsc_view_held_grid(&x->grid, x->step, &x->input->fatwater->grid);
    fsc_status status = add_maps(x, root, err);
    if (status == FSC_OK) status = add_sites(x, root, err);
    fsc_view_see_state(&see, root);
    add_words(x, root);
    if (status == FSC_OK) status = fsc_json_print(&json, root, err);
    if (status == FSC_OK) add_state(&x->blocks, &json);
    fsc_json_free(root);
    return status;
}

/* The labels as the folder holds them: with the strokes of earlier days, where labels can be changed. */
static fsc_status take_labels(export *x, fsc_error *err) {
    x->sites = x->input->sites;
    x->measures = x->input->measures;
    if (!x->sites) return FSC_OK;
    FSC_TRY(fsc_view_edit_open(&x->edit, x->input, err));
    if (!x->input->save_anat) return FSC_OK;
    if (x->edit.fault[0]) return fsc_fail(err, FSC_E_ANATOMY, "the labels cannot be measured: %s", x->edit.fault);
    x->sites = x->edit.sites;
    x->measures = x->edit.now;
    return FSC_OK;
}

static fsc_status write_page(export *x, int64_t *size, const char *path, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text page = {0};
    if (fsc_format(x->folder, sizeof x->folder, "%s-XXXXXX", path) >= (int)sizeof x->folder)
        return fsc_fail(err, FSC_E_RANGE, "%s: the path is too long", path);
    if (!mkdtemp(x->folder)) return fsc_fail(err, FSC_E_IO, "%s: cannot write here", path);
    fsc_status status = fill(x, err);
    (void)rmdir(x->folder);
    if (status == FSC_OK) status = fsc_view_held_page(&page, x->input->page, &x->blocks, err);
    if (status == FSC_OK) status = fsc_file_write(path, page.data, page.length, err);
    *size = (int64_t)page.length;
    return status;
}

fsc_status fsc_view_export(int64_t *size_bytes, int32_t *reduced, const fsc_view_input *input, const char *path,
                           fsc_error *err) {
    export x = {.input = input, .edit = {.strokes = {.fd = -1}}};
    int lock = -1;
    if (input->save_anat) FSC_TRY(fsc_view_lock(&lock, input->folder, err));
    fsc_status status = take_labels(&x, err);
    if (status == FSC_OK) status = write_page(&x, size_bytes, path, err);
    *reduced = x.step[0] * x.step[1] * x.step[2] > 1;
    fsc_text_free(&x.blocks);
    fsc_view_edit_free(&x.edit);
    fsc_view_unlock(lock, input->folder);
    return status;
}
