/* Whether the order's shares mean what they say, on simulated cohorts whose order is known:
 * bench_order_truth PEOPLE MISSING_PERCENT COHORTS [GAP_SD [orders|subtypes [FIRST]]]. Prints for bins of stated share
 * how often it was true, of positions and of pairs, with the 95 % interval of the gap that sampling these cohorts
 * leaves (statements of one cohort hang together, so cohorts are what is counted), the largest gap of a bin with 100
 * statements or more, and Kendall's tau of the order. Then how many subtypes it finds in those cohorts and in cohorts
 * whose every second person goes through the events the other way round. FIRST is the number of the first cohort, 0
 * unless said. */
#include <fascicle/order.h>
#include <fascicle/subtypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 10, BINS = 10 };

static uint64_t state;

/* SplitMix64 (Steele et al. 2014); the bench sees the public headers only. */
static double uniform(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void) {
    const double u = uniform();
    return sqrt(-2 * log(u)) * cos(6.28318530717958647692 * uniform());
}

typedef struct bins {
    double stated[BINS], right[BINS], n[BINS];
    double off[BINS];                                             /* stated less right, of the cohort under way */
    double count[BINS];                                           /* statements of the cohort under way */
    double off_square[BINS], off_count[BINS], count_square[BINS]; /* sums over cohorts, for the interval */
} bins;

static void tell(bins *b, double stated, int right) {
    const int k = stated >= 1 ? BINS - 1 : (int)(stated * BINS);
    b->stated[k] += stated;
    b->right[k] += right;
    b->n[k]++;
    b->off[k] += stated - right;
    b->count[k]++;
}

static void end_cohort(bins *b) {
    for (int k = 0; k < BINS; k++) {
        b->off_square[k] += b->off[k] * b->off[k];
        b->off_count[k] += b->off[k] * b->count[k];
        b->count_square[k] += b->count[k] * b->count[k];
        b->off[k] = b->count[k] = 0;
    }
}

/* Half the 95 % interval of a bin's gap: the ratio of two sums over cohorts (Cochran 1977, Sampling Techniques). */
static double half_width(const bins *b, int k, double gap) {
    const double sum = b->off_square[k] - 2 * gap * b->off_count[k] + gap * gap * b->count_square[k];
    return 1.96 * sqrt(fmax(sum, 0)) / b->n[k];
}

static void print(const char *name, const bins *b) {
    double worst = 0, off = 0, n = 0;
    int n_bin = 0, n_beyond = 0;
    for (int k = 0; k < BINS; k++) {
        if (b->n[k] < 1) continue;
        const double stated = b->stated[k] / b->n[k], right = b->right[k] / b->n[k];
        const double half = half_width(b, k, stated - right);
        printf("  %s stated %.3f true %.3f gap %+.3f +- %.3f (n %.0f)\n", name, stated, right, stated - right, half,
               b->n[k]);
        n_bin += b->n[k] >= 100;
        n_beyond += b->n[k] >= 100 && fabs(stated - right) > half;
        if (b->n[k] >= 100 && fabs(stated - right) > worst) worst = fabs(stated - right);
        off += b->n[k] * fabs(stated - right);
        n += b->n[k];
    }
    printf("%s: largest gap %.3f, mean gap %.3f; %d of %d bins further off than sampling leaves\n", name, worst,
           off / n, n_beyond, n_bin);
}

/* Each marker has its own gap and widths; a fifth of the people are controls. */
static fsc_cohort *simulate(int32_t n, double missing, double gap_sd, int32_t *order, int opposite) {
    fsc_cohort *c = NULL;
    if (fsc_cohort_new(&c, n, EVENTS, NULL) != FSC_OK) exit(1);
    double gap[EVENTS], width[EVENTS];
    for (int e = 0; e < EVENTS; e++) {
        order[e] = e;
        gap[e] = gap_sd * (0.75 + 0.5 * uniform());
        width[e] = 1 + 0.5 * uniform();
    }
    for (int e = EVENTS - 1; e > 0; e--) {
        const int k = (int)(uniform() * (e + 1));
        const int32_t held = order[e];
        order[e] = order[k];
        order[k] = held;
    }
    for (int32_t j = 0; j < n; j++) {
        c->is_control[j] = j < n / 5;
        const int stage = c->is_control[j] ? 0 : (int)(uniform() * (EVENTS + 1));
        for (int k = 0; k < EVENTS; k++) {
            const int e = order[k];
            const int at = opposite && j % 2 ? EVENTS - 1 - k : k;
            const double x = at < stage ? gap[e] + width[e] * normal() : normal();
            c->value[j * EVENTS + e] = uniform() < missing ? (double)NAN : x;
        }
    }
    return c;
}

