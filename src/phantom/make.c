/* The room phantom: drawn bodies whose truth is known. fsc_phantom_make goes like this:
 *
 *   person.c   draws a person: sizes, fat of each muscle by level and side, added fat where one is asked for,
 *              from the average body of src/body; around.c draws what lies around the muscles,
 *   pose.c     lays the person into the scanner (tilt, shift),
 *   tissue.c   asks at every sub-voxel which tissue lies there and how much fat it holds,
 *   field.c    the field map, dipole fields of gas included,
 *   echo.c     the echoes of a multi-echo gradient echo; noise.c adds the noise of each channel,
 *   write.c    leaves a raw BIDS dataset; write_truth.c the labels, maps and site table it must come back to; target.c
 *              measures that truth.
 *
 * Only the tests and the command see this room: nothing that measures may know how the truth was drawn. */
#include "alloc.h"
#include "echo.h"
#include "fail.h"
#include "field.h"
#include "text.h"
#include "tiles.h"
#include "tissue.h"

#include <math.h>

#define TILE 2048
#define SUB 2 /* samples along each edge of a voxel */
#define N_SUB (SUB * SUB * SUB)
#define N_SITE (FSC_REGION_MUSCLES * FSC_REGION_LEVELS * 2)

FSC_DEFINE_AUTO(fsc_phantom, fsc_phantom_free)

typedef struct raster {
    const fsc_person *person;
    const fsc_pose *pose;
    fsc_phantom *phantom;
    int16_t *site;   /* (muscle * levels + level) * 2 + right, or -1 */
    double reach_mm; /* half of a voxel's diagonal */
} raster;

static fsc_status check(const fsc_phantom_options *opt, fsc_error *err) {
    const struct {
        const char *name;
        double value, low, high;
    } limit[] = {
        {"scale", opt->scale, 0.25, 4},
        {"b0_tesla", opt->b0_tesla, 0.1, 12},
        {"snr", opt->snr, 0, 1e6},
        {"n_echo", opt->n_echo, 2, FSC_ECHO_MAX},
        {"te_first_s", opt->te_first_s, 1e-5, 0.1},
        {"te_step_s", opt->te_step_s, 1e-5, 0.1},
        {"field_range_hz", opt->field_range_hz, 0, 5000},
        {"ramp_dwell", opt->ramp_dwell, -2, 2},
        {"ramp_constant_rad", opt->ramp_constant_rad, -4, 4},
        {"tilt_deg", opt->tilt_deg, -45, 45},
        {"shift_mm[0]", opt->shift_mm[0], -100, 100},
        {"shift_mm[1]", opt->shift_mm[1], -100, 100},
        {"shift_mm[2]", opt->shift_mm[2], -100, 100},
        {"drop_slices_fraction", opt->drop_slices_fraction, 0, 0.8},
    };
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++)
        if (!(limit[i].value >= limit[i].low && limit[i].value <= limit[i].high))
            return fsc_fail(err, FSC_E_RANGE, "phantom option %s is %g: it must lie between %g and %g", limit[i].name,
                            limit[i].value, limit[i].low, limit[i].high);
    if (opt->region != FSC_PHANTOM_LOW_BACK && opt->region != FSC_PHANTOM_NECK)
        return fsc_fail(err, FSC_E_RANGE, "phantom region %d is neither the low back (0) nor the neck (1)",
                        (int)opt->region);
    if (opt->n_injury < 0 || (opt->n_injury > 0 && !opt->injury))
        return fsc_fail(err, FSC_E_ARG, "phantom option n_injury is %d without a list of injuries", opt->n_injury);
    return FSC_OK;
}

/* The code that holds more than half of the samples, or OTHER. */
static int32_t majority(const int32_t code[N_SUB]) {
    for (int i = 0; i < N_SUB / 2; i++) {
        int n = 0;
        for (int j = i; j < N_SUB; j++) n += code[j] == code[i];
        if (n > N_SUB / 2) return code[i];
    }
    return FSC_CODE_OTHER;
}

