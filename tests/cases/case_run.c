#include "case_run.h"

#include "base/arena.h"
#include "base/date.h"
#include "cli/evaluation.h"
#include "guidance/rulebook.h"
#include "wire/recommendation_text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX (2 * CASE_EVENTS_MAX + 1)
#define TEXT_SIZE_MAX ((size_t)16 << 20) /* bytes of one recommendation's text */

/* The events of a case, in the order of their arrival. */
struct script {
    json_t *lines[LINES_MAX];
    size_t count;
};

/* ---- Events ---------------------------------------------------------------------------------- */

void case_event_id(size_t i, unsigned version, char ret_id[CASE_ID_SIZE])
{
    (void)snprintf(ret_id, CASE_ID_SIZE, "00000000-0000-4000-800%u-%012zu", version, i);
}

size_t case_event_count(const struct clinical_case *c)
{
    return c->event_count + (c->base == NULL ? 0 : case_event_count(c->base));
}

static void add(struct script *script, json_t *event)
{
    assert(script->count < LINES_MAX);
    script->lines[script->count++] = event;
}

static void address(json_t *event, size_t i, unsigned version)
{
    char id[CASE_ID_SIZE];

    case_event_id(i, version, id);
    if (json_object_get(event, "eventId") == NULL)
        (void)json_object_set_new(event, "eventId", json_string(id));
    if (json_object_get(event, "status") == NULL)
        (void)json_object_set_new(event, "status", json_string("REPORT_STATUS_FINAL"));
    (void)json_object_set_new(event, "patient",
                              json_pack("{s:s,s:s}", "authority", "urn:cases", "value", "1"));
}

static void add_events(const struct cases *cases, const struct clinical_case *c,
                       struct script *script)
{
    if (c->base != NULL)
        add_events(cases, c->base, script);
    for (size_t i = 0; i < c->event_count; i++) {
        json_t *event = cases_event(cases, c, &c->events[i]);

        address(event, script->count, 0);
        add(script, event);
    }
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void instant_of(const char *time, char ret_text[32])
{
    (void)snprintf(ret_text, 32, strlen(time) == 10 ? "%sT12:00:00Z" : "%s", time);
}

/* The time at which the case is judged. */
static void judged_at(const struct clinical_case *c, const struct script *script, char ret_text[32])
{
    const char *latest = "";

    if (c->as_of != NULL) {
        instant_of(c->as_of, ret_text);
        return;
    }
    for (size_t i = 0; i < script->count; i++) {
        const char *time = json_string_value(json_object_get(script->lines[i], "effectiveAt"));

        if (strlen(time) >= 10 && strncmp(time, latest, 10) > 0)
            latest = time;
    }
    instant_of(latest, ret_text);
}

/* ---- Orders of arrival ----------------------------------------------------------------------- */

static void shuffle(struct script *script, unsigned seed)
{
    uint64_t state = seed * UINT64_C(6364136223846793005) + 1;

    for (size_t i = script->count; i > 1; i--) {
        size_t j;
        json_t *line = script->lines[i - 1];

        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        j = (size_t)(state >> 33) % i;
        script->lines[i - 1] = script->lines[j];
        script->lines[j] = line;
    }
}

static void double_lines(struct script *script)
{
    struct script twice = {.count = 0};

    for (size_t i = 0; i < script->count; i++) {
        add(&twice, script->lines[i]);
        add(&twice, json_incref(script->lines[i]));
    }
    *script = twice;
}

/* What a report of each kind says first, before it is put right. */
static const struct {
    const char *body;
    const char *wrong;
} wrong_bodies[] = {
    {"pathology", "{\"specimen\":\"SPECIMEN_PRIMARY_BIOPSY\",\"topography\":\"C18.7\","
                  "\"histology\":\"HISTOLOGY_LYMPHOMA\"}"},
    {"molecular", "{\"kras\":{\"status\":\"GENE_STATUS_MUTATED\"},"
                  "\"braf\":{\"status\":\"GENE_STATUS_MUTATED\"}}"},
    {"laboratory", "{\"analyte\":\"ANALYTE_CEA\",\"value\":\"77.7\",\"unit\":\"ng/mL\"}"},
    {"imaging",
     "{\"modality\":\"MODALITY_CT\",\"regions\":[\"REGION_ABDOMEN\"],\"nodes\":[{\"station\":"
     "\"STATION_PARA_AORTIC\",\"statement\":\"NODE_STATEMENT_NEGATIVE\"}],"
     "\"statedResponse\":\"RESPONSE_PD\"}"},
    {"endoscopy", "{\"distance\":{\"cm\":\"3.3\",\"method\":\"DISTANCE_METHOD_RIGID\"},"
                  "\"obstruction\":\"OBSTRUCTION_COMPLETE\"}"},
    {"clinicalStatus", "{\"ecog\":4,\"bleeding\":\"BLEEDING_MAJOR\"}"},
    {"systemicTherapy", "{\"action\":\"THERAPY_ACTION_START\",\"line\":5,"
                        "\"intent\":\"THERAPY_INTENT_PALLIATIVE\"}"},
    {"surgery", "{\"procedures\":[\"PROCEDURE_PALND\"],\"state\":\"PLAN_STATE_DONE\"}"},
    {"radiotherapy", "{\"kind\":\"RADIOTHERAPY_KIND_LONG_COURSE_CHEMORADIATION\","
                     "\"state\":\"PLAN_STATE_PLANNED\"}"},
    {"board", "{\"paraAorticNodes\":\"NODE_STATEMENT_NEGATIVE\",\"unresectable\":\"ANSWER_YES\"}"},
    {"referral", "{\"topography\":\"C18.7\",\"proposes\":[\"PROPOSAL_RESECTION\"]}"},
    {"centre", "{\"laparoscopicPalndExperience\":\"ANSWER_YES\",\"name\":\"another\"}"},
};

/* ${event} with another content; NULL for reports that say themselves which version they are. */
static json_t *wrong_version(const json_t *event)
{
    if (json_object_get(event, "reportId") != NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(wrong_bodies) / sizeof(wrong_bodies[0]); i++) {
        json_t *wrong;

        if (json_object_get(event, wrong_bodies[i].body) == NULL)
            continue;
        wrong = json_deep_copy(event);
        (void)json_object_set_new(wrong, wrong_bodies[i].body,
                                  json_loads(wrong_bodies[i].wrong, 0, NULL));
        return wrong;
    }
    return NULL;
}

static void correct_lines(struct script *script)
{
    struct script both = {.count = 0};

    for (size_t i = 0; i < script->count; i++) {
        json_t *event = script->lines[i];
        json_t *wrong = wrong_version(event);
        char id[CASE_ID_SIZE];

        if (wrong != NULL) {
            case_event_id(i, 1, id);
            (void)json_object_set(wrong, "reportId", json_object_get(event, "eventId"));
            (void)json_object_set_new(wrong, "reportVersion", json_integer(1));
            add(&both, wrong);
            (void)json_object_set(event, "reportId", json_object_get(event, "eventId"));
            (void)json_object_set_new(event, "eventId", json_string(id));
            (void)json_object_set_new(event, "reportVersion", json_integer(2));
        }
        add(&both, event);
    }
    *script = both;
}

/* The whole record is judged once more at the case's time, whichever event came last. */
static void add_reevaluation(struct script *script, const char *when)
{
    json_t *event = json_pack("{s:s,s:{}}", "effectiveAt", when, "reevaluate");

    address(event, 999999, 2);
    add(script, event);
}

static void arrange(struct script *script, enum arrival_order order, unsigned seed,
                    const char *when)
{
    switch (order) {
    case ARRIVAL_AS_WRITTEN:
        return;
    case ARRIVAL_SHUFFLED:
        shuffle(script, seed);
        break;
    case ARRIVAL_DOUBLED:
        double_lines(script);
        break;
    case ARRIVAL_CORRECTED:
        correct_lines(script);
        break;
    }
    add_reevaluation(script, when);
}

/* ---- Judging --------------------------------------------------------------------------------- */

struct outcome {
    struct arena *arena;
    json_t *last;
};

static enum status keep(void *context, size_t subject, struct bytes recommendation, struct err *err)
{
    struct outcome *outcome = context;
    const char *text;

