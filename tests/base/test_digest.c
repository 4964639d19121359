#include "base/digest.h"

#include <check.h>
#include <string.h>

/* FIPS 180-2, appendix B, and the empty message. */
static const struct {
    const char *message;
    const char *hash;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(sha256_has_the_standard_s_values)
{
    uint8_t hash[SHA256_SIZE];
    char text[SHA256_HEX_SIZE];

    sha256(vectors[_i].message, strlen(vectors[_i].message), hash);
    hex_encode(hash, sizeof(hash), text);
    ck_assert_str_eq(text, vectors[_i].hash);
}
END_TEST

/* The parts are one message: FIPS 180-1's "abc", cut everywhere. */
START_TEST(sha1_of_a_pair_is_that_of_the_whole)
{
    for (size_t cut = 0; cut <= 3; cut++) {
        uint8_t hash[20];
        char text[41];

        sha1_pair("abc", cut, &"abc"[cut], 3 - cut, hash);
        hex_encode(hash, sizeof(hash), text);
        ck_assert_str_eq(text, "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
END_TEST

START_TEST(hexadecimal_is_lower_case)
{
    const uint8_t bytes[] = {0x00, 0x0f, 0xa0, 0xff};
    char text[9];

    hex_encode(bytes, sizeof(bytes), text);
    ck_assert_str_eq(text, "000fa0ff");
    hex_encode(bytes, 0, text);
    ck_assert_str_eq(text, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("digest");
    TCase *tcase = tcase_create("digest");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tcase, sha256_has_the_standard_s_values, 0,
                        sizeof(vectors) / sizeof(vectors[0]));
    tcase_add_test(tcase, sha1_of_a_pair_is_that_of_the_whole);
    tcase_add_test(tcase, hexadecimal_is_lower_case);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
