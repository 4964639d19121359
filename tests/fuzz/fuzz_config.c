/*
 * Fuzz target: the configuration, from all of its places at once.
 *
 * An input is the properties file, a form feed, the environment, a form feed, and the arguments,
 * the latter two one per line.  What is accepted must be shown so that it reads as the same again;
 * no password that libpq would find in the conninfo may be shown.  What is refused has a text of
 * the closed list below, which names a place or a key and holds no value.
 */
#include "expect.h"

#include "base/config.h"
#include "base/config_file.h"
#include "base/secret.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_SIZE_MAX ((size_t)1 << 16)
#define WORDS_MAX 64
#define SHOWN_FILE_SIZE_MAX ((size_t)4 << 20)
#define SECRET_SIZE_MIN 6 /* bytes of a password that is worth looking for */

static int descriptor = -1; /* of a file without a name that is written anew for each input */
static char path[64];

/* What is said behind the place, or behind place and key. */
static const char *const reasons[] = {
    "-c: given twice",
    "-c: needs a file",
    "--set: needs key=value",
    "-X: needs property=value",
    "--set: not of the form key=value",
    "-X: not of the form property=value",
    "@: the value is too long, or not UTF-8",
    "@: a secret among arguments shows in ps. HINT: name a file with @",
    "@: more than # settings",
    "@: more than # keys of its kind",
    "FILE: longer than # bytes",
    "FILE: holds a NUL byte",
    "@ names nothing",
    "@: given twice, before at @",
    "@: given twice, before at FILE:#",
    "@: longer than # bytes",
    "@: not UTF-8",
    "@: only a secret may be in a file of its own",
    "before the = there is no key: letters, digits, dots, underscores and hyphens",
    "the value is too long, or not UTF-8",
    "environment: a name behind RESTAGE_ is no key, or too long",
    "no setting \"@\". HINT: restage show-config lists them",
    "no setting \"@\"; did you mean \"@\"?",
    "not of the form key = value",
    "there is no such setting",
    "there is no such setting; did you mean @?",
    "instance: the host's name cannot serve. HINT: set one",
    "topic.*: two of them name the same topic",
    "@: a port is at most 65535",
    "@: may hold letters, digits, dots, underscores and hyphens only",
    "@: must be a whole number",
    "@: must be a whole number with a unit, as in 30s",
    "@: must be a whole number with a unit, as in 4MiB",
    "@: must be a whole number without a unit",
    "@: must be debug, info, warning or error",
    "@: must be from @ to @",
    "@: must be host:port, as in 127.0.0.1:9464, or off",
    "@: must be logfmt or json",
    "@: must be true or false",
    "@: must not be empty",
    "@: needs a unit: B, KiB, MiB or GiB",
    "@: needs a unit: ms, s, min or h",
};

/* What is said behind the name of a secret's file, which is a value that one must be told. */
static const char *const file_reasons[] = {
    "File name too long", "Is a directory",   "No such file or directory", "Permission denied",
    "cannot be read",     "holds a NUL byte", "longer than # bytes",
};

/* ---- Refused --------------------------------------------------------------------------------- */

/* Put FILE for the name of the file, so that the patterns need not know it. */
static void name_file(const char *text, char *ret, size_t size)
{
    const char *at = strstr(text, path);
    size_t used = 0;

    while (at != NULL) {
        used += (size_t)snprintf(ret + used, size - used, "%.*sFILE", (int)(at - text), text);
        text = at + strlen(path);
        at = strstr(text, path);
    }
    (void)snprintf(ret + used, size - used, "%s", text);
}

/* What follows the place at the beginning of ${text}: "FILE:12: ", "RESTAGE_GROUP: ", "--set: ". */
static const char *behind_place(const char *text)
{
    size_t size =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:");

    while (size > 0 && text[size - 1] != ':')
        size--;
    return text[size] == ' ' ? text + size + 1 : text;
}

static bool is_listed(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_reads_as(text, list[i]))
            return true;
    return false;
}

/* What follows the last ": " of ${text}. */
static const char *last_part(const char *text)
{
    const char *at = text;

    for (const char *next = strstr(text, ": "); next != NULL; next = strstr(at, ": "))
        at = next + 2;
    return at;
}

static void expect_config_refusal(enum status status, const char *full)
{
    char text[2048];
    const char *behind;
    bool listed;

    name_file(full, text, sizeof(text));
    behind = behind_place(text);
    expect(status == REJECT, "what is wrong with a configuration is refused");
    listed =
        is_listed(text, reasons, sizeof(reasons) / sizeof(reasons[0])) ||
        is_listed(behind, reasons, sizeof(reasons) / sizeof(reasons[0])) ||
        is_listed(last_part(behind), file_reasons, sizeof(file_reasons) / sizeof(file_reasons[0]));
    if (!listed)
        (void)fprintf(stderr, "text: %s\n", full);
    expect(listed, "a refusal names place or key, and its reason is of the closed list");
}

/* ---- Shown ----------------------------------------------------------------------------------- */

/* Whether ${text} is part of what a conninfo says beside its passwords. */
static bool is_said_otherwise(const PQconninfoOption *options, const char *text)
{
    if (strstr(SECRET_SHOWN, text) != NULL || strstr("postgresql://", text) != NULL)
        return true;
    for (; options->keyword != NULL; options++)
        if (strstr(options->keyword, text) != NULL ||
            (strstr(options->keyword, "password") == NULL && options->val != NULL &&
             strstr(options->val, text) != NULL))
            return true;
    return false;
}

