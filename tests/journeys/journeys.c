/*
 * Random journeys of invented tumours through the whole of staging and guidance.
 *
 *   journeys [--journeys N] [--seed S] [--first K] [--tell]
 *
 * Each journey is told by its own dice (story.h), applied event by event as the worker does, and
 * checked after every event (invariants.h).  What was met is counted and printed (tally.h); an
 * invariant that breaks or a possible thing that was never met fails the run.  --first K begins at
 * journey K of the same seed, so that one journey can be looked at alone, and --tell prints it.
 */
#include "base/arena.h"
#include "guidance/rulebook.h"
#include "invariants.h"
#include "story.h"
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOURNEYS_DEFAULT 100000
#define SEED_DEFAULT 20260512
#define STORY_ARENA_SIZE (8u << 20)
#define SHUFFLED_ONE_IN 20
#define BROKEN_PRINTED_MAX 20
#define CLOCK_SKEW_MAX_MS 21600000 /* 6 h; an event may be dated 24 h ahead of its record */
#define UNMET_JOURNEYS_MIN 300     /* fewer cannot promise to meet everything */

struct options {
    uint64_t journeys;
    uint64_t seed;
    uint64_t first;
    bool tell;
};

struct run {
    struct options options;
    struct policy policy;
    struct arena *story_arena;
    struct arena *case_arena;
    struct arena *scratch;
    struct tally tally;
    uint64_t broken;
};

/* One journey on its way. */
struct journey {
    struct run *run;
    uint64_t number;
    struct story story;
    struct subject_case subject;
    struct trail trail;
    struct recommendation said;
    const struct event *stored[TRAIL_EVENTS_MAX];
    size_t stored_count;
    bool broken;
};

/* A record of the patient that nobody could read, until somebody resolves it. */
static const struct hold unreadable = {.dead_letter_id = "line-1", .error_code = "BAD_VALUE"};

static void break_off(struct journey *j, const char *what)
{
    struct run *r = j->run;

    if (j->broken)
        return; /* what follows from the first is no news */
    j->broken = true;
    if (r->broken++ < BROKEN_PRINTED_MAX)
        printf("BROKEN: journey %" PRIu64 " of seed %" PRIu64 ", sequence %" PRId64 ": %s\n",
               j->number, r->options.seed, j->said.sequence, what);
}

static void tell(const struct event *e, enum admission admission, const struct recommendation *said)
{
    static const char *const admissions[] = {"", "applied", "duplicate", "older", "id conflict"};
    char text[WORDING_SIZE];

    input_text(e, text);
    printf("  %-10s %-12s v%" PRIu32 " status %d %-24s %s", e->effective_at.text, e->report_id,
           e->report_version, (int)e->status, text, admissions[admission]);
    if (admission == ADMISSION_APPLIED)
        printf(" -> #%" PRId64 " %s", said->sequence, said->summary);
    printf("\n");
}

static void apply(struct journey *j, const struct event *e, int64_t at)
{
    struct arrival arrival = {.timestamp_ms = at, .topic = "clinical", .offset = 1};
    struct err err = {.text = ""};
    enum admission admission = ADMISSION_NONE;
    size_t known = j->subject.history.count;
    const char *broken;

    if (case_apply(&j->subject, e, &arrival, &j->run->policy, &admission, &j->said, &err) != OK) {
        break_off(j, err.text);
        return;
    }
    tally_event(&j->run->tally, e, admission);
    if (j->run->options.tell)
        tell(e, admission, &j->said);
    if (j->subject.history.count > known && j->stored_count < TRAIL_EVENTS_MAX)
        j->stored[j->stored_count++] = e;
    if (admission != ADMISSION_APPLIED)
        return;
    tally_said(&j->run->tally, &j->said);
    broken = invariant_broken(&j->said, &j->trail);
    if (broken != NULL)
        break_off(j, broken);
}

/* Before the next report arrives, some of the reviews that fall due are made, as in service. */
static void review(struct journey *j, int64_t until)
{
    while (j->said.judgement.review_due_at != INSTANT_NONE && j->trail.sequence > 0 &&
           j->said.judgement.review_due_at < until && dice_luck(&j->story.dice, 15)) {
        int64_t due = j->said.judgement.review_due_at;
        struct event *e = story_event(&j->story, BODY_REVIEW_DUE);

        e->body.review_due.due_at = due;
        apply(j, e, due);
    }
}

