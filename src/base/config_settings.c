#include "base/config_settings.h"

#include "base/secret.h"

#include <string.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define KIB INT64_C(1024)
#define MIB (1024 * KIB)

const struct setting config_settings[] = {
    {.key = "instance",
     .kind = SETTING_NAME,
     .place = offsetof(struct config, instance),
     .initial = "",
     .min = 0,
     .max = 128,
     .help = "Name of this worker: stable over restarts, its own for each running worker. "
             "Empty: the host's name."},
    {.key = "lanes",
     .kind = SETTING_COUNT,
     .place = offsetof(struct config, lanes),
     .initial = "1",
     .min = 1,
     .max = 64,
     .help = "Consumers, each with a producer, a database connection and a thread of its own."},
    {.key = "group",
     .kind = SETTING_NAME,
     .place = offsetof(struct config, group),
     .initial = "restage",
     .min = 1,
     .max = 96,
     .help = "Consumer group of all workers that share the work."},
    {.key = "topic.pathology",
     .kind = SETTING_NAME,
     .place = offsetof(struct config, topic_pathology),
     .initial = "restage.pathology",
     .min = 1,
     .max = 249,
     .help = "Input: pathology and molecular results."},
    {.key = "topic.imaging",
     .kind = SETTING_NAME,
     .place = offsetof(struct config, topic_imaging),
     .initial = "restage.imaging",
     .min = 1,
     .max = 249,
     .help = "Input: imaging and endoscopy."},
    {.key = "topic.clinical",
     .kind = SETTING_NAME,
     .place = offsetof(struct config, topic_clinical),
     .initial = "restage.clinical",
     .min = 1,
     .max = 249,
     .help = "Input: every other event, Restage's own among them."},
    {.key = "topic.recommendations",
     .kind = SETTING_NAME,
     .place = offsetof(struct config, topic_recommendations),
     .initial = "restage.recommendations",
     .min = 1,
     .max = 249,
     .help = "Output: one recommendation for each event that was applied."},
    {.key = "topic.dead_letters",
     .kind = SETTING_NAME,
     .place = offsetof(struct config, topic_dead_letters),
     .initial = "restage.dead-letters",
     .min = 1,
     .max = 249,
     .help = "Output: records that were refused, untouched, with the reason in their headers."},
    {.key = "postgres",
     .kind = SETTING_TEXT,
     .place = offsetof(struct config, postgres),
     .initial = "",
     .secret = true,
     .help = "libpq connection string or URI. Empty: the PG* variables. postgres_FILE names a "
             "file that holds it."},
    {.key = "batch.max",
     .kind = SETTING_COUNT,
     .place = offsetof(struct config, batch_max),
     .initial = "500",
     .min = 1,
     .max = 5000,
     .help = "Records in one batch at most."},
    {.key = "batch.bytes",
     .kind = SETTING_SIZE,
     .place = offsetof(struct config, batch_bytes),
     .initial = "4MiB",
     .min = 64 * KIB,
     .max = 64 * MIB,
     .help = "Bytes in one batch after which no further record is taken."},
    {.key = "static.membership",
     .kind = SETTING_SWITCH,
     .place = offsetof(struct config, static_membership),
     .initial = "true",
     .help = "A restarted worker takes up its partitions at once. Switch it off where instances "
             "have no stable names."},
    {.key = "session.timeout",
     .kind = SETTING_DURATION,
     .place = offsetof(struct config, session_timeout_ms),
     .initial = "10s",
     .min = SECOND_MS,
     .max = 30 * MINUTE_MS,
     .help = "After which silence the group gives a worker's partitions to others."},
    {.key = "transaction.timeout",
     .kind = SETTING_DURATION,
     .place = offsetof(struct config, transaction_timeout_ms),
     .initial = "15s",
     .min = 5 * SECOND_MS,
     .max = 15 * MINUTE_MS,
     .help = "After which the broker aborts a transaction that nobody ends."},
    {.key = "shutdown.timeout",
     .kind = SETTING_DURATION,
     .place = offsetof(struct config, shutdown_timeout_ms),
     .initial = "20s",
     .min = SECOND_MS,
     .max = 10 * MINUTE_MS,
     .help = "How long a worker that was told to stop may take."},
    {.key = "review.interval",
     .kind = SETTING_DURATION,
     .place = offsetof(struct config, review_interval_ms),
     .initial = "10s",
     .min = 100,
     .max = HOUR_MS,
     .help = "How often a lane looks for reviews that have become due."},
    {.key = "http.listen",
     .kind = SETTING_LISTEN,
     .place = offsetof(struct config, http_listen),
     .initial = "127.0.0.1:9464",
     .help = "Address of /livez, /readyz and /metrics; port 0 takes a free one, off opens none."},
    {.key = "log.level",
     .kind = SETTING_LEVEL,
     .place = offsetof(struct config, log_level),
     .initial = "info",
     .help = "debug, info, warning or error."},
    {.key = "log.format",
     .kind = SETTING_FORMAT,
     .place = offsetof(struct config, log_format),
     .initial = "logfmt",
     .help = "logfmt or json."},
};
const size_t config_settings_count = sizeof(config_settings) / sizeof(config_settings[0]);

