#include "worker/partitions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool same_partition(struct source_partition a, struct source_partition b)
{
    return a.topic == b.topic && a.partition == b.partition;
}

static bool same_key(const struct store_partition *a, const char *topic, int32_t partition)
{
    return a->partition == partition && strcmp(a->topic, topic) == 0;
}

void partitions_done(struct partitions *ps)
{
    free(ps->items);
    free(ps->seen);
    memset(ps, 0, sizeof(*ps));
}

void partitions_set_cluster(struct partitions *ps, const char *cluster_id)
{
    size_t size = strlen(cluster_id);

    assert(size < sizeof(ps->cluster_id));
    memcpy(ps->cluster_id, cluster_id, size + 1);
}

void partitions_revoke(struct partitions *ps)
{
    ps->count = 0;
}

/* The memory of ${where}, NULL when this run has not had the partition yet. */
static struct partition_seen *find_seen(const struct partitions *ps, struct source_partition where)
{
    for (size_t i = 0; i < ps->seen_count; i++)
        if (same_partition(ps->seen[i].where, where))
            return &ps->seen[i];
    return NULL;
}

/* The memory of ${where}; made when there is none yet. */
static struct partition_seen *seen_before(struct partitions *ps, struct source_partition where,
                                          bool *ret_new)
{
    struct partition_seen *found = find_seen(ps, where);
    struct partition_seen *grown;

    *ret_new = found == NULL;
    if (found != NULL)
        return found;
    grown = realloc(ps->seen, (ps->seen_count + 1) * sizeof(*grown));
    assert(grown != NULL);
    ps->seen = grown;
    ps->seen[ps->seen_count] = (struct partition_seen){.where = where};
    return &ps->seen[ps->seen_count++];
}

void partitions_raise_published(struct partitions *ps, struct recovery *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct store_position *position = &r->positions[i];
        const struct partition_seen *seen = find_seen(ps, r->where[i]);

        if (position->known && seen != NULL && seen->published_offset <= position->next_offset &&
            seen->published_offset > position->published_offset)
            position->published_offset = seen->published_offset;
    }
}

/*
 * How often in a row the worker ended uncleanly at this position: the row still shows a start where
 * the position still is.  A recovery within one run is not an end.
 */
static int32_t unclean_ends(const struct store_position *position, const struct recovery_plan *plan,
                            bool new_in_this_run)
{
    if (!position->known || position->next_offset != plan->next_offset)
        return 0;
    if (!new_in_this_run)
        return position->unclean_ends;
    return position->start_offset == position->next_offset ? position->unclean_ends + 1 : 0;
}

static void take_plan(struct delivery_partition *p, const struct recovery *r, size_t i)
{
    const struct recovery_plan *plan = &r->plans[i];
    const struct store_position *position = &r->positions[i];

    *p = (struct delivery_partition){
        .where = r->where[i],
        .key = r->keys[i],
        .row = plan->row,
        .next_offset = plan->next_offset,
        .committed_offset = r->committed[i].known ? r->committed[i].offset : STORE_NO_OFFSET,
        .published_offset = plan->published_offset,
        .end_offset =
            -1, /* only the consumer's own end counts: unread records may lie before the log's */
        .last_offset = STORE_NO_OFFSET,
        .suppress_from = plan->suppress_from,
        .suppress_below = plan->suppress_below,
        .restored = plan->restored,
        .killer_offset = STORE_NO_OFFSET,
        .batch_next = -1,
    };
    if (position->known && !plan->forget_last) {
        p->last_offset = position->last_offset;
        memcpy(p->last_hash, position->last_hash, sizeof(p->last_hash));
        p->verify = p->last_offset != STORE_NO_OFFSET && p->last_offset >= r->log_low[i];
    }
}

