#include "base/secret.h"

#include <stddef.h>
#include <string.h>

bool secret_is_property(const char *name)
{
    static const char *const signs[] = {"password", "secret", "ssl.key.pem",
                                        "sasl.oauthbearer.config"};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strstr(name, signs[i]) != NULL)
            return true;
    return false;
}

static bool is_key(const char *name, size_t size)
{
    static const char *const secrets[] = {"password", "sslpassword"};

    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        if (strlen(secrets[i]) == size && memcmp(secrets[i], name, size) == 0)
            return true;
    return false;
}

/* postgresql://user:password@host/database?password=... */
static void add_uri(struct text_builder *b, const char *uri)
{
    const char *at = strstr(uri, "://") + 3;
    size_t authority = strcspn(at, "/?");
    const char *host = NULL;
    const char *colon;

    /* A password may hold an @ that nobody encoded: the last one ends it. */
    for (size_t i = 0; i < authority; i++)
        if (at[i] == '@')
            host = at + i;
    colon = host == NULL ? NULL : memchr(at, ':', (size_t)(host - at));
    if (colon != NULL) {
        text_add_bytes(b, uri, (size_t)(colon + 1 - uri));
        text_add(b, SECRET_SHOWN);
        uri = host;
    }
    while (*uri != '\0') {
        size_t size = strcspn(uri, "?&");
        const char *name = uri + size + 1;

        text_add_bytes(b, uri, size + (uri[size] == '\0' ? 0 : 1));
        if (uri[size] == '\0')
            return;
        uri = name;
        size = strcspn(name, "=&");
        if (name[size] == '=' && is_key(name, size)) {
            text_add_bytes(b, name, size + 1);
            text_add(b, SECRET_SHOWN);
            uri = name + strcspn(name, "&");
        }
    }
}

/* The end of a value, quoted or not, that begins at ${at}; NULL when its quote is not closed. */
static const char *value_end(const char *at)
{
    bool quoted = *at == '\'';

    for (at += quoted ? 1 : 0; *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        else if (quoted ? *at == '\'' : strchr(" \t\n\r\f\v", *at) != NULL)
            return quoted ? at + 1 : at;
    }
    return quoted ? NULL : at;
}

static bool add_pairs(struct text_builder *b, const char *at)
{
    static const char blank[] = " \t\n\r\f\v";

    for (bool first = true;; first = false) {
        const char *name = at + strspn(at, blank);
        size_t size = strcspn(name, " \t\n\r\f\v=");
        const char *value = name + size + strspn(name + size, blank);

        if (*name == '\0')
            return true;
        if (*value != '=' || size == 0)
            return false;
        value++;
        value += strspn(value, blank);
        at = value_end(value);
        if (at == NULL)
            return false;
        if (!first)
            text_add(b, " ");
        text_add_bytes(b, name, size);
        text_add(b, "=");
        if (is_key(name, size))
            text_add(b, SECRET_SHOWN);
        else
            text_add_bytes(b, value, (size_t)(at - value));
    }
}

void secret_add_conninfo(struct text_builder *b, const char *conninfo)
{
    struct text_builder kept = *b;

    if (strncmp(conninfo, "postgresql://", 13) == 0 || strncmp(conninfo, "postgres://", 11) == 0) {
        add_uri(b, conninfo);
        return;
    }
    if (add_pairs(b, conninfo))
        return;
    *b = kept;
    b->text[b->used] = '\0';
    text_add(b, SECRET_SHOWN);
}
