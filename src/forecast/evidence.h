/* What the exam says of the person: prior odds of an injury, and factors of levels; bounded, and told. */
#ifndef FSC_FORECAST_EVIDENCE_H
#define FSC_FORECAST_EVIDENCE_H

#include "assumed.h"
#include "infer.h"

typedef struct fsc_evidence {
    double prior;          /* of ever having been injured here, by history alone */
    double log_odds;       /* by history and answers */
    double log_tender[64]; /* of every level of the model */
    fsc_forecast_use use[FSC_FORECAST_N_USE];
    int32_t n_use;
} fsc_evidence;

void fsc_evidence_from(fsc_evidence *out, const fsc_forecast_person *person, const fsc_cycle *model,
                       const fsc_data *data, const fsc_assumed *assumed);

#endif
