#ifndef WIRE_FIELD_PATH_H
#define WIRE_FIELD_PATH_H

/*
 * Field path: where in a message something stands, "imaging.nodes[2].short_axis_mm", for errors.
 * Names and indexes only, never a value.
 */
#include "base/err.h"
#include "wire/error_code.h"

#include <stddef.h>

#define FIELD_PATH_SIZE_MAX 160

struct field_path {
    char text[FIELD_PATH_SIZE_MAX]; /* NUL-terminated; "" for the message itself */
    size_t used;
};

/* Go into a field, or an item of a list; the result is what field_path_leave takes to come back. */
size_t field_path_enter(struct field_path *path, const char *name);
size_t field_path_enter_item(struct field_path *path, size_t index);
void field_path_leave(struct field_path *path, size_t before);

/* Refuse what stands at ${path}: sets ${ret_code} and ${err} ("path: why"); returns REJECT. */
enum status field_path_refuse(const struct field_path *path, enum error_code code, const char *why,
                              enum error_code *ret_code, struct err *err);

#endif
