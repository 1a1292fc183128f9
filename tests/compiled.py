"""What was compiled for one test serves the next: statements, as each opens its own database, and templates."""

from __future__ import annotations

from functools import wraps
from typing import Any

from jinja2 import Environment
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
    """Let all databases of this process use the same statements, and all its pages the same templates."""
    _share_statements()
    _share_templates()


def _share_statements() -> None:
    compiled = Compiled()

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    event.listen(Engine, "engine_connect", share)


def _share_templates() -> None:
    compiled: dict[tuple[Any, ...], Any] = {}
    original = Environment.compile

    @wraps(original)
    def once(self: Environment, source: Any, *names: Any, **more: Any) -> Any:  # noqa: ANN401 - as Jinja has it
        key = (source, *names, *more.items(), self.trim_blocks, self.lstrip_blocks, self.autoescape)
        if key not in compiled:
            compiled[key] = original(self, source, *names, **more)
        return compiled[key]

    Environment.compile = once  # type: ignore[method-assign]
