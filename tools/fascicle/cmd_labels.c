/* fascicle labels: check a label map, or rewrite it in another numbering. */
#include "cmd.h"

#include <string.h>

typedef struct values {
    const char *path, *from, *to, *out;
    int list;
} values;

static void print_levels(cli *c, const fsc_sites *levels) {
    cli_line(c, "scheme", "%s", levels->level_scheme);
    for (int32_t i = 0; i < levels->n_level; i++) {
        const fsc_level_span *s = &levels->level[i];
        const double height_mm = s->bottom_mm - s->top_mm;
        cli_row(c, "level",
                FIELDS(FIELD("level", s->level), FIELD("height_mm", height_mm), FIELD("n_voxel", s->n_voxel)),
                "%-4s %5.1f mm high with its discs, %lld voxels", s->level, height_mm, (long long)s->n_voxel);
    }
    cli_notes(c, "note", &levels->notes, 1);
}

static void print_muscles(cli *c, const fsc_sites *sites) {
    cli_line(c, "scheme", "%s", sites->muscle_scheme);
    for (int32_t i = 0; i < sites->n_site; i++)
        cli_row(c, "label",
                FIELDS(FIELD("value", sites->site[i].label_value), FIELD_PLACE(sites->site[i].place),
                       FIELD("n_voxel", sites->site[i].n_voxel), FIELD("cut_by_fov", sites->site[i].cut_by_fov)),
                "%6d  %s%s%s, %s: %lld voxels%s", sites->site[i].label_value, sites->site[i].place.muscle,
                strcmp(sites->site[i].place.level, "n/a") == 0 ? "" : " ",
                strcmp(sites->site[i].place.level, "n/a") == 0 ? "" : sites->site[i].place.level,
                fsc_side_text(sites->site[i].place.side), (long long)sites->site[i].n_voxel,
                sites->site[i].cut_by_fov ? ", cut by the field of view" : "");
    cli_line(c, "sides", "left and right lie on their sides (a mirrored map is refused)");
    cli_notes(c, "note", &sites->notes, 1);
}

/* A map of muscles, or else one of levels. */
static fsc_status check(cli *c, const fsc_label_maps *maps, const char *scheme, fsc_error *err) {
    if (!scheme && maps->muscle_scheme[0]) scheme = maps->muscle_scheme;
    const fsc_sites_options options = {.muscle_scheme = scheme,
                                       .level_scheme = scheme,
                                       .side_known = 1,
                                       .muscle_file = maps->muscle_path,
                                       .level_file = maps->muscle_path};
    const fsc_sites_options muscles = {
        .muscle_scheme = scheme, .side_known = 1, .muscle_file = maps->muscle_path, .level_file = maps->level_path};
    AUTO(fsc_sites) sites = NULL;
    fsc_error no_levels = FSC_ERROR_INIT;
    const fsc_status status = fsc_sites_build(&sites, &maps->muscles->grid, maps->muscles, maps->levels, &muscles, err);
    if (status == FSC_OK) return print_muscles(c, sites), FSC_OK;
    if (status != FSC_E_NOTFOUND || fsc_sites_from_levels(&sites, maps->muscles, &options, &no_levels) != FSC_OK)
        return no_levels.code == FSC_E_ANATOMY ? (*err = no_levels).code : status;
    *err = (fsc_error)FSC_ERROR_INIT;
    return print_levels(c, sites), FSC_OK;
}

static fsc_status translate(cli *c, const fsc_label_maps *maps, const values *v, fsc_error *err) {
    const char *of_masks = maps->muscle_scheme[0] ? maps->muscle_scheme : NULL;
    AUTO(fsc_labels) other = NULL;
    AUTO_STRUCT(fsc_notes) notes = {0};
    TRY(fsc_labels_translate(&other, maps->muscles, v->from ? v->from : of_masks, v->to, &notes, err));
    TRY(fsc_labels_write(other, v->out, err));
    cli_notes(c, "labels", &notes, 1);
    cli_file(c, "labels", v->out);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    if (v->list) {
        for (const char *const *name = fsc_scheme_names(); *name; name++) cli_line(c, "scheme", "%s", *name);
        return FSC_OK;
    }
    if (!v->path) return cli_usage(c, err, "FILE is missing: a label map (NIfTI)");
    if (v->to && !v->out) return cli_usage(c, err, "--to NAME needs --out FILE");
    AUTO(fsc_label_maps) maps = NULL;
    TRY(fsc_label_maps_read(&maps, v->path, NULL, NULL, err));
    cli_notes(c, "labels", &maps->notes, 1);
    return v->to ? translate(c, maps, v, err) : check(c, maps, v->from, err);
}

static const arg args[] = {{"FILE", offsetof(values, path), 0, "a label map (NIfTI), or a folder of masks"}, ARG_END};
static const opt opts[] = {
    OPT(values, from, "from", OPT_NAME, "NAME", "the numbering of FILE, when it is not clear from the values",
        .names = fsc_scheme_names),
    OPT(values, to, "to", OPT_NAME, "NAME", "rewrite it in this numbering", .names = fsc_scheme_names),
    OPT(values, out, "out", OPT_TEXT, "FILE", "where the rewritten map goes"),
    OPT(values, list, "list", OPT_FLAG, NULL, "list the numberings that are known"),
    OPT_END,
};
const command cmd_labels = {
    .name = "labels",
    .group = "look",
    .line = "check a label map, or rewrite it in another numbering",
    .about =
        "Says which numbering a label map uses, which muscles and sides or which levels it holds, whether left and "
        "right lie on their sides and whether the levels can be a spine; with --to it rewrites the map in another "
        "tool's numbers.",
    .examples = "fascicle labels --list\n"
                "fascicle labels demo/derivatives/truth/sub-01/anat/sub-01_desc-muscles_dseg.nii.gz",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
