#include "base/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>

/* Looked up once: to find a kind of digest takes longer than to make a short one. */
static EVP_MD *kind_sha256;
static EVP_MD *kind_sha1;
static pthread_once_t kinds_found = PTHREAD_ONCE_INIT;

static void find_kinds(void)
{
    kind_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    kind_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    assert(kind_sha256 != NULL && kind_sha1 != NULL);
}

static void digest(EVP_MD *const *kind, const void *const *parts, const size_t *sizes, size_t count,
                   uint8_t *ret_hash)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done = pthread_once(&kinds_found, find_kinds) == 0 && context != NULL &&
               EVP_DigestInit_ex(context, *kind, NULL) == 1;

    for (size_t i = 0; i < count && done; i++)
        done = EVP_DigestUpdate(context, parts[i], sizes[i]) == 1;
    done = done && EVP_DigestFinal_ex(context, ret_hash, NULL) == 1;
    assert(done);
    EVP_MD_CTX_free(context);
}

void sha256(const void *bytes, size_t size, uint8_t ret_hash[SHA256_SIZE])
{
    digest(&kind_sha256, (const void *[]){bytes}, (const size_t[]){size}, 1, ret_hash);
}

void sha1_pair(const void *first, size_t first_size, const void *second, size_t second_size,
               uint8_t ret_hash[20])
{
    digest(&kind_sha1, (const void *[]){first, second}, (const size_t[]){first_size, second_size},
           2, ret_hash);
}

void hex_encode(const uint8_t *bytes, size_t size, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_text[2 * size] = '\0';
}
