#include "staging/fold.h"

#include "staging/evidence.h"

#include <string.h>

/* The events that count and say something clinical, in clinical order. */
static void collect_counted(struct evidence *v)
{
    for (size_t i = 0; i < v->history->count; i++) {
        const struct history_entry *entry = v->history->ordered[i];

        if (entry->standing == STANDING_COUNTS && entry->event->kind <= BODY_DEATH)
            v->counted.items[v->counted.count++] = entry->event;
    }
}

static void fold_death(struct evidence *v)
{
    const struct events *deaths = &v->of[BODY_DEATH];

    if (deaths->count > 0)
        v->chart->death = deaths->items[deaths->count - 1];
}

static void fold_version_conflicts(const struct history *h, struct chart *c)
{
    const struct history_entry *open = NULL;

    for (size_t i = 0; i < h->count; i++) {
        const struct history_entry *entry = h->by_report[i];

        if (entry->standing != STANDING_CONFLICT) {
            open = NULL;
        } else if (open == NULL || open->event->kind != entry->event->kind ||
                   open->report_hash != entry->report_hash) {
            open = entry;
        } else if (c->version_conflict_count < CHART_VERSION_CONFLICTS_MAX) {
            c->version_conflicts[c->version_conflict_count++] =
                (struct version_conflict){.a = open->event, .b = entry->event};
            open = NULL;
        }
    }
}

void fold(const struct history *history, const struct cutoffs *cutoffs, int64_t as_of,
          struct chart *ret_chart)
{
    struct evidence_memory memory;
    struct evidence v = {.history = history,
                         .cutoffs = cutoffs,
                         .chart = ret_chart,
                         .counted = {.items = memory.counted}};

    memset(ret_chart, 0, sizeof(*ret_chart));
    ret_chart->as_of = as_of;
    ret_chart->as_of_day = instant_day(as_of);
    ret_chart->next_change_day = DAY_NONE;
    collect_counted(&v);
    evidence_sort(&v, &memory);
    evidence_note_absent(&v);
    fold_death(&v);
    fold_starts(&v);
    fold_primary(&v);
    fold_nodes(&v);
    fold_scope(&v);
    fold_therapy(&v);
    fold_response(&v);
    fold_line_drugs(&v);
    fold_fitness(&v);
    fold_extent(&v);
    fold_factors(&v);
    fold_molecular(&v);
    fold_plans(&v);
    fold_boards(&v);
    fold_stage(&v);
    fold_version_conflicts(history, ret_chart);
}
