#include "fit.h"
#include "alloc.h"
#include "cell.h"
#include "fail.h"
#include "fields.h"
#include "file.h"
#include "format.h"
#include "stats.h"
#include "table.h"
#include "text.h"

#include <fascicle/version.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fewer people than this give no curve; fewer than CURVED_MIN a straight line. */
enum { PEOPLE_MIN = 20, CURVED_MIN = 40 };

typedef struct source {
    const fsc_table *table;
    const fsc_table *people; /* participant_id, age, sex; NULL = the table has the columns itself */
    const char *path, *people_path;
    const char *value_column; /* a fraction, or the percent of 0.1.0 */
    double value_per;
    const fsc_norms_fit_options *opt;
    fsc_error *err;
} source;

static fsc_status bad(const source *s, int32_t row, const char *column, const char *why) {
    return fsc_fail(s->err, FSC_E_FORMAT, "%s: row %d, column %s: \"%.40s\" %s", s->path, row + 1, column,
                    fsc_table_get(s->table, row, column), why);
}

/* The norms' class of a method, as tables spell either: "complex-multi-echo-pdff" or "multi-echo PDFF". */
static const char *method_class(const char *word) {
    const int32_t method = fsc_word_find(fsc_method_words, word);
    const char *found = method >= 0 ? fsc_norms_method_class((fsc_method)method) : word;
    if (strcmp(found, FSC_METHOD_CLASS_MULTI_ECHO) == 0) return FSC_METHOD_CLASS_MULTI_ECHO;
    return strcmp(found, FSC_METHOD_CLASS_TWO_POINT) == 0 ? FSC_METHOD_CLASS_TWO_POINT : NULL;
}

/* Age and sex: of the row, or of the person in the table of people. */
static fsc_status read_person(fsc_control *c, const source *s, int32_t row) {
    const fsc_table *t = s->people ? s->people : s->table;
    const char *path = s->people ? s->people_path : s->path;
    int32_t at = s->people ? 0 : row, sex;
    while (s->people && at < t->n_row && strcmp(fsc_table_get(t, at, "participant_id"), c->participant) != 0) at++;
    if (at == t->n_row)
        return fsc_fail(s->err, FSC_E_FORMAT, "%s: has no participant '%.40s', who is in row %d of %s", path,
                        c->participant, row + 1, s->path);
    FSC_TRY(fsc_table_take_number(&c->age_years, t, at, "age", path, s->err));
    FSC_TRY(fsc_table_take_word(&sex, fsc_sex_words, t, at, "sex", path, s->err));
    c->sex = (fsc_sex)sex;
    if (c->age_years <= 0 || c->age_years >= 120)
        return fsc_fail(s->err, FSC_E_FORMAT, "%s: row %d, column age: %g is no age in years", path, at + 1,
                        c->age_years);
    return FSC_OK;
}

static fsc_status read_value(fsc_control *c, const source *s, int32_t row) {
    FSC_TRY(fsc_table_take_number(&c->fraction, s->table, row, s->value_column, s->path, s->err));
    c->fraction /= s->value_per;
    if (isnan(c->fraction) || (c->fraction > 0 && c->fraction < 1)) return FSC_OK;
    return bad(s, row, s->value_column,
               s->value_per == 1 ? "must lie between 0 and 1 (both excluded) to be placed on a skewed scale"
                                 : "must lie between 0 and 100 percent (both excluded) to be placed on a skewed scale");
}

/* Left, right or both sides of one level: what a norm can be for. */
static int is_one_site(const fsc_control *c) {
    return !isnan(fsc_level_order(c->level)) && strcmp(c->muscle, "vertebra") != 0 &&
           (c->side == FSC_SIDE_LEFT || c->side == FSC_SIDE_RIGHT || c->side == FSC_SIDE_BOTH);
}

