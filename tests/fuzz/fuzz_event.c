/*
 * Fuzz target: the bytes of a record, through the decoder and what reads its event.
 *
 * What is accepted must survive being written again, as bytes and as JSON, must decode from the
 * store to the same judgement, and must be about the patient that a refused record of these bytes
 * would hold.  What is refused leaves no memory taken and a text that may be logged.
 */
#include "expect.h"

#include "base/text.h"
#include "guidance/recommendation.h"
#include "restage/v1/clinical_event.pb-c.h"
#include "wire/event_json.h"
#include "wire/event_wire.h"
#include "wire/json.h"
#include "wire/recommendation_wire.h"

#include <string.h>

#define ARENA_SIZE_MAX ((size_t)64 << 20)
#define RECORD_MS INT64_C(1780272000000) /* 2026-06-01T00:00:00Z */

static struct arena *arena;

/* ---- What is said about it ------------------------------------------------------------------- */

/* The recommendation that the event alone gives, as bytes. */
static struct bytes recommend(const struct event *event)
{
    const struct policy policy = policy_default();
    const struct arrival arrival = {.timestamp_ms = RECORD_MS, .topic = "fuzz"};
    struct subject_case *subject = arena_zalloc(arena, 1, sizeof(*subject));
    struct recommendation *r = arena_zalloc(arena, 1, sizeof(*r));
    enum admission admission = ADMISSION_NONE;
    struct bytes bytes = {.at = NULL};
    struct err err = {.text = ""};

    expect(subject != NULL && r != NULL, "there is memory for a recommendation");
    *subject = (struct subject_case){
        .subject = subject_uuid(event->authority, event->value, event->tumour_id),
        .authority = event->authority,
        .value = event->value,
        .tumour_id = event->tumour_id,
    };
    history_init(&subject->history, arena);
    expect(case_apply(subject, event, &arrival, &policy, &admission, r, &err) == OK &&
               admission == ADMISSION_APPLIED,
           "a subject's first event is applied");
    expect(recommendation_encode(r, arena, &bytes, &err) == OK, "its recommendation is encoded");
    return bytes;
}

static void expect_same_bytes(struct bytes a, struct bytes b, const char *what)
{
    expect(a.size == b.size && memcmp(a.at, b.at, a.size) == 0, what);
}

/* ---- Accepted -------------------------------------------------------------------------------- */

static void expect_same_event(struct bytes bytes, const struct event *event)
{
    struct event_message message;
    struct err err = {.text = ""};
    enum error_code code;
    struct event again;

    expect(event_decode(bytes, RECORD_MS, arena, &again, &message, &code, &err) == OK,
           "an accepted event is accepted again when written again");
    expect(memcmp(again.content_hash, event->content_hash, SHA256_SIZE) == 0,
           "an event written again has the same content");
}

static void expect_written_again(const struct event *event, const struct event_message *message)
{
    Restage__V1__ClinicalEvent *m =
        restage__v1__clinical_event__unpack(NULL, message->bytes.size, message->bytes.at);
    struct event_json line;
    struct err err = {.text = ""};
    enum error_code code;
    uint8_t *packed;
    size_t size;
    char *json;

    expect(m != NULL, "an accepted event is protobuf");
    size = restage__v1__clinical_event__get_packed_size(m);
    packed = arena_alloc(arena, size);
    expect(packed != NULL, "there is memory to write it again");
    (void)restage__v1__clinical_event__pack(m, packed);
    expect_same_event((struct bytes){.at = packed, .size = size}, event);
    json = json_write(&m->base, arena, &size);
    expect(json != NULL, "an event can be written as JSON");
    /* JSON has no place for fields that nobody knows. */
    if (message->unknown_fields == 0) {
        expect(event_json_read(json, size, arena, &line, &code, &err) == OK,
               "the JSON of an accepted event is accepted");
        expect(line.kind == event->kind, "JSON keeps the kind of body");
        expect_same_event(line.message, event);
    }
    restage__v1__clinical_event__free_unpacked(m, NULL);
}

static void expect_stored(const struct event *event, const struct event_message *message)
{
    struct err err = {.text = ""};
    struct event stored;

    expect(event_decode_stored(message->bytes, event->content_hash, arena, &stored, &err) == OK,
           "an accepted event decodes from the store");
    expect_same_bytes(recommend(event), recommend(&stored),
                      "a stored event gives the same recommendation");
}

/* ---- Refused --------------------------------------------------------------------------------- */

static bool is_identifier(const char *text)
{
    size_t size = strlen(text);

    return size >= 1 && size <= EVENT_IDENTIFIER_SIZE_MAX && text_is_utf8(text, size) &&
           !text_has_control(text, size);
}

static void expect_patient(struct bytes value, const struct event *event)
{
    /* A key from the same bytes: what follows the first ones. */
    const struct bytes key = {.at = value.at, .size = value.size < 40 ? value.size : 40};
    const char *authority;
    const char *id;

    if (!event_patient(key, value, arena, &authority, &id)) {
        expect(event == NULL || event->authority[0] == '\0',
               "an accepted event's patient is found");
        return;
    }
    expect(is_identifier(authority) && is_identifier(id) && strchr(authority, '|') == NULL,
           "a patient that is held is well-formed");
    expect(event == NULL || event->authority[0] == '\0' ||
               (strcmp(event->authority, authority) == 0 && strcmp(event->value, id) == 0),
           "a record would hold the patient whom its event is about");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes value = {.at = data, .size = size};
    enum error_code code = ERROR_NONE;
    struct err err = {.text = ""};
    struct event_message message;
    struct event event;
    enum status status;

    if (arena == NULL)
        arena = arena_new(ARENA_SIZE_MAX);
    arena_reset(arena);
    status = event_decode(value, RECORD_MS, arena, &event, &message, &code, &err);
    if (status == OK) {
        expect_written_again(&event, &message);
        expect_stored(&event, &message);
        expect_patient(value, &event);
    } else {
        expect_refusal(status, code, err.text);
        expect(arena_used(arena) == 0, "what is refused leaves nothing in the arena");
        expect_patient(value, NULL);
    }
    return 0;
}
