#include "strokes.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file: a first line, then a line an entry, "D voxel:before:after ..." drawn, "E mark; voxel:before:after ..." with
 * a mark, "U" undone, "R" drawn again, "S" saved. A line without its end is the one that a death cut off. What a voxel was before proves that the file belongs
 * to these labels. */
#define FIRST "fascicle strokes 1 %" PRId64 " %" PRId32 "\n"
#define FILE_MAX ((size_t)1 << 30)

static void free_stroke(fsc_view_stroke *s) {
    fsc_free(s->voxel);
    fsc_free(s->before);
    fsc_free(s->after);
    fsc_free(s->mark);
    *s = (fsc_view_stroke){0};
}

static fsc_status new_stroke(fsc_view_stroke *s, int64_t n, fsc_error *err) {
    *s = (fsc_view_stroke){.voxel = fsc_alloc(n, sizeof *s->voxel), .before = fsc_alloc(n, 1), .after = fsc_alloc(n, 1)};
    if (s->voxel && s->before && s->after) return FSC_OK;
    free_stroke(s);
    return fsc_fail_nomem(err, "keeping a stroke");
}

static void put(fsc_view_strokes *s, const fsc_view_stroke *stroke, int back) {
    for (int64_t i = 0; i < stroke->n && !back; i++) s->index[stroke->voxel[i]] = stroke->after[i];
    for (int64_t i = stroke->n - 1; i >= 0 && back; i--) s->index[stroke->voxel[i]] = stroke->before[i];
}

/* Room for one more behind those that are drawn; what could have been drawn again is forgotten. */
static fsc_status make_room(fsc_view_strokes *s, fsc_error *err) {
    fsc_view_stroke *grown = fsc_grow(s->stroke, s->n_stroke, s->n_stroke + 1, sizeof *grown);
    if (!grown) return fsc_fail_nomem(err, "keeping a stroke");
    s->stroke = grown;
    return FSC_OK;
}

static void keep(fsc_view_strokes *s, fsc_view_stroke *stroke) {
    for (int64_t i = s->n_done; i < s->n_stroke; i++) free_stroke(&s->stroke[i]);
    put(s, stroke, 0);
    s->stroke[s->n_done++] = *stroke;
    s->n_stroke = s->n_done;
    s->revision++;
    *stroke = (fsc_view_stroke){0};
}

static void step_back(fsc_view_strokes *s) {
    put(s, &s->stroke[--s->n_done], 1);
    s->revision++;
}
static void step_on(fsc_view_strokes *s) {
    put(s, &s->stroke[s->n_done++], 0);
    s->revision++;
}

/* On the disk before it is answered; on failure the file is as it was. */
static fsc_status append(fsc_view_strokes *s, const char *line, size_t n, fsc_error *err) {
    size_t done = 0;
    while (done < n) {
        const ssize_t wrote = write(s->fd, line + done, n - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) break;
        done += (size_t)wrote;
    }
    if (done == n && fsync(s->fd) == 0) return s->length += (int64_t)n, FSC_OK;
    const int why = errno;
    if (ftruncate(s->fd, s->length) == 0) (void)lseek(s->fd, s->length, SEEK_SET);
    return fsc_fail(err, FSC_E_IO, "the stroke is not taken, it cannot be written down: %s", strerror(why));
}

static fsc_status append_stroke(fsc_view_strokes *s, const fsc_view_stroke *stroke, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text line = {0};
    if (stroke->mark)
        fsc_text_printf(&line, "E %s;", stroke->mark);
    else
        fsc_text_add(&line, "D");
    for (int64_t i = 0; i < stroke->n; i++)
        fsc_text_printf(&line, " %" PRIu32 ":%d:%d", stroke->voxel[i], stroke->before[i], stroke->after[i]);
    fsc_text_add(&line, "\n");
    return line.failed ? fsc_fail_nomem(err, "writing a stroke") : append(s, line.data, line.length, err);
}

/* A whole number up to limit, which `end` follows; moves *at behind it. */
static int take(uint32_t *out, const char **at, int64_t limit, char end) {
    int64_t value = 0;
    if (**at < '0' || **at > '9') return 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        if ((value = 10 * value + (**at - '0')) > limit) return 0;
    *out = (uint32_t)value;
    return end ? *(*at)++ == end : **at == ' ' || **at == 0;
}

