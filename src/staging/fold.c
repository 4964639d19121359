#include "staging/fold.h"

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

void fold_record(const struct history *history, const struct cutoffs *cutoffs, struct record *ret)
{
    struct evidence *v = &ret->evidence;

    memset(&ret->chart, 0, sizeof(ret->chart));
    ret->chart.next_change_day = DAY_NONE;
    *v = (struct evidence){.history = history, .cutoffs = cutoffs, .chart = &ret->chart};
    evidence_collect(v, &ret->memory);
    evidence_sort(v, &ret->memory);
    fold_death(v);
    fold_starts(v);
    fold_primary(v);
    fold_nodes(v);
    fold_scope(v);
    fold_therapy(v);
    ret->treated = fold_lines(v, &ret->line, &ret->course);
    fold_line_drugs(v);
    fold_sites(v);
    fold_factors(v);
    fold_molecular(v);
    fold_plans(v);
    fold_boards(v);
    fold_stage(v);
    fold_version_conflicts(v);
}

void fold_ages(struct record *record, int64_t as_of, struct chart *ret_chart)
{
    struct evidence *v = &record->evidence;

    *ret_chart = record->chart;
    ret_chart->as_of = as_of;
    ret_chart->as_of_day = instant_day(as_of);
    v->chart = ret_chart;
    if (record->treated)
        fold_response(v, &record->line, &record->course);
    else
        fold_ct(v, NULL, NULL);
    fold_fitness(v);
    fold_extent(v);
    fold_cea(v);
    fold_recent_bevacizumab(v);
    fold_recent_operations(v);
    fold_pet(v);
}

void fold(const struct history *history, const struct cutoffs *cutoffs, int64_t as_of,
          struct chart *ret_chart)
{
    struct record record;

    fold_record(history, cutoffs, &record);
    fold_ages(&record, as_of, ret_chart);
}
