/* fascicle labels: check a label map, or rewrite it in another numbering. */
#include "cmd.h"

#include <fascicle/anatomy.h>
#include <string.h>

typedef struct values {
    const char *path, *from, *to, *out;
    int list;
} values;

static fsc_status check(cli *c, const fsc_labels *labels, const char *scheme, fsc_error *err) {
    const fsc_sites_options options = {.muscle_scheme = scheme, .side_known = 1};
    fsc_sites *sites = NULL;
    const fsc_status status = fsc_sites_build(&sites, &labels->grid, labels, NULL, &options, err);
    if (status != FSC_OK) return status;
    cli_line(c, "scheme", "%s", sites->muscle_scheme);
    for (int32_t i = 0; i < sites->n_site; i++)
        cli_line(c, "label", "%6d  %s, %s: %lld voxels%s", sites->site[i].label_value, sites->site[i].place.muscle,
                 fsc_side_text(sites->site[i].place.side), (long long)sites->site[i].n_voxel,
                 sites->site[i].cut_by_fov ? ", cut by the field of view" : "");
    cli_notes(c, "note", &sites->notes, 1);
    fsc_sites_free(sites);
    return FSC_OK;
}

static fsc_status translate(cli *c, const fsc_labels *labels, const values *v, fsc_error *err) {
    fsc_labels *other = NULL;
    fsc_notes notes = {0};
    fsc_status status = fsc_labels_translate(&other, labels, v->from, v->to, &notes, err);
    if (status == FSC_OK) status = fsc_labels_write(other, v->out, err);
    if (status == FSC_OK) {
        cli_notes(c, "labels", &notes, 1);
        cli_file(c, "labels", v->out);
    }
    fsc_labels_free(other);
    fsc_notes_free(&notes);
    return status;
}

static int run(cli *c, const void *given) {
    const values *v = given;
    if (v->list) {
        for (const char *const *name = fsc_scheme_names(); *name; name++) cli_line(c, "scheme", "%s", *name);
        return EXIT_OK;
    }
    if (!v->path) return cli_usage(c, "FILE is missing: a label map (NIfTI)");
    if (v->to && (!v->from || !v->out)) return cli_usage(c, "--to NAME needs --from NAME and --out FILE");
    fsc_error err = FSC_ERROR_INIT;
    fsc_labels *labels = NULL;
    fsc_status status = fsc_labels_read(&labels, v->path, &err);
    if (status == FSC_OK) status = v->to ? translate(c, labels, v, &err) : check(c, labels, v->from, &err);
    fsc_labels_free(labels);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

static const arg args[] = {{"FILE", offsetof(values, path), 0, "a label map (NIfTI)"}, {NULL, 0, 0, NULL}};
static const opt opts[] = {
    {"from", "NAME", OPT_TEXT, offsetof(values, from), "the numbering of FILE, when it is not clear from the values"},
    {"to", "NAME", OPT_TEXT, offsetof(values, to), "rewrite it in this numbering"},
    {"out", "FILE", OPT_TEXT, offsetof(values, out), "where the rewritten map goes"},
    {"list", NULL, OPT_FLAG, offsetof(values, list), "list the numberings that are known"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
extern const command cmd_labels;
const command cmd_labels = {
    .name = "labels",
    .group = "look",
    .line = "check a label map, or rewrite it in another numbering",
    .about =
        "Says which numbering a label map uses, which muscles and sides it holds, and whether left and right lie on "
        "their sides; with --to it rewrites the map in another tool's numbers.",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
