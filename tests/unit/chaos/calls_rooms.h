/* The public calls of the rooms for labels, groups and edited maps under test. */
#ifndef FSC_TEST_CALLS_ROOMS_H
#define FSC_TEST_CALLS_ROOMS_H

#include "calls.h"

CALL(find_labels, fsc_label_maps_read((fsc_label_maps **)out, at(w.anat, "sub-01_desc-sites_dseg.nii.gz"), NULL, NULL, err))
static uint64_t look_label_maps(const void *out) {
    const fsc_label_maps *m = out;
    return mix_text(mix_notes(mix(1, m->muscles->data, (size_t)fsc_grid_count(&m->muscles->grid) * sizeof(int32_t)), &m->notes),
                    m->muscle_path);
}
static void drop_label_maps(void *out) {
    fsc_label_maps_free(out);
}
CALL(see_levels, fsc_sites_from_levels((fsc_sites **)out, w.phantom->levels, NULL, err))
static uint64_t look_levels(const void *out) {
    const fsc_sites *s = out;
    return mix_notes(mix(1, s->level, (size_t)s->n_level * sizeof *s->level), &s->notes);
}
static void drop_levels(void *out) {
    fsc_sites_free(out);
}

static fsc_status propose(void **out, fsc_error *err) {
    fsc_propose_options options = FSC_PROPOSE_OPTIONS_INIT;
    options.n_threads = 1;
    return fsc_propose_run((fsc_proposal **)out, w.fatwater, &options, err);
}
static uint64_t look_proposal(const void *out) {
    const fsc_proposal *p = out;
    return mix_notes(mix(1, p->muscles->data, (size_t)fsc_grid_count(&p->muscles->grid) * sizeof(int32_t)), &p->notes);
}
static void drop_proposal(void *out) {
    fsc_proposal_free(out);
}

static fsc_status carry(void **out, fsc_error *err) {
    const fsc_carry_input in = {
        .from = w.fatwater, .to = w.fatwater, .muscles = w.phantom->muscles, .levels = w.phantom->levels, .n_threads = 1};
    return fsc_carry_run((fsc_carried **)out, &in, err);
}
static uint64_t look_carried(const void *out) {
    const fsc_carried *c = out;
    const size_t n = (size_t)fsc_grid_count(&c->muscles->grid) * sizeof(int32_t);
    return mix_notes(mix(mix(1, c->muscles->data, n), c->levels->data, n), &c->notes);
}
static void drop_carried(void *out) {
    fsc_carried_free(out);
}

/* A study of one person whose results stand in out_dir; links stand for copies. */
static fsc_status write_group(void **out, fsc_error *err) {
    char folder[160];
    char **name = NULL;
    int32_t n = 0;
    (void)out;
    (void)snprintf(folder, sizeof folder, "%s/sub-01/anat", out_dir);
    fsc_group *group = NULL;
    fsc_status status = fsc_file_make_folder(folder, err);
    if (status == FSC_OK) status = fsc_file_list(&name, &n, w.anat, err);
    if (status != FSC_OK) return status;
    int linked = 1;
    for (int32_t i = 0; i < n; i++)
        if (link(at(w.anat, name[i]), at(folder, name[i])) != 0) linked = 0;
    fsc_file_free_names(name, n);
    assert_true(linked);
    fsc_group_options options = FSC_GROUP_OPTIONS_INIT;
    options.n_threads = 1;
    status = fsc_group_write(&group, out_dir, &options, err);
    fsc_group_free(group);
    return status;
}
/* The tables and the page alone: what stood there before is no result of the call. */
static uint64_t look_group(const void *out) {
    (void)out;
    char **name = NULL;
    int32_t n = 0;
    uint64_t h = 1;
    assert_ok(fsc_file_list(&name, &n, out_dir, &test_error));
    for (int32_t i = 0; i < n; i++)
        if (strcmp(name[i], "sub-01") != 0) h = mix_file(mix_text(h, name[i]), at(out_dir, name[i]));
    fsc_file_free_names(name, n);
    return h;
}

static fsc_status find_subtypes(void **out, fsc_error *err) {
    fsc_subtypes_options options = FSC_SUBTYPES_OPTIONS_INIT;
    options.n_threads = 1;
    options.n_start = 1;
    options.n_fold = 2;
    options.n_most = 2;
    return fsc_subtypes_run((fsc_subtypes **)out, w.cohort, &options, err);
}
static uint64_t look_subtypes(const void *out) {
    const fsc_subtypes *s = out;
    return mix(mix(1, s->share, sizeof s->share), s->member, (size_t)s->n_person * (size_t)s->n_subtype * sizeof *s->member);
}
static void drop_subtypes(void *out) {
    fsc_subtypes_free(out);
}

#define ROOM_TRIALS                                                                                                    \
    {"label_maps_read", find_labels, look_label_maps, drop_label_maps, 60},                                            \
        {"sites_from_levels", see_levels, look_levels, drop_levels, 0},                                                \
        {"propose_run", propose, look_proposal, drop_proposal, 3}, {"carry_run", carry, look_carried, drop_carried, 3},\
        {"group_write", write_group, look_group, drop_files, 40},                                                      \
        {"subtypes_run", find_subtypes, look_subtypes, drop_subtypes, 8},

#endif
