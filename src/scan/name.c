/* What file names say: BIDS entities, dcm2niix suffixes, and the words for ready maps. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "image.h"
#include "nifti.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STEM_MOST 512
#define WORD_MOST 40

/* A stem cut at its underscores. */
typedef struct word_list {
    char text[STEM_MOST];
    char *word[WORD_MOST];
    int32_t gone[WORD_MOST]; /* tells files of one scan apart: left out of the key */
    int32_t n;
} word_list;

typedef struct role_word {
    const char *word;
    fsc_role role;
} role_word;

static fsc_role find_role(const role_word *list, const char *word) {
    for (; list->word; list++)
        if (strcasecmp(list->word, word) == 0) return list->role;
    return FSC_ROLE_NONE;
}

static void cut(word_list *list, const char *stem) {
    memset(list, 0, sizeof *list);
    (void)snprintf(list->text, sizeof list->text, "%s", stem);
    char *at = list->text;
    while (at && list->n < WORD_MOST) {
        list->word[list->n++] = at;
        at = strchr(at, '_');
        if (at) *at++ = 0;
    }
}

static int is_number(const char *text) {
    if (!*text) return 0;
    for (; *text; text++)
        if (!isdigit((unsigned char)*text)) return 0;
    return 1;
}

/* A whole number of at most 4 digits; 0 for anything else. */
static int32_t short_number(const char *text) {
    return is_number(text) && strlen(text) <= 4 ? (int32_t)strtol(text, NULL, 10) : 0;
}

/* dcm2niix's words, each perhaps with the letter that it adds when a name is taken. */
static fsc_role converter_role(const char *word) {
    static const role_word list[] = {
        {"ph", FSC_ROLE_PHASE}, {"real", FSC_ROLE_REAL}, {"imaginary", FSC_ROLE_IMAGINARY}, {NULL, FSC_ROLE_NONE}};
    if (strcmp(word, "phMag") == 0) return FSC_ROLE_MIXED;
    for (const role_word *r = list; r->word; r++) {
        const size_t n = strlen(r->word);
        if (strncmp(word, r->word, n) == 0 && (word[n] == 0 || (word[n] >= 'a' && word[n] <= 'd' && word[n + 1] == 0)))
            return r->role;
    }
    return FSC_ROLE_NONE;
}

/* dcm2niix's _e1, _e1a, or _e2.46 (a TE where the number is missing). */
static int is_converter_echo(const char *word, int32_t *echo) {
    char digits[16];
    size_t n = strlen(word);
    if (n < 2 || n > 12 || word[0] != 'e' || !isdigit((unsigned char)word[1])) return 0;
    fsc_copy_text(digits, sizeof digits, word + 1);
    n = strlen(digits);
    if (digits[n - 1] >= 'a' && digits[n - 1] <= 'd') digits[n - 1] = 0;
    if (is_number(digits)) {
        *echo = short_number(digits);
        return 1;
    }
    return digits[strspn(digits, "0123456789.")] == 0;
}

static void take_entities(fsc_image *image, word_list *list) {
    static const role_word part[] = {{"part-mag", FSC_ROLE_MAGNITUDE},
                                     {"part-phase", FSC_ROLE_PHASE},
                                     {"part-real", FSC_ROLE_REAL},
                                     {"part-imag", FSC_ROLE_IMAGINARY},
                                     {NULL, FSC_ROLE_NONE}};
    /* Words of other hands: they hold until a sidecar knows better. */
    static const role_word weak[] = {{"mag", FSC_ROLE_MAGNITUDE},
                                     {"magnitude", FSC_ROLE_MAGNITUDE},
                                     {"phase", FSC_ROLE_PHASE},
                                     {"pha", FSC_ROLE_PHASE},
                                     {NULL, FSC_ROLE_NONE}};
    for (int32_t w = 0; w < list->n; w++) {
        const char *word = list->word[w];
        const fsc_role guess = find_role(weak, word);
        if (guess != FSC_ROLE_NONE && strncmp(image->stem, "sub-", 4) != 0) {
            if (!image->role_named) image->role = guess;
            list->gone[w] = 1;
            continue;
        }
        fsc_role role = find_role(part, word);
        if (role == FSC_ROLE_NONE && w > 0) role = converter_role(word);
        if (role != FSC_ROLE_NONE) {
            image->role = role;
            image->role_named = 1;
            list->gone[w] = 1;
        } else if (strncmp(word, "echo-", 5) == 0 && is_number(word + 5)) {
            image->echo = short_number(word + 5);
            list->gone[w] = 1;
        } else if (w > 0 && is_converter_echo(word, &image->echo)) {
            list->gone[w] = 1;
            if (image->role == FSC_ROLE_NONE) image->role = FSC_ROLE_MAGNITUDE;
        }
    }
}

