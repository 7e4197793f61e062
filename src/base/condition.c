#include "condition.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "table.h"
#include "text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NODES_MAX = 160, COMBINATIONS_MAX = 200000, DEPTH_MAX = 24 };

typedef enum node_kind { NODE_ALWAYS, NODE_OR, NODE_AND, NODE_NOT, NODE_COUNT, NODE_KNOWN, NODE_NAME } node_kind;
typedef enum comparison { IS_YES, LESS, AT_MOST, MORE, AT_LEAST, EQUAL, UNEQUAL } comparison;

/* Children are linked by first and next (indices, -1 = none). */
typedef struct node {
    node_kind kind;
    comparison op;
    int32_t name, first, next;
    double number;
    char word[32]; /* "" = compared with number */
} node;

struct fsc_condition {
    int32_t n, root;
    node node[NODES_MAX];
};

fsc_status fsc_vocabulary_add(fsc_vocabulary *v, fsc_value_kind kind, const char *words, fsc_error *err,
                              const char *fmt, ...) {
    if (v->n == v->room) {
        const int32_t room = v->room ? 2 * v->room : 512;
        fsc_name *grown = fsc_grow(v->name, v->room, room, sizeof *grown);
        if (!grown) return fsc_fail_nomem(err, "collecting names");
        v->name = grown;
        v->room = room;
    }
    fsc_name *name = &v->name[v->n++];
    name->kind = kind;
    name->words = words;
    va_list args;
    va_start(args, fmt);
    fsc_vformat(name->name, sizeof name->name, fmt, args);
    va_end(args);
    return FSC_OK;
}

int32_t fsc_vocabulary_find(const fsc_vocabulary *v, const char *name) {
    for (int32_t i = 0; i < v->n; i++)
        if (strcmp(v->name[i].name, name) == 0) return i;
    return -1;
}

void fsc_vocabulary_free(fsc_vocabulary *v) {
    fsc_free(v->name);
    *v = (fsc_vocabulary){0};
}

/* Reading: a parser by descent over text. */
typedef struct parser {
    fsc_condition *c;
    const char *text, *at, *what;
    const fsc_vocabulary *v;
    fsc_error *err;
    int depth;
} parser;

static fsc_status wrong(const parser *p, const char *fmt, ...) FSC_PRINTF(2, 3);
static fsc_status wrong(const parser *p, const char *fmt, ...) {
    char why[200];
    va_list args;
    va_start(args, fmt);
    fsc_vformat(why, sizeof why, fmt, args);
    va_end(args);
    return fsc_fail(p->err, FSC_E_FORMAT, "%s: %s at letter %d of '%.120s'", p->what, why, (int)(p->at - p->text) + 1,
                    p->text);
}

static void skip_blanks(parser *p) {
    while (*p->at == ' ') p->at++;
}

static int is_name_letter(char letter) {
    return isalnum((unsigned char)letter) || letter == '_' || letter == '.' || letter == '-';
}

/* The next word without taking it; "" at anything else. */
static size_t peek_word(parser *p, char *word, size_t size) {
    skip_blanks(p);
    size_t n = 0;
    while (is_name_letter(p->at[n]) && n + 1 < size) n++;
    memcpy(word, p->at, n);
    word[n] = 0;
    return n;
}

static int take_word(parser *p, const char *wanted) {
    char word[64];
    const size_t n = peek_word(p, word, sizeof word);
    if (strcmp(word, wanted) != 0) return 0;
    p->at += n;
    return 1;
}

static int take_letter(parser *p, char letter) {
    skip_blanks(p);
    if (*p->at != letter) return 0;
    p->at++;
    return 1;
}

static fsc_status add_node(parser *p, node_kind kind, int32_t *index) {
    if (p->c->n == NODES_MAX) return wrong(p, "the condition is too long");
    *index = p->c->n++;
    p->c->node[*index] = (node){.kind = kind, .name = -1, .first = -1, .next = -1};
    return FSC_OK;
}

static int take_comparison(parser *p, comparison *op) {
    static const struct {
        const char *text;
        comparison op;
    } signs[] = {{"<=", AT_MOST}, {">=", AT_LEAST}, {"!=", UNEQUAL}, {"<", LESS}, {">", MORE}, {"=", EQUAL}};
    skip_blanks(p);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const size_t n = strlen(signs[i].text);
        if (strncmp(p->at, signs[i].text, n) != 0) continue;
        p->at += n;
        *op = signs[i].op;
        return 1;
    }
    return 0;
}

/* Whether word is among the words that blanks separate; any is, in "". */
static int is_one_of(const char *words, const char *word) {
    if (!words || !*words) return 1;
    const size_t n = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0)) return 1;
    return 0;
}

