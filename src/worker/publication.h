#ifndef WORKER_PUBLICATION_H
#define WORKER_PUBLICATION_H

/*
 * Publication: from a row that was written to the Kafka record that says so.
 *
 * Pure: the same row gives the same record, now and when it is published again.  Recommendations
 * carry CloudEvents 1.0 attributes in binary mode; dead letters carry the original bytes and
 * headers that say why (docs: README "What comes out").
 */
#include "kafka/sink.h"
#include "store/store.h"

#include <stdbool.h>

#define PUBLICATION_HEADERS_MAX 16
#define PUBLICATION_TEXT_SIZE 1024
/* Above this a producer's default limit of 1,000,000 bytes comes near: the value stays in
 * PostgreSQL. */
#define PUBLICATION_VALUE_SIZE_MAX 900000

struct publication_topics {
    const char *recommendations;
    const char *dead_letters;
};

struct publication {
    struct sink_record record;
    struct sink_header headers[PUBLICATION_HEADERS_MAX];
    char text[PUBLICATION_TEXT_SIZE]; /* what the headers point to */
    size_t text_used;
};

/*
 * Fill ${ret} from ${output}; it points into the output and into itself, so it must not be moved.
 * With ${maybe_twice} the header restage-republished says that readers may have seen it before.
 */
void publication_make(const struct store_output *output, const struct publication_topics *topics,
                      bool maybe_twice, struct publication *ret);

#endif
