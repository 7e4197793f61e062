#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "provenance.h"
#include "spelling.h"
#include "utf8.h"

#include <ctype.h>
#include <fascicle/version.h>
#include <string.h>

const char *fsc_version(void) {
    return FSC_VERSION;
}

/* A word that a shell reads back as it was; a byte that is no letter is written as $'\\xNN' would read it. */
static void add_word(fsc_text *text, const char *word) {
    int plain = *word != 0, odd = 0;
    for (const char *c = word; *c;) {
        const size_t n = fsc_utf8_letter(c);
        odd |= n == 0;
        plain &= n > 1 || (n == 1 && (isalnum((unsigned char)*c) || strchr("-_./:=,+@%^", *c)));
        c += n ? n : 1;
    }
    if (plain) {
        fsc_text_add(text, word);
        return;
    }
    fsc_text_add(text, odd ? "$'" : "'");
    for (const char *c = word; *c;) {
        const size_t n = fsc_utf8_letter(c);
        if (n == 0)
            fsc_text_printf(text, "\\x%02x", (unsigned)(unsigned char)*c);
        else if (*c == '\'')
            fsc_text_add(text, odd ? "\\'" : "'\\''");
        else if (*c == '\\' && odd)
            fsc_text_add(text, "\\\\");
        else
            fsc_text_add_n(text, c, n);
        c += n ? n : 1;
    }
    fsc_text_add(text, "'");
}

fsc_status fsc_recipe_set_command(fsc_recipe *recipe, int argc, char *const *argv, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    for (int i = 0; i < argc; i++) {
        FSC_AUTO_TEXT fsc_text word = {0};
        const char *slash = i == 0 ? strrchr(argv[i], '/') : NULL;
        /* "run" is the command's name, whatever folder lies here under it. */
        const int is_name = i == 1 && argv[i][strspn(argv[i], "abcdefghijklmnopqrstuvwxyz")] == 0;
        if (i == 0 || is_name)
            fsc_text_add(&word, slash ? slash + 1 : argv[i]);
        else
            fsc_shown_word(&word, argv[i]);
        if (i) fsc_text_add(&text, " ");
        add_word(&text, word.data ? word.data : "");
        text.failed |= word.failed;
    }
    if (text.failed) return fsc_fail_nomem(err, "noting the command");
    fsc_free(recipe->command);
    FSC_GIVE(&recipe->command, text.data);
    return FSC_OK;
}

/* A copy of a JSON value whose texts are as they may be passed on. */
static fsc_json *shown(const fsc_json *value) {
    const char *text = fsc_json_string(value), *key;
    if (!text && !fsc_json_is_array(value) && !fsc_json_is_object(value)) return fsc_json_copy(value);
    fsc_json *copy = fsc_json_is_object(value) ? fsc_json_object() : fsc_json_array();
    if (text) {
        FSC_AUTO_TEXT fsc_text word = {0};
        fsc_shown_word(&word, text);
        fsc_json_append_string(copy, word.failed ? NULL : word.data ? word.data : "");
        fsc_json *one = word.failed ? NULL : fsc_json_copy(fsc_json_at(copy, 0));
        fsc_json_free(copy);
        return one;
    }
    for (int64_t i = 0; fsc_json_is_array(value) && i < fsc_json_length(value); i++)
        fsc_json_append(copy, shown(fsc_json_at(value, i)));
    for (int64_t i = 0; fsc_json_is_object(value) && (key = fsc_json_key(value, i)) != NULL; i++)
        fsc_json_set(copy, key, shown(fsc_json_get(value, key)));
    return copy;
}

fsc_status fsc_recipe_set_options(fsc_recipe *recipe, const char *json_object, fsc_error *err) {
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *options = NULL, *copy = NULL;
    FSC_AUTO_TEXT fsc_text text = {0};
    FSC_AUTO_BLOCK char *letters = fsc_alloc((int64_t)strlen(json_object) * 3 + 1, 1);
    if (!letters) return fsc_fail_nomem(err, "noting the options");
    (void)fsc_utf8_copy(letters, strlen(json_object) * 3 + 1, json_object); /* a file name may be of any bytes */
    FSC_TRY(fsc_json_parse(&options, letters, strlen(letters), "options", err));
    copy = shown(options);
    FSC_TRY(fsc_json_print(&text, copy, err));
    char *to = text.data; /* one line: its breaks and indents are none of a text's */
    for (const char *c = text.data; *c; c++)
        if (*c != '\n')
            *to++ = *c;
        else
            for (*to++ = ' '; c[1] == ' ';) c++;
    *to = 0;
    fsc_free(recipe->options_json);
    FSC_GIVE(&recipe->options_json, text.data);
    return FSC_OK;
}

static int is_noted(const fsc_recipe *recipe, const char *path, const char *sha256) {
    for (int32_t i = 0; i < recipe->n_input; i++)
        if (strcmp(recipe->input[i].path, path) == 0 && (!sha256 || strcmp(recipe->input[i].sha256, sha256) == 0))
            return 1;
    return 0;
}

