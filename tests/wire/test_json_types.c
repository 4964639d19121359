/*
 * The JSON mapping is for any message: here one that the contract does not have, with names and
 * types of every kind that the mapping treats in a way of its own.
 */
#include "restage/v1/recommendation.pb-c.h"
#include "wire/json.h"
#include "wire/json_name.h"

#include <check.h>
#include <stddef.h>
#include <string.h>

struct sample {
    ProtobufCMessage base;
    size_t n_wide_items;
    int64_t *wide_items;
    int64_t signed_8;
    int32_t flag;
};

static const ProtobufCFieldDescriptor fields[] = {
    {.name = "wide_items",
     .id = 1,
     .label = PROTOBUF_C_LABEL_REPEATED,
     .type = PROTOBUF_C_TYPE_INT64,
     .quantifier_offset = offsetof(struct sample, n_wide_items),
     .offset = offsetof(struct sample, wide_items)},
    {.name = "signed_8",
     .id = 2,
     .label = PROTOBUF_C_LABEL_NONE,
     .type = PROTOBUF_C_TYPE_INT64,
     .offset = offsetof(struct sample, signed_8)},
    {.name = "flag",
     .id = 3,
     .label = PROTOBUF_C_LABEL_NONE,
     .type = PROTOBUF_C_TYPE_BOOL,
     .offset = offsetof(struct sample, flag)},
};

static void start(ProtobufCMessage *message);

static const ProtobufCMessageDescriptor descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "sample",
    .sizeof_message = sizeof(struct sample),
    .n_fields = 3,
    .fields = fields,
    .message_init = start,
};

static void start(ProtobufCMessage *message)
{
    *(struct sample *)message = (struct sample){.base = {.descriptor = &descriptor}};
}

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new((size_t)1 << 16);
}

static void tear_down(void)
{
    arena_free(arena);
}

static enum status read_sample(const char *json, struct sample **ret, enum error_code *ret_code,
                               struct err *err)
{
    ProtobufCMessage *message = NULL;
    enum status status = json_read(json, strlen(json), &descriptor, arena, &message, ret_code, err);

    *ret = (struct sample *)message;
    return status;
}

START_TEST(wide_lists_go_both_ways)
{
    static const char json[] = "{\"wideItems\":[\"-5\",\"9007199254740993\"],\"signed8\":\"7\"}";
    enum error_code code = ERROR_NONE;
    struct err err = {.text = ""};
    struct sample *sample;

    ck_assert_msg(read_sample(json, &sample, &code, &err) == OK, "%s", err.text);
    ck_assert_uint_eq(sample->n_wide_items, 2);
    ck_assert_int_eq(sample->wide_items[0], -5);
    ck_assert_int_eq(sample->wide_items[1], INT64_C(9007199254740993));
    ck_assert_int_eq(sample->signed_8, 7);
    ck_assert_str_eq(json_write(&sample->base, arena, NULL), json);
}
END_TEST

START_TEST(types_that_the_contract_does_not_use_are_refused)
{
    enum error_code code = ERROR_NONE;
    struct err err = {.text = ""};
    struct sample *sample;

    ck_assert(read_sample("{\"flag\":true}", &sample, &code, &err) == REJECT);
    ck_assert_int_eq((int)code, ERROR_UNDECODABLE);
    ck_assert_str_eq(err.text, "flag: a type that the contract does not use");
}
END_TEST

START_TEST(names_are_spelt_as_proto3_does)
{
    static const struct {
        const char *name;
        const char *camel;
        bool matches;
    } pairs[] = {{"id", "id", true},
                 {"review_due_at", "reviewDueAt", true},
                 {"signed_8", "signed8", true},
                 {"braf_v600e", "brafV600e", true},
                 {"review_due_at", "reviewdueAt", false},
                 {"review_due_at", "reviewDueAtx", false},
                 {"review_due_at", "reviewDue", false},
                 {"review_due_at", "", false}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        ck_assert_msg(json_name_matches(pairs[i].name, pairs[i].camel) == pairs[i].matches,
                      "%s and %s", pairs[i].name, pairs[i].camel);
}
END_TEST

START_TEST(a_text_that_is_not_there_is_empty)
{
    Restage__V1__Identifier patient = RESTAGE__V1__IDENTIFIER__INIT;

    patient.authority = NULL;
    ck_assert_str_eq(json_write(&patient.base, arena, NULL), "{}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json types");
    TCase *tc = tcase_create("any message");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, wide_lists_go_both_ways);
    tcase_add_test(tc, types_that_the_contract_does_not_use_are_refused);
    tcase_add_test(tc, names_are_spelt_as_proto3_does);
    tcase_add_test(tc, a_text_that_is_not_there_is_empty);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
