/* Writes a complex scan as three makers' DICOM series, with localiser and computed images, and beside each the NIfTI
 * files of the very same stored numbers. usage: make SCAN OUT_FOLDER -> OUT/<maker>/IM... and OUT/<maker>-nifti/ */
#include "file.h"

#include <fascicle/scan.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UID "1.2.826.0.1.3680043.99999."
#define HALF_TURN 3.14159265358979323846

/* Explicit VR, little endian; the caller keeps the order of tags. */
typedef struct dicom {
    unsigned char *bytes;
    size_t n;
} dicom;

static void put(dicom *d, const void *bytes, size_t n) {
    d->bytes = realloc(d->bytes, d->n + n + 1);
    if (!d->bytes) abort();
    memcpy(d->bytes + d->n, bytes, n);
    d->n += n;
}
static void put_16(dicom *d, unsigned v) {
    const unsigned char b[2] = {(unsigned char)v, (unsigned char)(v >> 8)};
    put(d, b, 2);
}
static void put_32(dicom *d, uint32_t v) {
    put_16(d, v & 0xffff);
    put_16(d, v >> 16);
}
static void element(dicom *d, unsigned group, unsigned number, const char *vr, const void *data, size_t n) {
    const int is_long = strcmp(vr, "OB") == 0 || strcmp(vr, "OW") == 0;
    put_16(d, group);
    put_16(d, number);
    put(d, vr, 2);
    if (is_long) put_16(d, 0);
    if (is_long)
        put_32(d, (uint32_t)(n + n % 2));
    else
        put_16(d, (unsigned)(n + n % 2));
    put(d, data, n);
    if (n % 2) put(d, strcmp(vr, "UI") == 0 ? "" : " ", 1);
}
static void text(dicom *d, unsigned group, unsigned number, const char *vr, const char *value) {
    element(d, group, number, vr, value, strlen(value));
}
static void number(dicom *d, unsigned group, unsigned tag, const char *vr, const char *fmt, double value) {
    char s[32];
    (void)snprintf(s, sizeof s, fmt, value);
    text(d, group, tag, vr, s);
}
static void whole(dicom *d, unsigned group, unsigned tag, int value) {
    const unsigned char b[2] = {(unsigned char)(value & 255), (unsigned char)(value >> 8 & 255)};
    element(d, group, tag, "US", b, 2);
}

/* What differs between images. */
typedef struct image_plan {
    const char *maker, *type, *protocol, *description, *slope, *intercept;
    int series, echo, slice, ge_kind, is_signed;
    double te_ms;
} image_plan;

static void put_patient_position(dicom *d, const fsc_grid *g, int slice) {
    double mm[3], first[3];
    char s[120];
    const double ijk[3] = {0, 0, slice};
    fsc_grid_spacing_mm(g, mm);
    fsc_grid_to_mm(g, ijk, first);
    (void)snprintf(s, sizeof s, "%.9g\\%.9g\\%.9g", -first[0], -first[1], first[2]);
    text(d, 0x20, 0x32, "DS", s);
    (void)snprintf(s, sizeof s, "%.9g\\%.9g\\%.9g\\%.9g\\%.9g\\%.9g", -g->affine[0] / mm[0], -g->affine[4] / mm[0],
                   g->affine[8] / mm[0], -g->affine[1] / mm[1], -g->affine[5] / mm[1], g->affine[9] / mm[1]);
    text(d, 0x20, 0x37, "DS", s);
}