fsc_status fsc_recipe_add_input(fsc_recipe *recipe, const char *path, fsc_error *err) {
    fsc_recipe_input input = {0};
    FSC_AUTO_TEXT fsc_text name = {0};
    FSC_TRY(fsc_file_sha256(input.sha256, path, err));
    fsc_shown_path(&name, path);
    const size_t n = name.length;
    if (!name.failed && is_noted(recipe, name.data, input.sha256))
        return FSC_OK; /* a sidecar that several images inherit */
    for (int k = 2; !name.failed && is_noted(recipe, name.data, NULL) && k < 1000; k++) { /* of another folder */
        name.data[name.length = n] = 0;
        fsc_text_printf(&name, " (%d)", k);
    }
    fsc_recipe_input *list = fsc_grow(recipe->input, recipe->n_input, recipe->n_input + 1, sizeof *list);
    if (list) recipe->input = list;
    if (!list || name.failed) return fsc_fail_nomem(err, "noting an input");
    FSC_GIVE(&input.path, name.data);
    list[recipe->n_input++] = input;
    return FSC_OK;
}

static void drop_input(fsc_recipe *recipe, const char *path) {
    int32_t kept = 0;
    for (int32_t i = 0; i < recipe->n_input; i++)
        if (path && strcmp(recipe->input[i].path, path) == 0)
            fsc_free(recipe->input[i].path);
        else
            recipe->input[kept++] = recipe->input[i];
    recipe->n_input = kept;
}

fsc_status fsc_recipe_share(fsc_recipe *recipe, fsc_error *err) {
    static const char *const personal[] = {"exam", "date", "participant", "session", "store", "emergency", "crisis"};
    fsc_free(recipe->command);
    recipe->command = NULL;
    for (int32_t i = 0; i < recipe->n_input; i++) recipe->input[i].sha256[0] = 0;
    if (!recipe->options_json) return FSC_OK;
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *options = NULL;
    FSC_AUTO_TEXT fsc_text text = {0};
    FSC_TRY(fsc_json_parse(&options, recipe->options_json, strlen(recipe->options_json), "options", err));
    drop_input(recipe, fsc_json_string(fsc_json_get(options, "exam")));
    for (size_t i = 0; i < sizeof personal / sizeof *personal; i++)
        if (fsc_json_get(options, personal[i])) fsc_json_set_string(options, personal[i], NULL);
    FSC_TRY(fsc_json_print(&text, options, err));
    return fsc_recipe_set_options(recipe, text.data, err);
}

void fsc_recipe_free(fsc_recipe *recipe) {
    if (!recipe) return;
    for (int32_t i = 0; i < recipe->n_input; i++) fsc_free(recipe->input[i].path);
    fsc_free(recipe->input);
    fsc_free(recipe->command);
    fsc_free(recipe->options_json);
    memset(recipe, 0, sizeof *recipe);
}

static fsc_json *generated_by(const fsc_recipe *recipe) {
    fsc_json *tool = fsc_json_object();
    fsc_json_set_string(tool, "Name", "fascicle");
    fsc_json_set_string(tool, "Version", fsc_version());
    if (recipe && recipe->command) fsc_json_set_string(tool, "Command", recipe->command);
    if (recipe && recipe->options_json) {
        fsc_json *options = NULL; /* checked when they were set: NULL here is want of memory, and marks the sidecar */
        (void)!fsc_json_parse(&options, recipe->options_json, strlen(recipe->options_json), "options", NULL);
        fsc_json_set(tool, "Options", options);
    }
    return tool;
}

void fsc_provenance_set(fsc_json *sidecar, const fsc_recipe *recipe, const char *description, int is_image) {
    fsc_json_set_string(sidecar, "Description", description);
    if (is_image) fsc_json_set_bool(sidecar, "SkullStripped", 0);
    fsc_json *sources = fsc_json_array(), *hashes = fsc_json_object();
    for (int32_t i = 0; recipe && i < recipe->n_input; i++) {
        fsc_json_append_string(sources, recipe->input[i].path);
        if (recipe->input[i].sha256[0]) fsc_json_set_string(hashes, recipe->input[i].path, recipe->input[i].sha256);
    }
    fsc_json_set(sidecar, "Sources", sources);
    fsc_json_set(sidecar, "SourcesSHA256", hashes);
    fsc_json *tools = fsc_json_array();
    fsc_json_append(tools, generated_by(recipe));
    fsc_json_set(sidecar, "GeneratedBy", tools);
}

fsc_json *fsc_notes_json(const fsc_notes *notes) {
    if (notes->failed) return NULL;
    fsc_json *list = fsc_json_array();
    for (int32_t i = 0; i < notes->n; i++) {
        fsc_json *note = fsc_json_object();
        fsc_json_set_string(note, "kind", fsc_word_key(fsc_note_kind_words, (int32_t)notes->item[i].kind));
        fsc_json_set_string(note, "key", notes->item[i].key);
        fsc_json_set_string(note, "text", notes->item[i].text);
        fsc_json_append(list, note);
    }
    return list;
}

