#include "cli/explain_stored.h"

#include "base/arena.h"
#include "base/uuid.h"
#include "cli/event_lines.h"
#include "cli/printer.h"
#include "cli/session.h"
#include "guidance/recommendation.h"
#include "store/store_admin.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define ROW_SIZE_MAX                                                                               \
    ((size_t)16 << 20) /* bytes of one recommendation with what it takes to read                   \
                        */

struct reading_desk {
    struct store *store;
    struct arena *arena;
    struct printer *printer;
    bool refused; /* something that was asked for is not there */
};

static enum status show(struct reading_desk *desk, const struct store_recommendation *found,
                        struct err *err)
{
    return printer_print(desk->printer, found->value, err);
}

static enum status show_by_id(struct reading_desk *desk, const struct uuid *id, struct err *err)
{
    const struct store_recommendation *found = NULL;
    enum status status = store_recommendation(desk->store, id, desk->arena, &found, err);

    if (status == OK && found == NULL) {
        desk->refused = true;
        (void)fputs("restage explain: there is no recommendation of this id\n", stderr);
        return OK;
    }
    return status == OK ? show(desk, found, err) : status;
}

static void refuse_line(struct reading_desk *desk, size_t number, const char *why)
{
    desk->refused = true;
    (void)fprintf(stderr, "restage explain: line %zu: %s\n", number, why);
}

static enum status show_line(struct reading_desk *desk, struct event_line line, struct err *err)
{
    json_t *object = json_loadb(line.text, line.size, JSON_REJECT_DUPLICATES, /* error= */ NULL);
    const struct store_recommendation *found = NULL;
    const char *authority = "";
    const char *value = "";
    const char *tumour_id = TUMOUR_ID_DEFAULT;
    enum status status = OK;
    struct uuid subject;

    arena_reset(desk->arena);
    if (json_unpack_ex(object, /* error= */ NULL, JSON_STRICT, "{s:s, s:s, s?s}", "authority",
                       &authority, "value", &value, "tumourId", &tumour_id) != 0) {
        refuse_line(desk, line.number,
                    "is not {\"authority\": ..., \"value\": ..., \"tumourId\": ...}");
    } else {
        subject = subject_uuid(authority, value, tumour_id);
        status = store_last_recommendation(desk->store, &subject, desk->arena, &found, err);
        if (status == OK && found == NULL)
            refuse_line(desk, line.number, "there is no such subject");
        else if (status == OK)
            status = show(desk, found, err);
    }
    json_decref(object);
    return status;
}

static enum status show_lines(struct reading_desk *desk, struct err *err)
{
    struct event_lines *lines = NULL;
    enum status status = event_lines_read("-", &lines, err);

    if (status != OK)
        return status;
    for (size_t i = 0; i < event_lines_count(lines) && status == OK; i++)
        status = show_line(desk, event_lines_get(lines, i), err);
    event_lines_free(lines);
    return status;
}

int explain_stored(const struct explain_stored *asked, struct printer *printer)
{
    struct reading_desk desk = {.printer = printer};
    struct session *session = NULL;
    struct err err = {.text = ""};
    struct uuid id = {{0}};
    enum status status;
    int code;

    if (asked->recommendation_id != NULL &&
        !uuid_parse(asked->recommendation_id, strlen(asked->recommendation_id), &id)) {
        (void)fputs("restage explain: --recommendation wants a UUID\n", stderr);
        return EX_USAGE;
    }
    code = session_open("explain", &asked->flags, &session);
    if (code != EX_OK)
        return code;
    desk.arena = arena_new(ROW_SIZE_MAX);
    status = desk.arena == NULL ? err_set(&err, FATAL, "no memory") : OK;
    if (status == OK)
        status = session_store(session, &desk.store, &err);
    if (status == OK)
        status =
            asked->subjects_from_input ? show_lines(&desk, &err) : show_by_id(&desk, &id, &err);
    if (status == OK)
        status = printer_finish(printer, &err);
    arena_free(desk.arena);
    session_close(session);
    if (status != OK)
        return session_fail("explain", status, &err);
    return desk.refused ? EX_DATAERR : EX_OK;
}
