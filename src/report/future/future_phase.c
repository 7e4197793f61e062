/* The model's threshold: strains of rising size, each a line through two of its states. Below the threshold a line
 * comes home, above it does not. It is the model's own picture, not this person's. */
#include "future_parts.h"
#include "future_words.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

enum { DOSES = 12, DAYS = 40, PANELS = 2 * FSC_CYCLE_N_STORY, PEOPLE = PANELS * DOSES };

#define DAY_STEP 18.0
#define HEALED 0.1 /* end-plate dysfunction below which the forecast counts a site as recovered */
#define WIDTH 250.0
#define LEFT 34.0
#define TOP 8.0
#define PLOT_W 205.0
#define PLOT_H 130.0

/* The spine of the picture: the forecast's own region. */
typedef struct stretch {
    const char *words, *top, *bottom; /* of the model */
    const char *first, *last;         /* strained and watched; one letter, so that digits compare */
} stretch;
static const stretch neck = {"neck", "C2", "T1", "C4", "C7"}, low_back = {"low back", "T12", "S1", "L2", "L5"};

static const stretch *stretch_of(const fsc_forecast *forecast) {
    for (int32_t i = 0; i < forecast->n_site; i++)
        if (forecast->story[0].site[i].level[0] == 'C') return &neck;
    return &low_back;
}

typedef struct path {
    double y[DAYS], scar[DAYS]; /* means over the watched deep sites */
} path;

static double dose_of(int k) {
    return 0.05 + 0.05 * k;
}

static int is_watched(const fsc_cycle_site *site, const stretch *where) {
    const char *level = site->level;
    return strcmp(site->layer, "deep") == 0 && level[0] == where->first[0] && level[1] >= where->first[1] &&
           level[1] <= where->last[1] && !level[2];
}

static double mean_of(const fsc_cycle *model, const stretch *where, const double *value) {
    double sum = 0;
    int n = 0;
    for (int32_t s = 0; s < fsc_cycle_n_site(model); s++)
        if (is_watched(fsc_cycle_site_at(model, s), where)) sum += value[s], n++;
    return n ? sum / n : (double)NAN;
}

/* People by story, then parameter set, then dose. */
static fsc_status make_people(fsc_cycle_person *person, fsc_cycle_event *event, double *amount, const fsc_cycle *model,
                              const stretch *where, fsc_error *err) {
    const int32_t n = fsc_cycle_n_site(model);
    for (int p = 0; p < PEOPLE; p++) {
        const int panel = p / DOSES;
        fsc_cycle_person_init(&person[p], model, panel % 2 ? FSC_CYCLE_SET_B : FSC_CYCLE_SET_A);
        FSC_TRY(fsc_cycle_strain_profile(amount + (int64_t)p * n, model, dose_of(p % DOSES), where->first, where->last,
                                         err));
        event[p] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, amount + (int64_t)p * n};
        person[p].story = (fsc_cycle_story)(panel / 2);
        person[p].event = &event[p];
        person[p].n_event = 1;
    }
    return FSC_OK;
}

static fsc_status follow(path *paths, const fsc_cycle *model, const stretch *where, const fsc_cycle_person *person,
                         fsc_error *err) {
    double day[DAYS];
    for (int d = 0; d < DAYS; d++) day[d] = DAY_STEP * d;
    const fsc_cycle_quantity quantity[2] = {FSC_CYCLE_STATE_Y, FSC_CYCLE_SCAR};
    const fsc_cycle_plan plan = {.day = day, .n_day = DAYS, .quantity = quantity, .n_quantity = 2};
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_cycle_simulate(&run, model, person, PEOPLE, &plan, NULL, err));
    for (int p = 0; p < PEOPLE; p++)
        for (int d = 0; d < DAYS; d++) {
            paths[p].y[d] = mean_of(model, where, fsc_cycle_run_at(run, p, d, 0));
            paths[p].scar[d] = mean_of(model, where, fsc_cycle_run_at(run, p, d, 1));
        }
    fsc_cycle_run_free(run);
    return FSC_OK;
}

static fsc_status simulate(path *paths, const fsc_cycle *model, const stretch *where, fsc_error *err) {
    FSC_AUTO_BLOCK fsc_cycle_person *person = fsc_alloc(PEOPLE, sizeof *person);
    FSC_AUTO_BLOCK fsc_cycle_event *event = fsc_alloc(PEOPLE, sizeof *event);
    FSC_AUTO_BLOCK double *amount = fsc_alloc((int64_t)PEOPLE * fsc_cycle_n_site(model), sizeof *amount);
    if (!person || !event || !amount) return fsc_fail_nomem(err, "drawing the model's threshold");
    FSC_TRY(make_people(person, event, amount, model, where, err));
    return follow(paths, model, where, person, err);
}

static double x_of(double y) {
    return LEFT + PLOT_W * fmin(1, fmax(0, y));
}
static double y_of(double scar, double top) {
    return TOP + PLOT_H * (1 - fmin(1, fmax(0, scar / top)));
}

