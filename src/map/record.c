/* The record as JSON and back: one table of fields per struct, so that writer, reader and schema name the same things.
 */
#include "alloc.h"
#include "build.h"
#include "examine.h"
#include "fail.h"
#include "fields.h"
#include "file.h"
#include "provenance.h"
#include "schema.h"
#include "site_fields.h"

#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_map, fsc_map_free)

static const char schema_now[] = "urn:fascicle:schema:map:2";
static const char schema_0_1_0[] = "urn:fascicle:schema:map:1";

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

static const fsc_field acquisition_fields[] = {FSC_FIELD(fsc_acquisition, participant, TEXT),
                                               FSC_FIELD(fsc_acquisition, session, TEXT),
                                               FSC_FIELD(fsc_acquisition, date, TEXT),
                                               FSC_FIELD(fsc_acquisition, manufacturer, TEXT),
                                               FSC_FIELD(fsc_acquisition, device, TEXT),
                                               FSC_FIELD(fsc_acquisition, field_tesla, NUMBER),
                                               FSC_FIELD_WORD(fsc_acquisition, method, fsc_method_words),
                                               FSC_FIELD(fsc_acquisition, n_echo, INT32),
                                               FSC_FIELD(fsc_acquisition, te_first_s, NUMBER),
                                               FSC_FIELD(fsc_acquisition, te_step_s, NUMBER),
                                               FSC_FIELD(fsc_acquisition, flip_angle_deg, NUMBER),
                                               FSC_FIELD(fsc_acquisition, repetition_time_s, NUMBER),
                                               FSC_FIELD(fsc_acquisition, spacing_assumed, FLAG),
                                               FSC_FIELD_END};
static const fsc_field place_fields[] = {FSC_FIELD_WORD(fsc_norm_place, kind, fsc_norm_kind_words),
                                         FSC_FIELD(fsc_norm_place, words, TEXT),
                                         FSC_FIELD(fsc_norm_place, band_low_fraction, NUMBER),
                                         FSC_FIELD(fsc_norm_place, band_high_fraction, NUMBER),
                                         FSC_FIELD(fsc_norm_place, norm_id, TEXT),
                                         FSC_FIELD(fsc_norm_place, failed, TEXT),
                                         FSC_FIELD(fsc_norm_place, reason, TEXT),
                                         FSC_FIELD(fsc_norm_place, caveat, TEXT),
                                         FSC_FIELD(fsc_norm_place, cohort, TEXT),
                                         FSC_FIELD(fsc_norm_place, method, TEXT),
                                         FSC_FIELD(fsc_norm_place, source, TEXT),
                                         FSC_FIELD(fsc_norm_place, status, TEXT),
                                         FSC_FIELD(fsc_norm_place, fact_id, TEXT),
                                         FSC_FIELD(fsc_norm_place, n, NUMBER),
                                         FSC_FIELD(fsc_norm_place, mean_fraction, NUMBER),
                                         FSC_FIELD(fsc_norm_place, sd_fraction, NUMBER),
                                         FSC_FIELD(fsc_norm_place, z, NUMBER),
                                         FSC_FIELD(fsc_norm_place, z_se, NUMBER),
                                         FSC_FIELD(fsc_norm_place, percentile, NUMBER),
                                         FSC_FIELD(fsc_norm_place, percentile_low, NUMBER),
                                         FSC_FIELD(fsc_norm_place, percentile_high, NUMBER),
                                         FSC_FIELD(fsc_norm_place, p95_fraction, NUMBER),
                                         FSC_FIELD_END};
static const fsc_field contrast_fields[] = {FSC_FIELD(fsc_contrast, with, TEXT),
                                            FSC_FIELD(fsc_contrast, difference_fraction, NUMBER),
                                            FSC_FIELD(fsc_contrast, se_fraction, NUMBER),
                                            FSC_FIELD(fsc_contrast, low_fraction, NUMBER),
                                            FSC_FIELD(fsc_contrast, high_fraction, NUMBER),
                                            FSC_FIELD(fsc_contrast, beyond_error, FLAG),
                                            FSC_FIELD(fsc_contrast, reason, TEXT),
                                            FSC_FIELD_END};
