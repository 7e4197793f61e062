#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "text.h"

#include <fascicle/notes.h>
#include <stdarg.h>
#include <string.h>

static void add(fsc_notes *notes, const fsc_note *note) {
    for (int32_t i = 0; i < notes->n; i++)
        if (strcmp(notes->item[i].key, note->key) == 0 && strcmp(notes->item[i].text, note->text) == 0) return;
    if (notes->n == notes->capacity) {
        const int32_t capacity = notes->capacity * 2 + 8;
        fsc_note *item = fsc_grow(notes->item, notes->n, capacity, sizeof *item);
        if (!item) {
            notes->failed = 1;
            return;
        }
        notes->item = item;
        notes->capacity = capacity;
    }
    notes->item[notes->n++] = *note;
}

void fsc_notes_add(fsc_notes *notes, fsc_note_kind kind, const char *key, const char *fmt, ...) {
    fsc_note note = {.kind = kind};
    fsc_copy_text(note.key, sizeof note.key, key);
    va_list args;
    va_start(args, fmt);
    (void)fsc_vformat(note.text, sizeof note.text, fmt, args);
    va_end(args);
    add(notes, &note);
}

void fsc_notes_join(fsc_notes *notes, const fsc_notes *from) {
    if (from->failed) notes->failed = 1;
    for (int32_t i = 0; i < from->n; i++) add(notes, &from->item[i]);
}

fsc_status fsc_notes_check(const fsc_notes *notes, fsc_error *err) {
    return notes->failed ? fsc_fail_nomem(err, "noting what was found") : FSC_OK;
}

void fsc_notes_free(fsc_notes *notes) {
    if (!notes) return;
    fsc_free(notes->item);
    memset(notes, 0, sizeof *notes);
}
