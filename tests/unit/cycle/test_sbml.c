/* cycle: the SBML export, checked by libsbml and run by a solver that knows nothing of ours: libsbml's syntax trees,
 * flattened here into a list of operations, under the classical Runge-Kutta method with fixed steps. */
#include "../test.h"

#include <fascicle/fascicle.h>
#include <sbml/SBMLTypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* cell[out] = op(cell[a], cell[b], cell[c]); cells are the model's parameters, then constants and results. */
typedef struct operation {
    ASTNodeType_t op;
    int32_t out, a, b, c;
} operation;

typedef struct program {
    operation *step;
    int32_t n;
} program;

typedef struct happening {
    program trigger, assignment;
    int32_t when, n, *to, *from; /* cells: truth of the trigger; n targets and their new values */
} happening;

typedef struct simulation {
    SBMLDocument_t *document;
    Model_t *model;
    int32_t n_parameter, n_cell, n_rate, n_happening;
    const char **id;                   /* [n_parameter] sorted */
    const ASTNode_t **rule, **formula; /* [n_parameter] assignment, rate; NULL when there is none */
    double *cell;
    uint8_t *ready; /* [n_parameter] computed by the program at hand */
    int32_t *rate, *slope, time;
    program derivative;
    happening *happening;
} simulation;

static void *grown(void *block, int64_t n, size_t size) {
    /* Room doubles at powers of two. */
    if (n & (n - 1)) return block;
    block = realloc(block, (size_t)(n > 0 ? 2 * n : 1) * size);
    assert_non_null(block);
    return block;
}

