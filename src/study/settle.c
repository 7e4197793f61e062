/* Sequential Monte Carlo towards the population of least information (Del Moral et al. 2006). People are drawn from the
 * table's laws and weighted by exp(m . feature); the draw grows while few of them carry the weights. Then generations
 * are drawn by parts of the weights, and everyone takes random steps that leave the laws as they are (Cotter et al.
 * 2013), accepted with the odds of the weights drawn by so far. In the end the weights still to give are nearly even.
 */
#include "settle.h"

#include "alloc.h"
#include "fail.h"
#include "population.h"
#include "random.h"

#include <math.h>
#include <string.h>

enum { MOST_ROUNDS = 16, MOVES = 2, MOST_DRAWS = 16, MOST_DRAWN = 32000 };
/* Weights are even enough when so many people, or this share of them, are effective. */
static const double enough_people = 250, enough_share = 0.25;
/* The same for the first draw, before it is grown: it decides how different the people can be in the end. */
static const double enough_families = 60, enough_family_share = 0.03;
static const double least_reach = 0.01; /* of a move; the largest is 1 */
static const double kept_by_draw = 0.5; /* effective share that one draw may cost */

/* The people of one generation, side by side. */
typedef struct generation {
    int64_t n;
    fsc_person_code *code;
    fsc_study_curve *curve;
    double *feature;      /* [n][n_feature] */
    int64_t *id, *family; /* who is still the same person; who came from the same first draw */
} generation;

typedef struct settling {
    fsc_settle *to;
    const fsc_cycle *neck;
    fsc_cycle_population *population; /* n_person at a time */
    generation now, next;
    double *weight, *sum; /* [now.n], [most ids] */
    int64_t n_id, n_family;
    int32_t n_look;
    fsc_tilt tilt;
} settling;

static fsc_status generation_new(generation *g, int64_t n, int32_t n_feature, fsc_error *err) {
    g->n = n;
    g->code = fsc_alloc(n, sizeof *g->code);
    g->curve = fsc_alloc(n, sizeof *g->curve);
    g->feature = fsc_alloc(n * n_feature, sizeof *g->feature);
    g->id = fsc_alloc(n, sizeof *g->id);
    g->family = fsc_alloc(n, sizeof *g->family);
    if (g->code && g->curve && g->feature && g->id && g->family) return FSC_OK;
    return fsc_fail_nomem(err, "calibrating the cycle");
}

static void generation_free(generation *g) {
    fsc_free(g->code);
    fsc_free(g->curve);
    fsc_free(g->feature);
    fsc_free(g->id);
    fsc_free(g->family);
    *g = (generation){0};
}

static void copy_people(const settling *s, generation *to, int64_t i, const generation *from, int64_t j, int64_t n) {
    const int32_t k = s->to->n_feature;
    memcpy(to->code + i, from->code + j, (size_t)n * sizeof *to->code);
    memcpy(to->curve + i, from->curve + j, (size_t)n * sizeof *to->curve);
    memcpy(to->feature + i * k, from->feature + j * k, (size_t)(n * k) * sizeof *to->feature);
    memcpy(to->id + i, from->id + j, (size_t)n * sizeof *to->id);
    memcpy(to->family + i, from->family + j, (size_t)n * sizeof *to->family);
}

/* Makes g the generation that is weighted from now on. */
static fsc_status stand_in(settling *s, generation *g, fsc_error *err) {
    if (g->n != s->now.n) {
        fsc_free(s->weight);
        s->weight = fsc_alloc(g->n, sizeof *s->weight);
        if (!s->weight) return fsc_fail_nomem(err, "calibrating the cycle");
    }
    const generation swap = s->now;
    s->now = *g;
    *g = swap;
    s->tilt.n_person = s->now.n;
    s->tilt.feature = s->now.feature;
    return FSC_OK;
}

