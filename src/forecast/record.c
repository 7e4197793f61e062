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
    fsc_json_set_string(object, "level", site->level);
    fsc_json_set_string(object, "layer", site->layer);
    fsc_json_set_string(object, "side", fsc_side_text(site->side));
    fsc_json_set_number(object, "pdff_fraction", site->pdff_fraction);
    fsc_json_set_number(object, "pdff_se_fraction", site->pdff_se_fraction);
    fsc_json_set_number(object, "departs", site->departs);
    fsc_json_set_bool(object, "misfit", site->misfit);
    fsc_json_set(object, "stage", stages_json(site->stage));
    for (int32_t s = 0; s < f->n_schedule; s++)
        fsc_json_set(pdff, f->schedule[s].name, bands_json(site->pdff + s * FSC_FORECAST_N_DAY));
    fsc_json_set(object, "pdff_forecast_fraction", pdff);
    fsc_json_set_number(object, "recovers", site->recovers);
    return object;
}

static void site_from(fsc_forecast_site *site, const fsc_forecast *f, const fsc_json *object) {
    const fsc_json *pdff = fsc_json_get(object, "pdff_forecast_fraction");
    const char *level = fsc_json_string(fsc_json_get(object, "level"));
    const char *layer = fsc_json_string(fsc_json_get(object, "layer"));
    const char *side = fsc_json_string(fsc_json_get(object, "side"));
    fsc_copy_text(site->level, sizeof site->level, level ? level : "");
    fsc_copy_text(site->layer, sizeof site->layer, layer ? layer : "");
    site->side = FSC_SIDE_LEFT;
    if (side && strcmp(side, "right") == 0) site->side = FSC_SIDE_RIGHT;
    if (side && strcmp(side, "both") == 0) site->side = FSC_SIDE_BOTH;
    site->pdff_fraction = fsc_json_number(fsc_json_get(object, "pdff_fraction"));
    site->pdff_se_fraction = fsc_json_number(fsc_json_get(object, "pdff_se_fraction"));
    site->departs = fsc_json_number(fsc_json_get(object, "departs"));
    site->misfit = fsc_json_bool(fsc_json_get(object, "misfit"), 0);
    stages_from(site->stage, fsc_json_get(object, "stage"));
    for (int32_t s = 0; s < f->n_schedule; s++)
        bands_from(site->pdff + s * FSC_FORECAST_N_DAY, fsc_json_get(pdff, f->schedule[s].name));
    site->recovers = fsc_json_number(fsc_json_get(object, "recovers"));
}

