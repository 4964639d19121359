#include "store/store_connection.h"
#include "store/store_rows.h"

#include <assert.h>

static void add_ranges(struct pg_parameters *p, const char *cluster_id,
                       const struct store_range *ranges, size_t count, struct arena *arena)
{
    struct pg_array from = pg_array_new(arena, PG_INT8, count * 12);
    struct pg_array to = pg_array_new(arena, PG_INT8, count * 12);

    for (size_t i = 0; i < count; i++) {
        pg_array_int8(&from, ranges[i].from);
        pg_array_int8(&to, ranges[i].to);
    }
    pg_add_text(p, cluster_id);
    store_add_partitions(p, &ranges[0].partition, sizeof(*ranges), count, arena);
    pg_add_array(p, &from);
    pg_add_array(p, &to);
}

static const struct store_dead_letter *read_dead_letter(const PGresult *result, int row,
                                                        struct arena *arena)
{
    struct store_dead_letter *d = arena_zalloc(arena, 1, sizeof(*d));

    assert(d != NULL);
    *d = store_read_dead_letter(result, row, arena);
    return d;
}

/* Both lists are in the order of writing, which is one for both: merge them. */
static enum status merge_outputs(const PGresult *recommendations, const PGresult *dead_letters,
                                 struct arena *arena, struct store_output *outputs, struct err *err)
{
    enum status status = OK;
    int r = 0;
    int d = 0;

    while (status == OK && (r < PQntuples(recommendations) || d < PQntuples(dead_letters))) {
        struct store_output *output = &outputs[r + d];

        if (d == PQntuples(dead_letters) ||
            (r < PQntuples(recommendations) &&
             pg_int8(recommendations, r, 0) < pg_int8(dead_letters, d, 0)))
            status = store_read_recommendation(recommendations, r++, arena, &output->recommendation,
                                               err);
        else
            output->dead_letter = read_dead_letter(dead_letters, d++, arena);
    }
    return status;
}

enum status store_outputs(struct store *store, const char *cluster_id,
                          const struct store_range *ranges, size_t count, struct arena *arena,
                          struct store_output **ret_outputs, size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    PGresult *recommendations = NULL;
    PGresult *dead_letters = NULL;
    struct store_output *outputs;
    enum status status;

    add_ranges(&p, cluster_id, ranges, count, store_parameters(store));
    status = store_query_one(store->pg, "outputs_recommendations", &p, &recommendations, err);
    if (status == OK)
        status = store_query_one(store->pg, "outputs_dead_letters", &p, &dead_letters, err);
    if (status == OK) {
        size_t written = (size_t)(PQntuples(recommendations) + PQntuples(dead_letters));

        outputs = arena_zalloc(arena, written, sizeof(*outputs));
        assert(outputs != NULL);
        status = merge_outputs(recommendations, dead_letters, arena, outputs, err);
        if (status == OK) {
            *ret_count = written;
            *ret_outputs = outputs;
        }
    }
    PQclear(recommendations);
    PQclear(dead_letters);
    return status;
}

enum status store_touched(struct store *store, const char *cluster_id,
                          const struct store_range *range, struct arena *arena,
                          const struct store_subject_key **ret, size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    struct store_subject_key *keys;
    PGresult *result;
    enum status status;

    add_ranges(&p, cluster_id, range, 1, store_parameters(store));
    status = store_query_one(store->pg, "touched", &p, &result, err);
    if (status != OK)
        return status;
    keys = store_read_keys(result, arena);
    *ret = keys;
    *ret_count = (size_t)PQntuples(result);
    PQclear(result);
    return OK;
}
