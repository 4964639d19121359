/* What becomes of a batch: duplicates, conflicts, holds, replays; with a store in memory. */
#include "fixture_lane.h"

#include "base/digest.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define PATHOLOGY 2
#define CLINICAL 0

static struct fixture_lane lane;

static void setup(void)
{
    fixture_lane_init(&lane);
}

static void teardown(void)
{
    fixture_lane_done(&lane);
}

static const struct bytes garbage = {"\xff\xff\xff", 3};

static void counts(int64_t applied, int64_t older, int64_t duplicates)
{
    ck_assert_int_eq(lane.report.applied, applied);
    ck_assert_int_eq(lane.report.older, older);
    ck_assert_int_eq(lane.report.duplicates, duplicates);
}

/* ---- Events ---------------------------------------------------------------------------------- */

START_TEST(test_one_event_one_recommendation)
{
    const struct store_recommendation *r;

    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r1", ""));
    counts(1, 0, 0);
    ck_assert_uint_eq(lane.result.output_count, 1);
    r = fixture_recommendation(&lane, 0);
    ck_assert_int_eq(r->sequence, 1);
    ck_assert_str_eq(r->change, "initial");
    ck_assert_str_eq(r->source.topic, "restage.pathology");
    ck_assert_int_eq(r->source.offset, 0);
    ck_assert_int_eq(r->as_of, FIXTURE_RECORD_MS);
    ck_assert_uint_eq(r->key.size, 13);
    ck_assert_mem_eq(r->key.at, "urn:example|1", 13);
    ck_assert_uint_gt(r->value.size, 0);
    ck_assert_uint_eq(lane.result.subject_count, 1);
    ck_assert_int_eq(lane.result.subjects[0].sequence, 1);
    ck_assert_int_eq(
        uuid_compare(&lane.result.subjects[0].recommendation_id, &r->recommendation_id), 0);
}
END_TEST

/* Sequences of one subject go on without gaps, within a batch and from batch to batch. */
START_TEST(test_sequences)
{
    fixture_begin(&lane);
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r1", ""));
    (void)fixture_add(&lane, PATHOLOGY, "2", fixture_report(&lane, "02", "2", "r1", ""));
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "03", "1", "r2", ""));
    fixture_deliver(&lane);
    counts(3, 0, 0);
    ck_assert_uint_eq(lane.result.output_count, 3);
    ck_assert_int_eq(fixture_recommendation(&lane, 0)->sequence, 1);
    ck_assert_int_eq(fixture_recommendation(&lane, 1)->sequence, 1);
    ck_assert_int_eq(fixture_recommendation(&lane, 2)->sequence, 2);
    /* A subject is written once, as its last recommendation left it. */
    ck_assert_uint_eq(lane.result.subject_count, 2);
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "04", "1", "r3", ""));
    ck_assert_int_eq(fixture_recommendation(&lane, 0)->sequence, 3);
    ck_assert_str_ne(fixture_recommendation(&lane, 0)->change, "initial");
}
END_TEST

START_TEST(test_duplicate_in_a_batch)
{
    struct bytes value = fixture_report(&lane, "01", "1", "r1", "");

    fixture_begin(&lane);
    (void)fixture_add(&lane, PATHOLOGY, "1", value);
    (void)fixture_add(&lane, PATHOLOGY, "1", value);
    fixture_deliver(&lane);
    counts(1, 0, 1);
    ck_assert_uint_eq(lane.result.output_count, 1);
    ck_assert_int_eq(fixture_recommendation(&lane, 0)->source.offset, 0);
    ck_assert_uint_eq(lane.event_count, 1);
    ck_assert_int_eq(lane.claims, 1);
}
END_TEST

START_TEST(test_duplicate_of_an_earlier_batch)
{
    struct bytes value = fixture_report(&lane, "01", "1", "r1", "");

    fixture_deliver_one(&lane, "1", value);
    fixture_deliver_one(&lane, "1", value);
    counts(0, 0, 1);
    ck_assert_uint_eq(lane.result.output_count, 0);
    ck_assert_uint_eq(lane.result.subject_count, 0);
}
END_TEST

