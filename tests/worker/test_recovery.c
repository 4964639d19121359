/* From the plans of all partitions to one transaction: what is published again, what is committed.
 */
#include "worker/recovery.h"

#include <check.h>
#include <string.h>

#define PARTITIONS_MAX 8

static struct arena *arena;
static struct store_partition keys[PARTITIONS_MAX];
static struct recovery_plan plans[PARTITIONS_MAX];
static struct recovery recovery;

static void setup(void)
{
    arena = arena_new(1 << 20);
    ck_assert_ptr_nonnull(arena);
    for (int32_t i = 0; i < PARTITIONS_MAX; i++)
        keys[i] = (struct store_partition){"t", i};
    recovery = (struct recovery){.keys = keys, .plans = plans};
}

static void teardown(void)
{
    arena_free(arena);
}

static void add(struct recovery_plan plan)
{
    plans[recovery.count++] = plan;
}

START_TEST(test_nothing_to_do)
{
    add((struct recovery_plan){.next_offset = 5, .republish_from = 5, .republish_to = 5});
    recovery_ranges(&recovery, arena);
    ck_assert_uint_eq(recovery.range_count, 0);
    ck_assert(!recovery.commit_positions);
    ck_assert(!recovery.maybe_twice);
    /* Should something else be published, this position goes with it. */
    ck_assert_uint_eq(recovery.offset_count, 1);
    ck_assert_int_eq(recovery.offsets[0].offset, 5);
}
END_TEST

START_TEST(test_published_again)
{
    add((struct recovery_plan){.next_offset = 5, .republish_from = 5, .republish_to = 5});
    add((struct recovery_plan){.next_offset = 9, .republish_from = 7, .republish_to = 9});
    recovery_ranges(&recovery, arena);
    ck_assert_uint_eq(recovery.range_count, 1);
    ck_assert_int_eq(recovery.ranges[0].partition.partition, 1);
    ck_assert_int_eq(recovery.ranges[0].from, 7);
    ck_assert_int_eq(recovery.ranges[0].to, 9);
    ck_assert_uint_eq(recovery.offset_count, 2);
    ck_assert_int_eq(recovery.offsets[1].partition, 1);
    ck_assert_int_eq(recovery.offsets[1].offset, 9);
}
END_TEST

/* The warning is for a reader who may see something twice: only a stretch with content counts. */
START_TEST(test_maybe_twice)
{
    add((struct recovery_plan){
        .next_offset = 5, .republish_from = 5, .republish_to = 5, .maybe_twice = true});
    recovery_ranges(&recovery, arena);
    ck_assert(!recovery.maybe_twice);
    recovery = (struct recovery){.keys = keys, .plans = plans};
    add((struct recovery_plan){
        .next_offset = 5, .republish_from = 4, .republish_to = 5, .maybe_twice = true});
    add((struct recovery_plan){.next_offset = 5, .republish_from = 4, .republish_to = 5});
    recovery_ranges(&recovery, arena);
    ck_assert(recovery.maybe_twice);
}
END_TEST

/* An expired group gets its position back although nothing is published. */
START_TEST(test_position_committed_alone)
{
    add((struct recovery_plan){.row = RECOVERY_GROUP_EXPIRED,
                               .next_offset = 5,
                               .republish_from = 5,
                               .republish_to = 5,
                               .commit_position = true});
    recovery_ranges(&recovery, arena);
    ck_assert(recovery.commit_positions);
    ck_assert_uint_eq(recovery.offset_count, 1);
}
END_TEST

static const enum recovery_row refused[] = {RECOVERY_REFUSED_MOVED, RECOVERY_REFUSED_GAP,
                                            RECOVERY_REFUSED_TOPIC, RECOVERY_REFUSED_ACCEPT};

START_TEST(test_refused)
{
    add((struct recovery_plan){.row = refused[_i]});
    recovery_ranges(&recovery, arena);
    ck_assert_uint_eq(recovery.range_count, 0);
    ck_assert_uint_eq(recovery.offset_count, 0);
}
END_TEST

/* Inside a suppressed stretch the group is ahead of us, and must stay so. */
START_TEST(test_suppressed)
{
    add((struct recovery_plan){.row = RECOVERY_RESTORED,
                               .next_offset = 4,
                               .republish_from = 4,
                               .republish_to = 4,
                               .suppress_from = 4,
                               .suppress_below = 5});
    add((struct recovery_plan){.row = RECOVERY_SUPPRESSED,
                               .next_offset = 5,
                               .republish_from = 5,
                               .republish_to = 5,
                               .suppress_from = 4,
                               .suppress_below = 5,
                               .commit_position = true});
    recovery_ranges(&recovery, arena);
    ck_assert_uint_eq(recovery.offset_count, 1);
    ck_assert_int_eq(recovery.offsets[0].partition, 1);
    ck_assert_int_eq(recovery.offsets[0].offset, 5);
}
END_TEST

/* K read before others moved on, Q after it: refused, until both are read at one time. */
START_TEST(test_refused_by_the_facts)
{
    struct source_committed committed[] = {{.known = true, .offset = 5, .metadata = "restage1 d"},
                                           {.known = true, .offset = 4, .metadata = "restage1 d"}};
    struct store_position positions[] = {
        {.known = true, .next_offset = 6, .published_offset = 5},
        {.known = true, .next_offset = 6, .published_offset = 5},
    };
    int64_t low[] = {0, 0};
    int64_t high[] = {9, 9};

    recovery.committed = committed;
    recovery.positions = positions;
    recovery.log_low = low;
    recovery.log_high = high;
    recovery.offset_metadata = "restage1 d";
    recovery.count = 1;
    ck_assert(!recovery_any_refused(&recovery));
    ck_assert_int_eq(recovery_plan_of(&recovery, 0).row, RECOVERY_USUAL);
    recovery.count = 2;
    ck_assert(recovery_any_refused(&recovery));
    ck_assert_int_eq(recovery_plan_of(&recovery, 1).row, RECOVERY_REFUSED_MOVED);
    committed[1].offset = 6;
    ck_assert(!recovery_any_refused(&recovery));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recovery");
    TCase *tc = tcase_create("ranges");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_nothing_to_do);
    tcase_add_test(tc, test_refused_by_the_facts);
    tcase_add_test(tc, test_published_again);
    tcase_add_test(tc, test_maybe_twice);
    tcase_add_test(tc, test_position_committed_alone);
    tcase_add_loop_test(tc, test_refused, 0, (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tc, test_suppressed);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
