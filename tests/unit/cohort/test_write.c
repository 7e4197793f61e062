/* write: the tables hold what the result holds, in the likeliest order. */
#include "../test.h"
#include "cohorts.h"
#include "file.h"
#include "json.h"
#include "table.h"

#include <fascicle/order.h>
#include <stdlib.h>
#include <string.h>

static void tables_can_be_read_back(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-order-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    fsc_cohort *cohort = simulated_cohort(40, 3, (const int32_t[]){2, 0, 1}, 0, 0, 8);
    const fsc_order_options quick = {4, 2, 500, 5000, 1, 1, 4, NULL};
    fsc_order *order = NULL;
    assert_ok(fsc_order_run(&order, cohort, &quick, &test_error));
    assert_ok(fsc_order_write(order, dir, "study", NULL, &test_error));
    FSC_AUTO_TABLE fsc_table table = {0};
    snprintf(path, sizeof path, "%s/study_order.tsv", dir);
    assert_ok(fsc_table_read(&table, path, &test_error));
    assert_int_equal(table.n_row, 3);
    for (int32_t k = 0; k < 3; k++) {
        const int32_t e = order->sequence[k];
        assert_string_equal(fsc_table_get(&table, k, "event"), order->event[e]);
        assert_close(fsc_table_number(&table, k, "share_at_1"), order->position[e * 3], 1e-5);
    }
    FSC_AUTO_TABLE fsc_table stages = {0};
    snprintf(path, sizeof path, "%s/study_stages.tsv", dir);
    assert_ok(fsc_table_read(&stages, path, &test_error));
    assert_int_equal(stages.n_row, 40);
    assert_close(fsc_table_number(&stages, 39, "share_stage_3"), order->stage[39 * 4 + 3], 1e-5);
    fsc_json *root = NULL;
    snprintf(path, sizeof path, "%s/study_order.json", dir);
    assert_ok(fsc_json_read(&root, path, &test_error));
    assert_string_equal(fsc_json_string(fsc_json_at(fsc_json_get(root, "sequence"), 0)),
                        order->event[order->sequence[0]]);
    fsc_json_free(root);
    snprintf(path, sizeof path, "%s/study_order.svg", dir);
    assert_true(fsc_file_exists(path));
    fsc_order_free(order);
    fsc_cohort_free(cohort);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_can_be_read_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
