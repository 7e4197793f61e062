/* Virtual people: parameters around a set, modifiers, strain and baseline fat, each person from a stream of its own. */
#include "population.h"
#include "alloc.h"
#include "fail.h"
#include "random.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* The rows of data/cycle/population.tsv, in the order of their random numbers. */
enum {
    ROW_AGE,
    ROW_BMI,
    ROW_ACTIVITY,
    ROW_POSTURE,
    ROW_STRESS,
    ROW_SLEEP,
    ROW_REPAIR,
    ROW_DOSE,
    ROW_FAT,
    ROW_REPAIR_YEAR,
    ROW_FAT_YEAR,
    ROW_FAT_BMI,
    ROW_FAT_DOSE,
    N_ROW
};
_Static_assert((int)N_ROW == FSC_PERSON_ROWS, "the coordinates of a person");
static const char *const row_word[N_ROW] = {"age",
                                            "bmi",
                                            "activity",
                                            "posture_load",
                                            "stress",
                                            "sleep_deficit",
                                            "repair_at_25",
                                            "dose",
                                            "fat",
                                            "repair_per_year",
                                            "fat_per_year",
                                            "fat_per_bmi_excess",
                                            "fat_dose_correlation"};
static const char *const set_word[FSC_CYCLE_N_SET] = {"set_a", "set_a", "set_b", "set_a", "set_b"};

enum { NORMAL, LOGNORMAL, KUMARASWAMY, FIXED };
typedef struct law {
    int kind;
    double a, b, low, high;
} law;

static fsc_status read_law(law *out, const fsc_table *table, int32_t row, fsc_error *err) {
    static const char *const word[4] = {"normal", "lognormal", "kumaraswamy", "fixed"};
    const char *kind = fsc_table_get(table, row, "distribution");
    out->kind = -1;
    for (int k = 0; k < 4; k++)
        if (strcmp(kind, word[k]) == 0) out->kind = k;
    out->a = fsc_table_number(table, row, "a");
    out->b = fsc_table_number(table, row, "b");
    out->low = fsc_table_number(table, row, "low");
    out->high = fsc_table_number(table, row, "high");
    if (out->kind >= 0 && !isnan(out->a + out->b + out->low + out->high)) return FSC_OK;
    return fsc_fail(err, FSC_E_FORMAT, "cycle/population.tsv: row %d is no distribution with numbers a, b, low, high",
                    row + 1);
}

static fsc_status read_laws(law out[N_ROW], fsc_cycle_set set, fsc_cycle_story story, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "cycle/population.tsv", err));
    for (int k = 0; k < N_ROW; k++) {
        int32_t found = -1;
        for (int32_t r = 0; r < table.n_row; r++) {
            const char *for_set = fsc_table_get(&table, r, "set"), *for_story = fsc_table_get(&table, r, "story");
            if (strcmp(fsc_table_get(&table, r, "quantity"), row_word[k]) == 0 &&
                (strcmp(for_set, "all") == 0 || strcmp(for_set, set_word[set]) == 0) &&
                (strcmp(for_story, "all") == 0 || strcmp(for_story, fsc_cycle_story_text(story)) == 0))
                found = r;
        }
        if (found < 0)
            return fsc_fail(err, FSC_E_FORMAT, "cycle/population.tsv: has no row for %s, %s, %s", row_word[k],
                            set_word[set], fsc_cycle_story_text(story));
        FSC_TRY(read_law(&out[k], &table, found, err));
    }
    return FSC_OK;
}