static double tau(const int32_t *found, const int32_t *truth) {
    int place[EVENTS], sum = 0;
    for (int k = 0; k < EVENTS; k++) place[found[k]] = k;
    for (int a = 0; a < EVENTS; a++)
        for (int b = a + 1; b < EVENTS; b++) sum += place[truth[a]] < place[truth[b]] ? 1 : -1;
    return 2.0 * sum / (EVENTS * (EVENTS - 1));
}

static int count_subtypes(const fsc_cohort *cohort) {
    fsc_subtypes *found = NULL;
    fsc_error err = FSC_ERROR_INIT;
    if (fsc_subtypes_run(&found, cohort, NULL, &err) != FSC_OK) return fprintf(stderr, "%s\n", err.text), 0;
    const int n = (int)found->n_subtype;
    for (int k = 1; k < found->n_tried; k++)
        printf("  %d over %d: %.4f (standard error %.4f)\n", k + 1, k, found->gain[k], found->gain_se[k]);
    fsc_subtypes_free(found);
    return n;
}

static void subtypes_truth(int32_t n, double missing, int32_t n_cohort, double gap_sd) {
    int found[2][FSC_SUBTYPES_MOST + 1] = {{0}};
    for (int opposite = 0; opposite < 2; opposite++)
        for (int i = 0; i < n_cohort; i++) {
            int32_t order[EVENTS];
            state = (uint64_t)(i + 1) * 1000003u;
            fsc_cohort *cohort = simulate(n, missing, gap_sd, order, opposite);
            found[opposite][count_subtypes(cohort)]++;
            fsc_cohort_free(cohort);
        }
    for (int opposite = 0; opposite < 2; opposite++)
        printf("%s: 1, 2, 3 subtypes found in %d, %d, %d of %d cohorts\n",
               opposite ? "two opposite orders" : "one order", found[opposite][1], found[opposite][2],
               found[opposite][3], (int)n_cohort);
}

static int order_truth(int32_t n, double missing, int32_t n_cohort, double gap_sd, int first) {
    bins position = {0}, pair = {0};
    double sum = 0, high = 0, high_right = 0;
    for (int i = 0; i < n_cohort; i++) {
        int32_t order[EVENTS], place[EVENTS];
        state = (uint64_t)(first + i + 1) * 1000003u;
        fsc_cohort *cohort = simulate(n, missing, gap_sd, order, 0);
        fsc_order_options opt = FSC_ORDER_OPTIONS_INIT;
        fsc_order *found = NULL;
        fsc_error err = FSC_ERROR_INIT;
        if (fsc_order_run(&found, cohort, &opt, &err) != FSC_OK) return fprintf(stderr, "%s\n", err.text), 1;
        for (int k = 0; k < EVENTS; k++) place[order[k]] = k;
        for (int e = 0; e < EVENTS; e++)
            for (int k = 0; k < EVENTS; k++) {
                const double stated = found->position[e * EVENTS + k];
                tell(&position, stated, place[e] == k);
                if (stated >= 0.95) high++, high_right += place[e] == k;
                if (k != e) tell(&pair, found->before[e * EVENTS + k], place[e] < place[k]);
            }
        end_cohort(&position);
        end_cohort(&pair);
        sum += tau(found->sequence, order);
        fsc_order_free(found);
        fsc_cohort_free(cohort);
    }
    printf("%d people, %.0f %% missing, gap %.1f SD, %d cohorts\n", (int)n, 100 * missing, gap_sd, (int)n_cohort);
    print("position", &position);
    print("pair", &pair);
    printf("stated 0.95 or more: %.0f, right %.3f; mean tau %.3f\n", high, high > 0 ? high_right / high : (double)NAN,
           sum / n_cohort);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 4)
        return fprintf(stderr,
                       "usage: bench_order_truth PEOPLE MISSING_PERCENT COHORTS [GAP_SD [orders|subtypes [FIRST]]]\n"),
               2;
    const int32_t n = atoi(argv[1]), n_cohort = atoi(argv[3]);
    const double missing = atof(argv[2]) / 100, gap_sd = argc > 4 ? atof(argv[4]) : 2;
    const char *what = argc > 5 ? argv[5] : "";
    if (strcmp(what, "subtypes") != 0 && order_truth(n, missing, n_cohort, gap_sd, argc > 6 ? atoi(argv[6]) : 0) != 0)
        return 1;
    if (strcmp(what, "orders") != 0) subtypes_truth(n, missing, n_cohort, gap_sd);
    return 0;
}
