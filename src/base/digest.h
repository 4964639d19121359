#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

/* SHA-256 and SHA-1 over libcrypto, for hashes that stand in the contract. */
#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32
#define SHA256_HEX_SIZE 65 /* with the NUL */

/* SHA-256 of ${size} bytes. */
void sha256(const void *bytes, size_t size, uint8_t ret_hash[SHA256_SIZE]);

/* SHA-1 of ${first} followed by ${second}: only for UUIDs of version 5 (RFC 4122, 4.3). */
void sha1_pair(const void *first, size_t first_size, const void *second, size_t second_size,
               uint8_t ret_hash[20]);

/* ${size} bytes as lower-case hexadecimal digits and a NUL: 2 * size + 1 bytes. */
void hex_encode(const uint8_t *bytes, size_t size, char *ret_text);

#endif
