/* Sidecars: the fields that decide what an image is and how it was taken. */
#include "format.h"
#include "image.h"
#include "text.h"

#include <fascicle/scan.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void fsc_sidecar_init(fsc_sidecar *sidecar) {
    *sidecar = (fsc_sidecar){
        .imaging_frequency_mhz = NAN, .b0_tesla = NAN, .flip_angle_deg = NAN, .repetition_time = NAN, .side_known = 1};
}

/* The third word tells what frames look like; "MIXED" there is an enhanced object of echoes, magnitude and phase in one.
 * The fourth tells of what was computed. */
enum { FLAVOUR = 2 };

/* dcm2niix appends its own word at the end of ImageType, so the last whole word wins; the scanners' single letters
 * count only where no word is given. */
static fsc_role image_type_role(const fsc_json *list) {
    static const struct {
        const char *word;
        fsc_role role;
    } known[] = {{"MAGNITUDE", FSC_ROLE_MAGNITUDE},
                 {"PHASE", FSC_ROLE_PHASE},
                 {"REAL", FSC_ROLE_REAL},
                 {"IMAGINARY", FSC_ROLE_IMAGINARY},
                 {"WATER", FSC_ROLE_WATER},
                 {"FAT", FSC_ROLE_FAT},
                 {"FAT_FRACTION", FSC_ROLE_FAT_FRACTION},
                 {"FATFRACTION", FSC_ROLE_FAT_FRACTION},
                 {"IN_PHASE", FSC_ROLE_IN_PHASE},
                 {"OUT_PHASE", FSC_ROLE_OPPOSED},
                 {"OPP_PHASE", FSC_ROLE_OPPOSED},
                 {"OPPOSED_PHASE", FSC_ROLE_OPPOSED},
                 {"W", FSC_ROLE_WATER}, /* Philips' own letters */
                 {"F", FSC_ROLE_FAT},
                 {"FF", FSC_ROLE_FAT_FRACTION},
                 {"IP", FSC_ROLE_IN_PHASE},
                 {"OP", FSC_ROLE_OPPOSED},
                 {"T2_STAR", FSC_ROLE_DERIVED},
                 {"R2_STAR", FSC_ROLE_DERIVED},
                 {"ADC", FSC_ROLE_DERIVED},
                 {"MIXED", FSC_ROLE_DERIVED}, /* Philips, converted: one series of several computed images */
                 {"M", FSC_ROLE_MAGNITUDE},
                 {"P", FSC_ROLE_PHASE},
                 {"R", FSC_ROLE_REAL},
                 {"I", FSC_ROLE_IMAGINARY}};
    fsc_role word = FSC_ROLE_NONE, letter = FSC_ROLE_NONE;
    int ready = 0;
    const int64_t n = fsc_json_length(list);
    const char *origin = fsc_json_string(fsc_json_at(list, 0));
    for (int64_t i = 0; i < n; i++) {
        const char *text = fsc_json_string(fsc_json_at(list, i));
        for (size_t k = 0; text && k < sizeof known / sizeof *known; k++) {
            if (strcmp(text, known[k].word) != 0 || (i == FLAVOUR && strcmp(text, "MIXED") == 0)) continue;
            const int is_ready = known[k].role >= FSC_ROLE_WATER;
            if (!text[1] && !is_ready)
                letter = known[k].role;
            else if (is_ready || !ready)
                word = known[k].role; /* WATER, MAGNITUDE is a water image */
            ready |= is_ready;
        }
    }
    const fsc_role role = word != FSC_ROLE_NONE ? word : letter;
    return role == FSC_ROLE_NONE && origin && strcmp(origin, "DERIVED") == 0 ? FSC_ROLE_DERIVED : role;
}

/* Siemens tells its Dixon images apart in the series' name only: ..._W, ..._F, ..._FP (fat percentage), ..._in. */
static fsc_role series_role(const char *series) {
    const char *last = series ? strrchr(series, '_') : NULL;
    if (!last) return FSC_ROLE_NONE;
    if (strcmp(last, "_W") == 0) return FSC_ROLE_WATER;
    if (strcmp(last, "_F") == 0) return FSC_ROLE_FAT;
    if (strcmp(last, "_in") == 0) return FSC_ROLE_IN_PHASE;
    if (strcmp(last, "_opp") == 0) return FSC_ROLE_OPPOSED;
    return strcmp(last, "_FP") == 0 ? FSC_ROLE_FAT_FRACTION : FSC_ROLE_NONE;
}

/* A number, also one written as text, as DICOM-JSON and spreadsheets do. */
static double number_of(const fsc_json *value) {
    const char *text = fsc_json_string(value);
    if (!text) return fsc_json_number(value);
    char *end = NULL;
    const double number = fsc_scan_number(text, &end);
    return *text && *end == 0 ? number : (double)NAN;
}

