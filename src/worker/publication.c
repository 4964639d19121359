#include "worker/publication.h"

#include "base/date.h"
#include "base/text.h"
#include "base/uuid.h"

#include <assert.h>
#include <string.h>

static void add_header(struct publication *p, const char *name, const char *value)
{
    assert(p->record.header_count < PUBLICATION_HEADERS_MAX);
    p->headers[p->record.header_count++] =
        (struct sink_header){.name = name, .value = {.at = value, .size = strlen(value)}};
}

/* Room for ${size} bytes of text that a header points to. */
static char *header_text(struct publication *p, size_t size)
{
    char *text = p->text + p->text_used;

    assert(size <= sizeof(p->text) - p->text_used);
    p->text_used += size;
    return text;
}

static void add_header_uuid(struct publication *p, const char *name, const struct uuid *uuid)
{
    char *text = header_text(p, UUID_TEXT_SIZE);

    uuid_format(uuid, text);
    add_header(p, name, text);
}

static void add_header_instant(struct publication *p, const char *name, int64_t instant)
{
    char *text = header_text(p, INSTANT_TEXT_SIZE);

    instant_format(instant, text);
    add_header(p, name, text);
}

static void add_header_number(struct publication *p, const char *name, int64_t number)
{
    char *text = header_text(p, 24);
    struct text_builder b = text_builder_over(text, 24);

    text_add_number(&b, number);
    add_header(p, name, text);
}

static void add_trace(struct publication *p, const char *traceparent, const char *tracestate)
{
    if (traceparent != NULL && traceparent[0] != '\0')
        add_header(p, "traceparent", traceparent);
    if (tracestate != NULL && tracestate[0] != '\0')
        add_header(p, "tracestate", tracestate);
}

static void make_recommendation(const struct store_recommendation *r,
                                const struct publication_topics *topics, struct publication *p)
{
    p->record.topic = topics->recommendations;
    p->record.key = r->key;
    p->record.value = r->value;
    add_header(p, "ce_specversion", "1.0");
    add_header_uuid(p, "ce_id", &r->recommendation_id);
    add_header(p, "ce_source", "urn:restage");
    add_header(p, "ce_type", "restage.v1.Recommendation");
    add_header_uuid(p, "ce_subject", &r->subject);
    add_header_instant(p, "ce_time", r->as_of);
    add_header(p, "ce_dataschema", "urn:restage:proto:restage.v1.Recommendation");
    add_header(p, "content-type", "application/protobuf");
    add_header(p, "restage-change", r->change);
    add_trace(p, r->traceparent, r->tracestate);
}

static void make_dead_letter(const struct store_dead_letter *d,
                             const struct publication_topics *topics, struct publication *p)
{
    p->record.topic = topics->dead_letters;
    p->record.key = d->key;
    p->record.value = d->value;
    add_header_uuid(p, "restage.error.dead_letter_id", &d->dead_letter_id);
    add_header(p, "restage.error.topic", d->source.topic);
    add_header_number(p, "restage.error.partition", d->source.partition);
    add_header_number(p, "restage.error.offset", d->source.offset);
    add_header(p, "restage.error.stage", d->stage);
    add_header(p, "restage.error.code", d->code);
    add_header(p, "restage.error.message", d->message);
    add_header_instant(p, "restage.error.first_at", d->first_at);
    add_header_number(p, "restage.error.replay_count", d->replay_count);
    add_header(p, "restage.error.worker_version", d->worker_version);
    if (d->value.size + d->key.size > PUBLICATION_VALUE_SIZE_MAX) {
        p->record.value = (struct bytes){.at = "", .size = 0};
        if (d->key.size > PUBLICATION_VALUE_SIZE_MAX / 2)
            p->record.key = (struct bytes){.at = NULL, .size = 0};
        add_header(p, "restage.error.value_kept_in", "postgresql");
    }
    add_trace(p, d->traceparent, d->tracestate);
}

void publication_make(const struct store_output *output, const struct publication_topics *topics,
                      bool maybe_twice, struct publication *ret)
{
    assert((output->recommendation == NULL) != (output->dead_letter == NULL));
    memset(&ret->record, 0, sizeof(ret->record));
    ret->text_used = 0;
    ret->record.headers = ret->headers;
    if (output->recommendation != NULL)
        make_recommendation(output->recommendation, topics, ret);
    else
        make_dead_letter(output->dead_letter, topics, ret);
    if (maybe_twice)
        add_header(ret, "restage-republished", "true");
}
