#include "wire/json.h"

#include "wire/field_path.h"
#include "wire/json_name.h"

#include <jansson.h>
#include <string.h>

/* Longest key that an error repeats; the contract's longest name has 28 characters. */
#define JSON_NAME_SIZE_MAX 40

/* Where we are in the document, and what went wrong there. */
struct json_reader {
    struct arena *arena;
    struct field_path path;
    enum error_code code;
    struct err *err;
};

static enum status refuse(struct json_reader *r, enum error_code code, const char *why)
{
    return field_path_refuse(&r->path, code, why, &r->code, r->err);
}

static enum status refuse_memory(struct json_reader *r)
{
    return refuse(r, ERROR_EVENT_TOO_LARGE, "more than the memory of one event");
}

static enum status read_message(struct json_reader *r, json_t *json,
                                const ProtobufCMessageDescriptor *descriptor,
                                ProtobufCMessage **ret);

/* An integer, as a number or as text (the mapping's form for 64 bits). */
static enum status read_integer(struct json_reader *r, json_t *json, int64_t min, int64_t max,
                                int64_t *ret)
{
    int64_t number = 0;

    if (json_typeof(json) == JSON_INTEGER) {
        number = json_integer_value(json);
    } else if (json_typeof(json) == JSON_STRING) {
        const char *text = json_string_value(json);
        size_t size = json_string_length(json);
        bool negative = size > 0 && text[0] == '-';
        size_t digits = size - (negative ? 1 : 0);

        if (digits == 0 || digits > 18)
            return refuse(r, ERROR_UNDECODABLE, "an integer is expected");
        for (size_t i = negative ? 1 : 0; i < size; i++) {
            if (text[i] < '0' || text[i] > '9')
                return refuse(r, ERROR_UNDECODABLE, "an integer is expected");
            number = number * 10 + (text[i] - '0');
        }
        number = negative ? -number : number;
    } else {
        return refuse(r, ERROR_UNDECODABLE, "an integer is expected");
    }
    if (number < min || number > max)
        return refuse(r, ERROR_IMPOSSIBLE_VALUE, "outside the range of its type");
    *ret = number;
    return OK;
}

static enum status read_enum(struct json_reader *r, json_t *json, const ProtobufCEnumDescriptor *e,
                             int *ret)
{
    const ProtobufCEnumValue *value;
    int64_t number;
    enum status status;

    if (json_typeof(json) == JSON_INTEGER) {
        status = read_integer(r, json, INT32_MIN, INT32_MAX, &number);
        if (status == OK)
            *ret = (int)number;
        return status;
    }
    if (json_typeof(json) != JSON_STRING)
        return refuse(r, ERROR_UNDECODABLE, "the name of an enum value is expected");
    value = protobuf_c_enum_descriptor_get_value_by_name(e, json_string_value(json));
    if (value == NULL || strlen(json_string_value(json)) != json_string_length(json)) {
        char path[FIELD_PATH_SIZE_MAX];

        r->code = ERROR_UNKNOWN_ENUM;
        return err_set(r->err, REJECT,
                       "%s: no value of %s has this name; names carry its prefix, as in %s",
                       field_path_text(&r->path, path), e->short_name, e->values[0].name);
    }
    *ret = value->value;
    return OK;
}

static enum status read_string(struct json_reader *r, json_t *json, char **ret)
{
    if (json_typeof(json) != JSON_STRING)
        return refuse(r, ERROR_UNDECODABLE, "a text is expected (decimals are text too)");
    if (memchr(json_string_value(json), '\0', json_string_length(json)) != NULL)
        return refuse(r, ERROR_EMBEDDED_NUL, "a NUL character");
    *ret = arena_copy(r->arena, json_string_value(json), json_string_length(json));
    return *ret == NULL ? refuse_memory(r) : OK;
}

/* Read one value of ${field} into ${place}, which has room for its C type. */
static enum status read_value(struct json_reader *r, json_t *json,
                              const ProtobufCFieldDescriptor *field, void *place)
{
    int64_t number;
    enum status status;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return read_string(r, json, place);
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(r, json, field->descriptor, place);
    case PROTOBUF_C_TYPE_MESSAGE:
        return read_message(r, json, field->descriptor, place);
    case PROTOBUF_C_TYPE_UINT32:
        status = read_integer(r, json, 0, UINT32_MAX, &number);
        if (status == OK)
            *(uint32_t *)place = (uint32_t)number;
        return status;
    case PROTOBUF_C_TYPE_INT32:
        status = read_integer(r, json, INT32_MIN, INT32_MAX, &number);
        if (status == OK)
            *(int32_t *)place = (int32_t)number;
        return status;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT64:
        status = read_integer(r, json, field->type == PROTOBUF_C_TYPE_INT64 ? INT64_MIN : 0,
                              INT64_MAX, &number);
        if (status == OK)
            *(int64_t *)place = number;
        return status;
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_BYTES:
        break;
    }
    return refuse(r, ERROR_UNDECODABLE, "a type that the contract does not use");
}

