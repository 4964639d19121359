#include "http/health.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [HEALTH_PASS] = "pass", [HEALTH_WARN] = "warn", [HEALTH_FAIL] = "fail"};

void health_add(struct health *h, const struct health_check *check)
{
    assert(h->count < HEALTH_CHECKS_MAX);
    h->checks[h->count++] = *check;
}

enum health_status health_status(const struct health *h)
{
    enum health_status worst = HEALTH_PASS;

    for (size_t i = 0; i < h->count; i++)
        if (h->checks[i].status > worst)
            worst = h->checks[i].status;
    return worst;
}

const char *health_status_name(enum health_status status)
{
    assert(status <= HEALTH_FAIL);
    return names[status];
}

/* Constants of the program need no escaping; the assertion holds us to it. */
static void print_text(FILE *out, const char *name, const char *value)
{
    assert(strpbrk(value, "\"\\\n") == NULL);
    (void)fprintf(out, "\"%s\":\"%s\"", name, value);
}

static void print_check(FILE *out, const struct health_check *c)
{
    (void)fprintf(out, "\"%s\":[{", c->name);
    print_text(out, "status", health_status_name(c->status));
    (void)fprintf(out, ",\"observedValue\":%" PRId64 ",", c->value);
    print_text(out, "observedUnit", c->unit);
    if (c->status != HEALTH_PASS) {
        (void)fputc(',', out);
        print_text(out, "output", c->output);
    }
    (void)fputs("}]", out);
}

char *health_print(const struct health *h, const char *version, size_t *ret_size)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    (void)fputc('{', out);
    print_text(out, "status", health_status_name(health_status(h)));
    (void)fputc(',', out);
    print_text(out, "version", "1");
    (void)fputc(',', out);
    print_text(out, "releaseId", version);
    (void)fputs(",\"checks\":{", out);
    for (size_t i = 0; i < h->count; i++) {
        if (i > 0)
            (void)fputc(',', out);
        print_check(out, &h->checks[i]);
    }
    (void)fputs("}}\n", out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    *ret_size = size;
    return text;
}
