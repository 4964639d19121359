/*
 * The floor of throughput: the statements that a lane sends for a batch, in the same two pipelined
 * round trips with rows of the same kind and size, and nothing else.  No Kafka, no decoding, no
 * guidance; answers are read off the wire and dropped.
 *
 *   bench-floor --conninfo CONNINFO --subjects N --events N [--batch N] [--seed N]
 *
 * The events are drawn and decoded before the clock starts.  Recommendations are copies of those
 * that a worker wrote to this database before.  Prints one line of JSON.
 */
#include "drawn.h"

#include "../integration/feed.h"
#include "store/pg_array.h"
#include "store/statements.h"
#include "wire/event_wire.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PARTITIONS 9 /* of the three input topics together */
#define SAMPLES_MAX 1000
#define ARENA_SIZE_MAX ((size_t)1 << 30)
#define CLUSTER "bench-floor"

static const struct pg_statement own_statements[] = {
    {"bench_positions",
     "INSERT INTO restage.lane_position (cluster_id, topic, partition, next_offset,"
     " published_offset) SELECT '" CLUSTER "', 'floor', p, 0, 0 FROM generate_series(0, 8) p"
     " ON CONFLICT (topic, partition, cluster_id) DO UPDATE SET next_offset = 0,"
     " published_offset = 0, last_offset = NULL, last_hash = NULL"},
    {"bench_samples", "SELECT value FROM restage.recommendation WHERE written > (SELECT"
                      " max(written) - 1000 FROM restage.recommendation) AND value <> ''"},
};

struct options {
    const char *conninfo;
    struct drawn_settings feed;
    size_t events;
    size_t batch;
};

struct floor {
    struct options options;
    struct pg *pg;
    struct arena *kept;  /* events and samples */
    struct arena *arena; /* of one batch */
    struct drawn_event *events;
    struct bytes samples[SAMPLES_MAX];
    size_t sample_count;
    int64_t written; /* recommendations so far */
};

static void must(enum status status, const struct err *err)
{
    if (status == OK)
        return;
    (void)fprintf(stderr, "bench-floor: %s\n", err->text);
    exit(EXIT_FAILURE);
}

/* ---- Setting up ------------------------------------------------------------------------------ */

static void read_samples(struct floor *f)
{
    PGresult *result;
    struct err err;

    pg_send(f->pg, "bench_positions", NULL);
    pg_send(f->pg, "bench_samples", NULL);
    pg_sync(f->pg);
    must(pg_read_done(f->pg, NULL, &err), &err);
    must(pg_read(f->pg, &result, &err), &err);
    for (int i = 0; i < PQntuples(result) && i < SAMPLES_MAX; i++)
        f->samples[f->sample_count++] = pg_bytes(result, i, 0, f->kept);
    PQclear(result);
    must(pg_end(f->pg, &err), &err);
    if (f->sample_count == 0) {
        (void)fputs("bench-floor: no worker has written here: nothing to copy\n", stderr);
        exit(EXIT_FAILURE);
    }
}

static void set_up(struct floor *f)
{
    struct feed *feed = drawn_feed_new(&f->options.feed);
    struct err err;

    f->kept = arena_new(ARENA_SIZE_MAX);
    f->arena = arena_new(ARENA_SIZE_MAX);
    assert(feed != NULL && f->kept != NULL && f->arena != NULL);
    must(pg_connect(f->options.conninfo, "bench-floor", 5, store_lane_session, &f->pg, &err), &err);
    must(pg_prepare(f->pg, store_statements, store_statement_count, &err), &err);
    must(pg_prepare(f->pg, own_statements, 2, &err), &err);
    read_samples(f);
    f->events = arena_zalloc(f->kept, f->options.events, sizeof(*f->events));
    assert(f->events != NULL);
    for (size_t i = 0; i < f->options.events; i++)
        drawn_next(feed, f->kept, &f->events[i]);
    feed_free(feed);
}

/* ---- First round trip ------------------------------------------------------------------------ */