static void label_voxel(const raster *r, int64_t voxel, int32_t code, const fsc_body_point *centre) {
    const fsc_region *region = r->person->region;
    if (code >= FSC_CODE_VERTEBRA) {
        r->phantom->levels->data[voxel] = region->sct[code - FSC_CODE_VERTEBRA];
    } else if (code >= FSC_CODE_MUSCLE) {
        const int32_t m = (code - FSC_CODE_MUSCLE) / 2, right = (code - FSC_CODE_MUSCLE) % 2,
                      level = fsc_body_point_level(centre);
        r->phantom->muscles->data[voxel] = region->muscle[m].value_left + right;
        if (level >= 0) r->site[voxel] = (int16_t)((m * FSC_REGION_LEVELS + level) * 2 + right);
    }
}

static void sample_voxel(const raster *r, int64_t voxel, const double ijk[3]) {
    const fsc_grid *grid = &r->phantom->scan->grid;
    double scanner[3], person[3], water = 0, fat = 0, decay = 0;
    fsc_body_point centre, place;
    fsc_texture texture;
    int32_t code[N_SUB];
    fsc_grid_to_mm(grid, ijk, scanner);
    fsc_pose_to_person(r->pose, scanner, person);
    fsc_person_place(r->person, person, &centre);
    r->phantom->truth_pdff_fraction[voxel] = r->phantom->truth_r2star_per_s[voxel] = NAN;
    r->phantom->truth_water[voxel] = r->phantom->truth_fat[voxel] = NAN;
    if (fsc_depth_below_skin(r->person, &centre) < -2 * r->reach_mm) return;
    fsc_texture_at(r->person, &centre, &texture);
    const double shading = fsc_coil_shading(scanner, r->person);
    for (int n = 0; n < N_SUB; n++) {
        const double sub[3] = {ijk[0] + (n % SUB + 0.5) / SUB - 0.5, ijk[1] + (n / SUB % SUB + 0.5) / SUB - 0.5,
                               ijk[2] + (n / SUB / SUB + 0.5) / SUB - 0.5};
        fsc_grid_to_mm(grid, sub, scanner);
        fsc_pose_to_person(r->pose, scanner, person);
        fsc_person_place(r->person, person, &place);
        const fsc_tissue t = fsc_tissue_at(r->person, &place, &texture);
        water += t.density * (1 - t.pdff);
        fat += t.density * t.pdff;
        decay += t.density * t.r2star_per_s;
        code[n] = t.code;
    }
    if (!(water + fat > 0)) return;
    r->phantom->truth_pdff_fraction[voxel] = (float)(fat / (water + fat));
    r->phantom->truth_r2star_per_s[voxel] = (float)(decay / (water + fat));
    r->phantom->truth_water[voxel] = (float)(water / N_SUB * shading * FSC_SIGNAL_MUSCLE);
    r->phantom->truth_fat[voxel] = (float)(fat / N_SUB * shading * FSC_SIGNAL_MUSCLE);
    label_voxel(r, voxel, majority(code), &centre);
}

static void sample_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const raster *r = context;
    const int64_t nx = r->phantom->scan->grid.dim[0], ny = r->phantom->scan->grid.dim[1];
    for (int64_t voxel = begin; voxel < end; voxel++) {
        const double ijk[3] = {(double)(voxel % nx), (double)(voxel / nx % ny), (double)(voxel / nx / ny)};
        r->site[voxel] = -1;
        sample_voxel(r, voxel, ijk);
    }
}

/* The table of sites; serial, so its sums have one order. */
static fsc_status list_sites(fsc_phantom *phantom, const fsc_region *region, const int16_t *site, fsc_error *err) {
    int64_t count[N_SITE] = {0};
    double sum[N_SITE] = {0};
    int32_t n = 0;
    const int64_t n_voxel = fsc_grid_count(&phantom->scan->grid);
    for (int64_t i = 0; i < n_voxel; i++) {
        if (site[i] < 0) continue;
        count[site[i]]++;
        sum[site[i]] += (double)phantom->truth_pdff_fraction[i];
    }
    for (int32_t i = 0; i < N_SITE; i++) n += count[i] > 0;
    phantom->site = fsc_alloc(n, sizeof *phantom->site);
    if (!phantom->site) return fsc_fail_nomem(err, "listing the phantom's sites");
    for (int32_t i = 0; i < N_SITE; i++) {
        if (count[i] == 0) continue;
        fsc_phantom_site *s = &phantom->site[phantom->n_site++];
        s->place = fsc_place_of(region->muscle[i / 2 / FSC_REGION_LEVELS].key, region->level[i / 2 % FSC_REGION_LEVELS],
                                i % 2 ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT);
        s->n_voxel = count[i];
        s->pdff_mean_fraction = sum[i] / (double)count[i];
    }
    return FSC_OK;
}

