/* phantom: the BIDS dataset read back. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "json.h"
#include "table.h"

#include <fascicle/phantom.h>
#include <stdlib.h>
#include <string.h>

static char dir[32];

static int make_folder(void **state) {
    (void)state;
    memcpy(dir, "/tmp/fsc-phantom-XXXXXX", 24);
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static fsc_phantom_options options(void) {
    static const fsc_phantom_injury injury = {{"longus_colli", "C5", FSC_SIDE_RIGHT}, 0.05};
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.region = FSC_PHANTOM_NECK;
    opt.scale = 0.3;
    opt.n_echo = 3;
    opt.injury = &injury;
    opt.n_injury = 1;
    return opt;
}

static fsc_phantom *make(const fsc_phantom_options *opt) {
    fsc_phantom *phantom = NULL;
    assert_ok(fsc_phantom_make(&phantom, opt, &test_error));
    return phantom;
}

static const char *below(const char *name) {
    static char path[512];
    assert_ok(fsc_file_join(path, sizeof path, dir, name, &test_error));
    return path;
}

static fsc_volume *read_map(const char *name) {
    fsc_volume *volume = NULL;
    assert_ok(fsc_volume_read(&volume, below(name), &test_error));
    return volume;
}

static void echoes_come_back(const fsc_phantom *p) {
    fsc_volume *mag = read_map("sub-01/ses-a/anat/sub-01_ses-a_echo-2_part-mag_MEGRE.nii.gz");
    fsc_volume *phase = read_map("sub-01/ses-a/anat/sub-01_ses-a_echo-2_part-phase_MEGRE.nii.gz");
    assert_true(fsc_grid_same(&mag->grid, &p->scan->grid, 1e-3));
    const int64_t n = fsc_grid_count(&mag->grid);
    for (int64_t i = 0; i < n; i++) {
        assert_close((double)(mag->data[i] * cosf(phase->data[i])), (double)p->scan->echo_re[n + i], 1e-3);
        assert_close((double)(mag->data[i] * sinf(phase->data[i])), (double)p->scan->echo_im[n + i], 1e-3);
    }
    fsc_volume_free(mag);
    fsc_volume_free(phase);
    fsc_json *sidecar = NULL;
    assert_ok(
        fsc_json_read(&sidecar, below("sub-01/ses-a/anat/sub-01_ses-a_echo-2_part-phase_MEGRE.json"), &test_error));
    assert_close(fsc_json_number(fsc_json_get(sidecar, "EchoTime")), 2.2e-3, 1e-12);
    assert_close(fsc_json_number(fsc_json_get(sidecar, "ImagingFrequency")), 127.731, 1e-9);
    assert_close(fsc_json_number(fsc_json_get(sidecar, "PrecessionIsClockwise")), 1, 0);
    assert_string_equal(fsc_json_string(fsc_json_get(sidecar, "Units")), "rad");
    assert_string_equal(fsc_json_string(fsc_json_get(sidecar, "BodyPart")), "CSPINE");
    fsc_json_free(sidecar);
}

static void truth_comes_back(const fsc_phantom *p) {
    fsc_volume *pdff = read_map("derivatives/truth/sub-01/ses-a/anat/sub-01_ses-a_desc-truth_PDFFmap.nii.gz");
    fsc_volume *field = read_map("derivatives/truth/sub-01/ses-a/fmap/sub-01_ses-a_desc-truth_fieldmap.nii.gz");
    fsc_labels *muscles = NULL;
    assert_ok(fsc_labels_read(
        &muscles, below("derivatives/truth/sub-01/ses-a/anat/sub-01_ses-a_desc-muscles_dseg.nii.gz"), &test_error));
    for (int64_t i = 0; i < fsc_grid_count(&pdff->grid); i++) {
        const double truth = (double)p->truth_pdff_fraction[i];
        assert_int_equal(isnan(pdff->data[i]), isnan(truth));
        if (isnan(truth)) continue;
        assert_close((double)pdff->data[i], 100 * truth, 1e-4);
        assert_close((double)field->data[i], (double)p->truth_fieldmap_hz[i], 1e-4);
        assert_int_equal(muscles->data[i], p->muscles->data[i]);
    }
    fsc_volume_free(pdff);
    fsc_volume_free(field);
    fsc_labels_free(muscles);
    fsc_table sites = {0};
    assert_ok(fsc_table_read(&sites, below("derivatives/truth/sub-01/ses-a/anat/sub-01_ses-a_desc-truth_sites.tsv"),
                             &test_error));
    assert_int_equal(sites.n_row, p->n_site);
    for (int32_t i = 0; i < sites.n_row; i++) {
        assert_string_equal(fsc_table_get(&sites, i, "level"), p->site[i].place.level);
        assert_close(fsc_table_number(&sites, i, "pdff_mean_fraction"), p->site[i].pdff_mean_fraction, 1e-9);
    }
    fsc_table_free(&sites);
    fsc_json *about = NULL;
    assert_ok(fsc_json_read(&about, below("derivatives/truth/sub-01/ses-a/anat/sub-01_ses-a_desc-truth_sites.json"),
                            &test_error));
    const fsc_json *injury = fsc_json_at(fsc_json_get(fsc_json_get(about, "Phantom"), "injuries"), 0);
    assert_string_equal(fsc_json_string(fsc_json_get(injury, "side")), "right");
    fsc_json_free(about);
}

static void the_dataset_reads_back(void **state) {
    (void)state;
    const fsc_phantom_options opt = options();
    fsc_phantom *p = make(&opt);
    assert_ok(fsc_phantom_write(p, &opt, dir, "01", "a", NULL, &test_error));
    echoes_come_back(p);
    truth_comes_back(p);
    fsc_phantom_free(p);
}

static void participants_gather(void **state) {
    (void)state;
    fsc_phantom_options opt = options();
    opt.scale = 0.25;
    opt.conjugate = 1;
    fsc_phantom *p = make(&opt);
    assert_ok(fsc_phantom_write(p, &opt, dir, "sub-02", NULL, NULL, &test_error));
    opt.seed = 12;
    assert_ok(fsc_phantom_write(p, &opt, dir, "sub-01", "ses-b", NULL, &test_error)); /* known already: keeps its row */
    assert_ok(fsc_phantom_write(p, &opt, dir, "3", "b", NULL, &test_error));
    fsc_table table = {0};
    assert_ok(fsc_table_read(&table, below("participants.tsv"), &test_error));
    assert_int_equal(table.n_row, 3);
    assert_string_equal(fsc_table_get(&table, 0, "participant_id"), "sub-01");
    assert_string_equal(fsc_table_get(&table, 1, "participant_id"), "sub-02");
    assert_string_equal(fsc_table_get(&table, 1, "seed"), "1");
    assert_string_equal(fsc_table_get(&table, 2, "participant_id"), "sub-3");
    assert_string_equal(fsc_table_get(&table, 2, "seed"), "12");
    fsc_table_free(&table);
    fsc_json *sidecar = NULL; /* the fault is not disclosed, and nothing false is said */
    assert_ok(fsc_json_read(&sidecar, below("sub-02/anat/sub-02_echo-1_part-mag_MEGRE.json"), &test_error));
    assert_null(fsc_json_get(sidecar, "PrecessionIsClockwise"));
    fsc_json_free(sidecar);
    fsc_phantom_free(p);
}

