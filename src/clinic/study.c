#define _DEFAULT_SOURCE /* realpath(3) */
/* Headers are asked of dcmdump, which knows every transfer syntax and odd file; its answer stays in memory. */
#include "study.h"

#include "alloc.h"
#include "dump.h"
#include "earlier.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "program.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_MOST = 4096, BATCH = 256, OPTIONS_MOST = 96 };

const fsc_study_tag fsc_study_tags[FSC_STUDY_N] = {
    {"0008,0005", "CS", 0}, {"0008,0020", "DA", 1}, {"0008,0030", "TM", 1}, {"0008,0050", "SH", 1},
    {"0008,0090", "PN", 1}, {"0008,1030", "LO", 0}, {"0010,0010", "PN", 1}, {"0010,0020", "LO", 1},
    {"0010,0021", "LO", 0}, {"0010,0030", "DA", 1}, {"0010,0032", "TM", 0}, {"0010,0040", "CS", 1},
    {"0010,1000", "LO", 0}, {"0010,1001", "PN", 0}, {"0010,1010", "AS", 0}, {"0010,1020", "DS", 0},
    {"0010,1030", "DS", 0}, {"0010,2160", "SH", 0}, {"0020,000d", "UI", 1}, {"0020,0010", "SH", 1},
};
enum { STUDY_UID = 18 };

/* What is asked of every image beside them. */
enum {
    CLASS,
    SOP,
    MODALITY,
    SERIES,
    FRAME,
    NUMBER,
    INSTANCE,
    POSITION,
    ORIENTATION,
    THICKNESS,
    ROWS,
    COLUMNS,
    SPACING,
    MODEL,
    CONTENT_DATE,
    CONTENT_TIME,
    N_ASKED
};
static const char *const asked[N_ASKED] = {"0008,0016", "0008,0018", "0008,0060", "0020,000e", "0020,0052",
                                           "0020,0011", "0020,0013", "0020,0032", "0020,0037", "0018,0050",
                                           "0028,0010", "0028,0011", "0028,0030", "0008,1090", "0008,0023",
                                           "0008,0033"};

FSC_DEFINE_AUTO(fsc_dicom_study, fsc_dicom_study_free)

const char *fsc_study_about(const fsc_dicom_study *study, int tag) {
    return study->about[tag] ? study->about[tag] : "";
}

const char *fsc_dicom_study_day(const fsc_dicom_study *study) {
    return study->day;
}

int fsc_dicom_study_is_multiframe(const fsc_dicom_study *study) {
    for (int32_t i = 0; i < study->n_image; i++)
        if (strcmp(study->image[i].sop_class, "1.2.840.10008.5.1.4.1.1.4.1") == 0) return 1;
    return 0;
}

static void forget(char *text) {
    if (text) memset(text, 0, strlen(text));
    fsc_free(text);
}

void fsc_dicom_study_free(fsc_dicom_study *study) {
    if (!study) return;
    for (int t = 0; t < FSC_STUDY_N; t++) forget(study->about[t]);
    for (int32_t i = 0; i < study->n_image; i++) fsc_free(study->image[i].path);
    for (int32_t e = 0; e < study->n_earlier; e++) fsc_free(study->earlier[e].record);
    for (int32_t s = 0; s < study->n_seg; s++) fsc_free(study->seg[s].path);
    fsc_free(study->earlier);
    fsc_free(study->seg);
    fsc_scratch_remove(&study->links);
    fsc_scratch_remove(&study->pixels);
    fsc_free(study->folder);
    fsc_free(study->image);
    fsc_free(study);
}

/* One file's answers; values point into dcmdump's text, NULL when the file does not say. */
typedef struct header {
    const char *about[FSC_STUDY_N], *image[N_ASKED], *record;
} header;

char *fsc_study_value(char *line) {
    char *at = line + strlen("(0010,0010) PN ");
    char *end = strstr(at, " #");
    for (char *later = end; later; later = strstr(later + 1, " #")) end = later; /* a value may hold the mark */
    if (!end || strncmp(at, "(no value", 9) == 0) return NULL;
    while (end > at && end[-1] == ' ') end--;
    if (*at == '[' && end > at && end[-1] == ']') at++, end--;
    while (end > at && end[-1] == ' ') end--;
    *end = 0;
    return *at ? at : NULL;
}

