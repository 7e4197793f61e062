/* What the forecast assumes about healthy people, injuries and exams: the rows of data/cycle/grounding.tsv. */
#ifndef FSC_FORECAST_ASSUMED_H
#define FSC_FORECAST_ASSUMED_H

#include <fascicle/status.h>
#include <stdint.h>

/* clang-format off */
#define FSC_ASSUMED_ROWS(X) \
    X(layer_sd) X(own_sd) X(outside_sd) X(slope_sd) X(slope_layer_sd) X(no_norm_percent) X(no_norm_sd) \
    X(method_unknown_sd) X(sex_unknown_sd) X(age_unknown_sd) X(side_sd_points) X(side_sd_share) X(spread_log_sd) \
    X(repeat_sd_points) X(struck_share) X(focal_share) X(focal_least_points) X(focal_mean_points) \
    X(focal_two_sided) X(focal_outer) X(focal_elsewhere) X(departs_points) X(injured_if_never) \
    X(injured_if_unknown) X(injured_if_yes) X(pain_healthy_mean) X(pain_healthy_sd) X(pain_injured_mean) \
    X(pain_injured_sd) X(disability_healthy_mean) X(disability_healthy_sd) X(disability_injured_mean) \
    X(disability_injured_sd) X(score_floor) X(painful_motion_factor) X(weakness_factor) X(person_factor_most) \
    X(tender_factor) X(not_tender_factor) X(tender_next_share) X(tender_factor_most) X(year_sd_points) \
    X(ageing_other_points) X(ageing_other_sd_points) X(fluid_per_t2_share) X(whole_share) \
    X(change_chance) X(t2_error_share) X(error_pdff_points) X(error_lean_csa) X(error_fluid) X(error_stiffness) \
    X(error_strength) X(cut_points) X(misfit_tail) X(order_least) X(calm_below) X(no_norm_person_sd) \
    X(bend_share) X(age_if_unknown_years) X(library_struck_share) X(library_one_event_share) \
    X(library_one_sided_share) X(library_weak_side_share) X(library_dose_least) X(library_dose_most) \
    X(library_youngest_days) X(library_oldest_days) X(library_before_share) X(library_before_mean_points) \
    X(library_before_most_points) X(library_before_outer_share) X(library_before_lean) \
    X(library_parameter_spread) X(library_parameter_sd_most) X(library_activity_log_sd) \
    X(library_posture_log_sd) X(library_stress_median) X(library_stress_most) X(library_sleep_per_stress) \
    X(library_sleep_sd) X(library_weight_mean) X(library_weight_sd) X(library_weight_least) \
    X(library_weight_most) X(library_repair_log_sd) X(activity_usual_hours) X(activity_floor_hours) \
    X(activity_least) X(activity_most) X(sleep_needed_hours) X(sleep_deficit_most) X(bmi_usual) X(bmi_unit)
/* clang-format on */

#define FSC_ASSUMED_FIELD(name) double name;
#define FSC_ASSUMED_COUNT(name) +1
/* One member a row, in the order of the table; units as in its column. */
typedef struct fsc_assumed {
    FSC_ASSUMED_ROWS(FSC_ASSUMED_FIELD)
} fsc_assumed;
enum { FSC_ASSUMED_N = 0 FSC_ASSUMED_ROWS(FSC_ASSUMED_COUNT) };

FSC_MUST_USE fsc_status fsc_assumed_read(fsc_assumed *out, fsc_error *err);
/* Name and address of a row, for tables that vary one at a time. */
const char *fsc_assumed_name(int32_t row);
double *fsc_assumed_at(fsc_assumed *assumed, int32_t row);

#endif
