"""What opens a door of the desk takes two administrators, and all that happens to accounts is written down for good."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FORWARDS = """
CREATE TABLE account_requests (
    id uuid NOT NULL,
    kind text NOT NULL,
    staff_id uuid NOT NULL,
    login text NOT NULL,
    name_sealed text DEFAULT '' NOT NULL,
    role text NOT NULL,
    id_number_mark text DEFAULT '' NOT NULL,
    epoch integer NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    state text DEFAULT 'open' NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    first_sealed text DEFAULT '' NOT NULL,
    second_sealed text DEFAULT '' NOT NULL,
    CONSTRAINT account_requests_pkey PRIMARY KEY (id),
    CONSTRAINT account_requests_kind_check CHECK (kind IN ('add', 'reset', 'enable')),
    CONSTRAINT account_requests_state_check CHECK (state IN ('open', 'approved', 'refused', 'taken_back', 'expired')),
    CONSTRAINT account_requests_two_persons_check CHECK (state <> 'approved' OR decided_by <> asked_by),
    CONSTRAINT account_requests_decided_check CHECK ((state IN ('approved', 'refused')) = (decided_by IS NOT NULL)),
    CONSTRAINT account_requests_halves_check CHECK (state = 'approved' OR (first_sealed = '' AND second_sealed = '')),
    CONSTRAINT account_requests_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES staff (id),
    CONSTRAINT account_requests_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES staff (id)
);
CREATE INDEX account_requests_asked_at_index ON account_requests (asked_at);
CREATE UNIQUE INDEX account_requests_one_login_index ON account_requests (login) WHERE state = 'open';
CREATE UNIQUE INDEX account_requests_one_open_index ON account_requests (staff_id) WHERE state = 'open';
CREATE TABLE account_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz DEFAULT now() NOT NULL,
    staff_id uuid NOT NULL,
    act text NOT NULL,
    actor_id uuid,
    place text NOT NULL,
    request_id uuid,
    kind text,
    CONSTRAINT account_events_pkey PRIMARY KEY (id),
    CONSTRAINT account_events_act_check CHECK (act IN ('asked', 'approved', 'refused', 'taken_back', 'added', 'reset',
        'enabled', 'disabled', 'sessions_ended', 'locked', 'enrolled', 'password_changed', 'signed_in')),
    CONSTRAINT account_events_place_check CHECK (place IN ('desk', 'command_line')),
    CONSTRAINT account_events_actor_check CHECK (place = 'desk' OR actor_id IS NULL),
    CONSTRAINT account_events_kind_check CHECK (kind IN ('add', 'reset', 'enable')),
    CONSTRAINT account_events_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES staff (id)
);
CREATE INDEX account_events_staff_id_id_index ON account_events (staff_id, id);
CREATE TRIGGER account_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
"""

BACKWARDS = "DROP TABLE account_events, account_requests;"


def upgrade() -> None:
    """Forwards."""
    op.execute(FORWARDS)


def downgrade() -> None:
    """Backwards. The record of accounts is lost; an older version keeps none."""
    op.execute(BACKWARDS)
