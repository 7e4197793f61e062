/* Model view: which order and start weeks of a few model treatments come out best in the virtual people who fit a
 * person. A statement of the model: it follows from assumed rates and says nothing of how a treatment works. */
#ifndef FASCICLE_MODEL_VIEW_H
#define FASCICLE_MODEL_VIEW_H

#include <fascicle/cycle.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sequences that are named under each story. */
#define FSC_MODEL_VIEW_BEST 3

typedef struct fsc_model_sequence {
    char what[160];    /* "week 0 strengthening, week 6 hands-on tissue work" */
    double share_best; /* of the virtual people, in whom it gives the least mean pain over 52 weeks; 0..1 */
} fsc_model_sequence;

typedef struct fsc_model_view_story {
    char story[32];                               /* fsc_cycle_story_text */
    fsc_model_sequence best[FSC_MODEL_VIEW_BEST]; /* largest share first; "" ends them */
    int32_t n_people;                             /* virtual people who fit this person, with an injury in the model */
    int32_t n_differ;  /* of them, those to whom the order makes a difference of 0.1 points or more */
    double pain_range; /* median over them of worst less best sequence: points (0..10) of mean model pain */
} fsc_model_view_story;

typedef struct fsc_model_view {
    int32_t made;     /* non-zero: it was computed */
    char reason[160]; /* why not, else "" */
    int32_t n_tried;  /* sequences, each tried on every person */
    fsc_model_view_story story[FSC_CYCLE_N_STORY];
    int32_t cannot_tell; /* the best share is under 0.7, or the stories name different sequences */
    char text[480];
} fsc_model_view;

#ifdef __cplusplus
}
#endif
#endif
