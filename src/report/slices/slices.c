#include "slices.h"

#include "alloc.h"
#include "colour.h"
#include "fail.h"
#include "picture.h"
#include "prose.h"
#include "slice_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUSPECT_INDEX 255 /* palette entry for voxels where fat and water may be exchanged */

typedef struct studio {
    const fsc_report_input *input;
    const fsc_sheet *sheet;
    fsc_slice_plan plan;
    int64_t width, height; /* of the crop, in voxels */
    double width_mm, height_mm;
    uint8_t *pixel;          /* width * height */
    float *sorted;           /* scratch for the grey window: width * height * n */
    int32_t *muscle_of_site; /* n_site + 1: muscle index in the sheet + 1, or 0 */
    double grey_top;
    int32_t suspects; /* voxels painted as suspect so far */
} studio;

/* The picture of the anatomy: water + fat (as in phase), else water, else the first echo, else the fat map itself. */
static float anatomy_value(const studio *s, int64_t voxel) {
    const fsc_fatwater *f = s->input->fatwater;
    if (f->water && f->fat) return f->water[voxel] + f->fat[voxel];
    if (f->water) return f->water[voxel];
    const fsc_scan *scan = s->input->scan;
    if (scan && scan->echo_re && fsc_grid_same(&scan->grid, &f->grid, 1e-3)) {
        const float re = scan->echo_re[voxel], im = scan->echo_im ? scan->echo_im[voxel] : 0;
        return sqrtf(re * re + im * im);
    }
    return f->pdff_fraction[voxel];
}

