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

/* ---- URIs ------------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* Whether the ${size} bytes at ${name}, in which %77 stands for w, are a password's key. */
static bool is_encoded_key(const char *name, size_t size)
{
    char decoded[sizeof("sslpassword")];
    size_t used = 0;

    for (size_t i = 0; i < size; i++) {
        char c = name[i];

        if (c == '%' && i + 2 < size && hex_digit(name[i + 1]) >= 0 &&
            hex_digit(name[i + 2]) >= 0) {
            c = (char)(hex_digit(name[i + 1]) * 16 + hex_digit(name[i + 2]));
            i += 2;
        }
        if (used == sizeof(decoded))
            return false;
        decoded[used++] = c;
    }
    return is_key(decoded, used);
}

/*
 * The @ behind user and password, NULL for none.  libpq takes the first one when no slash stands
 * before it, so that a ? may be part of the password.  A password may also hold an @ or a slash
 * that nobody encoded: then libpq reads something else, but a password it is.
 */
static const char *userinfo_end(const char *at)
{
    size_t first = strcspn(at, "@/");
    size_t size = at[first] == '@' ? first + strcspn(at + first, "?") : strcspn(at, "?");

    while (size > 0 && at[size - 1] != '@')
        size--;
    return size == 0 ? NULL : at + size - 1;
}

/* postgresql://user:password@host/database?password=... */
static void add_uri(struct text_builder *b, const char *uri)
{
    const char *at = strstr(uri, "://") + 3;
    const char *host = userinfo_end(at);
    const char *colon = host == NULL ? NULL : memchr(at, ':', (size_t)(host - at));

    if (host != NULL) {
        const char *shown_end = colon == NULL ? host : colon + 1;

        text_add_bytes(b, uri, (size_t)(shown_end - uri));
        if (colon != NULL)
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
        if (name[size] == '=' && is_encoded_key(name, size)) {
            text_add_bytes(b, name, size + 1);
            text_add(b, SECRET_SHOWN);
            uri = name + strcspn(name, "&");
        }
    }
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

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
