/*
 * What the bytes of an event cost, beside its fold and judgement.
 *
 *   build/release/tests/bench/bench-wire [--once]
 *
 * Prints nanoseconds of the processor for: decoding a record with all its checks, decoding a stored
 * event, encoding a recommendation, packing and unpacking its bytes.  Subjects and events are drawn
 * as the worker would read them.  With --once everything is done once for each subject, so that
 * instructions can be counted: valgrind --tool=callgrind --toggle-collect=encode_recommendation.
 */
#include "drawn.h"

#include "../integration/feed.h"
#include "guidance/recommendation.h"
#include "guidance/rulebook.h"
#include "store/packing.h"
#include "wire/event_wire.h"
#include "wire/recommendation_wire.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUND_NS INT64_C(100000000) /* how long each is measured at once; the best round counts */
#define ROUNDS 5
#define SUBJECTS 100
#define DEPTH 34
#define SEED 1000003
#define ARENA_SIZE_MAX ((size_t)256 << 20)

/* What is measured: each subject with its events and its last recommendation. */
struct drawn_subject {
    struct subject_case subject;
    struct drawn_event events[DEPTH];
    size_t event_count;
    struct recommendation recommendation;
    struct bytes encoded;
    struct bytes packed;
};

struct bench {
    struct drawn_subject *subjects;
    struct arena *drawn;
    struct arena *working; /* of one call */
    struct packing *packing;
};

/* ---- Subjects -------------------------------------------------------------------------------- */

static void apply(struct drawn_subject *s, const struct policy *policy, struct drawn_event *drawn)
{
    const struct arrival arrival = {.timestamp_ms = drawn->recorded_ms, .topic = "bench"};
    enum admission admission;
    struct err err;
    enum status status;

    s->subject.subject = drawn->subject;
    s->subject.authority = drawn->event.authority;
    s->subject.value = drawn->event.value;
    s->subject.tumour_id = drawn->event.tumour_id;
    status = case_apply(&s->subject, &drawn->event, &arrival, policy, &admission,
                        &s->recommendation, &err);
    assert(status == OK && admission == ADMISSION_APPLIED);
}

static void encode(struct bench *b, struct drawn_subject *s, struct bytes *ret)
{
    struct err err;
    enum status status;

    arena_reset(b->working);
    status = recommendation_encode(&s->recommendation, b->working, ret, &err);
    assert(status == OK);
}

static struct bytes keep(struct bench *b, struct bytes bytes)
{
    struct bytes kept = {arena_copy(b->drawn, bytes.at, bytes.size), bytes.size};

    assert(kept.at != NULL);
    return kept;
}

static void set_up(struct bench *b, const struct policy *policy)
{
    const struct drawn_settings settings = {.seed = SEED, .patients = SUBJECTS, .in_turn = true};
    struct feed *feed = drawn_feed_new(&settings);

    b->drawn = arena_new(ARENA_SIZE_MAX);
    b->working = arena_new(ARENA_SIZE_MAX);
    b->packing = packing_new();
    b->subjects = calloc(SUBJECTS, sizeof(*b->subjects));
    assert(feed != NULL && b->drawn != NULL && b->working != NULL && b->packing != NULL &&
           b->subjects != NULL);
    for (size_t i = 0; i < SUBJECTS; i++)
        history_init(&b->subjects[i].subject.history, b->drawn);
    for (size_t i = 0; i < (size_t)SUBJECTS * DEPTH; i++) {
        struct drawn_subject *s = &b->subjects[i % SUBJECTS];

        drawn_next(feed, b->drawn, &s->events[s->event_count]);
        apply(s, policy, &s->events[s->event_count++]);
    }
    for (size_t i = 0; i < SUBJECTS; i++) {
        struct drawn_subject *s = &b->subjects[i];

        encode(b, s, &s->encoded);
        s->encoded = keep(b, s->encoded);
        s->packed = keep(b, packing_pack(b->packing, s->encoded));
    }
    feed_free(feed);
}

