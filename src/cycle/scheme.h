/* The Runge-Kutta scheme of the batched solver, in two registers (Williamson 1980): q <- a q + h f(y), y <- y + b q.
 *
 * Found by least squares on the eight conditions of order 4 and on the stability polynomial of degree 6 that reaches -7
 * on the real axis (5 % damped) with its fifth-order term nearest to that of the exponential. test_ensemble.c checks
 * order, interval, and that the error weights see order 4 and nothing below. */
#ifndef FSC_CYCLE_SCHEME_H
#define FSC_CYCLE_SCHEME_H

#define FSC_N_STAGE 6
#define FSC_STABLE_REACH 7.0

static const double fsc_stage_a[FSC_N_STAGE] = {
    0, -0.57327554249805379, -1.3885045748068745, -2.9597821224252625, -0.90709794162411994, -0.60802082207512664};
static const double fsc_stage_b[FSC_N_STAGE] = {0.047347809075366669, 0.70075209280404982, 0.80353017644791191,
                                                0.40423401630684008,  0.30922387241807697, 0.1525937459641824};
/* The last weight is that of f at the new point, which the next step needs anyway. */
static const double fsc_error_weight[FSC_N_STAGE + 1] = {
    0.21717206787331675, -0.19109174917503036, -0.19778048386691699, -0.19136790085882549,
    0.36235683820071796, 0.19270281758331007,  -0.19199158975657191};

#endif
