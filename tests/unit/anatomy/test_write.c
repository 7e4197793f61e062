/* The sites as a BIDS dseg: image, table and sidecar agree with the struct. */
#include "../test.h"
#include "body.h"
#include "json.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

static void files_agree_with_the_sites(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){4, 4, 4}, (int64_t[]){32, 30, 32}, 0);
    body_maps maps = {NULL, NULL, 21, 3, 34, {5101, 5111}, {5102, 5112}};
    assert_ok(fsc_labels_new(&maps.muscles, &g, &test_error));
    assert_ok(fsc_labels_new(&maps.levels, &g, &test_error));
    body_walk(&g, 0, body_paint_all, &maps);
    fsc_sites *sites = NULL;
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error));
    char dir[] = "/tmp/fsc-test-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    assert_ok(fsc_sites_write(sites, dir, "sub-01", NULL, &test_error));
    (void)snprintf(path, sizeof path, "%s/sub-01_desc-sites_dseg.tsv", dir);
    FSC_AUTO_TABLE fsc_table table = {0};
    assert_ok(fsc_table_read(&table, path, &test_error));
    assert_int_equal(table.n_row, sites->n_site);
    for (int32_t i = 0; i < table.n_row; i++) {
        assert_close(fsc_table_number(&table, i, "index"), i + 1, 0);
        assert_string_equal(fsc_table_get(&table, i, "muscle"), sites->site[i].place.muscle);
        assert_string_equal(fsc_table_get(&table, i, "level"), sites->site[i].place.level);
        assert_string_equal(fsc_table_get(&table, i, "scheme"), "musclemap");
    }
    (void)snprintf(path, sizeof path, "%s/sub-01_desc-sites_dseg.nii.gz", dir);
    fsc_labels *image = NULL;
    assert_ok(fsc_labels_read(&image, path, &test_error));
    assert_memory_equal(image->data, sites->site_of_voxel, (size_t)fsc_grid_count(&g) * sizeof *image->data);
    (void)snprintf(path, sizeof path, "%s/sub-01_desc-sites_dseg.json", dir);
    fsc_json *json = NULL;
    assert_ok(fsc_json_read(&json, path, &test_error));
    assert_string_equal(fsc_json_string(fsc_json_get(json, "LevelScheme")), "sct");
    fsc_json_free(json);
    static const char *const wrong[] = {"2147483648", "1e20", "-1e308", "5101.5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) { /* no 32-bit label: not another one, unsaid */
        char tsv[160], nii[160];
        (void)snprintf(tsv, sizeof tsv, "%s/bad_dseg.tsv", dir);
        (void)snprintf(nii, sizeof nii, "%s/bad_dseg.nii.gz", dir);
        FILE *file = fopen(tsv, "w");
        assert_non_null(file);
        (void)fprintf(file, "index\tmuscle\tlevel\tside\tvalue\tscheme\n1\tmultifidus\tL4\tleft\t%s\tmusclemap\n",
                      wrong[i]);
        assert_int_equal(fclose(file), 0);
        fsc_sites *bad = NULL;
        if (i == 0) assert_ok(fsc_labels_write(image, nii, &test_error));
        assert_fails(fsc_sites_read(&bad, nii, &test_error), FSC_E_FORMAT);
        assert_non_null(strstr(test_error.text, wrong[i]));
    }
    assert_fails(fsc_sites_write(sites, "/dev/null/no", "sub-01", NULL, &test_error), FSC_E_IO);
    fsc_labels_free(image);
    fsc_labels_free(maps.muscles);
    fsc_labels_free(maps.levels);
    fsc_sites_free(sites);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(files_agree_with_the_sites)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
