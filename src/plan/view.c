/* The model's view in the plan's record. */
#include "fields.h"
#include "planner.h"

static const fsc_field view_fields[] = {
    FSC_FIELD(fsc_model_view, made, FLAG),     FSC_FIELD(fsc_model_view, reason, TEXT),
    FSC_FIELD(fsc_model_view, n_tried, INT32), FSC_FIELD(fsc_model_view, cannot_tell, FLAG),
    FSC_FIELD(fsc_model_view, text, TEXT),     FSC_FIELD_END};
static const fsc_field story_fields[] = {FSC_FIELD(fsc_model_view_story, story, TEXT),
                                         FSC_FIELD(fsc_model_view_story, n_people, INT32),
                                         FSC_FIELD(fsc_model_view_story, n_differ, INT32),
                                         FSC_FIELD(fsc_model_view_story, pain_range, NUMBER), FSC_FIELD_END};
static const fsc_field sequence_fields[] = {FSC_FIELD(fsc_model_sequence, what, TEXT),
                                            FSC_FIELD(fsc_model_sequence, share_best, NUMBER), FSC_FIELD_END};

static fsc_json *story_json(const fsc_model_view_story *story) {
    fsc_json *object = fsc_json_object(), *best = fsc_json_array();
    fsc_fields_write(object, story_fields, story);
    for (int k = 0; k < FSC_MODEL_VIEW_BEST && story->best[k].what[0]; k++) {
        fsc_json *sequence = fsc_json_object();
        fsc_fields_write(sequence, sequence_fields, &story->best[k]);
        fsc_json_append(best, sequence);
    }
    fsc_json_set(object, "best", best);
    return object;
}

fsc_json *fsc_plan_view_json(const fsc_model_view *view) {
    fsc_json *object = fsc_json_object(), *stories = fsc_json_array();
    fsc_fields_write(object, view_fields, view);
    for (int s = 0; view->made && s < FSC_CYCLE_N_STORY; s++) fsc_json_append(stories, story_json(&view->story[s]));
    fsc_json_set(object, "stories", stories);
    return object;
}

void fsc_plan_view_from(fsc_model_view *view, const fsc_json *object) {
    const fsc_json *stories = fsc_json_get(object, "stories");
    fsc_fields_read(view, view_fields, object);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_json *story = fsc_json_at(stories, s), *best = fsc_json_get(story, "best");
        fsc_fields_read(&view->story[s], story_fields, story);
        for (int k = 0; k < FSC_MODEL_VIEW_BEST; k++)
            fsc_fields_read(&view->story[s].best[k], sequence_fields, fsc_json_at(best, k));
    }
}
