"""Before a new version serves: bring the database up to date (Procfile: release)."""

import os

from adapters.jobs import schema
from adapters.postgres import migrate
from bootstrap import demo_staff
from config.settings import load


def main() -> None:
    """Apply migrations and the job tables; add the demo staff in development, shut it out anywhere else.

    Raises SettingsError, or what the database says.
    """
    settings = load(os.environ)
    migrate.upgrade(settings.database_url)
    schema.apply(settings.database_url)
    if demo_staff.exist_here(settings):
        demo_staff.seed(settings)
    else:
        demo_staff.shut_out(settings)


if __name__ == "__main__":
    main()
