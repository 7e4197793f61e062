/* scan/phase.c: every way of storing phase comes back as the same complex number; others are refused. */
#include "../test.h"
#include "read.h"

#include <fascicle/notes.h>
#include <string.h>

#define N 720

/* Phase over the whole circle, stored as angle * scale + shift. */
static fsc_status convert(double scale, double shift, const char *units, double turn, fsc_notes *notes) {
    float re[N], im[N];
    for (int v = 0; v < N; v++) {
        const double angle = (v - N / 2 + 0.5) * 2 * acos(-1) / N;
        re[v] = 3;
        im[v] = (float)(angle * scale + shift);
    }
    test_error = (fsc_error){0};
    const fsc_status status = fsc_phase_to_complex(re, im, N, units, notes, "phase.nii", &test_error);
    for (int v = 0; status == FSC_OK && v < N; v++) {
        const double angle = (v - N / 2 + 0.5) * 2 * acos(-1) / N + turn;
        assert_close((double)re[v], 3 * cos(angle), 1e-5);
        assert_close((double)im[v], 3 * sin(angle), 1e-5);
    }
    return status;
}

static void every_known_unit(void **state) {
    (void)state;
    const double pi = acos(-1);
    fsc_notes notes = {0};
    assert_int_equal(convert(1, 0, "rad", 0, &notes), FSC_OK);
    assert_int_equal(notes.n, 0);
    assert_int_equal(convert(1000, 0, "mrad", 0, &notes), FSC_OK);
    assert_int_equal(convert(180 / pi, 0, "degrees", 0, &notes), FSC_OK);
    assert_int_equal(notes.n, 0);
    assert_int_equal(convert(1, 0, "", 0, &notes), FSC_OK);
    assert_int_equal(convert(1, pi, "arbitrary", pi, &notes), FSC_OK); /* one turn for all echoes is of no account */
    assert_int_equal(convert(1000, 0, "", 0, &notes), FSC_OK);         /* Philips */
    assert_int_equal(convert(4096 / pi, 0, "arbitrary", 0, &notes), FSC_OK); /* Siemens */
    assert_int_equal(convert(2048 / pi, 2048, "", pi, &notes), FSC_OK);      /* Siemens without its slope */
    assert_int_equal(convert(2048 / pi, 0, "", 0, &notes), FSC_OK);
    assert_true(notes.n >= 6);
    fsc_notes_free(&notes);
}

static void units_that_the_values_contradict(void **state) {
    (void)state;
    fsc_notes notes = {0};
    assert_int_equal(convert(4096 / acos(-1), 0, "rad", 0, &notes), FSC_OK);
    assert_int_equal(notes.n, 1);
    assert_int_equal(notes.item[0].kind, FSC_NOTE_WARNING);
    fsc_notes_free(&notes);
    static const double odd[] = {10, 500, 20000};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(convert(odd[i], 0, "", 0, &notes), FSC_E_FORMAT);
        assert_non_null(strstr(test_error.text, "phase.nii"));
    }
    fsc_notes_free(&notes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_known_unit),
        cmocka_unit_test(units_that_the_values_contradict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
