/* cycle: the SBML export, checked by libsbml and run by a solver that knows nothing of ours: libsbml's syntax trees,
 * evaluated here, under a classical Runge-Kutta method with fixed steps. */
#include "../test.h"

#include <fascicle/calibrate.h>
#include <sbml/SBMLTypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VARIABLES_MAX = 4096 };

typedef struct variable {
    const char *id;
    double value;
    const ASTNode_t *rule, *rate; /* assignment, rate */
    int fresh;
} variable;

typedef struct simulation {
    SBMLDocument_t *document;
    const Model_t *model;
    variable v[VARIABLES_MAX];
    int32_t n, n_rate, rate[VARIABLES_MAX];
    double time;
    const char *bound_name[2]; /* arguments of the function at hand */
    double bound[2];
    int n_bound;
} simulation;

static int by_id(const void *a, const void *b) {
    return strcmp(((const variable *)a)->id, ((const variable *)b)->id);
}

static variable *find(simulation *s, const char *id) {
    const variable key = {.id = id};
    variable *v = bsearch(&key, s->v, (size_t)s->n, sizeof *s->v, by_id);
    if (!v) fail_msg("no variable %s", id);
    return v;
}

static double evaluate(simulation *s, const ASTNode_t *node);

static double value_of(simulation *s, const char *id) {
    for (int k = 0; k < s->n_bound; k++)
        if (strcmp(s->bound_name[k], id) == 0) return s->bound[k];
    variable *v = find(s, id);
    if (v->rule && !v->fresh) {
        v->value = evaluate(s, v->rule);
        v->fresh = 1;
    }
    return v->value;
}

static double call(simulation *s, const ASTNode_t *node) {
    const FunctionDefinition_t *f = Model_getFunctionDefinitionById((Model_t *)s->model, ASTNode_getName(node));
    assert_non_null(f);
    const char *name[2];
    double argument[2];
    const int n = (int)FunctionDefinition_getNumArguments(f);
    for (int k = 0; k < n; k++) {
        name[k] = ASTNode_getName(FunctionDefinition_getArgument(f, (unsigned)k));
        argument[k] = evaluate(s, ASTNode_getChild(node, (unsigned)k));
    }
    const simulation keep = {
        .n_bound = s->n_bound, .bound_name = {s->bound_name[0], s->bound_name[1]}, .bound = {s->bound[0], s->bound[1]}};
    memcpy(s->bound_name, name, sizeof name);
    memcpy(s->bound, argument, sizeof argument);
    s->n_bound = n;
    const double out = evaluate(s, FunctionDefinition_getBody(f));
    s->n_bound = keep.n_bound;
    memcpy(s->bound_name, keep.bound_name, sizeof name);
    memcpy(s->bound, keep.bound, sizeof argument);
    return out;
}

static double evaluate(simulation *s, const ASTNode_t *node) {
    const unsigned n = ASTNode_getNumChildren(node);
#define CHILD(k) evaluate(s, ASTNode_getChild(node, k))
    double out = 0;
    switch (ASTNode_getType(node)) {
    case AST_INTEGER: return (double)ASTNode_getInteger(node);
    case AST_REAL:
    case AST_REAL_E: return ASTNode_getReal(node);
    case AST_NAME: return value_of(s, ASTNode_getName(node));
    case AST_NAME_TIME: return s->time;
    case AST_PLUS:
        for (unsigned k = 0; k < n; k++) out += CHILD(k);
        return out;
    case AST_MINUS: return n == 1 ? -CHILD(0) : CHILD(0) - CHILD(1);
    case AST_TIMES:
        out = 1;
        for (unsigned k = 0; k < n; k++) out *= CHILD(k);
        return out;
    case AST_DIVIDE: return CHILD(0) / CHILD(1);
    case AST_POWER:
    case AST_FUNCTION_POWER: return pow(CHILD(0), CHILD(1));
    case AST_FUNCTION_EXP: return exp(CHILD(0));
    case AST_FUNCTION_PIECEWISE: return CHILD(1) != 0 ? CHILD(0) : CHILD(2);
    case AST_RELATIONAL_GT: return CHILD(0) > CHILD(1);
    case AST_RELATIONAL_LT: return CHILD(0) < CHILD(1);
    case AST_RELATIONAL_GEQ: return CHILD(0) >= CHILD(1);
    case AST_FUNCTION: return call(s, node);
    default: fail_msg("unexpected MathML"); return 0;
    }
}

static void load(simulation *s, const char *path) {
    s->document = readSBML(path);
    assert_int_equal(SBMLDocument_getNumErrors(s->document), 0);
    SBMLDocument_setConsistencyChecks(s->document, LIBSBML_CAT_UNITS_CONSISTENCY, 0); /* the model is unitless */
    assert_int_equal(SBMLDocument_checkConsistency(s->document), 0);
    Model_t *m = SBMLDocument_getModel(s->document);
    s->model = m;
    s->n = (int32_t)Model_getNumParameters(m);
    assert_true(s->n <= VARIABLES_MAX);
    for (int32_t k = 0; k < s->n; k++) {
        Parameter_t *p = Model_getParameter(m, (unsigned)k);
        s->v[k] = (variable){.id = Parameter_getId(p), .value = Parameter_getValue(p)};
    }
    qsort(s->v, (size_t)s->n, sizeof *s->v, by_id);
    for (unsigned k = 0; k < Model_getNumRules(m); k++) {
        const Rule_t *rule = Model_getRule(m, k);
        variable *v = find(s, Rule_getVariable(rule));
        if (Rule_isRate(rule))
            v->rate = Rule_getMath(rule);
        else
            v->rule = Rule_getMath(rule);
    }
    for (int32_t k = 0; k < s->n; k++)
        if (s->v[k].rate) s->rate[s->n_rate++] = k;
}

