/* Grids and files fit to become one map in memory. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "grid.h"
#include "json.h"

FSC_DEFINE_AUTO(fsc_nifti, fsc_nifti_close)

/* Between a microscope and a localiser: what a person's scan can have. */
#define VOXEL_LEAST_MM 0.05
#define VOXEL_MOST_MM 50.0

fsc_status fsc_grid_check(const fsc_grid *grid, const char *path, const char *unit, fsc_error *err) {
    int64_t n = 1;
    double mm[3];
    const char *colon = path ? ": " : "";
    if (!path) path = "";
    for (int d = 0; d < 3; d++) {
        if (grid->dim[d] < 1 || grid->dim[d] > (INT64_MAX >> 8) / n)
            return fsc_fail(err, FSC_E_RANGE, "%s%sa grid of %lld x %lld x %lld voxels is not possible", path, colon,
                            (long long)grid->dim[0], (long long)grid->dim[1], (long long)grid->dim[2]);
        n *= grid->dim[d];
    }
    fsc_grid_spacing_mm(grid, mm);
    for (int d = 0; d < 3; d++)
        if (!(mm[d] >= VOXEL_LEAST_MM && mm[d] <= VOXEL_MOST_MM))
            return fsc_fail(err, FSC_E_RANGE,
                            "%s%svoxels of %.4g x %.4g x %.4g mm are no voxel size of a person's scan (0.05 to 50 mm); "
                            "%s%scorrect the header",
                            path, colon, mm[0], mm[1], mm[2], unit ? unit : "", unit ? ": " : "");
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