static fsc_status read_compared(parser *p, int32_t index) {
    node *n = &p->c->node[index];
    char word[64];
    const size_t length = peek_word(p, word, sizeof word);
    if (length == 0) return wrong(p, "a number or a word is missing");
    n->number = fsc_parse_number(word);
    if (n->kind == NODE_NAME && p->v->name[n->name].kind == FSC_VALUE_WORD) {
        const fsc_name *name = &p->v->name[n->name];
        if (!is_one_of(name->words, word))
            return wrong(p, "%s is never '%s' (it may be: %s)", name->name, word, name->words);
        if (n->op != EQUAL && n->op != UNEQUAL) return wrong(p, "%s is a word; compare it by = or !=", name->name);
        fsc_copy_text(n->word, sizeof n->word, word);
    } else if (isnan(n->number)) {
        return wrong(p, "'%s' is no number", word);
    }
    p->at += length;
    return FSC_OK;
}

static fsc_status read_or(parser *p, int32_t *index);

static fsc_status read_list(parser *p, int32_t *index) {
    FSC_TRY(add_node(p, NODE_COUNT, index));
    int32_t *link = &p->c->node[*index].first;
    do {
        int32_t item;
        FSC_TRY(read_or(p, &item));
        *link = item;
        link = &p->c->node[item].next;
    } while (take_letter(p, ','));
    if (!take_letter(p, ')')) return wrong(p, "')' is missing");
    if (!take_comparison(p, &p->c->node[*index].op)) return wrong(p, "count(...) must be compared with a number");
    return read_compared(p, *index);
}

static fsc_status read_name(parser *p, node_kind kind, int32_t *index) {
    char word[64];
    const size_t length = peek_word(p, word, sizeof word);
    if (length == 0) return wrong(p, "a name is missing");
    const int32_t name = fsc_vocabulary_find(p->v, word);
    if (name < 0) return wrong(p, "'%s' is no name that a rule may use", word);
    p->at += length;
    FSC_TRY(add_node(p, kind, index));
    node *n = &p->c->node[*index];
    n->name = name;
    if (kind == NODE_KNOWN) return FSC_OK;
    if (take_comparison(p, &n->op)) return read_compared(p, *index);
    if (p->v->name[name].kind != FSC_VALUE_ANSWER) return wrong(p, "%s must be compared with something", word);
    n->op = IS_YES;
    return FSC_OK;
}

static fsc_status read_primary(parser *p, int32_t *index) {
    if (take_word(p, "not")) {
        int32_t inner;
        FSC_TRY(add_node(p, NODE_NOT, index));
        FSC_TRY(read_primary(p, &inner));
        p->c->node[*index].first = inner;
        return FSC_OK;
    }
    if (take_letter(p, '(')) {
        FSC_TRY(read_or(p, index));
        return take_letter(p, ')') ? FSC_OK : wrong(p, "')' is missing");
    }
    const int count = take_word(p, "count"), known = !count && take_word(p, "known");
    if ((count || known) && !take_letter(p, '(')) return wrong(p, "'(' is missing");
    if (count) return read_list(p, index);
    FSC_TRY(read_name(p, known ? NODE_KNOWN : NODE_NAME, index));
    return known && !take_letter(p, ')') ? wrong(p, "')' is missing") : FSC_OK;
}

/* A chain of one connective; deeper reads the parts. */
static fsc_status read_chain(parser *p, const char *connective, node_kind kind,
                             fsc_status (*deeper)(parser *p, int32_t *index), int32_t *index) {
    FSC_TRY(deeper(p, index));
    int32_t last = *index, chain = -1;
    while (take_word(p, connective)) {
        int32_t part;
        if (chain < 0) {
            FSC_TRY(add_node(p, kind, &chain));
            p->c->node[chain].first = *index;
            *index = chain;
        }
        FSC_TRY(deeper(p, &part));
        p->c->node[last].next = part;
        last = part;
    }
    return FSC_OK;
}

static fsc_status read_and(parser *p, int32_t *index) {
    return read_chain(p, "and", NODE_AND, read_primary, index);
}

static fsc_status read_or(parser *p, int32_t *index) {
    if (++p->depth > DEPTH_MAX) return wrong(p, "is nested too deeply");
    FSC_TRY(read_chain(p, "or", NODE_OR, read_and, index));
    p->depth--;
    return FSC_OK;
}

fsc_status fsc_condition_parse(fsc_condition **out, const char *text, const fsc_vocabulary *v, const char *what,
                               fsc_error *err) {
    FSC_AUTO_BLOCK fsc_condition *c = fsc_alloc(1, sizeof *c);
    if (!c) return fsc_fail_nomem(err, "reading a condition");
    parser p = {c, text, text, what, v, err, 0};
    skip_blanks(&p);
    if (*p.at) {
        FSC_TRY(read_or(&p, &c->root));
        skip_blanks(&p);
        if (*p.at) return wrong(&p, "'and' or 'or' is missing");
    } else {
        FSC_TRY(add_node(&p, NODE_ALWAYS, &c->root));
    }
    FSC_GIVE(out, c);
    return FSC_OK;
}

void fsc_condition_free(fsc_condition *c) {
    fsc_free(c);
}

static fsc_truth truth_of(int holds) {
    return holds ? FSC_TRUTH_YES : FSC_TRUTH_NO;
}

