/* fascicle change: two visits compared, or a line through all of them. */
#include "say.h"

#include <math.h>
#include <string.h>

typedef struct values {
    const char *participant, *from, *to, *store, *out;
    int trend;
} values;

static void print_site(cli *c, const fsc_map_site *site) {
    const fsc_change *d = &site->change;
    const fsc_place *place = &site->row.place;
    char ageing[48] = "no ageing rate known";
    if (isfinite(d->ageing_fraction))
        (void)snprintf(ageing, sizeof ageing, "ageing %+.2f (SD %.2f) taken off", 100 * d->ageing_fraction,
                       100 * d->ageing_se_fraction);
    const cli_field *fields =
        FIELDS(FIELD_PLACE(*place), FIELD("real", d->real), FIELD("reason", d->reason),
               FIELD("net_fraction", d->net_fraction), FIELD("low_fraction", d->low_fraction),
               FIELD("high_fraction", d->high_fraction), FIELD("difference_fraction", d->difference_fraction),
               FIELD("ageing_fraction", d->ageing_fraction), FIELD("ageing_se_fraction", d->ageing_se_fraction),
               FIELD("least_real_fraction", d->least_real_fraction), FIELD("p_adjusted", d->p_adjusted));
    if (d->real < 0)
        cli_row(c, "site", fields, "%s %s %s: %s", place->muscle, place->level, fsc_side_text(place->side), d->reason);
    else
        cli_row(c, "site", fields, "%s %s %s: %+.2f points (90 %% %+.2f to %+.2f; %s): %s; least real change %.2f",
                place->muscle, place->level, fsc_side_text(place->side), 100 * d->net_fraction, 100 * d->low_fraction,
                100 * d->high_fraction, ageing, d->real ? "REAL" : "within measurement error",
                100 * d->least_real_fraction);
}

static fsc_status write_record(cli *c, const values *v, const fsc_map *now, const char *from, const char *to,
                               fsc_error *err) {
    char name[200], path[CLI_PATH_MAX];
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    TRY(cli_path(name, sizeof name, err, "%s_%s_since_%s", v->participant, to, from));
    TRY(cli_path(path, sizeof path, err, "%s/%s_map.json", v->out, name));
    TRY(cli_recipe(c, &recipe, err));
    TRY(fsc_map_write(now, v->out, name, &recipe, err));
    cli_file(c, "record", path);
    return FSC_OK;
}

static fsc_status compare(cli *c, const values *v, fsc_store *store, const char *from, const char *to, fsc_error *err) {
    AUTO(fsc_map) before = NULL;
    AUTO(fsc_map) now = NULL;
    TRY(fsc_store_map(&before, store, v->participant, from, err));
    TRY(fsc_store_map(&now, store, v->participant, to, err));
    TRY(fsc_change_run(now, before, err));
    say_sentences(c, "STOP", "stop", now); /* a red flag comes before everything */
    say_change(c, now, from);
    say_sentences(c, "change", "change", now);
    for (int real = 1; real >= -1; real--) /* what changed first, what could not be compared last */
        for (int32_t i = 0; i < now->n_site; i++)
            if (now->site[i].row.kind == FSC_ROW_SITE && now->site[i].change.real == real) print_site(c, &now->site[i]);
    cli_line(c, "family", "%s", now->change_multiplicity);
    return v->out ? write_record(c, v, now, from, to, err) : FSC_OK;
}

static void print_trend(cli *c, const fsc_trend *t) {
    const char *side = fsc_side_text(t->place.side);
    const cli_field *fields = FIELDS(
        FIELD_PLACE(t->place), FIELD("real", t->real), FIELD("reason", t->reason), FIELD("n_visit", t->n_visit),
        FIELD("duration_years", t->years), FIELD("net_fraction_per_year", t->net_per_year),
        FIELD("low_fraction_per_year", t->low_per_year), FIELD("high_fraction_per_year", t->high_per_year),
        FIELD("slope_fraction_per_year", t->slope_per_year), FIELD("ageing_fraction_per_year", t->ageing_per_year),
        FIELD("p_adjusted", t->p_adjusted), FIELD("misfit_p", t->misfit_p));
    if (t->real < 0)
        cli_row(c, "trend", fields, "%s %s %s: %s", t->place.muscle, t->place.level, side, t->reason);
    else
        cli_row(c, "trend", fields,
                "%s %s %s: %+.2f points a year beyond ageing (90 %% %+.2f to %+.2f; %d visits over %.1f years): %s%s",
                t->place.muscle, t->place.level, side, 100 * t->net_per_year, 100 * t->low_per_year,
                100 * t->high_per_year, t->n_visit, t->years, t->real ? "REAL" : "within measurement error",
                t->misfit_p < 0.05 ? "; not a straight line" : "");
}

