#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

/*
 * Migrate: bring the schema to the version that this program was built with.
 *
 * The numbered scripts of schemas/ are embedded in the program.  Each is applied once, in order, in
 * a transaction of its own that also records it in restage.schema_migrations with its SHA-256.  An
 * advisory lock keeps two migrations from running at once: the second waits and finds nothing to
 * do.
 */
#include "store/store.h"

enum migration_state {
    MIGRATION_NONE = 0,
    MIGRATION_APPLIED,
    MIGRATION_PENDING,
    MIGRATION_CHANGED, /* applied with another text than the one embedded here */
    MIGRATION_UNKNOWN, /* applied by a newer program: not embedded here */
};

struct migration {
    int32_t number;
    const char *name;
    char sha256[SHA256_HEX_SIZE]; /* of the embedded text; of the applied one when unknown */
    enum migration_state state;
    int64_t applied_at; /* milliseconds; 0 when pending */
};

/* "applied", "pending", "changed" or "unknown". */
const char *migration_state_name(enum migration_state state);

/*
 * Every script that is embedded or was applied, by number.  A database without the schema has all
 * of them pending.  RETRY and FATAL as in store.h.
 */
enum status migrate_status(const struct store_settings *settings, struct arena *arena,
                           struct migration **ret, size_t *ret_count, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Apply what is pending; ${ret_applied} counts.  FATAL, nothing applied, when an applied script was
 * changed, when the schema is newer than this program, or when the server's encoding is not UTF8;
 * when a script fails, it is rolled back and those before it stay.
 */
enum status migrate_up(const struct store_settings *settings, struct arena *arena,
                       size_t *ret_applied, struct err *err) __attribute__((warn_unused_result));

/* OK when every embedded script is applied, unchanged, and no other; else FATAL naming the first.
 */
enum status migrate_verify(const struct store_settings *settings, struct arena *arena,
                           struct err *err) __attribute__((warn_unused_result));

#endif
