#include "say.h"

#include <math.h>
#include <string.h>

void say_scan(cli *c, const fsc_scan *s) {
    const char *kind = fsc_scan_kind_text(s->kind);
    double mm[3];
    fsc_grid_spacing_mm(&s->grid, mm);
    char echoes[96] = "", field[32] = "";
    if (s->n_echo == 1) (void)snprintf(echoes, sizeof echoes, "1 echo %.2f ms, ", 1e3 * s->te_s[0]);
    if (s->n_echo > 1)
        (void)snprintf(echoes, sizeof echoes, "%d echoes %.2f–%.2f ms, ", s->n_echo, 1e3 * s->te_s[0],
                       1e3 * s->te_s[s->n_echo - 1]);
    if (isfinite(s->b0_tesla)) (void)snprintf(field, sizeof field, "%.4g T, ", s->b0_tesla);
    const double dim[] = {(double)s->grid.dim[0], (double)s->grid.dim[1], (double)s->grid.dim[2]};
    cli_row(c, "scan",
            FIELDS(FIELD("name", s->name), FIELD("participant", s->participant), FIELD("session", s->session),
                   FIELD("kind", kind), FIELD_ARRAY("te_s", s->te_s, s->n_echo), FIELD("b0_tesla", s->b0_tesla),
                   FIELD_ARRAY("dim", dim, 3), FIELD_ARRAY("voxel_mm", mm, 3),
                   FIELD("spacing_assumed", s->grid.spacing_assumed)),
            "%s, %s%s%.0f × %.0f × %.0f%s", kind, echoes, field, dim[0], dim[1], dim[2],
            s->grid.spacing_assumed ? ", voxel size assumed" : "");
    cli_notes(c, "scan", &s->notes, 0);
}

void say_separate(cli *c, const fsc_fatwater *f, double seconds) {
    char sign[96] = "", ramp[96] = "";
    if (f->method == FSC_METHOD_COMPLEX || f->method == FSC_METHOD_TWO_POINT) {
        (void)snprintf(sign, sizeof sign, ", sign %s", f->sign < 0 ? "conjugated" : "as stored");
        if (isfinite(f->sign_ratio)) {
            const size_t n = strlen(sign);
            (void)snprintf(sign + n, sizeof sign - n, " (%.1f : 1 clearer)", f->sign_ratio);
        }
        if (f->ramp_axis >= 0)
            (void)snprintf(ramp, sizeof ramp, ", readout ramp of %.3f dwell along axis %d removed", f->ramp_slope_dwell,
                           f->ramp_axis);
        else
            (void)snprintf(ramp, sizeof ramp, ", no readout ramp");
    }
    cli_row(c, "separate",
            FIELDS(FIELD("method", fsc_method_text(f->method)), FIELD("spectrum", f->spectrum), FIELD("sign", f->sign),
                   FIELD("sign_ratio", f->sign_ratio), FIELD("ramp_axis", f->ramp_axis),
                   FIELD("ramp_slope_dwell", f->ramp_slope_dwell), FIELD("n_fitted", f->n_fitted),
                   FIELD("duration_s", seconds)),
            "%s%s%s%s%s  %.1f s", fsc_method_text(f->method), f->spectrum[0] ? ", " : "", f->spectrum, sign, ramp,
            seconds);
    cli_notes(c, "separate", &f->notes, 0);
}

void say_anatomy(cli *c, const fsc_sites *s) {
    char first[12] = "n/a", last[12] = "n/a";
    double low = INFINITY, high = -INFINITY;
    int muscles = 0, unknown = 0;
    for (int32_t i = 0; i < s->n_site; i++) {
        const fsc_place *place = &s->site[i].place;
        muscles += i == 0 || strcmp(place->muscle, s->site[i - 1].place.muscle) != 0;
        unknown |= place->side == FSC_SIDE_UNKNOWN;
        const double order = fsc_level_order(place->level);
        if (order < low) memcpy(first, place->level, sizeof first);
        if (order > high) memcpy(last, place->level, sizeof last);
        low = order < low ? order : low;
        high = order > high ? order : high;
    }
    cli_row(c, "anatomy",
            FIELDS(FIELD("muscle_scheme", s->muscle_scheme), FIELD("level_scheme", s->level_scheme),
                   FIELD("n_muscle", muscles), FIELD("n_site", s->n_site), FIELD("level_first", first),
                   FIELD("level_last", last), FIELD("side_unknown", unknown)),
            "%s (%d muscle%s%s)%s%s (%s–%s)", s->muscle_scheme, muscles, muscles == 1 ? "" : "s",
            unknown ? ", side unknown" : "", s->level_scheme[0] ? " · " : ", no level map", s->level_scheme, first,
            last);
    cli_notes(c, "anatomy", &s->notes, 0);
}

