#ifndef BASE_CONFIG_SETTINGS_H
#define BASE_CONFIG_SETTINGS_H

/*
 * Config settings: the one table of settings.  Reading, showing and the sample file follow it.
 * Used by the files of the configuration alone.
 */
#include "base/config.h"
#include "base/text.h"

enum setting_kind {
    SETTING_TEXT = 0,
    SETTING_NAME,     /* letters, digits, dots, underscores, hyphens: topics, groups, instances */
    SETTING_LISTEN,   /* "host:port" or "off" */
    SETTING_COUNT,    /* a whole number without a unit */
    SETTING_SIZE,     /* bytes: B, KiB, MiB, GiB */
    SETTING_DURATION, /* milliseconds: ms, s, min, h */
    SETTING_SWITCH,   /* true or false */
    SETTING_LEVEL,
    SETTING_FORMAT,
};

struct setting {
    const char *key;
    enum setting_kind kind;
    size_t place;        /* offset in struct config: of a const char * or an int64_t */
    const char *initial; /* as it would be written */
    int64_t min;         /* of numbers, in the stored unit; of names: their length in bytes */
    int64_t max;
    bool secret; /* has a _FILE variant, is shown without its secret parts */
    const char *help;
};

extern const struct setting config_settings[];
extern const size_t config_settings_count;

/*
 * Set ${config} from ${value}, which must live as long as it.  REJECT says what is wrong, without
 * key and place.
 */
enum status setting_read(const struct setting *setting, const char *value, struct config *config,
                         struct err *err) __attribute__((warn_unused_result));

/* The value in ${config} as it would be written. */
void setting_write(const struct setting *setting, const struct config *config,
                   struct text_builder *b);

#endif
