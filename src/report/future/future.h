/* What the injury-cycle model makes of the map: always both stories side by side, always marked as the model's. */
#ifndef FSC_REPORT_FUTURE_H
#define FSC_REPORT_FUTURE_H

#include "text.h"

#include <fascicle/forecast.h>

/* The whole section; nothing when forecast is NULL. */
FSC_MUST_USE fsc_status fsc_future_add(fsc_text *out, const fsc_forecast *forecast, fsc_error *err);

#endif
