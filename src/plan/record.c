/* The plan as _plan.json: one table of fields a record, for writing and for reading. */
#include "alloc.h"
#include "fail.h"
#include "fields.h"
#include "file.h"
#include "format.h"
#include "planner.h"
#include "provenance.h"
#include "schema.h"

#include <stdio.h>
#include <string.h>

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

static const char *const states[] = {"stop", "scope", "ask", "ready"};
enum { STATES = sizeof states / sizeof *states };

const char *fsc_plan_state_text(fsc_plan_state state) {
    return states[(unsigned)state < STATES ? state : FSC_PLAN_ASK];
}

static const fsc_field plan_fields[] = {FSC_FIELD(fsc_plan, participant, TEXT),
                                        FSC_FIELD(fsc_plan, session, TEXT),
                                        FSC_FIELD(fsc_plan, date, TEXT),
                                        FSC_FIELD(fsc_plan, age_years, NUMBER),
                                        FSC_FIELD_WORD(fsc_plan, sex, fsc_sex_words),
                                        FSC_FIELD(fsc_plan, signature, TEXT),
                                        FSC_FIELD(fsc_plan, radiology, TEXT),
                                        FSC_FIELD_END};
static const fsc_field ask_fields[] = {FSC_FIELD(fsc_question, key, TEXT), FSC_FIELD(fsc_question, text, TEXT),
                                       FSC_FIELD(fsc_question, holds, FLAG), FSC_FIELD(fsc_question, rows, TEXT),
                                       FSC_FIELD_END};
static const fsc_field flag_fields[] = {
    FSC_FIELD_AS("flag", fsc_red_flag, key, TEXT), FSC_FIELD(fsc_red_flag, effect, TEXT),
    FSC_FIELD(fsc_red_flag, urgency, TEXT),        FSC_FIELD(fsc_red_flag, suspected, TEXT),
    FSC_FIELD(fsc_red_flag, finding, TEXT),        FSC_FIELD(fsc_red_flag, action, TEXT),
    FSC_FIELD(fsc_red_flag, plain, TEXT),          FSC_FIELD(fsc_red_flag, grade, TEXT),
    FSC_FIELD(fsc_red_flag, rows, TEXT),           FSC_FIELD_END};
static const fsc_field hold_fields[] = {FSC_FIELD(fsc_plan_hold, rule, TEXT),
                                        FSC_FIELD(fsc_plan_hold, why, TEXT),
                                        FSC_FIELD(fsc_plan_hold, what, TEXT),
                                        FSC_FIELD(fsc_plan_hold, plain, TEXT),
                                        FSC_FIELD(fsc_plan_hold, by_whom, TEXT),
                                        FSC_FIELD(fsc_plan_hold, review_weeks, NUMBER),
                                        FSC_FIELD(fsc_plan_hold, withheld, TEXT),
                                        FSC_FIELD(fsc_plan_hold, kept_out, TEXT),
                                        FSC_FIELD(fsc_plan_hold, grade, TEXT),
                                        FSC_FIELD(fsc_plan_hold, rows, TEXT),
                                        FSC_FIELD_END};
static const fsc_field region_fields[] = {FSC_FIELD(fsc_plan_region, where, TEXT),
                                          FSC_FIELD(fsc_plan_region, region, TEXT),
                                          FSC_FIELD(fsc_plan_region, level_first, TEXT),
                                          FSC_FIELD(fsc_plan_region, level_last, TEXT),
                                          FSC_FIELD_WORD(fsc_plan_region, side, fsc_side_words),
                                          FSC_FIELD(fsc_plan_region, exam_agrees, FLAG),
                                          FSC_FIELD(fsc_plan_region, map_agrees, FLAG),
                                          FSC_FIELD(fsc_plan_region, use, TEXT),
                                          FSC_FIELD(fsc_plan_region, rows, TEXT),
                                          FSC_FIELD_END};
