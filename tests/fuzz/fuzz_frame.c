/*
 * Fuzz target: the frame of a schema registry before a message.
 *
 * Stripping gives the value itself or what follows a header of the known forms; framing anything in
 * each of them gives exactly that back; and an event is judged the same with and without a frame.
 */
#include "expect.h"

#include "wire/event_wire.h"
#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_SIZE_MAX ((size_t)16 << 20)
#define RECORD_MS INT64_C(1780272000000) /* 2026-06-01T00:00:00Z */

static struct arena *arena;

/* The forms of a header that names the first message; the schema's id is any. */
static const struct {
    uint8_t bytes[7];
    size_t size;
} headers[] = {
    {{0, 0, 0, 0, 9, 0}, 6},
    {{0, 0xff, 0, 1, 2, 2, 0}, 7},
    {{0, 1, 2, 3, 4, 1, 0}, 7},
};

static void expect_stripped(struct bytes value)
{
    const uint8_t *b = value.at;
    struct bytes message = {.at = NULL};

    if (!frame_strip(value, &message)) {
        expect(value.size > 0 && b[0] == 0, "only what starts with a zero byte is no frame");
        expect(message.at == NULL, "what is no frame is left alone");
        return;
    }
    if (value.size == 0 || b[0] != 0) {
        expect(message.at == value.at && message.size == value.size, "a plain value stays whole");
        return;
    }
    expect(message.size + 6 == value.size || message.size + 7 == value.size,
           "a header has six or seven bytes");
    expect((const uint8_t *)message.at + message.size == b + value.size,
           "a message reaches to the value's end");
    expect(message.at == b + 6 ? b[5] == 0 : (b[5] == 1 || b[5] == 2) && b[6] == 0,
           "a header names the first message");
}

static void expect_same_answer(struct bytes plain, struct bytes framed)
{
    struct event_message messages[2];
    struct event events[2] = {{.authority = NULL}, {.authority = NULL}};
    enum error_code codes[2] = {ERROR_NONE, ERROR_NONE};
    struct err errs[2] = {{.text = ""}, {.text = ""}};
    enum status a =
        event_decode(plain, RECORD_MS, arena, &events[0], &messages[0], &codes[0], &errs[0]);
    enum status b =
        event_decode(framed, RECORD_MS, arena, &events[1], &messages[1], &codes[1], &errs[1]);

    expect(a == b && codes[0] == codes[1] && strcmp(errs[0].text, errs[1].text) == 0,
           "a frame changes no answer");
    if (a != OK) {
        expect_refusal(a, codes[0], errs[0].text);
        return;
    }
    expect(memcmp(events[0].content_hash, events[1].content_hash, SHA256_SIZE) == 0,
           "a frame changes no content");
    expect(messages[1].bytes.size == plain.size &&
               memcmp(messages[1].bytes.at, plain.at, plain.size) == 0,
           "what is stored has no frame");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes plain = {.at = data, .size = size};

    if (arena == NULL)
        arena = arena_new(ARENA_SIZE_MAX);
    expect_stripped(plain);
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        struct bytes framed = {.size = headers[i].size + size};
        struct bytes message = {.at = NULL};
        /* Of its own, so that a read past the end is seen. */
        uint8_t *memory = malloc(framed.size);

        expect(memory != NULL, "there is memory for a frame");
        memcpy(memory, headers[i].bytes, headers[i].size);
        if (size > 0)
            memcpy(memory + headers[i].size, data, size);
        framed.at = memory;
        expect(frame_strip(framed, &message) && message.size == size &&
                   message.at == memory + headers[i].size,
               "what was framed comes back");
        arena_reset(arena);
        if (size > 0 && data[0] != 0)
            expect_same_answer(plain, framed);
        free(memory);
    }
    return 0;
}