    (void)subject;
    arena_reset(outcome->arena);
    text = recommendation_json(recommendation, outcome->arena, NULL);
    if (text == NULL)
        return err_set(err, FATAL, "no memory");
    json_decref(outcome->last);
    outcome->last = json_loads(text, 0, NULL);
    return OK;
}

/* Refused lines show themselves in the recommendation: a hold, and W-RECORD-INCOMPLETE. */
static void ignore(void *context, size_t line, enum error_code code, const char *text)
{
    (void)context;
    (void)line;
    (void)code;
    (void)text;
}

/* The script as a file to be read; it frees the events. */
static struct event_lines *read_script(struct script *script)
{
    char path[] = "/tmp/restage-case.XXXXXX";
    int descriptor = mkstemp(path);
    FILE *f = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    struct event_lines *lines = NULL;
    struct err err;

    if (f == NULL)
        abort();
    for (size_t i = 0; i < script->count; i++) {
        if (json_dumpf(script->lines[i], f, JSON_COMPACT) != 0 || fputc('\n', f) == EOF)
            abort();
        json_decref(script->lines[i]);
    }
    if (fclose(f) != 0 || event_lines_read(path, &lines, &err) != OK || unlink(path) != 0)
        abort();
    return lines;
}

/* The defaults; sealed once, since the seal hashes the whole rulebook. */
static const struct policy *default_policy(void)
{
    static struct policy policy;

    if (policy.rulebook_hash[0] == '\0') {
        policy = policy_default();
        rulebook_seal(&policy);
    }
    return &policy;
}

json_t *case_run(const struct cases *cases, const struct clinical_case *c, enum arrival_order order,
                 unsigned seed)
{
    struct evaluation_settings settings = {.policy = *default_policy(), .at_given = true};
    struct outcome outcome = {.arena = arena_new(TEXT_SIZE_MAX)};
    const struct evaluation_sink sink = {
        .context = &outcome, .recommendation = keep, .refused = ignore};
    struct script script = {.count = 0};
    struct event_lines *lines;
    size_t refused;
    struct err err = {.text = ""};
    char when[32];

    add_events(cases, c, &script);
    judged_at(c, &script, when);
    if (!instant_parse(when, strlen(when), &settings.at)) {
        (void)fprintf(stderr, "%s:%zu: no time: %s\n", c->file, c->number, when);
        exit(EXIT_FAILURE);
    }
    arrange(&script, order, seed, when);
    lines = read_script(&script);
    if (evaluation_run(lines, &settings, &sink, &refused, &err) != OK) {
        (void)fprintf(stderr, "%s:%zu: %s\n", c->file, c->number, err.text);
        exit(EXIT_FAILURE);
    }
    event_lines_free(lines);
    arena_free(outcome.arena);
    return outcome.last;
}
