/* The sites as a DICOM segmentation: BINARY, whole slices, one segment a site and one a vertebra, and a frame only
 * where it has a pixel. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "objects.h"

#include <string.h>

enum { PATH_MOST = 4096 };

/* Bits run on from frame to frame, the first pixel in the lowest bit. */
typedef struct bits {
    fsc_text bytes;
    int n;
    unsigned char now;
} bits;

static void add_bit(bits *b, int on) {
    b->now |= (unsigned char)((on ? 1U : 0U) << b->n);
    if (++b->n < 8) return;
    fsc_text_add_n(&b->bytes, (const char *)&b->now, 1);
    b->n = 0;
    b->now = 0;
}

/* What of_voxel says under every pixel of every slice, 0: none; owned by the caller. */
static int32_t *map_slices(const fsc_objects *o, const int32_t *of_voxel) {
    const fsc_planes *p = &o->planes;
    int32_t *map = fsc_alloc((int64_t)p->n * p->rows * p->columns, sizeof *map), *to = map;
    for (int32_t k = 0; map && k < p->n; k++)
        for (int32_t r = 0; r < p->rows; r++)
            for (int32_t c = 0; c < p->columns; c++)
                *to++ = of_voxel[fsc_planes_voxel(&p->plane[k], &o->input->sites->grid, r, c)];
    return map;
}

static int slice_has(const int32_t *slice, int64_t n, int32_t value) {
    for (int64_t v = 0; v < n; v++)
        if (slice[v] == value) return 1;
    return 0;
}

static void add_source(fsc_text *d, const fsc_objects *o, const fsc_plane *plane) {
    if (!plane->image) return;
    fsc_dump_open(d, "0008,9124");
    fsc_dump_item(d);
    fsc_dump_open(d, "0008,2112");
    fsc_dump_item(d);
    fsc_dump_reference(d, plane->image->sop_class, plane->image->sop);
    fsc_dump_code(d, "0040,a170", fsc_codes_find(o->codes, "source-image"));
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_code(d, "0008,9215", fsc_codes_find(o->codes, "segmentation"));
    fsc_dump_item_end(d);
    fsc_dump_close(d);
}

/* A decimal string of DICOM has 16 letters at most. */
static void add_numbers(fsc_text *d, const char *tag, const double *value, int n) {
    fsc_text_printf(d, "(%s) DS [", tag);
    for (int i = 0; i < n; i++) {
        if (i) fsc_text_add(d, "\\");
        fsc_text_add_number(d, "%.9g", value[i]);
    }
    fsc_text_add(d, "]\n");
}

static void add_frame(fsc_text *d, const fsc_objects *o, int32_t plane, int32_t segment) {
    const fsc_plane *p = &o->planes.plane[plane];
    fsc_dump_item(d);
    add_source(d, o, p);
    fsc_dump_open(d, "0020,9111");
    fsc_dump_item(d);
    fsc_dump_raw(d, "0020,9157", "UL", "%d\\%d", (int)segment, (int)plane + 1);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_open(d, "0020,9113");
    fsc_dump_item(d);
    if (p->image)
        fsc_dump_text(d, "0020,0032", "DS", p->image->position);
    else
        add_numbers(d, "0020,0032", p->position_mm, 3);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_open(d, "0062,000a");
    fsc_dump_item(d);
    fsc_dump_raw(d, "0062,000b", "US", "%d", (int)segment);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_item_end(d);
}

/* Frames and pixels of what has this value in map; the segment's number, 0 when it has no pixel. */
static int32_t add_frames(fsc_text *d, fsc_objects *o, bits *pixels, const int32_t *map, int32_t value) {
    const int64_t in_slice = (int64_t)o->planes.rows * o->planes.columns;
    int32_t number = 0;
    for (int32_t k = 0; k < o->planes.n; k++) {
        const int32_t *slice = map + k * in_slice;
        if (!slice_has(slice, in_slice, value)) continue;
        if (!number) number = ++o->n_segment;
        o->n_frame++;
        add_frame(d, o, k, number);
        for (int64_t v = 0; v < in_slice; v++) add_bit(pixels, slice[v] == value);
    }
    return number;
}

/* Sites first, then the vertebrae that they were counted from: a viewer shows both, and both come back. */
static fsc_status add_all_frames(fsc_text *d, fsc_objects *o, bits *pixels, fsc_error *err) {
    const fsc_sites *sites = o->input->sites;
    FSC_AUTO_BLOCK int32_t *site = map_slices(o, sites->site_of_voxel);
    FSC_AUTO_BLOCK int32_t *level = sites->levels ? map_slices(o, sites->levels->data) : NULL;
    if (!site || (sites->levels && !level)) return fsc_fail_nomem(err, "writing a segmentation");
    fsc_dump_open(d, "5200,9230");
    for (int32_t s = 0; s < sites->n_site; s++) o->segment[s] = add_frames(d, o, pixels, site, s + 1);
    for (int32_t l = 0; o->n_segment && level && l < sites->n_level; l++)
        if (sites->level[l].level[0] != '?')
            o->segment[sites->n_site + l] = add_frames(d, o, pixels, level, sites->level[l].value);
    fsc_dump_close(d);
    while (pixels->n) add_bit(pixels, 0);
    if (pixels->bytes.length % 2) fsc_text_add_n(&pixels->bytes, "", 1);
    return pixels->bytes.failed ? fsc_fail_nomem(err, "writing a segmentation") : FSC_OK;
}

