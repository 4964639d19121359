#ifndef EXPLORE_RECORDS_H
#define EXPLORE_RECORDS_H

/* The records of the input log: a few small events of one patient, and one that is no event. */
#include "kafka/source.h"

/* Make them; a mistake ends the program. */
void records_make(void);
void records_free(void);

struct source_record records_at(int partition, int64_t offset);

#endif