static int compare_floats(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void find_window(studio *s) {
    const fsc_slice_plan *p = &s->plan;
    int64_t n = 0;
    for (int32_t q = 0; q < p->n; q++)
        for (int64_t row = p->crop.r0; row < p->crop.r1; row++)
            for (int64_t column = p->crop.c0; column < p->crop.c1; column++) {
                const float v = anatomy_value(
                    s, fsc_view_voxel(&p->view, &s->input->fatwater->grid, column, row, p->pick[q].index));
                if (isfinite(v) && v > 0) s->sorted[n++] = v;
            }
    s->grey_top = 1;
    if (!n) return;
    qsort(s->sorted, (size_t)n, sizeof *s->sorted, compare_floats);
    s->grey_top = s->sorted[(int64_t)(0.99 * (double)(n - 1))];
}

static void paint_grey(studio *s, fsc_picture *picture, int64_t k) {
    const fsc_slice_plan *p = &s->plan;
    for (int i = 0; i < 256; i++) picture->palette[i] = (fsc_colour){(uint8_t)i, (uint8_t)i, (uint8_t)i};
    for (int64_t row = 0; row < s->height; row++)
        for (int64_t column = 0; column < s->width; column++) {
            const double v = anatomy_value(s, fsc_view_voxel(&p->view, &s->input->fatwater->grid, p->crop.c0 + column,
                                                             p->crop.r0 + row, k)) /
                             s->grey_top;
            const double t = v > 0 ? (v < 1 ? pow(v, 0.75) : 1) : 0; /* NaN falls to 0 */
            s->pixel[row * s->width + column] = (uint8_t)lround(255 * t);
        }
}

static void paint_fat(studio *s, fsc_picture *picture, int64_t k) {
    const fsc_slice_plan *p = &s->plan;
    const fsc_fatwater *f = s->input->fatwater;
    picture->palette[0] = (fsc_colour){255, 255, 255};
    for (int i = 1; i < SUSPECT_INDEX; i++) picture->palette[i] = fsc_colour_pdff((i - 1) / (SUSPECT_INDEX - 2.0));
    picture->palette[SUSPECT_INDEX] = (fsc_colour){214, 0, 108};
    for (int64_t row = 0; row < s->height; row++)
        for (int64_t column = 0; column < s->width; column++) {
            const int64_t voxel = fsc_view_voxel(&p->view, &f->grid, p->crop.c0 + column, p->crop.r0 + row, k);
            const double t = f->pdff_fraction[voxel] / FSC_COLOUR_PDFF_TOP;
            uint8_t index = 0;
            if (isfinite(t)) index = (uint8_t)(1 + lround((SUSPECT_INDEX - 2) * fmin(1, fmax(0, t))));
            if (index && f->quality && f->quality[voxel] & FSC_Q_SWAP_SUSPECT) {
                index = SUSPECT_INDEX;
                s->suspects++;
            }
            s->pixel[row * s->width + column] = index;
        }
}

/* A letter with a halo, readable on any picture. */
static void add_letter(fsc_text *out, double x, double y, const char *anchor, const char *text, double size) {
    fsc_text_printf(
        out,
        "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" font-size=\"%.2f\" font-weight=\"700\" fill=\"#fff\" "
        "stroke=\"#000\" stroke-width=\"%.2f\" paint-order=\"stroke\">",
        x, y, anchor, size, size * 0.18);
    fsc_text_add_html(out, text);
    fsc_text_add(out, "</text>");
}

/* Of the letters at the edges, in the picture's mm. */
static double letter_size(const studio *s) {
    return fmin(0.055 * s->width_mm, 0.14 * s->height_mm);
}

static void add_letters(fsc_text *out, const studio *s) {
    const fsc_view *v = &s->plan.view;
    const double w = s->width_mm, h = s->height_mm, size = letter_size(s), pad = 0.35 * size;
    const int known = !s->input->scan || s->input->scan->side_known;
    const int across_is_side = v->plane != FSC_PLANE_SAGITTAL;
    const char left[2] = {across_is_side && !known ? '?' : v->left, 0};
    const char right[2] = {across_is_side && !known ? '?' : v->right, 0};
    const char top[2] = {v->top, 0}, bottom[2] = {v->bottom, 0};
    add_letter(out, pad, h / 2 + 0.35 * size, "start", left, size);
    add_letter(out, w - pad, h / 2 + 0.35 * size, "end", right, size);
    add_letter(out, w / 2, size, "middle", top, size);
    add_letter(out, w / 2, h - pad, "middle", bottom, size);
}

/* The outlines of slice number q, once: both of its pictures use them. */
static void define_outlines(fsc_text *out, const studio *s, int32_t q) {
    const fsc_slice_plan *p = &s->plan;
    if (!p->labelled) return;
    fsc_text_add(out, "<defs>\n");
    for (int32_t m = 0; m < s->sheet->n_muscle; m++) {
        fsc_text_printf(out,
                        "<path id=\"outline-%d-%d\" transform=\"scale(%.5g %.5g)\" fill=\"none\" "
                        "vector-effect=\"non-scaling-stroke\" d=\"",
                        (int)q, (int)m, p->view.mm_across, p->view.mm_down);
        fsc_outline_add(out, &p->view, &s->input->fatwater->grid, p->crop, p->pick[q].index,
                        s->input->sites->site_of_voxel, s->muscle_of_site, m + 1);
        fsc_text_add(out, "\"/>\n");
    }
    fsc_text_add(out, "</defs>\n");
}

static void use_outline(fsc_text *out, int32_t q, int32_t m, fsc_colour c, const char *width) {
    fsc_text_printf(out, "<use href=\"#outline-%d-%d\" stroke=\"#%02x%02x%02x\" stroke-width=\"%s\"/>\n", (int)q,
                    (int)m, c.r, c.g, c.b, width);
}

/* On grey: one colour a muscle. On the fat map: white in a dark casing, seen on every colour of the ramp. */
static void add_outlines(fsc_text *out, const studio *s, int32_t q, int fat) {
    if (!s->plan.labelled) return;
    for (int32_t m = 0; m < s->sheet->n_muscle; m++) {
        if (fat) use_outline(out, q, m, (fsc_colour){0, 0, 0}, "2.2");
        use_outline(out, q, m, fat ? (fsc_colour){255, 255, 255} : fsc_colour_muscle(m), fat ? "1.1" : "1.6");
    }
}

/* The name of one labelled vertebra at the middle of its label in this slice. */
static void add_level_name(fsc_text *out, const studio *s, int64_t k, const fsc_level_span *level) {
    const fsc_slice_plan *p = &s->plan;
    const fsc_sites *sites = s->input->sites;
    double sum_x = 0, sum_y = 0;
    int64_t n = 0;
    for (int64_t row = p->crop.r0; row < p->crop.r1; row++)
        for (int64_t column = p->crop.c0; column < p->crop.c1; column++) {
            if (sites->levels->data[fsc_view_voxel(&p->view, &sites->grid, column, row, k)] != level->value) continue;
            sum_x += (double)(column - p->crop.c0) + 0.5;
            sum_y += (double)(row - p->crop.r0) + 0.5;
            n++;
        }
    const double size = 0.8 * letter_size(s);
    if (n)
        add_letter(out, sum_x / (double)n * p->view.mm_across, sum_y / (double)n * p->view.mm_down + 0.35 * size,
                   "middle", level->level, size);
}

static void add_level_names(fsc_text *out, const studio *s, int64_t k) {
    const fsc_slice_plan *p = &s->plan;
    if (!p->labelled || !s->input->sites->levels || p->view.plane == FSC_PLANE_AXIAL) return;
    for (int32_t l = 0; l < s->input->sites->n_level; l++) add_level_name(out, s, k, &s->input->sites->level[l]);
}

static void add_scale_bar(fsc_text *out, const studio *s) {
    if (fsc_prose_spacing_assumed(s->input)) return;
    const double size = 0.8 * letter_size(s), x = 0.5 * size, y = s->height_mm - 0.7 * size;
    fsc_text_printf(out, "<path d=\"M%.2f %.2fh20\" stroke=\"#fff\" stroke-width=\"%.2f\"/>", x, y, 0.16 * size);
    add_letter(out, x, y - 0.4 * size, "start", "2 cm", 0.8 * size);
}

static fsc_status add_panel(fsc_text *out, studio *s, int32_t q, int fat, fsc_error *err) {
    const int64_t k = s->plan.pick[q].index;
    fsc_picture picture = {.pixel = s->pixel, .width = (int32_t)s->width, .height = (int32_t)s->height};
    if (fat)
        paint_fat(s, &picture, k);
    else
        paint_grey(s, &picture, k);
    fsc_text_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.2f %.2f\" role=\"img\" aria-label=\"%s\">"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/><image width=\"%.2f\" height=\"%.2f\" "
        "preserveAspectRatio=\"none\"%s href=\"",
        s->width_mm, s->height_mm, fat ? "Fat map in colour with outlines" : "Anatomy in grey with outlines",
        fat ? "#eef0f2" : "#000", s->width_mm, s->height_mm, fat ? " style=\"image-rendering:pixelated\"" : "");
    FSC_TRY(fsc_png_data_uri(out, &picture, err));
    fsc_text_add(out, "\"/>\n");
    if (!fat) define_outlines(out, s, q);
    add_outlines(out, s, q, fat);
    if (!fat) {
        add_level_names(out, s, k);
        add_scale_bar(out, s);
    }
    add_letters(out, s);
    fsc_text_add(out, "</svg>\n");
    return FSC_OK;
}

