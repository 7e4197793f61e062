/* The forecast as a file: written whole, read back for the report. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"
#include "fields.h"
#include "file.h"
#include "json.h"
#include "provenance.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The one tag that says what the file is. */
static const char kind[] = "fascicle-forecast-2";

/* The scalar members; bands, stages and what counts by level or schedule is beside them in the file. */
static const fsc_field site_fields[] = {FSC_FIELD(fsc_forecast_site, level, TEXT),
                                        FSC_FIELD(fsc_forecast_site, layer, TEXT),
                                        FSC_FIELD_WORD(fsc_forecast_site, side, fsc_side_words),
                                        FSC_FIELD(fsc_forecast_site, pdff_fraction, NUMBER),
                                        FSC_FIELD(fsc_forecast_site, pdff_se_fraction, NUMBER),
                                        FSC_FIELD(fsc_forecast_site, departs, NUMBER),
                                        FSC_FIELD(fsc_forecast_site, misfit, FLAG),
                                        FSC_FIELD(fsc_forecast_site, recovers, NUMBER),
                                        FSC_FIELD_END};
static const fsc_field level_fields[] = {FSC_FIELD(fsc_forecast_level, level, TEXT),
                                         FSC_FIELD(fsc_forecast_level, struck, NUMBER),
                                         FSC_FIELD(fsc_forecast_level, departs, NUMBER), FSC_FIELD_END};
static const fsc_field story_fields[] = {FSC_FIELD(fsc_forecast_story, order_known, FLAG),
                                         FSC_FIELD(fsc_forecast_story, order_sentence, TEXT), FSC_FIELD_END};
static const fsc_field use_fields[] = {
    FSC_FIELD(fsc_forecast_use, field, TEXT), FSC_FIELD(fsc_forecast_use, what, TEXT),
    FSC_FIELD(fsc_forecast_use, factor, NUMBER), FSC_FIELD(fsc_forecast_use, used, FLAG), FSC_FIELD_END};
static const fsc_field schedule_fields[] = {FSC_FIELD(fsc_forecast_schedule, name, TEXT),
                                            FSC_FIELD(fsc_forecast_schedule, description, TEXT), FSC_FIELD_END};
static const fsc_field stands_on_fields[] = {FSC_FIELD_AS("literature", fsc_forecast, n_literature, INT32),
                                             FSC_FIELD_AS("assumption", fsc_forecast, n_assumption, INT32),
                                             FSC_FIELD_AS("fixed_assumption", fsc_forecast, n_fixed_assumption, INT32),
                                             FSC_FIELD_END};
static const fsc_field head_fields[] = {FSC_FIELD(fsc_forecast, within, TEXT),
                                        FSC_FIELD(fsc_forecast, honesty, TEXT),
                                        FSC_FIELD(fsc_forecast, treatment, TEXT),
                                        FSC_FIELD(fsc_forecast, nothing_departs, FLAG),
                                        FSC_FIELD(fsc_forecast, nothing, TEXT),
                                        FSC_FIELD(fsc_forecast, library, TEXT),
                                        FSC_FIELD(fsc_forecast, injured_prior, NUMBER),
                                        FSC_FIELD(fsc_forecast, injured, NUMBER),
                                        FSC_FIELD(fsc_forecast, spread, NUMBER),
                                        FSC_FIELD(fsc_forecast, n_visit, INT32),
                                        FSC_FIELD(fsc_forecast, n_member, INT32),
                                        FSC_FIELD(fsc_forecast, days_since_injury, NUMBER),
                                        FSC_FIELD_END};

static fsc_json *band_json(fsc_band b) {
    fsc_json *array = fsc_json_array();
    const double value[5] = {b.p05, b.p25, b.p50, b.p75, b.p95};
    for (int i = 0; i < 5; i++) fsc_json_append_number(array, value[i]);
    return array;
}

