/* The exam's form: the answers as they are typed, kept as a draft; the saved exam; and what was made of it. */
#ifndef FSC_VIEW_EXAM_H
#define FSC_VIEW_EXAM_H

#include "json.h"
#include "serve.h"

#include <fascicle/view.h>

typedef struct fsc_view_exam {
    const fsc_view_input *input;
    char file[4096];  /* <exam_anat>/<name>_exam.json */
    char draft[4096]; /* beside it, while there are answers that are not saved */
    int64_t revision; /* grows with every draft and save */
} fsc_view_exam;

/* FSC_E_RANGE: a path is too long. */
FSC_MUST_USE fsc_status fsc_view_exam_open(fsc_view_exam *out, const fsc_view_input *input, fsc_error *err);

/* GET "exam/..." without the "exam/": "form.json", "plan.json", "person.html", "before.html". */
void fsc_view_exam_answer(const fsc_view_exam *exam, const char *path, fsc_view_reply *reply);

/* POST "exam/draft" {revision, stamp, exam}: keeps the answers and tells which questions are open now and what is wrong
 * with the answers; "exam/look" tells that alone. POST "exam/save", likewise: the library's own reader must take them; then the exam is written, whole
 * or not at all, and *saved set: the caller makes plan and pages. POST "exam/drop" forgets the draft. */
void fsc_view_exam_change(fsc_view_exam *exam, const char *path, const char *body, size_t n, int *saved,
                          fsc_view_reply *reply);

#endif
