#include "staging/fold.h"

#include "staging/evidence.h"

#include <string.h>

static void fold_death(struct evidence *v)
{
    const struct events *deaths = &v->of[BODY_DEATH];

    if (deaths->count > 0)
        v->chart->death = deaths->items[deaths->count - 1];
}

static void fold_version_conflicts(const struct evidence *v)
{
    const struct history *h = v->history;
    struct chart *c = v->chart;
    const struct history_entry *open = NULL;

    if (v->marked_count == 0)
        return; /* what is in conflict is marked */
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
    struct evidence v = {.history = history, .cutoffs = cutoffs, .chart = ret_chart};

    memset(ret_chart, 0, sizeof(*ret_chart));
    ret_chart->as_of = as_of;
    ret_chart->as_of_day = instant_day(as_of);
    ret_chart->next_change_day = DAY_NONE;
    evidence_collect(&v, &memory);
    evidence_sort(&v, &memory);
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
    fold_version_conflicts(&v);
}
