"""Payments that are taken back or hand on what is frozen; what the bank refused; batches sealed with a key."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = "'waiting', 'batched', 'instructed', 'paid', 'failed', 'returned', 'not_arrived'"
CORE_STATES = "'', 'frozen', 'booked', 'released'"

FORWARDS = f"""
ALTER TABLE payments ADD COLUMN refusal text DEFAULT '' NOT NULL;
ALTER TABLE payments ADD COLUMN core_no text;
UPDATE payments SET core_no = payment_no;
ALTER TABLE payments ALTER COLUMN core_no SET NOT NULL;
ALTER TABLE payments DROP CONSTRAINT payments_state_check;
ALTER TABLE payments ADD CONSTRAINT payments_state_check CHECK (state IN ({STATES}, 'cancelled'));
ALTER TABLE payments DROP CONSTRAINT payments_core_state_check;
ALTER TABLE payments ADD CONSTRAINT payments_core_state_check CHECK (core_state IN ({CORE_STATES}, 'passed_on'));
"""

BACKWARDS = f"""
UPDATE payments SET state = 'not_arrived' WHERE state = 'cancelled';
UPDATE payments SET core_state = 'released' WHERE core_state = 'passed_on';
ALTER TABLE payments DROP CONSTRAINT payments_core_state_check;
ALTER TABLE payments ADD CONSTRAINT payments_core_state_check CHECK (core_state IN ({CORE_STATES}));
ALTER TABLE payments DROP CONSTRAINT payments_state_check;
ALTER TABLE payments ADD CONSTRAINT payments_state_check CHECK (state IN ({STATES}));
ALTER TABLE payments DROP COLUMN core_no;
ALTER TABLE payments DROP COLUMN refusal;
"""


def upgrade() -> None:
    op.execute(FORWARDS)


def downgrade() -> None:
    op.execute(BACKWARDS)
