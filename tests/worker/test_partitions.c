/* How far a lane has come: what is believed after each step, and what is then written. */
#include "worker/partitions.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OURS "restage1 11111111-1111-4111-8111-111111111111"
#define CAREFUL 10 /* records that a lane goes one by one */

static struct arena *arena;
static struct partitions ps;

/* Two partitions; what is found of them is set by each test before plan(). */
static const struct source_partition where[] = {{0, 0}, {0, 1}};
static struct store_partition keys[] = {{"t", 0}, {"t", 1}};
static struct source_committed committed[2];
static struct store_position positions[2];
static int64_t log_low[2];
static int64_t log_high[2];
static struct recovery_plan plans[2];
static struct store_start starts[2];
static struct recovery recovery;

static void setup(void)
{
    arena = arena_new(1 << 20);
    ck_assert_ptr_nonnull(arena);
    memset(&ps, 0, sizeof(ps));
    for (size_t i = 0; i < 2; i++) {
        committed[i] = (struct source_committed){.known = true, .offset = 10, .metadata = OURS};
        positions[i] = (struct store_position){.known = true,
                                               .next_offset = 10,
                                               .published_offset = 10,
                                               .last_offset = 9,
                                               .start_offset = STORE_NO_OFFSET,
                                               .trying_offset = STORE_NO_OFFSET};
        memset(positions[i].last_hash, 7, sizeof(positions[i].last_hash));
        log_low[i] = 0;
        log_high[i] = 20;
    }
}

static void teardown(void)
{
    partitions_done(&ps);
    arena_free(arena);
}

static void plan(void)
{
    recovery = (struct recovery){.count = 2,
                                 .where = where,
                                 .offset_metadata = OURS,
                                 .keys = keys,
                                 .committed = committed,
                                 .positions = positions,
                                 .log_low = log_low,
                                 .log_high = log_high,
                                 .plans = plans,
                                 .starts = starts};
    partitions_plan(&ps, &recovery, CAREFUL);
}

static struct source_record record(int32_t partition, int64_t offset)
{
    return (struct source_record){.partition = {0, partition},
                                  .offset = offset,
                                  .timestamp_ms = 1000 + offset,
                                  .key = {"k", 1},
                                  .value = {"v", 1}};
}

static enum record_verdict accept(int32_t partition, int64_t offset)
{
    const struct source_record r = record(partition, offset);

    return partitions_accept(&ps, &r);
}

/* The record before P is the one that was decided: its hash is stored. */
static void remember_last(size_t i)
{
    const struct source_record r = record((int32_t)i, positions[i].last_offset);

    partitions_hash_record(&r, positions[i].last_hash);
}

static void take(int32_t partition, int64_t offset)
{
    const struct source_record r = record(partition, offset);

    ck_assert_int_eq(partitions_accept(&ps, &r), RECORD_WANTED);
    partitions_batch_add(&ps, &r);
}

/* ---- A group that answers with less than was published ----------------------------------------
 */

START_TEST(test_published_is_remembered)
{
    struct sink_offset offset = {"t", 0, 12};

    plan();
    partitions_published(&ps, &offset, 1);
    /* But a database that has no position, or went back (restored, or told so), counts. */
    positions[0].next_offset = 11;
    partitions_raise_published(&ps, &recovery);
    positions[0].next_offset = 12;
    positions[0].known = false;
    partitions_raise_published(&ps, &recovery);
    ck_assert_int_eq(positions[0].published_offset, 10);
    positions[0].known = true;
    partitions_raise_published(&ps, &recovery);
    ck_assert_int_eq(positions[0].published_offset, 12);
    ck_assert_int_eq(positions[1].published_offset, 10);
    plan();
    ck_assert_int_eq(ps.items[0].row, RECOVERY_REFUSED_MOVED);
    ck_assert(!partitions_any_accepted_by(&ps, &recovery));
    committed[0].offset = 12;
    ck_assert(partitions_any_accepted_by(&ps, &recovery));
}
END_TEST

/* ---- The log is the one we knew -------------------------------------------------------------- */

START_TEST(test_fetch_begins_at_the_last_record)
{
    struct source_position *fetch;

    remember_last(0);
    positions[1].last_offset = STORE_NO_OFFSET;
    plan();
    ck_assert_uint_eq(partitions_fetch_positions(&ps, arena, &fetch), 2);
    ck_assert_int_eq(fetch[0].offset, 9);
    ck_assert_int_eq(fetch[1].offset, 10);
    ck_assert_int_eq(accept(0, 9), RECORD_SEEN);
    ck_assert_int_eq(accept(0, 10), RECORD_WANTED);
    ck_assert_int_eq(accept(1, 10), RECORD_WANTED);
}
END_TEST

