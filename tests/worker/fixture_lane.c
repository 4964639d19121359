#include "fixture_lane.h"

#include "wire/event_json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY ((size_t)64 << 20)
#define RECORDS_MAX 32
#define JSON_SIZE_MAX 2048

const char *const fixture_topics[FIXTURE_TOPIC_COUNT] = {"restage.clinical", "restage.imaging",
                                                         "restage.pathology"};

/* What the store answers to a claim. */
static struct store_subject locked[FIXTURE_ROWS_MAX];
static struct store_history_event histories[FIXTURE_ROWS_MAX];
static struct store_hold holds[FIXTURE_ROWS_MAX];
static struct uuid known[FIXTURE_ROWS_MAX];

/* ---- The lane -------------------------------------------------------------------------------- */

static void assign_partitions(struct partitions *ps)
{
    ps->items = calloc((size_t)FIXTURE_TOPIC_COUNT * FIXTURE_PARTITION_COUNT, sizeof(*ps->items));
    ck_assert_ptr_nonnull(ps->items);
    for (size_t t = 0; t < FIXTURE_TOPIC_COUNT; t++)
        for (int32_t n = 0; n < FIXTURE_PARTITION_COUNT; n++)
            ps->items[ps->count++] = (struct delivery_partition){.where = {t, n},
                                                                 .key = {fixture_topics[t], n},
                                                                 .row = RECOVERY_FIRST_START,
                                                                 .end_offset = -1,
                                                                 .last_offset = STORE_NO_OFFSET,
                                                                 .killer_offset = STORE_NO_OFFSET,
                                                                 .batch_next = -1};
    partitions_set_cluster(ps, "cluster");
}

void fixture_lane_init(struct fixture_lane *lane)
{
    memset(lane, 0, sizeof(*lane));
    lane->arena = arena_new(MEMORY);
    lane->encoding = arena_new(MEMORY);
    lane->kept = arena_new(MEMORY);
    lane->intake = intake_new(RECORDS_MAX);
    ck_assert(lane->arena != NULL && lane->encoding != NULL && lane->kept != NULL &&
              lane->intake != NULL);
    lane->policy = policy_default();
    memset(lane->policy.rulebook_hash, '0', sizeof(lane->policy.rulebook_hash) - 1);
    lane->settings = (struct delivery_settings){.instance = "test",
                                                .topics = fixture_topics,
                                                .topic_count = FIXTURE_TOPIC_COUNT,
                                                .policy = &lane->policy,
                                                .rulebook_hash = lane->policy.rulebook_hash,
                                                .worker_version = "0.1.0"};
    assign_partitions(&lane->partitions);
}

void fixture_lane_done(struct fixture_lane *lane)
{
    partitions_done(&lane->partitions);
    intake_free(lane->intake);
    arena_free(lane->kept);
    arena_free(lane->encoding);
    arena_free(lane->arena);
}

struct bytes fixture_message(struct fixture_lane *lane, const char *json)
{
    struct event_json read;
    enum error_code code;
    struct err err;

    ck_assert_msg(event_json_read(json, strlen(json), lane->kept, &read, &code, &err) == OK, "%s",
                  err.text);
    return read.message;
}

struct bytes fixture_report(struct fixture_lane *lane, const char *number, const char *patient,
                            const char *report, const char *more)
{
    char json[JSON_SIZE_MAX];
    int size = snprintf(json, sizeof(json),
                        "{\"eventId\":\"00000000-0000-4000-8000-0000000000%s\","
                        "\"patient\":{\"authority\":\"urn:example\",\"value\":\"%s\"},"
                        "\"sourceSystem\":\"lab\",\"reportId\":\"%s\","
                        "\"status\":\"REPORT_STATUS_FINAL\",\"effectiveAt\":\"2026-05-12\","
                        "\"pathology\":{\"specimen\":\"SPECIMEN_PRIMARY_BIOPSY\","
                        "\"topography\":\"C20\"}%s}",
                        number, patient, report, more);

    ck_assert_int_lt(size, (int)sizeof(json));
    return fixture_message(lane, json);
}

void fixture_begin(struct fixture_lane *lane)
{
    arena_reset(lane->arena);
    intake_begin(lane->intake, lane->arena);
    memset(&lane->report, 0, sizeof(lane->report));
    lane->claims = 0;
}

struct source_record *fixture_add(struct fixture_lane *lane, size_t topic, const char *patient,
                                  struct bytes value)
{
    char key[JSON_SIZE_MAX];
    int size = snprintf(key, sizeof(key), "urn:example|%s", patient);
    const struct source_record record = {
        .partition = {topic, 0},
        .offset = lane->next_offset[topic]++,
        .timestamp_ms = FIXTURE_RECORD_MS,
        .key = {arena_copy(lane->kept, key, (size_t)size), (size_t)size},
        .value = value};

