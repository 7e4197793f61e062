#include "seg_read.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "program.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 4096, SEGMENTS_MOST = 2000, FRAMES_MOST = 200000, SLICES_MOST = 4000, DEPTH_MOST = 24 };
#define ROOM_BYTES 16e6 /* doc/trust.md: what a small file may cost, with so many times its pixels */
#define ROOM_TIMES 1000
#define OFF_STACK 0.05 /* of a slice's distance or a pixel: positions are decimal strings */

FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)

/* What stands in an item of functional groups. */
typedef struct frame {
    int32_t segment, has_position, has_orientation, has_spacing;
    double position[3], orientation[6], spacing[2], thickness;
} frame;

typedef struct content {
    fsc_segment *segment;
    frame *frame, shared;
    int32_t n_segment, n_frame, rows, columns, n_expected;
    int is_binary, is_compressed;
    double *depth; /* per frame: along the stack, in slices from the first */
    int32_t n_slice;
    double step;
} content;

static void content_free(content *c) {
    fsc_free(c->segment);
    fsc_free(c->frame);
    fsc_free(c->depth);
}

static fsc_status broken(fsc_error *err, const char *what) {
    return fsc_fail(err, FSC_E_FORMAT, "the segmentation in the study cannot be used: %s; export it once more", what);
}

/* dcmdump indents an item's elements by four below their sequence: where one stands tells what it belongs to. */
typedef struct cursor {
    char sequence[DEPTH_MOST][10]; /* per depth the sequence that is open there */
    int32_t depth;
} cursor;

static int below(const cursor *at, const char *top) {
    return at->depth > 0 && strcmp(at->sequence[0], top) == 0;
}

static fsc_status open_item(content *c, const cursor *at, fsc_error *err) {
    if (at->depth != 1) return FSC_OK;
    if (strcmp(at->sequence[0], "0062,0002") == 0) {
        if (c->n_segment == SEGMENTS_MOST) return broken(err, "it holds too many segments");
        fsc_segment *more = fsc_grow(c->segment, c->n_segment, c->n_segment + 1, sizeof *more);
        if (!more) return fsc_fail_nomem(err, "reading a segmentation");
        c->segment = more;
        more[c->n_segment++] = (fsc_segment){0};
    } else if (strcmp(at->sequence[0], "5200,9230") == 0) {
        if (c->n_frame == FRAMES_MOST) return broken(err, "it holds too many frames");
        if ((c->n_frame & (c->n_frame - 1)) == 0) { /* twice as many each time */
            frame *more = fsc_grow(c->frame, c->n_frame, c->n_frame ? 2 * (int64_t)c->n_frame : 1, sizeof *more);
            if (!more) return fsc_fail_nomem(err, "reading a segmentation");
            c->frame = more;
        }
        c->frame[c->n_frame++] = c->shared;
    }
    return FSC_OK;
}

static int32_t whole(const char *value) {
    const double number = fsc_parse_number(value);
    return number >= 0 && number <= 1e9 ? (int32_t)number : 0;
}

static void take_segment(fsc_segment *s, const char *tag, const char *value) {
    if (strcmp(tag, "0062,0004") == 0) s->number = whole(value);
    if (strcmp(tag, "0062,0005") == 0) fsc_copy_text(s->label, sizeof s->label, value);
    if (strcmp(tag, "0062,0008") == 0) fsc_copy_text(s->algorithm, sizeof s->algorithm, value);
    if (strcmp(tag, "0062,0009") == 0) fsc_copy_text(s->method, sizeof s->method, value);
    if (strcmp(tag, "0008,0100") == 0 && s->n_code < FSC_SEGMENT_CODES)
        fsc_copy_text(s->code[s->n_code++], sizeof s->code[0], value);
    if (strcmp(tag, "0008,0102") == 0 && s->n_code > 0)
        fsc_copy_text(s->scheme[s->n_code - 1], sizeof s->scheme[0], value);
}

static void take_frame(frame *f, const char *tag, const char *value) {
    if (strcmp(tag, "0062,000b") == 0) f->segment = whole(value);
    if (strcmp(tag, "0020,0032") == 0) f->has_position = fsc_scan_numbers(f->position, 3, value, '\\');
    if (strcmp(tag, "0020,0037") == 0) f->has_orientation = fsc_scan_numbers(f->orientation, 6, value, '\\');
    if (strcmp(tag, "0028,0030") == 0) f->has_spacing = fsc_scan_numbers(f->spacing, 2, value, '\\');
    if (strcmp(tag, "0018,0050") == 0) f->thickness = fsc_parse_number(value);
}

