#include "base/secret.h"

#include <check.h>

static const struct {
    const char *conninfo;
    const char *shown;
} conninfos[] = {
    {"", ""},
    {"host=db user=u", "host=db user=u"},
    {"host=db password=hunter2 user=u", "host=db password=(redacted) user=u"},
    {"password = 'hun ter\\'2'  host = db", "password=(redacted) host=db"},
    {"sslpassword=hunter2", "sslpassword=(redacted)"},
    {"password=hunt\\ er2 host=db", "password=(redacted) host=db"},
    {"host=db password='hunter2", "(redacted)"},
    {"hunter2", "(redacted)"},
    {"=hunter2", "(redacted)"},
    {"postgresql://u:hunter2@db:5432/x?connect_timeout=2",
     "postgresql://u:(redacted)@db:5432/x?connect_timeout=2"},
    {"postgres://u:hun@ter2@db/x", "postgres://u:(redacted)@db/x"},
    {"postgres://u:hun?ter2@db/x?password=hunter2",
     "postgres://u:(redacted)@db/x?password=(redacted)"},
    {"postgres://u:hun/ter2@db/x", "postgres://u:(redacted)@db/x"},
    {"postgres://u:hun@te/r2@db/x", "postgres://u:(redacted)@db/x"},
    {"postgres://u?x@db:1/x", "postgres://u?x@db:1/x"},
    {"postgres://db/x?pass%77ord=hunter2&%73slpasswor%64=hunter2",
     "postgres://db/x?pass%77ord=(redacted)&%73slpasswor%64=(redacted)"},
    {"postgres://db/x?pass%7=1&%zz=2&a_name_that_is_long=3",
     "postgres://db/x?pass%7=1&%zz=2&a_name_that_is_long=3"},
    {"postgresql://u@db/x?password=hunter2&application_name=r",
     "postgresql://u@db/x?password=(redacted)&application_name=r"},
    {"postgresql://db", "postgresql://db"},
};

START_TEST(conninfos_are_shown_without_passwords)
{
    char text[256];
    struct text_builder b = text_builder_over(text, sizeof(text));

    secret_add_conninfo(&b, conninfos[_i].conninfo);
    ck_assert_str_eq(text, conninfos[_i].shown);
}
END_TEST

/* What did not fit before stays; what follows is added behind it. */
START_TEST(a_conninfo_is_added_behind_what_is_there)
{
    char text[64];
    struct text_builder b = text_builder_over(text, sizeof(text));

    text_add(&b, "postgres: ");
    secret_add_conninfo(&b, "host=a password='open");
    text_add(&b, "!");
    ck_assert_str_eq(text, "postgres: (redacted)!");
}
END_TEST

START_TEST(properties_that_hold_secrets_are_known)
{
    static const char *const secrets[] = {"sasl.password",
                                          "ssl.key.password",
                                          "ssl.keystore.password",
                                          "ssl.key.pem",
                                          "sasl.oauthbearer.client.secret",
                                          "sasl.oauthbearer.config"};
    static const char *const others[] = {"bootstrap.servers", "sasl.username", "ssl.ca.location",
                                         "linger.ms"};

    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        ck_assert(secret_is_property(secrets[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        ck_assert(!secret_is_property(others[i]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secret");
    TCase *tcase = tcase_create("secret");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tcase, conninfos_are_shown_without_passwords, 0,
                        sizeof(conninfos) / sizeof(conninfos[0]));
    tcase_add_test(tcase, a_conninfo_is_added_behind_what_is_there);
    tcase_add_test(tcase, properties_that_hold_secrets_are_known);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
