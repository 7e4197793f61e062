/* Grouping images into scans. */
#include "sets.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A block: the images of one key, and what its series says. dcm2niix writes one series number a key; scanners store
 * phase and magnitude, water and fat, and the echoes of some sequences as series of their own. */
typedef struct image_block {
    const fsc_found *found;
    int32_t first;    /* an image of it */
    int32_t set;      /* before joining */
    const char *name; /* of the key, without folder and leading series number; not ended by the series number */
    size_t n_folder, n_name;
    long series;
    char letter; /* dcm2niix's for a name that was taken: series 5, 5a, 5b */
    int is_echo;
} image_block;

/* The key without series numbers; in a tree with a folder a series, without the last folder too. */
static void cut_key(image_block *block, const fsc_image *image, int is_tree) {
    const char *slash = strrchr(image->key, '/'), *name = slash ? slash + 1 : image->key;
    block->n_folder = (size_t)(name - image->key);
    if (is_tree && block->n_folder > 1) {
        size_t n = block->n_folder - 1;
        while (n > 0 && image->key[n - 1] != '/') n--;
        block->n_folder = n;
    }
    size_t lead = strspn(name, "0123456789");
    if (lead > 0 && name[lead] == '_') {
        block->series = strtol(name, NULL, 10);
        name += strspn(name + lead, "_") + lead;
    }
    size_t n = strlen(name), at = n;
    if (at > 1 && name[at - 1] >= 'a' && name[at - 1] <= 'd' && isdigit((unsigned char)name[at - 2])) at--;
    const char letter = at < n ? name[at] : 0;
    while (at > 0 && isdigit((unsigned char)name[at - 1])) at--;
    if (at > 0 && at < n && name[at - 1] == '_') {
        block->series = strtol(name + at, NULL, 10);
        block->letter = letter;
        for (n = at; n > 0 && name[n - 1] == '_'; n--) {
        }
    }
    block->name = name;
    block->n_name = n;
    if (image->sidecar.series > 0) block->series = image->sidecar.series;
}

static int compare_names(const image_block *a, const image_block *b) {
    const char *x = a->found->image[a->first].key, *y = b->found->image[b->first].key;
    if (a->is_echo != b->is_echo) return a->is_echo - b->is_echo;
    if (a->n_folder != b->n_folder) return a->n_folder < b->n_folder ? -1 : 1;
    const int folder = strncmp(x, y, a->n_folder);
    if (folder) return folder;
    if (a->n_name != b->n_name) return a->n_name < b->n_name ? -1 : 1;
    return strncmp(a->name, b->name, a->n_name);
}

static int by_series(const void *p, const void *q) {
    const image_block *a = p, *b = q;
    const int names = compare_names(a, b);
    if (names) return names;
    if (a->series != b->series) return a->series < b->series ? -1 : 1;
    return a->letter != b->letter ? (a->letter > b->letter) - (a->letter < b->letter) : a->first - b->first;
}

/* Whether the block's images can stand in the set that is being joined: roles that it lacks, or, within one series,
 * other echo times. */
static int fits(const fsc_found *found, const image_block *block, const image_block *before, int32_t joined) {
    const int one_series = block->series == before->series && (block->letter || before->letter);
    for (int32_t i = 0; i < found->n; i++) {
        const fsc_image *a = &found->image[i];
        if (a->set != block->set || a->role == FSC_ROLE_DERIVED) continue;
        for (int32_t j = 0; j < found->n; j++) {
            const fsc_image *b = &found->image[j];
            if (b->set != joined || b->role != a->role) continue;
            if (!one_series || a->sidecar.n_te != 1 || b->sidecar.n_te != 1 || a->sidecar.te[0] == b->sidecar.te[0])
                return 0;
        }
    }
    return 1;
}

/* In order of series numbers, blocks of one name are joined until something would be there twice. */
static void join_blocks(fsc_found *found, image_block *block, int32_t n) {
    qsort(block, (size_t)n, sizeof *block, by_series);
    for (int32_t b = 1, joined = n > 0 ? block[0].set : 0; b < n; b++) {
        if (compare_names(&block[b - 1], &block[b]) != 0 || !fits(found, &block[b], &block[b - 1], joined)) {
            joined = block[b].set;
            continue;
        }
        for (int32_t i = 0; i < found->n; i++)
            if (found->image[i].set == block[b].set) found->image[i].set = joined;
    }
}

/* Equal keys are one set; images that say nothing are in none. */
static void number_keys(fsc_found *found) {
    for (int32_t i = 0; i < found->n; i++) {
        fsc_image *image = &found->image[i];
        image->set = -1;
        if (image->role == FSC_ROLE_NONE) continue;
        for (int32_t j = 0; j < i && image->set < 0; j++) {
            const fsc_image *other = &found->image[j];
            if (other->role == FSC_ROLE_NONE || (other->role == FSC_ROLE_MATLAB) != (image->role == FSC_ROLE_MATLAB))
                continue;
            if (strcmp(image->key, other->key) == 0) image->set = other->set;
        }
        if (image->set < 0) image->set = found->n_set++;
    }
}

