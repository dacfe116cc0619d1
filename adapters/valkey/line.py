"""A short way to the store for the one path on which every tenth of a millisecond counts: the callback.

The client's own commands look at the connection, lock, measure and unpack options around each command, which
costs more than the command itself. A line uses the client's connections (so TLS, passwords, time-outs and
Sentinel are as everywhere) and nothing around them. A cluster, which has to find the node of each key, is
asked through the client as usual.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, cast

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

Command = tuple[str | bytes | int, ...]


class Line(Protocol):
    """Both raise RedisError when the store cannot be reached in time or says no."""

    def ask(self, *commands: Command) -> list[Any]:
        """The answers to these commands, sent in one go. They may reach the store twice: a connection that had
        gone stale is replaced, and they are sent again."""
        ...

    def tell(self, command: Command) -> None:
        """Send this command and do not wait: whether it arrived is not known, and what it answers is lost."""
        ...


def line(client: Any) -> Line:
    """The shortest line to the server of ``client``, without a connection yet."""
    return _Direct(client) if isinstance(client, Redis) else _Through(client)


class _Direct:
    """One server, also behind Sentinel. Any number of threads may use it."""

    def __init__(self, client: Redis) -> None:
        # The pool goes on counting what it gave as in use, so closing the client closes it, too.
        self._new: Callable[[], Any] = client.connection_pool.get_connection
        self._idle: deque[Any] = deque()  # appending and popping are atomic

    def ask(self, *commands: Command) -> list[Any]:
        connection, is_used = self._connection()
        try:
            return self._exchange(connection, commands)
        except RedisTimeoutError:
            raise
        except RedisConnectionError:
            if not is_used:
                raise
            # It may have been closed while it lay idle: by a restart of the server, or by what is in between.
            return self._exchange(connection, commands)
        finally:
            self._idle.append(connection)

    def tell(self, command: Command) -> None:
        connection, _ = self._connection()
        try:
            connection.connect()
            connection.send_packed_command(connection.pack_commands((("CLIENT", "REPLY", "SKIP"), command)))
        finally:
            self._idle.append(connection)

    def _connection(self) -> tuple[Any, bool]:
        """A connection of this caller alone, and whether it was used before. The last one used comes first: the
        one that is least likely to be stale."""
        try:
            return self._idle.pop(), True
        except IndexError:
            return self._new(), False

    def _exchange(self, connection: Any, commands: tuple[Command, ...]) -> list[Any]:
        """It disconnects by itself on whatever goes wrong."""
        connection.connect()  # does nothing where it is; behind Sentinel it asks for the master
        connection.send_packed_command(connection.pack_commands(commands))
        answers, refusal = [], None
        for _ in commands:  # all of them, whatever the first ones say: what is left unread answers the next caller
            try:
                answers.append(connection.read_response())
            except ResponseError as no:
                refusal = refusal or no
        if refusal is not None:
            raise refusal
        return answers


_AS_IT_IS = {"get": True}
"""Tells the client to hand on what SET … GET answered; it has no meaning for other commands."""


class _Through:
    """The same by way of the client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def ask(self, *commands: Command) -> list[Any]:
        pipe = self._client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command, **_AS_IT_IS)
        return cast(list[Any], pipe.execute())

    def tell(self, command: Command) -> None:
        self._client.execute_command(*command, **_AS_IT_IS)