/* The same report under another event id is nothing new. */
START_TEST(test_same_content_under_another_id)
{
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r1", ""));
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "02", "1", "r1", ""));
    counts(0, 0, 1);
    ck_assert_uint_eq(lane.result.output_count, 0);
}
END_TEST

START_TEST(test_traces_are_handed_on)
{
    struct source_record *r;

    fixture_begin(&lane);
    r = fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r1", ""));
    r->traceparent = "00-trace";
    r->tracestate = "a=b";
    fixture_deliver(&lane);
    ck_assert_str_eq(fixture_recommendation(&lane, 0)->traceparent, "00-trace");
    ck_assert_str_eq(fixture_recommendation(&lane, 0)->tracestate, "a=b");
}
END_TEST

/* ---- Conflicts ------------------------------------------------------------------------------- */

START_TEST(test_conflict_in_a_batch)
{
    fixture_begin(&lane);
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r1", ""));
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r2", ""));
    fixture_deliver(&lane);
    /* The patient's other tumours had to be locked, so the batch was claimed once more. */
    ck_assert_int_eq(lane.claims, 2);
    counts(1, 0, 0);
    ck_assert_int_eq(lane.report.dead_lettered[ERROR_EVENT_ID_CONFLICT], 1);
    ck_assert_uint_eq(lane.result.output_count, 3);
    ck_assert_int_eq(fixture_recommendation(&lane, 0)->sequence, 1);
    ck_assert_str_eq(fixture_dead_letter(&lane, 1)->code, "event_id_conflict");
    ck_assert_str_eq(fixture_dead_letter(&lane, 1)->stage, "apply");
    /* The subject says at once that its record is incomplete. */
    ck_assert_int_eq(fixture_recommendation(&lane, 2)->sequence, 2);
    ck_assert_int_eq(fixture_recommendation(&lane, 2)->source.offset, 1);
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
    ck_assert_uint_eq(lane.event_count, 1);
}
END_TEST

START_TEST(test_conflict_with_an_earlier_batch)
{
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r1", ""));
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r2", ""));
    ck_assert_int_eq(lane.claims, 2);
    counts(0, 0, 0);
    ck_assert_str_eq(fixture_dead_letter(&lane, 0)->code, "event_id_conflict");
    ck_assert_int_eq(fixture_recommendation(&lane, 1)->sequence, 2);
}
END_TEST

/* ---- Refused records and holds --------------------------------------------------------------- */

START_TEST(test_refused_without_known_subject)
{
    const struct store_dead_letter *d;

    fixture_deliver_one(&lane, "1", garbage);
    ck_assert_uint_eq(lane.result.output_count, 1);
    d = fixture_dead_letter(&lane, 0);
    ck_assert_str_eq(d->code, "undecodable");
    ck_assert_str_eq(d->stage, "decode");
    ck_assert(d->has_patient);
    ck_assert_str_eq(d->authority, "urn:example");
    ck_assert_str_eq(d->patient_value, "1");
    ck_assert(!d->has_parent);
    ck_assert_int_eq(d->replay_count, 0);
    ck_assert_int_eq(d->first_at, FIXTURE_RECORD_MS);
    ck_assert_uint_eq(d->value.size, 3);
    ck_assert_mem_eq(d->value.at, garbage.at, 3);
    ck_assert_str_eq(d->worker_version, "0.1.0");
    ck_assert_int_eq(lane.report.dead_lettered[ERROR_UNDECODABLE], 1);
}
END_TEST

