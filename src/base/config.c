#include "base/config.h"

#include "base/arena.h"
#include "base/config_settings.h"
#include "base/config_source.h"
#include "base/secret.h"
#include "base/suggest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_FILE "/etc/restage/restage.properties"
#define MEMORY_MAX ((size_t)16 << 20) /* bytes of all texts of one configuration */
#define SETTINGS_MAX 64
#define HOST_SIZE_MAX 256

/* A configuration and what belongs to it; the public part comes first. */
struct loaded {
    struct config config;
    struct arena *arena;
    const char *values[SETTINGS_MAX]; /* parallel to config_settings; NULL: the default */
    struct config_origin origins[SETTINGS_MAX];
    struct config_pair kafka[CONFIG_ENTRIES_MAX];
    struct config_pair policy[CONFIG_ENTRIES_MAX];
};

void config_origin_format(const struct config_origin *origin, char ret_text[CONFIG_ORIGIN_SIZE])
{
    struct text_builder b = text_builder_over(ret_text, CONFIG_ORIGIN_SIZE);

    text_add(&b, origin->place == CONFIG_DEFAULT ? "default" : origin->name);
    if (origin->place == CONFIG_FILE) {
        text_add(&b, ":");
        text_add_number(&b, origin->line);
    }
}

/* ---- Arguments ------------------------------------------------------------------------------- */

enum status config_flags_take(int *argc, char **argv, struct config_flags *ret, struct err *err)
{
    int kept = 0;
    bool over = false; /* nothing is a flag behind "--" */

    *ret = (struct config_flags){.file = NULL};
    for (int i = 0; i < *argc; i++) {
        const char *word = argv[i];
        bool file = !over && strcmp(word, "-c") == 0;
        bool kafka = !over && strcmp(word, "-X") == 0;

        over = over || strcmp(word, "--") == 0;
        if (!file && !kafka && (over || strcmp(word, "--set") != 0)) {
            argv[kept++] = argv[i];
            continue;
        }
        if (i + 1 == *argc)
            return err_set(err, REJECT, "%s: needs %s", word,
                           file    ? "a file"
                           : kafka ? "property=value"
                                   : "key=value");
        if (file && ret->file != NULL)
            return err_set(err, REJECT, "-c: given twice");
        if (!file && ret->given_count == CONFIG_ENTRIES_MAX)
            return err_set(err, REJECT, "%s: more than %d settings", word, CONFIG_ENTRIES_MAX);
        i++;
        if (file) {
            ret->file = argv[i];
        } else {
            ret->given[ret->given_count].text = argv[i];
            ret->given[ret->given_count++].kafka = kafka;
        }
    }
    *argc = kept;
    argv[kept] = NULL;
    return OK;
}

/* ---- Places, one over the other -------------------------------------------------------------- */

static enum status refuse_key(const char *key, struct err *err)
{
    static const char *const properties[] = {"bootstrap.", "security.", "sasl.", "ssl."};
    const char *words[SETTINGS_MAX + 1];
    const char *meant;

    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
        if (strncmp(key, properties[i], strlen(properties[i])) == 0)
            return err_set(err, REJECT, "no setting \"%s\"; did you mean \"kafka.%s\"?", key, key);
    for (size_t i = 0; i < config_settings_count; i++)
        words[i] = config_settings[i].key;
    words[config_settings_count] = "kafka.bootstrap.servers";
    meant = suggest(key, words, config_settings_count + 1);
    if (meant == NULL)
        return err_set(err, REJECT, "no setting \"%s\". HINT: restage show-config lists them", key);
    return err_set(err, REJECT, "no setting \"%s\"; did you mean \"%s\"?", key, meant);
}

static enum status refuse_second(const char *key, const struct config_origin *first,
                                 struct err *err)
{
    char text[CONFIG_ORIGIN_SIZE];

    config_origin_format(first, text);
    return err_set(err, REJECT, "%s: given twice, before at %s", key, text);
}

static enum status take_pair(struct config_pair *pairs, size_t *count, const char *name,
                             const struct config_entry *entry, struct err *err)
{
    size_t i = 0;

    if (name[0] == '\0')
        return err_set(err, REJECT, "%s names nothing", entry->key);
    while (i < *count && strcmp(pairs[i].name, name) != 0)
        i++;
    if (i < *count && pairs[i].origin.place == entry->origin.place)
        return refuse_second(entry->key, &pairs[i].origin, err);
    if (i == CONFIG_ENTRIES_MAX)
        return err_set(err, REJECT, "%s: more than %d keys of its kind", entry->key,
                       CONFIG_ENTRIES_MAX);
    pairs[i] = (struct config_pair){name, entry->value, entry->origin};
    if (i == *count)
        (*count)++;
    return OK;
}

static enum status take_entry(void *context, const struct config_entry *entry, struct err *err)
{
    struct loaded *l = context;

    if (strncmp(entry->key, "kafka.", 6) == 0)
        return take_pair(l->kafka, &l->config.kafka_count, entry->key + 6, entry, err);
    if (strncmp(entry->key, "policy.", 7) == 0)
        return take_pair(l->policy, &l->config.policy_count, entry->key + 7, entry, err);
    for (size_t i = 0; i < config_settings_count; i++) {
        if (strcmp(config_settings[i].key, entry->key) != 0)
            continue;
        if (l->values[i] != NULL && l->origins[i].place == entry->origin.place)
            return refuse_second(entry->key, &l->origins[i], err);
        l->values[i] = entry->value;
        l->origins[i] = entry->origin;
        return OK;
    }
    return refuse_key(entry->key, err);
}

