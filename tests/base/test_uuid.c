#include "base/uuid.h"

#include "base/digest.h"

#include <check.h>
#include <string.h>

#define TEXT "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

START_TEST(text_goes_both_ways)
{
    struct uuid uuid;
    char text[UUID_TEXT_SIZE];

    ck_assert(uuid_parse(TEXT, 36, &uuid));
    ck_assert_uint_eq(uuid.bytes[0], 0x6b);
    ck_assert_uint_eq(uuid.bytes[15], 0xc8);
    uuid_format(&uuid, text);
    ck_assert_str_eq(text, TEXT);
    ck_assert(uuid_parse("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", 36, &uuid));
    uuid_format(&uuid, text);
    ck_assert_str_eq(text, TEXT);
}
END_TEST

static const char *const bad[] = {
    "",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c88",
    "6ba7b8109dad-11d1-80b4-00c04fd430c8-",
    "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
    "6ba7b810 9dad 11d1 80b4 00c04fd430c8",
    "{ba7b810-9dad-11d1-80b4-00c04fd430c}",
    "-6ba7b81-9dad-11d1-80b4-00c04fd430c8",
};

START_TEST(anything_else_is_refused_and_nothing_written)
{
    struct uuid uuid;
    struct uuid before;

    memset(&uuid, 0x5a, sizeof(uuid));
    before = uuid;
    ck_assert(!uuid_parse(bad[_i], strlen(bad[_i]), &uuid));
    ck_assert_mem_eq(&uuid, &before, sizeof(uuid));
}
END_TEST

/* Made independently: SHA-1 of namespace and length-prefixed parts, with version and variant. */
START_TEST(version_5_hashes_the_length_prefixed_parts)
{
    static const uint8_t name[] = "\0\0\0\2ab\0\0\0\1c";
    const struct uuid_part parts[] = {uuid_part_text("ab"), uuid_part_text("c")};
    struct uuid namespace;
    struct uuid made;
    uint8_t hash[20];

    ck_assert(uuid_parse(TEXT, 36, &namespace));
    made = uuid_from_parts(&namespace, parts, 2);
    sha1_pair(namespace.bytes, 16, name, sizeof(name) - 1, hash);
    hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x50);
    hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
    ck_assert_mem_eq(made.bytes, hash, 16);
}
END_TEST

START_TEST(where_parts_are_cut_matters)
{
    const struct uuid_part one[] = {uuid_part_text("ab"), uuid_part_text("c")};
    const struct uuid_part other[] = {uuid_part_text("a"), uuid_part_text("bc")};
    struct uuid a = uuid_from_parts(&uuid_namespace_subject, one, 2);
    struct uuid b = uuid_from_parts(&uuid_namespace_subject, other, 2);
    struct uuid c = uuid_from_parts(&uuid_namespace_dead_letter, one, 2);

    ck_assert_int_ne(uuid_compare(&a, &b), 0);
    ck_assert_int_ne(uuid_compare(&a, &c), 0);
    b = uuid_from_parts(&uuid_namespace_subject, one, 2);
    ck_assert_int_eq(uuid_compare(&a, &b), 0);
}
END_TEST

START_TEST(numbers_are_big_endian)
{
    uint8_t buffer[8];
    const struct uuid_part part = uuid_part_number(UINT64_C(0x0102030405060708), buffer);

    ck_assert_uint_eq(part.size, 8);
    ck_assert_mem_eq(part.bytes, "\1\2\3\4\5\6\7\10", 8);
}
END_TEST

START_TEST(order_is_that_of_the_bytes)
{
    struct uuid low = {{0}};
    struct uuid high = {{0}};

    high.bytes[15] = 1;
    ck_assert_int_lt(uuid_compare(&low, &high), 0);
    low.bytes[14] = 1;
    ck_assert_int_gt(uuid_compare(&low, &high), 0);
    high.bytes[0] = 0x80;
    ck_assert_int_lt(uuid_compare(&low, &high), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uuid");
    TCase *tcase = tcase_create("uuid");
    SRunner *runner;
    int failures;

    tcase_add_test(tcase, text_goes_both_ways);
    tcase_add_loop_test(tcase, anything_else_is_refused_and_nothing_written, 0,
                        sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tcase, version_5_hashes_the_length_prefixed_parts);
    tcase_add_test(tcase, where_parts_are_cut_matters);
    tcase_add_test(tcase, numbers_are_big_endian);
    tcase_add_test(tcase, order_is_that_of_the_bytes);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
