#include "wire/message_writer.h"

#include <string.h>

#define CAPACITY_FIRST ((size_t)32 << 10) /* bytes; most recommendations are smaller */
#define VARINT_SIZE_MAX 10
#define LENGTH_PREFIXED 2

/* More memory for at least ${size} bytes more; false when the arena is full. */
static bool grow(struct message_writer *w, size_t size)
{
    size_t capacity = w->capacity == 0 ? CAPACITY_FIRST : w->capacity;
    uint8_t *bytes;

    while (capacity - w->size < size)
        capacity *= 2;
    bytes = w->full ? NULL : arena_alloc(w->arena, capacity);
    w->full = bytes == NULL;
    if (bytes == NULL)
        return false;
    if (w->size > 0)
        memcpy(bytes, w->bytes, w->size);
    w->bytes = bytes;
    w->capacity = capacity;
    return true;
}

static inline bool make_room(struct message_writer *w, size_t size)
{
    return size <= w->capacity - w->size || grow(w, size);
}

static void append(ProtobufCBuffer *base, size_t size, const uint8_t *bytes)
{
    struct message_writer *w = (struct message_writer *)base;

    if (!make_room(w, size))
        return;
    memcpy(w->bytes + w->size, bytes, size);
    w->size += size;
}

void message_writer_init(struct message_writer *w, struct arena *arena)
{
    *w = (struct message_writer){.base = {.append = append}, .arena = arena};
}

static size_t varint(uint64_t value, uint8_t place[VARINT_SIZE_MAX])
{
    size_t size = 0;

    for (; value >= 0x80; value >>= 7)
        place[size++] = (uint8_t)(value | 0x80);
    place[size++] = (uint8_t)value;
    return size;
}

void message_put(struct message_writer *w, const ProtobufCMessage *message)
{
    (void)protobuf_c_message_pack_to_buffer(message, &w->base);
}

void message_put_part(struct message_writer *w, uint32_t number, const ProtobufCMessage *message)
{
    size_t begun = message_begin(w, number);

    message_put(w, message);
    (void)message_end(w, begun);
}

void message_put_encoded(struct message_writer *w, uint32_t number, struct bytes fields)
{
    if (w->full || !make_room(w, 2 * VARINT_SIZE_MAX + fields.size))
        return;
    w->size += varint((uint64_t)number << 3 | LENGTH_PREFIXED, w->bytes + w->size);
    w->size += varint(fields.size, w->bytes + w->size);
    memcpy(w->bytes + w->size, fields.at, fields.size);
    w->size += fields.size;
}

/* One byte is left for the length; message_end moves the fields when it needs more. */
size_t message_begin(struct message_writer *w, uint32_t number)
{
    if (make_room(w, VARINT_SIZE_MAX + 1)) {
        w->size += varint((uint64_t)number << 3 | LENGTH_PREFIXED, w->bytes + w->size);
        w->size++;
    }
    return w->size;
}

struct bytes message_end(struct message_writer *w, size_t begun)
{
    uint8_t length[VARINT_SIZE_MAX];
    size_t size = w->size - begun;
    size_t length_size = varint(size, length);

    if (w->full || !make_room(w, length_size - 1))
        return (struct bytes){.at = NULL, .size = 0};
    if (length_size > 1)
        memmove(w->bytes + begun + length_size - 1, w->bytes + begun, size);
    memcpy(w->bytes + begun - 1, length, length_size);
    w->size += length_size - 1;
    return (struct bytes){.at = w->bytes + begun + length_size - 1, .size = size};
}
