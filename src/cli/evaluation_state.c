#include "cli/evaluation_state.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define STATE_SIZE_MAX (SIZE_MAX / 4) /* the machine's memory is the limit */
#define BUCKETS_FIRST 1024
#define LINE_ID_SIZE 32 /* "line-" and a number */

struct evaluation_state *evaluation_state_new(void)
{
    struct evaluation_state *state = calloc(1, sizeof(*state));

    if (state == NULL)
        return NULL;
    state->arena = arena_new(STATE_SIZE_MAX);
    state->bucket_count = BUCKETS_FIRST;
    state->buckets = calloc(state->bucket_count, sizeof(struct evaluation_patient *));
    if (state->arena == NULL || state->buckets == NULL) {
        evaluation_state_free(state);
        return NULL;
    }
    return state;
}

void evaluation_state_free(struct evaluation_state *state)
{
    if (state == NULL)
        return;
    arena_free(state->arena);
    free(state->buckets);
    free(state);
}

/* ---- Patients -------------------------------------------------------------------------------- */

/* FNV-1a over both parts with their border. */
static uint64_t hash(const char *authority, const char *value)
{
    const char *parts[] = {authority, value};
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < 2; i++) {
        for (const char *c = parts[i]; *c != '\0'; c++)
            h = (h ^ (unsigned char)*c) * UINT64_C(1099511628211);
        h = (h ^ 0xff) * UINT64_C(1099511628211);
    }
    return h;
}

static struct evaluation_patient **bucket_of(const struct evaluation_state *state,
                                             const char *authority, const char *value)
{
    return &state->buckets[hash(authority, value) & (state->bucket_count - 1)];
}

static struct evaluation_patient *find_patient(const struct evaluation_state *state,
                                               const char *authority, const char *value)
{
    struct evaluation_patient *p = *bucket_of(state, authority, value);

    while (p != NULL && (strcmp(p->authority, authority) != 0 || strcmp(p->value, value) != 0))
        p = p->next;
    return p;
}

/* Twice as many buckets; without memory for them the old ones still serve. */
static void grow(struct evaluation_state *state)
{
    struct evaluation_patient **old = state->buckets;
    size_t old_count = state->bucket_count;
    struct evaluation_patient **buckets =
        calloc(old_count * 2, sizeof(struct evaluation_patient *));

    if (buckets == NULL)
        return;
    state->buckets = buckets;
    state->bucket_count = old_count * 2;
    for (size_t i = 0; i < old_count; i++) {
        for (struct evaluation_patient *p = old[i]; p != NULL;) {
            struct evaluation_patient *next = p->next;
            struct evaluation_patient **bucket = bucket_of(state, p->authority, p->value);

            p->next = *bucket;
            *bucket = p;
            p = next;
        }
    }
    free(old);
}

static struct evaluation_patient *add_patient(struct evaluation_state *state, const char *authority,
                                              const char *value)
{
    struct evaluation_patient *p = arena_zalloc(state->arena, 1, sizeof(*p));
    struct evaluation_patient **bucket;

    if (p == NULL)
        return NULL;
    p->authority = arena_copy(state->arena, authority, strlen(authority));
    p->value = arena_copy(state->arena, value, strlen(value));
    if (p->authority == NULL || p->value == NULL)
        return NULL;
    if (++state->patient_count > state->bucket_count)
        grow(state);
    bucket = bucket_of(state, authority, value);
    p->next = *bucket;
    *bucket = p;
    return p;
}

/* ---- Subjects -------------------------------------------------------------------------------- */

