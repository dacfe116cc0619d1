"""A blind index of the masked form of every person's id number, so that a number copied from a page of the desk is
found; who dissolved a batch, and when; and when the books of a day were compared."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FORWARDS = """
ALTER TABLE people ADD COLUMN masked_mark text DEFAULT '' NOT NULL;
CREATE INDEX people_masked_mark_index ON people (masked_mark) WHERE masked_mark <> '';
ALTER TABLE batches ADD COLUMN dissolved_by uuid;
ALTER TABLE batches ADD COLUMN dissolved_at timestamptz;
ALTER TABLE batches ADD CONSTRAINT batches_dissolved_by_fkey FOREIGN KEY (dissolved_by) REFERENCES staff (id);
CREATE TABLE comparisons (
    day date NOT NULL,
    compared_at timestamptz NOT NULL,
    CONSTRAINT comparisons_pkey PRIMARY KEY (day)
);
"""

BACKWARDS = """
DROP TABLE comparisons;
ALTER TABLE batches DROP COLUMN dissolved_at;
ALTER TABLE batches DROP COLUMN dissolved_by;
DROP INDEX people_masked_mark_index;
ALTER TABLE people DROP COLUMN masked_mark;
"""


def upgrade() -> None:
    """Forwards. Those who are there already get their mark from the worker, which has the keys."""
    op.execute(FORWARDS)


def downgrade() -> None:
    """Backwards."""
    op.execute(BACKWARDS)