static int by_program(const fsc_objects *o) {
    const fsc_label_source source = o->input->sites->label_source;
    return source == FSC_LABELS_PROPOSAL || source == FSC_LABELS_PROPOSAL_ACCEPTED || source == FSC_LABELS_NETWORK;
}

/* What is the same in every segment; the item stays open for what it is. */
static void open_segment(fsc_text *d, const fsc_objects *o, int32_t number, const char *name, const char *uid) {
    static const char *const color[] = {"37000\\44000\\40000", "40000\\28000\\36000", "45000\\33000\\46000",
                                        "32000\\38000\\24000", "48000\\30000\\28000", "35000\\27000\\44000"};
    fsc_dump_item(d);
    fsc_dump_raw(d, "0062,0004", "US", "%d", (int)number);
    fsc_dump_text(d, "0062,0005", "LO", name);
    fsc_dump_code(d, "0062,0003", fsc_codes_find(o->codes, "category"));
    fsc_dump_text(d, "0062,0008", "CS", by_program(o) ? "AUTOMATIC" : "SEMIAUTOMATIC");
    fsc_dump_text(d, "0062,0009", "LO", fsc_objects_labels(o));
    fsc_dump_raw(d, "0062,000d", "US", "%s", color[(number - 1) % 6]);
    fsc_dump_text(d, "0062,0020", "UT", name);
    fsc_dump_text(d, "0062,0021", "UI", uid);
}

static void add_site(fsc_text *d, const fsc_objects *o, const fsc_site *site, int32_t number) {
    char name[65], uid[FSC_UID_MAX];
    const char *side = site->place.side == FSC_SIDE_LEFT    ? "side:left"
                       : site->place.side == FSC_SIDE_RIGHT ? "side:right"
                                                            : NULL;
    fsc_objects_site_name(name, o, &site->place);
    fsc_objects_tracking(uid, o, name);
    open_segment(d, o, number, name, uid);
    fsc_dump_open(d, "0062,000f");
    fsc_dump_item(d);
    const fsc_code code = fsc_codes_find(o->codes, site->place.muscle);
    fsc_dump_text(d, "0008,0100", "SH", code.value ? code.value : "M00");
    fsc_dump_text(d, "0008,0102", "SH", code.scheme ? code.scheme : "99FASCICLE");
    fsc_dump_text(d, "0008,0104", "LO", code.meaning ? code.meaning : site->place.muscle);
    if (side) fsc_dump_code(d, "0062,0011", fsc_codes_find(o->codes, side));
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_item_end(d);
}

static void add_vertebra(fsc_text *d, const fsc_objects *o, const char *level, int32_t number) {
    char name[65], uid[FSC_UID_MAX];
    fsc_format(name, sizeof name, "%s vertebra%s", level, fsc_objects_unreviewed(o) ? " (proposal)" : "");
    fsc_objects_tracking(uid, o, name);
    open_segment(d, o, number, name, uid);
    fsc_dump_code(d, "0062,000f", fsc_codes_level(o->codes, level));
    fsc_dump_item_end(d);
}

static void add_segments(fsc_text *d, fsc_objects *o) {
    const fsc_sites *sites = o->input->sites;
    fsc_dump_open(d, "0062,0002");
    for (int32_t s = 0; s < sites->n_site; s++)
        if (o->segment[s]) add_site(d, o, &sites->site[s], o->segment[s]);
    for (int32_t l = 0; l < sites->n_level; l++)
        if (o->segment[sites->n_site + l])
            add_vertebra(d, o, sites->level[l].level, o->segment[sites->n_site + l]);
    fsc_dump_close(d);
}

static void add_dimension(fsc_text *d, const char *uid, const char *index, const char *group, const char *label) {
    fsc_dump_item(d);
    fsc_dump_text(d, "0020,9164", "UI", uid);
    fsc_dump_raw(d, "0020,9165", "AT", "(%s)", index);
    fsc_dump_raw(d, "0020,9167", "AT", "(%s)", group);
    fsc_dump_text(d, "0020,9421", "LO", label);
    fsc_dump_item_end(d);
}

static void add_dimensions(fsc_text *d, const fsc_objects *o) {
    char uid[FSC_UID_MAX];
    fsc_dump_uid(uid, "dimensions", o->study->uid, strlen(o->study->uid));
    fsc_dump_open(d, "0020,9221");
    fsc_dump_item(d);
    fsc_dump_text(d, "0020,9164", "UI", uid);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_open(d, "0020,9222");
    add_dimension(d, uid, "0062,000b", "0062,000a", "ReferencedSegmentNumber");
    add_dimension(d, uid, "0020,0032", "0020,9113", "ImagePositionPatient");
    fsc_dump_close(d);
}

