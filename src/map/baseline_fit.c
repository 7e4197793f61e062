/* Fits the pooled baseline to published means and SDs: partial pooling with a random effect of the study.
 *
 * Everything is a sum of squares - means and SDs of the rows, priors of the parameters, smoothness of the level curve,
 * study effects around 0 with the assumed spread - so the mode is found by damped Gauss and Newton steps and the
 * posterior covariance is the inverse of the normal matrix there (Laplace's approximation). */
#include "baseline_row.h"

#include "alloc.h"
#include "cell.h"
#include "dense.h"
#include "fail.h"
#include "file.h"
#include "text.h"

#include <fascicle/version.h>
#include <math.h>
#include <string.h>

enum { UNKNOWN_MAX = FSC_BASELINE_N + FSC_BASELINE_STUDY_MAX, STEPS = 60 };
/* Error of a published mean beyond its sample: rounding and outline (fraction). */
#define MEAN_FLOOR 0.004
/* Error of a published SD's logarithm beyond its sample; SDs of skewed data scatter more than normal ones. */
#define SD_FLOOR 0.05
#define SD_SKEW 1.2

typedef struct problem {
    const fsc_baseline_rows *rows;
    const fsc_baseline_assumed *assumed;
    const fsc_progress *progress;
    int32_t left_out; /* a study, or -1 */
    int32_t n_unknown, n_residual;
    double *jacobian, *residual; /* n_residual x n_unknown; two of n_residual */
} problem;

static int32_t is_used(const problem *p, const fsc_baseline_row *row) {
    return row->fits && row->study_of != p->left_out;
}

static void add_rows(double *r, int32_t *n, const problem *p, const double *x) {
    for (int32_t i = 0; i < p->rows->n; i++) {
        const fsc_baseline_row *row = &p->rows->item[i];
        if (!is_used(p, row)) continue;
        double mean, sd;
        fsc_baseline_row_moments(&mean, &sd, row, x, x[FSC_BASELINE_N + row->study_of], p->assumed);
        r[(*n)++] = (row->mean - mean) / hypot(row->sd / sqrt(row->n), MEAN_FLOOR);
        if (row->sd_counts) r[(*n)++] = log(row->sd / sd) / (SD_SKEW / sqrt(2 * row->n) + SD_FLOOR);
    }
}

static void residuals(double *r, const problem *p, const double *x) {
    const fsc_baseline_assumed *a = p->assumed;
    int32_t n = 0;
    add_rows(r, &n, p, x);
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) r[n++] = (x[k] - a->prior_mean[k]) / a->prior_sd[k];
    for (int32_t l = 1; l < FSC_BASELINE_LEVELS - 1; l++)
        r[n++] = (x[l - 1] - 2 * x[l] + x[l + 1]) / a->level_roughness_sd;
    for (int32_t s = 0; s < p->rows->n_study; s++) r[n++] = x[FSC_BASELINE_N + s] / a->between_study_sd;
}

static int32_t count_residuals(const problem *p) {
    int32_t n = FSC_BASELINE_N + FSC_BASELINE_LEVELS - 2 + p->rows->n_study;
    for (int32_t i = 0; i < p->rows->n; i++)
        if (is_used(p, &p->rows->item[i])) n += 1 + p->rows->item[i].sd_counts;
    return n;
}

static double half_sum(const double *r, int32_t n) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += 0.5 * r[i] * r[i];
    return sum;
}

/* Normal matrix J'J and gradient J'r at x, by central differences. */
static void linearise(double *normal, double *gradient, problem *p, double *x) {
    const int32_t n = p->n_unknown, m = p->n_residual;
    const double step = 1e-4;
    double *plus = p->residual + m;
    for (int32_t k = 0; k < n; k++) {
        const double at = x[k];
        x[k] = at + step;
        residuals(plus, p, x);
        x[k] = at - step;
        residuals(p->residual, p, x);
        x[k] = at;
        for (int32_t i = 0; i < m; i++) p->jacobian[i * n + k] = (plus[i] - p->residual[i]) / (2 * step);
    }
    residuals(p->residual, p, x);
    memset(normal, 0, (size_t)(n * n) * sizeof *normal);
    memset(gradient, 0, (size_t)n * sizeof *gradient);
    for (int32_t i = 0; i < m; i++)
        for (int32_t a = 0; a < n; a++) {
            const double j = p->jacobian[i * n + a];
            gradient[a] += j * p->residual[i];
            for (int32_t b = 0; j != 0 && b <= a; b++) normal[a * n + b] += j * p->jacobian[i * n + b];
        }
}

