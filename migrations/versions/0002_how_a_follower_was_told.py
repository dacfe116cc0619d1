"""How a follower was told: channel, delivery, 我的消息; what they allowed; pushes that are answered late."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FORWARDS = """
ALTER TABLE bindings ADD COLUMN not_following_since timestamptz;

ALTER TABLE notices ALTER COLUMN channel SET DEFAULT '';
UPDATE notices SET channel = CASE state WHEN 'sent' THEN 'template' WHEN 'given_up' THEN 'inbox' ELSE '' END;
ALTER TABLE notices
    ADD COLUMN msgid text DEFAULT '' NOT NULL,
    ADD COLUMN delivery text DEFAULT '' NOT NULL,
    ADD COLUMN read_at timestamptz,
    ADD CONSTRAINT notices_channel_check CHECK (channel IN ('', 'custom', 'subscribe', 'template', 'inbox'));
-- Whoever made a move knows of it.
UPDATE notices SET read_at = created_at WHERE kind IN ('hand_in', 'withdraw');
CREATE INDEX notices_msgid_index ON notices (msgid) WHERE msgid <> '';

CREATE TABLE subscriptions (
    openid_mark text NOT NULL,
    template_id text NOT NULL,
    accepted boolean NOT NULL,
    chosen_at timestamptz NOT NULL,
    CONSTRAINT subscriptions_pkey PRIMARY KEY (openid_mark, template_id)
);

CREATE TABLE late_pushes (
    id uuid NOT NULL,
    reference text NOT NULL,
    message_mark text NOT NULL,
    openid_mark text NOT NULL,
    openid_sealed text NOT NULL,
    message_sealed text NOT NULL,
    person_id uuid,
    answer_sealed text DEFAULT '' NOT NULL,
    state text DEFAULT 'pending' NOT NULL,
    channel text DEFAULT '' NOT NULL,
    reason text DEFAULT '' NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    tried_at timestamptz,
    unknown_since timestamptz,
    read_at timestamptz,
    CONSTRAINT late_pushes_pkey PRIMARY KEY (id),
    CONSTRAINT late_pushes_reference_key UNIQUE (reference),
    CONSTRAINT late_pushes_message_mark_key UNIQUE (message_mark),
    CONSTRAINT late_pushes_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id),
    CONSTRAINT late_pushes_state_check CHECK (state IN ('pending', 'failed', 'sent', 'given_up')),
    CONSTRAINT late_pushes_channel_check CHECK (channel IN ('', 'custom', 'subscribe', 'template', 'inbox'))
);
CREATE INDEX late_pushes_openid_mark_index ON late_pushes (openid_mark);
CREATE INDEX late_pushes_person_id_index ON late_pushes (person_id);
CREATE INDEX late_pushes_open_index ON late_pushes (created_at) WHERE state IN ('pending', 'failed');
"""

BACKWARDS = """
DROP TABLE late_pushes, subscriptions;
DROP INDEX notices_msgid_index;
ALTER TABLE notices DROP CONSTRAINT notices_channel_check, DROP COLUMN msgid, DROP COLUMN delivery,
    DROP COLUMN read_at, ALTER COLUMN channel SET DEFAULT 'wechat';
UPDATE notices SET channel = 'wechat';
ALTER TABLE bindings DROP COLUMN not_following_since;
"""


def upgrade() -> None:
    """Forwards."""
    op.execute(FORWARDS)


def downgrade() -> None:
    """Backwards. Which channel a notice came by is lost, and so are unanswered pushes and refusals."""
    op.execute(BACKWARDS)
