#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_bytes(struct bytes a, struct bytes b)
{
    if (a.at == NULL || b.at == NULL)
        return a.at == NULL && b.at == NULL;
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* A published record and the id by which its row is found. */
struct published {
    struct uuid id;
    const struct record *record;
};

static int published_by_id(const void *a, const void *b)
{
    const struct published *first = a;
    const struct published *second = b;
    int order = uuid_compare(&first->id, &second->id);

    return order != 0 ? order : place_compare(&first->record->place, &second->record->place);
}

static bool says_republished(const struct record *record)
{
    return record_header_value(record, "restage-republished").at != NULL;
}

static bool header_is(const struct record *record, const char *name, const char *wanted)
{
    struct bytes value = record_header_value(record, name);

    return value.at != NULL && value.size == strlen(wanted) &&
           memcmp(value.at, wanted, value.size) == 0;
}

/* Whether what has its source at ${source} must be visible: below the group's offset, or at rest.
 */
static bool must_be_visible(const struct evidence *e, const struct expectation *x,
                            const struct place *source)
{
    if (x->drained)
        return true;
    for (size_t i = 0; i < e->partition_count; i++) {
        const struct partition_state *s = &e->partitions[i];

        if (s->partition == source->partition && strcmp(s->topic, source->topic) == 0)
            return s->committed_known && source->offset < s->committed;
    }
    return false;
}

static void check_recommendation(const struct recommendation_row *row, const struct record *record,
                                 struct verdict *v)
{
    char text[UUID_TEXT_SIZE];

    if (!same_bytes(row->value, record->value) || !same_bytes(row->key, record->key))
        verdict_add(v, VIOLATION_BYTES, &record->place, "differs from its row");
    uuid_format(&row->subject, text);
    if (!header_is(record, "ce_subject", text))
        verdict_add(v, VIOLATION_BYTES, &record->place, "ce_subject is not the row's subject");
    if (!header_is(record, "restage-change", row->change))
        verdict_add(v, VIOLATION_BYTES, &record->place, "restage-change differs from the row");
    if (!header_is(record, "content-type", "application/protobuf"))
        verdict_add(v, VIOLATION_BYTES, &record->place, "content-type is missing");
}

/* Published records from ${at} on that carry ${id}: how many, and whether extra ones are allowed.
 */
static size_t check_copies(const struct published *published, size_t count, size_t at,
                           const struct expectation *x, struct verdict *v)
{
    size_t copies = 1;

    while (at + copies < count &&
           uuid_compare(&published[at].id, &published[at + copies].id) == 0) {
        const struct record *extra = published[at + copies].record;

        if (!same_bytes(extra->value, published[at].record->value))
            verdict_add(v, VIOLATION_BYTES, &extra->place, "a second copy with other bytes");
        if (x->republished_ok && says_republished(extra))
            v->republished++;
        else
            verdict_add(v, VIOLATION_TWICE, &extra->place, "visible more than once");
        copies++;
    }
    return copies;
}

static int recommendation_by_id(const void *a, const void *b)
{
    const struct recommendation_row *const *first = a;
    const struct recommendation_row *const *second = b;

    return uuid_compare(&(*first)->id, &(*second)->id);
}

static int id_to_recommendation(const void *key, const void *item)
{
    const struct recommendation_row *const *row = item;

    return uuid_compare(key, &(*row)->id);
}

static int id_to_published(const void *key, const void *item)
{
    const struct published *published = item;

    return uuid_compare(key, &published->id);
}

/* Records with their ids, from header ${name}; sorted by id. */
static struct published *index_records(const struct record_list *list, const char *name,
                                       struct arena *arena, struct verdict *v)
{
    struct published *published = arena_zalloc(arena, list->count + 1, sizeof(published[0]));

    for (size_t i = 0; i < list->count; i++) {
        struct bytes id = record_header_value(&list->items[i], name);

        published[i].record = &list->items[i];
        if (id.at == NULL || !uuid_parse(id.at, id.size, &published[i].id))
            verdict_add(v, VIOLATION_STRANGER, &list->items[i].place, "has no id");
    }
    qsort(published, list->count, sizeof(published[0]), published_by_id);
    return published;
}

static void check_recommendations(const struct evidence *e, const struct expectation *x,
                                  struct arena *arena, struct verdict *v)
{
    const struct recommendation_row **rows =
        arena_zalloc(arena, e->recommendation_row_count + 1, sizeof(rows[0]));
    const struct published *published = index_records(&e->recommendations, "ce_id", arena, v);
    size_t count = e->recommendations.count;

    for (size_t i = 0; i < e->recommendation_row_count; i++)
        rows[i] = &e->recommendation_rows[i];
    qsort(rows, e->recommendation_row_count, sizeof(rows[0]), recommendation_by_id);
    for (size_t at = 0; at < count; at += check_copies(published, count, at, x, v)) {
        const struct recommendation_row *const *row =
            bsearch(&published[at].id, rows, e->recommendation_row_count, sizeof(rows[0]),
                    id_to_recommendation);

        if (row == NULL)
            verdict_add(v, VIOLATION_STRANGER, &published[at].record->place,
                        "a recommendation without row");
        else
            check_recommendation(*row, published[at].record, v);
    }
    for (size_t i = 0; i < e->recommendation_row_count; i++) {
        if (must_be_visible(e, x, &rows[i]->source) &&
            bsearch(&rows[i]->id, published, count, sizeof(published[0]), id_to_published) == NULL)
            verdict_add(v, VIOLATION_LOSS, &rows[i]->source, "its recommendation is not visible");
    }
}

/* The place that a dead letter's headers name. */
static bool dead_letter_place(const struct record *record, struct arena *arena, struct place *ret)
{
    struct bytes topic = record_header_value(record, "restage.error.topic");
    struct bytes partition = record_header_value(record, "restage.error.partition");
    struct bytes offset = record_header_value(record, "restage.error.offset");

    if (topic.at == NULL || partition.at == NULL || offset.at == NULL)
        return false;
    ret->topic = arena_copy(arena, topic.at, topic.size);
    ret->partition = (int32_t)strtol(arena_copy(arena, partition.at, partition.size), NULL, 10);
    ret->offset = strtoll(arena_copy(arena, offset.at, offset.size), NULL, 10);
    return true;
}

static int place_to_dead_letter(const void *key, const void *item)
{
    const struct dead_letter_row *row = item;

    return place_compare(key, &row->source);
}

#define DEAD_LETTER_VALUE_SIZE_MAX 900000 /* beyond it only PostgreSQL has the bytes */

static void check_dead_letters(const struct evidence *e, const struct expectation *x,
                               struct arena *arena, struct verdict *v)
{
    bool *seen = arena_zalloc(arena, e->dead_letter_row_count + 1, sizeof(seen[0]));

    for (size_t i = 0; i < e->dead_letters.count; i++) {
        const struct record *record = &e->dead_letters.items[i];
        const struct dead_letter_row *row = NULL;
        struct place place;

        if (dead_letter_place(record, arena, &place))
            row = bsearch(&place, e->dead_letter_rows, e->dead_letter_row_count, sizeof(*row),
                          place_to_dead_letter);
        if (row == NULL) {
            verdict_add(v, VIOLATION_STRANGER, &record->place, "a dead letter without row");
            continue;
        }
        if (seen[row - e->dead_letter_rows] && x->republished_ok && says_republished(record))
            v->republished++;
        else if (seen[row - e->dead_letter_rows])
            verdict_add(v, VIOLATION_TWICE, &record->place, "a dead letter visible more than once");
        seen[row - e->dead_letter_rows] = true;
        if (!same_bytes(record->key, row->key) || (row->value.size <= DEAD_LETTER_VALUE_SIZE_MAX &&
                                                   !same_bytes(record->value, row->value)))
            verdict_add(v, VIOLATION_BYTES, &record->place, "differs from its row");
        if (!header_is(record, "restage.error.code", row->code))
            verdict_add(v, VIOLATION_BYTES, &record->place, "names another code than its row");
    }
    for (size_t i = 0; i < e->dead_letter_row_count; i++) {
        if (!seen[i] && must_be_visible(e, x, &e->dead_letter_rows[i].source))
            verdict_add(v, VIOLATION_LOSS, &e->dead_letter_rows[i].source,
                        "its dead letter is not visible");
    }
}

void check_outputs(const struct evidence *e, const struct expectation *x, struct arena *arena,
                   struct verdict *v)
{
    check_recommendations(e, x, arena, v);
    check_dead_letters(e, x, arena, v);
}
