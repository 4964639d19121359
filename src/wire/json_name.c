#include "wire/json_name.h"

#include <assert.h>

char json_name_next(const char **name)
{
    char c = *(*name)++;

    if (c != '_')
        return c;
    c = *(*name)++;
    assert(c != '\0');
    return c >= 'a' ? (char)(c - 'a' + 'A') : c;
}

bool json_name_matches(const char *name, const char *camel)
{
    while (*name != '\0')
        if (json_name_next(&name) != *camel++)
            return false;
    return *camel == '\0';
}

bool json_type_is_pointer(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_MESSAGE;
}

bool json_type_is_wide(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_INT64 || type == PROTOBUF_C_TYPE_UINT64;
}
