#include "worker/report.h"

#include "worker/intake.h"

#include <string.h>

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

void report_decided(struct report *r, const struct intake *intake,
                    const struct store_result *result)
{
    r->batches++;
    r->batch_records = (int64_t)intake->count;
    r->unknown_fields += intake->unknown_fields;
    r->dead_letters_closed += (int64_t)result->closing_count;
    for (size_t i = 0; i < intake->count; i++)
        if (intake->items[i].code != ERROR_NONE)
            r->dead_lettered[intake->items[i].code]++;
}