/* Where the last record is gone from the log it cannot be compared. */
START_TEST(test_last_record_deleted)
{
    struct source_position *fetch;

    log_low[0] = 10;
    plan();
    (void)partitions_fetch_positions(&ps, arena, &fetch);
    ck_assert_int_eq(fetch[0].offset, 10);
    ck_assert_int_eq(accept(0, 10), RECORD_WANTED);
}
END_TEST

static void refused_and_stays_so(void)
{
    struct source_position *fetch;
    struct sink_offset *offsets;

    ck_assert(partitions_any_refused(&ps));
    ck_assert_int_eq(accept(0, 11), RECORD_SEEN);
    ps.items[0].next_offset = 11;
    ck_assert_uint_eq(partitions_offsets(&ps, arena, &offsets), 0);
    plan();
    ck_assert_int_eq(ps.items[0].row, RECOVERY_REFUSED_TOPIC);
    ck_assert_uint_eq(partitions_fetch_positions(&ps, arena, &fetch), 1);
    ck_assert_int_eq(fetch[0].partition.partition, 1);
    /* No offset makes it the old one again; until somebody says where to go on. */
    ck_assert(!partitions_any_accepted_by(&ps, &recovery));
    positions[0].decision_pending = true;
    positions[0].decision_next_offset = 12;
    plan();
    ck_assert_int_eq(ps.items[0].row, RECOVERY_ACCEPTED);
    ck_assert(!partitions_any_refused(&ps));
    ck_assert_int_eq(accept(0, 12), RECORD_WANTED);
}

START_TEST(test_another_record_at_its_place)
{
    plan(); /* the stored hash is not that of any record here */
    ck_assert_int_eq(accept(0, 9), RECORD_STRANGE);
    refused_and_stays_so();
}
END_TEST

START_TEST(test_last_record_missing)
{
    remember_last(0);
    plan();
    ck_assert_int_eq(accept(0, 10), RECORD_STRANGE);
    refused_and_stays_so();
}
END_TEST

START_TEST(test_log_ends_before_the_last_record)
{
    remember_last(0);
    plan();
    ck_assert(!partitions_end(&ps, where[0], 20));
    refused_and_stays_so();
}
END_TEST

START_TEST(test_hash_covers_timestamp_key_and_value)
{
    struct source_record r = record(0, 1);
    uint8_t first[SHA256_SIZE];
    uint8_t second[SHA256_SIZE];

    partitions_hash_record(&r, first);
    r.offset++;
    partitions_hash_record(&r, second);
    ck_assert_mem_eq(first, second, sizeof(first));
    r.timestamp_ms++;
    partitions_hash_record(&r, second);
    ck_assert_mem_ne(first, second, sizeof(first));
    r = record(0, 1);
    r.key = (struct bytes){"kv", 2};
    r.value = (struct bytes){"", 0};
    partitions_hash_record(&r, second);
    ck_assert_mem_ne(first, second, sizeof(first));
}
END_TEST

/* ---- A batch --------------------------------------------------------------------------------- */

START_TEST(test_batch)
{
    struct store_advance *advances;
    struct sink_offset *offsets;

    remember_last(0);
    committed[0].offset = 8;
    positions[0].published_offset = 7;
    plan();
    ck_assert_int_eq(accept(0, 9), RECORD_SEEN);
    partitions_batch_begin(&ps);
    take(0, 10);
    take(0, 12); /* control records lie between */
    memset(ps.items[0].batch_hash, 3, sizeof(ps.items[0].batch_hash));
    ck_assert_uint_eq(partitions_advances(&ps, arena, &advances), 1);
    ck_assert_str_eq(advances[0].partition.topic, "t");
    ck_assert_int_eq(advances[0].expected_next, 10);
    ck_assert_int_eq(advances[0].next_offset, 13);
    ck_assert_int_eq(advances[0].published_offset, 8);
    ck_assert_int_eq(advances[0].last_offset, 12);
    ck_assert_int_eq(advances[0].last_hash[0], 3);
    /* Not decided yet: the same records may come again. */
    ck_assert_int_eq(accept(0, 10), RECORD_WANTED);
    partitions_decided(&ps);
    ck_assert_int_eq(accept(0, 12), RECORD_SEEN);
    ck_assert_uint_eq(partitions_offsets(&ps, arena, &offsets), 1);
    ck_assert_int_eq(offsets[0].offset, 13);
    ck_assert_int_eq(ps.items[0].committed_offset, 8);
    partitions_published(&ps, offsets, 1);
    ck_assert_int_eq(ps.items[0].committed_offset, 13);
    partitions_batch_begin(&ps);
    ck_assert_uint_eq(partitions_advances(&ps, arena, &advances), 0);
    ck_assert_uint_eq(partitions_offsets(&ps, arena, &offsets), 0);
}
END_TEST