/* Simulates n_person people of a generation from their codes. */
static fsc_status look(settling *s, generation *g, int64_t first, fsc_error *err) {
    fsc_settle *to = s->to;
    double bounds[2];
    FSC_TRY(fsc_population_shape(s->population, s->neck, to->set, to->story, g->code + first, err));
    FSC_TRY(fsc_study_curves(g->curve + first, s->neck, s->population->person, to->n_person, to->n_threads, bounds,
                             to->progress, err));
    for (int k = 0; k < 2; k++) to->bounds[k] = fmin(to->bounds[k], bounds[k]);
    for (int64_t i = first; i < first + to->n_person; i++)
        to->feature_of(to->context, &g->curve[i], g->feature + i * to->n_feature);
    s->n_look++;
    return FSC_OK;
}

/* The first draw becomes n_draw times n_person people; those it has stay. */
static fsc_status draw(settling *s, int64_t n_draw, fsc_error *err) {
    const fsc_settle *to = s->to;
    const int64_t n = n_draw * to->n_person, had = s->now.n;
    FSC_TRY(generation_new(&s->next, n, to->n_feature, err));
    if (had > 0) copy_people(s, &s->next, 0, &s->now, 0, had);
    for (int64_t i = had; i < n; i++) {
        fsc_person_code_draw(&s->next.code[i], to->seed, i);
        s->next.id[i] = s->next.family[i] = i;
    }
    for (int64_t first = had; first < n; first += to->n_person) FSC_TRY(look(s, &s->next, first, err));
    FSC_TRY(stand_in(s, &s->next, err));
    generation_free(&s->next);
    s->n_id = s->n_family = n;
    return FSC_OK;
}

/* Each of the next generation from a person as often as the weights say (systematic resampling). */
static fsc_status breed(settling *s, fsc_error *err) {
    const int64_t n = s->to->n_person;
    const double start = fsc_random_uniform(s->to->seed, UINT64_MAX, (uint64_t)s->n_look);
    double mass = s->weight[0];
    for (int64_t i = 0, from = 0; i < n; i++) {
        while (mass * (double)n < (double)i + start && from + 1 < s->now.n) mass += s->weight[++from];
        copy_people(s, &s->next, i, &s->now, from, 1);
    }
    FSC_TRY(stand_in(s, &s->next, err));
    if (s->next.n == n) return FSC_OK;
    generation_free(&s->next);
    return generation_new(&s->next, n, s->to->n_feature, err);
}

/* Everyone tries one step. Steps have every size: where many people could stand large ones are taken, and those who
 * stand where few can only move by small ones. */
static fsc_status move(settling *s, fsc_error *err) {
    const fsc_settle *to = s->to;
    const int32_t n_feature = to->n_feature;
    const uint64_t at = 2 * (uint64_t)s->n_look;
    for (int64_t i = 0; i < to->n_person; i++) {
        const double u = fsc_random_uniform(to->seed, UINT64_MAX - 1 - (uint64_t)i, at);
        s->next.code[i] = s->now.code[i];
        fsc_person_code_move(&s->next.code[i], pow(least_reach, u), to->seed, i, s->n_look);
    }
    FSC_TRY(look(s, &s->next, 0, err));
    for (int64_t i = 0; i < to->n_person; i++) {
        double odds = 0;
        for (int32_t k = 0; k < n_feature; k++)
            odds += s->tilt.before[k] * (s->next.feature[i * n_feature + k] - s->now.feature[i * n_feature + k]);
        if (!(log(fsc_random_uniform(to->seed, UINT64_MAX - 1 - (uint64_t)i, at + 1)) < odds)) continue;
        s->next.id[i] = s->n_id++;
        s->next.family[i] = s->now.family[i];
        copy_people(s, &s->now, i, &s->next, i, 1);
    }
    return FSC_OK;
}

static double effective(settling *s) {
    return fsc_effective_number(s->weight, s->now.id, s->now.n, s->sum, s->n_id);
}

