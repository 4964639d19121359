#include "worker/intake.h"

#include "base/date.h"
#include "base/text.h"
#include "guidance/recommendation.h"
#include "wire/event_wire.h"
#include "worker/crash_point.h"
#include "worker/delivery.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct intake *intake_new(size_t records_max)
{
    struct intake *in = calloc(1, sizeof(*in));

    if (in == NULL)
        return NULL;
    in->capacity = records_max;
    in->items = calloc(records_max, sizeof(*in->items));
    in->patients = calloc(records_max, sizeof(*in->patients));
    if (in->items == NULL || in->patients == NULL) {
        intake_free(in);
        return NULL;
    }
    return in;
}

void intake_free(struct intake *in)
{
    if (in == NULL)
        return;
    free(in->items);
    free(in->patients);
    free(in);
}

void intake_begin(struct intake *in, struct arena *arena)
{
    in->arena = arena;
    in->count = 0;
    in->size = 0;
    in->patient_count = 0;
    in->unknown_fields = 0;
}

size_t intake_count(const struct intake *in)
{
    return in->count;
}

size_t intake_size(const struct intake *in)
{
    return in->size;
}

const struct source_record *intake_first(const struct intake *in)
{
    assert(in->count > 0);
    return &in->items[0].record;
}

void intake_refuse(struct intake_item *item, enum error_code code, const char *stage,
                   const char *message)
{
    item->code = code;
    item->stage = stage;
    item->message = message;
}

void intake_add(struct intake *in, const struct source_record *record, bool killer)
{
    struct intake_item *item;

    assert(in->count < in->capacity);
    item = &in->items[in->count++];
    memset(item, 0, sizeof(*item));
    item->record = *record;
    in->size += record->key.size + record->value.size;
    if (killer)
        intake_refuse(item, ERROR_WORKER_CRASH, "decode",
                      "the worker died on this record again and again");
}

bool intake_want_patient(struct intake *in, const char *authority, const char *value)
{
    for (size_t i = 0; i < in->patient_count; i++)
        if (strcmp(in->patients[i].authority, authority) == 0 &&
            strcmp(in->patients[i].value, value) == 0)
            return false;
    assert(in->patient_count < in->capacity);
    in->patients[in->patient_count++] =
        (struct store_patient){.authority = authority, .value = value};
    return true;
}

/* ---- Decoding -------------------------------------------------------------------------------- */

static bool read_hex(const char *text, uint8_t *ret, size_t size)
{
    if (strlen(text) != 2 * size)
        return false;
    for (size_t i = 0; i < 2 * size; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

        if (digit < 0)
            return false;
        ret[i / 2] = (uint8_t)((i % 2 == 0 ? 0 : ret[i / 2]) | digit << (i % 2 == 0 ? 4 : 0));
    }
    return true;
}

/* A header is believed only when the bytes have the hash that it names. */
static void read_replay(struct intake_item *item)
{
    const struct source_record *r = &item->record;
    uint8_t hash[SHA256_SIZE];
    int64_t count;

    if (r->replay_dead_letter_id == NULL || r->replay_sha256 == NULL)
        return;
    if (!uuid_parse(r->replay_dead_letter_id, strlen(r->replay_dead_letter_id),
                    &item->replay.dead_letter_id) ||
        !read_hex(r->replay_sha256, item->replay.value_sha256, SHA256_SIZE))
        return;
    sha256(r->value.at == NULL ? "" : r->value.at, r->value.size, hash);
    if (memcmp(hash, item->replay.value_sha256, sizeof(hash)) != 0)
        return;
    item->replay.is_replay = true;
    if (r->replay_count != NULL &&
        text_parse_decimal(r->replay_count, strlen(r->replay_count), &count))
        item->replay.count = (int32_t)(count / 1000 > INT32_MAX ? INT32_MAX : count / 1000);
    if (r->replay_first_at != NULL)
        (void)instant_parse(r->replay_first_at, strlen(r->replay_first_at), &item->replay.first_at);
}

static const char *validated_or_decoded(enum error_code code)
{
    return code == ERROR_UNDECODABLE || code == ERROR_EMPTY || code == ERROR_UNKNOWN_FRAMING ||
                   code == ERROR_EVENT_TOO_LARGE
               ? "decode"
               : "validate";
}

static void decode_item(struct intake *in, struct intake_item *item)
{
    /* What killed the worker is not decoded again: then its key alone names the patient. */
    const struct bytes untouched = {.at = NULL};
    struct bytes value = item->code == ERROR_WORKER_CRASH ? untouched : item->record.value;
    struct event_message message;
    enum error_code code;
    struct err err;

    crash_record(value);
    if (item->code == ERROR_NONE && event_decode(value, item->source.timestamp_ms, in->arena,
                                                 &item->event, &message, &code, &err) != OK) {
        const char *text = arena_copy(in->arena, err.text, strlen(err.text));

        intake_refuse(item, code, validated_or_decoded(code), text == NULL ? "" : text);
    }
    if (item->code != ERROR_NONE) {
        item->has_patient = event_patient(item->record.key, value, in->arena, &item->authority,
                                          &item->patient_value);
        if (item->has_patient)
            (void)intake_want_patient(in, item->authority, item->patient_value);
        return;
    }
    item->message_bytes = message.bytes;
    in->unknown_fields += message.unknown_fields;
    item->authority = item->event.authority;
    item->patient_value = item->event.value;
    item->has_patient = item->authority[0] != '\0';
    if (item->has_patient)
        item->subject = subject_uuid(item->authority, item->patient_value, item->event.tumour_id);
}

