/* Writes a person's model as SBML Level 3 Version 1 core.
 *
 * States are parameters with rate rules, what levels and sites share are assignment rules, events of day 0 are in the
 * initial values, later ones are SBML events. A day's events are one linear map of a site's state; treatments are
 * parameters of the sites they reach, which events set at the days where courses start and stop. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "mathml.h"
#include "model.h"
#include "people.h"
#include "schedule.h"

#include <fascicle/exchange.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const parameter_word[FSC_P_ALL] = {
#define WORD(name) [FSC_P_##name] = #name,
    FSC_CYCLE_PARAMETERS(WORD) FSC_CYCLE_DERIVED(WORD)
#undef WORD
};
static const char *const state_word[FSC_CYCLE_N_STATE] = {"C", "D", "X1", "X2", "F", "N", "S", "Y", "I", "T", "H"};
static const char *const effect_word[FSC_EFFECT_N] = {"release", "young",      "mature", "hold",       "endplate",
                                                      "resolve", "trigger",    "repair", "loadmoving", "loadplain",
                                                      "use",     "regaincalm", "regain", "fatloss"};

typedef struct fsc_sbml {
    fsc_text text;
    const fsc_cycle *model;
    const fsc_cycle_person *person;
    fsc_cast cast;
    double *y;        /* [n_state] */
    double *effect;   /* [n_site][FSC_EFFECT_N] in force before the day at hand */
    uint8_t *treated; /* [n_site] ever reached by a course */
    fsc_break *stop;
    int32_t n_stop;
    int32_t site, level;                         /* at hand */
    char name[64], up[64], down[64], contra[64]; /* suffixes: "C4_deep_left" */
} fsc_sbml;

static void site_name(char name[64], const fsc_cycle *m, int32_t site) {
    *name = 0;
    if (site >= 0) fsc_format(name, 64, "%s_%s_%s", m->site[site].level, m->site[site].layer, m->site[site].side);
}

static void open_site(fsc_sbml *s, int32_t site) {
    const fsc_cycle *m = s->model;
    s->site = site;
    s->level = m->site[site].level_index;
    site_name(s->name, m, site);
    site_name(s->up, m, m->up[site]);
    site_name(s->down, m, m->down[site]);
    site_name(s->contra, m, m->contra[site]);
}

static const char *level_word(const fsc_sbml *s, int32_t level) {
    return fsc_cycle_level_at(s->model, level);
}

static void add_parameter(fsc_sbml *s, const char *id, double value, int is_constant) {
    fsc_text_printf(&s->text, "<parameter id=\"%s\" constant=\"%s\"", id, is_constant ? "true" : "false");
    if (!isnan(value)) fsc_text_printf(&s->text, " value=\"%.17g\"", value);
    fsc_text_add(&s->text, "/>\n");
}

/* A rule whose formula writes a site's own quantities as @C, @taken, ... and its level's as #B, #P, ... */
static void add_rule(fsc_sbml *s, const char *kind, const char *id, const char *formula) {
    FSC_AUTO_TEXT fsc_text full = {0};
    for (const char *p = formula; *p; p++) {
        if (*p != '@' && *p != '#') {
            fsc_text_add_n(&full, p, 1);
            continue;
        }
        const char mark = *p++;
        const char *end = p;
        while ((*end >= 'a' && *end <= 'z') || (*end >= 'A' && *end <= 'Z') || (*end >= '0' && *end <= '9')) end++;
        fsc_text_add_n(&full, p, (size_t)(end - p));
        fsc_text_printf(&full, "_%s", mark == '@' ? s->name : level_word(s, s->level));
        p = end - 1;
    }
    if (full.failed) s->text.failed = 1;
    if (s->text.failed) return;
    fsc_text_printf(&s->text, "<%sRule variable=\"%s\">", kind, id);
    fsc_mathml_add(&s->text, full.data);
    fsc_text_printf(&s->text, "</%sRule>\n", kind);
}