/* Draws by as much of the weights as leaves the wanted share of people effective, and moves. */
static fsc_status advance(settling *s, const double *wanted, fsc_error *err) {
    const int32_t n_feature = s->to->n_feature;
    /* Of a grown first draw as many people as the next generation has. */
    const double least = kept_by_draw * (double)s->to->n_person;
    double low = 0, high = 1, part[FSC_FEATURE_MAX];
    for (int half = 0; half < 30; half++) {
        const double share = half == 0 ? 1 : 0.5 * (low + high);
        for (int32_t k = 0; k < n_feature; k++) part[k] = share * wanted[k];
        fsc_tilt_weigh(&s->tilt, part, s->weight);
        double squares = 0;
        for (int64_t i = 0; i < s->now.n; i++) squares += s->weight[i] * s->weight[i];
        if (1 / squares >= least)
            low = share;
        else
            high = share;
        if (low == 1) break;
    }
    for (int32_t k = 0; k < n_feature; k++) part[k] = low * wanted[k];
    fsc_tilt_weigh(&s->tilt, part, s->weight);
    FSC_TRY(breed(s, err));
    for (int32_t k = 0; k < n_feature; k++) s->tilt.before[k] += part[k];
    for (int k = 0; k < MOVES; k++) FSC_TRY(move(s, err));
    return FSC_OK;
}

static fsc_status first_generation(settling *s, double wanted[FSC_FEATURE_MAX], fsc_error *err) {
    const fsc_settle *to = s->to;
    const int64_t n = to->n_person;
    const double families = fmin(enough_families, enough_family_share * (double)n);
    s->tilt = (fsc_tilt){.n_feature = to->n_feature, .softness = to->softness};
    s->sum = fsc_alloc(n * (MOST_DRAWS + MOST_ROUNDS * MOVES), sizeof *s->sum);
    if (!s->sum) return fsc_fail_nomem(err, "calibrating the cycle");
    FSC_TRY(fsc_cycle_draw(&s->population, s->neck, to->set, to->story, n, to->seed, err)); /* room for n people */
    for (int64_t n_draw = 1;; n_draw *= 2) {
        FSC_TRY(draw(s, n_draw, err));
        fsc_tilt_solve(&s->tilt, wanted, s->weight);
        if (2 * n_draw > MOST_DRAWS || 2 * n_draw * n > MOST_DRAWN || effective(s) >= families) break;
    }
    return generation_new(&s->next, n, to->n_feature, err);
}

static fsc_status settle(settling *s, fsc_error *err) {
    fsc_settle *to = s->to;
    const int64_t n = to->n_person;
    const double enough = fmin(enough_people, enough_share * (double)n);
    double wanted[FSC_FEATURE_MAX];
    FSC_TRY(first_generation(s, wanted, err));
    for (to->n_round = 0; s->now.n > n || (to->n_round < MOST_ROUNDS && effective(s) < enough); to->n_round++) {
        FSC_TRY(advance(s, wanted, err));
        fsc_tilt_solve(&s->tilt, wanted, s->weight);
    }
    to->n_drawn = s->n_family;
    to->effective_people = effective(s);
    to->families = fsc_effective_number(s->weight, s->now.family, n, s->sum, s->n_family);
    memcpy(to->curve, s->now.curve, (size_t)n * sizeof *to->curve);
    memcpy(to->weight, s->weight, (size_t)n * sizeof *to->weight);
    return FSC_OK;
}

fsc_status fsc_settle_run(fsc_settle *to, const fsc_cycle *neck, fsc_error *err) {
    settling s = {.to = to, .neck = neck};
    to->bounds[0] = to->bounds[1] = 0;
    const fsc_status status = settle(&s, err);
    fsc_cycle_population_free(s.population);
    generation_free(&s.now);
    generation_free(&s.next);
    fsc_free(s.weight);
    fsc_free(s.sum);
    return status;
}
