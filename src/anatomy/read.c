/* Sites back from the files that an earlier run wrote. */
#include "alloc.h"
#include "fail.h"
#include "fields.h"
#include "table.h"
#include "text.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static fsc_side side_of(const char *text) {
    const int32_t side = fsc_side_find(text);
    return side < 0 ? FSC_SIDE_UNKNOWN : (fsc_side)side;
}

static fsc_status read_table(fsc_sites *sites, const char *path, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, path, err));
    sites->site = fsc_alloc(table.n_row, sizeof *sites->site);
    if (!sites->site) return fsc_fail_nomem(err, "reading sites");
    sites->n_site = table.n_row;
    for (int32_t i = 0; i < table.n_row; i++) {
        fsc_site *site = &sites->site[i];
        if (fsc_table_number(&table, i, "index") != i + 1)
            return fsc_fail(err, FSC_E_FORMAT, "%s: the index column must count 1, 2, 3, ...", path);
        site->place = fsc_place_of(fsc_table_get(&table, i, "muscle"), fsc_table_get(&table, i, "level"),
                                   side_of(fsc_table_get(&table, i, "side")));
        const double value = fsc_table_number(&table, i, "value");
        if (fabs(value) > INT32_MAX || (isfinite(value) && value != rint(value)))
            return fsc_fail(err, FSC_E_FORMAT, "%s: row %d: '%.40s' is no label value (a whole number of 32 bits)",
                            path, i + 1, fsc_table_get(&table, i, "value"));
        site->label_value = isfinite(value) ? (int32_t)value : 0;
        site->coverage = (double)NAN;
        fsc_copy_text(sites->muscle_scheme, sizeof sites->muscle_scheme, fsc_table_get(&table, i, "scheme"));
    }
    return FSC_OK;
}

static fsc_status read_all(fsc_sites *sites, const char *path, const char *table_path, fsc_error *err) {
    FSC_TRY(read_table(sites, table_path, err));
    fsc_labels *labels = NULL;
    FSC_TRY(fsc_labels_read(&labels, path, err));
    sites->grid = labels->grid;
    FSC_GIVE(&sites->site_of_voxel, labels->data);
    fsc_labels_free(labels);
    const int64_t n = fsc_grid_count(&sites->grid);
    for (int64_t v = 0; v < n; v++) {
        const int32_t index = sites->site_of_voxel[v];
        if (index < 0 || index > sites->n_site)
            return fsc_fail(err, FSC_E_FORMAT, "%s: holds value %d, which its table lacks", path, (int)index);
        if (index) sites->site[index - 1].n_voxel++;
    }
    return FSC_OK;
}

fsc_status fsc_sites_read(fsc_sites **out, const char *path, fsc_error *err) {
    char table_path[4096];
    const size_t n = strlen(path);
    if (n < 8 || n >= sizeof table_path || strcmp(path + n - 7, ".nii.gz") != 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: name the ..._desc-sites_dseg.nii.gz of an earlier run", path);
    (void)snprintf(table_path, sizeof table_path, "%.*s.tsv", (int)(n - 7), path);
    fsc_sites *sites = fsc_alloc(1, sizeof *sites);
    if (!sites) return fsc_fail_nomem(err, "reading sites");
    fsc_status status = read_all(sites, path, table_path, err);
    if (status == FSC_OK) status = fsc_notes_beside(&sites->notes, table_path, err);
    if (status != FSC_OK)
        fsc_sites_free(sites);
    else
        *out = sites;
    return status;
}
