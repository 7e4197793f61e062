#include <fascicle/view.h>

#include "alloc.h"
#include "change.h"
#include "exam.h"
#include "fail.h"
#include "files.h"
#include "format.h"
#include "lock.h"
#include "reply.h"
#include "review.h"
#include "see.h"
#include "serve.h"

#include <math.h>
#include <string.h>

enum { SLOW_S = 20, STROKE_VOXELS_MAX = 400000 };

typedef struct view {
    const fsc_view_input *input;
    const fsc_view_options *options;
    fsc_view_files files;
    fsc_view_edit edit; /* used when input->save_anat */
    fsc_view_see see;
    fsc_view_exam exam; /* used when input->exam_anat */
} view;

/* What the page begins with. */
static void answer_state(view *v, fsc_view_reply *reply) {
    const int edits = v->input->save_anat != NULL;
    fsc_json *root = fsc_json_object();
    fsc_json_set_string(root, "name", v->input->name);
    fsc_json_set_bool(root, "edits", edits);
    fsc_json_set_bool(root, "exam", v->input->exam_anat != NULL);
    fsc_json_set(root, "maps", fsc_view_see_maps(&v->files, v->input->anat));
    fsc_view_see_state(&v->see, root);
    fsc_json_set(root, "before", fsc_view_rows(edits ? v->edit.before : v->input->measures, NULL));
    if (v->input->sites) fsc_view_edit_labels(&v->edit, root);
    if (edits)
        fsc_view_edit_state(&v->edit, root);
    else
        fsc_json_set(root, "rows", fsc_view_rows(v->input->measures, v->input->sites));
    fsc_view_say_json(reply, root);
}

/* The index of each voxel's label, one byte each, as the file has them. */
static void answer_labels(const view *v, fsc_view_reply *reply) {
    if (!v->input->sites) {
        fsc_view_say(reply, 404, "this run had no labels");
        return;
    }
    reply->status = 200;
    reply->type = "application/octet-stream";
    fsc_text_add_n(&reply->body, (const char *)v->edit.strokes.index, (size_t)v->edit.strokes.n_voxel);
}

/* "site/1234": the site that the voxel belongs to. */
static void answer_site(const view *v, const char *digits, fsc_view_reply *reply) {
    const fsc_sites *s = v->edit.sites ? v->edit.sites : v->input->sites;
    char *end = NULL;
    const double at = fsc_scan_number(digits, &end);
    if (!s || *end || !(at >= 0 && at < (double)fsc_grid_count(&s->grid))) {
        fsc_view_say(reply, 404, "there is no such voxel");
        return;
    }
    const int32_t site = s->site_of_voxel[(int64_t)at];
    char key[FSC_PLACE_TEXT_MAX] = "";
    if (site) (void)fsc_place_text(key, &s->site[site - 1].place);
    fsc_json *root = fsc_json_object();
    fsc_json_set_string(root, "site", key);
    fsc_view_say_json(reply, root);
}

/* {"voxel": [..], "index": [..]} as two arrays of *n; FSC_E_FORMAT when it is not that. */
static fsc_status read_stroke(const fsc_json *root, uint32_t **voxel, uint8_t **index, int64_t *n, fsc_error *err) {
    const fsc_json *voxels = fsc_json_get(root, "voxel"), *indices = fsc_json_get(root, "index");
    *n = fsc_json_length(voxels);
    if (!fsc_json_is_array(voxels) || !fsc_json_is_array(indices) || *n < 1 || *n > STROKE_VOXELS_MAX ||
        fsc_json_length(indices) != *n)
        return fsc_fail(err, FSC_E_FORMAT, "a stroke holds as many voxels as labels, 1 to %d", STROKE_VOXELS_MAX);
    *voxel = fsc_alloc(*n, sizeof **voxel);
    *index = fsc_alloc(*n, 1);
    if (!*voxel || !*index) return fsc_fail_nomem(err, "reading a stroke");
    for (int64_t i = 0; i < *n; i++) {
        const double at = fsc_json_number(fsc_json_at(voxels, i)), to = fsc_json_number(fsc_json_at(indices, i));
        if (!(at >= 0 && at < UINT32_MAX && to >= 0 && to <= UINT8_MAX) || floor(at) != at || floor(to) != to)
            return fsc_fail(err, FSC_E_FORMAT, "a stroke holds whole numbers");
        (*voxel)[i] = (uint32_t)at;
        (*index)[i] = (uint8_t)to;
    }
    return FSC_OK;
}

