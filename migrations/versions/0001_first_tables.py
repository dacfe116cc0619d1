"""The first tables: people, bindings, applications with their events, photos, notices."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FORWARDS = """
CREATE TABLE people (
    id uuid NOT NULL,
    id_number_mark text NOT NULL,
    id_number_sealed text NOT NULL,
    name_sealed text NOT NULL,
    mobile_sealed text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    updated_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id),
    CONSTRAINT people_id_number_mark_key UNIQUE (id_number_mark)
);

CREATE TABLE bindings (
    openid_mark text NOT NULL,
    openid_sealed text NOT NULL,
    person_id uuid NOT NULL,
    bound_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT bindings_pkey PRIMARY KEY (openid_mark),
    CONSTRAINT bindings_person_id_key UNIQUE (person_id),
    CONSTRAINT bindings_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id)
);

CREATE TABLE applications (
    id uuid NOT NULL,
    reference text NOT NULL,
    submission_key text NOT NULL,
    person_id uuid NOT NULL,
    business text NOT NULL,
    year smallint NOT NULL,
    state text NOT NULL,
    version integer NOT NULL,
    answers jsonb NOT NULL,
    amount_fen bigint NOT NULL,
    working jsonb NOT NULL,
    figures jsonb NOT NULL,
    terms_version text NOT NULL,
    pledge_version text NOT NULL,
    pledge_sealed text NOT NULL,
    submitted_at timestamptz NOT NULL,
    CONSTRAINT applications_pkey PRIMARY KEY (id),
    CONSTRAINT applications_reference_key UNIQUE (reference),
    CONSTRAINT applications_submission_key_key UNIQUE (submission_key),
    CONSTRAINT applications_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id),
    CONSTRAINT applications_amount_check CHECK (amount_fen > 0),
    CONSTRAINT applications_year_check CHECK (year BETWEEN 2000 AND 2200),
    CONSTRAINT applications_version_check CHECK (version > 0),
    CONSTRAINT applications_answers_check CHECK (jsonb_typeof(answers) = 'object'),
    CONSTRAINT applications_working_check CHECK (jsonb_typeof(working) = 'array')
);
CREATE INDEX applications_person_id_index ON applications (person_id);
CREATE UNIQUE INDEX applications_one_live_index ON applications (person_id, business, year)
    WHERE state IN ('submitted');

CREATE TABLE application_events (
    application_id uuid NOT NULL,
    seq integer NOT NULL,
    move text NOT NULL,
    state text NOT NULL,
    actor_role text NOT NULL,
    actor_id uuid NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT application_events_pkey PRIMARY KEY (application_id, seq),
    CONSTRAINT application_events_application_id_fkey FOREIGN KEY (application_id)
        REFERENCES applications (id),
    CONSTRAINT application_events_seq_check CHECK (seq > 0)
);
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER application_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON application_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

CREATE TABLE photos (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    submission_key text NOT NULL,
    kind text NOT NULL,
    application_id uuid,
    file_key text NOT NULL,
    sha256_original text NOT NULL,
    sha256_stored text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    bytes integer NOT NULL,
    stored_at timestamptz NOT NULL,
    CONSTRAINT photos_pkey PRIMARY KEY (id),
    CONSTRAINT photos_file_key_key UNIQUE (file_key),
    CONSTRAINT photos_owner_id_submission_key_kind_sha256_original_key
        UNIQUE (owner_id, submission_key, kind, sha256_original),
    CONSTRAINT photos_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES people (id),
    CONSTRAINT photos_application_id_fkey FOREIGN KEY (application_id) REFERENCES applications (id),
    CONSTRAINT photos_sizes_check CHECK (width > 0 AND height > 0 AND bytes > 0)
);
CREATE INDEX photos_application_id_index ON photos (application_id);
CREATE INDEX photos_stored_at_index ON photos (stored_at);

CREATE TABLE notices (
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'pending' NOT NULL,
    channel text DEFAULT 'wechat' NOT NULL,
    reason text DEFAULT '' NOT NULL,
    client_msg_id text NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tried_at timestamptz,
    unknown_since timestamptz,
    sent_at timestamptz,
    CONSTRAINT notices_pkey PRIMARY KEY (id),
    CONSTRAINT notices_application_id_seq_key UNIQUE (application_id, seq),
    CONSTRAINT notices_client_msg_id_key UNIQUE (client_msg_id),
    CONSTRAINT notices_application_id_seq_fkey FOREIGN KEY (application_id, seq)
        REFERENCES application_events (application_id, seq),
    CONSTRAINT notices_state_check CHECK (state IN ('pending', 'failed', 'sent', 'given_up')),
    CONSTRAINT notices_sent_check CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT notices_client_msg_id_check CHECK (char_length(client_msg_id) <= 32)
);
CREATE INDEX notices_open_index ON notices (created_at) WHERE state IN ('pending', 'failed');
"""


def upgrade() -> None:
    """Forwards."""
    op.execute(FORWARDS)


def downgrade() -> None:
    """Backwards. Everything that was handed in is lost."""
    op.execute("DROP TABLE notices, photos, application_events, applications, bindings, people")
    op.execute("DROP FUNCTION refuse_change_of_history()")
