"""Who the applicant's spouse was when an application was handed in, as a blind index: a core system that knows them no
longer shall let nobody decide on their spouse's case."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. Of applications that are there already it is not known."""
    op.execute("ALTER TABLE applications ADD COLUMN spouse_mark text DEFAULT '' NOT NULL")


def downgrade() -> None:
    """Backwards."""
    op.execute("ALTER TABLE applications DROP COLUMN spouse_mark")
