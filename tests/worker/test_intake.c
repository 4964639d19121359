/* From polled records to what the store is asked: order, limits, refusals, replays. */
#include "fixture_lane.h"

#include "base/digest.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLINICAL 0
#define IMAGING 1
#define PATHOLOGY 2

static struct fixture_lane lane;
static struct store_batch batch;

static void setup(void)
{
    fixture_lane_init(&lane);
    fixture_begin(&lane);
}

static void teardown(void)
{
    fixture_lane_done(&lane);
}

static const struct bytes garbage = {"\xff\xff\xff", 3};

static void ask(void)
{
    intake_decode(lane.intake, &lane.partitions, &lane.settings);
    intake_batch(lane.intake, &lane.partitions, lane.settings.rulebook_hash, &batch);
}

/* ---- What is asked --------------------------------------------------------------------------- */

START_TEST(test_an_event)
{
    struct bytes value = fixture_report(&lane, "01", "1", "r1", ",\"reportVersion\":2");
    const struct store_event *e;

    (void)fixture_add(&lane, PATHOLOGY, "1", value);
    ask();
    ck_assert_str_eq(batch.cluster_id, "cluster");
    ck_assert_str_eq(batch.rulebook_hash, lane.policy.rulebook_hash);
    ck_assert_uint_eq(batch.event_count, 1);
    e = &batch.events[0];
    ck_assert_str_eq(e->kind, "pathology");
    ck_assert_str_eq(e->report_id, "r1");
    ck_assert_str_eq(e->source_system, "lab");
    ck_assert_int_eq(e->report_version, 2);
    ck_assert_str_eq(e->status, "final");
    ck_assert_str_eq(e->effective_at, "2026-05-12");
    ck_assert_str_eq(e->source.topic, "restage.pathology");
    ck_assert_int_eq(e->source.offset, 0);
    ck_assert_int_eq(e->source.timestamp_ms, FIXTURE_RECORD_MS);
    ck_assert_uint_eq(e->value.size, value.size);
    ck_assert_mem_eq(e->value.at, value.at, value.size);
    ck_assert_uint_eq(batch.subject_count, 1);
    ck_assert_int_eq(uuid_compare(&batch.subjects[0].subject, &e->subject), 0);
    ck_assert_str_eq(batch.subjects[0].authority, "urn:example");
    ck_assert_str_eq(batch.subjects[0].patient_value, "1");
    ck_assert_str_eq(batch.subjects[0].tumour_id, "primary");
    ck_assert_uint_eq(batch.patient_count, 0);
    ck_assert_uint_eq(batch.dead_letter_id_count, 0);
}
END_TEST

