#include "cli/dead_letters.h"

#include "base/date.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#define PAGE_ROWS ((size_t)500)

/* ---- One dead letter as JSON ----------------------------------------------------------------- */

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text[0] != '\0')
        (void)json_object_set_new(object, name, json_string(text));
}

static void set_instant(json_t *object, const char *name, int64_t instant)
{
    char text[INSTANT_TEXT_SIZE];

    instant_format(instant, text);
    set_text(object, name, text);
}

static void set_uuid(json_t *object, const char *name, const struct uuid *uuid)
{
    char text[UUID_TEXT_SIZE];

    uuid_format(uuid, text);
    set_text(object, name, text);
}

static json_t *to_json(const struct store_dead_letter_row *row, bool with_patient)
{
    const struct store_dead_letter *d = &row->letter;
    json_t *object = json_object();
    char hash[SHA256_HEX_SIZE];

    hex_encode(row->value_sha256, sizeof(row->value_sha256), hash);
    set_uuid(object, "deadLetterId", &d->dead_letter_id);
    set_text(object, "state", row->state);
    set_text(object, "code", d->code);
    set_text(object, "message", d->message);
    set_text(object, "stage", d->stage);
    set_text(object, "topic", d->source.topic);
    (void)json_object_set_new(object, "partition", json_integer(d->source.partition));
    (void)json_object_set_new(object, "offset", json_integer(d->source.offset));
    set_instant(object, "recordedAt", d->source.timestamp_ms);
    set_instant(object, "firstAt", d->first_at);
    (void)json_object_set_new(object, "holdsPatient", json_boolean(d->has_patient));
    if (with_patient && d->has_patient)
        (void)json_object_set_new(
            object, "patient",
            json_pack("{s:s, s:s}", "authority", d->authority, "value", d->patient_value));
    if (d->has_parent)
        set_uuid(object, "parentId", &d->parent_id);
    (void)json_object_set_new(object, "replays",
                              json_integer(d->has_parent ? d->replay_count : row->replays));
    (void)json_object_set_new(object, "valueBytes", json_integer((json_int_t)row->value_size));
    set_text(object, "valueSha256", hash);
    set_text(object, "workerVersion", d->worker_version);
    set_text(object, "note", row->note);
    if (row->closed_at != 0)
        set_instant(object, "closedAt", row->closed_at);
    return object;
}

static void print_json(const struct store_dead_letter_row *row, bool with_patient)
{
    json_t *object = to_json(row, with_patient);

    (void)json_dumpf(object, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(object);
}

/* ---- list ------------------------------------------------------------------------------------ */

static void print_row(const struct store_dead_letter_row *row, const struct dead_letters_options *o)
{
    const struct store_dead_letter *d = &row->letter;
    char id[UUID_TEXT_SIZE];
    char recorded_at[INSTANT_TEXT_SIZE];

    if (o->json) {
        print_json(row, /* with_patient= */ false);
        return;
    }
    uuid_format(&d->dead_letter_id, id);
    if (o->ids) {
        (void)puts(id);
        return;
    }
    instant_format(d->source.timestamp_ms, recorded_at);
    (void)printf("%s  %-8s  %-18s  %.19sZ  %s/%d/%" PRId64 "%s%s\n", id, row->state, d->code,
                 recorded_at, d->source.topic, (int)d->source.partition, d->source.offset,
                 d->has_patient ? "" : "  no patient", d->has_parent ? "  failed replay" : "");
}

enum status dead_letters_list(struct session *session, const struct dead_letters_options *o,
                              struct arena *arena, struct err *err)
{
    struct store_dead_letter_filter filter = {.state = o->state, .code = o->code};
    int64_t left = o->limit;
    struct store *store;
    size_t count = PAGE_ROWS;
    enum status status = session_store(session, &store, err);

    while (status == OK && count == PAGE_ROWS && left > 0) {
        struct store_dead_letter_row *rows;

        arena_reset(arena);
        filter.limit = left < (int64_t)PAGE_ROWS ? (size_t)left : PAGE_ROWS;
        status = store_dead_letters(store, &filter, arena, &rows, &count, err);
        for (size_t i = 0; i < count && status == OK; i++)
            print_row(&rows[i], o);
        if (status == OK && count > 0)
            filter.after = rows[count - 1].written;
        left -= (int64_t)count;
    }
    return status;
}

/* ---- show ------------------------------------------------------------------------------------ */

static void print_instant(const char *label, int64_t instant)
{
    char text[INSTANT_TEXT_SIZE];

    instant_format(instant, text);
    (void)printf("%-15s %s\n", label, text);
}

static void print_text(const struct store_dead_letter_row *row)
{
    const struct store_dead_letter *d = &row->letter;
    char id[UUID_TEXT_SIZE];
    char hash[SHA256_HEX_SIZE];

    uuid_format(&d->dead_letter_id, id);
    hex_encode(row->value_sha256, sizeof(row->value_sha256), hash);
    (void)printf("%-15s %s\n", "dead letter", id);
    (void)printf("%-15s %s\n", "state", row->state);
    (void)printf("%-15s %s (%s)\n", "refused", d->code, d->stage);
    (void)printf("%-15s %s\n", "because", d->message);
    (void)printf("%-15s %s, partition %d, offset %" PRId64 "\n", "record", d->source.topic,
                 (int)d->source.partition, d->source.offset);
    print_instant("recorded at", d->source.timestamp_ms);
    print_instant("first buried", d->first_at);
    if (d->has_patient)
        (void)printf("%-15s %s|%s\n", "holds patient", d->authority, d->patient_value);
    else
        (void)printf("%-15s %s\n", "holds patient", "none: nobody could be named");
    if (d->has_parent) {
        uuid_format(&d->parent_id, id);
        (void)printf("%-15s replay %d of %s\n", "is", (int)d->replay_count, id);
    } else {
        (void)printf("%-15s %d\n", "failed replays", (int)row->replays);
    }
    (void)printf("%-15s %zu bytes, SHA-256 %s\n", "value", row->value_size, hash);
    (void)printf("%-15s restage %s\n", "refused by", d->worker_version);
    if (row->closed_at != 0)
        print_instant("closed at", row->closed_at);
    if (row->note[0] != '\0')
        (void)printf("%-15s %s\n", "note", row->note);
}

enum status dead_letters_show(struct session *session, const struct dead_letters_options *o,
                              const struct store_dead_letter_row *row, struct arena *arena,
                              struct err *err)
{
    (void)session;
    (void)arena;
    if (o->value) {
        const struct bytes *value = &row->letter.value;

        if (value->size > 0 && fwrite(value->at, value->size, 1, stdout) != 1)
            return err_set(err, FATAL, "standard output: cannot write");
        return OK;
    }
    if (o->json)
        print_json(row, /* with_patient= */ true);
    else
        print_text(row);
    return OK;
}