static void bad_targets_are_refused(void **state) {
    (void)state;
    fsc_phantom_options opt = options();
    opt.scale = 0.25;
    fsc_phantom *p = make(&opt);
    assert_fails(fsc_phantom_write(p, &opt, dir, "a_b", NULL, NULL, &test_error), FSC_E_ARG);
    assert_fails(fsc_phantom_write(p, &opt, dir, "../up", NULL, NULL, &test_error), FSC_E_ARG);
    assert_fails(fsc_phantom_write(p, &opt, dir, "01", "", NULL, &test_error), FSC_E_ARG);
    assert_fails(fsc_phantom_write(p, &opt, dir, NULL, NULL, NULL, &test_error), FSC_E_ARG);
    assert_fails(fsc_phantom_write(p, &opt, "/dev/null/x", "01", NULL, NULL, &test_error), FSC_E_IO);
    const char wrong[] = "name\tage\nx\t3\n";
    assert_ok(fsc_file_write(below("participants.tsv"), wrong, sizeof wrong - 1, &test_error));
    assert_fails(fsc_phantom_write(p, &opt, dir, "04", NULL, NULL, &test_error), FSC_E_FORMAT);
    fsc_phantom_free(p);
}

static void running_out_of_memory_is_reported(void **state) {
    (void)state;
    fsc_phantom_options opt = options();
    opt.scale = 0.25;
    opt.n_echo = 2;
    fsc_phantom *p = make(&opt);
    assert_ok(fsc_file_write(below("participants.tsv"), "participant_id\n", 15, &test_error));
    int64_t n = 0, step = 1;
    for (fsc_status status = FSC_E_NOMEM; status != FSC_OK; n += step) {
        fsc_alloc_fail_at(n);
        status = fsc_phantom_write(p, &opt, dir, "05", NULL, NULL, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        assert_true(n < 4000);
        step = n < 40 ? 1 : 7; /* later allocations are the same calls for other files */
    }
    fsc_phantom_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dataset_reads_back),
        cmocka_unit_test(participants_gather),
        cmocka_unit_test(bad_targets_are_refused),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
