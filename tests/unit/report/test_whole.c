/* report: pages of a digital low back and of the real neck scan, made by every step of the library. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "markup.h"

#include <fascicle/phantom.h>
#include <fascicle/report.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE "test_report_whole.html"
#define SIZE_LIMIT 1500000

typedef struct walked {
    fsc_scan *scan; /* borrowed when phantom is set */
    fsc_phantom *phantom;
    fsc_labels *muscles, *levels;
    fsc_fatwater *fatwater;
    fsc_sites *sites;
    fsc_measures *measures;
    fsc_map *map;
} walked;

static void walk(walked *w, const fsc_labels *muscles, const fsc_labels *levels) {
    assert_ok(fsc_separate_run(&w->fatwater, w->scan, NULL, &test_error));
    fsc_sites_options opt = FSC_SITES_OPTIONS_INIT;
    opt.muscle_scheme = "musclemap";
    opt.level_scheme = "sct";
    opt.side_known = w->scan->side_known;
    assert_ok(fsc_sites_build(&w->sites, &w->fatwater->grid, muscles, levels, &opt, &test_error));
    assert_ok(fsc_measure_run(&w->measures, w->fatwater, w->sites, &test_error));
    fsc_acquisition acquisition;
    fsc_acquisition_from_scan(&acquisition, w->scan);
    const fsc_map_inputs in = {
        .measures = w->measures, .fatwater = w->fatwater, .sites = w->sites, .acquisition = &acquisition};
    assert_ok(fsc_map_run(&w->map, &in, &test_error));
}

static void done(walked *w) {
    fsc_map_free(w->map);
    fsc_measures_free(w->measures);
    fsc_sites_free(w->sites);
    fsc_fatwater_free(w->fatwater);
    fsc_labels_free(w->muscles);
    fsc_labels_free(w->levels);
    if (w->phantom)
        fsc_phantom_free(w->phantom);
    else
        fsc_scan_free(w->scan);
}

static char *page_of(const walked *w) {
    static char *text; /* static: gcc 12 takes cmocka's jumps for a way back into this frame */
    size_t length = 0;
    text = NULL;
    const fsc_report_input in = {
        .scan = w->scan, .fatwater = w->fatwater, .sites = w->sites, .measures = w->measures, .map = w->map};
    assert_ok(fsc_report_write_page(PAGE, FSC_READER_RESEARCH, &in, &test_error));
    assert_ok(fsc_file_read(&text, &length, PAGE, (size_t)1 << 26, &test_error));
    (void)unlink(PAGE);
    assert_true(length < SIZE_LIMIT);
    const char *fault = markup_fault(text);
    if (fault) fail_msg("%s", fault);
    return text;
}

/* Each measured value, as the table prints it. */
static void check_values(const char *page, const fsc_measures *measures) {
    for (int32_t r = 0; r < measures->n_row; r++) {
        if (!isfinite(measures->row[r].pdff_mean_fraction)) continue;
        char value[32];
        (void)snprintf(value, sizeof value, "<td class=\"n\">%.1f", 100 * measures->row[r].pdff_mean_fraction);
        if (!strstr(page, value)) fail_msg("row %d: %s is not in the page", (int)r, value);
    }
}

static void a_phantom_from_echoes_to_page(void **state) {
    (void)state;
    walked w = {0};
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.scale = 0.6;
    assert_ok(fsc_phantom_make(&w.phantom, &opt, &test_error));
    w.scan = w.phantom->scan;
    walk(&w, w.phantom->muscles, w.phantom->levels);
    char *page = page_of(&w);
    check_values(page, w.measures);
    assert_non_null(strstr(page, "Person’s left"));
    assert_non_null(strstr(page, "axial slice"));
    fsc_free(page);
    done(&w);
}

static void the_real_neck_says_where_it_has_no_norm(void **state) {
    (void)state;
    const char *const labels = FSC_SHARED "/cases/derivatives/labels/sub-16/anat/sub-16_desc-muscles_dseg.nii.gz";
    if (!fsc_file_exists(labels)) {
        print_message("skipped: ../shared/cases is not here\n");
        skip();
    }
    walked w = {0};
    assert_ok(fsc_scan_read(&w.scan, FSC_SHARED "/cases/sub-16", NULL, &test_error));
    assert_ok(fsc_labels_read(&w.muscles, labels, &test_error));
    assert_ok(fsc_labels_read(
        &w.levels, FSC_SHARED "/cases/derivatives/labels/sub-16/anat/sub-16_desc-levels_dseg.nii.gz", &test_error));
    walk(&w, w.muscles, w.levels);
    char *page = page_of(&w);
    check_values(page, w.measures);
    const char *section = strstr(page, "id=\"norms-title\"");
    assert_non_null(section);
    const char *refusal = strstr(section, "no comparison with a reference group and no z");
    assert_non_null(refusal);
    while (*refusal != '>') refusal--; /* the whole sentence names the levels */
    const char *const level[] = {"C4", "C6", "C7"};
    for (size_t k = 0; k < sizeof level / sizeof *level; k++) {
        const char *named = strstr(refusal, level[k]);
        assert_true(named && named < strstr(refusal, "</li>"));
    }
    assert_null(strstr(page, "; more fat than")); /* no cell carries a percentile */
    assert_non_null(strstr(page, "side unknown"));
    assert_non_null(strstr(page, "The voxel size is assumed"));
    fsc_free(page);
    done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_phantom_from_echoes_to_page),
                                       cmocka_unit_test(the_real_neck_says_where_it_has_no_norm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
