/*
 * Whom a refused record is about: the message's patient before the key's, and nobody rather than
 * somebody else.
 */
#include "fixture_message.h"
#include "wire/event_wire.h"
#include "wire/frame.h"

#include <check.h>
#include <stdio.h>
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

static struct bytes text(const char *t)
{
    return (struct bytes){.at = t, .size = strlen(t)};
}

static const struct bytes none = {.at = NULL, .size = 0};

static void expect(struct bytes key, struct bytes value, const char *patient)
{
    const char *authority = "";
    const char *id = "";
    char found[300] = "";

    if (event_patient(key, value, arena, &authority, &id))
        (void)strcat(strcat(strcat(found, authority), "|"), id);
    ck_assert_str_eq(found, patient);
}

START_TEST(the_message_counts_before_the_key)
{
    /* Refused for its status, but it says who. */
    struct bytes event = fixture_encode(fixture_event("\"status\":99,", "", arena), arena);

    expect(text("urn:k|other"), event, "urn:a|" FIXTURE_CANARY);
    expect(none, event, "urn:a|" FIXTURE_CANARY);
}
END_TEST

START_TEST(the_key_counts_where_the_message_is_silent)
{
    struct bytes no_patient = fixture_encode("{\"death\":{}}", arena);
    struct bytes bad_patient =
        fixture_encode("{\"patient\":{\"authority\":\"a|b\",\"value\":\"x\"}}", arena);

    expect(text("urn:k|x|y"), none, "urn:k|x|y");
    expect(text("urn:k|x"), text("\x0b"), "urn:k|x");
    expect(text("urn:k|x"), text("{not protobuf}"), "urn:k|x");
    expect(text("urn:k|x"), no_patient, "urn:k|x");
    expect(text("urn:k|x"), bad_patient, "urn:k|x");
    expect(text("urn:k|x"), (struct bytes){.at = "\0\1", .size = 2}, "urn:k|x");
    expect(none, no_patient, "");
    expect(none, bad_patient, "");
}
END_TEST

START_TEST(keys_that_name_nobody)
{
    char longest[259];

    expect(text(""), none, "");
    expect(text("urn:k"), none, "");
    expect(text("|x"), none, "");
    expect(text("urn:k|"), none, "");
    expect(text("urn:k|\x7f"), none, "");
    expect(text("urn:k|\xff"), none, "");
    expect((struct bytes){.at = "urn:k|x\0y", .size = 9}, none, "");
    expect(none, none, "");
    memset(longest, 'a', 257);
    longest[128] = '|';
    longest[257] = '\0';
    expect(text(longest), none, longest);
    longest[128] = 'a';
    longest[127] = '|'; /* 129 bytes of value */
    expect(text(longest), none, "");
    longest[128] = '|'; /* one byte more than any key has */
    longest[257] = 'a';
    longest[258] = '\0';
    expect(text(longest), none, "");
}
END_TEST

/* Far beyond what is accepted, and yet somebody's. */
START_TEST(a_record_of_a_megabyte_still_names_its_patient)
{
    static char text_of_a_megabyte[1u << 20];
    char *json = arena_alloc(arena, sizeof(text_of_a_megabyte) + 4096);
    struct event event;
    struct err err;
    struct bytes value;
    size_t used;

    memset(text_of_a_megabyte, 'a', sizeof(text_of_a_megabyte) - 1);
    (void)strcat(strcat(strcpy(json, "\"board\":{\"reasonText\":\""), text_of_a_megabyte), "\"}");
    value = fixture_encode(fixture_event(NULL, json, arena), arena);
    ck_assert_int_eq((int)fixture_decode(value, arena, &event, &err), ERROR_EVENT_TOO_LARGE);
    used = arena_used(arena);
    expect(none, value, "urn:a|" FIXTURE_CANARY);
    ck_assert_uint_lt(arena_used(arena), used + 1024);
}
END_TEST

START_TEST(a_nul_never_makes_another_patient)
{
    /* Field 2, Identifier {"urn:a", "12\0" "34"}: protobuf-c would hand out "12". */
    static const char message[] = "\x12\x0e\x0a\x05urn:a\x12\x05"
                                  "12\0"
                                  "34";
    struct bytes value = {.at = message, .size = sizeof(message) - 1};

    expect(none, value, "");
    expect(text("urn:a|1234"), value, "urn:a|1234");
}
END_TEST

START_TEST(a_zero_byte_outside_a_text_hides_nobody)
{
    /* The same Identifier {"urn:a", "12"} with fields of a later version: a varint, a number of
       four bytes, and a text that ClinicalEvent does not know. */
    static const char message[] = "\x12\x12\x0a\x05urn:a\x12\x02"
                                  "12"
                                  "\x18\x00\x25\x00\x01\x00\x00"
                                  "\xfa\x07\x01\x00";

    expect(none, (struct bytes){.at = message, .size = sizeof(message) - 1}, "urn:a|12");
}
END_TEST

START_TEST(bytes_that_are_no_text_name_nobody)
{
    static const char message[] = "\x12\x0a\x0a\x05urn:a\x12\x01\xff";

    expect(none, (struct bytes){.at = message, .size = sizeof(message) - 1}, "");
}
END_TEST