/* Two lanes never wait in a circle: positions by topic and partition, subjects by UUID, once. */
START_TEST(test_lists_are_in_key_order)
{
    char number[3];
    char patient[3];

    for (int i = 0; i < 20; i++) {
        (void)snprintf(number, sizeof(number), "%02d", i);
        (void)snprintf(patient, sizeof(patient), "%d", i % 10);
        (void)fixture_add(&lane, (size_t)(FIXTURE_TOPIC_COUNT - 1 - i % FIXTURE_TOPIC_COUNT),
                          patient, fixture_report(&lane, number, patient, number, ""));
    }
    ask();
    ck_assert_uint_eq(batch.advance_count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(batch.advances[i].partition.topic, fixture_topics[i]);
    ck_assert_uint_eq(batch.subject_count, 10);
    for (size_t i = 1; i < batch.subject_count; i++)
        ck_assert_int_lt(uuid_compare(&batch.subjects[i - 1].subject, &batch.subjects[i].subject),
                         0);
    ck_assert_uint_eq(batch.event_count, 20);
}
END_TEST

/* The first one of an event id is stored, whatever the second says. */
START_TEST(test_an_event_id_twice)
{
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r1", ""));
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r2", ""));
    (void)fixture_add(&lane, PATHOLOGY, "2", fixture_report(&lane, "01", "2", "r3", ""));
    ask();
    ck_assert_uint_eq(batch.event_count, 2);
    for (size_t i = 0; i < 2; i++)
        ck_assert_str_ne(batch.events[i].report_id, "r2");
    ck_assert_uint_eq(lane.intake->count, 3);
}
END_TEST

START_TEST(test_positions)
{
    uint8_t hash[SHA256_SIZE];
    struct source_record *last;

    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r1", ""));
    last = fixture_add(&lane, PATHOLOGY, "1", garbage);
    (void)fixture_add(&lane, IMAGING, "1", garbage);
    last->offset = 7;
    ask();
    ck_assert_uint_eq(batch.advance_count, 2);
    ck_assert_str_eq(batch.advances[1].partition.topic, "restage.pathology");
    ck_assert_int_eq(batch.advances[1].expected_next, 0);
    ck_assert_int_eq(batch.advances[1].next_offset, 8);
    ck_assert_int_eq(batch.advances[1].last_offset, 7);
    partitions_hash_record(last, hash);
    ck_assert_mem_eq(batch.advances[1].last_hash, hash, sizeof(hash));
}
END_TEST

START_TEST(test_begun_anew)
{
    (void)fixture_add(&lane, PATHOLOGY, "1", garbage);
    ck_assert_uint_eq(intake_count(lane.intake), 1);
    ck_assert_uint_eq(intake_size(lane.intake), 3 + strlen("urn:example|1"));
    ck_assert_ptr_eq(intake_first(lane.intake)->value.at, garbage.at);
    intake_begin(lane.intake, lane.arena);
    ck_assert_uint_eq(intake_count(lane.intake), 0);
    ck_assert_uint_eq(intake_size(lane.intake), 0);
    ask();
    ck_assert_uint_eq(batch.event_count + batch.subject_count + batch.patient_count, 0);
    ck_assert_uint_eq(batch.dead_letter_id_count + batch.advance_count, 0);
}
END_TEST

/* ---- Refusals -------------------------------------------------------------------------------- */

START_TEST(test_refused_before_the_transaction)
{
    (void)fixture_add(&lane, PATHOLOGY, "1", garbage);
    (void)fixture_add(&lane, PATHOLOGY, "1", (struct bytes){NULL, 0});
    (void)fixture_add(&lane, PATHOLOGY, "2", (struct bytes){"", 0});
    ask();
    ck_assert_uint_eq(batch.event_count, 0);
    ck_assert_int_eq(lane.intake->items[0].code, ERROR_UNDECODABLE);
    ck_assert_int_eq(lane.intake->items[1].code, ERROR_EMPTY);
    ck_assert_int_eq(lane.intake->items[2].code, ERROR_EMPTY);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(lane.intake->items[i].stage, "decode");
        ck_assert_str_ne(lane.intake->items[i].message, "");
        ck_assert_int_eq(
            uuid_compare(&batch.dead_letter_ids[i], &lane.intake->items[i].dead_letter_id), 0);
    }
    /* Their patients' every subject is locked, each patient once. */
    ck_assert_uint_eq(batch.patient_count, 2);
    ck_assert_str_eq(batch.patients[0].value, "1");
    ck_assert_str_eq(batch.patients[1].value, "2");
    ck_assert_uint_eq(batch.dead_letter_id_count, 3);
}
END_TEST

START_TEST(test_refused_by_its_values)
{
    (void)fixture_add(&lane, PATHOLOGY, "1",
                      fixture_report(&lane, "01", "1", "r1", ",\"issuedAt\":\"2027-01-01\""));
    ask();
    ck_assert_int_ne(lane.intake->items[0].code, ERROR_NONE);
    ck_assert_str_eq(lane.intake->items[0].stage, "validate");
    ck_assert(lane.intake->items[0].has_patient);
    ck_assert_uint_eq(batch.subject_count, 0);
    ck_assert_uint_eq(batch.patient_count, 1);
}
END_TEST

/* One place in one log gives one dead letter id, for ever. */
START_TEST(test_dead_letter_ids)
{
    char text[UUID_TEXT_SIZE];
    struct uuid first;

    (void)fixture_add(&lane, PATHOLOGY, "1", garbage);
    (void)fixture_add(&lane, PATHOLOGY, "1", garbage);
    (void)fixture_add(&lane, IMAGING, "1", garbage);
    ask();
    first = lane.intake->items[0].dead_letter_id;
    uuid_format(&first, text);
    ck_assert_int_eq(text[14], '5');
    ck_assert_int_ne(uuid_compare(&first, &lane.intake->items[1].dead_letter_id), 0);
    ck_assert_int_ne(uuid_compare(&first, &lane.intake->items[2].dead_letter_id), 0);
    fixture_begin(&lane);
    lane.next_offset[PATHOLOGY] = 0;
    (void)fixture_add(&lane, PATHOLOGY, "2", (struct bytes){"", 0});
    ask();
    ck_assert_int_eq(uuid_compare(&first, &lane.intake->items[0].dead_letter_id), 0);
    fixture_begin(&lane);
    lane.next_offset[PATHOLOGY] = 0;
    partitions_set_cluster(&lane.partitions, "another");
    (void)fixture_add(&lane, PATHOLOGY, "2", (struct bytes){"", 0});
    ask();
    ck_assert_int_ne(uuid_compare(&first, &lane.intake->items[0].dead_letter_id), 0);
}
END_TEST

