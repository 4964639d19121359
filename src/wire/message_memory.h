#ifndef WIRE_MESSAGE_MEMORY_H
#define WIRE_MESSAGE_MEMORY_H

/*
 * Message memory: an arena as protobuf-c sees it, with a limit of its own, so that one message
 * cannot take what others need.  What protobuf-c frees, the arena takes back at once.
 */
#include "base/arena.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

/* Where protobuf-c takes memory, and whether it ever got none: it tells only that it failed. */
struct message_memory {
    struct arena *arena;
    size_t left; /* bytes that the message may still take */
    bool refused;
};

/* An allocator over ${memory}, which must outlive it. */
ProtobufCAllocator message_memory_allocator(struct message_memory *memory);

#endif