static int compare(comparison op, double a, double b) {
    switch (op) {
    case IS_YES: return a != 0;
    case LESS: return a < b;
    case AT_MOST: return a <= b;
    case MORE: return a > b;
    case AT_LEAST: return a >= b;
    case EQUAL: return !(a < b) && !(a > b);
    default: return a < b || a > b;
    }
}

static fsc_truth name_truth(const node *n, const fsc_value *value) {
    const fsc_value *x = &value[n->name];
    if (n->kind == NODE_KNOWN) return truth_of(x->word || !isnan(x->number));
    if (n->word[0]) return x->word ? truth_of((strcmp(x->word, n->word) == 0) == (n->op == EQUAL)) : FSC_TRUTH_UNKNOWN;
    return isnan(x->number) ? FSC_TRUTH_UNKNOWN : truth_of(compare(n->op, x->number, n->number));
}

static fsc_truth node_truth(const fsc_condition *c, int32_t index, const fsc_value *value) {
    const node *n = &c->node[index];
    int yes = 0, unknown = 0, all = 0;
    if (n->kind == NODE_ALWAYS) return FSC_TRUTH_YES;
    if (n->kind == NODE_NAME || n->kind == NODE_KNOWN) return name_truth(n, value);
    for (int32_t child = n->first; child >= 0; child = c->node[child].next) {
        const fsc_truth truth = node_truth(c, child, value);
        yes += truth == FSC_TRUTH_YES;
        unknown += truth == FSC_TRUTH_UNKNOWN;
        all++;
        if (n->kind == NODE_NOT) break;
    }
    if (n->kind == NODE_NOT) return truth_of(!yes);
    if (n->kind == NODE_OR) return yes ? FSC_TRUTH_YES : unknown ? FSC_TRUTH_UNKNOWN : FSC_TRUTH_NO;
    if (n->kind == NODE_AND) return yes + unknown < all ? FSC_TRUTH_NO : unknown ? FSC_TRUTH_UNKNOWN : FSC_TRUTH_YES;
    return truth_of(compare(n->op, yes, n->number));
}

fsc_truth fsc_condition_truth(const fsc_condition *c, const fsc_value *value) {
    return node_truth(c, c->root, value);
}

int fsc_condition_uses(const fsc_condition *c, int32_t name) {
    for (int32_t i = 0; i < c->n; i++)
        if (c->node[i].name == name) return 1;
    return 0;
}

/* Values of one name worth trying: each threshold and a little to both its sides, each word used and one that is none.
 */
static int32_t values_to_try(fsc_value *out, int32_t room, const fsc_condition *c, const fsc_vocabulary *v,
                             int32_t name) {
    int32_t n = 0;
    out[n++] = (fsc_value){NAN, NULL}; /* not told */
    if (v->name[name].kind == FSC_VALUE_ANSWER) {
        out[n++] = (fsc_value){0, NULL};
        out[n++] = (fsc_value){1, NULL};
        return n;
    }
    if (v->name[name].kind == FSC_VALUE_WORD) out[n++] = (fsc_value){NAN, "another word"};
    for (int32_t i = 0; i < c->n && n + 3 <= room; i++) {
        const node *at = &c->node[i];
        if (at->kind != NODE_NAME || at->name != name) continue;
        if (at->word[0])
            out[n++] = (fsc_value){NAN, at->word};
        else
            for (int d = -1; d <= 1; d++) out[n++] = (fsc_value){at->number + 1e-6 * d, NULL};
    }
    if (n == 1) out[n++] = (fsc_value){0, NULL};
    return n;
}

int fsc_condition_can_hold(const fsc_condition *c, const fsc_vocabulary *v, const fsc_value *value,
                           const unsigned char *fixed) {
    enum { NAMES_MAX = 32, VALUES_MAX = 24 };
    FSC_AUTO_BLOCK fsc_value *trial = fsc_alloc(v->n, sizeof *trial);
    fsc_value choice[NAMES_MAX][VALUES_MAX];
    int32_t free_name[NAMES_MAX], n_choice[NAMES_MAX], n = 0;
    double combinations = 1;
    if (!trial) return 1;
    memcpy(trial, value, (size_t)v->n * sizeof *trial);
    for (int32_t i = 0; i < v->n; i++) {
        if (fixed[i] || !fsc_condition_uses(c, i)) continue;
        if (n == NAMES_MAX) return 1;
        free_name[n] = i;
        n_choice[n] = values_to_try(choice[n], VALUES_MAX, c, v, i);
        combinations *= n_choice[n++];
    }
    if (combinations > COMBINATIONS_MAX) return 1;
    for (int64_t k = 0; k < (int64_t)combinations; k++) {
        int64_t rest = k;
        for (int32_t i = 0; i < n; i++) {
            trial[free_name[i]] = choice[i][rest % n_choice[i]];
            rest /= n_choice[i];
        }
        if (fsc_condition_truth(c, trial) == FSC_TRUTH_YES) return 1;
    }
    return 0;
}