static void add_site_rule(fsc_sbml *s, const char *kind, const char *what, const char *formula) {
    char id[96];
    fsc_format(id, sizeof id, "%s_%s", what, s->name);
    add_rule(s, kind, id, formula);
}

static void add_level_rule(fsc_sbml *s, const char *kind, const char *what, const char *formula) {
    char id[96];
    fsc_format(id, sizeof id, "%s_%s", what, level_word(s, s->level));
    add_rule(s, kind, id, formula);
}

static void add_functions(fsc_sbml *s) {
    static const char *const body[][2] = {
        {"positive",
         "<bvar><ci>x</ci></bvar><piecewise><piece><ci>x</ci><apply><gt/><ci>x</ci><cn>0</cn></apply></piece>"
         "<otherwise><cn>0</cn></otherwise></piecewise>"},
        {"smaller", "<bvar><ci>x</ci></bvar><bvar><ci>w</ci></bvar><piecewise><piece><ci>x</ci><apply><lt/><ci>x</ci>"
                    "<ci>w</ci></apply></piece><otherwise><ci>w</ci></otherwise></piecewise>"},
        {"hinge", "<bvar><ci>x</ci></bvar><bvar><ci>w</ci></bvar><piecewise><piece><apply><divide/><apply><power/><ci>x"
                  "</ci><cn>2</cn></apply><apply><plus/><ci>x</ci><ci>w</ci></apply></apply><apply><gt/><ci>x</ci><cn>0"
                  "</cn></apply></piece><otherwise><cn>0</cn></otherwise></piecewise>"},
        {"saturate2", "<bvar><ci>x</ci></bvar><apply><divide/><apply><power/><ci>x</ci><cn>2</cn></apply><apply><plus/>"
                      "<cn>1</cn><apply><power/><ci>x</ci><cn>2</cn></apply></apply></apply>"},
        {"saturate3", "<bvar><ci>x</ci></bvar><apply><divide/><apply><power/><ci>x</ci><cn>3</cn></apply><apply><plus/>"
                      "<cn>1</cn><apply><power/><ci>x</ci><cn>3</cn></apply></apply></apply>"}};
    fsc_text_add(&s->text, "<listOfFunctionDefinitions>\n");
    for (size_t k = 0; k < sizeof body / sizeof *body; k++)
        fsc_text_printf(&s->text,
                        "<functionDefinition id=\"%s\"><math xmlns=\"http://www.w3.org/1998/Math/MathML\"><lambda>%s"
                        "</lambda></math></functionDefinition>\n",
                        body[k][0], body[k][1]);
    fsc_text_add(&s->text, "</listOfFunctionDefinitions>\n"
                           "<listOfUnitDefinitions><unitDefinition id=\"day\"><listOfUnits><unit kind=\"second\" "
                           "exponent=\"1\" scale=\"0\" multiplier=\"86400\"/></listOfUnits></unitDefinition>"
                           "</listOfUnitDefinitions>\n");
}

static const char *const site_rule[] = {"strength", "inflamed", "taken",  "over", "irritation", "local",  "use",
                                        "rest",     "shrink",   "repair", "tear", "grow",       "wither", "pdff"};
static const char *const level_rule[] = {"tone", "stiff", "B", "P", "transfer", "remodel", "pain"};

