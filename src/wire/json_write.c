#include "wire/json.h"

#include "base/text.h"
#include "wire/json_name.h"

#include <string.h>

/*
 * Writing goes twice over the message: once to count the bytes, once to put them down.  So the
 * result is one block of the arena without any growing.
 */
struct json_writer {
    char *at; /* NULL while counting */
    size_t size;
};

static void put(struct json_writer *w, const char *bytes, size_t size)
{
    if (w->at != NULL)
        memcpy(w->at + w->size, bytes, size);
    w->size += size;
}

static void put_char(struct json_writer *w, char c)
{
    put(w, &c, 1);
}

/* How many bytes stand for themselves before the next one that must be escaped, or the end. */
static size_t plain_size(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at >= 0x20 && *at != '"' && *at != '\\' && *at != 0x7f)
        at++;
    return (size_t)(at - (const unsigned char *)text);
}

static void put_escaped(struct json_writer *w, char c)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char code = (unsigned char)c;
    const char unicode[6] = {'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]};
    const char pair[2] = {'\\', c == '\n' ? 'n' : c == '\t' ? 't' : c};

    if (c == '"' || c == '\\' || c == '\n' || c == '\t')
        put(w, pair, sizeof(pair));
    else
        put(w, unicode, sizeof(unicode));
}

static void put_string(struct json_writer *w, const char *text)
{
    put_char(w, '"');
    for (;;) {
        size_t plain = plain_size(text);

        put(w, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        put_escaped(w, *text++);
    }
    put_char(w, '"');
}

static void put_name(struct json_writer *w, const char *name)
{
    put_char(w, '"');
    while (*name != '\0')
        put_char(w, json_name_next(&name));
    put(w, "\":", 2);
}

static void put_number(struct json_writer *w, int64_t number)
{
    char digits[24];
    struct text_builder b = text_builder_over(digits, sizeof(digits));

    text_add_number(&b, number);
    put(w, b.text, b.used);
}

static void put_message(struct json_writer *w, const ProtobufCMessage *message);

static void put_enum(struct json_writer *w, const ProtobufCEnumDescriptor *descriptor, int number)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);

    if (value == NULL)
        put_number(w, number);
    else
        put_string(w, value->name);
}

static void put_value(struct json_writer *w, const ProtobufCFieldDescriptor *field,
                      const void *place)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        put_string(w, *(const char *const *)place);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        put_message(w, *(const ProtobufCMessage *const *)place);
    } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
        put_enum(w, field->descriptor, *(const int *)place);
    } else if (json_type_is_wide(field->type)) {
        put_char(w, '"');
        put_number(w, *(const int64_t *)place);
        put_char(w, '"');
    } else if (field->type == PROTOBUF_C_TYPE_UINT32) {
        put_number(w, *(const uint32_t *)place);
    } else {
        put_number(w, *(const int32_t *)place);
    }
}

static void put_list(struct json_writer *w, const ProtobufCFieldDescriptor *field,
                     const ProtobufCMessage *message)
{
    size_t count = *(const size_t *)((const char *)message + field->quantifier_offset);
    const char *items = *(const char *const *)((const char *)message + field->offset);
    size_t size = json_type_is_pointer(field->type) ? sizeof(void *)
                  : json_type_is_wide(field->type)  ? sizeof(int64_t)
                                                    : sizeof(int32_t);

    put_char(w, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            put_char(w, ',');
        put_value(w, field, items + i * size);
    }
    put_char(w, ']');
}

/* Whether ${field} has anything to say: proto3 JSON leaves the rest out. */
static bool is_set(const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message)
{
    const char *place = (const char *)message + field->offset;
    const char *quantifier = (const char *)message + field->quantifier_offset;

    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return *(const size_t *)quantifier > 0;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return *(const uint32_t *)quantifier == field->id;
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return *(const char *const *)place != NULL && **(const char *const *)place != '\0';
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return *(const void *const *)place != NULL;
    if (json_type_is_wide(field->type))
        return *(const int64_t *)place != 0;
    return *(const int32_t *)place != 0;
}

static void put_message(struct json_writer *w, const ProtobufCMessage *message)
{
    bool first = true;

    put_char(w, '{');
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

        if (!is_set(field, message))
            continue;
        if (!first)
            put_char(w, ',');
        first = false;
        put_name(w, field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            put_list(w, field, message);
        else
            put_value(w, field, (const char *)message + field->offset);
    }
    put_char(w, '}');
}

char *json_write(const ProtobufCMessage *message, struct arena *arena, size_t *ret_size)
{
    struct json_writer counter = {.at = NULL};
    struct json_writer writer = {.at = NULL};

    put_message(&counter, message);
    writer.at = arena_alloc(arena, counter.size + 1);
    if (writer.at == NULL)
        return NULL;
    put_message(&writer, message);
    writer.at[writer.size] = '\0';
    if (ret_size != NULL)
        *ret_size = writer.size;
    return writer.at;
}
