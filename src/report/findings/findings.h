/* Findings: what stands out on a scan, strongest first, and what was not compared. Every page begins with them.
 *
 * A site that runs out of the picture, is small, noisy or perhaps exchanged makes no finding (column "headline" of
 * data/report/quality.tsv). A side difference must be larger than its error with all compared pairs taken together, so
 * that at most one person in twenty without any difference gets one (data/report/findings.tsv). */
#ifndef FSC_REPORT_FINDINGS_H
#define FSC_REPORT_FINDINGS_H

#include "sheet.h"
#include "text.h"

typedef enum fsc_notable_kind {
    FSC_NOTABLE_CHANGE = 0, /* a real change since an earlier visit */
    FSC_NOTABLE_OVER_P95,   /* over the reference's 95th percentile */
    FSC_NOTABLE_SIDE        /* left and right differ */
} fsc_notable_kind;

typedef struct fsc_notable {
    fsc_notable_kind kind;
    const fsc_cell *cell;  /* borrowed from the sheet; of a side difference the higher side */
    const fsc_cell *other; /* the lower side, or NULL */
    int32_t muscle;        /* of the sheet */
    double size_fraction;  /* higher minus lower; net change; NaN over P95 */
    double half90_fraction;
    double strength; /* sorts within a kind */
    int32_t felt;    /* the examiner felt something there */
} fsc_notable;

typedef struct fsc_findings {
    fsc_notable *item; /* owned, strongest first */
    int32_t n;
    fsc_notable *weaker; /* owned: pairs beyond their own error alone, over the floor, largest first */
    int32_t n_weaker;
    int32_t n_of[3];    /* findings of each kind */
    int32_t n_site;     /* sites that may make a finding */
    int32_t n_left_out; /* sites that may not */
    int32_t n_placed;   /* of n_site, compared with a reference group of the same method */
    int32_t n_pair;     /* of n_site, left and right both measured */
    int32_t n_followed; /* of n_site, compared with an earlier visit */
    double side_floor_fraction;
    const fsc_cell *most, *least; /* among n_site; NULL when there is none */
} fsc_findings;

/* Returns FSC_OK, FSC_E_NOTFOUND, FSC_E_FORMAT (a table of this build), FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_findings_make(fsc_findings *out, const fsc_sheet *sheet, fsc_error *err);
void fsc_findings_free(fsc_findings *findings);
#define FSC_AUTO_FINDINGS __attribute__((cleanup(fsc_findings_free)))

/* The finding of this kind on this cell, or NULL. */
const fsc_notable *fsc_findings_on(const fsc_findings *findings, const fsc_cell *cell, fsc_notable_kind kind);

/* How a muscle's sites fared in the comparison with other people. */
typedef struct fsc_compared {
    int32_t n_site, n_placed, n_other_method; /* n_other_method: only with a group of another method */
} fsc_compared;
fsc_compared fsc_findings_compared(const fsc_sheet *sheet, int32_t muscle);
/* "Multifidus (12 sites), Psoas major (10 of 12 sites)": muscles with sites that no reference group fits. Nothing is
 * appended when every site was compared. */
void fsc_findings_not_compared(fsc_text *out, const fsc_sheet *sheet);
/* Non-zero when the examiner felt a taut band, tenderness or referred pain at the cell's place. */
int fsc_findings_felt(const fsc_map *map, const fsc_cell *cell);

#endif
