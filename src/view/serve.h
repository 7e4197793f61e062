/* The server: loopback only, one thread, libmicrohttpd seen by serve.c alone. */
#ifndef FSC_VIEW_SERVE_H
#define FSC_VIEW_SERVE_H

#include "text.h"

#include <fascicle/status.h>
#include <stdint.h>

/* An answer: text in body, or size bytes of the file fd, which is taken. */
typedef struct fsc_view_reply {
    unsigned status;  /* of HTTP */
    const char *type; /* "application/json", lives on */
    const char *policy; /* what this answer may load, likewise; NULL = what the page may */
    fsc_text body;
    int fd; /* -1 = none */
    int64_t size;
} fsc_view_reply;

typedef struct fsc_view_service {
    /* Called for what the guard lets through; body holds n bytes and a 0 (NULL for GET). */
    void (*answer)(void *context, const char *path, const char *body, size_t n, fsc_view_reply *reply);
    void (*opened)(void *context, const char *address); /* may be NULL */
    void *context;
    int32_t port;                 /* 0 = any that is free */
    double idle_s;                /* ends after as long without a request */
    double slow_s;                /* a request that takes longer to arrive is cut off */
    const fsc_progress *progress; /* asked four times a second; ends when it says so. May be NULL */
} fsc_view_service;

/* Serves until progress says so or nobody has asked for idle_s: FSC_OK then. FSC_E_IO (port taken),
 * FSC_E_UNSUPPORTED (a build without libmicrohttpd), FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_view_serve(const fsc_view_service *service, fsc_error *err);

#endif
