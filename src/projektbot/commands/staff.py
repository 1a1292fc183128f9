"""`projektbot staff`: give roles of the city by invitation, list them, and take them away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from projektbot.app import real_now
from projektbot.civic.city import City, read_city
from projektbot.civic.staff.actions import invite, revoke
from projektbot.civic.staff.queries import GrantRow, all_grants
from projektbot.civic.staff.rules import EVERYWHERE, INVITATION_DAYS, ROLES, Role
from projektbot.config import Settings, read_settings
from projektbot.errors import Rejected, SettingsError
from projektbot.instants import micros
from projektbot.store.database import open_engine
from projektbot.store.migrate import HEAD, mismatch, revision

T = TypeVar("T")

LINK = "staff"  # the deep link that accepts an invitation
WHERE = "everywhere"


def grant_role(role: str, area: str) -> int:
    """Make an invitation to a role and say how it is accepted."""
    settings = read_settings()
    city = read_city(settings.city)
    _complain_about(role, area, city)
    now = real_now()
    code = _in_transaction(settings, lambda db: invite(db, micros(now), Role(role), area))
    until = now + timedelta(days=INVITATION_DAYS)
    print(
        f"An invitation: {ROLES[Role(role)].msgid}, {_named(area, city)}. Whoever is to accept it sends to the bot:\n"
    )
    print(f"    /staff {code}\n")
    print(f"It is good once, until {_local(until, settings)}. Hand it on as you would a password.")
    for words in asyncio.run(_ways(settings, f"{LINK}-{code}")):
        print(words)
    return 0


def list_roles(*, as_json: bool) -> int:
    """Print who has which role: a number, since people have no names here."""
    settings = read_settings()
    city = read_city(settings.city)
    rows = _in_transaction(settings, all_grants)
    if as_json:
        print(json.dumps([_as_data(row) for row in rows], ensure_ascii=False, indent=2))
    elif rows:
        print(*_table(rows, city, settings), sep="\n")
    else:
        print("Nobody has a role yet: projektbot staff grant moderator")
    return 0


def revoke_role(number: int) -> int:
    """Take a role away, at once."""
    now = micros(real_now())

    def taken_away(db: Connection) -> bool:
        # looked for among those there are: a typed number may be larger than any the database takes
        return number in [row.id for row in all_grants(db)] and revoke(db, now, number)

    if not _in_transaction(read_settings(), taken_away):
        raise Rejected(f"there is no role number {number}: `projektbot staff list` shows those there are")
    print(f"Role {number} is taken away. What was done with it stays in the audit log.")
    return 0


def _complain_about(role: str, area: str, city: City) -> None:
    problems = []
    if role not in list(Role):
        problems.append(f"ROLE: {role!r} is none of {', '.join(Role)}")
    codes = [one.code for one in city.areas]
    if area not in (EVERYWHERE, *codes):
        problems.append(f"--area: {area!r} is none of {', '.join(codes)}")
    if problems:
        raise SettingsError(problems)


def _in_transaction(settings: Settings, job: Callable[[Connection], T]) -> T:
    """Do something with the database, also while the bot runs on it: whoever writes there at the moment goes first."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise Rejected(f"there is no database yet at {url.database}: `projektbot run` makes one")
    engine = open_engine(settings.database)
    try:
        if (at := revision(engine)) != HEAD:
            raise Rejected(mismatch(at))
        with engine.connect().execution_options(writes=True) as db, db.begin():
            return job(db)
    finally:
        engine.dispose()


# ---- in words --------------------------------------------------------------------------------------------------------


async def _ways(settings: Settings, start: str) -> list[str]:
    """Return how somebody gets to the bot: by links that carry the code where a messenger has such."""
    found = [await _on_telegram(settings, start), f"{_web(settings)}/chat?start={start}"]
    lines = ["", "Or they follow a link, which brings the code along:", *[f"    {link}" for link in found if link]]
    if settings.matrix_user:
        from projektbot.channels.matrix.links import link_to  # only where it is used

        lines += ["Links to Matrix carry nothing; there they write the line above to:"]
        lines += [f"    {link_to(settings.matrix_user) or settings.matrix_user}"]
    return lines


async def _on_telegram(settings: Settings, start: str) -> str:
    if not (token := settings.telegram_token.get_secret_value()):
        return ""
    from projektbot.channels.telegram.introduced import asked_link  # 0.4 s, only where it is used

    return await asked_link(token, str(settings.telegram_api_url), start)


def _web(settings: Settings) -> str:
    return str(settings.web_url or f"http://{settings.web_listen}").rstrip("/")


def _table(rows: list[GrantRow], city: City, settings: Settings) -> list[str]:
    cells = [("number", "role", "area", "since")]
    cells += [(str(row.id), row.role, _named(row.area, city), _local(_time(row), settings)) for row in rows]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)).rstrip() for line in cells]


def _named(area: str, city: City) -> str:
    names = {one.code: one.name for one in city.areas}
    return names.get(area, area) or WHERE


def _as_data(row: GrantRow) -> dict[str, object]:
    return {"number": row.id, "role": row.role, "area": row.area or None, "since": _time(row).isoformat()}


def _time(row: GrantRow) -> datetime:
    return datetime.fromtimestamp(row.at / 1_000_000, UTC)


def _local(time: datetime, settings: Settings) -> str:
    return f"{time.astimezone(settings.zone):%Y-%m-%d %H:%M}"
