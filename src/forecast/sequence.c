/* Sequences share their beginnings: a tree is walked block by block, each node simulated once from its parent's state,
 * then every sequence to the end of the year. The model has no clock of its own, so a state is all that a block needs.
 */
#include "sequence.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "outlook.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <string.h>

enum {
    PEOPLE_AT_ONCE = 8, /* bounds the states that are kept: some 30 MB */
    YEAR_DAYS = 364
};

#define VIEW_COUNT(name) +1
static fsc_status read_rules(fsc_view_rules *out, fsc_error *err) {
    enum { N = 0 FSC_VIEW_ROWS(VIEW_COUNT) };
    static const char table_name[] = "cycle/view.tsv";
#define VIEW_NAME(name) #name,
    static const char *const name[N] = {FSC_VIEW_ROWS(VIEW_NAME)};
    double value[N];
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, table_name, err));
    for (int k = 0; k < N; k++) {
        value[k] = k < table.n_row && strcmp(fsc_table_get(&table, k, "name"), name[k]) == 0
                       ? fsc_table_number(&table, k, "value")
                       : (double)NAN;
        if (!(value[k] > 0))
            return fsc_fail(err, FSC_E_FORMAT, "built-in table %s, row %d is not '%s'", table_name, k + 1, name[k]);
    }
    memcpy(out, value, sizeof *out);
    return FSC_OK;
}

static void grow_tree(fsc_sequences *all) {
    static const fsc_sequence_node root = {0, -1, 0};
    for (int b = 0; b < FSC_SEQUENCE_BLOCKS; b++) {
        const fsc_sequence_node *before = b ? all->node[b - 1] : &root;
        const int32_t n_before = b ? all->n_node[b - 1] : 1;
        for (int32_t p = 0; p < n_before; p++)
            for (int8_t t = -1; t < all->n_treatment; t++) {
                if (t >= 0 && before[p].used >> t & 1) continue;
                const uint8_t used = (uint8_t)(before[p].used | (t >= 0 ? 1u << t : 0));
                all->node[b][all->n_node[b]++] = (fsc_sequence_node){(int16_t)p, t, used};
            }
    }
}

fsc_status fsc_sequences_read(fsc_sequences *out, fsc_error *err) {
    static const char name[] = "cycle/sequences.tsv";
    *out = (fsc_sequences){0};
    FSC_TRY(read_rules(&out->rules, err));
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, name, err));
    for (int32_t row = 0; row < table.n_row; row++) {
        const int32_t which = fsc_cycle_find_treatment(fsc_table_get(&table, row, "treatment"));
        if (which < 0 || row == FSC_SEQUENCE_TREATMENTS)
            return fsc_fail(err, FSC_E_FORMAT, "built-in table %s, row %d is malformed", name, (int)row + 1);
        out->treatment[row] = (fsc_cycle_treatment)which;
        fsc_copy_text(out->words[row], sizeof out->words[row], fsc_table_get(&table, row, "words"));
        out->n_treatment++;
    }
    grow_tree(out);
    return FSC_OK;
}

void fsc_sequence_blocks(int32_t block[FSC_SEQUENCE_BLOCKS], const fsc_sequences *all, int32_t which) {
    for (int b = FSC_SEQUENCE_BLOCKS; b-- > 0; which = all->node[b][which].parent)
        block[b] = all->node[b][which].treatment;
}

void fsc_sequence_words(char *out, size_t size, const fsc_sequences *all, int32_t which) {
    int32_t block[FSC_SEQUENCE_BLOCKS];
    size_t used = 0;
    fsc_sequence_blocks(block, all, which);
    fsc_copy_text(out, size, "no treatment");
    for (int b = 0; b < FSC_SEQUENCE_BLOCKS && used < size; b++)
        if (block[b] >= 0)
            used += (size_t)fsc_format(out + used, size - used, "%sweek %.0f %s", used ? ", " : "",
                                       b * all->rules.block_weeks, all->words[block[b]]);
}

/* What one simulation of many starts from and gives. */
typedef struct leg {
    const fsc_cycle *model;
    int32_t n_threads;
    const fsc_progress *progress;
} leg;

