/* Label maps by pattern and by folder: what belongs to which scan is read from BIDS names and the folders above. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "label_files.h"
#include "text.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MOST 6 /* derivatives / program / sub / ses / anat */

void fsc_label_paths_free(fsc_label_paths *paths) {
    for (int32_t i = 0; i < paths->n && i < LABEL_FILES_MOST; i++) fsc_free(paths->path[i]);
    paths->n = 0;
}

static fsc_status add_path(fsc_label_paths *paths, const char *path, fsc_error *err) {
    if (paths->n < LABEL_FILES_MOST) {
        char *copy = fsc_strdup(path);
        if (!copy) return fsc_fail_nomem(err, "looking for label maps");
        paths->path[paths->n] = copy;
    }
    paths->n++;
    return FSC_OK;
}

/* "16" of "16" or "sub-16". */
static const char *bare(const char *label, const char *prefix) {
    if (!label) return "";
    return strncmp(label, prefix, 4) == 0 ? label + 4 : label;
}

static fsc_status fill_in(char *out, size_t size, const char *where, const char *option, const fsc_label_owner *owner,
                          fsc_error *err) {
    static const char *const word[] = {"participant", "session"}, *const prefix[] = {"sub-", "ses-"};
    const char *const label[] = {bare(owner->participant, "sub-"), bare(owner->session, "ses-")};
    size_t used = 0;
    for (const char *at = where; *at;) {
        char piece[160] = "";
        size_t skip = 0;
        for (int e = 0; e < 2 && !skip; e++) {
            const size_t n = strlen(word[e]);
            if (at[0] != '{' || strncmp(at + 1, word[e], n) != 0 || at[n + 1] != '}') continue;
            if (!label[e][0])
                return fsc_fail(err, FSC_E_NOTFOUND,
                                "%s %s: the scan's files name no %s to put in; add --%s ID, or give a path without it",
                                option, where, word[e], word[e]);
            skip = n + 2;
            const int has_prefix = used >= 4 && strncmp(out + used - 4, prefix[e], 4) == 0;
            (void)snprintf(piece, sizeof piece, "%s%s", has_prefix ? "" : prefix[e], label[e]);
        }
        if (!skip) {
            piece[0] = *at;
            skip = 1;
        }
        const size_t n = strlen(piece);
        if (used + n >= size) return fsc_fail(err, FSC_E_RANGE, "%s %s: path is too long", option, where);
        memcpy(out + used, piece, n);
        used += n;
        at += skip;
    }
    out[used] = 0;
    const char *brace = strchr(where, '{');
    if (brace && strcmp(out, where) == 0 && !fsc_file_exists(where))
        return fsc_fail(err, FSC_E_NOTFOUND, "%s %s: only {participant} and {session} can stand in a path", option,
                        where);
    return FSC_OK;
}

fsc_status fsc_label_pattern(char *out, size_t size, const char *where, const char *option,
                             const fsc_label_owner *owner, fsc_error *err) {
    glob_t found = {0};
    FSC_TRY(fill_in(out, size, where, option, owner, err));
    const char *by = strcmp(out, where) == 0 ? "" : where;
    if (fsc_file_exists(out)) return FSC_OK;
    if (!strpbrk(out, "*?[")) {
        if (!*by) return FSC_OK; /* the reader says that it cannot be opened */
        return fsc_fail(err, FSC_E_NOTFOUND, "%s %s: there is no %s", option, where, out);
    }
    const int failed = glob(out, GLOB_MARK, NULL, &found);
    fsc_status status = FSC_OK;
    if (failed == GLOB_NOSPACE)
        status = fsc_fail_nomem(err, "looking for label maps");
    else if (failed || found.gl_pathc == 0)
        status =
            fsc_fail(err, FSC_E_NOTFOUND, "%s %s: nothing matches%s%s", option, where, *by ? " " : "", *by ? out : "");
    else if (found.gl_pathc > 1)
        status = fsc_fail(err, FSC_E_NOTFOUND, "%s %s: %d files match: %s, %s%s; name one", option, where,
                          (int)found.gl_pathc, found.gl_pathv[0], found.gl_pathv[1], found.gl_pathc > 2 ? ", ..." : "");
    else if (strlen(found.gl_pathv[0]) >= size)
        status = fsc_fail(err, FSC_E_RANGE, "%s: path is too long", found.gl_pathv[0]);
    else
        (void)snprintf(out, size, "%s", found.gl_pathv[0]);
    globfree(&found);
    return status;
}

/* The value of an entity of a name ("sub", "run") without its key; "" when absent. */
static void entity(char *out, size_t size, const char *name, const char *key) {
    const size_t n = strlen(key);
    out[0] = 0;
    for (const char *at = name; at; at = strchr(at, '_')) {
        at += *at == '_';
        if (strncmp(at, key, n) != 0 || at[n] != '-') continue;
        (void)snprintf(out, size, "%.*s", (int)strcspn(at + n + 1, "_."), at + n + 1);
        return;
    }
}

typedef struct search {
    fsc_label_paths *out;
    const fsc_label_owner *owner;
    char others[200]; /* maps of other scans, for the message */
    int32_t n_other;
    int skip_others;   /* folders of other participants are not looked into */
    int unnamed_owner; /* maps of a participant were met, and whose scan this is, is not known */
} search;

