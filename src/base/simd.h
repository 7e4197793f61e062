/* One macro for hot leaf loops: the compiler makes a version per instruction set and the loader picks one. The bits are
 * the same for all of them: lanes never mix, and -ffp-contract=off keeps multiply and add apart. Only on static
 * functions: clang 14 gives the chosen version no name that another file could call. */
#ifndef FSC_BASE_SIMD_H
#define FSC_BASE_SIMD_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) /* the loader picks before that sanitizer stands */
#define FSC_CLONES
#endif
#endif
#if defined(FSC_CLONES)
#elif defined(__x86_64__) && defined(__linux__) && (!defined(__clang__) || __clang_major__ >= 14)
#define FSC_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define FSC_CLONES
#endif
/* A leaf that must become part of each version of its caller. */
#define FSC_LEAF static inline __attribute__((always_inline))

#endif
