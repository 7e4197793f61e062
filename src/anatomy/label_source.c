/* Where labels come from, and how well their borders are known for it. */
#include "fail.h"
#include "names.h"
#include "spelling.h"
#include "table.h"

#include <string.h>

const char *fsc_label_source_text(fsc_label_source source) {
    const char *key = fsc_word_key(fsc_label_source_words, (int32_t)source);
    return key ? key : "unknown";
}

fsc_status fsc_label_border_read(fsc_sites *sites, fsc_label_source source, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "labels.tsv", err));
    for (int32_t row = 0; row < table.n_row; row++) {
        if (strcmp(fsc_table_get(&table, row, "key"), fsc_label_source_text(source)) != 0) continue;
        sites->border_sd_mm = fsc_table_number(&table, row, "border_sd_mm");
        sites->size_factor = fsc_table_number(&table, row, "size_factor");
        sites->cut_sd_mm = fsc_table_number(&table, row, "cut_sd_mm");
        if (sites->border_sd_mm >= 0 && sites->size_factor > 0 && sites->cut_sd_mm >= 0) return FSC_OK;
    }
    return fsc_fail(err, FSC_E_FORMAT, "labels.tsv: has no number for %s", fsc_label_source_text(source));
}
