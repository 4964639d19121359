#include "check_fold.h"
#include "guidance/policy.h"
#include "guidance/recommendation.h"
#include "guidance/rulebook.h"
#include "restage/v1/recommendation.pb-c.h"
#include "wire/recommendation_wire.h"

#include <stdlib.h>
#include <string.h>

/* Warnings about one event rather than about what is known: part of the delta. */
static const char *const packet_warnings[] = {"W-CORRECTED", "W-RETRACTED", "W-OUT-OF-ORDER"};

static bool is_packet_warning(const char *code)
{
    for (size_t i = 0; i < sizeof(packet_warnings) / sizeof(packet_warnings[0]); i++) {
        if (strcmp(code, packet_warnings[i]) == 0)
            return true;
    }
    return false;
}

/*
 * Whether a version came after the one that removed it.  No recommendation follows such a version,
 * but from now on it is known what was removed: what is missing for it is no longer "not assessed"
 * but "withdrawn".
 */
static bool was_removed_before(const struct stored_subject *s)
{
    for (size_t i = 0; i < s->event_count; i++) {
        enum standing standing = history_standing(&s->history, &s->decoded[i]);

        if ((standing == STANDING_REMOVED || standing == STANDING_CANCELLED) &&
            !has_recommendation(s, &s->events[i].source))
            return true;
    }
    return false;
}

/*
 * What a recommendation says without its delta: number, ids, cause, change, what was withdrawn and
 * the warnings about the event itself; and, unless they are wanted, without the reasons why
 * something is missing.  Encoded again, for comparison.
 */
static struct bytes without_delta(struct bytes value, bool reasons, struct arena *arena)
{
    char *empty = (char *)(uintptr_t)protobuf_c_empty_string;
    Restage__V1__Recommendation *said =
        restage__v1__recommendation__unpack(NULL, value.size, value.at);
    Restage__V1__Recommendation bare;
    Restage__V1__Warning **warnings;
    struct bytes packed = {NULL, 0};

    if (said == NULL)
        return packed;
    bare = *said;
    bare.recommendation_id = bare.supersedes_id = empty;
    bare.sequence = 0;
    bare.caused_by = NULL;
    bare.change = RESTAGE__V1__CHANGE__CHANGE_UNSPECIFIED;
    bare.n_withdrawn = 0;
    for (size_t i = 0; i < said->n_missing && !reasons; i++)
        said->missing[i]->reason = RESTAGE__V1__MISSING_REASON__MISSING_REASON_UNSPECIFIED;
    warnings = arena_zalloc(arena, said->n_warnings + 1, sizeof(warnings[0]));
    bare.warnings = warnings;
    bare.n_warnings = 0;
    for (size_t i = 0; i < said->n_warnings; i++) {
        if (!is_packet_warning(said->warnings[i]->code))
            warnings[bare.n_warnings++] = said->warnings[i];
    }
    packed.size = restage__v1__recommendation__get_packed_size(&bare);
    packed.at = arena_alloc(arena, packed.size + 1);
    (void)restage__v1__recommendation__pack(&bare, (uint8_t *)(uintptr_t)packed.at);
    restage__v1__recommendation__free_unpacked(said, NULL);
    return packed;
}

/* ---- Holds --------------------------------------------------------------------------------- */

static bool is_open_hold_of(const struct dead_letter_row *letter, const struct subject_row *subject)
{
    return letter->open && !letter->has_parent && letter->authority != NULL &&
           strcmp(letter->authority, subject->authority) == 0 &&
           strcmp(letter->patient_value, subject->patient_value) == 0;
}

/* The open dead letters of the patient must be exactly what the subject's row names. */
static void check_holds(const struct stored_subject *s, const struct evidence *e, struct verdict *v)
{
    size_t open = 0;

    for (size_t i = 0; i < e->dead_letter_row_count; i++) {
        const struct dead_letter_row *letter = &e->dead_letter_rows[i];
        bool named = false;

        if (!is_open_hold_of(letter, s->row))
            continue;
        open++;
        for (size_t h = 0; h < s->row->hold_count; h++)
            named = named || uuid_compare(&s->row->holds[h], &letter->id) == 0;
        if (!named)
            verdict_add(v, VIOLATION_FOLD, &letter->source, "its subject does not say so");
    }
    if (open != s->row->hold_count)
        verdict_add(v, VIOLATION_FOLD, NULL, "a subject names a hold that is no open dead letter");
}

