/* MAT-File Format (MathWorks, version 5): a file is a row of elements, each a tag (type, bytes) and its data; a
 * variable is an element of elements, often deflated as a whole. Everything is read in one pass through a small buffer:
 * the only large memory is the arrays that were asked for. */
#include "mat5.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define CHUNK 16384
#define DEFLATE_MOST 1040 /* RFC 1951: a match of 258 bytes takes at least 2 bits */
#define FIELDS_MOST 4096

enum { MI_INT8 = 1, MI_INT32 = 5, MI_UINT32 = 6, MI_MATRIX = 14, MI_COMPRESSED = 15 };
enum { MX_STRUCT = 2, MX_CHAR = 4, MX_SPARSE = 5, MX_DOUBLE = 6, MX_UINT64 = 15 };

typedef struct mat_reader {
    FILE *file;
    const char *path;
    int big_endian;
    int64_t file_left; /* bytes behind the place in the file */
    int inflating;
    z_stream z;
    int64_t packed_left; /* of the compressed variable, not yet fed to zlib */
    unsigned char packed[CHUNK];
} mat_reader;

/* An element that is being read: its parent's rest is known to hold it. */
typedef struct mat_element {
    uint32_t type;
    int64_t bytes, left; /* of data; not yet read */
    int64_t padding;     /* behind it */
    int is_small;
    unsigned char small[4]; /* data of a small element stand in its tag */
} mat_element;

typedef struct mat_head {
    int32_t class, is_complex, rank;
    int64_t dim[FSC_MAT_RANK];
    int64_t n;
    char name[FSC_MAT_NAME];
} mat_head;

static fsc_status damaged(const mat_reader *in, const char *what, fsc_error *err) {
    return fsc_fail(err, FSC_E_FORMAT, "%s: is truncated or damaged (%s); save it again in MATLAB with -v7", in->path,
                    what);
}

static fsc_status take_plain(mat_reader *in, void *out, int64_t n, fsc_error *err) {
    if (n > in->file_left) return damaged(in, "the file ends too early", err);
    if (n > 0 && fread(out, 1, (size_t)n, in->file) != (size_t)n)
        return ferror(in->file) ? fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", in->path, strerror(errno))
                                : damaged(in, "the file ends too early", err);
    in->file_left -= n;
    return FSC_OK;
}

static fsc_status take_inflated(mat_reader *in, unsigned char *out, int64_t n, fsc_error *err) {
    in->z.next_out = out;
    while (n > 0) {
        in->z.avail_out = n < CHUNK ? (uInt)n : CHUNK;
        const uInt asked = in->z.avail_out;
        if (in->z.avail_in == 0 && in->packed_left > 0) {
            const int64_t m = in->packed_left < CHUNK ? in->packed_left : CHUNK;
            FSC_TRY(take_plain(in, in->packed, m, err));
            in->packed_left -= m;
            in->z.next_in = in->packed;
            in->z.avail_in = (uInt)m;
        }
        const int code = inflate(&in->z, Z_NO_FLUSH);
        if (code == Z_MEM_ERROR) return fsc_fail_nomem(err, "reading a MATLAB file");
        if (code != Z_OK && code != Z_STREAM_END) return damaged(in, "a compressed variable breaks off", err);
        const int64_t got = asked - in->z.avail_out;
        if (got == 0 && (code == Z_STREAM_END || (in->z.avail_in == 0 && in->packed_left == 0)))
            return damaged(in, "a compressed variable ends too early", err);
        n -= got;
    }
    return FSC_OK;
}

static fsc_status take(mat_reader *in, void *out, int64_t n, fsc_error *err) {
    return in->inflating ? take_inflated(in, out, n, err) : take_plain(in, out, n, err);
}

static fsc_status pass_over(mat_reader *in, int64_t n, fsc_error *err) {
    unsigned char bytes[4096];
    for (; n > 0; n -= (int64_t)sizeof bytes)
        FSC_TRY(take(in, bytes, n < (int64_t)sizeof bytes ? n : (int64_t)sizeof bytes, err));
    return FSC_OK;
}

