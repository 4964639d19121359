#ifndef BASE_BYTES_H
#define BASE_BYTES_H

/* A view of bytes that somebody else owns: NULL is "not there", size 0 with a pointer is "empty".
 */
#include <stddef.h>

struct bytes {
    const void *at;
    size_t size;
};

#endif
