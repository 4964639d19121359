#ifndef BASE_CONFIG_SOURCE_H
#define BASE_CONFIG_SOURCE_H

/*
 * Config source: from the spelling of each place to keys and values.  Used by config.c alone.
 */
#include "base/arena.h"
#include "base/config.h"

/* One setting as it stood somewhere; texts live in the arena or longer. */
struct config_entry {
    const char *key;   /* without _FILE */
    const char *value; /* for a secret in a file of its own: what that file holds */
    struct config_origin origin;
};

/* What receives the entries, one by one. */
struct config_taker {
    enum status (*take)(void *context, const struct config_entry *entry, struct err *err);
    void *context;
};

/* Give every setting of the properties file ${path}, of the environment, or of the flags. */
enum status config_source_file(const char *path, struct arena *arena,
                               const struct config_taker *taker, struct err *err)
    __attribute__((warn_unused_result));
enum status config_source_environment(char *const *environment, struct arena *arena,
                                      const struct config_taker *taker, struct err *err)
    __attribute__((warn_unused_result));
enum status config_source_flags(const struct config_flags *flags, struct arena *arena,
                                const struct config_taker *taker, struct err *err)
    __attribute__((warn_unused_result));

/* Whether ${key} holds a secret, so that it may have a file of its own. */
bool config_source_is_secret(const char *key);

#endif