static uint64_t get_bits(const mat_reader *in, const unsigned char *bytes, int n) {
    uint64_t bits = 0;
    for (int b = 0; b < n; b++) bits |= (uint64_t)bytes[b] << (8 * (in->big_endian ? n - 1 - b : b));
    return bits;
}

/* Reads a tag out of *left bytes of the parent, which shrink by the element with its padding. */
static fsc_status open_element(mat_element *e, mat_reader *in, int64_t *left, fsc_error *err) {
    unsigned char tag[8];
    *e = (mat_element){0};
    if (*left < 8) return damaged(in, "an element is missing", err);
    FSC_TRY(take(in, tag, 8, err));
    *left -= 8;
    const uint32_t first = (uint32_t)get_bits(in, tag, 4);
    e->type = first & 0xffff;
    e->is_small = first >> 16 != 0;
    e->bytes = e->is_small ? first >> 16 : (int64_t)get_bits(in, tag + 4, 4);
    if (!e->is_small) e->type = first;
    e->left = e->bytes;
    if (e->is_small) {
        if (e->bytes > 4) return damaged(in, "a small element is too large", err);
        memcpy(e->small, tag + 4, 4);
        return FSC_OK;
    }
    if (e->bytes > *left) return damaged(in, "an element claims more than the file holds", err);
    *left -= e->bytes;
    e->padding = e->type == MI_COMPRESSED ? 0 : (8 - e->bytes % 8) % 8;
    if (e->padding > *left) e->padding = *left;
    *left -= e->padding;
    return FSC_OK;
}

static fsc_status take_data(mat_element *e, mat_reader *in, void *out, int64_t n, fsc_error *err) {
    if (n > e->left) return damaged(in, "an element is too short", err);
    if (e->is_small)
        memcpy(out, e->small + (e->bytes - e->left), (size_t)n);
    else
        FSC_TRY(take(in, out, n, err));
    e->left -= n;
    return FSC_OK;
}

static fsc_status close_element(mat_element *e, mat_reader *in, fsc_error *err) {
    return e->is_small ? FSC_OK : pass_over(in, e->left + e->padding, err);
}

/* Bytes of one stored value; 0 for types that are no numbers. */
static int stored_bytes(uint32_t type) {
    static const int bytes[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};
    return type < sizeof bytes / sizeof *bytes ? bytes[type] : 0;
}

static double stored_value(const mat_reader *in, const unsigned char *bytes, uint32_t type) {
    const uint64_t bits = get_bits(in, bytes, stored_bytes(type));
    const uint32_t half = (uint32_t)bits;
    double wide;
    float narrow;
    switch (type) {
    case 1: return (int8_t)bits;
    case 3: return (int16_t)bits;
    case 5: return (int32_t)bits;
    case 7: memcpy(&narrow, &half, sizeof narrow); return (double)narrow;
    case 9: memcpy(&wide, &bits, sizeof wide); return wide;
    case 12: return (double)(int64_t)bits;
    default: return (double)bits;
    }
}

/* The next element as n numbers; first may be NULL. */
static fsc_status take_numbers(float **out, double *first, int64_t n, mat_reader *in, int64_t *left, fsc_error *err) {
    mat_element e;
    unsigned char chunk[CHUNK];
    FSC_TRY(open_element(&e, in, left, err));
    const int size = stored_bytes(e.type);
    if (size == 0) return damaged(in, "an array is of no numeric type", err);
    if (n > e.bytes / size) return damaged(in, "an array is shorter than its size", err);
    FSC_AUTO_BLOCK float *value = fsc_alloc(n, sizeof *value);
    if (!value) return fsc_fail_nomem(err, "reading a MATLAB array");
    for (int64_t done = 0; done < n;) {
        const int64_t m = n - done < CHUNK / size ? n - done : CHUNK / size;
        FSC_TRY(take_data(&e, in, chunk, m * size, err));
        for (int64_t v = 0; v < m; v++) {
            const double number = stored_value(in, chunk + v * size, e.type);
            if (first && done + v < FSC_MAT_FIRST) first[done + v] = number;
            value[done + v] = (float)number;
        }
        done += m;
    }
    FSC_TRY(close_element(&e, in, err));
    FSC_GIVE(out, value);
    return FSC_OK;
}

