/*
 * The golden messages: one full event of each kind, made by the reference implementation of
 * protobuf.  Both directions, and every way of damaging them by one bit or by cutting.
 */
#include "fixture_message.h"
#include "restage/v1/clinical_event.pb-c.h"
#include "restage/v1/recommendation.pb-c.h"
#include "wire/event_wire.h"
#include "wire/json.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(FIXTURE_ARENA_SIZE);
}

static void tear_down(void)
{
    arena_free(arena);
}

START_TEST(json_gives_the_golden_bytes)
{
    struct bytes json = fixture_text(fixture_kinds[_i], "json", arena);
    struct bytes golden = fixture_golden(fixture_kinds[_i], arena);
    struct bytes bytes = fixture_encode(json.at, arena);

    ck_assert_uint_eq(bytes.size, golden.size);
    ck_assert_mem_eq(bytes.at, golden.at, golden.size);
}
END_TEST

START_TEST(golden_bytes_give_the_json)
{
    struct bytes json = fixture_text(fixture_kinds[_i], "json", arena);
    struct bytes golden = fixture_golden(fixture_kinds[_i], arena);
    Restage__V1__ClinicalEvent *m =
        restage__v1__clinical_event__unpack(NULL, golden.size, golden.at);
    size_t size = 0;
    char *written = json_write(&m->base, arena, &size);

    ck_assert_str_eq(written, json.at);
    ck_assert_uint_eq(size, json.size);
    restage__v1__clinical_event__free_unpacked(m, NULL);
}
END_TEST

START_TEST(golden_events_are_accepted)
{
    struct err err = {.text = ""};
    struct event event;

    ck_assert_msg(fixture_decode(fixture_golden(fixture_kinds[_i], arena), arena, &event, &err) ==
                      ERROR_NONE,
                  "%s", err.text);
    ck_assert_int_eq((int)event.kind, _i + 1);
    ck_assert_str_eq(body_kind_name(event.kind), fixture_kinds[_i]);
    ck_assert_str_eq(event.value, FIXTURE_CANARY);
    ck_assert_str_eq(event.tumour_id, "second");
    ck_assert_uint_eq(event.report_version, (unsigned)_i + 1);
    ck_assert_str_eq(report_status_name(event.status), "corrected");
    ck_assert_str_eq(event.effective_at.text, "2026-05-12T08:15:00+02:00");
    ck_assert_int_eq((int)event.issued_at.time.precision, (int)PRECISION_DAY);
}
END_TEST

START_TEST(every_cut_ends_cleanly)
{
    struct bytes golden = fixture_golden(fixture_kinds[_i], arena);

    for (size_t size = 0; size < golden.size; size++) {
        struct arena_mark mark = arena_mark(arena);
        struct err err = {.text = ""};
        struct event event;
        /* A copy of its own, so that a read past the end is seen. */
        void *cut = malloc(size == 0 ? 1 : size);
        enum error_code code;

        memcpy(cut, golden.at, size);
        code = fixture_decode((struct bytes){.at = cut, .size = size}, arena, &event, &err);
        free(cut);
        ck_assert_msg(code == ERROR_NONE || err.text[0] != '\0', "cut at %zu", size);
        ck_assert_msg(code != ERROR_NONE || size > 0, "nothing was accepted");
        arena_release(arena, mark);
    }
}
END_TEST

START_TEST(every_flipped_bit_ends_cleanly)
{
    struct bytes golden = fixture_golden(fixture_kinds[_i], arena);
    uint8_t *bytes = malloc(golden.size);
    size_t refused = 0;

    memcpy(bytes, golden.at, golden.size);
    for (size_t bit = 0; bit < golden.size * 8; bit++) {
        struct arena_mark mark = arena_mark(arena);
        struct err err = {.text = ""};
        const char *authority;
        const char *value;
        struct event event;
        struct bytes flipped = {.at = bytes, .size = golden.size};

        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        if (fixture_decode(flipped, arena, &event, &err) != ERROR_NONE)
            refused++;
        (void)event_patient((struct bytes){.at = NULL}, flipped, arena, &authority, &value);
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        arena_release(arena, mark);
    }
    ck_assert_uint_gt(refused, golden.size); /* most of a message is not free text */
    free(bytes);
}
END_TEST

