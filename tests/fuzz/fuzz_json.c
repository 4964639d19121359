/*
 * Fuzz target: one line of event JSON.
 *
 * What is accepted must be well-formed protobuf and, written and read again, be the same bytes.
 * What is refused has a text that may be logged, and still says whom it is about in plain texts.
 */
#include "expect.h"

#include "base/text.h"
#include "restage/v1/clinical_event.pb-c.h"
#include "wire/event_json.h"
#include "wire/json.h"

#include <string.h>

#define ARENA_SIZE_MAX ((size_t)64 << 20)

static struct arena *arena;

static void expect_fixpoint(struct bytes message)
{
    Restage__V1__ClinicalEvent *m =
        restage__v1__clinical_event__unpack(NULL, message.size, message.at);
    enum error_code code;
    struct err err = {.text = ""};
    struct event_json again;
    char *json;
    size_t size;

    expect(m != NULL, "what JSON gives is protobuf");
    json = json_write(&m->base, arena, &size);
    expect(json != NULL && strlen(json) == size, "it can be written as JSON");
    expect(size <= EVENT_JSON_SIZE_MAX, "it is not longer than what was read");
    expect(event_json_read(json, size, arena, &again, &code, &err) == OK,
           "what was written as JSON can be read");
    expect(again.message.size == message.size &&
               memcmp(again.message.at, message.at, message.size) == 0,
           "what was written as JSON reads as the same bytes");
    restage__v1__clinical_event__free_unpacked(m, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum error_code code = ERROR_NONE;
    struct err err = {.text = ""};
    struct event_json line;
    enum status status;

    if (arena == NULL)
        arena = arena_new(ARENA_SIZE_MAX);
    arena_reset(arena);
    status = event_json_read((const char *)data, size, arena, &line, &code, &err);
    expect(text_is_utf8(line.authority, strlen(line.authority)) &&
               text_is_utf8(line.value, strlen(line.value)) &&
               text_is_utf8(line.tumour_id, strlen(line.tumour_id)),
           "whom a line is about is said in UTF-8");
    expect(line.tumour_id[0] != '\0', "a line is about some tumour");
    if (status == OK) {
        expect_fixpoint(line.message);
    } else {
        expect_refusal(status, code, err.text);
        expect(line.message.at == NULL, "a refused line has no message");
    }
    return 0;
}
