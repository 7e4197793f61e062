/* Ready maps that a scanner or another program made: water and fat, or a fat fraction, and R2* beside them. */
#include "alloc.h"
#include "fail.h"
#include "read.h"

#include <math.h>
#include <strings.h>

FSC_DEFINE_AUTO(fsc_nifti, fsc_nifti_close)

/* Reads the one image of a role into *out (owned by the scan); *out stays NULL when there is none. */
static fsc_status read_map(float **out, const fsc_image **image, fsc_scan *scan, const fsc_found *found, fsc_role role,
                           const char *first, fsc_error *err) {
    int32_t index[1], n;
    fsc_found_list(index, &n, 1, found, role);
    if (n == 0) return FSC_OK;
    int32_t chosen = index[0];
    if (found->named >= 0 && found->image[found->named].role == role)
        chosen = found->named;
    else if (n > 1)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: %d images of its kind for one scan; name the one to use",
                        found->image[chosen].path, (int)n);
    *image = &found->image[chosen];
    const char *path = (*image)->path;
    FSC_TRY(fsc_scan_use_image(scan, *image, err));
    FSC_AUTO(fsc_nifti) file = NULL;
    FSC_TRY(fsc_nifti_open(&file, path, err));
    if (file->header.n_frame != 1)
        return fsc_fail(err, FSC_E_SHAPE, "%s: holds %lld images, one is needed", path,
                        (long long)file->header.n_frame);
    FSC_TRY(fsc_scan_take_grid(scan, &file->header, path, first ? first : path, err));
    const int64_t n_voxel = fsc_grid_count(&scan->grid);
    *out = fsc_alloc(n_voxel, sizeof **out);
    if (!*out) return fsc_fail_nomem(err, "reading a map");
    FSC_TRY(fsc_nifti_read_floats(file, *out, n_voxel, err));
    /* In a finished map NaN is a voxel that its maker left out; infinity is damage. */
    FSC_TRY(fsc_scan_check_finite(*out, &scan->grid, path, 1, err));
    if ((*image)->sidecar_state == FSC_SIDECAR_READ) fsc_scan_take_facts(scan, &(*image)->sidecar);
    return FSC_OK;
}

/* The number that a fat fraction of 1 is stored as: 1, 100, or 1000 (Siemens' per mille); 0 when none fits. Judged by
 * the bulk of the voxels: single wild ones occur in every map of ratios. */
static double find_full_scale(const float *data, int64_t n) {
    static const double full[] = {1, 100, 1000};
    for (int f = 0; f < 3; f++) {
        int64_t beyond = 0, counted = 0;
        for (int64_t v = 0; v < n; v++) {
            if (isnan(data[v]) || data[v] == 0) continue;
            counted++;
            beyond += fabs((double)data[v]) > 1.5 * full[f];
        }
        if ((double)beyond <= 1e-3 * (double)counted) return full[f];
    }
    return 0;
}

static double stated_full_scale(const char *units) {
    if (strcasecmp(units, "percent") == 0 || strcasecmp(units, "%") == 0) return 100;
    if (strncasecmp(units, "fraction", 8) == 0 || strcasecmp(units, "1") == 0) return 1;
    return 0;
}

static fsc_status to_fraction(float *data, int64_t n, const fsc_image *image, fsc_notes *notes, fsc_error *err) {
    const char *units = image->sidecar.units;
    const double stated = stated_full_scale(units), found = find_full_scale(data, n);
    if (found == 0)
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: values fit no fat fraction (0 to 1, percent or per mille); is it another kind of map?",
                        image->path);
    if (stated > 0 && found > stated)
        return fsc_fail(err, FSC_E_FORMAT, "%s: the sidecar says '%s', the values go far beyond; correct the Units",
                        image->path, units);
    const double full = stated > 0 ? stated : found;
    const char *word = full == 1 ? "a fraction" : full == 100 ? "percent" : "per mille";
    if (stated > 0)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "fat-fraction-units",
                      "The fat-fraction map is stored as %s, as its sidecar says.", word);
    else
        fsc_notes_add(notes, FSC_NOTE_ASSUMED, "fat-fraction-units",
                      "The fat-fraction map does not state its unit; by its values it is stored as %s.", word);
    for (int64_t v = 0; full != 1 && v < n; v++) data[v] = (float)((double)data[v] / full);
    return FSC_OK;
}

fsc_status fsc_read_maps(fsc_scan *scan, const fsc_found *found, fsc_error *err) {
    const fsc_image *water = NULL, *fat = NULL, *fraction = NULL, *r2star = NULL;
    const fsc_role named = found->named >= 0 ? found->image[found->named].role : FSC_ROLE_NONE;
    const int has_water = fsc_found_count(found, found->set, FSC_ROLE_WATER) > 0;
    const int has_fat = fsc_found_count(found, found->set, FSC_ROLE_FAT) > 0;
    const int has_fraction = fsc_found_count(found, found->set, FSC_ROLE_FAT_FRACTION) > 0;
    const char *first = NULL;
    if (named == FSC_ROLE_FAT_FRACTION || (has_fraction && !(has_water && has_fat) && named == FSC_ROLE_NONE)) {
        scan->kind = FSC_SCAN_FAT_FRACTION;
        FSC_TRY(read_map(&scan->fat_fraction, &fraction, scan, found, FSC_ROLE_FAT_FRACTION, NULL, err));
        FSC_TRY(to_fraction(scan->fat_fraction, fsc_grid_count(&scan->grid), fraction, &scan->notes, err));
        first = fraction->path;
    } else {
        scan->kind = FSC_SCAN_WATER_FAT;
        FSC_TRY(read_map(&scan->water, &water, scan, found, FSC_ROLE_WATER, NULL, err));
        FSC_TRY(read_map(&scan->fat, &fat, scan, found, FSC_ROLE_FAT, water ? water->path : NULL, err));
        if (!water || !fat)
            return fsc_fail(err, FSC_E_FORMAT, "%s: %s image without %s image; put the other beside it",
                            (water ? water : fat)->path, water ? "water" : "fat", water ? "fat" : "water");
        if (has_fraction)
            fsc_notes_add(&scan->notes, FSC_NOTE_FOUND, "fat-fraction-unused",
                          "There is a fat-fraction map too; the water and fat images are used.");
        first = water->path;
    }
    return read_map(&scan->r2star, &r2star, scan, found, FSC_ROLE_R2STAR, first, err);
}