static fsc_status take_words(int32_t *out, int32_t *n, int32_t most, uint32_t type, mat_reader *in, int64_t *left,
                             fsc_error *err) {
    mat_element e;
    unsigned char bytes[4];
    FSC_TRY(open_element(&e, in, left, err));
    if (e.type != type || e.bytes % 4 != 0) return damaged(in, "an array's header has an unknown form", err);
    *n = (int32_t)(e.bytes / 4);
    for (int32_t i = 0; i < *n && i < most; i++) {
        FSC_TRY(take_data(&e, in, bytes, 4, err));
        out[i] = (int32_t)(uint32_t)get_bits(in, bytes, 4);
    }
    return close_element(&e, in, err);
}

static fsc_status take_sizes(mat_head *h, mat_reader *in, int64_t *left, fsc_error *err) {
    int32_t dim[FSC_MAT_RANK] = {0};
    FSC_TRY(take_words(dim, &h->rank, FSC_MAT_RANK, MI_INT32, in, left, err));
    if (h->rank > FSC_MAT_RANK)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "%s: an array of %d dimensions is not read", in->path, (int)h->rank);
    h->n = 1;
    for (int32_t d = 0; d < h->rank; d++) {
        if (dim[d] < 0) return damaged(in, "an array has a negative size", err);
        if (dim[d] > 0 && h->n > (INT64_MAX >> 8) / dim[d]) return damaged(in, "an array is larger than any disk", err);
        h->n *= h->dim[d] = dim[d];
    }
    return FSC_OK;
}

/* Flags, sizes and name of a miMATRIX. */
static fsc_status take_head(mat_head *h, mat_reader *in, int64_t *left, fsc_error *err) {
    int32_t flags[2] = {0}, n = 0;
    mat_element name;
    *h = (mat_head){0};
    FSC_TRY(take_words(flags, &n, 2, MI_UINT32, in, left, err));
    if (n != 2) return damaged(in, "an array's flags have an unknown form", err);
    h->class = flags[0] & 0xff;
    h->is_complex = (flags[0] & 0x800) != 0;
    if (h->class < 1 || h->class > MX_UINT64) { /* function handles and objects have a form of their own */
        h->n = 0;
        return FSC_OK;
    }
    FSC_TRY(take_sizes(h, in, left, err));
    FSC_TRY(open_element(&name, in, left, err));
    if (name.type != MI_INT8) return damaged(in, "a variable's name has an unknown form", err);
    FSC_TRY(take_data(&name, in, h->name, name.bytes < FSC_MAT_NAME - 1 ? name.bytes : FSC_MAT_NAME - 1, err));
    return close_element(&name, in, err);
}

static const char *class_text(int32_t class) {
    static const char *const text[] = {"object", "cell",  "struct", "object", "char",  "sparse", "double", "single",
                                       "int8",   "uint8", "int16",  "uint16", "int32", "uint32", "int64",  "uint64"};
    return class >= 0 && class <= MX_UINT64 ? text[class] : "object";
}

static int is_wanted(const char *const *wanted, const char *name) {
    for (; *wanted; wanted++)
        if (strcasecmp(*wanted, name) == 0) return 1;
    return 0;
}

/* One field's array, or past it. */
static fsc_status take_field(fsc_mat_struct *out, const char *name, int want, mat_reader *in, int64_t *left,
                             fsc_error *err) {
    mat_element e;
    mat_head h;
    FSC_TRY(open_element(&e, in, left, err));
    if (e.type != MI_MATRIX) return damaged(in, "a field is no array", err);
    if (!want || e.bytes == 0) return close_element(&e, in, err); /* no bytes: the empty array */
    FSC_TRY(take_head(&h, in, &e.left, err));
    fsc_mat_field *field = fsc_grow(out->field, out->n, out->n + 1, sizeof *field);
    if (!field) return fsc_fail_nomem(err, "reading a MATLAB struct");
    out->field = field;
    field += out->n++;
    memcpy(field->name, name, FSC_MAT_NAME);
    fsc_format(field->kind, sizeof field->kind, "%s", class_text(h.class));
    field->rank = h.rank;
    memcpy(field->dim, h.dim, sizeof h.dim);
    if (h.class >= MX_DOUBLE && h.class <= MX_UINT64 && h.n > 0) {
        field->n = h.n;
        field->is_complex = h.is_complex;
        FSC_TRY(take_numbers(&field->re, field->first, h.n, in, &e.left, err));
        if (h.is_complex) FSC_TRY(take_numbers(&field->im, NULL, h.n, in, &e.left, err));
    }
    return close_element(&e, in, err);
}

