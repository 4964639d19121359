#include "base/config_source.h"

#include "base/config_file.h"
#include "base/config_settings.h"
#include "base/secret.h"
#include "base/suggest.h"

#include <string.h>

#define PREFIX "RESTAGE_"
#define FILE_SUFFIX "_FILE"
#define SETTINGS_MAX 64

bool config_source_is_secret(const char *key)
{
    if (strncmp(key, "kafka.", 6) == 0)
        return secret_is_property(key + 6);
    for (size_t i = 0; i < config_settings_count; i++)
        if (strcmp(config_settings[i].key, key) == 0)
            return config_settings[i].secret;
    return false;
}

static enum status no_memory(struct err *err)
{
    return err_set(err, FATAL, "configuration: larger than its memory");
}

/* Put the place before what is said about it. */
static enum status at_origin(const struct config_origin *origin, struct err *err)
{
    char text[CONFIG_ORIGIN_SIZE];

    config_origin_format(origin, text);
    return err_add(err, "%s", text);
}

/* ---- Secrets in files of their own ----------------------------------------------------------- */

/* Replace the name of a file by what it holds; the line's end there is nobody's password. */
static enum status read_secret(struct config_entry *entry, struct arena *arena, struct err *err)
{
    char *text;
    size_t size;
    enum status status;

    if (!config_source_is_secret(entry->key))
        return err_set(err, REJECT, "%s: only a secret may be in a file of its own", entry->key);
    status = config_file_read(entry->value, CONFIG_VALUE_SIZE_MAX, arena, &text, err);
    if (status != OK)
        return status;
    size = strlen(text);
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
        size--;
    text[size] = '\0';
    entry->value = text;
    return OK;
}

/* Hand on one entry; ${in_file} when its key had _FILE behind it. */
static enum status give(struct config_entry *entry, bool in_file, struct arena *arena,
                        const struct config_taker *taker, struct err *err)
{
    enum status status = in_file ? read_secret(entry, arena, err) : OK;

    if (status == OK)
        status = taker->take(taker->context, entry, err);
    return status == OK ? OK : at_origin(&entry->origin, err);
}

/* Cut _FILE from the end of ${key}; whether it was there. */
static bool cut_file_suffix(char *key)
{
    size_t size = strlen(key);
    size_t suffix = sizeof(FILE_SUFFIX) - 1;

    if (size <= suffix || strcmp(key + size - suffix, FILE_SUFFIX) != 0)
        return false;
    key[size - suffix] = '\0';
    return true;
}

/* ---- The file -------------------------------------------------------------------------------- */

enum status config_source_file(const char *path, struct arena *arena,
                               const struct config_taker *taker, struct err *err)
{
    struct config_entry entry = {.origin = {.place = CONFIG_FILE}};
    struct config_line line;
    char *rest;
    int number = 0;
    enum status status = config_file_read(path, CONFIG_FILE_SIZE_MAX, arena, &rest, err);

    entry.origin.name = arena_copy(arena, path, strlen(path));
    while (status == OK) {
        char *key;

        if (entry.origin.name == NULL)
            return no_memory(err);
        status = config_file_next(&rest, &number, &line, err);
        entry.origin.line = number;
        if (status != OK)
            return at_origin(&entry.origin, err);
        if (line.key == NULL)
            return OK;
        key = arena_copy(arena, line.key, strlen(line.key));
        if (key == NULL)
            return no_memory(err);
        entry.key = key;
        entry.value = line.value;
        status = give(&entry, cut_file_suffix(key), arena, taker, err);
    }
    return status;
}

/* ---- The environment ------------------------------------------------------------------------- */

/* Variables that are not ours to read: of the tools beside the worker, and of container platforms,
   which describe a service named "restage" in this way. */
static bool is_foreign(const char *name)
{
    static const char *const others[] = {"CONFIG", "CACHE", "SEED", "BINARIES", "PATIENCE"};
    static const char *const prefixes[] = {"CRASH_", "SERVICE_", "PORT_"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(others[i], name) == 0)
            return true;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(prefixes[i], name, strlen(prefixes[i])) == 0)
            return true;
    return strcmp(name, "PORT") == 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* "topic.dead_letters" as "TOPIC_DEAD_LETTERS". */
