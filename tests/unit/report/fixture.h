/* A small made-up scan with labels: 24 x 20 x 6 voxels, multifidus and erector spinae, L3 to L5, both sides. */
#ifndef FSC_TEST_REPORT_FIXTURE_H
#define FSC_TEST_REPORT_FIXTURE_H

#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "sheet.h"
#include "text.h"

#include <fascicle/report.h>
#include <string.h>
#include <unistd.h>

#define NX 24
#define NY 20
#define NZ 6
#define N_VOXEL (NX * NY * NZ)
#define MUSCLES 2
#define LEVELS 3
#define N_SITE (MUSCLES * LEVELS * 2)
#define N_ROW (N_SITE + 1)

typedef struct fixture {
    fsc_scan scan;
    fsc_fatwater fatwater;
    fsc_sites sites;
    fsc_measures measures;
    fsc_row row[N_ROW];
    fsc_site site[N_SITE];
    float pdff[N_VOXEL], water[N_VOXEL], fat[N_VOXEL];
    uint16_t quality[N_VOXEL];
    int32_t site_of_voxel[N_VOXEL];
    fsc_recipe recipe;
    fsc_recipe_input recipe_input;
    fsc_report_input input;
} fixture;

static const char *const fixture_muscle[MUSCLES] = {"multifidus", "erector_spinae"};
static const char *const fixture_level[LEVELS] = {"L3", "L4", "L5"};

static inline fsc_row fixture_row(const char *muscle, const char *level, fsc_side side, double pdff) {
    fsc_row row;
    memset(&row, 0, sizeof row);
    fsc_copy_text(row.place.muscle, sizeof row.place.muscle, muscle);
    fsc_copy_text(row.place.level, sizeof row.place.level, level);
    row.place.side = side;
    row.n_voxel = 321;
    row.coverage = 1;
    row.csa_mm2 = 411, row.volume_mm3 = 12300;
    row.pdff_mean_fraction = row.pdff_median_fraction = row.pdff_mode_fraction = pdff;
    row.pdff_sd_fraction = 0.05, row.pdff_se_fraction = 0.004;
    row.pdff_mean_erode1_fraction = pdff - 0.01, row.pdff_mean_erode2_fraction = (double)NAN;
    for (int q = 0; q < 4; q++) row.pdff_quartile_fraction[q] = pdff, row.pdff_quartile_se_fraction[q] = 0.01;
    row.t2_mean_ms = row.t2_se_ms = (double)NAN;
    row.r2star_mean_per_s = 33, row.lean_csa_mm2 = 377, row.lean_volume_mm3 = 11100;
    row.swap_fraction = 0, row.snr = 45;
    return row;
}

/* 0.101, 0.112, ...: every site has a value of its own, so that each can be found in the page. */
static inline double fixture_value(int site) {
    return 0.101 + 0.011 * site;
}

static inline void fixture_rows(fixture *f) {
    int s = 0;
    for (int m = 0; m < MUSCLES; m++)
        for (int l = 0; l < LEVELS; l++)
            for (int side = FSC_SIDE_LEFT; side <= FSC_SIDE_RIGHT; side++, s++) {
                f->row[s] = fixture_row(fixture_muscle[m], fixture_level[l], (fsc_side)side, fixture_value(s));
                fsc_copy_text(f->site[s].place.muscle, sizeof f->site[s].place.muscle, fixture_muscle[m]);
                fsc_copy_text(f->site[s].place.level, sizeof f->site[s].place.level, fixture_level[l]);
                f->site[s].place.side = (fsc_side)side;
            }
    f->row[N_SITE] = fixture_row(fixture_muscle[0], "all", FSC_SIDE_BOTH, 0.1234);
    f->row[N_SITE].kind = FSC_ROW_MUSCLE_BOTH;
}

static inline void fixture_voxels(fixture *f) {
    for (int k = 0; k < NZ; k++)
        for (int j = 0; j < NY; j++)
            for (int i = 0; i < NX; i++) {
                const int v = (k * NY + j) * NX + i;
                const int body = i > 0 && i < NX - 1;
                f->pdff[v] = body ? (float)(i + j) / 40 : NAN;
                f->water[v] = body ? 100 * (1 - f->pdff[v]) : NAN;
                f->fat[v] = body ? 100 * f->pdff[v] : NAN;
                const int muscle = j < 8 ? -1 : j < 12 ? 0 : j < 16 ? 1 : -1;
                const int level = LEVELS - 1 - k / 2, left = i < NX / 2; /* i grows towards the right */
                if (body && muscle >= 0) f->site_of_voxel[v] = 1 + (muscle * LEVELS + level) * 2 + (left ? 0 : 1);
            }
}

static inline int fixture_setup(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    f.scan.grid.dim[0] = NX, f.scan.grid.dim[1] = NY, f.scan.grid.dim[2] = NZ;
    const double affine[12] = {2, 0, 0, -24, 0, 2, 0, -20, 0, 0, 5, -15};
    memcpy(f.scan.grid.affine, affine, sizeof affine);
    fsc_copy_text(f.scan.participant, sizeof f.scan.participant, "sub-01");
    f.scan.side_known = 1;
    f.scan.b0_tesla = 3, f.scan.flip_angle_deg = (double)NAN, f.scan.repetition_time_s = (double)NAN;
    f.scan.imaging_frequency_mhz = (double)NAN;
    f.fatwater.grid = f.sites.grid = f.scan.grid;
    f.fatwater.pdff_fraction = f.pdff, f.fatwater.water = f.water, f.fatwater.fat = f.fat;
    f.fatwater.quality = f.quality;
    f.fatwater.sign = 1, f.fatwater.sign_ratio = 7.5, f.fatwater.t1_bias_expected = (double)NAN;
    f.fatwater.n_fitted = 777;
    f.sites.site_of_voxel = f.site_of_voxel, f.sites.site = f.site, f.sites.n_site = N_SITE;
    f.measures.row = f.row, f.measures.n_row = N_ROW;
    f.measures.swap_suspect_fraction = 0.012, f.measures.snr_median = 45;
    fixture_rows(&f);
    fixture_voxels(&f);
    f.recipe_input.path = (char *)"m.nii.gz";
    fsc_copy_text(f.recipe_input.sha256, sizeof f.recipe_input.sha256,
                  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    f.recipe = (fsc_recipe){(char *)"fascicle run x", (char *)"{\"spectrum\": \"ismrm6\"}", &f.recipe_input, 1};
    f.input = (fsc_report_input){
        .scan = &f.scan, .fatwater = &f.fatwater, .sites = &f.sites, .measures = &f.measures, .recipe = &f.recipe};
    *state = &f;
    return 0;
}

/* One name a process: tests run side by side. */
static inline const char *fixture_page_path(void) {
    static char path[64];
    (void)snprintf(path, sizeof path, "test_report_page_%ld.html", (long)getpid());
    return path;
}
#define FIXTURE_PAGE fixture_page_path()

/* Writes a page of the fixture and reads it back; free with fsc_free. */
static inline char *fixture_page_for(const fixture *f, fsc_reader reader) {
    static char *text; /* static: gcc 12 takes cmocka's jumps for a way back into this frame */
    size_t length = 0;
    text = NULL;
    assert_ok(fsc_report_write_page(FIXTURE_PAGE, reader, &f->input, &test_error));
    assert_ok(fsc_file_read(&text, &length, FIXTURE_PAGE, (size_t)1 << 26, &test_error));
    (void)unlink(FIXTURE_PAGE);
    return text;
}

static inline char *fixture_page(const fixture *f) {
    return fixture_page_for(f, FSC_READER_RESEARCH);
}

#endif
