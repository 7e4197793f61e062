/* Formulas as content MathML, from the way they are written by hand: + - * / ^, brackets, calls, names, numbers. */
#ifndef FSC_CYCLE_MATHML_H
#define FSC_CYCLE_MATHML_H

#include "text.h"

/* Adds <math>...</math> for a formula of our own making; "time" is the SBML time symbol, exp() the exponential. */
void fsc_mathml_add(fsc_text *out, const char *formula);

#endif
