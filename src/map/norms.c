#include "alloc.h"
#include "baseline.h"
#include "cell.h"
#include "fail.h"
#include "format.h"
#include "spelling.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_norms, fsc_norms_free)

const char *fsc_norm_kind_text(fsc_norm_kind kind) {
    const char *word = fsc_word_key(fsc_norm_kind_words, (int32_t)kind);
    return word ? word : "";
}

const char *fsc_norms_method_class(fsc_method method) {
    switch (method) {
    case FSC_METHOD_COMPLEX:
    case FSC_METHOD_MAGNITUDE: return FSC_METHOD_CLASS_MULTI_ECHO;
    case FSC_METHOD_TWO_POINT:
    case FSC_METHOD_TWO_POINT_MAGNITUDE: return FSC_METHOD_CLASS_TWO_POINT;
    default: return "method not stated";
    }
}

void fsc_norms_free(fsc_norms *norms) {
    if (!norms) return;
    fsc_baseline_free(norms->baseline);
    fsc_free(norms->cell);
    fsc_free(norms);
}

int32_t fsc_norms_count(const fsc_norms *norms) {
    return norms->n_cell;
}

const char *fsc_norms_id(const fsc_norms *norms, int32_t index) {
    return index >= 0 && index < norms->n_cell ? norms->cell[index].id : NULL;
}

int fsc_norms_entry(fsc_norm_entry *out, const fsc_norms *norms, int32_t index) {
    if (index < 0 || index >= norms->n_cell) return 0;
    const fsc_norm_cell *c = &norms->cell[index];
    *out = (fsc_norm_entry){.id = c->id,
                            .muscle = c->muscle,
                            .level_first = c->level_first,
                            .level_last = c->level_last,
                            .method = c->method,
                            .cohort = c->cohort,
                            .side = c->side,
                            .sex = c->sex,
                            .age_min_years = c->age_min_years,
                            .age_max_years = c->age_max_years,
                            .n = c->n,
                            .mean_fraction = c->mean_fraction,
                            .sd_fraction = c->sd_fraction};
    return 1;
}

typedef struct reader {
    const fsc_table *table;
    const char *what;
    int32_t row;
    fsc_error *err;
} reader;

static fsc_status bad(const reader *r, const char *column, const char *why) {
    const char *id = fsc_table_get(r->table, r->row, "norm_id");
    return fsc_fail(r->err, FSC_E_RANGE, "%s: norm '%.95s' (row %d): %s '%.40s' %s", r->what, id, r->row + 1, column,
                    fsc_table_get(r->table, r->row, column), why);
}

static fsc_status read_text(const reader *r, const char *column, char *out, size_t size, int needed) {
    const char *text = fsc_table_get(r->table, r->row, column);
    if (strcmp(text, "n/a") == 0) text = "";
    if (needed && !*text) return bad(r, column, "must not be empty");
    if (strlen(text) >= size) return bad(r, column, "is too long");
    fsc_copy_text(out, size, text);
    return FSC_OK;
}

