/*
 * What one fold and judgement costs, by the number of events of a subject.
 *
 *   build/release/tests/bench/bench-judge
 *   valgrind --tool=callgrind build/release/tests/bench/bench-judge 30 10
 *
 * Prints nanoseconds per fold+judge, the growth per event, the same with the review date; what it
 * costs to load a stored history, and to apply one event, on the average over a history that grows
 * to that size: in clinical order, and where every second event comes late.  The history is a
 * plausible one: staging, lines of therapy, restaging scans with lesions, laboratory values,
 * boards.
 *
 * With an even number of events and one of rounds it does that often what is printed, and no more:
 * a tool that counts instructions then tells the same on a busy machine as on a quiet one.
 */
#include "base/arena.h"
#include "guidance/judgement.h"
#include "guidance/recommendation.h"
#include "guidance/rulebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_NS INT64_C(200000000) /* how long each figure is measured */
#define AT_ONCE 32                   /* judgements between two looks at the clock */
#define JANUARY_2020 INT64_C(18262)  /* the day on which the history begins */

static const enum region whole_body[] = {REGION_CHEST, REGION_ABDOMEN, REGION_PELVIS};
static const enum discipline four[] = {DISCIPLINE_MEDICAL_ONCOLOGY, DISCIPLINE_SURGICAL_ONCOLOGY,
                                       DISCIPLINE_RADIATION_ONCOLOGY, DISCIPLINE_RADIOLOGY};
static const enum drug folfox[] = {DRUG_FLUOROURACIL, DRUG_LEUCOVORIN, DRUG_OXALIPLATIN};

static int64_t day_of(size_t number)
{
    return JANUARY_2020 + (int64_t)number * 7;
}

static struct event *new_event(struct arena *arena, size_t number, enum body_kind kind)
{
    struct event *e = arena_zalloc(arena, 1, sizeof(*e));
    char *text = arena_alloc(arena, DAY_TEXT_SIZE);
    char *report = arena_alloc(arena, 24);
    int32_t day = (int32_t)day_of(number);

    day_format(day, text);
    (void)snprintf(report, 24, "report-%zu", number);
    e->event_id = uuid_random();
    e->authority = "bench";
    e->value = "bench";
    e->tumour_id = TUMOUR_ID_DEFAULT;
    e->report_id = report;
    e->report_version = 1;
    e->status = REPORT_STATUS_FINAL;
    e->source_system = "bench";
    e->effective_at.text = text;
    (void)clinical_time_parse(text, strlen(text), &e->effective_at.time);
    e->issued_at.text = "";
    memcpy(e->content_hash, e->event_id.bytes, sizeof(e->event_id.bytes));
    e->kind = kind;
    return e;
}

static void fill_scan(struct arena *arena, struct event *e, size_t number)
{
    struct imaging *m = &e->body.imaging;
    struct lesion *lesions = arena_zalloc(arena, 3, sizeof(*lesions));
    struct node_finding *nodes = arena_zalloc(arena, 1, sizeof(*nodes));

    *nodes = (struct node_finding){.station = STATION_PARA_AORTIC,
                                   .station_text = "",
                                   .statement = NODE_STATUS_METASTATIC,
                                   .count = {.min = {true, 2}, .max = {true, 2}}};
    for (size_t k = 0; k < 3; k++) {
        static const char *const ids[] = {"a", "b", "c"};

        lesions[k] =
            (struct lesion){.lesion_id = ids[k],
                            .organ = ORGAN_LYMPH_NODE,
                            .station = STATION_PARA_AORTIC,
                            .diameter_mm = {true, 20000 + (int64_t)((number * 37 + k) % 9) * 500},
                            .state = LESION_STATE_MEASURED};
    }
    *m = (struct imaging){.modality = MODALITY_CT,
                          .regions = whole_body,
                          .region_count = 3,
                          .nodes = nodes,
                          .node_count = 1,
                          .lesions = lesions,
                          .lesion_count = 3,
                          .stage = {.t = "", .n = "", .m = "", .group = ""}};
}

static struct event *draw_event(struct arena *arena, size_t number)
{
    struct event *e;

    if (number == 0) {
        e = new_event(arena, number, BODY_PATHOLOGY);
        e->body.pathology = (struct pathology){.specimen = SPECIMEN_PRIMARY_BIOPSY,
                                               .topography = "C20.9",
                                               .histology = HISTOLOGY_ADENOCARCINOMA,
                                               .stage = {.t = "", .n = "", .m = "", .group = ""}};
    } else if (number == 2) {
        e = new_event(arena, number, BODY_SYSTEMIC_THERAPY);
        e->body.systemic_therapy = (struct systemic_therapy){.action = THERAPY_ACTION_START,
                                                             .regimen_text = "",
                                                             .drugs = folfox,
                                                             .drug_count = 3,
                                                             .line = 1};
    } else if (number % 5 == 1) {
        e = new_event(arena, number, BODY_IMAGING);
        fill_scan(arena, e, number);
    } else if (number % 5 == 2) {
        e = new_event(arena, number, BODY_LABORATORY);
        e->body.laboratory =
            (struct laboratory){.analyte = ANALYTE_CEA, .value = {true, 4100}, .unit = "ng/mL"};
    } else if (number % 5 == 3) {
        e = new_event(arena, number, BODY_CLINICAL_STATUS);
        e->body.clinical_status = (struct clinical_status){
            .ecog = {true, 1}, .comorbidity = COMORBIDITY_NONE, .bleeding = BLEEDING_NONE};
    } else if (number % 5 == 4) {
        e = new_event(arena, number, BODY_BOARD);
        e->body.board =
            (struct board){.disciplines = four, .discipline_count = 4, .reason_text = ""};
    } else {
        e = new_event(arena, number, BODY_SYSTEMIC_THERAPY);
        e->body.systemic_therapy = (struct systemic_therapy){
            .action = THERAPY_ACTION_CYCLE, .regimen_text = "", .line = 1};
    }
    return e;
}