static fsc_status save(view *v, fsc_error *err) {
    fsc_view_written written;
    FSC_TRY(fsc_view_edit_write(&written, &v->edit, err));
    const fsc_view_saved saved = {.labels_path = written.labels,
                                  .levels_path = written.levels[0] ? written.levels : NULL,
                                  .level_scheme = written.levels[0] ? v->edit.level_scheme : NULL,
                                  .accepted = fsc_view_source(&v->edit, v->edit.sites) == FSC_LABELS_PROPOSAL_ACCEPTED};
    if (v->options->save) FSC_TRY(v->options->save(v->options->context, &saved, err));
    return fsc_view_strokes_saved(&v->edit.strokes, err);
}

/* One change, in the page's words; root gets what the page must know beside the state. */
static fsc_status change(view *v, const char *path, const fsc_json *body, fsc_json *root, fsc_error *err) {
    fsc_view_strokes *s = &v->edit.strokes;
    const fsc_view_stroke *moved = NULL;
    int64_t n = 0, changed = 0;
    int moves = 0;
    if (fsc_view_change_known(path)) {
        FSC_TRY(fsc_view_change(&v->edit, path, body, root, &moves, err));
        return moves ? fsc_view_edit_measure(&v->edit, err) : FSC_OK;
    }
    if (strcmp(path, "save") == 0) return save(v, err);
    if (strcmp(path, "undo") == 0 || strcmp(path, "redo") == 0) {
        const int back = path[0] == 'u';
        FSC_TRY(back ? fsc_view_strokes_undo(s, &moved, err) : fsc_view_strokes_redo(s, &moved, err));
        fsc_view_add_moved(root, moved, back);
        return moved ? fsc_view_edit_measure(&v->edit, err) : FSC_OK;
    }
    FSC_AUTO_BLOCK uint32_t *voxel = NULL;
    FSC_AUTO_BLOCK uint8_t *index = NULL;
    FSC_TRY(read_stroke(body, &voxel, &index, &n, err));
    FSC_TRY(fsc_view_strokes_draw(s, voxel, index, n, NULL, &changed, err));
    return changed ? fsc_view_edit_measure(&v->edit, err) : FSC_OK;
}

static int is_change(const char *path) {
    static const char *const known[] = {"stroke", "undo", "redo", "save"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(path, known[i]) == 0) return 1;
    return fsc_view_change_known(path);
}

static int is_asked_wrongly(fsc_status code) {
    return code == FSC_E_FORMAT || code == FSC_E_RANGE || code == FSC_E_NOTFOUND || code == FSC_E_ANATOMY ||
           code == FSC_E_ARG || code == FSC_E_SHAPE || code == FSC_E_UNSUPPORTED;
}

static void answer_change(view *v, const char *path, const char *body, size_t n, fsc_view_reply *reply) {
    fsc_error err = FSC_ERROR_INIT;
    fsc_json *asked = NULL;
    if (!v->input->save_anat || !is_change(path)) {
        fsc_view_say(reply, 404, "nothing is changed here: start 'fascicle view' with --levels FILE to change labels");
        return;
    }
    if (fsc_json_parse(&asked, body, n, "the request", &err) != FSC_OK) {
        fsc_view_say(reply, 400, err.text);
        return;
    }
    fsc_json *root = fsc_json_object();
    if (fsc_json_number(fsc_json_get(asked, "revision")) != (double)v->edit.strokes.revision)
        fsc_view_say(reply, 409, "Another window has changed these labels. Load this page again; nothing is lost there.");
    else if (fsc_view_edit_outdated(&v->edit))
        fsc_view_say(reply, 409, "Another program has written this folder since it was opened. End 'fascicle view' and start it "
                        "again; the strokes stay with the labels that they were drawn on.");
    else if (change(v, path, asked, root, &err) != FSC_OK)
        fsc_view_say(reply, is_asked_wrongly(err.code) ? 400 : 507, err.text);
    if (reply->status == 500) {
        fsc_view_edit_state(&v->edit, root);
        fsc_view_say_json(reply, root);
    } else {
        fsc_json_free(root);
    }
    fsc_json_free(asked);
}

