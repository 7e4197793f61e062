/* Pieces of the pages for other windows on the same results: the picture of the sites, and the colours that mean fat. */
#include "butterfly.h"
#include "case.h"
#include "colour.h"
#include "fail.h"

fsc_status fsc_report_butterfly_svg(char **svg, const fsc_report_input *input, fsc_error *err) {
    FSC_AUTO_CASE fsc_case c = {0};
    FSC_AUTO_TEXT fsc_text picture = {0};
    FSC_TRY(fsc_case_make(&c, input, err));
    if (!c.sheet.n_site) return fsc_fail(err, FSC_E_ARG, "the butterfly picture needs sites: the measures hold none");
    fsc_butterfly_add(&picture, &c, "map", NULL);
    if (picture.failed) return fsc_fail_nomem(err, "drawing the butterfly picture");
    *svg = picture.data; /* handed over */
    picture = (fsc_text){0};
    return FSC_OK;
}

void fsc_report_free_text(char *text) {
    fsc_text owned = {.data = text};
    fsc_text_free(&owned);
}

double fsc_report_ramp(uint8_t rgb[FSC_REPORT_RAMP][3]) {
    for (int i = 0; i < FSC_REPORT_RAMP; i++) {
        const fsc_colour colour = fsc_colour_pdff(i / (FSC_REPORT_RAMP - 1.0));
        rgb[i][0] = colour.r;
        rgb[i][1] = colour.g;
        rgb[i][2] = colour.b;
    }
    return FSC_COLOUR_PDFF_TOP;
}
