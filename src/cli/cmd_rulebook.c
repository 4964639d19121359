#include "cli/commands.h"
#include "cli/policy_choice.h"
#include "cli/session.h"
#include "guidance/judgement.h"
#include "guidance/rulebook.h"
#include "store/store_admin.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char help[] =
    "usage: restage rulebook [-c FILE] [--json]\n"
    "       restage rulebook activate [-c FILE]\n"
    "\n"
    "Print every rule as a sentence with its citation, the warnings, the safety flags, the phases\n"
    "and the policy's numbers, and the hash over all of it and the sources that judge.\n"
    "\n"
    "activate makes this rulebook the one that workers of this database must have; workers with\n"
    "another one stop.  Do it once per release, then: restage reevaluate --all\n"
    "\n"
    "  -c FILE            take the policy's numbers, and PostgreSQL, from this configuration\n"
    "  --json             for programs\n"
    "\n"
    "example: restage rulebook | grep S21\n";

struct options {
    struct config_flags flags;
    bool json;
    bool activate;
};

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *text_list(const char *const *texts)
{
    json_t *list = json_array();

    for (size_t i = 0; texts[i] != NULL; i++)
        (void)json_array_append_new(list, json_string(texts[i]));
    return list;
}

static json_t *phrase_list(const struct criterion *const *criteria)
{
    json_t *list = json_array();

    for (size_t i = 0; criteria[i] != NULL; i++)
        (void)json_array_append_new(list, json_string(criteria[i]->phrase));
    return list;
}

static json_t *rule_json(size_t i)
{
    const struct rule *r = &rules[i];
    char memory[RULEBOOK_SENTENCE_SIZE];
    struct text_builder sentence = text_builder_over(memory, sizeof(memory));

    rulebook_sentence(i, &sentence);
    return json_pack("{s:s, s:s, s:s, s:s*, s:o, s:o, s:s*, s:o, s:o, s:s}", "code", r->code,
                     "strength", strength_name(r->strength), "say", r->say, "caution", r->caution,
                     "when", phrase_list(r->when), "unless", phrase_list(r->unless), "until",
                     r->until == NULL ? NULL : r->until->phrase, "statements",
                     text_list(r->statements), "references", text_list(r->references), "sentence",
                     memory);
}

static json_t *flag_json(const struct flag_row *row)
{
    json_t *effects = json_array();

    for (const struct flag_effect *e = row->effects; e->code != NULL; e++)
        (void)json_array_append_new(effects,
                                    json_pack("{s:s, s:s}", "code", e->code, "presentation",
                                              e->suppresses ? "suppressed" : "review"));
    return json_pack("{s:s, s:s, s:s, s:b, s:o}", "code", row->code, "text", row->text, "source",
                     row->source, "verified", (int)row->verified, "effects", effects);
}

static json_t *rulebook_json(const struct policy *policy)
{
    json_t *rule_list = json_array();
    json_t *warnings = json_array();
    json_t *flags = json_array();
    json_t *phases = json_array();
    json_t *numbers = json_array();

    for (size_t i = 0; i < RULE_COUNT; i++)
        (void)json_array_append_new(rule_list, rule_json(i));
    for (size_t i = 0; i < WARNING_COUNT; i++)
        (void)json_array_append_new(
            warnings, json_pack("{s:s, s:s, s:s}", "code", warning_rows[i].code, "text",
                                warning_rows[i].text, "statement", warning_rows[i].statement));
    for (size_t i = 0; i < FLAG_COUNT; i++)
        (void)json_array_append_new(flags, flag_json(&flag_rows[i]));
    for (int i = PHASE_NONE + 1; i < PHASE_COUNT; i++)
        (void)json_array_append_new(phases,
                                    json_pack("{s:s, s:s}", "code", phase_code((enum phase)i),
                                              "meaning", phase_meaning((enum phase)i)));
    for (size_t i = 0; i < policy_count(); i++) {
        struct policy_value v = policy_value(policy, i);

        (void)json_array_append_new(numbers,
                                    json_pack("{s:s, s:s, s:s, s:s}", "name", v.name, "value",
                                              v.value, "unit", v.unit, "why", v.why));
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "version", rulebook_version, "hash",
                     policy->rulebook_hash, "rules", rule_list, "warnings", warnings, "safetyFlags",
                     flags, "phases", phases, "policy", numbers);
}

/* ---- The command ----------------------------------------------------------------------------- */

static int print_json(const struct policy *policy)
{
    json_t *rulebook = rulebook_json(policy);
    int code = EX_OK;

    if (rulebook == NULL || json_dumpf(rulebook, stdout, JSON_INDENT(2)) != 0 ||
        fputc('\n', stdout) == EOF || fflush(stdout) != 0) {
        (void)fputs("restage rulebook: cannot be written\n", stderr);
        code = EX_IOERR;
    }
    json_decref(rulebook);
    return code;
}

static int print_text(const struct policy *policy)
{
    char memory[RULEBOOK_TEXT_SIZE_MAX];
    struct text_builder b = text_builder_over(memory, sizeof(memory));

    rulebook_print(policy, &b);
    if (printf("%s\nHash %s\n", memory, policy->rulebook_hash) < 0 || fflush(stdout) != 0) {
        (void)fputs("restage rulebook: cannot be written\n", stderr);
        return EX_IOERR;
    }
    return EX_OK;
}

static int activate(const struct config_flags *flags)
{
    char memory[RULEBOOK_TEXT_SIZE_MAX];
    struct text_builder b = text_builder_over(memory, sizeof(memory));
    struct session *session = NULL;
    struct err err = {.text = ""};
    struct policy policy;
    struct store *store;
    enum status status;
    int code = session_open("rulebook activate", flags, &session);

    if (code != EX_OK)
        return code;
    policy = *session_policy(session);
    rulebook_seal(&policy);
    rulebook_print(&policy, &b);
    status = rulebook_check(&err);
    if (status == OK)
        status = session_store(session, &store, &err);
    if (status == OK)
        status =
            store_rulebook_activate(store, policy.rulebook_hash, rulebook_version, memory, &err);
    session_close(session);
    if (status != OK)
        return session_fail("rulebook activate", status, &err);
    (void)printf("active: %s, %s\nNext: restage reevaluate --all\n", rulebook_version,
                 policy.rulebook_hash);
    return EX_OK;
}

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage rulebook: %s\nHINT: restage rulebook --help\n", why);
    return EX_USAGE;
}

/* EX_OK to go on; otherwise the exit code, or -1 when the help was all that was wanted. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct err err;
    int c;

    if (config_flags_take(&argc, argv, &options->flags, &err) != OK)
        return usage(err.text);
    optind = 0;
    while ((c = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        switch (c) {
        case 'j':
            options->json = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return -1;
        default:
            return usage("see the help");
        }
    }
    if (optind < argc && strcmp(argv[optind], "activate") != 0)
        return usage("the only word that may follow is activate");
    options->activate = optind < argc;
    if (argc - optind > 1 || (options->activate && options->json))
        return usage("activate stands alone");
    return EX_OK;
}

int cmd_rulebook(int argc, char **argv)
{
    struct options options = {.json = false};
    struct policy policy;
    int code = read_options(argc, argv, &options);

    if (code != EX_OK)
        return code == -1 ? EX_OK : code;
    if (options.activate)
        return activate(&options.flags);
    code = policy_choose("rulebook", &options.flags, &policy);
    if (code != EX_OK)
        return code;
    return options.json ? print_json(&policy) : print_text(&policy);
}
