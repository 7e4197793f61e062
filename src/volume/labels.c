/* Label maps: memory, reading, writing, and nearest-neighbour resampling. */
#include "affine.h"
#include "alloc.h"
#include "fail.h"
#include "grid.h"
#include "nifti.h"
#include "tiles.h"

#include <math.h>

FSC_DEFINE_AUTO(fsc_labels, fsc_labels_free)
FSC_DEFINE_AUTO(fsc_nifti, fsc_nifti_close)

fsc_status fsc_labels_new(fsc_labels **out, const fsc_grid *grid, fsc_error *err) {
    FSC_TRY(fsc_grid_check(grid, NULL, NULL, err));
    FSC_AUTO(fsc_labels) labels = fsc_alloc(1, sizeof *labels);
    if (!labels) return fsc_fail_nomem(err, "making a label map");
    labels->grid = *grid;
    labels->data = fsc_alloc(fsc_grid_count(grid), sizeof *labels->data);
    if (!labels->data) return fsc_fail_nomem(err, "making a label map");
    FSC_GIVE(out, labels);
    return FSC_OK;
}

void fsc_labels_free(fsc_labels *labels) {
    if (!labels) return;
    fsc_free(labels->data);
    fsc_free(labels);
}

fsc_status fsc_labels_read(fsc_labels **out, const char *path, fsc_error *err) {
    FSC_AUTO(fsc_nifti) file = NULL;
    FSC_AUTO(fsc_labels) labels = NULL;
    FSC_TRY(fsc_nifti_open_map(&file, path, err));
    FSC_TRY(fsc_labels_new(&labels, &file->header.grid, err));
    FSC_TRY(fsc_nifti_read_integers(file, labels->data, fsc_grid_count(&labels->grid), err));
    FSC_GIVE(out, labels);
    return FSC_OK;
}

fsc_status fsc_labels_write(const fsc_labels *labels, const char *path, fsc_error *err) {
    return fsc_nifti_write(path, &labels->grid, FSC_NIFTI_INT32, labels->data, err);
}

typedef struct resampling {
    const fsc_labels *from;
    fsc_labels *to;
    double affine[12]; /* index on the new grid to index on the old one */
} resampling;

/* Lines along i of the new grid. */
static void resample_lines(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    const resampling *r = context;
    const int64_t *to = r->to->grid.dim, *from = r->from->grid.dim;
    for (int64_t line = begin; line < end; line++) {
        const double start[3] = {0, (double)(line % to[1]), (double)(line / to[1])};
        double first[3];
        fsc_affine_apply(r->affine, start, first);
        for (int64_t i = 0; i < to[0]; i++) {
            double at[3];
            int inside = 1;
            for (int d = 0; d < 3; d++) {
                at[d] = floor(first[d] + (double)i * r->affine[4 * d] + 0.5);
                inside &= at[d] >= 0 && at[d] < (double)from[d];
            }
            if (!inside) continue;
            const int64_t source = (int64_t)at[0] + from[0] * ((int64_t)at[1] + from[1] * (int64_t)at[2]);
            r->to->data[line * to[0] + i] = r->from->data[source];
        }
    }
}

fsc_status fsc_labels_resample(fsc_labels **out, const fsc_labels *labels, const fsc_grid *grid, fsc_error *err) {
    FSC_AUTO(fsc_labels) to = NULL;
    FSC_TRY(fsc_labels_new(&to, grid, err));
    double inverse[12];
    if (!fsc_affine_invert(inverse, labels->grid.affine))
        return fsc_fail(err, FSC_E_NUMERIC, "labels cannot be resampled: their grid's axes lie in one plane");
    resampling r = {.from = labels, .to = to};
    fsc_affine_compose(r.affine, inverse, grid->affine);
    for (int i = 0; i < 12; i++)
        if (!isfinite(r.affine[i]))
            return fsc_fail(err, FSC_E_NUMERIC, "labels cannot be resampled to a grid that is not finite");
    fsc_tiles_run(grid->dim[1] * grid->dim[2], 64, resample_lines, &r, 0);
    FSC_GIVE(out, to);
    return FSC_OK;
}
