/* Every row of the recovery table, and both sides of every border between two of them. */
#include "worker/recovery_plan.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define OURS "restage1 11111111-1111-4111-8111-111111111111"
#define SIBLING "restage1 22222222-2222-4222-8222-222222222222" /* another database of Restage */

/* The names below are those of the design: K committed, P decided, Q known as published. */
struct situation {
    const char *name;
    const char *metadata; /* of K; NULL: no K */
    int64_t k;
    struct store_position position; /* P and Q */
    int64_t low;
    int64_t high;
    struct recovery_plan plan;
};

static const struct situation situations[] = {
    /* ---- Q <= K <= P, ours ---- */
    {.name = "all three agree",
     .metadata = OURS,
     .k = 10,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .high = 20,
     .plan = {.row = RECOVERY_USUAL,
              .next_offset = 10,
              .republish_from = 10,
              .republish_to = 10,
              .published_offset = 10}},
    {.name = "decided and not published",
     .metadata = OURS,
     .k = 7,
     .position = {.known = true, .next_offset = 10, .published_offset = 5},
     .high = 10,
     .plan = {.row = RECOVERY_USUAL,
              .next_offset = 10,
              .republish_from = 7,
              .republish_to = 10,
              .published_offset = 7}},
    {.name = "K is Q",
     .metadata = OURS,
     .k = 5,
     .position = {.known = true, .next_offset = 10, .published_offset = 5},
     .high = 10,
     .plan = {.row = RECOVERY_USUAL,
              .next_offset = 10,
              .republish_from = 5,
              .republish_to = 10,
              .published_offset = 5}},
    {.name = "the log begins at P",
     .metadata = OURS,
     .k = 10,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .low = 10,
     .high = 10,
     .plan = {.row = RECOVERY_USUAL,
              .next_offset = 10,
              .republish_from = 10,
              .republish_to = 10,
              .published_offset = 10}},

    /* ---- no K, P known ---- */
    {.name = "expired with everything published",
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .high = 10,
     .plan = {.row = RECOVERY_GROUP_EXPIRED,
              .next_offset = 10,
              .republish_from = 10,
              .republish_to = 10,
              .commit_position = true,
              .published_offset = 10}},
    {.name = "expired with one batch unknown",
     .position = {.known = true, .next_offset = 10, .published_offset = 9},
     .high = 10,
     .plan = {.row = RECOVERY_GROUP_EXPIRED,
              .next_offset = 10,
              .republish_from = 9,
              .republish_to = 10,
              .maybe_twice = true,
              .commit_position = true,
              .published_offset = 9}},
    {.name = "expired inside a suppressed stretch",
     .position = {.known = true,
                  .next_offset = 3,
                  .published_offset = 3,
                  .suppress_from = 2,
                  .suppress_below = 8,
                  .restored = true},
     .high = 10,
     .plan = {.row = RECOVERY_GROUP_EXPIRED,
              .next_offset = 3,
              .republish_from = 3,
              .republish_to = 3,
              .commit_position = true,
              .published_offset = 3,
              .suppress_from = 2,
              .suppress_below = 8,
              .restored = true}},

    /* ---- no P anywhere ---- */
    {.name = "first start of an empty topic",
     .plan = {.row = RECOVERY_FIRST_START, .commit_position = true}},
    {.name = "first start of a filled topic",
     .high = 100,
     .plan = {.row = RECOVERY_FIRST_START, .commit_position = true}},
    {.name = "the group stands at 0",
     .metadata = OURS,
     .k = 0,
     .high = 100,
     .plan = {.row = RECOVERY_FIRST_START}},
    {.name = "first start after retention",
     .low = 1,
     .high = 100,
     .plan = {.row = RECOVERY_REFUSED_GAP, .gap_from = 0, .gap_to = 1}},
    {.name = "new database, K of this one",
     .metadata = OURS,
     .k = 1,
     .high = 100,
     .plan = {.row = RECOVERY_NEW_DATABASE, .suppress_below = 1}},
    {.name = "new database, K of the one before",
     .metadata = SIBLING,
     .k = 100,
     .high = 100,
     .plan = {.row = RECOVERY_NEW_DATABASE, .suppress_below = 100}},
    {.name = "new database, K beyond the log",
     .metadata = SIBLING,
     .k = 101,
     .high = 100,
     .plan = {.row = RECOVERY_REFUSED_TOPIC}},
    {.name = "new database after retention",
     .metadata = SIBLING,
     .k = 50,
     .low = 7,
     .high = 100,
     .plan = {.row = RECOVERY_REFUSED_GAP, .gap_from = 0, .gap_to = 7}},
    {.name = "new database, a stranger's K",
     .metadata = "",
     .k = 50,
     .high = 100,
     .plan = {.row = RECOVERY_REFUSED_MOVED}},

    /* ---- P < K, K names this database ---- */
    {.name = "restored by one record",
     .metadata = OURS,
     .k = 11,
     .position = {.known = true, .next_offset = 10, .published_offset = 9},
     .high = 20,
     .plan = {.row = RECOVERY_RESTORED,
              .next_offset = 10,
              .republish_from = 10,
              .republish_to = 10,
              .published_offset = 9,
              .suppress_from = 10,
              .suppress_below = 11,
              .restored = true}},
    {.name = "restored, K at the end of the log",
     .metadata = OURS,
     .k = 20,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .high = 20,
     .plan = {.row = RECOVERY_RESTORED,
              .next_offset = 10,
              .republish_from = 10,
              .republish_to = 10,
              .published_offset = 10,
              .suppress_from = 10,
              .suppress_below = 20,
              .restored = true}},
    {.name = "K beyond the log",
     .metadata = OURS,
     .k = 21,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_TOPIC}},

    /* ---- inside a suppressed stretch ---- */
    {.name = "still inside",
     .metadata = OURS,
     .k = 11,
     .position = {.known = true,
                  .next_offset = 10,
                  .published_offset = 9,
                  .suppress_from = 5,
                  .suppress_below = 11,
                  .restored = true},
     .high = 20,
     .plan = {.row = RECOVERY_SUPPRESSED,
              .next_offset = 10,
              .republish_from = 10,
              .republish_to = 10,
              .published_offset = 9,
              .suppress_from = 5,
              .suppress_below = 11,
              .restored = true}},
    {.name = "just through, nothing beyond",
     .metadata = OURS,
     .k = 11,
     .position = {.known = true,
                  .next_offset = 11,
                  .published_offset = 9,
                  .suppress_from = 5,
                  .suppress_below = 11,
                  .restored = true},
     .high = 20,
     .plan = {.row = RECOVERY_SUPPRESSED,
              .next_offset = 11,
              .republish_from = 11,
              .republish_to = 11,
              .commit_position = true,
              .published_offset = 9,
              .suppress_from = 5,
              .suppress_below = 11,
              .restored = true}},
    {.name = "through, and beyond it undecided whether published",
     .metadata = SIBLING,
     .k = 11,
     .position = {.known = true, .next_offset = 14, .published_offset = 0, .suppress_below = 11},
     .high = 20,
     .plan = {.row = RECOVERY_SUPPRESSED,
              .next_offset = 14,
              .republish_from = 11,
              .republish_to = 14,
              .commit_position = true,
              .suppress_below = 11}},
    {.name = "somebody moved the group back inside the stretch",
     .metadata = OURS,
     .k = 10,
     .position = {.known = true,
                  .next_offset = 9,
                  .published_offset = 9,
                  .suppress_from = 5,
                  .suppress_below = 11},
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_MOVED}},
    {.name = "through, and the group has gone on",
     .metadata = OURS,
     .k = 13,
     .position = {.known = true, .next_offset = 14, .published_offset = 0, .suppress_below = 11},
     .high = 20,
     .plan = {.row = RECOVERY_USUAL,
              .next_offset = 14,
              .republish_from = 13,
              .republish_to = 14,
              .published_offset = 13,
              .suppress_below = 11}},

    /* ---- K without our metadata, or K < Q ---- */
    {.name = "K below Q",
     .metadata = OURS,
     .k = 4,
     .position = {.known = true, .next_offset = 10, .published_offset = 5},
     .high = 10,
     .plan = {.row = RECOVERY_REFUSED_MOVED}},
    {.name = "K without metadata",
     .metadata = "",
     .k = 10,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .high = 10,
     .plan = {.row = RECOVERY_REFUSED_MOVED}},
    {.name = "K of another database",
     .metadata = SIBLING,
     .k = 10,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .high = 10,
     .plan = {.row = RECOVERY_REFUSED_MOVED}},
    {.name = "K of another database ahead of P",
     .metadata = SIBLING,
     .k = 12,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_MOVED}},

    /* ---- P below the log's start ---- */
    {.name = "deleted before it was read",
     .metadata = OURS,
     .k = 10,
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .low = 11,
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_GAP, .gap_from = 10, .gap_to = 11}},
    {.name = "deleted, and no K",
     .position = {.known = true, .next_offset = 10, .published_offset = 10},
     .low = 15,
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_GAP, .gap_from = 10, .gap_to = 15}},

    /* ---- another topic under the same name ---- */
    {.name = "P at the end of the log",
     .metadata = OURS,
     .k = 20,
     .position = {.known = true, .next_offset = 20, .published_offset = 20},
     .high = 20,
     .plan = {.row = RECOVERY_USUAL,
              .next_offset = 20,
              .republish_from = 20,
              .republish_to = 20,
              .published_offset = 20}},
    {.name = "P beyond the end of the log",
     .metadata = OURS,
     .k = 21,
     .position = {.known = true, .next_offset = 21, .published_offset = 21},
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_TOPIC}},
    {.name = "another cluster",
     .metadata = OURS,
     .k = 10,
     .position = {.known = false, .other_cluster = true},
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_TOPIC}},
    {.name = "another cluster, whatever an operator said",
     .position = {.other_cluster = true, .decision_pending = true, .decision_next_offset = 5},
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_TOPIC}},

    /* ---- `restage positions accept` ---- */
    {.name = "an accepted gap",
     .metadata = OURS,
     .k = 10,
     .position = {.known = true,
                  .next_offset = 10,
                  .published_offset = 10,
                  .decision_pending = true,
                  .decision_next_offset = 15},
     .low = 15,
     .high = 20,
     .plan = {.row = RECOVERY_ACCEPTED,
              .next_offset = 15,
              .republish_from = 10,
              .republish_to = 10,
              .commit_position = true,
              .published_offset = 15,
              .forget_last = true}},
    {.name = "accepted at the end of the log, K trusted",
     .metadata = OURS,
     .k = 8,
     .position = {.known = true,
                  .next_offset = 10,
                  .published_offset = 6,
                  .decision_pending = true,
                  .decision_next_offset = 20},
     .low = 15,
     .high = 20,
     .plan = {.row = RECOVERY_ACCEPTED,
              .next_offset = 20,
              .republish_from = 8,
              .republish_to = 10,
              .maybe_twice = true,
              .commit_position = true,
              .published_offset = 20,
              .forget_last = true}},
    {.name = "accepted, K moved by somebody else",
     .metadata = "",
     .k = 8,
     .position = {.known = true,
                  .next_offset = 10,
                  .published_offset = 6,
                  .decision_pending = true,
                  .decision_next_offset = 10},
     .high = 20,
     .plan = {.row = RECOVERY_ACCEPTED,
              .next_offset = 10,
              .republish_from = 6,
              .republish_to = 10,
              .maybe_twice = true,
              .commit_position = true,
              .published_offset = 10,
              .forget_last = true}},
    {.name = "accepted without a position",
     .metadata = "",
     .k = 8,
     .position = {.decision_pending = true, .decision_next_offset = 3},
     .low = 2,
     .high = 20,
     .plan = {.row = RECOVERY_ACCEPTED,
              .next_offset = 3,
              .republish_from = 3,
              .republish_to = 3,
              .commit_position = true,
              .published_offset = 3,
              .forget_last = true}},
    {.name = "accepted below the log",
     .position = {.decision_pending = true, .decision_next_offset = 14},
     .low = 15,
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_ACCEPT}},
    {.name = "accepted beyond the log",
     .position = {.decision_pending = true, .decision_next_offset = 21},
     .low = 15,
     .high = 20,
     .plan = {.row = RECOVERY_REFUSED_ACCEPT}},
};