static void send_positions(struct floor *f, int64_t number)
{
    static const uint8_t hash[SHA256_SIZE];
    struct pg_parameters p = {.count = 0};
    struct pg_array topics = pg_array_new(f->arena, PG_TEXT, 256);
    struct pg_array columns[6];

    for (size_t i = 0; i < 6; i++)
        columns[i] = pg_array_new(f->arena,
                                  i == 0   ? PG_INT4
                                  : i == 5 ? PG_BYTEA
                                           : PG_INT8,
                                  (size_t)512);
    for (int32_t i = 0; i < PARTITIONS; i++) {
        pg_array_text(&topics, "floor");
        pg_array_int4(&columns[0], i);
        pg_array_int8(&columns[1], number);
        pg_array_int8(&columns[2], number + 1);
        pg_array_int8(&columns[3], number);
        pg_array_int8(&columns[4], number);
        pg_array_bytes(&columns[5], hash, sizeof(hash));
    }
    pg_add_text(&p, CLUSTER);
    pg_add_array(&p, &topics);
    for (size_t i = 0; i < 6; i++)
        pg_add_array(&p, &columns[i]);
    pg_send(f->pg, "claim_positions", &p);
}

static int compare_subjects(const void *a, const void *b)
{
    return uuid_compare(&(*(const struct drawn_event *const *)a)->subject,
                        &(*(const struct drawn_event *const *)b)->subject);
}

/* The first event of each subject, in UUID order. */
static size_t list_subjects(struct floor *f, struct drawn_event *events, size_t count,
                            struct drawn_event ***ret)
{
    struct drawn_event **firsts = arena_zalloc(f->arena, count, sizeof(struct drawn_event *));
    size_t unique = 0;

    assert(firsts != NULL);
    for (size_t i = 0; i < count; i++)
        firsts[i] = &events[i];
    qsort(firsts, count, sizeof(struct drawn_event *), compare_subjects);
    for (size_t i = 0; i < count; i++)
        if (unique == 0 || compare_subjects(&firsts[unique - 1], &firsts[i]) != 0)
            firsts[unique++] = firsts[i];
    *ret = firsts;
    return unique;
}

static void send_subjects(struct floor *f, struct drawn_event **subjects, size_t count,
                          struct pg_parameters *ret_ids, struct pg_parameters *ret_patients)
{
    struct pg_parameters p = {.count = 0};
    struct pg_array ids = pg_array_new(f->arena, PG_UUID, count * 20);
    struct pg_array authorities = pg_array_new(f->arena, PG_TEXT, count * 32);
    struct pg_array values = pg_array_new(f->arena, PG_TEXT, count * 16);
    struct pg_array tumours = pg_array_new(f->arena, PG_TEXT, count * 16);

    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&ids, &subjects[i]->subject);
        pg_array_text(&authorities, subjects[i]->event.authority);
        pg_array_text(&values, subjects[i]->event.value);
        pg_array_text(&tumours, subjects[i]->event.tumour_id);
    }
    pg_add_array(&p, &ids);
    pg_add_array(&p, &authorities);
    pg_add_array(&p, &values);
    pg_add_array(&p, &tumours);
    pg_send(f->pg, "subjects_insert", &p);
    pg_add_array(ret_ids, &ids);
    pg_send(f->pg, "subjects_lock", ret_ids);
    pg_add_array(ret_patients, &authorities);
    pg_add_array(ret_patients, &values);
}

static void send_events(struct floor *f, const struct drawn_event *events, size_t count)
{
    static const enum pg_type types[] = {PG_UUID,        PG_UUID, PG_TEXT,  PG_INT4, PG_INT8,
                                         PG_TIMESTAMPTZ, PG_TEXT, PG_TEXT,  PG_TEXT, PG_INT8,
                                         PG_TEXT,        PG_TEXT, PG_BYTEA, PG_BYTEA};
    struct pg_array columns[sizeof(types) / sizeof(types[0])];
    struct pg_parameters p = {.count = 0};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        columns[i] = pg_array_new(f->arena, types[i], count * 64);
    for (size_t i = 0; i < count; i++) {
        const struct event *e = &events[i].event;

        pg_array_uuid(&columns[0], &events[i].subject);
        pg_array_uuid(&columns[1], &e->event_id);
        pg_array_text(&columns[2], "floor");
        pg_array_int4(&columns[3], 0);
        pg_array_int8(&columns[4], events + i - f->events);
        pg_array_instant(&columns[5], events[i].recorded_ms);
        pg_array_text(&columns[6], body_kind_name(e->kind));
        pg_array_text(&columns[7], e->report_id);
        pg_array_text(&columns[8], e->source_system);
        pg_array_int8(&columns[9], e->report_version);
        pg_array_text(&columns[10], report_status_name(e->status));
        pg_array_text(&columns[11], e->effective_at.text);
        pg_array_bytes(&columns[12], e->content_hash, sizeof(e->content_hash));
        pg_array_bytes(&columns[13], events[i].value.at, events[i].value.size);
    }
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        pg_add_array(&p, &columns[i]);
    pg_send(f->pg, "events_insert", &p);
}

