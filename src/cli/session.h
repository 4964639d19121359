#ifndef CLI_SESSION_H
#define CLI_SESSION_H

/*
 * Session: what an operator's command stands on: the configuration, PostgreSQL and Kafka, each
 * opened when it is first asked for.
 *
 * Only session_open and session_fail print.  Answers are those of the module that failed.
 */
#include "base/config.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "store/store.h"

struct policy;
struct reader;
struct session;

/* Read the configuration; EX_OK, or the exit code after saying on standard error what is wrong. */
int session_open(const char *command, const struct config_flags *flags, struct session **ret)
    __attribute__((warn_unused_result));
void session_close(struct session *session); /* NULL is fine */

/* What was configured; lasts as long as the session. */
const struct config *session_config(const struct session *session);

/* The policy's numbers, sealed; last as long as the session. */
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

/* A reader of the recommendations (kafka/reader.h); owned by the session. */
enum status session_reader(struct session *session, bool from_beginning, struct reader **ret,
                           struct err *err) __attribute__((warn_unused_result));

/* Say "restage ${command}: text" on standard error; the exit code of <sysexits.h> for ${status}. */
int session_fail(const char *command, enum status status, const struct err *err);

#endif
