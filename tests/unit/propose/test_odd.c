/* propose: scans that are not what it is for. Each is refused in one line, or what cannot be proposed is left out and
 * said. */
#include "../test.h"
#include "alloc.h"

#include <fascicle/fascicle.h>
#include <math.h>
#include <string.h>

static fsc_fatwater *blank(const fsc_grid *grid) {
    const int64_t n = fsc_grid_count(grid);
    fsc_fatwater *maps = fsc_alloc(1, sizeof *maps);
    maps->grid = *grid;
    maps->method = FSC_METHOD_COMPLEX;
    maps->water = fsc_alloc(n, sizeof(float));
    maps->fat = fsc_alloc(n, sizeof(float));
    maps->pdff_fraction = fsc_alloc(n, sizeof(float));
    return maps;
}

static void put(fsc_fatwater *maps, int64_t v, double water, double fat) {
    maps->water[v] = (float)water;
    maps->fat[v] = (float)fat;
    maps->pdff_fraction[v] = water + fat > 0 ? (float)(fat / (water + fat)) : NAN;
}

/* A drawn low back's maps; take(ijk) says which voxel lies where (negative: nothing). */
static fsc_fatwater *from_back(const fsc_phantom *p, const fsc_grid *grid,
                               int64_t (*take)(const int64_t dim[3], const int64_t at[3])) {
    fsc_fatwater *maps = blank(grid);
    int64_t v = 0;
    for (int64_t k = 0; k < grid->dim[2]; k++)
        for (int64_t j = 0; j < grid->dim[1]; j++)
            for (int64_t i = 0; i < grid->dim[0]; i++, v++) {
                const int64_t at[3] = {i, j, k}, from = take(p->scan->grid.dim, at);
                put(maps, v, from < 0 ? 0 : (double)p->truth_water[from], from < 0 ? 0 : (double)p->truth_fat[from]);
            }
    return maps;
}

static int64_t as_it_is(const int64_t dim[3], const int64_t at[3]) {
    return at[0] + dim[0] * (at[1] + dim[1] * at[2]);
}

static int64_t left_half(const int64_t dim[3], const int64_t at[3]) {
    return at[0] < dim[0] / 2 ? -1 : as_it_is(dim, at);
}

/* The person on the side, the file not saying so: a quarter turn about the head-foot axis. */
static int64_t turned(const int64_t dim[3], const int64_t at[3]) {
    const int64_t i = at[1] + (dim[0] - dim[1]) / 2, j = at[0] - (dim[0] - dim[1]) / 2;
    return i < 0 || j < 0 || i >= dim[0] || j >= dim[1] ? -1 : i + dim[0] * (j + dim[1] * at[2]);
}

/* Metal beside L4 and L5: nothing is seen within 45 mm. */
static int64_t with_metal(const int64_t dim[3], const int64_t at[3]) {
    const double x = ((double)at[0] - 0.5 * (double)dim[0] + 2) * 330 / (double)dim[0],
                 y = ((double)at[1] - 0.30 * (double)dim[1]) * 225 / (double)dim[1],
                 z = ((double)at[2] - 0.35 * (double)dim[2]) * 216 / (double)dim[2];
    return x * x + y * y + z * z < 45 * 45 ? -1 : as_it_is(dim, at);
}

static int64_t one_slice(const int64_t dim[3], const int64_t at[3]) {
    return at[0] + dim[0] * (at[1] + dim[1] * (dim[2] / 2));
}

static fsc_phantom *back(void) {
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    fsc_phantom *p = NULL;
    opt.seed = 71;
    opt.scale = 0.6;
    opt.n_echo = 2;
    assert_ok(fsc_phantom_make(&p, &opt, &test_error));
    return p;
}

/* Refused with that status, and the line says what to do or what is missing. */
static void refused(const fsc_fatwater *maps, const fsc_propose_options *opt, fsc_status as, const char *word) {
    fsc_proposal *q = NULL;
    assert_fails(fsc_propose_run(&q, maps, opt, &test_error), as);
    print_message("%s\n", test_error.text);
    assert_null(q);
    assert_non_null(strstr(test_error.text, word));
    assert_null(strchr(test_error.text, '\n'));
    test_error = (fsc_error)FSC_ERROR_INIT;
}