static fsc_status allocate(fsc_phantom *p, const fsc_person *person, const fsc_phantom_options *opt, fsc_error *err) {
    p->scan = fsc_alloc(1, sizeof *p->scan);
    if (!p->scan) return fsc_fail_nomem(err, "making a phantom");
    fsc_pose_grid(&p->scan->grid, person->region, opt);
    const int64_t n = fsc_grid_count(&p->scan->grid);
    p->scan->echo_re = fsc_alloc(n * opt->n_echo, sizeof(float));
    p->scan->echo_im = fsc_alloc(n * opt->n_echo, sizeof(float));
    float **truth[] = {&p->truth_pdff_fraction, &p->truth_r2star_per_s, &p->truth_fieldmap_hz, &p->truth_water,
                       &p->truth_fat};
    int missing = !p->scan->echo_re || !p->scan->echo_im;
    for (size_t i = 0; i < sizeof truth / sizeof *truth; i++) missing |= !(*truth[i] = fsc_alloc(n, sizeof(float)));
    if (missing) return fsc_fail_nomem(err, "making a phantom: choose a smaller scale or fewer echoes");
    FSC_TRY(fsc_labels_new(&p->muscles, &p->scan->grid, err));
    return fsc_labels_new(&p->levels, &p->scan->grid, err);
}

fsc_status fsc_phantom_make(fsc_phantom **out, const fsc_phantom_options *opt, fsc_error *err) {
    if (!out || !opt) return fsc_fail(err, FSC_E_ARG, "fsc_phantom_make needs out and opt");
    *out = NULL;
    FSC_TRY(check(opt, err));
    FSC_AUTO_BLOCK fsc_person *person = fsc_alloc(1, sizeof *person);
    FSC_AUTO(fsc_phantom) phantom = fsc_alloc(1, sizeof *phantom);
    if (!person || !phantom) return fsc_fail_nomem(err, "making a phantom");
    FSC_TRY(fsc_person_init(person, opt, err));
    FSC_TRY(allocate(phantom, person, opt, err));
    const int64_t n = fsc_grid_count(&phantom->scan->grid);
    FSC_AUTO_BLOCK int16_t *site = fsc_alloc(n, sizeof *site);
    if (!site) return fsc_fail_nomem(err, "making a phantom");
    fsc_pose pose;
    fsc_pose_init(&pose, person->region, opt);
    double spacing[3];
    fsc_grid_spacing_mm(&phantom->scan->grid, spacing);
    raster r = {person, &pose, phantom, site, 0};
    r.reach_mm = 0.5 * sqrt(spacing[0] * spacing[0] + spacing[1] * spacing[1] + spacing[2] * spacing[2]);
    const fsc_ask ask = {opt->progress, "phantom", 0, 0.5};
    FSC_TRY(fsc_tiles_run_asking(n, TILE, sample_tile, &r, opt->n_threads, &ask, err));
    FSC_TRY(list_sites(phantom, person->region, site, err));
    FSC_TRY(fsc_field_make(phantom, person, &pose, opt, err));
    FSC_TRY(fsc_echo_make(phantom, person, opt, err));
    FSC_GIVE(out, phantom);
    return FSC_OK;
}

void fsc_phantom_free(fsc_phantom *phantom) {
    if (!phantom) return;
    fsc_scan_free(phantom->scan);
    fsc_labels_free(phantom->muscles);
    fsc_labels_free(phantom->levels);
    fsc_free(phantom->truth_pdff_fraction);
    fsc_free(phantom->truth_r2star_per_s);
    fsc_free(phantom->truth_fieldmap_hz);
    fsc_free(phantom->truth_water);
    fsc_free(phantom->truth_fat);
    fsc_free(phantom->site);
    fsc_free(phantom);
}