static void take_value(content *c, const cursor *at, const char *tag, const char *value) {
    if (below(at, "0062,0002") && c->n_segment) take_segment(&c->segment[c->n_segment - 1], tag, value);
    if (below(at, "5200,9229")) take_frame(&c->shared, tag, value);
    if (below(at, "5200,9230") && c->n_frame) take_frame(&c->frame[c->n_frame - 1], tag, value);
    if (at->depth) return;
    if (strcmp(tag, "0028,0008") == 0) c->n_expected = whole(value);
    if (strcmp(tag, "0028,0010") == 0) c->rows = whole(value);
    if (strcmp(tag, "0028,0011") == 0) c->columns = whole(value);
    if (strcmp(tag, "0062,0001") == 0) c->is_binary = strcmp(value, "BINARY") == 0;
}

static fsc_status take_line(content *c, cursor *at, char *line, fsc_error *err) {
    const size_t indent = strspn(line, " ");
    char tag[10];
    line += indent;
    if (line[0] != '(' || strlen(line) < strlen("(0010,0010) PN x") || line[10] != ')') return FSC_OK;
    memcpy(tag, line + 1, 9);
    tag[9] = 0;
    at->depth = (int32_t)(indent / 4);
    if (at->depth >= DEPTH_MOST) return broken(err, "its sequences are too deep");
    if (strcmp(tag, "fffe,e000") == 0) {
        at->depth++; /* an item stands two letters below its sequence */
        return open_item(c, at, err);
    }
    if (strncmp(line + 12, "SQ", 2) == 0) {
        memcpy(at->sequence[at->depth], tag, sizeof tag);
        return FSC_OK;
    }
    if (strcmp(tag, "7fe0,0010") == 0 && strstr(line, "PixelSequence")) c->is_compressed = 1;
    const char *value = fsc_study_value(line);
    if (value) take_value(c, at, tag, value);
    return FSC_OK;
}

