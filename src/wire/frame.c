#include "wire/frame.h"

#include <stdint.h>

#define SCHEMA_ID_END 5 /* the zero byte and four bytes of schema id */

bool frame_strip(struct bytes value, struct bytes *ret_message)
{
    const uint8_t *b = value.at;
    size_t indexes;

    if (value.size == 0 || b[0] != 0x00) {
        *ret_message = value;
        return true;
    }
    if (value.size <= SCHEMA_ID_END)
        return false;
    if (b[SCHEMA_ID_END] == 0x00) /* [0] in short */
        indexes = 1;
    else if ((b[SCHEMA_ID_END] == 0x02 || b[SCHEMA_ID_END] == 0x01) &&
             value.size > SCHEMA_ID_END + 1 && b[SCHEMA_ID_END + 1] == 0x00) /* count 1, index 0 */
        indexes = 2;
    else
        return false;
    *ret_message = (struct bytes){.at = b + SCHEMA_ID_END + indexes,
                                  .size = value.size - SCHEMA_ID_END - indexes};
    return true;
}