static void add_start(struct recovery *r, size_t i, int32_t unclean)
{
    const struct recovery_plan *plan = &r->plans[i];
    const struct store_position *position = &r->positions[i];

    r->starts[r->start_count++] = (struct store_start){
        .partition = r->keys[i],
        .expected_next = position->known ? position->next_offset : STORE_NO_OFFSET,
        .next_offset = plan->next_offset,
        .published_offset = plan->published_offset,
        .suppress_from = plan->suppress_from,
        .suppress_below = plan->suppress_below,
        .restored = plan->restored,
        .unclean_ends = unclean,
        .forget_last = plan->forget_last,
        .decision_id = plan->row == RECOVERY_ACCEPTED ? &position->decision_id : NULL,
    };
}

void partitions_plan(struct partitions *ps, struct recovery *r, size_t careful_records)
{
    struct delivery_partition *grown = realloc(ps->items, (r->count + 1) * sizeof(*grown));

    assert(grown != NULL);
    ps->items = grown;
    ps->count = r->count;
    for (size_t i = 0; i < r->count; i++) {
        struct delivery_partition *p = &ps->items[i];
        bool new_in_this_run;
        struct partition_seen *seen = seen_before(ps, r->where[i], &new_in_this_run);
        int32_t unclean;

        r->plans[i] = recovery_plan_of(r, i);
        if (seen->strange && r->plans[i].row != RECOVERY_ACCEPTED)
            r->plans[i].row = RECOVERY_REFUSED_TOPIC;
        seen->strange = seen->strange && r->plans[i].row != RECOVERY_ACCEPTED;
        take_plan(p, r, i);
        if (recovery_is_refused(p->row))
            continue;
        unclean = unclean_ends(&r->positions[i], &r->plans[i], new_in_this_run);
        if (unclean >= UNCLEAN_ENDS_MAX)
            p->careful_until = p->next_offset + (int64_t)careful_records;
        if (new_in_this_run && r->positions[i].known &&
            r->positions[i].trying_offset == p->next_offset)
            p->killer_offset = p->next_offset;
        add_start(r, i, unclean);
    }
}

size_t partitions_fetch_positions(const struct partitions *ps, struct arena *arena,
                                  struct source_position **ret)
{
    struct source_position *positions = arena_zalloc(arena, ps->count, sizeof(*positions));
    size_t count = 0;

    assert(positions != NULL);
    for (size_t i = 0; i < ps->count; i++) {
        const struct delivery_partition *p = &ps->items[i];

        if (recovery_is_refused(p->row))
            continue;
        positions[count++] =
            (struct source_position){p->where, p->verify ? p->last_offset : p->next_offset};
    }
    *ret = positions;
    return count;
}

struct delivery_partition *partitions_find(const struct partitions *ps,
                                           struct source_partition where)
{
    for (size_t i = 0; i < ps->count; i++)
        if (same_partition(ps->items[i].where, where))
            return &ps->items[i];
    return NULL;
}

/* This log is not the one that we knew: refused until an operator says otherwise. */
static void estrange(struct partitions *ps, struct delivery_partition *p)
{
    bool unused;

    p->row = RECOVERY_REFUSED_TOPIC;
    p->verify = false;
    seen_before(ps, p->where, &unused)->strange = true;
}

enum record_verdict partitions_accept(struct partitions *ps, const struct source_record *record)
{
    struct delivery_partition *p = partitions_find(ps, record->partition);
    uint8_t hash[SHA256_SIZE];

    if (p == NULL || recovery_is_refused(p->row))
        return RECORD_SEEN;
    if (!p->verify)
        return record->offset < p->next_offset ? RECORD_SEEN : RECORD_WANTED;
    p->verify = false;
    partitions_hash_record(record, hash);
    if (record->offset == p->last_offset && memcmp(hash, p->last_hash, sizeof(hash)) == 0)
        return RECORD_SEEN;
    estrange(ps, p);
    return RECORD_STRANGE;
}

bool partitions_end(struct partitions *ps, struct source_partition where, int64_t offset)
{
    struct delivery_partition *p = partitions_find(ps, where);

    if (p == NULL || recovery_is_refused(p->row))
        return true;
    p->end_offset = offset;
    p->read_offset = offset;
    p->waiting_ms = 0; /* but for the batch in hand, which says so when it is decoded */
    if (!p->verify)
        return true;
    estrange(ps, p);
    return false;
}

