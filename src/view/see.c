#include "see.h"

#include "edit.h"
#include "fail.h"
#include "file.h"
#include "format.h"

#include <fascicle/report.h>

#include <string.h>

enum { PATH_SIZE = 4096 };

fsc_status fsc_view_see_open(fsc_view_see *out, const fsc_view_input *input, fsc_error *err) {
    *out = (fsc_view_see){.input = input, .other = {.anat = -1, .page = -1}};
    if (!input->with_anat) return FSC_OK;
    return fsc_view_files_open(&out->other, input->with_anat, input->with_name, input->page, err);
}

void fsc_view_see_close(fsc_view_see *see) {
    fsc_view_files_close(&see->other);
}

/* The flags' sidecar says in words what each bit stands for. */
static void add_legend(fsc_json *map, const char *anat, const char *name) {
    char file[320], path[PATH_SIZE];
    fsc_error ignored = FSC_ERROR_INIT;
    fsc_json *sidecar = NULL;
    if (fsc_format(file, sizeof file, "%s_desc-flags_quality.json", name) < (int)sizeof file &&
        fsc_file_join(path, sizeof path, anat, file, &ignored) == FSC_OK &&
        fsc_json_read(&sidecar, path, &ignored) == FSC_OK)
        fsc_json_set_string(map, "legend", fsc_json_string(fsc_json_get(sidecar, "Description")));
    fsc_json_free(sidecar);
}

fsc_json *fsc_view_see_maps(const fsc_view_files *files, const char *anat) {
    fsc_json *maps = fsc_json_array();
    const char *key, *title, *unit;
    int there = 0;
    for (int i = 0; (key = fsc_view_files_map(files, i, &title, &unit, &there)) != NULL; i++) {
        if (!there) continue;
        fsc_json *map = fsc_json_object();
        fsc_json_set_string(map, "key", key);
        fsc_json_set_string(map, "title", title);
        fsc_json_set_string(map, "unit", unit);
        if (strcmp(key, "flags") == 0) add_legend(map, anat, files->name);
        fsc_json_append(maps, map);
    }
    return maps;
}

void fsc_view_see_state(const fsc_view_see *see, fsc_json *object) {
    uint8_t rgb[FSC_REPORT_RAMP][3];
    const double top = fsc_report_ramp(rgb);
    fsc_json *ramp = fsc_json_array();
    for (int i = 0; i < FSC_REPORT_RAMP; i++)
        for (int c = 0; c < 3; c++) fsc_json_append_number(ramp, rgb[i][c]);
    fsc_json_set(object, "ramp", ramp);
    fsc_json_set_number(object, "ramp_top_fraction", top);
    if (!see->input->with_anat) return;
    fsc_json *with = fsc_json_object();
    fsc_json_set_string(with, "name", see->input->with_name);
    fsc_json_set(with, "maps", fsc_view_see_maps(&see->other, see->input->with_anat));
    fsc_json_set(with, "rows", fsc_view_rows(see->input->with_measures, NULL));
    fsc_json_set(object, "with", with);
}

static void answer_butterfly(const fsc_measures *measures, fsc_view_reply *reply) {
    const fsc_report_input input = {.measures = measures};
    fsc_error err = FSC_ERROR_INIT;
    char *svg = NULL;
    const fsc_status status =
        measures ? fsc_report_butterfly_svg(&svg, &input, &err) : fsc_fail(&err, FSC_E_ARG, "no sites were measured");
    reply->status = status == FSC_OK ? 200 : status == FSC_E_ARG ? 404 : 507;
    reply->type = status == FSC_OK ? "image/svg+xml" : "text/plain; charset=utf-8";
    fsc_text_add(&reply->body, status == FSC_OK ? svg : err.text);
    fsc_report_free_text(svg);
}

int fsc_view_see_answer(const fsc_view_see *see, const fsc_measures *measures, const char *path,
                        fsc_view_reply *reply) {
    static const char with[] = "with/";
    if (strcmp(path, "butterfly.svg") == 0) {
        answer_butterfly(measures, reply);
        return 1;
    }
    if (!see->input->with_anat || strncmp(path, with, sizeof with - 1) != 0) return 0;
    fsc_view_files_answer(&see->other, path + sizeof with - 1, reply);
    return 1;
}
