#include "walk.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

enum { MAX_MOVES = 10000 };

fsc_status fsc_order_walk_new(fsc_order_walk *walk, const fsc_order_ratios *ratios, fsc_error *err) {
    *walk = (fsc_order_walk){.ratios = ratios};
    const int64_t rows = 3 * ((int64_t)ratios->n_event + 2) + 1;
    walk->product = fsc_alloc(rows * ratios->n_lane, sizeof *walk->product);
    if (!walk->product) return fsc_fail_nomem(err, "preparing a chain of orders");
    const int64_t block = ((int64_t)ratios->n_event + 2) * ratios->n_lane;
    walk->upto = walk->product + block;
    walk->from = walk->upto + block;
    walk->inverse_total = walk->from + block;
    return FSC_OK;
}

void fsc_order_walk_free(fsc_order_walk *walk) {
    fsc_free(walk->product);
    walk->product = NULL;
}

/* Products and sums for positions a .. b - 1 and what depends on them. */
static void rebuild(fsc_order_walk *walk, int32_t a, int32_t b) {
    const fsc_order_ratios *r = walk->ratios;
    const int64_t n = r->n_lane;
    const int32_t last = r->n_event;
    for (int32_t k = a; k < b; k++) {
        const double *ratio = r->ratio + walk->event[k] * n, *before = walk->product + (k - 1) * n;
        double *now = walk->product + k * n;
        for (int64_t j = 0; j < n; j++) now[j] = before[j] * ratio[j];
    }
    for (int32_t k = a; k <= last; k++) {
        const double *product = walk->product + k * n, *before = walk->upto + k * n;
        double *now = walk->upto + (k + 1) * n;
        for (int64_t j = 0; j < n; j++) now[j] = before[j] + product[j];
    }
    for (int32_t k = b - 1; k >= 0; k--) {
        const double *product = walk->product + k * n, *after = walk->from + (k + 1) * n;
        double *now = walk->from + k * n;
        for (int64_t j = 0; j < n; j++) now[j] = after[j] + product[j];
    }
    const double *total = walk->from;
    for (int64_t j = 0; j < n; j++) walk->inverse_total[j] = 1.0 / total[j];
}

void fsc_order_walk_set(fsc_order_walk *walk, const int32_t *sequence) {
    const int64_t n = walk->ratios->n_lane;
    const int32_t n_event = walk->ratios->n_event;
    for (int32_t k = 0; k < n_event; k++) walk->event[k + 1] = sequence[k];
    for (int64_t j = 0; j < n; j++) {
        walk->product[j] = 1;
        walk->upto[j] = 0;
        walk->upto[n + j] = 1;
        walk->from[(n_event + 1) * n + j] = 0;
    }
    rebuild(walk, 1, n_event + 1);
    walk->log_likelihood = 0;
    for (int64_t j = 0; j < n; j++) walk->log_likelihood += log(walk->from[j] / (n_event + 1));
}

/* Splits each lane into a mantissa in [1, 2) kept in place and an exponent added up, so that a long product neither
 * overflows nor vanishes. Lanes are positive and normal: a ratio of sums lies within exp(+-32), 8 of them within the
 * range of a double. */
static void take_exponents(double *lane, int64_t *exponent) {
    for (int l = 0; l < FSC_ORDER_LANES; l++) {
        uint64_t bits;
        memcpy(&bits, &lane[l], sizeof bits);
        exponent[l] += (int64_t)(bits >> 52) - 1023;
        bits = (bits & 0x000FFFFFFFFFFFFFu) | 0x3FF0000000000000u;
        memcpy(&lane[l], &bits, sizeof bits);
    }
}

double fsc_order_walk_gain(const fsc_order_walk *walk, fsc_order_move move) {
    const fsc_order_ratios *r = walk->ratios;
    const int64_t n = r->n_lane;
    /* All three moves multiply the products between a and b by one factor per person; a shift also moves them a row. */
    const int32_t shift = move.kind == FSC_ORDER_LATER ? 1 : move.kind == FSC_ORDER_EARLIER ? -1 : 0;
    const int32_t enters = move.kind == FSC_ORDER_LATER ? r->n_event : walk->event[move.b];
    const int32_t leaves = move.kind == FSC_ORDER_EARLIER ? r->n_event : walk->event[move.a];
    const double *times = r->ratio + enters * n, *over = r->inverse + leaves * n;
    const double *upto = walk->upto + move.a * n, *from = walk->from + move.b * n;
    const double *first = walk->product + (move.a + shift) * n;
    const int32_t n_row = move.b - move.a;
    double lane[FSC_ORDER_LANES];
    int64_t exponent[FSC_ORDER_LANES] = {0};
    for (int l = 0; l < FSC_ORDER_LANES; l++) lane[l] = 1;
    for (int64_t j = 0, count = 0; j < n; j += FSC_ORDER_LANES) {
        double between[FSC_ORDER_LANES] = {0};
        for (int32_t k = 0; k < n_row; k++)
            for (int l = 0; l < FSC_ORDER_LANES; l++) between[l] += first[k * n + j + l];
        for (int l = 0; l < FSC_ORDER_LANES; l++) {
            const double total = upto[j + l] + times[j + l] * over[j + l] * between[l] + from[j + l];
            lane[l] *= total * walk->inverse_total[j + l];
        }
        if (++count % 8 == 0) take_exponents(lane, exponent);
    }
    take_exponents(lane, exponent);
    double product = 1;
    int64_t power = 0;
    for (int l = 0; l < FSC_ORDER_LANES; l++) {
        product *= lane[l];
        power += exponent[l];
    }
    return log(product) + (double)power * 0.69314718055994530942;
}

void fsc_order_walk_make(fsc_order_walk *walk, fsc_order_move move, double gain) {
    int32_t *event = walk->event;
    const int32_t at_a = event[move.a], at_b = event[move.b], n_between = move.b - move.a;
    if (move.kind == FSC_ORDER_SWAP) {
        event[move.a] = at_b;
        event[move.b] = at_a;
    } else if (move.kind == FSC_ORDER_LATER) {
        memmove(event + move.a, event + move.a + 1, (size_t)n_between * sizeof *event);
        event[move.b] = at_a;
    } else {
        memmove(event + move.a + 1, event + move.a, (size_t)n_between * sizeof *event);
        event[move.a] = at_b;
    }
    rebuild(walk, move.a, move.b);
    walk->log_likelihood += gain;
}

void fsc_order_walk_climb(fsc_order_walk *walk) {
    const int32_t n = walk->ratios->n_event;
    for (int moves = 0; moves < MAX_MOVES; moves++) {
        fsc_order_move best = {FSC_ORDER_SWAP, 0, 0};
        double best_gain = 1e-9; /* rounding must not send it round in circles */
        for (int32_t a = 1; a < n; a++) {
            for (int32_t b = a + 1; b <= n; b++) {
                const int n_kind = b == a + 1 ? 1 : 3; /* neighbours: all three are the same move */
                for (int kind = 0; kind < n_kind; kind++) {
                    const fsc_order_move move = {(fsc_order_move_kind)kind, a, b};
                    const double gain = fsc_order_walk_gain(walk, move);
                    if (gain > best_gain) {
                        best_gain = gain;
                        best = move;
                    }
                }
            }
        }
        if (best.a == 0) return;
        fsc_order_walk_make(walk, best, best_gain);
    }
}
