/* Segment: labels by a program of the user's own: the water image goes out, label maps come back. */
#ifndef FASCICLE_SEGMENT_H
#define FASCICLE_SEGMENT_H

#include <fascicle/anatomy.h>
#include <fascicle/separate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fsc_segmentation {
    fsc_labels *muscles;                      /* owned; NULL when no program gave any */
    fsc_labels *levels;                       /* owned; NULL likewise */
    char muscle_scheme[40], level_scheme[40]; /* "" = to be recognised */
    fsc_notes notes;                          /* which program, which version, which command */
} fsc_segmentation;

typedef struct fsc_segment_options {
    const char *const *program; /* n_program words: a key of data/segmenters.tsv ("musclemap", "totalspineseg",
                                   "totalsegmentator") or a command on the PATH, which is called as
                                   COMMAND WATER.nii.gz FOLDER and leaves FOLDER/muscles.nii.gz, FOLDER/levels.nii.gz or
                                   both. What a later one gives replaces what an earlier one gave */
    int32_t n_program;
    const char *scratch_dir;      /* where a private folder may be made for the exchange; NULL = "/tmp" */
    const char *log_path;         /* a failing program leaves what it said there; NULL = nowhere */
    double limit_s;               /* longest time of one program; 0 = none */
    const fsc_progress *progress; /* asked while a program runs, with what it said last; NULL = silence */
} fsc_segment_options;

/* Whether every program can be found: FSC_OK, FSC_E_NOTFOUND (the text says how to install it), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_segment_check(const fsc_segment_options *opt, fsc_error *err);
/* Runs the programs one after the other on the water map. Nothing is downloaded by this library. *out is owned:
 * fsc_segmentation_free. Returns FSC_OK; FSC_E_NOTFOUND (program not on the PATH: the text says how to install it;
 * nothing written); FSC_E_IO (a program failed: the text names the log); FSC_E_SHAPE (labels on another grid);
 * FSC_E_FORMAT (an empty or unreadable label map); FSC_E_UNSUPPORTED (maps without water); FSC_E_CANCELLED (the
 * program was ended); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_segment_run(fsc_segmentation **out, const fsc_fatwater *maps,
                                                const fsc_segment_options *opt, fsc_error *err);
FSC_API void fsc_segmentation_free(fsc_segmentation *segmentation);

#ifdef __cplusplus
}
#endif
#endif
