/* Charts: fat along the levels, one panel a muscle; and the spread of fat over the whole scan. */
#ifndef FSC_REPORT_CHART_H
#define FSC_REPORT_CHART_H

#include "sheet.h"
#include "text.h"

/* Small multiples on one scale: head at the top, 90 % intervals as lines. Nothing when fewer than two levels. */
void fsc_chart_levels_add(fsc_text *out, const fsc_sheet *sheet);
/* The four quarters of every site, medial to lateral. Nothing when none was measured. */
void fsc_chart_strips_add(fsc_text *out, const fsc_sheet *sheet);
/* Histogram of the fat fraction of every fitted voxel. */
void fsc_chart_histogram_add(fsc_text *out, const fsc_fatwater *fatwater);

#endif
