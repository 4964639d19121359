#include "store/packing.h"
#include "store/packing_dictionaries.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct packing *packing;

static void setup(void)
{
    arena = arena_new((size_t)8 << 20);
    packing = packing_new();
    ck_assert_ptr_nonnull(packing);
}

static void teardown(void)
{
    packing_free(packing);
    arena_free(arena);
}

static void check_same_again(struct bytes value)
{
    struct bytes unpacked = {NULL, 0};

    ck_assert(packing_unpack(packing_pack(packing, value), arena, &unpacked));
    ck_assert_uint_eq(unpacked.size, value.size);
    ck_assert(value.size == 0 || memcmp(unpacked.at, value.at, value.size) == 0);
}

/* A recommendation as the dictionary's are. */
static struct bytes typical(size_t size)
{
    const struct packing_dictionary *d = &packing_dictionaries[packing_dictionary_count - 1];

    ck_assert_uint_gt(d->size, size);
    return (struct bytes){d->bytes + d->size - size, size};
}

START_TEST(unpacking_gives_the_same_bytes)
{
    uint8_t noise[70000];
    uint32_t random = 1;

    for (size_t i = 0; i < sizeof(noise); i++) {
        random = random * 1664525 + 1013904223;
        noise[i] = (uint8_t)(random >> 24);
    }
    for (size_t size = 0; size < 300; size++)
        check_same_again((struct bytes){noise, size});
    check_same_again((struct bytes){noise, sizeof(noise)});
    check_same_again(typical(16000));
    check_same_again((struct bytes){"\0\1 starts like a packed one", 27});
}
END_TEST

START_TEST(what_is_typical_becomes_small)
{
    struct bytes packed = packing_pack(packing, typical(16000));

    ck_assert_uint_lt(packed.size, 200);
    ck_assert_int_eq(*(const uint8_t *)packed.at, 0);
}
END_TEST

START_TEST(what_does_not_become_smaller_stays)
{
    struct bytes value = {"recommendation", 14};
    struct bytes unpacked;

    ck_assert_ptr_eq(packing_pack(packing, value).at, value.at);
    ck_assert(packing_unpack(value, arena, &unpacked));
    ck_assert_ptr_eq(unpacked.at, value.at);
}
END_TEST

START_TEST(damage_is_noticed)
{
    struct bytes packed = packing_pack(packing, typical(5000));
    uint8_t *copy = (uint8_t *)arena_copy(arena, packed.at, packed.size);
    struct bytes unpacked = {NULL, 7};

    ck_assert(!packing_unpack((struct bytes){copy, 3}, arena, &unpacked));
    ck_assert(!packing_unpack((struct bytes){copy, packed.size - 1}, arena, &unpacked));
    copy[1] ^= 0x80; /* a dictionary of a later version */
    ck_assert(!packing_unpack((struct bytes){copy, packed.size}, arena, &unpacked));
    copy[1] ^= 0x80;
    copy[2] = 0xff; /* larger than anything that is packed */
    ck_assert(!packing_unpack((struct bytes){copy, packed.size}, arena, &unpacked));
    copy[2] = 0;
    copy[5]++; /* one byte more than there is */
    ck_assert(!packing_unpack((struct bytes){copy, packed.size}, arena, &unpacked));
    ck_assert_uint_eq(unpacked.size, 7);
}
END_TEST

START_TEST(an_arena_that_is_full_is_said)
{
    struct arena *small = arena_new(100);
    struct bytes unpacked;

    ck_assert(!packing_unpack(packing_pack(packing, typical(5000)), small, &unpacked));
    arena_free(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packing");
    TCase *tcase = tcase_create("packing");
    SRunner *sr;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, unpacking_gives_the_same_bytes);
    tcase_add_test(tcase, what_is_typical_becomes_small);
    tcase_add_test(tcase, what_does_not_become_smaller_stays);
    tcase_add_test(tcase, damage_is_noticed);
    tcase_add_test(tcase, an_arena_that_is_full_is_said);
    suite_add_tcase(suite, tcase);
    sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    failures = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
