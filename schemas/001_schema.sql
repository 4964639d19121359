-- Roles, the schema, and what says which database this is.
--
-- `restage migrate up` runs every script in a transaction of its own, as a login that is a member
-- of restage_owner, or that may create roles and is made one here.  Roles belong to the cluster:
-- they may be there already.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['restage_owner', 'restage_worker', 'restage_reader'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role_name);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION
            -- Another database of this cluster is being migrated at this moment.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    IF NOT pg_has_role('restage_owner', 'MEMBER') THEN
        GRANT restage_owner TO CURRENT_USER;
    END IF;
END
$$;

CREATE SCHEMA restage AUTHORIZATION restage_owner;
SET LOCAL ROLE restage_owner;
COMMENT ON SCHEMA restage IS
    'Staging state and recommendations per tumour; written by the Restage worker.';

CREATE TABLE restage.database (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    database_id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE restage.database IS 'One row: who this database is. A restored copy keeps the id, a new one gets another.';
COMMENT ON COLUMN restage.database.only_row IS 'Keeps the table at one row.';
COMMENT ON COLUMN restage.database.database_id IS 'Stands in the metadata of every group offset that Restage commits.';
COMMENT ON COLUMN restage.database.created_at IS 'When the first migration ran.';
INSERT INTO restage.database DEFAULT VALUES;

CREATE TABLE restage.schema_migrations (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE restage.schema_migrations IS 'The numbered scripts that were applied.';
COMMENT ON COLUMN restage.schema_migrations.number IS 'Number of the script; the highest is the schema version.';
COMMENT ON COLUMN restage.schema_migrations.name IS 'File name without ".sql".';
COMMENT ON COLUMN restage.schema_migrations.sha256 IS 'SHA-256 of the script as applied.';
COMMENT ON COLUMN restage.schema_migrations.applied_at IS 'When it was applied.';