fsc_status fsc_sets_make(fsc_found *found, fsc_error *err) {
    number_keys(found);
    FSC_AUTO_BLOCK image_block *block = fsc_alloc(found->n_set, sizeof *block);
    if (!block) return fsc_fail_nomem(err, "grouping images");
    int32_t n = 0;
    for (int32_t s = 0; s < found->n_set; s++) {
        int32_t first = 0;
        while (found->image[first].set != s) first++;
        const fsc_image *image = &found->image[first];
        if (image->role == FSC_ROLE_MATLAB || strncmp(image->stem, "sub-", 4) == 0) continue; /* named in full */
        image_block *b = &block[n++];
        *b = (image_block){.found = found, .first = first, .set = s};
        for (int32_t i = 0; i < found->n; i++)
            b->is_echo |= found->image[i].set == s && fsc_role_is_echo(found->image[i].role);
        cut_key(b, image, found->is_tree);
    }
    join_blocks(found, block, n);
    return FSC_OK;
}

/* How much a set says; 0 for nothing. A phase without magnitude outranks a magnitude: the user must hear of it. */
static int score(const fsc_found *found, int32_t set) {
    int32_t n[FSC_ROLE_COUNT], many = 0;
    for (int r = 0; r < FSC_ROLE_COUNT; r++) n[r] = fsc_found_count(found, set, (fsc_role)r);
    for (int32_t i = 0; i < found->n; i++) many |= found->image[i].set == set && found->image[i].sidecar.n_te > 1;
    const int half = n[FSC_ROLE_PHASE] > 0 || n[FSC_ROLE_REAL] > 0 || n[FSC_ROLE_IMAGINARY] > 0;
    if ((n[FSC_ROLE_MAGNITUDE] > 0 && n[FSC_ROLE_PHASE] > 0) || (n[FSC_ROLE_REAL] > 0 && n[FSC_ROLE_IMAGINARY] > 0))
        return 50;
    if (half || n[FSC_ROLE_MIXED] > 0) return 45;
    if (n[FSC_ROLE_MAGNITUDE] > 1 || (n[FSC_ROLE_MAGNITUDE] > 0 && many)) return 40;
    if (n[FSC_ROLE_WATER] > 0 && n[FSC_ROLE_FAT] > 0) return 30;
    if (n[FSC_ROLE_FAT_FRACTION] > 0) return 20;
    if (n[FSC_ROLE_WATER] > 0 || n[FSC_ROLE_FAT] > 0) return 10;
    if (n[FSC_ROLE_MATLAB] > 0) return 8;
    if (n[FSC_ROLE_IN_PHASE] > 0 && n[FSC_ROLE_OPPOSED] > 0) return 6;
    return n[FSC_ROLE_MAGNITUDE] > 0 ? 5 : 0;
}

/* In- and opposed-phase magnitudes are the echoes of a two-point scan where nothing better is there. */
void fsc_sets_settle(fsc_found *found) {
    if (score(found, found->set) != 6) return;
    for (int32_t i = 0; i < found->n; i++) {
        fsc_image *image = &found->image[i];
        if (image->set == found->set && (image->role == FSC_ROLE_IN_PHASE || image->role == FSC_ROLE_OPPOSED))
            image->role = FSC_ROLE_MAGNITUDE;
    }
}

static const char *set_name(const fsc_found *found, int32_t set) {
    for (int32_t i = 0; i < found->n; i++) {
        if (found->image[i].set != set) continue;
        const char *slash = strrchr(found->image[i].key, '/');
        const char *name = slash ? slash + 1 : found->image[i].key;
        return *name ? name : found->image[i].stem;
    }
    return "";
}

/* Whether a set may be chosen: all may when no name is given; sets of BIDS names were chosen by their entities. */
static int is_named(const fsc_found *found, int32_t set, const char *name) {
    for (int32_t i = 0; i < found->n; i++)
        if (found->image[i].set == set && strncmp(found->image[i].stem, "sub-", 4) == 0) return 1;
    return !name || strcmp(set_name(found, set), name) == 0;
}

fsc_status fsc_sets_choose(fsc_found *found, const char *path, const char *name, fsc_error *err) {
    int best = 0, n_best = 0;
    for (int32_t s = 0; s < found->n_set; s++) {
        const int value = is_named(found, s, name) ? score(found, s) : 0;
        if (value > best) {
            best = value;
            n_best = 0;
            found->set = s;
        }
        n_best += value == best && value > 0;
    }
    if (best == 0 && found->n_pair > 0)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "%s: holds %d images as two files (.hdr and .img), which are not read; convert each to one "
                        ".nii.gz",
                        path, (int)found->n_pair);
    if (best == 0)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s: no multi-echo images, water and fat pair, fat-fraction map or .mat file found (%d other "
                        "images, %d folders); name the file itself",
                        path, (int)found->n, (int)found->n_folder);
    if (n_best == 1) return FSC_OK;
    char list[200] = "";
    for (int32_t s = 0; s < found->n_set; s++) {
        if (!is_named(found, s, name) || score(found, s) != best) continue;
        const size_t used = strlen(list);
        fsc_format(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", set_name(found, s));
    }
    return fsc_fail(err, FSC_E_NOTFOUND,
                    "%s: holds %d scans: %s; name one of their files, or choose with --participant, --session, "
                    "--acquisition or --run",
                    path, n_best, list);
}
