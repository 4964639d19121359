#include "records.h"

#include "explore.h"
#include "wire/event_json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY ((size_t)1 << 20)
#define KEY "urn:example|1"
#define REFUSED "not an event"

#define REPORT(number, report)                                                                     \
    "{\"eventId\":\"00000000-0000-4000-8000-00000000000" number "\","                              \
    "\"patient\":{\"authority\":\"urn:example\",\"value\":\"1\"},"                                 \
    "\"sourceSystem\":\"lab\",\"reportId\":\"" report "\",\"status\":\"REPORT_STATUS_FINAL\","     \
    "\"effectiveAt\":\"2026-05-12\",\"pathology\":{\"specimen\":\"SPECIMEN_PRIMARY_BIOPSY\","      \
    "\"topography\":\"C20\"}}"

static struct arena *arena;
static struct bytes values[PARTITIONS][RECORDS_MAX];

static struct bytes message(const char *json)
{
    struct event_json read;
    enum error_code code;
    struct err err;

    if (event_json_read(json, strlen(json), arena, &read, &code, &err) != OK) {
        (void)fprintf(stderr, "explore: a record cannot be made: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return read.message;
}

void records_make(void)
{
    arena = arena_new(MEMORY);
    assert(arena != NULL);
    /* An event, one that is refused and holds the patient, and another event. */
    values[0][0] = message(REPORT("1", "A"));
    values[0][1] = (struct bytes){REFUSED, sizeof(REFUSED) - 1};
    values[0][2] = message(REPORT("2", "B"));
    /* Of the same patient; the second is the first of the other partition once more. */
    values[1][0] = message(REPORT("3", "C"));
    values[1][1] = values[0][0];
    values[1][2] = message(REPORT("1", "D")); /* another event under the id of the first */
}

void records_free(void)
{
    arena_free(arena);
}

struct source_record records_at(int partition, int64_t offset)
{
    assert(offset >= 0 && offset < RECORDS_MAX);
    return (struct source_record){.partition = {0, partition},
                                  .offset = offset,
                                  .timestamp_ms = INT64_C(1780272000000) + offset,
                                  .key = {KEY, sizeof(KEY) - 1},
                                  .value = values[partition][offset]};
}
