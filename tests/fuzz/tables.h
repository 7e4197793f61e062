/* Tables and records that stand beside images or are named on the command line. The first line of the bytes is the name
 * under which the rest is laid down, and says who reads it. */
#ifndef FSC_TEST_FUZZ_TABLES_H
#define FSC_TEST_FUZZ_TABLES_H

#include "readers.h"

#include "convert.h"
#include "fields.h"
#include "rules_check.h"

#include <ftw.h>
#include <sys/stat.h>

static inline int reader_remove(const char *path, const struct stat *info, int kind, struct FTW *at) {
    (void)info, (void)kind, (void)at;
    return remove(path);
}
/* Everything below reader_dir. */
static inline void reader_empty(void) {
    TWICE(nftw(reader_folder(), reader_remove, 16, FTW_DEPTH | FTW_PHYS) == 0);
    if (mkdir(reader_dir, 0700) != 0) reader_break(__FILE__, __LINE__);
}

/* Lays the bytes behind the first line down under that name when it is one of `name`; its number, -1 else. */
static inline int reader_named(const char *const *name, int n_name, const uint8_t *bytes, size_t n) {
    const uint8_t *end = n ? memchr(bytes, '\n', n) : NULL;
    for (int i = 0; end && i < n_name; i++) {
        if (strlen(name[i]) != (size_t)(end - bytes) || memcmp(name[i], bytes, strlen(name[i])) != 0) continue;
        (void)reader_file(name[i], end + 1, n - (size_t)(end + 1 - bytes));
        return i;
    }
    return -1;
}

/* A small image with as many labels as voxels, and the path of a file in the folder. */
static inline void reader_image(const char *path, float first) {
    fsc_error err = FSC_ERROR_INIT;
    const fsc_grid grid = {.dim = {2, 2, 2}, .affine = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0}};
    float data[8];
    for (int i = 0; i < 8; i++) data[i] = first + (float)i;
    TWICE(fsc_volume_write(&grid, data, path, &err) == FSC_OK);
}
static inline const char *reader_path(const char *name) {
    static char path[4][160];
    static int k;
    char *to = path[k = (k + 1) % 4];
    (void)snprintf(to, sizeof path[0], "%s/%s", reader_folder(), name);
    return to;
}

/* participants.tsv at the root of a dataset: age and sex. */
static inline void read_people(void) {
    static const char *const name[] = {"sub-01", "sub-01/anat"};
    static const char sidecar[] = "{\"EchoTime\": 0.0024, \"MagneticFieldStrength\": 3}";
    fsc_error err;
    fsc_scan *scan = NULL;
    for (int i = 0; i < 2; i++)
        if (mkdir(reader_path(name[i]), 0700) != 0) reader_break(__FILE__, __LINE__);
    for (int e = 1; e < 3; e++) {
        char file[64];
        (void)snprintf(file, sizeof file, "sub-01/anat/sub-01_echo-%d_MEGRE.nii", e);
        reader_image(reader_path(file), 1);
        (void)snprintf(file, sizeof file, "sub-01/anat/sub-01_echo-%d_MEGRE.json", e);
        (void)reader_file(file, (const uint8_t *)sidecar, sizeof sidecar - 1);
    }
    READ(fsc_scan_read(&scan, reader_path("sub-01/anat"), NULL, &err));
    fsc_scan_free(scan);
}
static inline void read_dseg(void) {
    fsc_error err;
    fsc_sites *sites = NULL;
    reader_image(reader_path("a_dseg.nii.gz"), 0);
    READ(fsc_sites_read(&sites, reader_path("a_dseg.nii.gz"), &err));
    fsc_sites_free(sites);
}
static inline void read_observations(const char *path) {
    fsc_error err;
    fsc_observations observations = {.injury_day = 0};
    READ(fsc_observations_read(&observations, path, 10, &err));
    fsc_observations_free(&observations);
}
/* Own controls, from which norms are fitted. */
static inline void read_controls(const char *table, const char *people) {
    fsc_error err;
    fsc_notes notes = {0};
    for (int borrow = 0; borrow < 2; borrow++) {
        const fsc_norms_fit_options opt = {
            .cohort = "fuzz", .source = "own controls", .participants = people, .borrow = borrow};
        READ(fsc_norms_fit(reader_path("out.tsv"), table, &opt, NULL, &notes, &err));
    }
    fsc_notes_free(&notes);
}
static inline void read_tables(const uint8_t *bytes, size_t n) {
    static const char *const name[] = {"participants.tsv", "a_dseg.tsv", "observations.tsv", "controls.tsv",
                                       "people.tsv",       "rules.tsv",  "pool.tsv"};
    fsc_error err;
    fsc_notes notes = {0};
    fsc_rules *rules = NULL;
    reader_empty();
    switch (reader_named(name, 7, bytes, n)) {
    case 0: read_people(); break;
    case 1: read_dseg(); break;
    case 2: read_observations(reader_path(name[2])); break;
    case 3: read_controls(reader_path(name[3]), NULL); break;
    case 4: {
        static const char rows[] = "participant_id\tmuscle\tlevel\tside\tpdff_mean_fraction\tmethod\n"
                                   "sub-01\tmultifidus\tL4\tleft\t0.1\tmulti-echo PDFF\n";
        read_controls(reader_file("controls.tsv", (const uint8_t *)rows, sizeof rows - 1), reader_path(name[4]));
        break;
    }
    case 5:
        READ(fsc_rules_read(&rules, reader_path(name[5]), &err));
        if (rules) READ(fsc_rules_check(rules, name[5], &err));
        fsc_rules_free(rules);
        break;
    case 6: READ(fsc_norms_pool(reader_path("out.tsv"), reader_path(name[6]), NULL, NULL, &notes, &err)); break;
    default: break;
    }
    fsc_notes_free(&notes);
}

