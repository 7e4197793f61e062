/* The parts of the section on the future, in the order of the page. */
#ifndef FSC_REPORT_FUTURE_PARTS_H
#define FSC_REPORT_FUTURE_PARTS_H

#include "text.h"

#include <fascicle/forecast.h>

void fsc_future_person_add(fsc_text *out, const fsc_forecast *forecast);
void fsc_future_schedules_add(fsc_text *out, const fsc_forecast *forecast);
void fsc_future_butterfly_add(fsc_text *out, const fsc_forecast *forecast);
/* Of whom the library consists, and which fields of the exam were used. */
void fsc_future_basis_add(fsc_text *out, const fsc_forecast *f);
/* Names the sites that the model does not fit. */
void fsc_future_misfit_add(fsc_text *out, const fsc_forecast *f);
/* Instead of the stories where nothing departs. */
void fsc_future_quiet_add(fsc_text *out, const fsc_forecast *f);
void fsc_future_sites_add(fsc_text *out, const fsc_forecast *forecast);
void fsc_future_order_add(fsc_text *out, const fsc_forecast *forecast);

/* Simulates the model itself, in the region of the forecast: about 100 person-years. */
FSC_MUST_USE fsc_status fsc_future_phase_add(fsc_text *out, const fsc_forecast *forecast, fsc_error *err);

#endif