#define SITUATIONS (sizeof(situations) / sizeof(situations[0]))

static struct recovery_plan plan_of(const struct situation *s)
{
    struct source_committed committed = {.known = s->metadata != NULL, .offset = s->k};

    if (s->metadata != NULL)
        (void)snprintf(committed.metadata, sizeof(committed.metadata), "%s", s->metadata);
    return recovery_plan(&(struct recovery_facts){.committed = &committed,
                                                  .position = &s->position,
                                                  .log_low = s->low,
                                                  .log_high = s->high,
                                                  .offset_metadata = OURS});
}

static void same(const char *name, const char *what, int64_t got, int64_t expected)
{
    ck_assert_msg(got == expected, "%s: %s is %lld, not %lld", name, what, (long long)got,
                  (long long)expected);
}

START_TEST(test_situation)
{
    const struct situation *s = &situations[_i];
    const struct recovery_plan *expected = &s->plan;
    struct recovery_plan plan = plan_of(s);

    ck_assert_msg(plan.row == expected->row, "%s: %s, not %s", s->name, recovery_row_name(plan.row),
                  recovery_row_name(expected->row));
    same(s->name, "next_offset", plan.next_offset, expected->next_offset);
    same(s->name, "republish_from", plan.republish_from, expected->republish_from);
    same(s->name, "republish_to", plan.republish_to, expected->republish_to);
    same(s->name, "maybe_twice", plan.maybe_twice, expected->maybe_twice);
    same(s->name, "commit_position", plan.commit_position, expected->commit_position);
    same(s->name, "published_offset", plan.published_offset, expected->published_offset);
    same(s->name, "suppress_from", plan.suppress_from, expected->suppress_from);
    same(s->name, "suppress_below", plan.suppress_below, expected->suppress_below);
    same(s->name, "restored", plan.restored, expected->restored);
    same(s->name, "forget_last", plan.forget_last, expected->forget_last);
    same(s->name, "gap_from", plan.gap_from, expected->gap_from);
    same(s->name, "gap_to", plan.gap_to, expected->gap_to);
}
END_TEST

