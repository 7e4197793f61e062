/* Every reader of strangers' files as a function of bytes: for the fuzzer, and to replay what once broke one. A reader
 * may accept or refuse, with one line; it must not crash, leak, hang or starve. */
#ifndef FSC_TEST_FUZZ_READERS_H
#define FSC_TEST_FUZZ_READERS_H

#include <errno.h>
#include <fascicle/fascicle.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline _Noreturn void reader_break(const char *file, int line) {
    (void)fprintf(stderr, "%s:%d: broken\n", file, line);
    abort();
}
/* One allocation may be made to fail (replay.c): what stands here and not in a reader is tried once more. */
#define TWICE(sound)                                                                                                   \
    do {                                                                                                               \
        if (!(sound) && !(sound)) reader_break(__FILE__, __LINE__);                                                    \
    } while (0)

static char reader_dir[64];

/* A private folder in TMPDIR, made once. */
static inline const char *reader_folder(void) {
    const char *in = getenv("TMPDIR");
    if (reader_dir[0]) return reader_dir;
    (void)snprintf(reader_dir, sizeof reader_dir, "%.36s/fsc-readers-XXXXXX", in && *in ? in : "/tmp");
    TWICE(mkdtemp(reader_dir));
    return reader_dir;
}
static inline const char *reader_file(const char *name, const uint8_t *bytes, size_t n) {
    static char path[2][128];
    static int k;
    (void)reader_folder();
    char *to = path[k ^= 1];
    (void)snprintf(to, sizeof path[0], "%s/%s", reader_dir, name);
    FILE *file;
    TWICE(file = fopen(to, "wb"));
    if (fwrite(bytes, 1, n, file) != n || fclose(file) != 0) reader_break(__FILE__, __LINE__);
    return to;
}
static inline void reader_clean(const char *const *name, int n) {
    for (int i = 0; i < n; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", reader_dir, name[i]);
        (void)remove(path);
    }
}

/* The rule of every refusal: its status, and one line. */
static inline void reader_judge(fsc_status status, const fsc_error *err) {
    if (status != FSC_OK && (err->code != status || !err->text[0] || strchr(err->text, '\n')))
        reader_break(__FILE__, __LINE__);
}
#define READ(call)                                                                                                     \
    do {                                                                                                               \
        err = (fsc_error)FSC_ERROR_INIT;                                                                               \
        reader_judge(call, &err);                                                                                      \
    } while (0)

static inline char *reader_text(const uint8_t *bytes, size_t n) {
    char *text;
    TWICE(text = malloc(n + 1));
    memcpy(text, bytes, n);
    text[n] = 0;
    return text;
}

/* Lays down under name what stands behind mark, and ends the bytes before it. */
static inline size_t reader_second(const char *name, const char *mark, const uint8_t *bytes, size_t n) {
    const size_t length = strlen(mark);
    for (size_t i = 0; i + length <= n; i++)
        if (memcmp(bytes + i, mark, length) == 0) {
            (void)reader_file(name, bytes + i + length, n - i - length);
            return i;
        }
    return n;
}

static inline void read_image(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_volume *volume = NULL;
    fsc_labels *labels = NULL, *translated = NULL;
    fsc_notes notes = {0};
    const char *path = reader_file("a.nii", bytes, n);
    READ(fsc_volume_read(&volume, path, &err));
    READ(fsc_labels_read(&labels, path, &err));
    if (labels) READ(fsc_labels_translate(&translated, labels, "sct", "totalspineseg", &notes, &err));
    fsc_notes_free(&notes);
    fsc_labels_free(translated);
    fsc_labels_free(labels);
    fsc_volume_free(volume);
    reader_clean((const char *const[]){"a.nii"}, 1);
}
static inline void read_matlab(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_scan *scan = NULL;
    READ(fsc_scan_read(&scan, reader_file("a.mat", bytes, n), NULL, &err));
    fsc_scan_free(scan);
    reader_clean((const char *const[]){"a.mat"}, 1);
}
static inline void read_exam(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_exam *exam = NULL;
    char *text = reader_text(bytes, n);
    READ(fsc_exam_parse(&exam, text, "exam", &err));
    fsc_exam_free(exam);
    free(text);
}
static inline void read_map(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_map *map = NULL, *again = NULL;
    fsc_plan *plan = NULL;
    char *text = reader_text(bytes, n), *printed = NULL;
    READ(fsc_map_parse(&map, text, "map", &err));
    if (map) READ(fsc_map_print(&printed, map, &err));
    if (printed) READ(fsc_map_parse(&again, printed, "map printed", &err));
    if (printed && !again && err.code != FSC_E_NOMEM) reader_break(__FILE__, __LINE__); /* what we print we read */
    if (map) READ(fsc_plan_run(&plan, map, NULL, &err));
    fsc_plan_free(plan);
    fsc_map_free_text(printed);
    fsc_map_free(again);
    fsc_map_free(map);
    free(text);
}
static inline void read_forecast(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_forecast *forecast = NULL;
    READ(fsc_forecast_read(&forecast, reader_file("a_forecast.json", bytes, n), &err));
    fsc_forecast_free(forecast);
    reader_clean((const char *const[]){"a_forecast.json"}, 1);
}
static inline void read_plan(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_plan *plan = NULL;
    READ(fsc_plan_read(&plan, reader_file("a_plan.json", bytes, n), &err));
    fsc_plan_free(plan);
    reader_clean((const char *const[]){"a_plan.json"}, 1);
}
static inline void read_sites(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_measures *measures = NULL;
    fsc_map *map = NULL;
    n = reader_second("a_sites.json", "== json\n", bytes, n);
    READ(fsc_measures_read(&measures, reader_file("a_sites.tsv", bytes, n), &err));
    const fsc_map_inputs in = {.measures = measures};
    if (measures) READ(fsc_map_run(&map, &in, &err));
    fsc_map_free(map);
    fsc_measures_free(measures);
    reader_clean((const char *const[]){"a_sites.tsv", "a_sites.json"}, 2);
}
static inline void read_norms(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_norms *norms = NULL;
    READ(fsc_norms_read(&norms, reader_file("a.tsv", bytes, n), &err));
    for (int32_t i = 0; norms && i < fsc_norms_count(norms); i++) {
        double median, low, high;
        READ(fsc_norms_curve(&median, &low, &high, norms, fsc_norms_id(norms, i), 50, &err));
    }
    fsc_norms_free(norms);
    reader_clean((const char *const[]){"a.tsv"}, 1);
}
static inline void read_cohort(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_cohort *cohort = NULL;
    static const char *const marker[] = {"a", "multifidus L4"};
    static const fsc_cohort_options pooled = {
        .pool_sides = 1, .markers = marker, .n_markers = 2, .falls = marker, .n_falls = 1};
    const char *path = reader_file("a.tsv", bytes, n);
    READ(fsc_cohort_read(&cohort, path, NULL, &err));
    fsc_cohort_free(cohort);
    cohort = NULL;
    READ(fsc_cohort_read(&cohort, path, &pooled, &err));
    fsc_cohort_free(cohort);
    reader_clean((const char *const[]){"a.tsv"}, 1);
}
static inline void read_store(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_store *store = NULL;
    fsc_visit *visit = NULL;
    fsc_map **map = NULL, *one = NULL;
    int32_t n_visit = 0, n_map = 0;
    READ(fsc_store_open(&store, reader_folder(), 0, &err)); /* is no file */
    READ(fsc_store_open(&store, reader_file("a.db", bytes, n), 0, &err));
    if (store) READ(fsc_store_visits(&visit, &n_visit, store, NULL, &err));
    if (n_visit > 0) READ(fsc_store_maps(&map, &n_map, store, visit[0].acquisition.participant, &err));
    if (store) READ(fsc_store_map(&one, store, "nobody", "ses-9", &err));
    if (store && n_visit > 0)
        READ(fsc_store_map(&one, store, visit[0].acquisition.participant, visit[0].acquisition.session, &err));
    fsc_map_free(one);
    fsc_store_free_maps(map, n_map);
    fsc_store_free_visits(visit);
    fsc_store_close(store);
    reader_clean((const char *const[]){"a.db", "a.db-journal", "a.db-wal", "a.db-shm"}, 4);
}
/* An image's sidecar: the image beside it is sound. Under BIDS' names the same bytes are the dataset's own sidecar too.
 */
