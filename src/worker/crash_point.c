#include "worker/crash_point.h"

#include <assert.h>

static const char *const names[] = {
    [CRASH_BEFORE_RUN_ID] = "before-run-id",
    [CRASH_AFTER_RUN_ID] = "after-run-id",
    [CRASH_AFTER_PRODUCER_INIT] = "after-producer-init",
    [CRASH_AFTER_SUBSCRIBE] = "after-subscribe",
    [CRASH_AFTER_ASSIGNED] = "after-assigned",
    [CRASH_AFTER_COMMITTED_READ] = "after-committed-read",
    [CRASH_AFTER_POSITIONS_READ] = "after-positions-read",
    [CRASH_AFTER_START_WRITTEN] = "after-start-written",
    [CRASH_AFTER_OUTPUTS_READ] = "after-outputs-read",
    [CRASH_AFTER_REPUBLISH_BEGIN] = "after-republish-begin",
    [CRASH_AFTER_REPUBLISH_PRODUCED] = "after-republish-produced",
    [CRASH_AFTER_REPUBLISH_OFFSETS] = "after-republish-offsets",
    [CRASH_AFTER_REPUBLISH_COMMIT] = "after-republish-commit",
    [CRASH_AFTER_FETCH] = "after-fetch",
    [CRASH_AFTER_POLL] = "after-poll",
    [CRASH_AFTER_DECODE] = "after-decode",
    [CRASH_AFTER_CLAIM] = "after-claim",
    [CRASH_AFTER_PART_WRITTEN] = "after-part-written",
    [CRASH_AFTER_JUDGE] = "after-judge",
    [CRASH_AFTER_STORE_COMMIT] = "after-store-commit",
    [CRASH_AFTER_BEGIN] = "after-begin",
    [CRASH_AFTER_PRODUCED] = "after-produced",
    [CRASH_AFTER_OFFSETS] = "after-offsets",
    [CRASH_AFTER_COMMIT] = "after-commit",
    [CRASH_BEFORE_PROGRESS] = "before-progress",
    [CRASH_AFTER_PROGRESS] = "after-progress",
    [CRASH_AFTER_REVIEWS_CLAIMED] = "after-reviews-claimed",
    [CRASH_AFTER_REVIEWS_BEGIN] = "after-reviews-begin",
    [CRASH_AFTER_REVIEWS_PRODUCED] = "after-reviews-produced",
    [CRASH_AFTER_REVIEWS_READY] = "after-reviews-ready",
    [CRASH_AFTER_REVIEWS_COMMIT] = "after-reviews-commit",
    [CRASH_BEFORE_STOP_PROGRESS] = "before-stop-progress",
    [CRASH_AFTER_STOP_PROGRESS] = "after-stop-progress",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == CRASH_POINT_COUNT, "every point has a name");

const char *crash_point_name(enum crash_point point)
{
    assert(point < CRASH_POINT_COUNT);
    return names[point];
}

#ifdef RESTAGE_CRASH_POINTS
#include "worker/clock.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void crash_point(enum crash_point point)
{
    static atomic_int reached;
    const char *wanted = getenv("RESTAGE_CRASH_POINT");
    const char *count = getenv("RESTAGE_CRASH_COUNT");
    const char *action = getenv("RESTAGE_CRASH_ACTION");
    const char *delay_ms = getenv("RESTAGE_CRASH_DELAY_MS");

    if (wanted == NULL || strcmp(wanted, names[point]) != 0)
        return;
    if (atomic_fetch_add(&reached, 1) + 1 != (count == NULL ? 1 : atoi(count)))
        return;
    if (delay_ms != NULL)
        clock_sleep_ms(atoi(delay_ms));
    (void)raise(action != NULL && strcmp(action, "stop") == 0 ? SIGSTOP : SIGKILL);
}

void crash_record(struct bytes value)
{
    const char *deadly = getenv("RESTAGE_CRASH_RECORD");
    size_t size = deadly == NULL ? 0 : strlen(deadly);

    if (size == 0 || value.at == NULL)
        return;
    for (size_t i = 0; i + size <= value.size; i++)
        if (memcmp((const char *)value.at + i, deadly, size) == 0)
            abort();
}
#endif