/* ---- Units ----------------------------------------------------------------------------------- */

struct unit {
    const char *name;
    int64_t factor;
};

/* From the largest on, so that writing finds the shortest form first. */
static const struct unit size_units[] = {
    {"GiB", 1024 * MIB}, {"MiB", MIB}, {"KiB", KIB}, {"B", 1}, {NULL, 0}};
static const struct unit duration_units[] = {
    {"h", HOUR_MS}, {"min", MINUTE_MS}, {"s", SECOND_MS}, {"ms", 1}, {NULL, 0}};
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum setting_kind kind)
{
    if (kind == SETTING_SIZE)
        return size_units;
    return kind == SETTING_DURATION ? duration_units : no_units;
}

static const struct unit *find_unit(const struct unit *units, const char *name)
{
    for (; units->name != NULL; units++)
        if (strcmp(units->name, name) == 0)
            return units;
    return NULL;
}

static void add_number(struct text_builder *b, enum setting_kind kind, int64_t number)
{
    const struct unit *unit = units_of(kind);

    while (number % unit->factor != 0 || (number == 0 && unit[1].name != NULL))
        unit++;
    text_add_number(b, number / unit->factor);
    text_add(b, unit->name);
}

static enum status refuse_range(const struct setting *s, struct err *err)
{
    char min[32];
    char max[32];
    struct text_builder b = text_builder_over(min, sizeof(min));

    add_number(&b, s->kind, s->min);
    b = text_builder_over(max, sizeof(max));
    add_number(&b, s->kind, s->max);
    return err_set(err, REJECT, "must be from %s to %s", min, max);
}

static enum status read_number(const struct setting *s, const char *value, int64_t *ret,
                               struct err *err)
{
    const struct unit *unit;
    int64_t number = 0;
    size_t digits = strspn(value, "0123456789");

    if (digits == 0)
        return err_set(err, REJECT, "must be a whole number%s",
                       s->kind == SETTING_COUNT      ? ""
                       : s->kind == SETTING_DURATION ? " with a unit, as in 30s"
                                                     : " with a unit, as in 4MiB");
    unit = find_unit(units_of(s->kind), value + digits + strspn(value + digits, " "));
    if (unit == NULL && s->kind == SETTING_COUNT)
        return err_set(err, REJECT, "must be a whole number without a unit");
    if (unit == NULL)
        return err_set(err, REJECT, "needs a unit: %s",
                       s->kind == SETTING_DURATION ? "ms, s, min or h" : "B, KiB, MiB or GiB");
    for (size_t i = 0; i < digits; i++) {
        if (number > (s->max - (value[i] - '0')) / 10)
            return refuse_range(s, err);
        number = number * 10 + (value[i] - '0');
    }
    if (number > s->max / unit->factor || number * unit->factor < s->min)
        return refuse_range(s, err);
    *ret = number * unit->factor;
    return OK;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static const char *const switch_words[] = {"false", "true", NULL};
static const char *const level_words[] = {"debug", "info", "warning", "error", NULL};
static const char *const format_words[] = {"logfmt", "json", NULL};

static const char *const *words_of(enum setting_kind kind)
{
    if (kind == SETTING_LEVEL)
        return level_words;
    return kind == SETTING_FORMAT ? format_words : switch_words;
}

static enum status read_word(const struct setting *s, const char *value, int64_t *ret,
                             struct err *err)
{
    const char *const *words = words_of(s->kind);

