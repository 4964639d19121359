#include "base/log.h"

#include "base/date.h"
#include "base/text.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define END_SIZE                                                                                   \
    16 /* bytes for the end of a line: that something was left out, and the line's end */

static _Atomic enum log_level lowest = LOG_INFO;
static _Atomic enum log_format layout = LOG_LOGFMT;
static atomic_llong counts[LOG_ERROR + 1];

static const char *const level_names[] = {"debug", "info", "warning", "error"};

void log_open(enum log_level level, enum log_format format)
{
    atomic_store(&lowest, level);
    atomic_store(&layout, format);
}

int64_t log_count(enum log_level level)
{
    return atomic_load(&counts[level]);
}

/* A quoted text; quotes, backslashes and control characters are escaped as in JSON. */
static void add_quoted(struct text_builder *b, const char *text)
{
    text_add(b, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            text_add(b, "\\");
        text_add_bytes(b, (unsigned char)*text < 0x20 ? " " : text, 1);
    }
    text_add(b, "\"");
}

static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at == ' ' || *at == '"' || *at == '=' || *at == '\\' || (unsigned char)*at < 0x20)
            return false;
    return text[0] != '\0';
}

static void add_name(struct text_builder *b, const char *name, bool json, bool first)
{
    if (!first)
        text_add(b, json ? "," : " ");
    if (json) {
        add_quoted(b, name);
        text_add(b, ":");
    } else {
        text_add(b, name);
        text_add(b, "=");
    }
}

static void add_word(struct text_builder *b, const char *word, bool json)
{
    if (json || !is_plain(word))
        add_quoted(b, word);
    else
        text_add(b, word);
}

static void add_field(struct text_builder *b, const struct log_field *f, bool json)
{
    char uuid[UUID_TEXT_SIZE];

    add_name(b, f->name, json, /* first= */ false);
    switch (f->kind) {
    case LOG_FIELD_NUMBER:
        text_add_number(b, f->number);
        break;
    case LOG_FIELD_WORD:
    case LOG_FIELD_ERROR:
        add_word(b, f->word == NULL ? "" : f->word, json);
        break;
    case LOG_FIELD_UUID:
        uuid_format(&f->uuid, uuid);
        add_word(b, uuid, json);
        break;
    }
}

/* A field that does not fit is left out, so that a line of JSON stays one. */
static void add_whole_field(struct text_builder *b, const struct log_field *f, bool json)
{
    size_t used = b->used;

    add_field(b, f, json);
    if (b->cut) {
        b->used = used;
        b->text[used] = '\0';
    }
}

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void log_event(enum log_level level, const char *event, const struct log_field *fields,
               size_t count)
{
    char line[LOG_LINE_SIZE_MAX];
    char at[INSTANT_TEXT_SIZE];
    struct text_builder b = text_builder_over(line, sizeof(line) - END_SIZE);
    bool json = atomic_load(&layout) == LOG_JSON;
    ssize_t written;
    bool cut;

    assert(count <= LOG_FIELDS_MAX);
    (void)atomic_fetch_add(&counts[level], 1);
    if (level < atomic_load(&lowest))
        return;
    instant_format(now_ms(), at);
    if (json)
        text_add(&b, "{");
    add_name(&b, "time", json, /* first= */ true);
    add_word(&b, at, json);
    add_name(&b, "level", json, false);
    add_word(&b, level_names[level], json);
    add_name(&b, "event", json, false);
    add_word(&b, event, json);
    for (size_t i = 0; i < count; i++)
        add_whole_field(&b, &fields[i], json);
    b.size += END_SIZE; /* room was kept for the end */
    cut = b.cut;
    b.cut = false;
    if (cut)
        text_add(&b, json ? ",\"cut\":true" : " cut=true");
    text_add(&b, json ? "}\n" : "\n");
    written = write(STDERR_FILENO, b.text, b.used);
    (void)written; /* there is nowhere to complain to */
}

struct log_field log_number(const char *name, int64_t number)
{
    return (struct log_field){.name = name, .kind = LOG_FIELD_NUMBER, .number = number};
}

struct log_field log_word(const char *name, const char *word)
{
    return (struct log_field){.name = name, .kind = LOG_FIELD_WORD, .word = word};
}

struct log_field log_uuid(const char *name, const struct uuid *uuid)
{
    return (struct log_field){.name = name, .kind = LOG_FIELD_UUID, .uuid = *uuid};
}

struct log_field log_error(const struct err *err)
{
    return (struct log_field){.name = "error", .kind = LOG_FIELD_ERROR, .word = err->text};
}
