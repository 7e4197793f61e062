/* report: PNG bytes decode back to the pixels; base64 against RFC 4648; ramps that read in grey and carry text. */
#include "../test.h"
#include "colour.h"
#include "picture.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

static void png_decodes_to_the_pixels(void **state) {
    (void)state;
    enum { W = 37, H = 23 };
    uint8_t pixel[W * H];
    for (int k = 0; k < W * H; k++) pixel[k] = (uint8_t)(k * 7 % 256);
    fsc_picture picture = {.pixel = pixel, .width = W, .height = H};
    for (int k = 0; k < 256; k++) picture.palette[k] = (fsc_colour){(uint8_t)k, (uint8_t)(255 - k), (uint8_t)(k ^ 85)};
    FSC_AUTO_TEXT fsc_text bytes = {0};
    assert_ok(fsc_png_encode(&bytes, &picture, &test_error));
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, bytes.data, bytes.length));
    assert_int_equal(image.width, W);
    assert_int_equal(image.height, H);
    image.format = PNG_FORMAT_RGBA;
    uint8_t decoded[W * H * 4];
    assert_true(png_image_finish_read(&image, NULL, decoded, 0, NULL));
    for (int k = 0; k < W * H; k++) {
        const fsc_colour want = picture.palette[pixel[k]];
        const uint8_t *got = decoded + 4 * k;
        assert_int_equal(got[3], pixel[k] == 0 ? 0 : 255);
        if (pixel[k] == 0) continue;
        assert_int_equal(got[0], want.r);
        assert_int_equal(got[1], want.g);
        assert_int_equal(got[2], want.b);
    }
}

static void an_empty_picture_is_refused(void **state) {
    (void)state;
    FSC_AUTO_TEXT fsc_text bytes = {0};
    const fsc_picture picture = {0};
    assert_fails(fsc_png_encode(&bytes, &picture, &test_error), FSC_E_RANGE);
}

static void base64_as_in_rfc_4648(void **state) {
    (void)state;
    static const char *const pair[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++) {
        FSC_AUTO_TEXT fsc_text text = {0};
        fsc_text_add(&text, "");
        fsc_base64_add(&text, pair[k][0], strlen(pair[k][0]));
        assert_string_equal(text.data, pair[k][1]);
    }
}

/* WCAG 2.1 relative luminance. */
static double luminance(fsc_colour c) {
    const double channel[3] = {c.r / 255.0, c.g / 255.0, c.b / 255.0}, weight[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int k = 0; k < 3; k++)
        sum += weight[k] * (channel[k] <= 0.04045 ? channel[k] / 12.92 : pow((channel[k] + 0.055) / 1.055, 2.4));
    return sum;
}

static double lightness(fsc_colour c) {
    return 116 * cbrt(luminance(c)) - 16;
}

static void the_ramp_is_even_in_grey(void **state) {
    (void)state;
    for (int k = 1; k <= 20; k++) {
        const double up = lightness(fsc_colour_pdff(k / 20.0)) - lightness(fsc_colour_pdff((k - 1) / 20.0));
        assert_true(up > 2 && up < 6); /* 80 units of lightness in 20 steps: 4 each */
    }
}

static void ink_reads_on_every_colour(void **state) {
    (void)state;
    for (int k = 0; k <= 100; k++) {
        const fsc_colour c = fsc_colour_pdff(k / 100.0);
        const char *ink = fsc_colour_ink(c);
        const double page = luminance(c), text = strcmp(ink, "#fff") == 0;
        const double ratio = (fmax(page, text) + 0.05) / (fmin(page, text) + 0.05);
        if (ratio < 4.5) fail_msg("at %d: contrast %.2f with %s", k, ratio, ink);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_decodes_to_the_pixels), cmocka_unit_test(an_empty_picture_is_refused),
        cmocka_unit_test(base64_as_in_rfc_4648),     cmocka_unit_test(the_ramp_is_even_in_grey),
        cmocka_unit_test(ink_reads_on_every_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