static inline void read_sidecar_as(const char *const name[4], const char *folder, const uint8_t *bytes, size_t n) {
    fsc_error err = FSC_ERROR_INIT;
    fsc_scan *scan = NULL;
    const fsc_grid grid = {.dim = {2, 2, 2}, .affine = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0}};
    static const float data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const char sound[] = "{\"EchoTime\": 0.0024, \"MagneticFieldStrength\": 3}";
    char path[160];
    (void)reader_file(name[2], bytes, n);
    (void)reader_file(name[3], (const uint8_t *)sound, sizeof sound - 1);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", reader_dir, name[i]);
        TWICE(fsc_volume_write(&grid, data, path, &err) == FSC_OK);
    }
    (void)snprintf(path, sizeof path, "%s/%s", reader_dir, folder);
    READ(fsc_scan_read(&scan, path, NULL, &err));
    fsc_scan_free(scan);
    reader_clean(name, 4);
}
static inline void read_sidecar(const uint8_t *bytes, size_t n) {
    static const char *const plain[] = {"a_echo-1_MEGRE.nii", "a_echo-2_MEGRE.nii", "a_echo-1_MEGRE.json",
                                        "a_echo-2_MEGRE.json"};
    static const char *const bids[] = {"sub-01/anat/sub-01_echo-1_MEGRE.nii", "sub-01/anat/sub-01_echo-2_MEGRE.nii",
                                       "MEGRE.json", "sub-01/anat/sub-01_echo-2_MEGRE.json"};
    char path[160];
    (void)reader_folder();
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/sub-01%s", reader_dir, i ? "/anat" : "");
        if (mkdir(path, 0700) != 0 && errno != EEXIST) reader_break(__FILE__, __LINE__);
    }
    (void)reader_file("sub-01/echo-1_MEGRE.json", bytes, n / 2);
    read_sidecar_as(bids, "sub-01/anat", bytes, n);
    reader_clean((const char *const[]){"sub-01/echo-1_MEGRE.json", "sub-01/anat", "sub-01"}, 3);
    read_sidecar_as(plain, "", bytes, n);
}
/* A small network that is accepted is run, too. Its table of classes stands behind "== classes". */
static inline void read_network(const uint8_t *bytes, size_t n) {
    fsc_error err;
    fsc_network *network = NULL;
    fsc_network_facts facts;
    n = reader_second("a.tsv", "== classes\n", bytes, n);
    READ(fsc_network_read(&network, reader_file("a.onnx", bytes, n), NULL, &err));
    if (network) fsc_network_describe(&facts, network);
    if (network && facts.n_mac < 1000000 && facts.bytes < 1 << 22) {
        const size_t area = (size_t)facts.tile[0] * (size_t)facts.tile[1];
        float *in, *out;
        TWICE(in = calloc(area, sizeof *in));
        TWICE(out = calloc(area * (size_t)facts.n_class, sizeof *out));
        READ(fsc_network_run_tile(network, in, out, 1, &err));
        free(in);
        free(out);
    }
    fsc_network_free(network);
    reader_clean((const char *const[]){"a.onnx", "a.tsv"}, 2);
}

#endif