static int32_t new_cell(simulation *s, double value) {
    s->cell = grown(s->cell, s->n_cell, sizeof *s->cell);
    s->cell[s->n_cell] = value;
    return s->n_cell++;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int32_t find(const simulation *s, const char *id) {
    const char **at = bsearch(&id, s->id, (size_t)s->n_parameter, sizeof *s->id, by_text);
    if (!at) fail_msg("no parameter %s", id);
    return (int32_t)(at - s->id);
}

/* Arguments of the function definition at hand. */
typedef struct scope {
    const char *name[2];
    int32_t cell[2], n;
} scope;

static int32_t flatten(simulation *s, program *p, const ASTNode_t *node, const scope *in);

static int32_t add_step(simulation *s, program *p, ASTNodeType_t op, int32_t a, int32_t b, int32_t c) {
    p->step = grown(p->step, p->n, sizeof *p->step);
    const int32_t out = new_cell(s, 0);
    p->step[p->n++] = (operation){op, out, a, b, c};
    return out;
}

static int32_t flatten_name(simulation *s, program *p, const char *id, const scope *in) {
    for (int32_t k = 0; in && k < in->n; k++)
        if (strcmp(in->name[k], id) == 0) return in->cell[k];
    const int32_t at = find(s, id);
    if (s->rule[at] && !s->ready[at]) {
        s->ready[at] = 1;
        const int32_t from = flatten(s, p, s->rule[at], NULL);
        p->step = grown(p->step, p->n, sizeof *p->step);
        p->step[p->n++] = (operation){AST_NAME, at, from, 0, 0};
    }
    return at;
}

static int32_t flatten_call(simulation *s, program *p, const ASTNode_t *node, const scope *in) {
    const FunctionDefinition_t *f = Model_getFunctionDefinitionById(s->model, ASTNode_getName(node));
    assert_non_null(f);
    scope arguments = {.n = (int32_t)FunctionDefinition_getNumArguments(f)};
    assert_true(arguments.n <= 2);
    for (int32_t k = 0; k < arguments.n; k++) {
        arguments.name[k] = ASTNode_getName(FunctionDefinition_getArgument(f, (unsigned)k));
        arguments.cell[k] = flatten(s, p, ASTNode_getChild(node, (unsigned)k), in);
    }
    return flatten(s, p, FunctionDefinition_getBody(f), &arguments);
}

static int32_t flatten(simulation *s, program *p, const ASTNode_t *node, const scope *in) {
    const ASTNodeType_t type = ASTNode_getType(node);
    const unsigned n = ASTNode_getNumChildren(node);
    switch (type) {
    case AST_INTEGER: return new_cell(s, (double)ASTNode_getInteger(node));
    case AST_REAL:
    case AST_REAL_E: return new_cell(s, ASTNode_getReal(node));
    case AST_NAME: return flatten_name(s, p, ASTNode_getName(node), in);
    case AST_NAME_TIME: return s->time;
    case AST_FUNCTION: return flatten_call(s, p, node, in);
    default: break;
    }
    assert_true(n >= 1);
    int32_t at = flatten(s, p, ASTNode_getChild(node, 0), in);
    if (n == 1) { /* a sign, exp, or a sum or product of one */
        const int changes = type == AST_MINUS || type == AST_FUNCTION_EXP;
        return changes ? add_step(s, p, type == AST_MINUS ? AST_FUNCTION_ABS : type, at, at, at) : at;
    }
    if (type == AST_FUNCTION_PIECEWISE) {
        assert_int_equal(n, 3);
        const int32_t test = flatten(s, p, ASTNode_getChild(node, 1), in);
        return add_step(s, p, type, at, test, flatten(s, p, ASTNode_getChild(node, 2), in));
    }
    for (unsigned k = 1; k < n; k++) at = add_step(s, p, type, at, flatten(s, p, ASTNode_getChild(node, k), in), 0);
    return at;
}

/* Unary minus is kept as AST_FUNCTION_ABS, which the export never writes. */
static void run(const simulation *s, const program *p) {
    double *cell = s->cell;
    for (int32_t k = 0; k < p->n; k++) {
        const operation *o = &p->step[k];
        const double a = cell[o->a], b = cell[o->b];
        switch (o->op) {
        case AST_NAME: cell[o->out] = a; break;
        case AST_FUNCTION_ABS: cell[o->out] = -a; break;
        case AST_PLUS: cell[o->out] = a + b; break;
        case AST_MINUS: cell[o->out] = a - b; break;
        case AST_TIMES: cell[o->out] = a * b; break;
        case AST_DIVIDE: cell[o->out] = a / b; break;
        case AST_POWER:
        case AST_FUNCTION_POWER: cell[o->out] = b == 2 ? a * a : pow(a, b); break;
        case AST_FUNCTION_EXP: cell[o->out] = exp(a); break;
        case AST_FUNCTION_PIECEWISE: cell[o->out] = b != 0 ? a : cell[o->c]; break;
        case AST_RELATIONAL_GT: cell[o->out] = a > b; break;
        case AST_RELATIONAL_LT: cell[o->out] = a < b; break;
        case AST_RELATIONAL_GEQ: cell[o->out] = a >= b; break;
        default: fail_msg("unexpected MathML");
        }
    }
}

static void load_event(simulation *s, happening *to, Event_t *event) {
    memset(s->ready, 0, (size_t)s->n_parameter);
    to->when = flatten(s, &to->trigger, Trigger_getMath(Event_getTrigger(event)), NULL);
    memset(s->ready, 0, (size_t)s->n_parameter);
    to->n = (int32_t)Event_getNumEventAssignments(event);
    to->to = calloc((size_t)to->n, sizeof *to->to);
    to->from = calloc((size_t)to->n, sizeof *to->from);
    for (int32_t k = 0; k < to->n; k++) {
        EventAssignment_t *assignment = Event_getEventAssignment(event, (unsigned)k);
        to->to[k] = find(s, EventAssignment_getVariable(assignment));
        to->from[k] = flatten(s, &to->assignment, EventAssignment_getMath(assignment), NULL);
        if (to->from[k] < s->n_parameter) /* a bare name: its value from before the event */
            to->from[k] = add_step(s, &to->assignment, AST_NAME, to->from[k], 0, 0);
    }
}

/* libsbml's search for cycles among assignments takes minutes on the full model: there it is a run of its own. */
static void check_consistency(SBMLDocument_t *document) {
    SBMLDocument_setConsistencyChecks(document, LIBSBML_CAT_UNITS_CONSISTENCY, 0); /* the model is unitless */
    assert_int_equal(SBMLDocument_checkConsistency(document), 0);
}

static void load(simulation *s, const char *path, int with_consistency) {
    s->document = readSBML(path);
    assert_int_equal(SBMLDocument_getNumErrors(s->document), 0);
    if (with_consistency) check_consistency(s->document);
    s->model = SBMLDocument_getModel(s->document);
    s->n_parameter = (int32_t)Model_getNumParameters(s->model);
    const size_t n = (size_t)s->n_parameter;
    s->id = calloc(n, sizeof *s->id);
    s->rule = calloc(n, sizeof *s->rule);
    s->formula = calloc(n, sizeof *s->formula);
    s->ready = calloc(n, 1);
    s->rate = calloc(n, sizeof *s->rate);
    s->slope = calloc(n, sizeof *s->slope);
    for (size_t k = 0; k < n; k++) s->id[k] = Parameter_getId(Model_getParameter(s->model, (unsigned)k));
    qsort(s->id, n, sizeof *s->id, by_text);
    for (size_t k = 0; k < n; k++) new_cell(s, 0);
    s->time = new_cell(s, 0);
    for (size_t k = 0; k < n; k++) {
        const Parameter_t *p = Model_getParameter(s->model, (unsigned)k);
        s->cell[find(s, Parameter_getId(p))] = Parameter_getValue(p);
    }
    for (unsigned k = 0; k < Model_getNumRules(s->model); k++) {
        const Rule_t *rule = Model_getRule(s->model, k);
        (Rule_isRate(rule) ? s->formula : s->rule)[find(s, Rule_getVariable(rule))] = Rule_getMath(rule);
    }
    for (int32_t k = 0; k < s->n_parameter; k++) {
        if (!s->formula[k]) continue;
        s->rate[s->n_rate] = k;
        s->slope[s->n_rate++] = flatten(s, &s->derivative, s->formula[k], NULL);
    }
    s->n_happening = (int32_t)Model_getNumEvents(s->model);
    s->happening = calloc((size_t)s->n_happening, sizeof *s->happening);
    for (int32_t k = 0; k < s->n_happening; k++) load_event(s, &s->happening[k], Model_getEvent(s->model, (unsigned)k));
}

static void unload(simulation *s) {
    for (int32_t k = 0; k < s->n_happening; k++) {
        free(s->happening[k].trigger.step);
        free(s->happening[k].assignment.step);
        free(s->happening[k].to);
        free(s->happening[k].from);
    }
    free(s->happening);
    free(s->derivative.step);
    free(s->id);
    free(s->rule);
    free(s->formula);
    free(s->ready);
    free(s->rate);
    free(s->slope);
    free(s->cell);
    SBMLDocument_free(s->document);
    *s = (simulation){0};
}

static void derivative(simulation *s, const double *y, double *dy) {
    for (int32_t k = 0; k < s->n_rate; k++) s->cell[s->rate[k]] = y[k];
    run(s, &s->derivative);
    for (int32_t k = 0; k < s->n_rate; k++) dy[k] = s->cell[s->slope[k]];
}

/* Events whose trigger turns true between before and now. */
static void fire(simulation *s, double before, double now) {
    for (int32_t e = 0; e < s->n_happening; e++) {
        const happening *h = &s->happening[e];
        s->cell[s->time] = before;
        run(s, &h->trigger);
        const double was = s->cell[h->when];
        s->cell[s->time] = now;
        run(s, &h->trigger);
        if (was != 0 || s->cell[h->when] == 0) continue;
        run(s, &h->assignment);
        for (int32_t k = 0; k < h->n; k++) s->cell[h->to[k]] = s->cell[h->from[k]];
    }
}

static void march(simulation *s, double last, double h) {
    const size_t n = (size_t)s->n_rate;
    double *y = calloc(6 * n, sizeof *y), *k1 = y + n, *k2 = k1 + n, *k3 = k2 + n, *k4 = k3 + n, *at = k4 + n;
    const int steps = (int)lround(last / h);
    for (int step = 0; step < steps; step++) {
        for (size_t i = 0; i < n; i++) y[i] = s->cell[s->rate[i]];
        derivative(s, y, k1);
        for (size_t i = 0; i < n; i++) at[i] = y[i] + h / 2 * k1[i];
        derivative(s, at, k2);
        for (size_t i = 0; i < n; i++) at[i] = y[i] + h / 2 * k2[i];
        derivative(s, at, k3);
        for (size_t i = 0; i < n; i++) at[i] = y[i] + h * k3[i];
        derivative(s, at, k4);
        for (size_t i = 0; i < n; i++) s->cell[s->rate[i]] = y[i] + h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        fire(s, step * h, (step + 1) * h);
    }
    free(y);
}

/* Set by the command line: a whole year of the full model, and libsbml's whole check of it. */
static int is_long;

/* Exports the person, runs the export in steps of h days, and returns the worst difference from our own run. */
static double export_and_compare(const fsc_cycle *m, const fsc_cycle_person *person, double last, double h) {

    static const char *const word[FSC_CYCLE_N_STATE] = {"C", "D", "X1", "X2", "F", "N", "S", "Y", "I", "T", "H"};
    char path[] = "/tmp/fsc-sbml-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_ok(fsc_cycle_write_sbml(path, m, person, &test_error));
    simulation s = {0};
    load(&s, path, fsc_cycle_n_level(m) <= 2 || is_long);
    unlink(path);
    assert_int_equal(s.n_rate, fsc_cycle_n_state(m));
    march(&s, last, h);
    const fsc_cycle_plan plan = {.day = &last, .n_day = 1, .want_state = 1};
    fsc_cycle_run *ours = NULL;
    assert_ok(fsc_cycle_simulate(&ours, m, person, 1, &plan, NULL, &test_error));
    double worst = 0;
    for (int32_t i = 0; i < fsc_cycle_n_site(m); i++)
        for (int k = 0; k < FSC_CYCLE_N_STATE; k++) {
            const fsc_cycle_site *site = fsc_cycle_site_at(m, i);
            char id[80];
            snprintf(id, sizeof id, "%s_%s_%s_%s", word[k], site->level, site->layer, site->side);
            const double off = fabs(s.cell[find(&s, id)] - ours->state[fsc_cycle_site_offset(m, i) + k]);
            if (!(off <= worst)) worst = off; /* keeps a NaN */
        }
    fsc_cycle_run_free(ours);
    unload(&s);
    return worst;
}

/* Two strains, an operation and three courses, some of them on some sites only; stress, load, weight. */
static double scene_difference(fsc_cycle *m, fsc_cycle_story story, double last, double h) {
    double strain[256], knife[256] = {0};
    uint8_t flag[256] = {0};
    assert_true(fsc_cycle_n_site(m) <= 256);
    assert_ok(fsc_cycle_strain_profile(strain, m, 0.5, "C5", "C6", &test_error));
    knife[fsc_cycle_find_site(m, "C5", "deep", "left")] = 1;
    flag[fsc_cycle_find_site(m, "C6", "deep", "right")] = flag[fsc_cycle_find_site(m, "C5", "superficial", "left")] = 1;
    const fsc_cycle_event event[3] = {
        {0, FSC_CYCLE_STRAIN, strain}, {20, FSC_CYCLE_STRAIN, strain}, {40, FSC_CYCLE_SURGERY_OPEN, knife}};
    const fsc_cycle_course course[3] = {{10, 30, FSC_CYCLE_MANUAL, 1, NULL},
                                        {0, 15, FSC_CYCLE_STRENGTHENING, 0.8, flag},
                                        {25, 28, FSC_CYCLE_INJECTION, 1, flag}};
    fsc_cycle_person person;
    fsc_cycle_person_init(&person, m, FSC_CYCLE_SET_B);
    person.modifiers = (fsc_cycle_modifiers){0.9, 1.1, 0.4, 0.3, 0.5, 0.9};
    person.story = story;
    person.event = event;
    person.n_event = 3;
    person.course = course;
    person.n_course = 3;
    return export_and_compare(m, &person, last, h);
}

static void two_levels_run_the_same(void **state) {
    (void)state;
    fsc_cycle *m = NULL;
    assert_ok(fsc_cycle_new(&m, "C5", "C6", 0, &test_error));
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++)
        assert_true(scene_difference(m, (fsc_cycle_story)story, 60, 0.25) <= 1e-4);
    fsc_cycle_free(m);
}

/* All 196 sites: for 45 days, which hold both strains, all courses and the operation, or for the year. */
static void full_model_runs_the_same(void **state) {
    (void)state;
    const double last = is_long ? 365 : 45;
    fsc_cycle *m = NULL;
    assert_ok(fsc_cycle_new(&m, "C2", "S1", 1, &test_error));
    for (int story = 0; story < (is_long ? FSC_CYCLE_N_STORY : 1); story++) {
        const double worst = scene_difference(m, (fsc_cycle_story)story, last, 0.25);
        print_message("full export, %s, %g days: worst difference of a state %.1e\n",
                      fsc_cycle_story_text((fsc_cycle_story)story), last, worst);
        assert_true(worst <= 1e-4);
    }
    fsc_cycle_free(m);
}

int main(int argc, char **argv) {
    is_long = argc > 1 && strcmp(argv[1], "long") == 0;
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_levels_run_the_same),
                                       cmocka_unit_test(full_model_runs_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
