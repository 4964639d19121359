/*
 * publish and tail, with librdkafka's mock cluster: what goes where, and what comes out.
 */
#include "cli/commands.h"
#include "fixture_command.h"
#include "kafka/mock_broker.h"
#include "kafka/publisher.h"
#include "kafka/reader.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define GOLDEN RESTAGE_SOURCE_DIR "/tests/golden/messages/recommendation.hex"
#define PATIENT "\"patient\":{\"authority\":\"urn:x\",\"value\":\"" FIXTURE_CANARY "\"}"
#define COMMON PATIENT ",\"status\":\"REPORT_STATUS_FINAL\",\"effectiveAt\":\"2026-05-12\","
#define PATHOLOGY                                                                                  \
    "{\"eventId\":\"5f0c0f6e-3c5e-4b8e-9a38-0d2f6a3e7b10\"," COMMON                                \
    "\"pathology\":{\"specimen\":\"SPECIMEN_PRIMARY_BIOPSY\",\"topography\":\"C20\"}}\n"
#define LABORATORY                                                                                 \
    "{\"eventId\":\"5f0c0f6e-3c5e-4b8e-9a38-0d2f6a3e7b11\"," COMMON                                \
    "\"laboratory\":{\"analyte\":\"ANALYTE_CEA\",\"value\":\"4.9\",\"unit\":\"ng/mL\"}}\n"
#define IMAGING                                                                                    \
    "{\"eventId\":\"5f0c0f6e-3c5e-4b8e-9a38-0d2f6a3e7b12\"," COMMON                                \
    "\"imaging\":{\"modality\":\"MODALITY_CT\"}}\n"

static const char *const topics[] = {"restage.pathology", "restage.imaging", "restage.clinical",
                                     "restage.recommendations"};
static struct mock_broker *broker;
static struct kafka_property properties[1];
static struct err err;
static char servers[128];

static void setup(void)
{
    ck_assert_int_eq(mock_broker_start(&broker, &err), OK);
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        ck_assert_int_eq(mock_broker_topic(broker, topics[i], 2, &err), OK);
    (void)snprintf(servers, sizeof(servers), "bootstrap.servers=%s", mock_broker_address(broker));
    properties[0] = (struct kafka_property){"bootstrap.servers", mock_broker_address(broker)};
    (void)setenv("RESTAGE_CONFIG", "", /* overwrite= */ 1);
}

static void teardown(void)
{
    mock_broker_stop(broker);
}

static int publish(char *option, const char *input)
{
    return fixture_run(cmd_publish, (char *[]){"publish", "-X", servers, option, NULL}, input);
}

static int tail(char *option)
{
    return fixture_run(
        cmd_tail,
        (char *[]){"tail", "-X", servers, "--from-beginning", "--until-end", option, NULL}, "");
}

/* How many records ${topic} holds; each must have the patient's key. */
static size_t count(const char *topic)
{
    const struct reader_settings settings = {.properties = properties,
                                             .property_count = 1,
                                             .client_id = "test",
                                             .topic = topic,
                                             .from_beginning = true,
                                             .timeout_ms = 5000};
    struct arena *arena = arena_new(1 << 20);
    struct reader *reader;
    enum reader_event_kind kind = READER_NOTHING;
    size_t records = 0;

    ck_assert_int_eq(reader_new(&settings, &reader, &err), OK);
    while (kind != READER_END) {
        struct reader_record record;

        ck_assert_int_eq(reader_poll(reader, 100, arena, &kind, &record, &err), OK);
        if (kind != READER_RECORD)
            continue;
        records++;
        ck_assert_uint_eq(record.key.size, strlen("urn:x|" FIXTURE_CANARY));
        ck_assert_mem_eq(record.key.at, "urn:x|" FIXTURE_CANARY, record.key.size);
    }
    reader_free(reader);
    arena_free(arena);
    return records;
}

START_TEST(each_kind_of_event_goes_to_its_topic)
{
    ck_assert_int_eq(publish("-", PATHOLOGY LABORATORY "\n" IMAGING LABORATORY), EX_OK);
    ck_assert_str_eq(fixture_out, "4 events sent\n");
    ck_assert_uint_eq(count("restage.pathology"), 1);
    ck_assert_uint_eq(count("restage.imaging"), 1);
    ck_assert_uint_eq(count("restage.clinical"), 2);
}
END_TEST

START_TEST(a_refused_line_is_named_and_nothing_is_sent)
{
    ck_assert_int_eq(publish("-", PATHOLOGY "{\"eventId\":\"x\"," COMMON "\"death\":{}}\n" IMAGING),
                     EX_DATAERR);
    ck_assert_ptr_nonnull(strstr(fixture_complaints, "-:2: bad_event_id: event_id"));
    ck_assert_ptr_nonnull(strstr(fixture_complaints, "1 of 3 lines refused, nothing sent"));
    ck_assert_uint_eq(count("restage.pathology"), 0);
    ck_assert_uint_eq(count("restage.imaging"), 0);
}
END_TEST