START_TEST(test_revoked)
{
    plan();
    partitions_revoke(&ps);
    ck_assert_ptr_null(partitions_find(&ps, where[0]));
    ck_assert_int_eq(accept(0, 10), RECORD_SEEN);
    ck_assert(partitions_end(&ps, where[0], 20));
}
END_TEST

/* ---- Bringing up to date --------------------------------------------------------------------- */

START_TEST(test_progress)
{
    struct store_progress *rows;

    positions[0].published_offset = 6;
    positions[0].last_offset = positions[1].last_offset = STORE_NO_OFFSET;
    plan();
    /* What was found is written with the start; only what comes later is news. */
    ck_assert_uint_eq(partitions_progress(&ps, /* clean= */ false, arena, &rows), 0);
    ps.items[0].published_offset = 6;
    ck_assert_uint_eq(partitions_progress(&ps, false, arena, &rows), 1);
    ck_assert_int_eq(rows[0].expected_next, 10);
    ck_assert_int_eq(rows[0].next_offset, 10);
    ck_assert_int_eq(rows[0].published_offset, 10);
    /* The end of the partition, past control records. */
    ck_assert(partitions_end(&ps, where[0], 14));
    ck_assert_uint_eq(partitions_progress(&ps, false, arena, &rows), 1);
    ck_assert_int_eq(rows[0].next_offset, 14);
    partitions_progressed(&ps, rows, 1);
    ck_assert_int_eq(ps.items[0].next_offset, 14);
    ck_assert_int_eq(ps.items[0].published_offset, 10);
    ck_assert_uint_eq(partitions_progress(&ps, false, arena, &rows), 0);
    /* A clean end is written for every partition. */
    ck_assert_uint_eq(partitions_progress(&ps, /* clean= */ true, arena, &rows), 2);
}
END_TEST

/* Records that nobody read lie between: the end of the log, as the broker told it, is no progress.
 */
START_TEST(test_unread_records_are_no_progress)
{
    struct store_progress *rows;

    positions[0].last_offset = positions[1].last_offset = STORE_NO_OFFSET;
    plan();
    ck_assert_uint_eq(partitions_progress(&ps, true, arena, &rows), 2);
    ck_assert_int_eq(rows[0].next_offset, 10);
}
END_TEST

/* ---- A suppressed stretch -------------------------------------------------------------------- */

static bool suppressed(int32_t partition, int64_t offset)
{
    const struct store_dead_letter letter = {.source = {"t", partition, offset, 0}};
    const struct store_recommendation row = {.source = {"t", partition, offset, 0}};

    ck_assert_int_eq(partitions_suppress(&ps, &(struct store_output){.dead_letter = &letter}),
                     partitions_suppress(&ps, &(struct store_output){.recommendation = &row}));
    return partitions_suppress(&ps, &(struct store_output){.recommendation = &row});
}

START_TEST(test_suppressed_stretch)
{
    struct sink_offset *offsets;
    struct store_advance *advances;

    positions[0].last_offset = STORE_NO_OFFSET;
    committed[0].offset = 12; /* P is 10: restored */
    plan();
    ck_assert_int_eq(ps.items[0].row, RECOVERY_RESTORED);
    ck_assert(!suppressed(0, 9));
    ck_assert(suppressed(0, 10));
    ck_assert(suppressed(0, 11));
    ck_assert(!suppressed(0, 12));
    ck_assert(!suppressed(1, 10));
    partitions_batch_begin(&ps);
    take(0, 10);
    ck_assert_uint_eq(partitions_advances(&ps, arena, &advances), 1);
    ck_assert_int_eq(advances[0].published_offset, 10);
    partitions_decided(&ps);
    /* The group stays ahead of us. */
    ck_assert_uint_eq(partitions_offsets(&ps, arena, &offsets), 0);
    ck_assert_ptr_null(partitions_suppression_over(&ps));
    partitions_batch_begin(&ps);
    take(0, 11);
    partitions_decided(&ps);
    ck_assert_uint_eq(partitions_offsets(&ps, arena, &offsets), 1);
    ck_assert_int_eq(offsets[0].offset, 12);
    partitions_published(&ps, offsets, 1);
    ck_assert_ptr_eq(partitions_suppression_over(&ps), &ps.items[0]);
    partitions_end_suppression(&ps.items[0]);
    ck_assert_ptr_null(partitions_suppression_over(&ps));
    ck_assert(!suppressed(0, 11));
}
END_TEST

/* ---- A record that kills the worker ---------------------------------------------------------- */

/* The row shows a start where the position still is: the last run died there. */
static int32_t ends_after(int32_t ends_before, int64_t start_offset)
{
    positions[0].unclean_ends = ends_before;
    positions[0].start_offset = start_offset;
    plan();
    return starts[0].unclean_ends;
}

