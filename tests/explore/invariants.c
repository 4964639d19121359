#include "world.h"

#include <assert.h>
#include <stdio.h>

static const char *complaint;

void invariant_complain(const char *what)
{
    if (complaint == NULL)
        complaint = what;
}

static const char *take_complaint(void)
{
    const char *what = complaint;

    complaint = NULL;
    return what;
}

/* The records of the output log that are this row, committed; ${ret_plain}: that do not say that
 * they may be a repetition. */
static int count_visible(const struct world_row *row, int *ret_plain)
{
    int count = 0;

    *ret_plain = 0;
    for (int64_t i = 0; i < world.kafka.record_count; i++) {
        const struct world_record *r = &world.kafka.records[i];

        if (r->transaction != VISIBLE || r->own || r->id != row->id)
            continue;
        if (r->content != row->content)
            invariant_complain("what was published is not what was written");
        count++;
        *ret_plain += !r->republished;
    }
    return count;
}

static const struct world_row *find_row(int64_t id)
{
    for (int64_t i = 0; i < world.db.now.row_count; i++)
        if (world.db.now.rows[i].id == id)
            return &world.db.now.rows[i];
    return NULL;
}

/* I1, I5; they do not speak of offsets that somebody else has set. */
static const char *check_positions(void)
{
    for (int p = 0; p < scenario->partitions; p++) {
        const struct world_position *position = &world.db.now.positions[p];
        const struct world_committed *k = &world.kafka.committed[p];

        if (!k->known || k->metadata != METADATA_OURS)
            continue;
        if (k->offset > position->next && !world.db.failed_over) /* without a row it is 0 */
            return "I1: the group's offset is beyond the position decided";
        if (position->published > k->offset)
            return "I5: known as published beyond the group's offset";
    }
    return NULL;
}

/* I2 */
static const char *check_decided(void)
{
    for (int p = 0; p < scenario->partitions; p++)
        for (int o = 0; o < scenario->records[p]; o++) {
            const struct world_position *position = &world.db.now.positions[p];
            bool below = position->known && o < position->next;

            if (world.db.now.decided[p][o] > 1)
                return "I2: a record was decided twice";
            if (below && world.db.now.decided[p][o] == 0)
                return "I2: a record below the position was never decided";
            if (!below && world.db.now.decided[p][o] > 0)
                return "I2: a record was decided that is not below the position";
        }
    return NULL;
}

/* I3; when somebody deleted or moved the group's offsets, a repetition that says so is allowed. */
static const char *check_visible(void)
{
    for (int64_t i = 0; i < world.db.now.row_count; i++) {
        const struct world_row *row = &world.db.now.rows[i];
        const struct world_committed *k = &world.kafka.committed[row->partition];
        int plain;
        int count = count_visible(row, &plain);

        if (plain > 1 || (count > 1 && !world.kafka.offsets_touched))
            return "I3: an output is visible twice";
        if (count == 0 && k->known && k->metadata == METADATA_OURS && row->offset < k->offset)
            return "I3: an output below the group's offset is not visible";
    }
    for (int64_t i = 0; i < world.kafka.record_count; i++)
        if (world.kafka.records[i].transaction == VISIBLE && !world.kafka.records[i].own &&
            !world.db.failed_over && find_row(world.kafka.records[i].id) == NULL)
            return "I3: something is visible that was never decided";
    return NULL;
}

static bool is_visible(const struct world_row *row)
{
    int unused;

    return count_visible(row, &unused) > 0;
}

/* The place of the first copy of ${row} in the output log. */
static int64_t place_of(const struct world_row *row)
{
    for (int64_t i = 0; i < world.kafka.record_count; i++)
        if (world.kafka.records[i].transaction == VISIBLE && world.kafka.records[i].id == row->id)
            return i;
    return -1;
}

/* I4, and that a subject's sequences have neither gap nor double. */
static const char *check_sequences(void)
{
    for (int64_t i = 0; i < world.db.now.row_count; i++)
        for (int64_t k = i + 1; k < world.db.now.row_count; k++) {
            const struct world_row *a = &world.db.now.rows[i];
            const struct world_row *b = &world.db.now.rows[k];

            if (a->subject == NOBODY || a->subject != b->subject)
                continue;
            if (a->sequence == b->sequence)
                return "a subject has two recommendations of one sequence";
            if (scenario->partitions == 1 && is_visible(a) && is_visible(b) &&
                (a->sequence < b->sequence) != (place_of(a) < place_of(b)))
                return "I4: sequences are not in order";
        }
    for (int s = 0; s < SUBJECTS_MAX; s++) {
        int64_t count = 0;

        for (int64_t i = 0; i < world.db.now.row_count; i++)
            count += world.db.now.rows[i].subject == s;
        if (world.db.now.subjects[s].sequence != count)
            return "a subject's sequences have a gap";
    }
    return NULL;
}

const char *invariant_broken(void)
{
    const char *what = check_positions();

    if (what == NULL)
        what = check_decided();
    if (what == NULL)
        what = check_visible();
    if (what == NULL)
        what = check_sequences();
    return complaint != NULL ? take_complaint() : what;
}

/* The database failed over: what was decided anew is what was published, and readers are told. */
static const char *check_restored(void)
{
    bool told = !world.db.restored;

    for (int64_t i = 0; i < world.kafka.record_count; i++) {
        const struct world_record *r = &world.kafka.records[i];

        told = told || (r->own && r->transaction == VISIBLE);
        if (r->transaction == VISIBLE && !r->own && find_row(r->id) == NULL)
            return "at rest: something is visible that is not in the restored database";
    }
    if (!told)
        return "at rest: what the restored database touched was not evaluated again";
    for (int p = 0; p < scenario->partitions; p++)
        if (world.db.now.positions[p].suppress_below != 0)
            return "at rest: publishing is still suppressed";
    return NULL;
}

const char *invariant_broken_at_rest(void)
{
    for (int p = 0; p < scenario->partitions; p++)
        if (!world.db.now.positions[p].known ||
            world.db.now.positions[p].next < scenario->records[p])
            return "at rest: a record was never decided";
    for (int64_t i = 0; i < world.db.now.row_count; i++)
        if (!is_visible(&world.db.now.rows[i]))
            return "at rest: an output was never published";
    for (int n = 0; n < LANES; n++)
        if (world.kafka.transactions[n].ongoing)
            return "at rest: a transaction is open";
    return check_restored();
}
