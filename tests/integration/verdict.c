#include "verdict.h"

#include <stdio.h>

static const char *const names[] = {
    [VIOLATION_POSITION] = "POSITION", [VIOLATION_LOSS] = "LOSS",
    [VIOLATION_TWICE] = "TWICE",       [VIOLATION_BYTES] = "BYTES",
    [VIOLATION_SEQUENCE] = "SEQUENCE", [VIOLATION_STRANGER] = "STRANGER",
    [VIOLATION_FOLD] = "FOLD",
};

const char *violation_name(enum violation kind)
{
    return names[kind];
}

void verdict_add(struct verdict *verdict, enum violation kind, const struct place *place,
                 const char *text)
{
    verdict->violations[kind]++;
    if (++verdict->lines > VERDICT_LINES_MAX)
        return;
    if (place == NULL)
        (void)fprintf(stderr, "%s: %s\n", names[kind], text);
    else
        (void)fprintf(stderr, "%s %s[%d]@%lld: %s\n", names[kind], place->topic,
                      (int)place->partition, (long long)place->offset, text);
}

size_t verdict_total(const struct verdict *verdict)
{
    size_t total = 0;

    for (size_t i = 0; i < VIOLATION_KINDS; i++)
        total += verdict->violations[i];
    return total;
}