static void print_trends(cli *c, const char *participant, const fsc_trend *trend, int32_t n) {
    int compared = 0, real = 0;
    for (int32_t i = 0; i < n; i++) {
        compared += trend[i].real >= 0;
        real += trend[i].real > 0;
    }
    cli_row(c, "trend", FIELDS(FIELD("participant", participant), FIELD("n_compared", compared), FIELD("n_real", real)),
            "%s: %d of %d sites change over the years beyond measurement error and ageing", participant, real,
            compared);
    for (int r = 1; r >= -1; r--)
        for (int32_t i = 0; i < n; i++)
            if (trend[i].real == r) print_trend(c, &trend[i]);
}

/* All visits of a person. */
typedef struct visits {
    fsc_map **map;
    int32_t n;
} visits;
static void visits_free(visits *all) {
    fsc_store_free_maps(all->map, all->n);
}

static fsc_status trends(cli *c, const values *v, fsc_store *store, fsc_error *err) {
    AUTO_STRUCT(visits) all = {0};
    AUTO_STRUCT(fsc_notes) notes = {0};
    AUTO(fsc_trend) trend = NULL;
    int32_t n = 0;
    TRY(fsc_store_maps(&all.map, &all.n, store, v->participant, err));
    TRY(fsc_change_trends(&trend, &n, &notes, (const fsc_map *const *)all.map, all.n, err));
    cli_notes(c, "trend", &notes, 1);
    print_trends(c, v->participant, trend, n);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    if (!v->store) return cli_usage(c, err, "--store FILE is missing: the file that keeps the visits");
    if (v->from && !v->to) return cli_usage(c, err, "name two visits, FROM and TO, or none for the last two");
    if (v->out) TRY(cli_check_writable(v->out, 1, err));
    AUTO(fsc_store) store = NULL;
    AUTO(fsc_visit) visit = NULL;
    int32_t n = 0;
    TRY(fsc_store_open(&store, v->store, 0, err));
    if (v->trend) return trends(c, v, store, err);
    if (v->from) return compare(c, v, store, v->from, v->to, err);
    TRY(fsc_store_visits(&visit, &n, store, v->participant, err));
    if (n < 2)
        return cli_usage(c, err, "%s has %d visit%s in %s; two are needed", v->participant, n, n == 1 ? "" : "s",
                         v->store);
    return compare(c, v, store, visit[n - 2].acquisition.session, visit[n - 1].acquisition.session, err);
}

static const arg args[] = {{"PERSON", offsetof(values, participant), 1, "as in 'fascicle visits'"},
                           {"FROM", offsetof(values, from), 0, "the visit to compare with (default: the last but one)"},
                           {"TO", offsetof(values, to), 0, "the visit that changed (default: the last)"},
                           ARG_END};
static const opt opts[] = {
    OPT(values, store, "store", OPT_TEXT, "FILE", "the file that keeps the visits"),
    OPT(values, trend, "trend", OPT_FLAG, NULL, "a line through all visits instead of two of them"),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "also write the later visit's record with its changes"),
    OPT_END,
};
const command cmd_change = {
    .name = "change",
    .group = "over time",
    .line = "compare two visits, or draw a line through all: is the change real?",
    .about =
        "Compares any two visits of a person site by site, in either order. A change is called real only beyond the "
        "least real change of this pair of scans: both standard errors, how well method and scanner repeat, and what "
        "age alone brings, shared among all sites so that at most 5 % of people without change get any 'real'. "
        "Another scanner or protocol widens it; another method makes the visits incomparable.",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