static fsc_status add_slice(fsc_text *out, studio *s, int32_t q, fsc_error *err) {
    const fsc_slice_plan *p = &s->plan;
    fsc_text_add(out, "<figure class=\"slice\"><div class=\"pair\">\n");
    FSC_TRY(add_panel(out, s, q, 0, err));
    FSC_TRY(add_panel(out, s, q, 1, err));
    fsc_text_add(out, "</div><figcaption>");
    if (p->pick[q].level[0] && strcmp(p->pick[q].level, "n/a") != 0) {
        fsc_text_add(out, "<strong>");
        fsc_text_add_html(out, p->pick[q].level);
        fsc_text_add(out, "</strong>, ");
    }
    fsc_text_printf(out, "%s slice %lld of %lld</figcaption></figure>\n", fsc_plane_text(p->view.plane),
                    (long long)p->pick[q].index + 1, (long long)p->view.n_through);
    return FSC_OK;
}

static void add_key(fsc_text *out, const studio *s) {
    fsc_text_add(out, "<div class=\"slice-key\">");
    if (s->plan.labelled)
        for (int32_t m = 0; m < s->sheet->n_muscle; m++) {
            const fsc_colour c = fsc_colour_muscle(m);
            fsc_text_printf(out, "<span class=\"swatch\"><i style=\"background:#%02x%02x%02x\"></i>", c.r, c.g, c.b);
            fsc_text_add_html(out, s->sheet->muscle[m].name);
            fsc_text_add(out, "</span>");
        }
    fsc_text_add(out, "<span class=\"ramp\"><i style=\"background:linear-gradient(90deg");
    for (int i = 0; i <= 10; i++) {
        const fsc_colour c = fsc_colour_pdff(i / 10.0);
        fsc_text_printf(out, ",#%02x%02x%02x", c.r, c.g, c.b);
    }
    fsc_text_printf(out, ")\"></i>fat 0 to %.0f %% and more</span>", 100 * FSC_COLOUR_PDFF_TOP);
    if (s->suspects)
        fsc_text_add(out, "<span class=\"swatch\"><i style=\"background:#d6006c\"></i>fat and water may be exchanged "
                          "here</span>");
    fsc_text_add(out, "</div>\n");
}

