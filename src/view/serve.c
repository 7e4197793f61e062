#include "serve.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTION_MAX = 32, HEADER_BYTES_MAX = 32 << 10, SILENT_S = 10 };

/* An open connection: since when its present request has been on the way. */
typedef struct slot {
    struct MHD_Connection *connection;
    int fd;
    double since_s;
} slot;

typedef struct server {
    const fsc_view_service *service;
    fsc_view_keys keys;
    double asked_s; /* last request */
    slot slot[CONNECTION_MAX];
} server;

/* One request on its way. */
typedef struct request {
    const char *path;
    char *body; /* NULL for GET */
    size_t n, room;
    int refused;
} request;

static double clock_s(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Nothing from elsewhere, nothing kept, shown in no frame, told to nobody. */
static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

static enum MHD_Result send_response(struct MHD_Connection *to, struct MHD_Response *response, unsigned status,
                                     const char *type, const char *policy) {
    if (!response) return MHD_NO;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) /* the first is the policy */
        (void)MHD_add_response_header(response, headers[i][0], i == 0 && policy ? policy : headers[i][1]);
    (void)MHD_add_response_header(response, "Content-Type", type);
    const enum MHD_Result result = MHD_queue_response(to, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *to, unsigned status, const char *why) {
    return send_response(to, MHD_create_response_from_buffer(strlen(why), (void *)why, MHD_RESPMEM_MUST_COPY), status,
                         "text/plain; charset=utf-8", NULL);
}

static const char *header(struct MHD_Connection *from, const char *name) {
    return MHD_lookup_connection_value(from, MHD_HEADER_KIND, name);
}

/* After the first lines, before any of the body. */
static enum MHD_Result begin(server *s, struct MHD_Connection *from, const char *url, const char *method,
                             request *asked) {
    const fsc_view_ask ask = {.method = method,
                              .url = url,
                              .host = header(from, "Host"),
                              .origin = header(from, "Origin"),
                              .fetch_site = header(from, "Sec-Fetch-Site"),
                              .content_type = header(from, "Content-Type"),
                              .content_length = header(from, "Content-Length")};
    const char *why = NULL;
    const unsigned status = fsc_view_guard(&s->keys, &ask, &asked->path, &why);
    if (status) {
        asked->refused = 1;
        return refuse(from, status, why);
    }
    s->asked_s = clock_s(); /* strangers do not keep it awake */
    if (strcmp(method, "POST") != 0) return MHD_YES;
    asked->room = (size_t)FSC_VIEW_BODY_MAX;
    asked->body = fsc_alloc_unset(FSC_VIEW_BODY_MAX + 1, 1);
    return asked->body ? MHD_YES : MHD_NO;
}

static enum MHD_Result answer(server *s, struct MHD_Connection *to, request *asked) {
    fsc_view_reply reply = {.status = 500, .type = "text/plain; charset=utf-8", .fd = -1};
    if (asked->body) asked->body[asked->n] = 0;
    s->service->answer(s->service->context, asked->path, asked->body, asked->n, &reply);
    for (int i = 0; i < CONNECTION_MAX; i++) /* what we took is not its slowness */
        if (s->slot[i].connection == to) s->slot[i].since_s = clock_s();
    s->asked_s = clock_s();
    struct MHD_Response *response = NULL;
    if (reply.fd >= 0) {
        response = MHD_create_response_from_fd((size_t)reply.size, reply.fd);
        if (!response) (void)close(reply.fd);
    } else if (!reply.body.failed) {
        response = MHD_create_response_from_buffer(reply.body.length, reply.body.data ? reply.body.data : (void *)"",
                                                   MHD_RESPMEM_MUST_COPY);
    }
    fsc_text_free(&reply.body);
    return send_response(to, response, reply.status, reply.type, reply.policy);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *n,
                                  void **state) {
    (void)version;
    server *s = context;
    request *asked = *state;
    if (!asked) {
        asked = *state = fsc_alloc(1, sizeof *asked);
        return asked ? begin(s, connection, url, method, asked) : MHD_NO;
    }
    if (*n == 0) return asked->refused ? MHD_YES : answer(s, connection, asked);
    if (asked->refused || !asked->body || *n > asked->room - asked->n) return MHD_NO;
    memcpy(asked->body + asked->n, data, *n);
    asked->n += *n;
    *n = 0;
    return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how) {
    (void)how;
    server *s = context;
    request *asked = *state;
    for (int i = 0; i < CONNECTION_MAX; i++)
        if (s->slot[i].connection == connection) s->slot[i].since_s = clock_s();
    if (!asked) return;
    fsc_free(asked->body);
    fsc_free(asked);
    *state = NULL;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode what) {
    (void)state;
    server *s = context;
    const int opened = what == MHD_CONNECTION_NOTIFY_STARTED;
    slot *at = s->slot;
    while (at < s->slot + CONNECTION_MAX && at->connection != (opened ? NULL : connection)) at++;
    if (at == s->slot + CONNECTION_MAX) return;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *at = opened && info ? (slot){connection, info->connect_fd, clock_s()} : (slot){0};
}

/* libmicrohttpd minds silence only; a byte now and then would hold a connection for ever. */
static void cut_slow(server *s) {
    const double now = clock_s();
    for (int i = 0; i < CONNECTION_MAX; i++)
        if (s->slot[i].connection && now - s->slot[i].since_s > s->service->slow_s)
            (void)shutdown(s->slot[i].fd, SHUT_RDWR);
}

/* Our names need no escapes, so none is undone: what is asked for is compared as it came. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context, (void)connection;
    return strlen(text);
}

static fsc_status make_token(char token[FSC_VIEW_TOKEN_MAX], fsc_error *err) {
    uint64_t random[2];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return fsc_fail(err, FSC_E_IO, "the system gives no random numbers: %s", strerror(errno));
    (void)fsc_format(token, FSC_VIEW_TOKEN_MAX, "%016llx%016llx", (unsigned long long)random[0],
                     (unsigned long long)random[1]);
    return FSC_OK;
}

/* Bound here and not by libmicrohttpd, so that a taken port can be told from anything else. */
static fsc_status open_port(int *fd, server *s, fsc_error *err) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)s->service->port)};
    socklen_t size = sizeof at;
    const int on = 1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd >= 0) (void)setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (*fd < 0 || bind(*fd, (struct sockaddr *)&at, size) != 0 || listen(*fd, CONNECTION_MAX) != 0 ||
        getsockname(*fd, (struct sockaddr *)&at, &size) != 0) {
        const int why = errno;
        if (*fd >= 0) (void)close(*fd);
        if (why == EADDRINUSE)
            return fsc_fail(err, FSC_E_IO, "port %d is taken by another program; name another, or none for any",
                            (int)s->service->port);
        return fsc_fail(err, FSC_E_IO, "port %d cannot be opened: %s", (int)s->service->port, strerror(why));
    }
    (void)fsc_format(s->keys.host, sizeof s->keys.host, "127.0.0.1:%d", (int)ntohs(at.sin_port));
    return FSC_OK;
}

