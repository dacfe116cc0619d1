"""The desk: staff, who holds a case, what was shown to whom, payments and their batches; all states of an application."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIVE = (
    "'submitted', 'in_review', 'needs_fix', 'checked', 'approved', 'paying', 'paid', 'pay_failed', 'card_review', "
    "'card_checked'"
)

FORWARDS = f"""
DROP INDEX applications_one_live_index;
CREATE UNIQUE INDEX applications_one_live_index ON applications (person_id, business, year)
    WHERE state IN ({LIVE});
ALTER TABLE application_events ADD COLUMN details_sealed text DEFAULT '' NOT NULL;
ALTER TABLE applications ADD COLUMN card_mark text DEFAULT '' NOT NULL;
ALTER TABLE applications ADD COLUMN address_mark text DEFAULT '' NOT NULL;
CREATE INDEX applications_address_mark_index ON applications (address_mark) WHERE address_mark <> '';
CREATE INDEX applications_card_mark_index ON applications (card_mark) WHERE card_mark <> '';
CREATE INDEX applications_state_index ON applications (state);
CREATE INDEX photos_sha256_original_index ON photos (sha256_original);

CREATE TABLE staff (
    id uuid NOT NULL,
    login text NOT NULL,
    name_sealed text NOT NULL,
    role text NOT NULL,
    id_number_mark text DEFAULT '' NOT NULL,
    password_hash text NOT NULL,
    password_set_at timestamptz NOT NULL,
    must_change boolean DEFAULT true NOT NULL,
    totp_sealed text DEFAULT '' NOT NULL,
    totp_used bigint DEFAULT 0 NOT NULL,
    failures smallint DEFAULT 0 NOT NULL,
    locked_until timestamptz,
    is_active boolean DEFAULT true NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT staff_pkey PRIMARY KEY (id),
    CONSTRAINT staff_role_check CHECK (role IN ('reviewer', 'confirmer', 'payer', 'admin', 'auditor')),
    CONSTRAINT staff_login_key UNIQUE (login)
);
CREATE UNIQUE INDEX staff_one_account_a_person_index ON staff (id_number_mark) WHERE is_active AND id_number_mark <> '';
CREATE TABLE staff_passwords (
    staff_id uuid NOT NULL,
    set_at timestamptz NOT NULL,
    password_hash text NOT NULL,
    CONSTRAINT staff_passwords_pkey PRIMARY KEY (staff_id, set_at),
    CONSTRAINT staff_passwords_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CREATE TABLE claims (
    application_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    CONSTRAINT claims_pkey PRIMARY KEY (application_id),
    CONSTRAINT claims_application_id_fkey FOREIGN KEY (application_id) REFERENCES applications (id),
    CONSTRAINT claims_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id)
);
CREATE INDEX claims_staff_id_index ON claims (staff_id);
CREATE TABLE looks (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    application_id uuid NOT NULL,
    what text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT looks_pkey PRIMARY KEY (id),
    CONSTRAINT looks_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id),
    CONSTRAINT looks_application_id_fkey FOREIGN KEY (application_id) REFERENCES applications (id)
);
CREATE INDEX looks_application_id_index ON looks (application_id);
CREATE INDEX looks_at_index ON looks (at);
CREATE TABLE batches (
    id uuid NOT NULL,
    number text NOT NULL,
    state text DEFAULT 'made' NOT NULL,
    maker_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    checker_id uuid,
    sealed_at timestamptz,
    lines integer NOT NULL,
    total_fen bigint NOT NULL,
    digest text NOT NULL,
    CONSTRAINT batches_pkey PRIMARY KEY (id),
    CONSTRAINT batches_state_check CHECK (state IN ('made', 'sealed', 'dissolved')),
    CONSTRAINT batches_two_persons_check CHECK (checker_id IS NULL OR checker_id <> maker_id),
    CONSTRAINT batches_sealed_check CHECK ((state = 'sealed') = (sealed_at IS NOT NULL AND checker_id IS NOT NULL)),
    CONSTRAINT batches_number_key UNIQUE (number),
    CONSTRAINT batches_maker_id_fkey FOREIGN KEY (maker_id) REFERENCES staff (id),
    CONSTRAINT batches_checker_id_fkey FOREIGN KEY (checker_id) REFERENCES staff (id)
);
CREATE TABLE payments (
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    attempt smallint NOT NULL,
    payment_no text NOT NULL,
    amount_fen bigint NOT NULL,
    bank text NOT NULL,
    payee_sealed text NOT NULL,
    state text DEFAULT 'waiting' NOT NULL,
    core_state text DEFAULT '' NOT NULL,
    reason text DEFAULT '' NOT NULL,
    spouse_mark text DEFAULT '' NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    never_left boolean DEFAULT false NOT NULL,
    absent_since timestamptz,
    batch_id uuid,
    made_at timestamptz NOT NULL,
    instructed_at timestamptz,
    asked_at timestamptz,
    settled_at timestamptz,
    CONSTRAINT payments_pkey PRIMARY KEY (id),
    CONSTRAINT payments_application_id_attempt_key UNIQUE (application_id, attempt),
    CONSTRAINT payments_state_check CHECK (state IN ('waiting', 'batched', 'instructed', 'paid', 'failed', 'returned', 'not_arrived')),
    CONSTRAINT payments_core_state_check CHECK (core_state IN ('', 'frozen', 'booked', 'released')),
    CONSTRAINT payments_amount_check CHECK (amount_fen > 0),
    CONSTRAINT payments_application_id_fkey FOREIGN KEY (application_id) REFERENCES applications (id),
    CONSTRAINT payments_payment_no_key UNIQUE (payment_no),
    CONSTRAINT payments_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batches (id)
);
CREATE INDEX payments_application_id_index ON payments (application_id);
CREATE INDEX payments_batch_id_index ON payments (batch_id);
CREATE UNIQUE INDEX payments_one_open_index ON payments (application_id) WHERE state IN ('waiting', 'batched', 'instructed', 'paid');
CREATE INDEX payments_state_index ON payments (state);
CREATE TABLE differences (
    id uuid NOT NULL,
    day date NOT NULL,
    payment_no text NOT NULL,
    kind text NOT NULL,
    ours text DEFAULT '' NOT NULL,
    bank text DEFAULT '' NOT NULL,
    core text DEFAULT '' NOT NULL,
    found_at timestamptz NOT NULL,
    settled_at timestamptz,
    settled_by uuid,
    note text DEFAULT '' NOT NULL,
    CONSTRAINT differences_pkey PRIMARY KEY (id),
    CONSTRAINT differences_day_payment_no_kind_key UNIQUE (day, payment_no, kind),
    CONSTRAINT differences_settled_by_fkey FOREIGN KEY (settled_by) REFERENCES staff (id)
);
CREATE TRIGGER looks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON looks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
"""

BACKWARDS = """
DROP TABLE differences, payments, batches, looks, claims, staff_passwords, staff;
DROP INDEX photos_sha256_original_index, applications_state_index;
ALTER TABLE applications DROP COLUMN card_mark, DROP COLUMN address_mark;
ALTER TABLE application_events DROP COLUMN details_sealed;
DROP INDEX applications_one_live_index;
CREATE UNIQUE INDEX applications_one_live_index ON applications (person_id, business, year)
    WHERE state IN ('submitted');
"""


def upgrade() -> None:
    """Forwards."""
    op.execute(FORWARDS)


def downgrade() -> None:
    """Backwards. What the desk has done is lost; applications beyond 已提交 keep a state the older version cannot read."""
    op.execute(BACKWARDS)