START_TEST(test_unclean_ends_are_counted)
{
    ck_assert_int_eq(ends_after(0, STORE_NO_OFFSET), 0);
    partitions_done(&ps);
    ck_assert_int_eq(ends_after(0, 10), 1);
    partitions_done(&ps);
    ck_assert_int_eq(ends_after(1, 10), 2);
    ck_assert(!partitions_careful(&ps));
    partitions_done(&ps);
    ck_assert_int_eq(ends_after(2, 10), UNCLEAN_ENDS_MAX);
    ck_assert(partitions_careful(&ps));
    partitions_done(&ps);
    /* It came further meanwhile. */
    ck_assert_int_eq(ends_after(2, 8), 0);
    ck_assert(!partitions_careful(&ps));
}
END_TEST

START_TEST(test_a_recovery_is_not_an_end)
{
    ck_assert_int_eq(ends_after(1, 10), 2);
    ck_assert_int_eq(ends_after(2, 10), 2);
    ck_assert_int_eq(ends_after(2, 10), 2);
}
END_TEST

START_TEST(test_careful_and_killer)
{
    const struct source_record killer = record(0, 10);
    const struct source_record next = record(0, 11);

    remember_last(0);
    positions[0].trying_offset = 10;
    (void)ends_after(3, 10);
    ck_assert(partitions_careful(&ps));
    ck_assert(partitions_is_killer(&ps, &killer));
    ck_assert(!partitions_is_killer(&ps, &next));
    ck_assert_int_eq(accept(0, 9), RECORD_SEEN);
    for (int64_t offset = 10; offset < 10 + CAREFUL; offset++) {
        ck_assert(partitions_careful(&ps));
        partitions_batch_begin(&ps);
        take(0, offset);
        partitions_decided(&ps);
    }
    ck_assert(!partitions_careful(&ps));
}
END_TEST

/* The one that was tried last time was decided after all. */
START_TEST(test_tried_and_survived)
{
    const struct source_record r = record(0, 10);

    positions[0].trying_offset = 9;
    (void)ends_after(3, 10);
    ck_assert(!partitions_is_killer(&ps, &r));
}
END_TEST

/* ---- For those who watch --------------------------------------------------------------------- */

START_TEST(test_lag_and_waiting)
{
    struct delivery_partition *p;

    positions[0].last_offset = STORE_NO_OFFSET;
    plan();
    p = &ps.items[0];
    ck_assert_int_eq(partitions_lag(p, -1), -1);
    ck_assert_int_eq(partitions_lag(p, 20), 10);
    ck_assert_int_eq(p->waiting_ms, 0);
    partitions_batch_begin(&ps);
    take(0, 10);
    take(0, 11);
    ck_assert_int_eq(p->waiting_ms, 1010);
    ck_assert_int_eq(partitions_lag(p, 20), 10);
    partitions_decided(&ps);
    ck_assert_int_eq(partitions_lag(p, 20), 8);
    ck_assert_int_eq(p->waiting_ms, 1011); /* the next one is not older */
    /* Read to the end in one go: the batch in hand still waits, the control records do not. */
    ck_assert(partitions_end(&ps, where[0], 20));
    partitions_batch_begin(&ps);
    take(0, 12);
    ck_assert_int_eq(p->waiting_ms, 1012);
    ck_assert_int_eq(partitions_lag(p, 20), 8);
    partitions_decided(&ps);
    ck_assert_int_eq(p->waiting_ms, 0);
    ck_assert_int_eq(partitions_lag(p, 20), 0);
    ck_assert_int_eq(partitions_lag(p, 23), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("partitions");
    TCase *tc = tcase_create("bookkeeping");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_published_is_remembered);
    tcase_add_test(tc, test_fetch_begins_at_the_last_record);
    tcase_add_test(tc, test_last_record_deleted);
    tcase_add_test(tc, test_another_record_at_its_place);
    tcase_add_test(tc, test_last_record_missing);
    tcase_add_test(tc, test_log_ends_before_the_last_record);
    tcase_add_test(tc, test_hash_covers_timestamp_key_and_value);
    tcase_add_test(tc, test_batch);
    tcase_add_test(tc, test_revoked);
    tcase_add_test(tc, test_progress);
    tcase_add_test(tc, test_unread_records_are_no_progress);
    tcase_add_test(tc, test_suppressed_stretch);
    tcase_add_test(tc, test_unclean_ends_are_counted);
    tcase_add_test(tc, test_a_recovery_is_not_an_end);
    tcase_add_test(tc, test_careful_and_killer);
    tcase_add_test(tc, test_tried_and_survived);
    tcase_add_test(tc, test_lag_and_waiting);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
