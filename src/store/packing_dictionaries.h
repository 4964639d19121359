#ifndef STORE_PACKING_DICTIONARIES_H
#define STORE_PACKING_DICTIONARIES_H

/*
 * Dictionaries of store/packing.h, generated from src/store/packing_<number>.hex: what
 * recommendations have in common.
 *
 * Number 1: texts of the rulebook, then two recommendations of made-up patients as they were
 * published; what is most like others stands last.  Other texts are packed too, only less tightly.
 *
 * Rows name their dictionary by number: one that was ever released is never changed or removed.  A
 * new one gets the next number; the last one packs.
 */
#include <stddef.h>
#include <stdint.h>

struct packing_dictionary {
    uint8_t number;
    const uint8_t *bytes;
    size_t size;
};

extern const struct packing_dictionary packing_dictionaries[]; /* in the order of their numbers */
extern const size_t packing_dictionary_count;

#endif
