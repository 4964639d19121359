#include "base/text.h"
#include "cli/commands.h"
#include "cli/dead_letters.h"
#include "base/suggest.h"
#include "wire/error_code.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define LIMIT_DEFAULT 100
#define TEXT_SIZE_MAX 1024 /* of --by and --reason: the contract's limit for texts */

static const char help[] =
    "usage: restage dead-letters list [--state STATE] [--code CODE] [--limit N] [--ids] [--json]\n"
    "       restage dead-letters show ID... [--value] [--json]\n"
    "       restage dead-letters replay ID...|- [--dry-run] [--json]\n"
    "       restage dead-letters resolve ID...|- --by NAME --reason TEXT [--dry-run] [--json]\n"
    "\n"
    "Records that could not be accepted, and the two ways out.  Until then their patient's\n"
    "recommendations carry W-RECORD-INCOMPLETE.\n"
    "\n"
    "  list      oldest first, open ones unless --state says replayed, resolved or any\n"
    "  show      why and where; names the patient; --value writes the original bytes alone\n"
    "  replay    send the original bytes to their topic again: after the cause is mended\n"
    "  resolve   say who decided that the record is not needed, and why\n"
    "\n"
    "  -c FILE    configuration\n"
    "  --dry-run  say what would be done\n"
    "  -          ids from standard input, one a line\n"
    "\n"
    "Replay and resolve act through the topics; repeating them does no harm.  Arguments show in "
    "ps:\n"
    "no patient's identifier belongs into --reason.\n"
    "\n"
    "example: restage dead-letters list --code unknown_enum --ids | restage dead-letters replay "
    "-\n";

/* What can be done; with ids, each of them is given to ${each}. */
struct verb {
    const char *name;
    enum status (*each)(struct session *session, const struct dead_letters_options *o,
                        const struct store_dead_letter_row *row, struct arena *arena,
                        struct err *err);
};

static const struct verb verbs[] = {
    {"list", NULL},
    {"show", dead_letters_show},
    {"replay", dead_letters_replay},
    {"resolve", dead_letters_resolve},
};

/* ---- Many ids, one verb ---------------------------------------------------------------------- */

struct work {
    struct session *session;
    const struct dead_letters_options *options;
    const struct verb *verb;
    struct arena *arena;
    int refused; /* ids that could not be dealt with */
};

/* Refused ids are said and counted; anything else ends the command. */
static enum status do_one(struct work *work, const char *text, struct err *err)
{
    struct store_dead_letter_row *row = NULL;
    struct store *store;
    struct uuid id;
    enum status status;

    arena_reset(work->arena);
    if (!uuid_parse(text, strlen(text), &id)) {
        (void)fputs("restage dead-letters: an id is a UUID, as `list` prints it\n", stderr);
        work->refused++;
        return OK;
    }
    status = session_store(work->session, &store, err);
    if (status == OK)
        status = store_dead_letter(store, &id, work->arena, &row, err);
    if (status == OK && row == NULL)
        status = err_set(err, REJECT, "there is no such dead letter");
    if (status == OK)
        status = work->verb->each(work->session, work->options, row, work->arena, err);
    if (status != REJECT)
        return status;
    (void)fprintf(stderr, "restage dead-letters: %s: %s\n", text, err->text);
    work->refused++;
    return OK;
}

static enum status do_lines(struct work *work, struct err *err)
{
    char line[UUID_TEXT_SIZE + 2];
    enum status status = OK;

    while (status == OK && fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] != '\0')
            status = do_one(work, line, err);
    }
    return status;
}