/* ---- What is measured; each answers how often it did so for one subject ---------------------- */

typedef size_t bench_job(struct bench *b, struct drawn_subject *s);

static size_t decode_records(struct bench *b, struct drawn_subject *s)
{
    for (size_t i = 0; i < DEPTH; i++) {
        struct event_message message;
        struct event event;
        enum error_code code;
        struct err err;
        enum status status;

        arena_reset(b->working);
        status = event_decode(s->events[i].value, s->events[i].recorded_ms, b->working, &event,
                              &message, &code, &err);
        assert(status == OK);
    }
    return DEPTH;
}

static size_t decode_stored(struct bench *b, struct drawn_subject *s)
{
    arena_reset(b->working);
    for (size_t i = 0; i < DEPTH; i++) {
        struct event event;
        struct err err;
        enum status status = event_decode_stored(
            s->events[i].value, s->events[i].event.content_hash, b->working, &event, &err);

        assert(status == OK);
    }
    return DEPTH;
}

static size_t encode_recommendation(struct bench *b, struct drawn_subject *s)
{
    struct bytes encoded;

    encode(b, s, &encoded);
    assert(encoded.size == s->encoded.size);
    return 1;
}

static size_t pack(struct bench *b, struct drawn_subject *s)
{
    struct bytes packed = packing_pack(b->packing, s->encoded);

    assert(packed.size == s->packed.size);
    return 1;
}

static size_t unpack(struct bench *b, struct drawn_subject *s)
{
    struct bytes original;
    bool unpacked;

    arena_reset(b->working);
    unpacked = packing_unpack(s->packed, b->working, &original);
    assert(unpacked && original.size == s->encoded.size);
    return 1;
}

/* ---- Measuring ------------------------------------------------------------------------------- */

/* Processor time: what others do on the machine counts less than by the clock on the wall. */
static int64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds of one, in one round; a round without duration does each subject once. */
static int64_t measure_round(struct bench *b, bench_job *job, int64_t round_ns)
{
    int64_t started = now_ns();
    int64_t done = 0;

    do {
        for (size_t i = 0; i < SUBJECTS; i++)
            done += (int64_t)job(b, &b->subjects[i]);
    } while (now_ns() - started < round_ns);
    return (now_ns() - started) / done;
}

static void measure(struct bench *b, const char *name, bench_job *job, bool once)
{
    int64_t best = measure_round(b, job, once ? 0 : ROUND_NS);

    for (int i = 1; i < ROUNDS && !once; i++) {
        int64_t ns = measure_round(b, job, ROUND_NS);

        if (ns < best)
            best = ns;
    }
    (void)printf("%-24s %7lld ns\n", name, (long long)best);
}

static size_t mean_size(const struct bench *b, bool packed)
{
    size_t sum = 0;

    for (size_t i = 0; i < SUBJECTS; i++)
        sum += packed ? b->subjects[i].packed.size : b->subjects[i].encoded.size;
    return sum / SUBJECTS;
}

int main(int argc, char **argv)
{
    struct policy policy = policy_default();
    bool once = argc == 2 && strcmp(argv[1], "--once") == 0;
    struct bench b;

    rulebook_seal(&policy);
    set_up(&b, &policy);
    measure(&b, "decode a record", decode_records, once);
    measure(&b, "decode a stored event", decode_stored, once);
    measure(&b, "encode a recommendation", encode_recommendation, once);
    measure(&b, "pack it", pack, once);
    measure(&b, "unpack it", unpack, once);
    (void)printf("a recommendation has %zu bytes, packed %zu\n", mean_size(&b, false),
                 mean_size(&b, true));
    packing_free(b.packing);
    arena_free(b.working);
    arena_free(b.drawn);
    free(b.subjects);
    return EXIT_SUCCESS;
}
