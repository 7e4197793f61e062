/* The map record of one visit. The way through this room:
 *   exam.c, exam_fields.c, exam_check.c, triage.c   what the person says: read, checked, red flags raised
 *   norms.c, cell.h   reference groups from a table; fit.c makes such a table, baseline*.c the pooled one
 *   place.c           one value among the groups that may be asked (muscle, level, sex, age, method), or why not
 *   map.c             here: the steps of build.h in their order, from rows to the record:
 *     pool.c within.c extent.c runs.c grade.c threshold.c sentence.c
 *   record.c          the record as JSON and back, by tables of fields; schema.c checks what is read
 *   find.c            a site of the record; and back into the table of sites: where each row was placed */
#include "alloc.h"
#include "build.h"
#include "examine.h"
#include "fail.h"
#include "spelling.h"
#include "text.h"

#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_map, fsc_map_free)
FSC_DEFINE_AUTO(fsc_norms, fsc_norms_free)

void fsc_acquisition_from_scan(fsc_acquisition *out, const fsc_scan *scan) {
    memset(out, 0, sizeof *out);
    out->field_tesla = out->te_first_s = out->te_step_s = (double)NAN;
    out->flip_angle_deg = out->repetition_time_s = (double)NAN;
    if (!scan) return;
    fsc_copy_text(out->participant, sizeof out->participant, scan->participant);
    fsc_copy_text(out->session, sizeof out->session, scan->session);
    fsc_copy_text(out->manufacturer, sizeof out->manufacturer, scan->manufacturer);
    out->field_tesla = scan->b0_tesla;
    out->n_echo = scan->n_echo;
    if (scan->n_echo > 0) out->te_first_s = scan->te_s[0];
    if (scan->n_echo > 1) out->te_step_s = (scan->te_s[scan->n_echo - 1] - scan->te_s[0]) / (scan->n_echo - 1);
    out->flip_angle_deg = scan->flip_angle_deg;
    out->repetition_time_s = scan->repetition_time_s;
    out->spacing_assumed = scan->grid.spacing_assumed;
}

void fsc_map_free(fsc_map *map) {
    if (!map) return;
    fsc_exam_free(map->exam);
    fsc_free(map->site);
    fsc_free(map->pool);
    fsc_free(map->run);
    fsc_free(map->sentence);
    fsc_notes_free(&map->notes);
    fsc_free(map);
}

static void change_missing(fsc_change *change) {
    memset(change, 0, sizeof *change);
    change->from_days = change->before_fraction = change->difference_fraction = (double)NAN;
    change->ageing_fraction = change->ageing_se_fraction = change->net_fraction = (double)NAN;
    change->se_fraction = change->low_fraction = change->high_fraction = (double)NAN;
    change->least_real_fraction = change->p_adjusted = (double)NAN;
    change->real = -1;
    fsc_copy_text(change->reason, sizeof change->reason, "not compared with an earlier visit");
}

static void place_site(fsc_map_site *site, const fsc_map *map, const fsc_norms *norms) {
    const fsc_row *row = &site->row;
    const fsc_norm_query query = {row->place.muscle,       row->place.level,        row->place.level,
                                  row->place.side,         map->exam->sex,          map->exam->age_years,
                                  map->acquisition.method, row->pdff_mean_fraction, fsc_row_compared_se(row)};
    fsc_norms_place(&site->norm, &site->other_method, norms, &query);
    if (fsc_map_is_site(row) || site->norm.norm_id[0]) return;
    fsc_copy_text(site->norm.reason, sizeof site->norm.reason,
                  "a mean over the scanned levels; norms for named levels are under the pools");
}

/* Copies the exam through its own JSON form, so that the copy went through the reader's checks too. */
static fsc_status copy_exam(fsc_exam **out, const fsc_exam *exam, fsc_error *err) {
    if (!exam) return fsc_exam_new(out, err);
    fsc_json *object = fsc_exam_json(exam);
    fsc_status status = fsc_json_check(object, err);
    if (status == FSC_OK) status = fsc_exam_from_json(out, object, "exam", err);
    fsc_json_free(object);
    return status;
}

static const char *bare_label(const char *participant) {
    return strncmp(participant, "sub-", 4) == 0 ? participant + 4 : participant;
}

/* Longest time, in years, between a dataset's age and an exam's that needs no word: it may be the age at another visit.
 */
#define SAME_AGE_YEARS 2

