/* libpng is seen only here. */
#include "picture.h"

#include "fail.h"

#include <png.h>
#include <setjmp.h>

static void write_bytes(png_structp png, png_bytep bytes, png_size_t n) {
    fsc_text_add_n(png_get_io_ptr(png), (const char *)bytes, n);
}

static void flush_nothing(png_structp png) {
    (void)png;
}
static void stay_silent(png_structp png, png_const_charp text) {
    (void)png, (void)text;
}

static void fail_back(png_structp png, png_const_charp text) {
    (void)text;
    png_longjmp(png, 1);
}

/* Everything between setjmp and longjmp lives in this frame's caller, so nothing is clobbered. */
static int write_picture(png_structp png, png_infop info, fsc_text *out, const fsc_picture *picture) {
    if (setjmp(png_jmpbuf(png))) return 0;
    png_color palette[256];
    for (int k = 0; k < 256; k++)
        palette[k] = (png_color){picture->palette[k].r, picture->palette[k].g, picture->palette[k].b};
    const png_byte see_through[1] = {0};
    png_set_write_fn(png, out, write_bytes, flush_nothing);
    png_set_compression_level(png, 9);
    png_set_IHDR(png, info, (png_uint_32)picture->width, (png_uint_32)picture->height, 8, PNG_COLOR_TYPE_PALETTE,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_PLTE(png, info, palette, 256);
    png_set_tRNS(png, info, see_through, 1, NULL);
    png_write_info(png, info);
    for (int32_t row = 0; row < picture->height; row++)
        png_write_row(png, picture->pixel + (int64_t)row * picture->width);
    png_write_end(png, info);
    return 1;
}

fsc_status fsc_png_encode(fsc_text *out, const fsc_picture *picture, fsc_error *err) {
    if (!picture->pixel || picture->width < 1 || picture->height < 1)
        return fsc_fail(err, FSC_E_RANGE, "picture of %d x %d pixels: nothing to encode", picture->width,
                        picture->height);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, fail_back, stay_silent);
    if (!png) return fsc_fail_nomem(err, "encoding a picture");
    png_infop info = png_create_info_struct(png);
    const int fine = info && write_picture(png, info, out, picture);
    png_destroy_write_struct(&png, &info);
    return fine && !out->failed ? FSC_OK : fsc_fail_nomem(err, "encoding a picture");
}

void fsc_base64_add(fsc_text *out, const char *bytes, size_t n) {
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t k = 0; k < n; k += 3) {
        const size_t left = n - k;
        const uint32_t b = (uint32_t)(unsigned char)bytes[k] << 16 |
                           (left > 1 ? (uint32_t)(unsigned char)bytes[k + 1] << 8 : 0) |
                           (left > 2 ? (uint32_t)(unsigned char)bytes[k + 2] : 0);
        const char four[4] = {digit[b >> 18 & 63], digit[b >> 12 & 63], left > 1 ? digit[b >> 6 & 63] : '=',
                              left > 2 ? digit[b & 63] : '='};
        fsc_text_add_n(out, four, 4);
    }
}

fsc_status fsc_png_data_uri(fsc_text *out, const fsc_picture *picture, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text bytes = {0};
    FSC_TRY(fsc_png_encode(&bytes, picture, err));
    fsc_text_add(out, "data:image/png;base64,");
    fsc_base64_add(out, bytes.data, bytes.length);
    return FSC_OK;
}
