/* Real requests to the server on a free port. */
#include "http/http.h"
#include "http/metrics.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define REPLY_SIZE_MAX 65536

static struct metrics *metrics;
static struct http *http;
static _Atomic enum health_status live_status;
static _Atomic enum health_status ready_status;

static void tell(struct health *ret, enum health_status status)
{
    health_add(ret, &(struct health_check){"lanes:running", HEALTH_PASS, 2, "lanes", "unused"});
    health_add(ret, &(struct health_check){"deadLetters:open", status, 3, "dead letters",
                                           "see `restage dead-letters list`"});
}

static void live(void *context, struct health *ret)
{
    ck_assert_ptr_eq(context, &live_status);
    tell(ret, atomic_load(&live_status));
}

static void ready(void *context, struct health *ret)
{
    ck_assert_ptr_eq(context, &live_status);
    tell(ret, atomic_load(&ready_status));
}

static void setup(void)
{
    static const char *const topics[] = {"restage.pathology"};
    static const char *const codes[] = {"undecodable"};
    const struct http_callbacks callbacks = {&live_status, live, ready};
    struct err err;

    atomic_store(&live_status, HEALTH_PASS);
    atomic_store(&ready_status, HEALTH_PASS);
    metrics = metrics_new(&(struct metrics_settings){"0.1.0", "abc", topics, 1, codes, 1});
    ck_assert_ptr_nonnull(metrics);
    ck_assert_int_eq(http_start("127.0.0.1:0", &callbacks, metrics, &http, &err), OK);
    ck_assert_uint_ne(http_port(http), 0);
}

static void teardown(void)
{
    http_stop(http);
    metrics_free(metrics);
}