/* Ready maps: MuscleMap, QMRITools, ORMIR-MIDS, BIDS derivatives. */
static fsc_role ready_role(word_list *list) {
    static const role_word known[] = {{"water", FSC_ROLE_WATER},
                                      {"wat", FSC_ROLE_WATER},
                                      {"fat", FSC_ROLE_FAT},
                                      {"fatfrac", FSC_ROLE_FAT_FRACTION},
                                      {"fatfr", FSC_ROLE_FAT_FRACTION},
                                      {"ff", FSC_ROLE_FAT_FRACTION},
                                      {"pdff", FSC_ROLE_FAT_FRACTION},
                                      {"pdffmap", FSC_ROLE_FAT_FRACTION},
                                      {"r2star", FSC_ROLE_R2STAR},
                                      {"r2starmap", FSC_ROLE_R2STAR},
                                      {NULL, FSC_ROLE_NONE}};
    const int32_t last = list->n - 1;
    fsc_role role = find_role(known, list->word[last]);
    int32_t described = -1;
    for (int32_t w = 0; w < last; w++)
        if (strncmp(list->word[w], "desc-", 5) == 0) described = w;
    const char *what = described < 0 ? "" : list->word[described] + 5;
    if (strcasecmp(list->word[last], "S0map") == 0)
        role = strcmp(what, "water") == 0 ? FSC_ROLE_WATER : strcmp(what, "fat") == 0 ? FSC_ROLE_FAT : FSC_ROLE_NONE;
    /* desc-pdffse_PDFFmap and the like describe a map; they are not the map. Our own words for a fraction that is no PDFF
     * in the strict sense (src/separate/write.c) are. */
    else if (described >= 0 && strcmp(what, "2point") != 0 && strcmp(what, "ready") != 0)
        role = FSC_ROLE_NONE;
    if (role == FSC_ROLE_NONE) return role;
    list->gone[last] = 1;
    if (described >= 0) list->gone[described] = 1;
    return role;
}

/* Scanners' letters before the series number, for names that no sidecar explains. */
static fsc_role letter_role(word_list *list) {
    static const role_word known[] = {{"W", FSC_ROLE_WATER},         {"F", FSC_ROLE_FAT},
                                      {"FP", FSC_ROLE_FAT_FRACTION}, {"in", FSC_ROLE_IN_PHASE},
                                      {"inph", FSC_ROLE_IN_PHASE},   {"ip", FSC_ROLE_IN_PHASE},
                                      {"opp", FSC_ROLE_OPPOSED},     {"outph", FSC_ROLE_OPPOSED},
                                      {"op", FSC_ROLE_OPPOSED},      {NULL, FSC_ROLE_NONE}};
    fsc_role role = FSC_ROLE_NONE;
    for (int32_t w = list->n - 1; w >= 0; w--) {
        if (list->gone[w] || is_number(list->word[w])) continue;
        const role_word *r = known;
        while (r->word && strcmp(r->word, list->word[w]) != 0) r++;
        if (!r->word) break;
        if (role == FSC_ROLE_NONE) role = r->role; /* F_FP is the fat percentage */
        list->gone[w] = 1;
    }
    return role;
}

/* Multi-echo images of other kinds (MESE, bold) have echo- too: among BIDS names only gradient echoes are ours. */
static int is_gradient_echo(const char *suffix) {
    return strcasecmp(suffix, "MEGRE") == 0 || strcasecmp(suffix, "GRE") == 0 || strcasecmp(suffix, "T2starw") == 0;
}

