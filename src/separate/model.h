/* The signal model of a scan: echo times, fat signal per echo, chemical shifts in Hz.
 *   s_n = (W + F a_n) exp(i phi) exp((i 2 pi psi - R2*) t_n),  a_n = sum_k amp_k exp(i 2 pi f_k t_n) */
#ifndef FSC_SEPARATE_MODEL_H
#define FSC_SEPARATE_MODEL_H

#include <fascicle/separate.h>

#define FSC_PEAK_MAX 16
/* The methylene peak that fat and water are most easily exchanged by, in ppm from water. */
#define FSC_MAIN_SHIFT_PPM 3.4

typedef struct fsc_spectrum {
    char name[32];
    int32_t n_peak;
    double ppm[FSC_PEAK_MAX];       /* from water; fat is negative */
    double amplitude[FSC_PEAK_MAX]; /* sums to 1 */
    double sum_as_listed;
} fsc_spectrum;

/* Reads one named spectrum of data/spectra.tsv; water_shift_ppm moves the water line away from fat.
 * FSC_E_NOTFOUND lists the names there are. */
FSC_MUST_USE fsc_status fsc_spectrum_find(fsc_spectrum *out, const char *name, double water_shift_ppm, fsc_error *err);

typedef struct fsc_model {
    int32_t n_echo;
    double te_s[FSC_ECHO_MAX];  /* snapped to even spacing when the list was a rounded even one */
    double tau_s[FSC_ECHO_MAX]; /* te_s - te_s[0] */
    int32_t uniform;            /* even spacing: every field repeats with period_hz */
    double dte_s;
    double dte_doubt; /* relative error that the rounding of the list leaves in dte_s; 0 for a list taken as it is */
    double period_hz; /* 1 / dte_s, or 0 */
    double frequency_mhz;
    double shift_hz; /* size of the main fat shift */
    double range_hz; /* fields are searched in +-range_hz */
    double fat_re[FSC_ECHO_MAX], fat_im[FSC_ECHO_MAX];
    int32_t r2_free;    /* 0: too few echoes to find R2* from them alone */
    double r2_typical;  /* per s: start of the fit, and centre of the prior where r2_free is 0 */
    double r2_prior_sd; /* per s: used only where r2_free is 0 */
} fsc_model;

/* Builds the model and notes what it assumed. FSC_E_RANGE for echo times that do not rise or an unknown field. */
FSC_MUST_USE fsc_status fsc_model_build(fsc_model *model, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                        fsc_notes *notes, fsc_error *err);
/* The fat signal at each echo for a main frequency in MHz. */
void fsc_model_set_fat(fsc_model *model, const fsc_spectrum *spectrum, double frequency_mhz);
/* The model of the echoes time[k], k < n, alone. */
void fsc_model_pick(fsc_model *out, const fsc_model *model, const int32_t *time, int32_t n);

#endif
