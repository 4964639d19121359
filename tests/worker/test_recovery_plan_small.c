/* What must hold whatever a lane finds: every combination of small numbers. */
#include "worker/recovery_plan.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define OURS "restage1 11111111-1111-4111-8111-111111111111"
#define SIBLING "restage1 22222222-2222-4222-8222-222222222222" /* another database of Restage */

struct facts {
    const char *metadata; /* of K; NULL: no K */
    int64_t k;
    struct store_position position;
    int64_t low;
    int64_t high;
};

static struct recovery_plan plan_of(const struct facts *f)
{
    struct source_committed committed = {.known = f->metadata != NULL, .offset = f->k};

    if (f->metadata != NULL)
        (void)snprintf(committed.metadata, sizeof(committed.metadata), "%s", f->metadata);
    return recovery_plan(&(struct recovery_facts){.committed = &committed,
                                                  .position = &f->position,
                                                  .log_low = f->low,
                                                  .log_high = f->high,
                                                  .offset_metadata = OURS});
}

#define SIZE 4 /* offsets 0 .. SIZE - 1 */

/* What must hold whatever was found; the borders of the table lie all within a few records. */
static void check_sound(const struct facts *s)
{
    struct recovery_plan p = plan_of(s);
    bool ours = s->metadata != NULL && strcmp(s->metadata, OURS) == 0;
    /* The row was read by this database and nobody accepted anything: its P is where we go on. */
    bool kept = s->position.known && !s->position.decision_pending;

    if (recovery_is_refused(p.row)) {
        ck_assert_int_eq(p.next_offset, 0);
        ck_assert(!p.commit_position);
        return;
    }
    ck_assert_int_ge(p.next_offset, s->low);
    ck_assert_int_le(p.next_offset, s->high);
    ck_assert_int_le(p.republish_from, p.republish_to);
    if (kept) {
        ck_assert_int_eq(p.next_offset, s->position.next_offset);
        ck_assert_int_le(p.republish_to, s->position.next_offset);
        ck_assert_int_ge(p.published_offset, s->position.published_offset);
    }
    /* Twice is possible only where the group cannot say what was published. */
    if (kept && ours)
        ck_assert(!p.maybe_twice);
    /* I5: what is written as published was committed, or was known as published before. */
    if (kept && ours && p.published_offset != s->position.published_offset)
        ck_assert_int_le(p.published_offset, s->k);
    /* Nothing unpublished is left out: from K, or from Q without a K. */
    if (kept && ours && s->k <= s->position.next_offset && s->position.suppress_below == 0) {
        ck_assert_int_le(p.republish_from, s->k);
        ck_assert_int_eq(p.republish_to, s->position.next_offset);
    }
}

START_TEST(test_every_small_combination)
{
    static const char *const metadata[] = {NULL, "", OURS, SIBLING};
    size_t count = 0;

    for (int64_t code = 0; code < (int64_t)SIZE * SIZE * SIZE * SIZE * SIZE * 4 * 4; code++) {
        int64_t left = code;
        struct facts s = {.metadata = metadata[left % 4]};

        left /= 4;
        s.position.known = left % 4 != 0;
        s.position.decision_pending = left % 4 == 2;
        s.position.suppress_below = left % 4 == 3 ? 2 : 0;
        left /= 4;
        s.k = left % SIZE;
        s.position.next_offset = left / SIZE % SIZE;
        s.position.published_offset = left / SIZE / SIZE % SIZE;
        s.position.decision_next_offset = s.position.published_offset;
        s.low = left / SIZE / SIZE / SIZE % SIZE;
        s.high = left / SIZE / SIZE / SIZE / SIZE % SIZE;
        /* Neither a log nor a lane's row can be so. */
        if (s.low > s.high || s.position.published_offset > s.position.next_offset)
            continue;
        check_sound(&s);
        count++;
    }
    ck_assert_uint_gt(count, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recovery_plan_small");
    TCase *tc = tcase_create("combinations");
    SRunner *runner;
    int failures;

    tcase_add_test(tc, test_every_small_combination);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
