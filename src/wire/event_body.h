#ifndef WIRE_EVENT_BODY_H
#define WIRE_EVENT_BODY_H

/* Event body: from a decoded message's body to the event's; a part of event_wire, used by it alone.
 */
#include "restage/v1/clinical_event.pb-c.h"
#include "staging/event.h"
#include "wire/field_path.h"

/* What every conversion needs: where its lists go, and how to refuse. */
struct body_reader {
    struct arena *arena;
    struct field_path path;
    int64_t latest_ms; /* clinical times after it lie in the future */
    enum error_code code;
    struct err *err;
};

/* Refuse the field ${name} below the reader's path. */
enum status body_refuse(struct body_reader *r, const char *name, enum error_code code,
                        const char *why);

/*
 * Parse a clinical time of the field ${name}: "" is absent.  Refused are other texts, years before
 * 1900 and, unless ${may_be_future}, times later than the reader's latest.
 */
enum status body_read_time(struct body_reader *r, const char *name, const char *text,
                           bool may_be_future, struct stated_time *ret);

/* Convert the body of ${message}, whose case is known, into ${ret}. */
enum status body_read(struct body_reader *r, const Restage__V1__ClinicalEvent *message,
                      struct event *ret);

#endif
