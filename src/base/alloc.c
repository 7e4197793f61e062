#include "alloc.h"

#include <stdlib.h>
#include <string.h>

/* Counts down in tests only; never written otherwise, so threads may read it. */
static int64_t fail_countdown = -1;

void fsc_alloc_fail_at(int64_t n) {
    fail_countdown = n;
}

static int must_fail(void) {
    if (fail_countdown < 0) return 0;
    return fail_countdown-- == 0;
}

static void *take(int64_t count, size_t size, int zeroed) {
    if (count < 0 || must_fail()) return NULL;
    const size_t n = count == 0 ? 1 : (size_t)count;
    if (size != 0 && n > (SIZE_MAX - 64) / size) return NULL;
    const size_t bytes = (n * size + 63) / 64 * 64;
    void *block = aligned_alloc(64, bytes == 0 ? 64 : bytes);
    if (block && zeroed) memset(block, 0, bytes);
    return block;
}

void *fsc_alloc(int64_t count, size_t size) {
    return take(count, size, 1);
}

void *fsc_alloc_unset(int64_t count, size_t size) {
    return take(count, size, 0);
}

void *fsc_grow(void *block, int64_t old_count, int64_t count, size_t size) {
    void *bigger = fsc_alloc(count, size);
    if (!bigger) return NULL;
    if (block && old_count > 0) memcpy(bigger, block, (size_t)old_count * size);
    fsc_free(block);
    return bigger;
}

char *fsc_strdup(const char *text) {
    const size_t n = strlen(text) + 1;
    char *copy = fsc_alloc((int64_t)n, 1);
    if (copy) memcpy(copy, text, n);
    return copy;
}

void fsc_free(void *block) {
    free(block);
}
