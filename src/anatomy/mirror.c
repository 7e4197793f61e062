#include "mirror.h"

#include "fail.h"

#include <stddef.h>
#include <stdio.h>

#define MARGIN_MM 3.0 /* nearer to the midline than this a label says nothing about sides */

typedef struct mirror_vote {
    int32_t right, wrong;
    double worst_mm; /* of the wrong ones, how far on the wrong side */
    const char *worst;
    int worst_is_pair;
} mirror_vote;

static void count(mirror_vote *vote, double rightward_mm, const fsc_muscle *muscle, int is_pair) {
    if (rightward_mm > MARGIN_MM) vote->right++;
    if (rightward_mm >= -MARGIN_MM) return;
    vote->wrong++;
    if (vote->worst && -rightward_mm <= vote->worst_mm) return;
    vote->worst_mm = -rightward_mm;
    vote->worst = muscle->key;
    vote->worst_is_pair = is_pair;
}

/* The other side's label of the same muscle. */
static const fsc_label_value *partner_of(const fsc_scheme *scheme, const fsc_scheme_entry *e,
                                         const fsc_label_value *value, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const fsc_scheme_entry *other = fsc_scheme_find(scheme, value[i].value);
        if (other && other->muscle == e->muscle && other->side != e->side &&
            (other->side == FSC_SIDE_LEFT || other->side == FSC_SIDE_RIGHT))
            return &value[i];
    }
    return NULL;
}

/* How far the label lies on the side that it names, in mm; 0 when nothing can be said. */
static double rightness(const fsc_sites *sites, const fsc_scheme_entry *e, const fsc_label_value *own,
                        const fsc_label_value *partner) {
    const double sign = e->side == FSC_SIDE_RIGHT ? 1 : -1;
    if (partner) return sign * (own->mean_mm[0] - partner->mean_mm[0]);
    fsc_spine_place place;
    if (!fsc_sites_place(&place, sites, own->mean_mm)) return 0;
    return sign * (own->mean_mm[0] - place.foot_mm[0]);
}

fsc_status fsc_mirror_check(fsc_sites *sites, const fsc_scheme *scheme, const fsc_label_value *value, int32_t n_value,
                            fsc_error *err) {
    mirror_vote vote = {0};
    for (int32_t i = 0; i < n_value; i++) {
        const fsc_scheme_entry *e = fsc_scheme_find(scheme, value[i].value);
        if (!e || !e->muscle || (e->side != FSC_SIDE_LEFT && e->side != FSC_SIDE_RIGHT)) continue;
        const fsc_label_value *partner = partner_of(scheme, e, value, n_value);
        if (partner && e->side == FSC_SIDE_RIGHT) continue; /* the pair votes once */
        count(&vote, rightness(sites, e, &value[i], partner), e->muscle, partner != NULL);
    }
    if (vote.wrong == 0) return FSC_OK;
    const char *than = vote.worst_is_pair ? "than the one labelled right" : "than the spine's midline";
    if (vote.wrong <= vote.right) {
        fsc_notes_add(
            &sites->notes, FSC_NOTE_WARNING, "side-contradiction",
            "sides of single muscles may be exchanged: %s lies %.0f mm farther to the wrong side %s (%d of %d muscles)",
            vote.worst, vote.worst_mm, than, (int)vote.wrong, (int)(vote.wrong + vote.right));
        return FSC_OK;
    }
    return fsc_fail(err, FSC_E_ANATOMY,
                    "left and right of the muscle labels are mirrored: %s (%s) lies %.0f mm farther to the wrong side "
                    "%s, and so do %d of %d "
                    "muscles; check the label scheme and the map's orientation, then flip or rename the labels",
                    vote.worst, scheme->name, vote.worst_mm, than, (int)vote.wrong, (int)(vote.wrong + vote.right));
}
