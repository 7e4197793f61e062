/* One walker over orders: keeps, for every person, the running products along its order, so that a move between two
 * positions costs only what lies between them. */
#ifndef FSC_CYCLE_ORDER_WALK_H
#define FSC_CYCLE_ORDER_WALK_H

#include <fascicle/order.h>

/* People are padded to a whole number of lanes with people who say nothing. */
enum { FSC_ORDER_LANES = 8 };

/* exp(log ratio) of every event for every person, and its inverse; rows are events, the last row is all ones. */
typedef struct fsc_order_ratios {
    int32_t n_event;
    int64_t n_lane;  /* padded people */
    double *ratio;   /* owned, (n_event + 1, n_lane) */
    double *inverse; /* owned, (n_event + 1, n_lane) */
} fsc_order_ratios;

typedef enum fsc_order_move_kind {
    FSC_ORDER_SWAP = 0,   /* the events at a and b change places */
    FSC_ORDER_LATER = 1,  /* the event at a goes to b, those between move up */
    FSC_ORDER_EARLIER = 2 /* the event at b goes to a, those between move down */
} fsc_order_move_kind;

/* Positions 1 <= a < b <= n_event. */
typedef struct fsc_order_move {
    fsc_order_move_kind kind;
    int32_t a, b;
} fsc_order_move;

typedef struct fsc_order_walk {
    const fsc_order_ratios *ratios;          /* borrowed */
    int32_t event[FSC_ORDER_MAX_EVENTS + 1]; /* event[k] = the k-th to happen, k from 1 */
    double *product;                         /* owned block: (n_event + 1, n_lane) product of the first k ratios */
    double *upto;                            /* (n_event + 2, n_lane): row k = sum of product rows below k */
    double *from;                            /* (n_event + 2, n_lane): row k = sum of product rows k and above */
    double *inverse_total;                   /* n_lane */
    double log_likelihood;                   /* sum over people of log(total / (n_event + 1)) */
} fsc_order_walk;

/* Room for a cohort's cases, all ratios 1. Its block is freed by fsc_free(ratios->ratio). */
FSC_MUST_USE fsc_status fsc_order_ratios_new(fsc_order_ratios *ratios, const fsc_cohort *cohort, fsc_error *err);
/* The ratios under given mixtures: of everyone, and the cases' again in lanes. */
void fsc_order_ratios_fill(fsc_order_ratios *ratios, double *person_ratio, const fsc_cohort *cohort,
                           const fsc_order_mixture *mixture);

FSC_MUST_USE fsc_status fsc_order_walk_new(fsc_order_walk *walk, const fsc_order_ratios *ratios, fsc_error *err);
void fsc_order_walk_free(fsc_order_walk *walk);

/* Takes an order (events, from 0) and computes everything afresh. */
void fsc_order_walk_set(fsc_order_walk *walk, const int32_t *sequence);

/* What the move would add to the log likelihood. */
double fsc_order_walk_gain(const fsc_order_walk *walk, fsc_order_move move);

/* Makes the move whose gain is known. Products are rebuilt from the unchanged ones before a, so rounding does not
 * pile up over moves. */
void fsc_order_walk_make(fsc_order_walk *walk, fsc_order_move move, double gain);

/* Steepest ascent over all swaps and shifts until none gains (or after 10,000 moves, which no ascent needs: an order of
 * 64 events is at most 63 shifts from any other). */
void fsc_order_walk_climb(fsc_order_walk *walk);

#endif
