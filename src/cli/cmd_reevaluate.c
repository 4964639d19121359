#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "guidance/recommendation.h"
#include "store/store_admin.h"
#include "wire/event_encode.h"
#include "wire/event_wire.h"
#include "worker/clock.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define MEMORY_MAX ((size_t)64 << 20)
#define PAGE_SUBJECTS ((size_t)500)
#define LINE_SIZE_MAX 4096
#define REASON_SIZE_MAX 1024

static const char help[] =
    "usage: restage reevaluate --all|- [--reason TEXT] [--dry-run] [--json]\n"
    "\n"
    "Have subjects judged again: after `restage rulebook activate`, or when asked for.  For each "
    "one\n"
    "a re-evaluate event goes to the topics like any other; workers publish a recommendation that\n"
    "says what changed.\n"
    "\n"
    "  --all   every subject\n"
    "  -       subjects from standard input, one JSON object a line:\n"
    "          {\"authority\":\"urn:oid:1.2.3\",\"value\":\"4711\",\"tumourId\":\"primary\"}\n"
    "          (tumourId may be left out: primary); patients are never named as arguments\n"
    "\n"
    "  -c FILE        configuration\n"
    "  --reason TEXT  is kept with the event\n"
    "  --dry-run      count them, send nothing\n"
    "\n"
    "example: restage rulebook activate && restage reevaluate --all --reason 'release 0.2'\n";

struct work {
    struct session *session;
    struct store *store;
    struct arena *arena;
    const char *reason;
    bool dry_run;
    int64_t sent;
    int64_t refused; /* lines */
};

static struct uuid event_id(const struct uuid *subject, int64_t sent_at)
{
    uint8_t number[8];
    const struct uuid_part parts[] = {{subject->bytes, sizeof(subject->bytes)},
                                      uuid_part_text("reevaluate"),
                                      uuid_part_number((uint64_t)sent_at, number)};

    return uuid_from_parts(&uuid_namespace_review_due, parts, sizeof(parts) / sizeof(parts[0]));
}

static enum status send_one(struct work *r, const struct store_subject_key *key, struct err *err)
{
    struct own_event event = {.authority = key->authority,
                              .value = key->patient_value,
                              .tumour_id = key->tumour_id,
                              .sent_at = clock_now_ms()};
    struct sink_record record = {.topic = session_clinical_topic(r->session)};

    r->sent++;
    if (r->dry_run)
        return OK;
    event.event_id = event_id(&key->subject, event.sent_at);
    record.key.at = event_key(key->authority, key->patient_value, r->arena, &record.key.size);
    record.value = event_encode_reevaluate(&event, r->reason, r->arena);
    if (record.key.at == NULL || record.value.at == NULL)
        return err_set(err, FATAL, "no memory");
    return session_send(r->session, &record, err);
}

static enum status send_all(struct work *r, struct err *err)
{
    struct uuid last = {{0}};
    size_t count = PAGE_SUBJECTS;
    enum status status = OK;

    for (bool first = true; status == OK && count == PAGE_SUBJECTS; first = false) {
        const struct store_subject_key *keys;

        arena_reset(r->arena);
        status = store_subjects(r->store, first ? NULL : &last, PAGE_SUBJECTS, r->arena, &keys,
                                &count, err);
        for (size_t i = 0; i < count && status == OK; i++)
            status = send_one(r, &keys[i], err);
        if (status == OK && count > 0)
            last = keys[count - 1].subject;
    }
    return status;
}

/* ---- Standard input -------------------------------------------------------------------------- */

/* The members of one line; what is missing is "". */
static bool read_key(const json_t *object, struct store_subject_key *ret)
{
    const char *name;
    json_t *value;

    *ret = (struct store_subject_key){.authority = "", .patient_value = "", .tumour_id = "primary"};
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!json_is_string(value))
            return false;
        if (strcmp(name, "authority") == 0)
            ret->authority = json_string_value(value);
        else if (strcmp(name, "value") == 0)
            ret->patient_value = json_string_value(value);
        else if (strcmp(name, "tumourId") == 0 || strcmp(name, "tumour_id") == 0)
            ret->tumour_id = json_string_value(value);
        else
            return false;
    }
    return json_is_object(object) && ret->authority[0] != '\0' && ret->patient_value[0] != '\0' &&
           ret->tumour_id[0] != '\0';
}

