#include "findings.h"

#include "alloc.h"
#include "fail.h"
#include "standing.h"
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int may_stand(const fsc_standing *r, const fsc_row *row) {
    return fsc_standing_site(r, row->pdff_mean_fraction, row->cut_by_fov, row->quality);
}

int fsc_findings_felt(const fsc_map *map, const fsc_cell *cell) {
    if (!map || !map->exam || !cell->row) return 0;
    for (int32_t p = 0; p < map->exam->n_palpation; p++) {
        const fsc_palpation *felt = &map->exam->palpation[p];
        const int anything = felt->taut_band == FSC_ANSWER_YES || felt->tenderness == FSC_ANSWER_YES ||
                             felt->referred_pain == FSC_ANSWER_YES;
        if (anything && fsc_place_same(&felt->place, &cell->row->place)) return 1;
    }
    return 0;
}

static void mark_felt(fsc_notable *finding, const fsc_map *map) {
    finding->felt = fsc_findings_felt(map, finding->cell) || (finding->other && fsc_findings_felt(map, finding->other));
}

static void add(fsc_findings *f, const fsc_map *map, fsc_notable finding) {
    mark_felt(&finding, map);
    f->item[f->n++] = finding;
    f->n_of[finding.kind]++;
}

static void look_at_site(fsc_findings *f, const fsc_sheet *sheet, int32_t m, const fsc_cell *cell) {
    f->n_site++;
    if (!f->most || cell->row->pdff_mean_fraction > f->most->row->pdff_mean_fraction) f->most = cell;
    if (!f->least || cell->row->pdff_mean_fraction < f->least->row->pdff_mean_fraction) f->least = cell;
    if (!cell->site) return;
    const fsc_change *change = &cell->site->change;
    f->n_followed += change->real >= 0;
    f->n_placed += fsc_cell_is_placed(cell);
    if (fsc_cell_change(cell))
        add(f, sheet->map,
            (fsc_notable){.kind = FSC_NOTABLE_CHANGE,
                          .cell = cell,
                          .muscle = m,
                          .size_fraction = change->net_fraction,
                          .half90_fraction = fsc_words_half90(change->se_fraction),
                          .strength = fabs(change->net_fraction)});
    if (fsc_cell_is_placed(cell) && cell->site->norm.percentile > 95)
        add(f, sheet->map,
            (fsc_notable){.kind = FSC_NOTABLE_OVER_P95,
                          .cell = cell,
                          .muscle = m,
                          .size_fraction = (double)NAN,
                          .half90_fraction = (double)NAN,
                          .strength = cell->site->norm.z});
}

typedef void (*visit)(fsc_findings *f, const fsc_sheet *sheet, int32_t m, int32_t l, const fsc_standing *r);

static void look_at_sites(fsc_findings *f, const fsc_sheet *sheet, int32_t m, int32_t l, const fsc_standing *r) {
    for (int slot = 0; slot < 3; slot++) {
        const fsc_cell *cell = fsc_sheet_cell(sheet, m, l, (fsc_slot)slot);
        if (!cell->row) continue;
        if (may_stand(r, cell->row))
            look_at_site(f, sheet, m, cell);
        else
            f->n_left_out++;
    }
}

/* Left, right, and their difference; zero when they make no pair. */
static int pair_of(const fsc_sheet *sheet, int32_t m, int32_t l, const fsc_standing *r, const fsc_cell *side[2],
                   double *difference, double *half90) {
    side[0] = fsc_sheet_cell(sheet, m, l, FSC_SLOT_LEFT);
    side[1] = fsc_sheet_cell(sheet, m, l, FSC_SLOT_RIGHT);
    if (!side[0]->row || !side[1]->row || !may_stand(r, side[0]->row) || !may_stand(r, side[1]->row)) return 0;
    (void)fsc_sheet_side_difference(sheet, m, l, difference, half90);
    return isfinite(*difference) && *half90 > 0;
}

static void count_pair(fsc_findings *f, const fsc_sheet *sheet, int32_t m, int32_t l, const fsc_standing *r) {
    const fsc_cell *side[2];
    double difference, half90;
    f->n_pair += pair_of(sheet, m, l, r, side, &difference, &half90);
}