/* The fields' names: n of width bytes each; owned. */
static fsc_status take_names(char (**names)[FSC_MAT_NAME], int32_t *n, mat_reader *in, int64_t *left, fsc_error *err) {
    int32_t width = 0, one = 0;
    mat_element e;
    FSC_TRY(take_words(&width, &one, 1, MI_INT32, in, left, err));
    FSC_TRY(open_element(&e, in, left, err));
    if (one != 1 || e.type != MI_INT8 || width < 1 || width > FSC_MAT_NAME || e.bytes / width > FIELDS_MOST)
        return damaged(in, "a struct's field names have an unknown form", err);
    *n = (int32_t)(e.bytes / width);
    *names = fsc_alloc(*n, FSC_MAT_NAME);
    if (!*names) return fsc_fail_nomem(err, "reading a MATLAB struct");
    for (int32_t f = 0; f < *n; f++) {
        FSC_TRY(take_data(&e, in, (*names)[f], width, err));
        (*names)[f][FSC_MAT_NAME - 1] = 0;
    }
    return close_element(&e, in, err);
}

/* What a look at one variable is for. */
typedef struct mat_search {
    const char *name, *has;
    const char *const *wanted;
    fsc_mat_struct *out; /* filled when fill is set */
    int fill, found, named;
    char list[160]; /* names met */
} mat_search;

static fsc_status take_struct(mat_search *s, const mat_head *h, mat_reader *in, int64_t *left, fsc_error *err) {
    FSC_AUTO_BLOCK char(*names)[FSC_MAT_NAME] = NULL;
    int32_t n = 0;
    FSC_TRY(take_names(&names, &n, in, left, err));
    s->named = strcasecmp(h->name, s->name) == 0;
    s->found = s->named;
    for (int32_t f = 0; f < n; f++) s->found |= strcasecmp(names[f], s->has) == 0;
    if (!s->fill) return FSC_OK;
    if (h->n != 1)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "%s: %s is an array of %lld structs; save one", in->path, h->name,
                        (long long)h->n);
    memcpy(s->out->name, h->name, sizeof h->name);
    for (int32_t f = 0; f < n; f++)
        FSC_TRY(take_field(s->out, names[f], is_wanted(s->wanted, names[f]), in, left, err));
    return FSC_OK;
}

static fsc_status look_at(mat_search *s, mat_reader *in, mat_element *variable, fsc_error *err) {
    mat_head h;
    if (variable->type != MI_MATRIX) return FSC_OK;
    FSC_TRY(take_head(&h, in, &variable->left, err));
    if (!h.name[0]) return FSC_OK;
    const size_t used = strlen(s->list);
    fsc_format(s->list + used, sizeof s->list - used, "%s%s", used > 0 ? ", " : "", h.name);
    return h.class == MX_STRUCT ? take_struct(s, &h, in, &variable->left, err) : FSC_OK;
}

/* A compressed variable is one element inside a deflated stream. */
static fsc_status look_inside(mat_search *s, mat_reader *in, const mat_element *packed, fsc_error *err) {
    mat_element variable;
    int64_t left = packed->bytes * DEFLATE_MOST + 64;
    memset(&in->z, 0, sizeof in->z);
    if (inflateInit(&in->z) != Z_OK) return fsc_fail_nomem(err, "reading a MATLAB file");
    in->inflating = 1;
    in->packed_left = packed->bytes;
    fsc_status status = open_element(&variable, in, &left, err);
    if (status == FSC_OK) status = look_at(s, in, &variable, err);
    in->inflating = 0;
    (void)inflateEnd(&in->z);
    return status;
}

