#ifndef STORE_PACKING_H
#define STORE_PACKING_H

/*
 * Packing: how the bytes of a recommendation lie in the database.
 *
 * A recommendation repeats the texts of the rulebook, so that nine tenths of one stand in any
 * other. It is stored as an LZ4 block over a dictionary: measured, 1.3 KB instead of 5.9 KB with
 * PostgreSQL's own compression, which fits into the row itself.  Nothing is lost: unpacking gives
 * the same bytes.
 *
 * The stored form: 0x00, the dictionary's number, the size of the original in 4 bytes (big-endian),
 * the LZ4 block.  Bytes that do not start with 0x00 are stored as they are: no protobuf message
 * starts so.
 */
#include "base/arena.h"
#include "base/bytes.h"

#include <stdbool.h>

#define PACKED_ORIGINAL_SIZE_MAX ((size_t)64 << 20)

struct packing;

/* The state of one connection, not shared between threads; NULL without memory. */
struct packing *packing_new(void);
void packing_free(struct packing *packing); /* NULL is fine */

/*
 * The stored form, good until the next call, or ${value} itself when that is smaller; its size is
 * at most PACKED_ORIGINAL_SIZE_MAX.
 */
struct bytes packing_pack(struct packing *packing, struct bytes value);

/*
 * The original of a stored form, in ${arena} or in ${stored} itself; false when it is damaged,
 * names a dictionary that this program does not know, or does not fit into ${arena}.
 */
bool packing_unpack(struct bytes stored, struct arena *arena, struct bytes *ret);

#endif
