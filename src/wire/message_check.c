#include "wire/message_check.h"

#include "base/text.h"
#include "staging/event.h"

#include <assert.h>
#include <string.h>

/* ---- The bytes ------------------------------------------------------------------------------- */

enum wire_type { VARINT = 0, FIXED_64 = 1, LENGTH_PREFIXED = 2, FIXED_32 = 5 };

/* What is left to read of the message at hand. */
struct cursor {
    const uint8_t *at;
    size_t left;
};

static bool take_varint(struct cursor *c, uint64_t *ret)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte;

        if (c->left == 0)
            return false;
        byte = *c->at++;
        c->left--;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct cursor *c, uint64_t size, struct bytes *ret)
{
    if (size > c->left)
        return false;
    *ret = (struct bytes){.at = c->at, .size = (size_t)size};
    c->at += size;
    c->left -= (size_t)size;
    return true;
}

/* One field: its number, how it was written and, if length-prefixed, its content. */
struct raw_field {
    uint32_t number;
    uint32_t wire_type;
    struct bytes content;
};

static bool take_field(struct cursor *c, struct raw_field *ret)
{
    uint64_t tag;
    uint64_t value;

    if (!take_varint(c, &tag) || tag >> 3 == 0 || tag >> 3 > 536870911)
        return false;
    ret->number = (uint32_t)(tag >> 3);
    ret->wire_type = (uint32_t)(tag & 7);
    ret->content = (struct bytes){.at = "", .size = 0};
    switch (ret->wire_type) {
    case VARINT:
        return take_varint(c, &value);
    case FIXED_64:
        return take_bytes(c, 8, &ret->content);
    case LENGTH_PREFIXED:
        return take_varint(c, &value) && take_bytes(c, value, &ret->content);
    case FIXED_32:
        return take_bytes(c, 4, &ret->content);
    }
    return false; /* groups are not part of the contract */
}

/* The wire type that a known field must have; repeated numbers may also come packed. */
static bool wire_type_fits(const ProtobufCFieldDescriptor *field, uint32_t wire_type)
{
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE)
        return wire_type == LENGTH_PREFIXED;
    return wire_type == VARINT ||
           (field->label == PROTOBUF_C_LABEL_REPEATED && wire_type == LENGTH_PREFIXED);
}

static enum status check_text(struct bytes text, const struct field_path *path,
                              enum error_code *ret_code, struct err *err)
{
    if (memchr(text.at, '\0', text.size) != NULL)
        return field_path_refuse(path, ERROR_EMBEDDED_NUL, "a NUL character", ret_code, err);
    if (!text_is_utf8(text.at, text.size))
        return field_path_refuse(path, ERROR_BAD_UTF8, "not UTF-8", ret_code, err);
    return OK;
}

static size_t list_count_max(const ProtobufCFieldDescriptor *field)
{
    return strcmp(field->name, "lesions") == 0 ? EVENT_LESIONS_MAX : EVENT_ITEMS_MAX;
}

static enum status refuse_count(const ProtobufCFieldDescriptor *field,
                                const struct field_path *path, enum error_code *ret_code,
                                struct err *err)
{
    char text[FIELD_PATH_SIZE_MAX];

    *ret_code = ERROR_TOO_MANY_ITEMS;
    return err_set(err, REJECT, "%s: more than %zu items", field_path_text(path, text),
                   list_count_max(field));
}

/* How many of a repeated field were met, for the index in the path. */
#define FIELDS_PER_MESSAGE_MAX 64

enum status message_check_bytes(struct bytes bytes, const ProtobufCMessageDescriptor *descriptor,
                                struct field_path *path, uint32_t *ret_unknown,
                                enum error_code *ret_code, struct err *err)
{
    struct cursor c = {.at = bytes.at, .left = bytes.size};
    uint32_t met[FIELDS_PER_MESSAGE_MAX] = {0};

    assert(descriptor->n_fields <= FIELDS_PER_MESSAGE_MAX);
    while (c.left > 0) {
        const ProtobufCFieldDescriptor *field;
        struct raw_field raw;
        enum status status = OK;
        size_t before;

        if (!take_field(&c, &raw))
            return field_path_refuse(path, ERROR_UNDECODABLE, "not protobuf, or cut off", ret_code,
                                     err);
        field = protobuf_c_message_descriptor_get_field(descriptor, raw.number);
        if (field == NULL) {
            ++*ret_unknown;
            continue;
        }
        before = field_path_enter(path, field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            /* Here already: an empty message of two bytes becomes a struct of hundreds. */
            if (met[field - descriptor->fields] == list_count_max(field))
                return refuse_count(field, path, ret_code, err);
            (void)field_path_enter_item(path, met[field - descriptor->fields]++);
        }
        if (!wire_type_fits(field, raw.wire_type))
            return field_path_refuse(path, ERROR_UNDECODABLE, "not written as its type demands",
                                     ret_code, err);
        if (field->type == PROTOBUF_C_TYPE_STRING)
            status = check_text(raw.content, path, ret_code, err);
        else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            status = message_check_bytes(raw.content, field->descriptor, path, ret_unknown,
                                         ret_code, err);
        if (status != OK)
            return status;
        field_path_leave(path, before);
    }
    return OK;
}