/* What the last recommendation says it was on hold for. */
static const struct hold *holds_said(const Restage__V1__Recommendation *said, struct arena *arena)
{
    struct hold *holds = arena_zalloc(arena, said->n_holds + 1, sizeof(holds[0]));

    for (size_t i = 0; i < said->n_holds; i++) {
        const char *id = said->holds[i]->dead_letter_id;
        const char *code = said->holds[i]->error_code;

        holds[i] = (struct hold){.dead_letter_id = arena_copy(arena, id, strlen(id)),
                                 .error_code = arena_copy(arena, code, strlen(code))};
    }
    return holds;
}

/* ---- Judging again ------------------------------------------------------------------------- */

static bool judge_again(const struct stored_subject *s, const Restage__V1__Recommendation *said,
                        struct arena *arena, struct bytes *ret)
{
    struct policy policy = policy_default();
    struct subject_case subject = {.subject = s->row->id,
                                   .authority = s->row->authority,
                                   .value = s->row->patient_value,
                                   .tumour_id = s->row->tumour_id,
                                   .history = s->history,
                                   .holds = holds_said(said, arena),
                                   .hold_count = said->n_holds};
    struct recommendation *again = arena_zalloc(arena, 1, sizeof(*again));
    struct err err;

    rulebook_seal(&policy);
    again->subject = &subject;
    again->sequence = 1;
    again->cause.topic = "";
    again->change = CHANGE_INITIAL;
    case_judge_at(&subject, s->row->as_of_ms, &policy, again);
    return recommendation_encode(again, arena, ret, &err) == OK;
}

/*
 * ${text} with each version that was sent again cited by its lowest id: the one with that id may
 * have come, without a recommendation, after the last one that was published.
 */
static struct bytes by_lowest_id(const struct stored_subject *s, struct bytes text,
                                 struct arena *arena)
{
    char *copy = arena_copy(arena, text.at, text.size);

    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *lowest = &s->decoded[i];
        char from[UUID_TEXT_SIZE];
        char to[UUID_TEXT_SIZE];

        for (size_t k = 0; k < s->event_count; k++)
            if (says_the_same(&s->decoded[k], lowest) &&
                uuid_compare(&s->decoded[k].event_id, &lowest->event_id) < 0)
                lowest = &s->decoded[k];
        if (lowest == &s->decoded[i])
            continue;
        uuid_format(&s->decoded[i].event_id, from);
        uuid_format(&lowest->event_id, to);
        for (size_t place = 0; place + UUID_TEXT_SIZE - 1 <= text.size; place++)
            if (memcmp(copy + place, from, UUID_TEXT_SIZE - 1) == 0)
                memcpy(copy + place, to, UUID_TEXT_SIZE - 1);
    }
    return (struct bytes){copy, text.size};
}

void check_judgement(const struct stored_subject *s, const struct evidence *e, struct arena *arena,
                     struct verdict *v)
{
    const struct recommendation_row *last;
    Restage__V1__Recommendation *said;
    struct bytes again = {NULL, 0};
    struct bytes bare[2];

    check_holds(s, e, v);
    if (s->recommendation_count == 0)
        return;
    last = &s->recommendations[s->recommendation_count - 1];
    said = restage__v1__recommendation__unpack(NULL, last->value.size, last->value.at);
    if (said == NULL || !judge_again(s, said, arena, &again)) {
        verdict_add(v, VIOLATION_FOLD, &last->source, "cannot be judged again");
    } else {
        bool reasons = !was_removed_before(s);

        bare[0] = by_lowest_id(s, without_delta(last->value, reasons, arena), arena);
        bare[1] = by_lowest_id(s, without_delta(again, reasons, arena), arena);
        if (bare[0].size != bare[1].size || memcmp(bare[0].at, bare[1].at, bare[0].size) != 0)
            verdict_add(v, VIOLATION_FOLD, &last->source,
                        "the last recommendation is not what the stored events say");
    }
    restage__v1__recommendation__free_unpacked(said, NULL);
}
