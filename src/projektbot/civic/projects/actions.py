"""Sending an idea."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from projektbot.civic.projects.queries import next_number
from projektbot.civic.projects.rules import Stage, SubmitOutcome, reference
from projektbot.civic.projects.tables import project_files, projects
from projektbot.civic.tx import Tx
from projektbot.dialog.engine import Result
from projektbot.store.statement import Statement

_store = Statement(
    insert(projects),
    "number", "person_id", "stage", "kind", "service", "title", "description", "field", "area", "lat", "lon",
    "cost_cents", "currency", "contribution", "locale", "channel", "created_at", "waits_since",
)  # fmt: skip
# made once: SQLAlchemy takes longer to build a statement than SQLite to carry it out
_attach_file = insert(project_files)


def submit_idea(  # noqa: PLR0913 - one for each answer of the dialog
    tx: Tx,
    *,
    kind: str,
    title: str,
    description: str,
    field: str,
    area: str,
    service: str | None = None,
    point: dict[str, float] | None = None,
    cost: dict[str, int] | None = None,
    picture: dict[str, Any] | None = None,
    contribution: str | None = None,
) -> Result:
    """Store an idea and give it its reference. `cost` is cents by currency, `point` WGS 84 degrees."""
    number = next_number(tx.db)
    currency, cents = next(iter(cost.items())) if cost else (None, None)
    lat, lon = (point["lat"], point["lon"]) if point else (None, None)
    who = tx.who
    row = (
        number, who.person_id, Stage.SUBMITTED.value, kind, service, title, description, field, area, lat, lon,
        cents, currency, contribution, who.locale, who.channel, tx.at, tx.at,
    )  # fmt: skip
    _store.many(tx.db, [row])
    if picture:
        _attach(tx, number, picture)
    return Result(SubmitOutcome.SUBMITTED, {"ref": reference(number)})


def _attach(tx: Tx, number: int, file: dict[str, Any]) -> None:
    columns = {name: file[name] for name in ("kind", "sha256", "mime", "size", "caption")}
    tx.db.execute(_attach_file, {"project": number, **columns})
