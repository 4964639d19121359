#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

/*
 * HTTP: what operators and their tools ask of a running process; read-only, on a thread of its own.
 *
 *   /livez    whether the process should be left running: 200, or 503 to have it restarted
 *   /readyz   whether it does its work: 200 (also with warnings), else 503
 *   /metrics  struct metrics as text
 *
 * Answers come from memory alone: no request touches Kafka or PostgreSQL.  Only GET and HEAD, no
 * bodies, few connections; nothing that identifies a patient or a host is ever sent.
 */
#include "base/err.h"
#include "http/health.h"

#include <stdint.h>

struct http;
struct metrics;

#define HTTP_CONNECTIONS_MAX 32
#define HTTP_REQUEST_SIZE_MAX 8192 /* bytes, request line and headers */
#define HTTP_IDLE_S_MAX 10         /* a silent connection is closed */

/* Called on the server's thread with ${context}; they must not block. */
struct http_callbacks {
    void *context;
    void (*live)(void *context, struct health *ret);
    void (*ready)(void *context, struct health *ret);
};

/*
 * Serve at ${listen}, "address:port" or "[IPv6]:port"; port 0 takes a free one.  ${metrics} and
 * what
 * ${callbacks} points to must live until http_stop.  FATAL when the address cannot be understood or
 * is taken.  The new thread blocks the signals that the caller blocks.
 */
enum status http_start(const char *listen, const struct http_callbacks *callbacks,
                       struct metrics *metrics, struct http **ret, struct err *err)
    __attribute__((warn_unused_result));

/* The port that is listened at. */
uint16_t http_port(const struct http *http);

/* Stop serving and free everything; NULL is fine. */
void http_stop(struct http *http);

#endif
