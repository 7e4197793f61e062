/* What DCMTK's dcmdump says of a study: the bytes stand for its answer, as no other program is run here. */
#ifndef FSC_TEST_FUZZ_CLINIC_H
#define FSC_TEST_FUZZ_CLINIC_H

#include "tables.h"

#include "program.h"
#include "seg_read.h"

static const uint8_t *dcmdump_says; /* up to a line "== pixels", then what it writes into the folder of +W */
static size_t dcmdump_n;

/* In place of base/program.c: whoever links this header runs nothing. */
int fsc_program_find(char *path, size_t size, const char *name) {
    (void)snprintf(path, size, "/bin/%s", name);
    return 1;
}
fsc_status fsc_program_watch(char *const argv[], double limit_s, const fsc_progress *progress, fsc_text *output,
                             fsc_error *err) {
    static const char mark[] = "\n== pixels\n";
    size_t n = dcmdump_n;
    (void)limit_s, (void)progress, (void)err;
    for (size_t i = 0; i + sizeof mark - 1 <= n; i++)
        if (memcmp(dcmdump_says + i, mark, sizeof mark - 1) == 0) {
            for (int a = 0; argv[a]; a++) {
                FILE *file = NULL;
                char raw[300];
                if (strcmp(argv[a], "+W") != 0) continue;
                (void)snprintf(raw, sizeof raw, "%.280s/a.0.raw", argv[a + 1]);
                TWICE(file = fopen(raw, "wb"));
                (void)fwrite(dcmdump_says + i + sizeof mark - 1, 1, n - i - (sizeof mark - 1), file);
                (void)fclose(file);
            }
            n = i + 1;
        }
    fsc_text_add_n(output, (const char *)dcmdump_says, n);
    return FSC_OK;
}
fsc_status fsc_program_run(char *const argv[], double limit_s, fsc_text *output, fsc_error *err) {
    return fsc_program_watch(argv, limit_s, NULL, output, err);
}

static inline void dcmdump_answers(const uint8_t *bytes, size_t n, int n_file) {
    reader_empty();
    if (mkdir(reader_path("pixels"), 0700) != 0 || mkdir(reader_path("in"), 0700) != 0)
        reader_break(__FILE__, __LINE__);
    for (int i = 0; i < n_file; i++) {
        uint8_t head[140] = {0};
        char name[16];
        memcpy(head + 128, "DICM", 4);
        (void)snprintf(name, sizeof name, "in/%d", i % 100);
        (void)reader_file(name, head, sizeof head);
    }
    dcmdump_says = bytes;
    dcmdump_n = n;
}
/* Headers of as many files as it names: images, segmentations, earlier reports of ours. */
static inline void read_headers(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_dicom_study *study = NULL;
    fsc_map *map = NULL;
    fsc_label_maps *labels = NULL;
    fsc_notes notes = {0};
    const char *images = NULL;
    static const char mark[] = "# dcmdump (";
    int n_file = 0;
    for (size_t i = 0; i + sizeof mark - 1 <= n; i++) n_file += memcmp(bytes + i, mark, sizeof mark - 1) == 0;
    dcmdump_answers(bytes, n, n_file < 9 ? n_file : 9);
    READ(fsc_dicom_study_read(&study, reader_path("in"), &err));
    if (study) {
        READ(fsc_dicom_study_earlier(&map, study, "sub-01", &err));
        READ(fsc_dicom_study_images(&images, study, reader_folder(), &err));
        READ(fsc_dicom_study_labels(&labels, study, reader_folder(), &notes, &err));
        (void)fsc_dicom_study_is_multiframe(study);
        (void)fsc_dicom_study_day(study);
    }
    fsc_label_maps_free(labels);
    fsc_notes_free(&notes);
    fsc_map_free(map);
    fsc_dicom_study_free(study);
    reader_empty();
}
static inline void read_segmentation(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_seg_content content;
    dcmdump_answers(bytes, n, 0);
    READ(fsc_seg_read(&content, reader_path("in"), reader_path("pixels"), &err));
    fsc_labels_free(content.labels);
    reader_empty();
}

#endif
