#include "assumed.h"

#include "fail.h"
#include "table.h"

#include <math.h>
#include <string.h>

#define NAME_OF(name) #name,
static const char *const names[FSC_ASSUMED_N] = {FSC_ASSUMED_ROWS(NAME_OF)};
_Static_assert(sizeof(fsc_assumed) == FSC_ASSUMED_N * sizeof(double), "the members are the rows and nothing else");

const char *fsc_assumed_name(int32_t row) {
    return names[row];
}

double *fsc_assumed_at(fsc_assumed *assumed, int32_t row) {
    return (double *)(void *)assumed + row;
}

fsc_status fsc_assumed_read(fsc_assumed *out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "cycle/grounding.tsv", err));
    if (table.n_row != FSC_ASSUMED_N)
        return fsc_fail(err, FSC_E_FORMAT, "built-in table cycle/grounding.tsv has %d rows instead of %d",
                        (int)table.n_row, (int)FSC_ASSUMED_N);
    for (int32_t i = 0; i < FSC_ASSUMED_N; i++) {
        const double value = fsc_table_number(&table, i, "value");
        if (strcmp(fsc_table_get(&table, i, "name"), names[i]) != 0 || !isfinite(value) || value == 0)
            return fsc_fail(err, FSC_E_FORMAT, "built-in table cycle/grounding.tsv has no good row '%s'", names[i]);
        *fsc_assumed_at(out, i) = value;
    }
    return FSC_OK;
}