/* Every tumour of the patient says so at once, nobody else does; a later one carries the hold. */
START_TEST(test_hold_opened)
{
    fixture_begin(&lane);
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r1", ""));
    (void)fixture_add(&lane, PATHOLOGY, "1",
                      fixture_report(&lane, "02", "1", "r2", ",\"tumourId\":\"second\""));
    (void)fixture_add(&lane, PATHOLOGY, "2", fixture_report(&lane, "03", "2", "r1", ""));
    fixture_deliver(&lane);
    fixture_deliver_one(&lane, "1", garbage);
    ck_assert_uint_eq(lane.result.output_count, 3);
    ck_assert_str_eq(fixture_dead_letter(&lane, 0)->code, "undecodable");
    for (size_t i = 1; i < 3; i++) {
        const struct store_recommendation *r = fixture_recommendation(&lane, i);

        ck_assert_int_eq(r->sequence, 2);
        ck_assert_str_eq(r->change, "changed");
        ck_assert_mem_eq(r->key.at, "urn:example|1", 13);
        ck_assert_uint_eq(lane.result.subjects[i - 1].hold_count, 1);
        ck_assert_int_eq(uuid_compare(&lane.result.subjects[i - 1].holds[0],
                                      &fixture_dead_letter(&lane, 0)->dead_letter_id),
                         0);
    }
    fixture_deliver_one(&lane, "1",
                        fixture_report(&lane, "04", "1", "r3", ",\"tumourId\":\"third\""));
    ck_assert_uint_eq(lane.result.output_count, 1);
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
    fixture_deliver_one(&lane, "2", fixture_report(&lane, "05", "2", "r2", ""));
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 0);
}
END_TEST

/* In the batch that opens it, the hold counts from the refused record on, not before. */
START_TEST(test_hold_within_a_batch)
{
    fixture_begin(&lane);
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "01", "1", "r1", ""));
    (void)fixture_add(&lane, PATHOLOGY, "1", garbage);
    (void)fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "02", "1", "r2", ""));
    fixture_deliver(&lane);
    ck_assert_uint_eq(lane.result.output_count, 4);
    ck_assert_str_eq(fixture_recommendation(&lane, 0)->change, "initial");
    ck_assert_str_eq(fixture_dead_letter(&lane, 1)->code, "undecodable");
    ck_assert_int_eq(fixture_recommendation(&lane, 2)->sequence, 2);
    ck_assert_int_eq(fixture_recommendation(&lane, 3)->sequence, 3);
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
}
END_TEST

/* Without a patient nobody is held. */
START_TEST(test_refused_without_patient)
{
    struct source_record *r;

    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r1", ""));
    fixture_begin(&lane);
    r = fixture_add(&lane, PATHOLOGY, "1", garbage);
    r->key = (struct bytes){NULL, 0};
    fixture_deliver(&lane);
    ck_assert_uint_eq(lane.result.output_count, 1);
    ck_assert(!fixture_dead_letter(&lane, 0)->has_patient);
    ck_assert_str_eq(fixture_dead_letter(&lane, 0)->authority, "");
}
END_TEST

/* A record that was buried already, read again after a restore, is not buried twice. */
START_TEST(test_buried_once)
{
    fixture_deliver_one(&lane, "1", garbage);
    lane.next_offset[PATHOLOGY] = 0;
    lane.partitions.items[PATHOLOGY * FIXTURE_PARTITION_COUNT].next_offset = 0;
    fixture_deliver_one(&lane, "1", garbage);
    ck_assert_uint_eq(lane.result.output_count, 0);
    ck_assert_uint_eq(lane.letter_count, 1);
}
END_TEST

START_TEST(test_killer_is_buried_unread)
{
    lane.partitions.items[PATHOLOGY * FIXTURE_PARTITION_COUNT].killer_offset = 0;
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "2", "r1", ""));
    counts(0, 0, 0);
    ck_assert_uint_eq(lane.result.output_count, 1);
    ck_assert_str_eq(fixture_dead_letter(&lane, 0)->code, "worker_crash");
    /* Decoding it could kill again: the patient is the one of the key. */
    ck_assert_str_eq(fixture_dead_letter(&lane, 0)->patient_value, "1");
    ck_assert_uint_eq(lane.event_count, 0);
}
END_TEST

/* ---- Replays --------------------------------------------------------------------------------- */

static char id_text[UUID_TEXT_SIZE];
static char hash_text[2 * SHA256_SIZE + 1];

/* Make ${record} a replay of the ${i}th dead letter, proving the bytes ${proved}. */
static void mark_replay(struct source_record *record, size_t i, struct bytes proved)
{
    uint8_t hash[SHA256_SIZE];

    sha256(proved.at, proved.size, hash);
    for (size_t k = 0; k < sizeof(hash); k++)
        (void)snprintf(hash_text + 2 * k, 3, "%02x", hash[k]);
    uuid_format(&lane.letters[i].hold.dead_letter_id, id_text);
    record->replay_dead_letter_id = id_text;
    record->replay_sha256 = hash_text;
    record->replay_count = "1";
    record->replay_first_at = "2026-05-31T00:00:00Z";
}

