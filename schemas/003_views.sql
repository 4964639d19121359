-- Views for dashboards: no identifiers of patients, no report texts.

SET LOCAL ROLE restage_owner;

CREATE VIEW restage.subject_status AS
SELECT subject_id, kind, phase, stage_group, stage_t, stage_n, stage_m, sequence, as_of,
       review_due_at, cardinality(holds) AS holds
FROM restage.subject;
COMMENT ON VIEW restage.subject_status IS 'What the last recommendation of each subject says.';

CREATE VIEW restage.recommendation_log AS
SELECT recommendation_id, subject_id, sequence, topic, partition, "offset", recorded_at, as_of,
       change, kind, phase
FROM restage.recommendation;
COMMENT ON VIEW restage.recommendation_log IS 'Every recommendation without its content.';

CREATE VIEW restage.dead_letter_status AS
SELECT dead_letter_id, topic, partition, "offset", recorded_at, stage, code, message,
       authority IS NOT NULL AS has_patient, parent_id, replay_count, first_at, state, closed_at
FROM restage.dead_letter;
COMMENT ON VIEW restage.dead_letter_status IS 'Dead letters without bytes, patients and notes.';

CREATE VIEW restage.position_status AS
SELECT cluster_id, topic, partition, next_offset, published_offset,
       next_offset - published_offset AS not_known_published, last_offset, suppress_below,
       unclean_ends, updated_at
FROM restage.lane_position;
COMMENT ON VIEW restage.position_status IS 'How far each input partition is decided and published.';

CREATE VIEW restage.phase_count AS
SELECT phase, kind, count(*) AS subjects, count(*) FILTER (WHERE holds <> '{}') AS on_hold
FROM restage.subject
GROUP BY phase, kind;
COMMENT ON VIEW restage.phase_count IS 'Subjects per phase.';

CREATE VIEW restage.dead_letter_count AS
SELECT code, state, authority IS NOT NULL AS has_patient, count(*) AS dead_letters,
       min(recorded_at) AS oldest_recorded_at
FROM restage.dead_letter
WHERE parent_id IS NULL
GROUP BY code, state, authority IS NOT NULL;
COMMENT ON VIEW restage.dead_letter_count IS 'First burials per code and state.';

CREATE VIEW restage.review_due AS
SELECT subject_id, phase, review_due_at, review_claimed_at
FROM restage.subject
WHERE review_due_at IS NOT NULL;
COMMENT ON VIEW restage.review_due IS 'Subjects whose judgement will change by time alone, and when.';
