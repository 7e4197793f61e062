/* Dump: a DICOM object as the text that dump2dcm turns into a file. Elements may come in any order: dump2dcm sorts. */
#ifndef FSC_CLINIC_DUMP_H
#define FSC_CLINIC_DUMP_H

#include "study.h"
#include "text.h"

#define FSC_DUMP_MARK "UNREVIEWED PROPOSAL"
#define FSC_DUMP_MODEL "fascicle (research only)" /* who made an object */

/* A code of data/clinic/codes.tsv; texts are borrowed from the table. */
typedef struct fsc_code {
    const char *value, *scheme, *meaning;
} fsc_code;

/* The table of codes, loaded once for a set of objects. */
typedef struct fsc_codes fsc_codes;
FSC_MUST_USE fsc_status fsc_codes_load(fsc_codes **out, fsc_error *err);
void fsc_codes_free(fsc_codes *codes);
/* The code of a key ("fat", "multifidus", "side:left", "unit:mm2"); of a level's name its vertebra. Zeros when there is
 * none. meaning of a level lies in codes and is good until the next level is asked for. */
fsc_code fsc_codes_find(fsc_codes *codes, const char *key);
fsc_code fsc_codes_level(fsc_codes *codes, const char *level);

/* (tag) VR [value]; control characters are left out, lines end nowhere else. */
void fsc_dump_text(fsc_text *dump, const char *tag, const char *vr, const char *value);
/* (tag) VR value: numbers, =file. */
void fsc_dump_raw(fsc_text *dump, const char *tag, const char *vr, const char *fmt, ...) FSC_PRINTF(4, 5);
void fsc_dump_number(fsc_text *dump, const char *tag, const char *vr, const char *fmt, double value);
void fsc_dump_open(fsc_text *dump, const char *tag); /* a sequence */
void fsc_dump_close(fsc_text *dump);
void fsc_dump_item(fsc_text *dump);
void fsc_dump_item_end(fsc_text *dump);
/* A sequence with one item that is a code. */
void fsc_dump_code(fsc_text *dump, const char *tag, fsc_code code);
/* (0008,1150), (0008,1155). */
void fsc_dump_reference(fsc_text *dump, const char *sop_class, const char *sop);

/* A UID of our own from text: 2.25.<128 bits of SHA-256>. */
void fsc_dump_uid(char out[FSC_UID_MAX], const char *kind, const char *text, size_t n);

/* What the three objects differ in. */
typedef struct fsc_object {
    const char *sop_class, *modality, *description; /* of the series */
    const char *series_number;
    const char *payload; /* file whose bytes are part of what the UIDs follow from; NULL: none */
} fsc_object;

/* Adds the modules that every object has (patient, study, series, equipment, SOP) to body, fixes the UIDs and writes
 * <path> by dump2dcm; scratch is a private folder. sop (may be NULL) and series get the UIDs. Returns FSC_OK,
 * FSC_E_UNSUPPORTED, FSC_E_FORMAT, FSC_E_IO, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_dump_write(char sop[FSC_UID_MAX], char series[FSC_UID_MAX], fsc_text *body,
                                       const fsc_object *object, const fsc_dicom_study *study, const char *scratch,
                                       const char *path, fsc_error *err);

#endif
