/* The names of the field: muscles, vertebral levels and label schemes, from data/. */
#ifndef FSC_ANATOMY_NAMES_H
#define FSC_ANATOMY_NAMES_H

#include <fascicle/anatomy.h>
#include <stdint.h>

typedef struct fsc_level_word {
    const char *level;  /* "L4" */
    double order;       /* as fsc_level_order */
    int32_t value;      /* in fsc_sites.levels */
    const char *snomed; /* SNOMED CT code, "n/a" where we know none */
} fsc_level_word;

/* Made by scripts/anatomy_tables.py from data/; each ends with a row of zeros. */
extern const fsc_muscle fsc_muscle_table[];
extern const fsc_level_word fsc_level_table[];
extern const char *const fsc_scheme_table[];

/* The row of a level, or NULL ("?n" levels have none). Borrowed for ever. */
const fsc_level_word *fsc_level_word_find(const char *level);
/* The value of a level in fsc_sites.levels; 0 when the text is no level. */
int32_t fsc_level_value(const char *level);

/* Fills border_sd_mm, size_factor and cut_sd_mm from data/labels.tsv. FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_label_border_read(fsc_sites *sites, fsc_label_source source, fsc_error *err);

#endif
