#ifndef WORKER_NOTICE_H
#define WORKER_NOTICE_H

/* Notices: what a lane tells its operators in the log, each worded in one place. */
#include "base/err.h"
#include "worker/recovery.h"

#include <stdint.h>

/* What was found for each partition; silent for those in the usual state. */
void notice_recovery(int32_t lane, const struct recovery *recovery);

/* A partition that is not read any more, and why. */
void notice_refused(int32_t lane, const char *topic, int32_t partition, enum recovery_row row);

/* The Kafka client complains; it goes on trying by itself. */
void notice_trouble(int32_t lane, const struct err *err);

#endif
