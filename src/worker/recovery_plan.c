#include "worker/recovery_plan.h"

#include <assert.h>
#include <string.h>

static bool committed_by_this_database(const struct recovery_facts *f)
{
    return f->committed->known && strcmp(f->committed->metadata, f->offset_metadata) == 0;
}

static bool committed_by_restage(const struct recovery_facts *f)
{
    return strncmp(f->committed->metadata, OFFSET_METADATA_PREFIX,
                   sizeof(OFFSET_METADATA_PREFIX) - 1) == 0;
}

/* Go on at ${next} with nothing to publish again. */
static struct recovery_plan go_on(enum recovery_row row, int64_t next, int64_t published)
{
    return (struct recovery_plan){.row = row,
                                  .next_offset = next,
                                  .republish_from = next,
                                  .republish_to = next,
                                  .published_offset = published};
}

static struct recovery_plan refuse(enum recovery_row row)
{
    return (struct recovery_plan){.row = row};
}

static struct recovery_plan refuse_gap(int64_t from, int64_t to)
{
    struct recovery_plan plan = refuse(RECOVERY_REFUSED_GAP);

    plan.gap_from = from;
    plan.gap_to = to;
    return plan;
}

/* No position in this database. */
static struct recovery_plan plan_without_position(const struct recovery_facts *f)
{
    struct recovery_plan plan;

    if (f->committed->known && !committed_by_restage(f))
        return refuse(RECOVERY_REFUSED_MOVED);
    if (f->log_low > 0)
        return refuse_gap(0, f->log_low);
    if (!f->committed->known || f->committed->offset <= 0) {
        plan = go_on(RECOVERY_FIRST_START, 0, 0);
        plan.commit_position = !f->committed->known || !committed_by_this_database(f);
        return plan;
    }
    if (f->committed->offset > f->log_high)
        return refuse(RECOVERY_REFUSED_TOPIC);
    plan = go_on(RECOVERY_NEW_DATABASE, 0, 0);
    plan.suppress_below = f->committed->offset;
    return plan;
}

/*
 * An operator said where to go on.  What was decided and is not published yet is published first:
 * from K where K can be trusted, else from Q, which may show a record twice.
 */
static struct recovery_plan plan_accepted(const struct recovery_facts *f)
{
    const struct store_position *p = f->position;
    struct recovery_plan plan;
    bool trusted = p->known && committed_by_this_database(f) &&
                   f->committed->offset >= p->published_offset &&
                   f->committed->offset <= p->next_offset;

    if (p->decision_next_offset < f->log_low || p->decision_next_offset > f->log_high)
        return refuse(RECOVERY_REFUSED_ACCEPT);
    plan = go_on(RECOVERY_ACCEPTED, p->decision_next_offset, p->decision_next_offset);
    plan.commit_position = true;
    plan.forget_last = true;
    if (p->known) {
        plan.republish_from = trusted ? f->committed->offset : p->published_offset;
        plan.republish_to = p->next_offset;
        /* A crash before the decision is marked as used repeats this. */
        plan.maybe_twice = plan.republish_from < plan.republish_to;
    }
    return plan;
}

/* A suppressed stretch stays known until it is over and said to be over. */
static void keep_stretch(struct recovery_plan *plan, const struct store_position *p)
{
    plan->suppress_from = p->suppress_from;
    plan->suppress_below = p->suppress_below;
    plan->restored = p->restored;
}

/* The group still stands where the stretch ends that was published before we knew it. */
static struct recovery_plan plan_suppressed(const struct recovery_facts *f)
{
    const struct store_position *p = f->position;
    struct recovery_plan plan = go_on(RECOVERY_SUPPRESSED, p->next_offset, p->published_offset);

    keep_stretch(&plan, p);
    if (p->next_offset >= p->suppress_below) {
        plan.republish_from = p->suppress_below;
        plan.commit_position = true;
    }
    return plan;
}

static struct recovery_plan plan_known(const struct recovery_facts *f)
{
    const struct store_position *p = f->position;
    int64_t committed = f->committed->offset;
    struct recovery_plan plan;