/* ---- The values ------------------------------------------------------------------------------ */

/* Fields whose limit is not that of every other text or list. */
static const struct {
    const char *name;
    size_t size_max;
} text_limits[] = {
    {"tumour_id", EVENT_TUMOUR_ID_SIZE_MAX},
    {"report_id", EVENT_REPORT_ID_SIZE_MAX},
    {"source_system", EVENT_SOURCE_SIZE_MAX},
    /* Identifiers and decimals: what reads them says more exactly what is wrong. */
    {"authority", EVENT_SIZE_MAX},
    {"value", EVENT_SIZE_MAX},
};

static size_t text_size_max(const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < sizeof(text_limits) / sizeof(text_limits[0]); i++)
        if (strcmp(text_limits[i].name, field->name) == 0)
            return text_limits[i].size_max;
    return EVENT_TEXT_SIZE_MAX;
}

static enum status refuse_enum(const struct field_path *path, int value, enum error_code *ret_code,
                               struct err *err)
{
    char text[FIELD_PATH_SIZE_MAX];

    *ret_code = ERROR_UNKNOWN_ENUM;
    return err_set(err, REJECT, "%s: value %d is not known to this version",
                   field_path_text(path, text), value);
}

static enum status refuse_text(const struct field_path *path, size_t size_max,
                               enum error_code *ret_code, struct err *err)
{
    char text[FIELD_PATH_SIZE_MAX];

    *ret_code = ERROR_TEXT_TOO_LONG;
    return err_set(err, REJECT, "%s: more than %zu bytes", field_path_text(path, text), size_max);
}

static enum status check_value(const ProtobufCFieldDescriptor *field, const void *place,
                               struct field_path *path, enum error_code *ret_code, struct err *err)
{
    if (field->type == PROTOBUF_C_TYPE_ENUM &&
        protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)place) == NULL)
        return refuse_enum(path, *(const int *)place, ret_code, err);
    if (field->type == PROTOBUF_C_TYPE_STRING &&
        strlen(*(const char *const *)place) > text_size_max(field))
        return refuse_text(path, text_size_max(field), ret_code, err);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return message_check_values(*(const ProtobufCMessage *const *)place, path, ret_code, err);
    return OK;
}

static enum status check_list(const ProtobufCFieldDescriptor *field,
                              const ProtobufCMessage *message, struct field_path *path,
                              enum error_code *ret_code, struct err *err)
{
    size_t count = *(const size_t *)((const char *)message + field->quantifier_offset);
    const char *items = *(const char *const *)((const char *)message + field->offset);
    size_t size = field->type == PROTOBUF_C_TYPE_ENUM ? sizeof(int) : sizeof(void *);
    enum status status = OK;

    if (count > list_count_max(field))
        return refuse_count(field, path, ret_code, err);
    for (size_t i = 0; i < count && status == OK; i++) {
        size_t before = field_path_enter_item(path, i);

        status = check_value(field, items + i * size, path, ret_code, err);
        if (status == OK)
            field_path_leave(path, before);
    }
    return status;
}

/* Whether a field that may be absent is there. */
static bool is_there(const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message)
{
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        *(const uint32_t *)((const char *)message + field->quantifier_offset) != field->id)
        return false;
    return field->type != PROTOBUF_C_TYPE_MESSAGE ||
           *(const void *const *)((const char *)message + field->offset) != NULL;
}

enum status message_check_values(const ProtobufCMessage *message, struct field_path *path,
                                 enum error_code *ret_code, struct err *err)
{
    enum status status = OK;

    for (unsigned i = 0; i < message->descriptor->n_fields && status == OK; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        size_t before;

        if (field->label != PROTOBUF_C_LABEL_REPEATED && !is_there(field, message))
            continue;
        before = field_path_enter(path, field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            status = check_list(field, message, path, ret_code, err);
        else
            status = check_value(field, (const char *)message + field->offset, path, ret_code, err);
        if (status == OK)
            field_path_leave(path, before);
    }
    return status;
}

static bool text_has_nul(struct bytes message, const ProtobufCMessageDescriptor *type)
{
    struct cursor c = {.at = message.at, .left = message.size};
    struct raw_field raw;

    while (c.left > 0 && take_field(&c, &raw))
        if (protobuf_c_message_descriptor_get_field(type, raw.number) != NULL &&
            memchr(raw.content.at, '\0', raw.content.size) != NULL)
            return true;
    return false;
}

bool message_part_has_nul(struct bytes message, uint32_t number,
                          const ProtobufCMessageDescriptor *type)
{
    struct cursor c = {.at = message.at, .left = message.size};
    struct raw_field raw;

    while (c.left > 0 && take_field(&c, &raw))
        if (raw.number == number && text_has_nul(raw.content, type))
            return true;
    return false;
}