bool partitions_is_killer(const struct partitions *ps, const struct source_record *record)
{
    const struct delivery_partition *p = partitions_find(ps, record->partition);

    return p != NULL && p->killer_offset == record->offset;
}

bool partitions_careful(const struct partitions *ps)
{
    for (size_t i = 0; i < ps->count; i++)
        if (ps->items[i].next_offset < ps->items[i].careful_until)
            return true;
    return false;
}

bool partitions_any_refused(const struct partitions *ps)
{
    for (size_t i = 0; i < ps->count; i++)
        if (recovery_is_refused(ps->items[i].row))
            return true;
    return false;
}

bool partitions_any_accepted_by(const struct partitions *ps, const struct recovery *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct delivery_partition *p = partitions_find(ps, r->where[i]);
        const struct partition_seen *seen = find_seen(ps, r->where[i]);

        enum recovery_row row = recovery_plan_of(r, i).row;

        if (p != NULL && seen != NULL && recovery_is_refused(p->row) && !recovery_is_refused(row) &&
            (!seen->strange || row == RECOVERY_ACCEPTED))
            return true;
    }
    return false;
}

int64_t partitions_lag(const struct delivery_partition *p, int64_t known_end)
{
    /* Control records at the end of the log are offsets, but nobody waits for them. */
    int64_t done =
        p->waiting_ms == 0 && p->read_offset > p->next_offset ? p->read_offset : p->next_offset;

    if (known_end < 0)
        return -1;
    return known_end > done ? known_end - done : 0;
}

void partitions_hash_record(const struct source_record *record, uint8_t ret_hash[SHA256_SIZE])
{
    uint8_t parts[8 + 2 * SHA256_SIZE];
    uint64_t timestamp = (uint64_t)record->timestamp_ms;

    for (size_t i = 0; i < 8; i++)
        parts[i] = (uint8_t)(timestamp >> (8 * i));
    sha256(record->key.at, record->key.size, parts + 8);
    sha256(record->value.at, record->value.size, parts + 8 + SHA256_SIZE);
    sha256(parts, sizeof(parts), ret_hash);
}

void partitions_batch_begin(struct partitions *ps)
{
    for (size_t i = 0; i < ps->count; i++)
        ps->items[i].batch_next = -1;
}

void partitions_batch_add(struct partitions *ps, const struct source_record *record)
{
    struct delivery_partition *p = partitions_find(ps, record->partition);

    assert(p != NULL && record->offset >= p->next_offset && record->offset >= p->batch_next);
    if (p->batch_next < 0)
        p->waiting_ms = record->timestamp_ms;
    p->batch_next = record->offset + 1;
    p->batch_last_ms = record->timestamp_ms;
}

size_t partitions_advances(const struct partitions *ps, struct arena *arena,
                           struct store_advance **ret)
{
    struct store_advance *advances = arena_zalloc(arena, ps->count, sizeof(*advances));
    size_t count = 0;

    assert(advances != NULL);
    for (size_t i = 0; i < ps->count; i++) {
        const struct delivery_partition *p = &ps->items[i];
        struct store_advance *a = &advances[count];

        if (p->batch_next < 0)
            continue;
        a->partition = p->key;
        a->expected_next = p->next_offset;
        a->next_offset = p->batch_next;
        a->published_offset =
            p->next_offset < p->suppress_below ? p->published_offset : p->committed_offset;
        if (a->published_offset < p->published_offset)
            a->published_offset = p->published_offset;
        a->last_offset = p->batch_next - 1;
        memcpy(a->last_hash, p->batch_hash, sizeof(a->last_hash));
        count++;
    }
    *ret = advances;
    return count;
}

