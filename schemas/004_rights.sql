-- Who may do what: give these roles to the logins that your site uses.
--   restage_owner   migrates
--   restage_worker  runs the worker and the command line
--   restage_reader  reads the views, which hold no identifiers

SET LOCAL ROLE restage_owner;

-- Nothing here may be deleted; events and recommendations may not be changed either, and of a dead
-- letter only what closes it.
GRANT USAGE ON SCHEMA restage TO restage_worker;
GRANT SELECT ON restage.database, restage.schema_migrations TO restage_worker;
GRANT SELECT, INSERT, UPDATE ON restage.rulebook, restage.subject, restage.lane,
    restage.lane_position TO restage_worker;
GRANT SELECT, INSERT ON restage.clinical_event, restage.recommendation TO restage_worker;
GRANT USAGE ON SEQUENCE restage.output_written TO restage_worker;
GRANT SELECT, INSERT ON restage.dead_letter TO restage_worker;
GRANT UPDATE (state, note, closed_at) ON restage.dead_letter TO restage_worker;
GRANT SELECT, INSERT ON restage.position_decision TO restage_worker;
GRANT UPDATE (used_at) ON restage.position_decision TO restage_worker;

GRANT USAGE ON SCHEMA restage TO restage_reader;
GRANT SELECT ON restage.subject_status, restage.recommendation_log, restage.dead_letter_status,
    restage.position_status, restage.phase_count, restage.dead_letter_count, restage.review_due
    TO restage_reader;