static void add_parameters(fsc_sbml *s) {
    const fsc_cycle *m = s->model;
    char id[96];
    fsc_text_add(&s->text, "<listOfParameters>\n");
    for (int k = 0; k < FSC_P_ALL; k++) add_parameter(s, parameter_word[k], s->cast.p[k], 1);
    for (int32_t i = 0; i < m->n_site; i++) {
        open_site(s, i);
        for (int k = 0; k < FSC_CYCLE_N_STATE; k++) {
            fsc_format(id, sizeof id, "%s_%s", state_word[k], s->name);
            add_parameter(s, id, s->y[m->offset[i] + k], 0);
        }
        for (size_t k = 0; k < sizeof site_rule / sizeof *site_rule; k++) {
            fsc_format(id, sizeof id, "%s_%s", site_rule[k], s->name);
            add_parameter(s, id, (double)NAN, 0);
        }
        for (int k = 0; s->treated[i] && k < FSC_EFFECT_N; k++) {
            fsc_format(id, sizeof id, "fx%s_%s", effect_word[k], s->name);
            add_parameter(s, id, s->effect[i * FSC_EFFECT_N + k], 0);
        }
    }
    for (int32_t l = 0; l < m->n_level; l++) {
        const char *level = level_word(s, l);
        for (int k = 0; k < 2; k++) {
            fsc_format(id, sizeof id, "%s_%s", k ? "E" : "Z", level);
            add_parameter(s, id, s->y[m->level_offset[l] + k], 0);
        }
        fsc_format(id, sizeof id, "relief_%s", level);
        add_parameter(s, id, s->cast.relief[l], 0);
        for (size_t k = 0; k < sizeof level_rule / sizeof *level_rule; k++) {
            fsc_format(id, sizeof id, "%s_%s", level_rule[k], level);
            add_parameter(s, id, (double)NAN, 0);
        }
    }
    fsc_text_add(&s->text, "</listOfParameters>\n");
}

/* formula <- its end: printf onto a text, for formulas that list neighbours. */
static void add_sum(fsc_text *f, const char *fmt, ...) FSC_PRINTF(2, 3);
static void add_sum(fsc_text *f, const char *fmt, ...) {
    char term[512];
    va_list args;
    va_start(args, fmt);
    fsc_vformat(term, sizeof term, fmt, args);
    va_end(args);
    if (f->length > 0) fsc_text_add(f, " + ");
    fsc_text_add(f, term);
}

static void finish_rule(fsc_sbml *s, int of_level, const char *what, fsc_text *formula) {
    if (formula->failed) s->text.failed = 1;
    if (!s->text.failed) {
        if (of_level)
            add_level_rule(s, "assignment", what, formula->length ? formula->data : "0");
        else
            add_site_rule(s, "assignment", what, formula->length ? formula->data : "0");
    }
    fsc_text_free(formula);
    *formula = (fsc_text){0};
}

static void add_level_rules(fsc_sbml *s, int32_t l) {
    const fsc_cycle *m = s->model;
    fsc_text tone = {0}, stiff = {0}, pain = {0}, beside = {0};
    s->level = l;
    for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
        char n[64];
        site_name(n, m, i);
        add_sum(&tone, "%.17g * S_%s * C_%s", m->tone_weight[i] * s->cast.inv_c0[i], n, n);
        add_sum(&stiff, "%.17g * (bX1 * X1_%s + bX2 * X2_%s + bH * H_%s + bS * S_%s)", m->stiff_weight[i], n, n, n, n);
        add_sum(&pain, "%.17g * (2 * D_%s + 0.5 * inflamed_%s + 0.5 * T_%s + 0.4 * S_%s)", m->stiff_weight[i], n, n, n,
                n);
    }
    add_sum(&pain, "0.5 * #P");
    finish_rule(s, 1, "tone", &tone);
    finish_rule(s, 1, "stiff", &stiff);
    finish_rule(s, 1, "pain", &pain);
    add_level_rule(s, "assignment", "B", "saturate2(#stiff / B50)");
    add_level_rule(s, "assignment", "P",
                   "saturate3((pS * #tone + pB * #B + pZ * #Z + pL * overload0) * #relief / P50)");
    add_sum(&beside, "1");
    if (l > 0) add_sum(&beside, "beta * 0.5 * B_%s", level_word(s, l - 1));
    if (l + 1 < m->n_level) add_sum(&beside, "beta * 0.5 * B_%s", level_word(s, l + 1));
    finish_rule(s, 1, "transfer", &beside);
    add_level_rule(s, "assignment", "remodel", "act * rho * (1 - #B) * #transfer");
    add_level_rule(s, "rate", "Z", "k_z * #P * (1 - #Z) - k_zr * #Z");
    fsc_text e = {0};
    add_sum(&e, "k_e * #pain^2 / (#pain + 0.5) * (1 - #E) * sens - k_er * rho * #E");
    if (l > 0) add_sum(&e, "k_ed * (E_%s - #E)", level_word(s, l - 1));
    if (l + 1 < m->n_level) add_sum(&e, "k_ed * (E_%s - #E)", level_word(s, l + 1));
    if (e.failed) s->text.failed = 1;
    if (!s->text.failed) add_level_rule(s, "rate", "E", e.data);
    fsc_text_free(&e);
}

