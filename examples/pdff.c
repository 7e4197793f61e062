/* Separates a scan and prints the median fat fraction of each muscle site.
 * cc pdff.c $(pkg-config --cflags --libs fascicle) -o pdff && ./pdff SCAN MUSCLES.nii.gz LEVELS.nii.gz */
#include <fascicle/fascicle.h>
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    fsc_error err = FSC_ERROR_INIT;
    fsc_scan *scan = NULL;
    fsc_fatwater *maps = NULL;
    fsc_labels *muscles = NULL, *levels = NULL;
    fsc_sites *sites = NULL;
    fsc_measures *table = NULL;
    const fsc_sites_options opt = FSC_SITES_OPTIONS_INIT;
    if (fsc_scan_read(&scan, argv[1], NULL, &err) == FSC_OK && fsc_separate_run(&maps, scan, NULL, &err) == FSC_OK &&
        fsc_labels_read(&muscles, argv[2], &err) == FSC_OK && fsc_labels_read(&levels, argv[3], &err) == FSC_OK &&
        fsc_sites_build(&sites, &scan->grid, muscles, levels, &opt, &err) == FSC_OK &&
        fsc_measure_run(&table, maps, sites, &err) == FSC_OK)
        for (int i = 0; i < table->n_row; i++)
            printf("%-34s %-5s %-8s %5.1f %%\n", table->row[i].place.muscle, table->row[i].place.level,
                   fsc_side_text(table->row[i].place.side), 100 * table->row[i].pdff_median_fraction);
    if (err.code != FSC_OK) fprintf(stderr, "%s\n", err.text);
    fsc_measures_free(table);
    fsc_sites_free(sites);
    fsc_labels_free(levels);
    fsc_labels_free(muscles);
    fsc_fatwater_free(maps);
    fsc_scan_free(scan);
    return err.code != FSC_OK;
}
