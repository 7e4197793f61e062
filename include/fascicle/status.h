/* Status codes and error text: how every call of the library says what went wrong. */
#ifndef FASCICLE_STATUS_H
#define FASCICLE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define FSC_API __attribute__((visibility("default")))
#define FSC_MUST_USE __attribute__((warn_unused_result))
#define FSC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define FSC_API
#define FSC_MUST_USE
#define FSC_PRINTF(fmt, args)
#endif

/* Values are fixed for ever; new ones are added at the end. */
#define FSC_STATUS_LIST(X)                                                                                             \
    X(FSC_OK, 0, "success")                                                                                            \
    X(FSC_E_NOMEM, -1, "out of memory")                                                                                \
    X(FSC_E_ARG, -2, "argument not allowed")                                                                           \
    X(FSC_E_IO, -3, "file cannot be read or written")                                                                  \
    X(FSC_E_FORMAT, -4, "file content is malformed")                                                                   \
    X(FSC_E_UNSUPPORTED, -5, "valid, but not supported")                                                               \
    X(FSC_E_SHAPE, -6, "sizes or geometries do not match")                                                             \
    X(FSC_E_RANGE, -7, "value outside its allowed range")                                                              \
    X(FSC_E_NUMERIC, -8, "numerical method failed")                                                                    \
    X(FSC_E_NOTFOUND, -9, "not found")                                                                                 \
    X(FSC_E_CANCELLED, -10, "cancelled by the caller")                                                                 \
    X(FSC_E_ANATOMY, -11, "labels contradict the anatomy")

typedef enum fsc_status {
#define FSC_STATUS_ENUM(name, value, text) name = value,
    FSC_STATUS_LIST(FSC_STATUS_ENUM)
#undef FSC_STATUS_ENUM
} fsc_status;

/* Lives on the caller's stack, is never allocated, and may be NULL wherever a call takes one.
 * text is one line: what, where, what to do. The first failure wins; callers up the stack only propagate. */
typedef struct fsc_error {
    fsc_status code;
    char text[480];
} fsc_error;

#define FSC_ERROR_INIT                                                                                                 \
    {                                                                                                                  \
        FSC_OK, {                                                                                                      \
            0                                                                                                          \
        }                                                                                                              \
    }

/* The fixed English phrase of a status ("out of memory"); never NULL, borrowed for ever. */
FSC_API const char *fsc_status_text(fsc_status status);

/* Progress and cancellation. step is called from the calling thread only; fraction runs 0..1 within a stage; NaN where it is not known.
 * Return non-zero to cancel: the running call then returns FSC_E_CANCELLED. A NULL pointer means silence. */
typedef struct fsc_progress {
    int (*step)(void *context, const char *stage, double fraction);
    void *context;
} fsc_progress;

#ifdef __cplusplus
}
#endif
#endif
