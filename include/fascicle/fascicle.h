/* Everything: include this one, or only the nouns you need. */
#ifndef FASCICLE_FASCICLE_H
#define FASCICLE_FASCICLE_H

#include <fascicle/acquisition.h>
#include <fascicle/anatomy.h>
#include <fascicle/assess.h>
#include <fascicle/bids_filter.h>
#include <fascicle/calibrate.h>
#include <fascicle/change.h>
#include <fascicle/clinic.h>
#include <fascicle/cycle.h>
#include <fascicle/day.h>
#include <fascicle/exam.h>
#include <fascicle/exchange.h>
#include <fascicle/forecast.h>
#include <fascicle/group.h>
#include <fascicle/identify.h>
#include <fascicle/map.h>
#include <fascicle/label_maps.h>
#include <fascicle/measure.h>
#include <fascicle/model_view.h>
#include <fascicle/norms.h>
#include <fascicle/notes.h>
#include <fascicle/order.h>
#include <fascicle/subtypes.h>
#include <fascicle/output.h>
#include <fascicle/phantom.h>
#include <fascicle/plan.h>
#include <fascicle/place.h>
#include <fascicle/population.h>
#include <fascicle/propose.h>
#include <fascicle/recipe.h>
#include <fascicle/report.h>
#include <fascicle/scan.h>
#include <fascicle/segment.h>
#include <fascicle/sensitivity.h>
#include <fascicle/sentence.h>
#include <fascicle/separate.h>
#include <fascicle/simulate.h>
#include <fascicle/status.h>
#include <fascicle/store.h>
#include <fascicle/threshold.h>
#include <fascicle/version.h>
#include <fascicle/view.h>
#include <fascicle/volume.h>

#endif
