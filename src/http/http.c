#include "http/http.h"

#include "base/version.h"
#include "http/metrics.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_SIZE_MAX 256
#define PORT_SIZE_MAX 6
#define BACKLOG 16

struct http {
    struct http_callbacks callbacks;
    struct metrics *metrics;
    struct MHD_Daemon *daemon;
    uint16_t port;
};

/* ---- Answers --------------------------------------------------------------------------------- */

static const char unknown_path[] = "not found: there are /livez, /readyz and /metrics\n";
static const char wrong_method[] = "method not allowed: only GET and HEAD\n";
static const char has_body[] = "bad request: a body is not expected\n";

/* Send ${response} and let go of it. */
static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned code,
                                     const char *content_type, struct MHD_Response *response)
{
    enum MHD_Result result;

    if (response == NULL)
        return MHD_NO;
    if (MHD_add_response_header(response, "Content-Type", content_type) == MHD_YES &&
        MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_YES &&
        MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES &&
        (code != MHD_HTTP_METHOD_NOT_ALLOWED ||
         MHD_add_response_header(response, "Allow", "GET, HEAD") == MHD_YES))
        result = MHD_queue_response(connection, code, response);
    else
        result = MHD_NO;
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_constant(struct MHD_Connection *connection, unsigned code,
                                     const char *text)
{
    union {
        const char *constant;
        void *pointer; /* the library's parameter; in this mode it is only read */
    } body = {.constant = text};

    return send_response(
        connection, code, "text/plain; charset=utf-8",
        MHD_create_response_from_buffer(strlen(text), body.pointer, MHD_RESPMEM_PERSISTENT));
}

/* Send ${text}, which the response then owns; NULL, for want of memory, closes the connection. */
static enum MHD_Result send_owned(struct MHD_Connection *connection, unsigned code,
                                  const char *content_type, char *text, size_t size)
{
    struct MHD_Response *response;

    if (text == NULL)
        return MHD_NO;
    response = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(text);
    return send_response(connection, code, content_type, response);
}

static enum MHD_Result send_health(struct MHD_Connection *connection, const struct health *health)
{
    bool failed = health_status(health) == HEALTH_FAIL;
    size_t size = 0;
    char *text = health_print(health, restage_version(), &size);

    return send_owned(connection, failed ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK,
                      "application/health+json", text, size);
}

static enum MHD_Result send_path(const struct http *http, struct MHD_Connection *connection,
                                 const char *path)
{
    struct health health = {.count = 0};

    if (strcmp(path, "/metrics") == 0) {
        size_t size = 0;
        char *text = metrics_print(http->metrics, &size);

        return send_owned(connection, MHD_HTTP_OK, METRICS_CONTENT_TYPE, text, size);
    }
    if (strcmp(path, "/livez") == 0)
        http->callbacks.live(http->callbacks.context, &health);
    else if (strcmp(path, "/readyz") == 0)
        http->callbacks.ready(http->callbacks.context, &health);
    else
        return send_constant(connection, MHD_HTTP_NOT_FOUND, unknown_path);
    return send_health(connection, &health);
}

/* The library calls this for a request's head, for each piece of its body, and for its end. */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *body,
                              size_t *body_size, void **request)
{
    static char head_seen;
    const struct http *http = context;

    (void)version;
    (void)body;
    if (*request == NULL) {
        *request = &head_seen;
        if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
            return send_constant(connection, MHD_HTTP_METHOD_NOT_ALLOWED, wrong_method);
        if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") != NULL)
            return send_constant(connection, MHD_HTTP_BAD_REQUEST, has_body);
        if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length") != NULL &&
            strcmp(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length"),
                   "0") != 0)
            return send_constant(connection, MHD_HTTP_BAD_REQUEST, has_body);
        return MHD_YES;
    }
    *body_size = 0;
    return send_path(http, connection, path);
}

/* What the library wants to say goes nowhere: it would quote requests. */
static void say_nothing(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
}

/* ---- Listening ------------------------------------------------------------------------------- */

/* Take "address:port" or "[address]:port" apart. */
static bool split_address(const char *listen, char *ret_host, char *ret_port)
{
    const char *colon = strrchr(listen, ':');
    const char *host = listen;
    size_t host_size;

    if (colon == NULL || strlen(colon + 1) == 0 || strlen(colon + 1) >= PORT_SIZE_MAX ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strtol(colon + 1, NULL, 10) > UINT16_MAX)
        return false;
    host_size = (size_t)(colon - listen);
    if (host_size >= 2 && host[0] == '[' && host[host_size - 1] == ']') {
        host++;
        host_size -= 2;
    } else if (memchr(host, ':', host_size) != NULL) {
        return false;
    }
    if (host_size == 0 || host_size >= HOST_SIZE_MAX)
        return false;
    memcpy(ret_host, host, host_size);
    ret_host[host_size] = '\0';
    memcpy(ret_port, colon + 1, strlen(colon + 1) + 1);
    return true;
}

/* A socket bound to ${address}, -1 with errno set when that cannot be. */
static int listen_at(const struct addrinfo *address)
{
    const int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static enum status open_socket(const char *text, int *ret_fd, struct err *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *addresses;
    char host[HOST_SIZE_MAX];
    char port[PORT_SIZE_MAX];
    int fd = -1;

    if (!split_address(text, host, port))
        return err_set(
            err, FATAL,
            "http: the address to listen at is not address:port with a port up to 65535");
    if (getaddrinfo(host, port, &hints, &addresses) != 0)
        return err_set(err, FATAL, "http: the address to listen at is not known here");
    for (const struct addrinfo *a = addresses; a != NULL && fd < 0; a = a->ai_next)
        fd = listen_at(a);
    freeaddrinfo(addresses);
    if (fd < 0)
        return err_set(err, FATAL, "http: cannot listen at port %s: %s", port,
                       errno == EADDRINUSE ? "it is taken"
                       : errno == EACCES   ? "not permitted"
                                           : "the system refused");
    *ret_fd = fd;
    return OK;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    socklen_t size = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    if (address.ss_family == AF_INET6) {
        memcpy(&v6, &address, sizeof(v6));
        return ntohs(v6.sin6_port);
    }
    memcpy(&v4, &address, sizeof(v4));
    return ntohs(v4.sin_port);
}

enum status http_start(const char *listen, const struct http_callbacks *callbacks,
                       struct metrics *metrics, struct http **ret, struct err *err)
{
    struct http *http;
    int fd;
    enum status status = open_socket(listen, &fd, err);

    if (status != OK)
        return status;
    http = calloc(1, sizeof(*http));
    if (http == NULL) {
        (void)close(fd);
        return err_set(err, FATAL, "http: no memory");
    }
    http->callbacks = *callbacks;
    http->metrics = metrics;
    http->port = port_of(fd);
    http->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, answer,
        http, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_REQUEST_SIZE_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S_MAX, MHD_OPTION_END);
    if (http->daemon == NULL) {
        (void)close(fd);
        free(http);
        return err_set(err, FATAL, "http: the server did not start");
    }
    *ret = http;
    return OK;
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

void http_stop(struct http *http)
{
    if (http == NULL)
        return;
    MHD_stop_daemon(http->daemon); /* closes the socket too */
    free(http);
}
