/* Ramps are laid out in CIE L*a*b*: lightness is a straight line, so equal steps of the value look equal. */
#include "colour.h"

#include <math.h>
#include <stddef.h>

typedef struct knot {
    double t, lightness, a, b;
} knot;

/* Purple, blue, green, yellow, in the manner of viridis: lightness alone carries the order for colour-blind eyes. */
static const knot pdff_knots[] = {{0.00, 17.0, 32.0, -34.0},
                                  {0.25, 36.0, 6.0, -34.0},
                                  {0.50, 55.0, -28.0, -6.0},
                                  {0.75, 74.0, -42.0, 42.0},
                                  {1.00, 93.0, -9.0, 76.0}};
static double lab_inverse(double t) {
    return t > 6.0 / 29.0 ? t * t * t : 3.0 * (6.0 / 29.0) * (6.0 / 29.0) * (t - 4.0 / 29.0);
}

static uint8_t channel(double linear) {
    if (linear <= 0) return 0;
    if (linear >= 1) return 255;
    const double v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
    return (uint8_t)lround(255 * v);
}

/* L*a*b* (D65) to sRGB. */
static fsc_colour from_lab(double lightness, double a, double b) {
    const double fy = (lightness + 16) / 116;
    const double x = 0.95047 * lab_inverse(fy + a / 500), y = lab_inverse(fy), z = 1.08883 * lab_inverse(fy - b / 200);
    return (fsc_colour){channel(3.2406 * x - 1.5372 * y - 0.4986 * z), channel(-0.9689 * x + 1.8758 * y + 0.0415 * z),
                        channel(0.0557 * x - 0.2040 * y + 1.0570 * z)};
}

fsc_colour fsc_colour_pdff(double t) {
    const knot *knots = pdff_knots;
    const size_t n = sizeof pdff_knots / sizeof *pdff_knots;
    if (!(t > 0)) t = 0;
    if (t > 1) t = 1;
    size_t k = 1;
    while (k + 1 < n && t > knots[k].t) k++;
    const knot *low = &knots[k - 1], *high = &knots[k];
    const double w = (t - low->t) / (high->t - low->t);
    return from_lab(low->lightness + w * (high->lightness - low->lightness), low->a + w * (high->a - low->a),
                    low->b + w * (high->b - low->b));
}

static double linear(uint8_t value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

const char *fsc_colour_ink(fsc_colour colour) {
    /* WCAG 2.1 relative luminance; at 0.179 black and white text have the same contrast, 4.6 : 1. */
    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b) > 0.179 ? "#000" : "#fff";
}

fsc_colour fsc_colour_muscle(int32_t index) {
    /* After Okabe and Ito's set, lightened where the grey picture is dark. */
    static const fsc_colour set[8] = {{230, 159, 0},  {86, 180, 233}, {0, 190, 140},   {240, 228, 66},
                                      {90, 130, 255}, {235, 100, 40}, {225, 130, 185}, {220, 220, 220}};
    return set[(index % 8 + 8) % 8];
}
