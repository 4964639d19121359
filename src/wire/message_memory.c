#include "wire/message_memory.h"

static void *allocate(void *data, size_t size)
{
    struct message_memory *memory = data;
    void *pointer = size > memory->left ? NULL : arena_alloc(memory->arena, size);

    if (pointer == NULL)
        memory->refused = true;
    else
        memory->left -= size;
    return pointer;
}

static void leave(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

ProtobufCAllocator message_memory_allocator(struct message_memory *memory)
{
    return (ProtobufCAllocator){.alloc = allocate, .free = leave, .allocator_data = memory};
}
