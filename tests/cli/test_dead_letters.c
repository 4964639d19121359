#include "cli/dead_letters.h"

#include "wire/event_wire.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* ---- A session that keeps what it is given --------------------------------------------------- */

static struct sink_record sent;
static struct sink_header headers[4];
static char texts[4][128];
static int sent_count;

enum status session_send(struct session *session, const struct sink_record *record, struct err *err)
{
    (void)session;
    (void)err;
    sent_count++;
    sent = *record;
    for (size_t i = 0; i < record->header_count; i++) {
        headers[i] = record->headers[i];
        memcpy(texts[i], headers[i].value.at, headers[i].value.size);
    }
    return OK;
}

const char *session_clinical_topic(const struct session *session)
{
    (void)session;
    return "restage.clinical";
}

enum status session_store(struct session *session, struct store **ret, struct err *err)
{
    (void)session;
    (void)ret;
    return err_set(err, FATAL, "no store here");
}

/* ---- Cases ----------------------------------------------------------------------------------- */

static struct arena *arena;
static struct err err;
static struct dead_letters_options options;
static struct store_dead_letter_row row;

static void setup(void)
{
    arena = arena_new((size_t)1 << 20);
    sent_count = 0;
    options = (struct dead_letters_options){.by = "A. Clinician", .reason = "a test message"};
    row = (struct store_dead_letter_row){
        .letter = {.dead_letter_id = {{0xdd, 1}},
                   .source = {"restage.imaging", 2, 77, 1700000000000},
                   .code = "unknown_enum",
                   .key = {"hospital|4711", 13},
                   .value = {"\0bytes", 6},
                   .has_patient = true,
                   .authority = "hospital",
                   .patient_value = "4711",
                   .first_at = 1700000000000},
        .state = "open",
        .note = "",
        .replays = 2,
    };
    sha256("\0bytes", 6, row.value_sha256);
}

static void teardown(void)
{
    arena_free(arena);
}

START_TEST(a_replay_sends_the_original_bytes)
{
    ck_assert_int_eq(dead_letters_replay(NULL, &options, &row, arena, &err), OK);
    ck_assert_int_eq(sent_count, 1);
    ck_assert_str_eq(sent.topic, "restage.imaging");
    ck_assert_uint_eq(sent.key.size, 13);
    ck_assert_mem_eq(sent.key.at, "hospital|4711", 13);
    ck_assert_uint_eq(sent.value.size, 6);
    ck_assert_mem_eq(sent.value.at, "\0bytes", 6);
    ck_assert_uint_eq(sent.header_count, 4);
    ck_assert_str_eq(headers[0].name, "restage.replay.dead_letter_id");
    ck_assert_str_eq(texts[0], "dd010000-0000-0000-0000-000000000000");
    ck_assert_str_eq(headers[1].name, "restage.replay.sha256");
    ck_assert_str_eq(texts[1], "e1f0eb969356bcbdb84186bb6067a22ba6e0067891fe55a55b662f00ce2f7329");
    ck_assert_str_eq(headers[2].name, "restage.replay.count");
    ck_assert_str_eq(texts[2], "3");
    ck_assert_str_eq(headers[3].name, "restage.replay.first_at");
    ck_assert_str_eq(texts[3], "2023-11-14T22:13:20.000Z");
}
END_TEST

START_TEST(null_stays_null)
{
    row.letter.key = row.letter.value = (struct bytes){NULL, 0};
    ck_assert_int_eq(dead_letters_replay(NULL, &options, &row, arena, &err), OK);
    ck_assert_ptr_null(sent.key.at);
    ck_assert_ptr_null(sent.value.at);
}
END_TEST

START_TEST(a_dry_run_sends_nothing)
{
    options.dry_run = true;
    ck_assert_int_eq(dead_letters_replay(NULL, &options, &row, arena, &err), OK);
    ck_assert_int_eq(dead_letters_resolve(NULL, &options, &row, arena, &err), OK);
    ck_assert_int_eq(sent_count, 0);
}
END_TEST

START_TEST(what_is_closed_is_left_alone)
{
    row.state = _i == 0 ? "replayed" : "resolved";
    ck_assert_int_eq(dead_letters_replay(NULL, &options, &row, arena, &err), OK);
    ck_assert_int_eq(dead_letters_resolve(NULL, &options, &row, arena, &err), OK);
    ck_assert_int_eq(sent_count, 0);
}
END_TEST

START_TEST(a_failed_replay_points_to_its_first_burial)
{
    row.letter.has_parent = true;
    row.letter.parent_id = (struct uuid){{0xaa}};
    ck_assert_int_eq(dead_letters_replay(NULL, &options, &row, arena, &err), REJECT);
    ck_assert_ptr_nonnull(strstr(err.text, "aa000000-0000-0000-0000-000000000000"));
    ck_assert_int_eq(dead_letters_resolve(NULL, &options, &row, arena, &err), REJECT);
    ck_assert_int_eq(sent_count, 0);
}
END_TEST

static struct event decode_sent(void)
{
    struct event event;
    struct event_message message;
    enum error_code code;

    ck_assert_msg(event_decode(sent.value, INT64_C(4000000000000), arena, &event, &message, &code,
                               &err) == OK,
                  "%s", err.text);
    return event;
}

START_TEST(a_resolution_is_an_event_that_a_worker_takes)
{
    struct event event;

    ck_assert_int_eq(dead_letters_resolve(NULL, &options, &row, arena, &err), OK);
    ck_assert_str_eq(sent.topic, "restage.clinical");
    ck_assert_uint_eq(sent.key.size, 13);
    ck_assert_mem_eq(sent.key.at, "hospital|4711", 13);
    event = decode_sent();
    ck_assert_int_eq(event.kind, BODY_DEAD_LETTER_RESOLVED);
    ck_assert_str_eq(event.body.dead_letter_resolved.dead_letter_id,
                     "dd010000-0000-0000-0000-000000000000");
    ck_assert_str_eq(event.body.dead_letter_resolved.resolved_by_text, "A. Clinician");
    ck_assert_str_eq(event.body.dead_letter_resolved.reason_text, "a test message");
}
END_TEST

START_TEST(without_a_patient_there_is_no_key)
{
    row.letter.has_patient = false;
    row.letter.authority = row.letter.patient_value = "";
    ck_assert_int_eq(dead_letters_resolve(NULL, &options, &row, arena, &err), OK);
    ck_assert_ptr_null(sent.key.at);
    ck_assert_int_eq(decode_sent().kind, BODY_DEAD_LETTER_RESOLVED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dead_letters");
    TCase *tcase = tcase_create("dead_letters");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_replay_sends_the_original_bytes);
    tcase_add_test(tcase, null_stays_null);
    tcase_add_test(tcase, a_dry_run_sends_nothing);
    tcase_add_loop_test(tcase, what_is_closed_is_left_alone, 0, 2);
    tcase_add_test(tcase, a_failed_replay_points_to_its_first_burial);
    tcase_add_test(tcase, a_resolution_is_an_event_that_a_worker_takes);
    tcase_add_test(tcase, without_a_patient_there_is_no_key);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
