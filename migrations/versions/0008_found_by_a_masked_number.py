"""A blind index of the masked form of every person's id number, so that a number copied from a page of the desk is
found."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FORWARDS = """
ALTER TABLE people ADD COLUMN masked_mark text DEFAULT '' NOT NULL;
CREATE INDEX people_masked_mark_index ON people (masked_mark) WHERE masked_mark <> '';
"""

BACKWARDS = """
DROP INDEX people_masked_mark_index;
ALTER TABLE people DROP COLUMN masked_mark;
"""


def upgrade() -> None:
    """Forwards. Those who are there already get their mark from the worker, which has the keys."""
    op.execute(FORWARDS)


def downgrade() -> None:
    """Backwards."""
    op.execute(BACKWARDS)