static const fsc_field extent_fields[] = {
    FSC_FIELD(fsc_extent, n_voxel, INT64),          FSC_FIELD(fsc_extent, share_over_p95, NUMBER),
    FSC_FIELD(fsc_extent, share_over_cut, NUMBERS), FSC_FIELD(fsc_extent, lean_volume_mm3, NUMBER),
    FSC_FIELD(fsc_extent, lean_csa_mm2, NUMBER),    FSC_FIELD_END};
static const fsc_field grade_fields[] = {FSC_FIELD(fsc_grade, scale, TEXT), FSC_FIELD(fsc_grade, grade, TEXT),
                                         FSC_FIELD(fsc_grade, reason, TEXT), FSC_FIELD(fsc_grade, fact_id, TEXT),
                                         FSC_FIELD_END};
static const fsc_field change_fields[] = {FSC_FIELD(fsc_change, from_session, TEXT),
                                          FSC_FIELD(fsc_change, from_days, NUMBER),
                                          FSC_FIELD(fsc_change, before_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, difference_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, ageing_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, ageing_se_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, net_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, se_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, low_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, high_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, least_real_fraction, NUMBER),
                                          FSC_FIELD(fsc_change, p_adjusted, NUMBER),
                                          FSC_FIELD(fsc_change, real, ANSWER),
                                          FSC_FIELD(fsc_change, reason, TEXT),
                                          FSC_FIELD(fsc_change, fact_ids, TEXT),
                                          FSC_FIELD_END};
static const fsc_field pool_fields[] = {FSC_FIELD(fsc_map_pool, muscle, TEXT),
                                        FSC_FIELD(fsc_map_pool, level_first, TEXT),
                                        FSC_FIELD(fsc_map_pool, level_last, TEXT),
                                        FSC_FIELD(fsc_map_pool, n_voxel, INT64),
                                        FSC_FIELD(fsc_map_pool, pdff_mean_fraction, NUMBER),
                                        FSC_FIELD(fsc_map_pool, pdff_se_fraction, NUMBER),
                                        FSC_FIELD_END};
static const fsc_field run_fields[] = {
    FSC_FIELD(fsc_run, layer, TEXT),       FSC_FIELD_WORD(fsc_run, side, fsc_side_words),
    FSC_FIELD(fsc_run, level_first, TEXT), FSC_FIELD(fsc_run, level_last, TEXT),
    FSC_FIELD(fsc_run, n_level, INT32),    FSC_FIELD(fsc_run, criterion, TEXT),
    FSC_FIELD(fsc_run, text, TEXT),        FSC_FIELD_END};
static const fsc_field threshold_fields[] = {FSC_FIELD(fsc_threshold, applies, FLAG),
                                             FSC_FIELD(fsc_threshold, reason, TEXT),
                                             FSC_FIELD(fsc_threshold, cut_fraction, NUMBER),
                                             FSC_FIELD(fsc_threshold, value_fraction, NUMBER),
                                             FSC_FIELD(fsc_threshold, value_se_fraction, NUMBER),
                                             FSC_FIELD(fsc_threshold, days_since_injury, NUMBER),
                                             FSC_FIELD(fsc_threshold, n, NUMBER),
                                             FSC_FIELD(fsc_threshold, n_severe, NUMBER),
                                             FSC_FIELD(fsc_threshold, sensitivity, NUMBER),
                                             FSC_FIELD(fsc_threshold, specificity, NUMBER),
                                             FSC_FIELD(fsc_threshold, healthy_share_low, NUMBER),
                                             FSC_FIELD(fsc_threshold, healthy_share_high, NUMBER),
                                             FSC_FIELD(fsc_threshold, healthy_share_skewed_low, NUMBER),
                                             FSC_FIELD(fsc_threshold, healthy_share_skewed_high, NUMBER),
                                             FSC_FIELD(fsc_threshold, fact_ids, TEXT),
                                             FSC_FIELD(fsc_threshold, source, TEXT),
                                             FSC_FIELD_END};