static fsc_band band_from(const fsc_json *array) {
    return (fsc_band){fsc_json_number(fsc_json_at(array, 0)), fsc_json_number(fsc_json_at(array, 1)),
                      fsc_json_number(fsc_json_at(array, 2)), fsc_json_number(fsc_json_at(array, 3)),
                      fsc_json_number(fsc_json_at(array, 4))};
}

static fsc_json *bands_json(const fsc_band *band) {
    fsc_json *array = fsc_json_array();
    for (int t = 0; t < FSC_FORECAST_N_DAY; t++) fsc_json_append(array, band_json(band[t]));
    return array;
}

static void bands_from(fsc_band *band, const fsc_json *array) {
    for (int t = 0; t < FSC_FORECAST_N_DAY; t++) band[t] = band_from(fsc_json_at(array, t));
}

static fsc_json *stages_json(const double *stage) {
    fsc_json *object = fsc_json_object();
    for (int k = 0; k < FSC_STAGE_N; k++) fsc_json_set_number(object, fsc_stage_text((fsc_stage)k), stage[k]);
    return object;
}

static void stages_from(double *stage, const fsc_json *object) {
    for (int k = 0; k < FSC_STAGE_N; k++)
        stage[k] = fsc_json_number(fsc_json_get(object, fsc_stage_text((fsc_stage)k)));
}

static fsc_json *site_json(const fsc_forecast *f, const fsc_forecast_site *site) {
    fsc_json *object = fsc_json_object(), *pdff = fsc_json_object();
    fsc_fields_write(object, site_fields, site);
    fsc_json_set(object, "stage", stages_json(site->stage));
    for (int32_t s = 0; s < f->n_schedule; s++)
        fsc_json_set(pdff, f->schedule[s].name, bands_json(site->pdff + s * FSC_FORECAST_N_DAY));
    fsc_json_set(object, "pdff_forecast_fraction", pdff);
    return object;
}

static void site_from(fsc_forecast_site *site, const fsc_forecast *f, const fsc_json *object) {
    const fsc_json *pdff = fsc_json_get(object, "pdff_forecast_fraction");
    fsc_fields_read(site, site_fields, object);
    stages_from(site->stage, fsc_json_get(object, "stage"));
    for (int32_t s = 0; s < f->n_schedule; s++)
        bands_from(site->pdff + s * FSC_FORECAST_N_DAY, fsc_json_get(pdff, f->schedule[s].name));
}

static fsc_json *level_json(const fsc_forecast_level *level) {
    fsc_json *object = fsc_json_object();
    fsc_fields_write(object, level_fields, level);
    fsc_json_set(object, "onset_days_before_visit", band_json(level->onset_day));
    return object;
}

static fsc_json *person_json(const fsc_forecast *f, const fsc_band *person) {
    fsc_json *object = fsc_json_object();
    for (int32_t s = 0; s < f->n_schedule; s++) {
        fsc_json *schedule = fsc_json_object();
        for (int q = 0; q < FSC_PERSON_N; q++)
            fsc_json_set(schedule, fsc_person_quantity_text((fsc_person_quantity)q),
                         bands_json(person + (s * FSC_PERSON_N + q) * FSC_FORECAST_N_DAY));
        fsc_json_set(object, f->schedule[s].name, schedule);
    }
    return object;
}

static fsc_json *story_json(const fsc_forecast *f, const fsc_forecast_story *story) {
    fsc_json *object = fsc_json_object(), *sites = fsc_json_array(), *levels = fsc_json_array();
    fsc_json *before = fsc_json_array();
    fsc_json_set_string(object, "story", fsc_cycle_story_text(story->story));
    fsc_fields_write(object, story_fields, story);
    for (int32_t i = 0; i < f->n_level; i++) {
        fsc_json *row = fsc_json_array();
        for (int32_t j = 0; j < f->n_level; j++) fsc_json_append_number(row, story->before[i * f->n_level + j]);
        fsc_json_append(before, row);
        fsc_json_append(levels, level_json(&story->level[i]));
    }
    for (int32_t i = 0; i < f->n_site; i++) fsc_json_append(sites, site_json(f, &story->site[i]));
    fsc_json_set(object, "stage_prior", stages_json(story->stage_prior));
    fsc_json_set(object, "levels", levels);
    fsc_json_set(object, "struck_before", before);
    fsc_json_set(object, "sites", sites);
    fsc_json_set(object, "person", person_json(f, story->person));
    return object;
}

