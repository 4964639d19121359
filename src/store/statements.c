#include "store/statements.h"

/* Subjects that a batch locks: those of its events, and every one of the patients it names. */
#define SUBJECTS_OF_BATCH                                                                          \
    "(SELECT unnest($1::uuid[]) UNION SELECT s.subject_id"                                         \
    " FROM unnest($2::text[], $3::text[]) AS p(authority, patient_value)"                          \
    " JOIN restage.subject s USING (authority, patient_value))"

/*
 * Outputs with a source in the given ranges.  After an accepted reset (a step back) offsets are
 * used a second time: what was written before it counts only for the offsets decided before it.
 */
#define RANGES                                                                                     \
    "unnest($2::text[], $3::int4[], $4::int8[], $5::int8[]) AS a(topic, partition, first, beyond)" \
    " JOIN restage.lane_position p USING (topic, partition)"
#define IN_RANGE                                                                                   \
    "p.cluster_id = $1::text AND o.\"offset\" >= a.first AND o.\"offset\" < a.beyond"              \
    " AND (o.written > p.written_from OR a.beyond > p.next_offset)"

/* As a login that may not use the schema, one cannot even ask whether its tables are there. */
const struct pg_statement store_server_statement = {
    "server", "SELECT current_setting('server_encoding'), count(*) > 0,"
              " bool_and(has_schema_privilege(oid, 'USAGE'))"
              " FROM pg_catalog.pg_namespace WHERE nspname = 'restage'"};

const struct pg_statement store_check_statements[] = {
    {"schema_version", "SELECT coalesce(max(number), 0) FROM restage.schema_migrations"},
    {"database_id", "SELECT database_id FROM restage.database"},
    {"rights", "SELECT bool_and(has_table_privilege(name, right_needed))"
               " FROM (VALUES ('restage.subject', 'INSERT'), ('restage.subject', 'UPDATE'),"
               " ('restage.clinical_event', 'INSERT'), ('restage.recommendation', 'INSERT'),"
               " ('restage.dead_letter', 'INSERT'), ('restage.lane', 'UPDATE'),"
               " ('restage.lane_position', 'INSERT'), ('restage.lane_position', 'UPDATE'))"
               " AS needed(name, right_needed)"},
};
const size_t store_check_statement_count =
    sizeof(store_check_statements) / sizeof(store_check_statements[0]);

