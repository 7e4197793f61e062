/* What a command holds is freed when it leaves scope, and the first failure returns. */
#ifndef FASCICLE_TOOL_SCOPE_H
#define FASCICLE_TOOL_SCOPE_H

#include <fascicle/fascicle.h>
#include <stdlib.h>

/* Returns from the enclosing function when call did not return FSC_OK. */
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        const fsc_status try_status = (call);                                                                          \
        if (try_status != FSC_OK) return try_status;                                                                   \
    } while (0)

/* AUTO(fsc_scan) scan = NULL;  frees it at the end of its block. */
#define AUTO(type) __attribute__((cleanup(auto_##type))) type *
/* AUTO_STRUCT(fsc_recipe) recipe = {0};  for structs that <type>_free empties in place. */
#define AUTO_STRUCT(type) __attribute__((cleanup(type##_free))) type

#define DEFINE_AUTO(type, release)                                                                                     \
    static inline void auto_##type(type **held) {                                                                      \
        release(*held);                                                                                                \
    }
DEFINE_AUTO(char, free)
DEFINE_AUTO(fsc_cohort, fsc_cohort_free)
DEFINE_AUTO(fsc_cycle, fsc_cycle_free)
DEFINE_AUTO(fsc_cycle_fit, fsc_cycle_fit_free)
DEFINE_AUTO(fsc_cycle_identifiability, fsc_cycle_identifiability_free)
DEFINE_AUTO(fsc_cycle_run, fsc_cycle_run_free)
DEFINE_AUTO(fsc_cycle_sobol, fsc_cycle_sobol_free)
DEFINE_AUTO(fsc_dicom_study, fsc_dicom_study_free)
DEFINE_AUTO(fsc_exam, fsc_exam_free)
DEFINE_AUTO(fsc_forecast, fsc_forecast_free)
DEFINE_AUTO(fsc_group, fsc_group_free)
DEFINE_AUTO(fsc_label_maps, fsc_label_maps_free)
DEFINE_AUTO(fsc_labels, fsc_labels_free)
DEFINE_AUTO(fsc_map, fsc_map_free)
DEFINE_AUTO(fsc_measures, fsc_measures_free)
DEFINE_AUTO(fsc_network, fsc_network_free)
DEFINE_AUTO(fsc_norms, fsc_norms_free)
DEFINE_AUTO(fsc_order, fsc_order_free)
DEFINE_AUTO(fsc_phantom, fsc_phantom_free)
DEFINE_AUTO(fsc_plan, fsc_plan_free)
DEFINE_AUTO(fsc_carried, fsc_carried_free)
DEFINE_AUTO(fsc_proposal, fsc_proposal_free)
DEFINE_AUTO(fsc_segmentation, fsc_segmentation_free)
DEFINE_AUTO(fsc_sites, fsc_sites_free)
DEFINE_AUTO(fsc_subtypes, fsc_subtypes_free)
DEFINE_AUTO(fsc_store, fsc_store_close)
DEFINE_AUTO(fsc_trend, fsc_change_free_trends)
DEFINE_AUTO(fsc_visit, fsc_store_free_visits)
DEFINE_AUTO(fsc_volume, fsc_volume_free)

#endif