    if (!f->committed->known) {
        plan = go_on(RECOVERY_GROUP_EXPIRED, p->next_offset, p->published_offset);
        plan.republish_from = p->published_offset;
        plan.maybe_twice = p->published_offset < p->next_offset;
        plan.commit_position = true;
        keep_stretch(&plan, p);
        return plan;
    }
    if (!committed_by_this_database(f) || committed < p->published_offset)
        return refuse(RECOVERY_REFUSED_MOVED);
    if (committed <= p->next_offset) {
        plan = go_on(RECOVERY_USUAL, p->next_offset, committed);
        plan.republish_from = committed;
        keep_stretch(&plan, p);
        return plan;
    }
    if (committed > f->log_high)
        return refuse(RECOVERY_REFUSED_TOPIC);
    plan = go_on(RECOVERY_RESTORED, p->next_offset, p->published_offset);
    plan.suppress_from = p->next_offset;
    plan.suppress_below = committed;
    plan.restored = true;
    return plan;
}

struct recovery_plan recovery_plan(const struct recovery_facts *f)
{
    const struct store_position *p = f->position;

    if (p->other_cluster)
        return refuse(RECOVERY_REFUSED_TOPIC);
    if (p->decision_pending)
        return plan_accepted(f);
    if (!p->known)
        return plan_without_position(f);
    if (p->next_offset < f->log_low)
        return refuse_gap(p->next_offset, f->log_low);
    if (p->next_offset > f->log_high)
        return refuse(RECOVERY_REFUSED_TOPIC);
    if (p->suppress_below > 0 && f->committed->known && f->committed->offset == p->suppress_below)
        return plan_suppressed(f);
    if (p->suppress_below > p->next_offset && f->committed->known)
        return refuse(RECOVERY_REFUSED_MOVED);
    return plan_known(f);
}

bool recovery_is_refused(enum recovery_row row)
{
    return row == RECOVERY_REFUSED_MOVED || row == RECOVERY_REFUSED_GAP ||
           row == RECOVERY_REFUSED_TOPIC || row == RECOVERY_REFUSED_ACCEPT;
}

static const struct {
    const char *name;
    const char *meaning;
} rows[] = {
    [RECOVERY_USUAL] = {"usual", "Position and group agree."},
    [RECOVERY_FIRST_START] = {"first-start", "Nothing was read before: beginning at offset 0."},
    [RECOVERY_GROUP_EXPIRED] = {"group-expired",
                                "The group has no committed offset (new, expired or deleted): what "
                                "was decided but not known as published is published again, with "
                                "the header restage-republished; readers know it by its id."},
    [RECOVERY_NEW_DATABASE] = {"new-database",
                               "This database has no position but the group has: reading from the "
                               "log's start, publishing nothing below the group's offset."},
    [RECOVERY_RESTORED] = {"restored",
                           "The database is older than what was published (restored from a backup, "
                           "or a failover lost commits): reading again without publishing, then "
                           "every touched subject is re-evaluated."},
    [RECOVERY_SUPPRESSED] = {"suppressed", "Still reading again what was published before."},
    [RECOVERY_ACCEPTED] = {"accepted", "Going on where `restage positions accept` said."},
    [RECOVERY_REFUSED_MOVED] = {"refused-moved",
                                "The group's offsets are not those that were committed: somebody "
                                "moved them, or a broker just started answers from an older state "
                                "(then this ends by itself). HINT: see `restage "
                                "positions show`, then state the intent with `restage positions "
                                "accept`."},
    [RECOVERY_REFUSED_GAP] = {"refused-gap",
                              "Results were deleted by retention before they were read. HINT: "
                              "restore them if you can; else record the gap with `restage "
                              "positions accept`."},
    [RECOVERY_REFUSED_TOPIC] = {"refused-topic",
                                "This is another topic (or another cluster) under the same name. "
                                "HINT: point the worker to the topic it knew, or use a new topic "
                                "name or a new database for the new one."},
    [RECOVERY_REFUSED_ACCEPT] = {"refused-accept",
                                 "The accepted offset is not in the log. HINT: see `restage "
                                 "positions show` for the range, then accept again."},
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) == RECOVERY_ROW_COUNT, "every row is explained");

const char *recovery_row_name(enum recovery_row row)
{
    assert(row < RECOVERY_ROW_COUNT);
    return rows[row].name;
}

const char *recovery_row_meaning(enum recovery_row row)
{
    assert(row < RECOVERY_ROW_COUNT);
    return rows[row].meaning;
}
