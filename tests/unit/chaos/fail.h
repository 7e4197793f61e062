/* Every allocation of the process, those of jansson, SQLite, zlib, libpng and the C library included, can be
 * counted and made to fail. Four are let through by name: the thread runtime's own, because it ends the process when
 * they fail; SUNDIALS 6's, which frees a vector twice then; and those of glibc's regcomp, which then loses blocks, and of its glob, which frees some twice. */
#ifndef FSC_TEST_FAIL_H
#define FSC_TEST_FAIL_H

#include <stdint.h>

/* From now on allocations count; the n-th (0 = the first) fails, none when n is negative. */
void fail_start(int64_t n);
/* No allocation fails or counts any longer. Returns how many were counted. */
int64_t fail_stop(void);
/* Blocks taken and not yet given back since the last fail_start. */
int64_t fail_kept(void);

#endif