/* Length of the name without .nii or .nii.gz when it is a label map's, else 0. Our own results are no input. */
static size_t map_stem(const char *name) {
    const size_t n = strlen(name);
    const size_t cut = n > 7 && strcmp(name + n - 7, ".nii.gz") == 0 ? 7
                       : n > 4 && strcmp(name + n - 4, ".nii") == 0  ? 4
                                                                     : 0;
    if (!cut || name[0] == '.' || strstr(name, "desc-sites") || strstr(name, "desc-proposal") ||
        strstr(name, "desc-network"))
        return 0;
    const char *at = strstr(name, "dseg");
    if (!at) at = strstr(name, "dlabel");
    const int whole = at && (at == name || at[-1] == '_') && strchr("_.", at[at[1] == 's' ? 4 : 6]);
    return whole ? n - cut : 0;
}

/* Whether what a name says of sub, ses, acq and run is the scan's; what it does not say may be. */
static int is_ours(search *s, const char *name, const char *participant, const char *session) {
    static const char *const key[] = {"sub", "ses", "acq", "run"};
    const char *const above[] = {participant, session, "", ""};
    char wanted[4][80], said[80];
    (void)snprintf(wanted[0], sizeof wanted[0], "%s", bare(s->owner->participant, "sub-"));
    (void)snprintf(wanted[1], sizeof wanted[1], "%s", bare(s->owner->session, "ses-"));
    for (int e = 2; e < 4; e++) entity(wanted[e], sizeof wanted[e], s->owner->name ? s->owner->name : "", key[e]);
    for (int e = 0; e < 4; e++) {
        entity(said, sizeof said, name, key[e]);
        if (!said[0]) (void)snprintf(said, sizeof said, "%s", above[e]);
        if (!said[0] || strcmp(said, wanted[e]) == 0) continue;
        if (e > 1 && !wanted[e][0]) continue; /* the scan has no such entity to contradict */
        s->unnamed_owner |= e == 0 && !wanted[0][0];
        return 0;
    }
    return 1;
}

static fsc_status walk(search *s, const char *folder, const char *participant, const char *session, int depth,
                       fsc_error *err);

static fsc_status walk_entry(search *s, const char *folder, const char *name, const char *participant,
                             const char *session, int depth, fsc_error *err) {
    char path[LABEL_PATH_MOST];
    FSC_TRY(fsc_file_join(path, sizeof path, folder, name, err));
    const int is_folder_of = strncmp(name, "sub-", 4) == 0 && !strpbrk(name, "_.");
    if (name[0] == '.' ||
        (s->skip_others && is_folder_of && strcmp(name + 4, bare(s->owner->participant, "sub-")) != 0))
        return FSC_OK;
    if (fsc_file_is_folder(path)) {
        const int sub = strncmp(name, "sub-", 4) == 0, ses = strncmp(name, "ses-", 4) == 0;
        return depth < DEPTH_MOST
                   ? walk(s, path, sub ? name + 4 : participant, ses ? name + 4 : session, depth + 1, err)
                   : FSC_OK;
    }
    if (!map_stem(name)) return FSC_OK;
    if (is_ours(s, name, participant, session)) return add_path(s->out, path, err);
    const size_t used = strlen(s->others);
    if (s->n_other++ < 3) fsc_format(s->others + used, sizeof s->others - used, "%s%s", used ? ", " : "", name);
    return FSC_OK;
}

static fsc_status walk(search *s, const char *folder, const char *participant, const char *session, int depth,
                       fsc_error *err) {
    char **names = NULL;
    int32_t n = 0;
    FSC_TRY(fsc_file_list(&names, &n, folder, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; status == FSC_OK && i < n; i++)
        status = walk_entry(s, folder, names[i], participant, session, depth, err);
    fsc_file_free_names(names, n);
    return status;
}

fsc_status fsc_label_search(fsc_label_paths *out, const char *folder, const char *option, const fsc_label_owner *owner,
                            fsc_error *err) {
    /* For a known person first without everybody else's folders: all of them for each would be a square. */
    search s = {.out = out, .owner = owner, .skip_others = bare(owner->participant, "sub-")[0] != 0};
    FSC_TRY(walk(&s, folder, "", "", 0, err));
    if (out->n == 0 && s.skip_others) {
        s = (search){.out = out, .owner = owner};
        FSC_TRY(walk(&s, folder, "", "", 0, err));
    }
    if (out->n > 0) return FSC_OK;
    if (s.unnamed_owner)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s %s: holds label maps of participants (%s%s), and the scan's files do not say whose it is; "
                        "add --participant ID, or name the file",
                        option, folder, s.others, s.n_other > 3 ? ", ..." : "");
    if (s.n_other > 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s %s: no label map of sub-%s%s%s there, but %s%s; name the file", option,
                        folder, bare(owner->participant, "sub-"), bare(owner->session, "ses-")[0] ? " ses-" : "",
                        bare(owner->session, "ses-"), s.others, s.n_other > 3 ? ", ..." : "");
    return fsc_fail(err, FSC_E_NOTFOUND,
                    "%s %s: no label map there: neither *_dseg.nii.gz nor masks as vertebrae_L4.nii.gz or "
                    "autochthon_left.nii.gz; name the file",
                    option, folder);
}