/* What a site gets from its neighbours. */
static void add_neighbour_rules(fsc_sbml *s) {
    const fsc_cycle *m = s->model;
    const int32_t i = s->site;
    fsc_text taken = {0}, irritation = {0};
    for (int32_t j = m->first[s->level]; j < m->first[s->level + 1]; j++) {
        char n[64];
        if (j == i || m->site[j].side != m->site[i].side) continue;
        site_name(n, m, j);
        add_sum(&taken, "gLay * %.17g * (1 - strength_%s)", m->layer_share[i], n);
    }
    if (*s->up) add_sum(&taken, "gBeside * (1 - strength_%s)", s->up);
    if (*s->down) add_sum(&taken, "gBeside * (1 - strength_%s)", s->down);
    add_sum(&taken, "gCon * (1 - strength_%s)", s->contra);
    finish_rule(s, 0, "taken", &taken);
    add_sum(&irritation, "sD * @D + sI * @I + sT * @T + sP * #P + sE * #E");
    if (*s->up) add_sum(&irritation, "sN * %.17g * S_%s", m->side_share[i], s->up);
    if (*s->down) add_sum(&irritation, "sN * %.17g * S_%s", m->side_share[i], s->down);
    finish_rule(s, 0, "irritation", &irritation);
}

static void add_site_rules(fsc_sbml *s, int32_t i) {
    open_site(s, i);
    const int fx = s->treated[i];
    char line[512];
    const char *lost = "(1 - @C - @D - @X1 - @X2 - @F)";
    add_site_rule(s, "assignment", "inflamed", "@I / (@I + 0.5)");
    fsc_format(line, sizeof line, "%.17g * @C * @N * (1 - 0.4 * @inflamed)", s->cast.inv_c0[i]);
    add_site_rule(s, "assignment", "strength", line);
    add_neighbour_rules(s);
    fsc_format(line, sizeof line,
               "hinge(load0 * #transfer * (1 - 0.4 * #B) * (1 + @taken)%s - cap0 * (1 - cH * @H) * (1 - cX * (@X1 + "
               "@X2)), 0.2)",
               fx ? " * (1 + @fxloadmoving * (1 - #B) + @fxloadplain)" : "");
    add_site_rule(s, "assignment", "over", line);
    add_site_rule(s, "assignment", "local", "gFree + gLoc * @irritation / (@irritation + gHalf)");
    add_site_rule(s, "assignment", "use", fx ? "act * (1 - 0.7 * #B) * (1 + @fxuse)" : "act * (1 - 0.7 * #B)");
    add_site_rule(s, "assignment", "rest", "hinge(1 - @use, 0.05)");
    fsc_format(line, sizeof line, "(1 - exp(-(aN * (1 - @N) + aI * @inflamed + aU * @rest))) * (@C + %s) - %s", lost,
               lost);
    add_site_rule(s, "assignment", "shrink", line);
    fsc_format(line, sizeof line,
               "k_c * @D / (rho * (0.25 + 0.75 * @N)%s + chi0 + chiI * @inflamed + chiY * @Y + chiB * #B + fatN * (1 - "
               "@N) + fatI * @inflamed)",
               fx ? " * (1 + @fxrepair)" : "");
    add_site_rule(s, "assignment", "repair", line);
    add_site_rule(s, "assignment", "tear", "k_m * @over * @C + k_si * @Y * @S * @C");
    fsc_format(line, sizeof line, "regrow * (0.2 + 0.8 * @N) * smaller(@use, 1.5) * hinge(-@shrink, 0.01)%s",
               fx ? " * (1 + @fxregaincalm * (1 - 0.5 * @inflamed) + @fxregain)" : "");
    add_site_rule(s, "assignment", "grow", line);
    add_site_rule(s, "assignment", "wither", "k_at * hinge(@shrink, 0.01)");
    add_site_rule(s, "assignment", "pdff", "@F / (@F + @C + 1.1 * @D + 0.35 * (@X1 + @X2) + 0.06 * @I / (1 + @I))");
    fsc_format(line, sizeof line, "rho * (0.25 + 0.75 * @N)%s * @repair + @grow - @tear - @wither",
               fx ? " * (1 + @fxrepair)" : "");
    add_site_rule(s, "rate", "C", line);
    add_site_rule(s, "rate", "D", "@tear - k_c * @D");
    fsc_format(line, sizeof line,
               "(chi0 + chiI * @inflamed + chiY * @Y + chiB * #B) * @repair - k_mat * @X1 - (k_r1 * #remodel%s) * @X1",
               fx ? " + @fxyoung" : "");
    add_site_rule(s, "rate", "X1", line);
    fsc_format(line, sizeof line, "k_mat * @X1 - (k_r2 * #remodel%s) * @X2", fx ? " + @fxmature" : "");
    add_site_rule(s, "rate", "X2", line);
    fsc_format(line, sizeof line,
               "(fatN * (1 - @N) + fatI * @inflamed) * @repair + fill * %s * (f0 + 1 - @N + fI * @inflamed + @rest) - "
               "k_lip * (@F - %.17g) * @N * smaller(@use, 1.5)%s",
               lost, s->cast.fat0[i], fx ? " * (1 + @fxfatloss)" : "");
    add_site_rule(s, "rate", "F", line);
    fsc_format(line, sizeof line,
               "regrowN * (1 - @N) * (0.1 + 0.9 * @N^2) - k_nd * %.17g * #P * hinge(@N - Nmin, 0.02)",
               s->model->exposure[i]);
    add_site_rule(s, "rate", "N", line);
    fsc_format(line, sizeof line,
               "k_S * ((1 - (1 - saturate2(@irritation + stressS * @local)) * (1 - yS * @Y))%s - @S)",
               fx ? " * @fxhold" : "");
    add_site_rule(s, "rate", "S", line);
    fsc_format(line, sizeof line, "k_y * @S^2 * (1 - @N) * (1 - @Y) - (mend * @N%s) * @Y", fx ? " + @fxendplate" : "");
    add_site_rule(s, "rate", "Y", line);
    fsc_format(line, sizeof line, "iD * @D + iO * @over + iF * positive(@F - %.17g) + iP * #P - (resolve%s) * @I",
               s->cast.fat0[i], fx ? " + @fxresolve" : "");
    add_site_rule(s, "rate", "I", line);
    fsc_format(line, sizeof line,
               "k_T * (saturate2(tO * @over + tS * @S + tI * @I + tT * @T + stressT * @local) - @T)%s",
               fx ? " - @fxtrigger * @T" : "");
    add_site_rule(s, "rate", "T", line);
    fsc_format(
        line, sizeof line,
        "(hD * @D + hI * @I + hO * @over + hX * (@X1 + @X2) + k_ht * @H * #B) * (1 - @H) - (k_hr * #remodel%s) * @H",
        fx ? " + @fxrelease" : "");
    add_site_rule(s, "rate", "H", line);
}

