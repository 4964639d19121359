#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

/*
 * Frame: the prefix that a schema registry's serialisers put before a protobuf message: a zero
 * byte, four bytes of schema id (big-endian), and the path of the message in its file: a count and
 * that many indexes as zigzag varints, where the single byte 0 stands for the list [0].  No
 * protobuf message can begin with a zero byte, so framed and plain values can be told apart.
 */
#include "base/bytes.h"

#include <stdbool.h>

/*
 * Strip the frame if there is one.  False when the value starts with a zero byte but the rest is no
 * frame that names the first message of its file (ClinicalEvent is the first); ${ret} is untouched.
 * Old producers write the indexes without zigzag: a count of 1 then reads as the byte 1.
 */
bool frame_strip(struct bytes value, struct bytes *ret_message);

#endif
