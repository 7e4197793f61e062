/* What every sidecar says of its origin. */
#ifndef FSC_BASE_PROVENANCE_H
#define FSC_BASE_PROVENANCE_H

#include "json.h"
#include "text.h"

#include <fascicle/notes.h>
#include <fascicle/recipe.h>

/* Sets Description, Sources, GeneratedBy {Name, Version, Command, Options, Inputs} on a sidecar object, and
 * SkullStripped: false when is_image is non-zero (BIDS wants it). recipe may be NULL. */
void fsc_provenance_set(fsc_json *sidecar, const fsc_recipe *recipe, const char *description, int is_image);
/* A path as it may be passed on: below its dataset (or from its sub- folder on), else the name alone, "." for a folder;
 * bytes that are no letters as %NN. */
void fsc_shown_path(fsc_text *out, const char *path);
/* A word of a command line, or the value of an option: what may be a path as fsc_shown_path, anything else as it is. */
void fsc_shown_word(fsc_text *out, const char *word);
/* An array of {kind, key, text}; NULL, which marks what it is put into, when memory is out or a note is missing. */
fsc_json *fsc_notes_json(const fsc_notes *notes);

#endif