/* Bytes that one item of a repeated field takes. */
static size_t item_size(const ProtobufCFieldDescriptor *field)
{
    return json_type_is_pointer(field->type) ? sizeof(void *)
           : json_type_is_wide(field->type)  ? sizeof(int64_t)
                                             : sizeof(int32_t);
}

static enum status read_list(struct json_reader *r, json_t *json,
                             const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    size_t count = json_array_size(json);
    char *items;

    if (json_typeof(json) != JSON_ARRAY)
        return refuse(r, ERROR_UNDECODABLE, "a list is expected");
    items = arena_zalloc(r->arena, count, item_size(field));
    if (items == NULL)
        return refuse_memory(r);
    for (size_t i = 0; i < count; i++) {
        size_t before = field_path_enter_item(&r->path, i);
        enum status status =
            read_value(r, json_array_get(json, i), field, items + i * item_size(field));

        if (status != OK)
            return status;
        field_path_leave(&r->path, before);
    }
    *(size_t *)((char *)message + field->quantifier_offset) = count;
    *(void **)((char *)message + field->offset) = items;
    return OK;
}

static enum status read_field(struct json_reader *r, json_t *json,
                              const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    uint32_t *which = (uint32_t *)((char *)message + field->quantifier_offset);
    enum status status;

    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_list(r, json, field, message);
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && *which != 0)
        return refuse(r, ERROR_UNDECODABLE, "another member of the same choice is there already");
    status = read_value(r, json, field, (char *)message + field->offset);
    if (status == OK && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        *which = field->id;
    return status;
}

/* The field of that name in either spelling, NULL for none. */
static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *descriptor,
                                                  const char *name)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++)
        if (strcmp(descriptor->fields[i].name, name) == 0 ||
            json_name_matches(descriptor->fields[i].name, name))
            return &descriptor->fields[i];
    return NULL;
}

/* Whether a key may be repeated in an error: a name in form, so that no text slips through. */
static bool is_name(const char *key)
{
    size_t size = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    return size > 0 && size <= JSON_NAME_SIZE_MAX && key[size] == '\0';
}

static enum status refuse_unknown(struct json_reader *r, const char *key)
{
    if (!is_name(key))
        return refuse(r, ERROR_UNDECODABLE, "holds a field that the contract does not know");
    (void)field_path_enter(&r->path, key);
    return refuse(r, ERROR_UNDECODABLE, "the contract knows no such field");
}

static enum status read_message(struct json_reader *r, json_t *json,
                                const ProtobufCMessageDescriptor *descriptor,
                                ProtobufCMessage **ret)
{
    ProtobufCMessage *message;
    uint64_t seen = 0;

    if (json_typeof(json) != JSON_OBJECT)
        return refuse(r, ERROR_UNDECODABLE, "an object is expected");
    message = arena_zalloc(r->arena, 1, descriptor->sizeof_message);
    if (message == NULL)
        return refuse_memory(r);
    protobuf_c_message_init(descriptor, message);
    for (void *at = json_object_iter(json); at != NULL; at = json_object_iter_next(json, at)) {
        const char *name = json_object_iter_key(at);
        json_t *value = json_object_iter_value(at);
        const ProtobufCFieldDescriptor *field = find_field(descriptor, name);
        size_t before;
        enum status status;

        if (field == NULL)
            return refuse_unknown(r, name);
        before = field_path_enter(&r->path, field->name);
        if ((seen & (UINT64_C(1) << (field - descriptor->fields))) != 0)
            return refuse(r, ERROR_UNDECODABLE, "given twice");
        seen |= UINT64_C(1) << (field - descriptor->fields);
        status = json_typeof(value) == JSON_NULL ? OK : read_field(r, value, field, message);
        if (status != OK)
            return status;
        field_path_leave(&r->path, before);
    }
    *ret = message;
    return OK;
}

static enum status refuse_document(struct json_reader *r, const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);

    r->code = code == json_error_invalid_utf8 ? ERROR_BAD_UTF8 : ERROR_UNDECODABLE;
    return err_set(r->err, REJECT, "column %d: %s", error->column,
                   code == json_error_invalid_utf8    ? "bytes that are not UTF-8"
                   : code == json_error_duplicate_key ? "a field given twice"
                                                      : "not JSON");
}

enum status json_read(const char *json, size_t size, const ProtobufCMessageDescriptor *descriptor,
                      struct arena *arena, ProtobufCMessage **ret, enum error_code *ret_code,
                      struct err *err)
{
    struct json_reader r = {.arena = arena, .err = err};
    json_error_t error;
    json_t *document = json_loadb(json, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    enum status status;

    status = document == NULL ? refuse_document(&r, &error)
                              : read_message(&r, document, descriptor, ret);
    json_decref(document);
    if (status != OK)
        *ret_code = r.code;
    return status;
}