    intake_add(lane->intake, &record, partitions_is_killer(&lane->partitions, &record));
    return &lane->intake->items[lane->intake->count - 1].record;
}

/* ---- The store: the first round trip --------------------------------------------------------- */

static bool same_patient(const char *authority, const char *value, const char *other_authority,
                         const char *other_value)
{
    return strcmp(authority, other_authority) == 0 && strcmp(value, other_value) == 0;
}

static char *kept_text(struct fixture_lane *lane, const char *text)
{
    return arena_copy(lane->kept, text, strlen(text));
}

static size_t find_or_insert_subject(struct fixture_lane *lane, const struct store_subject_key *key)
{
    for (size_t i = 0; i < lane->subject_count; i++)
        if (uuid_compare(&lane->subjects[i].key.subject, &key->subject) == 0)
            return i;
    ck_assert_uint_lt(lane->subject_count, FIXTURE_ROWS_MAX);
    lane->subjects[lane->subject_count] = (struct store_subject){
        .key = {key->subject, kept_text(lane, key->authority), kept_text(lane, key->patient_value),
                kept_text(lane, key->tumour_id)}};
    return lane->subject_count++;
}

static bool is_wanted(const struct store_batch *batch, const struct store_subject_key *key)
{
    for (size_t i = 0; i < batch->subject_count; i++)
        if (uuid_compare(&batch->subjects[i].subject, &key->subject) == 0)
            return true;
    for (size_t i = 0; i < batch->patient_count; i++)
        if (same_patient(batch->patients[i].authority, batch->patients[i].value, key->authority,
                         key->patient_value))
            return true;
    return false;
}

static int by_subject(const void *a, const void *b)
{
    return uuid_compare(&((const struct store_subject *)a)->key.subject,
                        &((const struct store_subject *)b)->key.subject);
}

static void lock_subjects(struct fixture_lane *lane, const struct store_batch *batch,
                          struct store_claimed *ret)
{
    for (size_t i = 0; i < batch->subject_count; i++)
        (void)find_or_insert_subject(lane, &batch->subjects[i]);
    for (size_t i = 0; i < lane->subject_count; i++)
        if (is_wanted(batch, &lane->subjects[i].key))
            locked[ret->subject_count++] = lane->subjects[i];
    qsort(locked, ret->subject_count, sizeof(*locked), by_subject);
    ret->subjects = locked;
}

static const struct store_history_event *find_event(const struct fixture_lane *lane,
                                                    const struct store_event *event)
{
    for (size_t i = 0; i < lane->event_count; i++)
        if (uuid_compare(&lane->events[i].subject, &event->subject) == 0 &&
            uuid_compare(&lane->events[i].event_id, &event->event_id) == 0)
            return &lane->events[i];
    return NULL;
}

/* ON CONFLICT DO NOTHING RETURNING: what was there before stays and counts as not inserted. */
static void insert_events(struct fixture_lane *lane, const struct store_batch *batch)
{
    for (size_t i = 0; i < batch->event_count; i++) {
        const struct store_event *e = &batch->events[i];
        struct store_history_event *row = &lane->events[lane->event_count];

        if (find_event(lane, e) != NULL)
            continue;
        ck_assert_uint_lt(lane->event_count++, FIXTURE_ROWS_MAX);
        *row = (struct store_history_event){
            .subject = e->subject,
            .event_id = e->event_id,
            .inserted = true,
            .value = {arena_copy(lane->kept, e->value.at, e->value.size), e->value.size}};
        memcpy(row->content_hash, e->content_hash, sizeof(row->content_hash));
    }
}

static void read_rows(const struct fixture_lane *lane, const struct store_batch *batch,
                      struct store_claimed *ret)
{
    for (size_t i = 0; i < lane->event_count; i++)
        for (size_t j = 0; j < ret->subject_count; j++)
            if (uuid_compare(&lane->events[i].subject, &ret->subjects[j].key.subject) == 0)
                histories[ret->history_count++] = lane->events[i];
    for (size_t i = 0; i < lane->letter_count; i++) {
        const struct fixture_letter *l = &lane->letters[i];

        if (l->open && l->first && l->hold.authority[0] != '\0')
            holds[ret->hold_count++] = l->hold;
        for (size_t j = 0; j < batch->dead_letter_id_count; j++)
            if (uuid_compare(&l->hold.dead_letter_id, &batch->dead_letter_ids[j]) == 0)
                known[ret->known_dead_letter_count++] = l->hold.dead_letter_id;
    }
    ret->history = histories;
    ret->holds = holds;
    ret->known_dead_letters = known;
}

/* ---- The store: the second round trip -------------------------------------------------------- */

