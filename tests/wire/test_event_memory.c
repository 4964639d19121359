/*
 * Events when there is no memory left for them, and events that the store lost a part of.
 */
#include "fixture_message.h"
#include "wire/event_wire.h"

#include <check.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(FIXTURE_ARENA_SIZE);
}

static void tear_down(void)
{
    arena_free(arena);
}

START_TEST(every_piece_of_memory_may_be_refused)
{
    /* Without a report id, which is then made of the event's. */
    struct bytes value = fixture_encode(fixture_event(NULL, "\"death\":{}", arena), arena);
    enum error_code code = ERROR_NONE;
    size_t cap = 0;

    do {
        struct arena *small = arena_new(cap);
        struct err err = {.text = ""};
        struct event event;

        code = fixture_decode(value, small, &event, &err);
        ck_assert(code == ERROR_NONE || code == ERROR_EVENT_TOO_LARGE);
        ck_assert_uint_eq(code == ERROR_NONE ? 0 : arena_used(small), 0);
        arena_free(small);
        cap += 16;
    } while (code != ERROR_NONE);
    ck_assert_uint_gt(cap, 256);
}
END_TEST

START_TEST(what_the_store_did_not_keep_is_fatal)
{
    static const uint8_t hash[SHA256_SIZE] = {0};
    const struct bytes broken[] = {{.at = "\x0a\x7f", .size = 2},   /* cut off */
                                   {.at = "\x0a\x01x", .size = 3}}; /* no event */
    struct err err = {.text = ""};
    struct event event;

    for (size_t i = 0; i < 2; i++) {
        ck_assert(event_decode_stored(broken[i], hash, arena, &event, &err) == FATAL);
        ck_assert_str_eq(err.text, "stored event: not what was stored, or no memory left");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event memory");
    TCase *tc = tcase_create("losses");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, every_piece_of_memory_may_be_refused);
    tcase_add_test(tc, what_the_store_did_not_keep_is_fatal);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