static int is_mark(const char *mark, size_t n) {
    return n > 0 && n < FSC_VIEW_MARK_MAX && !memchr(mark, ';', n) && !memchr(mark, '\n', n);
}

static fsc_status set_mark(fsc_view_stroke *stroke, const char *mark, size_t n, fsc_error *err) {
    stroke->mark = fsc_alloc((int64_t)n + 1, 1);
    if (!stroke->mark) return fsc_fail_nomem(err, "keeping a stroke");
    memcpy(stroke->mark, mark, n);
    return FSC_OK;
}

/* " 17:0:3 18:0:3": one voxel's change each, from what it is. mark (NULL = none) has n_mark letters. */
static fsc_status read_stroke(fsc_view_strokes *s, const char *line, const char *mark, size_t n_mark, int *fits,
                              fsc_error *err) {
    fsc_view_stroke stroke;
    int64_t n = 0;
    for (const char *c = line; *c; c++) n += *c == ' ';
    *fits = mark ? is_mark(mark, n_mark) : n > 0;
    FSC_TRY(new_stroke(&stroke, n, err));
    if (mark && *fits && set_mark(&stroke, mark, n_mark, err) != FSC_OK) {
        free_stroke(&stroke);
        return FSC_E_NOMEM;
    }
    for (; *line == ' ' && *fits; stroke.n++) {
        uint32_t voxel = 0, before = 0, after = 0;
        line++;
        *fits = take(&voxel, &line, s->n_voxel - 1, ':') && take(&before, &line, s->n_label, ':') &&
                take(&after, &line, s->n_label, 0) && s->index[voxel] == before;
        stroke.voxel[stroke.n] = voxel;
        stroke.before[stroke.n] = (uint8_t)before;
        stroke.after[stroke.n] = (uint8_t)after;
        if (*fits) s->index[voxel] = (uint8_t)after;
    }
    *fits = *fits && !*line;
    const fsc_status status = *fits ? make_room(s, err) : FSC_OK;
    if (*fits && status == FSC_OK) keep(s, &stroke);
    free_stroke(&stroke);
    return status;
}

static fsc_status read_entry(fsc_view_strokes *s, const char *line, int *fits, fsc_error *err) {
    const char *end = line[0] == 'E' && line[1] == ' ' ? strchr(line, ';') : NULL;
    if (end) return read_stroke(s, end + 1, line + 2, (size_t)(end - line) - 2, fits, err);
    if (line[0] == 'D') return read_stroke(s, line + 1, NULL, 0, fits, err);
    *fits = line[0] && !line[1];
    if (line[0] == 'U' && (*fits = *fits && s->n_done > 0)) step_back(s);
    else if (line[0] == 'R' && (*fits = *fits && s->n_done < s->n_stroke)) step_on(s);
    else if (line[0] == 'S') s->saved = s->revision;
    else *fits = 0;
    return FSC_OK;
}

static fsc_status replay(fsc_view_strokes *s, char *text, size_t n, const char *path, int *begun, fsc_error *err) {
    char first[64];
    const size_t letters = strlen(text);
    if (memchr(text + letters, '\n', n - letters)) /* zeros at the end are a power cut, within they hide what follows */
        return fsc_fail(err, FSC_E_FORMAT, "%s: is damaged; move the file away to begin anew", path);
    (void)snprintf(first, sizeof first, FIRST, s->n_voxel, s->n_label);
    if (!strchr(text, '\n')) return FSC_OK; /* died in its first line */
    if (strncmp(text, first, strlen(first)) != 0)
        return fsc_fail(err, FSC_E_FORMAT, "%s: these strokes are of other labels; move the file away to begin anew",
                        path);
    int number = 1;
    for (char *line = text + strlen(first), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        int fits = 0;
        *end = 0;
        number++;
        FSC_TRY(read_entry(s, line, &fits, err));
        if (!fits)
            return fsc_fail(err, FSC_E_FORMAT, "%s: line %d does not follow from those before it; move the file away "
                            "to begin anew", path, number);
        *begun = 1;
        s->length = end + 1 - text;
    }
    if (!s->length) s->length = (int64_t)strlen(first);
    return FSC_OK;
}

