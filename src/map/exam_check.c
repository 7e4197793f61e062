/* What a schema cannot say: answers that cannot all be true. */
#include "examine.h"
#include "fail.h"

#include <fascicle/anatomy.h>
#include <fascicle/day.h>
#include <math.h>
#include <string.h>

static const double days_a_year = 365.25;
/* The oldest age at which weeks of pregnancy or after a birth are believed (our choice). */
static const double birth_age_max_years = 60, birth_age_min_years = 10;

static fsc_status check_muscles(const fsc_exam *exam, const char *what, fsc_error *err) {
    for (int32_t i = 0; i < exam->n_palpation; i++)
        if (!fsc_muscle_find(exam->palpation[i].place.muscle))
            return fsc_fail(err, FSC_E_RANGE,
                            "%s: palpation[%d].muscle: '%.47s' is no known muscle; use a key of data/muscles.tsv, as "
                            "multifidus or semispinalis_capitis",
                            what, i, exam->palpation[i].place.muscle);
    return FSC_OK;
}

static fsc_status check_birth(const fsc_exam *exam, const char *what, fsc_error *err) {
    const char *field = !isnan(exam->pregnant_weeks) ? "pregnant_weeks" : "postpartum_weeks";
    if (isnan(exam->pregnant_weeks) && isnan(exam->postpartum_weeks)) return FSC_OK;
    if (exam->sex == FSC_SEX_MALE) return fsc_fail(err, FSC_E_RANGE, "%s: %s does not fit sex male", what, field);
    if (exam->age_years > birth_age_max_years || exam->age_years < birth_age_min_years)
        return fsc_fail(err, FSC_E_RANGE, "%s: %s does not fit age_years %g; check both", what, field, exam->age_years);
    if (!isnan(exam->pregnant_weeks) && !isnan(exam->postpartum_weeks))
        return fsc_fail(err, FSC_E_RANGE, "%s: pregnant_weeks and postpartum_weeks are both given; leave one null",
                        what);
    return FSC_OK;
}

static fsc_status check_injury(const fsc_exam *exam, const char *what, fsc_error *err) {
    if (exam->injury_history != FSC_INJURY_NEVER) return FSC_OK;
    const char *field = !isnan(exam->days_since_injury) ? "days_since_injury"
                        : exam->wad_grade > 0           ? "wad_grade"
                        : exam->strain_grade > 0        ? "strain_grade"
                        : exam->sprain_grade > 0        ? "sprain_grade"
                        : strcmp(exam->mechanism, "whiplash") == 0 || strcmp(exam->mechanism, "fall") == 0 ? "mechanism"
                                                                                                           : NULL;
    if (!field) return FSC_OK;
    return fsc_fail(err, FSC_E_RANGE, "%s: injury_history never does not fit %s; set it to yes or leave %s null", what,
                    field, field);
}

static fsc_status check_days(const fsc_exam *exam, const char *what, fsc_error *err) {
    const double today = fsc_days_of(exam->date), life = exam->age_years * days_a_year + days_a_year;
    for (int32_t i = 0; i < exam->n_pain; i++) {
        const fsc_pain *pain = &exam->pain[i];
        if (pain->onset_date[0] && isnan(fsc_days_of(pain->onset_date)))
            return fsc_fail(err, FSC_E_RANGE, "%s: pain[%d].onset_date: '%.15s' is no day", what, i, pain->onset_date);
        if (fsc_days_of(pain->onset_date) > today || pain->onset_days < 0)
            return fsc_fail(err, FSC_E_RANGE, "%s: pain[%d].onset_date: %.15s lies after the exam (%.15s)", what, i,
                            pain->onset_date, exam->date);
        if (pain->onset_days > life)
            return fsc_fail(err, FSC_E_RANGE, "%s: pain[%d] began before the person was born", what, i);
    }
    for (int32_t i = 0; i < exam->n_finding; i++) {
        const fsc_finding *f = &exam->finding[i];
        if (f->since_days > life)
            return fsc_fail(err, FSC_E_RANGE, "%s: %s.%s.since_days: longer ago than the person's birth", what,
                            f->group, f->key);
        if (f->examined_on[0] && isnan(fsc_days_of(f->examined_on)))
            return fsc_fail(err, FSC_E_RANGE, "%s: %s.%s.examined_on: '%.15s' is no day", what, f->group, f->key,
                            f->examined_on);
        if (fsc_days_of(f->examined_on) > today)
            return fsc_fail(err, FSC_E_RANGE, "%s: %s.%s.examined_on: %.15s lies after the exam (%.15s)", what,
                            f->group, f->key, f->examined_on, exam->date);
    }
    for (int32_t i = 0; i < exam->n_treatment; i++)
        if (exam->treatment[i].days_ago > life)
            return fsc_fail(err, FSC_E_RANGE, "%s: treatments[%d].days_ago: longer ago than the person's birth", what,
                            i);
    if (exam->days_since_injury > life)
        return fsc_fail(err, FSC_E_RANGE, "%s: days_since_injury: longer ago than the person's birth", what);
    if (exam->onset_age_years > exam->age_years)
        return fsc_fail(err, FSC_E_RANGE, "%s: onset_age_years %g is more than age_years %g", what,
                        exam->onset_age_years, exam->age_years);
    return FSC_OK;
}

fsc_status fsc_exam_check(const fsc_exam *exam, const char *what, fsc_error *err) {
    FSC_TRY(check_muscles(exam, what, err));
    FSC_TRY(check_birth(exam, what, err));
    FSC_TRY(check_injury(exam, what, err));
    return check_days(exam, what, err);
}