/* A good report that was buried because the worker had died on it, after another one was applied.
 */
static struct bytes bury_a_good_report(void)
{
    struct bytes good = fixture_report(&lane, "02", "1", "r2", "");

    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r1", ""));
    lane.partitions.items[PATHOLOGY * FIXTURE_PARTITION_COUNT].killer_offset = 1;
    fixture_deliver_one(&lane, "1", good);
    ck_assert_str_eq(lane.letters[0].hold.code, "worker_crash");
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
    return good;
}

START_TEST(test_replay_ends_the_hold)
{
    struct bytes good = bury_a_good_report();

    fixture_begin(&lane);
    mark_replay(fixture_add(&lane, PATHOLOGY, "1", good), 0, good);
    fixture_deliver(&lane);
    counts(1, 0, 0);
    ck_assert_uint_eq(lane.result.closing_count, 1);
    ck_assert_str_eq(lane.letters[0].state, "replayed");
    ck_assert_int_eq(lane.report.dead_letters_closed, 1);
    ck_assert_uint_eq(lane.result.output_count, 1);
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 0);
}
END_TEST

/* A replay of what was applied meanwhile closes as well. */
START_TEST(test_replay_of_a_duplicate)
{
    struct bytes good = bury_a_good_report();

    fixture_deliver_one(&lane, "1", good);
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
    fixture_begin(&lane);
    mark_replay(fixture_add(&lane, PATHOLOGY, "1", good), 0, good);
    fixture_deliver(&lane);
    counts(0, 0, 1);
    ck_assert_str_eq(lane.letters[0].state, "replayed");
}
END_TEST

/* Whoever changed the bytes replays nothing: the event counts, the hold stays. */
START_TEST(test_replay_with_other_bytes)
{
    struct bytes good = bury_a_good_report();

    fixture_begin(&lane);
    mark_replay(fixture_add(&lane, PATHOLOGY, "1", fixture_report(&lane, "03", "1", "r3", "")), 0,
                good);
    fixture_deliver(&lane);
    counts(1, 0, 0);
    ck_assert_uint_eq(lane.result.closing_count, 0);
    ck_assert_str_eq(lane.letters[0].state, "open");
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
}
END_TEST

/* The header's hash is that of other bytes than were buried: they prove themselves, not the letter.
 */
START_TEST(test_replay_that_proves_the_wrong_bytes)
{
    struct bytes other = fixture_report(&lane, "03", "1", "r3", "");

    (void)bury_a_good_report();
    fixture_begin(&lane);
    mark_replay(fixture_add(&lane, PATHOLOGY, "1", other), 0, other);
    fixture_deliver(&lane);
    counts(1, 0, 0);
    ck_assert_str_eq(lane.letters[0].state, "open");
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
}
END_TEST

/* A replay that is refused again is a row of its own, points to the first and holds nobody more. */
START_TEST(test_failed_replay)
{
    const struct store_dead_letter *d;

    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r1", ""));
    fixture_deliver_one(&lane, "1", garbage);
    fixture_begin(&lane);
    mark_replay(fixture_add(&lane, PATHOLOGY, "1", garbage), 0, garbage);
    fixture_deliver(&lane);
    ck_assert_uint_eq(lane.result.output_count, 1);
    d = fixture_dead_letter(&lane, 0);
    ck_assert(d->has_parent);
    ck_assert_int_eq(uuid_compare(&d->parent_id, &lane.letters[0].hold.dead_letter_id), 0);
    ck_assert_int_eq(d->replay_count, 1);
    ck_assert_int_eq(d->first_at, FIXTURE_RECORD_MS - 24 * 3600 * 1000);
    ck_assert_str_eq(lane.letters[0].state, "open");
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "02", "1", "r2", ""));
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 1);
}
END_TEST

/* ---- A person's word ------------------------------------------------------------------------- */