static double top_of(const path *paths) {
    double most = 0.05;
    for (int p = 0; p < PEOPLE; p++)
        for (int d = 0; d < DAYS; d++)
            if (paths[p].scar[d] > most) most = paths[p].scar[d];
    return 0.05 * ceil(most / 0.05 - 1e-9);
}

static int heals(const path *line) {
    return line->y[DAYS - 1] < HEALED;
}

static void add_line(fsc_text *out, const path *line, double dose, double top) {
    const char *ink = heals(line) ? "#1b5e9a" : "#9a3412";
    fsc_text_add(out, "<path d=\"");
    for (int d = 0; d < DAYS; d++)
        fsc_text_printf(out, "%s%.1f %.1f", d ? "L" : "M", x_of(line->y[d]), y_of(line->scar[d], top));
    fsc_text_printf(
        out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.3\"%s><title>strain of %.0f %%: %s</title></path>", ink,
        heals(line) ? "" : " stroke-dasharray=\"5 2\"", 100 * dose, heals(line) ? "heals" : "does not heal");
    fsc_text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" fill=\"%s\"/>\n", x_of(line->y[DAYS - 1]),
                    y_of(line->scar[DAYS - 1], top), ink);
}

static void add_threshold(fsc_text *out, const path *paths) {
    int first = 0;
    while (first < DOSES && heals(&paths[first])) first++;
    fsc_text_add(out, "<figcaption>");
    if (first == DOSES)
        fsc_text_printf(out, "every strain up to %.0f %% heals", 100 * dose_of(DOSES - 1));
    else if (first == 0)
        fsc_text_printf(out, "even a strain of %.0f %% does not heal", 100 * dose_of(0));
    else
        fsc_text_printf(out, "threshold between a strain of %.0f and %.0f %%", 100 * dose_of(first - 1),
                        100 * dose_of(first));
    fsc_text_add(out, "</figcaption>");
}

static void add_panel(fsc_text *out, const path *paths, int panel, double top) {
    fsc_text_printf(
        out,
        "<figure class=\"panel\"><h4>Story %s, parameter set %s</h4>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
        "viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Lines of strains of rising size through end-plate "
        "dysfunction and scar\">\n",
        panel / 2 ? "B" : "A", panel % 2 ? "B" : "A", WIDTH, TOP + PLOT_H + 30);
    fsc_text_printf(out,
                    "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" fill=\"none\" stroke=\"#d5d9de\"/>",
                    LEFT, TOP, PLOT_W, PLOT_H);
    for (int k = 0; k <= 2; k++)
        fsc_text_printf(
            out,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"9.5\" fill=\"#4a5563\">%.0f</text><text "
            "x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"9.5\" fill=\"#4a5563\">%.0f</text>",
            x_of(0.5 * k), TOP + PLOT_H + 12, 50.0 * k, LEFT - 4, y_of(0.5 * k * top, top) + 3, 50 * k * top);
    fsc_text_printf(
        out,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10\" fill=\"#4a5563\">end-plate dysfunction, "
        "%%</text><text transform=\"translate(10 %.1f) rotate(-90)\" text-anchor=\"middle\" font-size=\"10\" "
        "fill=\"#4a5563\">scar, %%</text><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"9.5\" "
        "font-style=\"italic\" fill=\"#6b7280\">within the model</text>\n",
        LEFT + PLOT_W / 2, TOP + PLOT_H + 26, TOP + PLOT_H / 2, LEFT + PLOT_W - 4, TOP + 11);
    for (int k = 0; k < DOSES; k++) add_line(out, &paths[panel * DOSES + k], dose_of(k), top);
    fsc_text_add(out, "</svg>");
    add_threshold(out, paths + panel * DOSES);
    fsc_text_add(out, "</figure>\n");
}

static void add_panels(fsc_text *out, const path *paths, const stretch *where) {
    fsc_text_printf(
        out,
        "<div class=\"together\">\n<h3>Why a small difference can matter: the model’s threshold</h3>\n<p "
        "class=\"figure-note\">Not this person: a healthy %s of the model after strains of 5 to 60 %% at %s to "
        "%s, followed for two years. Each line is one strain. Full blue lines come back towards the left: they "
        "heal. Dashed brown lines stay at the right: the cycle feeds itself. The published data do not choose "
        "between parameter sets A and B, nor between the stories.</p>\n<div class=\"panels\">\n",
        where->words, where->first, where->last);
    const double top = top_of(paths);
    for (int panel = 0; panel < PANELS; panel++) add_panel(out, paths, panel, top);
    fsc_text_add(out, "</div>\n</div>\n");
}

fsc_status fsc_future_phase_add(fsc_text *out, const fsc_forecast *forecast, fsc_error *err) {
    FSC_AUTO_BLOCK path *paths = fsc_alloc(PEOPLE, sizeof *paths);
    if (!paths) return fsc_fail_nomem(err, "drawing the model's threshold");
    fsc_cycle *model = NULL;
    const stretch *where = stretch_of(forecast);
    FSC_TRY(fsc_cycle_new(&model, where->top, where->bottom, 0, err));
    const fsc_status status = simulate(paths, model, where, err);
    fsc_cycle_free(model);
    if (status == FSC_OK) add_panels(out, paths, where);
    return status;
}