static void add_assignment(fsc_sbml *s, const char *id, const char *formula) {
    fsc_text_printf(&s->text, "<eventAssignment variable=\"%s\">", id);
    fsc_mathml_add(&s->text, formula);
    fsc_text_add(&s->text, "</eventAssignment>\n");
}

/* The linear map of a day's events on each state of each site, probed state by state. */
static void add_strikes(fsc_sbml *s, double day, double *image) {
    const fsc_cycle *m = s->model;
    const int64_t n = m->n_state;
    for (int k = 0; k < FSC_CYCLE_N_STATE; k++) {
        double *y = image + k * n;
        memset(y, 0, (size_t)n * sizeof *y);
        for (int32_t i = 0; i < m->n_site; i++) y[m->offset[i] + k] = 1;
        for (int32_t e = 0; e < s->person->n_event; e++)
            if (s->person->event[e].day == day) fsc_cast_strike(&s->cast, 0, y, &s->person->event[e]);
    }
    for (int32_t i = 0; i < m->n_site; i++)
        for (int to = 0; to < FSC_CYCLE_N_STATE; to++) {
            fsc_text formula = {0};
            char id[96];
            int changed = 0;
            open_site(s, i);
            for (int from = 0; from < FSC_CYCLE_N_STATE; from++) {
                const double weight = image[from * n + m->offset[i] + to];
                changed |= weight != (from == to);
                if (weight != 0) add_sum(&formula, "%.17g * %s_%s", weight, state_word[from], s->name);
            }
            fsc_format(id, sizeof id, "%s_%s", state_word[to], s->name);
            if (changed) add_assignment(s, id, formula.length ? formula.data : "0");
            if (formula.failed) s->text.failed = 1;
            fsc_text_free(&formula);
        }
}

