#ifndef HTTP_HEALTH_H
#define HTTP_HEALTH_H

/*
 * Health: named checks and what follows from them, as application/health+json
 * (draft-inadarei-api-health-check-06).
 *
 * Names, units and outputs are constants of the program: no host names, no addresses, no data.
 */
#include <stddef.h>
#include <stdint.h>

#define HEALTH_CHECKS_MAX 16

/* Rising: the whole is as bad as its worst check. */
enum health_status { HEALTH_PASS = 0, HEALTH_WARN, HEALTH_FAIL };

struct health_check {
    const char *name; /* "component:measurement" */
    enum health_status status;
    int64_t value; /* observed */
    const char *unit;
    const char *output; /* what is wrong and what to do; printed unless the check passes */
};

struct health {
    struct health_check checks[HEALTH_CHECKS_MAX];
    size_t count;
};

/* Add a check; more than HEALTH_CHECKS_MAX are our own mistake. */
void health_add(struct health *health, const struct health_check *check);

/* The worst of the checks; passing without any. */
enum health_status health_status(const struct health *health);

/* "pass", "warn" or "fail". */
const char *health_status_name(enum health_status status);

/* As JSON, on the heap and the caller's to free; NULL without memory. */
char *health_print(const struct health *health, const char *version, size_t *ret_size);

#endif
