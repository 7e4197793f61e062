/* Grids and files fit to become one map in memory. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "grid.h"
#include "json.h"

FSC_DEFINE_AUTO(fsc_nifti, fsc_nifti_close)

fsc_status fsc_grid_check(const fsc_grid *grid, fsc_error *err) {
    int64_t n = 1;
    for (int d = 0; d < 3; d++) {
        if (grid->dim[d] < 1 || grid->dim[d] > (INT64_MAX >> 8) / n)
            return fsc_fail(err, FSC_E_RANGE, "a grid of %lld x %lld x %lld voxels is not possible",
                            (long long)grid->dim[0], (long long)grid->dim[1], (long long)grid->dim[2]);
        n *= grid->dim[d];
    }
    return FSC_OK;
}

static fsc_status read_assumed(int32_t *assumed, const char *path, fsc_error *err) {
    char sidecar[4096];
    FSC_TRY(fsc_nifti_sidecar_path(sidecar, sizeof sidecar, path, err));
    if (!fsc_file_exists(sidecar)) return FSC_OK;
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *about = NULL;
    FSC_TRY(fsc_json_read(&about, sidecar, err));
    if (fsc_json_bool(fsc_json_get(about, "VoxelSizeAssumed"), 0)) *assumed = 1;
    return FSC_OK;
}

fsc_status fsc_nifti_open_map(fsc_nifti **out, const char *path, fsc_error *err) {
    FSC_AUTO(fsc_nifti) file = NULL;
    FSC_TRY(fsc_nifti_open(&file, path, err));
    if (file->header.n_frame != 1)
        return fsc_fail(err, FSC_E_SHAPE, "%s: holds %lld frames, one is needed; choose one and write it to a file",
                        path, (long long)file->header.n_frame);
    FSC_TRY(read_assumed(&file->header.grid.spacing_assumed, path, err));
    FSC_GIVE(out, file);
    return FSC_OK;
}
