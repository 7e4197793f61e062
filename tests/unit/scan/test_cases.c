/* The two real cases beside the project, when they are there: BIDS files against the .mat files they were made from. */
#include "../test.h"

#include <fascicle/scan.h>
#include <string.h>
#include <sys/stat.h>

static int absent(const char *path) {
    struct stat info;
    if (stat(path, &info) == 0) return 0;
    print_message("skipped: %s is absent\n", path);
    return 1;
}

typedef struct shared_case {
    const char *participant, *mat, *letters;
    int64_t dim[3];
    int32_t n_echo, side_known;
    double first_te_s;
} shared_case;

static const shared_case cases[] = {
    {"12", FSC_SHARED "/separation/input/12.mat", "LAS", {256, 157, 3}, 4, 1, 0.001744},
    {"16", FSC_SHARED "/separation/input/16.mat", "ASR", {208, 160, 3}, 5, 0, 0.00287},
};

/* images[row, col, slice] became i = col, j = last row - row, k = slice (ArrayMapping in the sidecars). */
static void real_cases_from_both_kinds_of_file(void **state) {
    (void)state;
    if (absent(FSC_SHARED "/cases/dataset_description.json")) skip();
    for (size_t c = 0; c < 2; c++) {
        const shared_case *s = &cases[c];
        const fsc_scan_options opt = {.participant = s->participant};
        fsc_scan *bids = NULL, *mat = NULL;
        char letters[4];
        assert_ok(fsc_scan_read(&bids, FSC_SHARED "/cases", &opt, &test_error));
        assert_memory_equal(bids->grid.dim, s->dim, sizeof s->dim);
        fsc_grid_orientation_letters(&bids->grid, letters);
        assert_string_equal(letters, s->letters);
        assert_int_equal(bids->n_echo, s->n_echo);
        assert_close(bids->te_s[0], s->first_te_s, 1e-9);
        assert_int_equal(bids->side_known, s->side_known);
        assert_true(bids->grid.spacing_assumed);
        assert_int_equal(bids->precession, 1);
        if (!absent(s->mat)) {
            assert_ok(fsc_scan_read(&mat, s->mat, NULL, &test_error));
            const int64_t ni = s->dim[0], nj = s->dim[1], n = ni * nj * s->dim[2] * s->n_echo;
            double largest = 0, apart = 0;
            for (int64_t v = 0; v < n; v++) {
                const int64_t i = v % ni, j = v / ni % nj, w = v / (ni * nj) * ni * nj + (nj - 1 - j) + nj * i;
                const double re = (double)bids->echo_re[v], im = (double)bids->echo_im[v];
                largest = fmax(largest, hypot(re, im));
                apart = fmax(apart, hypot(re - (double)mat->echo_re[w], im - (double)mat->echo_im[w]));
            }
            assert_true(apart < 1e-5 * largest);
        }
        fsc_scan_free(bids);
        fsc_scan_free(mat);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_cases_from_both_kinds_of_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
