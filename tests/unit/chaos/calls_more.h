/* The public calls of the later rooms under test: files of images, norms, plan, results put in place, studies. */
#ifndef FSC_TEST_CALLS_MORE_H
#define FSC_TEST_CALLS_MORE_H

#include "calls.h"

CALL(read_volume, fsc_volume_read((fsc_volume **)out, at(w.anat, "sub-01_PDFFmap.nii.gz"), err))
static uint64_t look_volume(const void *out) {
    const fsc_volume *v = out;
    return mix(1, v->data, (size_t)fsc_grid_count(&v->grid) * sizeof *v->data);
}
static void drop_volume(void *out) {
    fsc_volume_free(out);
}
CALL(write_volume, fsc_volume_write(&w.scan->grid, w.fatwater->pdff_fraction, at(out_dir, "a.nii.gz"), err))
CALL(read_labels, fsc_labels_read((fsc_labels **)out, at(w.anat, "sub-01_desc-sites_dseg.nii.gz"), err))
CALL(write_labels, fsc_labels_write(w.phantom->levels, at(out_dir, "a.nii.gz"), err))
CALL(resample, fsc_labels_resample((fsc_labels **)out, w.phantom->levels, &w.scan->grid, err))

CALL(read_norms, fsc_norms_read((fsc_norms **)out, FSC_SOURCE "/data/norms.tsv", err))
static fsc_status pool_norms(void **out, fsc_error *err) {
    (void)out;
    fsc_notes notes = {0};
    const fsc_status status = fsc_norms_pool(at(out_dir, "baseline.tsv"), NULL, &w.recipe, NULL, &notes, err);
    fsc_notes_free(&notes);
    return status;
}
CALL(exam_template, fsc_exam_write_template(at(out_dir, "exam.json"), err))

CALL(plan_run, fsc_plan_run((fsc_plan **)out, w.map, NULL, err))
static uint64_t look_plan(const void *out) {
    const fsc_plan *p = out;
    uint64_t h = mix_notes(mix_text(mix_text(1, p->signature), p->radiology), &p->notes);
    for (int32_t i = 0; i < p->n_step; i++) h = mix_text(mix_text(h, p->step[i].rule), p->step[i].what);
    for (int32_t i = 0; i < p->n_topic; i++) h = mix_text(h, p->topic[i].rule);
    for (int32_t i = 0; i < p->n_sentence; i++) h = mix_text(h, p->sentence[i].text);
    for (int32_t i = 0; i < p->n_home; i++) h = mix_text(h, p->home[i].id);
    return h;
}
static void drop_plan(void *out) {
    fsc_plan_free(out);
}
static fsc_status write_plan(void **out, fsc_error *err) {
    (void)out;
    fsc_plan *made = NULL;
    fsc_status status = fsc_plan_run(&made, w.map, NULL, err);
    if (status == FSC_OK) status = fsc_plan_write(made, out_dir, "sub-01", &w.recipe, err);
    fsc_plan_free(made);
    return status;
}
CALL(draw_exercise, fsc_exercise_svg((char **)out, fsc_exercise_id(0), 0, err))
static void drop_exercise(void *out) {
    fsc_plan_free_text(out);
}

/* A set of results put in place of an older one. */
static fsc_status put_in_place(void **out, fsc_error *err) {
    (void)out;
    fsc_output set = {0};
    fsc_status status = fsc_output_begin(&set, out_dir, "sub-01", "", err);
    if (status == FSC_OK) status = fsc_map_write(w.map, set.anat, "sub-01", &w.recipe, err);
    if (status == FSC_OK) status = fsc_output_commit(&set, "sub-01", FSC_OUTPUT_MAP, err);
    fsc_output_abandon(&set);
    return status;
}

static fsc_status find_threshold(void **out, fsc_error *err) {
    static fsc_cycle_threshold found;
    *out = &found;
    return fsc_cycle_find_threshold(&found, w.neck, &w.person, 1, err);
}
static uint64_t look_threshold(const void *out) {
    const fsc_cycle_threshold *t = out;
    return mix(mix(1, &t->by_bisection, sizeof t->by_bisection), &t->by_root, sizeof t->by_root);
}
static fsc_status sobol(void **out, fsc_error *err) {
    static const char *const factor[] = {"dose", "baseline_fat"};
    return fsc_cycle_sobol_run((fsc_cycle_sobol **)out, FSC_CYCLE_SET_A, factor, 2, 16, 1, 1, NULL, err);
}
static uint64_t look_sobol(const void *out) {
    const fsc_cycle_sobol *s = out;
    uint64_t h = 1;
    for (int32_t i = 0; i < s->n_row; i++)
        h = mix(mix_text(h, s->row[i].factor), s->row[i].total, sizeof s->row[i].total);
    return h;
}
static void drop_sobol(void *out) {
    fsc_cycle_sobol_free(out);
}

static fsc_status write_butterfly(void **out, fsc_error *err) {
    (void)out;
    const fsc_report_input in = {.measures = w.measures, .map = w.map, .recipe = &w.recipe};
    return fsc_report_butterfly_write(at(out_dir, "map.svg"), &in, err);
}

#define MORE_TRIALS                                                                                                    \
    {"volume_read", read_volume, look_volume, drop_volume, 0}, {"volume_write", write_volume, FILES, 0},               \
        {"labels_read", read_labels, look_labels, drop_labels, 0}, {"labels_write", write_labels, FILES, 0},           \
        {"labels_resample", resample, look_labels, drop_labels, 0},                                                    \
        {"norms_read", read_norms, look_norms, drop_norms, 40}, {"norms_pool", pool_norms, FILES, 2},                  \
        {"exam_template", exam_template, FILES, 120}, {"plan_run", plan_run, look_plan, drop_plan, 60},                \
        {"plan_write", write_plan, FILES, 30}, {"exercise_svg", draw_exercise, look_text, drop_exercise, 0},           \
        {"output_commit", put_in_place, FILES, 30},                                                                    \
        {"cycle_find_threshold", find_threshold, look_threshold, drop_files, 4},                                       \
        {"cycle_sobol_run", sobol, look_sobol, drop_sobol, 4}, {"report_butterfly_write", write_butterfly, FILES, 30},

#endif
