/* Checked, aligned memory and the cleanup helpers used inside src/ and tools/. */
#ifndef FSC_BASE_ALLOC_H
#define FSC_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

/* count * size bytes, zeroed, aligned to 64; NULL on overflow or when memory is out. count 0 gives a valid block. */
void *fsc_alloc(int64_t count, size_t size);
/* The same, not zeroed: for large blocks that threads fill at once, each its own part. */
void *fsc_alloc_unset(int64_t count, size_t size);
/* Grows (or makes) a block from old_count to count items, new items zeroed; on failure returns NULL and leaves block.
 */
void *fsc_grow(void *block, int64_t old_count, int64_t count, size_t size);
/* A copy of a string; NULL when memory is out. */
char *fsc_strdup(const char *text);
void fsc_free(void *block);

/* Test hook: the n-th allocation from now (0 = the next) fails; negative = none does. Not for use outside tests. */
void fsc_alloc_fail_at(int64_t n);

static inline void fsc_free_cleanup(void *address) {
    fsc_free(*(void **)address);
}
/* A pointer freed by fsc_free when it leaves scope:  FSC_AUTO_BLOCK float *tmp = fsc_alloc(...); */
#define FSC_AUTO_BLOCK __attribute__((cleanup(fsc_free_cleanup)))
/* Declares a cleanup for a handle type:  FSC_DEFINE_AUTO(fsc_volume, fsc_volume_free)  then
 * FSC_AUTO(fsc_volume) water = NULL; */
#define FSC_DEFINE_AUTO(type, free_function)                                                                           \
    static inline void type##_cleanup(type **address) {                                                                \
        free_function(*address);                                                                                       \
    }
#define FSC_AUTO(type) __attribute__((cleanup(type##_cleanup))) type *
/* Hands a cleanup-guarded pointer over to *out. */
#define FSC_GIVE(out, pointer) (*(out) = (pointer), (pointer) = NULL)

#endif
