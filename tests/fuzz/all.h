/* The readers by name; what each one's own source files are stands in sources.tsv. */
#ifndef FSC_TEST_FUZZ_ALL_H
#define FSC_TEST_FUZZ_ALL_H

#include "clinic.h"
#include "readers.h"
#include "tables.h"
#include "viewer.h"

static const struct reader {
    const char *name;
    void (*read)(const uint8_t *bytes, size_t n);
} readers[] = {
    {"image", read_image},   {"matlab", read_matlab},   {"sidecar", read_sidecar},
    {"exam", read_exam},     {"map", read_map},         {"forecast", read_forecast},
    {"plan", read_plan},     {"sites", read_sites},     {"norms", read_norms},
    {"cohort", read_cohort}, {"store", read_store},     {"network", read_network},
    {"tables", read_tables}, {"records", read_records}, {"study", read_study},
    {"viewer", read_viewer}, {"headers", read_headers}, {"segmentation", read_segmentation},
};
enum { N_READER = sizeof readers / sizeof *readers };

#endif