void partitions_decided(struct partitions *ps)
{
    for (size_t i = 0; i < ps->count; i++) {
        struct delivery_partition *p = &ps->items[i];

        if (p->batch_next < 0)
            continue;
        p->next_offset = p->batch_next;
        p->last_offset = p->batch_next - 1;
        memcpy(p->last_hash, p->batch_hash, sizeof(p->last_hash));
        if (p->end_offset < p->next_offset)
            p->end_offset = p->next_offset;
        /* What comes after this record was written after it. */
        p->waiting_ms = p->read_offset >= p->next_offset ? 0 : p->batch_last_ms;
    }
}

/* At the end of a suppressed stretch the group is told once more: it may stand there by others. */
static bool is_to_be_committed(const struct delivery_partition *p)
{
    if (recovery_is_refused(p->row) || p->next_offset < p->suppress_below)
        return false;
    return p->next_offset > p->committed_offset || p->suppress_below > 0;
}

size_t partitions_offsets(const struct partitions *ps, struct arena *arena,
                          struct sink_offset **ret)
{
    struct sink_offset *offsets = arena_zalloc(arena, ps->count, sizeof(*offsets));
    size_t count = 0;

    assert(offsets != NULL);
    for (size_t i = 0; i < ps->count; i++) {
        const struct delivery_partition *p = &ps->items[i];

        if (is_to_be_committed(p))
            offsets[count++] = (struct sink_offset){p->key.topic, p->key.partition, p->next_offset};
    }
    *ret = offsets;
    return count;
}

void partitions_published(struct partitions *ps, const struct sink_offset *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < ps->count; j++)
            if (same_key(&ps->items[j].key, offsets[i].topic, offsets[i].partition)) {
                ps->items[j].committed_offset = offsets[i].offset;
                find_seen(ps, ps->items[j].where)->published_offset = offsets[i].offset;
            }
}

bool partitions_suppress(const struct partitions *ps, const struct store_output *output)
{
    const struct store_source *source = output->recommendation != NULL
                                            ? &output->recommendation->source
                                            : &output->dead_letter->source;

    for (size_t i = 0; i < ps->count; i++) {
        const struct delivery_partition *p = &ps->items[i];

        if (p->suppress_below > 0 && same_key(&p->key, source->topic, source->partition))
            return source->offset >= p->suppress_from && source->offset < p->suppress_below;
    }
    return false;
}

struct delivery_partition *partitions_suppression_over(const struct partitions *ps)
{
    for (size_t i = 0; i < ps->count; i++) {
        struct delivery_partition *p = &ps->items[i];

        if (p->suppress_below > 0 && p->next_offset >= p->suppress_below &&
            p->committed_offset >= p->suppress_below && !recovery_is_refused(p->row))
            return p;
    }
    return NULL;
}

void partitions_end_suppression(struct delivery_partition *p)
{
    p->suppress_from = 0;
    p->suppress_below = 0;
    p->restored = false;
}

size_t partitions_progress(const struct partitions *ps, bool clean, struct arena *arena,
                           struct store_progress **ret)
{
    struct store_progress *rows = arena_zalloc(arena, ps->count, sizeof(*rows));
    size_t count = 0;

    assert(rows != NULL);
    for (size_t i = 0; i < ps->count; i++) {
        const struct delivery_partition *p = &ps->items[i];
        bool behind_us = !p->verify && p->next_offset >= p->suppress_below;
        int64_t next = behind_us && p->end_offset > p->next_offset ? p->end_offset : p->next_offset;
        int64_t published = behind_us && p->committed_offset > p->published_offset
                                ? p->committed_offset
                                : p->published_offset;

        if (recovery_is_refused(p->row) ||
            (!clean && next == p->next_offset && published == p->published_offset))
            continue;
        rows[count++] = (struct store_progress){.partition = p->key,
                                                .expected_next = p->next_offset,
                                                .next_offset = next,
                                                .published_offset = published};
    }
    *ret = rows;
    return count;
}

void partitions_progressed(struct partitions *ps, const struct store_progress *progress,
                           size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < ps->count; j++)
            if (same_key(&ps->items[j].key, progress[i].partition.topic,
                         progress[i].partition.partition)) {
                ps->items[j].next_offset = progress[i].next_offset;
                ps->items[j].published_offset = progress[i].published_offset;
            }
}
