/* How well two scans can be compared at all: sameness of scanner and protocol, and the evidence on repeatability.
 */
#ifndef FSC_CHANGE_REPEAT_H
#define FSC_CHANGE_REPEAT_H

#include <fascicle/map.h>
#include <stddef.h>

typedef enum fsc_pair {
    FSC_PAIR_SAME,     /* one scanner, one protocol */
    FSC_PAIR_SCANNER,  /* another scanner or field strength, the same protocol */
    FSC_PAIR_PROTOCOL, /* other echoes, flip angle or repetition time */
    FSC_PAIR_METHOD    /* separated by another method: not comparable */
} fsc_pair;

/* The worst of what two acquisitions differ in, and the same in words for the reader. */
fsc_pair fsc_pair_of(char *words, size_t size, const fsc_acquisition *a, const fsc_acquisition *b);

/* data/repeatability.tsv as numbers, in fractions. */
typedef struct fsc_ageing {
    char muscle[48];
    double rate_per_year, se_per_year;
    char fact_id[16];
} fsc_ageing;
enum { FSC_AGEING_MAX = 8 };
typedef struct fsc_repeat {
    double sd_difference[3]; /* by fsc_pair: SD of the difference of two scans of unchanged tissue */
    double floor[3];         /* least change that is called real */
    char fact_ids[3][24];
    double label_share[FSC_LABEL_SOURCE_N]; /* of the labels' scatter (SD) that differs between visits */
    fsc_ageing ageing[FSC_AGEING_MAX];
    int32_t n_ageing;
} fsc_repeat;

FSC_MUST_USE fsc_status fsc_repeat_read(fsc_repeat *out, fsc_error *err);
/* The ageing row of a muscle, or NULL. */
const fsc_ageing *fsc_repeat_ageing(const fsc_repeat *repeat, const char *muscle);

/* Why two rows of one site may not be compared; "" when they may. */
const char *fsc_row_obstacle(const fsc_row *a, const fsc_row *b);
/* What a row's own error adds to its difference from another scan of the same site, the labels' part apart. exchanged:
 * the share of the tissue that the labels may have exchanged (fsc_pair_exchanged). */
double fsc_row_variance(const fsc_row *row, const fsc_row *with, double exchanged);
double fsc_pair_exchanged(const fsc_repeat *repeat, const fsc_row *a, fsc_label_source of_a, const fsc_row *b,
                          fsc_label_source of_b);
/* The share (SD) of a visit's label error, by its source, that the labels of the other visit do not have in common with
 * it. */
double fsc_repeat_label_share(const fsc_repeat *repeat, fsc_label_source own, fsc_label_source other);
/* What the labels of both visits add to a row's difference. */
double fsc_pair_label_variance(const fsc_repeat *repeat, const fsc_row *a, fsc_label_source of_a, const fsc_row *b,
                               fsc_label_source of_b);
/* Non-zero for rows that a verdict is given for: one muscle, level and side. */
int fsc_row_judged(const fsc_row *row);

#endif