void say_measure(cli *c, const fsc_measures *m) {
    long long sites = 0, voxels = 0, missing = 0, cut = 0;
    for (int32_t i = 0; i < m->n_row; i++) {
        if (m->row[i].kind != FSC_ROW_SITE) continue;
        sites++;
        voxels += m->row[i].n_voxel;
        missing += m->row[i].n_missing;
        cut += m->row[i].cut_by_fov != 0;
    }
    const cli_field *fields = FIELDS(FIELD("n_site", sites), FIELD("n_voxel", voxels), FIELD("n_missing", missing),
                                     FIELD("n_cut_by_fov", cut), FIELD("n_fitted", m->n_fitted),
                                     FIELD("pdff_median_fraction", m->pdff_median_fraction));
    if (sites)
        cli_row(c, "measure", fields,
                "%lld sites, %lld voxels measured of %lld labelled; %lld cut by the field of view", sites, voxels,
                voxels + missing, cut);
    else
        cli_row(c, "measure", fields, "%lld voxels fitted, median fat fraction %.1f %%", (long long)m->n_fitted,
                100 * m->pdff_median_fraction);
    cli_notes(c, "measure", &m->notes, 0);
}

void say_sentences(cli *c, const char *step, const char *key, const fsc_map *map) {
    for (int32_t i = 0; i < map->n_sentence; i++)
        if (strcmp(map->sentence[i].key, key) == 0) cli_line(c, step, "%s", map->sentence[i].text);
}

void say_map(cli *c, const fsc_map *map) {
    int placed = 0, sites = 0, borrowed = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        if (map->site[i].row.kind != FSC_ROW_SITE) continue;
        sites++;
        placed += map->site[i].norm.norm_id[0] != 0;
        borrowed += map->site[i].norm.kind == FSC_NORM_BORROWED;
    }
    if (map->stop) cli_line(c, "STOP", "%s: %s", map->exam->red_flag[0].urgency, map->exam->red_flag[0].action);
    const int asked = isfinite(map->exam->age_years) && map->exam->sex != FSC_SEX_UNKNOWN;
    cli_row(c, "map",
            FIELDS(FIELD("n_site", sites), FIELD("n_site_with_norm", placed), FIELD("n_site_borrowed", borrowed),
                   FIELD("stop", map->stop)),
            "%d of %d sites have a reference group to compare with, %d more a borrowed band%s", placed, sites, borrowed,
            asked ? "" : "; age and sex are not given (--exam, or participants.tsv)");
    cli_notes(c, "map", &map->notes, 0);
}

void say_change(cli *c, const fsc_map *map, const char *since) {
    int compared = 0, real = 0;
    char names[600] = "";
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_map_site *site = &map->site[i];
        const fsc_change *d = &site->change;
        if (site->row.kind != FSC_ROW_SITE || d->real < 0) continue;
        compared++;
        if (!d->real) continue;
        const size_t n = strlen(names);
        if (++real <= 6)
            (void)snprintf(names + n, sizeof names - n, "%s %s %s %s %+.1f points", n ? "," : ":",
                           site->row.place.muscle, site->row.place.level, fsc_side_text(site->row.place.side),
                           100 * d->net_fraction);
    }
    cli_row(c, "change", FIELDS(FIELD("since", since), FIELD("n_compared", compared), FIELD("n_real", real)),
            "since %s: %d of %d sites changed beyond measurement error%s%s", since, real, compared, names,
            real > 6 ? " and more" : "");
}

void say_forecast(cli *c, const fsc_forecast *f) {
    cli_row(c, "forecast",
            FIELDS(FIELD("n_level", f->n_level), FIELD("n_site", f->n_site), FIELD("n_member", f->n_member),
                   FIELD("within", f->within)),
            "%d levels, two stories of %d virtual people; %s", f->n_level, f->n_member, f->within);
    cli_notes(c, "forecast", &f->notes, 0);
}

void say_plan(cli *c, const fsc_plan *plan) {
    for (int32_t i = 0; i < plan->n_stop; i++)
        cli_line(c, "STOP", "%s: %s", plan->stop[i].urgency, plan->stop[i].action);
    for (int32_t i = 0; i < plan->n_sentence; i++)
        if (plan->state == FSC_PLAN_SCOPE && strcmp(plan->sentence[i].part, "scope") == 0)
            cli_line(c, "plan", "%s", plan->sentence[i].text);
    for (int32_t i = 0; i < plan->n_ask && plan->state == FSC_PLAN_ASK; i++)
        if (plan->ask[i].holds) cli_line(c, "ask", "%s: %s", plan->ask[i].key, plan->ask[i].text);
    cli_row(c, "plan",
            FIELDS(FIELD("state", fsc_plan_state_text(plan->state)), FIELD("n_stop", plan->n_stop),
                   FIELD("n_refer", plan->n_refer), FIELD("n_hold_back", plan->n_hold_back),
                   FIELD("n_region", plan->n_region), FIELD("n_step", plan->n_step), FIELD("n_topic", plan->n_topic),
                   FIELD("n_home", plan->n_home)),
            plan->state == FSC_PLAN_READY ? "steps %d, held back %d, topics to discuss %d, exercises %d; %s"
                                          : "no plan (steps %d, held back %d, topics to discuss %d, exercises %d); %s",
            plan->n_step, plan->n_hold_back, plan->n_topic, plan->n_home, plan->signature);
}
