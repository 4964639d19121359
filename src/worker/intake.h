#ifndef WORKER_INTAKE_H
#define WORKER_INTAKE_H

/*
 * Intake: the records of one batch, from polled to decoded, and what the store is to be asked.
 *
 * Pure but for its arena.  Records that cannot be accepted are sorted out here, before any
 * transaction begins; what can only be known with the history (an event id with other content) is
 * found while judging.
 */
#include "base/arena.h"
#include "kafka/source.h"
#include "staging/event.h"
#include "store/store.h"
#include "wire/error_code.h"
#include "worker/partitions.h"

#include <stdbool.h>
#include <stddef.h>

struct delivery_settings;

/* A replay says of which dead letter, and proves it with the hash of the bytes. */
struct intake_replay {
    bool is_replay;
    struct uuid dead_letter_id;
    uint8_t value_sha256[SHA256_SIZE];
    int32_t count;
    int64_t first_at; /* 0: not told */
};

struct intake_item {
    struct source_record record;
    struct store_source source;
    struct uuid dead_letter_id; /* the one it would have, or has */
    struct intake_replay replay;
    enum error_code code; /* ERROR_NONE: an event */
    const char *stage;    /* "decode", "validate", "apply": where it was refused */
    const char *message;  /* why */
    bool has_patient;
    const char *authority;
    const char *patient_value;
    /* of an event */
    struct event event;
    struct bytes message_bytes;
    struct uuid subject; /* with has_patient */
};

struct intake {
    struct arena *arena;
    struct intake_item *items;
    size_t capacity;
    size_t count;
    size_t size; /* bytes of keys and values */
    int64_t unknown_fields;
    /* patients whose every subject must be locked: of refused records, and found while judging */
    struct store_patient *patients;
    size_t patient_count;
};

struct intake *intake_new(size_t records_max);
void intake_free(struct intake *intake); /* NULL is fine */

/* Start a batch whose records live in ${arena}. */
void intake_begin(struct intake *intake, struct arena *arena);

size_t intake_count(const struct intake *intake);
size_t intake_size(const struct intake *intake);
const struct source_record *intake_first(const struct intake *intake);

/* Add a polled record; ${killer}: it killed the worker before and is buried unread. */
void intake_add(struct intake *intake, const struct source_record *record, bool killer);

/* Decode every record and note in ${partitions} how far the batch goes. */
void intake_decode(struct intake *intake, struct partitions *partitions,
                   const struct delivery_settings *settings);

/* What the store is to be asked; lists in key order. */
void intake_batch(struct intake *intake, const struct partitions *partitions,
                  const char *rulebook_hash, struct store_batch *ret);

/* Every subject of this patient is to be locked; false when that was known already. */
bool intake_want_patient(struct intake *intake, const char *authority, const char *value);

/* Refuse an item after all: ${message} must live as long as the batch. */
void intake_refuse(struct intake_item *item, enum error_code code, const char *stage,
                   const char *message);

#endif