/* The clocks of producers differ: some records are stamped before the ones they follow. */
static int64_t stamp(struct journey *j, int64_t at)
{
    return j->trail.sequence > 0 && dice_luck(&j->story.dice, 5)
               ? at - dice_between(&j->story.dice, 1, CLOCK_SKEW_MAX_MS)
               : at;
}

static void begin(struct journey *j, struct run *r, uint64_t number)
{
    *j = (struct journey){
        .run = r,
        .number = number,
        .subject = {.authority = "urn:journeys", .value = "1", .tumour_id = TUMOUR_ID_DEFAULT}};
    j->subject.subject = subject_uuid(j->subject.authority, j->subject.value, j->subject.tumour_id);
    arena_reset(r->story_arena);
    arena_reset(r->case_arena);
    history_init(&j->subject.history, r->case_arena);
    story_tell(r->story_arena, dice_for(r->options.seed, number), &j->story);
}

static void travel(struct run *r, uint64_t number)
{
    static struct journey j; /* large */
    size_t count;
    bool held;
    const char *broken = NULL;

    begin(&j, r, number);
    if (r->options.tell)
        printf("journey %" PRIu64 "\n", number);
    held = dice_luck(&j.story.dice, 6);
    count = j.story.count; /* reviews are told behind these */
    for (size_t i = 0; i < count; i++) {
        review(&j, j.story.tellings[i].at);
        j.subject.holds = held && i >= 3 && i < 12 ? &unreadable : NULL;
        j.subject.hold_count = j.subject.holds != NULL ? 1 : 0;
        apply(&j, j.story.tellings[i].event, stamp(&j, j.story.tellings[i].at));
    }
    r->tally.met[MET_EQUAL_NUMBERS] += j.story.equal_numbers;
    r->tally.met[MET_BOUNDARIES] += j.story.boundary_values;
    if (j.trail.sequence == 0)
        return;
    tally_journey(&r->tally, &j.said);
    if (number % SHUFFLED_ONE_IN != 0)
        return;
    r->tally.met[MET_SHUFFLED]++;
    broken = invariant_order_broken(&j.said, j.stored, j.stored_count, &j.story.dice, r->scratch);
    if (broken != NULL)
        break_off(&j, broken);
}

/* ---- The program ----------------------------------------------------------------------------- */

static bool read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){.journeys = JOURNEYS_DEFAULT, .seed = SEED_DEFAULT};
    for (int i = 1; i < argc; i++) {
        uint64_t *number = strcmp(argv[i], "--journeys") == 0 ? &o->journeys
                           : strcmp(argv[i], "--seed") == 0   ? &o->seed
                           : strcmp(argv[i], "--first") == 0  ? &o->first
                                                              : NULL;
        char *end;

        if (strcmp(argv[i], "--tell") == 0) {
            o->tell = true;
            continue;
        }
        if (number == NULL || i + 1 == argc)
            return false;
        *number = strtoull(argv[++i], &end, 10);
        if (*end != '\0' || end == argv[i])
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct run r; /* large */
    size_t unmet = 0;

    if (!read_options(argc, argv, &r.options)) {
        fprintf(stderr, "usage: journeys [--journeys N] [--seed S] [--first K] [--tell]\n");
        return 2;
    }
    r.story_arena = arena_new(STORY_ARENA_SIZE);
    r.case_arena = arena_new(STORY_ARENA_SIZE);
    r.scratch = arena_new(STORY_ARENA_SIZE);
    if (r.story_arena == NULL || r.case_arena == NULL || r.scratch == NULL)
        return 2;
    r.policy = policy_default();
    rulebook_seal(&r.policy);
    printf("seed %" PRIu64 "\n", r.options.seed);
    for (uint64_t i = 0; i < r.options.journeys; i++)
        travel(&r, r.options.first + i);
    if (!r.options.tell)
        tally_print(&r.tally);
    if (r.options.journeys >= UNMET_JOURNEYS_MIN)
        unmet = tally_print_unmet(&r.tally);
    printf("%" PRIu64 " journeys, seed %" PRIu64 ": %" PRIu64 " broken, %zu never met\n",
           r.options.journeys, r.options.seed, r.broken, unmet);
    arena_free(r.story_arena);
    arena_free(r.case_arena);
    arena_free(r.scratch);
    return r.broken > 0 || unmet > 0 ? 1 : 0;
}
