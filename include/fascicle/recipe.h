/* Recipe: the provenance that every output carries: command, version, options, inputs with hashes. */
#ifndef FASCICLE_RECIPE_H
#define FASCICLE_RECIPE_H

#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fsc_recipe_input {
    char *path;      /* as it may be passed on: below its dataset, else the name alone */
    char sha256[65]; /* lower-case hex, 0-terminated; "" is not written */
} fsc_recipe_input;

/* Zero-initialise, fill with the calls below, free once. */
typedef struct fsc_recipe {
    char *command;           /* the command line, or the calling program's words; may be NULL */
    char *options_json;      /* a JSON object with every option in force; may be NULL */
    fsc_recipe_input *input; /* n_input entries */
    int32_t n_input;
} fsc_recipe;

/* Copies the words of argv joined by blanks (quoted where needed). What lies above a dataset, where names of people and
 * users stand, is left out of every path here and below: a file is named from its dataset's root (or its sub- folder)
 * on, elsewhere by its own name, a folder as "."; a second word of small letters is a command's name and stays. Returns
 * FSC_OK or FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_recipe_set_command(fsc_recipe *recipe, int argc, char *const *argv, fsc_error *err);

/* Copies a JSON object text. Returns FSC_OK, FSC_E_NOMEM; FSC_E_FORMAT when it is no JSON. */
FSC_API FSC_MUST_USE fsc_status fsc_recipe_set_options(fsc_recipe *recipe, const char *json_object, fsc_error *err);

/* Hashes the file at path (SHA-256) and remembers both; a name that two files share is numbered. Returns FSC_OK,
 * FSC_E_IO or FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_recipe_add_input(fsc_recipe *recipe, const char *path, fsc_error *err);

/* Makes the recipe fit to be passed on: no command line, no option that names an exam, a day, a person or a store, no
 * hash that ties a result to its original. Returns FSC_OK or FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_recipe_share(fsc_recipe *recipe, fsc_error *err);

FSC_API void fsc_recipe_free(fsc_recipe *recipe);

/* Whether dir may take our files: FSC_OK when it has no dataset_description.json or one of ours, else FSC_E_ARG
 * (somebody's dataset; its description must not be lost), FSC_E_IO (it cannot be read). */
FSC_API FSC_MUST_USE fsc_status fsc_recipe_check_dataset(const char *dir, fsc_error *err);

/* Creates dir (with its parents) if needed; writes dataset_description.json (BIDS derivative, GeneratedBy) and a README
 * (that results are health data) when there is none and adds to .bidsignore what BIDS has no suffix for. Says nothing of one run: every run leaves the same
 * bytes. Returns FSC_OK, FSC_E_ARG (as fsc_recipe_check_dataset), FSC_E_IO or FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_recipe_open_dataset(const char *dir, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