static void derivative(simulation *s, const double *y, double *dy) {
    for (int32_t k = 0; k < s->n; k++) s->v[k].fresh = 0;
    for (int32_t k = 0; k < s->n_rate; k++) s->v[s->rate[k]].value = y[k];
    for (int32_t k = 0; k < s->n_rate; k++) dy[k] = evaluate(s, s->v[s->rate[k]].rate);
}

/* Events whose trigger turns true between before and now. */
static void fire(simulation *s, double before, double now) {
    for (unsigned e = 0; e < Model_getNumEvents((Model_t *)s->model); e++) {
        Event_t *event = Model_getEvent((Model_t *)s->model, e);
        const ASTNode_t *trigger = Trigger_getMath(Event_getTrigger(event));
        s->time = before;
        const double was = evaluate(s, trigger);
        s->time = now;
        if (was != 0 || evaluate(s, trigger) == 0) continue;
        const unsigned n = Event_getNumEventAssignments(event);
        double *value = calloc(n, sizeof *value);
        for (int32_t k = 0; k < s->n; k++) s->v[k].fresh = 0;
        for (unsigned a = 0; a < n; a++)
            value[a] = evaluate(s, EventAssignment_getMath(Event_getEventAssignment(event, a)));
        for (unsigned a = 0; a < n; a++)
            find(s, EventAssignment_getVariable(Event_getEventAssignment(event, a)))->value = value[a];
        free(value);
    }
}

static void march(simulation *s, double last, double h) {
    const size_t n = (size_t)s->n_rate;
    double *y = calloc(6 * n, sizeof *y), *k1 = y + n, *k2 = k1 + n, *k3 = k2 + n, *k4 = k3 + n, *at = k4 + n;
    const int steps = (int)lround(last / h);
    for (int step = 0; step < steps; step++) {
        for (size_t i = 0; i < n; i++) y[i] = s->v[s->rate[i]].value;
        derivative(s, y, k1);
        for (size_t i = 0; i < n; i++) at[i] = y[i] + h / 2 * k1[i];
        derivative(s, at, k2);
        for (size_t i = 0; i < n; i++) at[i] = y[i] + h / 2 * k2[i];
        derivative(s, at, k3);
        for (size_t i = 0; i < n; i++) at[i] = y[i] + h * k3[i];
        derivative(s, at, k4);
        for (size_t i = 0; i < n; i++) s->v[s->rate[i]].value = y[i] + h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        fire(s, step * h, (step + 1) * h);
    }
    free(y);
}

static void exported_model_runs_the_same(void **state) {
    (void)state;
    static const char *const word[FSC_CYCLE_N_STATE] = {"C", "D", "X1", "X2", "F", "N", "S", "Y", "I", "T", "H"};
    const double last = 60;
    fsc_cycle *m = NULL;
    assert_ok(fsc_cycle_new(&m, "C5", "C6", 0, &test_error));
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++) {
        double strain[16], knife[16] = {0};
        uint8_t flag[16] = {0};
        assert_ok(fsc_cycle_strain_profile(strain, m, 0.5, "C5", "C6", &test_error));
        knife[fsc_cycle_find_site(m, "C5", "deep", "left")] = 1;
        flag[fsc_cycle_find_site(m, "C6", "deep", "right")] =
            flag[fsc_cycle_find_site(m, "C5", "superficial", "left")] = 1;
        const fsc_cycle_event event[3] = {
            {0, FSC_CYCLE_STRAIN, strain}, {20, FSC_CYCLE_STRAIN, strain}, {40, FSC_CYCLE_SURGERY_OPEN, knife}};
        const fsc_cycle_course course[3] = {{10, 30, FSC_CYCLE_MANUAL, 1, NULL},
                                            {0, 15, FSC_CYCLE_STRENGTHENING, 0.8, flag},
                                            {25, 28, FSC_CYCLE_INJECTION, 1, flag}};
        fsc_cycle_person person;
        fsc_cycle_person_init(&person, m, FSC_CYCLE_SET_B);
        person.modifiers = (fsc_cycle_modifiers){0.9, 1.1, 0.4, 0.3, 0.5, 0.9};
        person.story = (fsc_cycle_story)story;
        person.event = event;
        person.n_event = 3;
        person.course = course;
        person.n_course = 3;
        char path[] = "/tmp/fsc-sbml-XXXXXX";
        const int file = mkstemp(path);
        assert_true(file >= 0);
        close(file);
        assert_ok(fsc_cycle_write_sbml(path, m, &person, &test_error));
        simulation *s = calloc(1, sizeof *s);
        load(s, path);
        assert_int_equal(s->n_rate, fsc_cycle_n_state(m));
        march(s, last, 0.125);
        const fsc_cycle_plan plan = {.day = &last, .n_day = 1, .want_state = 1};
        fsc_cycle_run *run = NULL;
        assert_ok(fsc_cycle_simulate(&run, m, &person, 1, &plan, NULL, &test_error));
        for (int32_t i = 0; i < fsc_cycle_n_site(m); i++)
            for (int k = 0; k < FSC_CYCLE_N_STATE; k++) {
                const fsc_cycle_site *site = fsc_cycle_site_at(m, i);
                char id[80];
                snprintf(id, sizeof id, "%s_%s_%s_%s", word[k], site->level, site->layer, site->side);
                assert_close(find(s, id)->value, run->state[fsc_cycle_site_offset(m, i) + k], 1e-4);
            }
        fsc_cycle_run_free(run);
        SBMLDocument_free(s->document);
        free(s);
        unlink(path);
    }
    fsc_cycle_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(exported_model_runs_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
