/* Who may ask what: the checks every request passes before anything else looks at it. No network here. */
#ifndef FSC_VIEW_GUARD_H
#define FSC_VIEW_GUARD_H

#include <stddef.h>
#include <stdint.h>

enum { FSC_VIEW_TOKEN_MAX = 33 };
#define FSC_VIEW_BODY_MAX ((int64_t)4 << 20) /* a stroke of 400 000 voxels */

/* What the address holds. */
typedef struct fsc_view_keys {
    char token[FSC_VIEW_TOKEN_MAX]; /* 32 hexadecimal digits */
    char host[32];                  /* "127.0.0.1:8080" */
} fsc_view_keys;

/* A request's first lines; NULL = not sent. */
typedef struct fsc_view_ask {
    const char *method, *url;
    const char *host, *origin, *fetch_site, *content_type, *content_length;
} fsc_view_ask;

/* 0 when the request may go on; *path is then what follows the token ("" = the page), borrowed from url. Else the HTTP
 * status to answer with, and *why in words. */
unsigned fsc_view_guard(const fsc_view_keys *keys, const fsc_view_ask *ask, const char **path, const char **why);

#endif