static void story_from(fsc_forecast_story *story, const fsc_forecast *f, const fsc_json *object) {
    const fsc_json *levels = fsc_json_get(object, "levels"), *before = fsc_json_get(object, "struck_before");
    stages_from(story->stage_prior, fsc_json_get(object, "stage_prior"));
    fsc_fields_read(story, story_fields, object);
    for (int32_t i = 0; i < f->n_level; i++) {
        const fsc_json *level = fsc_json_at(levels, i);
        fsc_forecast_level *out = &story->level[i];
        fsc_fields_read(out, level_fields, level);
        out->onset_day = band_from(fsc_json_get(level, "onset_days_before_visit"));
        for (int32_t j = 0; j < f->n_level; j++)
            story->before[i * f->n_level + j] = fsc_json_number(fsc_json_at(fsc_json_at(before, i), j));
    }
    for (int32_t i = 0; i < f->n_site; i++)
        site_from(&story->site[i], f, fsc_json_at(fsc_json_get(object, "sites"), i));
    for (int32_t s = 0; s < f->n_schedule; s++) {
        const fsc_json *schedule = fsc_json_get(fsc_json_get(object, "person"), f->schedule[s].name);
        for (int q = 0; q < FSC_PERSON_N; q++)
            bands_from(story->person + (s * FSC_PERSON_N + q) * FSC_FORECAST_N_DAY,
                       fsc_json_get(schedule, fsc_person_quantity_text((fsc_person_quantity)q)));
    }
}

static fsc_json *list_json(const fsc_field *field, const void *item, size_t stride, int32_t n) {
    fsc_json *array = fsc_json_array();
    for (int32_t i = 0; i < n; i++) {
        fsc_json *object = fsc_json_object();
        fsc_fields_write(object, field, (const char *)item + (size_t)i * stride);
        fsc_json_append(array, object);
    }
    return array;
}

static void set_head(fsc_json *root, const fsc_forecast *f, const fsc_recipe *recipe) {
    fsc_json *days = fsc_json_array(), *told = fsc_json_array(), *stands_on = fsc_json_object();
    fsc_provenance_set(
        root, recipe,
        "Stage, onset, order and forecast of muscle sites within the injury-cycle model, under two rival "
        "stories. Bands are the 5, 25, 50, 75 and 95 % points.",
        0);
    fsc_json_set_string(root, "kind", kind);
    fsc_fields_write(root, head_fields, f);
    fsc_fields_write(stands_on, stands_on_fields, f);
    fsc_json_set(root, "stands_on", stands_on);
    for (int k = 0; k < FSC_STAGE_N; k++) fsc_json_append_number(told, f->stage_told[k] != 0);
    fsc_json_set(root, "stage_told", told);
    fsc_json_set(root, "exam_fields", list_json(use_fields, f->use, sizeof *f->use, f->n_use));
    for (int t = 0; t < FSC_FORECAST_N_DAY; t++) fsc_json_append_number(days, fsc_forecast_days()[t]);
    fsc_json_set(root, "days_after_last_visit", days);
    fsc_json_set(root, "schedules", list_json(schedule_fields, f->schedule, sizeof *f->schedule, f->n_schedule));
}