static const fsc_field step_fields[] = {FSC_FIELD(fsc_plan_step, rule, TEXT),
                                        FSC_FIELD(fsc_plan_step, layer, INT32),
                                        FSC_FIELD_AS("class", fsc_plan_step, treatment, TEXT),
                                        FSC_FIELD(fsc_plan_step, what, TEXT),
                                        FSC_FIELD(fsc_plan_step, plain, TEXT),
                                        FSC_FIELD(fsc_plan_step, region, TEXT),
                                        FSC_FIELD(fsc_plan_step, where, TEXT),
                                        FSC_FIELD(fsc_plan_step, by_whom, TEXT),
                                        FSC_FIELD(fsc_plan_step, intensity, TEXT),
                                        FSC_FIELD(fsc_plan_step, dose, TEXT),
                                        FSC_FIELD(fsc_plan_step, start_week, NUMBER),
                                        FSC_FIELD(fsc_plan_step, review_week, NUMBER),
                                        FSC_FIELD(fsc_plan_step, measure, TEXT),
                                        FSC_FIELD(fsc_plan_step, progress, TEXT),
                                        FSC_FIELD(fsc_plan_step, regress, TEXT),
                                        FSC_FIELD(fsc_plan_step, waits_for, TEXT),
                                        FSC_FIELD(fsc_plan_step, not_yet, TEXT),
                                        FSC_FIELD(fsc_plan_step, grade, TEXT),
                                        FSC_FIELD(fsc_plan_step, contested, FLAG),
                                        FSC_FIELD(fsc_plan_step, sides_for, TEXT),
                                        FSC_FIELD(fsc_plan_step, sides_against, TEXT),
                                        FSC_FIELD(fsc_plan_step, rows, TEXT),
                                        FSC_FIELD_END};
static const fsc_field topic_fields[] = {
    FSC_FIELD(fsc_plan_topic, rule, TEXT),          FSC_FIELD_AS("class", fsc_plan_topic, treatment, TEXT),
    FSC_FIELD(fsc_plan_topic, title, TEXT),         FSC_FIELD(fsc_plan_topic, sides_for, TEXT),
    FSC_FIELD(fsc_plan_topic, sides_against, TEXT), FSC_FIELD(fsc_plan_topic, plain, TEXT),
    FSC_FIELD(fsc_plan_topic, instead, TEXT),       FSC_FIELD(fsc_plan_topic, by_whom, TEXT),
    FSC_FIELD(fsc_plan_topic, grade, TEXT),         FSC_FIELD(fsc_plan_topic, contested, FLAG),
    FSC_FIELD(fsc_plan_topic, rows, TEXT),          FSC_FIELD_END};
static const fsc_field card_fields[] = {FSC_FIELD(fsc_plan_card, summary, TEXT),
                                        FSC_FIELD(fsc_plan_card, indicator, TEXT),
                                        FSC_FIELD(fsc_plan_card, detail, TEXT), FSC_FIELD_END};
static const fsc_field unknown_fields[] = {FSC_FIELD(fsc_plan_unknown, text, TEXT),
                                           FSC_FIELD(fsc_plan_unknown, rows, TEXT), FSC_FIELD_END};
static const fsc_field exercise_fields[] = {FSC_FIELD(fsc_plan_exercise, id, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, rule, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, name, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, purpose, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, how, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, dose, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, feel, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, easier, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, harder, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, stop_signs, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, does_not, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, equipment, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, minutes, NUMBER),
                                            FSC_FIELD(fsc_plan_exercise, days_a_week, NUMBER),
                                            FSC_FIELD(fsc_plan_exercise, n_phase, INT32),
                                            FSC_FIELD(fsc_plan_exercise, grade, TEXT),
                                            FSC_FIELD(fsc_plan_exercise, contested, FLAG),
                                            FSC_FIELD(fsc_plan_exercise, rows, TEXT),
                                            FSC_FIELD_END};
