#ifndef WIRE_MESSAGE_MEMORY_H
#define WIRE_MESSAGE_MEMORY_H

/* Message memory: an arena as protobuf-c sees it; what it frees, the arena takes back at once. */
#include "base/arena.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* Where protobuf-c takes memory, and whether it ever got none: it tells only that it failed. */
struct message_memory {
    struct arena *arena;
    bool refused;
};

/* An allocator over ${memory}, which must outlive it. */
ProtobufCAllocator message_memory_allocator(struct message_memory *memory);

#endif
