#include "base/uuid_index.h"

#include <check.h>
#include <string.h>

#define COUNT_MAX 700

struct element {
    int before;
    struct uuid uuid;
};

static struct arena *arena;
static struct element elements[COUNT_MAX];

static void set_up(void)
{
    arena = arena_new((size_t)1 << 20);
    memset(elements, 0, sizeof(elements));
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct uuid_index *index_of(size_t count)
{
    return uuid_index_new(arena, &elements[0].uuid, sizeof(elements[0]), count);
}

/* Numbered names differ in the last bytes alone; random ones everywhere. */
static struct uuid name(size_t number, bool random)
{
    struct uuid uuid = {{0}};

    if (random)
        return uuid_random();
    uuid.bytes[14] = (uint8_t)(number >> 8);
    uuid.bytes[15] = (uint8_t)number;
    return uuid;
}

static void check_all(size_t count, bool random)
{
    struct uuid_index *index;
    struct uuid absent = {{0xff}};

    for (size_t i = 0; i < count; i++)
        elements[i].uuid = name(i, random);
    index = index_of(count);
    ck_assert_ptr_nonnull(index);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(uuid_index_find(index, &elements[i].uuid), i);
    for (size_t i = 0; i < COUNT_MAX; i++) {
        absent.bytes[1] = (uint8_t)(i >> 8);
        absent.bytes[9] = (uint8_t)i;
        ck_assert_uint_eq(uuid_index_find(index, &absent), UUID_INDEX_NONE);
    }
}

START_TEST(every_element_is_found_and_nothing_else)
{
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 255, 256, 257, COUNT_MAX};

    check_all(counts[_i], false);
    check_all(counts[_i], true);
}
END_TEST

START_TEST(the_first_of_equals_is_found)
{
    elements[0].uuid = name(7, false);
    elements[1].uuid = name(8, false);
    elements[2].uuid = name(7, false);
    elements[3].uuid = name(8, false);
    ck_assert_uint_eq(uuid_index_find(index_of(4), &elements[2].uuid), 0);
    ck_assert_uint_eq(uuid_index_find(index_of(4), &elements[3].uuid), 1);
}
END_TEST

/* Names whose halves are equal all hash alike. */
START_TEST(names_made_to_collide_are_told_apart)
{
    struct uuid_index *index;

    for (size_t i = 0; i < COUNT_MAX; i++) {
        elements[i].uuid = name(i, false);
        memcpy(elements[i].uuid.bytes, elements[i].uuid.bytes + 8, 8);
    }
    index = index_of(COUNT_MAX);
    for (size_t i = 0; i < COUNT_MAX; i++)
        ck_assert_uint_eq(uuid_index_find(index, &elements[i].uuid), i);
}
END_TEST

START_TEST(a_full_arena_has_no_index)
{
    struct arena *small = arena_new(64);

    ck_assert_ptr_null(uuid_index_new(small, &elements[0].uuid, sizeof(elements[0]), 100));
    arena_free(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uuid index");
    TCase *tc = tcase_create("places");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, every_element_is_found_and_nothing_else, 0, 10);
    tcase_add_test(tc, the_first_of_equals_is_found);
    tcase_add_test(tc, names_made_to_collide_are_told_apart);
    tcase_add_test(tc, a_full_arena_has_no_index);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
