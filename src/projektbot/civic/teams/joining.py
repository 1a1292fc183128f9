"""Asking to join a team, taking that back, and what a lead answers."""

from __future__ import annotations

from sqlalchemy import update

from projektbot.civic.projects.rules import reference, row_named
from projektbot.civic.teams.obtaining import Team, team_for, team_for_number
from projektbot.civic.teams.queries import RequestRow, asked_since, request_by, request_of
from projektbot.civic.teams.rules import (
    DAY,
    TELLS_AGAIN,
    Act,
    AskOutcome,
    Bar,
    Request,
    RequestState,
    Role,
    SettleOutcome,
    ask_outcome,
)
from projektbot.civic.teams.tables import join_requests, members
from projektbot.civic.tx import Opens, Tx
from projektbot.dialog.engine import Result
from projektbot.store.upsert import upsert
from projektbot.texts import N_, NN_, Own, Text

# What somebody wrote for an answer is not kept when they have it; their name is, for whoever presses an old button.
FORGOTTEN = {"why": "", "skills": None, "hours": None}
ACCEPT = "accept"  # what a lead may choose; anything else is a no


def ask_to_join(
    tx: Tx, *, ref: str, name: str, sector: str, why: str, skills: str | None = None, hours: int | None = None
) -> Result:
    """Put a request to the leads of a team, or change the one that is open."""
    team = team_for(tx, ref, Act.ASK)
    if isinstance(team, Bar):
        return Result(AskOutcome.GONE if team is Bar.GONE else AskOutcome.ALREADY)
    before = request_of(tx.db, team.number, tx.who.person_id)
    outcome = ask_outcome(
        Request(RequestState(before.state), before.settled_at) if before else None,
        full=team.is_full,
        today=asked_since(tx.db, tx.who.person_id, tx.at - DAY),
        now=tx.at,
    )
    if outcome in (AskOutcome.ASKED, AskOutcome.CHANGED):
        _put(tx, team, before, {"name": name, "sector": sector, "why": why, "skills": skills, "hours": hours})
    return Result(outcome)


def _put(tx: Tx, team: Team, before: RequestRow | None, said: dict[str, object]) -> None:
    # who asks, takes it back and asks again may not keep the leads' chats ringing
    tells = before is None or before.told_at <= tx.at - TELLS_AGAIN
    told_at = tx.at if before is None or tells else before.told_at
    key = {"project": team.number, "person_id": tx.who.person_id}
    new = {"state": RequestState.OPEN.value, "at": tx.at, "told_at": told_at, "settled_at": None, "words": None}
    upsert(tx.db, join_requests, key, {**said, **new})
    put = request_of(tx.db, team.number, tx.who.person_id)
    if put and tells:
        _tell_leads(tx, team, put)


def _tell_leads(tx: Tx, team: Team, put: RequestRow) -> None:
    text = N_("{name} would like to take part in {ref} {title}:\n{why}", name=put.name, why=put.why, **named(team))
    for person_id in team.leads:
        tx.post(person_id, text, Opens(N_("Answer"), "join_request", "request", str(put.id)))


def take_back_request(tx: Tx, *, ref: str) -> Result:
    """Take one's own request back."""
    team = team_for(tx, ref, Act.TAKE_BACK)
    if isinstance(team, Bar):
        return Result(SettleOutcome.SETTLED)
    mine = request_of(tx.db, team.number, tx.who.person_id)
    if mine is None or mine.state != RequestState.OPEN:
        return Result(SettleOutcome.SETTLED)
    _settle(tx, mine, RequestState.WITHDRAWN, None)
    return Result(SettleOutcome.WITHDRAWN)


def settle_request(tx: Tx, *, request: str, answer: str, word: str | None = None, reason: str | None = None) -> Result:
    """Say yes (with a `word` to whoever asked, or without) or no (with a `reason`) to a request."""
    asked = _asked(tx, request)
    team = team_for_number(tx, asked.project if asked else None, Act.SETTLE)
    if isinstance(team, Bar):
        return Result(team)
    asked = _asked(tx, request)  # once more: now nobody else settles it
    if asked is None or asked.state != RequestState.OPEN:
        return Result(SettleOutcome.SETTLED)
    if answer != ACCEPT:
        return Result(_decline(tx, team, asked, reason))
    return Result(SettleOutcome.FULL if team.is_full else _accept(tx, team, asked, word))


def _asked(tx: Tx, words: str) -> RequestRow | None:
    return request_by(tx.db, row_named(words))


def _settle(tx: Tx, asked: RequestRow, state: RequestState, word: str | None) -> None:
    changes = {"state": state.value, "settled_at": tx.at, "words": word, **FORGOTTEN}
    tx.db.execute(update(join_requests).where(join_requests.c.id == asked.id).values(changes))


def _accept(tx: Tx, team: Team, asked: RequestRow, word: str | None) -> SettleOutcome:
    _settle(tx, asked, RequestState.ACCEPTED, word)
    take_in(tx, team, asked.person_id, Role.MEMBER, asked.name, asked.sector)
    text = N_("Welcome! You are in the team of {ref} {title} now.", **named(team))
    tx.post(asked.person_id, with_word(text, word), look_at(team))
    return SettleOutcome.ACCEPTED


def _decline(tx: Tx, team: Team, asked: RequestRow, word: str | None) -> SettleOutcome:
    _settle(tx, asked, RequestState.DECLINED, word)
    text = N_("The team of {ref} {title} cannot take you in at the moment.", **named(team))
    tx.post(asked.person_id, with_word(text, word))
    return SettleOutcome.DECLINED


# ---- for all who take somebody in ------------------------------------------------------------------------------------


def take_in(tx: Tx, team: Team, person_id: int, role: Role, name: str, sector: str) -> None:
    """Write down that somebody is in a team, also if they were removed before; its group hears how many it is."""
    key = {"project": team.number, "person_id": person_id}
    row = {"role": role.value, "sector": sector, "name": name, "joined_at": tx.at, "words": None}
    upsert(tx.db, members, key, row)
    tx.happens(team.number, grown(len(team.members) + 1))


def grown(size: int) -> Text:
    """Return what a group hears when its team grows. No name: the group may hold others than the team."""
    return NN_(
        "Somebody has joined the team: it is {n} person now.",
        "Somebody has joined the team: it is {n} people now.",
        size,
    )


def named(team: Team) -> dict[str, str]:
    """Return what texts about a team call it."""
    return {"ref": Own(reference(team.number)), "title": team.project.title}


def with_word(text: Text, word: str | None) -> Text:
    """Return a text with what a lead adds to it."""
    return N_("{news}\nA word from the team: {word}", news=text, word=word) if word else text


def look_at(team: Team) -> Opens:
    """Return the button that leads to a team."""
    return Opens(N_("See the team"), "team", "ref", reference(team.number))
