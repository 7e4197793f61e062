/* fascicle change: two visits compared, or a line through all of them. */
#include "cmd.h"

#include <fascicle/change.h>
#include <fascicle/store.h>
#include <math.h>
#include <string.h>

typedef struct values {
    const char *participant, *from, *to, *store, *out;
    int trend;
} values;

static void print_site(cli *c, const fsc_map_site *site) {
    const fsc_change *d = &site->change;
    if (d->real < 0) {
        cli_line(c, "site", "%s %s %s: %s", site->row.place.muscle, site->row.place.level,
                 fsc_side_text(site->row.place.side), d->reason);
        return;
    }
    char ageing[40] = "no ageing rate known";
    if (isfinite(d->ageing_fraction))
        (void)snprintf(ageing, sizeof ageing, "ageing %+.2f (SD %.2f) taken off", 100 * d->ageing_fraction,
                       100 * d->ageing_se_fraction);
    cli_line(c, "site", "%s %s %s: %+.2f points (90 %% %+.2f to %+.2f; %s): %s; least real change %.2f",
             site->row.place.muscle, site->row.place.level, fsc_side_text(site->row.place.side), 100 * d->net_fraction,
             100 * d->low_fraction, 100 * d->high_fraction, ageing, d->real ? "REAL" : "within measurement error",
             100 * d->least_real_fraction);
}

static fsc_status compare(cli *c, const values *v, fsc_store *store, const char *from, const char *to, fsc_error *err) {
    fsc_map *before = NULL, *now = NULL;
    fsc_recipe recipe = {0};
    fsc_status status = fsc_store_map(&before, store, v->participant, from, err);
    if (status == FSC_OK) status = fsc_store_map(&now, store, v->participant, to, err);
    if (status == FSC_OK) status = fsc_change_run(now, before, err);
    if (status == FSC_OK) {
        for (int32_t i = 0; i < now->n_sentence; i++) /* a red flag comes before everything */
            if (strcmp(now->sentence[i].key, "stop") == 0) cli_line(c, "STOP", "%s", now->sentence[i].text);
        for (int32_t i = 0; i < now->n_sentence; i++)
            if (strcmp(now->sentence[i].key, "change") == 0) cli_line(c, "change", "%s", now->sentence[i].text);
        for (int32_t i = 0; i < now->n_site; i++)
            if (now->site[i].row.kind == FSC_ROW_SITE) print_site(c, &now->site[i]);
        cli_line(c, "family", "%s", now->change_multiplicity);
    }
    if (status == FSC_OK && v->out) {
        char name[200], path[4096];
        status = cli_path(name, sizeof name, err, "%s_%s_since_%s", v->participant, to, from);
        if (status == FSC_OK) status = cli_path(path, sizeof path, err, "%s/%s_map.json", v->out, name);
        if (status == FSC_OK) status = cli_recipe(c, &recipe, err);
        if (status == FSC_OK) status = fsc_map_write(now, v->out, name, &recipe, err);
        if (status == FSC_OK) cli_file(c, "record", path);
    }
    fsc_recipe_free(&recipe);
    fsc_map_free(before);
    fsc_map_free(now);
    return status;
}

static fsc_status trends(cli *c, const values *v, fsc_store *store, fsc_error *err) {
    fsc_trend *trend = NULL;
    fsc_notes notes = {0};
    fsc_map **visit = NULL;
    int32_t n = 0, n_visit = 0;
    fsc_status status = fsc_store_maps(&visit, &n_visit, store, v->participant, err);
    if (status == FSC_OK) status = fsc_change_trends(&trend, &n, &notes, (const fsc_map *const *)visit, n_visit, err);
    cli_notes(c, "trend", &notes, 1);
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        const fsc_trend *t = &trend[i];
        if (t->real < 0)
            cli_line(c, "trend", "%s %s %s: %s", t->place.muscle, t->place.level, fsc_side_text(t->place.side),
                     t->reason);
        else
            cli_line(
                c, "trend",
                "%s %s %s: %+.2f points a year beyond ageing (90 %% %+.2f to %+.2f; %d visits over %.1f years): %s%s",
                t->place.muscle, t->place.level, fsc_side_text(t->place.side), 100 * t->net_per_year,
                100 * t->low_per_year, 100 * t->high_per_year, t->n_visit, t->years,
                t->real ? "REAL" : "within measurement error", t->misfit_p < 0.05 ? "; not a straight line" : "");
    }
    fsc_change_free_trends(trend);
    fsc_store_free_maps(visit, n_visit);
    fsc_notes_free(&notes);
    return status;
}

static int run(cli *c, const void *given) {
    const values *v = given;
    if (!v->store) return cli_usage(c, "--store FILE is missing: the file that keeps the visits");
    if (v->from && !v->to) return cli_usage(c, "name two visits, FROM and TO, or none for the last two");
    fsc_error err = FSC_ERROR_INIT;
    fsc_store *store = NULL;
    fsc_visit *visit = NULL;
    int32_t n = 0;
    fsc_status status = fsc_store_open(&store, v->store, 0, &err);
    if (status == FSC_OK && v->trend) {
        status = trends(c, v, store, &err);
    } else if (status == FSC_OK && v->from) {
        status = compare(c, v, store, v->from, v->to, &err);
    } else if (status == FSC_OK) {
        status = fsc_store_visits(&visit, &n, store, v->participant, &err);
        if (status == FSC_OK && n < 2) {
            fsc_store_close(store);
            fsc_store_free_visits(visit);
            return cli_usage(c, "%s has %d visit%s in %s; two are needed", v->participant, n, n == 1 ? "" : "s",
                             v->store);
        }
        if (status == FSC_OK)
            status = compare(c, v, store, visit[n - 2].acquisition.session, visit[n - 1].acquisition.session, &err);
    }
    fsc_store_free_visits(visit);
    fsc_store_close(store);
    return status == FSC_OK ? EXIT_OK : cli_fail(c, status, &err);
}

static const arg args[] = {{"PERSON", offsetof(values, participant), 1, "as in 'fascicle visits'"},
                           {"FROM", offsetof(values, from), 0, "the visit to compare with (default: the last but one)"},
                           {"TO", offsetof(values, to), 0, "the visit that changed (default: the last)"},
                           {NULL, 0, 0, NULL}};
static const opt opts[] = {
    {"store", "FILE", OPT_TEXT, offsetof(values, store), "the file that keeps the visits"},
    {"trend", NULL, OPT_FLAG, offsetof(values, trend), "a line through all visits instead of two of them"},
    {"out", "FOLDER", OPT_TEXT, offsetof(values, out), "also write the later visit's record with its changes"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
extern const command cmd_change;
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
