/* Labels by a program of the user's own: found on the PATH, given the water image in a private folder, read back. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "program.h"
#include "scratch.h"
#include "table.h"
#include "text.h"

#include <fascicle/segment.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 24, PATH_MAX_HERE = 4096 };

/* How one program is called: a row of data/segmenters.tsv, or the plain contract of a command. */
typedef struct task {
    const char *key, *program, *arguments, *install;
    const char *writes[2]; /* muscles, levels; NULL = does not give them */
    const char *scheme[2];
} task;

typedef struct bench {
    fsc_segmentation *made;
    const fsc_segment_options *opt;
    const fsc_grid *grid;
    const char *water;  /* the image that was written */
    const char *folder; /* for the program's results */
} bench;

FSC_DEFINE_AUTO(fsc_segmentation, fsc_segmentation_free)
FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)

void fsc_segmentation_free(fsc_segmentation *segmentation) {
    if (!segmentation) return;
    fsc_labels_free(segmentation->muscles);
    fsc_labels_free(segmentation->levels);
    fsc_notes_free(&segmentation->notes);
    fsc_free(segmentation);
}

/* text with {water} and {out} filled in. */
static fsc_status fill_in(char *out, size_t size, const bench *b, const char *text, fsc_error *err) {
    size_t used = 0;
    while (*text) {
        const char *piece = text;
        size_t n = 1;
        if (strncmp(text, "{water}", 7) == 0) {
            piece = b->water;
            n = strlen(piece);
            text += 7;
        } else if (strncmp(text, "{out}", 5) == 0) {
            piece = b->folder;
            n = strlen(piece);
            text += 5;
        } else
            text++;
        if (used + n >= size) return fsc_fail(err, FSC_E_RANGE, "the path of the temporary folder is too long");
        memcpy(out + used, piece, n);
        used += n;
    }
    out[used] = 0;
    return FSC_OK;
}

/* What the program says of its version, on one line; "" when it does not. */
static void ask_version(char *out, size_t size, char *program) {
    static char flag[] = "--version";
    char *const argv[] = {program, flag, NULL};
    FSC_AUTO_TEXT fsc_text said = {0};
    out[0] = 0;
    if (fsc_program_run(argv, 30, &said, NULL) != FSC_OK || !said.length) return;
    said.data[strcspn(said.data, "\r\n")] = 0;
    fsc_copy_text(out, size, said.data);
}

/* The folder of the results may not be there yet. */
static void make_room(const char *path) {
    char folder[PATH_MAX_HERE];
    fsc_copy_text(folder, sizeof folder, path);
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder) return;
    *slash = 0;
    if (fsc_file_make_folder(folder, NULL) != FSC_OK)
        return; /* then the log cannot be written, and only its last line is told */
}

static fsc_status keep_log(const bench *b, const char *key, const fsc_text *said, fsc_status status, fsc_error *err) {
    if (status != FSC_E_IO || !b->opt->log_path || !said->length) return status;
    make_room(b->opt->log_path);
    if (fsc_file_write(b->opt->log_path, said->data, said->length, NULL) != FSC_OK) return status;
    const fsc_error was = *err;
    *err = (fsc_error)FSC_ERROR_INIT;
    return fsc_fail(err, was.code, "%s failed (%.200s); all it said is in %s", key, was.text, b->opt->log_path);
}

static fsc_status find(char *path, size_t size, const task *t, fsc_error *err) {
    if (fsc_program_find(path, size, t->program)) return FSC_OK;
    if (strchr(t->program, '/')) return fsc_fail(err, FSC_E_NOTFOUND, "%s cannot be run; %s", t->program, t->install);
    return fsc_fail(err, FSC_E_NOTFOUND, "%s is not on the PATH; %s", t->program, t->install);
}

static fsc_status call(const bench *b, const task *t, fsc_error *err) {
    char path[PATH_MAX_HERE], words[PATH_MAX_HERE], version[120];
    FSC_TRY(find(path, sizeof path, t, err));
    char arguments[WORDS_MAX][PATH_MAX_HERE / 4];
    char *argv[WORDS_MAX + 2] = {path};
    int n = 0;
    fsc_copy_text(words, sizeof words, t->arguments);
    for (char *at = words; *at && n < WORDS_MAX; n++) {
        const size_t length = strcspn(at, " ");
        const int last = at[length] == 0;
        at[length] = 0;
        FSC_TRY(fill_in(arguments[n], sizeof arguments[n], b, at, err));
        argv[n + 1] = arguments[n];
        at += length + !last;
    }
    ask_version(version, sizeof version, path);
    FSC_AUTO_TEXT fsc_text said = {0};
    const fsc_status status = fsc_program_watch(argv, b->opt->limit_s, b->opt->progress, &said, err);
    if (status != FSC_OK) return err ? keep_log(b, t->program, &said, status, err) : status;
    const char *slash = strrchr(t->program, '/'); /* what lies above a program is no part of a result */
    fsc_notes_add(&b->made->notes, FSC_NOTE_FOUND, "segmented", "Labels by %s%s%s, called with: %s",
                  slash ? slash + 1 : t->program, version[0] ? ", version " : "", version, t->arguments);
    return FSC_OK;
}

static int is_empty(const fsc_labels *labels) {
    const int64_t n = fsc_grid_count(&labels->grid);
    for (int64_t v = 0; v < n; v++)
        if (labels->data[v] != 0) return 0;
    return 1;
}

