#include "worker/report.h"

#include "worker/intake.h"

#include <string.h>

void report_add(struct report *total, struct report *d)
{
    for (size_t i = 0; i < REPORT_TOPICS_MAX; i++) {
        total->consumed[i] += d->consumed[i];
        total->consumed_bytes[i] += d->consumed_bytes[i];
    }
    for (size_t i = 0; i < ERROR_CODE_COUNT; i++)
        total->dead_lettered[i] += d->dead_lettered[i];
    for (size_t i = 0; i < REPORT_CHANGES; i++)
        total->published[i] += d->published[i];
    total->applied += d->applied;
    total->older += d->older;
    total->duplicates += d->duplicates;
    total->dead_letters_published += d->dead_letters_published;
    total->dead_letters_closed += d->dead_letters_closed;
    total->republished += d->republished;
    total->batches += d->batches;
    total->misses += d->misses;
    total->rebalances += d->rebalances;
    total->recoveries += d->recoveries;
    total->reconnects += d->reconnects;
    total->producers_recreated += d->producers_recreated;
    total->reviews_published += d->reviews_published;
    total->reevaluations_published += d->reevaluations_published;
    total->unknown_fields += d->unknown_fields;
    total->trouble += d->trouble;
    total->batch_records = d->batch_records;
    memcpy(total->duration_us, d->duration_us, sizeof(total->duration_us));
    memset(d, 0, sizeof(*d));
}

void report_published(struct report *r, const struct store_output *output)
{
    const char *change;

    if (output->recommendation == NULL) {
        r->dead_letters_published++;
        return;
    }
    change = output->recommendation->change;
    if (strcmp(change, "initial") == 0)
        r->published[REPORT_INITIAL]++;
    else
        r->published[strcmp(change, "changed") == 0 ? REPORT_CHANGED : REPORT_UNCHANGED]++;
}

void report_decided(struct report *r, const struct intake *intake, const struct report *judged,
                    const struct store_result *result)
{
    r->batches++;
    r->applied += judged->applied;
    r->older += judged->older;
    r->duplicates += judged->duplicates;
    r->batch_records = (int64_t)intake->count;
    r->unknown_fields += intake->unknown_fields;
    r->dead_letters_closed += (int64_t)result->closing_count;
    for (size_t i = 0; i < intake->count; i++)
        if (intake->items[i].code != ERROR_NONE)
            r->dead_lettered[intake->items[i].code]++;
}