/* Every allocation refused in turn, by a cap that grows until the event is accepted. */
START_TEST(every_refused_allocation_is_told)
{
    struct bytes golden = fixture_golden(fixture_kinds[_i], arena);
    enum error_code code = ERROR_EVENT_TOO_LARGE;
    size_t refusals = 0;

    for (size_t cap = 0; code != ERROR_NONE; cap += 16) {
        struct arena *small = arena_new(cap);
        struct err err = {.text = ""};
        struct event event;

        ck_assert_ptr_nonnull(small);
        ck_assert_uint_lt(cap, FIXTURE_ARENA_SIZE);
        code = fixture_decode(golden, small, &event, &err);
        if (code != ERROR_NONE) {
            ck_assert_str_eq(error_code_name(code), "event_too_large");
            refusals++;
        }
        arena_free(small);
    }
    ck_assert_uint_gt(refusals, 10);
}
END_TEST

START_TEST(stored_events_are_read_again)
{
    struct bytes golden = fixture_golden(fixture_kinds[_i], arena);
    struct err err = {.text = ""};
    struct event event;
    struct event again;

    ck_assert(fixture_decode(golden, arena, &event, &err) == ERROR_NONE);
    ck_assert(event_decode_stored(golden, event.content_hash, arena, &again, &err) == OK);
    ck_assert_int_eq((int)again.kind, (int)event.kind);
    ck_assert_mem_eq(again.content_hash, event.content_hash, SHA256_SIZE);
    ck_assert_mem_eq(&again.event_id, &event.event_id, sizeof(event.event_id));
    golden.size -= 1;
    ck_assert(event_decode_stored(golden, event.content_hash, arena, &again, &err) == FATAL);
}
END_TEST

/* Recommendations are only written by Restage, but explain reads them, and so do its users. */
START_TEST(the_recommendation_goes_both_ways)
{
    struct bytes json = fixture_text("recommendation", "json", arena);
    struct bytes golden = fixture_golden("recommendation", arena);
    struct err err = {.text = ""};
    enum error_code code = ERROR_NONE;
    ProtobufCMessage *message;
    uint8_t *bytes;

    ck_assert_msg(json_read(json.at, json.size, &restage__v1__recommendation__descriptor, arena,
                            &message, &code, &err) == OK,
                  "%s", err.text);
    ck_assert_uint_eq(protobuf_c_message_get_packed_size(message), golden.size);
    bytes = arena_alloc(arena, golden.size);
    (void)protobuf_c_message_pack(message, bytes);
    ck_assert_mem_eq(bytes, golden.at, golden.size);
    ck_assert_str_eq(json_write(message, arena, NULL), json.at);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("golden messages");
    TCase *tc = tcase_create("every kind");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, json_gives_the_golden_bytes, 0, FIXTURE_KIND_COUNT);
    tcase_add_loop_test(tc, golden_bytes_give_the_json, 0, FIXTURE_KIND_COUNT);
    tcase_add_loop_test(tc, golden_events_are_accepted, 0, FIXTURE_KIND_COUNT);
    tcase_add_loop_test(tc, every_cut_ends_cleanly, 0, FIXTURE_KIND_COUNT);
    tcase_add_loop_test(tc, every_flipped_bit_ends_cleanly, 0, FIXTURE_KIND_COUNT);
    tcase_add_loop_test(tc, every_refused_allocation_is_told, 0, FIXTURE_KIND_COUNT);
    tcase_add_loop_test(tc, stored_events_are_read_again, 0, FIXTURE_KIND_COUNT);
    tcase_add_test(tc, the_recommendation_goes_both_ways);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