static double cut(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

/* A draw from a law by a standard normal z (or, for Kumaraswamy, a uniform u). */
static double draw(const law *from, double z, double u) {
    double x = from->a;
    if (from->kind == NORMAL) x = from->a + from->b * z;
    if (from->kind == LOGNORMAL) x = from->a * exp(from->b * z);
    if (from->kind == KUMARASWAMY) x = pow(1 - pow(1 - u, 1 / from->b), 1 / from->a);
    return cut(x, from->low, from->high);
}

void fsc_person_code_draw(fsc_person_code *code, uint64_t seed, int64_t i) {
    for (int32_t k = 0; k < FSC_CYCLE_N_PARAMETER; k++)
        code->parameter[k] = fsc_random_normal(seed, (uint64_t)i, (uint64_t)k);
    for (int k = 0; k < N_ROW; k++) {
        code->normal[k] = fsc_random_normal(seed, (uint64_t)i, (uint64_t)(1000 + k));
        code->uniform[k] = fsc_random_uniform(seed, (uint64_t)i, (uint64_t)(2000 + k));
    }
}

void fsc_person_code_move(fsc_person_code *code, double reach, uint64_t seed, int64_t i, int32_t round) {
    const double keep = sqrt(1 - reach * reach);
    const uint64_t first = 10000 * (uint64_t)(round + 1);
    for (int32_t k = 0; k < FSC_CYCLE_N_PARAMETER; k++)
        code->parameter[k] =
            keep * code->parameter[k] + reach * fsc_random_normal(seed, (uint64_t)i, first + (uint64_t)k);
    for (int k = 0; k < N_ROW; k++) {
        const uint64_t at = first + 1000 + (uint64_t)k;
        code->normal[k] = keep * code->normal[k] + reach * fsc_random_normal(seed, (uint64_t)i, at);
        /* A uniform walks and is mirrored at its ends. */
        double u = code->uniform[k] + 0.5 * reach * fsc_random_normal(seed, (uint64_t)i, at + 1000);
        while (u < 0 || u > 1) u = u < 0 ? -u : 2 - u;
        code->uniform[k] = u;
    }
}

static void shape_person(fsc_cycle_population *to, int64_t i, const fsc_cycle *model, fsc_cycle_set set,
                         fsc_cycle_story story, const law *laws, const fsc_person_code *code) {
    fsc_cycle_person *person = &to->person[i];
    double value[N_ROW];
    const double *z = code->normal;
    fsc_cycle_person_init(person, model, set);
    person->story = story;
    for (int32_t k = 0; k < FSC_CYCLE_N_PARAMETER; k++) {
        const double sd = 0.5 * fmin(fsc_cycle_parameter_at(model, k)->prior_log_sd, 0.3);
        person->parameter[k] *= exp(sd * code->parameter[k]);
    }
    for (int k = 0; k < N_ROW; k++) value[k] = draw(&laws[k], z[k], code->uniform[k]);
    const double bmi_excess = (value[ROW_BMI] - 24) / 10, tie = value[ROW_FAT_DOSE];
    const double fat_z = tie * z[ROW_DOSE] + sqrt(1 - tie * tie) * z[ROW_FAT];
    person->modifiers =
        (fsc_cycle_modifiers){.activity = value[ROW_ACTIVITY],
                              .posture_load = value[ROW_POSTURE],
                              .stress = value[ROW_STRESS],
                              .sleep_deficit = value[ROW_SLEEP],
                              .bmi_excess = bmi_excess,
                              .repair = cut(value[ROW_REPAIR] + value[ROW_REPAIR_YEAR] * (value[ROW_AGE] - 25),
                                            laws[ROW_REPAIR].low, laws[ROW_REPAIR].high)};
    const double fat = laws[ROW_FAT].a + laws[ROW_FAT].b * fat_z + value[ROW_FAT_BMI] * bmi_excess +
                       value[ROW_FAT_YEAR] * (value[ROW_AGE] - 38);
    person->deep_fat_shift = cut(fat, laws[ROW_FAT].low, laws[ROW_FAT].high) - laws[ROW_FAT].a;
    to->dose[i] = value[ROW_DOSE];
    to->age[i] = value[ROW_AGE];
}

/* People, doses, ages, one event each and its amounts, in one block. */
static fsc_status lay_out(fsc_cycle_population *to, const fsc_cycle *model, fsc_error *err) {
    const int64_t n = to->n_person;
    to->person = fsc_alloc(n, sizeof *to->person);
    to->dose = fsc_alloc(n, sizeof *to->dose);
    to->age = fsc_alloc(n, sizeof *to->age);
    to->event = fsc_alloc(n, sizeof *to->event);
    to->amount = fsc_alloc(n * fsc_cycle_n_site(model), sizeof *to->amount);
    return to->person && to->dose && to->age && to->event && to->amount ? FSC_OK
                                                                        : fsc_fail_nomem(err, "drawing virtual people");
}

fsc_status fsc_population_shape(fsc_cycle_population *to, const fsc_cycle *model, fsc_cycle_set set,
                                fsc_cycle_story story, const fsc_person_code *code, fsc_error *err) {
    law laws[N_ROW];
    FSC_TRY(read_laws(laws, set, story, err));
    for (int64_t i = 0; i < to->n_person; i++) {
        shape_person(to, i, model, set, story, laws, &code[i]);
        double *amount = to->amount + i * fsc_cycle_n_site(model);
        FSC_TRY(fsc_cycle_strain_profile(amount, model, to->dose[i], "C4", "C7", err));
        to->event[i] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, amount};
        to->person[i].event = &to->event[i];
        to->person[i].n_event = 1;
    }
    return FSC_OK;
}

static fsc_status fill(fsc_cycle_population *to, const fsc_cycle *model, fsc_cycle_set set, fsc_cycle_story story,
                       uint64_t seed, fsc_error *err) {
    FSC_TRY(lay_out(to, model, err));
    FSC_AUTO_BLOCK fsc_person_code *code = fsc_alloc(to->n_person, sizeof *code);
    if (!code) return fsc_fail_nomem(err, "drawing virtual people");
    for (int64_t i = 0; i < to->n_person; i++) fsc_person_code_draw(&code[i], seed, i);
    return fsc_population_shape(to, model, set, story, code, err);
}

fsc_status fsc_cycle_draw(fsc_cycle_population **out, const fsc_cycle *model, fsc_cycle_set set, fsc_cycle_story story,
                          int64_t n_person, uint64_t seed, fsc_error *err) {
    *out = NULL;
    if (n_person < 1 || (int)set < 0 || set >= FSC_CYCLE_N_SET || (int)story < 0 || story >= FSC_CYCLE_N_STORY)
        return fsc_fail(err, FSC_E_ARG, "drawing virtual people: give at least one person, a known set and story");
    fsc_cycle_population *population = fsc_alloc(1, sizeof *population);
    if (!population) return fsc_fail_nomem(err, "drawing virtual people");
    population->n_person = n_person;
    const fsc_status status = fill(population, model, set, story, seed, err);
    if (status != FSC_OK) {
        fsc_cycle_population_free(population);
        return status;
    }
    *out = population;
    return FSC_OK;
}

void fsc_cycle_population_free(fsc_cycle_population *population) {
    if (!population) return;
    fsc_free(population->person);
    fsc_free(population->dose);
    fsc_free(population->age);
    fsc_free(population->event);
    fsc_free(population->amount);
    fsc_free(population);
}