/* A saved exam brings plan and pages with it, as 'fascicle run' makes them. */
static void answer_exam(view *v, const char *path, const char *body, size_t n, fsc_view_reply *reply) {
    FSC_AUTO_TEXT fsc_text why = {0};
    fsc_error err = FSC_ERROR_INIT;
    int saved = 0;
    if (!body) {
        fsc_view_exam_answer(&v->exam, path, reply);
        return;
    }
    fsc_view_exam_change(&v->exam, path, body, n, &saved, reply);
    if (!saved) return;
    if (v->input->save_anat && fsc_view_edit_outdated(&v->edit)) {
        (void)fsc_fail(&err, FSC_E_ARG, "another program has written this folder since it was opened; end 'fascicle view' "
                                        "and start it again");
    } else if (v->input->save_anat) {
        if (save(v, &err) == FSC_OK) return;
    } else if (!v->options->plan || v->options->plan(v->options->context, &err) == FSC_OK) {
        return;
    }
    fsc_text_printf(&why, "The exam is saved. Plan and pages could not be made of it: %s", err.text);
    fsc_view_say(reply, 507, why.failed ? err.text : why.data);
}

static void answer(void *context, const char *path, const char *body, size_t n, fsc_view_reply *reply) {
    static const char site[] = "site/", exam[] = "exam/";
    view *v = context;
    if (strncmp(path, exam, sizeof exam - 1) == 0)
        answer_exam(v, path + sizeof exam - 1, body, n, reply);
    else if (body)
        answer_change(v, path, body, n, reply);
    else if (strcmp(path, "state.json") == 0)
        answer_state(v, reply);
    else if (strcmp(path, "labels.bin") == 0)
        answer_labels(v, reply);
    else if (strncmp(path, site, sizeof site - 1) == 0)
        answer_site(v, path + sizeof site - 1, reply);
    else if (!fsc_view_see_answer(&v->see, v->input->save_anat ? v->edit.now : v->input->measures, path, reply))
        fsc_view_files_answer(&v->files, path, reply);
}

static void opened(void *context, const char *address) {
    const view *v = context;
    if (v->options->opened) v->options->opened(v->options->context, address);
}

static fsc_status serve(view *v, fsc_error *err) {
    const fsc_view_service service = {.answer = answer,
                                      .opened = opened,
                                      .context = v,
                                      .port = v->options->port,
                                      .idle_s = v->options->idle_s,
                                      .slow_s = SLOW_S,
                                      .progress = v->options->progress};
    if (v->input->sites) FSC_TRY(fsc_view_edit_open(&v->edit, v->input, err));
    return fsc_view_serve(&service, err);
}

fsc_status fsc_view_run(const fsc_view_input *input, const fsc_view_options *options, fsc_error *err) {
    view v = {.input = input, .options = options, .edit = {.strokes = {.fd = -1}}};
    int lock = -1;
    FSC_TRY(fsc_view_exam_open(&v.exam, input, err));
    FSC_TRY(fsc_view_files_open(&v.files, input->anat, input->name, input->page, err));
    fsc_status status = fsc_view_see_open(&v.see, input, err);
    if (status == FSC_OK) status = fsc_view_lock(&lock, input->folder, err);
    if (status == FSC_OK) status = serve(&v, err);
    fsc_view_edit_free(&v.edit);
    fsc_view_unlock(lock, input->folder);
    fsc_view_see_close(&v.see);
    fsc_view_files_close(&v.files);
    return status;
}