static void add_switches(fsc_sbml *s, double day) {
    const fsc_cycle *m = s->model;
    char id[96], value[40];
    fsc_cast_treat(&s->cast, 0, s->person, day);
    for (int32_t i = 0; i < m->n_site; i++) {
        open_site(s, i);
        for (int k = 0; s->treated[i] && k < FSC_EFFECT_N; k++) {
            const double now = s->cast.effect[i * FSC_EFFECT_N + k];
            if (now == s->effect[i * FSC_EFFECT_N + k]) continue;
            s->effect[i * FSC_EFFECT_N + k] = now;
            fsc_format(id, sizeof id, "fx%s_%s", effect_word[k], s->name);
            fsc_format(value, sizeof value, "%.17g", now);
            add_assignment(s, id, value);
        }
    }
}

static void add_events(fsc_sbml *s, double *image) {
    const fsc_cycle *m = s->model;
    char id[96], value[40];
    int any = 0;
    for (int32_t b = 0; b < s->n_stop; b++) {
        if (s->stop[b].day <= 0 || !s->stop[b].kicked) continue;
        if (!any++) fsc_text_add(&s->text, "<listOfEvents>\n");
        fsc_text_printf(&s->text,
                        "<event id=\"day_%d\" useValuesFromTriggerTime=\"true\"><trigger initialValue=\"false\" "
                        "persistent=\"true\"><math xmlns=\"http://www.w3.org/1998/Math/MathML\"><apply><geq/><csymbol "
                        "encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">time</csymbol><cn>"
                        "%.17g</cn></apply></math></trigger><listOfEventAssignments>\n",
                        b, s->stop[b].day);
        double relief[FSC_LEVEL_MAX];
        memcpy(relief, s->cast.relief, (size_t)m->n_level * sizeof *relief);
        add_strikes(s, s->stop[b].day, image);
        for (int32_t l = 0; l < m->n_level; l++) {
            if (s->cast.relief[l] == relief[l]) continue;
            fsc_format(id, sizeof id, "relief_%s", level_word(s, l));
            fsc_format(value, sizeof value, "%.17g", s->cast.relief[l]);
            add_assignment(s, id, value);
        }
        add_switches(s, s->stop[b].day);
        fsc_text_add(&s->text, "</listOfEventAssignments></event>\n");
    }
    if (any) fsc_text_add(&s->text, "</listOfEvents>\n");
}

