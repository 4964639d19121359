-- Three roles without login: owner (migrates), worker (runs), reader (views only).
-- Grant them to the logins that your site uses.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['restage_owner', 'restage_worker', 'restage_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
EXCEPTION
    -- Roles belong to the cluster: another database may be making them at this moment.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

GRANT USAGE, CREATE ON SCHEMA restage TO restage_owner;
GRANT ALL ON ALL TABLES IN SCHEMA restage TO restage_owner;

GRANT USAGE ON SCHEMA restage TO restage_worker;
GRANT SELECT ON restage.database, restage.schema_migrations TO restage_worker;
GRANT SELECT, INSERT, UPDATE ON restage.rulebook, restage.subject, restage.lane,
    restage.lane_position TO restage_worker;
GRANT SELECT, INSERT ON restage.clinical_event, restage.recommendation TO restage_worker;
GRANT SELECT, INSERT ON restage.dead_letter TO restage_worker;
GRANT UPDATE (state, note, closed_at) ON restage.dead_letter TO restage_worker;
GRANT SELECT, INSERT ON restage.position_decision TO restage_worker;
GRANT UPDATE (used_at) ON restage.position_decision TO restage_worker;

GRANT USAGE ON SCHEMA restage TO restage_reader;
GRANT SELECT ON restage.subject_status, restage.recommendation_log, restage.dead_letter_status,
    restage.position_status, restage.phase_count TO restage_reader;