START_TEST(a_dry_run_sends_nothing)
{
    ck_assert_int_eq(publish("--dry-run", PATHOLOGY), EX_OK);
    ck_assert_str_eq(fixture_out, "1 event would be sent\n");
    ck_assert_uint_eq(count("restage.pathology"), 0);
}
END_TEST

START_TEST(what_cannot_be_read_is_told)
{
    ck_assert_int_eq(publish("/nowhere/at/all", ""), EX_NOINPUT);
    ck_assert_ptr_nonnull(strstr(fixture_complaints, "/nowhere/at/all"));
    ck_assert_int_eq(fixture_run(cmd_publish, (char *[]){"publish", "a", "b", NULL}, ""), EX_USAGE);
    ck_assert_int_eq(fixture_run(cmd_publish, (char *[]){"publish", "--nonsense", NULL}, ""),
                     EX_USAGE);
    ck_assert_int_eq(fixture_run(cmd_tail, (char *[]){"tail", "more", NULL}, ""), EX_USAGE);
}
END_TEST

START_TEST(help_fits_a_screen)
{
    static int (*const commands[])(int, char **) = {cmd_publish, cmd_tail, cmd_check_config,
                                                    cmd_show_config};
    size_t lines = 0;
    size_t width = 0;

    ck_assert_int_eq(fixture_run(commands[_i], (char *[]){"command", "--help", NULL}, ""), EX_OK);
    for (const char *at = fixture_out; *at != '\0'; at++) {
        width = *at == '\n' ? 0 : width + 1;
        lines += *at == '\n' ? 1 : 0;
        ck_assert_uint_le(width, 100);
    }
    ck_assert_uint_le(lines, 24);
    ck_assert_ptr_nonnull(strstr(fixture_out, "example: "));
}
END_TEST

/* ---- Tail ------------------------------------------------------------------------------------ */

static int digit(int c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* The golden recommendation's bytes. */
static size_t read_golden(char *ret, size_t size)
{
    FILE *file = fopen(GOLDEN, "r");
    size_t used = 0;
    int high;

    ck_assert_ptr_nonnull(file);
    while ((high = fgetc(file)) != EOF) {
        if (high == '\n')
            continue;
        ck_assert_uint_lt(used, size);
        ret[used++] = (char)(digit(high) * 16 + digit(fgetc(file)));
    }
    ck_assert_int_eq(fclose(file), 0);
    return used;
}

static void put(const char *value, size_t size)
{
    const struct publisher_settings settings = {.properties = properties,
                                                .property_count = 1,
                                                .client_id = "test",
                                                .delivery_timeout_ms = 5000};
    const struct sink_record record = {
        .topic = "restage.recommendations", .key = {"k", 1}, .value = {value, size}};
    struct publisher *publisher;

    ck_assert_int_eq(publisher_new(&settings, &publisher, &err), OK);
    ck_assert_int_eq(publisher_send(publisher, &record, &err), OK);
    ck_assert_int_eq(publisher_flush(publisher, &err), OK);
    publisher_free(publisher);
}

START_TEST(a_recommendation_is_one_line)
{
    char golden[65536];
    const char *end;

    put(golden, read_golden(golden, sizeof(golden)));
    ck_assert_int_eq(tail(NULL), EX_OK);
    end = strchr(fixture_out, '\n');
    ck_assert(end != NULL && end[1] == '\0');
    ck_assert_ptr_nonnull(strstr(fixture_out, " #"));
    ck_assert_ptr_nonnull(strchr(fixture_out, '|'));
}
END_TEST

START_TEST(as_json_it_is_the_whole_message)
{
    char golden[65536];
    json_t *json;

    put(golden, read_golden(golden, sizeof(golden)));
    ck_assert_int_eq(tail("--json"), EX_OK);
    json = json_loads(fixture_out, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_ptr_nonnull(json_object_get(json, "recommendationId"));
    ck_assert_ptr_nonnull(json_object_get(json, "findings"));
    json_decref(json);
}
END_TEST

START_TEST(what_is_no_recommendation_is_named_by_its_place)
{
    put("\xff", 1);
    ck_assert_int_eq(tail(NULL), EX_DATAERR);
    ck_assert_ptr_nonnull(strstr(fixture_complaints, "offset 0: not a recommendation"));
    ck_assert_str_eq(fixture_out, "");
}
END_TEST

START_TEST(an_empty_topic_ends_at_once)
{
    ck_assert_int_eq(tail(NULL), EX_OK);
    ck_assert_str_eq(fixture_out, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("publish and tail");
    TCase *tcase = tcase_create("publish and tail");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, each_kind_of_event_goes_to_its_topic);
    tcase_add_test(tcase, a_refused_line_is_named_and_nothing_is_sent);
    tcase_add_test(tcase, a_dry_run_sends_nothing);
    tcase_add_test(tcase, what_cannot_be_read_is_told);
    tcase_add_loop_test(tcase, help_fits_a_screen, 0, 4);
    tcase_add_test(tcase, a_recommendation_is_one_line);
    tcase_add_test(tcase, as_json_it_is_the_whole_message);
    tcase_add_test(tcase, what_is_no_recommendation_is_named_by_its_place);
    tcase_add_test(tcase, an_empty_topic_ends_at_once);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
