/* Grouping images into scans. */
#include "sets.h"

#include "fail.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Length of a key without the series number that dcm2niix's %p_%s puts at its end, and without Siemens' Dixon letter:
 * phase and magnitude, water and fat are series of their own there. */
static size_t loose_length(const char *key) {
    static const char *const letter[] = {"_W", "_F", "_FP"};
    size_t n = strlen(key), at = n;
    while (at > 0 && isdigit((unsigned char)key[at - 1])) at--;
    if (at > 0 && at < n && key[at - 1] == '_') n = at - 1;
    for (int l = 0; l < 3; l++) {
        const size_t m = strlen(letter[l]);
        if (n > m && strncmp(key + n - m, letter[l], m) == 0) return n - m;
    }
    return n;
}

static int is_echo_role(fsc_role role) {
    return role >= FSC_ROLE_MAGNITUDE && role <= FSC_ROLE_MIXED;
}

static int same_scan_loosely(const fsc_image *a, const fsc_image *b) {
    const size_t n = loose_length(a->key);
    return n == loose_length(b->key) && strncmp(a->key, b->key, n) == 0 &&
           is_echo_role(a->role) == is_echo_role(b->role);
}

/* Whether images a and b, of different sets, may be joined: no role may appear in two sets of the loose class. */
static int can_join(const fsc_found *found, const fsc_image *a) {
    for (int32_t i = 0; i < found->n; i++) {
        const fsc_image *x = &found->image[i];
        if (x->role == FSC_ROLE_NONE || !same_scan_loosely(a, x)) continue;
        for (int32_t j = 0; j < i; j++) {
            const fsc_image *y = &found->image[j];
            if (y->role == x->role && strcmp(x->key, y->key) != 0 && same_scan_loosely(a, y)) return 0;
        }
    }
    return 1;
}

void fsc_sets_make(fsc_found *found) {
    for (int32_t i = 0; i < found->n; i++) {
        fsc_image *image = &found->image[i];
        image->set = -1;
        if (image->role == FSC_ROLE_NONE) continue;
        const int alone = image->role == FSC_ROLE_MATLAB || strncmp(image->stem, "sub-", 4) == 0;
        int joins = -1; /* not yet asked */
        for (int32_t j = 0; j < i && image->set < 0; j++) {
            const fsc_image *other = &found->image[j];
            if (other->role == FSC_ROLE_NONE || (other->role == FSC_ROLE_MATLAB) != (image->role == FSC_ROLE_MATLAB))
                continue;
            if (strcmp(image->key, other->key) == 0) {
                image->set = other->set;
            } else if (!alone && same_scan_loosely(image, other)) {
                if (joins < 0) joins = can_join(found, image);
                if (joins) image->set = other->set;
            }
        }
        if (image->set < 0) image->set = found->n_set++;
    }
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
    return n[FSC_ROLE_MAGNITUDE] > 0 ? 5 : 0;
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

fsc_status fsc_sets_choose(fsc_found *found, const char *path, fsc_error *err) {
    int best = 0, n_best = 0;
    for (int32_t s = 0; s < found->n_set; s++) {
        const int value = score(found, s);
        if (value > best) {
            best = value;
            n_best = 0;
            found->set = s;
        }
        n_best += value == best && value > 0;
    }
    if (best == 0)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s: no multi-echo images, water and fat pair, fat-fraction map or .mat file found (%d other "
                        "images); name the file itself",
                        path, found->n);
    if (n_best == 1) return FSC_OK;
    char list[200] = "";
    for (int32_t s = 0; s < found->n_set; s++) {
        if (score(found, s) != best) continue;
        const size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", set_name(found, s));
    }
    return fsc_fail(err, FSC_E_NOTFOUND,
                    "%s: holds %d scans: %s; name one of their files, or choose with --participant, --session, --acq",
                    path, n_best, list);
}
