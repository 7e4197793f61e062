/* Colours of the report: one perceptually even ramp that also reads in grey and means fat wherever it is used, and
 * muscle outline colours. */
#ifndef FSC_REPORT_COLOUR_H
#define FSC_REPORT_COLOUR_H

#include <stdint.h>

typedef struct fsc_colour {
    uint8_t r, g, b;
} fsc_colour;

/* The PDFF scale of the whole report ends here; higher values take the last colour and the legend says so. */
#define FSC_COLOUR_PDFF_TOP 0.5

/* Dark purple (lean) over green to yellow (fat), lightness rising evenly; t is clamped to 0..1. */
fsc_colour fsc_colour_pdff(double t);
/* "#fff" or "#000", whichever reads better on the colour. */
const char *fsc_colour_ink(fsc_colour colour);
/* Outline colours for muscles, safe for colour-blind readers; repeats after 8. */
fsc_colour fsc_colour_muscle(int32_t index);

#endif
