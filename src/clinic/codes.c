/* Codes with their sources: data/clinic/codes.tsv, and data/levels.tsv for vertebrae. */
#include "alloc.h"
#include "dump.h"
#include "fail.h"
#include "format.h"
#include "table.h"

#include <string.h>

struct fsc_codes {
    fsc_table code, level;
    char meaning[40];
};

void fsc_codes_free(fsc_codes *codes) {
    if (!codes) return;
    fsc_table_free(&codes->code);
    fsc_table_free(&codes->level);
    fsc_free(codes);
}

FSC_DEFINE_AUTO(fsc_codes, fsc_codes_free)

fsc_status fsc_codes_load(fsc_codes **out, fsc_error *err) {
    FSC_AUTO(fsc_codes) codes = fsc_alloc(1, sizeof *codes);
    if (!codes) return fsc_fail_nomem(err, "reading the codes");
    FSC_TRY(fsc_table_embedded(&codes->code, "clinic/codes.tsv", err));
    FSC_TRY(fsc_table_embedded(&codes->level, "levels.tsv", err));
    FSC_GIVE(out, codes);
    return FSC_OK;
}

fsc_code fsc_codes_find(fsc_codes *codes, const char *key) {
    const fsc_table *table = &codes->code;
    for (int32_t r = 0; r < table->n_row; r++)
        if (strcmp(fsc_table_get(table, r, "key"), key) == 0)
            return (fsc_code){fsc_table_get(table, r, "value"), fsc_table_get(table, r, "scheme"),
                              fsc_table_get(table, r, "meaning")};
    return (fsc_code){0};
}

fsc_code fsc_codes_level(fsc_codes *codes, const char *level) {
    const fsc_table *table = &codes->level;
    for (int32_t r = 0; r < table->n_row; r++) {
        const char *value = fsc_table_get(table, r, "snomed");
        if (strcmp(fsc_table_get(table, r, "level"), level) != 0) continue;
        fsc_format(codes->meaning, sizeof codes->meaning, "%s vertebra", level);
        if (!fsc_is_missing(value)) return (fsc_code){value, "SCT", codes->meaning};
        return (fsc_code){fsc_table_get(table, r, "level"), "99FASCICLE", codes->meaning};
    }
    return (fsc_code){0};
}