/* Reads what a task left; optional: a file that is not there is none. */
static fsc_status collect(const bench *b, const task *t, int levels, int optional, fsc_error *err) {
    char path[PATH_MAX_HERE];
    FSC_TRY(fill_in(path, sizeof path, b, t->writes[levels], err));
    if (!fsc_file_exists(path)) {
        if (optional) return FSC_OK;
        return fsc_fail(err, FSC_E_IO, "%s ended well but left no label map where it should (%s)", t->program,
                        strrchr(path, '/') + 1);
    }
    FSC_AUTO(fsc_labels) labels = NULL;
    FSC_TRY(fsc_labels_read(&labels, path, err));
    if (is_empty(labels)) return fsc_fail(err, FSC_E_FORMAT, "%s found nothing: its label map is empty", t->program);
    if (!fsc_grid_same(&labels->grid, b->grid, 0.5))
        return fsc_fail(err, FSC_E_SHAPE, "%s wrote labels on another grid than the image it was given", t->program);
    fsc_labels **slot = levels ? &b->made->levels : &b->made->muscles;
    fsc_labels_free(*slot);
    FSC_GIVE(slot, labels);
    char *scheme = levels ? b->made->level_scheme : b->made->muscle_scheme;
    fsc_copy_text(scheme, sizeof b->made->level_scheme, t->scheme[levels]);
    return FSC_OK;
}

/* A command of the user's that no table knows. */
static task task_of_command(const char *program) {
    return (task){.key = program,
                  .program = program,
                  .arguments = "{water} {out}",
                  .install = "give musclemap, totalspineseg, totalsegmentator, or a command that can be run",
                  .writes = {"{out}/muscles.nii.gz", "{out}/levels.nii.gz"},
                  .scheme = {"", ""}};
}

static fsc_status run_command(const bench *b, const char *program, fsc_error *err) {
    const task t = task_of_command(program);
    FSC_TRY(call(b, &t, err));
    const fsc_labels *muscles = b->made->muscles, *levels = b->made->levels;
    FSC_TRY(collect(b, &t, 0, 1, err));
    FSC_TRY(collect(b, &t, 1, 1, err));
    if (b->made->muscles == muscles && b->made->levels == levels)
        return fsc_fail(err, FSC_E_IO, "%s left neither muscles.nii.gz nor levels.nii.gz in the folder it was given",
                        program);
    return FSC_OK;
}

/* The task of a row; 0 when the row is another program's. */
static int task_of_row(task *out, const fsc_table *table, int32_t r, const char *key) {
    if (strcmp(fsc_table_get(table, r, "key"), key) != 0) return 0;
    const int levels = strcmp(fsc_table_get(table, r, "holds"), "levels") == 0;
    *out = (task){.key = key,
                  .program = fsc_table_get(table, r, "program"),
                  .arguments = fsc_table_get(table, r, "arguments"),
                  .install = fsc_table_get(table, r, "install")};
    out->writes[levels] = fsc_table_get(table, r, "writes");
    out->scheme[levels] = fsc_table_get(table, r, "scheme");
    return 1;
}

static fsc_status run_program(const bench *b, const fsc_table *table, const char *key, fsc_error *err) {
    int known = 0;
    for (int32_t r = 0; r < table->n_row; r++) {
        task t;
        if (!task_of_row(&t, table, r, key)) continue;
        known = 1;
        FSC_TRY(call(b, &t, err));
        FSC_TRY(collect(b, &t, t.writes[1] != NULL, 0, err));
    }
    return known ? FSC_OK : run_command(b, key, err);
}

fsc_status fsc_segment_check(const fsc_segment_options *opt, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    char path[PATH_MAX_HERE];
    FSC_TRY(fsc_table_embedded(&table, "segmenters.tsv", err));
    for (int32_t i = 0; i < opt->n_program; i++) {
        task t = task_of_command(opt->program[i]);
        for (int32_t r = 0; r < table.n_row; r++)
            if (task_of_row(&t, &table, r, opt->program[i])) break;
        FSC_TRY(find(path, sizeof path, &t, err));
    }
    return FSC_OK;
}

fsc_status fsc_segment_run(fsc_segmentation **out, const fsc_fatwater *maps, const fsc_segment_options *opt,
                           fsc_error *err) {
    if (!maps->water)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "a segmenter needs a water image; this input is a fat-fraction map alone");
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_AUTO_SCRATCH fsc_scratch scratch = {0};
    char water[PATH_MAX_HERE], folder[PATH_MAX_HERE];
    FSC_TRY(fsc_table_embedded(&table, "segmenters.tsv", err));
    FSC_TRY(fsc_scratch_make(&scratch, opt->scratch_dir ? opt->scratch_dir : "/tmp", err));
    FSC_TRY(fsc_file_join(water, sizeof water, scratch.path, "water.nii.gz", err));
    FSC_TRY(fsc_file_join(folder, sizeof folder, scratch.path, "out", err));
    FSC_TRY(fsc_file_make_folder(folder, err));
    FSC_TRY(fsc_volume_write(&maps->grid, maps->water, water, err));
    FSC_AUTO(fsc_segmentation) made = fsc_alloc(1, sizeof *made);
    if (!made) return fsc_fail_nomem(err, "segmenting");
    const bench b = {.made = made, .opt = opt, .grid = &maps->grid, .water = water, .folder = folder};
    for (int32_t i = 0; i < opt->n_program; i++) FSC_TRY(run_program(&b, &table, opt->program[i], err));
    FSC_GIVE(out, made);
    return FSC_OK;
}