/* What is the same in every frame: direction, pixel and slice size. */
static void add_shared(fsc_text *d, const fsc_objects *o) {
    const fsc_planes *p = &o->planes;
    const fsc_study_image *image = p->plane[0].image;
    fsc_dump_open(d, "5200,9229");
    fsc_dump_item(d);
    fsc_dump_open(d, "0020,9116");
    fsc_dump_item(d);
    if (image)
        fsc_dump_text(d, "0020,0037", "DS", image->orientation);
    else
        add_numbers(d, "0020,0037", p->orientation, 6);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_open(d, "0028,9110");
    fsc_dump_item(d);
    if (image)
        fsc_dump_text(d, "0028,0030", "DS", image->spacing);
    else
        add_numbers(d, "0028,0030", p->spacing_mm, 2);
    double mm[3];
    fsc_grid_spacing_mm(&o->input->sites->grid, mm);
    const double thickness_mm = p->thickness_mm > 0 ? p->thickness_mm : mm[2];
    add_numbers(d, "0018,0050", &thickness_mm, 1);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
}

/* The images that the frames name, series by series; frames on the scan's own grid name none. */
static void add_references(fsc_text *d, const fsc_objects *o) {
    const fsc_planes *p = &o->planes;
    if (!p->plane[0].image) return;
    fsc_dump_open(d, "0008,1115");
    for (int32_t i = 0; i < p->n_used; i++) {
        const fsc_study_image *image = &o->study->image[p->used[i]];
        const fsc_study_image *before = i ? &o->study->image[p->used[i - 1]] : NULL;
        if (!before || strcmp(before->series, image->series) != 0) {
            if (before) fsc_dump_close(d), fsc_dump_item_end(d);
            fsc_dump_item(d);
            fsc_dump_text(d, "0020,000e", "UI", image->series);
            fsc_dump_open(d, "0008,114a");
        }
        fsc_dump_item(d);
        fsc_dump_reference(d, image->sop_class, image->sop);
        fsc_dump_item_end(d);
    }
    fsc_dump_close(d);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
}

static void add_image(fsc_text *d, const fsc_objects *o) {
    static const struct {
        const char *tag, *value;
    } number[] = {{"0028,0002", "1"}, {"0028,0100", "1"}, {"0028,0101", "1"}, {"0028,0102", "0"}, {"0028,0103", "0"}};
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        fsc_dump_raw(d, number[i].tag, "US", "%s", number[i].value);
    fsc_dump_raw(d, "0028,0008", "IS", "[%d]", (int)o->n_frame);
    fsc_dump_raw(d, "0028,0010", "US", "%d", (int)o->planes.rows);
    fsc_dump_raw(d, "0028,0011", "US", "%d", (int)o->planes.columns);
    fsc_dump_text(d, "0008,0008", "CS", "DERIVED\\PRIMARY");
    fsc_dump_text(d, "0028,0004", "CS", "MONOCHROME2");
    fsc_dump_text(d, "0028,2110", "CS", "00");
    fsc_dump_text(d, "0062,0001", "CS", "BINARY");
    fsc_dump_text(d, "0070,0080", "CS", "FASCICLE_SITES");
    fsc_dump_text(d, "0070,0081", "LO", "Muscle by level by side: research software, no medical device");
    fsc_dump_text(d, "0070,0084", "PN", "Fascicle^^^^");
    fsc_dump_text(d, "0020,0052", "UI", o->study->image[o->planes.used[0]].frame);
    fsc_dump_text(d, "0020,1040", "LO", "");
}

fsc_status fsc_seg_write(fsc_objects *o, const char *path, fsc_error *err) {
    char description[65], payload[PATH_MOST];
    FSC_AUTO_TEXT fsc_text d = {0};
    bits pixels = {0};
    const fsc_sites *sites = o->input->sites;
    o->segment = fsc_alloc((int64_t)sites->n_site + sites->n_level, sizeof *o->segment);
    if (!o->segment) return fsc_fail_nomem(err, "writing a segmentation");
    fsc_status status = add_all_frames(&d, o, &pixels, err);
    if (status == FSC_OK && !o->n_frame)
        status = fsc_fail(err, FSC_E_ARG, "no site has a voxel: there is nothing to give back");
    if (status != FSC_OK) {
        fsc_text_free(&pixels.bytes);
        return status;
    }
    add_segments(&d, o);
    add_dimensions(&d, o);
    add_shared(&d, o);
    add_references(&d, o);
    add_image(&d, o);
    status = fsc_file_join(payload, sizeof payload, o->scratch, "pixels", err);
    if (status == FSC_OK) status = fsc_file_write(payload, pixels.bytes.data, pixels.bytes.length, err);
    fsc_text_free(&pixels.bytes);
    FSC_TRY(status);
    fsc_objects_description(description, o, "Muscle sites");
    const fsc_object object = {.sop_class = FSC_SEG_CLASS,
                               .modality = "SEG",
                               .description = description,
                               .series_number = "9802",
                               .payload = payload};
    return fsc_dump_write(o->seg_sop, o->seg_series, &d, &object, o->study, o->scratch, path, err);
}
