#include "worker/probes.h"

#include "worker/gauges.h"
#include "worker/lane.h"

static bool has_ended(enum lane_state state)
{
    return state == LANE_STOPPED || state == LANE_FAILED;
}

/* Milliseconds since ${then_ms}; the clock may have been read before it was set. */
static int64_t since(int64_t then_ms, int64_t now_ms)
{
    return now_ms > then_ms ? now_ms - then_ms : 0;
}

void probe_live(const struct lane *lanes, int32_t count, int64_t now_ms, struct health *ret)
{
    int64_t longest_ms = 0;

    for (int32_t i = 0; i < count; i++) {
        int64_t last_ms = atomic_load(&lanes[i].last_step_ms);

        if (last_ms == 0 || has_ended(atomic_load(&lanes[i].state)))
            continue;
        if (since(last_ms, now_ms) > longest_ms)
            longest_ms = since(last_ms, now_ms);
    }
    health_add(ret,
               &(struct health_check){
                   .name = "lanes:sinceLastTurn",
                   .status = longest_ms > GAUGES_TURN_MS_MAX ? HEALTH_FAIL : HEALTH_PASS,
                   .value = longest_ms / 1000,
                   .unit = "s",
                   .output = "a lane stands still: restart the worker, nothing is lost by it"});
}

static void check_running(const struct lane *lanes, int32_t count, struct health *ret)
{
    int64_t running = 0;

    for (int32_t i = 0; i < count; i++)
        if (atomic_load(&lanes[i].has_run) && !has_ended(atomic_load(&lanes[i].state)))
            running++;
    health_add(ret, &(struct health_check){
                        .name = "lanes:running",
                        .status = running < count ? HEALTH_FAIL : HEALTH_PASS,
                        .value = running,
                        .unit = "lanes",
                        .output = "not every lane has begun: the log says what it waits for"});
}

static void check_retrying(const struct lane *lanes, int32_t count, int64_t now_ms,
                           struct health *ret)
{
    int64_t longest_ms = 0;

    for (int32_t i = 0; i < count; i++) {
        int64_t trouble_ms = atomic_load(&lanes[i].trouble_since_ms);

        if (trouble_ms != 0 && since(trouble_ms, now_ms) > longest_ms)
            longest_ms = since(trouble_ms, now_ms);
    }
    health_add(
        ret, &(struct health_check){
                 .name = "lanes:retrying",
                 .status = longest_ms > GAUGES_RETRYING_MS_MAX ? HEALTH_FAIL : HEALTH_PASS,
                 .value = longest_ms / 1000,
                 .unit = "s",
                 .output = "a lane waits for PostgreSQL or Kafka: the log says for which and why"});
}

void probe_ready(const struct lane *lanes, int32_t count, const struct probe_facts *facts,
                 struct health *ret)
{
    check_running(lanes, count, ret);
    check_retrying(lanes, count, facts->now_ms, ret);
    health_add(ret, &(struct health_check){
                        .name = "partitions:refused",
                        .status = facts->partitions_refused > 0 ? HEALTH_FAIL : HEALTH_PASS,
                        .value = facts->partitions_refused,
                        .unit = "partitions",
                        .output = "reading stands still there: see `restage positions show`"});
    health_add(ret,
               &(struct health_check){
                   .name = "deadLetters:withoutPatient",
                   .status = facts->dead_letters_without_patient > 0 ? HEALTH_WARN : HEALTH_PASS,
                   .value = facts->dead_letters_without_patient,
                   .unit = "dead letters",
                   .output = "they hold nobody: see `restage dead-letters list`"});
    health_add(ret, &(struct health_check){.name = "worker:stopping",
                                           .status = facts->stopping ? HEALTH_FAIL : HEALTH_PASS,
                                           .value = facts->stopping ? 1 : 0,
                                           .unit = "boolean",
                                           .output = "told to stop: it finishes its batch"});
}
