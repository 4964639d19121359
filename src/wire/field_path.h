#ifndef WIRE_FIELD_PATH_H
#define WIRE_FIELD_PATH_H

/*
 * Field path: where in a message something stands, "imaging.nodes[2].short_axis_mm", for errors.
 * Names and indexes only, never a value.  Every field of every event is entered and hardly one
 * refused, so that the text is made when it is asked for.
 */
#include "base/err.h"
#include "wire/error_code.h"

#include <stddef.h>

#define FIELD_PATH_SIZE_MAX 160 /* bytes with the NUL; what is longer is cut */
#define FIELD_PATH_STEPS_MAX 12 /* no message of the contract nests so deep */

/* All zero: the message itself. */
struct field_path {
    size_t depth;
    struct {
        const char *name; /* NULL: an item of a list */
        size_t index;
    } steps[FIELD_PATH_STEPS_MAX];
};

/*
 * Go into a field, or an item of a list; the result is what field_path_leave takes to come back.
 * ${name} must outlive the stay.
 */
size_t field_path_enter(struct field_path *path, const char *name);
size_t field_path_enter_item(struct field_path *path, size_t index);
void field_path_leave(struct field_path *path, size_t before);

/* The path as text, in ${text}; "" for the message itself. */
const char *field_path_text(const struct field_path *path, char text[FIELD_PATH_SIZE_MAX]);

/* Refuse what stands at ${path}: sets ${ret_code} and ${err} ("path: why"); returns REJECT. */
enum status field_path_refuse(const struct field_path *path, enum error_code code, const char *why,
                              enum error_code *ret_code, struct err *err);

#endif
