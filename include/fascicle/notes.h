/* Notes: the one-line statements that the steps make about a run (found, assumed, warned). */
#ifndef FASCICLE_NOTES_H
#define FASCICLE_NOTES_H

#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fsc_note_kind {
    FSC_NOTE_FOUND = 0,   /* something the program established ("sign as stored, 2.7 : 1 clearer") */
    FSC_NOTE_ASSUMED = 1, /* something it had to assume ("voxel size assumed") */
    FSC_NOTE_WARNING = 2  /* something that limits what the result means; says the consequence first */
} fsc_note_kind;

typedef struct fsc_note {
    fsc_note_kind kind;
    char key[32];   /* stable word for programs: "voxel-size-assumed" */
    char text[320]; /* one sentence for people */
} fsc_note;

/* Zero-initialise; owned by whatever struct holds it. */
typedef struct fsc_notes {
    fsc_note *item; /* n entries */
    int32_t n;
    int32_t capacity;
    int32_t failed; /* non-zero: memory was out and a note is missing, so nothing may be written from this list */
} fsc_notes;

/* Appends a note. The same key and text twice is kept once. For lack of memory the list is marked as failed. */
FSC_API void fsc_notes_add(fsc_notes *notes, fsc_note_kind kind, const char *key, const char *fmt, ...)
    FSC_PRINTF(4, 5);

/* Appends every note of from to notes, and its mark. */
FSC_API void fsc_notes_join(fsc_notes *notes, const fsc_notes *from);

/* FSC_E_NOMEM when a note is missing, else FSC_OK. Every call that fills a list of its own ends with it. */
FSC_API FSC_MUST_USE fsc_status fsc_notes_check(const fsc_notes *notes, fsc_error *err);

FSC_API void fsc_notes_free(fsc_notes *notes);

#ifdef __cplusplus
}
#endif
#endif