/* Returns what the lock answered: the subjects as they are. */
static PGresult *claim(struct floor *f, struct drawn_event *events, size_t count)
{
    struct pg_parameters ids = {.count = 0};
    struct pg_parameters patients = {.count = 0};
    struct pg_parameters none = {.count = 0};
    struct pg_array no_ids = pg_array_new(f->arena, PG_UUID, 0);
    struct drawn_event **subjects;
    size_t subject_count = list_subjects(f, events, count, &subjects);
    PGresult *locked;
    struct err err;

    pg_send(f->pg, "begin", NULL);
    send_positions(f, (events - f->events) / (int64_t)f->options.batch);
    pg_send(f->pg, "rulebook_active", NULL);
    send_subjects(f, subjects, subject_count, &ids, &patients);
    send_events(f, events, count);
    pg_send(f->pg, "history", &ids);
    pg_send(f->pg, "holds", &patients);
    pg_add_array(&none, &no_ids);
    pg_send(f->pg, "known_dead_letters", &none);
    pg_sync(f->pg);
    for (int i = 0; i < 4; i++)
        must(pg_read_done(f->pg, NULL, &err), &err);
    must(pg_read(f->pg, &locked, &err), &err);
    for (int i = 0; i < 4; i++)
        must(pg_read_done(f->pg, NULL, &err), &err);
    must(pg_end(f->pg, &err), &err);
    assert((size_t)PQntuples(locked) == subject_count);
    return locked;
}

/* ---- Second round trip ----------------------------------------------------------------------- */

struct tally { /* of one subject of the batch */
    struct uuid subject;
    int64_t sequence; /* of its last recommendation */
    int64_t events;   /* of the batch */
    struct bytes digest;
    const struct drawn_event *last;
};

static int compare_tally(const void *key, const void *element)
{
    return uuid_compare(key, &((const struct tally *)element)->subject);
}

static struct tally *find_tally(struct tally *tallies, size_t count, const struct uuid *subject)
{
    struct tally *t = bsearch(subject, tallies, count, sizeof(*tallies), compare_tally);

    assert(t != NULL);
    return t;
}

static struct tally *list_tallies(struct floor *f, const PGresult *locked,
                                  const struct drawn_event *events, size_t event_count)
{
    size_t count = (size_t)PQntuples(locked);
    struct tally *tallies = arena_zalloc(f->arena, count, sizeof(*tallies));

    assert(tallies != NULL);
    for (size_t i = 0; i < count; i++) {
        tallies[i].subject = pg_uuid(locked, (int)i, 0);
        tallies[i].sequence = pg_int8(locked, (int)i, 4);
        tallies[i].digest = (struct bytes){.at = PQgetvalue(locked, (int)i, 7),
                                           .size = (size_t)PQgetlength(locked, (int)i, 7)};
    }
    for (size_t i = 0; i < event_count; i++) {
        struct tally *t = find_tally(tallies, count, &events[i].subject);

        t->events++;
        t->last = &events[i];
    }
    return tallies;
}

static void send_recommendations(struct floor *f, const struct drawn_event *events, size_t count,
                                 struct tally *tallies, size_t tally_count)
{
    static const enum pg_type types[] = {
        PG_UUID, PG_INT8, PG_UUID,        PG_TEXT,  PG_INT4,  PG_INT8, PG_TIMESTAMPTZ, PG_TEXT,
        PG_TEXT, PG_TEXT, PG_TIMESTAMPTZ, PG_BYTEA, PG_BYTEA, PG_TEXT, PG_TEXT};
    size_t size = sizeof(types) / sizeof(types[0]);
    struct pg_array columns[sizeof(types) / sizeof(types[0])];
    struct pg_parameters p = {.count = 0};

    for (size_t i = 0; i < size; i++)
        columns[i] = pg_array_new(f->arena, types[i], count * (i == 12 ? (size_t)32768 : 64));
    for (size_t i = 0; i < count; i++) {
        struct tally *t = find_tally(tallies, tally_count, &events[i].subject);
        struct bytes sample = f->samples[(size_t)f->written++ % f->sample_count];

        pg_array_uuid(&columns[0], &t->subject);
        pg_array_int8(&columns[1], ++t->sequence);
        pg_array_uuid(&columns[2], &events[i].event.event_id);
        pg_array_text(&columns[3], "floor");
        pg_array_int4(&columns[4], 0);
        pg_array_int8(&columns[5], events + i - f->events);
        pg_array_instant(&columns[6], events[i].recorded_ms);
        pg_array_text(&columns[7], "changed");
        pg_array_text(&columns[8], "guidance");
        pg_array_text(&columns[9], "PH-UNKNOWN");
        pg_array_instant(&columns[10], events[i].recorded_ms);
        pg_array_bytes(&columns[11], events[i].key.at, events[i].key.size);
        pg_array_bytes(&columns[12], sample.at, sample.size);
        pg_array_text(&columns[13], "");
        pg_array_text(&columns[14], "");
    }
    for (size_t i = 0; i < size; i++)
        pg_add_array(&p, &columns[i]);
    pg_send(f->pg, "recommendations_insert", &p);
}

