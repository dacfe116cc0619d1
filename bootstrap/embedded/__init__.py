"""Real servers for a developer's machine and for the tests: PostgreSQL and Valkey from their wheels.

`prepare_postgres` and `prepare_valkey` make everything ready under VAR_DIR and say how to start the server;
`running_postgres` and `running_valkey` start one for a test, which may kill it and start it again.
"""

from bootstrap.embedded.errors import EmbeddedError
from bootstrap.embedded.plan import ServerPlan
from bootstrap.embedded.postgres import PostgresPlan, prepare_postgres, running_postgres
from bootstrap.embedded.running import RunningServer
from bootstrap.embedded.valkey import ValkeyPlan, prepare_valkey, running_valkey

__all__ = [
    "EmbeddedError",
    "PostgresPlan",
    "RunningServer",
    "ServerPlan",
    "ValkeyPlan",
    "prepare_postgres",
    "prepare_valkey",
    "running_postgres",
    "running_valkey",
]