static const char *variable(char *const *environment, const char *name)
{
    size_t size = strlen(name);

    for (; environment != NULL && *environment != NULL; environment++)
        if (strncmp(*environment, name, size) == 0 && (*environment)[size] == '=')
            return *environment + size + 1;
    return NULL;
}

static enum status take_places(struct loaded *l, const struct config_flags *flags,
                               char *const *environment, struct err *err)
{
    const char *file = flags->file != NULL ? flags->file : variable(environment, "RESTAGE_CONFIG");
    const struct config_taker taker = {take_entry, l};
    enum status status = OK;

    if (file == NULL && access(DEFAULT_FILE, F_OK) == 0)
        file = DEFAULT_FILE;
    if (file != NULL && file[0] != '\0')
        status = config_source_file(file, l->arena, &taker, err);
    if (status == OK)
        status = config_source_environment(environment, l->arena, &taker, err);
    if (status == OK)
        status = config_source_flags(flags, l->arena, &taker, err);
    return status;
}

/* ---- What it says ---------------------------------------------------------------------------- */

static enum status read_settings(struct loaded *l, struct err *err)
{
    char text[CONFIG_ORIGIN_SIZE];

    for (size_t i = 0; i < config_settings_count; i++) {
        const struct setting *s = &config_settings[i];
        const char *value = l->values[i] == NULL ? s->initial : l->values[i];

        if (setting_read(s, value, &l->config, err) == OK)
            continue;
        config_origin_format(&l->origins[i], text);
        return err_add(err, "%s: %s", text, s->key);
    }
    return OK;
}

static enum status name_instance(struct loaded *l, struct err *err)
{
    char host[HOST_SIZE_MAX] = "";
    const struct setting *s = &config_settings[0];
    const char *name;

    assert(strcmp(s->key, "instance") == 0);
    if (l->config.instance[0] != '\0')
        return OK;
    (void)gethostname(host, sizeof(host) - 1);
    name = arena_copy(l->arena, host, strlen(host));
    if (name == NULL || name[0] == '\0' || setting_read(s, name, &l->config, err) != OK)
        return err_set(err, REJECT, "instance: the host's name cannot serve. HINT: set one");
    return OK;
}

static enum status check_together(const struct config *c, struct err *err)
{
    const char *const topics[] = {c->topic_pathology, c->topic_imaging, c->topic_clinical,
                                  c->topic_recommendations, c->topic_dead_letters};
    size_t count = sizeof(topics) / sizeof(topics[0]);

    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (strcmp(topics[i], topics[j]) == 0)
                return err_set(err, REJECT, "topic.*: two of them name the same topic");
    return OK;
}

enum status config_load(const struct config_flags *flags, char *const *environment,
                        const struct config **ret, struct err *err)
{
    struct loaded *l = calloc(1, sizeof(*l));
    enum status status;

    assert(config_settings_count <= SETTINGS_MAX);
    if (l == NULL || (l->arena = arena_new(MEMORY_MAX)) == NULL) {
        free(l);
        return err_set(err, FATAL, "configuration: no memory");
    }
    l->config.kafka = l->kafka;
    l->config.policy = l->policy;
    status = take_places(l, flags, environment, err);
    if (status == OK)
        status = read_settings(l, err);
    if (status == OK)
        status = name_instance(l, err);
    if (status == OK)
        status = check_together(&l->config, err);
    if (status != OK) {
        config_free(&l->config);
        return status;
    }
    *ret = &l->config;
    return OK;
}

/* The public part is the first member, so its address is the whole's. */
static struct loaded *whole(const struct config *config)
{
    return (struct loaded *)(uintptr_t)config;
}

void config_free(const struct config *config)
{
    if (config == NULL)
        return;
    arena_free(whole(config)->arena);
    free(whole(config));
}

/* ---- For people ------------------------------------------------------------------------------ */

size_t config_shown_count(const struct config *config)
{
    return config_settings_count + config->kafka_count + config->policy_count;
}

static void show_pair(const char *prefix, const struct config_pair *pair, struct config_shown *ret)
{
    struct text_builder key = text_builder_over(ret->key, sizeof(ret->key));
    struct text_builder value = text_builder_over(ret->value, sizeof(ret->value));

    text_add(&key, prefix);
    text_add(&key, pair->name);
    text_add(&value, config_source_is_secret(ret->key) ? SECRET_SHOWN : pair->value);
    ret->help = "";
    ret->origin = pair->origin;
}

void config_show(const struct config *config, size_t i, struct config_shown *ret)
{
    struct text_builder key = text_builder_over(ret->key, sizeof(ret->key));
    struct text_builder value = text_builder_over(ret->value, sizeof(ret->value));

    if (i < config_settings_count) {
        text_add(&key, config_settings[i].key);
        setting_write(&config_settings[i], config, &value);
        ret->help = config_settings[i].help;
        ret->origin = whole(config)->origins[i];
        return;
    }
    i -= config_settings_count;
    if (i < config->kafka_count)
        show_pair("kafka.", &config->kafka[i], ret);
    else
        show_pair("policy.", &config->policy[i - config->kafka_count], ret);
}

void config_sample(struct text_builder *b)
{
    for (size_t i = 0; i < config_settings_count; i++) {
        const struct setting *s = &config_settings[i];

        text_add(b, "# ");
        text_add(b, s->help);
        text_add(b, "\n#");
        text_add(b, s->key);
        text_add(b, s->initial[0] == '\0' ? " =" : " = ");
        text_add(b, s->initial);
        text_add(b, "\n\n");
    }
}
