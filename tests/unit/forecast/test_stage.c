/* stage: each rule of the table names its stage, the farthest one wins. */
#include "../test.h"
#include "infer.h"

static void rules_name_stages(void **state) {
    (void)state;
    fsc_stage_rules rules;
    assert_ok(fsc_stage_rules_read(&rules, &test_error));
    static const int32_t all[FSC_STAGE_N] = {1, 1, 1, 1, 1, 1},
                         fat[FSC_STAGE_N] = {[FSC_STAGE_QUIET] = 1, [FSC_STAGE_FAT_REPLACED] = 1};
    double y[FSC_CYCLE_N_STATE] = {0};
    y[FSC_CYCLE_C] = 0.84;
    y[FSC_CYCLE_F] = 0.16;
    y[FSC_CYCLE_N] = 1;
    assert_int_equal(fsc_stage_of(&rules, y, 0, all), FSC_STAGE_QUIET);
    y[FSC_CYCLE_C] = 0.64;
    y[FSC_CYCLE_D] = 0.20;
    assert_int_equal(fsc_stage_of(&rules, y, 0, all), FSC_STAGE_STRAINED);
    y[FSC_CYCLE_S] = 0.6;
    assert_int_equal(fsc_stage_of(&rules, y, 0, all), FSC_STAGE_SPASM);
    y[FSC_CYCLE_D] = 0.10;
    y[FSC_CYCLE_X1] = 0.10;
    assert_int_equal(fsc_stage_of(&rules, y, 0, all), FSC_STAGE_FIBROTIC);
    y[FSC_CYCLE_D] = 0;
    assert_int_equal(fsc_stage_of(&rules, y, 0, all), FSC_STAGE_WASTING);
    /* Fat alone tells neither scar nor wasting nor spasm. */
    assert_int_equal(fsc_stage_of(&rules, y, 0.03, fat), FSC_STAGE_QUIET);
    y[FSC_CYCLE_F] = 0.26;
    assert_int_equal(fsc_stage_of(&rules, y, 0.10, all), FSC_STAGE_FAT_REPLACED);
    assert_int_equal(fsc_stage_of(&rules, y, 0.10, fat), FSC_STAGE_FAT_REPLACED);
    assert_int_equal(fsc_stage_of(&rules, y, 0, all), FSC_STAGE_FIBROTIC);
    for (int k = 0; k < FSC_STAGE_N; k++) assert_true(fsc_stage_text((fsc_stage)k)[0] != 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_name_stages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
