#include "search.h"

#include "options.h"
#include "seen.h"
#include "world.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS_MAX 3000 /* a run that takes longer does not come to rest */
#define PRUNE SIZE_MAX
#define RANDOM_FAULTS_MAX 6

/* Decides at step ${step} which of ${count} options it is to be, or PRUNE. */
typedef size_t chooser(void *context, const struct run_state *run, size_t step,
                       const struct option *options, size_t count);

/* What was chosen at each step of the run. */
static struct option chosen[STEPS_MAX];
static bool by_default[STEPS_MAX];

/* ---- One run --------------------------------------------------------------------------------- */

/* A lane may only end when it was told to, or when another worker runs under its name. */
static const char *check_lanes(const struct run_state *run)
{
    static char text[sizeof(runners[0].lane.err.text) + 32];

    for (int i = 0; i < scenario->lanes; i++) {
        const struct runner *r = &runners[i];

        if (atomic_load(&r->lane.refused) && !world.kafka.offsets_touched)
            return "a partition was refused though nobody touched anything";
        if (r->state != RUNNER_ENDED || r->dead || run->stopping)
            continue;
        if (scenario->same_name && strstr(r->lane.err.text, "another worker") != NULL)
            continue;
        (void)snprintf(text, sizeof(text), "a lane stopped: %s", r->lane.err.text);
        return text;
    }
    return NULL;
}

/* Polls that found nothing count in a row only while nothing else changes. */
static void note_change(struct run_state *run)
{
    uint64_t now = world_hash();

    for (int i = 0; i < scenario->lanes && now != run->world; i++)
        runners[i].timeouts = 0;
    run->world = now;
}

static void say_step(size_t step, const struct option *o)
{
    char text[OPTION_TEXT_SIZE];

    if (!runner_tell)
        return;
    option_text(o, text);
    printf("%5zu  %s%s%s\n", step, text, o->kind == OPTION_GO ? "  before " : "",
           o->kind == OPTION_GO ? call_name(runners[o->who].call) : "");
}

/* At rest everything must be there; then the lanes are told to stop, and do. */
static const char *come_to_rest(struct run_state *run)
{
    const char *what = invariant_broken_at_rest();

    run->stopping = true;
    runners_stop(true);
    return what;
}

static void end_run(void)
{
    for (int i = 0; i < scenario->lanes; i++)
        if (runners[i].state != RUNNER_ENDED)
            runner_kill(&runners[i]);
}

/* Returns what is broken, NULL when nothing is; ${ret_steps} steps were made. */
static const char *run_once(struct run_state run, chooser *choose, void *context, size_t *ret_steps)
{
    struct option options[OPTIONS_MAX];
    const char *what = NULL;
    size_t step = 0;

    world_reset();
    runners_start();
    run.world = world_hash();
    while (what == NULL) {
        size_t count = options_list(&run, options);
        size_t choice;

        if (run.over)
            break;
        if (run.at_rest) {
            what = run.stopping ? "a lane does not stop" : come_to_rest(&run);
            continue;
        }
        choice = choose(context, &run, step, options, count);
        if (choice == PRUNE)
            break;
        if (step == STEPS_MAX - 1) {
            what = "does not come to rest";
            break;
        }
        say_step(step, &options[choice]);
        chosen[step] = options[choice];
        by_default[step++] = choice == 0;
        option_apply(&run, &options[choice]);
        note_change(&run);
        what = invariant_broken();
        if (what == NULL)
            what = check_lanes(&run);
    }
    *ret_steps = step;
    end_run();
    return what;
}

static void describe(const char *what, size_t steps, struct search_result *ret)
{
    size_t used = 0;

    ret->failed = true;
    (void)snprintf(ret->what, sizeof(ret->what), "%s", what);
    ret->schedule[0] = '\0';
    for (size_t i = 0; i < steps && used < sizeof(ret->schedule) - 1; i++) {
        char text[OPTION_TEXT_SIZE];

        if (by_default[i])
            continue;
        option_text(&chosen[i], text);
        used += (size_t)snprintf(ret->schedule + used, sizeof(ret->schedule) - used, "%s%zu:%s",
                                 used == 0 ? "" : " ", i, text);
    }
}

/* ---- All of them ----------------------------------------------------------------------------- */

struct path {
    unsigned char choice[STEPS_MAX];
    unsigned char count[STEPS_MAX];
    size_t length;
};

static uint64_t state_hash(const struct run_state *run)
{
    uint64_t hash = run->world;

    for (int i = 0; i < scenario->lanes; i++) {
        const struct runner *r = &runners[i];
        const uint64_t parts[] = {r->heard,
                                  (uint64_t)r->call * 64 + (uint64_t)r->state * 32 +
                                      (uint64_t)r->held * 16 + (uint64_t)r->polling * 8 +
                                      (uint64_t)(r->waits != NULL) * 4,
                                  (uint64_t)r->timeouts};

        for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
            hash = (hash ^ parts[k]) * 0xff51afd7ed558ccdu;
            hash ^= hash >> 33;
        }
    }
    return (hash ^ (uint64_t)(run->current * 2 + run->stopping)) * 0xc4ceb9fe1a85ec53u;
}