static struct evaluation_subject *add_subject(struct evaluation_state *state,
                                              struct evaluation_patient *patient,
                                              const char *tumour_id)
{
    struct evaluation_subject *s = arena_zalloc(state->arena, 1, sizeof(*s));
    char *tumour = arena_copy(state->arena, tumour_id, strlen(tumour_id));
    struct evaluation_subject **link = &patient->subjects;

    if (s == NULL || tumour == NULL)
        return NULL;
    s->patient = patient;
    s->number = state->subject_count++;
    s->subject_case.subject = subject_uuid(patient->authority, patient->value, tumour);
    s->subject_case.authority = patient->authority;
    s->subject_case.value = patient->value;
    s->subject_case.tumour_id = tumour;
    history_init(&s->subject_case.history, state->arena);
    while (*link != NULL)
        link = &(*link)->next;
    *link = s;
    return s;
}

static struct evaluation_subject *find_subject(const struct evaluation_patient *patient,
                                               const char *tumour_id)
{
    struct evaluation_subject *s = patient->subjects;

    while (s != NULL && strcmp(s->subject_case.tumour_id, tumour_id) != 0)
        s = s->next;
    return s;
}

struct evaluation_subject *evaluation_subject(struct evaluation_state *state, const char *authority,
                                              const char *value, const char *tumour_id)
{
    struct evaluation_patient *patient = find_patient(state, authority, value);
    struct evaluation_subject *subject;

    if (patient == NULL)
        patient = add_patient(state, authority, value);
    if (patient == NULL)
        return NULL;
    subject = find_subject(patient, tumour_id);
    return subject != NULL ? subject : add_subject(state, patient, tumour_id);
}

const struct evaluation_subject *evaluation_known(const struct evaluation_state *state,
                                                  const char *authority, const char *value,
                                                  const char *tumour_id)
{
    const struct evaluation_patient *patient = find_patient(state, authority, value);

    return patient == NULL ? NULL : find_subject(patient, tumour_id);
}

/* ---- Holds ----------------------------------------------------------------------------------- */

static bool make_room(struct evaluation_state *state, struct evaluation_patient *patient)
{
    size_t capacity = patient->hold_capacity == 0 ? 4 : patient->hold_capacity * 2;
    struct hold *holds;

    if (patient->hold_count < patient->hold_capacity)
        return true;
    holds = arena_zalloc(state->arena, capacity, sizeof(*holds));
    if (holds == NULL)
        return false;
    if (patient->hold_count > 0)
        memcpy(holds, patient->holds, patient->hold_count * sizeof(*holds));
    patient->holds = holds;
    patient->hold_capacity = capacity;
    return true;
}

bool evaluation_hold(struct evaluation_state *state, struct evaluation_patient *patient,
                     size_t line, enum error_code code)
{
    char *id = arena_alloc(state->arena, LINE_ID_SIZE);
    struct text_builder b;

    if (id == NULL || !make_room(state, patient))
        return false;
    b = text_builder_over(id, LINE_ID_SIZE);
    text_add(&b, "line-");
    text_add_number(&b, (int64_t)line);
    patient->holds[patient->hold_count++] =
        (struct hold){.dead_letter_id = id, .error_code = error_code_name(code)};
    return true;
}

void evaluation_release(struct evaluation_patient *patient, const char *dead_letter_id)
{
    size_t kept = 0;

    for (size_t i = 0; i < patient->hold_count; i++)
        if (strcmp(patient->holds[i].dead_letter_id, dead_letter_id) != 0)
            patient->holds[kept++] = patient->holds[i];
    patient->hold_count = kept;
}

void evaluation_release_any(struct evaluation_state *state, const char *dead_letter_id)
{
    for (size_t i = 0; i < state->bucket_count; i++)
        for (struct evaluation_patient *p = state->buckets[i]; p != NULL; p = p->next)
            evaluation_release(p, dead_letter_id);
}

void evaluation_show_holds(struct evaluation_subject *subject)
{
    const struct evaluation_patient *patient = subject->patient;

    subject->subject_case.holds = patient->holds;
    subject->subject_case.hold_count =
        patient->hold_count < JUDGEMENT_HOLDS_MAX ? patient->hold_count : JUDGEMENT_HOLDS_MAX;
}