static void wait_for_end(server *s, struct MHD_Daemon *daemon) {
    s->asked_s = clock_s();
    while (fsc_progress_step(s->service->progress, "view", 0, NULL) == FSC_OK &&
           clock_s() - s->asked_s < s->service->idle_s) {
        (void)MHD_run_wait(daemon, 250);
        cut_slow(s);
    }
}

fsc_status fsc_view_serve(const fsc_view_service *service, fsc_error *err) {
    server s = {.service = service};
    int fd = -1;
    FSC_TRY(make_token(s.keys.token, err));
    FSC_TRY(open_port(&fd, &s, err));
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_NO_FLAG, 0, NULL, NULL, on_request, &s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTION_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEADER_BYTES_MAX, MHD_OPTION_NOTIFY_COMPLETED, on_completed, &s, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, &s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_END);
    if (!daemon) {
        (void)close(fd);
        return fsc_fail(err, FSC_E_IO, "the server cannot start: %s", strerror(errno));
    }
    /* A browser that leaves in the middle of a picture is no reason to die. */
    struct sigaction before, ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, &before);
    char address[96];
    (void)fsc_format(address, sizeof address, "http://%s/%s/", s.keys.host, s.keys.token);
    if (service->opened) service->opened(service->context, address);
    wait_for_end(&s, daemon);
    MHD_stop_daemon(daemon);
    (void)sigaction(SIGPIPE, &before, NULL);
    return FSC_OK;
}