static void spell(const char *key, char ret_name[CONFIG_KEY_SIZE_MAX])
{
    size_t i = 0;

    for (; key[i] != '\0'; i++) {
        char c = key[i];

        ret_name[i] = c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    ret_name[i] = '\0';
}

/* "SASL_MECHANISM" as "sasl.mechanism"; __ is an underscore, ___ a hyphen. */
static void read_kafka_name(const char *name, char *ret_key)
{
    while (*name != '\0') {
        size_t run = strspn(name, "_");

        if (run == 0) {
            *ret_key++ = lower(*name++);
            continue;
        }
        *ret_key++ = run == 1 ? '.' : run == 2 ? '_' : '-';
        name += run;
    }
    *ret_key = '\0';
}

static enum status refuse_variable(const char *name, struct err *err)
{
    char names[SETTINGS_MAX][CONFIG_KEY_SIZE_MAX];
    const char *words[SETTINGS_MAX];
    const char *meant;

    for (size_t i = 0; i < config_settings_count; i++) {
        spell(config_settings[i].key, names[i]);
        words[i] = names[i];
    }
    meant = suggest(name, words, config_settings_count);
    if (meant == NULL)
        return err_set(err, REJECT, "there is no such setting");
    return err_set(err, REJECT, "there is no such setting; did you mean " PREFIX "%s?", meant);
}

/* The key that ${name}, without RESTAGE_ and _FILE, stands for. */
static enum status key_of(const char *name, char ret_key[CONFIG_KEY_SIZE_MAX], struct err *err)
{
    char spelt[CONFIG_KEY_SIZE_MAX];

    if (strncmp(name, "KAFKA_", 6) == 0) {
        memcpy(ret_key, "kafka.", 6);
        read_kafka_name(name + 6, ret_key + 6);
        return OK;
    }
    if (strncmp(name, "POLICY_", 7) == 0) {
        size_t i = 7;

        memcpy(ret_key, "policy.", 7);
        for (; name[i] != '\0'; i++)
            ret_key[i] = lower(name[i]);
        ret_key[i] = '\0';
        return OK;
    }
    for (size_t i = 0; i < config_settings_count; i++) {
        spell(config_settings[i].key, spelt);
        if (strcmp(spelt, name) == 0) {
            memcpy(ret_key, config_settings[i].key, strlen(config_settings[i].key) + 1);
            return OK;
        }
    }
    return refuse_variable(name, err);
}

static enum status take_variable(const char *variable, struct arena *arena,
                                 const struct config_taker *taker, struct err *err)
{
    const char *sign = strchr(variable, '=');
    struct config_entry entry = {.origin = {.place = CONFIG_ENVIRONMENT}};
    char *name;
    char *key;
    bool in_file;
    enum status status;

    if (sign == NULL || strncmp(variable, PREFIX, sizeof(PREFIX) - 1) != 0)
        return OK;
    name = arena_copy(arena, variable, (size_t)(sign - variable));
    key = arena_zalloc(arena, 1, CONFIG_KEY_SIZE_MAX);
    if (name == NULL || key == NULL)
        return no_memory(err);
    entry.origin.name = arena_copy(arena, name, strlen(name));
    entry.value = sign + 1;
    entry.key = key;
    name += sizeof(PREFIX) - 1;
    if (is_foreign(name))
        return OK;
    if (entry.origin.name == NULL)
        return no_memory(err);
    if (!config_file_is_key(name, strlen(name)))
        return err_set(err, REJECT, "environment: a name behind " PREFIX " is no key, or too long");
    if (strlen(entry.value) > CONFIG_VALUE_SIZE_MAX ||
        !text_is_utf8(entry.value, strlen(entry.value)))
        status = err_set(err, REJECT, "the value is too long, or not UTF-8");
    else {
        in_file = cut_file_suffix(name);
        status = key_of(name, key, err);
        if (status == OK)
            return give(&entry, in_file, arena, taker, err);
    }
    return at_origin(&entry.origin, err);
}

enum status config_source_environment(char *const *environment, struct arena *arena,
                                      const struct config_taker *taker, struct err *err)
{
    enum status status = OK;

    for (; environment != NULL && *environment != NULL && status == OK; environment++)
        status = take_variable(*environment, arena, taker, err);
    return status;
}

/* ---- Flags ----------------------------------------------------------------------------------- */

/* Arguments show in ps: a secret there is no secret. */
static bool shows_secret(const struct config_entry *entry)
{
    char shown[2 * CONFIG_VALUE_SIZE_MAX];
    struct text_builder b = text_builder_over(shown, sizeof(shown));

    if (!config_source_is_secret(entry->key))
        return false;
    if (strncmp(entry->key, "kafka.", 6) == 0)
        return true;
    secret_add_conninfo(&b, entry->value);
    return strstr(shown, SECRET_SHOWN) != NULL;
}

static enum status take_flag(const char *text, bool kafka, struct arena *arena,
                             const struct config_taker *taker, struct err *err)
{
    const char *sign = strchr(text, '=');
    size_t size = sign == NULL ? 0 : (size_t)(sign - text);
    struct config_entry entry = {.origin = {.place = CONFIG_FLAG, .name = kafka ? "-X" : "--set"}};
    char *key;

    if (sign == NULL || !config_file_is_key(text, size) ||
        size + sizeof("kafka.") > CONFIG_KEY_SIZE_MAX)
        return err_set(err, REJECT, "%s: not of the form %s=value", entry.origin.name,
                       kafka ? "property" : "key");
    if (strlen(sign + 1) > CONFIG_VALUE_SIZE_MAX || !text_is_utf8(sign + 1, strlen(sign + 1)))
        return err_set(err, REJECT, "%s: the value is too long, or not UTF-8", entry.origin.name);
    key = arena_zalloc(arena, 1, CONFIG_KEY_SIZE_MAX);
    if (key == NULL)
        return no_memory(err);
    if (kafka)
        memcpy(key, "kafka.", 6);
    memcpy(key + (kafka ? 6 : 0), text, size);
    entry.key = key;
    entry.value = sign + 1;
    if (cut_file_suffix(key))
        return give(&entry, true, arena, taker, err);
    if (shows_secret(&entry)) {
        (void)err_set(err, REJECT,
                      "%s: a secret among arguments shows in ps. HINT: name a file with %s_FILE",
                      key, key);
        return at_origin(&entry.origin, err);
    }
    return give(&entry, false, arena, taker, err);
}

enum status config_source_flags(const struct config_flags *flags, struct arena *arena,
                                const struct config_taker *taker, struct err *err)
{
    enum status status = OK;

    for (size_t i = 0; i < flags->given_count && status == OK; i++)
        status = take_flag(flags->given[i].text, flags->given[i].kafka, arena, taker, err);
    return status;
}
