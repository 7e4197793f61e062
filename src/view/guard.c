#include "guard.h"

#include <string.h>

/* As long for a wrong first digit as for a wrong last one. */
static int same_token(const char *token, const char *given) {
    unsigned differs = 0;
    for (size_t i = 0; i < FSC_VIEW_TOKEN_MAX - 1; i++) {
        if (!given[i]) return 0;
        differs |= (unsigned char)token[i] ^ (unsigned char)given[i];
    }
    return differs == 0;
}

/* "http://" and our own host, nothing else: not another port, not localhost, not null. */
static int same_origin(const fsc_view_keys *keys, const char *origin) {
    static const char scheme[] = "http://";
    return strncmp(origin, scheme, sizeof scheme - 1) == 0 && strcmp(origin + sizeof scheme - 1, keys->host) == 0;
}

/* A body's length, -1 when it is none. */
static int64_t body_length(const char *text) {
    int64_t n = 0;
    if (!text || !*text || strlen(text) > 12) return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return -1;
        n = 10 * n + (*text - '0');
    }
    return n;
}

unsigned fsc_view_guard(const fsc_view_keys *keys, const fsc_view_ask *ask, const char **path, const char **why) {
    const int post = strcmp(ask->method, "POST") == 0;
    *path = NULL;
    *why = "this address is not for other pages or programs";
    /* A page elsewhere that points its own name at this machine sends that name. */
    if (!ask->host || strcmp(ask->host, keys->host) != 0) return 403;
    if (ask->origin && !same_origin(keys, ask->origin)) return 403;
    if (ask->fetch_site && strcmp(ask->fetch_site, "same-origin") != 0 && strcmp(ask->fetch_site, "none") != 0)
        return 403;
    if (post && !ask->origin) return 403;
    *why = "the address is incomplete: open the one that the program printed";
    if (ask->url[0] != '/' || !same_token(keys->token, ask->url + 1) || ask->url[FSC_VIEW_TOKEN_MAX] != '/')
        return 403;
    *why = "only GET and POST are answered";
    if (!post && strcmp(ask->method, "GET") != 0) return 405;
    if (post) {
        const int64_t length = body_length(ask->content_length);
        *why = "a body needs its Content-Length";
        if (length < 0) return 411;
        *why = "the request is too large";
        if (length > FSC_VIEW_BODY_MAX) return 413;
        *why = "a body is application/json";
        if (!ask->content_type || strcmp(ask->content_type, "application/json") != 0) return 415;
    }
    *path = ask->url + FSC_VIEW_TOKEN_MAX + 1;
    return 0;
}