/* Runs one leg for everyone and adds to each score the pain of its days. */
static fsc_status run_leg(fsc_cycle_run **out, const leg *l, const fsc_cycle_person *people, int32_t n, double days,
                          int want_state, double *score, fsc_error *err) {
    enum { PARTS = 3 };
    double day[PARTS + 1];
    for (int k = 0; k <= PARTS; k++) day[k] = days * k / PARTS;
    const fsc_cycle_plan plan = {.day = day,
                                 .n_day = PARTS + 1,
                                 .want_state = want_state,
                                 .relative_tolerance = 1e-3,
                                 .absolute_tolerance = 1e-5,
                                 .n_threads = l->n_threads};
    FSC_TRY(fsc_cycle_simulate(out, l->model, people, n, &plan, l->progress, err));
    for (int32_t i = 0; i < n; i++) {
        const fsc_cycle_outcome *o = (*out)->outcome + (int64_t)i * (PARTS + 1);
        for (int k = 0; k < PARTS; k++) score[i] += 0.5 * (o[k].nrs + o[k + 1].nrs) * days / PARTS;
    }
    return FSC_OK;
}

/* State of run number i at its last day. */
static const double *last_state(const fsc_cycle_run *run, int64_t i) {
    return run->state + ((i + 1) * run->n_day - 1) * run->n_state;
}

/* One block of a few people: everybody once a node, from where the node before left them. */
static fsc_status run_block(fsc_cycle_run **out, double *score, const leg *l, const fsc_sequences *all, int b,
                            const fsc_cycle_person *person, int32_t n_person, const fsc_cycle_run *before,
                            const double *score_before, fsc_cycle_person *people, fsc_error *err) {
    const double days = 7 * all->rules.block_weeks;
    fsc_cycle_course course[FSC_SEQUENCE_TREATMENTS];
    for (int32_t t = 0; t < all->n_treatment; t++)
        course[t] =
            (fsc_cycle_course){.start_day = 0, .stop_day = days, .treatment = all->treatment[t], .intensity = 1};
    const int32_t n = all->n_node[b], n_before = b ? all->n_node[b - 1] : 1;
    for (int32_t p = 0; p < n_person; p++)
        for (int32_t k = 0; k < n; k++) {
            const fsc_sequence_node *node = &all->node[b][k];
            const int64_t from = (int64_t)p * n_before + node->parent;
            fsc_cycle_person *one = &people[(int64_t)p * n + k];
            *one = person[p];
            one->course = node->treatment < 0 ? NULL : &course[node->treatment];
            one->n_course = node->treatment >= 0;
            if (before) one->initial = last_state(before, from);
            score[(int64_t)p * n + k] = score_before ? score_before[from] : 0;
        }
    return run_leg(out, l, people, n_person * n, days, 1, score, err);
}

/* The rest of the year of every sequence, without treatment. */
static fsc_status run_tail(double *score, const leg *l, double days, const fsc_cycle_person *person, int32_t n_person,
                           int32_t n, const fsc_cycle_run *before, fsc_cycle_person *people, fsc_error *err) {
    for (int32_t i = 0; i < n_person * n; i++) {
        people[i] = person[i / n];
        people[i].initial = last_state(before, i);
    }
    fsc_cycle_run *run = NULL;
    const fsc_status status = run_leg(&run, l, people, n_person * n, days, 0, score, err);
    fsc_cycle_run_free(run);
    return status;
}

static fsc_status try_few(double *pain, const fsc_sequences *all, const leg *l, const fsc_cycle_person *person,
                          int32_t n_person, fsc_cycle_person *people, double *scratch, fsc_error *err) {
    const int32_t n = fsc_sequences_n(all);
    const int64_t most = (int64_t)n_person * n;
    const double tail_days = YEAR_DAYS - FSC_SEQUENCE_BLOCKS * 7 * all->rules.block_weeks;
    fsc_cycle_run *before = NULL;
    fsc_status status = FSC_OK;
    for (int b = 0; b < FSC_SEQUENCE_BLOCKS && status == FSC_OK; b++) {
        double *score = scratch + (b % 2) * most;
        fsc_cycle_run *run = NULL;
        status = run_block(&run, score, l, all, b, person, n_person, before, b ? scratch + (1 - b % 2) * most : NULL,
                           people, err);
        fsc_cycle_run_free(before);
        before = run;
    }
    double *score = scratch + ((FSC_SEQUENCE_BLOCKS - 1) % 2) * most;
    if (status == FSC_OK) status = run_tail(score, l, tail_days, person, n_person, n, before, people, err);
    fsc_cycle_run_free(before);
    for (int64_t i = 0; i < most; i++) pain[i] = score[i] / YEAR_DAYS;
    return status;
}