    for (int64_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0) {
            *ret = i;
            return OK;
        }
    }
    return err_set(err, REJECT, "must be %s",
                   s->kind == SETTING_LEVEL    ? "debug, info, warning or error"
                   : s->kind == SETTING_FORMAT ? "logfmt or json"
                                               : "true or false");
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static enum status check_name(const struct setting *s, const char *value, struct err *err)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t size = strlen(value);

    if (size < (size_t)s->min)
        return err_set(err, REJECT, "must not be empty");
    if (size > (size_t)s->max)
        return err_set(err, REJECT, "longer than %d bytes", (int)s->max);
    if (strspn(value, allowed) != size)
        return err_set(err, REJECT, "may hold letters, digits, dots, underscores and hyphens only");
    return OK;
}

static enum status read_listen(const char *value, const char **ret, struct err *err)
{
    const char *colon = strrchr(value, ':');
    size_t digits = colon == NULL ? 0 : strspn(colon + 1, "0123456789");
    int32_t port = 0;

    if (strcmp(value, "off") == 0 || value[0] == '\0') {
        *ret = "";
        return OK;
    }
    if (colon == NULL || colon == value || digits == 0 || digits > 5 || colon[1 + digits] != '\0')
        return err_set(err, REJECT, "must be host:port, as in 127.0.0.1:9464, or off");
    for (size_t i = 1; i <= digits; i++)
        port = port * 10 + (colon[i] - '0');
    if (port > 65535)
        return err_set(err, REJECT, "a port is at most 65535");
    *ret = value;
    return OK;
}

/* ---- Both ways ------------------------------------------------------------------------------- */

static const char **text_at(const struct setting *s, struct config *config)
{
    return (const char **)(void *)((char *)config + s->place);
}

static int64_t *number_at(const struct setting *s, struct config *config)
{
    return (int64_t *)(void *)((char *)config + s->place);
}

enum status setting_read(const struct setting *s, const char *value, struct config *config,
                         struct err *err)
{
    enum status status = OK;

    switch (s->kind) {
    case SETTING_TEXT:
        *text_at(s, config) = value;
        break;
    case SETTING_NAME:
        status = check_name(s, value, err);
        if (status == OK)
            *text_at(s, config) = value;
        break;
    case SETTING_LISTEN:
        status = read_listen(value, text_at(s, config), err);
        break;
    case SETTING_COUNT:
    case SETTING_SIZE:
    case SETTING_DURATION:
        status = read_number(s, value, number_at(s, config), err);
        break;
    case SETTING_SWITCH:
    case SETTING_LEVEL:
    case SETTING_FORMAT:
        status = read_word(s, value, number_at(s, config), err);
        break;
    }
    return status;
}

void setting_write(const struct setting *s, const struct config *config, struct text_builder *b)
{
    const char *place = (const char *)config + s->place;
    const char *text;
    int64_t number;

    switch (s->kind) {
    case SETTING_TEXT:
    case SETTING_NAME:
    case SETTING_LISTEN:
        memcpy(&text, place, sizeof(text));
        if (s->secret)
            secret_add_conninfo(b, text);
        else
            text_add(b, s->kind == SETTING_LISTEN && text[0] == '\0' ? "off" : text);
        break;
    case SETTING_COUNT:
    case SETTING_SIZE:
    case SETTING_DURATION:
        memcpy(&number, place, sizeof(number));
        add_number(b, s->kind, number);
        break;
    case SETTING_SWITCH:
    case SETTING_LEVEL:
    case SETTING_FORMAT:
        memcpy(&number, place, sizeof(number));
        text_add(b, words_of(s->kind)[number]);
        break;
    }
}