#define DESCRIPTION "dataset_description.json"

/* Whether a dataset's description names this program as its maker. */
static int is_ours(const fsc_json *about) {
    const fsc_json *tools = fsc_json_get(about, "GeneratedBy");
    for (int64_t i = 0; i < fsc_json_length(tools); i++) {
        const char *name = fsc_json_string(fsc_json_get(fsc_json_at(tools, i), "Name"));
        if (name && strcmp(name, "fascicle") == 0) return 1;
    }
    return 0;
}

fsc_status fsc_recipe_check_dataset(const char *dir, fsc_error *err) {
    char path[4096];
    FSC_TRY(fsc_file_join(path, sizeof path, dir, DESCRIPTION, err));
    if (!fsc_file_exists(path)) return FSC_OK;
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *about = NULL;
    fsc_error why = FSC_ERROR_INIT;
    const fsc_status status = fsc_json_read(&about, path, &why);
    if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading a dataset's description");
    if (status == FSC_E_IO) return fsc_fail(err, FSC_E_IO, "%s", why.text); /* not read is not somebody else's */
    if (status == FSC_OK && is_ours(about)) return FSC_OK;
    return fsc_fail(err, FSC_E_ARG,
                    "%s: is a dataset that Fascicle did not make, and would lose its description; write elsewhere, for "
                    "instance with --out %s/derivatives/fascicle",
                    dir, dir);
}

/* Says nothing of one run, so that every run into a dataset leaves the same bytes. */
static fsc_status describe(const char *dir, fsc_error *err) {
    char path[4096];
    FSC_TRY(fsc_file_join(path, sizeof path, dir, DESCRIPTION, err));
    if (fsc_file_exists(path)) return FSC_OK;
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *about = fsc_json_object();
    fsc_json_set_string(about, "Name", "Fascicle derivatives");
    fsc_json_set_string(about, "BIDSVersion", "1.9.0");
    fsc_json_set_string(about, "DatasetType", "derivative");
    fsc_json *tools = fsc_json_array(), *tool = fsc_json_object();
    fsc_json_set_string(tool, "Name", "fascicle");
    fsc_json_set_string(tool, "Version", fsc_version());
    fsc_json_append(tools, tool);
    fsc_json_set(about, "GeneratedBy", tools);
    return fsc_json_write(about, path, err);
}

/* Adds the lines that .bidsignore lacks; what stands in it stays. */
static fsc_status ignore_ours(const char *dir, fsc_error *err) {
    static const char *const line[] = {
        "*_PDFFmap.*", "*_sites.*",   "*_map.json",         "*_forecast.json", "*_plan.json",
        "*_report.*",  "*_plan.ics",  "*_desc-*_quality.*", "group*",          "logs/",
        "*.part-*",    ".fascicle-*", "*_desc-proposal*.*", "*.dcm",           "*_fhir.json",
        "*_exam.json"};
    char path[4096];
    FSC_AUTO_BLOCK char *old = NULL;
    FSC_AUTO_TEXT fsc_text text = {0};
    size_t length = 0;
    FSC_TRY(fsc_file_join(path, sizeof path, dir, ".bidsignore", err));
    if (fsc_file_exists(path)) FSC_TRY(fsc_file_read(&old, &length, path, (size_t)1 << 20, err));
    if (length) fsc_text_add_n(&text, old, length);
    if (length && old[length - 1] != '\n') fsc_text_add(&text, "\n");
    int changed = 0;
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        const char *at = old ? strstr(old, line[i]) : NULL;
        if (at && (at == old || at[-1] == '\n') && strchr("\r\n", at[strlen(line[i])])) continue;
        fsc_text_printf(&text, "%s\n", line[i]);
        changed = 1;
    }
    if (text.failed) return fsc_fail_nomem(err, "describing the output");
    return changed ? fsc_file_write(path, text.data, text.length, err) : FSC_OK;
}

/* Who opens the folder should know what lies in it. */
static fsc_status tell(const char *dir, fsc_error *err) {
    static const char text[] =
        "Maps, tables and pages that Fascicle made from MRI scans: research software, not a medical device.\n"
        "\n"
        "This folder holds health data: images and measurements of people and, unless every run was made with "
        "--share,\n"
        "days, ages, what people said of their health, and hashes that tie results to their scans. Keep it as such.\n";
    char path[4096];
    FSC_TRY(fsc_file_join(path, sizeof path, dir, "README", err));
    return fsc_file_exists(path) ? FSC_OK : fsc_file_write(path, text, sizeof text - 1, err);
}

fsc_status fsc_recipe_open_dataset(const char *dir, fsc_error *err) {
    FSC_TRY(fsc_recipe_check_dataset(dir, err));
    FSC_TRY(fsc_file_make_folder(dir, err));
    FSC_TRY(tell(dir, err));
    FSC_TRY(ignore_ours(dir, err));
    return describe(dir, err);
}
