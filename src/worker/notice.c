#include "worker/notice.h"

#include "base/log.h"

void notice_refused(int32_t lane, const char *topic, int32_t partition, enum recovery_row row)
{
    const struct log_field fields[] = {
        log_number("lane", lane), log_word("topic", topic), log_number("partition", partition),
        log_word("found", recovery_row_name(row)), log_word("meaning", recovery_row_meaning(row))};

    log_event(LOG_ERROR, "partition-refused", fields, sizeof(fields) / sizeof(fields[0]));
}

/* Refused by the offsets: they are said, for whoever has to find out what moved. */
static void notice_offsets(int32_t lane, const struct recovery *r, size_t i)
{
    const struct store_position *position = &r->positions[i];
    const struct log_field fields[] = {
        log_number("lane", lane),
        log_word("topic", r->keys[i].topic),
        log_number("partition", r->keys[i].partition),
        log_number("committed_offset", r->committed[i].known ? r->committed[i].offset : -1),
        log_number("next_offset", position->known ? position->next_offset : -1),
        log_number("published_offset", position->known ? position->published_offset : -1),
        log_number("log_end_offset", r->log_high[i]),
        log_word("found", recovery_row_name(r->plans[i].row)),
        log_word("meaning", recovery_row_meaning(r->plans[i].row)),
    };

    log_event(LOG_ERROR, "partition-refused", fields, sizeof(fields) / sizeof(fields[0]));
}

static void notice_gap(int32_t lane, const struct store_partition *key,
                       const struct recovery_plan *plan)
{
    const struct log_field fields[] = {
        log_number("lane", lane),
        log_word("topic", key->topic),
        log_number("partition", key->partition),
        log_number("first_missing", plan->gap_from),
        log_number("last_missing", plan->gap_to - 1),
        log_word("meaning", recovery_row_meaning(plan->row)),
    };

    log_event(LOG_ERROR, "results-deleted-unread", fields, sizeof(fields) / sizeof(fields[0]));
}

static void notice_going_on(int32_t lane, const struct store_partition *key,
                            const struct recovery_plan *plan)
{
    bool usual = plan->row == RECOVERY_USUAL || plan->row == RECOVERY_FIRST_START;
    enum log_level level = usual ? LOG_INFO : plan->maybe_twice ? LOG_WARNING : LOG_INFO;
    const struct log_field fields[] = {
        log_number("lane", lane),
        log_word("topic", key->topic),
        log_number("partition", key->partition),
        log_number("next_offset", plan->next_offset),
        log_number("republish_from", plan->republish_from),
        log_number("suppress_below", plan->suppress_below),
        log_word("found", recovery_row_name(plan->row)),
        log_word("meaning", recovery_row_meaning(plan->row)),
    };

    if (plan->row == RECOVERY_NEW_DATABASE || plan->row == RECOVERY_RESTORED)
        level = LOG_WARNING;
    log_event(level, "partition-assigned", fields, sizeof(fields) / sizeof(fields[0]));
}

void notice_recovery(int32_t lane, const struct recovery *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->plans[i].row == RECOVERY_REFUSED_GAP)
            notice_gap(lane, &r->keys[i], &r->plans[i]);
        else if (recovery_is_refused(r->plans[i].row))
            notice_offsets(lane, r, i);
        else
            notice_going_on(lane, &r->keys[i], &r->plans[i]);
    }
}

void notice_trouble(int32_t lane, const struct err *err)
{
    const struct log_field fields[] = {log_number("lane", lane), log_error(err)};

    log_event(LOG_WARNING, "kafka-trouble", fields, sizeof(fields) / sizeof(fields[0]));
}