static fsc_status look_at_element(mat_search *s, mat_reader *in, fsc_error *err) {
    mat_element e;
    s->found = s->named = 0;
    int64_t behind = in->file_left; /* the element */
    FSC_TRY(open_element(&e, in, &behind, err));
    FSC_TRY(e.type == MI_COMPRESSED ? look_inside(s, in, &e, err) : look_at(s, in, &e, err));
    if (fseeko(in->file, (off_t)(in->file_left - behind), SEEK_CUR) != 0)
        return fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", in->path, strerror(errno));
    in->file_left = behind;
    return FSC_OK;
}

/* 128 bytes of text and, at their end, version and byte order. */
static fsc_status read_file_header(mat_reader *in, fsc_error *err) {
    unsigned char head[128];
    if (in->file_left >= 20 && fread(head, 1, 20, in->file) == 20 && memcmp(head, "MATLAB 7.3 MAT-file", 19) == 0)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "%s: is a MATLAB 7.3 (HDF5) file, which is not read; in MATLAB load it and save it with -v7",
                        in->path);
    rewind(in->file);
    if (in->file_left < 128) return fsc_fail(err, FSC_E_FORMAT, "%s: is no MATLAB file (too short)", in->path);
    FSC_TRY(take_plain(in, head, 128, err));
    in->big_endian = head[126] == 'M' && head[127] == 'I';
    const uint64_t version = get_bits(in, head + 124, 2);
    if ((in->big_endian || (head[126] == 'I' && head[127] == 'M')) && version == 0x0100) return FSC_OK;
    if (head[0] == 0 || head[1] == 0)
        return fsc_fail(err, FSC_E_UNSUPPORTED, "%s: is no MATLAB file of version 5 (perhaps v4); save it with -v7",
                        in->path);
    return fsc_fail(err, FSC_E_FORMAT, "%s: is no MATLAB file; save it in MATLAB with -v7", in->path);
}

static fsc_status read_all(mat_reader *in, mat_search *s, fsc_error *err) {
    FSC_TRY(read_file_header(in, err));
    int64_t place = -1;
    int named = 0;
    while (in->file_left >= 8 && !named) {
        const int64_t here = ftello(in->file);
        FSC_TRY(look_at_element(s, in, err));
        named = s->named;
        if (named || (s->found && place < 0)) place = here;
    }
    if (place < 0)
        return fsc_fail(err, FSC_E_FORMAT, "%s: has no struct %s; it holds: %s", in->path, s->name,
                        s->list[0] ? s->list : "nothing");
    s->fill = 1;
    const int64_t now = ftello(in->file);
    if (fseeko(in->file, (off_t)place, SEEK_SET) != 0)
        return fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", in->path, strerror(errno));
    in->file_left += now - place;
    return look_at_element(s, in, err);
}

fsc_status fsc_mat_read(fsc_mat_struct *out, const char *path, const char *name, const char *has,
                        const char *const *wanted, fsc_error *err) {
    mat_reader in = {.path = path};
    mat_search search = {.name = name, .has = has, .wanted = wanted, .out = out};
    memset(out, 0, sizeof *out);
    in.file = fopen(path, "rb");
    if (!in.file) return fsc_fail(err, FSC_E_IO, "%s: cannot be opened (%s)", path, strerror(errno));
    fsc_status status;
    if (fseeko(in.file, 0, SEEK_END) != 0 || (in.file_left = ftello(in.file)) < 0 || fseeko(in.file, 0, SEEK_SET) != 0)
        status = fsc_fail(err, FSC_E_IO, "%s: cannot be read (%s)", path, strerror(errno));
    else
        status = read_all(&in, &search, err);
    (void)fclose(in.file);
    if (status != FSC_OK) fsc_mat_free(out);
    return status;
}

void fsc_mat_free(fsc_mat_struct *out) {
    for (int32_t f = 0; f < out->n; f++) {
        fsc_free(out->field[f].re);
        fsc_free(out->field[f].im);
    }
    fsc_free(out->field);
    memset(out, 0, sizeof *out);
}

fsc_mat_field *fsc_mat_find(const fsc_mat_struct *from, const char *name) {
    for (int32_t f = 0; f < from->n; f++)
        if (strcasecmp(from->field[f].name, name) == 0) return &from->field[f];
    return NULL;
}
