#include "worker/worker.h"

#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "guidance/policy.h"
#include "guidance/rulebook.h"
#include "store/store_admin.h"
#include "worker/clock.h"
#include "worker/gauges.h"
#include "worker/lane.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WATCH_MS 50     /* between two looks at the lanes */
#define EXIT_AT_ONCE 75 /* EX_TEMPFAIL: start me again, nothing is lost */
#define RULEBOOK_WAIT_MS 500

struct worker {
    const struct worker_settings *settings;
    struct lane lanes[WORKER_LANES_MAX];
    pthread_t threads[WORKER_LANES_MAX];
    int32_t started;
    struct gauges *gauges; /* NULL: nobody can ask */
    atomic_bool stop;
    sigset_t signals;
};

/* ---- The rulebook ---------------------------------------------------------------------------- */

/* The first worker of a new database makes its rulebook the active one. */
static enum status activate_first_rulebook(const struct worker_settings *s, struct err *err)
{
    const struct store_settings settings = {
        .conninfo = s->postgres, .application_name = "restage rulebook", .connect_timeout_s = 5};
    char *text = malloc(RULEBOOK_TEXT_SIZE_MAX);
    struct text_builder b;
    struct store *store = NULL;
    bool activated = false;
    enum status status = store_admin_open(&settings, &store, err);

    assert(text != NULL);
    b = text_builder_over(text, RULEBOOK_TEXT_SIZE_MAX);
    rulebook_print(s->policy, &b);
    if (status == OK)
        status = store_rulebook_first(store, s->policy->rulebook_hash, restage_version(), text,
                                      &activated, err);
    store_close(store);
    free(text);
    if (status == OK && activated)
        log_event(LOG_INFO, "rulebook-activated",
                  (const struct log_field[]){log_word("hash", s->policy->rulebook_hash)}, 1);
    return status;
}

/* ---- Watching -------------------------------------------------------------------------------- */

static bool all_ended(const struct worker *w)
{
    for (int32_t i = 0; i < w->started; i++) {
        enum lane_state state = atomic_load(&w->lanes[i].state);

        if (state != LANE_STOPPED && state != LANE_FAILED)
            return false;
    }
    return gauges_ended(w->gauges);
}

static bool any_failed(const struct worker *w)
{
    for (int32_t i = 0; i < w->started; i++)
        if (atomic_load(&w->lanes[i].state) == LANE_FAILED)
            return true;
    return false;
}

/* A signal, if one came within ${ms}. */
static bool signal_came(const struct worker *w, int32_t ms)
{
    const struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    return sigtimedwait(&w->signals, NULL, &wait) > 0;
}

/* Let the lanes end; a second signal, or the end of patience, ends the process at once. */
static void wind_down(struct worker *w)
{
    int64_t until_ms = clock_monotonic_us() / 1000 + w->settings->shutdown_timeout_ms;

    log_event(LOG_INFO, "stopping", NULL, 0);
    atomic_store(&w->stop, true);
    while (!all_ended(w)) {
        gauges_look(w->gauges);
        if (signal_came(w, WATCH_MS) || clock_monotonic_us() / 1000 > until_ms) {
            log_event(LOG_WARNING, "ended-at-once", NULL, 0);
            _exit(EXIT_AT_ONCE);
        }
    }
    for (int32_t i = 0; i < w->started; i++)
        (void)pthread_join(w->threads[i], NULL);
}

static void watch(struct worker *w, const volatile bool *stop)
{
    while (!signal_came(w, WATCH_MS) && !any_failed(w) && (stop == NULL || !*stop))
        gauges_look(w->gauges);
}

static void start_lanes(struct worker *w)
{
    for (; w->started < w->settings->lanes; w->started++) {
        struct lane *lane = &w->lanes[w->started];

        lane->settings = w->settings;
        lane->gauges = w->gauges;
        lane->number = w->started;
        lane->stop = &w->stop;
        if (pthread_create(&w->threads[w->started], NULL, lane_run, lane) != 0)
            return;
    }
}

static enum status outcome(const struct worker *w, struct err *err)
{
    for (int32_t i = 0; i < w->started; i++)
        if (atomic_load(&w->lanes[i].state) == LANE_FAILED) {
            *err = w->lanes[i].err;
            err->status = FATAL;
            return FATAL;
        }
    return OK;
}

static enum status wait_for_rulebook(struct worker *w, const volatile bool *stop, struct err *err)
{
    enum status status = activate_first_rulebook(w->settings, err);

    while (status == RETRY) {
        const struct log_field fields[] = {log_error(err)};

        log_event(LOG_WARNING, "postgresql-awaited", fields, 1);
        if (signal_came(w, RULEBOOK_WAIT_MS) || (stop != NULL && *stop))
            return OK;
        status = activate_first_rulebook(w->settings, err);
    }
    if (status == OK)
        start_lanes(w);
    return status;
}

enum status worker_run(const struct worker_settings *settings, const volatile bool *stop,
                       struct err *err)
{
    struct worker *w = calloc(1, sizeof(*w));
    sigset_t before;
    enum status status = rulebook_check(err);

    assert(w != NULL && settings->lanes >= 1 && settings->lanes <= WORKER_LANES_MAX);
    if (status != OK) {
        free(w);
        return status;
    }
    w->settings = settings;
    (void)sigemptyset(&w->signals);
    (void)sigaddset(&w->signals, SIGTERM);
    (void)sigaddset(&w->signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &w->signals, &before);
    status = gauges_new(settings, w->lanes, &w->stop, &w->gauges, err);
    if (status == OK)
        status = wait_for_rulebook(w, stop, err);
    if (status == OK && w->started > 0) {
        watch(w, stop);
        wind_down(w);
        status = outcome(w, err);
    }
    atomic_store(&w->stop, true);
    gauges_free(w->gauges);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(w);
    return status;
}
