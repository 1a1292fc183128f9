"""What is particular about PostgreSQL: how a connection is set up, and whether a commit took that nobody answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from projektbot.store.statement import driver_cursor
from projektbot.store.trouble import clean_up, is_trouble

# A process that stands still in the middle of a transaction must not hold its rows from others for longer. Whatever it
# would have committed then is void, so that the transaction is the fence.
FROZEN_MS = 2_000
LOCKED_MS = 5_000  # an operator's tool may hold a table that long, as it may a SQLite file
# A host that has gone without a word is noticed after some 25 seconds, not after the system's two hours.
_SETTINGS: dict[str, Any] = {
    "application_name": "projektbot",
    "client_encoding": "utf8",  # whatever the database is in
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "target_session_attrs": "read-write",  # of several hosts in the address the one that leads
    # A plan that is kept was made when the tables were small, until the server next looks at them: what is read would
    # take minutes after the first broadcast. It is planned anew each time, but for what the writer says all the time.
    "prepare_threshold": None,
}
PREPARED_AFTER = 5  # times, as psycopg does
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()::text"
_FATE = text("SELECT pg_xact_status(CAST(:mark AS xid8))")


def open_postgres(url: URL) -> Engine:
    """Open a database of PostgreSQL; what its address says goes before our own settings."""
    engine = create_engine(
        url,
        pool_pre_ping=True,  # the server may have been restarted since a connection was last used
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={name: value for name, value in _SETTINGS.items() if name not in url.query},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "handle_error", clean_up)
    return engine


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's, which is installed on demand
    from psycopg.types.string import StrDumper  # noqa: PLC0415 - an extra

    class Dumper(StrDumper):
        """Text as PostgreSQL takes it: without NUL, which it cannot store."""

        def dump(self, obj: str) -> Any:  # noqa: ANN401 - bytes, or whatever the driver has instead
            return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in obj else obj)

    connection.adapters.register_dumper(str, Dumper)
    connection.execute(f"SET idle_in_transaction_session_timeout = {FROZEN_MS}")
    connection.execute(f"SET lock_timeout = {LOCKED_MS}")
    connection.execute("SET max_parallel_workers_per_gather = 0")  # to start some takes longer than what we ask
    connection.commit()


def for_writing(engine: Engine) -> Connection:
    """Return a connection on which `begin` begins transactions, and which remembers its statements."""
    connection = engine.connect().execution_options(writes=True, isolation_level="AUTOCOMMIT")
    driver: Any = connection.connection.dbapi_connection
    driver.prepare_threshold = PREPARED_AFTER
    return connection


def begin(connection: Connection) -> str:
    """Begin a transaction; return the mark by which its fate can be asked for.

    It takes no more time than the driver's own BEGIN: both statements go together.
    """
    with driver_cursor(connection, _BEGIN) as cursor:
        cursor.execute(_BEGIN)
        cursor.nextset()
        ((mark,),) = cursor.fetchall()
    return str(mark)


def fate(engine: Engine, mark: str) -> bool | None:
    """Say whether a transaction was committed; None while it is still under way.

    Raises sqlalchemy.exc.DBAPIError if the server cannot be asked.
    """
    try:
        with engine.connect() as connection:
            status = connection.scalar(_FATE, {"mark": mark})
    except DBAPIError as error:
        if is_trouble(error):
            raise
        return False  # "is in the future": this server has never heard of it, it took over from one that is lost
    return None if status == "in progress" else status == "committed"
