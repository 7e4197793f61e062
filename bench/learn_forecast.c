/* What made the learnt rows of data/cycle/discrepancy.tsv: forecasts of simulated people under a grid of values, judged
 * by the mean log score of their 12-month PDFF. Coverage takes no part. `make learn-forecast` runs it.
 * Arguments: seed, simulated people of each kind and day of scan, virtual people (902 4 512 when left out). The seed
 * must not be used in any report: what was learnt on it would look better than it is. */
#include "infer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double mismatch[] = {0.5, 1};
enum { MISMATCHES = sizeof mismatch / sizeof mismatch[0] };

/* Mean log score over all kinds, both sets of measurements and the mismatches; negative infinity on failure. */
static double score(const fsc_discrepancy *d, fsc_validation_options opt, fsc_error *err) {
    double sum = 0;
    for (int m = 0; m < MISMATCHES; m++) {
        fsc_validation result[FSC_TRUTH_N][2];
        opt.mismatch = mismatch[m];
        if (fsc_validate_under(result, &opt, d, err) != FSC_OK) return -HUGE_VAL;
        for (int k = 0; k < FSC_TRUTH_N; k++)
            for (int c = 0; c < 2; c++) sum += result[k][c].log_score;
    }
    return sum / (MISMATCHES * FSC_TRUTH_N * 2);
}

int main(int argc, char **argv) {
    fsc_error err = FSC_ERROR_INIT;
    fsc_validation_options opt = {.n_truth = argc > 2 ? atoi(argv[2]) : 4,
                                  .n_member = argc > 3 ? atoi(argv[3]) : 512,
                                  .seed = (uint64_t)(argc > 1 ? atoi(argv[1]) : 902)};
    static const double change_share[] = {0.1, 0.2, 0.4}, share_factor[] = {1, 0.5};
    fsc_discrepancy table;
    if (fsc_discrepancy_read(&table, &err) != FSC_OK) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    printf("seed\tpeople\tvirtual\tshares_times\tchange_share\tlog_score\n");
    for (size_t f = 0; f < sizeof share_factor / sizeof share_factor[0]; f++) {
        for (size_t c = 0; c < sizeof change_share / sizeof change_share[0]; c++) {
            fsc_discrepancy d = table;
            for (int q = 0; q < FSC_OBSERVED_N; q++) d.share[q] *= share_factor[f];
            d.change_share = change_share[c];
            const double s = score(&d, opt, &err);
            if (!isfinite(s)) {
                fprintf(stderr, "%s\n", err.text);
                return EXIT_FAILURE;
            }
            printf("%llu\t%d\t%d\t%g\t%g\t%.4f\n", (unsigned long long)opt.seed, (int)opt.n_truth, (int)opt.n_member,
                   share_factor[f], change_share[c], s);
            fflush(stdout);
        }
    }
    return EXIT_SUCCESS;
}
