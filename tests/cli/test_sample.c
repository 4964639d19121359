#include "cli/sample.h"

#include "base/config.h"
#include "cli/settings.h"
#include "kafka/kafka_properties.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLE RESTAGE_SOURCE_DIR "/ops/restage.properties"

static char sample[SAMPLE_SIZE_MAX];

static void setup(void)
{
    struct text_builder b = text_builder_over(sample, sizeof(sample));

    sample_properties(&b);
    ck_assert(!b.cut);
}

/* restage show-config --sample >ops/restage.properties makes them agree again. */
START_TEST(the_file_that_comes_with_restage_is_the_sample)
{
    char file[SAMPLE_SIZE_MAX];
    FILE *f = fopen(SAMPLE, "r");
    size_t size;

    ck_assert_ptr_nonnull(f);
    size = fread(file, 1, sizeof(file) - 1, f);
    ck_assert_int_eq(fclose(f), 0);
    file[size] = '\0';
    ck_assert_str_eq(file, sample);
}
END_TEST

/* With every # taken away it is a configuration: the defaults, and properties librdkafka knows. */
START_TEST(every_option_of_the_sample_is_accepted)
{
    char path[] = "/tmp/restage-sample.XXXXXX";
    int descriptor = mkstemp(path);
    struct config_flags *flags = calloc(1, sizeof(*flags));
    const struct config *config = NULL;
    const struct policy defaults = policy_default();
    struct policy policy;
    struct err err = {.text = ""};

    ck_assert(descriptor >= 0 && flags != NULL);
    for (char *at = sample; *at != '\0'; at++)
        if (at[0] == '#' && at[1] != ' ' && at[1] != '\n' && (at == sample || at[-1] == '\n'))
            at[0] = ' ';
    ck_assert_int_eq(write(descriptor, sample, strlen(sample)), (ssize_t)strlen(sample));
    ck_assert_int_eq(close(descriptor), 0);
    flags->file = path;
    ck_assert_msg(config_load(flags, NULL, &config, &err) == OK, "%s", err.text);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_uint_eq(config->policy_count, policy_count());
    ck_assert_msg(settings_policy(config, &policy, &err) == OK, "%s", err.text);
    for (size_t i = 0; i < policy_count(); i++)
        ck_assert_str_eq(policy_value(&policy, i).value, policy_value(&defaults, i).value);
    ck_assert_uint_ge(config->kafka_count, 4);
    for (size_t i = 0; i < config->kafka_count; i++) {
        const struct kafka_property p = {config->kafka[i].name, config->kafka[i].value};

        ck_assert_msg(kafka_property_check(&p, &err) == OK, "%s", err.text);
    }
    config_free(config);
    free(flags);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sample");
    TCase *tcase = tcase_create("sample");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, the_file_that_comes_with_restage_is_the_sample);
    tcase_add_test(tcase, every_option_of_the_sample_is_accepted);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
