#include "cli/commands.h"
#include "cli/sample.h"
#include "cli/settings.h"

#include <assert.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

extern char **environ;

static const char help[] =
    "usage: restage show-config [--json|--sample]\n"
    "\n"
    "Print every setting with its value and where it came from: the default, the file and line,\n"
    "the variable, or the flag.  Secrets are not shown.\n"
    "\n"
    "  --json              one object: key, then value and origin\n"
    "  --sample            a properties file with every option and its default, commented out\n"
    "  -c FILE             configuration; else $RESTAGE_CONFIG, else\n"
    "                      /etc/restage/restage.properties\n"
    "  -X property=value   a property of librdkafka\n"
    "      --set key=value any other setting\n"
    "\n"
    "example: RESTAGE_LANES=2 restage show-config --set batch.max=100\n";

/* Where to put one value. */
typedef void (*show_value)(void *context, const char *key, const char *value, const char *origin);

static void put_line(void *context, const char *key, const char *value, const char *origin)
{
    (void)context;
    (void)printf("%-36s %-32s %s\n", key, value[0] == '\0' ? "-" : value, origin);
}

static void put_member(void *context, const char *key, const char *value, const char *origin)
{
    json_t *member = json_pack("{s:s,s:s}", "value", value, "origin", origin);

    (void)json_object_set_new(context, key, member);
}

/* The origin of a policy number: where it was set, if it was. */
static void policy_origin(const struct config *config, const char *name,
                          char ret_text[CONFIG_ORIGIN_SIZE])
{
    struct config_origin origin = {.place = CONFIG_DEFAULT};

    for (size_t i = 0; i < config->policy_count; i++)
        if (strcmp(config->policy[i].name, name) == 0)
            origin = config->policy[i].origin;
    config_origin_format(&origin, ret_text);
}

static void show(const struct config *config, const struct policy *policy, show_value put,
                 void *context)
{
    struct config_shown *shown = malloc(sizeof(*shown));
    char origin[CONFIG_ORIGIN_SIZE];
    size_t count = config_shown_count(config) - config->policy_count;

    assert(shown != NULL);
    for (size_t i = 0; i < count; i++) {
        config_show(config, i, shown);
        config_origin_format(&shown->origin, origin);
        put(context, shown->key, shown->value, origin);
    }
    for (size_t i = 0; i < policy_count(); i++) {
        const struct policy_value v = policy_value(policy, i);

        (void)snprintf(shown->key, sizeof(shown->key), "policy.%s", v.name);
        policy_origin(config, v.name, origin);
        put(context, shown->key, v.value, origin);
    }
    free(shown);
}

static int print_sample(void)
{
    char text[SAMPLE_SIZE_MAX];
    struct text_builder b = text_builder_over(text, sizeof(text));

    sample_properties(&b);
    assert(!b.cut);
    return fputs(text, stdout) < 0 ? EX_IOERR : EX_OK;
}

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage show-config: %s\nHINT: restage show-config --help\n", why);
    return EX_USAGE;
}

static int run(const struct config_flags *flags, bool json)
{
    const struct config *config = NULL;
    struct policy policy;
    struct err err;
    enum status status = config_load(flags, environ, &config, &err);

    if (status == OK)
        status = settings_policy(config, &policy, &err);
    if (status != OK) {
        (void)fprintf(stderr, "restage show-config: %s\n", err.text);
        config_free(config);
        return EX_CONFIG;
    }
    if (json) {
        json_t *object = json_object();

        show(config, &policy, put_member, object);
        (void)json_dumpf(object, stdout, JSON_INDENT(2));
        (void)putchar('\n');
        json_decref(object);
    } else {
        show(config, &policy, put_line, NULL);
    }
    config_free(config);
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

int cmd_show_config(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"sample", no_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static struct config_flags flags; /* large, and used once */
    struct err err;
    bool json = false;
    int option;

    if (config_flags_take(&argc, argv, &flags, &err) != OK)
        return usage(err.text);
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'j':
            json = true;
            break;
        case 's':
            return print_sample();
        case 'h':
            (void)fputs(help, stdout);
            return EX_OK;
        default:
            return usage("see the help");
        }
    }
    if (optind < argc)
        return usage("it takes no further arguments");
    return run(&flags, json);
}
