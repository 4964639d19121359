#ifndef WIRE_JSON_NAME_H
#define WIRE_JSON_NAME_H

/* Names of fields in JSON, and how protobuf-c lays a field's type out; shared by both directions.
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/*
 * The next character of ${*name} in lowerCamelCase, and move on behind it.  Names of fields are
 * small letters, digits and underscores, and never end in an underscore.
 */
char json_name_next(const char **name);

/* Whether ${camel} is the lowerCamelCase spelling of ${name}: "reviewDueAt" of "review_due_at". */
bool json_name_matches(const char *name, const char *camel);

/* Whether a value of ${type} is stored as a pointer; as 64 bits. */
bool json_type_is_pointer(ProtobufCType type);
bool json_type_is_wide(ProtobufCType type);

#endif
