-- The state of every subject, the events it rests on, what was published about it, and how far.

SET LOCAL ROLE restage_owner;

CREATE TABLE restage.rulebook (
    hash         text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
    version      text NOT NULL,
    active       boolean NOT NULL DEFAULT false,
    activated_at timestamptz NOT NULL DEFAULT now(),
    printed      text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX rulebook_active ON restage.rulebook (active) WHERE active;
COMMENT ON TABLE restage.rulebook IS 'Rulebooks that were activated; exactly one is active.';
COMMENT ON COLUMN restage.rulebook.hash IS 'SHA-256 over the printed rules, the policy and the sources that judge.';
COMMENT ON COLUMN restage.rulebook.version IS 'Version of the program that brought it.';
COMMENT ON COLUMN restage.rulebook.active IS 'Whether workers must judge by this one.';
COMMENT ON COLUMN restage.rulebook.activated_at IS 'When it was last made active.';
COMMENT ON COLUMN restage.rulebook.printed IS 'The rules as sentences.';

-- ---- Subjects, events, recommendations ---------------------------------------------------------

CREATE TABLE restage.subject (
    subject_id        uuid PRIMARY KEY,
    authority         text NOT NULL CHECK (octet_length(authority) BETWEEN 1 AND 128),
    patient_value     text NOT NULL CHECK (octet_length(patient_value) BETWEEN 1 AND 128),
    tumour_id         text NOT NULL CHECK (octet_length(tumour_id) BETWEEN 1 AND 64),
    sequence          bigint NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    recommendation_id uuid,
    as_of             timestamptz,
    kind              text NOT NULL DEFAULT '',
    phase             text NOT NULL DEFAULT '',
    stage_group       text NOT NULL DEFAULT '',
    stage_t           text NOT NULL DEFAULT '',
    stage_n           text NOT NULL DEFAULT '',
    stage_m           text NOT NULL DEFAULT '',
    review_due_at     timestamptz,
    review_claimed_at timestamptz,
    holds             uuid[] NOT NULL DEFAULT '{}',
    last_judgement    bytea NOT NULL DEFAULT '',
    CHECK ((sequence = 0) = (recommendation_id IS NULL)),
    CHECK ((sequence = 0) = (as_of IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX subject_patient ON restage.subject (authority, patient_value);
CREATE INDEX subject_review_due ON restage.subject (review_due_at) WHERE review_due_at IS NOT NULL;
CREATE INDEX subject_on_hold ON restage.subject (subject_id) WHERE holds <> '{}';
COMMENT ON TABLE restage.subject IS 'One primary tumour of one patient, and what its last recommendation says.';
COMMENT ON COLUMN restage.subject.subject_id IS 'UUID of version 5 from authority, patient value and tumour id.';
COMMENT ON COLUMN restage.subject.authority IS 'Who issued the patient identifier.';
COMMENT ON COLUMN restage.subject.patient_value IS 'The patient identifier.';
COMMENT ON COLUMN restage.subject.tumour_id IS 'Which of the patient''s primary tumours; "primary" unless stated.';
COMMENT ON COLUMN restage.subject.sequence IS 'Number of its last recommendation; 0 before the first.';
COMMENT ON COLUMN restage.subject.recommendation_id IS 'Id of its last recommendation.';
COMMENT ON COLUMN restage.subject.as_of IS 'The moment that its last recommendation judges.';
COMMENT ON COLUMN restage.subject.kind IS 'guidance, out_of_scope, undetermined or ended.';
COMMENT ON COLUMN restage.subject.phase IS 'Phase of its last recommendation, such as PH-RESP.';
COMMENT ON COLUMN restage.subject.stage_group IS 'Stage group such as IVA; empty when not determined.';
COMMENT ON COLUMN restage.subject.stage_t IS 'T with prefix; empty when not stated.';
COMMENT ON COLUMN restage.subject.stage_n IS 'N with prefix; empty when not stated.';
COMMENT ON COLUMN restage.subject.stage_m IS 'M with prefix; empty when not determined.';
COMMENT ON COLUMN restage.subject.review_due_at IS 'When its judgement next changes by time alone.';
COMMENT ON COLUMN restage.subject.review_claimed_at IS 'When a lane last took on to publish its due review; lapses after 5 minutes.';
COMMENT ON COLUMN restage.subject.holds IS 'Dead letters that its last recommendation names.';
COMMENT ON COLUMN restage.subject.last_judgement IS 'Digest of its last judgement, compared with the next one.';

CREATE TABLE restage.clinical_event (
    subject_id     uuid NOT NULL,
    event_id       uuid NOT NULL,
    topic          text NOT NULL,
    partition      integer NOT NULL,
    "offset"       bigint NOT NULL,
    recorded_at    timestamptz NOT NULL,
    kind           text NOT NULL,
    report_id      text NOT NULL,
    source_system  text NOT NULL,
    report_version bigint NOT NULL,
    status         text NOT NULL,
    effective_at   text NOT NULL,
    content_hash   bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    value          bytea NOT NULL,
    PRIMARY KEY (subject_id, event_id)
);
ALTER TABLE restage.clinical_event ALTER COLUMN value SET COMPRESSION lz4;
COMMENT ON TABLE restage.clinical_event IS 'Every version of every report that was accepted; append-only.';
COMMENT ON COLUMN restage.clinical_event.subject_id IS 'The tumour that it is about.';
COMMENT ON COLUMN restage.clinical_event.event_id IS 'Id of this version, given by the sender.';
COMMENT ON COLUMN restage.clinical_event.topic IS 'Topic of the record that brought it.';
COMMENT ON COLUMN restage.clinical_event.partition IS 'Partition of that record.';
COMMENT ON COLUMN restage.clinical_event."offset" IS 'Offset of that record.';
COMMENT ON COLUMN restage.clinical_event.recorded_at IS 'Timestamp of that record.';
COMMENT ON COLUMN restage.clinical_event.kind IS 'Kind of body, such as imaging.';
COMMENT ON COLUMN restage.clinical_event.report_id IS 'Report that this is a version of.';
COMMENT ON COLUMN restage.clinical_event.source_system IS 'System that the report comes from.';
COMMENT ON COLUMN restage.clinical_event.report_version IS 'Version as numbered by the sender.';
COMMENT ON COLUMN restage.clinical_event.status IS 'preliminary, final, corrected, amended, retracted, wrong_patient or cancelled.';
COMMENT ON COLUMN restage.clinical_event.effective_at IS 'Clinical time as written in the report.';
COMMENT ON COLUMN restage.clinical_event.content_hash IS 'SHA-256 of the content: two events of equal hash say the same.';
COMMENT ON COLUMN restage.clinical_event.value IS 'The exact bytes of the restage.v1.ClinicalEvent, without frame.';

-- One order of writing for everything that is published.
CREATE SEQUENCE restage.output_written;
COMMENT ON SEQUENCE restage.output_written IS
    'Order in which recommendations and dead letters are written, which is that of publishing.';

CREATE TABLE restage.recommendation (
    subject_id        uuid NOT NULL,
    sequence          bigint NOT NULL CHECK (sequence > 0),
    written           bigint NOT NULL DEFAULT nextval('restage.output_written'),
    recommendation_id uuid NOT NULL,
    topic             text NOT NULL,
    partition         integer NOT NULL,
    "offset"          bigint NOT NULL,
    recorded_at       timestamptz NOT NULL,
    change            text NOT NULL CHECK (change IN ('initial', 'changed', 'unchanged')),
    kind              text NOT NULL,
    phase             text NOT NULL,
    as_of             timestamptz NOT NULL,
    key               bytea NOT NULL,
    value             bytea NOT NULL,
    traceparent       text NOT NULL DEFAULT '',
    tracestate        text NOT NULL DEFAULT '',
    PRIMARY KEY (subject_id, sequence)
);
ALTER TABLE restage.recommendation ALTER COLUMN value SET STORAGE EXTERNAL; -- it is packed already
-- Read only to publish again after a crash: it grows at its right end, and equal topics are stored
-- once.  Not unique: an accepted reset (lane_position.written_from) uses offsets a second time.
CREATE INDEX recommendation_source ON restage.recommendation (topic, partition, "offset");
COMMENT ON TABLE restage.recommendation IS 'Every recommendation: audit trail and outbox in one; append-only.';
COMMENT ON COLUMN restage.recommendation.subject_id IS 'The tumour that it is about.';
COMMENT ON COLUMN restage.recommendation.sequence IS '1, 2, 3 ... per subject, without gaps.';
COMMENT ON COLUMN restage.recommendation.written IS 'Order of writing, which is the order of publishing.';
COMMENT ON COLUMN restage.recommendation.recommendation_id IS 'UUID of version 5 from subject, sequence and rulebook hash.';
COMMENT ON COLUMN restage.recommendation.topic IS 'Topic of the record that caused it.';
COMMENT ON COLUMN restage.recommendation.partition IS 'Partition of that record.';
COMMENT ON COLUMN restage.recommendation."offset" IS 'Offset of that record.';
COMMENT ON COLUMN restage.recommendation.recorded_at IS 'Timestamp of that record.';
COMMENT ON COLUMN restage.recommendation.change IS 'Against the previous one: initial, changed or unchanged.';
COMMENT ON COLUMN restage.recommendation.kind IS 'guidance, out_of_scope, undetermined or ended.';
COMMENT ON COLUMN restage.recommendation.phase IS 'Phase, such as PH-RESP.';
COMMENT ON COLUMN restage.recommendation.as_of IS 'The moment that it judges.';
COMMENT ON COLUMN restage.recommendation.key IS 'Key of the published record.';
COMMENT ON COLUMN restage.recommendation.value IS 'The exact bytes of the published restage.v1.Recommendation, packed: restage explain --recommendation shows them.';
COMMENT ON COLUMN restage.recommendation.traceparent IS 'Trace context of the causing record, copied to the published one.';
COMMENT ON COLUMN restage.recommendation.tracestate IS 'Trace state of the causing record, likewise.';

CREATE TABLE restage.dead_letter (
    dead_letter_id uuid PRIMARY KEY,
    written        bigint NOT NULL DEFAULT nextval('restage.output_written'),
    topic          text NOT NULL,
    partition      integer NOT NULL,
    "offset"       bigint NOT NULL,
    recorded_at    timestamptz NOT NULL,
    stage          text NOT NULL,
    code           text NOT NULL,
    message        text NOT NULL,
    key            bytea,
    value          bytea,
    value_sha256   bytea NOT NULL CHECK (octet_length(value_sha256) = 32),
    traceparent    text NOT NULL DEFAULT '',
    tracestate     text NOT NULL DEFAULT '',
    authority      text,
    patient_value  text,
    parent_id      uuid,
    replay_count   integer NOT NULL DEFAULT 0 CHECK (replay_count >= 0),
    first_at       timestamptz NOT NULL,
    worker_version text NOT NULL,
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'resolved')),
    note           text NOT NULL DEFAULT '',
    closed_at      timestamptz,
    CHECK ((authority IS NULL) = (patient_value IS NULL)),
    CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE INDEX dead_letter_source ON restage.dead_letter (topic, partition, "offset");
CREATE INDEX dead_letter_holds ON restage.dead_letter (authority, patient_value)
    WHERE state = 'open' AND parent_id IS NULL;
CREATE INDEX dead_letter_parent ON restage.dead_letter (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE restage.dead_letter IS 'Every record that could not be accepted, with its original bytes; never deleted.';
COMMENT ON COLUMN restage.dead_letter.dead_letter_id IS 'UUID of version 5 from cluster id, topic, partition and offset.';
COMMENT ON COLUMN restage.dead_letter.written IS 'Order of writing, one with that of the recommendations.';
COMMENT ON COLUMN restage.dead_letter.topic IS 'Topic of the refused record.';
COMMENT ON COLUMN restage.dead_letter.partition IS 'Partition of that record.';
COMMENT ON COLUMN restage.dead_letter."offset" IS 'Offset of that record.';
COMMENT ON COLUMN restage.dead_letter.recorded_at IS 'Timestamp of that record.';
COMMENT ON COLUMN restage.dead_letter.stage IS 'Where it was refused: decode, validate or apply.';
COMMENT ON COLUMN restage.dead_letter.code IS 'Why, as a code of the contract.';
COMMENT ON COLUMN restage.dead_letter.message IS 'Field, limit and class of value; never the value.';
COMMENT ON COLUMN restage.dead_letter.key IS 'Original key, NULL when there was none.';
COMMENT ON COLUMN restage.dead_letter.value IS 'Original bytes, NULL for a null value.';
COMMENT ON COLUMN restage.dead_letter.value_sha256 IS 'SHA-256 of the original bytes; a replay must prove it.';
COMMENT ON COLUMN restage.dead_letter.traceparent IS 'Trace context of the refused record.';
COMMENT ON COLUMN restage.dead_letter.tracestate IS 'Trace state of the refused record.';
COMMENT ON COLUMN restage.dead_letter.authority IS 'Patient on hold because of it, if known.';
COMMENT ON COLUMN restage.dead_letter.patient_value IS 'Patient on hold because of it, if known.';
COMMENT ON COLUMN restage.dead_letter.parent_id IS 'First burial, when this is a replay that failed again; only first rows hold.';
COMMENT ON COLUMN restage.dead_letter.replay_count IS 'How often it had been replayed when it was buried.';
COMMENT ON COLUMN restage.dead_letter.first_at IS 'Timestamp of the first burial''s record.';
COMMENT ON COLUMN restage.dead_letter.worker_version IS 'Version of the worker that refused it.';
COMMENT ON COLUMN restage.dead_letter.state IS 'open, replayed or resolved.';
COMMENT ON COLUMN restage.dead_letter.note IS 'Who resolved it and why.';
COMMENT ON COLUMN restage.dead_letter.closed_at IS 'When it was replayed or resolved.';

-- ---- Delivery ----------------------------------------------------------------------------------

CREATE TABLE restage.lane (
    instance   text NOT NULL,
    lane       integer NOT NULL CHECK (lane >= 0),
    run_id     uuid NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (instance, lane)
);
COMMENT ON TABLE restage.lane IS 'Who runs each lane now: another run_id than one''s own means having been replaced.';
COMMENT ON COLUMN restage.lane.instance IS 'Name of the worker, stable over restarts.';
COMMENT ON COLUMN restage.lane.lane IS 'Number of the lane within the worker.';
COMMENT ON COLUMN restage.lane.run_id IS 'Random id of the lane''s current run.';
COMMENT ON COLUMN restage.lane.started_at IS 'When that run began.';

CREATE TABLE restage.lane_position (
    cluster_id       text NOT NULL,
    topic            text NOT NULL,
    partition        integer NOT NULL,
    next_offset      bigint NOT NULL CHECK (next_offset >= 0),
    published_offset bigint NOT NULL CHECK (published_offset >= 0),
    last_offset      bigint,
    last_hash        bytea,
    suppress_from    bigint NOT NULL DEFAULT 0,
    suppress_below   bigint NOT NULL DEFAULT 0,
    restored         boolean NOT NULL DEFAULT false,
    start_offset     bigint,
    unclean_ends     integer NOT NULL DEFAULT 0,
    trying_offset    bigint,
    written_from     bigint NOT NULL DEFAULT 0,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, cluster_id),
    CHECK (published_offset <= next_offset),
    CHECK (last_offset < next_offset),
    CHECK ((last_offset IS NULL) = (last_hash IS NULL)),
    CHECK (octet_length(last_hash) = 32),
    CHECK (suppress_from <= suppress_below),
    CHECK (unclean_ends >= 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE restage.lane_position IS 'How far each input partition is decided and known as published.';
COMMENT ON COLUMN restage.lane_position.cluster_id IS 'Id of the Kafka cluster.';
COMMENT ON COLUMN restage.lane_position.topic IS 'Input topic.';
COMMENT ON COLUMN restage.lane_position.partition IS 'Its partition.';
COMMENT ON COLUMN restage.lane_position.next_offset IS 'Every record below was applied, ignored as duplicate or buried.';
COMMENT ON COLUMN restage.lane_position.published_offset IS 'Everything with a source below is known to be published.';
COMMENT ON COLUMN restage.lane_position.last_offset IS 'The last record decided.';
COMMENT ON COLUMN restage.lane_position.last_hash IS 'SHA-256 by which that record is known again.';
COMMENT ON COLUMN restage.lane_position.suppress_from IS 'Start of the stretch that was published before this database knew it.';
COMMENT ON COLUMN restage.lane_position.suppress_below IS 'End of that stretch; 0: there is none.';
COMMENT ON COLUMN restage.lane_position.restored IS 'Whether its subjects are to be re-evaluated when it is over.';
COMMENT ON COLUMN restage.lane_position.start_offset IS 'Where the current run began; NULL after a clean end.';
COMMENT ON COLUMN restage.lane_position.unclean_ends IS 'Unclean ends in a row at that start.';
COMMENT ON COLUMN restage.lane_position.trying_offset IS 'The record that is being tried alone.';
COMMENT ON COLUMN restage.lane_position.written_from IS 'Outputs written up to here belong to offsets before an accepted reset.';
COMMENT ON COLUMN restage.lane_position.updated_at IS 'When the row was last written.';

CREATE TABLE restage.position_decision (
    decision_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    topic       text NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    decided_by  text NOT NULL CHECK (decided_by <> ''),
    reason      text NOT NULL CHECK (reason <> ''),
    decided_at  timestamptz NOT NULL DEFAULT now(),
    used_at     timestamptz
);
CREATE INDEX position_decision_pending ON restage.position_decision (topic, partition)
    WHERE used_at IS NULL;
COMMENT ON TABLE restage.position_decision IS 'Who accepted which gap or reset of a position, when and why.';
COMMENT ON COLUMN restage.position_decision.decision_id IS 'Id of the decision.';
COMMENT ON COLUMN restage.position_decision.topic IS 'Input topic.';
COMMENT ON COLUMN restage.position_decision.partition IS 'Its partition.';
COMMENT ON COLUMN restage.position_decision.next_offset IS 'Where to go on.';
COMMENT ON COLUMN restage.position_decision.decided_by IS 'Who decided.';
COMMENT ON COLUMN restage.position_decision.reason IS 'Why.';
COMMENT ON COLUMN restage.position_decision.decided_at IS 'When.';
COMMENT ON COLUMN restage.position_decision.used_at IS 'When a lane acted on it; NULL: not yet.';
