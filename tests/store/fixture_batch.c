#include "fixture_batch.h"

#include "store/store_admin.h"

#include <check.h>
#include <string.h>

static const char *const tumours[] = {"primary", "second", "third", "fourth"};
static const char *const patients[] = {"P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"};

struct store *open_store(const char *conninfo, const char *application_name)
{
    struct store_settings settings = {
        .conninfo = conninfo, .application_name = application_name, .connect_timeout_s = 5};
    struct store *store = NULL;
    struct err err;

    ck_assert_msg(store_open(&settings, &store, &err) == OK, "%s", err.text);
    return store;
}

struct store *open_started(const char *conninfo)
{
    struct store *store = open_store(conninfo, "test");
    struct store_start starts[4];
    struct err err;
    bool done;

    ck_assert_int_eq(store_rulebook_activate(store, TEST_RULEBOOK, "1", "Require nothing.", &err),
                     OK);
    for (int32_t i = 0; i < 4; i++)
        starts[i] =
            (struct store_start){.partition = {TEST_TOPIC, i}, .expected_next = STORE_NO_OFFSET};
    ck_assert_msg(store_start(store, TEST_CLUSTER, starts, 4, &done, &err) == OK, "%s", err.text);
    ck_assert(done);
    return store;
}

struct uuid uuid_of(uint8_t first, uint8_t second, uint8_t last)
{
    return (struct uuid){{first, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}};
}

struct store_subject_key key_of(uint8_t patient, uint8_t tumour)
{
    return (struct store_subject_key){.subject = uuid_of(patient, tumour, 0),
                                      .authority = "hospital",
                                      .patient_value = patients[patient],
                                      .tumour_id = tumours[tumour]};
}

struct store_position position_of(struct store *store, int32_t partition)
{
    struct store_partition p = {TEST_TOPIC, partition};
    struct store_position position;
    struct err err;

    ck_assert_int_eq(store_positions(store, TEST_CLUSTER, &p, 1, &position, &err), OK);
    return position;
}

void batch_begin(struct test_batch *b, int32_t partition, int64_t from, int64_t to)
{
    memset(b, 0, sizeof(*b));
    b->advance = (struct store_advance){.partition = {TEST_TOPIC, partition},
                                        .expected_next = from,
                                        .next_offset = to,
                                        .last_offset = to - 1};
    memset(b->advance.last_hash, (int)to, sizeof(b->advance.last_hash));
    b->batch = (struct store_batch){.cluster_id = TEST_CLUSTER,
                                    .rulebook_hash = TEST_RULEBOOK,
                                    .advances = &b->advance,
                                    .advance_count = 1,
                                    .subjects = b->subjects,
                                    .patients = b->patients,
                                    .events = b->events,
                                    .dead_letter_ids = b->dead_letter_ids};
}

static void add_subject(struct test_batch *b, struct store_subject_key key)
{
    size_t at = b->batch.subject_count;

    for (size_t i = 0; i < at; i++)
        if (uuid_compare(&b->subjects[i].subject, &key.subject) == 0)
            return;
    for (; at > 0 && uuid_compare(&b->subjects[at - 1].subject, &key.subject) > 0; at--)
        b->subjects[at] = b->subjects[at - 1];
    b->subjects[at] = key;
    b->batch.subject_count++;
}

void batch_event(struct test_batch *b, uint8_t patient, uint8_t tumour, uint8_t event)
{
    size_t n = b->batch.event_count++;

    add_subject(b, key_of(patient, tumour));
    b->events[n] = (struct store_event){
        .subject = uuid_of(patient, tumour, 0),
        .event_id = uuid_of(0xee, 0, event),
        .source = {TEST_TOPIC, b->advance.partition.partition,
                   b->advance.expected_next + (int64_t)n, 1700000000000 + (int64_t)n},
        .kind = "imaging",
        .report_id = "R-1",
        .source_system = "pacs",
        .report_version = 1,
        .status = "final",
        .effective_at = "2026-05-12",
        .value = {"event bytes", 11},
    };
    memset(b->events[n].content_hash, event, SHA256_SIZE);
}

void batch_patient(struct test_batch *b, uint8_t patient)
{
    b->patients[b->batch.patient_count++] = (struct store_patient){"hospital", patients[patient]};
}

struct store_recommendation recommendation_of(uint8_t patient, uint8_t tumour, int64_t sequence,
                                              int32_t partition, int64_t offset)
{
    return (struct store_recommendation){
        .subject = uuid_of(patient, tumour, 0),
        .sequence = sequence,
        .recommendation_id = uuid_of(patient, tumour, (uint8_t)sequence),
        .source = {TEST_TOPIC, partition, offset, 1700000000000},
        .change = sequence == 1 ? "initial" : "changed",
        .kind = "guidance",
        .phase = "PH-RESP",
        .as_of = 1700000000123,
        .key = {"hospital|P", 10},
        .value = {"recommendation", 14},
        .traceparent = "00-1",
        .tracestate = "",
    };
}

struct store_dead_letter dead_letter_of(uint8_t number, uint8_t patient, int32_t partition,
                                        int64_t offset)
{
    return (struct store_dead_letter){
        .dead_letter_id = uuid_of(0xdd, 0, number),
        .source = {TEST_TOPIC, partition, offset, 1700000000000 + number},
        .code = "bad_decimal",
        .message = "laboratory.value: not a decimal",
        .stage = "validate",
        .key = {"hospital|P", 10},
        .value = {"refused", 7},
        .traceparent = "",
        .tracestate = "",
        .has_patient = patient != 0,
        .authority = patient != 0 ? "hospital" : "",
        .patient_value = patient != 0 ? patients[patient] : "",
        .first_at = 1700000000000,
        .worker_version = "0.1.0",
    };
}

struct store_subject_update update_of(uint8_t patient, uint8_t tumour, int64_t sequence)
{
    return (struct store_subject_update){
        .subject = uuid_of(patient, tumour, 0),
        .sequence = sequence,
        .recommendation_id = uuid_of(patient, tumour, (uint8_t)sequence),
        .as_of = 1700000000123,
        .review_due_at = INT64_MIN,
        .kind = "guidance",
        .phase = "PH-RESP",
        .stage_group = "IVA",
        .stage_t = "cT3",
        .stage_n = "cN1",
        .stage_m = "cM1a",
        .last_judgement = {"digest", 6},
    };
}

void batch_apply(struct store *store, struct test_batch *b)
{
    struct arena *arena = arena_new((size_t)1 << 24);
    struct store_subject_update updates[TEST_EVENTS_MAX];
    struct store_recommendation recommendations[TEST_EVENTS_MAX];
    struct store_output outputs[TEST_EVENTS_MAX] = {{NULL, NULL}};
    struct store_claimed claimed;
    struct store_result result = {.subjects = updates, .outputs = outputs};
    struct err err;

    ck_assert_msg(store_claim(store, &b->batch, arena, &claimed, &err) == OK, "%s", err.text);
    ck_assert_int_eq(claimed.claim, STORE_CLAIMED);
    for (size_t i = 0; i < claimed.subject_count; i++) {
        const uint8_t *id = claimed.subjects[i].key.subject.bytes;
        int64_t sequence = claimed.subjects[i].sequence + 1;

        updates[i] = update_of(id[0], id[1], sequence);
        recommendations[i] = recommendation_of(
            id[0], id[1], sequence, b->advance.partition.partition, b->advance.expected_next);
        outputs[i].recommendation = &recommendations[i];
    }
    result.subject_count = result.output_count = claimed.subject_count;
    ck_assert_msg(store_commit(store, &result, &err) == OK, "%s", err.text);
    arena_free(arena);
}