fsc_status fsc_forecast_write(const fsc_forecast *forecast, const char *dir, const char *name, const fsc_recipe *recipe,
                              fsc_error *err) {
    char path[4096], file[512];
    snprintf(file, sizeof file, "%s_forecast.json", name);
    FSC_TRY(fsc_file_join(path, sizeof path, dir, file, err));
    FSC_TRY(fsc_file_make_folder(dir, err));
    fsc_json *root = fsc_json_object(), *stories = fsc_json_array();
    set_head(root, forecast, recipe);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) fsc_json_append(stories, story_json(forecast, &forecast->story[s]));
    fsc_json_set(root, "stories", stories);
    fsc_json_set(root, "notes", fsc_notes_json(&forecast->notes));
    const fsc_status status = fsc_json_write(root, path, err);
    fsc_json_free(root);
    return status;
}

static void read_head(fsc_forecast *f, const fsc_json *root) {
    const fsc_json *uses = fsc_json_get(root, "exam_fields"), *told = fsc_json_get(root, "stage_told");
    fsc_fields_read(f, head_fields, root);
    fsc_fields_read(f, stands_on_fields, fsc_json_get(root, "stands_on"));
    for (int k = 0; k < FSC_STAGE_N; k++) f->stage_told[k] = fsc_json_number(fsc_json_at(told, k)) > 0;
    for (int64_t i = 0; i < fsc_json_length(uses) && f->n_use < FSC_FORECAST_N_USE; i++)
        fsc_fields_read(&f->use[f->n_use++], use_fields, fsc_json_at(uses, i));
    for (int32_t s = 0; s < f->n_schedule; s++)
        fsc_fields_read(&f->schedule[s], schedule_fields, fsc_json_at(fsc_json_get(root, "schedules"), s));
    fsc_notes_from_json(&f->notes, fsc_json_get(root, "notes"));
}

/* The two stories must both be there, with the same sites and levels. */
static fsc_status read_root(fsc_forecast **out, const fsc_json *root, const char *path, fsc_error *err) {
    const char *found = fsc_json_string(fsc_json_get(root, "kind"));
    const fsc_json *stories = fsc_json_get(root, "stories"), *first = fsc_json_at(stories, 0);
    const int64_t n_site = fsc_json_length(fsc_json_get(first, "sites"));
    const int64_t n_level = fsc_json_length(fsc_json_get(first, "levels"));
    const int64_t n_schedule = fsc_json_length(fsc_json_get(root, "schedules"));
    int whole = found && strcmp(found, kind) == 0 && fsc_json_length(stories) == FSC_CYCLE_N_STORY && n_site > 0 &&
                n_site <= 1024 && n_level > 0 && n_level <= 64 && n_schedule > 0 && n_schedule <= FSC_SCHEDULE_MAX;
    for (int s = 0; whole && s < FSC_CYCLE_N_STORY; s++) {
        const fsc_json *story = fsc_json_at(stories, s);
        const char *text = fsc_json_string(fsc_json_get(story, "story"));
        whole = text && strcmp(text, fsc_cycle_story_text((fsc_cycle_story)s)) == 0 &&
                fsc_json_length(fsc_json_get(story, "sites")) == n_site &&
                fsc_json_length(fsc_json_get(story, "levels")) == n_level;
    }
    if (!whole) return fsc_fail(err, FSC_E_FORMAT, "'%s' is no forecast of this program, or not a whole one", path);
    FSC_TRY(fsc_forecast_new(out, (int32_t)n_site, (int32_t)n_level, (int32_t)n_schedule, err));
    read_head(*out, root);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) story_from(&(*out)->story[s], *out, fsc_json_at(stories, s));
    return FSC_OK;
}

fsc_status fsc_forecast_read(fsc_forecast **out, const char *path, fsc_error *err) {
    fsc_json *root = NULL;
    *out = NULL;
    FSC_TRY(fsc_json_read(&root, path, err));
    fsc_status status = read_root(out, root, path, err);
    if (status == FSC_OK) status = fsc_notes_check(&(*out)->notes, err);
    fsc_json_free(root);
    if (status == FSC_OK) return FSC_OK;
    fsc_forecast_free(*out);
    *out = NULL;
    return status;
}