static void write_subjects(struct fixture_lane *lane)
{
    for (size_t i = 0; i < lane->result.subject_count; i++) {
        const struct store_subject_update *u = &lane->result.subjects[i];
        size_t at = 0;

        while (uuid_compare(&lane->subjects[at].key.subject, &u->subject) != 0)
            ck_assert_uint_lt(++at, lane->subject_count);
        lane->subjects[at].sequence = u->sequence;
        lane->subjects[at].recommendation_id = u->recommendation_id;
        lane->subjects[at].as_of = u->as_of;
        lane->subjects[at].last_judgement =
            (struct bytes){arena_copy(lane->kept, u->last_judgement.at, u->last_judgement.size),
                           u->last_judgement.size};
    }
}

static void write_letters(struct fixture_lane *lane)
{
    for (size_t i = 0; i < lane->result.output_count; i++) {
        const struct store_dead_letter *d = lane->result.outputs[i].dead_letter;
        struct fixture_letter *l = &lane->letters[lane->letter_count];

        if (d == NULL)
            continue;
        ck_assert_uint_lt(lane->letter_count++, FIXTURE_ROWS_MAX);
        *l = (struct fixture_letter){.hold = {.dead_letter_id = d->dead_letter_id,
                                              .code = d->code,
                                              .authority = kept_text(lane, d->authority),
                                              .patient_value = kept_text(lane, d->patient_value)},
                                     .first = !d->has_parent,
                                     .open = true,
                                     .state = "open",
                                     .note = ""};
        sha256(d->value.at == NULL ? "" : d->value.at, d->value.size, l->hold.value_sha256);
    }
}

static void close_letters(struct fixture_lane *lane)
{
    for (size_t i = 0; i < lane->result.closing_count; i++)
        for (size_t j = 0; j < lane->letter_count; j++) {
            const struct store_closing *c = &lane->result.closings[i];
            struct fixture_letter *l = &lane->letters[j];

            if (!l->open || uuid_compare(&l->hold.dead_letter_id, &c->dead_letter_id) != 0 ||
                (c->value_sha256 != NULL &&
                 memcmp(c->value_sha256, l->hold.value_sha256, SHA256_SIZE) != 0))
                continue;
            l->open = false;
            l->state = c->state;
            l->note = kept_text(lane, c->note);
        }
}

/* One record at a time, as a lane does part by part. */
static bool judge(struct fixture_lane *lane, const struct store_claimed *claimed,
                  struct report *judged)
{
    struct judging *judging;
    struct err err;
    bool over = false;

    ck_assert_int_eq(judging_begin(lane->intake, claimed, &lane->settings, lane->arena,
                                   lane->encoding, &judging, &err),
                     OK);
    while (!over) {
        size_t before;
        size_t after;

        (void)judging_outputs(judging, &before);
        ck_assert_int_eq(judging_go_on(judging, 1, &over, &err), OK);
        (void)judging_outputs(judging, &after);
        ck_assert_uint_ge(after, before);
    }
    return judging_end(judging, judged, &lane->result);
}

void fixture_deliver(struct fixture_lane *lane)
{
    size_t events_before = lane->event_count;
    size_t subjects_before = lane->subject_count;
    bool complete = false;
    struct report judged = {.applied = 0};

    intake_decode(lane->intake, &lane->partitions, &lane->settings);
    while (!complete) {
        struct store_batch batch;
        struct store_claimed claimed = {.claim = STORE_CLAIMED};

        ck_assert_int_lt(lane->claims++, 3);
        lane->event_count = events_before; /* the claim before was rolled back */
        lane->subject_count = subjects_before;
        intake_batch(lane->intake, &lane->partitions, lane->settings.rulebook_hash, &batch);
        lock_subjects(lane, &batch, &claimed);
        insert_events(lane, &batch);
        read_rows(lane, &batch, &claimed);
        complete = judge(lane, &claimed, &judged);
    }
    for (size_t i = 0; i < lane->event_count; i++)
        lane->events[i].inserted = false;
    write_subjects(lane);
    write_letters(lane);
    close_letters(lane);
    partitions_decided(&lane->partitions);
    report_decided(&lane->report, lane->intake, &judged, &lane->result);
}

void fixture_deliver_one(struct fixture_lane *lane, const char *patient, struct bytes value)
{
    fixture_begin(lane);
    (void)fixture_add(lane, FIXTURE_TOPIC_COUNT - 1, patient, value);
    fixture_deliver(lane);
}

const struct store_recommendation *fixture_recommendation(const struct fixture_lane *lane, size_t i)
{
    ck_assert_uint_lt(i, lane->result.output_count);
    ck_assert_ptr_nonnull(lane->result.outputs[i].recommendation);
    return lane->result.outputs[i].recommendation;
}

const struct store_dead_letter *fixture_dead_letter(const struct fixture_lane *lane, size_t i)
{
    ck_assert_uint_lt(i, lane->result.output_count);
    ck_assert_ptr_nonnull(lane->result.outputs[i].dead_letter);
    return lane->result.outputs[i].dead_letter;
}