static void refuse_line(struct work *r, int64_t number, const char *why)
{
    (void)fprintf(stderr, "restage reevaluate: line %" PRId64 ": %s\n", number, why);
    r->refused++;
}

static enum status send_line(struct work *r, const char *line, int64_t number, struct err *err)
{
    const struct store_recommendation *last = NULL;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, /* error= */ NULL);
    struct store_subject_key key;
    enum status status = OK;

    arena_reset(r->arena);
    if (object == NULL || !read_key(object, &key)) {
        refuse_line(r, number, "is not {\"authority\": ..., \"value\": ..., \"tumourId\": ...}");
    } else {
        key.subject = subject_uuid(key.authority, key.patient_value, key.tumour_id);
        status = store_last_recommendation(r->store, &key.subject, r->arena, &last, err);
        if (status == OK && last == NULL)
            refuse_line(r, number, "there is no such subject");
        else if (status == OK)
            status = send_one(r, &key, err);
    }
    json_decref(object);
    return status;
}

static enum status send_lines(struct work *r, struct err *err)
{
    char line[LINE_SIZE_MAX];
    enum status status = OK;

    for (int64_t number = 1; status == OK && fgets(line, sizeof(line), stdin) != NULL; number++) {
        size_t size = strcspn(line, "\n");

        if (line[size] == '\0' && size == sizeof(line) - 1)
            return err_set(err, REJECT, "line %" PRId64 ": longer than %d bytes", number,
                           LINE_SIZE_MAX - 2);
        line[size] = '\0';
        if (line[strspn(line, " \t\r")] != '\0')
            status = send_line(r, line, number, err);
    }
    return status;
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static int usage(const char *why)
{
    (void)fprintf(stderr, "restage reevaluate: %s\nHINT: restage reevaluate --help\n", why);
    return EX_USAGE;
}

static int run(struct work *r, const struct config_flags *flags, bool all, bool json)
{
    struct err err;
    enum status status;
    int code = session_open("reevaluate", flags, &r->session);

    if (code != EX_OK)
        return code;
    r->arena = arena_new(MEMORY_MAX);
    assert(r->arena != NULL);
    status = session_store(r->session, &r->store, &err);
    if (status == OK)
        status = all ? send_all(r, &err) : send_lines(r, &err);
    if (status == OK && !r->dry_run)
        status = session_flush(r->session, &err);
    arena_free(r->arena);
    session_close(r->session);
    if (status != OK)
        return session_fail("reevaluate", status, &err);
    if (json)
        (void)printf("{\"subjects\":%" PRId64 ",\"sent\":%s}\n", r->sent,
                     r->dry_run ? "false" : "true");
    else
        (void)printf("%" PRId64 " %s%s\n", r->sent, r->sent == 1 ? "subject" : "subjects",
                     r->dry_run ? " would be judged again" : ": re-evaluate events sent");
    return r->refused == 0 ? EX_OK : EX_DATAERR;
}

int cmd_reevaluate(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"all", no_argument, NULL, 'a'},
        {"reason", required_argument, NULL, 'r'},
        {"dry-run", no_argument, NULL, 'd'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct work r = {.reason = ""};
    static struct config_flags flags; /* large, and used once */
    struct err err;
    bool all = false;
    bool json = false;
    bool from_input;
    int option;

    if (config_flags_take(&argc, argv, &flags, &err) != OK)
        return usage(err.text);
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'a':
            all = true;
            break;
        case 'r':
            r.reason = optarg;
            break;
        case 'd':
            r.dry_run = true;
            break;
        case 'j':
            json = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return EX_OK;
        default:
            return EX_USAGE;
        }
    }
    from_input = argc - optind == 1 && strcmp(argv[optind], "-") == 0;
    if (all == from_input || argc - optind > 1)
        return usage("say --all, or - for subjects from standard input");
    if (strlen(r.reason) > REASON_SIZE_MAX || !text_is_utf8(r.reason, strlen(r.reason)))
        return usage("--reason is UTF-8 of at most 1024 bytes");
    return run(&r, &flags, all, json);
}