START_TEST(test_resolved)
{
    char json[512];

    fixture_deliver_one(&lane, "1", fixture_report(&lane, "01", "1", "r1", ""));
    fixture_deliver_one(&lane, "1", garbage);
    uuid_format(&lane.letters[0].hold.dead_letter_id, id_text);
    (void)snprintf(json, sizeof(json),
                   "{\"eventId\":\"00000000-0000-4000-8000-000000000099\","
                   "\"sourceSystem\":\"restage\",\"reportId\":\"resolution\","
                   "\"status\":\"REPORT_STATUS_FINAL\",\"effectiveAt\":\"2026-05-31\","
                   "\"deadLetterResolved\":{\"deadLetterId\":\"%s\",\"resolvedByText\":\"dr\","
                   "\"reasonText\":\"sent again under another number\"}}",
                   id_text);
    fixture_begin(&lane);
    (void)fixture_add(&lane, CLINICAL, "", fixture_message(&lane, json));
    fixture_deliver(&lane);
    counts(1, 0, 0);
    ck_assert_uint_eq(lane.result.output_count, 0);
    ck_assert_str_eq(lane.letters[0].state, "resolved");
    ck_assert_str_eq(lane.letters[0].note, "dr: sent again under another number");
    fixture_deliver_one(&lane, "1", fixture_report(&lane, "02", "1", "r2", ""));
    ck_assert_uint_eq(lane.result.subjects[0].hold_count, 0);
}
END_TEST

/* ---- Determinism ----------------------------------------------------------------------------- */

/* One batch of three or three of one: the same rows with the same bytes. */
START_TEST(test_batches_do_not_matter)
{
    struct fixture_lane other;
    struct bytes values[3];
    struct store_output together[3];

    values[0] = fixture_report(&lane, "01", "1", "r1", "");
    values[1] = fixture_report(&lane, "02", "1", "r2", "");
    values[2] = fixture_report(&lane, "03", "1", "r3", "");
    fixture_begin(&lane);
    for (size_t i = 0; i < 3; i++)
        (void)fixture_add(&lane, PATHOLOGY, "1", values[i]);
    fixture_deliver(&lane);
    ck_assert_uint_eq(lane.result.output_count, 3);
    memcpy(together, lane.result.outputs, sizeof(together));
    fixture_lane_init(&other);
    for (size_t i = 0; i < 3; i++) {
        const struct store_recommendation *r;

        fixture_deliver_one(&other, "1", values[i]);
        r = fixture_recommendation(&other, 0);
        ck_assert_int_eq(r->sequence, (int64_t)i + 1);
        ck_assert_str_eq(r->change, together[i].recommendation->change);
        ck_assert_int_eq(
            uuid_compare(&r->recommendation_id, &together[i].recommendation->recommendation_id), 0);
        ck_assert_uint_eq(r->value.size, together[i].recommendation->value.size);
        ck_assert_mem_eq(r->value.at, together[i].recommendation->value.at, r->value.size);
    }
    fixture_lane_done(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("judging");
    TCase *tc = tcase_create("batches");
    SRunner *runner;
    int failures;

    tcase_set_timeout(tc, 30);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_one_event_one_recommendation);
    tcase_add_test(tc, test_sequences);
    tcase_add_test(tc, test_duplicate_in_a_batch);
    tcase_add_test(tc, test_duplicate_of_an_earlier_batch);
    tcase_add_test(tc, test_same_content_under_another_id);
    tcase_add_test(tc, test_traces_are_handed_on);
    tcase_add_test(tc, test_conflict_in_a_batch);
    tcase_add_test(tc, test_conflict_with_an_earlier_batch);
    tcase_add_test(tc, test_refused_without_known_subject);
    tcase_add_test(tc, test_hold_opened);
    tcase_add_test(tc, test_hold_within_a_batch);
    tcase_add_test(tc, test_refused_without_patient);
    tcase_add_test(tc, test_buried_once);
    tcase_add_test(tc, test_killer_is_buried_unread);
    tcase_add_test(tc, test_replay_ends_the_hold);
    tcase_add_test(tc, test_replay_of_a_duplicate);
    tcase_add_test(tc, test_replay_with_other_bytes);
    tcase_add_test(tc, test_replay_that_proves_the_wrong_bytes);
    tcase_add_test(tc, test_failed_replay);
    tcase_add_test(tc, test_resolved);
    tcase_add_test(tc, test_batches_do_not_matter);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