START_TEST(test_record_without_timestamp)
{
    fixture_add(&lane, PATHOLOGY, "1", garbage)->timestamp_ms = -1;
    ask();
    ck_assert_int_eq(lane.intake->items[0].source.timestamp_ms, 0);
}
END_TEST

START_TEST(test_asking_for_a_patient_once)
{
    ck_assert(intake_want_patient(lane.intake, "urn:example", "1"));
    ck_assert(!intake_want_patient(lane.intake, "urn:example", "1"));
    ck_assert(intake_want_patient(lane.intake, "urn:example", "2"));
    ck_assert(intake_want_patient(lane.intake, "urn:other", "1"));
}
END_TEST

/* ---- Replays --------------------------------------------------------------------------------- */

static char right_hash[2 * SHA256_SIZE + 1];

static const struct {
    const char *name;
    const char *id;
    const char *hash; /* NULL: the right one */
    const char *count;
    const char *first_at;
    bool is_replay;
    int32_t expected_count;
    int64_t expected_first_at;
} replays[] = {
    {"as it should be", "00000000-0000-4000-8000-000000000007", NULL, "3", "2026-05-31T00:00:00Z",
     true, 3, FIXTURE_RECORD_MS - 24 * 3600 * 1000},
    {"without a count", "00000000-0000-4000-8000-000000000007", NULL, NULL, NULL, true, 0, 0},
    {"a count that is none", "00000000-0000-4000-8000-000000000007", NULL, "-1", "yesterday", true,
     0, 0},
    {"a large count", "00000000-0000-4000-8000-000000000007", NULL, "999999999", NULL, true,
     999999999, 0},
    {"without an id", NULL, NULL, "3", NULL, false, 0, 0},
    {"an id that is none", "7", NULL, "3", NULL, false, 0, 0},
    {"a hash that is none", "00000000-0000-4000-8000-000000000007", "7", "3", NULL, false, 0, 0},
    {"a hash with other letters", "00000000-0000-4000-8000-000000000007",
     "zz00000000000000000000000000000000000000000000000000000000000000", "3", NULL, false, 0, 0},
    {"the hash of other bytes", "00000000-0000-4000-8000-000000000007",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "3", NULL, false, 0, 0},
};

START_TEST(test_replay)
{
    uint8_t hash[SHA256_SIZE];
    struct source_record *r = fixture_add(&lane, PATHOLOGY, "1", garbage);
    const struct intake_replay *replay = &lane.intake->items[0].replay;

    sha256(garbage.at, garbage.size, hash);
    for (size_t i = 0; i < sizeof(hash); i++)
        (void)snprintf(right_hash + 2 * i, 3, "%02x", hash[i]);
    r->replay_dead_letter_id = replays[_i].id;
    r->replay_sha256 = replays[_i].hash == NULL ? right_hash : replays[_i].hash;
    r->replay_count = replays[_i].count;
    r->replay_first_at = replays[_i].first_at;
    ask();
    ck_assert_msg(replay->is_replay == replays[_i].is_replay, "%s", replays[_i].name);
    ck_assert_msg(replay->count == replays[_i].expected_count, "%s: %d", replays[_i].name,
                  (int)replay->count);
    ck_assert_msg(replay->first_at == replays[_i].expected_first_at, "%s: %lld", replays[_i].name,
                  (long long)replay->first_at);
    if (replay->is_replay)
        ck_assert_mem_eq(replay->value_sha256, hash, sizeof(hash));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intake");
    TCase *tc = tcase_create("records");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_an_event);
    tcase_add_test(tc, test_lists_are_in_key_order);
    tcase_add_test(tc, test_an_event_id_twice);
    tcase_add_test(tc, test_positions);
    tcase_add_test(tc, test_begun_anew);
    tcase_add_test(tc, test_refused_before_the_transaction);
    tcase_add_test(tc, test_refused_by_its_values);
    tcase_add_test(tc, test_dead_letter_ids);
    tcase_add_test(tc, test_record_without_timestamp);
    tcase_add_test(tc, test_asking_for_a_patient_once);
    tcase_add_loop_test(tc, test_replay, 0, (int)(sizeof(replays) / sizeof(replays[0])));
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