static void add_caption(fsc_text *out, const studio *s) {
    static const char *const how[3] = {
        "Seen from the side, front of the body to the reader’s left.",
        "Seen from the front: the person’s left is on the reader’s right.",
        "Seen from the feet: the person’s left is on the reader’s right, front of the body up."};
    fsc_text_printf(out, "<p class=\"figure-note\">Left: the anatomy in grey%s. Right: the share of fat. %s ",
                    s->plan.labelled ? " with the outlines that were measured" : "", how[s->plan.view.plane]);
    fsc_text_add(out, "R right, L left, A front, P back, H head, F feet. ");
    if (s->input->scan && !s->input->scan->side_known)
        fsc_text_add(out, "<strong>This scan does not tell left from right.</strong> ");
    if (fsc_prose_spacing_assumed(s->input))
        fsc_text_add(out,
                     "<strong>The voxel size is assumed</strong>, so proportions may be wrong and no scale is drawn.");
    fsc_text_add(out, "</p>\n");
}

static fsc_status set_up(studio *s, fsc_error *err) {
    const fsc_slice_plan *p = &s->plan;
    s->width = p->crop.c1 - p->crop.c0, s->height = p->crop.r1 - p->crop.r0;
    s->width_mm = (double)s->width * p->view.mm_across, s->height_mm = (double)s->height * p->view.mm_down;
    const int32_t n_site = p->labelled ? s->input->sites->n_site : 0;
    s->pixel = fsc_alloc(s->width * s->height, 1);
    s->sorted = fsc_alloc(s->width * s->height * p->n, sizeof *s->sorted);
    s->muscle_of_site = fsc_alloc(n_site + 1, sizeof *s->muscle_of_site);
    if (!s->pixel || !s->sorted || !s->muscle_of_site) return fsc_fail_nomem(err, "drawing slices");
    for (int32_t i = 0; i < n_site; i++)
        for (int32_t m = 0; m < s->sheet->n_muscle; m++)
            if (strcmp(s->sheet->muscle[m].key, s->input->sites->site[i].place.muscle) == 0)
                s->muscle_of_site[i + 1] = m + 1;
    find_window(s);
    return FSC_OK;
}

/* Non-zero when axial slices, which are kept by rising index, must be turned round to run from head to foot. */
static int head_first(const studio *s) {
    int32_t axis[3], sign[3];
    fsc_grid_orientation(&s->input->fatwater->grid, axis, sign);
    return s->plan.view.plane == FSC_PLANE_AXIAL && sign[2] > 0;
}

static fsc_status draw_all(fsc_text *out, studio *s, fsc_error *err) {
    FSC_TRY(set_up(s, err));
    fsc_text_add(out, "<section class=\"slices\" aria-labelledby=\"slices-title\">\n"
                      "<h2 id=\"slices-title\">The pictures behind the numbers</h2>\n");
    add_caption(out, s);
    fsc_text_printf(out, "<div class=\"slice-grid%s\">\n", s->width_mm > 1.8 * s->height_mm ? " broad" : "");
    for (int32_t q = 0; q < s->plan.n; q++) FSC_TRY(add_slice(out, s, head_first(s) ? s->plan.n - 1 - q : q, err));
    fsc_text_add(out, "</div>\n");
    add_key(out, s);
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}

fsc_status fsc_slices_add(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet, fsc_error *err) {
    studio s = {.input = input, .sheet = sheet};
    FSC_TRY(fsc_slice_plan_make(&s.plan, input, sheet, err));
    if (!s.plan.n) return FSC_OK;
    const fsc_status status = draw_all(out, &s, err);
    fsc_free(s.pixel);
    fsc_free(s.sorted);
    fsc_free(s.muscle_of_site);
    return status;
}