static fsc_status prepare(fsc_sbml *s, fsc_error *err) {
    const fsc_cycle *m = s->model;
    const fsc_cycle_person *person = s->person;
    /* A last day beyond every event and course, so that all of them are listed. */
    double last = 1;
    for (int32_t k = 0; k < person->n_event; k++) last = fmax(last, person->event[k].day);
    for (int32_t k = 0; k < person->n_course; k++) last = fmax(last, person->course[k].stop_day);
    const fsc_cycle_plan plan = {.day = &last, .n_day = 1};
    FSC_TRY(fsc_people_check(m, person, 1, &plan, err));
    FSC_TRY(fsc_cast_new(&s->cast, m, 1, err));
    FSC_TRY(fsc_cast_seat(&s->cast, 0, person, 0, err));
    s->y = fsc_alloc(m->n_state, sizeof *s->y);
    s->effect = fsc_alloc((int64_t)m->n_site * FSC_EFFECT_N, sizeof *s->effect);
    s->treated = fsc_alloc(m->n_site, sizeof *s->treated);
    s->stop = fsc_alloc(fsc_breaks_most(person, 1, 1, &plan), sizeof *s->stop);
    if (!s->y || !s->effect || !s->treated || !s->stop) return fsc_fail_nomem(err, "writing SBML");
    s->n_stop = fsc_breaks_list(s->stop, person, 1, &plan);
    if (person->initial)
        memcpy(s->y, person->initial, (size_t)m->n_state * sizeof *s->y);
    else
        fsc_cycle_healthy(m, person, s->y);
    for (int32_t k = 0; k < person->n_event; k++)
        if (person->event[k].day == 0) fsc_cast_strike(&s->cast, 0, s->y, &person->event[k]);
    fsc_cast_treat(&s->cast, 0, person, 0);
    memcpy(s->effect, s->cast.effect, (size_t)m->n_site * FSC_EFFECT_N * sizeof *s->effect);
    for (int32_t k = 0; k < person->n_course; k++)
        for (int32_t i = 0; i < m->n_site; i++)
            if (!person->course[k].site || person->course[k].site[i]) s->treated[i] = 1;
    return FSC_OK;
}

static fsc_status write_model(fsc_sbml *s, const char *path, fsc_error *err) {
    const fsc_cycle *m = s->model;
    FSC_TRY(prepare(s, err));
    FSC_AUTO_BLOCK double *image = fsc_alloc((int64_t)FSC_CYCLE_N_STATE * m->n_state, sizeof *image);
    if (!image) return fsc_fail_nomem(err, "writing SBML");
    fsc_text_add(&s->text,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml xmlns=\"http://www.sbml.org/sbml/level3/"
                 "version1/core\" level=\"3\" version=\"1\">\n<model id=\"injury_cycle\" name=\"Fascicle injury "
                 "cycle\" timeUnits=\"day\">\n<notes><p xmlns=\"http://www.w3.org/1999/xhtml\">");
    fsc_text_add_html(&s->text, fsc_cycle_story_text(s->person->story));
    fsc_text_add(&s->text, "; ");
    fsc_text_add_html(&s->text, m->sentence);
    fsc_text_add(&s->text, "</p></notes>\n");
    add_functions(s);
    add_parameters(s);
    fsc_text_add(&s->text, "<listOfRules>\n");
    for (int32_t l = 0; l < m->n_level; l++) add_level_rules(s, l);
    for (int32_t i = 0; i < m->n_site; i++) add_site_rules(s, i);
    fsc_text_add(&s->text, "</listOfRules>\n");
    add_events(s, image);
    fsc_text_add(&s->text, "</model>\n</sbml>\n");
    if (s->text.failed) return fsc_fail_nomem(err, "writing SBML");
    return fsc_file_write(path, s->text.data, s->text.length, err);
}

fsc_status fsc_cycle_write_sbml(const char *path, const fsc_cycle *model, const fsc_cycle_person *person,
                                fsc_error *err) {
    fsc_sbml sbml = {.model = model, .person = person};
    const fsc_status status = write_model(&sbml, path, err);
    fsc_text_free(&sbml.text);
    fsc_cast_free(&sbml.cast);
    fsc_free(sbml.y);
    fsc_free(sbml.effect);
    fsc_free(sbml.treated);
    fsc_free(sbml.stop);
    return status;
}
