/*
 * What one fold and judgement costs, by the number of events of a subject.
 *
 *   build/release/tests/bench/bench-judge
 *
 * Prints nanoseconds per fold+judge, the same with the review date, and the growth per event.  The
 * history is a plausible one: staging, lines of therapy, restaging scans with lesions, laboratory
 * values, boards.
 */
#include "base/arena.h"
#include "guidance/judgement.h"
#include "guidance/rulebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_NS INT64_C(300000000) /* how long each size is measured */

static const enum region whole_body[] = {REGION_CHEST, REGION_ABDOMEN, REGION_PELVIS};
static const enum discipline four[] = {DISCIPLINE_MEDICAL_ONCOLOGY, DISCIPLINE_SURGICAL_ONCOLOGY,
                                       DISCIPLINE_RADIATION_ONCOLOGY, DISCIPLINE_RADIOLOGY};
static const enum drug folfox[] = {DRUG_FLUOROURACIL, DRUG_LEUCOVORIN, DRUG_OXALIPLATIN};

static struct event *new_event(struct arena *arena, size_t number, enum body_kind kind)
{
    struct event *e = arena_zalloc(arena, 1, sizeof(*e));
    char *text = arena_alloc(arena, DAY_TEXT_SIZE);
    char *report = arena_alloc(arena, 24);
    int32_t day = day_from_civil(2020, 1, 1) + (int32_t)number * 7;

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

static int64_t measure(const struct history *h, const struct policy *policy, int64_t as_of,
                       bool with_review)
{
    static struct judgement j;
    int64_t started = now_ns();
    int64_t rounds = 0;

    do {
        for (int i = 0; i < 32; i++) {
            judge(h, NULL, 0, policy, as_of, &j);
            if (with_review)
                judge_review_date(h, &j);
        }
        rounds += 32;
    } while (now_ns() - started < ROUNDS_NS);
    return (now_ns() - started) / rounds;
}

int main(void)
{
    static const size_t sizes[] = {10, 30, 100, 1000};
    struct policy policy = policy_default();

    rulebook_seal(&policy);
    (void)printf("events   fold+judge  per event   with review date\n");
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        struct arena *arena = arena_new((size_t)64 << 20);
        struct history h;
        int64_t as_of = (day_from_civil(2020, 1, 1) + (int64_t)sizes[s] * 7) * DAY_MS;
        int64_t plain;

        history_init(&h, arena);
        for (size_t i = 0; i < sizes[s]; i++) {
            enum admission admission;
            struct err err;

            if (history_admit(&h, draw_event(arena, i), &admission, &err) != OK ||
                admission != ADMISSION_APPLIED)
                return EXIT_FAILURE;
        }
        plain = measure(&h, &policy, as_of, false);
        (void)printf("%6zu  %8lld ns  %6lld ns   %8lld ns\n", sizes[s], (long long)plain,
                     (long long)(plain / (int64_t)sizes[s]),
                     (long long)measure(&h, &policy, as_of, true));
        arena_free(arena);
    }
    return EXIT_SUCCESS;
}