/* JSON that another program or an earlier run wrote, and the first bytes of DICOM files. */
static inline void read_records(const uint8_t *bytes, size_t n) {
    static const char *const name[] = {"filter.json",  "a_PDFFmap.json", "a_desc-sites_dseg.json",
                                       "a_sites.json", "a.dcm",          "a.json"};
    static const char *const map[] = {"_PDFFmap", "_desc-water_S0map", "_desc-fat_S0map", "_desc-flags_quality"};
    fsc_error err;
    fsc_bids_filter filter;
    fsc_fatwater *fatwater = NULL;
    fsc_view_found found;
    fsc_labels *labels = NULL;
    fsc_notes notes = {0};
    const uint8_t *two = bytes;
    reader_empty();
    switch (reader_named(name, 6, bytes, n)) {
    case 0: READ(fsc_bids_filter_read(&filter, reader_path(name[0]), &err)); break;
    case 1:
        for (int i = 0; i < 4; i++) {
            char file[64];
            (void)snprintf(file, sizeof file, "a%s.nii.gz", map[i]);
            reader_image(reader_path(file), n % 7 == 3 && i == 0 ? 900 : 10);
        }
        READ(fsc_fatwater_read(&fatwater, reader_path("a"), &err));
        fsc_fatwater_free(fatwater);
        break;
    case 2:
        (void)reader_file("a_desc-proposallevels_dseg.nii.gz", bytes, n);
        READ(fsc_view_find_input(&found, "levels", reader_folder(), reader_folder(), "a", &err));
        READ(fsc_view_find_input(&found, "t2", reader_folder(), reader_folder(), "a", &err));
        break;
    case 3: READ(fsc_notes_beside(&notes, reader_path("a_sites.tsv"), &err)); break;
    case 4:
        /* A second file: the same again, or what follows the first line "==". */
        for (size_t i = 4; i < n && two == bytes; i++)
            if (memcmp(bytes + i - 4, "\n==\n", 4) == 0) two = bytes + i;
        (void)reader_file("b.dcm", two, n - (size_t)(two - bytes));
        READ(fsc_dicom_one_person(reader_folder(), &err));
        break;
    case 5:
        reader_image(reader_path("a.nii"), 0);
        READ(fsc_labels_read(&labels, reader_path("a.nii"), &err));
        fsc_labels_free(labels);
        break;
    default: break;
    }
    fsc_notes_free(&notes);
}

/* What the members of a study left: files one after the other, "== NAME" before each. */
static inline void read_study(const uint8_t *bytes, size_t n) {
    static const char *const folder[] = {"logs",          "sub-01",
                                         "sub-01/anat",   "sub-02",
                                         "sub-02/ses-01", "sub-02/ses-01/anat",
                                         "sub-02/ses-02", "sub-02/ses-02/anat"};
    static const char *const name[] = {"participants.tsv",
                                       "logs/dataset.tsv",
                                       "logs/raters.tsv",
                                       "logs/sub-01.log",
                                       "logs/sub-03.log",
                                       "logs/sub-01.state.tsv",
                                       "logs/sub-01.inputs.tsv",
                                       "logs/sub-01.outputs.tsv",
                                       "sub-01/anat/sub-01_sites.tsv",
                                       "sub-01/anat/sub-01_sites.json",
                                       "sub-02/ses-01/anat/sub-02_ses-01_sites.tsv",
                                       "sub-02/ses-02/anat/sub-02_ses-02_sites.tsv",
                                       "sub-02/ses-02/anat/sub-02_ses-02_acq-x_sites.tsv"};
    fsc_error err;
    fsc_group *group = NULL;
    reader_empty();
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++)
        if (mkdir(reader_path(folder[i]), 0700) != 0) reader_break(__FILE__, __LINE__);
    char *text = reader_text(bytes, n);
    for (char *at = text, *next; at && strncmp(at, "== ", 3) == 0; at = next) {
        next = strstr(at, "\n== ");
        if (next) next++;
        (void)reader_named(name, sizeof name / sizeof *name, (const uint8_t *)at + 3,
                           (next ? (size_t)(next - at) : strlen(at)) - 3);
    }
    free(text);
    READ(fsc_group_write(&group, reader_folder(), NULL, &err));
    fsc_group_free(group);
    reader_empty();
}

#endif