/* The record of a report of ours, deep in its tree; dcmdump leads a nested element with the way to it. */
static char *record_of(char *line) {
    char *at = strstr(line, "(0040,a160) UT [" FSC_EARLIER_MARK);
    return at ? fsc_study_value(at) : NULL;
}

static void take_line(header *to, char *line) {
    char *record = record_of(line);
    if (record) to->record = record;
    if (strlen(line) < strlen("(0010,0010) PN x") || line[0] != '(' || line[10] != ')' || line[11] != ' ') return;
    for (int t = 0; t < FSC_STUDY_N; t++)
        if (strncmp(line + 1, fsc_study_tags[t].tag, 9) == 0) to->about[t] = fsc_study_value(line);
    for (int t = 0; t < N_ASKED; t++)
        if (strncmp(line + 1, asked[t], 9) == 0) to->image[t] = fsc_study_value(line);
}

static void take_text(char *out, size_t size, const char *value) {
    fsc_copy_text(out, size, value ? value : "");
}

static int32_t take_number(const char *value) {
    return value ? (int32_t)strtol(value, NULL, 10) : 0;
}

static fsc_status add_image(fsc_dicom_study *study, const header *from, const char *path, fsc_error *err) {
    fsc_study_image *image = fsc_grow(study->image, study->n_image, study->n_image + 1, sizeof *image);
    if (!image) return fsc_fail_nomem(err, "reading DICOM headers");
    study->image = image;
    image += study->n_image;
    image->path = fsc_strdup(path);
    if (!image->path) return fsc_fail_nomem(err, "reading DICOM headers");
    study->n_image++;
    take_text(image->sop_class, sizeof image->sop_class, from->image[CLASS]);
    take_text(image->sop, sizeof image->sop, from->image[SOP]);
    take_text(image->study, sizeof image->study, from->about[STUDY_UID]);
    take_text(image->series, sizeof image->series, from->image[SERIES]);
    take_text(image->frame, sizeof image->frame, from->image[FRAME]);
    take_text(image->modality, sizeof image->modality, from->image[MODALITY]);
    take_text(image->position, sizeof image->position, from->image[POSITION]);
    take_text(image->orientation, sizeof image->orientation, from->image[ORIENTATION]);
    take_text(image->spacing, sizeof image->spacing, from->image[SPACING]);
    take_text(image->thickness, sizeof image->thickness, from->image[THICKNESS]);
    image->series_number = take_number(from->image[NUMBER]);
    image->instance_number = take_number(from->image[INSTANCE]);
    image->rows = take_number(from->image[ROWS]);
    image->columns = take_number(from->image[COLUMNS]);
    return FSC_OK;
}

static fsc_status take_about(fsc_dicom_study *study, const header *from, int first, int last, fsc_error *err) {
    for (int t = first; t <= last; t++) {
        if (study->about[t] || !from->about[t]) continue;
        study->about[t] = fsc_strdup(from->about[t]);
        if (!study->about[t]) return fsc_fail_nomem(err, "reading DICOM headers");
    }
    return FSC_OK;
}

static int differs(const char *known, const char *now) {
    return known && now && strcmp(known, now) != 0;
}

static void day_of(char *out, size_t size, const char *date) {
    out[0] = 0;
    if (date && strlen(date) == 8 && strspn(date, "0123456789") == 8)
        fsc_format(out, size, "%.4s-%.2s-%.2s", date, date + 4, date + 6);
}

static fsc_status add_earlier(fsc_dicom_study *study, const header *from, fsc_error *err) {
    fsc_study_earlier *more = fsc_grow(study->earlier, study->n_earlier, study->n_earlier + 1, sizeof *more);
    if (!more) return fsc_fail_nomem(err, "reading DICOM headers");
    study->earlier = more;
    more += study->n_earlier;
    more->record = fsc_strdup(from->record);
    if (!more->record) return fsc_fail_nomem(err, "reading DICOM headers");
    study->n_earlier++;
    take_text(more->study, sizeof more->study, from->about[STUDY_UID]);
    day_of(more->day, sizeof more->day, from->about[FSC_STUDY_DATE]);
    return FSC_OK;
}