static fsc_json *level_json(const fsc_forecast_level *level) {
    fsc_json *object = fsc_json_object();
    fsc_json_set_string(object, "level", level->level);
    fsc_json_set_number(object, "struck", level->struck);
    fsc_json_set(object, "onset_days_before_visit", band_json(level->onset_day));
    fsc_json_set_number(object, "departs", level->departs);
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
    fsc_json_set_bool(object, "order_known", story->order_known);
    fsc_json_set_string(object, "order_sentence", story->order_sentence);
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
    const char *sentence = fsc_json_string(fsc_json_get(object, "order_sentence"));
    stages_from(story->stage_prior, fsc_json_get(object, "stage_prior"));
    story->order_known = fsc_json_bool(fsc_json_get(object, "order_known"), 0);
    fsc_copy_text(story->order_sentence, sizeof story->order_sentence, sentence ? sentence : "");
    for (int32_t i = 0; i < f->n_level; i++) {
        const fsc_json *level = fsc_json_at(levels, i);
        fsc_forecast_level *out = &story->level[i];
        const char *name = fsc_json_string(fsc_json_get(level, "level"));
        fsc_copy_text(out->level, sizeof out->level, name ? name : "");
        out->struck = fsc_json_number(fsc_json_get(level, "struck"));
        out->onset_day = band_from(fsc_json_get(level, "onset_days_before_visit"));
        out->departs = fsc_json_number(fsc_json_get(level, "departs"));
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

/* What of the exam was used, and whether anything departs. */
static void set_person(fsc_json *root, const fsc_forecast *f) {
    fsc_json *uses = fsc_json_array(), *told = fsc_json_array();
    fsc_json_set_bool(root, "nothing_departs", f->nothing_departs);
    fsc_json_set_string(root, "nothing", f->nothing[0] ? f->nothing : NULL);
    fsc_json_set_string(root, "library", f->library);
    fsc_json_set_number(root, "injured_prior", f->injured_prior);
    fsc_json_set_number(root, "injured", f->injured);
    fsc_json_set_number(root, "spread", f->spread);
    for (int k = 0; k < FSC_STAGE_N; k++) fsc_json_append_number(told, f->stage_told[k] != 0);
    fsc_json_set(root, "stage_told", told);
    for (int32_t i = 0; i < f->n_use; i++) {
        fsc_json *use = fsc_json_object();
        fsc_json_set_string(use, "field", f->use[i].field);
        fsc_json_set_string(use, "what", f->use[i].what);
        fsc_json_set_number(use, "factor", f->use[i].factor);
        fsc_json_set_bool(use, "used", f->use[i].used);
        fsc_json_append(uses, use);
    }
    fsc_json_set(root, "exam_fields", uses);
}

static void set_head(fsc_json *root, const fsc_forecast *f, const fsc_recipe *recipe) {
    fsc_json *days = fsc_json_array(), *schedules = fsc_json_array(), *stands_on = fsc_json_object();
    fsc_provenance_set(
        root, recipe,
        "Stage, onset, order and forecast of muscle sites within the injury-cycle model, under two rival "
        "stories. Bands are the 5, 25, 50, 75 and 95 % points.",
        0);
    fsc_json_set_string(root, "kind", kind);
    fsc_json_set_string(root, "within", f->within);
    fsc_json_set_string(root, "honesty", f->honesty);
    fsc_json_set_string(root, "treatment", f->treatment);
    fsc_json_set_integer(stands_on, "literature", f->n_literature);
    fsc_json_set_integer(stands_on, "assumption", f->n_assumption);
    fsc_json_set_integer(stands_on, "fixed_assumption", f->n_fixed_assumption);
    fsc_json_set(root, "stands_on", stands_on);
    set_person(root, f);
    fsc_json_set_integer(root, "n_visit", f->n_visit);
    fsc_json_set_integer(root, "n_member", f->n_member);
    fsc_json_set_number(root, "days_since_injury", f->days_since_injury);
    for (int t = 0; t < FSC_FORECAST_N_DAY; t++) fsc_json_append_number(days, fsc_forecast_days()[t]);
    fsc_json_set(root, "days_after_last_visit", days);
    for (int32_t s = 0; s < f->n_schedule; s++) {
        fsc_json *schedule = fsc_json_object();
        fsc_json_set_string(schedule, "name", f->schedule[s].name);
        fsc_json_set_string(schedule, "description", f->schedule[s].description);
        fsc_json_append(schedules, schedule);
    }
    fsc_json_set(root, "schedules", schedules);
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

static void read_text(char *out, size_t size, const fsc_json *root, const char *key) {
    const char *text = fsc_json_string(fsc_json_get(root, key));
    fsc_copy_text(out, size, text ? text : "");
}

static int32_t read_count(const fsc_json *object, const char *key) {
    const double value = fsc_json_number(fsc_json_get(object, key));
    return value >= 0 && value < 1e9 ? (int32_t)value : 0;
}

static void read_person(fsc_forecast *f, const fsc_json *root) {
    const fsc_json *uses = fsc_json_get(root, "exam_fields"), *told = fsc_json_get(root, "stage_told");
    f->nothing_departs = fsc_json_bool(fsc_json_get(root, "nothing_departs"), 0);
    read_text(f->nothing, sizeof f->nothing, root, "nothing");
    read_text(f->library, sizeof f->library, root, "library");
    f->injured_prior = fsc_json_number(fsc_json_get(root, "injured_prior"));
    f->injured = fsc_json_number(fsc_json_get(root, "injured"));
    f->spread = fsc_json_number(fsc_json_get(root, "spread"));
    for (int k = 0; k < FSC_STAGE_N; k++) f->stage_told[k] = fsc_json_number(fsc_json_at(told, k)) > 0;
    for (int64_t i = 0; i < fsc_json_length(uses) && f->n_use < FSC_FORECAST_N_USE; i++) {
        const fsc_json *use = fsc_json_at(uses, i);
        fsc_forecast_use *out = &f->use[f->n_use++];
        read_text(out->field, sizeof out->field, use, "field");
        read_text(out->what, sizeof out->what, use, "what");
        out->factor = fsc_json_number(fsc_json_get(use, "factor"));
        out->used = fsc_json_bool(fsc_json_get(use, "used"), 0);
    }
}

static void read_head(fsc_forecast *f, const fsc_json *root) {
    read_person(f, root);
    const fsc_json *stands_on = fsc_json_get(root, "stands_on"), *notes = fsc_json_get(root, "notes");
    read_text(f->within, sizeof f->within, root, "within");
    read_text(f->honesty, sizeof f->honesty, root, "honesty");
    read_text(f->treatment, sizeof f->treatment, root, "treatment");
    f->n_literature = read_count(stands_on, "literature");
    f->n_assumption = read_count(stands_on, "assumption");
    f->n_fixed_assumption = read_count(stands_on, "fixed_assumption");
    f->n_visit = read_count(root, "n_visit");
    f->n_member = read_count(root, "n_member");
    f->days_since_injury = fsc_json_number(fsc_json_get(root, "days_since_injury"));
    for (int32_t s = 0; s < f->n_schedule; s++) {
        const fsc_json *schedule = fsc_json_at(fsc_json_get(root, "schedules"), s);
        read_text(f->schedule[s].name, sizeof f->schedule[s].name, schedule, "name");
        read_text(f->schedule[s].description, sizeof f->schedule[s].description, schedule, "description");
    }
    fsc_notes_from_json(&f->notes, notes);
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
    const fsc_status status = read_root(out, root, path, err);
    fsc_json_free(root);
    return status;
}