static const fsc_field sentence_fields[] = {
    FSC_FIELD(fsc_plan_sentence, key, TEXT),       FSC_FIELD(fsc_plan_sentence, part, TEXT),
    FSC_FIELD(fsc_plan_sentence, reader, TEXT),    FSC_FIELD(fsc_plan_sentence, text, TEXT),
    FSC_FIELD(fsc_plan_sentence, grade, TEXT),     FSC_FIELD(fsc_plan_sentence, rows, TEXT),
    FSC_FIELD(fsc_plan_sentence, contested, FLAG), FSC_FIELD_END};
static const fsc_field measure_fields[] = {FSC_FIELD(fsc_plan_measure, name, TEXT),
                                           FSC_FIELD(fsc_plan_measure, now, NUMBER),
                                           FSC_FIELD(fsc_plan_measure, least_change, NUMBER),
                                           FSC_FIELD(fsc_plan_measure, unit, TEXT),
                                           FSC_FIELD(fsc_plan_measure, text, TEXT),
                                           FSC_FIELD(fsc_plan_measure, rows, TEXT),
                                           FSC_FIELD_END};
static const fsc_field follow_up_fields[] = {FSC_FIELD(fsc_plan_follow_up, scan_not_before_weeks, NUMBER),
                                             FSC_FIELD(fsc_plan_follow_up, why, TEXT),
                                             FSC_FIELD(fsc_plan_follow_up, rows, TEXT), FSC_FIELD_END};