/* Fills one control; *use = 0 when the row has nothing to give (value, age or sex missing, bone, no single level). */
static fsc_status read_control(fsc_control *c, int *use, const source *s, int32_t row) {
    const fsc_table *t = s->table;
    int32_t side;
    *use = 0;
    *c = (fsc_control){.participant = fsc_table_get(t, row, "participant_id"),
                       .muscle = fsc_table_get(t, row, "muscle"),
                       .level = fsc_table_get(t, row, "level"),
                       .row = row + 1};
    if (!*c->participant || !*c->muscle) return bad(s, row, !*c->participant ? "participant_id" : "muscle", "is empty");
    if (strlen(c->muscle) >= sizeof((fsc_place *)0)->muscle) return bad(s, row, "muscle", "is too long");
    FSC_TRY(fsc_table_take_word(&side, fsc_side_words, t, row, "side", s->path, s->err));
    c->side = (fsc_side)side;
    FSC_TRY(read_value(c, s, row));
    c->method = method_class(s->opt->method ? s->opt->method : fsc_table_get(t, row, "method"));
    if (!c->method && s->opt->method)
        return fsc_fail(s->err, FSC_E_ARG, "the method '%.40s' is unknown; use 'multi-echo PDFF' or '2-point FSF'",
                        s->opt->method);
    if (!c->method) return bad(s, row, "method", "is unknown; use 'multi-echo PDFF' or '2-point FSF'");
    FSC_TRY(read_person(c, s, row));
    *use = is_one_site(c) && !isnan(c->fraction) && !isnan(c->age_years) && c->sex != FSC_SEX_UNKNOWN;
    return FSC_OK;
}

static int by_cell(const fsc_control *a, const fsc_control *b) {
    int d = strcmp(a->muscle, b->muscle);
    if (d) return d;
    const double la = fsc_level_order(a->level), lb = fsc_level_order(b->level);
    if (la != lb) return la < lb ? -1 : 1;
    if (a->side != b->side) return a->side < b->side ? -1 : 1;
    if (a->sex != b->sex) return a->sex < b->sex ? -1 : 1;
    return strcmp(a->method, b->method);
}

static int by_cell_and_person(const void *a, const void *b) {
    const fsc_control *x = a, *y = b;
    int d = by_cell(x, y);
    if (!d) d = strcmp(x->participant, y->participant);
    return d ? d : (x->row > y->row) - (x->row < y->row);
}

