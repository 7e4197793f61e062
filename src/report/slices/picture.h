/* PNG pictures made in memory and put into a page as data URIs. */
#ifndef FSC_REPORT_PICTURE_H
#define FSC_REPORT_PICTURE_H

#include "colour.h"
#include "text.h"

#include <fascicle/status.h>
#include <stdint.h>

/* An 8-bit picture: palette index a pixel, rows from the top. Index 0 is transparent. */
typedef struct fsc_picture {
    const uint8_t *pixel; /* width * height */
    int32_t width, height;
    fsc_colour palette[256];
} fsc_picture;

/* Appends the PNG file's bytes. FSC_E_RANGE for an empty picture, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_png_encode(fsc_text *out, const fsc_picture *picture, fsc_error *err);
/* Appends "data:image/png;base64,...". */
FSC_MUST_USE fsc_status fsc_png_data_uri(fsc_text *out, const fsc_picture *picture, fsc_error *err);
void fsc_base64_add(fsc_text *out, const char *bytes, size_t n);

#endif