static const fsc_field sentence_fields[] = {FSC_FIELD(fsc_sentence, key, TEXT), FSC_FIELD(fsc_sentence, text, TEXT),
                                            FSC_FIELD(fsc_sentence, from, TEXT),
                                            FSC_FIELD(fsc_sentence, contested, FLAG), FSC_FIELD_END};
static const fsc_field map_fields[] = {FSC_FIELD(fsc_map, stop, FLAG),
                                       FSC_FIELD_WORD(fsc_map, label_source, fsc_label_source_words),
                                       FSC_FIELD(fsc_map, muscle_scheme, TEXT),
                                       FSC_FIELD(fsc_map, level_scheme, TEXT),
                                       FSC_FIELD(fsc_map, change_multiplicity, TEXT),
                                       FSC_FIELD_END};
static const fsc_field flag_fields[] = {
    FSC_FIELD(fsc_red_flag, key, TEXT),     FSC_FIELD(fsc_red_flag, effect, TEXT),
    FSC_FIELD(fsc_red_flag, urgency, TEXT), FSC_FIELD(fsc_red_flag, suspected, TEXT),
    FSC_FIELD(fsc_red_flag, finding, TEXT), FSC_FIELD(fsc_red_flag, action, TEXT),
    FSC_FIELD(fsc_red_flag, plain, TEXT),   FSC_FIELD(fsc_red_flag, grade, TEXT),
    FSC_FIELD(fsc_red_flag, rows, TEXT),    FSC_FIELD_END};
static const fsc_field scale_fields[] = {FSC_FIELD(fsc_scale_place, scale, TEXT),
                                         FSC_FIELD(fsc_scale_place, value, TEXT),
                                         FSC_FIELD(fsc_scale_place, band, TEXT),
                                         FSC_FIELD(fsc_scale_place, fact_id, TEXT),
                                         FSC_FIELD(fsc_scale_place, source, TEXT),
                                         FSC_FIELD(fsc_scale_place, status, TEXT),
                                         FSC_FIELD_END};

/* The structs inside a site and inside a pool, by key. */
typedef struct part {
    const char *key;
    const fsc_field *field;
    size_t offset;
} part;
static const part site_parts[] = {
    {"norm", place_fields, offsetof(fsc_map_site, norm)},
    {"norm_other_method", place_fields, offsetof(fsc_map_site, other_method)},
    {"side_difference", contrast_fields, offsetof(fsc_map_site, side)},
    {"level_above_difference", contrast_fields, offsetof(fsc_map_site, above)},
    {"deep_outer_difference", contrast_fields, offsetof(fsc_map_site, depth)},
    {"psoas_difference", contrast_fields, offsetof(fsc_map_site, psoas)},
    {"medial_difference", contrast_fields, offsetof(fsc_map_site, medial)},
    {"level_gradient", contrast_fields, offsetof(fsc_map_site, gradient)},
    {"extent", extent_fields, offsetof(fsc_map_site, extent)},
    {"grade_goutallier", grade_fields, offsetof(fsc_map_site, grade)},
    {"grade_visual_0_1_2", grade_fields, offsetof(fsc_map_site, grade) + sizeof(fsc_grade)},
    {"change", change_fields, offsetof(fsc_map_site, change)}};
static const part pool_parts[] = {{"norm", place_fields, offsetof(fsc_map_pool, norm)},
                                  {"norm_other_method", place_fields, offsetof(fsc_map_pool, other_method)}};
enum { SITE_PARTS = sizeof site_parts / sizeof *site_parts, POOL_PARTS = sizeof pool_parts / sizeof *pool_parts };

static fsc_json *object_of(const fsc_field *field, const void *from) {
    fsc_json *object = fsc_json_object();
    fsc_fields_write(object, field, from);
    return object;
}

