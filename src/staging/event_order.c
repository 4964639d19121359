#include "staging/event_order.h"

static int compare_int64(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

bool event_removes(const struct event *e)
{
    return e->status == REPORT_STATUS_RETRACTED || e->status == REPORT_STATUS_WRONG_PATIENT ||
           e->status == REPORT_STATUS_CANCELLED;
}

/* preliminary < final < corrected = amended < removing */
static int status_rank(const struct event *e)
{
    switch (e->status) {
    case REPORT_STATUS_UNSPECIFIED:
    case REPORT_STATUS_PRELIMINARY:
        return 0;
    case REPORT_STATUS_FINAL:
        return 1;
    case REPORT_STATUS_CORRECTED:
    case REPORT_STATUS_AMENDED:
        return 2;
    case REPORT_STATUS_RETRACTED:
    case REPORT_STATUS_WRONG_PATIENT:
    case REPORT_STATUS_CANCELLED:
        return 3;
    }
    return 0; /* uncovered: every status is named above */
}

/* An absent time of signing sorts first; a date without time is its midnight, UTC. */
static int64_t issued_at(const struct event *e)
{
    return e->issued_at.time.precision == PRECISION_NONE ? INT64_MIN : e->issued_at.time.earliest;
}

int event_version_compare(const struct event *a, const struct event *b)
{
    int order = compare_int64(a->report_version, b->report_version);

    if (order == 0)
        order = compare_int64(issued_at(a), issued_at(b));
    return order != 0 ? order : status_rank(a) - status_rank(b);
}

int64_t event_effective_at(const struct event *e)
{
    return e->effective_at.time.precision == PRECISION_NONE ? INT64_MIN
                                                            : e->effective_at.time.earliest;
}

int event_clinical_compare(const struct event *a, const struct event *b)
{
    int order = compare_int64(event_effective_at(a), event_effective_at(b));

    if (order == 0)
        order = (int)a->effective_at.time.precision - (int)b->effective_at.time.precision;
    if (order == 0)
        order = event_version_compare(a, b);
    return order != 0 ? order : uuid_compare(&a->event_id, &b->event_id);
}

bool event_is_known_later(const struct event *a, const struct event *b)
{
    const struct clinical_time *x = &a->effective_at.time;
    const struct clinical_time *y = &b->effective_at.time;

    if (x->precision == PRECISION_TIME && y->precision == PRECISION_TIME)
        return x->earliest > y->earliest;
    return x->first_day > y->last_day;
}
