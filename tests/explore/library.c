#include "library.h"

#include "base/arena.h"

#include <assert.h>
#include <string.h>

#define ENTRIES ((size_t)1 << 14)
#define BYTES_MAX ((size_t)256 << 20)

static struct {
    int64_t key;
    void *value;
} entries[ENTRIES];
static size_t entry_count;
static struct arena *arena;

int64_t library_hash(const void *bytes, size_t size, int64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t hash = ((uint64_t)seed ^ size) * 0x9e3779b97f4a7c15u + 0xcbf29ce484222325u;

    for (size_t left = size; left > 0;) {
        size_t taken = left < sizeof(uint64_t) ? left : sizeof(uint64_t);
        uint64_t word = 0;

        memcpy(&word, at, taken);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
        at += taken;
        left -= taken;
    }
    return (int64_t)hash;
}

int64_t library_uuid(const struct uuid *uuid)
{
    char text[UUID_TEXT_SIZE];

    uuid_format(uuid, text);
    return library_hash(text, strlen(text), 0);
}

static size_t place_of(int64_t key)
{
    size_t at = (size_t)key % ENTRIES;

    while (entries[at].value != NULL && entries[at].key != key)
        at = (at + 1) % ENTRIES;
    return at;
}

/* Room for the value of ${key}; false when it is there already. */
static bool take_place(int64_t key, size_t size, void **ret)
{
    size_t at = place_of(key);

    if (entries[at].value != NULL)
        return false;
    if (arena == NULL)
        arena = arena_new(BYTES_MAX);
    entry_count++;
    assert(arena != NULL && entry_count < ENTRIES / 2);
    entries[at].key = key;
    entries[at].value = arena_zalloc(arena, 1, size);
    assert(entries[at].value != NULL);
    *ret = entries[at].value;
    return true;
}

static const void *find(int64_t key)
{
    const void *value = entries[place_of(key)].value;

    assert(value != NULL);
    return value;
}

static struct bytes keep(struct bytes b)
{
    struct bytes kept = {.at = b.at == NULL ? NULL : arena_copy(arena, b.at, b.size),
                         .size = b.size};

    assert(b.at == NULL || kept.at != NULL);
    return kept;
}

static const char *keep_text(const char *text)
{
    return keep((struct bytes){text, strlen(text)}).at;
}

int64_t library_add_subject(const struct store_subject *s)
{
    int64_t key = library_hash(&s->key.subject, sizeof(s->key.subject), s->sequence);
    void *place;

    key = library_hash(&s->recommendation_id, sizeof(s->recommendation_id), key);
    key = library_hash(s->last_judgement.at, s->last_judgement.size, key ^ s->as_of);
    if (take_place(key, sizeof(*s), &place)) {
        struct store_subject *kept = place;

        *kept = *s;
        kept->key.authority = keep_text(s->key.authority);
        kept->key.patient_value = keep_text(s->key.patient_value);
        kept->key.tumour_id = keep_text(s->key.tumour_id);
        kept->last_judgement = keep(s->last_judgement);
    }
    return key;
}

const struct store_subject *library_subject(int64_t key)
{
    return find(key);
}

int64_t library_add_event(const struct store_event *e)
{
    int64_t key = library_hash(&e->subject, sizeof(e->subject), 1);
    void *place;

    key = library_hash(&e->event_id, sizeof(e->event_id), key);
    key = library_hash(e->value.at, e->value.size, key);
    if (take_place(key, sizeof(struct store_history_event), &place)) {
        struct store_history_event *kept = place;

        kept->subject = e->subject;
        kept->event_id = e->event_id;
        memcpy(kept->content_hash, e->content_hash, sizeof(kept->content_hash));
        kept->value = keep(e->value);
    }
    return key;
}

const struct store_history_event *library_event(int64_t key)
{
    return find(key);
}

static const struct store_recommendation *keep_recommendation(const struct store_recommendation *r)
{
    struct store_recommendation *kept = arena_alloc(arena, sizeof(*kept));

    assert(kept != NULL);
    *kept = *r;
    kept->key = keep(r->key);
    kept->value = keep(r->value);
    kept->traceparent = keep_text(r->traceparent);
    kept->tracestate = keep_text(r->tracestate);
    return kept;
}

static const struct store_dead_letter *keep_dead_letter(const struct store_dead_letter *d)
{
    struct store_dead_letter *kept = arena_alloc(arena, sizeof(*kept));

    assert(kept != NULL);
    *kept = *d;
    kept->message = keep_text(d->message);
    kept->key = keep(d->key);
    kept->value = keep(d->value);
    kept->traceparent = keep_text(d->traceparent);
    kept->tracestate = keep_text(d->tracestate);
    kept->authority = keep_text(d->authority);
    kept->patient_value = keep_text(d->patient_value);
    return kept;
}

int64_t library_add_output(const struct store_output *o)
{
    const struct store_recommendation *r = o->recommendation;
    const struct store_dead_letter *d = o->dead_letter;
    int64_t key = r != NULL ? library_hash(&r->recommendation_id, sizeof(r->recommendation_id), 2)
                            : library_hash(&d->dead_letter_id, sizeof(d->dead_letter_id), 3);
    struct bytes value = r != NULL ? r->value : d->value;
    int64_t offset = r != NULL ? r->source.offset : d->source.offset;
    void *place;

    key = library_hash(value.at, value.size, key ^ offset);
    if (d != NULL)
        key = library_hash(d->code, strlen(d->code), key);
    if (take_place(key, sizeof(*o), &place)) {
        struct store_output *kept = place;

        if (r != NULL)
            kept->recommendation = keep_recommendation(r);
        else
            kept->dead_letter = keep_dead_letter(d);
    }
    return key;
}

const struct store_output *library_output(int64_t key)
{
    return find(key);
}

int64_t library_add_digest(const uint8_t digest[SHA256_SIZE])
{
    int64_t key = library_hash(digest, SHA256_SIZE, 4);
    void *place;

    if (take_place(key, SHA256_SIZE, &place))
        memcpy(place, digest, SHA256_SIZE);
    return key;
}

const uint8_t *library_digest(int64_t key)
{
    return find(key);
}

void library_free(void)
{
    arena_free(arena);
    arena = NULL;
    memset(entries, 0, sizeof(entries));
    entry_count = 0;
}
