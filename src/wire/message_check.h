#ifndef WIRE_MESSAGE_CHECK_H
#define WIRE_MESSAGE_CHECK_H

/*
 * What protobuf-c does not check, for any message, driven by its descriptors.
 *
 * The bytes: well-formed fields, UTF-8, no NUL inside a text.  The message: every enum value known,
 * no list and no text beyond its limit.
 */
#include "base/bytes.h"
#include "base/err.h"
#include "wire/error_code.h"
#include "wire/field_path.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Walk the encoded ${bytes} of a message; ${ret_unknown} counts fields that are not known. */
enum status message_check_bytes(struct bytes bytes, const ProtobufCMessageDescriptor *descriptor,
                                struct field_path *path, uint32_t *ret_unknown,
                                enum error_code *ret_code, struct err *err)
    __attribute__((warn_unused_result));

/* Walk the decoded ${message}: enums, lengths of lists and texts. */
enum status message_check_values(const ProtobufCMessage *message, struct field_path *path,
                                 enum error_code *ret_code, struct err *err)
    __attribute__((warn_unused_result));

/*
 * Whether a part of that field ${number} of ${message} has a text with a zero byte inside:
 * protobuf-c ends a text there, so that what it hands out may name something else.  ${type} is that
 * part's, whose known fields are all texts; zero bytes of unknown ones are nobody's name.
 */
bool message_part_has_nul(struct bytes message, uint32_t number,
                          const ProtobufCMessageDescriptor *type);

#endif
