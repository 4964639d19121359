/* When a worker is alive, when it is ready, when it warns: both sides of every border. */
#include "worker/probes.h"

#include "worker/gauges.h"
#include "worker/lane.h"

#include <check.h>
#include <string.h>

#define NOW_MS 1000000

static struct lane lanes[2];
static struct probe_facts facts;
static struct health health;

static void setup(void)
{
    memset(lanes, 0, sizeof(lanes));
    for (size_t i = 0; i < 2; i++) {
        lanes[i].state = LANE_RUNNING;
        lanes[i].has_run = true;
        lanes[i].last_step_ms = NOW_MS;
    }
    facts = (struct probe_facts){.now_ms = NOW_MS};
}

static enum health_status live(void)
{
    health = (struct health){.count = 0};
    probe_live(lanes, 2, NOW_MS, &health);
    return health_status(&health);
}

static enum health_status ready(void)
{
    health = (struct health){.count = 0};
    probe_ready(lanes, 2, &facts, &health);
    return health_status(&health);
}

/* The one check that is not passing, and what it observed. */
static void fails_by(const char *name, int64_t value)
{
    for (size_t i = 0; i < health.count; i++) {
        const struct health_check *c = &health.checks[i];

        ck_assert_msg((c->status != HEALTH_PASS) == (strcmp(c->name, name) == 0), "%s is %s",
                      c->name, health_status_name(c->status));
        if (c->status != HEALTH_PASS)
            ck_assert_int_eq(c->value, value);
    }
}

START_TEST(test_well)
{
    ck_assert_int_eq(live(), HEALTH_PASS);
    ck_assert_int_eq(ready(), HEALTH_PASS);
}
END_TEST

START_TEST(test_a_lane_stands_still)
{
    lanes[1].last_step_ms = NOW_MS - GAUGES_TURN_MS_MAX;
    ck_assert_int_eq(live(), HEALTH_PASS);
    lanes[1].last_step_ms = NOW_MS - GAUGES_TURN_MS_MAX - 1;
    ck_assert_int_eq(live(), HEALTH_FAIL);
    fails_by("lanes:sinceLastTurn", GAUGES_TURN_MS_MAX / 1000);
    /* One that has ended, or has not begun, does not turn. */
    lanes[1].state = LANE_STOPPED;
    ck_assert_int_eq(live(), HEALTH_PASS);
    lanes[1].state = LANE_STARTING;
    lanes[1].last_step_ms = 0;
    ck_assert_int_eq(live(), HEALTH_PASS);
}
END_TEST

/* What PostgreSQL or Kafka does not give is not cured by a restart. */
START_TEST(test_waiting_is_alive)
{
    lanes[0].state = LANE_RETRYING;
    lanes[0].trouble_since_ms = 1;
    ck_assert_int_eq(live(), HEALTH_PASS);
}
END_TEST

START_TEST(test_a_lane_turned_just_now)
{
    lanes[0].last_step_ms = NOW_MS + 5; /* after the clock was read */
    ck_assert_int_eq(live(), HEALTH_PASS);
    ck_assert_int_eq(health.checks[0].value, 0);
}
END_TEST

START_TEST(test_not_every_lane_has_run)
{
    lanes[1].has_run = false;
    lanes[1].state = LANE_STARTING;
    ck_assert_int_eq(ready(), HEALTH_FAIL);
    fails_by("lanes:running", 1);
    /* Also while it waits for the first time. */
    lanes[1].state = LANE_RETRYING;
    lanes[1].trouble_since_ms = NOW_MS - 1;
    ck_assert_int_eq(ready(), HEALTH_FAIL);
    fails_by("lanes:running", 1);
}
END_TEST

START_TEST(test_a_lane_has_failed)
{
    lanes[0].state = LANE_FAILED;
    ck_assert_int_eq(ready(), HEALTH_FAIL);
    fails_by("lanes:running", 1);
}
END_TEST

START_TEST(test_a_lane_retries)
{
    lanes[0].state = LANE_RETRYING;
    lanes[0].trouble_since_ms = NOW_MS - GAUGES_RETRYING_MS_MAX;
    ck_assert_int_eq(ready(), HEALTH_PASS);
    lanes[0].trouble_since_ms = NOW_MS - GAUGES_RETRYING_MS_MAX - 1;
    ck_assert_int_eq(ready(), HEALTH_FAIL);
    fails_by("lanes:retrying", GAUGES_RETRYING_MS_MAX / 1000);
}
END_TEST

START_TEST(test_a_partition_is_refused)
{
    facts.partitions_refused = 2;
    ck_assert_int_eq(ready(), HEALTH_FAIL);
    fails_by("partitions:refused", 2);
}
END_TEST

START_TEST(test_stopping)
{
    facts.stopping = true;
    ck_assert_int_eq(ready(), HEALTH_FAIL);
    fails_by("worker:stopping", 1);
    ck_assert_int_eq(live(), HEALTH_PASS);
}
END_TEST

START_TEST(test_dead_letters_without_patient_warn)
{
    facts.dead_letters_without_patient = 3;
    ck_assert_int_eq(ready(), HEALTH_WARN);
    fails_by("deadLetters:withoutPatient", 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("probes");
    TCase *tc = tcase_create("probes");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, test_well);
    tcase_add_test(tc, test_a_lane_stands_still);
    tcase_add_test(tc, test_waiting_is_alive);
    tcase_add_test(tc, test_a_lane_turned_just_now);
    tcase_add_test(tc, test_not_every_lane_has_run);
    tcase_add_test(tc, test_a_lane_has_failed);
    tcase_add_test(tc, test_a_lane_retries);
    tcase_add_test(tc, test_a_partition_is_refused);
    tcase_add_test(tc, test_stopping);
    tcase_add_test(tc, test_dead_letters_without_patient_warn);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
