/* The room volume: voxels that know where they lie. A file becomes a map in memory like this:
 *
 *   nifti_header.c  reads and checks the header (NIfTI-1 and -2, either byte order) before anything is allocated,
 *   grid.c          turns its affine into a grid: mm, which way the axes point, whether two grids are the same,
 *   open.c          asks whether grid and file fit (sizes, plausible voxels) and opens both together,
 *   nifti_read.c    reads voxels slab by slab into float,
 *   volume.c        owns float maps, labels.c owns label maps and carries them to another grid,
 *   resample.c      carries float maps to another grid,
 *   nifti_write.c   writes them, whole or not at all; compare.c says how two maps differ.
 *
 * Everything after this room works on fsc_volume and fsc_labels and never sees a file format.
 *
 * This file: float maps: memory, reading, writing. */
#include "alloc.h"
#include "fail.h"
#include "grid.h"
#include "nifti.h"

#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_volume, fsc_volume_free)
FSC_DEFINE_AUTO(fsc_nifti, fsc_nifti_close)

/* As fsc_volume_new, without the pass that fills in NaN. */
static fsc_status make(fsc_volume **out, const fsc_grid *grid, fsc_error *err) {
    FSC_TRY(fsc_grid_check(grid, NULL, NULL, err));
    FSC_AUTO(fsc_volume) volume = fsc_alloc(1, sizeof *volume);
    if (!volume) return fsc_fail_nomem(err, "making a map");
    volume->grid = *grid;
    volume->data = fsc_alloc(fsc_grid_count(grid), sizeof *volume->data);
    if (!volume->data) return fsc_fail_nomem(err, "making a map");
    FSC_GIVE(out, volume);
    return FSC_OK;
}

fsc_status fsc_volume_new(fsc_volume **out, const fsc_grid *grid, fsc_error *err) {
    FSC_TRY(make(out, grid, err));
    const int64_t n = fsc_grid_count(grid);
    for (int64_t v = 0; v < n; v++) (*out)->data[v] = NAN;
    return FSC_OK;
}

void fsc_volume_free(fsc_volume *volume) {
    if (!volume) return;
    fsc_free(volume->data);
    fsc_free(volume);
}

fsc_status fsc_volume_read(fsc_volume **out, const char *path, fsc_error *err) {
    FSC_AUTO(fsc_nifti) file = NULL;
    FSC_AUTO(fsc_volume) volume = NULL;
    char units[32] = "";
    FSC_TRY(fsc_nifti_open_map(&file, units, path, err));
    FSC_TRY(make(&volume, &file->header.grid, err));
    FSC_TRY(fsc_nifti_read_floats(file, volume->data, fsc_grid_count(&volume->grid), err));
    memcpy(volume->units, units, sizeof units);
    FSC_GIVE(out, volume);
    return FSC_OK;
}

fsc_status fsc_volume_write(const fsc_grid *grid, const float *data, const char *path, fsc_error *err) {
    return fsc_nifti_write(path, grid, FSC_NIFTI_FLOAT32, data, err);
}
