#ifndef WIRE_JSON_H
#define WIRE_JSON_H

/*
 * JSON: the proto3 JSON mapping, both ways, for any message, driven by protobuf-c's descriptors.
 *
 * Out: lowerCamelCase names, enums by name, 64-bit integers as text, empty fields left out, fields
 * in descriptor order, no spaces; the same message gives the same bytes.  In: both spellings of a
 * name, enums by name or number, 64-bit integers as text or number; refused with their path are
 * unknown fields, duplicate keys, values of another type, and enum names that do not exist.
 *
 * Messages, texts and lists that are read live in the arena.  Messages of the contract hold no
 * floats, maps, bools or bytes; a field of such a type is refused.
 */
#include "base/arena.h"
#include "base/err.h"
#include "wire/error_code.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Read one message of ${descriptor} from ${size} bytes of JSON.  On REJECT ${ret_code} says which
 * of the contract's errors it is, and ${err} names the place ("imaging.nodes[2].short_axis_mm");
 * its text never repeats a value.
 */
enum status json_read(const char *json, size_t size, const ProtobufCMessageDescriptor *descriptor,
                      struct arena *arena, ProtobufCMessage **ret, enum error_code *ret_code,
                      struct err *err) __attribute__((warn_unused_result));

/*
 * Write ${message} as one line of JSON into ${arena}, NUL-terminated; NULL when it does not fit.
 * With ${ret_size} not NULL the length without the NUL is given.
 */
char *json_write(const ProtobufCMessage *message, struct arena *arena, size_t *ret_size);

#endif