static void write_image(const char *folder, const fsc_grid *g, const image_plan *p, const short *pixel) {
    static int count;
    dicom meta = {0}, d = {0};
    char uid[96], path[600], s[64];
    double mm[3];
    fsc_grid_spacing_mm(g, mm);
    (void)snprintf(uid, sizeof uid, UID "9.%d", ++count);
    element(&meta, 2, 1, "OB", "\0\1", 2);
    text(&meta, 2, 2, "UI", "1.2.840.10008.5.1.4.1.1.4");
    text(&meta, 2, 3, "UI", uid);
    text(&meta, 2, 0x10, "UI", "1.2.840.10008.1.2.1");
    text(&meta, 2, 0x12, "UI", UID "1");
    text(&d, 8, 8, "CS", p->type);
    text(&d, 8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.4");
    text(&d, 8, 0x18, "UI", uid);
    text(&d, 8, 0x20, "DA", "20260105");
    text(&d, 8, 0x31, "TM", "101112");
    text(&d, 8, 0x60, "CS", "MR");
    text(&d, 8, 0x70, "LO", p->maker);
    text(&d, 8, 0x80, "LO", "NEEDLEHOSPITAL");
    text(&d, 8, 0x103e, "LO", p->description);
    text(&d, 0x10, 0x10, "PN", "NEEDLENAME^FIRST");
    text(&d, 0x10, 0x20, "LO", "NEEDLEID7");
    text(&d, 0x10, 0x30, "DA", "19310203");
    text(&d, 0x18, 0x20, "CS", "GR");
    text(&d, 0x18, 0x23, "CS", "3D");
    number(&d, 0x18, 0x50, "DS", "%.9g", mm[2]);
    text(&d, 0x18, 0x80, "DS", "106.2");
    number(&d, 0x18, 0x81, "DS", "%.6g", p->te_ms);
    text(&d, 0x18, 0x84, "DS", "127.731");
    number(&d, 0x18, 0x86, "IS", "%.0f", p->echo);
    text(&d, 0x18, 0x87, "DS", "3");
    number(&d, 0x18, 0x88, "DS", "%.9g", mm[2]);
    text(&d, 0x18, 0x1030, "LO", p->protocol);
    text(&d, 0x18, 0x1314, "DS", "1");
    text(&d, 0x18, 0x5100, "CS", "HFS");
    text(&d, 0x20, 0xd, "UI", UID "2");
    (void)snprintf(s, sizeof s, UID "3.%d", p->series);
    text(&d, 0x20, 0xe, "UI", s);
    number(&d, 0x20, 0x11, "IS", "%.0f", p->series);
    text(&d, 0x20, 0x12, "IS", "1");
    number(&d, 0x20, 0x13, "IS", "%.0f", count);
    put_patient_position(&d, g, p->slice);
    text(&d, 0x20, 0x52, "UI", UID "4");
    whole(&d, 0x28, 2, 1);
    text(&d, 0x28, 4, "CS", "MONOCHROME2");
    whole(&d, 0x28, 0x10, (int)g->dim[1]);
    whole(&d, 0x28, 0x11, (int)g->dim[0]);
    (void)snprintf(s, sizeof s, "%.9g\\%.9g", mm[1], mm[0]);
    text(&d, 0x28, 0x30, "DS", s);
    whole(&d, 0x28, 0x100, 16);
    whole(&d, 0x28, 0x101, p->is_signed ? 16 : 12);
    whole(&d, 0x28, 0x102, p->is_signed ? 15 : 11);
    whole(&d, 0x28, 0x103, p->is_signed);
    if (p->slope) {
        text(&d, 0x28, 0x1052, "DS", p->intercept);
        text(&d, 0x28, 0x1053, "DS", p->slope);
    }
    if (p->ge_kind >= 0) {
        const unsigned char kind[2] = {(unsigned char)p->ge_kind, 0};
        text(&d, 0x43, 0x10, "LO", "GEMS_PARM_01");
        element(&d, 0x43, 0x102f, "SS", kind, 2);
    }
    element(&d, 0x7fe0, 0x10, "OW", pixel, (size_t)(g->dim[0] * g->dim[1]) * 2);
    (void)snprintf(path, sizeof path, "%s/IM%05d", folder, count);
    FILE *to = fopen(path, "wb");
    dicom head = {0};
    unsigned char preamble[128] = {0};
    put(&head, preamble, 128);
    put(&head, "DICM", 4);
    const unsigned char length[4] = {(unsigned char)(meta.n & 255), (unsigned char)(meta.n >> 8), 0, 0};
    element(&head, 2, 0, "UL", length, 4);
    if (!to || fwrite(head.bytes, 1, head.n, to) != head.n || fwrite(meta.bytes, 1, meta.n, to) != meta.n ||
        fwrite(d.bytes, 1, d.n, to) != d.n || fclose(to) != 0)
        abort();
    free(head.bytes);
    free(meta.bytes);
    free(d.bytes);
}

/* The grid with every axis growing to R, A and S, as dcm2niix stores 3-D scans, and the values in its order. */
static void write_upright(const fsc_grid *g, const float *value, const char *path) {
    fsc_grid up = *g;
    const int64_t n = fsc_grid_count(g);
    float *turned = calloc((size_t)n, sizeof *turned);
    int flip[3];
    if (!turned) abort();
    for (int d = 0; d < 3; d++) {
        flip[d] = g->affine[5 * d] < 0;
        for (int r = 0; flip[d] && r < 3; r++) {
            up.affine[4 * r + 3] += g->affine[4 * r + d] * (double)(g->dim[d] - 1);
            up.affine[4 * r + d] *= -1;
        }
    }
    for (int64_t v = 0; v < n; v++) {
        int64_t at[3] = {v % g->dim[0], v / g->dim[0] % g->dim[1], v / g->dim[0] / g->dim[1]};
        for (int d = 0; d < 3; d++)
            if (flip[d]) at[d] = g->dim[d] - 1 - at[d];
        turned[at[0] + g->dim[0] * (at[1] + g->dim[1] * at[2])] = value[v];
    }
    if (fsc_volume_write(&up, turned, path, NULL) != FSC_OK) abort();
    free(turned);
}

/* One part of one echo: stored = round((value - intercept) / slope); written as slices, and as NIfTI of the values. */
static void write_part(const fsc_scan *scan, const char *out, const char *maker, const image_plan *plan, int echo,
                       const char *part, double slope, double intercept) {
    const fsc_grid *g = &scan->grid;
    const int64_t n = fsc_grid_count(g), in_slice = g->dim[0] * g->dim[1];
    short *stored = calloc((size_t)n, sizeof *stored);
    float *value = calloc((size_t)n, sizeof *value);
    char folder[600], path[700], sidecar[300];
    if (!stored || !value) abort();
    for (int64_t v = 0; v < n; v++) {
        const double re = (double)scan->echo_re[echo * n + v], im = (double)scan->echo_im[echo * n + v];
        const double x = strcmp(part, "mag") == 0     ? hypot(re, im)
                         : strcmp(part, "phase") == 0 ? atan2(im, re) / HALF_TURN
                         : strcmp(part, "real") == 0  ? re
                                                      : im;
        stored[v] = (short)lrint((x - intercept) / slope);
        if (strcmp(part, "phase") == 0 && stored[v] > 4095) stored[v] = 4095;
        /* As the scanner's numbers: a slope in the DICOM header is one in the converted file, in single precision. */
        value[v] = (float)((double)stored[v] * (plan->slope ? (double)strtof(plan->slope, NULL) : 1) +
                           (plan->slope ? (double)strtof(plan->intercept, NULL) : 0));
    }
    (void)snprintf(folder, sizeof folder, "%s/%s", out, maker);
    image_plan p = *plan;
    p.echo = echo + 1;
    p.te_ms = 1e3 * scan->te_s[echo];
    for (p.slice = 0; p.slice < g->dim[2]; p.slice++) write_image(folder, g, &p, stored + p.slice * in_slice);
    (void)snprintf(path, sizeof path, "%s/%s-nifti/sub-01_echo-%d_part-%s_MEGRE.nii.gz", out, maker, echo + 1, part);
    write_upright(g, value, path);
    (void)snprintf(sidecar, sizeof sidecar,
                   "{\"EchoTime\": %.9g, \"MagneticFieldStrength\": 3, \"ImagingFrequency\": 127.731, "
                   "\"RepetitionTime\": 0.1062, \"FlipAngle\": 1%s}\n",
                   scan->te_s[echo],
                   strcmp(maker, "philips") == 0 && strcmp(part, "phase") == 0 ? ", \"Units\": \"rad\"" : "");
    (void)snprintf(path, sizeof path, "%s/%s-nifti/sub-01_echo-%d_part-%s_MEGRE.json", out, maker, echo + 1, part);
    if (fsc_file_write(path, sidecar, strlen(sidecar), NULL) != FSC_OK) abort();
    free(stored);
    free(value);
}

/* Three localiser images and a computed one. */
static void write_beside(const fsc_scan *scan, const char *out, const char *maker, const image_plan *plan,
                         const char *type, const char *description) {
    char folder[600];
    short *pixel = calloc((size_t)(scan->grid.dim[0] * scan->grid.dim[1]), sizeof *pixel);
    if (!pixel) abort();
    for (int v = 0; v < 50; v++) pixel[v] = (short)(v * 9);
    (void)snprintf(folder, sizeof folder, "%s/%s", out, maker);
    image_plan p = *plan;
    p.slope = NULL;
    p.ge_kind = -1;
    p.protocol = p.description = "localizer";
    p.series = 1;
    p.te_ms = 3;
    p.echo = 1;
    p.type = "ORIGINAL\\PRIMARY\\M\\ND";
    for (p.slice = 0; p.slice < 3; p.slice++) write_image(folder, &scan->grid, &p, pixel);
    p.type = type;
    p.protocol = plan->protocol;
    p.description = description;
    p.series = 77;
    for (p.slice = 0; p.slice < scan->grid.dim[2]; p.slice++) write_image(folder, &scan->grid, &p, pixel);
    free(pixel);
}

static void make_folders(const char *out, const char *maker) {
    char folder[600];
    (void)snprintf(folder, sizeof folder, "%s/%s", out, maker);
    if (fsc_file_make_folder(folder, NULL) != FSC_OK) abort();
    (void)snprintf(folder, sizeof folder, "%s/%s-nifti", out, maker);
    if (fsc_file_make_folder(folder, NULL) != FSC_OK) abort();
}

int main(int argc, char **argv) {
    fsc_scan *scan = NULL;
    fsc_error err = FSC_ERROR_INIT;
    if (argc != 3 || fsc_scan_read(&scan, argv[1], NULL, &err) != FSC_OK) return fprintf(stderr, "%s\n", err.text), 1;
    const char *out = argv[2];
    double most = 0;
    for (int64_t v = 0; v < fsc_grid_count(&scan->grid) * scan->n_echo; v++)
        most = fmax(most, hypot((double)scan->echo_re[v], (double)scan->echo_im[v]));
    const image_plan siemens = {
        "SIEMENS", "ORIGINAL\\PRIMARY\\M\\ND", "gre_6echo", "gre_6echo", NULL, NULL, 5, 0, 0, -1, 0, 0};
    image_plan phase = siemens, philips = siemens, ge = siemens;
    phase.type = "ORIGINAL\\PRIMARY\\P\\ND";
    phase.series = 6;
    phase.slope = "2";
    phase.intercept = "-4096";
    make_folders(out, "siemens");
    for (int e = 0; e < scan->n_echo; e++) {
        write_part(scan, out, "siemens", &siemens, e, "mag", most / 4095, 0);
        write_part(scan, out, "siemens", &phase, e, "phase", 2.0 / 4096, -1);
    }
    write_beside(scan, out, "siemens", &siemens, "DERIVED\\PRIMARY\\M\\DIXON\\WATER", "gre_6echo_W");
    philips.maker = "Philips Medical Systems";
    philips.type = "ORIGINAL\\PRIMARY\\M_FFE\\M\\FFE";
    philips.series = 501;
    image_plan philips_phase = philips;
    philips_phase.type = "ORIGINAL\\PRIMARY\\PHASE MAP\\P\\FFE";
    philips_phase.slope = "0.001534355386";
    philips_phase.intercept = "-3.14159265359";
    make_folders(out, "philips");
    for (int e = 0; e < scan->n_echo; e++) {
        write_part(scan, out, "philips", &philips, e, "mag", most / 4095, 0);
        write_part(scan, out, "philips", &philips_phase, e, "phase", 0.001534355386 / HALF_TURN, -1);
    }
    write_beside(scan, out, "philips", &philips, "DERIVED\\PRIMARY\\W\\W\\DERIVED", "gre_6echo");
    ge.maker = "GE MEDICAL SYSTEMS";
    ge.type = "ORIGINAL\\PRIMARY\\OTHER";
    ge.is_signed = 1;
    image_plan real = ge, imaginary = ge;
    real.ge_kind = 2;
    imaginary.ge_kind = 3;
    make_folders(out, "ge");
    for (int e = 0; e < scan->n_echo; e++) {
        write_part(scan, out, "ge", &real, e, "real", most / 8000, 0);
        write_part(scan, out, "ge", &imaginary, e, "imag", most / 8000, 0);
    }
    write_beside(scan, out, "ge", &ge, "DERIVED\\SECONDARY\\OTHER", "WATER");
    fsc_scan_free(scan);
    return 0;
}