/* A segmentation of another maker; one of ours that came back says nothing that was not in the images. */
static fsc_status add_seg(fsc_dicom_study *study, const header *from, const char *path, fsc_error *err) {
    const char *model = from->image[MODEL];
    if (model && strcmp(model, FSC_DUMP_MODEL) == 0) return FSC_OK;
    fsc_study_seg *more = fsc_grow(study->seg, study->n_seg, study->n_seg + 1, sizeof *more);
    if (!more) return fsc_fail_nomem(err, "reading DICOM headers");
    study->seg = more;
    more += study->n_seg;
    more->path = fsc_strdup(path);
    if (!more->path) return fsc_fail_nomem(err, "reading DICOM headers");
    study->n_seg++;
    take_text(more->study, sizeof more->study, from->about[STUDY_UID]);
    take_text(more->frame, sizeof more->frame, from->image[FRAME]);
    take_text(more->sop, sizeof more->sop, from->image[SOP]);
    const char *day = from->image[CONTENT_DATE], *time = from->image[CONTENT_TIME];
    fsc_format(more->when, sizeof more->when, "%s %s", day ? day : "", time ? time : "");
    return FSC_OK;
}

/* Images make the study; of other files (earlier reports, segmentations) only the patient must be the same. */
static fsc_status take_file(fsc_dicom_study *study, const header *from, const char *path, const char *folder,
                            fsc_error *err) {
    const char *modality = from->image[MODALITY];
    if (differs(study->about[FSC_STUDY_PATIENT_ID], from->about[FSC_STUDY_PATIENT_ID]) ||
        differs(study->about[FSC_STUDY_PATIENT_NAME], from->about[FSC_STUDY_PATIENT_NAME]))
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s: holds DICOM files of more than one person (patient names or numbers differ); give a "
                        "folder of one",
                        folder);
    FSC_TRY(take_about(study, from, FSC_STUDY_PATIENT_NAME, FSC_STUDY_PATIENT_ID, err));
    if (!modality || strcmp(modality, "MR") != 0 || !from->image[ROWS]) {
        study->n_other++;
        if (modality && strcmp(modality, "SEG") == 0) return add_seg(study, from, path, err);
        return from->record ? add_earlier(study, from, err) : FSC_OK;
    }
    if (differs(study->about[STUDY_UID], from->about[STUDY_UID]))
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: holds images of more than one study; give a folder of one", folder);
    FSC_TRY(take_about(study, from, 0, FSC_STUDY_N - 1, err));
    return add_image(study, from, path, err);
}

/* dcmdump's answer file by file, in the order of argv; a file that it passes over in silence is missed. */
static fsc_status take_answer(fsc_dicom_study *study, char *text, char *const *path, int32_t n, const char *folder,
                              fsc_error *err) {
    header now = {0};
    int32_t file = -1;
    for (char *line = text, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        if (strncmp(line, "# dcmdump (", 11) != 0) {
            take_line(&now, line);
            continue;
        }
        if (file >= 0) FSC_TRY(take_file(study, &now, path[file], folder, err));
        now = (header){0};
        if (++file >= n || strtol(line + 11, NULL, 10) != file + 1) break;
    }
    if (file == n - 1) return take_file(study, &now, path[file], folder, err);
    return fsc_fail(err, FSC_E_IO, "%s: dcmdump did not answer for every DICOM file there; run it again", folder);
}

/* A path in front of which no option can be read. */
static fsc_status plain_path(char *out, size_t size, const char *path, fsc_error *err) {
    const int n = snprintf(out, size, "%s%s", path[0] == '-' || path[0] == '@' ? "./" : "", path);
    return n >= 0 && (size_t)n < size ? FSC_OK : fsc_fail(err, FSC_E_RANGE, "%s: path is too long", path);
}

static fsc_status ask(fsc_dicom_study *study, char *program, char *const *path, int32_t n, const char *folder,
                      fsc_error *err) {
    static const char *const fixed[] = {"-q", "-Un", "+L", "+F", "+p", "+sb", "7fe0,0010", "+P", "0040,a160"};
    const char *argv[1 + OPTIONS_MOST + BATCH + 1];
    int k = 0;
    argv[k++] = program;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) argv[k++] = fixed[i];
    for (int t = 0; t < FSC_STUDY_N; t++) argv[k++] = "+P", argv[k++] = fsc_study_tags[t].tag;
    for (int t = 0; t < N_ASKED; t++) argv[k++] = "+P", argv[k++] = asked[t];
    for (int32_t i = 0; i < n; i++) argv[k++] = path[i];
    argv[k] = NULL;
    FSC_AUTO_TEXT fsc_text said = {0};
    fsc_error fault = FSC_ERROR_INIT;
    const fsc_status status = fsc_program_run((char *const *)argv, 0, &said, &fault);
    if (said.failed || status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading DICOM headers");
    fsc_status taken = FSC_OK;
    if (status != FSC_OK) /* what it said may name the person */
        taken =
            fsc_fail(err, FSC_E_FORMAT, "%s: dcmdump cannot read the headers of a DICOM file there (damaged?)", folder);
    else
        taken = take_answer(study, said.data, path, n, folder, err);
    if (said.data) memset(said.data, 0, said.length);
    return taken;
}

