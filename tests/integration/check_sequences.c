#include "verdict.h"
#include "restage/v1/recommendation.pb-c.h"

#include <stdlib.h>
#include <string.h>

static int id_to_subject(const void *key, const void *item)
{
    const struct subject_row *row = item;

    return uuid_compare(key, &row->id);
}

static bool text_is_uuid(const char *text, const struct uuid *uuid)
{
    struct uuid parsed;

    return uuid_parse(text, strlen(text), &parsed) && uuid_compare(&parsed, uuid) == 0;
}

/* A row against the one before it (NULL: it is the subject's first), and against its own bytes. */
static void check_row(const struct recommendation_row *row, const struct recommendation_row *before,
                      struct verdict *v)
{
    Restage__V1__Recommendation *said =
        restage__v1__recommendation__unpack(NULL, row->value.size, row->value.at);

    if (row->sequence != (before == NULL ? 1 : before->sequence + 1))
        verdict_add(v, VIOLATION_SEQUENCE, &row->source, "the subject's numbers have a gap");
    if (said == NULL) {
        verdict_add(v, VIOLATION_BYTES, &row->source, "the recommendation does not decode");
        return;
    }
    if (said->sequence != (uint64_t)row->sequence ||
        !text_is_uuid(said->recommendation_id, &row->id))
        verdict_add(v, VIOLATION_BYTES, &row->source,
                    "the recommendation names another number or id");
    if (before == NULL ? said->supersedes_id[0] != '\0'
                       : !text_is_uuid(said->supersedes_id, &before->id))
        verdict_add(v, VIOLATION_SEQUENCE, &row->source, "supersedes another one than the last");
    if (said->caused_by == NULL || strcmp(said->caused_by->topic, row->source.topic) != 0 ||
        said->caused_by->partition != row->source.partition ||
        said->caused_by->offset != row->source.offset)
        verdict_add(v, VIOLATION_BYTES, &row->source, "names another record as its cause");
    restage__v1__recommendation__free_unpacked(said, NULL);
}

/* Per partition of the recommendations, the last number seen of each subject. */
static void check_order(const struct evidence *e, struct verdict *v)
{
    int64_t *last = calloc(e->subject_row_count + 1, sizeof(last[0]));

    if (last == NULL)
        abort();
    for (size_t i = 0; i < e->recommendations.count; i++) {
        const struct record *record = &e->recommendations.items[i];
        struct bytes subject = record_header_value(record, "ce_subject");
        const struct subject_row *row = NULL;
        Restage__V1__Recommendation *said;
        struct uuid id;

        if (i > 0 && record->place.partition != record[-1].place.partition)
            memset(last, 0, e->subject_row_count * sizeof(last[0]));
        if (subject.at != NULL && uuid_parse(subject.at, subject.size, &id))
            row = bsearch(&id, e->subject_rows, e->subject_row_count, sizeof(*row), id_to_subject);
        said = restage__v1__recommendation__unpack(NULL, record->value.size, record->value.at);
        if (row != NULL && said != NULL) {
            int64_t *before = &last[row - e->subject_rows];

            if ((int64_t)said->sequence < *before)
                verdict_add(v, VIOLATION_SEQUENCE, &record->place, "I4: after a later one");
            *before = (int64_t)said->sequence;
        }
        restage__v1__recommendation__free_unpacked(said, NULL);
    }
    free(last);
}

void check_sequences(const struct evidence *e, const struct expectation *x, struct verdict *v)
{
    const struct recommendation_row *before = NULL;
    size_t at = 0;

    for (size_t i = 0; i < e->recommendation_row_count; i++) {
        const struct recommendation_row *row = &e->recommendation_rows[i];

        if (before != NULL && uuid_compare(&before->subject, &row->subject) != 0)
            before = NULL;
        check_row(row, before, v);
        before = row;
    }
    for (size_t i = 0; i < e->subject_row_count; i++) {
        const struct subject_row *subject = &e->subject_rows[i];
        const struct recommendation_row *last = NULL;

        while (at < e->recommendation_row_count &&
               uuid_compare(&e->recommendation_rows[at].subject, &subject->id) <= 0)
            last = &e->recommendation_rows[at++];
        if (last == NULL ? subject->sequence != 0
                         : (subject->sequence != last->sequence ||
                            uuid_compare(&subject->recommendation_id, &last->id) != 0))
            verdict_add(v, VIOLATION_SEQUENCE, last == NULL ? NULL : &last->source,
                        "the subject's row names another last recommendation");
    }
    if (!x->order_ok && !x->republished_ok)
        check_order(e, v);
}
