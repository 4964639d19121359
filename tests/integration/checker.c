/*
 * The independent checker: reads Kafka (read_committed) and PostgreSQL after a run and says whether
 * every input had its effect exactly once and every output is visible exactly once.
 *
 * Shares no code with the delivery of events.  Exit 0: nothing wrong; 1: violations, one line each
 * on standard error; 2: could not look.  Standard output gets one line of JSON.
 */
#include "verdict.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: restage-checker --bootstrap HOST:PORT --conninfo TEXT --group NAME --prefix TOPICS\n"
    "           [--drained] [--republished-ok] [--order-ok] [--no-fold] [--clinical TOPIC]\n"
    "Topics are TOPICS.pathology, .imaging, .clinical, .recommendations and .dead-letters.\n"
    "--clinical reads TOPIC instead: of the records of TOPICS.clinical only rows are left.\n";

struct options {
    struct evidence_settings settings;
    struct expectation expectation;
    bool fold;
    const char *prefix;
    const char *clinical; /* NULL: the usual one */
};

static const char *topic_name(const char *prefix, const char *name)
{
    size_t size = strlen(prefix) + strlen(name) + 2;
    char *text = malloc(size);

    if (text == NULL)
        abort();
    (void)snprintf(text, size, "%s.%s", prefix, name);
    return text;
}

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {
        {"bootstrap", required_argument, NULL, 'b'}, {"conninfo", required_argument, NULL, 'c'},
        {"group", required_argument, NULL, 'g'},     {"prefix", required_argument, NULL, 'p'},
        {"drained", no_argument, NULL, 'd'},         {"republished-ok", no_argument, NULL, 'r'},
        {"order-ok", no_argument, NULL, 'o'},        {"no-fold", no_argument, NULL, 'f'},
        {"clinical", required_argument, NULL, 'n'},  {NULL, 0, NULL, 0},
    };
    int option;

    o->fold = true;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'b')
            o->settings.bootstrap = optarg;
        else if (option == 'c')
            o->settings.conninfo = optarg;
        else if (option == 'g')
            o->settings.group = optarg;
        else if (option == 'p')
            o->prefix = optarg;
        else if (option == 'd')
            o->expectation.drained = true;
        else if (option == 'r')
            o->expectation.republished_ok = true;
        else if (option == 'o')
            o->expectation.order_ok = true;
        else if (option == 'f')
            o->fold = false;
        else if (option == 'n')
            o->clinical = optarg;
        else
            return false;
    }
    if (o->settings.bootstrap == NULL || o->settings.conninfo == NULL ||
        o->settings.group == NULL || o->prefix == NULL || optind != argc)
        return false;
    o->settings.inputs[0] = topic_name(o->prefix, "pathology");
    o->settings.inputs[1] = topic_name(o->prefix, "imaging");
    o->settings.inputs[2] = topic_name(o->prefix, "clinical");
    if (o->clinical != NULL) {
        o->expectation.gone = o->settings.inputs[2];
        o->settings.inputs[2] = o->clinical;
    }
    o->settings.input_count = 3;
    o->settings.recommendations = topic_name(o->prefix, "recommendations");
    o->settings.dead_letters = topic_name(o->prefix, "dead-letters");
    return true;
}

static void print_summary(const struct evidence *e, const struct verdict *v)
{
    printf("{\"inputs\":%zu,\"applied\":%zu,\"duplicates\":%zu,\"buried\":%zu,\"silent\":%zu,"
           "\"recommendations\":%zu,\"dead_letters\":%zu,\"subjects\":%zu,\"folded\":%zu,"
           "\"republished\":%zu,\"violations\":{",
           e->inputs.count, v->applied, v->duplicates, v->buried, v->silent,
           e->recommendations.count, e->dead_letters.count, e->subject_row_count, v->folded,
           v->republished);
    for (size_t i = 0, shown = 0; i < VIOLATION_KINDS; i++) {
        if (v->violations[i] > 0)
            printf("%s\"%s\":%zu", shown++ > 0 ? "," : "", violation_name((enum violation)i),
                   v->violations[i]);
    }
    printf("}}\n");
}

int main(int argc, char **argv)
{
    struct options options = {.fold = false};
    struct evidence evidence = {.partition_count = 0};
    struct verdict verdict = {.lines = 0};
    struct err err;
    struct arena *arena;

    if (!parse(argc, argv, &options)) {
        (void)fputs(usage, stderr);
        return 64;
    }
    arena = arena_new(EVIDENCE_SIZE_MAX);
    if (arena == NULL || evidence_from_kafka(&options.settings, arena, &evidence, &err) != OK ||
        evidence_from_postgres(&options.settings, arena, &evidence, &err) != OK) {
        (void)fprintf(stderr, "restage-checker: %s\n", arena == NULL ? "no memory" : err.text);
        return 2;
    }
    check_positions(&evidence, &options.expectation, &verdict);
    check_inputs(&evidence, &options.expectation, arena, &verdict);
    check_outputs(&evidence, &options.expectation, arena, &verdict);
    check_sequences(&evidence, &options.expectation, &verdict);
    if (options.fold)
        check_fold(&evidence, &verdict);
    print_summary(&evidence, &verdict);
    arena_free(arena);
    return verdict_total(&verdict) == 0 ? 0 : 1;
}
