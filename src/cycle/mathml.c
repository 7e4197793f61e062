#include "mathml.h"

#include <ctype.h>
#include <string.h>

static void emit(fsc_text *out, const char *begin, const char *end);

static int is_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Whether the sign at p joins two terms, rather than being a sign of a number or of a term. */
static int is_binary(const char *begin, const char *p) {
    const char *before = p - 1;
    while (before >= begin && *before == ' ') before--;
    if (before < begin || strchr("+-*/^(,", *before)) return 0;
    /* 1e-05 */
    return !((*before == 'e' || *before == 'E') && before > begin &&
             (isdigit((unsigned char)before[-1]) || before[-1] == '.') && (p[1] >= '0' && p[1] <= '9') &&
             before == p - 1);
}

/* The last operator of either kind outside brackets; NULL when there is none. */
static const char *last_operator(const char *begin, const char *end, char a, char b) {
    const char *found = NULL;
    int depth = 0;
    for (const char *p = begin; p < end; p++) {
        depth += (*p == '(') - (*p == ')');
        if (depth == 0 && (*p == a || *p == b) && is_binary(begin, p)) found = p;
    }
    return found;
}

static void emit_apply(fsc_text *out, const char *operation, const char *a, const char *a_end, const char *b,
                       const char *b_end) {
    fsc_text_printf(out, "<apply><%s/>", operation);
    emit(out, a, a_end);
    if (b) emit(out, b, b_end);
    fsc_text_add(out, "</apply>");
}

static void emit_number(fsc_text *out, const char *begin, const char *end) {
    const char *e = begin;
    while (e < end && *e != 'e') e++;
    const int n = (int)(e - begin);
    if (e == end)
        fsc_text_printf(out, "<cn>%.*s</cn>", n, begin);
    else
        fsc_text_printf(out, "<cn type=\"e-notation\">%.*s<sep/>%.*s</cn>", n, begin, (int)(end - e - 1), e + 1);
}

static void emit_call(fsc_text *out, const char *begin, const char *open, const char *end) {
    const int n = (int)(open - begin);
    if (n == 3 && strncmp(begin, "exp", 3) == 0)
        fsc_text_add(out, "<apply><exp/>");
    else
        fsc_text_printf(out, "<apply><ci>%.*s</ci>", n, begin);
    const char *from = open + 1;
    int depth = 0;
    for (const char *p = from; p < end; p++) {
        if ((*p == ',' && depth == 0) || p == end - 1) {
            emit(out, from, p);
            from = p + 1;
        }
        depth += (*p == '(') - (*p == ')');
    }
    fsc_text_add(out, "</apply>");
}

static void emit_word(fsc_text *out, const char *begin, const char *end) {
    const char *open = begin;
    while (open < end && is_word(*open)) open++;
    if (open < end && *open == '(') {
        emit_call(out, begin, open, end);
        return;
    }
    if (end - begin == 4 && strncmp(begin, "time", 4) == 0)
        fsc_text_add(
            out, "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">time</csymbol>");
    else
        fsc_text_printf(out, "<ci>%.*s</ci>", (int)(end - begin), begin);
}

static void emit(fsc_text *out, const char *begin, const char *end) {
    while (begin < end && *begin == ' ') begin++;
    while (end > begin && end[-1] == ' ') end--;
    const char *p;
    if ((p = last_operator(begin, end, '+', '-')) != NULL)
        emit_apply(out, *p == '+' ? "plus" : "minus", begin, p, p + 1, end);
    else if ((p = last_operator(begin, end, '*', '/')) != NULL)
        emit_apply(out, *p == '*' ? "times" : "divide", begin, p, p + 1, end);
    else if (*begin == '-')
        emit_apply(out, "minus", begin + 1, end, NULL, NULL);
    else if ((p = last_operator(begin, end, '^', '^')) != NULL)
        emit_apply(out, "power", begin, p, p + 1, end);
    else if (*begin == '(')
        emit(out, begin + 1, end - 1);
    else if (isdigit((unsigned char)*begin) || *begin == '.')
        emit_number(out, begin, end);
    else
        emit_word(out, begin, end);
}

void fsc_mathml_add(fsc_text *out, const char *formula) {
    fsc_text_add(out, "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">");
    emit(out, formula, formula + strlen(formula));
    fsc_text_add(out, "</math>");
}