static int connected(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(http_port(http)),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    const struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Send ${request} as it is and read until the server closes. */
static const char *ask(const char *request)
{
    static char reply[REPLY_SIZE_MAX];
    size_t used = 0;
    int fd = connected();

    ck_assert_int_eq(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    for (;;) {
        ssize_t got = recv(fd, reply + used, sizeof(reply) - 1 - used, 0);

        if (got <= 0)
            break;
        used += (size_t)got;
    }
    (void)close(fd);
    reply[used] = '\0';
    return reply;
}

static const char *get(const char *path)
{
    char request[256];

    (void)snprintf(request, sizeof(request),
                   "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
    return ask(request);
}

static void has(const char *reply, const char *part)
{
    ck_assert_msg(strstr(reply, part) != NULL, "\"%s\" is missing in: %s", part, reply);
}

static void begins(const char *reply, const char *part)
{
    ck_assert_msg(strncmp(reply, part, strlen(part)) == 0, "\"%s\" does not begin: %s", part,
                  reply);
}

static const char *body_of(const char *reply)
{
    const char *end = strstr(reply, "\r\n\r\n");

    ck_assert_ptr_nonnull(end);
    return end + 4;
}

START_TEST(test_health_passes)
{
    const char *reply = get("/livez");

    begins(reply, "HTTP/1.1 200 OK\r\n");
    has(reply, "Content-Type: application/health+json\r\n");
    has(reply, "Cache-Control: no-store\r\n");
    ck_assert_str_eq(
        body_of(reply),
        "{\"status\":\"pass\",\"version\":\"1\",\"releaseId\":\"0.1.0\",\"checks\":{"
        "\"lanes:running\":[{\"status\":\"pass\",\"observedValue\":2,\"observedUnit\":\"lanes\"}],"
        "\"deadLetters:open\":[{\"status\":\"pass\",\"observedValue\":3,"
        "\"observedUnit\":\"dead letters\"}]}}\n");
}
END_TEST

START_TEST(test_warning_is_ready)
{
    const char *reply;

    atomic_store(&ready_status, HEALTH_WARN);
    reply = get("/readyz");
    begins(reply, "HTTP/1.1 200 OK\r\n");
    has(reply, "{\"status\":\"warn\"");
    has(reply, "\"output\":\"see `restage dead-letters list`\"");
    ck_assert_ptr_null(strstr(reply, "unused"));
}
END_TEST

START_TEST(test_failure_is_503)
{
    atomic_store(&ready_status, HEALTH_FAIL);
    begins(get("/readyz"), "HTTP/1.1 503 ");
    has(get("/readyz"), "{\"status\":\"fail\"");
    begins(get("/livez"), "HTTP/1.1 200 ");
    atomic_store(&live_status, HEALTH_FAIL);
    begins(get("/livez"), "HTTP/1.1 503 ");
}
END_TEST

START_TEST(test_metrics)
{
    const char *reply;

    metrics_add(metrics, METRIC_MESSAGES_CONSUMED, 0, 7);
    reply = get("/metrics");
    begins(reply, "HTTP/1.1 200 OK\r\n");
    has(reply, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
    has(reply, "restage_kafka_messages_consumed_total{topic=\"restage.pathology\"} 7\n");
}
END_TEST

START_TEST(test_head_has_no_body)
{
    const char *reply = ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    begins(reply, "HTTP/1.1 200 OK\r\n");
    has(reply, "Content-Length: ");
    ck_assert_str_eq(body_of(reply), "");
}
END_TEST

START_TEST(test_a_query_changes_nothing)
{
    begins(get("/livez?verbose"), "HTTP/1.1 200 ");
    begins(get("/readyz?exclude=lanes"), "HTTP/1.1 200 ");
}
END_TEST

static const struct {
    const char *request;
    const char *reply;
} refusals[] = {
    {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 "},
    {"GET /livez/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 "},
    {"GET /../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 "},
    {"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
     "HTTP/1.1 405 "},
    {"DELETE /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 405 "},
    {"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 405 "},
    {"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
     "HTTP/1.1 400 "},
    {"GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
     "2\r\nhi\r\n0\r\n\r\n",
     "HTTP/1.1 400 "},
};

START_TEST(test_refusals)
{
    begins(ask(refusals[_i].request), refusals[_i].reply);
}
END_TEST

START_TEST(test_405_says_what_is_allowed)
{
    has(ask("PUT /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "Allow: GET, HEAD\r\n");
}
END_TEST

/* More header than there is memory for is refused, and the next one is served. */
START_TEST(test_large_request)
{
    static char request[4 * HTTP_REQUEST_SIZE_MAX];
    static const char head[] = "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ";

    memcpy(request, head, sizeof(head) - 1);
    memset(request + sizeof(head) - 1, 'a', sizeof(request) - sizeof(head));
    {
        int fd = connected();
        char reply[16] = {0};

        (void)send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
        if (recv(fd, reply, 12, MSG_WAITALL) == 12)
            ck_assert_msg(strncmp(reply, "HTTP/1.1 4", 10) == 0, "%s", reply);
        (void)close(fd);
    }
    begins(get("/livez"), "HTTP/1.1 200 ");
}
END_TEST

/* Whoever opens all connections and says nothing is turned away once they are used up. */
START_TEST(test_connection_limit)
{
    int fds[HTTP_CONNECTIONS_MAX];
    int extra;
    char byte;

    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        fds[i] = connected();
    extra = connected();
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        (void)close(fds[i]);
    ck_assert_int_le(recv(extra, &byte, 1, MSG_DONTWAIT), 0);
    (void)close(extra);
    begins(get("/livez"), "HTTP/1.1 200 ");
}
END_TEST

static const char *const bad_addresses[] = {
    "",
    "9464",
    ":9464",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:http",
    "127.0.0.1:-1",
    "127.0.0.1:65536",
    "127.0.0.1:123456",
    "::1:9464",
    "[]:9464",
    "[::1:9464",
    "256.256.256.256:9464",
};

START_TEST(test_bad_address)
{
    const struct http_callbacks callbacks = {&live_status, live, ready};
    struct http *other = NULL;
    struct err err = {.status = OK};

    ck_assert_int_eq(http_start(bad_addresses[_i], &callbacks, metrics, &other, &err), FATAL);
    ck_assert_int_eq(err.status, FATAL);
    ck_assert_int_eq(strncmp(err.text, "http: ", 6), 0);
    ck_assert_ptr_null(other);
}
END_TEST

START_TEST(test_taken_address)
{
    const struct http_callbacks callbacks = {&live_status, live, ready};
    struct http *other = NULL;
    struct err err;
    char address[32];

    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)http_port(http));
    ck_assert_int_eq(http_start(address, &callbacks, metrics, &other, &err), FATAL);
    has(err.text, "it is taken");
}
END_TEST

START_TEST(test_starts_again_at_once)
{
    const struct http_callbacks callbacks = {&live_status, live, ready};
    struct err err;
    char address[32];

    begins(get("/livez"), "HTTP/1.1 200 ");
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)http_port(http));
    http_stop(http);
    ck_assert_int_eq(http_start(address, &callbacks, metrics, &http, &err), OK);
    begins(get("/livez"), "HTTP/1.1 200 ");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http");
    TCase *tc = tcase_create("requests");
    SRunner *runner;
    int failures;

    tcase_set_timeout(tc, 30);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_health_passes);
    tcase_add_test(tc, test_warning_is_ready);
    tcase_add_test(tc, test_failure_is_503);
    tcase_add_test(tc, test_metrics);
    tcase_add_test(tc, test_head_has_no_body);
    tcase_add_test(tc, test_a_query_changes_nothing);
    tcase_add_loop_test(tc, test_refusals, 0, (int)(sizeof(refusals) / sizeof(refusals[0])));
    tcase_add_test(tc, test_405_says_what_is_allowed);
    tcase_add_test(tc, test_large_request);
    tcase_add_test(tc, test_connection_limit);
    tcase_add_loop_test(tc, test_bad_address, 0,
                        (int)(sizeof(bad_addresses) / sizeof(bad_addresses[0])));
    tcase_add_test(tc, test_taken_address);
    tcase_add_test(tc, test_starts_again_at_once);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
