#include "store/statements.h"

#define DEAD_LETTER_COLUMNS                                                                        \
    "written, dead_letter_id, topic, partition, \"offset\", recorded_at, stage, code, message"
#define DEAD_LETTER_REST                                                                           \
    "traceparent, tracestate, authority, patient_value, parent_id, replay_count, first_at,"        \
    " worker_version, coalesce(octet_length(value), 0), value_sha256, state, note, closed_at,"     \
    " (SELECT coalesce(max(c.replay_count), 0) FROM restage.dead_letter c"                         \
    "  WHERE c.parent_id = d.dead_letter_id)"
#define RECOMMENDATION_COLUMNS                                                                     \
    "written, subject_id, sequence, recommendation_id, topic, partition, \"offset\", recorded_at," \
    " change, kind, phase, as_of, key, value, traceparent, tracestate"

const struct pg_statement store_admin_statements[] = {
    {"dead_letters",
     "SELECT " DEAD_LETTER_COLUMNS ", NULL::bytea, NULL::bytea, " DEAD_LETTER_REST
     " FROM restage.dead_letter d WHERE written > $3::int8 AND ($1::text = '' OR state = $1::text)"
     " AND ($2::text = '' OR code = $2::text) ORDER BY written LIMIT $4::int8"},
    {"dead_letter", "SELECT " DEAD_LETTER_COLUMNS ", key, value, " DEAD_LETTER_REST
                    " FROM restage.dead_letter d WHERE dead_letter_id = $1::uuid"},
    {"position_rows",
     "SELECT p.next_offset, p.published_offset, coalesce(p.last_offset, -1), p.last_hash,"
     " p.suppress_from, p.suppress_below, p.restored, coalesce(p.start_offset, -1),"
     " p.unclean_ends, coalesce(p.trying_offset, -1), false, d.next_offset, d.decision_id,"
     " coalesce(p.cluster_id, ''), coalesce(p.topic, d.topic),"
     " coalesce(p.partition, d.partition), coalesce(p.updated_at, d.decided_at)"
     " FROM restage.lane_position p FULL JOIN (SELECT DISTINCT ON (topic, partition) *"
     "  FROM restage.position_decision WHERE used_at IS NULL"
     "  ORDER BY topic, partition, decided_at DESC) d USING (topic, partition)"
     " ORDER BY 15, 16, 14"},
    {"position_accept",
     "WITH last AS (SELECT * FROM restage.position_decision WHERE used_at IS NULL"
     "  AND topic = $1::text AND partition = $2::int4 ORDER BY decided_at DESC LIMIT 1),"
     " waiting AS (SELECT decision_id FROM last WHERE next_offset = $3::int8"
     "  AND decided_by = $4::text AND reason = $5::text),"
     " made AS (INSERT INTO restage.position_decision (topic, partition, next_offset, decided_by,"
     "  reason) SELECT $1::text, $2::int4, $3::int8, $4::text, $5::text"
     "  WHERE NOT EXISTS (SELECT FROM waiting) RETURNING decision_id)"
     " SELECT decision_id FROM waiting UNION ALL SELECT decision_id FROM made"},
    {"subjects_after", "SELECT subject_id, authority, patient_value, tumour_id FROM restage.subject"
                       " WHERE subject_id > $1::uuid ORDER BY subject_id LIMIT $2::int8"},
    {"subjects_from", "SELECT subject_id, authority, patient_value, tumour_id FROM restage.subject"
                      " ORDER BY subject_id LIMIT $1::int8"},
    {"recommendation", "SELECT " RECOMMENDATION_COLUMNS
                       " FROM restage.recommendation WHERE recommendation_id = $1::uuid"},
    {"recommendation_last",
     "SELECT " RECOMMENDATION_COLUMNS " FROM restage.recommendation WHERE subject_id = $1::uuid"
     " ORDER BY sequence DESC LIMIT 1"},
};

const size_t store_admin_statement_count =
    sizeof(store_admin_statements) / sizeof(store_admin_statements[0]);
