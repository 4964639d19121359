#include "base/uuid.h"

#include "base/digest.h"

#include <assert.h>
#include <limits.h>
#include <openssl/rand.h>
#include <string.h>

const struct uuid uuid_namespace_subject = {{0x6f, 0x1b, 0x2c, 0x70, 0x5a, 0x0d, 0x4e, 0x31, 0x9c,
                                             0x47, 0x1e, 0x52, 0x73, 0x74, 0x67, 0x01}};
const struct uuid uuid_namespace_recommendation = {{0x6f, 0x1b, 0x2c, 0x70, 0x5a, 0x0d, 0x4e, 0x31,
                                                    0x9c, 0x47, 0x1e, 0x52, 0x73, 0x74, 0x67,
                                                    0x02}};
const struct uuid uuid_namespace_dead_letter = {{0x6f, 0x1b, 0x2c, 0x70, 0x5a, 0x0d, 0x4e, 0x31,
                                                 0x9c, 0x47, 0x1e, 0x52, 0x73, 0x74, 0x67, 0x03}};
const struct uuid uuid_namespace_review_due = {{0x6f, 0x1b, 0x2c, 0x70, 0x5a, 0x0d, 0x4e, 0x31,
                                                0x9c, 0x47, 0x1e, 0x52, 0x73, 0x74, 0x67, 0x04}};

/* Where the two digits of each byte stand in the text. */
static const uint8_t digit_places[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
static const uint8_t dash_places[4] = {8, 13, 18, 23};

/* The value of a hexadecimal digit and one more; 0 for every other character. */
static const uint8_t digit_values[UCHAR_MAX + 1] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool uuid_parse(const char *text, size_t size, struct uuid *ret)
{
    struct uuid uuid;

    if (size != UUID_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < sizeof(dash_places); i++)
        if (text[dash_places[i]] != '-')
            return false;
    for (size_t i = 0; i < sizeof(uuid.bytes); i++) {
        unsigned high = digit_values[(unsigned char)text[digit_places[i]]];
        unsigned low = digit_values[(unsigned char)text[digit_places[i] + 1]];

        if (high == 0 || low == 0)
            return false;
        uuid.bytes[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    *ret = uuid;
    return true;
}

void uuid_format(const struct uuid *uuid, char ret_text[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
        ret_text[digit_places[i]] = digits[uuid->bytes[i] >> 4];
        ret_text[digit_places[i] + 1] = digits[uuid->bytes[i] & 15];
    }
    for (size_t i = 0; i < sizeof(dash_places); i++)
        ret_text[dash_places[i]] = '-';
    ret_text[UUID_TEXT_SIZE - 1] = '\0';
}

struct uuid uuid_from_parts(const struct uuid *namespace, const struct uuid_part *parts,
                            size_t count)
{
    uint8_t name[UUID_NAME_SIZE_MAX];
    uint8_t hash[20];
    size_t used = 0;
    struct uuid uuid;

    assert(count <= UUID_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t size = parts[i].size;

        assert(size <= sizeof(name) - used - 4);
        name[used++] = (uint8_t)(size >> 24);
        name[used++] = (uint8_t)(size >> 16);
        name[used++] = (uint8_t)(size >> 8);
        name[used++] = (uint8_t)size;
        if (size > 0)
            memcpy(name + used, parts[i].bytes, size);
        used += size;
    }
    sha1_pair(namespace->bytes, sizeof(namespace->bytes), name, used, hash);
    memcpy(uuid.bytes, hash, sizeof(uuid.bytes));
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | 0x50);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

struct uuid uuid_random(void)
{
    struct uuid uuid;
    int done = RAND_bytes(uuid.bytes, sizeof(uuid.bytes));

    assert(done == 1);
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | 0x40);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

struct uuid_part uuid_part_text(const char *text)
{
    return (struct uuid_part){.bytes = text, .size = strlen(text)};
}

struct uuid_part uuid_part_number(uint64_t number, uint8_t buffer[8])
{
    for (size_t i = 0; i < 8; i++)
        buffer[i] = (uint8_t)(number >> (56 - 8 * i));
    return (struct uuid_part){.bytes = buffer, .size = 8};
}

int uuid_compare(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