static fsc_status ask(content *c, const char *path, const char *scratch, fsc_error *err) {
    char program[PATH_MOST];
    FSC_AUTO_TEXT fsc_text said = {0};
    fsc_error fault = FSC_ERROR_INIT;
    cursor at = {.depth = 0};
    if (!fsc_program_find(program, sizeof program, "dcmdump"))
        return fsc_fail(err, FSC_E_UNSUPPORTED, "a segmentation is read by DCMTK's dcmdump: install it (Debian: apt "
                                                "install dcmtk)");
    const char *argv[] = {program, "-q", "-Un", "+L", "+W", scratch, path, NULL};
    const fsc_status status = fsc_program_run((char *const *)argv, 0, &said, &fault);
    if (said.failed || status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading a segmentation");
    if (status != FSC_OK) return broken(err, "dcmdump cannot read it");
    fsc_status taken = FSC_OK;
    for (char *line = said.data, *next; line && *line && taken == FSC_OK; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        taken = take_line(c, &at, line, err);
    }
    if (said.data) memset(said.data, 0, said.length);
    return taken;
}

static void cross(double out[3], const double *a, const double *b) {
    for (int d = 0; d < 3; d++) out[d] = a[(d + 1) % 3] * b[(d + 2) % 3] - a[(d + 2) % 3] * b[(d + 1) % 3];
}

static double dot(const double *a, const double *b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static int is_frame(const double *orientation) {
    const double *a = orientation, *b = orientation + 3;
    return fabs(dot(a, a) - 1) < 1e-3 && fabs(dot(b, b) - 1) < 1e-3 && fabs(dot(a, b)) < 1e-3;
}

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The smallest distance between neighbours, and where the stack begins. */
static fsc_status find_step(content *c, double *first, fsc_error *err) {
    FSC_AUTO_BLOCK double *sorted = fsc_alloc(c->n_frame, sizeof *sorted);
    if (!sorted) return fsc_fail_nomem(err, "reading a segmentation");
    memcpy(sorted, c->depth, (size_t)c->n_frame * sizeof *sorted);
    qsort(sorted, (size_t)c->n_frame, sizeof *sorted, by_number);
    c->step = INFINITY;
    for (int32_t f = 1; f < c->n_frame; f++) {
        const double gap = sorted[f] - sorted[f - 1];
        if (gap > 1e-2 && gap < c->step) c->step = gap;
    }
    *first = sorted[0];
    if (!isfinite(c->step)) c->step = c->frame[0].thickness > 0 ? c->frame[0].thickness : 1;
    const double n = (sorted[c->n_frame - 1] - sorted[0]) / c->step + 1;
    /* Voxels between frames cost the file nothing: few of them may not ask for all the memory there is. */
    const double in_slice = (double)c->rows * c->columns;
    if (n > SLICES_MOST || 4 * in_slice * n > ROOM_BYTES + ROOM_TIMES * in_slice * c->n_frame / 8)
        return broken(err, "its slices lie too far apart");
    c->n_slice = (int32_t)lround(n);
    return FSC_OK;
}

static fsc_status no_stack(fsc_error *err) {
    return fsc_fail(err, FSC_E_SHAPE,
                    "the segmentation in the study cannot be used: its frames are no stack of slices in one direction");
}

/* Slices of one direction and size, evenly apart, one above the other. */
static fsc_status stack(content *c, fsc_error *err) {
    double normal[3], first = 0;
    const frame *one = &c->frame[0];
    c->depth = fsc_alloc(c->n_frame, sizeof *c->depth);
    if (!c->depth) return fsc_fail_nomem(err, "reading a segmentation");
    if (!one->has_orientation || !is_frame(one->orientation) || !one->has_spacing || one->spacing[0] <= 0 ||
        one->spacing[1] <= 0)
        return broken(err, "it does not say where its slices lie");
    cross(normal, one->orientation, one->orientation + 3);
    for (int32_t f = 0; f < c->n_frame; f++) {
        const frame *now = &c->frame[f];
        double off[3];
        if (!now->has_position || !now->has_orientation) return broken(err, "it does not say where its slices lie");
        for (int d = 0; d < 6; d++)
            if (fabs(now->orientation[d] - one->orientation[d]) > 1e-4) return no_stack(err);
        for (int d = 0; d < 3; d++) off[d] = now->position[d] - one->position[d];
        c->depth[f] = dot(off, normal);
        if (fabs(dot(off, one->orientation)) > OFF_STACK * one->spacing[1] ||
            fabs(dot(off, one->orientation + 3)) > OFF_STACK * one->spacing[0])
            return no_stack(err);
    }
    FSC_TRY(find_step(c, &first, err));
    for (int32_t f = 0; f < c->n_frame; f++) {
        c->depth[f] = (c->depth[f] - first) / c->step;
        if (fabs(c->depth[f] - nearbyint(c->depth[f])) > OFF_STACK) return no_stack(err);
    }
    return FSC_OK;
}

/* DICOM counts to the left, back and head. */
static void grid_of(fsc_grid *grid, const content *c) {
    const frame *one = &c->frame[0];
    double normal[3], axis[3][3];
    cross(normal, one->orientation, one->orientation + 3);
    for (int d = 0; d < 3; d++) {
        axis[0][d] = one->orientation[d] * one->spacing[1];
        axis[1][d] = one->orientation[3 + d] * one->spacing[0];
        axis[2][d] = normal[d] * c->step;
    }
    *grid = (fsc_grid){.dim = {c->columns, c->rows, c->n_slice}};
    for (int d = 0; d < 3; d++) {
        const double turn = d < 2 ? -1 : 1;
        for (int a = 0; a < 3; a++) grid->affine[4 * d + a] = turn * axis[a][d];
        grid->affine[4 * d + 3] = turn * (one->position[d] - nearbyint(c->depth[0]) * axis[2][d]);
    }
}

static const fsc_segment *segment_of(const content *c, int32_t number) {
    for (int32_t s = 0; s < c->n_segment; s++)
        if (c->segment[s].number == number) return &c->segment[s];
    return NULL;
}

static fsc_status read_bits(char **bits, size_t *n, const content *c, const char *scratch, fsc_error *err) {
    char **name = NULL, path[PATH_MOST] = "";
    int32_t n_name = 0;
    const double wanted = (double)c->rows * c->columns * c->n_frame / 8;
    if (wanted > 2e9) return broken(err, "it is too large");
    FSC_TRY(fsc_file_list(&name, &n_name, scratch, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n_name && status == FSC_OK; i++)
        if (strstr(name[i], ".raw")) status = fsc_file_join(path, sizeof path, scratch, name[i], err);
    fsc_file_free_names(name, n_name);
    FSC_TRY(status);
    if (!path[0]) return broken(err, "it holds no pixels");
    fsc_error fault = FSC_ERROR_INIT;
    status = fsc_file_read(bits, n, path, (size_t)wanted + 64, &fault);
    fsc_file_discard(path); /* another segmentation may follow */
    if (status == FSC_E_NOMEM) return fsc_fail(err, status, "%s", fault.text);
    if (status != FSC_OK || (double)*n < wanted) {
        fsc_free(*bits);
        *bits = NULL;
        return broken(err, "its pixels are not as many as it says");
    }
    return FSC_OK;
}

static fsc_status paint(fsc_seg_content *out, const content *c, const char *scratch, fsc_error *err) {
    FSC_AUTO(fsc_labels) labels = NULL;
    FSC_AUTO_BLOCK char *bits = NULL;
    fsc_grid grid;
    size_t n = 0;
    const int64_t in_slice = (int64_t)c->rows * c->columns;
    FSC_TRY(read_bits(&bits, &n, c, scratch, err));
    grid_of(&grid, c);
    FSC_TRY(fsc_labels_new(&labels, &grid, err));
    for (int32_t f = 0; f < c->n_frame; f++) {
        const fsc_segment *s = segment_of(c, c->frame[f].segment);
        int32_t *to = labels->data + in_slice * (int64_t)nearbyint(c->depth[f]);
        if (!s || !s->value) continue;
        for (int64_t v = 0; v < in_slice; v++) {
            const int64_t bit = f * in_slice + v;
            if (!((unsigned char)bits[bit / 8] >> bit % 8 & 1)) continue;
            out->n_double += to[v] != 0 && to[v] != s->value;
            if (!to[v]) to[v] = s->value;
        }
    }
    FSC_GIVE(&out->labels, labels);
    return FSC_OK;
}

/* What its makers say: a proposal of ours that comes back as the program made it is one still. */
static fsc_label_source source_of(const content *c) {
    int32_t n_ours = 0, n_untouched = 0;
    for (int32_t s = 0; s < c->n_segment; s++) {
        if (!c->segment[s].is_muscle || !strstr(c->segment[s].method, "proposal")) continue;
        n_ours++;
        n_untouched += strcmp(c->segment[s].algorithm, "AUTOMATIC") == 0;
    }
    if (!n_ours) return FSC_LABELS_EXTERNAL;
    return n_untouched == n_ours ? FSC_LABELS_PROPOSAL : FSC_LABELS_EDITED;
}

static fsc_status read_all(fsc_seg_content *out, content *c, const char *path, const char *scratch, fsc_error *err) {
    FSC_TRY(ask(c, path, scratch, err));
    FSC_TRY(fsc_segments_name(c->segment, c->n_segment, err));
    for (int32_t s = 0; s < c->n_segment; s++) {
        const fsc_segment *now = &c->segment[s];
        out->n_muscle += now->is_muscle && now->value;
        out->n_vertebra += !now->is_muscle && now->value;
        out->n_other += !now->value;
    }
    if (!out->n_muscle) return FSC_OK;
    if (c->is_compressed || !c->is_binary)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "the segmentation in the study is %s; export it as BINARY, not compressed",
                        c->is_compressed ? "compressed" : "not BINARY");
    if (c->rows < 1 || c->columns < 1 || c->n_frame < 1) return broken(err, "it holds no frame");
    if (c->n_expected != c->n_frame) return broken(err, "its frames are not as many as it says");
    out->source = source_of(c);
    FSC_TRY(stack(c, err));
    return paint(out, c, scratch, err);
}

fsc_status fsc_seg_read(fsc_seg_content *out, const char *path, const char *scratch, fsc_error *err) {
    content c = {0};
    *out = (fsc_seg_content){0};
    const fsc_status status = read_all(out, &c, path, scratch, err);
    content_free(&c);
    return status;
}