static fsc_status make_key(fsc_image *image, const word_list *list, const char *path, size_t folder, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text key = {0};
    fsc_text_add_n(&key, path, folder);
    int32_t kept = 0;
    for (int32_t w = 0; w < list->n; w++) {
        if (list->gone[w]) continue;
        fsc_text_printf(&key, "%s%s", kept++ > 0 ? "_" : "", list->word[w]);
    }
    if (key.failed) return fsc_fail_nomem(err, "looking for images");
    image->key = key.data;
    memset(&key, 0, sizeof key);
    return FSC_OK;
}

fsc_status fsc_image_name(fsc_image *image, const char *path, fsc_error *err) {
    const char *slash = strrchr(path, '/');
    const size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    const char *base = path + folder;
    const size_t n = strlen(base);
    size_t stem = fsc_nifti_stem_length(base);
    if (stem == 0 && n > 4 && strcasecmp(base + n - 4, ".mat") == 0) {
        stem = n - 4;
        image->role = FSC_ROLE_MATLAB;
        image->role_named = 1;
    }
    if (stem == 0) stem = n;
    if (stem >= STEM_MOST) return fsc_fail(err, FSC_E_RANGE, "%s: file name is too long", path);
    image->path = fsc_strdup(path);
    image->stem = fsc_alloc((int64_t)stem + 1, 1);
    if (!image->path || !image->stem) return fsc_fail_nomem(err, "looking for images");
    memcpy(image->stem, base, stem);

    word_list list;
    cut(&list, image->stem);
    if (image->role == FSC_ROLE_MATLAB) return make_key(image, &list, path, folder, err);
    take_entities(image, &list);
    const char *suffix = list.word[list.n - 1];
    const fsc_role ready = image->role_named ? FSC_ROLE_NONE : ready_role(&list);
    const int is_bids = strncmp(image->stem, "sub-", 4) == 0;
    const fsc_role letter = ready == FSC_ROLE_NONE && !is_bids && image->role == FSC_ROLE_NONE && image->echo == 0
                                ? letter_role(&list)
                                : FSC_ROLE_NONE;
    if (ready != FSC_ROLE_NONE) {
        image->role = ready;
        image->role_named = 1;
    } else if (letter != FSC_ROLE_NONE) {
        image->role = letter;
    } else if (is_bids && !strchr(suffix, '-') && !list.gone[list.n - 1] && !is_gradient_echo(suffix)) {
        image->role = FSC_ROLE_NONE;
        image->role_named = 1;
    } else if (image->role == FSC_ROLE_NONE && (image->echo > 0 || is_gradient_echo(suffix))) {
        image->role = FSC_ROLE_MAGNITUDE;
    }
    return make_key(image, &list, path, folder, err);
}

void fsc_image_entity(char *out, size_t size, const char *stem, const char *entity) {
    word_list list;
    cut(&list, stem);
    const size_t n = strlen(entity);
    out[0] = 0;
    for (int32_t w = 0; w < list.n; w++)
        if (strncmp(list.word[w], entity, n) == 0 && list.word[w][n] == '-') fsc_copy_text(out, size, list.word[w]);
}

void fsc_image_output_name(char *out, size_t size, const fsc_image *image) {
    static const char *const entity[] = {"sub", "ses", "acq", "run"};
    char value[128];
    out[0] = 0;
    for (int e = 0; e < 4; e++) {
        fsc_image_entity(value, sizeof value, image->stem, entity[e]);
        if (!value[0]) continue;
        if (e == 0) {
            fsc_copy_text(out, size, value);
        } else if (out[0]) {
            const size_t n = strlen(out);
            fsc_format(out + n, size - n, "_%s", value);
        }
    }
    if (out[0]) return;
    /* No participant in the name: the key without its folder is the stem without echo and part. */
    const char *slash = strrchr(image->key, '/');
    const char *name = slash ? slash + 1 : image->key;
    fsc_copy_text(out, size, *name ? name : image->stem);
}