static fsc_status read_words(const reader *r, fsc_norm_cell *cell) {
    FSC_TRY(read_text(r, "norm_id", cell->id, sizeof cell->id, 1));
    FSC_TRY(read_text(r, "muscle", cell->muscle, sizeof cell->muscle, 1));
    FSC_TRY(read_text(r, "level_first", cell->level_first, sizeof cell->level_first, 1));
    FSC_TRY(read_text(r, "level_last", cell->level_last, sizeof cell->level_last, 1));
    FSC_TRY(read_text(r, "age_basis", cell->age_basis, sizeof cell->age_basis, 0));
    FSC_TRY(read_text(r, "n_basis", cell->n_basis, sizeof cell->n_basis, 0));
    FSC_TRY(read_text(r, "method", cell->method, sizeof cell->method, 1));
    FSC_TRY(read_text(r, "cohort", cell->cohort, sizeof cell->cohort, 1));
    FSC_TRY(read_text(r, "caveat", cell->caveat, sizeof cell->caveat, 0));
    FSC_TRY(read_text(r, "source", cell->source, sizeof cell->source, 1));
    FSC_TRY(read_text(r, "status", cell->status, sizeof cell->status, 1));
    FSC_TRY(read_text(r, "fact_id", cell->fact_id, sizeof cell->fact_id, 0));
    if (strncmp(cell->status, "verified", 8) != 0 && strncmp(cell->status, "fitted", 6) != 0)
        return bad(r, "status", "must start with 'verified' or 'fitted': nothing else may place a person");
    static const char *const methods[] = {FSC_METHOD_CLASS_MULTI_ECHO, FSC_METHOD_CLASS_TWO_POINT,
                                          FSC_METHOD_CLASS_SPIN_ECHO, FSC_METHOD_CLASS_OTHER};
    int known = 0;
    for (int i = 0; i < 4; i++) known |= strcmp(cell->method, methods[i]) == 0;
    if (!known)
        return bad(r, "method",
                   "is unknown; use 'multi-echo PDFF', '2-point FSF', '2-point TSE FSF' or 'other Dixon fat "
                   "fraction'");
    const char *side = fsc_table_get(r->table, r->row, "side"), *sex = fsc_table_get(r->table, r->row, "sex");
    if (strcmp(side, "both") == 0)
        cell->side = FSC_SIDE_BOTH;
    else if (strcmp(side, "left") == 0)
        cell->side = FSC_SIDE_LEFT;
    else if (strcmp(side, "right") == 0)
        cell->side = FSC_SIDE_RIGHT;
    else
        return bad(r, "side", "is unknown; use both, left or right");
    if (strcmp(sex, "both") == 0)
        cell->sex = FSC_SEX_UNKNOWN;
    else if (strcmp(sex, "female") == 0)
        cell->sex = FSC_SEX_FEMALE;
    else if (strcmp(sex, "male") == 0)
        cell->sex = FSC_SEX_MALE;
    else
        return bad(r, "sex", "is unknown; use both, female or male");
    cell->order_first = fsc_level_order(cell->level_first);
    cell->order_last = fsc_level_order(cell->level_last);
    if (isnan(cell->order_first) != isnan(cell->order_last) || cell->order_last < cell->order_first)
        return bad(r, "level_last", "does not follow level_first; write levels from head to foot, as C3 or L5");
    return FSC_OK;
}

static fsc_status read_curve(const reader *r, fsc_norm_curve *curve) {
    curve->n_knot = fsc_list_read(curve->knot, FSC_KNOT_MAX, fsc_table_get(r->table, r->row, "knots_years"));
    if (curve->n_knot < 0) return bad(r, "knots_years", "is no list of numbers");
    if (curve->n_knot == 0) return FSC_OK;
    curve->n_term = fsc_list_read(curve->coefficient, FSC_TERM_MAX, fsc_table_get(r->table, r->row, "coefficients"));
    const int32_t n =
        fsc_list_read(curve->covariance, FSC_TERM_MAX * FSC_TERM_MAX, fsc_table_get(r->table, r->row, "covariance"));
    if (curve->n_term < 2 || (curve->n_term > 2 && curve->n_term != curve->n_knot))
        return bad(r, "coefficients", "do not fit the knots");
    if (n != curve->n_term * curve->n_term) return bad(r, "covariance", "is no square table of the coefficients");
    for (int32_t k = 1; k < curve->n_knot; k++)
        if (!(curve->knot[k] > curve->knot[k - 1])) return bad(r, "knots_years", "must rise");
    if (curve->n_knot < 2) return bad(r, "knots_years", "needs two ages or more");
    curve->sigma = fsc_table_number(r->table, r->row, "sigma");
    curve->dof = fsc_table_number(r->table, r->row, "dof");
    curve->lambda = fsc_table_number(r->table, r->row, "lambda");
    if (!(curve->lambda >= 0 && curve->lambda <= 1)) return bad(r, "lambda", "must lie between 0 and 1");
    if (!(curve->sigma > 0)) return bad(r, "sigma", "must be above 0");
    if (!(curve->dof >= 1)) return bad(r, "dof", "must be 1 or more");
    return FSC_OK;
}

static fsc_status read_numbers(const reader *r, fsc_norm_cell *cell) {
    cell->age_min_years = fsc_table_number(r->table, r->row, "age_min_years");
    cell->age_max_years = fsc_table_number(r->table, r->row, "age_max_years");
    if (!(cell->age_min_years >= 0)) return bad(r, "age_min_years", "must be 0 or more");
    if (cell->age_max_years <= cell->age_min_years) return bad(r, "age_max_years", "must be above age_min_years");
    cell->n = fsc_table_number(r->table, r->row, "n");
    if (!(cell->n >= 2)) return bad(r, "n", "must be 2 or more: without it the norm's own error is unknown");
    FSC_TRY(read_curve(r, &cell->curve));
    cell->mean_fraction = fsc_table_number(r->table, r->row, "mean_percent") / 100;
    cell->sd_fraction = fsc_table_number(r->table, r->row, "sd_percent") / 100;
    if (cell->curve.n_term > 0) {
        if (isnan(cell->age_max_years)) return bad(r, "age_max_years", "must be given for a curve");
        return FSC_OK;
    }
    if (!(cell->mean_fraction > 0 && cell->mean_fraction < 1))
        return bad(r, "mean_percent", "must lie between 0 and 100");
    if (!fsc_skew_match(&cell->skew, cell->slope, cell->mean_fraction, cell->sd_fraction))
        return bad(r, "sd_percent", "must be above 0 and possible for a fraction with this mean");
    cell->moments = fsc_skew_moments_of(&cell->skew);
    return FSC_OK;
}