static void take_echo_times(fsc_sidecar *out, const fsc_json *value) {
    if (!fsc_json_is_array(value)) {
        out->te[0] = number_of(value);
        out->n_te = fsc_json_is_null(value) ? 0 : 1;
        return;
    }
    const int64_t n = fsc_json_length(value);
    out->n_te = n > INT32_MAX ? INT32_MAX : (int32_t)n;
    for (int32_t i = 0; i < out->n_te && i < FSC_ECHO_MAX; i++) out->te[i] = number_of(fsc_json_at(value, i));
}

static double positive(const fsc_json *object, const char *key) {
    const double value = number_of(fsc_json_get(object, key));
    return value > 0 ? value : (double)NAN;
}

static void take_text(char *out, size_t size, const fsc_json *object, const char *key) {
    const char *text = fsc_json_string(fsc_json_get(object, key));
    fsc_copy_text(out, size, text ? text : "");
}

static int32_t take_precession(const fsc_json *value) {
    const double number = number_of(value);
    const int word = fsc_json_bool(value, -1);
    if (word >= 0) return word ? 1 : -1;
    if (isnan(number)) return 0;
    return number > 0 ? 1 : -1; /* the toolbox's rule: > 0 as stored, else conjugate */
}

static int32_t small_number(const fsc_json *object, const char *key) {
    const double value = number_of(fsc_json_get(object, key));
    return value >= 1 && value <= 1e6 ? (int32_t)value : 0;
}

/* ScanningSequence SE without GR (GRASE has both), or a sequence that its maker calls se or tse. */
static int32_t is_spin_echo(const fsc_json *about) {
    const fsc_json *value = fsc_json_get(about, "ScanningSequence");
    const char *name = fsc_json_string(fsc_json_get(about, "SequenceName"));
    const char *text = fsc_json_string(value);
    int se = 0, gr = 0;
    for (int64_t i = 0; text || i < fsc_json_length(value); i++) {
        const char *word = text ? text : fsc_json_string(fsc_json_at(value, i));
        if (word && strstr(word, "SE")) se = 1;
        if (word && strstr(word, "GR")) gr = 1;
        if (text) break;
    }
    if (name && *name == '*') name++;
    return (se && !gr) || (name && (strncmp(name, "tse", 3) == 0 || strncmp(name, "se2d", 4) == 0));
}

void fsc_sidecar_take(fsc_sidecar *out, const fsc_json *about) {
    fsc_sidecar_init(out);
    out->role = image_type_role(fsc_json_get(about, "ImageType"));
    const fsc_role series = series_role(fsc_json_string(fsc_json_get(about, "SeriesDescription")));
    if (series == FSC_ROLE_FAT_FRACTION ||
        (series != FSC_ROLE_NONE && (out->role == FSC_ROLE_NONE || out->role == FSC_ROLE_MAGNITUDE)))
        out->role = series;
    take_echo_times(out, fsc_json_get(about, "EchoTime"));
    out->echo = small_number(about, "EchoNumber");
    out->series = small_number(about, "SeriesNumber");
    out->spin_echo = is_spin_echo(about);
    out->imaging_frequency_mhz = positive(about, "ImagingFrequency");
    if (out->imaging_frequency_mhz > 1e5) out->imaging_frequency_mhz *= 1e-6; /* written in Hz */
    out->b0_tesla = positive(about, "MagneticFieldStrength");
    if (out->b0_tesla > 100) out->b0_tesla *= 1e-4; /* written in gauss, as some old scanners do */
    out->flip_angle_deg = positive(about, "FlipAngle");
    out->repetition_time = positive(about, "RepetitionTime");
    out->precession = take_precession(fsc_json_get(about, "PrecessionIsClockwise"));
    const fsc_json *side = fsc_json_get(about, "SideKnown");
    const char *side_text = fsc_json_string(side);
    if (side_text)
        out->side_known = strncasecmp(side_text, "not known", 9) != 0;
    else
        out->side_known = fsc_json_bool(side, 1);
    out->spacing_assumed = fsc_json_bool(fsc_json_get(about, "VoxelSizeAssumed"), 0);
    const char *id = fsc_json_string(fsc_json_get(about, "PatientID"));
    const char *name = fsc_json_string(fsc_json_get(about, "PatientName"));
    fsc_format(out->person, sizeof out->person, "%.70s %.70s", id ? id : "", name ? name : "");
    take_text(out->units, sizeof out->units, about, "Units");
    take_text(out->manufacturer, sizeof out->manufacturer, about, "Manufacturer");
    take_text(out->body_part, sizeof out->body_part, about, "BodyPart");
    if (!out->body_part[0]) take_text(out->body_part, sizeof out->body_part, about, "BodyPartExamined");
}