static int do_all(struct work *work, int count, char **ids)
{
    struct err err;
    enum status status = OK;

    if (count == 1 && strcmp(ids[0], "-") == 0)
        status = do_lines(work, &err);
    else
        for (int i = 0; i < count && status == OK; i++)
            status = do_one(work, ids[i], &err);
    if (status == OK)
        status = session_flush(work->session, &err);
    if (status != OK)
        return session_fail("dead-letters", status, &err);
    return work->refused == 0 ? EX_OK : EX_DATAERR;
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage dead-letters: %s\nHINT: restage dead-letters --help\n", why);
    return EX_USAGE;
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

static bool is_state(const char *text)
{
    return strcmp(text, "open") == 0 || strcmp(text, "replayed") == 0 ||
           strcmp(text, "resolved") == 0 || text[0] == '\0';
}

/* What a worker would accept: these texts become part of an event. */
static bool is_text(const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    return size > 0 && size <= TEXT_SIZE_MAX && text_is_utf8(text, size);
}

static int refuse_code(const char *name)
{
    const char *names[ERROR_CODE_COUNT];
    const char *meant;

    for (int i = 0; i < ERROR_CODE_COUNT; i++)
        names[i] = error_code_name((enum error_code)i);
    meant = suggest(name, names + 1, ERROR_CODE_COUNT - 1);
    (void)fprintf(stderr, "restage dead-letters: no code '%s'%s%s%s\n", name,
                  meant == NULL ? "" : "; did you mean '", meant == NULL ? "" : meant,
                  meant == NULL ? "" : "'?");
    return EX_USAGE;
}

/* NULL when the options make sense for ${verb}. */
static const char *check_options(const struct verb *verb, const struct dead_letters_options *o,
                                 int ids)
{
    if (verb == NULL)
        return "say list, show, replay or resolve";
    if (verb->each == NULL && ids > 0)
        return "list takes no ids";
    if (verb->each != NULL && ids == 0)
        return "say which: ids as arguments, or - for standard input";
    if (!is_state(o->state))
        return "--state is open, replayed, resolved or any";
    if (o->limit <= 0)
        return "--limit is a number above 0";
    if (verb->each == dead_letters_resolve && (!is_text(o->by) || !is_text(o->reason)))
        return "resolve needs --by NAME and --reason TEXT, UTF-8, at most 1024 bytes each";
    return NULL;
}

static int run(const struct verb *verb, const struct config_flags *flags,
               const struct dead_letters_options *o, int count, char **ids)
{
    struct work work = {.options = o, .verb = verb};
    struct err err;
    enum status status;
    int code = session_open("dead-letters", flags, &work.session);

    if (code != EX_OK)
        return code;
    work.arena = arena_new(DEAD_LETTERS_MEMORY_MAX);
    assert(work.arena != NULL);
    if (verb->each == NULL) {
        status = dead_letters_list(work.session, o, work.arena, &err);
        code = status == OK ? EX_OK : session_fail("dead-letters", status, &err);
    } else {
        code = do_all(&work, count, ids);
    }
    arena_free(work.arena);
    session_close(work.session);
    return code;
}

/* The exit code, or -1 to go on. */
static int take_options(int argc, char **argv, struct dead_letters_options *o)
{
    static const struct option options[] = {
        {"state", required_argument, NULL, 's'},
        {"code", required_argument, NULL, 'o'},
        {"limit", required_argument, NULL, 'n'},
        {"ids", no_argument, NULL, 'i'},
        {"value", no_argument, NULL, 'v'},
        {"json", no_argument, NULL, 'j'},
        {"dry-run", no_argument, NULL, 'd'},
        {"by", required_argument, NULL, 'b'},
        {"reason", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 's':
            o->state = strcmp(optarg, "any") == 0 ? "" : optarg;
            break;
        case 'o':
            o->code = optarg;
            break;
        case 'n':
            o->limit = strtoll(optarg, NULL, 10);
            break;
        case 'i':
            o->ids = true;
            break;
        case 'v':
            o->value = true;
            break;
        case 'j':
            o->json = true;
            break;
        case 'd':
            o->dry_run = true;
            break;
        case 'b':
            o->by = optarg;
            break;
        case 'r':
            o->reason = optarg;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return EX_OK;
        default:
            return EX_USAGE;
        }
    }
    return -1;
}

int cmd_dead_letters(int argc, char **argv)
{
    struct dead_letters_options o = {.state = "open", .code = "", .limit = LIMIT_DEFAULT};
    static struct config_flags flags; /* large, and used once */
    const struct verb *verb;
    const char *wrong;
    struct err err;
    int code;

    if (config_flags_take(&argc, argv, &flags, &err) != OK)
        return usage(err.text);
    code = take_options(argc, argv, &o);
    if (code >= 0)
        return code;
    verb = optind < argc ? find_verb(argv[optind]) : NULL;
    wrong = check_options(verb, &o, argc - optind - 1);
    if (wrong != NULL)
        return usage(wrong);
    if (o.code[0] != '\0' && error_code_from_name(o.code) == ERROR_NONE)
        return refuse_code(o.code);
    return run(verb, &flags, &o, argc - optind - 1, argv + optind + 1);
}