/* The arrays of a plan, in one table for writing, reading and freeing. */
typedef struct list_of {
    const char *key;
    const fsc_field *field;
    size_t item_size, at, n_at;
} list_of;
#define LIST(key, type, member, fields)                                                                                \
    { key, fields, sizeof(type), offsetof(fsc_plan, member), offsetof(fsc_plan, n_##member) }
static const list_of lists[] = {LIST("ask", fsc_question, ask, ask_fields),
                                LIST("stop", fsc_red_flag, stop, flag_fields),
                                LIST("refer", fsc_red_flag, refer, flag_fields),
                                LIST("hold_back", fsc_plan_hold, hold_back, hold_fields),
                                LIST("regions", fsc_plan_region, region, region_fields),
                                LIST("steps", fsc_plan_step, step, step_fields),
                                LIST("topics", fsc_plan_topic, topic, topic_fields),
                                LIST("cards", fsc_plan_card, card, card_fields),
                                LIST("not_known", fsc_plan_unknown, not_known, unknown_fields),
                                LIST("home", fsc_plan_exercise, home, exercise_fields),
                                LIST("sentences", fsc_plan_sentence, sentence, sentence_fields)};
enum { LISTS = sizeof lists / sizeof *lists };

void fsc_plan_free(fsc_plan *plan) {
    if (!plan) return;
    for (int k = 0; k < LISTS; k++) {
        void *item;
        memcpy(&item, (char *)plan + lists[k].at, sizeof item);
        fsc_free(item);
    }
    fsc_free(plan->follow_up.measure);
    fsc_free(plan);
}

/* Members that no table of fields can hold: arrays of texts, and the parts of a card. */
static void put_extras(fsc_json *one, const char *key, const void *item) {
    if (strcmp(key, "regions") == 0) {
        const fsc_plan_region *region = item;
        fsc_json *why = fsc_json_array();
        for (int i = 0; i < FSC_PLAN_WHY_COUNT && region->why[i][0]; i++) fsc_json_append_string(why, region->why[i]);
        fsc_json_set(one, "why", why);
    } else if (strcmp(key, "home") == 0) {
        const fsc_plan_exercise *exercise = item;
        fsc_json *caption = fsc_json_array();
        for (int i = 0; i < exercise->n_phase; i++) fsc_json_append_string(caption, exercise->caption[i]);
        fsc_json_set(one, "captions", caption);
    } else if (strcmp(key, "cards") == 0) {
        const fsc_plan_card *card = item;
        fsc_json *source = fsc_json_object(), *reasons = fsc_json_array();
        fsc_json_set_string(source, "label", card->source);
        fsc_json_set(one, "source", source);
        char all[sizeof card->override_reasons], *rest = all;
        memcpy(all, card->override_reasons, sizeof all);
        while (*rest) {
            char *end = strchr(rest, '|');
            if (end) *end = 0;
            fsc_json *reason = fsc_json_object();
            fsc_json_set_string(reason, "display", rest);
            fsc_json_append(reasons, reason);
            if (!end) break;
            rest = end + 1;
        }
        fsc_json_set(one, "overrideReasons", reasons);
    }
}

static void take_texts(char *to, size_t size, int n_most, const fsc_json *array) {
    for (int i = 0; i < n_most && i < fsc_json_length(array); i++)
        fsc_copy_text(to + (size_t)i * size, size, fsc_json_string(fsc_json_at(array, i)));
}

static void take_extras(void *item, const char *key, const fsc_json *one) {
    if (strcmp(key, "regions") == 0) {
        fsc_plan_region *region = item;
        take_texts(region->why[0], sizeof region->why[0], FSC_PLAN_WHY_COUNT, fsc_json_get(one, "why"));
    } else if (strcmp(key, "home") == 0) {
        fsc_plan_exercise *exercise = item;
        take_texts(exercise->caption[0], sizeof exercise->caption[0], FSC_EXERCISE_PHASES,
                   fsc_json_get(one, "captions"));
        if (exercise->n_phase > FSC_EXERCISE_PHASES || exercise->n_phase < 0) exercise->n_phase = 0;
    } else if (strcmp(key, "cards") == 0) {
        fsc_plan_card *card = item;
        const char *label = fsc_json_string(fsc_json_get(fsc_json_get(one, "source"), "label"));
        fsc_copy_text(card->source, sizeof card->source, label ? label : "");
        const fsc_json *reasons = fsc_json_get(one, "overrideReasons");
        for (int64_t i = 0; i < fsc_json_length(reasons); i++) {
            const char *text = fsc_json_string(fsc_json_get(fsc_json_at(reasons, i), "display"));
            const size_t used = strlen(card->override_reasons);
            fsc_format(card->override_reasons + used, sizeof card->override_reasons - used, "%s%s", i ? "|" : "",
                       text ? text : "");
        }
    }
}

static fsc_json *array_of(const char *key, const fsc_field *field, const void *items, size_t size, int32_t n) {
    fsc_json *array = fsc_json_array();
    for (int32_t i = 0; i < n; i++) {
        const char *item = (const char *)items + (size_t)i * size;
        fsc_json *one = fsc_json_object();
        fsc_fields_write(one, field, item);
        put_extras(one, key, item);
        fsc_json_append(array, one);
    }
    return array;
}

fsc_json *fsc_plan_json(const fsc_plan *plan) {
    fsc_json *root = fsc_json_object();
    fsc_json_set_string(root, "schema", "urn:fascicle:schema:plan:1");
    fsc_json_set_string(root, "state", fsc_plan_state_text(plan->state));
    fsc_fields_write(root, plan_fields, plan);
    for (int k = 0; k < LISTS; k++) {
        const list_of *l = &lists[k];
        void *item;
        int32_t n;
        memcpy(&item, (const char *)plan + l->at, sizeof item);
        memcpy(&n, (const char *)plan + l->n_at, sizeof n);
        fsc_json_set(root, l->key, array_of(l->key, l->field, item, l->item_size, n));
    }
    fsc_json *follow_up = fsc_json_object();
    fsc_fields_write(follow_up, follow_up_fields, &plan->follow_up);
    fsc_json_set(follow_up, "measures",
                 array_of("measures", measure_fields, plan->follow_up.measure, sizeof(fsc_plan_measure),
                          plan->follow_up.n_measure));
    fsc_json_set(root, "follow_up", follow_up);
    fsc_json_set(root, "model_view", fsc_plan_view_json(&plan->model_view));
    fsc_json_set(root, "notes", fsc_notes_json(&plan->notes));
    return root;
}

static fsc_status take_list(void **items, int32_t *n, const char *key, const fsc_field *field, size_t size,
                            const fsc_json *array, fsc_error *err) {
    *n = (int32_t)fsc_json_length(array);
    char *item = fsc_alloc(*n, size);
    *items = item;
    if (!item) return fsc_fail_nomem(err, "reading a plan");
    for (int32_t i = 0; i < *n; i++) {
        fsc_fields_read(item + (size_t)i * size, field, fsc_json_at(array, i));
        take_extras(item + (size_t)i * size, key, fsc_json_at(array, i));
    }
    return FSC_OK;
}

static fsc_status from_json(fsc_plan *plan, const fsc_json *root, fsc_error *err) {
    fsc_fields_read(plan, plan_fields, root);
    const char *state = fsc_json_string(fsc_json_get(root, "state"));
    for (int i = 0; state && i < STATES; i++)
        if (strcmp(state, states[i]) == 0) plan->state = (fsc_plan_state)i;
    for (int k = 0; k < LISTS; k++) {
        const list_of *l = &lists[k];
        void *item = NULL;
        int32_t n = 0;
        const fsc_status status = take_list(&item, &n, l->key, l->field, l->item_size, fsc_json_get(root, l->key), err);
        memcpy((char *)plan + l->at, &item, sizeof item);
        memcpy((char *)plan + l->n_at, &n, sizeof n);
        FSC_TRY(status);
    }
    const fsc_json *follow_up = fsc_json_get(root, "follow_up");
    fsc_fields_read(&plan->follow_up, follow_up_fields, follow_up);
    void *measure = NULL;
    FSC_TRY(take_list(&measure, &plan->follow_up.n_measure, "measures", measure_fields, sizeof(fsc_plan_measure),
                      fsc_json_get(follow_up, "measures"), err));
    plan->follow_up.measure = measure;
    fsc_plan_view_from(&plan->model_view, fsc_json_get(root, "model_view"));
    return FSC_OK;
}

FSC_DEFINE_AUTO(fsc_plan, fsc_plan_free)

fsc_status fsc_plan_read(fsc_plan **out, const char *path, fsc_error *err) {
    AUTO_JSON *root = NULL;
    FSC_TRY(fsc_json_read(&root, path, err));
    FSC_TRY(fsc_schema_check(root, "plan", path, err));
    FSC_AUTO(fsc_plan) plan = fsc_alloc(1, sizeof *plan);
    if (!plan) return fsc_fail_nomem(err, "reading a plan");
    FSC_TRY(from_json(plan, root, err));
    FSC_GIVE(out, plan);
    return FSC_OK;
}

static fsc_status path_of(char *out, size_t size, const char *dir, const char *name, const char *suffix,
                          fsc_error *err) {
    char file[256];
    const int n = snprintf(file, sizeof file, "%s%s", name, suffix);
    if (n < 0 || (size_t)n >= sizeof file) return fsc_fail(err, FSC_E_RANGE, "%.60s: name is too long", name);
    return fsc_file_join(out, size, dir, file, err);
}

fsc_status fsc_plan_write(const fsc_plan *plan, const char *dir, const char *name, const fsc_recipe *recipe,
                          fsc_error *err) {
    char path[4096], calendar[4096];
    FSC_TRY(path_of(path, sizeof path, dir, name, "_plan.json", err));
    FSC_TRY(path_of(calendar, sizeof calendar, dir, name, "_plan.ics", err));
    FSC_TRY(fsc_file_make_folder(dir, err));
    AUTO_JSON *root = fsc_plan_json(plan);
    fsc_provenance_set(root, recipe, "Plan: what follows from exam, history and map; no clinician has signed it", 0);
    FSC_TRY(fsc_json_write(root, path, err));
    if (plan->n_home == 0) {
        fsc_file_discard(calendar); /* of an earlier run: a stop leaves no reminder behind */
        return FSC_OK;
    }
    FSC_AUTO_TEXT fsc_text ics = {0};
    fsc_plan_calendar(&ics, plan);
    if (ics.failed) return fsc_fail_nomem(err, "writing reminders");
    return fsc_file_write(calendar, ics.data, ics.length, err);
}

void fsc_plan_free_text(char *text) {
    fsc_free(text);
}
