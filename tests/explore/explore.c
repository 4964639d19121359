#include "explore.h"

#include "library.h"
#include "records.h"
#include "runner.h"
#include "search.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct scenario scenarios[] = {
    {.name = "solo",
     .about = "one lane, one partition",
     .lanes = 1,
     .partitions = 1,
     .records = {3},
     .batch = 2,
     .faults = 2,
     .preemptions = 2,
     .quick_faults = 1,
     .quick_preemptions = 1},
    {.name = "pair",
     .about = "two lanes, one partition",
     .lanes = 2,
     .partitions = 1,
     .records = {2},
     .batch = 1,
     .faults = 2,
     .preemptions = 1,
     .quick_faults = 1,
     .quick_preemptions = 0},
    {.name = "shared",
     .about = "two lanes, two partitions, one patient",
     .lanes = 2,
     .partitions = 2,
     .records = {1, 2},
     .batch = 2,
     .faults = 1,
     .preemptions = 2,
     .quick_faults = 0,
     .quick_preemptions = 1},
    {.name = "failover",
     .about = "two lanes, one partition, a database that loses its last commit",
     .lanes = 2,
     .partitions = 1,
     .records = {2},
     .batch = 1,
     .failover = true,
     .faults = 2,
     .preemptions = 0,
     .quick_faults = 1,
     .quick_preemptions = 0},
    {.name = "dynamic",
     .about = "two lanes, one partition, dynamic membership",
     .lanes = 2,
     .partitions = 1,
     .records = {2},
     .batch = 1,
     .dynamic = true,
     .faults = 1,
     .preemptions = 1,
     .quick_faults = 1,
     .quick_preemptions = 0},
    {.name = "twins",
     .about = "two workers with the same instance by mistake",
     .lanes = 2,
     .partitions = 1,
     .records = {2},
     .batch = 2,
     .same_name = true,
     .faults = 1,
     .preemptions = 2,
     .quick_faults = 0,
     .quick_preemptions = 1},
};
#define SCENARIO_COUNT (sizeof(scenarios) / sizeof(scenarios[0]))

struct arguments {
    const char *scenario; /* NULL: all */
    bool quick;
    int faults; /* -1: as the scenario says */
    int preemptions;
    int seconds; /* of random runs */
    uint64_t seed;
    const char *replay;
};

static int usage(void)
{
    (void)fprintf(stderr, "explore [--scenario NAME] [--quick] [--faults N] [--preemptions N]\n"
                          "explore [--scenario NAME] --seconds N [--seed S]    random runs\n"
                          "explore --scenario NAME --replay 'STEP:WHAT ...'    one run, told\n");
    for (size_t i = 0; i < SCENARIO_COUNT; i++)
        (void)fprintf(stderr, "  %-8s %s\n", scenarios[i].name, scenarios[i].about);
    return 64;
}

static bool parse(int count, char **texts, struct arguments *ret)
{
    const char *seed = getenv("RESTAGE_SEED");

    *ret = (struct arguments){.faults = -1, .preemptions = -1};
    ret->seed = seed == NULL ? (uint64_t)time(NULL) : strtoull(seed, NULL, 10);
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? texts[i + 1] : NULL;

        if (strcmp(texts[i], "--quick") == 0) {
            ret->quick = true;
            continue;
        }
        if (value == NULL)
            return false;
        if (strcmp(texts[i], "--scenario") == 0)
            ret->scenario = value;
        else if (strcmp(texts[i], "--faults") == 0)
            ret->faults = atoi(value);
        else if (strcmp(texts[i], "--preemptions") == 0)
            ret->preemptions = atoi(value);
        else if (strcmp(texts[i], "--seconds") == 0)
            ret->seconds = atoi(value);
        else if (strcmp(texts[i], "--seed") == 0)
            ret->seed = strtoull(value, NULL, 10);
        else if (strcmp(texts[i], "--replay") == 0)
            ret->replay = value;
        else
            return false;
        i++;
    }
    return ret->replay == NULL || ret->scenario != NULL;
}

static double seconds_since(const struct timespec *begin)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) / 1e9;
}

static void report(const struct search_result *result, double seconds)
{
    printf("%lld schedules, %lld steps, %.1f s\n", (long long)result->runs,
           (long long)result->steps, seconds);
    if (result->states > 0)
        printf("         %lld different states\n", (long long)result->states);
    if (!result->failed)
        return;
    printf("BROKEN: %s\n", result->what);
    printf("replay:  explore --scenario %s --replay '%s'\n", scenario->name, result->schedule);
}

static bool explore(const struct arguments *a)
{
    struct search_result result;
    struct timespec begin;
    int faults = a->faults >= 0 ? a->faults : a->quick ? scenario->quick_faults : scenario->faults;
    int preemptions = a->preemptions >= 0 ? a->preemptions
                      : a->quick          ? scenario->quick_preemptions
                                          : scenario->preemptions;

    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    if (a->replay != NULL) {
        runner_tell = true;
        search_replay(a->replay, &result);
    } else if (a->seconds > 0) {
        printf("%-8s at random, seed %llu: ", scenario->name, (unsigned long long)a->seed);
        (void)fflush(stdout);
        search_random(a->seed, a->seconds, &result);
    } else {
        printf("%-8s all with at most %d faults and %d preemptions: ", scenario->name, faults,
               preemptions);
        (void)fflush(stdout);
        search_all(faults, preemptions, &result);
    }
    if (result.failed && a->replay == NULL)
        search_shrink(&result);
    report(&result, seconds_since(&begin));
    return !result.failed;
}

int main(int count, char **texts)
{
    struct arguments arguments;
    size_t explored = 0;
    bool whole = true;

    if (!parse(count, texts, &arguments))
        return usage();
    records_make();
    for (size_t i = 0; i < SCENARIO_COUNT && whole; i++) {
        if (arguments.scenario != NULL && strcmp(arguments.scenario, scenarios[i].name) != 0)
            continue;
        explored++;
        scenario = &scenarios[i];
        whole = explore(&arguments);
    }
    search_free();
    library_free();
    records_free();
    if (explored == 0)
        return usage();
    return whole ? EXIT_SUCCESS : EXIT_FAILURE;
}