fsc_status fsc_view_strokes_open(fsc_view_strokes *out, uint8_t *index, int64_t n_voxel, int32_t n_label,
                                 const char *path, int *begun, fsc_error *err) {
    *out = (fsc_view_strokes){.index = index, .n_voxel = n_voxel, .n_label = n_label, .fd = -1};
    *begun = 0;
    if (n_voxel > UINT32_MAX || n_label > UINT8_MAX)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "labels can be changed in scans of up to 255 of them");
    if (fsc_file_exists(path)) {
        char *text = NULL;
        size_t n = 0;
        FSC_TRY(fsc_file_read(&text, &n, path, FILE_MAX, err));
        const fsc_status status = replay(out, text, n, path, begun, err);
        fsc_free(text);
        FSC_TRY(status);
    }
    out->fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (out->fd < 0 || ftruncate(out->fd, out->length) != 0 || lseek(out->fd, out->length, SEEK_SET) < 0)
        return fsc_fail(err, FSC_E_IO, "%s: %s", path, strerror(errno));
    if (out->length) return FSC_OK;
    char first[64];
    const int n = snprintf(first, sizeof first, FIRST, n_voxel, n_label);
    return append(out, first, (size_t)n, err);
}

void fsc_view_strokes_close(fsc_view_strokes *s) {
    for (int64_t i = 0; i < s->n_stroke; i++) free_stroke(&s->stroke[i]);
    fsc_free(s->stroke);
    fsc_free(s->index);
    if (s->fd >= 0) (void)close(s->fd);
    *s = (fsc_view_strokes){.fd = -1};
}

fsc_status fsc_view_strokes_draw(fsc_view_strokes *s, const uint32_t *voxel, const uint8_t *index, int64_t n,
                                 const char *mark, int64_t *changed, fsc_error *err) {
    fsc_view_stroke stroke;
    *changed = 0;
    if (mark && !is_mark(mark, strlen(mark))) return fsc_fail(err, FSC_E_RANGE, "this name cannot be written down");
    for (int64_t i = 0; i < n; i++)
        if (voxel[i] >= s->n_voxel || index[i] > s->n_label)
            return fsc_fail(err, FSC_E_RANGE, "the stroke leaves the picture or names a label that is not there");
    FSC_TRY(new_stroke(&stroke, n, err));
    for (int64_t i = 0; i < n; i++) { /* a voxel that is named twice was the first time what it was */
        uint8_t *now = &s->index[voxel[i]];
        if (*now == index[i]) continue;
        stroke.voxel[stroke.n] = voxel[i];
        stroke.before[stroke.n] = *now;
        stroke.after[stroke.n++] = *now = index[i];
    }
    put(s, &stroke, 1);
    const int counts = stroke.n || mark;
    fsc_status status = mark ? set_mark(&stroke, mark, strlen(mark), err) : FSC_OK;
    if (counts && status == FSC_OK) status = make_room(s, err);
    if (counts && status == FSC_OK) status = append_stroke(s, &stroke, err);
    if (counts && status == FSC_OK) {
        *changed = stroke.n ? stroke.n : 1;
        keep(s, &stroke);
    }
    free_stroke(&stroke);
    return status;
}

fsc_status fsc_view_strokes_undo(fsc_view_strokes *s, const fsc_view_stroke **moved, fsc_error *err) {
    *moved = NULL;
    if (s->n_done == 0) return FSC_OK;
    FSC_TRY(append(s, "U\n", 2, err));
    step_back(s);
    *moved = &s->stroke[s->n_done];
    return FSC_OK;
}

fsc_status fsc_view_strokes_redo(fsc_view_strokes *s, const fsc_view_stroke **moved, fsc_error *err) {
    *moved = NULL;
    if (s->n_done == s->n_stroke) return FSC_OK;
    FSC_TRY(append(s, "R\n", 2, err));
    step_on(s);
    *moved = &s->stroke[s->n_done - 1];
    return FSC_OK;
}

fsc_status fsc_view_strokes_saved(fsc_view_strokes *s, fsc_error *err) {
    FSC_TRY(append(s, "S\n", 2, err));
    s->saved = s->revision;
    return FSC_OK;
}
