"""Reaching PostgreSQL: one pool, short transactions, failures sorted by what the caller should do next."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session

from fund.errors import OutcomeUnknown, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")

_ROLLED_BACK = ("40",)
"""SQLSTATE classes with which a server says that a commit did not happen (serialization, deadlock)."""

_TRANSIENT = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes of troubles that pass: connection, rollback, resources, locks, intervention, system."""


def sqlalchemy_url(database_url: str) -> str:
    """``postgresql://…`` as libpq knows it, with the driver that SQLAlchemy shall use. All options, those of
    TLS among them, stay as they are."""
    url = make_url(database_url)
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError("the database must be PostgreSQL")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def engine_options(
    database_url: str, *, pool: int = 8, overflow: int = 8, wait: float = 5, statement: float = 10
) -> dict[str, Any]:
    """What ``create_engine`` (or ``SQLALCHEMY_ENGINE_OPTIONS``) is to be given.

    ``pool`` and ``overflow`` count connections; ``wait`` is how long to wait for one of them and for a new
    one to be made, ``statement`` how long a statement may take, in seconds. A connection option that the URL
    sets itself is left alone.
    """
    ours = {
        "connect_timeout": max(int(wait), 2),
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int((statement + 10) * 1000),
        "options": f"-c timezone=Asia/Shanghai -c statement_timeout={int(statement * 1000)}"
        f" -c lock_timeout={int(statement * 1000 // 2)} -c idle_in_transaction_session_timeout=30000",
    }
    given = make_url(database_url).query
    return {
        "pool_pre_ping": True,
        "pool_size": pool,
        "max_overflow": overflow,
        "pool_timeout": wait,
        "pool_recycle": 1800,
        "pool_use_lifo": True,
        # An error's text would otherwise quote the values of the statement.
        "hide_parameters": True,
        "connect_args": {name: value for name, value in ours.items() if name not in given},
    }


class Database:
    """Sessions over one engine. The engine may be Flask-SQLAlchemy's (``db.engine``) or one made here."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(postgresql_readonly=True)

    @classmethod
    def connect(cls, database_url: str, **options: Any) -> "Database":
        """For processes without Flask (worker, scripts). ``options`` as in ``engine_options``. Connects only
        when first used."""
        return cls(create_engine(sqlalchemy_url(database_url), **engine_options(database_url, **options)))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def is_up(self) -> bool:
        """Whether a statement gets through now; for readiness."""
        try:
            with self.reading() as session:
                session.connection().exec_driver_sql("SELECT 1")
        except Unavailable:
            return False
        return True

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose transaction PostgreSQL itself keeps from writing. Raises Unavailable."""
        with _closing(Session(self._reader, autoflush=False)) as session, _told_apart():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed at the end of the block.

        Raises Unavailable when nothing was committed for lack of a connection, OutcomeUnknown when the
        connection was lost while committing. Violated constraints come out as IntegrityError.
        """
        with _closing(Session(self.engine, expire_on_commit=False)) as session:
            with _told_apart():
                yield session
                session.flush()
            try:
                session.commit()
            except DBAPIError as error:
                state = _sqlstate(error)
                if state.startswith(_ROLLED_BACK):
                    raise Unavailable(f"database: {state}", code="database") from None
                if state.startswith("23"):
                    raise
                raise OutcomeUnknown(f"database: commit {state or 'interrupted'}", code="database") from None

    def settled(self, transaction: Callable[[Session], T]) -> T:
        """Run a transaction that bears being run twice; again if it is not known whether it took effect.

        ``transaction`` must recognise what an earlier run of itself has done. Raises Unavailable, or
        OutcomeUnknown when the second run could not find out either.
        """
        try:
            with self.writing() as session:
                return transaction(session)
        except OutcomeUnknown as unknown:
            log.warning("asking again after %s", unknown)
            try:
                with self.writing() as session:
                    return transaction(session)
            except Unavailable:
                raise unknown from None


def driver_connection(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection that carries this session's transaction, for a job that shares its fate."""
    found: Any = session.connection().connection.dbapi_connection
    assert isinstance(found, psycopg.Connection)
    return found


@contextmanager
def _closing(session: Session) -> Iterator[Session]:
    """Close at the end, and let a connection that is broken by then not hide what happened before."""
    try:
        yield session
    finally:
        try:
            session.close()
        except DBAPIError as error:
            log.warning("a broken connection is thrown away: %s", type(error.orig).__name__)
            session.invalidate()


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn troubles that pass into Unavailable, with neither statement nor values in the message."""
    try:
        yield
    except TimeoutError:
        raise Unavailable("database: no free connection", code="database") from None
    except DBAPIError as error:
        state = _sqlstate(error)
        if error.connection_invalidated or state.startswith(_TRANSIENT) or (not state and _is_connection(error)):
            raise Unavailable(f"database: {state or 'no connection'}", code="database") from None
        raise


def _is_connection(error: DBAPIError) -> bool:
    return isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def constraint_of(error: DBAPIError) -> str:
    """The name of the constraint or unique index that was violated."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
