/* A viewer in a child process, and requests to it byte by byte. */
#ifndef FSC_TEST_CLIENT_H
#define FSC_TEST_CLIENT_H

#include "../test.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct client {
    pid_t server;
    int port;
    char token[64], host[64], origin[80];
} client;

__attribute__((unused)) static void client_said(void *context, const char *address) {
    const int *to = context;
    if (write(*to, address, strlen(address) + 1) < 0) _exit(9);
}

/* In the parent: takes the address apart that the child said. */
static void client_connect(client *c, pid_t server, int from) {
    char address[128] = "";
    size_t n = 0;
    while (n + 1 < sizeof address && read(from, address + n, 1) == 1 && address[n]) n++;
    *c = (client){.server = server};
    const char *port = strrchr(address, ':'), *slash = port ? strchr(port, '/') : NULL;
    assert_non_null(slash);
    assert_memory_equal(address, "http://127.0.0.1:", 17);
    c->port = atoi(port + 1);
    (void)snprintf(c->host, sizeof c->host, "127.0.0.1:%d", c->port);
    (void)snprintf(c->origin, sizeof c->origin, "http://%s", c->host);
    (void)snprintf(c->token, sizeof c->token, "%.*s", (int)strcspn(slash + 1, "/"), slash + 1);
    assert_int_equal(strlen(c->token), 32);
}

__attribute__((unused)) static int client_open(const client *c) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* Sends text and reads until the server closes; the status, 0 when it closed without a word. */
static int client_ask(const client *c, const char *text, char *answer, size_t size) {
    const int fd = client_open(c);
    size_t n = 0;
    ssize_t got = 0;
    for (size_t at = 0, all = strlen(text); at < all;) {
        const ssize_t sent = send(fd, text + at, all - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += (size_t)sent;
    }
    while (n + 1 < size && (got = recv(fd, answer + n, size - n - 1, 0)) > 0) n += (size_t)got;
    answer[n] = 0;
    (void)close(fd);
    return n > 12 && strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

/* A signal ends it, and it must not have failed by itself before. */
static void client_end(const client *c, int with) {
    int status = 0;
    assert_int_equal(waitpid(c->server, &status, WNOHANG), 0);
    assert_int_equal(kill(c->server, with), 0);
    assert_int_equal(waitpid(c->server, &status, 0), c->server);
    if (with != SIGKILL) assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif
