#include "store/store_connection.h"

#include <assert.h>

enum status store_reviews_claim(struct store *store, int64_t now, size_t limit, struct arena *arena,
                                struct store_review **ret, size_t *ret_count, struct err *err)
{
    struct pg_parameters p = {.count = 0};
    struct store_review *reviews;
    PGresult *result;
    enum status status;

    pg_add_instant(&p, now);
    pg_add_int8(&p, (int64_t)limit);
    status = store_query_one(store->pg, "reviews_claim", &p, &result, err);
    if (status != OK)
        return status;
    reviews = arena_zalloc(arena, (size_t)PQntuples(result), sizeof(*reviews));
    assert(reviews != NULL);
    for (int i = 0; i < PQntuples(result); i++)
        reviews[i] = (struct store_review){.subject = pg_uuid(result, i, 0),
                                           .authority = pg_text(result, i, 1, arena),
                                           .patient_value = pg_text(result, i, 2, arena),
                                           .tumour_id = pg_text(result, i, 3, arena),
                                           .due_at = pg_instant(result, i, 4)};
    *ret_count = (size_t)PQntuples(result);
    *ret = reviews;
    PQclear(result);
    return OK;
}

enum status store_figures(struct store *store, struct store_figures *ret, struct err *err)
{
    struct store_figures figures = {0};
    PGresult *result;
    enum status status = store_query_one(store->pg, "figures", NULL, &result, err);

    if (status != OK)
        return status;
    figures.dead_letters_open = pg_int8(result, 0, 0);
    figures.dead_letters_without_patient = pg_int8(result, 0, 1);
    if (!pg_is_null(result, 0, 2))
        figures.dead_letter_oldest_ms = pg_instant(result, 0, 2);
    PQclear(result);
    status = store_query_one(store->pg, "figures_holds", NULL, &result, err);
    if (status != OK)
        return status;
    figures.subjects_on_hold = pg_int8(result, 0, 0);
    PQclear(result);
    *ret = figures;
    return OK;
}