/* Steps to the mode (Levenberg 1944, Marquardt 1963); leaves the normal matrix of the mode in normal. */
static fsc_status find_mode(double *x, double *normal, problem *p, fsc_error *err) {
    const int32_t n = p->n_unknown;
    double gradient[UNKNOWN_MAX], trial[UNKNOWN_MAX], damping = 1e-3;
    FSC_AUTO_BLOCK double *damped = fsc_alloc((int64_t)n * n, sizeof *damped);
    if (!damped) return fsc_fail_nomem(err, "fitting the baseline");
    residuals(p->residual, p, x);
    double now = half_sum(p->residual, p->n_residual);
    for (int step = 0; step < STEPS; step++) {
        FSC_TRY(fsc_progress_step(p->progress, "norms", (p->left_out + 1.0) / (p->rows->n_study + 1.0), err));
        linearise(normal, gradient, p, x);
        double next = INFINITY;
        for (; damping < 1e8; damping *= 10) {
            memcpy(damped, normal, (size_t)(n * n) * sizeof *damped);
            for (int32_t k = 0; k < n; k++) {
                damped[k * n + k] *= 1 + damping;
                trial[k] = -gradient[k];
            }
            fsc_dense_solve(damped, trial, n);
            for (int32_t k = 0; k < n; k++) trial[k] += x[k];
            residuals(p->residual, p, trial);
            next = half_sum(p->residual, p->n_residual);
            if (next <= now) break;
        }
        if (!(next <= now)) return fsc_fail(err, FSC_E_NUMERIC, "the baseline's fit does not settle");
        memcpy(x, trial, (size_t)n * sizeof *x);
        damping = fmax(damping / 10, 1e-9);
        if (now - next < 1e-10 * (1 + now)) break;
        now = next;
    }
    linearise(normal, gradient, p, x);
    return FSC_OK;
}

/* Mode and covariance of all unknowns (n_unknown of each). */
static fsc_status fit(double *x, double *covariance, problem *p, fsc_error *err) {
    const int32_t n = p->n_unknown = FSC_BASELINE_N + p->rows->n_study;
    p->n_residual = count_residuals(p);
    FSC_AUTO_BLOCK double *block = fsc_alloc((int64_t)p->n_residual * (n + 2) + (int64_t)n * n, sizeof *block);
    if (!block) return fsc_fail_nomem(err, "fitting the baseline");
    p->jacobian = block;
    p->residual = block + (int64_t)p->n_residual * n;
    double *normal = p->residual + 2 * p->n_residual;
    for (int32_t k = 0; k < n; k++) x[k] = k < FSC_BASELINE_N ? p->assumed->prior_mean[k] : 0;
    FSC_TRY(find_mode(x, normal, p, err));
    for (int32_t k = 0; k < n; k++) {
        double *column = covariance + (int64_t)k * n;
        for (int32_t i = 0; i < n; i++) column[i] = i == k;
        if (k == 0)
            fsc_dense_solve(normal, column, n);
        else
            fsc_dense_back(normal, column, n);
    }
    return FSC_OK;
}

/* Logit of the mean that a new study of these people would print, and its error: parameters, study, sample. */
static double foresee(double *sd, const fsc_baseline_row *row, double *x, const double *covariance, int32_t n,
                      const fsc_baseline_assumed *assumed) {
    double slope[FSC_BASELINE_N], mean, spread;
    const double step = 1e-4;
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) {
        const double at = x[k];
        double high, low;
        x[k] = at + step;
        fsc_baseline_row_moments(&high, &spread, row, x, 0, assumed);
        x[k] = at - step;
        fsc_baseline_row_moments(&low, &spread, row, x, 0, assumed);
        x[k] = at;
        slope[k] = (fsc_logit(high) - fsc_logit(low)) / (2 * step);
    }
    fsc_baseline_row_moments(&mean, &spread, row, x, 0, assumed);
    const double levels = row->order_last - row->order_first + 1;
    const double own = row->sd / sqrt(row->n) / (mean * (1 - mean));
    double variance = assumed->between_study_sd * assumed->between_study_sd + own * own +
                      assumed->shape_sd * assumed->shape_sd / levels;
    for (int32_t i = 0; i < FSC_BASELINE_N; i++)
        for (int32_t j = 0; j < FSC_BASELINE_N; j++) variance += slope[i] * slope[j] * covariance[i * n + j];
    *sd = sqrt(variance);
    return fsc_logit(mean);
}

/* Notes how a row stands against a fit that has not seen its study; 1 when inside the 90 % band. */
static int note_row(fsc_notes *notes, const fsc_baseline_row *row, double *x, const double *covariance, int32_t n,
                    const fsc_baseline_assumed *assumed) {
    double sd;
    const double at = foresee(&sd, row, x, covariance, n, assumed), miss = (fsc_logit(row->mean) - at) / sd;
    const int inside = fabs(miss) <= 1.6448536269514722;
    fsc_notes_add(
        notes, FSC_NOTE_FOUND, row->fits ? "study-left-out" : "row-outside",
        "%s, %s: mean %.1f %%; without it the model says %.1f %% (90 %% %.1f to %.1f), off by %.2f of its SD%s",
        row->study, row->id, 100 * row->mean, 100 * fsc_unlogit(at), 100 * fsc_unlogit(at - 1.645 * sd),
        100 * fsc_unlogit(at + 1.645 * sd), miss, inside ? "" : "; OUTSIDE");
    return inside;
}

