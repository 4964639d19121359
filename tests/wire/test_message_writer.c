/* Parts of every size and depth against protobuf-c's own bytes, and an arena that is full. */
#include "restage/v1/recommendation.pb-c.h"
#include "wire/message_writer.h"

#include <check.h>
#include <string.h>

#define ARENA_SIZE_MAX ((size_t)4 << 20)
#define TEXT_SIZE_MAX 70000
#define FIELD_STAGE 10 /* of a recommendation */
#define FIELD_FINDINGS 14
#define FIELD_BECAUSE 10 /* of a finding */
#define FIELD_INPUTS 3   /* of a criterion */

static struct arena *arena;
static char text[TEXT_SIZE_MAX];

static void set_up(void)
{
    arena = arena_new(ARENA_SIZE_MAX);
    ck_assert_ptr_nonnull(arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

static char *text_of(size_t size)
{
    ck_assert_uint_lt(size, sizeof(text));
    memset(text, 'x', size);
    text[size] = '\0';
    return text;
}

static void check_bytes(const struct message_writer *w, const ProtobufCMessage *expected)
{
    size_t size = protobuf_c_message_get_packed_size(expected);
    uint8_t *bytes = arena_alloc(arena, size);

    ck_assert(!w->full);
    ck_assert_uint_eq(protobuf_c_message_pack(expected, bytes), size);
    ck_assert_uint_eq(w->size, size);
    ck_assert_mem_eq(w->bytes, bytes, size);
}

/* Lengths of one to three bytes, beyond the first memory, too. */
START_TEST(a_part_of_any_size)
{
    static const size_t sizes[] = {0, 1, 100, 120, 130, 16000, 16370, 16390, 33000, 69000};
    Restage__V1__Finding finding = RESTAGE__V1__FINDING__INIT;
    Restage__V1__Finding *list[] = {&finding, &finding};
    Restage__V1__Recommendation whole = RESTAGE__V1__RECOMMENDATION__INIT;
    struct message_writer w;
    size_t begun;
    struct bytes fields;

    finding.code = text_of(sizes[_i]);
    whole.findings = list;
    whole.n_findings = 2;
    message_writer_init(&w, arena);
    begun = message_begin(&w, FIELD_FINDINGS);
    message_put(&w, &finding.base);
    fields = message_end(&w, begun);
    ck_assert_uint_eq(fields.size, restage__v1__finding__get_packed_size(&finding));
    fields.at = arena_copy(arena, fields.at, fields.size);
    message_put_encoded(&w, FIELD_FINDINGS, fields);
    check_bytes(&w, &whole.base);

    message_writer_init(&w, arena);
    message_put_part(&w, FIELD_FINDINGS, &finding.base);
    message_put_part(&w, FIELD_FINDINGS, &finding.base);
    check_bytes(&w, &whole.base);
}
END_TEST

/* Each level is moved when its length turns out to be long. */
START_TEST(parts_in_parts)
{
    Restage__V1__Input input = RESTAGE__V1__INPUT__INIT;
    Restage__V1__Input *inputs[] = {&input, &input};
    Restage__V1__Criterion criterion = RESTAGE__V1__CRITERION__INIT;
    Restage__V1__Criterion *criteria[] = {&criterion};
    Restage__V1__Finding finding = RESTAGE__V1__FINDING__INIT;
    Restage__V1__Finding *findings[] = {&finding};
    Restage__V1__Recommendation whole = RESTAGE__V1__RECOMMENDATION__INIT;
    struct message_writer w;
    size_t in_findings;
    size_t in_because;

    input.value = text_of((size_t)_i);
    criterion.phrase = input.value;
    finding.code = input.value;
    message_writer_init(&w, arena);
    in_findings = message_begin(&w, FIELD_FINDINGS);
    message_put(&w, &finding.base);
    in_because = message_begin(&w, FIELD_BECAUSE);
    message_put(&w, &criterion.base);
    message_put_part(&w, FIELD_INPUTS, &input.base);
    message_put_part(&w, FIELD_INPUTS, &input.base);
    (void)message_end(&w, in_because);
    (void)message_end(&w, in_findings);

    criterion.inputs = inputs;
    criterion.n_inputs = 2;
    finding.because = criteria;
    finding.n_because = 1;
    whole.findings = findings;
    whole.n_findings = 1;
    check_bytes(&w, &whole.base);
}
END_TEST

START_TEST(nothing_is_an_empty_message)
{
    Restage__V1__Stage stage = RESTAGE__V1__STAGE__INIT;
    Restage__V1__Recommendation whole = RESTAGE__V1__RECOMMENDATION__INIT;
    struct message_writer w;

    message_writer_init(&w, arena);
    message_put(&w, &whole.base);
    ck_assert_uint_eq(w.size, 0);
    whole.stage = &stage;
    message_put_part(&w, FIELD_STAGE, &stage.base);
    check_bytes(&w, &whole.base);
}
END_TEST

/* Whatever is refused, and whenever: it stays so, and nothing is touched that is not there. */
START_TEST(a_full_arena_is_told_at_the_end)
{
    Restage__V1__Finding finding = RESTAGE__V1__FINDING__INIT;
    bool full = true;

    finding.code = text_of(20000);
    for (size_t cap = 0; full; cap += 4096) {
        struct arena *small = arena_new(cap);
        struct message_writer w;
        bool was_full = false;

        ck_assert_uint_lt(cap, ARENA_SIZE_MAX);
        message_writer_init(&w, small);
        for (size_t i = 0; i < 4; i++) {
            size_t begun = message_begin(&w, FIELD_FINDINGS);
            struct bytes fields;

            message_put(&w, &finding.base);
            fields = message_end(&w, begun);
            ck_assert((fields.at == NULL) == w.full);
            ck_assert(w.full || !was_full);
            was_full = w.full;
            message_put_encoded(&w, FIELD_FINDINGS, fields);
        }
        full = w.full;
        arena_free(small);
    }
}
END_TEST

/* The part itself just fits, its long length does not. */
START_TEST(a_length_that_does_not_fit)
{
    struct arena *small = arena_new((size_t)33 << 10);
    Restage__V1__Finding finding = RESTAGE__V1__FINDING__INIT;
    struct message_writer w;
    size_t begun;

    message_writer_init(&w, small);
    begun = message_begin(&w, FIELD_FINDINGS);
    finding.code = text_of(w.capacity - w.size - 4); /* its own tag and length are 4 bytes */
    message_put(&w, &finding.base);
    ck_assert(!w.full);
    ck_assert_uint_eq(w.size, w.capacity);
    ck_assert_ptr_null(message_end(&w, begun).at);
    ck_assert(w.full);
    arena_free(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message writer");
    TCase *tc = tcase_create("parts");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, a_part_of_any_size, 0, 10);
    tcase_add_loop_test(tc, parts_in_parts, 0, 140);
    tcase_add_test(tc, nothing_is_an_empty_message);
    tcase_add_test(tc, a_full_arena_is_told_at_the_end);
    tcase_add_test(tc, a_length_that_does_not_fit);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