/* The prefix of the path once more, then the default of everything that is new. */
static size_t choose_next(void *context, const struct run_state *run, size_t step,
                          const struct option *options, size_t count)
{
    struct path *path = context;

    (void)options;
    if (step < path->length) {
        assert(path->count[step] == count); /* the same run again, or the search is worth nothing */
        return path->choice[step];
    }
    if (!seen_add(state_hash(run), run->faults_left, run->preemptions_left))
        return PRUNE;
    path->choice[step] = 0;
    path->count[step] = (unsigned char)count;
    path->length = step + 1;
    return 0;
}

/* The next path in order; false after the last one. */
static bool next_path(struct path *path)
{
    while (path->length > 0 && path->choice[path->length - 1] + 1 >= path->count[path->length - 1])
        path->length--;
    if (path->length == 0)
        return false;
    path->choice[path->length - 1]++;
    return true;
}

void search_all(int faults, int preemptions, struct search_result *ret)
{
    static struct path path;
    const struct run_state begin = {.faults_left = faults, .preemptions_left = preemptions};

    memset(ret, 0, sizeof(*ret));
    memset(&path, 0, sizeof(path));
    seen_clear();
    do {
        size_t steps;
        const char *what = run_once(begin, choose_next, &path, &steps);

        ret->runs++;
        ret->steps += (int64_t)steps;
        if (what != NULL)
            describe(what, steps, ret);
    } while (!ret->failed && next_path(&path));
    ret->states = seen_count();
}

/* ---- Random ones ----------------------------------------------------------------------------- */

struct dice {
    uint64_t state;
    int pace; /* one in how many steps is not the default */
};

static uint64_t roll(struct dice *d)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return d->state * 0x2545f4914f6cdd1du >> 16;
}

static size_t choose_random(void *context, const struct run_state *run, size_t step,
                            const struct option *options, size_t count)
{
    struct dice *d = context;

    (void)run;
    (void)step;
    (void)options;
    if (count == 1 || roll(d) % (uint64_t)d->pace != 0)
        return 0;
    return 1 + (size_t)(roll(d) % (count - 1));
}

void search_random(uint64_t seed, int seconds, struct search_result *ret)
{
    struct dice dice = {.state = seed * 0x9e3779b97f4a7c15u + 1};
    time_t end = time(NULL) + seconds;

    memset(ret, 0, sizeof(*ret));
    while (!ret->failed && time(NULL) < end) {
        const struct run_state begin = {.faults_left = (int)(roll(&dice) % (RANDOM_FAULTS_MAX + 1)),
                                        .preemptions_left = INT_MAX};
        size_t steps;
        const char *what;

        dice.pace = 2 + (int)(roll(&dice) % 20);
        what = run_once(begin, choose_random, &dice, &steps);
        ret->runs++;
        ret->steps += (int64_t)steps;
        if (what != NULL)
            describe(what, steps, ret);
    }
}

/* ---- A given one ----------------------------------------------------------------------------- */

struct given {
    const char *schedule;
    bool strict; /* what cannot be ends the program; else it is left out */
};

static size_t choose_given(void *context, const struct run_state *run, size_t step,
                           const struct option *options, size_t count)
{
    const struct given *given = context;
    const char *at = given->schedule;
    size_t wanted;
    int used;

    (void)run;
    for (; sscanf(at, " %zu:%n", &wanted, &used) == 1; at += strcspn(at, " ")) {
        at += used;
        for (size_t i = 0; i < count && wanted == step; i++) {
            char text[OPTION_TEXT_SIZE];

            option_text(&options[i], text);
            if (strncmp(at, text, strlen(text)) == 0)
                return i;
        }
        if (wanted == step && given->strict) {
            (void)fprintf(stderr, "explore: step %zu cannot be: %s\n", step, at);
            exit(EXIT_FAILURE);
        }
    }
    return 0;
}

static void run_given(struct given given, struct search_result *ret)
{
    const struct run_state begin = {.faults_left = INT_MAX, .preemptions_left = INT_MAX};
    size_t steps;
    const char *what = run_once(begin, choose_given, &given, &steps);

    memset(ret, 0, sizeof(*ret));
    ret->runs = 1;
    ret->steps = (int64_t)steps;
    if (what != NULL)
        describe(what, steps, ret);
}

void search_replay(const char *schedule, struct search_result *ret)
{
    run_given((struct given){.schedule = schedule, .strict = true}, ret);
}

/* ${schedule} without its word that begins at ${at}. */
static void without_word(const char *schedule, size_t at, char ret[FAILURE_TEXT_SIZE])
{
    size_t rest = at + strcspn(schedule + at, " ");

    rest += strspn(schedule + rest, " ");
    memcpy(ret, schedule, at);
    memcpy(ret + at, schedule + rest, strlen(schedule + rest) + 1);
}

void search_shrink(struct search_result *result)
{
    static char shorter[FAILURE_TEXT_SIZE];
    size_t at = 0;

    while (result->schedule[at] != '\0') {
        struct search_result tried;

        without_word(result->schedule, at, shorter);
        run_given((struct given){.schedule = shorter, .strict = false}, &tried);
        if (tried.failed && strlen(tried.schedule) < strlen(result->schedule)) {
            memcpy(result->what, tried.what, sizeof(tried.what));
            memcpy(result->schedule, tried.schedule, sizeof(tried.schedule));
            at = 0;
        } else {
            at += strcspn(result->schedule + at, " ");
            at += strspn(result->schedule + at, " ");
        }
    }
}

void search_free(void)
{
    seen_free();
    runners_free();
}
