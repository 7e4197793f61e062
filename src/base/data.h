/* The files of data/ as the build embedded them (scripts/embed.py makes data.c). */
#ifndef FSC_BASE_DATA_H
#define FSC_BASE_DATA_H

#include <stddef.h>

typedef struct fsc_data_file {
    const char *name; /* path below data/; NULL ends the list */
    const unsigned char *bytes;
    size_t length;
} fsc_data_file;

extern const fsc_data_file fsc_data_files[];

#endif
