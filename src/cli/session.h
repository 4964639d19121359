#ifndef CLI_SESSION_H
#define CLI_SESSION_H

/*
 * Session: what an operator's command stands on: the configuration, PostgreSQL and Kafka, each
 * opened when it is first asked for.
 *
 * Nothing here prints but session_fail.  Answers are those of the module that failed.
 */
#include "kafka/sink.h"
#include "kafka/source.h"
#include "store/store.h"

struct policy;
struct session;

/* Read the configuration (${file} NULL: the default place, if any). */
enum status session_open(const char *file, struct session **ret, struct err *err)
    __attribute__((warn_unused_result));
void session_close(struct session *session); /* NULL is fine */

/* The policy's numbers, not sealed; last as long as the session. */
const struct policy *session_policy(const struct session *session);

/* How to reach PostgreSQL; lasts as long as the session. */
const struct store_settings *session_store_settings(const struct session *session);

/* The connection, of the administrator's kind (store_admin.h); owned by the session. */
enum status session_store(struct session *session, struct store **ret, struct err *err)
    __attribute__((warn_unused_result));

/* The input topics, and the one that Restage's own events go to. */
const char *const *session_topics(const struct session *session, size_t *ret_count);
const char *session_clinical_topic(const struct session *session);

/* Queue a record; it is in the log when session_flush says OK. */
enum status session_send(struct session *session, const struct sink_record *record, struct err *err)
    __attribute__((warn_unused_result));
enum status session_flush(struct session *session, struct err *err)
    __attribute__((warn_unused_result));

/* A consumer of the group that never joins it: only for questions; owned by the session. */
enum status session_source(struct session *session, struct source **ret, struct err *err)
    __attribute__((warn_unused_result));

/* Say "restage ${command}: text" on standard error; the exit code of <sysexits.h> for ${status}. */
int session_fail(const char *command, enum status status, const struct err *err);

#endif
