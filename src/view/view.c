#include <fascicle/view.h>

#include "fail.h"
#include "files.h"
#include "json.h"
#include "lock.h"
#include "serve.h"

#include <string.h>

enum { SLOW_S = 20 };

typedef struct view {
    const fsc_view_input *input;
    const fsc_view_options *options;
    fsc_view_files files;
} view;

/* What the page begins with. */
static void add_state(const view *v, fsc_view_reply *reply) {
    fsc_json *root = fsc_json_object(), *maps = fsc_json_array();
    const char *key, *title, *unit;
    int there = 0;
    for (int i = 0; (key = fsc_view_files_map(&v->files, i, &title, &unit, &there)) != NULL; i++) {
        if (!there) continue;
        fsc_json *map = fsc_json_object();
        fsc_json_set_string(map, "key", key);
        fsc_json_set_string(map, "title", title);
        fsc_json_set_string(map, "unit", unit);
        fsc_json_append(maps, map);
    }
    fsc_json_set_string(root, "name", v->input->name);
    fsc_json_set(root, "maps", maps);
    reply->status = fsc_json_print(&reply->body, root, NULL) == FSC_OK ? 200 : 500;
    reply->type = "application/json";
    fsc_json_free(root);
}

static void answer(void *context, const char *path, const char *body, size_t n, fsc_view_reply *reply) {
    const view *v = context;
    (void)n;
    if (body) {
        reply->status = 404;
        fsc_text_add(&reply->body, "nothing is changed here");
    } else if (strcmp(path, "state.json") == 0) {
        add_state(v, reply);
    } else {
        fsc_view_files_answer(&v->files, path, reply);
    }
}

static void opened(void *context, const char *address) {
    const view *v = context;
    if (v->options->opened) v->options->opened(v->options->context, address);
}

fsc_status fsc_view_run(const fsc_view_input *input, const fsc_view_options *options, fsc_error *err) {
    view v = {.input = input, .options = options};
    const fsc_view_service service = {.answer = answer,
                                      .opened = opened,
                                      .context = &v,
                                      .port = options->port,
                                      .idle_s = options->idle_s,
                                      .slow_s = SLOW_S,
                                      .progress = options->progress};
    int lock = -1;
    FSC_TRY(fsc_view_files_open(&v.files, input->anat, input->name, input->page, err));
    fsc_status status = fsc_view_lock(&lock, input->folder, err);
    if (status == FSC_OK) status = fsc_view_serve(&service, err);
    fsc_view_unlock(lock, input->folder);
    fsc_view_files_close(&v.files);
    return status;
}
