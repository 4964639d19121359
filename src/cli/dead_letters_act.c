#include "cli/dead_letters.h"

#include "base/date.h"
#include "base/text.h"
#include "wire/event_encode.h"
#include "wire/event_wire.h"
#include "worker/clock.h"

#include <stdio.h>
#include <string.h>

/* Whether there is anything left to do; a dead letter that is closed already needs nothing. */
static enum status check_open(const struct store_dead_letter_row *row, bool *ret_open,
                              struct err *err)
{
    char parent[UUID_TEXT_SIZE];

    if (row->letter.has_parent) {
        uuid_format(&row->letter.parent_id, parent);
        return err_set(err, REJECT, "is a failed replay. HINT: take its first burial, %s", parent);
    }
    *ret_open = strcmp(row->state, "open") == 0;
    return OK;
}

static void report(const struct dead_letters_options *o, const struct store_dead_letter_row *row,
                   const char *outcome)
{
    char id[UUID_TEXT_SIZE];

    uuid_format(&row->letter.dead_letter_id, id);
    if (o->json)
        (void)printf("{\"deadLetterId\":\"%s\",\"outcome\":\"%s\"}\n", id, outcome);
    else
        (void)printf("%s  %s\n", id, outcome);
}

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){.at = text, .size = strlen(text)};
}

enum status dead_letters_replay(struct session *session, const struct dead_letters_options *o,
                                const struct store_dead_letter_row *row, struct arena *arena,
                                struct err *err)
{
    const struct store_dead_letter *d = &row->letter;
    char id[UUID_TEXT_SIZE];
    char hash[SHA256_HEX_SIZE];
    char number[12];
    char first_at[INSTANT_TEXT_SIZE];
    struct text_builder count = text_builder_over(number, sizeof(number));
    struct sink_header headers[4];
    const struct sink_record record = {.topic = d->source.topic,
                                       .key = d->key,
                                       .value = d->value,
                                       .headers = headers,
                                       .header_count = 4};
    bool open = false;
    enum status status = check_open(row, &open, err);

    (void)arena;
    if (status != OK)
        return status;
    if (!open || o->dry_run) {
        report(o, row, open ? "would be replayed" : "closed already");
        return OK;
    }
    uuid_format(&d->dead_letter_id, id);
    hex_encode(row->value_sha256, sizeof(row->value_sha256), hash);
    text_add_number(&count, row->replays + 1);
    instant_format(d->first_at, first_at);
    headers[0] = (struct sink_header){"restage.replay.dead_letter_id", text_bytes(id)};
    headers[1] = (struct sink_header){"restage.replay.sha256", text_bytes(hash)};
    headers[2] = (struct sink_header){"restage.replay.count", text_bytes(number)};
    headers[3] = (struct sink_header){"restage.replay.first_at", text_bytes(first_at)};
    status = session_send(session, &record, err);
    if (status == OK)
        report(o, row, "sent again");
    return status;
}

/* An id of its own for every sending: the time it was sent is part of what the event says. */
static struct uuid event_id(const struct uuid *dead_letter_id, int64_t sent_at)
{
    uint8_t number[8];
    const struct uuid_part parts[] = {{dead_letter_id->bytes, sizeof(dead_letter_id->bytes)},
                                      uuid_part_text("resolved"),
                                      uuid_part_number((uint64_t)sent_at, number)};

    return uuid_from_parts(&uuid_namespace_dead_letter, parts, sizeof(parts) / sizeof(parts[0]));
}

enum status dead_letters_resolve(struct session *session, const struct dead_letters_options *o,
                                 const struct store_dead_letter_row *row, struct arena *arena,
                                 struct err *err)
{
    const struct store_dead_letter *d = &row->letter;
    char id[UUID_TEXT_SIZE];
    struct own_event event = {.authority = d->authority,
                              .value = d->patient_value,
                              .tumour_id = "",
                              .sent_at = clock_now_ms()};
    struct dead_letter_resolved resolved = {
        .dead_letter_id = id, .resolved_by_text = o->by, .reason_text = o->reason};
    struct sink_record record = {.topic = session_clinical_topic(session)};
    bool open = false;
    enum status status = check_open(row, &open, err);

    if (status != OK)
        return status;
    if (!open || o->dry_run) {
        report(o, row, open ? "would be resolved" : "closed already");
        return OK;
    }
    uuid_format(&d->dead_letter_id, id);
    event.event_id = event_id(&d->dead_letter_id, event.sent_at);
    if (d->has_patient)
        record.key.at = event_key(d->authority, d->patient_value, arena, &record.key.size);
    record.value = event_encode_dead_letter_resolved(&event, &resolved, arena);
    if (record.value.at == NULL || (d->has_patient && record.key.at == NULL))
        return err_set(err, FATAL, "no memory");
    status = session_send(session, &record, err);
    if (status == OK)
        report(o, row, "resolution sent");
    return status;
}
