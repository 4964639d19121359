#ifndef CLI_DEAD_LETTERS_H
#define CLI_DEAD_LETTERS_H

/* The verbs of `restage dead-letters`, shared by its files and by nobody else. */
#include "cli/session.h"
#include "store/store_admin.h"

#include <stdbool.h>

struct dead_letters_options {
    const char *state;  /* list: "" for any */
    const char *code;   /* list: "" for any */
    const char *by;     /* resolve */
    const char *reason; /* resolve */
    int64_t limit;      /* list */
    bool ids;           /* list: ids alone, for a pipe */
    bool value;         /* show: the original bytes alone */
    bool json;
    bool dry_run; /* replay, resolve */
};

#define DEAD_LETTERS_MEMORY_MAX ((size_t)64 << 20)

enum status dead_letters_list(struct session *session, const struct dead_letters_options *o,
                              struct arena *arena, struct err *err)
    __attribute__((warn_unused_result));

/*
 * What a verb does with one dead letter.  REJECT when this one cannot be dealt with so: the others
 * still are.
 */
enum status dead_letters_show(struct session *session, const struct dead_letters_options *o,
                              const struct store_dead_letter_row *row, struct arena *arena,
                              struct err *err) __attribute__((warn_unused_result));
enum status dead_letters_replay(struct session *session, const struct dead_letters_options *o,
                                const struct store_dead_letter_row *row, struct arena *arena,
                                struct err *err) __attribute__((warn_unused_result));
enum status dead_letters_resolve(struct session *session, const struct dead_letters_options *o,
                                 const struct store_dead_letter_row *row, struct arena *arena,
                                 struct err *err) __attribute__((warn_unused_result));

#endif
