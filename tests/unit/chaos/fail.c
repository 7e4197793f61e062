/* The program's own malloc family: it stands before the C library's and the sanitizer's, and hands on to them. */
#define _GNU_SOURCE
#include "fail.h"

#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <regex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#if defined(__clang__)
#pragma clang diagnostic ignored "-Wmissing-prototypes"
#pragma clang diagnostic ignored "-Wreserved-identifier"
#else
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#endif

/* There under the sanitizer only. */
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *block, size_t size) __attribute__((weak));
void *__interceptor_memalign(size_t align, size_t size) __attribute__((weak));
void __interceptor_free(void *block) __attribute__((weak));
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *block);

static atomic_int armed, watching;
static atomic_llong counted, target, kept;

static int is_let_through(const void *caller) {
    Dl_info info;
    if (!dladdr(caller, &info) || !info.dli_fname) return 0;
    static const char *const names[] = {"libgomp", "libomp", "ld-linux", "libsundials"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(info.dli_fname, names[i])) return 1;
    return 0;
}

static int must_fail(const void *caller) {
    if (!atomic_load(&armed) || is_let_through(caller)) return 0;
    if (atomic_fetch_add(&counted, 1) != atomic_load(&target)) return 0;
    errno = ENOMEM;
    return 1;
}

static void *took(void *block) {
    if (block && atomic_load(&watching)) atomic_fetch_add(&kept, 1);
    return block;
}

void fail_start(int64_t n) {
    atomic_store(&counted, 0);
    atomic_store(&kept, 0);
    atomic_store(&target, n);
    atomic_store(&watching, 1);
    atomic_store(&armed, 1);
}

int64_t fail_stop(void) {
    atomic_store(&armed, 0);
    return atomic_load(&counted);
}

int64_t fail_kept(void) {
    atomic_store(&watching, 0);
    return atomic_load(&kept);
}

void *malloc(size_t size) {
    if (must_fail(__builtin_return_address(0))) return NULL;
    return took(__interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size));
}

void *calloc(size_t count, size_t size) {
    if (must_fail(__builtin_return_address(0))) return NULL;
    return took(__interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size));
}

void *realloc(void *block, size_t size) {
    if (must_fail(__builtin_return_address(0))) return NULL;
    void *moved = __interceptor_realloc ? __interceptor_realloc(block, size) : __libc_realloc(block, size);
    if (!block) return took(moved);
    return moved;
}

void *aligned_alloc(size_t align, size_t size) {
    if (must_fail(__builtin_return_address(0))) return NULL;
    return took(__interceptor_memalign ? __interceptor_memalign(align, size) : __libc_memalign(align, size));
}

void free(void *block) {
    if (block && atomic_load(&watching)) atomic_fetch_sub(&kept, 1);
    if (__interceptor_free)
        __interceptor_free(block);
    else
        __libc_free(block);
}

/* glibc's regcomp loses blocks of its own when memory is out, so it is let through too. */
int regcomp(regex_t *regex, const char *pattern, int flags) {
    int (*real)(regex_t *, const char *, int) = NULL;
    const int was = atomic_exchange(&armed, 0);
    *(void **)&real = dlsym(RTLD_NEXT, "regcomp");
    const int status = real(regex, pattern, flags);
    atomic_store(&armed, was);
    return status;
}

int glob(const char *pattern, int flags, int (*fault)(const char *, int), glob_t *found) {
    int (*real)(const char *, int, int (*)(const char *, int), glob_t *) = NULL;
    const int was = atomic_exchange(&armed, 0);
    *(void **)&real = dlsym(RTLD_NEXT, "glob64");
    const int status = real(pattern, flags, fault, found);
    atomic_store(&armed, was);
    return status;
}
