#ifndef WIRE_MESSAGE_WRITER_H
#define WIRE_MESSAGE_WRITER_H

/*
 * Message writer: a large message, written part by part.
 *
 * An encoded message is the concatenation of its fields.  So a message of hundreds of parts needs
 * no tree of structs that protobuf-c walks once for the sizes and once for the bytes: its parts are
 * small structs that are encoded one after another in the order of their field numbers, and what
 * was encoded once is repeated as bytes.
 *
 * Once the arena refused something, `full` says that nothing that was written counts, and the
 * functions go on without harm.
 */
#include "base/arena.h"
#include "base/bytes.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message_writer {
    ProtobufCBuffer base; /* what protobuf-c appends to */
    struct arena *arena;
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    bool full;
};

/* An empty message in ${arena}, which must outlive the writer. */
void message_writer_init(struct message_writer *writer, struct arena *arena);

/* The fields of ${message}, as fields of the message or part at hand. */
void message_put(struct message_writer *writer, const ProtobufCMessage *message);

/* ${message} as the part in field ${number}. */
void message_put_part(struct message_writer *writer, uint32_t number,
                      const ProtobufCMessage *message);

/* A part in field ${number} whose fields are already encoded. */
void message_put_encoded(struct message_writer *writer, uint32_t number, struct bytes fields);

/*
 * What is put between these two is the part in field ${number}; parts may hold parts.
 * message_end takes what message_begin returned and returns the part's encoded fields, which are
 * good until more is put; at NULL when the arena is full.
 */
size_t message_begin(struct message_writer *writer, uint32_t number);
struct bytes message_end(struct message_writer *writer, size_t begun);

#endif