/* Each study against the fit to the others, and the rows that are in no fit against the fit to all. */
static fsc_status cross_check(fsc_notes *notes, problem *p, const double *x, const double *covariance, fsc_error *err) {
    const int32_t n = FSC_BASELINE_N + p->rows->n_study;
    FSC_AUTO_BLOCK double *block = fsc_alloc((int64_t)n * (n + 1), sizeof *block);
    if (!block) return fsc_fail_nomem(err, "fitting the baseline");
    int32_t inside = 0, all = 0;
    for (int32_t s = 0; s < p->rows->n_study; s++) {
        p->left_out = s;
        FSC_TRY(fit(block, block + n, p, err));
        for (int32_t i = 0; i < p->rows->n; i++) {
            if (p->rows->item[i].study_of != s) continue;
            inside += note_row(notes, &p->rows->item[i], block, block + n, n, p->assumed);
            all++;
        }
    }
    p->left_out = -1;
    fsc_notes_add(notes, FSC_NOTE_FOUND, "studies-left-out",
                  "%d of %d means lie inside the 90 %% band of a fit to the other %d studies", inside, all,
                  p->rows->n_study - 1);
    memcpy(block, x, (size_t)n * sizeof *block);
    for (int32_t i = 0; i < p->rows->n; i++)
        if (!p->rows->item[i].fits) (void)note_row(notes, &p->rows->item[i], block, covariance, n, p->assumed);
    return FSC_OK;
}

static void write_head(fsc_text *out, const problem *p, const double *x, const fsc_recipe *recipe) {
    fsc_text_printf(out,
                    "# The pooled baseline of healthy fat: mode and covariance of its parameters on the logit scale, "
                    "fitted by\n# fascicle %s norms pool. Rows of norms.tsv behind it, by study and its effect:\n",
                    FSC_VERSION);
    for (int32_t s = 0; s < p->rows->n_study; s++) {
        double people = 0;
        fsc_text_printf(out, "# %s (%+.3f):", p->rows->study[s], x[FSC_BASELINE_N + s]);
        for (int32_t i = 0; i < p->rows->n; i++) {
            const fsc_baseline_row *row = &p->rows->item[i];
            if (row->study_of != s) continue;
            people = fmax(people, row->n);
            fsc_text_printf(out, " %s", row->id);
        }
        fsc_text_printf(out, "; up to %.0f people a row\n", people);
    }
    for (int32_t i = 0; recipe && i < recipe->n_input; i++)
        fsc_text_printf(out, "# input: %s sha256 %s\n", recipe->input[i].path, recipe->input[i].sha256);
}

static fsc_status write_fit(const char *path, const problem *p, const double *x, const double *covariance,
                            const fsc_recipe *recipe, fsc_error *err) {
    const int32_t n = FSC_BASELINE_N + p->rows->n_study;
    FSC_AUTO_TEXT fsc_text out = {0};
    write_head(&out, p, x, recipe);
    fsc_text_add(&out, "name\tmean\tsd\tcovariance\tsource\tstatus\n");
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) {
        fsc_text_printf(&out, "%s\t%.6g\t%.4g\t", fsc_baseline_name(k), x[k], sqrt(covariance[k * n + k]));
        for (int32_t j = 0; j < FSC_BASELINE_N; j++)
            fsc_text_printf(&out, "%s%.6g", j ? ";" : "", covariance[k * n + j]);
        fsc_text_add(&out, "\tfascicle norms pool\tfitted (pooled)\n");
    }
    if (out.failed) return fsc_fail_nomem(err, "writing the baseline");
    return fsc_file_write(path, out.data, out.length, err);
}

static fsc_status pool(const char *out_path, const fsc_baseline_rows *rows, const fsc_recipe *recipe,
                       const fsc_progress *progress, fsc_notes *notes, fsc_error *err) {
    fsc_baseline_assumed assumed;
    FSC_TRY(fsc_baseline_assumed_read(&assumed, err));
    problem p = {.rows = rows, .assumed = &assumed, .left_out = -1, .progress = progress};
    const int32_t n = FSC_BASELINE_N + rows->n_study;
    FSC_AUTO_BLOCK double *x = fsc_alloc((int64_t)n * (n + 1), sizeof *x);
    if (!x) return fsc_fail_nomem(err, "fitting the baseline");
    FSC_TRY(fit(x, x + n, &p, err));
    if (notes) FSC_TRY(cross_check(notes, &p, x, x + n, err));
    return write_fit(out_path, &p, x, x + n, recipe, err);
}

fsc_status fsc_norms_pool(const char *out_path, const char *table_path, const fsc_recipe *recipe,
                          const fsc_progress *progress, fsc_notes *notes, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    if (table_path)
        FSC_TRY(fsc_table_read(&table, table_path, err));
    else
        FSC_TRY(fsc_table_embedded(&table, "norms.tsv", err));
    fsc_baseline_rows rows;
    FSC_TRY(fsc_baseline_rows_read(&rows, &table, table_path ? table_path : "norms.tsv", err));
    fsc_status status = rows.n_study < 2 ? fsc_fail(err, FSC_E_RANGE, "%s: rows of two studies or more are needed",
                                                    table_path ? table_path : "norms.tsv")
                                         : pool(out_path, &rows, recipe, progress, notes, err);
    fsc_baseline_rows_free(&rows);
    return status;
}