const struct pg_statement store_statements[] = {
    {"begin", "BEGIN"},
    {"commit", "COMMIT"},
    {"rollback", "ROLLBACK"},

    /* ---- who and where ---- */
    {"rulebook_active", "SELECT hash FROM restage.rulebook WHERE active"},
    {"rulebook_first", "INSERT INTO restage.rulebook (hash, version, active, printed) SELECT "
                       "$1::text, $2::text, true,"
                       " $3::text WHERE NOT EXISTS (SELECT FROM restage.rulebook WHERE active)"
                       " ON CONFLICT DO NOTHING"},
    {"rulebook_retire",
     "UPDATE restage.rulebook SET active = false WHERE active AND hash <> $1::text"},
    {"rulebook_activate",
     "INSERT INTO restage.rulebook (hash, version, active, printed) VALUES ($1::text, $2::text,"
     " true, $3::text) ON CONFLICT (hash) DO UPDATE SET active = true, activated_at = now()"},
    {"lane_begin", "INSERT INTO restage.lane (instance, lane, run_id) VALUES ($1::text, $2::int4,"
                   " $3::uuid) ON CONFLICT (instance, lane)"
                   " DO UPDATE SET run_id = excluded.run_id, started_at = now()"},
    {"lane_run_id",
     "SELECT run_id FROM restage.lane WHERE instance = $1::text AND lane = $2::int4"},

    /* ---- positions ---- */
    {"positions",
     "SELECT p.next_offset, p.published_offset, coalesce(p.last_offset, -1), p.last_hash,"
     " p.suppress_from, p.suppress_below, p.restored, coalesce(p.start_offset, -1),"
     " p.unclean_ends, coalesce(p.trying_offset, -1),"
     " EXISTS (SELECT FROM restage.lane_position o WHERE o.topic = a.topic"
     "  AND o.partition = a.partition AND o.cluster_id <> $1::text),"
     " d.next_offset, d.decision_id"
     " FROM unnest($2::text[], $3::int4[]) WITH ORDINALITY AS a(topic, partition, place)"
     " LEFT JOIN restage.lane_position p ON p.cluster_id = $1::text AND p.topic = a.topic"
     "  AND p.partition = a.partition"
     " LEFT JOIN LATERAL (SELECT decision_id, next_offset FROM restage.position_decision x"
     "  WHERE x.topic = a.topic AND x.partition = a.partition AND x.used_at IS NULL"
     "  ORDER BY decided_at DESC LIMIT 1) d ON true ORDER BY a.place"},
    {"start_known",
     "UPDATE restage.lane_position p SET next_offset = a.next, published_offset = a.published,"
     " suppress_from = a.suppress_from, suppress_below = a.suppress_below,"
     " restored = a.restored <> 0, start_offset = a.next, unclean_ends = a.unclean,"
     " trying_offset = NULL,"
     " last_offset = CASE WHEN a.forget <> 0 THEN NULL ELSE p.last_offset END,"
     " last_hash = CASE WHEN a.forget <> 0 THEN NULL ELSE p.last_hash END,"
     " written_from = CASE WHEN a.forget <> 0 AND a.next < p.next_offset"
     "  THEN nextval('restage.output_written') ELSE p.written_from END, updated_at = now()"
     " FROM unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $6::int8[], $7::int8[],"
     "  $8::int8[], $9::int4[], $10::int4[], $11::int4[]) AS a(topic, partition, expected, next,"
     "  published, suppress_from, suppress_below, restored, unclean, forget)"
     " WHERE p.cluster_id = $1::text AND p.topic = a.topic AND p.partition = a.partition"
     " AND p.next_offset = a.expected"},
    {"start_new",
     "INSERT INTO restage.lane_position (cluster_id, topic, partition, next_offset,"
     " published_offset, suppress_from, suppress_below, restored, start_offset, unclean_ends)"
     " SELECT $1::text, topic, partition, next, published, suppress_from, suppress_below,"
     " restored <> 0, next, unclean FROM unnest($2::text[], $3::int4[], $4::int8[], $5::int8[],"
     "  $6::int8[], $7::int8[], $8::int8[], $9::int4[], $10::int4[], $11::int4[]) AS a(topic,"
     "  partition, expected, next, published, suppress_from, suppress_below, restored, unclean,"
     "  forget) WHERE expected = -1 ON CONFLICT DO NOTHING"},
    {"decisions_used", "UPDATE restage.position_decision SET used_at = now()"
                       " WHERE used_at IS NULL AND (topic, partition) IN (SELECT topic, partition"
                       " FROM restage.position_decision WHERE decision_id = ANY($1::uuid[]))"},
    {"trying", "UPDATE restage.lane_position SET trying_offset = $4::int8 WHERE cluster_id ="
               " $1::text AND topic = $2::text AND partition = $3::int4"},
    {"suppression_end",
     "UPDATE restage.lane_position SET suppress_from = 0, suppress_below = 0, restored = false"
     " WHERE cluster_id = $1::text AND topic = $2::text AND partition = $3::int4"},
    {"touched", "SELECT subject_id, authority, patient_value, tumour_id FROM restage.subject"
                " WHERE subject_id IN (SELECT o.subject_id FROM " RANGES
                "  JOIN restage.recommendation o USING (topic, partition) WHERE " IN_RANGE
                " ) ORDER BY subject_id"},
    {"progress",
     "UPDATE restage.lane_position p SET"
     " next_offset = CASE WHEN p.next_offset = a.expected THEN a.next ELSE p.next_offset END,"
     " published_offset = greatest(p.published_offset, least(a.published,"
     "  CASE WHEN p.next_offset = a.expected THEN a.next ELSE p.next_offset END)),"
     " start_offset = CASE WHEN $6::int4 <> 0 AND p.next_offset = a.expected THEN NULL"
     "  ELSE p.start_offset END,"
     " trying_offset = CASE WHEN $6::int4 <> 0 AND p.next_offset = a.expected THEN NULL"
     "  ELSE p.trying_offset END,"
     " unclean_ends = CASE WHEN $6::int4 <> 0 AND p.next_offset = a.expected THEN 0"
     "  ELSE p.unclean_ends END, updated_at = now()"
     " FROM unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $7::int8[])"
     "  AS a(topic, partition, expected, next, published)"
     " WHERE p.cluster_id = $1::text AND p.topic = a.topic AND p.partition = a.partition"},

    /* ---- one batch: claim ---- */
    {"claim_positions",
     "UPDATE restage.lane_position p SET next_offset = a.next,"
     " published_offset = greatest(p.published_offset, least(a.published, p.next_offset)),"
     " last_offset = a.last_offset, last_hash = a.last_hash, updated_at = now()"
     " FROM unnest($2::text[], $3::int4[], $4::int8[], $5::int8[], $6::int8[], $7::int8[],"
     "  $8::bytea[]) AS a(topic, partition, expected, next, published, last_offset, last_hash)"
     " WHERE p.cluster_id = $1::text AND p.topic = a.topic AND p.partition = a.partition"
     " AND p.next_offset = a.expected"},
    {"subjects_insert",
     "INSERT INTO restage.subject (subject_id, authority, patient_value, tumour_id)"
     " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"
     " ON CONFLICT DO NOTHING"},
    {"subjects_lock", "SELECT subject_id, authority, patient_value, tumour_id, sequence,"
                      " recommendation_id, as_of, last_judgement FROM restage.subject"
                      " WHERE subject_id = ANY($1::uuid[]) ORDER BY subject_id FOR UPDATE"},
    {"subjects_lock_patients",
     "SELECT subject_id, authority, patient_value, tumour_id, sequence, recommendation_id, as_of,"
     " last_judgement FROM restage.subject WHERE subject_id IN " SUBJECTS_OF_BATCH
     " ORDER BY subject_id FOR UPDATE"},
    {"events_insert",
     "INSERT INTO restage.clinical_event (subject_id, event_id, topic, partition, \"offset\","
     " recorded_at, kind, report_id, source_system, report_version, status, effective_at,"
     " content_hash, value) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int4[],"
     " $5::int8[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::int8[],"
     " $11::text[], $12::text[], $13::bytea[], $14::bytea[])"
     " ON CONFLICT DO NOTHING RETURNING subject_id, event_id"},
    {"history", "SELECT subject_id, event_id, content_hash, value FROM restage.clinical_event"
                " WHERE subject_id = ANY($1::uuid[])"},
    {"history_patients",
     "SELECT subject_id, event_id, content_hash, value FROM restage.clinical_event"
     " WHERE subject_id IN " SUBJECTS_OF_BATCH},
    {"holds", "SELECT d.dead_letter_id, d.code, d.value_sha256, d.authority, d.patient_value"
              " FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[])) AS"
              "  p(authority, patient_value)"
              " JOIN restage.dead_letter d USING (authority, patient_value)"
              " WHERE d.state = 'open' AND d.parent_id IS NULL ORDER BY d.written"},
    {"known_dead_letters", "SELECT dead_letter_id FROM restage.dead_letter"
                           " WHERE dead_letter_id = ANY($1::uuid[])"},

    /* ---- one batch: result ---- */
    {"subjects_update",
     "UPDATE restage.subject s SET sequence = a.sequence, recommendation_id = a.recommendation_id,"
     " as_of = a.as_of, review_due_at = a.review_due_at, review_claimed_at = NULL, kind = a.kind,"
     " phase = a.phase, stage_group = a.stage_group, stage_t = a.stage_t, stage_n = a.stage_n,"
     " stage_m = a.stage_m, holds = a.holds::uuid[], last_judgement = a.last_judgement"
     " FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::timestamptz[], $5::timestamptz[],"
     "  $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],"
     "  $13::bytea[]) AS a(subject_id, sequence, recommendation_id, as_of, review_due_at, kind,"
     "  phase, stage_group, stage_t, stage_n, stage_m, holds, last_judgement)"
     " WHERE s.subject_id = a.subject_id"},
    {"recommendations_insert",
     "INSERT INTO restage.recommendation (subject_id, sequence, recommendation_id, topic,"
     " partition, \"offset\", recorded_at, change, kind, phase, as_of, key, value, traceparent,"
     " tracestate) SELECT * FROM unnest($1::uuid[], $2::int8[], $3::uuid[], $4::text[],"
     " $5::int4[], $6::int8[], $7::timestamptz[], $8::text[], $9::text[], $10::text[],"
     " $11::timestamptz[], $12::bytea[], $13::bytea[], $14::text[], $15::text[])"},
    {"dead_letters_insert",
     "INSERT INTO restage.dead_letter (dead_letter_id, topic, partition, \"offset\", recorded_at,"
     " stage, code, message, key, value, value_sha256, traceparent, tracestate, authority,"
     " patient_value, parent_id, replay_count, first_at, worker_version)"
     " SELECT a, b, c, d, e, f, g, h, i, j, sha256(coalesce(j, '')), k, l, m, n, o, p, q, r"
     " FROM unnest($1::uuid[], $2::text[], $3::int4[], $4::int8[], $5::timestamptz[],"
     " $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bytea[], $11::text[], $12::text[],"
     " $13::text[], $14::text[], $15::uuid[], $16::int4[], $17::timestamptz[], $18::text[])"
     " AS x(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r) ON CONFLICT DO NOTHING"},
    /* With a first row its failed replays are closed too: nobody need look at them any more. */
    {"dead_letters_close",
     "WITH closed AS (UPDATE restage.dead_letter d SET state = a.state, note = a.note,"
     "  closed_at = now()"
     "  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) AS a(id, state, note, sha256)"
     "  WHERE d.dead_letter_id = a.id AND d.state = 'open' AND d.parent_id IS NULL"
     "  AND (a.sha256 IS NULL OR a.sha256 = d.value_sha256)"
     "  RETURNING d.dead_letter_id, d.state, d.note)"
     " UPDATE restage.dead_letter c SET state = closed.state, note = closed.note,"
     " closed_at = now() FROM closed WHERE c.parent_id = closed.dead_letter_id"
     " AND c.state = 'open'"},

    /* ---- outputs ---- */
    {"outputs_recommendations",
     "SELECT o.written, o.subject_id, o.sequence, o.recommendation_id, o.topic, o.partition,"
     " o.\"offset\", o.recorded_at, o.change, o.kind, o.phase, o.as_of, o.key, o.value,"
     " o.traceparent, o.tracestate FROM " RANGES
     " JOIN restage.recommendation o USING (topic, partition) WHERE " IN_RANGE
     " ORDER BY o.written"},
    {"outputs_dead_letters",
     "SELECT o.written, o.dead_letter_id, o.topic, o.partition, o.\"offset\", o.recorded_at,"
     " o.stage, o.code, o.message, o.key, o.value, o.traceparent, o.tracestate, o.authority,"
     " o.patient_value, o.parent_id, o.replay_count, o.first_at, o.worker_version FROM " RANGES
     " JOIN restage.dead_letter o USING (topic, partition) WHERE " IN_RANGE " ORDER BY o.written"},

    /* ---- reviews and figures ---- */
    {"reviews_claim",
     "UPDATE restage.subject s SET review_claimed_at = $1::timestamptz FROM ("
     " SELECT subject_id FROM restage.subject WHERE sequence > 0 AND subject_id IN ("
     "  (SELECT subject_id FROM restage.subject WHERE review_due_at <= $1::timestamptz"
     "   AND (review_claimed_at IS NULL OR review_claimed_at < $1::timestamptz"
     "        - interval '5 minutes') ORDER BY review_due_at LIMIT $2::int8)"
     "  UNION ALL SELECT o.subject_id FROM restage.dead_letter d"
     "   JOIN restage.subject o USING (authority, patient_value)"
     "   WHERE d.state = 'open' AND d.parent_id IS NULL AND NOT d.dead_letter_id = ANY(o.holds)"
     "  UNION ALL SELECT o.subject_id FROM restage.subject o WHERE o.holds <> '{}' AND EXISTS"
     "   (SELECT FROM unnest(o.holds) h JOIN restage.dead_letter d ON d.dead_letter_id = h"
     "    WHERE d.state <> 'open'))"
     " AND (review_claimed_at IS NULL OR review_claimed_at < $1::timestamptz"
     "      - interval '5 minutes') ORDER BY subject_id LIMIT $2::int8 FOR UPDATE SKIP LOCKED) c"
     " WHERE s.subject_id = c.subject_id RETURNING s.subject_id, s.authority, s.patient_value,"
     " s.tumour_id, CASE WHEN s.review_due_at <= $1::timestamptz THEN s.review_due_at"
     "  ELSE s.as_of END"},
    {"figures", "SELECT count(*), count(*) FILTER (WHERE authority IS NULL), min(recorded_at)"
                " FROM restage.dead_letter WHERE state = 'open' AND parent_id IS NULL"},
    {"figures_holds", "SELECT count(*) FROM restage.subject WHERE holds <> '{}'"},
};

const size_t store_statement_count = sizeof(store_statements) / sizeof(store_statements[0]);