/* Age and sex that the exam does not give are the dataset's; where both give them, the exam's count. */
static void take_person(fsc_map *map, const fsc_scan *scan) {
    fsc_exam *exam = map->exam;
    const int32_t word = fsc_word_find(fsc_sex_words, scan->sex);
    const fsc_sex sex = scan->sex[0] && word >= 0 ? (fsc_sex)word : FSC_SEX_UNKNOWN;
    const int has_age = scan->age_years > 0; /* NaN: not told */
    if (has_age && fabs(exam->age_years - scan->age_years) > SAME_AGE_YEARS)
        fsc_notes_add(
            &map->notes, FSC_NOTE_WARNING, "age-contradiction",
            "Comparison with others may be off: the exam says age %g, participants.tsv %g; the exam's is used.",
            exam->age_years, scan->age_years);
    if (sex != FSC_SEX_UNKNOWN && exam->sex != FSC_SEX_UNKNOWN && sex != exam->sex)
        fsc_notes_add(&map->notes, FSC_NOTE_WARNING, "sex-contradiction",
                      "Comparison with others may be off: the exam says %s, participants.tsv %s; the exam's is used.",
                      fsc_sex_text(exam->sex), fsc_sex_text(sex));
    if (isnan(exam->age_years) && has_age) {
        exam->age_years = scan->age_years;
        fsc_notes_add(&map->notes, FSC_NOTE_FOUND, "age-from-dataset", "Age %g is that of participants.tsv.",
                      scan->age_years);
    }
    if (exam->sex == FSC_SEX_UNKNOWN && sex != FSC_SEX_UNKNOWN) {
        exam->sex = sex;
        fsc_notes_add(&map->notes, FSC_NOTE_FOUND, "sex-from-dataset", "Sex %s is that of participants.tsv.",
                      fsc_sex_text(sex));
    }
}

static fsc_status start(fsc_map *map, const fsc_map_inputs *in, fsc_error *err) {
    const fsc_measures *m = in->measures;
    if (in->acquisition)
        map->acquisition = *in->acquisition;
    else
        fsc_acquisition_from_scan(&map->acquisition, NULL);
    map->acquisition.method = m->method;
    FSC_TRY(copy_exam(&map->exam, in->exam, err));
    if (in->scan) take_person(map, in->scan);
    fsc_acquisition *a = &map->acquisition;
    if (a->participant[0] && map->exam->participant[0] &&
        strcmp(bare_label(a->participant), bare_label(map->exam->participant)) != 0)
        return fsc_fail(err, FSC_E_ARG, "the exam is of %s, the scan of %s; take the exam of the same person",
                        map->exam->participant, a->participant);
    if (!a->participant[0]) fsc_copy_text(a->participant, sizeof a->participant, map->exam->participant);
    if (!a->date[0]) fsc_copy_text(a->date, sizeof a->date, map->exam->date);
    map->label_source = m->label_source;
    fsc_copy_text(map->muscle_scheme, sizeof map->muscle_scheme, m->muscle_scheme);
    fsc_copy_text(map->level_scheme, sizeof map->level_scheme, m->level_scheme);
    map->site = fsc_alloc(m->n_row, sizeof *map->site);
    if (!map->site) return fsc_fail_nomem(err, "making a map");
    for (int32_t i = 0; i < m->n_row; i++) {
        if (m->row[i].kind == FSC_ROW_LEVEL_BONE) continue;
        fsc_map_site *site = &map->site[map->n_site++];
        site->row = m->row[i];
        change_missing(&site->change);
    }
    map->stop = map->exam->n_stop > 0;
    return FSC_OK;
}

static void note_findings(fsc_map *map) {
    int32_t n = 0, placed = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        if (!fsc_map_is_site(&map->site[i].row)) continue;
        n++;
        placed += map->site[i].norm.norm_id[0] != 0;
    }
    fsc_notes_add(&map->notes, FSC_NOTE_FOUND, "sites-placed", "%d of %d rows could be placed among a norm", placed, n);
    if (map->stop)
        fsc_notes_add(&map->notes, FSC_NOTE_WARNING, "red-flag",
                      "Stop before using this map: %d answer(s) need a doctor first: %s.", map->exam->n_stop,
                      map->exam->red_flag[0].finding);
    if (map->acquisition.spacing_assumed)
        fsc_notes_add(&map->notes, FSC_NOTE_WARNING, "voxel-size-assumed",
                      "Areas and volumes mean nothing: the voxel size was assumed.");
    fsc_notes_add(&map->notes, FSC_NOTE_FOUND, "grades-left-out",
                  "Kader's and Kjaer's grades are left out: their bands were not read in a source");
}

fsc_status fsc_map_run(fsc_map **out, const fsc_map_inputs *in, fsc_error *err) {
    if (!in->measures) return fsc_fail(err, FSC_E_ARG, "a map needs measures");
    FSC_AUTO(fsc_norms) builtin = NULL;
    if (!in->norms) FSC_TRY(fsc_norms_builtin(&builtin, err));
    const fsc_norms *norms = in->norms ? in->norms : builtin;
    FSC_AUTO(fsc_map) map = fsc_alloc(1, sizeof *map);
    if (!map) return fsc_fail_nomem(err, "making a map");
    FSC_TRY(start(map, in, err));
    for (int32_t i = 0; i < map->n_site; i++) place_site(&map->site[i], map, norms);
    FSC_TRY(fsc_map_pools(map, norms, err));
    fsc_map_contrasts(map);
    FSC_TRY(fsc_map_extents(map, in->fatwater, in->sites, err));
    FSC_TRY(fsc_map_runs(map, err));
    FSC_TRY(fsc_map_grades(map, err));
    FSC_TRY(fsc_map_threshold(map, err));
    FSC_TRY(fsc_map_sentences(map, err));
    note_findings(map);
    FSC_TRY(fsc_notes_check(&map->notes, err));
    FSC_GIVE(out, map);
    return FSC_OK;
}
