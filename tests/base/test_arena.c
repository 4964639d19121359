#include "base/arena.h"

#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

START_TEST(pieces_are_aligned_and_apart)
{
    struct arena *arena = arena_new(1 << 20);
    char *before = NULL;

    ck_assert_ptr_nonnull(arena);
    for (size_t size = 0; size < 200; size++) {
        char *piece = arena_alloc(arena, size);

        ck_assert_ptr_nonnull(piece);
        ck_assert_uint_eq((uintptr_t)piece % _Alignof(max_align_t), 0);
        memset(piece, (int)size, size);
        if (before != NULL && size > 1)
            ck_assert_int_eq(before[0], (char)(size - 1));
        before = piece;
    }
    arena_free(arena);
}
END_TEST

START_TEST(beyond_the_cap_there_is_nothing)
{
    struct arena *arena = arena_new(1000);
    size_t given = 0;

    while (arena_alloc(arena, 100) != NULL)
        given += 100;
    ck_assert_uint_le(given, 1000);
    ck_assert_uint_ge(given, 800);
    ck_assert_uint_le(arena_used(arena), 1000);
    ck_assert_ptr_null(arena_copy(arena, "0123456789", 1000));
    ck_assert(arena_is_exhausted(arena));
    arena_reset(arena);
    ck_assert(!arena_is_exhausted(arena));
    ck_assert_uint_eq(arena_used(arena), 0);
    ck_assert_ptr_nonnull(arena_alloc(arena, 900));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX - 8));
    arena_free(arena);
}
END_TEST

/* However the sizes follow each other, it comes to rest with what it has. */
START_TEST(it_does_not_grow_for_ever)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    size_t held = 0;

    for (size_t i = 0; i < 3000; i++) {
        arena_reset(arena);
        for (size_t j = 0; j < 6; j++)
            ck_assert_ptr_nonnull(arena_alloc(arena, 1 + (i * 7919 + j * 104729) % 300000));
        if (i == 2000)
            held = arena_held(arena);
    }
    ck_assert_uint_eq(arena_held(arena), held);
    ck_assert_uint_le(held, (size_t)24 * 300000);
    arena_free(arena);
}
END_TEST

START_TEST(a_product_that_overflows_is_refused)
{
    struct arena *arena = arena_new(1 << 20);

    ck_assert_ptr_null(arena_zalloc(arena, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(arena_zalloc(arena, 3, SIZE_MAX / 2));
    ck_assert_ptr_nonnull(arena_zalloc(arena, 0, 16));
    arena_free(arena);
}
END_TEST

START_TEST(zeroed_memory_is_zero_also_after_a_reset)
{
    struct arena *arena = arena_new(1 << 16);
    unsigned char *bytes = arena_alloc(arena, 4096);

    memset(bytes, 0xff, 4096);
    arena_reset(arena);
    bytes = arena_zalloc(arena, 64, 64);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < 4096; i++)
        ck_assert_uint_eq(bytes[i], 0);
    arena_free(arena);
}
END_TEST

START_TEST(a_copy_has_a_nul_behind_it)
{
    struct arena *arena = arena_new(1 << 16);
    char *copy = arena_copy(arena, "abc\0def", 7);

    ck_assert_int_eq(memcmp(copy, "abc\0def", 8), 0);
    ck_assert_str_eq(arena_copy(arena, "", 0), "");
    arena_free(arena);
}
END_TEST

START_TEST(a_mark_takes_back_what_came_after_it)
{
    struct arena *arena = arena_new(1 << 20);
    char *kept = arena_copy(arena, "kept", 4);
    struct arena_mark mark = arena_mark(arena);
    size_t used = arena_used(arena);

    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 50; j++)
            memset(arena_alloc(arena, 4000), 'x', 4000);
        arena_release(arena, mark);
        ck_assert_uint_eq(arena_used(arena), used);
    }
    ck_assert_str_eq(kept, "kept");
    arena_free(arena);
}
END_TEST

START_TEST(a_mark_of_the_empty_arena_empties_it)
{
    struct arena *arena = arena_new(1 << 20);
    struct arena_mark mark = arena_mark(arena);

    ck_assert_ptr_nonnull(arena_alloc(arena, 100000));
    arena_release(arena, mark);
    ck_assert_uint_eq(arena_used(arena), 0);
    ck_assert_ptr_nonnull(arena_alloc(arena, 100000));
    arena_free(arena);
    arena_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *tcase = tcase_create("arena");
    SRunner *runner;
    int failures;

    tcase_add_test(tcase, pieces_are_aligned_and_apart);
    tcase_add_test(tcase, beyond_the_cap_there_is_nothing);
    tcase_add_test(tcase, it_does_not_grow_for_ever);
    tcase_add_test(tcase, a_product_that_overflows_is_refused);
    tcase_add_test(tcase, zeroed_memory_is_zero_also_after_a_reset);
    tcase_add_test(tcase, a_copy_has_a_nul_behind_it);
    tcase_add_test(tcase, a_mark_takes_back_what_came_after_it);
    tcase_add_test(tcase, a_mark_of_the_empty_arena_empties_it);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