/* No password that libpq reads in ${written} is to be read in ${shown}. */
static void expect_no_password(const char *written, const char *shown)
{
    char *error = NULL;
    PQconninfoOption *before = PQconninfoParse(written, &error);
    PQconninfoOption *after;

    PQfreemem(error);
    if (before == NULL)
        return;
    after = PQconninfoParse(shown, NULL);
    for (size_t i = 0; before[i].keyword != NULL; i++) {
        const char *value = before[i].val;

        if (strstr(before[i].keyword, "password") == NULL || value == NULL || value[0] == '\0')
            continue;
        expect(after == NULL || after[i].val == NULL || strcmp(after[i].val, SECRET_SHOWN) == 0,
               "libpq finds no password in what is shown");
        expect(strlen(value) < SECRET_SIZE_MIN || strstr(shown, value) == NULL ||
                   is_said_otherwise(before, value),
               "a password is nowhere in what is shown");
    }
    PQconninfoFree(before);
    PQconninfoFree(after);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether a properties file can say it: no secret, and no blanks that it would drop. */
static bool can_be_written(const struct config_shown *shown)
{
    size_t size = strlen(shown->value);

    return strstr(shown->value, SECRET_SHOWN) == NULL && size <= CONFIG_VALUE_SIZE_MAX &&
           (size == 0 || (!is_blank(shown->value[0]) && !is_blank(shown->value[size - 1])));
}

static void write_file(const void *bytes, size_t size)
{
    expect(ftruncate(descriptor, 0) == 0 && pwrite(descriptor, bytes, size, 0) == (ssize_t)size,
           "the file can be written");
}

/* What is shown of ${config}, as a properties file. */
static size_t show_all(const struct config *config, char *ret, size_t size_max)
{
    struct text_builder b = text_builder_over(ret, size_max);
    static struct config_shown shown;

    for (size_t i = 0; i < config_shown_count(config); i++) {
        config_show(config, i, &shown);
        if (!can_be_written(&shown))
            continue;
        text_add(&b, shown.key);
        text_add(&b, " = ");
        text_add(&b, shown.value);
        text_add(&b, "\n");
    }
    expect(!b.cut, "what is shown is no longer than what was written");
    return b.used;
}

/* What ${config} shows of ${key}; "" for what it does not have. */
static const char *value_of(const struct config *config, const char *key,
                            struct config_shown *memory)
{
    for (size_t i = 0; i < config_shown_count(config); i++) {
        config_show(config, i, memory);
        if (strcmp(memory->key, key) == 0)
            return memory->value;
    }
    return "";
}

static void expect_shown(const struct config *config)
{
    static char file[SHOWN_FILE_SIZE_MAX];
    static struct config_shown shown;
    static struct config_shown other;
    const struct config_flags flags = {.file = path};
    const struct config *again = NULL;
    struct err err = {.text = ""};
    size_t size = show_all(config, file, sizeof(file));

    if (size > CONFIG_FILE_SIZE_MAX)
        return;
    write_file(file, size);
    if (config_load(&flags, NULL, &again, &err) != OK) {
        (void)fprintf(stderr, "text: %s\n", err.text);
        expect(false, "what is shown can be read");
    }
    for (size_t i = 0; i < config_shown_count(config); i++) {
        config_show(config, i, &shown);
        if (strcmp(shown.key, "postgres") == 0)
            expect_no_password(config->postgres, shown.value);
        expect(!can_be_written(&shown) ||
                   strcmp(value_of(again, shown.key, &other), shown.value) == 0,
               "what is shown reads as the same");
    }
    config_free(again);
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

/* Cut ${text} at its line ends into at most WORDS_MAX lines; a NULL follows. */
static int split(char *text, char **ret_lines)
{
    int count = 0;

    for (char *line = strtok_r(text, "\n", &text); line != NULL && count < WORDS_MAX;
         line = strtok_r(NULL, "\n", &text))
        ret_lines[count++] = line;
    ret_lines[count] = NULL;
    return count;
}

/* Files of secrets are looked for where the fuzzer runs, and nowhere else. */
static void stay_here(char *text, size_t size)
{
    for (size_t i = 0; i + 5 <= size; i++) {
        if (memcmp(text + i, "_FILE", 5) != 0)
            continue;
        for (size_t k = 0; k < size; k++)
            text[k] = text[k] == '/' ? '_' : text[k];
        return;
    }
}

static void load(char *environment_text, char *words_text)
{
    char *environment[WORDS_MAX + 1];
    char *words[WORDS_MAX + 1];
    const struct config *config = NULL;
    struct config_flags *flags = malloc(sizeof(*flags));
    struct err err = {.text = ""};
    int count = split(words_text, words);
    enum status status;

    expect(flags != NULL, "there is memory for flags");
    (void)split(environment_text, environment);
    status = config_flags_take(&count, words, flags, &err);
    if (status == OK) {
        flags->file = path;
        status = config_load(flags, environment, &config, &err);
    }
    if (status == OK)
        expect_shown(config);
    else
        expect_config_refusal(status, err.text);
    config_free(config);
    free(flags);
}

/* In memory, since it is written thousands of times a second. */
static void open_file(void)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "/restage-fuzz.%ld", (long)getpid());
    descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    expect(descriptor >= 0 && shm_unlink(name) == 0, "there is a file to write");
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = size > INPUT_SIZE_MAX ? NULL : malloc(size + 1);
    char none[] = "";
    char *environment;
    char *words;
    char *end;

    if (text == NULL)
        return 0;
    if (descriptor < 0)
        open_file();
    memcpy(text, data, size);
    text[size] = '\0';
    stay_here(text, size);
    end = memchr(text, '\f', size);
    write_file(text, end == NULL ? size : (size_t)(end - text));
    environment = end == NULL ? none : end + 1;
    words = strchr(environment, '\f');
    if (words != NULL)
        *words++ = '\0';
    load(environment, words == NULL ? none : words);
    free(text);
    return 0;
}