static fsc_status ask_all(fsc_dicom_study *study, char *program, char *const *path, int32_t n, const char *folder,
                          fsc_error *err) {
    for (int32_t at = 0; at < n; at += BATCH)
        FSC_TRY(ask(study, program, path + at, n - at < BATCH ? n - at : BATCH, folder, err));
    return FSC_OK;
}

static int by_series(const void *a, const void *b) {
    const fsc_study_image *x = a, *y = b;
    if (x->series_number != y->series_number) return x->series_number < y->series_number ? -1 : 1;
    const int same = strcmp(x->series, y->series);
    if (same) return same;
    if (x->instance_number != y->instance_number) return x->instance_number < y->instance_number ? -1 : 1;
    return strcmp(x->sop, y->sop);
}

fsc_status fsc_dicom_study_read(fsc_dicom_study **out, const char *folder, fsc_error *err) {
    char program[PATH_MOST], from[PATH_MOST], **path = NULL;
    int32_t n = 0;
    if (!fsc_program_find(program, sizeof program, "dcmdump"))
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "objects for an archive need DCMTK's dcmdump and dump2dcm: install it (Debian: apt install "
                        "dcmtk)");
    FSC_TRY(plain_path(from, sizeof from, folder, err));
    FSC_AUTO(fsc_dicom_study) study = fsc_alloc(1, sizeof *study);
    if (!study || !(study->folder = fsc_strdup(folder))) return fsc_fail_nomem(err, "reading DICOM headers");
    FSC_TRY(fsc_study_files(&path, &n, from, err));
    const fsc_status status = ask_all(study, program, path, n, folder, err);
    fsc_file_free_names(path, n);
    FSC_TRY(status);
    if (!study->n_image)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: holds no DICOM images of MR; give a study's folder", folder);
    if (!fsc_study_about(study, STUDY_UID)[0])
        return fsc_fail(err, FSC_E_FORMAT, "%s: the images do not say which study they are of (0020,000D)", folder);
    qsort(study->image, (size_t)study->n_image, sizeof *study->image, by_series);
    take_text(study->uid, sizeof study->uid, study->about[STUDY_UID]);
    day_of(study->day, sizeof study->day, study->about[FSC_STUDY_DATE]);
    FSC_GIVE(out, study);
    return FSC_OK;
}

fsc_status fsc_dicom_study_earlier(fsc_map **out, const fsc_dicom_study *study, const char *participant,
                                   fsc_error *err) {
    const fsc_study_earlier *last = NULL;
    *out = NULL;
    for (int32_t e = 0; e < study->n_earlier; e++) {
        const fsc_study_earlier *now = &study->earlier[e];
        if (strcmp(now->study, study->uid) == 0 || !now->day[0] || strcmp(now->day, study->day) >= 0) continue;
        if (!last || strcmp(now->day, last->day) > 0) last = now;
    }
    return last ? fsc_earlier_parse(out, last->record, last->day, participant ? participant : "", err) : FSC_OK;
}

fsc_status fsc_dicom_study_images(const char **folder, fsc_dicom_study *study, const char *scratch_dir,
                                  fsc_error *err) {
    char whole[PATH_MOST], link[PATH_MOST];
    *folder = study->folder;
    if (!study->n_other) return FSC_OK;
    if (!study->links.path[0])
        FSC_TRY(fsc_scratch_make(&study->links, scratch_dir && *scratch_dir ? scratch_dir : "/tmp", err));
    *folder = study->links.path;
    for (int32_t i = 0; i < study->n_image; i++) {
        if (!realpath(study->image[i].path, whole)) return fsc_fail(err, FSC_E_IO, "a DICOM file has gone meanwhile");
        const int n = snprintf(link, sizeof link, "%s/%06d", study->links.path, (int)i);
        if (n < 0 || (size_t)n >= sizeof link || symlink(whole, link) != 0)
            return fsc_fail(err, FSC_E_IO, "%s: no link can be made there", study->links.path);
    }
    return FSC_OK;
}