static struct uuid dead_letter_uuid(const char *cluster_id, const struct store_source *s)
{
    uint8_t partition[8];
    uint8_t offset[8];
    const struct uuid_part parts[] = {uuid_part_text(cluster_id), uuid_part_text(s->topic),
                                      uuid_part_number((uint64_t)s->partition, partition),
                                      uuid_part_number((uint64_t)s->offset, offset)};

    return uuid_from_parts(&uuid_namespace_dead_letter, parts, 4);
}

void intake_decode(struct intake *in, struct partitions *partitions,
                   const struct delivery_settings *settings)
{
    partitions_batch_begin(partitions);
    for (size_t i = 0; i < in->count; i++) {
        struct intake_item *item = &in->items[i];
        const struct source_record *r = &item->record;

        item->source =
            (struct store_source){.topic = settings->topics[r->partition.topic],
                                  .partition = r->partition.partition,
                                  .offset = r->offset,
                                  .timestamp_ms = r->timestamp_ms < 0 ? 0 : r->timestamp_ms};
        item->dead_letter_id = dead_letter_uuid(partitions->cluster_id, &item->source);
        read_replay(item);
        decode_item(in, item);
        partitions_batch_add(partitions, r);
    }
    /* Only the last record of each partition is remembered by its hash. */
    for (size_t k = 0; k < partitions->count; k++) {
        struct delivery_partition *p = &partitions->items[k];

        for (size_t i = in->count; i > 0 && p->batch_next >= 0; i--) {
            const struct source_record *r = &in->items[i - 1].record;

            if (partitions_find(partitions, r->partition) == p) {
                partitions_hash_record(r, p->batch_hash);
                break;
            }
        }
    }
}

/* ---- Asking the store ------------------------------------------------------------------------ */

static int compare_subjects(const void *a, const void *b)
{
    return uuid_compare(&((const struct store_subject_key *)a)->subject,
                        &((const struct store_subject_key *)b)->subject);
}

static void list_subjects(struct intake *in, struct store_batch *ret)
{
    struct store_subject_key *keys = arena_zalloc(in->arena, in->count, sizeof(*keys));
    size_t count = 0;
    size_t unique = 0;

    assert(keys != NULL);
    for (size_t i = 0; i < in->count; i++) {
        const struct intake_item *item = &in->items[i];

        if (item->code == ERROR_NONE && item->has_patient)
            keys[count++] = (struct store_subject_key){.subject = item->subject,
                                                       .authority = item->authority,
                                                       .patient_value = item->patient_value,
                                                       .tumour_id = item->event.tumour_id};
    }
    if (count > 0)
        qsort(keys, count, sizeof(*keys), compare_subjects);
    for (size_t i = 0; i < count; i++)
        if (unique == 0 || compare_subjects(&keys[unique - 1], &keys[i]) != 0)
            keys[unique++] = keys[i];
    ret->subjects = keys;
    ret->subject_count = unique;
}

/* An item by its event's name, to find the second of two. */
struct named_item {
    struct uuid event_id;
    struct uuid subject;
    size_t place; /* arrival order: the first one is stored */
};

static int compare_named(const void *a, const void *b)
{
    const struct named_item *x = a;
    const struct named_item *y = b;
    int order = uuid_compare(&x->event_id, &y->event_id);

    if (order == 0)
        order = uuid_compare(&x->subject, &y->subject);
    return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place ? 1 : 0;
}

static struct store_event store_event_of(const struct intake_item *item)
{
    const struct event *e = &item->event;
    struct store_event s = {.subject = item->subject,
                            .event_id = e->event_id,
                            .source = item->source,
                            .kind = body_kind_name(e->kind),
                            .report_id = e->report_id,
                            .source_system = e->source_system,
                            .report_version = e->report_version,
                            .status = report_status_name(e->status),
                            .effective_at = e->effective_at.text,
                            .value = item->message_bytes};

    memcpy(s.content_hash, e->content_hash, sizeof(s.content_hash));
    return s;
}

static void list_events(struct intake *in, struct store_batch *ret)
{
    struct named_item *named = arena_zalloc(in->arena, in->count, sizeof(*named));
    struct store_event *events = arena_zalloc(in->arena, in->count, sizeof(*events));
    size_t count = 0;
    size_t unique = 0;

    assert(named != NULL && events != NULL);
    for (size_t i = 0; i < in->count; i++)
        if (in->items[i].code == ERROR_NONE && in->items[i].has_patient)
            named[count++] =
                (struct named_item){in->items[i].event.event_id, in->items[i].subject, i};
    if (count > 0)
        qsort(named, count, sizeof(*named), compare_named);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && uuid_compare(&named[i].event_id, &named[i - 1].event_id) == 0 &&
            uuid_compare(&named[i].subject, &named[i - 1].subject) == 0)
            continue;
        events[unique++] = store_event_of(&in->items[named[i].place]);
    }
    ret->events = events;
    ret->event_count = unique;
}

void intake_batch(struct intake *in, const struct partitions *partitions, const char *rulebook_hash,
                  struct store_batch *ret)
{
    struct uuid *ids = arena_zalloc(in->arena, in->count, sizeof(*ids));
    struct store_advance *advances;

    assert(ids != NULL);
    memset(ret, 0, sizeof(*ret));
    ret->cluster_id = partitions->cluster_id;
    ret->rulebook_hash = rulebook_hash;
    ret->advance_count = partitions_advances(partitions, in->arena, &advances);
    ret->advances = advances;
    list_subjects(in, ret);
    list_events(in, ret);
    ret->patients = in->patients;
    ret->patient_count = in->patient_count;
    for (size_t i = 0; i < in->count; i++)
        if (in->items[i].code != ERROR_NONE)
            ids[ret->dead_letter_id_count++] = in->items[i].dead_letter_id;
    ret->dead_letter_ids = ids;
}
