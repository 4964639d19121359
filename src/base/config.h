#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

/*
 * Configuration: what an operator may set, where it may stand, and what it says.
 *
 * Four places, each over the one before: the default, a properties file, the environment, flags.
 * The file has lines "key = value", comments begin with #.  The environment names a setting in
 * capitals with underscores (topic.dead_letters is RESTAGE_TOPIC_DEAD_LETTERS); for librdkafka's
 * properties _ stands for a dot, __ for an underscore and ___ for a hyphen
 * (RESTAGE_KAFKA_SASL_MECHANISM is kafka.sasl.mechanism).  A secret may be in a file of its own,
 * named by the same key with _FILE behind it; the line's end there is dropped.
 *
 * Strict: unknown keys, keys given twice, numbers without their unit or beyond their limits are
 * refused with file and line, and with the key that was probably meant.  Texts never repeat a
 * value.  What librdkafka, libpq and the policy think of their parts, they are asked by others.
 */
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_FILE_SIZE_MAX (1u << 20) /* bytes of a properties file */
#define CONFIG_KEY_SIZE_MAX 128         /* bytes of a key */
#define CONFIG_VALUE_SIZE_MAX 16384     /* bytes of a value, or of a secret's file */
#define CONFIG_ENTRIES_MAX 256          /* settings in one place */
#define CONFIG_ORIGIN_SIZE 320          /* bytes of an origin as text, with the NUL */

enum config_place { CONFIG_DEFAULT = 0, CONFIG_FILE, CONFIG_ENVIRONMENT, CONFIG_FLAG };

/* Where a value came from. */
struct config_origin {
    enum config_place place;
    const char *name; /* of the file, the variable or the flag; "" for a default */
    int line;         /* of the file, from 1 */
};

/* One of the keys that are handed on as they are: kafka.* without "kafka.", policy.* likewise. */
struct config_pair {
    const char *name;
    const char *value;
    struct config_origin origin;
};

/* Times are milliseconds, sizes bytes; every text is there, "" when empty. */
struct config {
    const char *instance; /* the host's name unless set */
    const char *group;
    const char *topic_pathology;
    const char *topic_imaging;
    const char *topic_clinical;
    const char *topic_recommendations;
    const char *topic_dead_letters;
    const char *postgres;    /* libpq conninfo; "": the PG* environment */
    const char *http_listen; /* "host:port", "" for off */
    int64_t lanes;
    int64_t batch_max;
    int64_t batch_bytes;
    int64_t static_membership; /* 0 or 1 */
    int64_t session_timeout_ms;
    int64_t transaction_timeout_ms;
    int64_t shutdown_timeout_ms;
    int64_t review_interval_ms;
    int64_t log_level;  /* enum log_level */
    int64_t log_format; /* enum log_format */
    const struct config_pair *kafka;
    size_t kafka_count;
    const struct config_pair *policy;
    size_t policy_count;
};

/* What stood among a command's arguments. */
struct config_flags {
    const char *file; /* -c FILE; NULL: RESTAGE_CONFIG, else /etc/restage/restage.properties */
    struct {
        const char *text; /* "key=value"; with `kafka` set a property of librdkafka */
        bool kafka;
    } given[CONFIG_ENTRIES_MAX];
    size_t given_count;
};

/*
 * Take -c FILE, -X property=value and --set key=value out of ${argv}; the others keep their order,
 * ${argc} becomes their number, argv[argc] NULL.  REJECT when an argument is missing.
 */
enum status config_flags_take(int *argc, char **argv, struct config_flags *ret, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Read all places.  ${environment} is a list like `environ`, NULL for none.  REJECT for anything
 * that is wrong with what was written, a file that cannot be read included.
 */
enum status config_load(const struct config_flags *flags, char *const *environment,
                        const struct config **ret, struct err *err)
    __attribute__((warn_unused_result));
void config_free(const struct config *config); /* NULL is fine */

/* One value as it is in force, for people. */
struct config_shown {
    char key[CONFIG_KEY_SIZE_MAX + 8];
    char value[CONFIG_VALUE_SIZE_MAX + 64]; /* with its unit; secrets read "(redacted)" */
    const char *help;                       /* "" for a key that is handed on */
    struct config_origin origin;
};

/* How many values there are, handed-on ones included, and the ${i}-th of them. */
size_t config_shown_count(const struct config *config);
void config_show(const struct config *config, size_t i, struct config_shown *ret);

/* "restage.properties:12", "RESTAGE_GROUP", "--set", "default". */
void config_origin_format(const struct config_origin *origin, char ret_text[CONFIG_ORIGIN_SIZE]);

/* The lines of a properties file that state every setting, commented out, with its default. */
void config_sample(struct text_builder *b);

#endif