static void write_parts(fsc_json *object, const part *p, int n, const void *from) {
    for (int i = 0; i < n; i++) fsc_json_set(object, p[i].key, object_of(p[i].field, (const char *)from + p[i].offset));
}

static fsc_json *array_of(const fsc_field *field, const void *item, size_t size, int32_t n) {
    fsc_json *array = fsc_json_array();
    for (int32_t i = 0; i < n; i++) fsc_json_append(array, object_of(field, (const char *)item + (size_t)i * size));
    return array;
}

static fsc_json *to_json(const fsc_map *map) {
    fsc_json *root = fsc_json_object();
    fsc_json_set_string(root, "schema", schema_now);
    fsc_fields_write(root, map_fields, map);
    const fsc_exam *exam = map->exam;
    fsc_json_set(root, "red_flags_positive",
                 array_of(flag_fields, exam->red_flag, sizeof *exam->red_flag, exam->n_red_flag));
    fsc_json_set(root, "sentences", array_of(sentence_fields, map->sentence, sizeof *map->sentence, map->n_sentence));
    fsc_json_set(root, "acquisition", object_of(acquisition_fields, &map->acquisition));
    fsc_json_set(root, "exam", fsc_exam_json(exam));
    fsc_json_set(root, "exam_scales", array_of(scale_fields, exam->scale, sizeof *exam->scale, exam->n_scale));
    fsc_json_set(root, "threshold", object_of(threshold_fields, &map->threshold));
    fsc_json *cuts = fsc_json_array();
    for (int i = 0; i < FSC_CUT_COUNT; i++) fsc_json_append_number(cuts, fsc_map_cuts()[i]);
    fsc_json_set(root, "cuts_fraction", cuts);
    fsc_json_set(root, "runs", array_of(run_fields, map->run, sizeof *map->run, map->n_run));
    fsc_json *sites = fsc_json_array(), *pools = fsc_json_array();
    for (int32_t i = 0; i < map->n_site; i++) {
        fsc_json *site = object_of(fsc_site_fields, &map->site[i].row);
        write_parts(site, site_parts, SITE_PARTS, &map->site[i]);
        fsc_json_append(sites, site);
    }
    for (int32_t i = 0; i < map->n_pool; i++) {
        fsc_json *pool = object_of(pool_fields, &map->pool[i]);
        write_parts(pool, pool_parts, POOL_PARTS, &map->pool[i]);
        fsc_json_append(pools, pool);
    }
    fsc_json_set(root, "sites", sites);
    fsc_json_set(root, "pools", pools);
    fsc_json_set(root, "notes", fsc_notes_json(&map->notes));
    return root;
}

fsc_status fsc_map_write(const fsc_map *map, const char *dir, const char *name, const fsc_recipe *recipe,
                         fsc_error *err) {
    char file[256], path[4096];
    const int n = snprintf(file, sizeof file, "%s_map.json", name);
    if (n < 0 || (size_t)n >= sizeof file) return fsc_fail(err, FSC_E_RANGE, "%.60s: name is too long", name);
    FSC_TRY(fsc_file_join(path, sizeof path, dir, file, err));
    FSC_TRY(fsc_file_make_folder(dir, err));
    AUTO_JSON *root = to_json(map);
    fsc_provenance_set(root, recipe, "Injury map: one record of one visit", 0);
    return fsc_json_write(root, path, err);
}

fsc_status fsc_map_print(char **text, const fsc_map *map, fsc_error *err) {
    AUTO_JSON *root = to_json(map);
    FSC_AUTO_TEXT fsc_text out = {0};
    FSC_TRY(fsc_json_print(&out, root, err));
    *text = out.data;
    memset(&out, 0, sizeof out);
    return FSC_OK;
}

void fsc_map_free_text(char *text) {
    fsc_free(text);
}

