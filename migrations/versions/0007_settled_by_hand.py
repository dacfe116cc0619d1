"""What the core system refuses after a payment, and who has settled its side by hand."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FORWARDS = """
ALTER TABLE payments ADD COLUMN core_refusal text DEFAULT '' NOT NULL;
ALTER TABLE payments ADD COLUMN by_hand_by uuid;
ALTER TABLE payments ADD COLUMN by_hand_note text DEFAULT '' NOT NULL;
ALTER TABLE payments ADD CONSTRAINT payments_by_hand_by_fkey FOREIGN KEY (by_hand_by) REFERENCES staff (id);
"""

BACKWARDS = """
ALTER TABLE payments DROP COLUMN by_hand_note;
ALTER TABLE payments DROP COLUMN by_hand_by;
ALTER TABLE payments DROP COLUMN core_refusal;
"""


def upgrade() -> None:
    op.execute(FORWARDS)


def downgrade() -> None:
    op.execute(BACKWARDS)