static void send_updates(struct floor *f, const struct tally *tallies, size_t count)
{
    static const enum pg_type types[] = {PG_UUID, PG_INT8, PG_UUID, PG_TIMESTAMPTZ, PG_TIMESTAMPTZ,
                                         PG_TEXT, PG_TEXT, PG_TEXT, PG_TEXT,        PG_TEXT,
                                         PG_TEXT, PG_TEXT, PG_BYTEA};
    size_t size = sizeof(types) / sizeof(types[0]);
    struct pg_array columns[sizeof(types) / sizeof(types[0])];
    struct pg_parameters p = {.count = 0};

    for (size_t i = 0; i < size; i++)
        columns[i] = pg_array_new(f->arena, types[i], count * (i == 12 ? (size_t)512 : 32));
    for (size_t i = 0; i < count; i++) {
        static const char *const texts[] = {"guidance", "PH-UNKNOWN", "IVA", "cT3",
                                            "cN1",      "cM1a",       "{}"};

        pg_array_uuid(&columns[0], &tallies[i].subject);
        pg_array_int8(&columns[1], tallies[i].sequence + tallies[i].events);
        pg_array_uuid(&columns[2], &tallies[i].last->event.event_id);
        pg_array_instant(&columns[3], tallies[i].last->recorded_ms);
        pg_array_instant(&columns[4], tallies[i].last->recorded_ms + 30 * DAY_MS);
        for (size_t k = 0; k < 7; k++)
            pg_array_text(&columns[5 + k], texts[k]);
        pg_array_bytes(&columns[12], tallies[i].digest.at, tallies[i].digest.size);
    }
    for (size_t i = 0; i < size; i++)
        pg_add_array(&p, &columns[i]);
    pg_send(f->pg, "subjects_update", &p);
}

static void run_batch(struct floor *f, struct drawn_event *events, size_t count)
{
    PGresult *locked;
    struct tally *tallies;
    struct err err;
    size_t tally_count;

    arena_reset(f->arena);
    locked = claim(f, events, count);
    tally_count = (size_t)PQntuples(locked);
    tallies = list_tallies(f, locked, events, count);
    send_updates(f, tallies, tally_count);
    send_recommendations(f, events, count, tallies, tally_count);
    pg_send(f->pg, "commit", NULL);
    pg_sync(f->pg);
    for (int i = 0; i < 3; i++)
        must(pg_read_done(f->pg, NULL, &err), &err);
    must(pg_end(f->pg, &err), &err);
    PQclear(locked);
}

/* ---- The program ----------------------------------------------------------------------------- */

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {
        {"conninfo", required_argument, NULL, 'c'}, {"subjects", required_argument, NULL, 's'},
        {"events", required_argument, NULL, 'n'},   {"batch", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 'r'},     {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'c')
            o->conninfo = optarg;
        else if (option == 's')
            o->feed.patients = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'n')
            o->events = strtoul(optarg, NULL, 10);
        else if (option == 'b')
            o->batch = strtoul(optarg, NULL, 10);
        else if (option == 'r')
            o->feed.seed = strtoull(optarg, NULL, 10);
        else
            return false;
    }
    return o->feed.patients > 0 && o->events > 0 && o->batch > 0;
}

static double now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static struct floor f = {.options = {.conninfo = "", .feed = {.seed = 1}, .batch = 500}};
    double begun;
    size_t done;

    if (!parse(argc, argv, &f.options))
        return 64;
    set_up(&f);
    begun = now_s();
    for (done = 0; done < f.options.events; done += f.options.batch) {
        size_t left = f.options.events - done;

        run_batch(&f, &f.events[done], left < f.options.batch ? left : f.options.batch);
    }
    printf("{\"events\": %zu, \"seconds\": %.4f, \"batch\": %zu}\n", f.options.events,
           now_s() - begun, f.options.batch);
    pg_close(f.pg);
    arena_free(f.kept);
    arena_free(f.arena);
    return EXIT_SUCCESS;
}
