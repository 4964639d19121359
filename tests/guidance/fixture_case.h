#ifndef TESTS_GUIDANCE_FIXTURE_CASE_H
#define TESTS_GUIDANCE_FIXTURE_CASE_H

/* A patient for the tests of guidance/: events made by hand, applied as the worker would. */
#include "base/arena.h"
#include "guidance/recommendation.h"

#include <stdbool.h>
#include <stdint.h>

struct fixture_case {
    struct arena *arena;
    struct policy policy;
    struct subject_case subject;
    struct recommendation said; /* the last recommendation */
    uint32_t events;            /* made so far: the next one's id */
    int64_t now;                /* instant at which the next event arrives at the earliest */
};

/* A subject about whom nothing is known. */
void fixture_begin(struct fixture_case *f);
void fixture_end(struct fixture_case *f);

/* A FINAL event of a report of its own, version 1, dated ${date}; the caller fills its body. */
struct event *fixture_event(struct fixture_case *f, enum body_kind kind, const char *date);

/* Another version of ${event}'s report, its content its own. */
struct event *fixture_version(struct fixture_case *f, const struct event *event, uint32_t version,
                              enum report_status status);

/* Apply ${event} at noon of its own day, or later when something arrived later. */
enum admission fixture_apply(struct fixture_case *f, const struct event *event);

/* Let time pass: a re-evaluation on ${date}. */
void fixture_wait(struct fixture_case *f, const char *date);

/* ---- Usual events, applied ---- */

void fixture_biopsy(struct fixture_case *f, const char *date); /* C20.9, adenocarcinoma */
struct event *fixture_ct(struct fixture_case *f, const char *date, enum node_status para_aortic);
struct event *fixture_ct_response(struct fixture_case *f, const char *date, enum response response);
struct event *fixture_start(struct fixture_case *f, const char *date, uint32_t line);
struct event *fixture_status_event(struct fixture_case *f, const char *date, uint32_t ecog);
struct event *fixture_board(struct fixture_case *f, const char *date); /* with the four */
struct event *fixture_surgery(struct fixture_case *f, const char *date, enum procedure procedure,
                              enum plan_state state);
struct event *fixture_kras(struct fixture_case *f, const char *date, enum gene_status status);
struct event *fixture_cea(struct fixture_case *f, const char *date, int64_t thousandths);
struct event *fixture_distance(struct fixture_case *f, const char *date, int64_t thousandths_cm);

/* Biopsy, staging CT with metastatic para-aortic nodes, fit: PH-SYS. */
void fixture_in_scope(struct fixture_case *f);

/* In scope, treated since 2026-02-01, partial response on 2026-04-10: PH-RESP. */
void fixture_responding(struct fixture_case *f);

/* ---- What was said ---- */

enum finding_status fixture_status(const struct fixture_case *f, const char *code);
enum presentation fixture_presentation(const struct fixture_case *f, const char *code);
bool fixture_lacks(const struct fixture_case *f, const char *code, enum input input);
bool fixture_warns(const struct fixture_case *f, enum warning warning);
bool fixture_flags(const struct fixture_case *f, enum flag flag);
bool fixture_withdrew(const struct fixture_case *f, const char *code);

/* Whether the text of finding ${code}, as the last event left it, holds ${words}. */
bool fixture_says(const struct fixture_case *f, const char *code, const char *words);

#endif