/* Field 2, {"urn:a", "12"}, behind a frame, or in a value beyond what is looked at. */
START_TEST(values_that_are_not_looked_at)
{
    static const char identifier[] = "\x12\x0b\x0a\x05urn:a\x12\x02"
                                     "12";
    static char huge[(2u << 20) + 1]; /* what follows the identifier is no message */
    /* A field's number that no field may have, which protobuf-c lets pass: alone, behind the
       identifier, and in it. */
    static const char far_number[] = "\x80\x80\x80\x80\x10\x01";
    static const char far_behind[] = "\x12\x0b\x0a\x05urn:a\x12\x02"
                                     "12\x80\x80\x80\x80\x10\x01";
    static const char far_inside[] = "\x12\x11\x0a\x05urn:a\x12\x02"
                                     "12\x80\x80\x80\x80\x10\x01";

    expect(none, (struct bytes){.at = identifier, .size = 13}, "urn:a|12");
    expect(none, (struct bytes){.at = far_behind, .size = 19}, "urn:a|12");
    expect(none, (struct bytes){.at = far_inside, .size = 19}, "urn:a|12");
    memcpy(huge, identifier, 13);
    expect(none, (struct bytes){.at = huge, .size = sizeof(huge)}, "");
    expect(none, (struct bytes){.at = far_number, .size = 6}, "");
}
END_TEST

START_TEST(memory_for_the_patient_may_be_refused)
{
    const char *authority = "before";
    const char *value = "before";
    size_t cap = 0;
    bool found;

    do {
        struct arena *small = arena_new(cap);

        found = event_patient(text("urn:k|x"), none, small, &authority, &value);
        ck_assert(found || (strcmp(authority, "before") == 0 && strcmp(value, "before") == 0));
        arena_free(small);
        cap++;
    } while (!found);
    ck_assert_uint_gt(cap, 8);
}
END_TEST

START_TEST(keys_are_written_as_they_are_read)
{
    struct arena *small = arena_new(8);
    size_t size = 0;
    char *key = event_key("urn:a", "x|y", arena, &size);

    ck_assert_str_eq(key, "urn:a|x|y");
    ck_assert_uint_eq(size, 9);
    ck_assert_ptr_null(event_key("urn:a", "x|y", small, &size));
    expect(text("urn:a|x"), none, "urn:a|x");
    ck_assert(!event_patient(text("urn:a|x"), none, small, (const char *[]){NULL},
                             (const char *[]){NULL}));
    arena_free(small);
}
END_TEST

START_TEST(frames_that_are_none)
{
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {{"\0", 1},
               {"\0\0\0\0\1", 5},
               {"\0\0\0\0\1\2", 6},
               {"\0\0\0\0\1\2\2", 7},
               {"\0\0\0\0\1\3\0", 7}};
    struct bytes message = {.at = "untouched", .size = 9};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert(!frame_strip((struct bytes){.at = bad[i].bytes, .size = bad[i].size}, &message));
    ck_assert_str_eq(message.at, "untouched");
    ck_assert(frame_strip(text("plain"), &message));
    ck_assert_str_eq(message.at, "plain");
    ck_assert(frame_strip(text(""), &message));
    ck_assert_uint_eq(message.size, 0);
}
END_TEST

/* The index 0 of a frame means the first message of the file. */
START_TEST(the_event_is_the_first_message_of_its_file)
{
    FILE *file = fopen(RESTAGE_SOURCE_DIR "/proto/restage/v1/clinical_event.proto", "rb");
    char line[256];

    ck_assert_ptr_nonnull(file);
    do
        ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    while (strncmp(line, "message ", 8) != 0);
    ck_assert_str_eq(line, "message ClinicalEvent {\n");
    (void)fclose(file);
}
END_TEST

START_TEST(codes_have_names)
{
    for (int code = ERROR_NONE + 1; code < ERROR_CODE_COUNT; code++)
        ck_assert_int_eq((int)error_code_from_name(error_code_name((enum error_code)code)), code);
    ck_assert_int_eq((int)error_code_from_name("none"), ERROR_NONE);
    ck_assert_int_eq((int)error_code_from_name("Undecodable"), ERROR_NONE);
    ck_assert_int_eq(ERROR_CODE_COUNT, 21);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event patient");
    TCase *tc = tcase_create("patient, key, frame, codes");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, the_message_counts_before_the_key);
    tcase_add_test(tc, the_key_counts_where_the_message_is_silent);
    tcase_add_test(tc, keys_that_name_nobody);
    tcase_add_test(tc, a_record_of_a_megabyte_still_names_its_patient);
    tcase_add_test(tc, a_nul_never_makes_another_patient);
    tcase_add_test(tc, a_zero_byte_outside_a_text_hides_nobody);
    tcase_add_test(tc, bytes_that_are_no_text_name_nobody);
    tcase_add_test(tc, values_that_are_not_looked_at);
    tcase_add_test(tc, memory_for_the_patient_may_be_refused);
    tcase_add_test(tc, keys_are_written_as_they_are_read);
    tcase_add_test(tc, frames_that_are_none);
    tcase_add_test(tc, the_event_is_the_first_message_of_its_file);
    tcase_add_test(tc, codes_have_names);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