START_TEST(test_every_row_is_brought_about)
{
    bool seen[RECOVERY_ROW_COUNT] = {false};

    for (size_t i = 0; i < SITUATIONS; i++)
        seen[situations[i].plan.row] = true;
    for (size_t row = 0; row < RECOVERY_ROW_COUNT; row++)
        ck_assert_msg(seen[row], "no situation for %s", recovery_row_name((enum recovery_row)row));
}
END_TEST

/* ---- Words ----------------------------------------------------------------------------------- */

START_TEST(test_words)
{
    for (size_t i = 0; i < RECOVERY_ROW_COUNT; i++) {
        enum recovery_row row = (enum recovery_row)i;
        const char *name = recovery_row_name(row);
        const char *meaning = recovery_row_meaning(row);

        ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        ck_assert(isupper((unsigned char)meaning[0]));
        ck_assert_int_eq(meaning[strlen(meaning) - 1], '.');
        ck_assert_int_eq(recovery_is_refused(row), strncmp(name, "refused", 7) == 0);
        /* Whoever must act is told how. */
        if (recovery_is_refused(row))
            ck_assert_ptr_nonnull(strstr(meaning, "HINT: "));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recovery_plan");
    TCase *tc = tcase_create("table");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tc, test_situation, 0, (int)SITUATIONS);
    tcase_add_test(tc, test_every_row_is_brought_about);
    tcase_add_test(tc, test_words);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