static int by_age(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Knots at fixed quantiles of the ages (Harrell 2015); two at the ends make a straight line. */
static void choose_knots(fsc_norm_curve *curve, const double *age, int32_t n) {
    static const double at[] = {0.05, 0.35, 0.65, 0.95};
    curve->n_knot = 4;
    for (int32_t k = 0; k < 4; k++) {
        const double position = at[k] * (n - 1);
        const int32_t i = (int32_t)position;
        const double part = position - i;
        curve->knot[k] = i + 1 < n ? age[i] * (1 - part) + age[i + 1] * part : age[n - 1];
    }
    int curved = n >= CURVED_MIN;
    for (int32_t k = 1; k < 4; k++) curved &= curve->knot[k] - curve->knot[k - 1] > 1;
    curve->n_term = 4;
    if (curved) return;
    curve->n_knot = curve->n_term = 2;
    curve->knot[0] = age[0];
    curve->knot[1] = age[n - 1];
}

/* Inverts a symmetric positive definite p x p table in place by Gauss-Jordan; 0 when it is singular. */
static int invert(double *a, int32_t p) {
    for (int32_t k = 0; k < p; k++) {
        const double pivot = a[k * p + k];
        if (!(pivot > 1e-12)) return 0;
        for (int32_t j = 0; j < p; j++) a[k * p + j] /= pivot;
        a[k * p + k] = 1 / pivot;
        for (int32_t i = 0; i < p; i++) {
            if (i == k) continue;
            const double factor = a[i * p + k];
            for (int32_t j = 0; j < p; j++)
                if (j != k) a[i * p + j] -= factor * a[k * p + j];
            a[i * p + k] = -factor / pivot;
        }
    }
    return 1;
}

/* Least squares of t(fraction) on the basis for the curve's lambda; *skewness of the residuals, *log_likelihood up to a
 * constant. 0 when the ages do not carry a curve. */
static int fit_curve(fsc_norm_curve *curve, double *skewness, double *log_likelihood, const fsc_control *c, int32_t n) {
    const int32_t p = curve->n_term;
    double xtx[FSC_TERM_MAX * FSC_TERM_MAX] = {0}, xty[FSC_TERM_MAX] = {0}, basis[FSC_TERM_MAX] = {0}, jacobian = 0;
    for (int32_t i = 0; i < n; i++) {
        const double y = fsc_curve_transform(curve->lambda, c[i].fraction);
        fsc_curve_basis(basis, curve, c[i].age_years);
        jacobian += curve->lambda * fsc_logit(c[i].fraction);
        for (int32_t a = 0; a < p; a++) {
            xty[a] += basis[a] * y;
            for (int32_t b = 0; b < p; b++) xtx[a * p + b] += basis[a] * basis[b];
        }
    }
    if (!invert(xtx, p)) return 0;
    for (int32_t a = 0; a < p; a++) {
        curve->coefficient[a] = 0;
        for (int32_t b = 0; b < p; b++) curve->coefficient[a] += xtx[a * p + b] * xty[b];
    }
    double m2 = 0, m3 = 0;
    for (int32_t i = 0; i < n; i++) {
        fsc_curve_basis(basis, curve, c[i].age_years);
        double residual = fsc_curve_transform(curve->lambda, c[i].fraction);
        for (int32_t a = 0; a < p; a++) residual -= curve->coefficient[a] * basis[a];
        m2 += residual * residual;
        m3 += residual * residual * residual;
    }
    curve->dof = n - p;
    curve->sigma = sqrt(m2 / curve->dof);
    if (!(curve->sigma > 0)) return 0;
    for (int32_t i = 0; i < p * p; i++) curve->covariance[i] = xtx[i] * curve->sigma * curve->sigma;
    *skewness = m3 / n / pow(m2 / n, 1.5);
    *log_likelihood = -0.5 * n * log(m2 / n) + jacobian;
    return 1;
}

/* The scale on which the residuals are most nearly normal: the most likely lambda from 0 (logit, strong skew) to 1
 * (odds, nearly none); Box and Cox 1964. */
static int fit_best_curve(fsc_norm_curve *curve, double *skewness, const fsc_control *c, int32_t n) {
    enum { STEPS = 20 };
    double best = -HUGE_VAL, likelihood, skew;
    for (int k = 0; k <= STEPS; k++) {
        fsc_norm_curve one = *curve;
        one.lambda = (double)k / STEPS;
        if (!fit_curve(&one, &skew, &likelihood, c, n)) return 0;
        if (likelihood <= best) continue;
        best = likelihood;
        *skewness = skew;
        *curve = one;
    }
    return 1;
}

static void add_list(fsc_text *out, const double *value, int32_t n) {
    for (int32_t i = 0; i < n; i++) fsc_text_printf(out, "%s%.12g", i ? ";" : "\t", value[i]);
}

/* A cell of the output; notes what does not suit the model. Returns 1 when the cell was written. */
static int write_cell(fsc_text *out, const fsc_control *c, int32_t n, double *age, const fsc_norms_fit_options *opt,
                      fsc_notes *notes) {
    fsc_norm_curve curve = {0};
    double skewness = 0;
    char id[160];
    fsc_format(id, sizeof id, "%s.%s.%s.%s.%s", opt->cohort, c->muscle, c->level, fsc_side_text(c->side),
               fsc_sex_text(c->sex));
    for (int32_t i = 0; i < n; i++) age[i] = c[i].age_years;
    qsort(age, (size_t)n, sizeof *age, by_age);
    int fitted = n >= PEOPLE_MIN && age[n - 1] - age[0] >= 5;
    if (fitted) choose_knots(&curve, age, n);
    if (!fitted || strlen(id) >= sizeof((fsc_norm_cell *)0)->id || !fit_best_curve(&curve, &skewness, c, n)) {
        fsc_notes_add(notes, FSC_NOTE_WARNING, "no-curve",
                      "No norm for %s: %d people from %.0f to %.0f years; at least %d over 5 years are needed.", id, n,
                      age[0], age[n - 1], PEOPLE_MIN);
        return 0;
    }
    if (fabs(skewness) > 2.6 * sqrt(6.0 / n))
        fsc_notes_add(notes, FSC_NOTE_WARNING, "skewed-residuals",
                      "Percentiles of %s may be off at the ends: residuals stay skewed (%.1f) on the fitted scale.", id,
                      skewness);
    fsc_text_printf(out,
                    "%s\t%s\t%s\t%s\t%s\t%s\t%.6g\t%.6g\trange\t%d\tstated\tn/a\tn/a\tPDFF\t%s\tn/a\t%s\t\t%s\t"
                    "fitted from own controls\t",
                    id, c->muscle, c->level, c->level, fsc_side_text(c->side), fsc_sex_text(c->sex), age[0], age[n - 1],
                    n, c->method, opt->cohort, opt->source);
    add_list(out, curve.knot, curve.n_knot);
    add_list(out, curve.coefficient, curve.n_term);
    add_list(out, curve.covariance, curve.n_term * curve.n_term);
    fsc_text_printf(out, "\t%.12g\t%.12g\t%.2f\n", curve.sigma, curve.dof, curve.lambda);
    return 1;
}

static fsc_status fit_all(const char *out_path, fsc_control *c, int32_t n, const source *s, const fsc_recipe *recipe,
                          fsc_notes *notes) {
    FSC_AUTO_BLOCK double *age = fsc_alloc(n, sizeof *age);
    if (!age) return fsc_fail_nomem(s->err, "fitting norms");
    qsort(c, (size_t)n, sizeof *c, by_cell_and_person);
    FSC_AUTO_TEXT fsc_text out = {0};
    fsc_text_printf(&out, "# Norm curves fitted by fascicle %s\n", FSC_VERSION);
    if (recipe && recipe->command) fsc_text_printf(&out, "# command: %s\n", recipe->command);
    for (int32_t i = 0; recipe && i < recipe->n_input; i++)
        fsc_text_printf(&out, "# input: %s sha256 %s\n", recipe->input[i].path, recipe->input[i].sha256);
    fsc_text_add(&out,
                 "norm_id\tmuscle\tlevel_first\tlevel_last\tside\tsex\tage_min_years\tage_max_years\tage_basis\tn\t"
                 "n_basis\tmean_percent\tsd_percent\tmetric\tmethod\tfield\tcohort\tcaveat\tsource\tstatus\tfact_id\t"
                 "knots_years\tcoefficients\tcovariance\tsigma\tdof\tlambda\n");
    int32_t written = 0;
    if (s->opt->borrow) FSC_TRY(fsc_fit_borrowed(&out, &written, c, n, s->opt, notes, s->err));
    for (int32_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && by_cell(&c[begin], &c[end]) == 0; end++)
            if (strcmp(c[end].participant, c[end - 1].participant) == 0)
                return fsc_fail(
                    s->err, FSC_E_RANGE,
                    "%s: rows %d and %d: '%.40s' is twice in the cell %s %s %s; keep one row a person and site",
                    s->path, c[end - 1].row, c[end].row, c[end].participant, c[end].muscle, c[end].level,
                    fsc_side_text(c[end].side));
        if (!s->opt->borrow) written += write_cell(&out, c + begin, end - begin, age, s->opt, notes);
    }
    if (written == 0)
        return fsc_fail(
            s->err, FSC_E_RANGE,
            "%s: no muscle, level, side and sex has %d people with age and fat fraction; with --borrow 3 of "
            "any age and sex do",
            s->path, PEOPLE_MIN);
    if (out.failed) return fsc_fail_nomem(s->err, "fitting norms");
    fsc_notes_add(notes, FSC_NOTE_FOUND, "norms-fitted", "%d norm curves from %d rows", written, n);
    FSC_TRY(fsc_notes_check(notes, s->err));
    return fsc_file_write(out_path, out.data, out.length, s->err);
}

