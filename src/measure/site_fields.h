/* The one description of a site's row: the table of sites, its dictionary, the rows of the map record and its schema,
 * and the page's table all read it. */
#ifndef FSC_MEASURE_SITE_FIELDS_H
#define FSC_MEASURE_SITE_FIELDS_H

#include "fields.h"

#include <fascicle/measure.h>

/* A row as a line of a table that may hold many people: with whose it is and how it was made. */
typedef struct fsc_site_line {
    fsc_row row; /* first: its fields serve an fsc_row alone too */
    char participant[64], session[64];
    char muscle_scheme[40], level_scheme[40];
    fsc_method method;
    fsc_label_source label_source;
} fsc_site_line;

/* Of an fsc_site_line; what is not table_only, of an fsc_row. */
extern const fsc_field fsc_site_fields[];

#endif
