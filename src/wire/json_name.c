#include "wire/json_name.h"

bool json_name_matches(const char *name, const char *camel)
{
    for (; *name != '\0'; name++, camel++) {
        char wanted = *name;

        if (wanted == '_' && name[1] != '\0') {
            name++;
            wanted = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
        }
        if (*camel != wanted)
            return false;
    }
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