static int tsv_safe(const char *text) {
    return *text && !strpbrk(text, "\t\r\n");
}

static fsc_status need_columns(const fsc_table *table, const char *path, const char *const *name, size_t n,
                               fsc_error *err) {
    for (size_t i = 0; i < n; i++)
        if (fsc_table_column(table, name[i]) < 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: column '%s' is missing", path, name[i]);
    return FSC_OK;
}

/* What the fit cannot do without, in the table or in the table of people. */
static fsc_status check_columns(source *s) {
    static const char *const site[] = {"participant_id", "muscle", "level", "side", "method"};
    static const char *const person[] = {"participant_id", "age", "sex"};
    FSC_TRY(need_columns(s->table, s->path, site, s->opt->method ? 4 : 5, s->err));
    s->value_column = "pdff_mean_fraction";
    s->value_per = 1;
    if (fsc_table_column(s->table, s->value_column) < 0 && fsc_table_column(s->table, "pdff_mean") >= 0) {
        s->value_column = "pdff_mean";
        s->value_per = 100;
    }
    FSC_TRY(need_columns(s->table, s->path, &s->value_column, 1, s->err));
    if (s->people) return need_columns(s->people, s->people_path, person, 3, s->err);
    if (fsc_table_column(s->table, "age") >= 0) return need_columns(s->table, s->path, person, 3, s->err);
    return fsc_fail(
        s->err, FSC_E_FORMAT,
        "%s: column 'age' is missing; add the columns age and sex, or give a participants.tsv that has them", s->path);
}

static fsc_status read_and_fit(const char *out_path, const source *s, const fsc_recipe *recipe, fsc_notes *notes) {
    FSC_AUTO_BLOCK fsc_control *controls = fsc_alloc(s->table->n_row, sizeof *controls);
    if (!controls) return fsc_fail_nomem(s->err, "fitting norms");
    int32_t n = 0;
    for (int32_t row = 0; row < s->table->n_row; row++) {
        int use;
        FSC_TRY(read_control(&controls[n], &use, s, row));
        n += use;
    }
    if (n < s->table->n_row)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "rows-left-out",
                      "%d of %d rows left out: value, age or sex missing, or no site of one level", s->table->n_row - n,
                      s->table->n_row);
    return fit_all(out_path, controls, n, s, recipe, notes);
}

fsc_status fsc_norms_fit(const char *out_path, const char *table_path, const fsc_norms_fit_options *opt,
                         const fsc_recipe *recipe, fsc_notes *notes, fsc_error *err) {
    if (!opt->cohort || !tsv_safe(opt->cohort) || strlen(opt->cohort) > 40)
        return fsc_fail(err, FSC_E_ARG, "the cohort's name must be a short word of at most 40 letters");
    if (!opt->source || !tsv_safe(opt->source) || strlen(opt->source) >= 240)
        return fsc_fail(err, FSC_E_ARG, "the source must be one line of at most 239 letters");
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_AUTO_TABLE fsc_table people = {0};
    FSC_TRY(fsc_table_read(&table, table_path, err));
    if (opt->participants) FSC_TRY(fsc_table_read(&people, opt->participants, err));
    source s = {.table = &table,
                .people = opt->participants ? &people : NULL,
                .path = table_path,
                .people_path = opt->participants,
                .opt = opt,
                .err = err};
    FSC_TRY(check_columns(&s));
    return read_and_fit(out_path, &s, recipe, notes);
}