/* An owned array of n zeroed items filled from a JSON array; NULL when memory is out. */
static void *read_array(int32_t *n, const fsc_json *array, const fsc_field *field, size_t size) {
    *n = (int32_t)fsc_json_length(array);
    char *item = fsc_alloc(*n, size);
    for (int32_t i = 0; item && i < *n; i++) fsc_fields_read(item + (size_t)i * size, field, fsc_json_at(array, i));
    return item;
}

static void read_parts(void *items, size_t size, int32_t n, const fsc_json *array, const part *p, int n_part) {
    for (int32_t i = 0; i < n; i++)
        for (int k = 0; k < n_part; k++)
            fsc_fields_read((char *)items + (size_t)i * size + p[k].offset, p[k].field,
                            fsc_json_get(fsc_json_at(array, i), p[k].key));
}

/* A member of a value that is still ours alone. */
static fsc_json *own(const fsc_json *value) {
    return (fsc_json *)(uintptr_t)value;
}

/* Records of 0.1.0 spell the method and the kinds of rows in another way. */
static void modernise(fsc_json *root) {
    const char *schema = fsc_json_string(fsc_json_get(root, "schema"));
    if (!schema || strcmp(schema, schema_0_1_0) != 0) return;
    const fsc_json *sites = fsc_json_get(root, "sites");
    fsc_fields_respell(own(fsc_json_get(root, "acquisition")), acquisition_fields);
    for (int64_t i = 0; i < fsc_json_length(sites); i++)
        fsc_fields_respell(own(fsc_json_at(sites, i)), fsc_site_fields);
    fsc_json_set_string(root, "schema", schema_now);
}

static fsc_status from_json(fsc_map **out, fsc_json *root, const char *what, fsc_error *err) {
    modernise(root);
    FSC_TRY(fsc_schema_check(root, "map", what, err));
    FSC_AUTO(fsc_map) map = fsc_alloc(1, sizeof *map);
    if (!map) return fsc_fail_nomem(err, "reading a map");
    fsc_fields_read(map, map_fields, root);
    fsc_fields_read(&map->acquisition, acquisition_fields, fsc_json_get(root, "acquisition"));
    fsc_fields_read(&map->threshold, threshold_fields, fsc_json_get(root, "threshold"));
    FSC_TRY(fsc_exam_from_json(&map->exam, fsc_json_get(root, "exam"), what, err));
    const fsc_json *sites = fsc_json_get(root, "sites"), *pools = fsc_json_get(root, "pools");
    map->site = read_array(&map->n_site, sites, fsc_site_fields, sizeof *map->site);
    map->pool = read_array(&map->n_pool, pools, pool_fields, sizeof *map->pool);
    map->run = read_array(&map->n_run, fsc_json_get(root, "runs"), run_fields, sizeof *map->run);
    map->sentence =
        read_array(&map->n_sentence, fsc_json_get(root, "sentences"), sentence_fields, sizeof *map->sentence);
    if (!map->site || !map->pool || !map->run || !map->sentence) return fsc_fail_nomem(err, "reading a map");
    read_parts(map->site, sizeof *map->site, map->n_site, sites, site_parts, SITE_PARTS);
    read_parts(map->pool, sizeof *map->pool, map->n_pool, pools, pool_parts, POOL_PARTS);
    fsc_notes_from_json(&map->notes, fsc_json_get(root, "notes"));
    FSC_TRY(fsc_notes_check(&map->notes, err));
    FSC_GIVE(out, map);
    return FSC_OK;
}

fsc_status fsc_map_parse(fsc_map **out, const char *text, const char *what, fsc_error *err) {
    AUTO_JSON *root = NULL;
    FSC_TRY(fsc_json_parse(&root, text, strlen(text), what, err));
    return from_json(out, root, what, err);
}

fsc_status fsc_map_read(fsc_map **out, const char *path, fsc_error *err) {
    AUTO_JSON *root = NULL;
    FSC_TRY(fsc_json_read(&root, path, err));
    return from_json(out, root, path, err);
}
