#include "fit.h"
#include "alloc.h"
#include "cell.h"
#include "fail.h"
#include "file.h"
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
    const char *path;
    const fsc_norms_fit_options *opt;
    fsc_error *err;
} source;

static fsc_status bad(const source *s, int32_t row, const char *column, const char *why) {
    return fsc_fail(s->err, FSC_E_FORMAT, "%s: row %d: %s '%.40s' %s", s->path, row + 1, column,
                    fsc_table_get(s->table, row, column), why);
}

/* Fills one control; *use = 0 when the row has nothing to give (missing value, a row that pools levels). */
static fsc_status read_control(fsc_control *c, int *use, const source *s, int32_t row) {
    const fsc_table *t = s->table;
    *use = 0;
    const char *value = fsc_table_get(t, row, "pdff_mean"), *age = fsc_table_get(t, row, "age");
    *c = (fsc_control){.participant = fsc_table_get(t, row, "participant_id"),
                       .muscle = fsc_table_get(t, row, "muscle"),
                       .level = fsc_table_get(t, row, "level"),
                       .method = s->opt->method,
                       .row = row + 1};
    if (!c->method) c->method = fsc_table_get(t, row, "method");
    if (strcmp(value, "n/a") == 0 || strcmp(age, "n/a") == 0 || isnan(fsc_level_order(c->level))) return FSC_OK;
    if (!*c->participant || !*c->muscle) return bad(s, row, !*c->participant ? "participant_id" : "muscle", "is empty");
    if (strlen(c->muscle) >= 48) return bad(s, row, "muscle", "is too long");
    if (strcmp(c->method, FSC_METHOD_CLASS_MULTI_ECHO) != 0 && strcmp(c->method, FSC_METHOD_CLASS_TWO_POINT) != 0)
        return fsc_fail(s->err, FSC_E_FORMAT,
                        "%s: row %d: method '%.40s' is unknown; use 'multi-echo PDFF' or '2-point FSF'", s->path,
                        row + 1, c->method);
    const char *side = fsc_table_get(t, row, "side"), *sex = fsc_table_get(t, row, "sex");
    if (strcmp(side, "left") == 0 || strcmp(side, "L") == 0)
        c->side = FSC_SIDE_LEFT;
    else if (strcmp(side, "right") == 0 || strcmp(side, "R") == 0)
        c->side = FSC_SIDE_RIGHT;
    else if (strcmp(side, "both") == 0)
        c->side = FSC_SIDE_BOTH;
    else
        return bad(s, row, "side", "is unknown; use left, right or both");
    if (strcmp(sex, "female") == 0 || strcmp(sex, "F") == 0)
        c->sex = FSC_SEX_FEMALE;
    else if (strcmp(sex, "male") == 0 || strcmp(sex, "M") == 0)
        c->sex = FSC_SEX_MALE;
    else
        return bad(s, row, "sex", "is unknown; use female or male");
    c->age_years = fsc_table_number(t, row, "age");
    if (!(c->age_years > 0 && c->age_years < 120)) return bad(s, row, "age", "is no age in years");
    const double percent = fsc_table_number(t, row, "pdff_mean");
    if (!(percent > 0 && percent < 100))
        return bad(s, row, "pdff_mean",
                   "must lie between 0 and 100 percent (both excluded) to be placed on a skewed scale");
    c->fraction = percent / 100;
    *use = 1;
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
    (void)snprintf(id, sizeof id, "%s.%s.%s.%s.%s", opt->cohort, c->muscle, c->level, fsc_side_text(c->side),
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
    return fsc_file_write(out_path, out.data, out.length, s->err);
}

static int tsv_safe(const char *text) {
    return *text && !strpbrk(text, "\t\r\n");
}

fsc_status fsc_norms_fit(const char *out_path, const char *table_path, const fsc_norms_fit_options *opt,
                         const fsc_recipe *recipe, fsc_notes *notes, fsc_error *err) {
    if (!opt->cohort || !tsv_safe(opt->cohort) || strlen(opt->cohort) > 40)
        return fsc_fail(err, FSC_E_ARG, "the cohort's name must be a short word of at most 40 letters");
    if (!opt->source || !tsv_safe(opt->source) || strlen(opt->source) >= 240)
        return fsc_fail(err, FSC_E_ARG, "the source must be one line of at most 239 letters");
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, table_path, err));
    static const char *const needed[] = {"participant_id", "age",  "sex",       "muscle",
                                         "level",          "side", "pdff_mean", "method"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed - (opt->method ? 1 : 0); i++)
        if (fsc_table_column(&table, needed[i]) < 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: column '%s' is missing", table_path, needed[i]);
    const source s = {&table, table_path, opt, err};
    FSC_AUTO_BLOCK fsc_control *controls = fsc_alloc(table.n_row, sizeof *controls);
    if (!controls) return fsc_fail_nomem(err, "fitting norms");
    int32_t n = 0;
    for (int32_t row = 0; row < table.n_row; row++) {
        int use;
        FSC_TRY(read_control(&controls[n], &use, &s, row));
        n += use;
    }
    if (n < table.n_row)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "rows-left-out",
                      "%d of %d rows left out: value or age missing, or no single level", table.n_row - n, table.n_row);
    return fit_all(out_path, controls, n, &s, recipe, notes);
}