/* Processor time: what others do on the machine counts less than by the clock on the wall. */
static int64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What is measured: the events of one subject, and all of them as a history. */
struct subject {
    struct policy policy;
    struct event **events;
    size_t count;
    struct history whole;
    struct arena *growing; /* for histories that are loaded and grow */
    int64_t rounds;        /* 0: as many as ROUNDS_NS takes */
};

static void admit(struct history *h, const struct event *e)
{
    enum admission admission;
    struct err err;

    if (history_admit(h, e, &admission, &err) != OK || admission != ADMISSION_APPLIED)
        exit(EXIT_FAILURE);
}

/* Several times, because looking at the clock takes a while, too. */
static void judge_whole(struct subject *s)
{
    static struct judgement j;

    for (int i = 0; i < AT_ONCE; i++)
        judge(&s->whole, NULL, 0, &s->policy, day_of(s->count) * DAY_MS, &j);
}

static void judge_and_date(struct subject *s)
{
    static struct judgement j;

    for (int i = 0; i < AT_ONCE; i++)
        judge_with_review(&s->whole, NULL, 0, &s->policy, day_of(s->count) * DAY_MS, &j);
}

static void load(struct subject *s)
{
    struct history h;

    arena_reset(s->growing);
    history_init(&h, s->growing);
    for (size_t i = 0; i < s->count; i++)
        admit(&h, s->events[i]);
}

/* Apply the events, an even number, one by one; with ${late} the second of each two comes first. */
static void grow(struct subject *s, bool late)
{
    static struct recommendation said;
    struct subject_case c = {.authority = "bench", .value = "bench", .tumour_id = "primary"};
    struct arrival arrival = {.topic = "bench"};

    arena_reset(s->growing);
    history_init(&c.history, s->growing);
    for (size_t i = 0; i < s->count; i++) {
        enum admission admission;
        struct err err;
        const struct event *e = s->events[late ? i ^ 1 : i];

        arrival.timestamp_ms = day_of(i | 1) * DAY_MS;
        if (case_apply(&c, e, &arrival, &s->policy, &admission, &said, &err) != OK ||
            admission != ADMISSION_APPLIED)
            exit(EXIT_FAILURE);
    }
}

static void grow_in_order(struct subject *s)
{
    grow(s, false);
}

static void grow_with_late_events(struct subject *s)
{
    grow(s, true);
}

/* Nanoseconds that ${work} takes. */
static int64_t measure(void work(struct subject *), struct subject *s)
{
    int64_t started = now_ns();
    int64_t rounds = 0;

    do {
        work(s);
        rounds++;
    } while (s->rounds > 0 ? rounds < s->rounds : now_ns() - started < ROUNDS_NS);
    return (now_ns() - started) / rounds;
}

static void report(size_t count, int64_t rounds)
{
    struct arena *arena = arena_new((size_t)64 << 20);
    struct subject s = {.policy = policy_default(),
                        .events = arena_alloc(arena, count * sizeof(struct event *)),
                        .count = count,
                        .growing = arena_new((size_t)64 << 20),
                        .rounds = rounds};
    int64_t judged;

    rulebook_seal(&s.policy);
    history_init(&s.whole, arena);
    for (size_t i = 0; i < count; i++) {
        s.events[i] = draw_event(arena, i);
        admit(&s.whole, s.events[i]);
    }
    judged = measure(judge_whole, &s) / AT_ONCE;
    (void)printf("%6zu  %8lld ns  %6lld ns   %8lld ns       %8lld ns %8lld ns         %8lld ns\n",
                 count, (long long)judged, (long long)(judged / (int64_t)count),
                 (long long)(measure(judge_and_date, &s) / AT_ONCE), (long long)measure(load, &s),
                 (long long)(measure(grow_in_order, &s) / (int64_t)count),
                 (long long)(measure(grow_with_late_events, &s) / (int64_t)count));
    arena_free(s.growing);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {10, 30, 100, 1000};

    (void)printf("events   fold+judge  per event   with review date     load all   "
                 "apply one   half of them late\n");
    if (argc == 3) {
        report((size_t)strtoul(argv[1], NULL, 10) & ~(size_t)1, strtol(argv[2], NULL, 10));
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        report(sizes[i], 0);
    return EXIT_SUCCESS;
}