fsc_status fsc_sequences_try(double *pain, const fsc_sequences *all, const fsc_cycle *model,
                             const fsc_cycle_person *person, int32_t n_person, int32_t n_threads,
                             const fsc_progress *progress, fsc_error *err) {
    const int64_t n = fsc_sequences_n(all);
    const leg l = {model, n_threads, progress};
    FSC_AUTO_BLOCK fsc_cycle_person *people = fsc_alloc(PEOPLE_AT_ONCE * n, sizeof *people);
    FSC_AUTO_BLOCK double *scratch = fsc_alloc(2 * PEOPLE_AT_ONCE * n, sizeof *scratch);
    if (!people || !scratch) return fsc_fail_nomem(err, "trying sequences");
    for (int32_t at = 0; at < n_person; at += PEOPLE_AT_ONCE) {
        const int32_t some = n_person - at < PEOPLE_AT_ONCE ? n_person - at : PEOPLE_AT_ONCE;
        FSC_TRY(try_few(pain + at * n, all, &l, person + at, some, people, scratch, err));
    }
    return FSC_OK;
}

int32_t fsc_sequences_vote(double *share, const fsc_sequences *all, const double *pain, int32_t n_person) {
    const int32_t n = fsc_sequences_n(all);
    int32_t best = 0;
    for (int32_t k = 0; k < n; k++) share[k] = 0;
    for (int32_t p = 0; p < n_person; p++) {
        const double *own = pain + (int64_t)p * n;
        const double least = fsc_sequences_least(own, n);
        int32_t n_equal = 0;
        if (!fsc_sequences_differ(all, own)) continue;
        for (int32_t k = 0; k < n; k++) n_equal += own[k] <= least + all->rules.equal_points;
        for (int32_t k = 0; k < n; k++)
            if (own[k] <= least + all->rules.equal_points) share[k] += 1.0 / n_equal / n_person;
    }
    for (int32_t k = 1; k < n; k++)
        if (share[k] > share[best]) best = k;
    return best;
}

double fsc_sequences_least(const double *pain, int32_t n) {
    double least = pain[0];
    for (int32_t k = 1; k < n; k++) least = fmin(least, pain[k]);
    return least;
}

double fsc_sequences_range(const double *pain, int32_t n) {
    double most = pain[0];
    for (int32_t k = 1; k < n; k++) most = fmax(most, pain[k]);
    return most - fsc_sequences_least(pain, n);
}

int fsc_sequences_differ(const fsc_sequences *all, const double *pain) {
    return fsc_sequences_range(pain, fsc_sequences_n(all)) >= all->rules.least_points;
}

static int is_struck(const fsc_posterior *post, int32_t i) {
    for (int32_t l = 0; l < post->n_level; l++)
        if (fsc_picked(post, i, l)->member >= 0) return 1;
    return 0;
}

fsc_status fsc_sequences_search(double **pain, int32_t *n_person, const fsc_sequences *all,
                                const fsc_posterior *posterior, int32_t n_threads, const fsc_progress *progress,
                                fsc_error *err) {
    const int32_t n_most = (int32_t)all->rules.people;
    const fsc_library *lib = posterior->library;
    const int64_t own = (int64_t)lib->n_state + lib->n_site;
    FSC_AUTO_BLOCK fsc_cycle_person *people = fsc_alloc(n_most, sizeof *people);
    FSC_AUTO_BLOCK double *state = fsc_alloc(n_most * own, sizeof *state);
    FSC_AUTO_BLOCK double *found = fsc_alloc((int64_t)n_most * fsc_sequences_n(all), sizeof *found);
    *n_person = 0;
    if (!people || !state || !found) return fsc_fail_nomem(err, "trying sequences");
    int32_t n_struck = 0, seen = 0;
    for (int32_t i = 0; i < FSC_PICKS; i++) n_struck += is_struck(posterior, i);
    const int32_t n = n_struck < n_most ? n_struck : n_most;
    for (int32_t i = 0; i < FSC_PICKS && *n_person < n; i++) { /* evenly over the draws that carry an injury */
        if (!is_struck(posterior, i) || (int64_t)seen++ * n < (int64_t)*n_person * n_struck) continue;
        double *at = state + *n_person * own;
        fsc_person_compose(&people[(*n_person)++], at, at + lib->n_state, posterior, i);
    }
    FSC_TRY(fsc_sequences_try(found, all, lib->model, people, *n_person, n_threads, progress, err));
    *pain = found;
    found = NULL;
    return FSC_OK;
}