/* A head is a ball of water in a shell of fat; a thigh a tube of it around a bone. */
static void a_head_and_a_thigh_are_refused(void **state) {
    (void)state;
    fsc_phantom *p = back();
    for (int thigh = 0; thigh < 2; thigh++) {
        fsc_fatwater *maps = blank(&p->scan->grid);
        const int64_t n = fsc_grid_count(&maps->grid), *dim = maps->grid.dim;
        for (int64_t v = 0; v < n; v++) {
            const double index[3] = {(double)(v % dim[0]), (double)(v / dim[0] % dim[1]),
                                     (double)(v / (dim[0] * dim[1]))};
            double mm[3];
            fsc_grid_to_mm(&maps->grid, index, mm);
            const double r = sqrt(mm[0] * mm[0] + mm[1] * mm[1] + (thigh ? 0 : mm[2] * mm[2]));
            if (r < 92) put(maps, v, r < 78 ? 950 : 60, r < 78 ? 40 : 1000);
            if (thigh && r < 14) put(maps, v, r < 9 ? 60 : 20, r < 9 ? 900 : 10);
        }
        fsc_propose_options anchored = FSC_PROPOSE_OPTIONS_INIT;
        strcpy(anchored.anchor.level, "L3");
        refused(maps, NULL, FSC_E_ANATOMY, "no low back");
        refused(maps, &anchored, FSC_E_ANATOMY, "no low back");
        fsc_fatwater_free(maps);
    }
    fsc_phantom_free(p);
}

static void a_person_on_the_side_and_one_slice_are_refused(void **state) {
    (void)state;
    fsc_phantom *p = back();
    fsc_fatwater *maps = from_back(p, &p->scan->grid, turned);
    refused(maps, NULL, FSC_E_ANATOMY, "no low back");
    fsc_fatwater_free(maps);
    fsc_grid one = p->scan->grid;
    one.dim[2] = 1;
    maps = from_back(p, &one, one_slice);
    refused(maps, NULL, FSC_E_ANATOMY, "no low back");
    fsc_fatwater_free(maps);
    fsc_phantom_free(p);
}

/* What is not seen is not proposed, or flagged; what is seen whole may be. */
static void half_a_body_and_metal_are_flagged(void **state) {
    (void)state;
    fsc_phantom *p = back();
    for (int metal = 0; metal < 2; metal++) {
        fsc_fatwater *maps = from_back(p, &p->scan->grid, metal ? with_metal : left_half);
        fsc_proposal *q = NULL;
        const fsc_status status = fsc_propose_run(&q, maps, NULL, &test_error);
        print_message("%s: %s\n", metal ? "metal" : "half", status == FSC_OK ? "proposed" : test_error.text);
        test_error = (fsc_error)FSC_ERROR_INIT;
        assert_true(status == FSC_OK || status == FSC_E_ANATOMY || status == FSC_E_SHAPE);
        for (int32_t m = 0; q && m < q->n_muscle; m++) {
            const fsc_proposed_muscle *is = &q->muscle[m];
            int64_t n = 0, unseen = 0;
            for (int64_t v = 0; v < fsc_grid_count(&maps->grid); v++) {
                if (q->muscles->data[v] != is->value) continue;
                n++;
                unseen += !(maps->water[v] + maps->fat[v] > 0);
            }
            print_message("  %s %s %d voxels, %d unseen: %s\n", is->muscle, fsc_side_text(is->side), (int)n,
                          (int)unseen, is->flags);
            assert_true(is->refused ? n == 0 : unseen * 10 <= n || strstr(is->flags, "not-seen"));
        }
        fsc_proposal_free(q);
        fsc_fatwater_free(maps);
    }
    fsc_phantom_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_head_and_a_thigh_are_refused),
                                       cmocka_unit_test(a_person_on_the_side_and_one_slice_are_refused),
                                       cmocka_unit_test(half_a_body_and_metal_are_flagged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
