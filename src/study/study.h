/* What the studies share: the neck model, its curves, and the set-ups of the component targets. */
#ifndef FSC_STUDY_STUDY_H
#define FSC_STUDY_STUDY_H

#include <fascicle/simulate.h>

/* Days at which a study looks at the neck. */
enum { FSC_STUDY_DAYS = 8 };
extern const double fsc_study_day[FSC_STUDY_DAYS]; /* 0 4 7 14 28 90 180 365 */

/* One person's year: means over the struck levels C4..C7. */
typedef struct fsc_study_curve {
    double pdff[FSC_STUDY_DAYS];     /* deep, fraction */
    double csa[FSC_STUDY_DAYS];      /* deep, total size / healthy */
    double strength[FSC_STUDY_DAYS]; /* all layers */
    double ndi[FSC_STUDY_DAYS];
    double dystonia; /* deep, last day */
} fsc_study_curve;

/* 0 recovered, 1 mild, 2 severe by the NDI cuts of Elliott 2015 (0-8, 10-28, >= 30). */
static inline int fsc_study_class(double ndi) {
    return ndi < 9 ? 0 : ndi < 29 ? 1 : 2;
}

/* The neck from C2 to T1 without joints: 56 sites. */
FSC_MUST_USE fsc_status fsc_study_neck(fsc_cycle **out, fsc_error *err);
/* Simulates people on the neck; curve gets n_person entries. bounds (may be NULL) gets worst simplex and box. */
FSC_MUST_USE fsc_status fsc_study_curves(fsc_study_curve *curve, const fsc_cycle *neck, const fsc_cycle_person *person,
                                         int64_t n_person, int32_t n_threads, double bounds[2],
                                         const fsc_progress *progress, fsc_error *err);

/* Neurotomy, spinal cord injury and fusion under a parameter vector, in the units of data/cycle/targets.tsv. */
typedef struct fsc_study_components {
    double neurotomy_pp;
    double cord_size, cord_rise_pp;
    double lean_operated[2], lean_adjacent[2]; /* percent; open, minimally invasive */
} fsc_study_components;
FSC_MUST_USE fsc_status fsc_study_components_run(fsc_study_components *out, const double *parameter,
                                                 fsc_cycle_story story, fsc_error *err);

#endif
