"""What SQLAlchemy has compiled for one database of the tests serves the next: each test opens its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event


class Compiled(dict[Any, Any]):
    """Statements by all that SQLAlchemy knows them by, but for the engine's dialect only its kind.

    All our engines of a kind are opened alike, so what is compiled for one is right for every other.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:  # noqa: ANN401 - as a dict's
        """Return what was compiled, for whichever engine."""
        return super().get(_shared(key), default)

    def __setitem__(self, key: tuple[Any, ...], value: object) -> None:
        super().__setitem__(_shared(key), value)


def _shared(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (dialect.name, dialect.driver, *statement)


def share_compiled() -> None:
    """Let all engines of this process use the same statements."""
    compiled = Compiled()

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    event.listen(Engine, "engine_connect", share)