/* What `norms pool` makes of the row (its own reader checks all of it). */
static void read_pool(const reader *r, fsc_norm_cell *cell) {
    if (strcmp(fsc_table_get(r->table, r->row, "pool"), "fit") != 0) return;
    fsc_copy_text(cell->study, sizeof cell->study, fsc_table_get(r->table, r->row, "study"));
    cell->pool_muscle = fsc_baseline_muscle_of(cell->muscle);
    cell->pool_method = fsc_baseline_method_of(fsc_table_get(r->table, r->row, "pool_method"));
    const double first = fsc_level_order(fsc_table_get(r->table, r->row, "pool_first"));
    cell->pool_first = isnan(first) ? cell->order_first : first;
    cell->pool_last = isnan(first) ? cell->order_last : fsc_level_order(fsc_table_get(r->table, r->row, "pool_last"));
}

static fsc_status refuse_twins(const fsc_norms *norms, const char *what, fsc_error *err) {
    for (int32_t i = 0; i < norms->n_cell; i++)
        for (int32_t k = 0; k < i; k++)
            if (strcmp(norms->cell[i].id, norms->cell[k].id) == 0)
                return fsc_fail(err, FSC_E_RANGE, "%s: norm id '%s' is used twice; ids must be unique", what,
                                norms->cell[i].id);
    return FSC_OK;
}

static fsc_status from_table(fsc_norms **out, const fsc_table *table, const char *what, fsc_error *err) {
    static const char *const needed[] = {"norm_id", "muscle",        "level_first",   "level_last", "side",
                                         "sex",     "age_min_years", "age_max_years", "n",          "method",
                                         "cohort",  "source",        "status"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (fsc_table_column(table, needed[i]) < 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: column '%s' is missing; see data/norms.tsv for the columns", what,
                            needed[i]);
    if (table->n_row == 0) return fsc_fail(err, FSC_E_FORMAT, "%s: holds no norm", what);
    FSC_AUTO(fsc_norms) norms = fsc_alloc(1, sizeof *norms);
    if (norms) norms->cell = fsc_alloc(table->n_row, sizeof *norms->cell);
    if (!norms || !norms->cell) return fsc_fail_nomem(err, "reading norms");
    norms->n_cell = table->n_row;
    for (int32_t row = 0; row < table->n_row; row++) {
        const reader r = {table, what, row, err};
        FSC_TRY(read_words(&r, &norms->cell[row]));
        FSC_TRY(read_numbers(&r, &norms->cell[row]));
        read_pool(&r, &norms->cell[row]);
    }
    FSC_TRY(refuse_twins(norms, what, err));
    FSC_GIVE(out, norms);
    return FSC_OK;
}

fsc_status fsc_norms_builtin(fsc_norms **out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "norms.tsv", err));
    FSC_AUTO(fsc_norms) norms = NULL;
    FSC_TRY(from_table(&norms, &table, "norms.tsv", err));
    FSC_TRY(fsc_baseline_builtin(&norms->baseline, err));
    FSC_GIVE(out, norms);
    return FSC_OK;
}

fsc_status fsc_norms_read(fsc_norms **out, const char *path, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, path, err));
    return from_table(out, &table, path, err);
}

fsc_status fsc_norms_join(fsc_norms *norms, const fsc_norms *more, fsc_error *err) {
    const int32_t n = norms->n_cell + more->n_cell;
    fsc_norm_cell *cell = fsc_grow(norms->cell, norms->n_cell, n, sizeof *cell);
    if (!cell) return fsc_fail_nomem(err, "joining norms");
    norms->cell = cell;
    memcpy(cell + norms->n_cell, more->cell, (size_t)more->n_cell * sizeof *cell);
    const int32_t before = norms->n_cell;
    norms->n_cell = n;
    const fsc_status status = refuse_twins(norms, "joined norms", err);
    if (status != FSC_OK) norms->n_cell = before;
    return status;
}