/* A finding is beyond its error with all pairs together (Bonferroni), and over the floor. */
static void look_at_pair(fsc_findings *f, const fsc_sheet *sheet, int32_t m, int32_t l, const fsc_standing *r) {
    const fsc_cell *side[2];
    double difference, half90;
    if (!pair_of(sheet, m, l, r, side, &difference, &half90)) return;
    const double se = half90 / fsc_words_half90(1), size = fabs(difference);
    if (!(size > half90 && size >= r->side_floor_fraction)) return;
    const int lower = difference > 0;
    fsc_notable finding = {.kind = FSC_NOTABLE_SIDE,
                           .cell = side[!lower],
                           .other = side[lower],
                           .muscle = m,
                           .size_fraction = size,
                           .half90_fraction = half90,
                           .strength = size};
    if (fsc_standing_side(r, f->n_pair, difference, se)) {
        add(f, sheet->map, finding);
    } else {
        mark_felt(&finding, sheet->map);
        f->weaker[f->n_weaker++] = finding;
    }
}

static void for_each_place(fsc_findings *f, const fsc_sheet *sheet, const fsc_standing *r, visit look) {
    for (int32_t m = 0; m < sheet->n_muscle; m++)
        for (int32_t l = 0; l < sheet->n_level; l++) look(f, sheet, m, l, r);
}

static int compare_findings(const void *a, const void *b) {
    const fsc_notable *left = a, *right = b;
    if (left->kind != right->kind) return left->kind < right->kind ? -1 : 1;
    if (left->strength != right->strength) return left->strength > right->strength ? -1 : 1;
    return left->cell < right->cell ? -1 : left->cell > right->cell; /* cells lie in one array */
}

fsc_status fsc_findings_make(fsc_findings *out, const fsc_sheet *sheet, fsc_error *err) {
    memset(out, 0, sizeof *out);
    fsc_standing r = {0};
    fsc_status status = fsc_standing_read(&r, err);
    /* At most a change and a percentile each site, and a difference each pair. */
    if (status == FSC_OK) out->item = fsc_alloc(3 * (int64_t)sheet->n_site + 1, sizeof *out->item);
    if (status == FSC_OK) out->weaker = fsc_alloc((int64_t)sheet->n_site + 1, sizeof *out->weaker);
    if (status == FSC_OK && (!out->item || !out->weaker)) status = fsc_fail_nomem(err, "looking for findings");
    if (status == FSC_OK) {
        out->side_floor_fraction = r.side_floor_fraction;
        for_each_place(out, sheet, &r, look_at_sites);
        for_each_place(out, sheet, &r, count_pair);
        for_each_place(out, sheet, &r, look_at_pair);
        qsort(out->item, (size_t)out->n, sizeof *out->item, compare_findings);
        qsort(out->weaker, (size_t)out->n_weaker, sizeof *out->weaker, compare_findings);
    }
    fsc_standing_free(&r);
    return status;
}

void fsc_findings_free(fsc_findings *findings) {
    fsc_free(findings->item);
    fsc_free(findings->weaker);
    memset(findings, 0, sizeof *findings);
}

const fsc_notable *fsc_findings_on(const fsc_findings *findings, const fsc_cell *cell, fsc_notable_kind kind) {
    for (int32_t i = 0; i < findings->n; i++)
        if (findings->item[i].kind == kind && findings->item[i].cell == cell) return &findings->item[i];
    return NULL;
}

fsc_compared fsc_findings_compared(const fsc_sheet *sheet, int32_t muscle) {
    fsc_compared c = {0};
    for (int32_t l = 0; l < sheet->n_level; l++)
        for (int slot = 0; slot < 3; slot++) {
            const fsc_cell *cell = fsc_sheet_cell(sheet, muscle, l, (fsc_slot)slot);
            if (!cell->row) continue;
            c.n_site++;
            if (fsc_cell_is_placed(cell))
                c.n_placed++;
            else
                c.n_other_method += cell->site && cell->site->other_method.norm_id[0];
        }
    return c;
}

void fsc_findings_not_compared(fsc_text *out, const fsc_sheet *sheet) {
    const char *gap = "";
    for (int32_t m = 0; m < sheet->n_muscle; m++) {
        const fsc_compared c = fsc_findings_compared(sheet, m);
        const int missing = (int)(c.n_site - c.n_placed);
        if (!missing) continue;
        fsc_text_add(out, gap);
        fsc_text_add_html(out, sheet->muscle[m].name);
        if (c.n_placed)
            fsc_text_printf(out, " (%d of %d sites)", missing, (int)c.n_site);
        else
            fsc_text_printf(out, " (%s%d site%s)", missing > 1 ? "all " : "", missing, missing == 1 ? "" : "s");
        gap = ", ";
    }
}
