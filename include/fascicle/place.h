/* Place: the site as a type: which muscle, at which vertebral level, on which side of the person. */
#ifndef FASCICLE_PLACE_H
#define FASCICLE_PLACE_H

#include <fascicle/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fsc_side {
    FSC_SIDE_UNKNOWN = 0,
    FSC_SIDE_LEFT = 1,
    FSC_SIDE_RIGHT = 2,
    FSC_SIDE_MIDLINE = 3,
    FSC_SIDE_BOTH = 4 /* only in rows that pool both sides */
} fsc_side;

/* "left", "right", "unknown", "midline", "both". */
FSC_API const char *fsc_side_text(fsc_side side);
/* The side of such a word, -1 when it is none. */
FSC_API int32_t fsc_side_find(const char *text);

typedef struct fsc_place {
    char muscle[48]; /* key of data/muscles.tsv: "multifidus"; "vertebra" for a bone */
    char level[12];  /* "L4"; "all" for the whole muscle, "n/a" without a level map */
    fsc_side side;
} fsc_place;

FSC_API fsc_place fsc_place_of(const char *muscle, const char *level, fsc_side side);
/* Non-zero when both name the same site. */
FSC_API int fsc_place_same(const fsc_place *a, const fsc_place *b);

/* Size of a buffer that holds every place as text. */
#define FSC_PLACE_TEXT_MAX 72
/* "multifidus:L4:left", as options and records write it; returns out. */
FSC_API const char *fsc_place_text(char out[FSC_PLACE_TEXT_MAX], const fsc_place *place);
/* The inverse. Returns FSC_OK or FSC_E_ARG (not three parts, a part too long, no side); whether muscle and level exist
 * is for the caller to ask (fsc_muscle_find, fsc_level_order). */
FSC_API FSC_MUST_USE fsc_status fsc_place_parse(fsc_place *out, const char *text, fsc_error *err);

/* Where in an array of n structs (stride bytes each) the one with this place stands, or -1. first is the address of the
 * first struct's place: fsc_place_find(&row[0].place, sizeof *row, n, &wanted). n may be 0, first then NULL. */
FSC_API int32_t fsc_place_find(const fsc_place *first, size_t stride, int32_t n, const fsc_place *wanted);

#ifdef __cplusplus
}
#endif
#endif
